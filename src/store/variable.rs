//! Columns of draws, named as Stan names elements (`theta[2]`, `m[1,3]`), as the variables of an array store.
//!
//! Names flow in, variables with their sizes and the columns of their elements flow out, and the other way round.
//! Absent on purpose: values.

use std::collections::HashSet;

/// A named array of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name without indices.
    pub name: String,
    /// Its sizes; none for a scalar.
    pub sizes: Vec<usize>,
    /// The column of each element, the last index varying fastest.
    pub columns: Vec<usize>,
}

/// The variables that columns form, in the order of their first columns. Elements that do not fill an array, because
/// only some of them were kept, are variables of their own.
pub fn variables(names: &[String]) -> Vec<Variable> {
    /// Indices and column.
    type Element = (Vec<usize>, usize);
    let mut stems: Vec<(&str, Vec<Element>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for (column, name) in names.iter().enumerate() {
        let (stem, indices) = split(name).unwrap_or((name, Vec::new()));
        let place = *places.entry(stem).or_insert_with(|| {
            stems.push((stem, Vec::new()));
            stems.len() - 1
        });
        stems[place].1.push((indices, column));
    }
    let mut found = Vec::new();
    for (stem, elements) in stems {
        match whole(&elements) {
            Some((sizes, columns)) => found.push(Variable { name: stem.to_owned(), sizes, columns }),
            None => found.extend(elements.into_iter().map(|(_, column)| Variable {
                name: names[column].clone(),
                sizes: Vec::new(),
                columns: vec![column],
            })),
        }
    }
    found
}

/// `m[1,3]` as `m` and its indices.
fn split(name: &str) -> Option<(&str, Vec<usize>)> {
    let (stem, indices) = name.strip_suffix(']')?.split_once('[')?;
    let indices: Option<Vec<usize>> = indices.split(',').map(|index| index.parse().ok().filter(|&i| i > 0)).collect();
    Some((stem, indices?)).filter(|(stem, _)| !stem.is_empty())
}

/// Sizes, and columns in order, of elements that fill an array.
fn whole(elements: &[(Vec<usize>, usize)]) -> Option<(Vec<usize>, Vec<usize>)> {
    let rank = elements.first()?.0.len();
    if elements.iter().any(|(indices, _)| indices.len() != rank) {
        return None;
    }
    let sizes: Vec<usize> =
        (0..rank).map(|axis| elements.iter().map(|(indices, _)| indices[axis]).max().unwrap_or(0)).collect();
    let count = sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))?;
    if count != elements.len() {
        return None;
    }
    let mut columns = vec![None; count];
    for (indices, column) in elements {
        let at = indices.iter().zip(&sizes).fold(0, |at, (index, size)| at * size + index - 1);
        columns[at] = Some(*column);
    }
    Some((sizes, columns.into_iter().collect::<Option<_>>()?))
}

/// The names of a variable's elements, the last index varying fastest.
pub fn element_names(name: &str, sizes: &[usize]) -> Vec<String> {
    if sizes.is_empty() {
        return vec![name.to_owned()];
    }
    let count = sizes.iter().product();
    let label = |mut at: usize| {
        let mut indices = vec![String::new(); sizes.len()];
        for (index, size) in indices.iter_mut().zip(sizes).rev() {
            *index = (at % size + 1).to_string();
            at /= size;
        }
        format!("{name}[{}]", indices.join(","))
    };
    (0..count).map(label).collect()
}

/// The first variable, of columns such as `mu` and `theta[2]`, that cannot be stored under its name: `chain` and `draw` are
/// dimensions, `NAME_dim_K` is that of another variable `NAME`, and file systems take names of about 250 bytes.
#[must_use]
pub fn unstorable(columns: &[String]) -> Option<&str> {
    const LONGEST: usize = 200;
    fn stem(column: &str) -> &str {
        split(column).map_or(column, |(stem, _)| stem)
    }
    let names: HashSet<&str> = columns.iter().map(|column| stem(column)).collect();
    let is_taken = |name: &str| {
        let owner = name.rsplit_once("_dim_").filter(|(_, axis)| axis.parse::<u32>().is_ok());
        ["chain", "draw"].contains(&name)
            || name.len() > LONGEST
            || owner.is_some_and(|(owner, _)| names.contains(owner))
    };
    columns.iter().map(|column| stem(column)).find(|name| is_taken(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dimensions_and_names_that_are_too_long_cannot_be_stored() {
        let first = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            unstorable(&names).map(str::to_owned)
        };
        assert_eq!(first(&["mu", "x_dim_0", "draws", "chains[1]"]), None);
        assert_eq!(first(&["mu", "draw"]).as_deref(), Some("draw"));
        assert_eq!(first(&["chain[2]"]).as_deref(), Some("chain"));
        assert_eq!(first(&["x_dim_0", "x[1]", "x[2]"]).as_deref(), Some("x_dim_0"));
        assert_eq!(first(&["x_dim_a", "x[1]"]), None);
        assert_eq!(first(&[&"n".repeat(200)]), None);
        assert!(first(&[&"n".repeat(201)]).is_some());
    }

    fn of(names: &[&str]) -> Vec<Variable> {
        variables(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    }

    fn variable(name: &str, sizes: &[usize], columns: &[usize]) -> Variable {
        Variable { name: name.into(), sizes: sizes.into(), columns: columns.into() }
    }

    #[test]
    fn columns_in_stans_order_become_arrays_whose_last_index_is_fastest() {
        let found = of(&["mu", "m[1,1]", "m[2,1]", "m[1,2]", "m[2,2]", "m[1,3]", "m[2,3]", "theta[1]", "theta[2]"]);
        let expected =
            [variable("mu", &[], &[0]), variable("m", &[2, 3], &[1, 3, 5, 2, 4, 6]), variable("theta", &[2], &[7, 8])];
        assert_eq!(found, expected);
        assert_eq!(element_names("m", &[2, 2]), ["m[1,1]", "m[1,2]", "m[2,1]", "m[2,2]"]);
    }

    #[test]
    fn elements_that_do_not_fill_an_array_stand_alone() {
        let alone = [variable("theta[1]", &[], &[0]), variable("theta[3]", &[], &[1])];
        assert_eq!(of(&["theta[1]", "theta[3]"]), alone);
        assert_eq!(of(&["x[1,1]", "x[1]"]).len(), 2);
        assert_eq!(of(&["x[0]", "x[a]", "[1]", "y]"]).len(), 4);
        assert_eq!(of(&["x[1]", "x[1]"]).len(), 2, "one element twice");
    }
}
