//! Claims about the tree as written.

use super::cursor::DEEPEST;
use super::parse;
use crate::lang::ast::{
    BinaryOperator, Constraint, ExpressionId, ExpressionKind, Index, Over, Program, Statement, UnaryOperator,
};
use crate::lang::error::Error;
use crate::lang::source::Source;

fn program(text: &str) -> Program {
    parse(&Source::new("test.stan", text)).expect("the text parses")
}

/// The expression with every operation in parentheses.
fn grouped(program: &Program, id: ExpressionId) -> String {
    let part = |id| grouped(program, id);
    let list = |ids: &[ExpressionId]| ids.iter().map(|id| part(*id)).collect::<Vec<_>>().join(", ");
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
        ExpressionKind::Conditional { condition, then, otherwise } => {
            format!("({} ? {} : {})", part(*condition), part(*then), part(*otherwise))
        }
        ExpressionKind::Index { base, indexes } => {
            let end = |end: &Option<ExpressionId>| end.map_or_else(String::new, part);
            let indexes: Vec<_> = indexes
                .iter()
                .map(|index| match index {
                    Index::All => ":".to_owned(),
                    Index::At(at) => part(*at),
                    Index::Range { from, to } => format!("{}:{}", end(from), end(to)),
                })
                .collect();
            format!("{}[{}]", part(*base), indexes.join(", "))
        }
        ExpressionKind::Array(elements) => format!("{{{}}}", list(elements)),
        ExpressionKind::Row(elements) => format!("[{}]", list(elements)),
        ExpressionKind::Call { function, arguments, bar: false } => format!("{}({})", function.text, list(arguments)),
        ExpressionKind::Call { function, arguments, bar: true } => {
            format!("{}({} | {})", function.text, part(arguments[0]), list(&arguments[1..]))
        }
        ExpressionKind::Function(name) => format!("function {name}"),
        ExpressionKind::Target => "target()".to_owned(),
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
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a || b ? c + 1 : -d", "((a || b) ? (c + 1) : (-d))"),
        ("-a[1] ^ 2'", "(-(a[1] ^ (2')))"),
        ("a .^ b .^ c", "(a .^ (b .^ c))"),
        ("a[1, 2:3, :n, n:, :, ][k]'", "(a[1, 2:3, :n, n:, :, :][k]')"),
        ("x[a ? b : c:d]", "x[(a ? b : c):d]"),
        ("{1, {2}[1]}", "{1, {2}[1]}"),
        ("[[1, 2], v']", "[[1, 2], (v')]"),
        ("f(y | a, b || c)", "f(y | a, (b || c))"),
        ("g(y |) + target()", "(g(y | ) + target())"),
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
    let program = program("model { target += f(a + b, -(c ^ d)) * e; x[i, j:k] += g ? {h} : [l]; }");
    for (index, expression) in program.expressions.iter().enumerate() {
        let children = expression.kind.parts();
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
    assert_eq!(x.constraint, y.constraint);
    let Constraint::Bounds { lower, upper } = x.constraint else {
        panic!("bounds");
    };
    assert_eq!(upper.map(|id| grouped(&program, id)).as_deref(), Some("((1 < 2) + 3)"));
    assert_eq!(lower.map(|id| grouped(&program, id)).as_deref(), Some("(-1000000.0)"));
}

#[test]
fn compound_assignments_keep_their_operator() {
    let program = program("model { x *= a; x[1] ./= a; x = a; }");
    let operators: Vec<_> = program
        .model
        .iter()
        .map(|statement| match statement {
            Statement::Assignment { operator, .. } => *operator,
            _ => panic!("an assignment"),
        })
        .collect();
    assert_eq!(operators, [Some(BinaryOperator::Multiply), Some(BinaryOperator::ElementDivide), None]);
}

#[test]
fn both_spellings_of_arrays_are_one_declaration() {
    let sizes = |text: &str| {
        let program = program(text);
        let [declaration] = &program.data[..] else { panic!("one declaration") };
        let shown = |ids: &[ExpressionId]| ids.iter().map(|id| grouped(&program, *id)).collect::<Vec<_>>();
        (shown(&declaration.arrays), shown(&declaration.sizes))
    };
    let expected = (vec!["N".to_owned(), "2".to_owned()], vec!["K".to_owned()]);
    assert_eq!(sizes("data { array[N, 2] vector[K] x; }"), expected);
    assert_eq!(sizes("data { vector[K] x[N, 2]; }"), expected);
}

#[test]
fn an_else_belongs_to_the_nearest_if() {
    let program = program("model { if (a) if (b) x = 1; else x = 2; }");
    let Statement::If { then, otherwise, .. } = &program.model[0] else { panic!("an if") };
    assert!(otherwise.is_empty());
    assert!(matches!(&then[0], Statement::If { otherwise, .. } if otherwise.len() == 1));
}

#[test]
fn loops_run_over_ranges_and_containers() {
    let program = program("model { for (i in 1:N) for (x in xs) while (1) { } }");
    let Statement::For { over: Over::Range { .. }, body, .. } = &program.model[0] else { panic!("a range") };
    let [Statement::For { over: Over::Container(_), body, .. }] = &body[..] else { panic!("a container") };
    assert!(matches!(&body[..], [Statement::While { .. }]));
}

#[test]
fn functions_have_types_without_sizes() {
    let program = program("functions { array[,] int f(data real[] x, array[] vector y); void g() { return; } }");
    let [f, g] = &program.functions[..] else { panic!("two functions") };
    let shown: Vec<_> = f.arguments.iter().map(|argument| (argument.data, argument.of.to_string())).collect();
    assert_eq!(shown, [(true, "array[] real".to_owned()), (false, "array[] vector".to_owned())]);
    assert_eq!(f.returns.map(|of| of.to_string()).as_deref(), Some("array[,] int"));
    assert!(f.body.is_none() && g.returns.is_none() && g.body.is_some());
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
    // The statement is a level, and so is the number.
    program(&nested(DEEPEST - 2));
    for text in [
        nested(DEEPEST - 1),
        nested(100_000),
        format!("model {{ target += {} 1; }}", "- ".repeat(100_000)),
        format!("model {{ target += {}1; }}", "2 ^ ".repeat(100_000)),
        format!("model {{ target += {}", "f(".repeat(100_000)),
        format!("model {{ target += {}", "x[".repeat(100_000)),
        format!("model {{ target += {}", "a ? b : ".repeat(100_000)),
        format!("model {}", "{".repeat(100_000)),
        format!("model {{ {}", "if (a) b = 1; else ".repeat(100_000)),
    ] {
        let errors = parse(&Source::new("test.stan", text)).expect_err("too deep");
        assert!(matches!(errors.as_slice(), [Error::TooDeep { limit: DEEPEST, .. }]), "{errors}");
    }
}

#[test]
fn a_sum_may_be_as_long_as_it_likes() {
    let text = format!("model {{ target += 0{}; }}", " + 1".repeat(100_000));
    assert_eq!(program(&text).expressions.len(), 200_001);
    let text = format!("model {{ target += x{}; }}", "[1]'".repeat(100_000));
    assert_eq!(program(&text).expressions.len(), 300_001);
}

fn sentences(text: &str) -> Vec<String> {
    let errors = parse(&Source::new("test.stan", text)).expect_err("the text is wrong");
    errors.as_slice().iter().map(ToString::to_string).collect()
}

#[test]
fn mistakes_of_syntax_are_reported_together() {
    let text = "functions { real f(foo x) { return x; } real g(real[3] x) { return 1; } }
        data { complex z; tuple(int, int) t; int n[2; real x; vector y; }
        parameters { real<lower=0> sigma }
        model {
          for (n on 1:3) { y[n] ~ normal(0, 1); }
          if (a { b = 1; } else { c = 2; }
          real ok = 1
          y ~ normal(0, 1)
          x = ;
          y <- 2;
          a == b;
          increment_log_prob(3);
        }
        generated quantity { }
        generated quantities { x = ); }";
    assert_eq!(
        sentences(text),
        [
            "`foo` is not a type",
            "an argument has no size: write `[]` and a comma for each further dimension",
            "the type `complex` is not supported yet",
            "the type `tuple` is not supported yet",
            "this `[` is never closed: expected `]`, found `;`",
            "`vector` needs 1 size in `[ ]`",
            "expected `;` after this statement, found `}`",
            "expected `in`, found `on`",
            "this `(` is never closed: expected `)`, found `{`",
            "expected `;` after this statement, found `y`",
            "expected `;` after this statement, found `x`",
            "expected an expression, found `;`",
            "assignment is written `=`, not `<-`",
            "nothing is done with this value",
            "`increment_log_prob(…)` is no longer part of Stan: write `target += …`",
            "`generated quantity` is not a program block; did you mean `generated quantities`?",
            "expected an expression, found `)`",
        ]
    );
}

#[test]
fn a_block_that_is_not_closed_ends_where_the_next_begins() {
    assert_eq!(
        sentences("data { int N; parameters { real mu; } model { mu ~ normal(0, 1) }"),
        ["this `{` is never closed: expected `}`, found `parameters`", "expected `;` after this statement, found `}`",]
    );
}
