//! Claims about the tree that makes sense.

use crate::lang::ast::ExpressionId;
use crate::lang::parse_and_check;
use crate::lang::source::Source;
use crate::lang::tests::{BOUNDED, UNBOUNDED};
use crate::lang::typed::{Assignable, Bounds, DataShape, ExpressionKind, Statement, TypedModel};
use crate::lang::types::Type;

fn model(text: &str) -> TypedModel {
    let source = Source::new("test.stan", text);
    parse_and_check(&source).unwrap_or_else(|errors| panic!("{}", errors.render(&source, false)))
}

fn sentences(text: &str) -> Vec<String> {
    let errors = parse_and_check(&Source::new("test.stan", text)).expect_err("the text is wrong");
    errors.as_slice().iter().map(ToString::to_string).collect()
}

/// The expression with its names looked up and a `:` and its type behind each operation.
fn sketch(model: &TypedModel, id: ExpressionId) -> String {
    let part = |id| sketch(model, id);
    let expression = model.expression(id);
    match &expression.kind {
        ExpressionKind::Int(value) => value.to_string(),
        ExpressionKind::Real(value) => format!("{value:?}"),
        ExpressionKind::Data(id) => model.data[id.0].name.clone(),
        ExpressionKind::Parameter(id) => model.parameters[id.0].name.clone(),
        ExpressionKind::Transformed(id) => model.transformed_parameters[id.0].name.clone(),
        ExpressionKind::Local(id) => model.locals[id.0].name.clone(),
        ExpressionKind::Negate(operand) => format!("Negate({}):{}", part(*operand), expression.of),
        ExpressionKind::Binary { operator, left, right } => {
            format!("{operator:?}({}, {}):{}", part(*left), part(*right), expression.of)
        }
        ExpressionKind::Call { function, arguments } => {
            let arguments: Vec<_> = arguments.iter().map(|id| part(*id)).collect();
            format!("{function:?}({}):{}", arguments.join(", "), expression.of)
        }
    }
}

fn sketch_statement(model: &TypedModel, statement: &Statement) -> String {
    match statement {
        Statement::Assign { variable, value, .. } => {
            let name = match variable {
                Assignable::Transformed(id) => &model.transformed_parameters[id.0].name,
                Assignable::Local(id) => &model.locals[id.0].name,
            };
            format!("{name} = {}", sketch(model, *value))
        }
        Statement::Tilde { outcome, family, arguments, .. } => {
            let arguments: Vec<_> = arguments.iter().map(|id| sketch(model, *id)).collect();
            format!("{} ~ {family:?}({})", sketch(model, *outcome), arguments.join(", "))
        }
        Statement::TargetIncrement { value, .. } => format!("target += {}", sketch(model, *value)),
    }
}

fn sketches(model: &TypedModel, statements: &[Statement]) -> Vec<String> {
    statements.iter().map(|statement| sketch_statement(model, statement)).collect()
}

#[test]
fn the_bounded_ridge_becomes_the_expected_tree() {
    let source = Source::new("ridge.stan", BOUNDED);
    let model = model(BOUNDED);
    let shapes: Vec<_> = model.data.iter().map(|row| (row.name.as_str(), row.shape.of())).collect();
    assert_eq!(shapes, [("N", Type::Int), ("y", Type::Vector)]);
    let DataShape::Vector { size } = model.data[1].shape else {
        panic!("y is a vector");
    };
    assert_eq!(sketch(&model, size), "N");
    assert_eq!(model.data[0].bounds.lower.map(|id| sketch(&model, id)).as_deref(), Some("0"));
    assert_eq!(model.data[0].bounds.upper, None);
    let bounds: Vec<_> = model
        .parameters
        .iter()
        .map(|row| {
            let show = |bound: Option<ExpressionId>| bound.map_or_else(String::new, |id| sketch(&model, id));
            (row.name.as_str(), show(row.bounds.lower), show(row.bounds.upper))
        })
        .collect();
    let wide = || ("Negate(1000000.0):real".to_owned(), "1000000.0".to_owned());
    assert_eq!(
        bounds,
        [("sigma", "0".to_owned(), String::new()), ("alpha1", wide().0, wide().1), ("alpha2", wide().0, wide().1),]
    );
    assert_eq!(sketches(&model, &model.transform), ["mu = Add(alpha1, alpha2):real"]);
    assert_eq!(
        sketches(&model, &model.model),
        ["sigma ~ Cauchy(0, 1)", "alpha1 ~ Uniform(Negate(1000000.0):real, 1000000.0)", "y ~ Normal(mu, sigma)",]
    );
    assert!(model.locals.is_empty());
    let Statement::Assign { span, .. } = model.transform[0] else {
        panic!("an assignment");
    };
    assert_eq!(source.slice(span), "mu = alpha1 + alpha2");
}

