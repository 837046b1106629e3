//! Claims about names and types that are refused, and about how many sentences a slip costs.

use crate::lang::parse_and_check;
use crate::lang::source::Source;

fn sentences(text: &str) -> Vec<String> {
    let errors = parse_and_check(&Source::new("test.stan", text)).expect_err("the text is wrong");
    errors.as_slice().iter().map(ToString::to_string).collect()
}

/// What is wrong with statements of a model block, behind declarations that are right.
fn in_model(statements: &str) -> Vec<String> {
    sentences(&format!(
        "functions {{ real f(real x, data real d) {{ return x; }} void v(int n) {{ }} }}
         data {{ int N; real x; vector[N] y; array[N] real r; array[N] int k; }}
         transformed data {{ real t; }}
         parameters {{ real a; matrix[2, 2] m; }}
         transformed parameters {{ real u = a; }}
         model {{ {statements} }}"
    ))
}

#[test]
fn one_slip_gives_one_error() {
    assert_eq!(
        sentences(
            "parameters { real sigma; int k; } model { real s = exp(sgima) + 1; s ~ normal(k, s + y); k ~ cauchy(0, 1);
               for (q in zz) { target += q[1]; } }"
        ),
        [
            "`k` cannot be an `int`: the `parameters` block holds continuous quantities",
            "`sgima` has not been declared; did you mean `sigma`?",
            "`y` has not been declared",
            "`zz` has not been declared",
        ]
    );
}

#[test]
fn names_declared_together_share_one_mistake() {
    assert_eq!(sentences("data { int<lower = 0.5> a, b; }"), ["the lower bound must be `int`, and this is `real`"]);
}

#[test]
fn a_loop_that_changes_what_it_runs_over_is_refused() {
    for (statement, name) in [
        ("int most = 3; for (i in 1:most) most = 1;", "most"),
        ("array[2] int own = {1, 2}; for (i in 1:(own[1] + 1)) { if (i > 1) own[1] += 1; }", "own"),
        ("array[2] int own = {1, 2}; for (i in own) own[2] = 5;", "own"),
    ] {
        let sentence = format!("a loop that assigns to `{name}`, over which it runs, is not supported yet");
        assert_eq!(in_model(statement), [sentence], "{statement}");
    }
    for statement in [
        "int least = 3; for (i in least:4) least = 1;",
        "array[2] int own = {1, 2}; for (i in own[1:2]) own[2] = 5;",
        "int most = 3; array[3] int own; for (i in 1:most) own[i] = most;",
        "array[3] int own; for (i in 1:size(own)) own[i] = i;",
        "matrix[3, 2] own; for (i in 1:num_elements(own[, 1])) own[i] = [1, 2];",
    ] {
        // Another mistake is the only one.
        assert_eq!(in_model(&format!("{statement} b = 1;")), ["`b` has not been declared"], "{statement}");
    }
}

#[test]
fn only_the_own_block_assigns() {
    for (statement, sentence) in [
        ("x = 1;", "`x` is data and cannot be assigned here"),
        ("y[1] += 1;", "`y` is data and cannot be assigned here"),
        ("t = 1;", "`t` is transformed data and cannot be assigned here"),
        ("a += 1;", "`a` is a parameter and cannot be assigned here"),
        ("u = 1;", "`u` is a transformed parameter and cannot be assigned here"),
        ("for (i in 1:2) i = 1;", "`i` is a loop variable and cannot be assigned here"),
        ("b = 1;", "`b` has not been declared"),
        ("x + 1 = 2;", "only a variable, or elements of one, can be assigned"),
        ("array[2] vector[2] z; z[1:2][1] = y;", "elements of several elements cannot be assigned"),
    ] {
        assert_eq!(in_model(statement), [sentence], "{statement}");
    }
}

