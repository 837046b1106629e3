//! Claims about texts that Stan's own compiler refuses: which of them are refused here, and which keep their meaning.
//!
//! The texts are those of stanc3's `test/integration/bad` (BSD-3-Clause, stan-dev/stanc3), shortened; the table is in
//! `docs/stan.md`.

use crate::lang::parse_and_check;
use crate::lang::source::Source;

fn sentences(text: &str) -> Vec<String> {
    match parse_and_check(&Source::new("test.stan", text)) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.as_slice().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn what_stan_refuses_to_protect_a_meaning_is_refused() {
    let function = "is a function of Stan's library";
    for (text, sentence) in [
        (
            "functions { real part_lp(array[] int x, int start, int end, real mu) { target += mu; return mu; } }
             data { array[9] int x; } parameters { real mu; }
             model { target += reduce_sum(part_lp, x, 1, mu); }",
            "`part_lp` cannot be summed in parts: a function whose name ends in `_lp` does more than return a value",
        ),
        (
            "functions { real part_rng(array[] int x, int start, int end) { return normal_rng(0, 1); } }
             data { array[9] int x; } generated quantities { real z = reduce_sum(part_rng, x, 1); }",
            "`part_rng` cannot be summed in parts: a function whose name ends in `_rng` does more than return a value",
        ),
        ("functions { int log10(int x) { return 1; } }", &format!("`log10` with these types {function}")),
        ("functions { real log10(int x) { return 1; } }", &format!("`log10` with these types {function}")),
        ("functions { real lgamma(array[] int x) { return 1; } }", &format!("`lgamma` with these types {function}")),
        (
            "functions { real laplace_marginal_tol_neg_binomial_2_log_lpmf(int y) { return 1.0; } }",
            &format!(
                "`laplace_marginal_tol_neg_binomial_2_log_lpmf` {function} that takes a function, and no model can \
                 define another"
            ),
        ),
        (
            "functions { vector ode_rk45(vector y) { return y; } }",
            &format!("`ode_rk45` {function} that takes a function, and no model can define another"),
        ),
        (
            "functions { void foo_lp(real y, real mu) { target += normal_lupdf(y | mu, 1); } }
             parameters { real y; } transformed parameters { foo_lp(y, 0); }",
            "`normal_lupdf` is known only up to a constant, which is enough in the `model` block and in densities alone",
        ),
        (
            "functions { real f(data real x); real f(real x) { return 2 * x; } }",
            "`f` is declared with `data` at other arguments than it is defined with",
        ),
        (
            "functions { real f(real x); real f(data real x) { return 2 * x; } }",
            "`f` is declared with `data` at other arguments than it is defined with",
        ),
        (
            "generated quantities { array[2] int x = {1, 2}; x[x[1]] = 2; }",
            "`x` is assigned here, and an index of the assigned element reads it",
        ),
        (
            "generated quantities { array[2] int n = {1, 2}; array[2] int x = {1, 2}; x[n[x[1]]] = 2; }",
            "`x` is assigned here, and an index of the assigned element reads it",
        ),
        ("generated quantities { real x; real y; x ./= y; }", "`./` does not work on `real` and `real`"),
        ("generated quantities { real x; real y; x .*= y; }", "`.*` does not work on `real` and `real`"),
    ] {
        assert_eq!(sentences(text), [sentence], "{text}");
    }
}

#[test]
fn what_stan_has_only_taken_out_keeps_the_meaning_that_it_had() {
    for text in [
        "transformed data { real mu = fabs(-1.2); }",
        "transformed data { real x = 1; real y = multiply_log(x, x) + binomial_coefficient_log(x, x); }",
        "data { int<lower=0> a[1]; int b[2, 3]; vector[7] c[8]; simplex[8] f[9, 10]; }",
        "data { int upper; int lower; int multiplier; int offset; }",
    ] {
        assert_eq!(sentences(text), [""; 0], "{text}");
    }
}

#[test]
fn what_only_looks_like_these_is_accepted() {
    for text in [
        "functions { real part_lpmf(array[] int x, int start, int end, real mu) { return poisson_lpmf(x | mu); } }
         data { array[9] int x; } parameters { real<lower=0> mu; }
         model { target += reduce_sum(part_lupmf, x, 1, mu); }",
        "functions { real log10(vector x, vector y) { return 1; } vector dae_of(vector y) { return y; } }",
        "functions { real f(data real x); real f(data real x) { return 2 * x; } }",
        "functions { real f_lpdf(real y) { return normal_lupdf(y | 0, 1); } }",
        "generated quantities { array[2] int n = {1, 2}; array[2] int x = {1, 2}; x[n[2]] = x[1]; x[1] += x[2]; }",
        "generated quantities { vector[2] x; x ./= x; x .*= x; }",
    ] {
        assert_eq!(sentences(text), [""; 0], "{text}");
    }
}