#[test]
fn the_unbounded_ridge_becomes_the_expected_tree() {
    let model = model(UNBOUNDED);
    assert!(model.parameters[1..].iter().all(|row| row.bounds == Bounds::default()));
    assert_eq!(
        sketches(&model, &model.model),
        ["sigma ~ Cauchy(0, 1)", "alpha1 ~ Normal(5, 1)", "alpha2 ~ Normal(5, 1)", "y ~ Normal(mu, sigma)",]
    );
}

#[test]
fn integers_divide_as_integers_and_powers_are_real() {
    let model = model(
        "data { int N; real x; } model {
           target += 7 / N + N %/% 2 * 3 - 1;
           target += x / N;
           target += N ^ 2;
           target += -N;
         }",
    );
    assert_eq!(
        sketches(&model, &model.model),
        [
            "target += Subtract(Add(IntegerDivide(7, N):int, Multiply(IntegerDivide(N, 2):int, 3):int):int, 1):int",
            "target += Divide(x, N):real",
            "target += Power(N, 2):real",
            "target += Negate(N):int",
        ]
    );
}

#[test]
fn data_only_means_no_parameter_inside() {
    let model = model(
        "data { real x; } parameters { real a; } transformed parameters { real t = x; }
         model { real l = x; target += exp(x) * 2; target += exp(a) * 2; target += t; target += l; }",
    );
    let data_only: Vec<_> = model
        .model
        .iter()
        .filter_map(|statement| match statement {
            Statement::TargetIncrement { value, .. } => Some(model.expression(*value).data_only),
            _ => None,
        })
        .collect();
    assert_eq!(data_only, [true, false, false, false]);
}

#[test]
fn assignments_stay_in_order() {
    let model = model(
        "parameters { real a; } transformed parameters { real t; real u = a; t = u; t += 1; }
         model { real l = t, k; k = +l; l = k ^ 2; target += l; }",
    );
    assert_eq!(sketches(&model, &model.transform), ["u = a", "t = u", "t = Add(t, 1):real"]);
    assert_eq!(sketches(&model, &model.model), ["l = t", "k = l", "l = Power(k, 2):real", "target += l"]);
}

#[test]
fn bounds_may_name_earlier_parameters_but_not_later_ones() {
    model("data { real low; } parameters { real<lower = low> a; real<lower = a> b; }");
    assert_eq!(sentences("parameters { real<lower = b> a; real b; }"), ["`b` has not been declared"]);
    assert_eq!(sentences("parameters { real<lower = a> a; }"), ["`a` has not been declared"]);
}

#[test]
fn every_outcome_that_is_a_scalar_is_accepted() {
    model(
        "data { int n; real x; vector[n] y; } parameters { real a; }
         model { real l = a; n ~ normal(a, 1); x ~ normal(a, 1); y ~ normal(a, 1); log(l) ~ uniform(x, n); 1 ~ cauchy(a, 1); }",
    );
}

#[test]
fn one_slip_gives_one_error() {
    assert_eq!(
        sentences(
            "parameters { real sigma; int k; } model { real s = exp(sgima) + 1; s ~ normal(k, s + y); k ~ cauchy(0, 1); }"
        ),
        [
            "`k` cannot be an `int`: the `parameters` block holds continuous quantities",
            "`sgima` has not been declared; did you mean `sigma`?",
            "`y` has not been declared",
        ]
    );
}

#[test]
fn expressions_follow_the_order_of_statements() {
    let model = model(
        "transformed parameters { real t = 1 + 2; t += 3; } model { real l; l = t; l ~ normal(l, 1); target += -l; }",
    );
    let last = |statement: &Statement| match statement {
        Statement::Assign { value, .. } | Statement::TargetIncrement { value, .. } => *value,
        Statement::Tilde { outcome, arguments, .. } => arguments.iter().copied().fold(*outcome, Ord::max),
    };
    let order: Vec<_> = model.transform.iter().chain(&model.model).map(last).collect();
    assert!(order.is_sorted(), "{order:?}");
}

