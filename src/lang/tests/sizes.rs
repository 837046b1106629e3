//! Sizes that do not fit are sentences; sizes that do are what they are in Stan.
//!
//! A table of what was once a panic, a few to each kind. All calls with thrown sizes are in `tests/fuzz`.

use super::assert_alike;
use crate::lang::source::Source;
use crate::lang::{self, Settings};
use crate::model::data::Data;

/// What is wrong with a statement of the model block, whose parameter is `x`.
fn refusal(statement: &str) -> String {
    let text = format!("parameters {{ real<lower=0, upper=1> x; vector[9] y; }} model {{ {statement} }}");
    let compiled = lang::compile(&Source::new("test.stan", text), &Data::default(), "test", Settings::default());
    compiled.expect_err(statement).to_string()
}

#[test]
fn arguments_of_distributions_must_fit_each_other() {
    for (statement, sentence) in [
        (
            "identity_matrix(3) ~ wishart(4, [[1, 0.2], [0.2, x]]);",
            "the sizes do not agree: matrix[3, 3] and matrix[2, 2]",
        ),
        (
            "identity_matrix(2) ~ inv_wishart(4, identity_matrix(3));",
            "the sizes do not agree: matrix[2, 2] and matrix[3, 3]",
        ),
        (
            "rep_matrix(x, 2, 3) ~ wishart(4, identity_matrix(2));",
            "this needs a square matrix, and is given matrix[2, 3]",
        ),
        ("rep_matrix(x, 3, 2) ~ lkj_corr(1);", "this needs a square matrix, and is given matrix[3, 2]"),
        ("rep_matrix(x, 3, 1) ~ lkj_corr_cholesky(1);", "this needs a square matrix, and is given matrix[3, 1]"),
        (
            "1 ~ categorical(rep_vector(x, 0));",
            "categorical_lpmf: Number of categories is 1, but must be in the interval [1, 0]",
        ),
        (
            "1 ~ categorical_logit(rep_vector(x, 0));",
            "categorical_logit_lpmf: categorical outcome out of support is 1, but must be in the interval [1, 0]",
        ),
        (
            "target += ordered_logistic_lpmf({1, 2, 1} | [x, x]', [1, 2]');",
            "the sizes do not agree: array[3] real and vector[2]",
        ),
        (
            "target += ordered_probit_lpmf({1, 2} | x, rep_array([1, 2]', 3));",
            "the sizes do not agree: array[3] vector[2] and array[2] real",
        ),
        (
            "rep_array([x, x]', 3) ~ multi_normal(rep_array([0, 0]', 2), identity_matrix(2));",
            "the sizes do not agree: array[3] vector[2] and array[2] vector[2]",
        ),
        (
            "rep_array([x, 1 - x]', 3) ~ dirichlet(rep_array([1, 1]', 1));",
            "the sizes do not agree: array[3] vector[2] and array[1] vector[2]",
        ),
        (
            "target += categorical_logit_glm_lpmf({1, 2} | [[x], [1]], [x, 0]', [[1, 2, 3]]);",
            "the sizes do not agree: vector[2] and matrix[1, 3]",
        ),
        (
            "target += categorical_logit_glm_lpmf({1, 2, 1} | [[x], [1]], [x, 0]', [[1, 2]]);",
            "the sizes do not agree: array[3] real and vector[2]",
        ),
        (
            "target += ordered_logistic_glm_lpmf({1, 2, 1} | [[x], [1]], [x]', [0, 1]');",
            "the sizes do not agree: array[3] real and vector[2]",
        ),
    ] {
        assert_eq!(refusal(statement), sentence, "{statement}");
    }
}

#[test]
fn counts_that_parameters_decide_are_not_summed_to() {
    for call in [
        "poisson_lcdf(x > 0.5 | 2)",
        "poisson_lccdf({1, x > 0.5 ? 1 : 2} | 2)",
        "binomial_cdf(1 | x > 0.5 ? 1 : 2, 0.3)",
        "binomial_lcdf(1 | 1 + (x > 0.5), 0.3)",
        "neg_binomial_2_lcdf(1 + (x > 0.5) | 2, x)",
        "beta_binomial_lccdf(1 | 1 + (x > 0.5), 2, x)",
    ] {
        let refused = refusal(&format!("target += {call};"));
        assert!(refused.starts_with("an integer depends on parameters here"), "{call}: {refused}");
    }
    assert!(refusal("int k = 0; if (x > 0.5) k = 1; 3 ~ poisson(2) T[k, ];").starts_with("an integer depends"));
    // What is carried from row to row is known once the rows are run one by one.
    assert_alike(
        "parameters { real x; } model { int k = 0; for (i in 1:9) { k += i; target += poisson_lcdf(k | exp(x)); } }",
        "parameters { real x; } model { for (i in 1:9) target += poisson_lcdf((i * (i + 1)) %/% 2 | exp(x)); }",
    );
}

