//! The room as a whole: pictures of every mistake, and texts that nobody would write.

use super::error::{Error, Errors};
use super::parse_and_check;
use super::source::Source;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The ridge of the seed notebook: only the sum of the two intercepts is identified.
pub(super) const BOUNDED: &str = "\
data {
  int<lower=0> N;
  vector[N] y;
}
parameters {
  real<lower=0> sigma;
  real<lower=-1e6, upper=1e6> alpha1;
  real<lower=-1e6, upper=1e6> alpha2;
}
transformed parameters {
  real mu = alpha1 + alpha2;
}
model {
  sigma ~ cauchy(0, 1);          // half-Cauchy through the bound
  alpha1 ~ uniform(-1e6, 1e6);
  y ~ normal(mu, sigma);
}
";

/// The same with priors that pin the intercepts.
pub(super) const UNBOUNDED: &str = "\
data {
  int<lower=0> N;
  vector[N] y;
}
parameters {
  real<lower=0> sigma;
  real alpha1;
  real alpha2;
}
transformed parameters {
  real mu = alpha1 + alpha2;
}
model {
  sigma ~ cauchy(0, 1);
  alpha1 ~ normal(5, 1);
  alpha2 ~ normal(5, 1);
  y ~ normal(mu, sigma);
}
";

/// One wrong model a line or so: together they make every mistake there is.
const WRONG: &[&str] = &[
    "model { target += 1 \u{2212} 2; }",
    "# my model\nmodel { }",
    "model { }\n/* open",
    "model { print(\"open); }",
    "data { vector[2x] y; }",
    "data { vector[3000000000] y; }",
    "model { target += 1e999; }",
    "model { target += ; }",
    "parameters {\n  real alpha1\n  real alpha2;\n}",
    "model {\n  target += (1 + 2;\n}",
    "model {\n  target += 1;\n",
    "modle { }",
    "data { }\ndata { }",
    "model { }\nparameters { real mu; }",
    "parameters { reel mu; }",
    "parameters { mu ~ normal(0, 1); }",
    "parameters { real<lower=0, lower=1> mu; }",
    "model { real mu; mu <- 1; }",
    "model {\n  for (n in 1:10) target += n;\n}",
    "parameters { real target; }",
    "parameters { real mu__; }",
    "data { real mu; }\nparameters { real mu; }",
    "parameters {\n\treal<lower=0> sigma;\n}\nmodel {\n\tsgima ~ cauchy(0, 1);\n}\n",
    "model { target += squrt(2); }",
    "model { 1 ~ nomral(0, 1); }",
    "model { target += normal(0, 1); }",
    "model { 1 ~ exp(1); }",
    "model { target += exp; }",
    "parameters { real mu; }\nmodel { target += mu(2); }",
    "parameters { real mu; }\nmodel { mu ~ normal(0); }",
    "data { real x; int k; }\nmodel { target += x %/% k; }",
    "data { real N; vector[N] y; }",
    "data { int<lower=0.5> N; }",
    "parameters { int k; }",
    "model { real<lower=0> x; }",
    "parameters { real mu = 1; }",
    "data { real x; }\nmodel { x = 1; }",
    "model { real x; target += x; }",
    "transformed parameters { real mu; }",
    "transformed parameters { real mu = 1; mu ~ normal(0, 1); }",
];

fn errors(text: &str) -> Errors {
    parse_and_check(&Source::new("wrong.stan", text)).expect_err("the text is wrong")
}

#[test]
fn every_mistake_has_its_picture() {
    let mut pictures = String::new();
    for text in WRONG {
        let found = errors(text);
        let picture = found.render(&Source::new("wrong.stan", *text), false);
        let _ = writeln!(pictures, "{picture}");
    }
    insta::assert_snapshot!(pictures);
}

#[test]
fn no_constructor_is_without_a_wrong_model() {
    // The one mistake that no short text can make.
    let deep = format!("model {{ target += {}", "(".repeat(1000));
    let made: BTreeSet<String> = WRONG
        .iter()
        .copied()
        .chain([deep.as_str()])
        .flat_map(|text| errors(text).as_slice().to_vec())
        .filter_map(|error| format!("{error:?}").split(' ').next().map(str::to_owned))
        .collect();
    let constructors = include_str!("error.rs").matches("    #[error(").count();
    assert_eq!(made.len(), constructors, "made: {made:?}");
}

#[test]
fn each_wrong_model_makes_one_mistake() {
    for text in WRONG {
        assert_eq!(errors(text).as_slice().len(), 1, "{text}\n{}", errors(text));
    }
}