#[test]
fn names_declared_together_share_one_mistake() {
    assert_eq!(
        sentences("data { int<lower = 0.5> a, b; } transformed parameters { real<lower = 0> c = 1, d = c; }"),
        [
            "a bound of an `int` must be an `int`, and this is a `real`",
            "bounds on a transformed parameter are not supported yet",
        ]
    );
}

#[test]
fn only_the_own_block_assigns() {
    let with = |statement: &str| {
        sentences(&format!(
            "data {{ real x; }} parameters {{ real a; }} transformed parameters {{ real t = a; }} model {{ {statement} }}"
        ))
    };
    assert_eq!(with("x = 1;"), ["`x` is data and cannot be assigned here"]);
    assert_eq!(with("a += 1;"), ["`a` is a parameter and cannot be assigned here"]);
    assert_eq!(with("t = 1;"), ["`t` is a transformed parameter and cannot be assigned here"]);
    assert_eq!(with("b = 1;"), ["`b` has not been declared"]);
}

#[test]
fn a_transformed_parameter_without_a_value_is_reported_once() {
    assert_eq!(
        sentences("transformed parameters { real t; } model { target += t; 1 ~ normal(t, 1); }"),
        ["the transformed parameter `t` is never given a value"]
    );
}

#[test]
fn a_name_means_nothing_before_its_declaration_ends() {
    assert_eq!(sentences("model { real x = x + 1; }"), ["`x` has not been declared"]);
}

#[test]
fn suggestions_come_from_what_would_have_fitted() {
    for (text, sentence) in [
        ("model { 1 ~ nromal(0, 1); }", "there is no distribution `nromal`; did you mean `normal`?"),
        ("model { 1 ~ normal_lpdf(0, 1); }", "there is no distribution `normal_lpdf`; did you mean `normal`?"),
        ("model { target += sqr(2); }", "there is no function `sqr`; did you mean `sqrt`?"),
        ("model { target += gamma_p(2, 3); }", "the function `gamma_p` is not supported yet"),
        ("model { target += normal_lpdf(2, 3); }", "calling the density `normal_lpdf` is not supported yet"),
        ("model { 1 ~ weibull(2, 3); }", "the distribution `weibull` is not supported yet"),
        ("data { rael x; }", "`rael` is not a type; did you mean `real`?"),
        ("model { vecotr<lower = 0>[3] x; }", "`vecotr` is not a type; did you mean `vector`?"),
        ("modle { }", "`modle` is not a program block; did you mean `model`?"),
        (
            "transformed parameter { }",
            "`transformed parameter` is not a program block; did you mean `transformed parameters`?",
        ),
        ("data { int N; } model { target += n; }", "`n` has not been declared; did you mean `N`?"),
    ] {
        assert_eq!(sentences(text), [sentence], "{text}");
    }
}

#[test]
fn vectors_stand_as_an_outcome_and_nowhere_else() {
    let with_y = |rest: &str| sentences(&format!("data {{ vector[2] y; }} {rest}"));
    for (rest, sentence) in [
        ("model { target += y + 1; }", "`+` of a vector is not supported yet"),
        ("model { -y ~ normal(0, 1); }", "`-` of a vector is not supported yet"),
        ("model { target += exp(y); }", "`exp` of a vector is not supported yet"),
        ("model { target += y; }", "a vector as an increment of `target` is not supported yet"),
        ("model { 1 ~ normal(y, 1); }", "a vector as `mu` of `normal` is not supported yet"),
        ("model { real x = y; }", "a vector as the value of a `real` is not supported yet"),
        ("model { vector[2] x; }", "`vector` in the `model` block is not supported yet"),
        ("parameters { vector[2] x; }", "`vector` in the `parameters` block is not supported yet"),
        ("parameters { real<lower = y> x; }", "a vector as a bound is not supported yet"),
    ] {
        assert_eq!(with_y(rest), [sentence], "{rest}");
    }
}

#[test]
fn a_long_sum_is_checked_without_recursion() {
    let text = format!("model {{ target += 0.5{}; }}", " + 1".repeat(100_000));
    assert_eq!(model(&text).expressions.len(), 200_001);
}

#[test]
fn the_empty_model_is_accepted() {
    let model = model("");
    assert!(model.parameters.is_empty() && model.model.is_empty());
}