#[test]
fn suggestions_come_from_what_would_have_fitted() {
    for (text, sentence) in [
        ("model { 1 ~ nromal(0, 1); }", "there is no distribution `nromal`; did you mean `normal`?"),
        ("model { 1 ~ normal_lpdf(0, 1); }", "there is no distribution `normal_lpdf`; did you mean `normal`?"),
        ("model { target += sqr(2); }", "there is no function `sqr`; did you mean `sqrt`?"),
        ("model { target += nomal_lpdf(2 | 0, 1); }", "there is no function `nomal_lpdf`; did you mean `normal_lpdf`?"),
        ("model { target += normal_log(2, 0, 1); }", "there is no function `normal_log`; did you mean `normal_lpdf`?"),
        (
            "model { target += poisson_lpdf(2 | 1); }",
            "there is no function `poisson_lpdf`; did you mean `poisson_lpmf`?",
        ),
        ("model { target += gamma_p(2, 3); }", "the function `gamma_p` is not supported yet"),
        ("model { target += reduce_sum(2, 3); }", "expected the name of a function, found `2`"),
        ("model { target += reduce_sum(f, {3}, 1); }", "there is no function `f`"),
        (
            "model { target += reduce_sum(poisson_lupmf, {3}, 1, 2.5); }",
            "what is to be summed is a function of the model's own, and `poisson_lupmf` is the library's",
        ),
        (
            "functions { real reduce_sum(real x) { return x; } } model { }",
            "`reduce_sum` is a function of Stan's library that takes a function, and no model can define another",
        ),
        (
            "functions { real f(array[] int x, int start, int end) { return 1; } } model { target += reduce_sum(f, {3}); }",
            "`reduce_sum` takes 3 arguments or more (a function, an array, a grainsize), not 2",
        ),
        (
            "functions { real f(array[] int x, int start, int end) { return 1; } } model { target += reduce_sum(f, 3, 1); }",
            "`x` of `reduce_sum` must be an array, and this is `int`",
        ),
        (
            "functions { real f(array[] int x, int start, int end) { return 1; } } \
             model { target += reduce_sum(f, {3}, 1, 2.5); }",
            "`f` takes 3 arguments (x, start, end), not 4",
        ),
        (
            "functions { vector f(array[] int x, int start, int end) { return [1]'; } } \
             model { target += reduce_sum(f, {3}, 1); }",
            "`f` gives `vector` for a part, and what is to be summed is `real`",
        ),
        ("model { target += von_mises_lcdf(2 | 3, 1); }", "the function `von_mises_lcdf` is not supported yet"),
        (
            "functions { vector f(real t, vector y) { return y; } } model { target += sum(ode_rk45(f, [1]', 0, {1})[1]); }",
            "the function `ode_rk45` is not supported yet",
        ),
        ("model { 1 ~ wiener(2, 3); }", "the distribution `wiener` is not supported yet"),
        ("data { rael x; }", "`rael` is not a type; did you mean `real`?"),
        ("model { vecotr<lower = 0>[3] x; }", "`vecotr` is not a type; did you mean `vector`?"),
        ("modle { }", "`modle` is not a program block; did you mean `model`?"),
        ("data { int N; } model { target += n; }", "`n` has not been declared; did you mean `N`?"),
        (
            "functions { real foo(real x) { return x; } } model { target += fooo(1); }",
            "there is no function `fooo`; did you mean `foo`?",
        ),
    ] {
        assert_eq!(sentences(text), [sentence], "{text}");
    }
}

#[test]
fn calls_must_fit() {
    for (statement, sentence) in [
        ("y ~ normal(a);", "`normal` takes 2 arguments (mu, sigma), not 1"),
        (
            "y ~ normal(a, m);",
            "`sigma` of `normal` must be `real`, `vector`, `row_vector` or `array[] real`, and this is `matrix`",
        ),
        ("x ~ poisson(1);", "`n` of `poisson` must be `int` or `array[] int`, and this is `real`"),
        ("target += normal_lpdf(y | a);", "`normal_lpdf` takes 3 arguments (y, mu, sigma), not 2"),
        ("target += normal_lpdf(y, a, 1);", "the outcome of `normal_lpdf` stands before a `|`"),
        ("target += exp(y | 1);", "`exp` is no density: its arguments are separated by commas alone"),
        ("target += f(1);", "`f` takes 2 arguments (x, d), not 1"),
        ("target += f(y, 1);", "`x` of `f` must be `real`, and this is `vector`"),
        ("target += f(1, a);", "`f` wants data here, and this depends on parameters"),
        ("target += rep_vector(y, 2);", "`rep_vector` cannot be called with (vector, int)"),
        ("target += exp(1, 2);", "`exp` takes 1 argument, not 2"),
        ("target += rep_array(1);", "`rep_array` takes 2 or 3 or 4 arguments, not 1"),
        ("target += v(1);", "`v` gives no value"),
        ("f(1, 2);", "nothing is done with what `f` gives"),
        (
            "target += normal_rng(0, 1);",
            "`normal_rng` draws random numbers, which is possible in `transformed data`, in \
            `generated quantities` and in functions whose names end in `_rng`",
        ),
        (
            "y ~ von_mises(1, 1) T[0, ];",
            "`von_mises` cannot be truncated: its distribution functions are not supported yet",
        ),
        ("target += normal(0, 1);", "`normal` is a distribution and can only stand to the right of `~`"),
        ("target += x(1);", "`x` is a variable and cannot be called"),
        ("target += quantile(y, a);", "`quantile` wants data here, and this depends on parameters"),
    ] {
        assert_eq!(in_model(statement), [sentence], "{statement}");
    }
}

