//! The data of a model as arrays of a store: `observed_data` and `constant_data`.
//!
//! Values as files gave them flow in; sizes and numbers flow out. Lists that are no arrays, because their parts differ in
//! length, have no place in Zarr and are left to the digests. Absent on purpose: what was observed, which the model knows.

use serde::{Deserialize, Serialize};

use super::zarr_layout::{ArraySpec, Type};
use crate::model::data::{Data, Datum};

/// An array of data, without its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataArray {
    /// Its name in the model.
    pub name: String,
    /// Its sizes; none of a number.
    pub sizes: Vec<usize>,
    /// Whether all of its elements are integers.
    pub integers: bool,
    /// Whether the model has a density for it.
    pub observed: bool,
}

impl DataArray {
    /// The arrays among the data; `observed` are the names of those that the model has a density for.
    pub fn all(data: &Data, observed: &[String]) -> Vec<Self> {
        data.names()
            .filter_map(|name| Self::of(name, data.get(name)?, observed.iter().any(|other| other == name)))
            .collect()
    }

    fn of(name: &str, datum: &Datum, observed: bool) -> Option<Self> {
        let sizes = sizes(datum)?;
        // Zarr knows no array without elements that readers agree on.
        if sizes.contains(&0) {
            return None;
        }
        let mut values = Vec::new();
        flatten(datum, &mut values);
        let integers = values.iter().all(|value| matches!(value, Datum::Int(_)));
        Some(Self { name: name.to_owned(), sizes, integers, observed })
    }

    pub(super) fn group(&self) -> &'static str {
        if self.observed { "observed_data" } else { "constant_data" }
    }

    pub(super) fn array(&self) -> ArraySpec {
        let dimensions: Vec<String> = (0..self.sizes.len()).map(|axis| format!("{}_dim_{axis}", self.name)).collect();
        let dimensions: Vec<&str> = dimensions.iter().map(String::as_str).collect();
        let of = if self.integers { Type::I64 } else { Type::F64 };
        ArraySpec::constant(&self.name, of, &self.sizes, &dimensions)
    }

    /// The array's numbers, the last index varying fastest.
    pub(super) fn values(&self, data: &Data) -> Vec<f64> {
        let mut values = Vec::new();
        if let Some(datum) = data.get(&self.name) {
            flatten(datum, &mut values);
        }
        values.iter().map(|value| number(value)).collect()
    }

    /// The array as files give it, from its numbers, the last index varying fastest.
    pub(super) fn datum(&self, values: &[f64]) -> Datum {
        self.nest(&self.sizes, values)
    }

    fn nest(&self, sizes: &[usize], values: &[f64]) -> Datum {
        match sizes.split_first() {
            None if self.integers => Datum::Int(values.first().map_or(0, |&value| value as i64)),
            None => Datum::Real(values.first().copied().unwrap_or(f64::NAN)),
            Some((&size, inner)) => {
                let parts = values.chunks_exact((values.len() / size.max(1)).max(1)).take(size);
                Datum::List(parts.map(|part| self.nest(inner, part)).collect())
            }
        }
    }
}

/// The sizes of a list whose parts are alike.
fn sizes(datum: &Datum) -> Option<Vec<usize>> {
    let Datum::List(items) = datum else { return Some(Vec::new()) };
    let mut inner = items.iter().map(sizes);
    let first = inner.next().unwrap_or_else(|| Some(Vec::new()))?;
    let alike = inner.all(|other| other.as_ref() == Some(&first));
    alike.then(|| [&[items.len()], &first[..]].concat())
}

fn flatten<'a>(datum: &'a Datum, into: &mut Vec<&'a Datum>) {
    match datum {
        Datum::List(items) => items.iter().for_each(|item| flatten(item, into)),
        Datum::Int(_) | Datum::Real(_) => into.push(datum),
    }
}

fn number(datum: &Datum) -> f64 {
    match datum {
        Datum::Int(value) => *value as f64,
        Datum::Real(value) => *value,
        Datum::List(_) => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_arrays_where_their_parts_are_alike() {
        let mut data = Data::default();
        let text = r#"{"N": 3, "y": [1, 2.5, 3], "x": [[1, 2], [3, 4]], "ragged": [[1], [2, 3]], "none": []}"#;
        data.add_json(text, "data.json").unwrap();
        let arrays = DataArray::all(&data, &["y".to_owned()]);
        let found: Vec<(&str, &[usize], bool, bool)> =
            arrays.iter().map(|array| (&array.name[..], &array.sizes[..], array.integers, array.observed)).collect();
        let expected: [(&str, &[usize], bool, bool); 3] =
            [("N", &[], true, false), ("x", &[2, 2], true, false), ("y", &[3], false, true)];
        assert_eq!(found, expected);
        assert_eq!(arrays[1].values(&data), [1.0, 2.0, 3.0, 4.0]);
        for array in &arrays[..2] {
            assert_eq!(Some(&array.datum(&array.values(&data))), data.get(&array.name));
        }
    }
}
