//! Increasing vectors: each element is the one before plus the exponential of a coordinate; the first is its
//! coordinate, or the exponential of it where all are positive (Stan Reference Manual 2.36, "Ordered vector",
//! "Positive ordered vector").

use super::constrained::Constrained;
use super::violation::{Reason, Violation, each, finite, unless};
use crate::ir::{Graph, Number, Unary};

/// The increasing vector at the coordinates `z`, as long as they.
pub fn constrain(g: &mut Graph, z: &[Number]) -> Constrained {
    match *z {
        [] => Constrained { values: Vec::new(), log_jacobian: Number::Known(0.0) },
        [first, ref rest @ ..] => Constrained { values: steps(g, first, rest), log_jacobian: g.total(rest) },
    }
}

/// The increasing vector of positive elements at the coordinates `z`, as long as they.
pub fn constrain_positive(g: &mut Graph, z: &[Number]) -> Constrained {
    match *z {
        [] => Constrained { values: Vec::new(), log_jacobian: Number::Known(0.0) },
        [first, ref rest @ ..] => {
            let first = g.unary(Unary::Exp, first);
            Constrained { values: steps(g, first, rest), log_jacobian: g.total(z) }
        }
    }
}

fn steps(g: &mut Graph, first: Number, rest: &[Number]) -> Vec<Number> {
    let mut values = vec![first];
    let mut last = first;
    for &z in rest {
        let step = g.unary(Unary::Exp, z);
        last = g.add(last, step);
        values.push(last);
    }
    values
}

/// The coordinates of an increasing vector. See [`super::Transform::unconstrain`], which checks it first.
pub(super) fn unconstrain(values: &[f64]) -> Result<Vec<f64>, Violation> {
    finite(values.first().copied().into_iter().chain(differences(values).map(f64::ln)).collect())
}

/// The same, of positive elements.
pub(super) fn unconstrain_positive(values: &[f64]) -> Result<Vec<f64>, Violation> {
    finite(values.first().copied().into_iter().chain(differences(values)).map(f64::ln).collect())
}

fn differences(values: &[f64]) -> impl Iterator<Item = f64> {
    values.windows(2).map(|pair| pair[1] - pair[0])
}

/// Whether a vector increases strictly. See [`super::Transform::check`].
pub(super) fn check(values: &[f64]) -> Result<(), Violation> {
    each(values, |i, x| {
        let previous = values[i.checked_sub(1)?];
        unless(x > previous, Reason::NotIncreasing(previous))
    })
}

/// The same, from 0 on.
pub(super) fn check_positive(values: &[f64]) -> Result<(), Violation> {
    each(values.get(..1).unwrap_or(values), |_, x| unless(x >= 0.0, Reason::NegativeFirst))?;
    check(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_not_ordered_and_zero_is_the_edge_of_the_positive() {
        assert_eq!(check(&[-1.0, 2.0, 2.0]), Err(Violation::at(2, 2.0, Reason::NotIncreasing(2.0))));
        assert_eq!(check_positive(&[-1.0, 2.0]), Err(Violation::at(0, -1.0, Reason::NegativeFirst)));
        assert_eq!((check_positive(&[]), check_positive(&[0.0, 1.0])), (Ok(()), Ok(())));
        assert_eq!(unconstrain_positive(&[0.0, 1.0]), Err(Violation::of(Reason::Unreachable)));
        assert_eq!(unconstrain(&[]), Ok(Vec::new()));
    }
}
