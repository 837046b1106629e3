//! Every call that the signatures promise, made: with data, and with parameters where the types let them in.
//!
//! A call may find that values do not fit (a matrix that is not square, an index out of range), and some functions are of
//! data alone, which they say. What none may say is that there is no such function.

use crate::lang::signatures::{Concrete, every_overload};
use crate::lang::source::Source;
use crate::lang::typed::{Callee, Density};
use crate::lang::types::{Base, Type};
use crate::lang::{self, Settings};
use crate::model::data::Data;

/// A value of a type, as text, whose reals are `x`.
fn literal(of: Type, x: &str) -> String {
    if of.array > 0 {
        let element = literal(Type { array: of.array - 1, ..of }, x);
        return format!("{{{element}, {element}}}");
    }
    match of.base {
        Base::Int => "1".to_owned(),
        Base::Real => x.to_owned(),
        Base::Vector => format!("[{x}, 0.4]'"),
        Base::RowVector => format!("[{x}, 0.4]"),
        Base::Matrix => format!("[[1 + {x}, 0.2], [0.2, 1 + {x}]]"),
    }
}

/// The call as text.
fn call(call: &Concrete, x: &str) -> String {
    let arguments: Vec<String> = call.arguments.iter().map(|of| literal(*of, x)).collect();
    call.written(&arguments)
}

/// What is wrong with a program, if anything is.
fn complaint(text: &str) -> Option<String> {
    let source = Source::new("test.stan", text);
    lang::compile(&source, &Data::default(), "test", Settings::default()).err().map(|error| error.to_string())
}

#[test]
fn every_overload_of_the_signatures_is_there() {
    let calls = every_overload();
    // Shapes of the arguments of one distribution are handled in one place: a few of its hundreds stand for all.
    let mut missing = Vec::new();
    let mut made = std::collections::HashMap::new();
    for concrete in &calls {
        let key = format!("{:?}", concrete.callee);
        let count: &mut usize = made.entry(key).or_default();
        *count += 1;
        if *count > 40 {
            continue;
        }
        let with_data = call(concrete, "0.6");
        let mut texts = vec![format!("transformed data {{ print({with_data}); }}")];
        if !matches!(concrete.callee, Callee::Family { density: Density::Rng, .. }) {
            let with_parameters = call(concrete, "x");
            texts.push(format!("parameters {{ real<lower=0, upper=1> x; }} model {{ print({with_parameters}); }}"));
        }
        for text in texts {
            let said = match std::panic::catch_unwind(|| complaint(&text)) {
                Ok(said) => said.unwrap_or_default(),
                Err(_) => {
                    missing.push(format!("{text}: panicked"));
                    continue;
                }
            };
            if said.contains("not supported yet") && !said.contains("of parameters") || said.contains("no function") {
                missing.push(format!("{text}: {said}"));
            }
        }
    }
    assert!(made.len() > 300, "{} functions", made.len());
    assert!(missing.is_empty(), "{} calls:\n{}", missing.len(), missing.join("\n"));
}
