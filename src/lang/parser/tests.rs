//! Claims about the tree as written.

use super::expression::DEEPEST;
use super::parse;
use crate::lang::ast::{ExpressionId, ExpressionKind, Program, Statement, UnaryOperator};
use crate::lang::error::Error;
use crate::lang::source::Source;

fn program(text: &str) -> Program {
    parse(&Source::new("test.stan", text)).expect("the text parses")
}

/// The expression with every operation in parentheses.
fn grouped(program: &Program, id: ExpressionId) -> String {
    let part = |id| grouped(program, id);
    match &program.expressions[id.index()].kind {
        ExpressionKind::Int(value) => value.to_string(),
        ExpressionKind::Real(value) => format!("{value:?}"),
        ExpressionKind::Variable(name) => name.clone(),
        ExpressionKind::Unary { operator: UnaryOperator::Transpose, operand } => format!("({}')", part(*operand)),
        ExpressionKind::Unary { operator, operand } => {
            format!("({}{})", operator.symbol(), part(*operand))
        }
        ExpressionKind::Binary { operator, left, right } => {
            format!("({} {} {})", part(*left), operator.symbol(), part(*right))
        }
        ExpressionKind::Call { function, arguments } => {
            let arguments: Vec<_> = arguments.iter().map(|id| part(*id)).collect();
            format!("{}({})", function.text, arguments.join(", "))
        }
    }
}

#[test]
fn operators_bind_as_in_the_stan_manual() {
    for (written, meant) in [
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a - b - c", "((a - b) - c)"),
        ("a ^ b ^ c", "(a ^ (b ^ c))"),
        ("-a ^ b", "(-(a ^ b))"),
        ("a ^ -b * c", "((a ^ (-b)) * c)"),
        ("-a * b", "((-a) * b)"),
        ("!a == b", "((!a) == b)"),
        ("-a'", "(-(a'))"),
        ("a ^ b'", "(a ^ (b'))"),
        ("a || b && c == d < e + f * g %/% h", "(a || (b && (c == (d < (e + (f * (g %/% h)))))))"),
        ("(a + b) * c", "((a + b) * c)"),
        ("a .* b ./ c .^ d \\ e % f", "(((a .* b) ./ ((c .^ d) \\ e)) % f)"),
        ("f(a, -b)(c)", ""),
        ("pow(exp(a), 2) / 1e3", "(pow(exp(a), 2) / 1000.0)"),
        ("- - + a", "(-(-(+a)))"),
    ] {
        let text = format!("model {{ target += {written}; }}");
        let Ok(program) = parse(&Source::new("test.stan", text)) else {
            assert_eq!(meant, "", "{written} should parse");
            continue;
        };
        let [Statement::TargetIncrement { value, .. }] = program.model[..] else {
            panic!("{written} is one statement");
        };
        assert_eq!(grouped(&program, value), meant, "{written}");
    }
}

#[test]
fn children_stand_before_their_parents() {
    let program = program("model { target += f(a + b, -(c ^ d)) * e; x += g; }");
    for (index, expression) in program.expressions.iter().enumerate() {
        let children = match &expression.kind {
            ExpressionKind::Int(_) | ExpressionKind::Real(_) | ExpressionKind::Variable(_) => {
                vec![]
            }
            ExpressionKind::Unary { operand, .. } => vec![*operand],
            ExpressionKind::Binary { left, right, .. } => vec![*left, *right],
            ExpressionKind::Call { arguments, .. } => arguments.clone(),
        };
        assert!(children.iter().all(|child| child.index() < index), "{expression:?}");
    }
}

#[test]
fn a_bound_ends_at_its_angle_bracket() {
    let program = program("parameters { real<upper = (1 < 2) + 3, lower = -1e6> x, y; }");
    let [x, y] = &program.parameters[..] else {
        panic!("two parameters");
    };
    assert_eq!((x.name.text.as_str(), y.name.text.as_str()), ("x", "y"));
    assert_eq!(x.bounds, y.bounds);
    assert_eq!(x.bounds.upper.map(|id| grouped(&program, id)).as_deref(), Some("((1 < 2) + 3)"));
    assert_eq!(x.bounds.lower.map(|id| grouped(&program, id)).as_deref(), Some("(-1000000.0)"));
}

#[test]
fn compound_assignment_is_written_out() {
    let program = program("model { x *= a + 1; }");
    let [Statement::Assignment { name, value }] = &program.model[..] else {
        panic!("one assignment");
    };
    assert_eq!(name.text, "x");
    assert_eq!(grouped(&program, *value), "(x * (a + 1))");
}

#[test]
fn any_subset_of_the_blocks_is_a_program() {
    assert_eq!(program(""), Program::default());
    assert_eq!(program(" // nothing\n"), Program::default());
    assert_eq!(program("data {} parameters { } transformed  parameters {;} model {;;}"), Program::default());
}

#[test]
fn a_parenthesis_too_deep_is_an_error_and_not_a_crash() {
    let nested = |levels: usize| format!("model {{ target += {}1{}; }}", "(".repeat(levels), ")".repeat(levels));
    program(&nested(DEEPEST - 1));
    for text in [
        nested(DEEPEST),
        nested(100_000),
        format!("model {{ target += {} 1; }}", "- ".repeat(100_000)),
        format!("model {{ target += {}1; }}", "2 ^ ".repeat(100_000)),
        format!("model {{ target += {}", "f(".repeat(100_000)),
    ] {
        let errors = parse(&Source::new("test.stan", text)).expect_err("too deep");
        assert!(matches!(errors.as_slice(), [Error::TooDeep { limit: DEEPEST, .. }]), "{errors}");
    }
}

#[test]
fn a_sum_may_be_as_long_as_it_likes() {
    let text = format!("model {{ target += 0{}; }}", " + 1".repeat(100_000));
    assert_eq!(program(&text).expressions.len(), 200_001);
}

#[test]
fn unsupported_features_are_reported_together() {
    let text = "functions { real f(real x) { return x; } }
        data { matrix[2, 3] X; array[3] int n; real old[3]; }
        parameters { simplex[3] theta; real<offset = 1> z; }
        model {
          for (n in 1:3) { y[n] ~ normal(0, 1); }
          if (a) { b = 1; } else { print(\"}\"); }
          while (1) y ~ normal(0, 1);
          y ~ normal(0, 1) T[0, ];
          target += normal_lpdf(y | 0, 1) + target();
          y[1] = 2;
          x = {1, 2};
          x = a ? b : c;
          { real x; }
          good = 1;
        }
        generated quantities { real y_rep = normal_rng(0, 1); }";
    let errors = parse(&Source::new("test.stan", text)).expect_err("unsupported");
    let sentences: Vec<_> = errors.as_slice().iter().map(ToString::to_string).collect();
    assert_eq!(
        sentences,
        [
            "the `functions` block is not supported yet",
            "`matrix` is not supported yet",
            "arrays are not supported yet",
            "arrays are not supported yet",
            "`simplex` is not supported yet",
            "the constraint `offset` is not supported yet",
            "`for` loops are not supported yet",
            "`if` statements are not supported yet",
            "`while` loops are not supported yet",
            "truncation with `T[ , ]` is not supported yet",
            "calling the density `normal_lpdf` is not supported yet",
            "indexing with `[ ]` is not supported yet",
            "listing elements in `[ ]` or `{ }` is not supported yet",
            "the conditional operator `? :` is not supported yet",
            "nested `{ }` blocks are not supported yet",
            "the `generated quantities` block is not supported yet",
        ]
    );
}
