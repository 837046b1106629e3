//! A number for each lane of a block: what instructions read, and where they find it.

/// A number for each lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lanes<'a, R> {
    /// One each.
    Each(&'a [R]),
    /// The same for all.
    All(R),
}

/// The inputs of a body, `[input][lane]`: some that lie here, then some that lie there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inputs<'a, R> {
    pub first: &'a [Vec<R>],
    pub rest: &'a [Vec<R>],
}

impl<'a, R> Inputs<'a, R> {
    /// Inputs that all lie here.
    pub(super) fn of(first: &'a [Vec<R>]) -> Self {
        Self { first, rest: &[] }
    }

    /// An input.
    pub(super) fn get(self, input: usize) -> &'a [R] {
        if input < self.first.len() { &self.first[input] } else { &self.rest[input - self.first.len()] }
    }
}
