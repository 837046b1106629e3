//! Claims about the tree that makes sense. Claims about what is refused are in `mistakes`.

mod differences;
mod mistakes;

use crate::lang::ast::ExpressionId;
use crate::lang::parse_and_check;
use crate::lang::source::Source;
use crate::lang::tests::BOUNDED;
use crate::lang::typed::{
    Callee, Constraint, Expression, ExpressionKind, Index, Over, Statement, Text, TypedModel, VariableId,
};

fn model(text: &str) -> TypedModel {
    let source = Source::new("test.stan", text);
    parse_and_check(&source).unwrap_or_else(|errors| panic!("{}", errors.render(&source, false)))
}

fn expression(model: &TypedModel, id: ExpressionId) -> &Expression {
    &model.expressions[id.index()]
}

fn name(model: &TypedModel, id: VariableId) -> String {
    model.variables[id.0].name.clone()
}

fn callee(model: &TypedModel, callee: Callee) -> String {
    match callee {
        Callee::Builtin(name) => name.to_owned(),
        Callee::User(id) => format!("user:{}#{}", model.functions[id.0].name, id.0),
        Callee::Reduce(id) => format!("reduce:{}#{}", model.functions[id.0].name, id.0),
        Callee::Family { family, density } => format!("{family}.{density:?}"),
    }
}

fn index(model: &TypedModel, index: &Index) -> String {
    let end = |end: Option<ExpressionId>| end.map_or_else(String::new, |id| sketch(model, id));
    match *index {
        Index::All => ":".to_owned(),
        Index::Single(at) => sketch(model, at),
        Index::Many(at) => format!("many {}", sketch(model, at)),
        Index::Range { from, to } => format!("{}:{}", end(from), end(to)),
    }
}

/// The expression with its names looked up and a `:` and its type behind each operation.
fn sketch(model: &TypedModel, id: ExpressionId) -> String {
    let part = |id| sketch(model, id);
    let list = |ids: &[ExpressionId]| ids.iter().map(|id| part(*id)).collect::<Vec<_>>().join(", ");
    let Expression { kind, of, .. } = expression(model, id);
    let shown = match kind {
        ExpressionKind::Int(value) => return value.to_string(),
        ExpressionKind::Real(value) => return format!("{value:?}"),
        ExpressionKind::Variable(id) => return name(model, *id),
        ExpressionKind::Target => return "target".to_owned(),
        ExpressionKind::Unary { operator, operand } => format!("{operator:?}({})", part(*operand)),
        ExpressionKind::Binary { operator, left, right } => {
            format!("{operator:?}({}, {})", part(*left), part(*right))
        }
        ExpressionKind::Conditional { condition, then, otherwise } => {
            format!("({} ? {} : {})", part(*condition), part(*then), part(*otherwise))
        }
        ExpressionKind::Index { base, indexes } => {
            let indexes: Vec<_> = indexes.iter().map(|one| index(model, one)).collect();
            format!("{}[{}]", part(*base), indexes.join(", "))
        }
        ExpressionKind::Array(elements) => format!("{{{}}}", list(elements)),
        ExpressionKind::Row(elements) => format!("[{}]", list(elements)),
        ExpressionKind::Call { callee: called, arguments } => {
            format!("{}({})", callee(model, *called), list(arguments))
        }
    };
    format!("{shown}:{of}")
}

