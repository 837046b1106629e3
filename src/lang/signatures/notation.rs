//! The notation of the two tables, read.
//!
//! The tables are part of the program: a row that cannot be read is a mistake of the programmer, and a panic that
//! the first test meets. Absent: the notation's meaning, told beside each table and decided in `overload`.

use super::overload::{Argument, Family, Outcome, Overload, Pattern};
use crate::lang::types::{Base, Type};

/// The rows of the table of functions, each overload under its name.
pub(super) fn functions(table: &'static str) -> Vec<(&'static str, Overload)> {
    let mut overloads = Vec::new();
    for row in rows(table) {
        let (outcome, rest) = row.split_once(':').expect("a row begins with its outcome and a colon");
        let (names, mut rest) = rest.split_at(rest.find('(').expect("a row has arguments in parentheses"));
        while let Some((arguments, more)) = in_parentheses(rest) {
            let arguments: Vec<Argument> = list(arguments).map(|written| argument(written, None)).collect();
            for name in names.split_ascii_whitespace() {
                overloads.push((name, Overload { arguments: arguments.clone(), outcome: read_outcome(outcome) }));
            }
            rest = more;
        }
    }
    overloads
}

/// The rows of the table of distributions.
pub(super) fn families(table: &'static str) -> Vec<Family> {
    rows(table).map(family).collect()
}

fn family(row: &'static str) -> Family {
    let (head, rest) = row.split_at(row.find('(').expect("a row has arguments in parentheses"));
    let mut words = head.split_ascii_whitespace();
    let name = words.next().expect("a row begins with a name");
    let what = words.next().expect("behind the name stands what there is");
    let (inside, rest) = in_parentheses(rest).expect("the parentheses are closed");
    // The bar behind the outcome has blanks around it, the one between two types has none.
    let (outcome, arguments) = inside.split_once(" |").expect("a bar stands behind the outcome");
    let outcome = named(outcome);
    let arguments: Vec<Argument> = list(arguments).map(named).collect();
    let generator = what.contains('r').then(|| match rest.trim().strip_prefix(';') {
        Some(own) => {
            let (of, own) = own.split_at(own.find('(').expect("a generator has arguments in parentheses"));
            let (own, _) = in_parentheses(own).expect("the parentheses are closed");
            Overload { arguments: list(own).map(named).collect(), outcome: read_outcome(of) }
        }
        None => Overload { arguments: arguments.clone(), outcome: Outcome::Drawn(drawn(&outcome)) },
    });
    let (cumulative, cumulative_of_data) = (what.contains(['c', 'k']), what.contains('k'));
    Family { name, outcome, arguments, cumulative, cumulative_of_data, generator }
}

/// One outcome of a generator, by the outcomes of the density.
fn drawn(outcome: &Argument) -> Type {
    let Pattern::OneOf(types) = &outcome.pattern else {
        panic!("outcomes are of types that are listed");
    };
    types[0]
}

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|row| !row.is_empty())
}

/// What stands in the parentheses that come next, and what behind them.
fn in_parentheses(text: &'static str) -> Option<(&'static str, &'static str)> {
    text.trim_start().strip_prefix('(')?.split_once(')')
}

fn list(text: &'static str) -> impl Iterator<Item = &'static str> {
    // The commas of `A[,]` have no blank behind them.
    text.split(", ").map(str::trim).filter(|written| !written.is_empty())
}

/// `types name`
fn named(written: &'static str) -> Argument {
    let (types, name) = written.trim().rsplit_once(' ').expect("an argument has a type and a name");
    argument(types.trim(), Some(name))
}

fn argument(written: &'static str, name: Option<&'static str>) -> Argument {
    let (data, written) = match written.strip_prefix("data ") {
        Some(rest) => (true, rest),
        None => (false, written),
    };
    Argument { pattern: pattern(written), written, name, data }
}

fn pattern(written: &str) -> Pattern {
    match written {
        "T" => Pattern::Reals,
        "I" => Pattern::Ints,
        "int[...]" => Pattern::Arrays(Base::Int),
        "real[...]" => Pattern::Arrays(Base::Real),
        "reals" => Pattern::OneOf(vec![Type::REAL, Type::VECTOR, Type::ROW_VECTOR, Type::REAL.array_of(1)]),
        "ints" => Pattern::OneOf(vec![Type::INT, Type::INT.array_of(1)]),
        "vectors" => {
            Pattern::OneOf(vec![Type::VECTOR, Type::ROW_VECTOR, Type::VECTOR.array_of(1), Type::ROW_VECTOR.array_of(1)])
        }
        _ => match written.strip_prefix('A') {
            Some(rest) => Pattern::Same { array: dimensions(rest) },
            None => Pattern::OneOf(written.split('|').map(read_type).collect()),
        },
    }
}

fn read_outcome(written: &str) -> Outcome {
    match written.trim() {
        "T" => Outcome::Reals,
        "I" => Outcome::Ints,
        "first" => Outcome::First,
        written => match written.strip_prefix('A') {
            Some(rest) => Outcome::Same { array: dimensions(rest) },
            None => Outcome::Is(read_type(written)),
        },
    }
}

/// `vector`, `real[,]`
fn read_type(written: &str) -> Type {
    let (base, rest) = written.split_at(written.find('[').unwrap_or(written.len()));
    let base = match base {
        "int" => Base::Int,
        "real" => Base::Real,
        "vector" => Base::Vector,
        "row_vector" => Base::RowVector,
        "matrix" => Base::Matrix,
        _ => panic!("`{written}` is no type"),
    };
    Type::of(base).array_of(dimensions(rest))
}

/// 0 for nothing, 1 for `[]`, 2 for `[,]`.
fn dimensions(brackets: &str) -> usize {
    if brackets.is_empty() {
        return 0;
    }
    let inside = brackets.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).expect("brackets are closed");
    assert!(inside.bytes().all(|byte| byte == b','), "`{brackets}` holds something other than commas");
    inside.len() + 1
}