#[test]
fn types_must_fit() {
    for (statement, sentence) in [
        ("real z = y;", "the value of `z` must be `real`, and this is `vector`"),
        ("int z = 1.5;", "the value of `z` must be `int`, and this is `real`"),
        ("vector[2] z; z[1] = y;", "what is assigned to `z[…]` must be `real`, and this is `vector`"),
        ("vector[2] z; z = r;", "what is assigned to `z` must be `vector`, and this is `array[] real`"),
        ("int z = 1; z += 0.5;", "what is assigned to `z` must be `int`, and this is `real`"),
        ("target += y * y;", "`*` does not work on `vector` and `vector`"),
        ("target += r + 1;", "`+` does not work on `array[] real` and `int`"),
        ("target += x %/% N;", "`%/%` does not work on `real` and `int`"),
        ("target += x';", "`'` does not work on `real`"),
        ("target += y[1, 2];", "`vector` takes 1 index, not 2"),
        ("target += x[1];", "`real` takes no indexes, not 1"),
        ("target += y[x];", "an index must be an `int` or an `array[] int`, and this is `real`"),
        ("target += y[1:x];", "the end of a range must be `int`, and this is `real`"),
        ("target += sum({1, y});", "the elements of one list have one type, and here are `int` and `vector`"),
        ("target += N ? y : x;", "both values of `? :` have one type, and here are `vector` and `real`"),
        ("if (a) { }", "the condition of `if` must be `int`, and this is `real`"),
        ("while (y) { }", "the condition of `while` must be `int`, and this is `vector`"),
        ("for (i in 1:x) { }", "the end of a loop must be `int`, and this is `real`"),
        (
            "for (i in x) { }",
            "what a loop runs over must be a range `from:to`, an array, a vector or a matrix, and this is `real`",
        ),
        ("vector[x] z;", "the size of `z` must be `int`, and this is `real`"),
        ("y ~ normal(0, 1) T[y, ];", "a bound of `T[ , ]` must be an `int` or a `real`, and this is `vector`"),
        ("k[1] ~ poisson(1) T[a, ];", "a bound of `poisson(…) T[ , ]` must be `int`, and this is `real`"),
        ("k ~ binomial(N, 0.5) T[0, 1.5];", "a bound of `binomial(…) T[ , ]` must be `int`, and this is `real`"),
        ("print([y, y]);", "an element between `[ ]` must be a number or a `row_vector`, and this is `vector`"),
        ("simplex[2] s;", "the local variable `s` cannot have a constraint"),
    ] {
        assert_eq!(in_model(statement), [sentence], "{statement}");
    }
}

#[test]
fn statements_have_their_places() {
    let lp = "belongs in the `model` block or in a function whose name ends in `_lp`";
    for (text, sentence) in [
        ("transformed data { 1 ~ normal(0, 1); }", format!("`~` {lp}")),
        ("generated quantities { target += 1; }", format!("`target +=` {lp}")),
        ("generated quantities { real x = target(); }", format!("`target()` {lp}")),
        ("functions { void f() { target += 1; } }", format!("`target +=` {lp}")),
        ("functions { void f_lp() { } } generated quantities { f_lp(); }", format!("`f_lp` {lp}")),
        (
            "model { jacobian += 1; }",
            "`jacobian +=` belongs in the `transformed parameters` block or in a function \
            whose name ends in `_jacobian`"
                .to_owned(),
        ),
        ("model { break; }", "`break` stands outside of a loop".to_owned()),
        ("model { for (i in 1:2) { } continue; }", "`continue` stands outside of a loop".to_owned()),
        ("model { return; }", "`return` stands outside of a function".to_owned()),
        ("model { { real x; } target += x; }", "`x` is not known here: its block has ended".to_owned()),
        ("model { real x; { real x; } }", "`x` is declared twice".to_owned()),
        (
            "parameters { real N; vector[to_int(N)] x; }",
            "`to_int` wants data here, and this depends on parameters".to_owned(),
        ),
        (
            "parameters { real a; vector[int_step(a)] x; }",
            "the size of `x` must be fixed by data alone, and `a` is a parameter".to_owned(),
        ),
        (
            "parameters { vector[2] a; vector[size(a)] x; }",
            "the size of `x` must be fixed by data alone, and `a` is a parameter".to_owned(),
        ),
        (
            "generated quantities { int n = poisson_rng(3); array[2] vector[n + 1] x; }",
            "the size of `x` must be fixed by data alone, and `n` is a generated quantity".to_owned(),
        ),
        (
            "generated quantities { array[poisson_rng(3)] int x; }",
            "the size of `x` must be fixed by data alone".to_owned(),
        ),
        ("transformed data { vector[poisson_rng(3)] x; }", "the size of `x` must be fixed by data alone".to_owned()),
        (
            "generated quantities { real x = normal_lupdf(1 | 0, 1); }",
            "`normal_lupdf` is known only up to a constant, \
            which is enough in the `model` block and in densities alone"
                .to_owned(),
        ),
        ("parameters { real<lower = a> a; }", "`a` has not been declared".to_owned()),
        ("model { real x = x + 1; }", "`x` has not been declared".to_owned()),
    ] {
        assert_eq!(sentences(text), [sentence], "{text}");
    }
}

