//! The arrays of a lane program while it runs, `[element, chain]`: what its coordinates are, and what it has stored.
//!
//! A lane of a body stands for one chain at one row of every loop around the body; here lanes become rows and rows
//! elements, and numbers are copied or added a row of chains at a time. Absent on purpose: arithmetic (`kernels`).

use super::kernels;
use super::lanes::Lanes;
use super::program::Element;
use crate::ir::Array;
use crate::math::Real;
use crate::math::simd::Width;

/// The rows of a loop that are at hand, in the lanes of its body `[row, repeat, chain]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    /// Those of the loop around it.
    pub outer: Option<&'a Rows<'a>>,
    pub first: usize,
    pub count: usize,
    /// How often each row comes, in a row: once for each combination of rows of the loops around it.
    pub repeat: usize,
}

impl<'a> Rows<'a> {
    fn out(&'a self, loops: usize) -> &'a Self {
        let mut rows = self;
        for _ in 0..loops {
            rows = rows.outer.expect("an element names a loop around it");
        }
        rows
    }
}

/// What can be read by element.
#[derive(Debug)]
pub(super) struct Arrays<'a, R> {
    pub coordinates: &'a [Vec<R>],
    pub stored: &'a mut [Vec<R>],
    pub chains: usize,
}

impl<R: Real> Arrays<'_, R> {
    /// Reads an element for each lane of `to`.
    pub(super) fn load(&self, array: Array, at: &Element, rows: Option<&Rows<'_>>, to: &mut [R]) {
        let chains = self.chains;
        match array {
            Array::Coordinates => spread(at, rows, to, chains, |element| &self.coordinates[element][..chains]),
            Array::Stored(array) => {
                let numbers = &self.stored[array.index()];
                spread(at, rows, to, chains, |element| &numbers[element * chains..][..chains]);
            }
        }
    }

    /// Gives elements their values.
    pub(super) fn store(&mut self, array: usize, at: &Element, rows: Option<&Rows<'_>>, x: Lanes<'_, R>) {
        let chains = self.chains;
        for row in 0..rows.map_or(1, |rows| rows.count) {
            let to = &mut self.stored[array][element(at, rows, row) * chains..][..chains];
            match x {
                Lanes::Each(x) => to.copy_from_slice(&x[row * chains..][..chains]),
                Lanes::All(x) => to.fill(x),
            }
        }
    }

    /// Adds to elements: for each row all terms, row after row.
    pub(super) fn accumulate<'x>(
        &mut self,
        width: Width,
        array: usize,
        rows: Option<&Rows<'_>>,
        terms: &(impl Iterator<Item = (&'x Element, Lanes<'x, R>)> + Clone),
    ) {
        let chains = self.chains;
        for row in 0..rows.map_or(1, |rows| rows.count) {
            for (at, x) in terms.clone() {
                let to = &mut self.stored[array][element(at, rows, row) * chains..][..chains];
                match x {
                    Lanes::Each(x) => kernels::add_assign(width, to, &x[row * chains..][..chains]),
                    Lanes::All(x) => to.iter_mut().for_each(|sum| *sum += x),
                }
            }
        }
    }
}

/// Copies to each lane of `to` the number of its chain in the element of its row.
fn spread<'x, R: Real>(
    at: &Element,
    rows: Option<&Rows<'_>>,
    to: &mut [R],
    chains: usize,
    number: impl Fn(usize) -> &'x [R],
) {
    let copy = |to: &mut [R], element: usize| {
        let from = number(element);
        // One number is copied in a fraction of the time that a copy of unknown length takes to begin.
        if let ([to], [from]) = (&mut *to, from) { *to = *from } else { to.copy_from_slice(from) }
    };
    let (loops_out, element): (usize, &dyn Fn(usize) -> usize) = match at {
        Element::Fixed(element) => {
            to.chunks_exact_mut(chains).for_each(|to| copy(to, *element));
            return;
        }
        Element::Strided { loops_out, stride, offset } => (*loops_out, &|row| strided(*stride, *offset, row)),
        Element::Listed { loops_out, list } => (*loops_out, &|row| list[row] as usize),
    };
    let rows = rows.expect("an element of a row is read inside of its loop").out(loops_out);
    let mut to = to.chunks_exact_mut(chains);
    while to.len() > 0 {
        for row in rows.first..rows.first + rows.count {
            let element = element(row);
            to.by_ref().take(rows.repeat).for_each(|to| copy(to, element));
        }
    }
}

/// The element that is stored to at the `row`th of the rows at hand. Loops that store inside of other loops have one
/// row of those at a time.
fn element(at: &Element, rows: Option<&Rows<'_>>, row: usize) -> usize {
    let row_of = |loops_out: usize| {
        let own = rows.expect("an element of a row is stored to inside of its loop");
        let named = own.out(loops_out);
        if loops_out == 0 { named.first + row } else { named.first }
    };
    match at {
        Element::Fixed(element) => *element,
        Element::Strided { loops_out, stride, offset } => strided(*stride, *offset, row_of(*loops_out)),
        Element::Listed { loops_out, list } => list[row_of(*loops_out)] as usize,
    }
}

fn strided(stride: i64, offset: i64, row: usize) -> usize {
    usize::try_from(offset + stride * row as i64).expect("an element of an array is named by a number from 0")
}