fn statement(model: &TypedModel, one: &Statement) -> String {
    let part = |id: &ExpressionId| sketch(model, *id);
    match one {
        Statement::Declare { variable, definition, .. } => {
            let definition = definition.as_ref().map_or_else(String::new, |id| format!(" = {}", part(id)));
            format!("{} {}{definition}", model.variables[variable.0].of, name(model, *variable))
        }
        Statement::Assign { variable, indexes, operator, value, .. } => {
            let indexes: String = indexes.iter().map(|one| format!("[{}]", index(model, one))).collect();
            let operator = operator.map_or_else(String::new, |operator| format!("{operator:?} "));
            format!("{}{indexes} {operator}= {}", name(model, *variable), part(value))
        }
        Statement::Tilde { outcome, callee: called, arguments, truncation, .. } => {
            let arguments: Vec<_> = arguments.iter().map(part).collect();
            let truncated = if truncation.is_some() { " truncated" } else { "" };
            format!("{} ~ {}({}){truncated}", part(outcome), callee(model, *called), arguments.join(", "))
        }
        Statement::TargetIncrement { value, .. } => format!("target += {}", part(value)),
        Statement::For { variable, over, body, .. } => {
            let over = match over {
                Over::Range { from, to } => format!("{}:{}", part(from), part(to)),
                Over::Container(container) => part(container),
            };
            format!("for {} in {over} {{ {} }}", name(model, *variable), statements(model, body).join("; "))
        }
        Statement::Call { call, .. } => part(call),
        other => format!("{other:?}"),
    }
}

fn statements(model: &TypedModel, many: &[Statement]) -> Vec<String> {
    many.iter().map(|one| statement(model, one)).collect()
}

#[test]
fn the_bounded_ridge_becomes_the_expected_tree() {
    let source = Source::new("ridge.stan", BOUNDED);
    let model = model(BOUNDED);
    let declared: Vec<_> = model
        .data
        .iter()
        .chain(&model.parameters)
        .map(|id| {
            let row = &model.variables[id.0];
            let bounds = match row.constraint {
                Constraint::Bounds { lower, upper } => {
                    [lower, upper].map(|bound| bound.map_or_else(String::new, |id| sketch(&model, id))).join(" to ")
                }
                _ => "free".to_owned(),
            };
            let sizes: Vec<_> = row.sizes.iter().map(|id| sketch(&model, *id)).collect();
            format!("{} {} [{}] {bounds}", row.of, row.name, sizes.join(", "))
        })
        .collect();
    assert_eq!(
        declared,
        [
            "int N [] 0 to ",
            "vector y [N] free",
            "real sigma [] 0 to ",
            "real alpha1 [] Minus(1000000.0):real to 1000000.0",
            "real alpha2 [] Minus(1000000.0):real to 1000000.0",
        ]
    );
    assert_eq!(statements(&model, &model.transformed_parameters), ["real mu = Add(alpha1, alpha2):real"]);
    assert_eq!(
        statements(&model, &model.model),
        [
            "sigma ~ cauchy.Lupdf(0, 1)",
            "alpha1 ~ uniform.Lupdf(Minus(1000000.0):real, 1000000.0)",
            "y ~ normal.Lupdf(mu, sigma)",
        ]
    );
    let Statement::Declare { span, .. } = model.transformed_parameters[0] else {
        panic!("a declaration");
    };
    assert_eq!(source.slice(span), "mu = alpha1 + alpha2");
}

#[test]
fn integers_divide_as_integers_and_powers_are_real() {
    let model = model(
        "data { int N; real x; } model { int n = N;
           target += 7 / N + N %/% 2 * 3 - 1; target += x / N; target += N ^ 2; target += -N; n /= 2; }",
    );
    assert_eq!(
        statements(&model, &model.model)[1..],
        [
            "target += Subtract(Add(IntegerDivide(7, N):int, Multiply(IntegerDivide(N, 2):int, 3):int):int, 1):int",
            "target += Divide(x, N):real",
            "target += Power(N, 2):real",
            "target += Minus(N):int",
            "n IntegerDivide = 2",
        ]
    );
}

#[test]
fn indexes_take_dimensions_away_or_keep_them() {
    let model = model(
        "data { array[2, 3] matrix[4, 5] a; vector[3] v; array[2] int i; }
         model { print(a[1], a[1, 2, 3], a[:, 2], a[i, 1, 2:3, 4], a[1][2][3][4], v[i], v[2:], a[1, 2, i, :], {v}[1, 2]); }",
    );
    let Statement::Print { arguments, .. } = &model.model[0] else { panic!("a print") };
    let types: Vec<_> = arguments
        .iter()
        .map(|argument| match argument {
            Text::Value(id) => expression(&model, *id).of.to_string(),
            Text::Literal(_) => panic!("a value"),
        })
        .collect();
    assert_eq!(
        types,
        [
            "array[] matrix",
            "row_vector",
            "array[] matrix",
            "array[] vector",
            "real",
            "vector",
            "vector",
            "matrix",
            "real"
        ]
    );
}

