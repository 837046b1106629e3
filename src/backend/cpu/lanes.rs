//! A number for each lane of a block: what instructions read.

/// A number for each lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lanes<'a, R> {
    /// One each.
    Each(&'a [R]),
    /// The same for all.
    All(R),
}