#[test]
fn a_picture_names_file_line_and_column() {
    let text = BOUNDED.replace("y ~ normal(mu, sigma)", "y ~ normal(mu, sgima)");
    let picture = errors(&text).render(&Source::new("ridge.stan", text), false);
    insta::assert_snapshot!(picture, @r"
    Error: `sgima` has not been declared; did you mean `sigma`?
        ╭─[ ridge.stan:16:18 ]
        │
     16 │   y ~ normal(mu, sgima);
        │                  ──┬──
        │                    ╰──── not declared
    ────╯
    ");
}

#[test]
fn windows_line_ends_and_wide_letters_keep_the_caret_in_place() {
    let text = "/* \u{3bc}\u{3c3} */ parameters {\r\n\treal \u{e4};\r\n}\r\n";
    let picture = errors(text).render(&Source::new("wrong.stan", text), false);
    insta::assert_snapshot!(picture, @r"
    Error: Stan has no use for the character `ä` here
       ╭─[ wrong.stan:2:7 ]
       │
     2 │   real ä;
       │        ┬
       │        ╰── this character
    ───╯
    ");
}

#[test]
fn colour_is_given_only_when_asked_for() {
    let text = "model { \u{1b}[31m }";
    let source = Source::new("wrong\u{1b}.stan", text);
    assert!(!errors(text).render(&source, false).contains('\u{1b}'));
    assert!(errors(text).render(&source, true).contains('\u{1b}'));
}

#[test]
fn a_model_cannot_steer_the_terminal() {
    // An escape, its one-character twin, a mark that reverses the line, a bell.
    let text = "model { mu = 1; // \u{1b}[2J \u{9b}2J \u{202e} \u{7} \u{e9}\n}";
    let picture = errors(text).render(&Source::new("wrong.stan", text), false);
    assert!(picture.contains("// ?[2J \u{bf}2J \u{fffd} ? \u{e9}"), "{picture}");
}

#[test]
fn a_flood_of_mistakes_is_counted_and_not_drawn() {
    let text = format!("model {{ {} }}", "target += x; ".repeat(10_000));
    let found = errors(&text);
    assert_eq!(found.as_slice().len(), 100);
    let picture = found.render(&Source::new("wrong.stan", text.replace("; ", ";\n")), false);
    assert!(picture.ends_with("and 80 more\n"));
}

#[test]
fn a_mebibyte_of_stack_reads_the_deepest_model() {
    // Windows gives a program's first thread one mebibyte.
    let read = || {
        for level in ["(", "-", "f(", "2 ^ "] {
            let found = errors(&format!("model {{ target += {}", level.repeat(100_000)));
            assert!(matches!(found.as_slice(), [Error::TooDeep { .. }]), "{level}: {found}");
        }
    };
    let reader = std::thread::Builder::new().stack_size(1024 * 1024).spawn(read).expect("a thread starts");
    reader.join().expect("every form of nesting meets the limit");
}

#[test]
fn spans_stay_inside_the_text() {
    for text in WRONG {
        for error in errors(text).as_slice() {
            // A span outside the text, or inside a letter, would make the picture fail.
            assert!(error.render(&Source::new("", *text), false).contains(&error.to_string()));
        }
    }
}

/// Words and signs of the language and a few that are not.
const PIECES: &[&str] = &[
    "data",
    "parameters",
    "transformed",
    "generated quantities",
    "model",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "=",
    ";",
    ",",
    "~",
    "+=",
    "-",
    "+",
    "*",
    "/",
    "^",
    "'",
    "%/%",
    "?",
    ":",
    "|",
    ".",
    "int",
    "real",
    "vector",
    "lower",
    "upper",
    "array",
    "matrix",
    "mu",
    "y",
    "N",
    "normal",
    "exp",
    "target",
    "for",
    "if",
    "else",
    "T",
    "0",
    "1.5",
    "1e6",
    "\"a\"",
    "// a\n",
    "/*",
    "*/",
    "#",
    "\u{3bc}",
    "\n",
    " ",
    "\r\n",
    "\u{2028}",
    "\u{202e}",
];

/// What every text, right or wrong, must survive.
fn survives(text: &str) {
    let source = Source::new("any.stan", text);
    if let Err(errors) = parse_and_check(&source) {
        assert!(!errors.as_slice().is_empty(), "a refusal without a reason");
        let first: Vec<&Error> = errors.as_slice().iter().take(3).collect();
        for error in first {
            assert!(!error.render(&source, false).contains('\u{1b}'));
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn any_heap_of_words_is_read_or_refused(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        survives(&pieces.join(" "));
    }

    #[test]
    fn a_damaged_model_is_read_or_refused(
        bounded in any::<bool>(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, prop::sample::select(PIECES)), 1..4),
    ) {
        let mut text: String = if bounded { BOUNDED } else { UNBOUNDED }.to_owned();
        for (place, length, piece) in damages {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let start = place.index(starts.len());
            let end = (start + length).min(starts.len() - 1);
            text.replace_range(starts[start]..starts[end], piece);
        }
        survives(&text);
    }
}