#[test]
fn assignments_flatten_the_brackets_of_a_place() {
    let model = model(
        "model { array[2] matrix[2, 2] a; matrix[2, 2] m; array[1] int i = {1};
           a[1][2, 1] = 3; a[1, i, :] += m; m[1] = [1, 2]; m[, 1] *= 2; m = rep_matrix(0, 2, 2); }",
    );
    assert_eq!(
        statements(&model, &model.model)[3..],
        [
            "a[1][2][1] = 3",
            "a[1][many i][:] Add = m",
            "m[1] = [1, 2]:row_vector",
            "m[:][1] Multiply = 2",
            "m = rep_matrix(0, 2, 2):matrix",
        ]
    );
}

#[test]
fn overloads_are_chosen_by_type_and_fewest_promotions() {
    let model = model(
        "functions {
           real f(real x) { return x; } int f(int x) { return x; } real f(vector x, int n) { return n; }
           real f(real x, real y) { return x + y; } real exp(vector x, int n) { return x[n]; }
         }
         data { vector[2] v; }
         model { print(f(1), f(1.0), f(v, 1), f(1, 1), exp(v, 1), exp(v), max({1, 2}), max({1, 2.0})); }",
    );
    let Statement::Print { arguments, .. } = &model.model[0] else { panic!("a print") };
    let called: Vec<_> = arguments
        .iter()
        .map(|argument| match argument {
            Text::Value(id) => sketch(&model, *id),
            Text::Literal(_) => panic!("a value"),
        })
        .collect();
    assert_eq!(
        called,
        [
            "user:f#1(1):int",
            "user:f#0(1.0):real",
            "user:f#2(v, 1):real",
            "user:f#3(1, 1):real",
            "user:exp#4(v, 1):real",
            "exp(v):vector",
            "max({1, 2}:array[] int):int",
            "max({1, 2.0}:array[] real):real",
        ]
    );
}

#[test]
fn densities_are_families_or_the_users_own() {
    let model = model(
        "functions { real own_lpdf(real x, real s) { return normal_lupdf(x | 0, s); }
           real own_lcdf(real x, real s) { return 0; } real own_lccdf(real x, real s) { return 0; } }
         parameters { real a; }
         model { a ~ own(1); a ~ own(2) T[0, ]; a ~ normal(0, 1) T[, 1];
           target += own_lupdf(a | 1) + normal_lcdf(a | 0, 1) + poisson_lpmf(3 | 2) + std_normal_lpdf(a |); }",
    );
    assert_eq!(
        statements(&model, &model.model),
        [
            "a ~ user:own_lpdf#0(1)",
            "a ~ user:own_lpdf#0(2) truncated",
            "a ~ normal.Lupdf(0, 1) truncated",
            "target += Add(Add(Add(user:own_lpdf#0(a, 1):real, normal.Lcdf(a, 0, 1):real):real, \
             poisson.Lpdf(3, 2):real):real, std_normal.Lpdf(a):real):real",
        ]
    );
}