#[test]
fn functions_keep_their_rules() {
    for (text, sentence) in [
        ("real f(real x) { if (x > 0) return 1; }", "`f` can end without returning a `real`"),
        ("real f(real x) { while (1) { if (x > 0) break; } }", "`f` can end without returning a `real`"),
        ("real f(real x) { return [1]; }", "what `f` returns must be `real`, and this is `row_vector`"),
        ("real f(real x) { return; }", "`f` must return a `real`, and here is none"),
        ("void f(real x) { return x; }", "`f` gives no value, and here is one"),
        ("real f(real x) { x = 1; return x; }", "`x` is an argument and cannot be assigned here"),
        ("real f(real x, real x) { return x; }", "`x` is declared twice"),
        ("real f(real x) { return f(x - 1); }", "`f` calls itself, directly or through others"),
        (
            "real f(real x) { return g(x); } real g(real x) { return f(x); }",
            "`f` calls itself, directly or through others",
        ),
        ("real f(real x);", "`f` is declared and never defined"),
        ("real f(real x) { return 1; } real f(real y) { return 2; }", "`f` is defined twice for the same types"),
        ("real exp(real x) { return 1; }", "`exp` with these types is a function of Stan's library"),
        (
            "real normal_lpdf(real x, real m, real s) { return 1; }",
            "`normal_lpdf` with these types is a function of Stan's library",
        ),
        ("int f_lpdf(real x) { return 1; }", "a function whose name ends in `_lpdf` returns a `real`"),
        (
            "real f_lpdf(int x) { return 1; }",
            "a function whose name ends in `_lpdf` has an outcome of reals as its first argument",
        ),
        (
            "real f_lpmf(real x) { return 1; }",
            "a function whose name ends in `_lpmf` has an outcome of ints as its first argument",
        ),
        ("real f_lupdf(real x) { return 1; }", "`f_lupdf` ends in `_lupdf`, which Stan keeps for itself"),
        (
            "real f(real x) { return normal_rng(x, 1); }",
            "`normal_rng` draws random numbers, which is possible in \
            `transformed data`, in `generated quantities` and in functions whose names end in `_rng`",
        ),
        (
            "real f(real x, int n) { return 1; } real f(int x, real n) { return 1; } real g() { return f(1, 1); }",
            "several functions `f` fit (int, int) equally well",
        ),
        (
            "real f(real x) { return 1; } real g() { return f; }",
            "`f` is a function and needs its arguments in parentheses",
        ),
    ] {
        assert_eq!(sentences(&format!("functions {{ {text} }}")), [sentence], "{text}");
    }
}

#[test]
fn mistakes_everywhere_come_together() {
    let found = sentences(
        "functions { real f(real x) { return y; } }
         data { int<lower = 0.5> N; vector[M] y; }
         parameters { real<lower = lo> mu; int k; }
         model { y ~ normal(mu); mu = 1; for (n in 1:N) { z[n] ~ normal(0, 1); } target += foo(mu); }
         generated quantities { real q = normal_rng(mu, 1, 2); }",
    );
    assert_eq!(found.len(), 10, "{found:#?}");
}

#[test]
fn operators_called_as_functions_are_told_what_they_do_not_take() {
    for (call, sentence) in [
        ("transpose(1.5)", "`transpose` does not work on `real`"),
        ("multiply([1, 2]', [1, 2]')", "`multiply` does not work on `vector` and `vector`"),
        ("add(1)", "`add` takes 2 arguments, not 1"),
    ] {
        assert_eq!(in_model(&format!("print({call});")), [sentence], "{call}");
    }
    // One of the user's own is free to take what the operator does not.
    let defined = sentences(
        "functions { real add(real x, real y, real z) { return 1; } real add(real x, real y) { return 1; } }",
    );
    assert_eq!(defined, ["`add` with these types is a function of Stan's library"]);
}

#[test]
fn a_variable_hides_a_users_function_and_no_function_of_the_library() {
    let hidden = "functions { real f(real x) { return x; } } parameters { real f; } model { target += f(1); }";
    assert_eq!(sentences(hidden), ["`f` is a variable and cannot be called"]);
    let own = "functions { real f(real f, real exp) { return f + exp(exp); } } model { print(f(1, 2)); b = 1; }";
    assert_eq!(sentences(own), ["`b` has not been declared"]);
}
