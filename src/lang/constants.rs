//! Where the constants that Stan leaves out of a density change the posterior.
//!
//! Stan leaves out of `~`, `_lupdf` and `_lupmf` every term that no parameter touches; this program computes all terms.
//! Terms that are added to the target shift it by a constant, which changes nothing. They do change the posterior under a
//! condition on parameters, inside of a function that is not a sum, and where `target()` is read. In: a checked model. Out:
//! the first such place. Absent: whether the constants that meet there differ.

use super::ast::{BinaryOperator, ExpressionId};
use super::source::Span;
use super::typed::{Callee, Density, ExpressionKind, Statement, Text, TypedModel, find_statement};

/// The first place where they matter; none in most models.
pub(super) fn kept(model: &TypedModel) -> Option<Span> {
    under_condition(model).or_else(|| in_function(model)).or_else(|| behind_target(model))
}

/// The first `~` among statements.
fn tilde(statements: &[Statement]) -> Option<Span> {
    find_statement(statements, &mut |statement| match statement {
        Statement::Tilde { span, .. } => Some(*span),
        _ => None,
    })
}

/// A `~` under a condition that parameters decide.
fn under_condition(model: &TypedModel) -> Option<Span> {
    find_statement(&model.model, &mut |statement| match statement {
        Statement::If { condition, then, otherwise, .. } if !model.expressions[condition.index()].data_only => {
            tilde(then).or_else(|| tilde(otherwise))
        }
        _ => None,
    })
}

/// A `_lupdf` or `_lupmf` that is an argument of something else than a sum.
fn in_function(model: &TypedModel) -> Option<Span> {
    let is_unnormalised = |id: &ExpressionId| {
        let density = &model.expressions[id.index()].kind;
        matches!(density, ExpressionKind::Call { callee: Callee::Family { density: Density::Lupdf, .. }, .. })
    };
    let place = |kind: &ExpressionKind| {
        let is_sum = match kind {
            ExpressionKind::Binary { operator, .. } => {
                matches!(operator, BinaryOperator::Add | BinaryOperator::Subtract)
            }
            ExpressionKind::Unary { .. } => true,
            ExpressionKind::Call { callee: Callee::Builtin(name), .. } => *name == "sum",
            ExpressionKind::Conditional { condition, .. } => model.expressions[condition.index()].data_only,
            _ => false,
        };
        kind.parts().into_iter().find(|part| !is_sum && is_unnormalised(part))
    };
    let part = model.expressions.iter().find_map(|expression| place(&expression.kind))?;
    Some(model.expressions[part.index()].span)
}

/// A `target()` that is not printed, in a model with a `~`.
fn behind_target(model: &TypedModel) -> Option<Span> {
    tilde(&model.model)?;
    let mut printed = Vec::new();
    let bodies = model.functions.iter().map(|function| &function.body).chain([&model.model]);
    for body in bodies {
        find_statement(body, &mut |statement| {
            if let Statement::Print { arguments, .. } | Statement::Reject { arguments, .. } = statement {
                printed.extend(arguments.iter().filter_map(|text| match text {
                    Text::Value(id) => Some(id.index()),
                    Text::Literal(_) => None,
                }));
            }
            None::<()>
        });
    }
    let read = |(index, _): &(usize, _)| !printed.contains(index);
    let targets = model.expressions.iter().enumerate();
    let mut targets = targets.filter(|(_, expression)| expression.kind == ExpressionKind::Target).filter(read);
    targets.next().map(|(_, expression)| expression.span)
}

#[cfg(test)]
mod tests {
    use super::super::parse_and_check;
    use super::super::source::Source;
    use super::*;

    /// The text of the place in a model block with parameters `x` and `p`, and data `n`.
    fn place(block: &str) -> Option<String> {
        let text =
            format!("data {{ int n; real y; }} parameters {{ real x; real<lower=0, upper=1> p; }} model {{ {block} }}");
        let model = parse_and_check(&Source::new("model.stan", text.clone())).unwrap();
        kept(&model).map(|span| text[span.start..span.end].to_owned())
    }

    #[test]
    fn constants_matter_under_conditions_in_functions_and_behind_target() {
        for (block, found) in [
            ("if (x > 0) y ~ normal(x, 1); else y ~ normal(x, 50);", "y ~ normal(x, 1)"),
            ("if (n > 0) { if (x > 0) { } else { y ~ cauchy(x, 1); } }", "y ~ cauchy(x, 1)"),
            ("target += log_sum_exp(normal_lupdf(x | -4, 1), normal_lupdf(x | 4, 3));", "normal_lupdf(x | -4, 1)"),
            ("vector[2] l = [1.0, normal_lupdf(x | -4, 1)]'; target += log_sum_exp(l);", "normal_lupdf(x | -4, 1)"),
            ("target += x * normal_lupdf(y | x, 1);", "normal_lupdf(y | x, 1)"),
            ("x ~ normal(0, 3); target += -0.01 * square(target());", "target()"),
        ] {
            assert_eq!(place(block).as_deref(), Some(found), "{block}");
        }
    }

    #[test]
    fn constants_that_shift_the_target_alone_do_not_matter() {
        for block in [
            "y ~ normal(x, 1); x ~ normal(0, 1);",
            "if (n > 0) y ~ normal(x, 1); else y ~ normal(x, 50);",
            "if (x > 0) target += normal_lpdf(y | x, 1); else target += normal_lpdf(y | x, 50);",
            "target += normal_lupdf(y | x, 1) + normal_lupdf(x | 0, 1) - sum([n, 1]);",
            "target += log_mix(p, normal_lpdf(x | -4, 1), normal_lpdf(x | 4, 3));",
            "x ~ normal(0, 1); print(\"target: \", target());",
        ] {
            assert_eq!(place(block), None, "{block}");
        }
    }
}