#[test]
fn distribution_functions_of_known_numbers_have_no_term_for_each_count() {
    assert_alike(
        "parameters { real x; } model { target += x * neg_binomial_2_cdf(100000000 | 3.0, 2.0); }",
        "parameters { real x; } model { target += x; }",
    );
}

#[test]
fn results_that_no_machine_has_room_for_are_refused() {
    for statement in [
        "target += sum(diag_matrix(rep_vector(1, 100000)));",
        "target += sum(tcrossprod(rep_matrix(x, 100000, 1)));",
        "target += sum(crossprod(rep_matrix(x, 1, 100000)));",
        "target += sum(rep_vector(x, 100000) * rep_row_vector(1, 100000));",
        "target += sum(gp_exp_quad_cov(linspaced_array(100000, 0, 1), x, 1));",
    ] {
        assert!(refusal(statement).contains("elements are more than there is room for"), "{statement}");
    }
    for statement in ["target += rising_factorial(x, 2147483647);", "target += poisson_lcdf(2147483647 | x);"] {
        assert!(refusal(statement).starts_with("the program would be too large"), "{statement}");
    }
}

#[test]
fn declarations_have_the_sizes_that_their_types_ask_for() {
    for (declaration, sentence) in [
        ("cholesky_factor_cov[2, 3] q", "`q` must have at least as many rows as columns, and has 2 and 3"),
        ("simplex[0] q", "`q` must have at least one element"),
        ("array[2] unit_vector[0] q", "`q` must have at least one element"),
        ("sum_to_zero_vector[0] q", "`q` must have at least one element"),
    ] {
        let text = format!("parameters {{ {declaration}; }}");
        let compiled = lang::compile(&Source::new("test.stan", text), &Data::default(), "test", Settings::default());
        assert_eq!(compiled.expect_err(declaration).to_string(), sentence);
    }
}

#[test]
fn one_bound_of_data_and_one_of_parameters_go_together() {
    let model = |lower: &str| {
        format!(
            "transformed data {{ vector[9] low = rep_vector(-1, 9); }} parameters {{ vector<lower=1>[9] high; \
             vector<lower={lower}, upper=high>[9] q; }} model {{ q ~ normal(0, high); }}"
        )
    };
    assert_alike(&model("low"), &model("-1"));
}

#[test]
fn ints_in_arrays_take_the_shape_of_what_they_stand_beside() {
    for (one, other) in [
        ("lmgamma({{1, 2, 3}, {4, 5, 6}}, rep_matrix(9 + x, 2, 3))[2, 1]", "lmgamma(4, 9 + x)"),
        ("pow({{1, 2, 3}, {4, 5, 6}}, rep_matrix(x, 2, 3))[2, 1]", "pow(4, x)"),
        ("rising_factorial([x, 2]', {1, 3})' * [1, 1]'", "rising_factorial(x, 1) + 24"),
        ("sum(rep_row_vector(x, 2) .* fmax({1, 2}, [x, x]))", "3 * x"),
    ] {
        let model = |value: &str| format!("parameters {{ real<lower=0, upper=1> x; }} model {{ target += {value}; }}");
        assert_alike(&model(one), &model(other));
    }
}

#[test]
fn one_row_of_covariates_serves_all_outcomes() {
    for (glm, plain) in [
        ("[1, 3]' ~ normal_id_glm([x, 2], [0.5, x]', [3, x]', 2);", "[1, 3]' ~ normal([0.5 + 5 * x, 6 * x]', 2);"),
        (
            "target += bernoulli_logit_glm_lpmf({1, 0, 1} | [x, 2], 0.5, [3, x]');",
            "target += bernoulli_logit_lpmf({1, 0, 1} | 0.5 + 5 * x);",
        ),
        (
            "target += ordered_logistic_glm_lpmf({1, 2} | [x, 2], [3, x]', [0, 1]');",
            "target += ordered_logistic_lpmf({1, 2} | 5 * x, [0, 1]');",
        ),
        (
            "target += categorical_logit_glm_lpmf({1, 2} | [x, 2], [0, 1]', [[3, 0], [x, 0]]);",
            "target += categorical_logit_lpmf({1, 2} | [5 * x, 1]');",
        ),
    ] {
        let model = |statement: &str| format!("parameters {{ real x; }} model {{ {statement} }}");
        assert_alike(&model(glm), &model(plain));
    }
}

