//! What a model rejects: broken constraints, the reasons that are told of proposals, and those of starts that fail.
//!
//! In: models whose constraints, requirements or `reject` cut the density off. Out: draws that keep every constraint;
//! sentences with counts, files and lines; pictures with carets.

use std::path::Path;

use ridgewalk::store::open_run;

use super::program::{ended, folder, object, refused, sample, written};

const SAMPLERS: [&str; 2] = ["nuts", "metropolis"];

/// The half of the space where `w` may be, and of that the part where `a` is small.
const CUT: &str = "parameters { real a; real b; }
transformed parameters { real<lower=0> w = a - b; }
model {
  a ~ normal(0, 1); b ~ normal(0, 1);
  if (a > 0.8) reject(\"a is too large: \", a);
}
";

/// Whether the numbers of a variable keep its constraint.
type Keeps = fn(&[f64]) -> bool;

/// Of a stored run of three parameters, what the draws of everything after them are.
fn draws_after_three(run: &Path) -> Vec<Vec<f64>> {
    let draws = open_run(run).unwrap().draws_every(1).unwrap();
    draws.values().chunks(draws.parameters().len()).map(|row| row[3..].to_vec()).collect()
}

/// Each of 200 proposals or more would break a constraint that is not looked at with a probability above a tenth.
#[test]
fn a_broken_constraint_of_a_transformed_parameter_rejects() {
    let folder = folder("constraints");
    let correlation: Keeps = |w| w[1].abs() <= 1.0 && w[1] == w[2];
    let cases: [(&str, &str, Keeps); 9] = [
        ("lower", "real<lower=0> w = x[1] - x[2];", |w| w[0] >= 0.0),
        ("bounds", "vector<lower=-1, upper=0.5>[2] w = x[1:2];", |w| w.iter().all(|w| (-1.0..=0.5).contains(w))),
        ("loop", "array[3] real<upper=0.2> w; for (k in 1:3) w[k] = 2 * x[k];", |w| w.iter().all(|&w| w <= 0.2)),
        ("ordered", "ordered[3] w = x;", |w| w.is_sorted()),
        ("positive", "positive_ordered[2] w = x[1:2];", |w| w[0] >= 0.0 && w.is_sorted()),
        ("simplex", "simplex[2] w = [x[1], 1 - x[1]]';", |w| w.iter().all(|w| (0.0..=1.0).contains(w))),
        ("correlation", "corr_matrix[2] w = [[1, x[1]], [x[1], 1]];", correlation),
        ("covariance", "cov_matrix[2] w = [[1, x[1]], [x[1], 2]];", |w| w[0] * w[3] > w[1] * w[2]),
        ("factor", "cholesky_factor_cov[2] w = [[x[1], 0], [x[2], 1]];", |w| w[0] > 0.0),
    ];
    for (name, declaration, keeps) in cases {
        let text = format!(
            "parameters {{ vector[3] x; }}\ntransformed parameters {{ {declaration} }}\nmodel {{ x ~ normal(0, 1); }}\n"
        );
        let model = written(&folder, &format!("{name}.stan"), &text);
        for sampler in SAMPLERS {
            let run = folder.join(format!("{name}-{sampler}"));
            let size = ["--sampler", sampler, "--chains", "2", "--warmup", "100", "--draws", "100", "--quiet"];
            ended(&sample(&model, &[&size[..], &["--out", run.to_str().unwrap()]].concat()), 0);
            let draws = draws_after_three(&run);
            let broken = draws.iter().find(|w| !keeps(w));
            assert_eq!(broken, None, "{name} with {sampler}: {declaration}");
            let moved = draws.windows(2).filter(|pair| pair[0] != pair[1]).count();
            assert!(moved > 20, "{name} with {sampler}: the chains moved in {moved} of 200 draws");
        }
    }
}

/// The number that stands between two parts of a text.
#[track_caller]
fn between(text: &str, before: &str, after: &str) -> usize {
    let from = text.find(before).unwrap_or_else(|| panic!("`{before}` is not in: {text}")) + before.len();
    let until = text[from..].find(after).unwrap_or_else(|| panic!("`{after}` is not in: {text}"));
    text[from..from + until].parse().unwrap_or_else(|_| panic!("{}", &text[from..from + until]))
}

/// The counts of all lines that end in `; COUNT` and the given words, in their order.
fn counts(said: &str, words: &str) -> Vec<usize> {
    let ends = said.lines().filter_map(|line| line.strip_suffix(words)?.rsplit_once("; "));
    ends.map(|(_, count)| count.parse().unwrap_or_else(|_| panic!("{count}"))).collect()
}

#[test]
fn rejected_proposals_are_told_with_their_reasons_and_how_many_they_are() {
    let folder = folder("proposals");
    let model = written(&folder, "cut.stan", CUT);
    let free = written(&folder, "free.stan", "parameters { real a; } model { a ~ normal(0, 1); }");
    for (sampler, proposals) in [("nuts", "trajectories"), ("metropolis", "moves")] {
        let size = ["--sampler", sampler, "--chains", "4", "--warmup", "200", "--draws", "100"];
        let told = ended(&sample(&model, &size), 0);
        let made = between(&told, "note: of ", &format!(" {proposals} from where the chains ended"));
        let lead = " lead to states that the model rejects (density zero, as in Stan):";
        let rejected = between(&told, "from where the chains ended, ", lead);
        assert!(0 < rejected && rejected < made, "{rejected} of {made}");
        let reasons = counts(&told, &format!(" of {made}"));
        assert!(reasons.is_sorted_by(|more, fewer| more >= fewer), "the most frequent comes first: {told}");
        assert_eq!((reasons.len(), reasons.iter().sum::<usize>()), (2, rejected), "{told}");
        // The values are those that were found: below the bound, and beyond the limit.
        for sentence in ["  w is -", "but must be greater than or equal to 0 (", "cut.stan:2); "] {
            assert!(told.contains(sentence), "`{sentence}` is not in: {told}");
        }
        let line = told.lines().find(|line| line.contains("cut.stan:5); ")).unwrap_or_else(|| panic!("{told}"));
        let value = line.split("a is too large: ").nth(1).unwrap().split(" (").next().unwrap();
        assert!(value.parse::<f64>().unwrap() > 0.8, "{line}");

        assert!(!ended(&sample(&model, &[&size[..], &["--quiet"]].concat()), 0).contains("the model rejects"));
        assert!(!ended(&sample(&free, &size), 0).contains("the model rejects"), "it rejects nothing");
    }
}

#[test]
fn where_no_chain_can_start_the_places_are_told_with_counts_and_carets() {
    let folder = folder("starts");
    let text = "parameters { real x; }
model {
  if (x > 0.3) reject(\"above: \", x);
  if (x <= 0.3) reject(\"below\");
  x ~ normal(0, 1);
}
";
    let model = written(&folder, "two.stan", text);
    for sampler in SAMPLERS {
        let told = refused(&sample(&model, &["--sampler", sampler, "--quiet"]));
        assert!(told.contains("no starting point with a finite log density after 100 attempts"), "{told}");
        // A start is below 0.3 with a probability of 0.575: that 42 or fewer of 100 are has one of 0.001.
        let [below, above] = ["two.stan:4); ", "two.stan:3); "].map(|place| between(&told, place, " of 100 attempts"));
        assert!(below > 42 && below + above == 100, "{below} and {above} in {told}");
        let value = told.split("above: ").nth(1).unwrap().split(" (").next().unwrap();
        assert!(value.parse::<f64>().unwrap() > 0.3, "{told}");
        for picture in ["below (", "two.stan:4); ", "two.stan:4:17", "two.stan:3:16", " 4 │   if (x <= 0.3)", "┬"] {
            assert!(told.contains(picture), "`{picture}` is not in: {told}");
        }
        let one = refused(&sample(&model, &["--sampler", sampler, "--init", "0", "--json"]));
        for sentence in ["after 1 attempt: the last was x = 0.0000", "below (", "two.stan:4); 1 of 1 attempt"] {
            assert!(one.contains(sentence), "`{sentence}` is not in: {one}");
        }
        assert!(!one.contains("above"), "{one}");
    }
}

#[test]
fn of_many_places_that_reject_starts_three_are_shown_and_the_others_counted() {
    let folder = folder("places");
    let bounds = [("x > 1", "a"), ("x > 0.5", "b"), ("x > 0", "c"), ("x > -0.5", "d"), ("x <= -0.5", "e")];
    let rows = bounds.map(|(when, letter)| format!("  if ({when}) reject(\"{letter}\");\n")).concat();
    let model = written(&folder, "five.stan", &format!("parameters {{ real x; }}\nmodel {{\n{rows}}}\n"));
    let told = refused(&sample(&model, &["--quiet"]));
    let found = counts(&told, " of 100 attempts");
    assert!(found.len() == 3 && found.is_sorted_by(|more, fewer| more >= fewer), "{found:?} in {told}");
    assert_eq!(told.matches("five.stan:").count(), 6, "a sentence and a picture of each: {told}");
    assert!(told.contains("and 2 more places"), "{told}");
}

#[test]
fn a_requirement_that_no_start_can_meet_is_told_in_stans_words() {
    let folder = folder("requirements");
    let cases = [
        (
            "simplex",
            "data { array[3] int y; } parameters { vector<lower=0, upper=1>[3] theta; }\nmodel { y ~ categorical(theta); }",
            r#"{"y": [1, 2, 3]}"#,
            "categorical_lpmf: Probabilities parameter is not a valid simplex. sum(Probabilities parameter) = ",
            "but should be 1 (",
        ),
        (
            "symmetric",
            "data { vector[2] y; } parameters { matrix[2, 2] S; }\nmodel { y ~ multi_normal([0, 0]', S); }",
            r#"{"y": [1, -1]}"#,
            "multi_normal_lpdf: ",
            " is not symmetric. ",
        ),
        (
            "declared",
            "parameters { vector[3] x; }\ntransformed parameters { simplex[3] p = x; }\nmodel { x ~ normal(0, 1); }",
            "{}",
            "p is not a valid simplex. ",
            " but should be ",
        ),
    ];
    for (name, text, values, requirement, rest) in cases {
        let model = written(&folder, &format!("{name}.stan"), text);
        let data = written(&folder, &format!("{name}.json"), values);
        for sampler in SAMPLERS {
            let told = refused(&sample(&model, &["--data", &data, "--sampler", sampler, "--quiet"]));
            for sentence in
                [requirement, rest, &format!("{name}.stan:2); 100 of 100 attempts"), &format!("{name}.stan:2:"), "┬"]
            {
                assert!(told.contains(sentence), "`{sentence}` is not in: {told}");
            }
        }
    }
}

/// The density is finite at zero, and its derivative there is 1e400. Metropolis needs none.
#[test]
fn nuts_starts_only_where_the_gradient_is_finite() {
    let folder = folder("gradients");
    let text = "data { real big; } parameters { real x; } model { target += atan(big * (big * x)) - square(x); }";
    let model = written(&folder, "steep.stan", text);
    let data = written(&folder, "steep.json", r#"{"big": 1e200}"#);
    let size = ["--data", &data, "--init", "0", "--draws", "10", "--warmup", "10", "--json"];
    let told = refused(&sample(&model, &[&size[..], &["--sampler", "nuts"]].concat()));
    for sentence in
        ["no starting point with a finite gradient after 1 attempt", "the gradient evaluated at the initial"]
    {
        assert!(told.contains(sentence), "`{sentence}` is not in: {told}");
    }
    let output = sample(&model, &[&size[..], &["--sampler", "metropolis"]].concat());
    ended(&output, 0);
    assert_eq!(object(&output)["draws"], 10);
}

#[test]
fn an_error_that_ends_a_run_is_not_taken_for_a_rejection() {
    let folder = folder("fatal");
    let text = "parameters { real x; }\nmodel {\n  if (x > 0.5) fatal_error(\"end\");\n  x ~ normal(0, 1);\n}\n";
    let model = written(&folder, "fatal.stan", text);
    let told = refused(&sample(&model, &["--draws", "10"]));
    assert!(told.contains("`fatal_error` under a condition on parameters") && told.contains("fatal.stan:3:"), "{told}");
}