#[test]
fn constrained_types_bring_their_constraint_and_all_sizes() {
    let model = model(
        "data { int K; } parameters { array[2] simplex[K] a; cov_matrix[K] b; cholesky_factor_cov[3, K] c;
           cholesky_factor_cov[K] d; sum_to_zero_vector[K] e; vector<offset = 1, multiplier = 2>[K] f; }",
    );
    let shown: Vec<_> = model
        .parameters
        .iter()
        .map(|id| {
            let row = &model.variables[id.0];
            let sizes: Vec<_> = row.sizes.iter().map(|id| sketch(&model, *id)).collect();
            let constraint = format!("{:?}", row.constraint);
            let word = constraint.split(' ').next().unwrap_or_default();
            format!("{} {} {word}", row.of, sizes.join(" "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "array[] vector 2 K Simplex",
            "matrix K K CovMatrix",
            "matrix 3 K CholeskyFactorCov",
            "matrix K K CholeskyFactorCov",
            "vector K SumToZero",
            "vector K Affine",
        ]
    );
}

/// For each value printed in the model block, whether the data alone fix it.
fn fixed(text: &str) -> Vec<bool> {
    fn collect(model: &TypedModel, statements: &[Statement], into: &mut Vec<bool>) {
        for statement in statements {
            match statement {
                Statement::Print { arguments, .. } => {
                    for argument in arguments {
                        if let Text::Value(id) = argument {
                            into.push(expression(model, *id).data_only);
                        }
                    }
                }
                Statement::For { body, .. } | Statement::While { body, .. } | Statement::Block(body) => {
                    collect(model, body, into);
                }
                Statement::If { then, otherwise, .. } => {
                    collect(model, then, into);
                    collect(model, otherwise, into);
                }
                _ => {}
            }
        }
    }
    let model = model(text);
    let mut into = vec![];
    collect(&model, &model.model, &mut into);
    into
}

#[test]
fn what_no_parameter_reaches_is_fixed_by_data() {
    let with =
        |body: &str| fixed(&format!("data {{ int N; array[N] real y; }} parameters {{ real a; }} model {{ {body} }}"));
    assert_eq!(with("real l = y[1]; print(l, a, exp(l) * 2, l + a, target());"), [true, false, true, false, false]);
    // In a loop, what is assigned later reaches what is read before.
    assert_eq!(
        with("int k = 1; int m = 1; for (i in 1:N) { print(k, i, m); k = a > 0; m += i; }"),
        [false, true, true]
    );
    // A choice that depends on a parameter reaches what was declared outside of it, and nothing inside.
    assert_eq!(with("int k = 1; if (a > 0) { int m = 2; m += 1; k = 2; print(m); } print(k);"), [true, false]);
    assert_eq!(with("int k = 1; for (i in 1:N) { if (a > i) break; k = 2; print(i); } print(k);"), [true, false]);
    assert_eq!(with("int k = 1; while (a > k) k += 1; print(k);"), [false]);
    assert_eq!(with("array[2] int k = {1, 2}; k[a > 0 ? 1 : 2] = 1; print(k[1]);"), [false]);
    assert_eq!(with("for (i in 1:N) { if (y[i] > 0) { print(i); continue; } }"), [true]);
}

#[test]
fn transformed_parameters_count_as_reached() {
    assert_eq!(
        fixed(
            "data { real x; } transformed data { real d = normal_rng(0, 1); }
             transformed parameters { real t = x; } model { print(x, d, t); }"
        ),
        [true, true, false]
    );
}

#[test]
fn functions_may_stand_in_any_order_and_be_announced() {
    let model = model(
        "functions { real h(real x); real f(real x) { return g(x) + h(x); } real g(real x) { return x; }
           real h(real x) { return 1; } }",
    );
    let names: Vec<_> = model.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["h", "f", "g"]);
}

#[test]
fn names_are_free_again_behind_their_block() {
    model(
        "functions { real f(real x) { real y = x; return y; } }
         data { real x; } parameters { real y; }
         model { { real z = 1; target += z; } { vector[2] z; } for (i in 1:2) { real w = i; } for (i in 1:3) { int w; }
           real beta = 1; target += beta; }
         generated quantities { real z = f(x); real i = gamma_rng(1, 1); }",
    );
}

#[test]
fn data_arguments_take_what_stan_calls_data() {
    model(
        "functions { real f(data real x) { return x; } real g(data vector x, int n) { return f(x[n]); } }
         data { vector[3] v; } transformed data { real t = f(sum(v)); }
         parameters { real a; } model { target += f(v[2]) + g(v, 1); for (n in 1:3) target += f(n); }
         generated quantities { real q = f(a) + quantile([a, 1], 0.5); }",
    );
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
