//! Reads and assigns elements: `theta[group[n]]`, `x[2:4, :]`, `m[i]`.
//!
//! An index may differ from row to row of the loop that runs; then each element that is meant has a position per row,
//! and reading it is a gather.

use std::sync::Arc;

use super::value::{Elements, Inner, Shape, Value};
use super::{Interpreter, Stop};
use crate::ir::graph::{Domain, Number, StoredArray};
use crate::lang::bind::BindError;
use crate::lang::source::Span;
use crate::lang::typed::{Index, VariableId};

/// An index, evaluated: positions from 0.
enum Positions {
    /// One, and the dimension goes.
    Single(usize),
    /// One for each row of the loop that runs, and the dimension goes.
    PerRow(Vec<usize>),
    /// Several, and the dimension stays.
    Many(Vec<usize>),
}

/// The elements that indexes mean.
struct Selection {
    shape: Shape,
    /// The positions of each element: one, or one per row.
    positions: Vec<Vec<u32>>,
    per_row: bool,
}

impl Interpreter<'_> {
    /// Elements of a variable, or all of it.
    pub fn read(&mut self, variable: VariableId, indexes: &[Index], span: Span) -> Result<Value, Stop> {
        let Some(base) = self.get(variable).cloned() else {
            // A variable that only a branch not taken has declared.
            return Err(BindError::Unset { name: self.name(variable).to_owned(), span }.into());
        };
        if base.elements == Elements::Pending {
            let selection = self.select(&base.shape, indexes, span)?;
            let rows = self.rolling_domain().map_or(0, Domain::rows);
            let mut numbers = Vec::new();
            for positions in selection.positions {
                let list = if positions.len() == 1 { vec![positions[0]; rows] } else { positions };
                numbers.push(self.read_pending(variable, list)?);
            }
            return Ok(Value::each(selection.shape, numbers));
        }
        if indexes.is_empty() { Ok(base) } else { self.index(&base, indexes, span) }
    }

    /// Elements of a value.
    pub fn index(&mut self, base: &Value, indexes: &[Index], span: Span) -> Result<Value, Stop> {
        let selection = self.select(&base.shape, indexes, span)?;
        if !selection.per_row {
            let positions: Vec<u32> = selection.positions.iter().map(|positions| positions[0]).collect();
            return Ok(base.gather(&mut self.graph, selection.shape, &positions));
        }
        let mut numbers = Vec::with_capacity(selection.positions.len());
        for positions in &selection.positions {
            numbers.push(self.gather_rows(base, positions)?);
        }
        Ok(Value::each(selection.shape, numbers))
    }

    /// One element for each row of the loop that runs.
    fn gather_rows(&mut self, base: &Value, positions: &[u32]) -> Result<Number, Stop> {
        let domain = self.rolling_domain().ok_or(Stop::Unroll)?;
        match &base.elements {
            Elements::Known(values) => {
                let values = positions.iter().map(|&position| values[position as usize]).collect();
                Ok(self.graph.column(domain, values))
            }
            Elements::Rows(number) => Ok(self.graph.reindex(*number, domain, positions)),
            Elements::Each(numbers) => {
                let meant: Vec<Number> = positions.iter().map(|&position| numbers[position as usize]).collect();
                if meant.iter().all(|&number| number == meant[0]) {
                    return Ok(meant[0]);
                }
                let known: Option<Vec<f64>> = meant.iter().map(|number| number.known()).collect();
                if let Some(values) = known {
                    return Ok(self.graph.column(domain, values));
                }
                let coordinates: Option<Vec<u32>> =
                    meant.iter().map(|&number| self.graph.as_coordinate(number).map(|index| index as u32)).collect();
                if let Some(coordinates) = coordinates {
                    return Ok(self.graph.coordinates(domain, coordinates));
                }
                if meant.iter().any(|&number| self.graph.domain(number).is_some()) {
                    // A container of the body: its elements differ from row to row as well.
                    return self.choose_element(numbers, positions);
                }
                let array = self.stored_elements(numbers);
                Ok(self.graph.load_rows(array, domain, positions.to_vec()))
            }
            Elements::Pending => Err(Stop::Unroll),
        }
    }

    /// Of elements that all have rows, the one that each row names.
    fn choose_element(&mut self, numbers: &[Number], positions: &[u32]) -> Result<Number, Stop> {
        let domain = self.rolling_domain().ok_or(Stop::Unroll)?;
        let mut meant: Vec<u32> = positions.to_vec();
        meant.sort_unstable();
        meant.dedup();
        let wanted = self.graph.column(domain, positions.iter().map(|&position| f64::from(position)).collect());
        let mut chosen = numbers[*meant.last().ok_or(Stop::Unroll)? as usize];
        for &position in meant.iter().rev().skip(1) {
            let here = Number::Known(f64::from(position));
            chosen = self.graph.select(wanted, here, numbers[position as usize], chosen);
        }
        Ok(chosen)
    }

    /// The array that elements held one by one are stored to, once.
    fn stored_elements(&mut self, numbers: &Arc<Vec<Number>>) -> StoredArray {
        if let Some((_, array)) = self.stored.iter().find(|(known, _)| Arc::ptr_eq(known, numbers) || known == numbers)
        {
            return *array;
        }
        let array = self.graph.array(numbers.len());
        for (index, &number) in numbers.iter().enumerate() {
            self.graph.store(array, index, number);
        }
        self.stored.push((Arc::clone(numbers), array));
        array
    }

    /// Gives elements of a variable a value.
    pub fn write(&mut self, variable: VariableId, indexes: &[Index], value: &Value, span: Span) -> Result<(), Stop> {
        let Some(base) = &self.variables[variable.0] else {
            return Err(BindError::Unset { name: self.name(variable).to_owned(), span }.into());
        };
        let shape = base.shape.clone();
        let is_pending = base.elements == Elements::Pending;
        let selection = self.select(&shape, indexes, span)?;
        self.require_shape(&selection.shape, &value.shape, span)?;
        if is_pending {
            let numbers = value.numbers(&mut self.graph);
            let rows = self.rolling_domain().map_or(0, Domain::rows);
            for (positions, number) in selection.positions.into_iter().zip(numbers) {
                let list = if positions.len() == 1 { vec![positions[0]; rows] } else { positions };
                self.write_pending(variable, list, number)?;
            }
            return Ok(());
        }
        if indexes.is_empty() {
            self.set(variable, value.reshaped(shape));
            return Ok(());
        }
        if selection.per_row {
            return self.write_local(variable, &selection, value);
        }
        let positions: Vec<usize> = selection.positions.iter().map(|positions| positions[0] as usize).collect();
        let mut base = self.variables[variable.0].take().expect("looked up above");
        if let (Elements::Known(old), Some(new)) = (&mut base.elements, value.as_known()) {
            let old = Arc::make_mut(old);
            for (&position, &x) in positions.iter().zip(new) {
                old[position] = x;
            }
        } else {
            if !matches!(base.elements, Elements::Each(_)) {
                base.elements = Elements::Each(Arc::new(base.numbers(&mut self.graph)));
            }
            let new = value.numbers(&mut self.graph);
            if let Elements::Each(old) = &mut base.elements {
                let old = Arc::make_mut(old);
                for (position, number) in positions.into_iter().zip(new) {
                    old[position] = number;
                }
            }
        }
        self.variables[variable.0] = Some(base);
        Ok(())
    }

    /// Elements of a container of the body, at a position that differs from row to row: every element that may be meant
    /// is replaced in the rows that mean it.
    fn write_local(&mut self, variable: VariableId, selection: &Selection, value: &Value) -> Result<(), Stop> {
        let domain = self.rolling_domain().ok_or(Stop::Unroll)?;
        let base = self.get(variable).cloned().ok_or(Stop::Unroll)?;
        let mut numbers = base.numbers(&mut self.graph);
        let new = value.numbers(&mut self.graph);
        for (positions, &new) in selection.positions.iter().zip(&new) {
            if positions.len() == 1 {
                numbers[positions[0] as usize] = new;
                continue;
            }
            let mut meant = positions.clone();
            meant.sort_unstable();
            meant.dedup();
            for element in meant {
                let here = positions.iter().map(|&position| f64::from(u8::from(position == element))).collect();
                let here = self.graph.column(domain, here);
                let old = numbers[element as usize];
                numbers[element as usize] = self.choose(here, new, old);
            }
        }
        self.set(variable, Value::each(base.shape, numbers));
        Ok(())
    }

    /// Which elements indexes mean.
    fn select(&mut self, shape: &Shape, indexes: &[Index], span: Span) -> Result<Selection, Stop> {
        let sizes = shape.sizes();
        let mut chosen = Vec::with_capacity(sizes.len());
        for (dimension, &size) in sizes.iter().enumerate() {
            chosen.push(match indexes.get(dimension) {
                Some(index) => self.positions(*index, size, span)?,
                None => Positions::Many((0..size).collect()),
            });
        }
        let kept: Vec<Option<usize>> = chosen
            .iter()
            .map(|positions| match positions {
                Positions::Single(_) | Positions::PerRow(_) => None,
                Positions::Many(many) => Some(many.len()),
            })
            .collect();
        let (arrays, inner) = kept.split_at(shape.arrays.len());
        let arrays = arrays.iter().flatten().copied().collect();
        let inner = match (shape.inner, inner) {
            (Inner::Scalar, _) | (_, [None] | [None, None]) => Inner::Scalar,
            (Inner::Vector(_), [Some(n)]) | (Inner::Matrix(..), [Some(n), None]) => Inner::Vector(*n),
            (Inner::RowVector(_), [Some(n)]) | (Inner::Matrix(..), [None, Some(n)]) => Inner::RowVector(*n),
            (Inner::Matrix(..), [Some(rows), Some(columns)]) => Inner::Matrix(*rows, *columns),
            _ => unreachable!("one index per dimension"),
        };
        let per_row = chosen.iter().any(|positions| matches!(positions, Positions::PerRow(_)));
        let rows = if per_row { self.rolling_domain().map_or(1, Domain::rows) } else { 1 };
        let strides = strides(shape);
        let mut positions = vec![vec![0_u32; rows]];
        // The first dimension varies slowest, but rows of a matrix faster than its columns.
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        if matches!(shape.inner, Inner::Matrix(..)) {
            order.swap(sizes.len() - 2, sizes.len() - 1);
        }
        for dimension in order {
            let stride = strides[dimension];
            match &chosen[dimension] {
                Positions::Single(position) => {
                    positions.iter_mut().flatten().for_each(|element| *element += (position * stride) as u32);
                }
                Positions::PerRow(list) => {
                    for element in &mut positions {
                        element
                            .iter_mut()
                            .zip(list)
                            .for_each(|(element, position)| *element += (position * stride) as u32);
                    }
                }
                Positions::Many(many) => {
                    positions = positions
                        .iter()
                        .flat_map(|base| {
                            many.iter().map(move |position| {
                                base.iter().map(|element| element + (position * stride) as u32).collect()
                            })
                        })
                        .collect();
                }
            }
        }
        Ok(Selection { shape: Shape { arrays, inner }, positions, per_row })
    }

    fn positions(&mut self, index: Index, size: usize, span: Span) -> Result<Positions, Stop> {
        Ok(match index {
            Index::All => Positions::Many((0..size).collect()),
            Index::Single(id) => {
                let number = self.expression(id)?.scalar();
                let span = self.model.expressions[id.index()].span;
                match self.graph.as_column(number) {
                    Some(values) => Positions::PerRow(
                        values.iter().map(|&x| position(x as i64, size, span)).collect::<Result<_, _>>()?,
                    ),
                    None => Positions::Single(position(self.int(number, span)?, size, span)?),
                }
            }
            Index::Many(id) => {
                let value = self.expression(id)?;
                let mut many = Vec::new();
                for number in value.numbers(&mut self.graph) {
                    many.push(position(self.int(number, span)?, size, span)?);
                }
                Positions::Many(many)
            }
            Index::Range { from, to } => {
                let end = |interpreter: &mut Self, id: Option<_>, otherwise: i64| match id {
                    None => Ok(otherwise),
                    Some(id) => {
                        let number = interpreter.expression(id)?.scalar();
                        interpreter.int(number, span)
                    }
                };
                let (from, to) = (end(self, from, 1)?, end(self, to, size as i64)?);
                Positions::Many((from..=to).map(|index| position(index, size, span)).collect::<Result<_, _>>()?)
            }
        })
    }
}

/// The position from 0 of an index from 1.
fn position(index: i64, size: usize, span: Span) -> Result<usize, BindError> {
    match usize::try_from(index) {
        Ok(index @ 1..) if index <= size => Ok(index - 1),
        _ => Err(BindError::IndexOutOfRange { index, size, span }),
    }
}

/// How far apart neighbours of each dimension lie.
fn strides(shape: &Shape) -> Vec<usize> {
    let mut stride = shape.inner.len();
    let mut strides: Vec<usize> = shape
        .arrays
        .iter()
        .rev()
        .map(|&size| {
            let this = stride;
            stride *= size;
            this
        })
        .collect();
    strides.reverse();
    match shape.inner {
        Inner::Scalar => {}
        Inner::Vector(_) | Inner::RowVector(_) => strides.push(1),
        Inner::Matrix(rows, _) => strides.extend([1, rows]),
    }
    strides
}
