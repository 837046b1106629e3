//! What a run may become at most, and what it has become: operations by the place in the model that wrote them.
//!
//! In: bytes of memory. Out: limits, and refusals of what passes them. Absent on purpose: what memory there is, which the
//! caller of the compiler knows, and the counting, which is `counted`.

use rustc_hash::FxHashMap;

use crate::lang::bind::BindError;
use crate::lang::source::Span;

/// What a run may become at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Operations of the program.
    pub operations: usize,
    /// Elements of one container of known numbers.
    pub elements: usize,
}

impl Limits {
    /// Measured on dense Gaussian processes: a gradient of this many operations of the log density takes seconds to
    /// compile.
    const OPERATIONS: usize = 2_500_000;
    /// Two gigabytes.
    const ELEMENTS: usize = 1 << 28;
    /// A minute, about.
    pub const STATEMENTS: u64 = 100_000_000;
    /// Statements of a run that writes a program: most of them write something, and take longer.
    pub const STATEMENTS_WRITTEN: u64 = 10_000_000;
    /// What the passes and the derivatives of an operation take at their peak. Measured on dense Gaussian processes.
    const BYTES_PER_OPERATION: usize = 1500;
    /// A container is held up to four times while it is computed with.
    const BYTES_PER_ELEMENT: usize = 32;

    /// What fits into so many bytes, and is done in reasonable time.
    pub fn within(bytes: usize) -> Self {
        Self {
            operations: Self::OPERATIONS.min(bytes / Self::BYTES_PER_OPERATION),
            elements: Self::ELEMENTS.min(bytes / Self::BYTES_PER_ELEMENT),
        }
    }

    /// Refuses a container of known numbers of these sizes before room for it is asked for.
    pub fn require_room(&self, sizes: &[usize], span: Span) -> Result<(), BindError> {
        require_room(sizes, self.elements, span)
    }
}

/// What has been written and run so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Operations that each place has written, those of places inside of it left out.
    pub operations: FxHashMap<Span, usize>,
    /// Operations that places inside of the one that runs have written.
    pub inside: usize,
    pub statements: u64,
}

/// A count that has begun.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    pub before: usize,
    pub outside: usize,
}

/// Refuses a container of these sizes before room for it is asked for.
pub fn require_room(sizes: &[usize], most: usize, span: Span) -> Result<(), BindError> {
    let count = sizes.iter().try_fold(1_usize, |count, &size| count.checked_mul(size));
    if count.is_some_and(|count| count <= most) {
        return Ok(());
    }
    let sizes = sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" x ");
    Err(BindError::TooManyElements { sizes, most, span })
}
