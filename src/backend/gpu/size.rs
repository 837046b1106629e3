//! How long programs are: as text, which a driver must compile, and as work, each time they run.
//!
//! A body goes in, a number of simple operations comes out. Absent on purpose: the loops that are written out four times,
//! which are short.

use super::adapter::{AdapterInfo, Kind};
use super::error::Error;
use crate::ir::{Binary, Op, Program, Statement, Unary};

/// Most operations of a shader on a software driver. Mesa's lavapipe 25.0 takes a time that grows with their square.
const MOST_ON_SOFTWARE: u64 = 8000;
/// Most operations of a shader on hardware, whose drivers are faster, but not by orders of magnitude.
const MOST_ON_HARDWARE: u64 = 40_000;

/// Operations of a model as the text of a shader.
pub fn shader(programs: &[&Program]) -> u64 {
    programs.iter().map(|program| written(program, &program.body)).sum()
}

/// Refuses programs that the driver of an adapter would take minutes to compile.
///
/// # Errors
/// [`Error::ShaderLength`].
pub fn check(programs: &[&Program], adapter: &AdapterInfo) -> Result<(), Error> {
    let limit = if adapter.kind == Kind::Cpu { MOST_ON_SOFTWARE } else { MOST_ON_HARDWARE };
    match shader(programs) {
        operations if operations > limit => {
            Err(Error::ShaderLength { adapter: adapter.full_name(), operations, limit })
        }
        _ => Ok(()),
    }
}

/// How many simple operations a special function is worth, to a driver that compiles it and to chains that call it.
const SPECIAL: u64 = 8;

/// Operations that a body has as text.
pub fn written(program: &Program, body: &[Statement]) -> u64 {
    sum(program, body, &|_| 1)
}

/// Operations that are done when a body runs.
pub fn done(program: &Program, body: &[Statement]) -> u64 {
    sum(program, body, &|rows| rows as u64)
}

fn sum(program: &Program, body: &[Statement], times: &dyn Fn(usize) -> u64) -> u64 {
    body.iter()
        .map(|statement| match statement {
            Statement::Let(value) => operation(program.op(*value)),
            Statement::Store(_) | Statement::Accumulate(_) => 1,
            Statement::Loop(inner) => times(inner.rows) * (sum(program, &inner.body, times) + inner.sums.len() as u64),
        })
        .sum()
}

fn operation(op: Op) -> u64 {
    match op {
        Op::Constant(_)
        | Op::Roundoff(_)
        | Op::Coordinate(_)
        | Op::Datum { .. }
        | Op::Load { .. }
        | Op::Select { .. }
        | Op::Sum(..) => 1,
        Op::Unary(Unary::Negate | Unary::Abs | Unary::Floor | Unary::Square | Unary::Sqrt, _) => 1,
        Op::Binary(Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide, ..) => 1,
        Op::Unary(..) | Op::Binary(..) => SPECIAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Builder;

    #[test]
    fn a_loop_is_written_once_and_done_for_each_row() {
        let mut b = Builder::new(1);
        let z = b.push(Op::Coordinate(0));
        let power = b.unary(Unary::Exp, z);
        let _ = b.open_loop(40);
        let total = b.close_loop(&[power])[0];
        let program = b.finish(vec![total]);
        assert_eq!(written(&program, &program.body), SPECIAL + 1);
        assert_eq!(done(&program, &program.body), SPECIAL + 40);
    }
}
