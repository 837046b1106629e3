//! What a shader keeps in memory of its own, for each invocation: the arrays that a program stores to. Drivers write zeros
//! to them element by element in code that they compile, which takes them longer than in proportion.
//!
//! Programs go in, the count or a refusal comes out. Absent on purpose: states and draws, which lie in buffers.

use super::error::Error;
use crate::ir::Program;

/// Most numbers in arrays. Mesa 25 compiles 1,000 in about three seconds, 4,000 in twenty, and 16,000 not in a minute.
/// Far below 2^24, so that positions are exact in single precision.
pub const MOST_NUMBERS: usize = 4096;

/// Refuses programs of which one would keep too many numbers in arrays.
///
/// # Errors
/// [`Error::ShaderMemory`].
pub fn check(programs: &[&Program]) -> Result<(), Error> {
    match programs.iter().map(|program| program.arrays.iter().sum()).max() {
        Some(numbers) if numbers > MOST_NUMBERS => Err(Error::ShaderMemory { numbers, limit: MOST_NUMBERS }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Builder;

    #[test]
    fn the_largest_program_counts_and_positions_are_exact() {
        let program = |arrays: &[usize]| {
            let mut program = Builder::new(0).finish(Vec::new());
            program.arrays = arrays.to_vec();
            program
        };
        let check = |density: &[usize], constrain: &[usize]| check(&[&program(density), &program(constrain)]);
        assert_eq!(check(&[MOST_NUMBERS - 5, 5], &[MOST_NUMBERS]), Ok(()));
        let refusal = Err(Error::ShaderMemory { numbers: MOST_NUMBERS + 1, limit: MOST_NUMBERS });
        assert_eq!(check(&[1], &[1, MOST_NUMBERS]), refusal);
        assert_eq!(check(&[MOST_NUMBERS, 1], &[]), refusal);
        assert_eq!(MOST_NUMBERS as f32 as usize, MOST_NUMBERS);
    }
}