#[test]
fn ints_stay_within_the_range_of_stan_in_functions_too() {
    for value in
        ["sum({2147483647, 1})", "prod({65536, 32768})", "cumulative_sum({2147483647, 1})[2]", "2147483647 + 1"]
    {
        let refused = refusal(&format!("int k = {value}; target += k;"));
        assert!(refused.contains("outside of the range of Stan's integers"), "{value}: {refused}");
    }
    assert_alike(
        "parameters { real x; } model { int k = -2147483647 - 1; x ~ normal(k + 2147483647, 1); }",
        "parameters { real x; } model { x ~ normal(-1, 1); }",
    );
}

#[test]
fn a_broken_constraint_is_told_by_its_part_of_an_array() {
    for (declaration, sentence) in [
        ("real<lower=-0.3> b = -0.31", "b is -0.31, but must be greater than or equal to -0.3"),
        ("array[2, 2] int<upper=3> b = {{1, 2}, {3, 4}}", "b[2][2] is 4, but must be less than or equal to 3"),
        (
            "array[2] matrix<lower=0>[1, 2] b = {[[1, 2]], [[3, -4]]}",
            "b[2][1, 2] is -4, but must be greater than or equal to 0",
        ),
        (
            "array[2] simplex[2] b = {[0.5, 0.5]', [0.5, 0.75]'}",
            "b[2] is not a valid simplex. sum(b[2]) = 1.25, but should be 1",
        ),
        (
            "array[2, 1] ordered[2] b = {{[1, 2]'}, {[2, 1]'}}",
            "b[2][1] is not a valid ordered vector. The element at 2 is 1, but should be greater than the previous element, 2",
        ),
    ] {
        let text = format!("transformed data {{ {declaration}; }}");
        let compiled = lang::compile(&Source::new("test.stan", text), &Data::default(), "test", Settings::default());
        assert_eq!(compiled.expect_err(declaration).to_string(), sentence);
    }
}

#[test]
fn a_program_that_would_be_too_large_is_refused_at_the_place_that_writes_most_of_it() {
    let refused = |text: &str, memory: usize| {
        let settings = Settings { memory, ..Settings::default() };
        let error = lang::compile(&Source::new("test.stan", text), &Data::default(), "test", settings);
        let error = error.expect_err(text);
        (error.to_string(), error.render(&Source::new("test.stan", text), false))
    };
    // A factor of n rows takes n^3 / 3 operations, and the matrix before it some n^2.
    let process = "parameters { real<lower=0> rho; }\nmodel {\n  matrix[400, 400] K = gp_exp_quad_cov(linspaced_array(400, 0, 9), \
                   1, rho);\n  target += sum(cholesky_decompose(K));\n}";
    let (sentence, picture) = refused(process, usize::MAX);
    assert!(
        sentence.contains("operations are written by `cholesky_decompose`, and 2,500,000 are the limit"),
        "{sentence}"
    );
    assert!(picture.contains("test.stan:4:"), "{picture}");
    // What memory there is lowers the limit.
    let (sentence, _) = refused(&process.replace("400", "60"), 30_000_000);
    assert!(sentence.contains("and 20,000 are the limit"), "{sentence}");
    // Loops that are run row by row, products, systems, and functions that call each other.
    for (text, what) in [
        ("parameters { matrix[300, 300] a; } model { target += sum(a * a); }", "this statement"),
        ("parameters { matrix[300, 300] a; } model { target += sum(inverse(a)); }", "`inverse`"),
        (
            "parameters { real x; } model { real y = x; int i = 0; while (i < 2000000) { i += 1; y = sin(y + i); } \
             target += y; }",
            "this statement",
        ),
    ] {
        let (sentence, _) = refused(text, usize::MAX);
        assert!(sentence.contains(what), "{text}: {sentence}");
    }
    let doubled: String =
        (1..=30).map(|n| format!("real f{n}(real x) {{ return f{0}(x) + f{0}(x); }}\n", n - 1)).collect();
    let text = format!(
        "functions {{ real f0(real x) {{ return x; }}\n{doubled} }}\nparameters {{ real x; }} model {{ target += f30(x); }}"
    );
    let (sentence, _) = refused(&text, usize::MAX);
    assert!(sentence.contains("more than 10,000,000 statements"), "{sentence}");
}
