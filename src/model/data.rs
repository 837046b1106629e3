//! Data as files hold them: names and numbers, from Stan's JSON or from CSV. What they mean is known when a model is
//! bound to them.
//!
//! Text comes in, never a path: opening files is not this room's. Absent on purpose: sizes and types, which the model
//! declares.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::json::{self, JsonError};

/// A number or a nest of lists of numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// Written without a decimal point or exponent.
    Int(i64),
    /// Any other number; not always finite.
    Real(f64),
    /// `[...]`
    List(Vec<Datum>),
}

/// The data of a model, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    values: BTreeMap<String, Datum>,
    /// Rows of the CSV files read so far.
    rows: Option<usize>,
}

/// Why a text is not data.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Not JSON at all; the message names line and column.
    #[error("{file} is not JSON: {source}")]
    Json {
        /// Name of the file.
        file: String,
        /// What the reader stumbled over.
        source: JsonError,
    },
    /// JSON, but not an object at the top.
    #[error("{file} must hold one JSON object, {{\"name\": value, ...}}, and holds {found}")]
    NotAnObject {
        /// Name of the file.
        file: String,
        /// What it holds instead.
        found: &'static str,
    },
    /// A value that no Stan variable can have.
    #[error("{file}: `{name}` holds {found}, which is neither a number nor a list of numbers")]
    NotNumbers {
        /// Name of the file.
        file: String,
        /// The variable.
        name: String,
        /// What it holds instead.
        found: String,
    },
    /// Not readable as CSV.
    #[error("{file} is not CSV: {source}")]
    Csv {
        /// Name of the file.
        file: String,
        /// What the reader stumbled over.
        source: csv::Error,
    },
    /// A cell that is not a number.
    #[error("{file}, line {line}, column `{column}`: {} is not a number{}",
        if .cell.is_empty() { "an empty cell".to_owned() } else { format!("`{cell}`") },
        if .cell.contains(';') { "; columns are separated by commas" } else { "" })]
    Cell {
        /// Name of the file.
        file: String,
        /// Line, from 1, the header being the first.
        line: u64,
        /// Name of the column.
        column: String,
        /// What the cell holds.
        cell: String,
    },
    /// CSV without a row below its header.
    #[error("{file} has {}: data without rows are given as JSON", if *.empty { "no line" } else { "a header and no row" })]
    NoRows {
        /// Name of the file.
        file: String,
        /// Whether there is no header either.
        empty: bool,
    },
    /// A quotation mark without its other.
    #[error("{file}, line {line}: a quotation mark is not closed")]
    Quote {
        /// Name of the file.
        file: String,
        /// Line of the mark, from 1.
        line: usize,
    },
    /// A name in two places.
    #[error("`{name}` is given twice, the second time in {file}")]
    Twice {
        /// The variable.
        name: String,
        /// Name of the file.
        file: String,
    },
    /// Two CSV files of different length.
    #[error("{file} has {rows} rows, and the CSV file before it {before}")]
    RowsDiffer {
        /// Name of the file.
        file: String,
        /// Its rows.
        rows: usize,
        /// Rows of the file before.
        before: usize,
    },
}

impl Data {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Datum> {
        self.values.get(name)
    }

    /// Gives a name another value.
    pub fn replace(&mut self, name: &str, datum: Datum) {
        self.values.insert(name.to_owned(), datum);
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// Rows of the CSV files, if any was read: what an integer size that is missing stands for.
    pub fn rows(&self) -> Option<usize> {
        self.rows
    }

    /// Says how many rows the CSV files had that these data are from.
    pub fn set_rows(&mut self, rows: Option<usize>) {
        self.rows = rows;
    }

    /// Adds the variables of a JSON text in Stan's format: one object of numbers and nested lists. NaN and infinities are
    /// `NaN`, `Infinity` and `-Infinity`, or strings: `"NaN"`, `"Inf"`, `"+inf"`, `"-Infinity"` and the like.
    ///
    /// # Errors
    /// When the text is not of that form, or names a variable again. Nothing is added then.
    pub fn add_json(&mut self, text: &str, file: &str) -> Result<(), DataError> {
        let text = without_mark(text);
        let json_error = |source| DataError::Json { file: file.to_owned(), source };
        if !text.trim_start().starts_with('{') {
            let json: Json = json::read(text).map_err(json_error)?;
            return Err(DataError::NotAnObject { file: file.to_owned(), found: kind(&json) });
        }
        self.add_members(json::read(text).map_err(json_error)?, file)
    }

    fn add_members(&mut self, Members(members): Members, file: &str) -> Result<(), DataError> {
        let mut values = Vec::new();
        for (name, value) in members {
            let datum = datum(&value).map_err(|found| DataError::NotNumbers {
                file: file.to_owned(),
                name: name.clone(),
                found: found.to_owned(),
            })?;
            values.push((name, datum));
        }
        self.add(values, file)
    }

    /// The objects of a JSON text: one object, or a list of objects, each as [`Self::add_json`] reads it.
    ///
    /// # Errors
    /// When the text is neither, or an object is not of that form.
    pub fn all_of_json(text: &str, file: &str) -> Result<Vec<Self>, DataError> {
        let text = without_mark(text);
        if !text.trim_start().starts_with('[') {
            let mut data = Self::default();
            return data.add_json(text, file).map(|()| vec![data]);
        }
        let objects: Vec<Members> =
            json::read(text).map_err(|source| DataError::Json { file: file.to_owned(), source })?;
        let read = |(index, object)| {
            let mut data = Self::default();
            data.add_members(object, &format!("{file}, object {}", index + 1)).map(|()| data)
        };
        objects.into_iter().enumerate().map(read).collect()
    }

    /// Adds the columns of a CSV text, each as a vector under the name in its header.
    ///
    /// # Errors
    /// When there is no row, a row is too short or long, a cell is not a number, a quotation mark is not closed, or a name
    /// is already there. Nothing is added then.
    pub fn add_csv(&mut self, text: &str, file: &str) -> Result<(), DataError> {
        let csv_error = |source| DataError::Csv { file: file.to_owned(), source };
        let text = without_mark(text);
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
        if let Some(line) = open_quote(text) {
            return Err(DataError::Quote { file: file.to_owned(), line });
        }
        let names: Vec<String> = reader.headers().map_err(csv_error)?.iter().map(str::to_owned).collect();
        let mut columns = vec![Vec::new(); names.len()];
        for record in reader.records() {
            let record = record.map_err(csv_error)?;
            for ((cell, column), name) in record.iter().zip(&mut columns).zip(&names) {
                column.push(number(cell).ok_or_else(|| DataError::Cell {
                    file: file.to_owned(),
                    line: record.position().map_or(0, csv::Position::line),
                    column: name.clone(),
                    cell: cell.to_owned(),
                })?);
            }
        }
        let rows = columns.first().map_or(0, Vec::len);
        if rows == 0 {
            return Err(DataError::NoRows { file: file.to_owned(), empty: names.iter().all(String::is_empty) });
        }
        if let Some(before) = self.rows.filter(|&before| before != rows) {
            return Err(DataError::RowsDiffer { file: file.to_owned(), rows, before });
        }
        self.add(names.into_iter().zip(columns.into_iter().map(Datum::List)).collect(), file)?;
        self.rows = Some(rows);
        Ok(())
    }

    fn add(&mut self, values: Vec<(String, Datum)>, file: &str) -> Result<(), DataError> {
        let mut merged = self.values.clone();
        for (name, datum) in values {
            if merged.insert(name.clone(), datum).is_some() {
                return Err(DataError::Twice { name, file: file.to_owned() });
            }
        }
        self.values = merged;
        Ok(())
    }
}

/// The line, from 1, of a quotation mark that nothing closes. Quotation marks in comments do not count.
fn open_quote(text: &str) -> Option<usize> {
    let mut open = None;
    for (index, line) in text.lines().enumerate() {
        if open.is_some() || !line.starts_with('#') {
            // A quotation mark within quotation marks is written twice.
            for _ in line.matches('"') {
                open = if open.is_none() { Some(index + 1) } else { None };
            }
        }
    }
    open
}

/// The text without the byte-order mark that some editors put before it.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The members of a JSON object in their order, those of a name given twice both.
struct Members(Vec<(String, Json)>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

/// A number as data files write it: NaN and infinities in words, in upper or lower case. R's `NA` is none.
fn number(cell: &str) -> Option<Datum> {
    if let Ok(int) = cell.parse() {
        return Some(Datum::Int(int));
    }
    // Digits that make an infinity are a number too large to be read.
    let is_read = |x: &f64| x.is_finite() || !cell.contains(|c: char| c.is_ascii_digit());
    cell.parse().ok().filter(is_read).map(Datum::Real)
}

fn datum(value: &Json) -> Result<Datum, &'static str> {
    match value {
        Json::Number(n) => Ok(n.as_i64().map_or_else(|| Datum::Real(n.as_f64().unwrap_or(f64::NAN)), Datum::Int)),
        Json::Array(items) => Ok(Datum::List(items.iter().map(datum).collect::<Result<_, _>>()?)),
        Json::String(text) => match number(text) {
            Some(Datum::Real(x)) if !x.is_finite() => Ok(Datum::Real(x)),
            _ => Err(kind(value)),
        },
        Json::Null | Json::Bool(_) | Json::Object(_) => Err(kind(value)),
    }
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn json(text: &str) -> Result<Data, DataError> {
        let mut data = Data::default();
        data.add_json(text, "data.json").map(|()| data)
    }

    fn csv(text: &str) -> Result<Data, DataError> {
        let mut data = Data::default();
        data.add_csv(text, "data.csv").map(|()| data)
    }

    #[test]
    fn json_keeps_the_difference_between_integers_and_reals() {
        let data = json(r#"{"N": 2, "y": [1, 2.5], "x": [[1], [2]], "m": "-Inf"}"#).unwrap();
        assert_eq!(data.get("N"), Some(&Datum::Int(2)));
        assert_eq!(data.get("y"), Some(&Datum::List(vec![Datum::Int(1), Datum::Real(2.5)])));
        assert_eq!(data.get("m"), Some(&Datum::Real(f64::NEG_INFINITY)));
        assert_eq!(data.names().collect::<Vec<_>>(), ["N", "m", "x", "y"]);
    }

    #[test]
    fn what_is_not_finite_has_the_spellings_that_cmdstan_reads() {
        let (nan, infinite) = (f64::NAN, f64::INFINITY);
        let bare = r#"{"y": [NaN, Infinity, -Infinity, Inf, -Inf, 1]}"#;
        let quoted = r#"{"y": ["NaN", "nan", "Inf", "+Inf", "inf", "+inf", "Infinity", "-Inf", "-inf", "-Infinity"]}"#;
        let column = "y\nNaN\nInf\n+inf\n-Infinity\n2\n";
        for (data, expected) in [
            (json(bare), vec![nan, infinite, -infinite, infinite, -infinite, 1.0]),
            (
                json(quoted),
                vec![nan, nan, infinite, infinite, infinite, infinite, infinite, -infinite, -infinite, -infinite],
            ),
            (csv(column), vec![nan, infinite, infinite, -infinite, 2.0]),
        ] {
            let data = data.unwrap();
            let Some(Datum::List(items)) = data.get("y") else { panic!("a list: {data:?}") };
            let found: Vec<f64> = items
                .iter()
                .map(|item| match item {
                    Datum::Int(x) => *x as f64,
                    Datum::Real(x) => *x,
                    Datum::List(_) => panic!("a number: {item:?}"),
                })
                .collect();
            assert_eq!(found.len(), expected.len());
            assert!(found.iter().zip(&expected).all(|(x, y)| x == y || (x.is_nan() && y.is_nan())), "{found:?}");
        }
    }

    #[test]
    fn each_column_of_a_csv_is_a_vector_and_gives_the_row_count() {
        let data = csv("y, x\n1.5,2\n-3e2,4\n").unwrap();
        assert_eq!(data.get("y"), Some(&Datum::List(vec![Datum::Real(1.5), Datum::Real(-300.0)])));
        assert_eq!(data.rows(), Some(2));
    }

    #[test]
    fn errors_name_the_file_the_variable_and_the_place() {
        let sentence = |result: Result<Data, DataError>| result.unwrap_err().to_string();
        assert!(sentence(json("{\"y\": [1,")).starts_with("data.json is not JSON: EOF while parsing"));
        assert_eq!(
            sentence(json("[1]")),
            "data.json must hold one JSON object, {\"name\": value, ...}, and holds a list"
        );
        assert_eq!(
            sentence(json(r#"{"y": [1, "two"]}"#)),
            "data.json: `y` holds a text, which is neither a number nor a list of numbers"
        );
        assert_eq!(sentence(csv("y\n1\ntwo\n")), "data.csv, line 3, column `y`: `two` is not a number");
        assert_eq!(sentence(csv("y\n1e999\n")), "data.csv, line 2, column `y`: `1e999` is not a number");
        assert_eq!(sentence(csv("y\n1\nNA\n")), "data.csv, line 3, column `y`: `NA` is not a number");
        assert_eq!(sentence(json(r#"{"y": [NaN, nan]}"#)), "data.json is not JSON: expected ident at line 1 column 14");
        assert!(sentence(csv("y,x\n1\n")).contains("data.csv is not CSV"));
        for text in ["", "\n \n", "# a comment\n"] {
            assert_eq!(sentence(csv(text)), "data.csv has no line: data without rows are given as JSON", "{text:?}");
        }
        for text in ["y", "y,x\n", "y\n# 1\n\n"] {
            let expected = "data.csv has a header and no row: data without rows are given as JSON";
            assert_eq!(sentence(csv(text)), expected, "{text:?}");
        }
        for (text, line) in [("\"y\n1\n2\n", 1), ("y\n# it is 5\" tall\n1\n\"2", 4), ("\"y\"\"\n1\n", 1)] {
            let expected = format!("data.csv, line {line}: a quotation mark is not closed");
            assert_eq!(sentence(csv(text)), expected, "{text:?}");
        }
        assert!(csv("\"y\",x # 5\" tall\"\n\"1\",2\n").is_ok(), "closed marks are none of this");
        assert_eq!(sentence(json(r#"{"y": 1, "y": 2}"#)), "`y` is given twice, the second time in data.json");
        let mut data = json(r#"{"y": 1}"#).unwrap();
        let twice = data.add_csv("y\n1\n", "more.csv").unwrap_err().to_string();
        assert_eq!(twice, "`y` is given twice, the second time in more.csv");
        assert_eq!(data, json(r#"{"y": 1}"#).unwrap(), "a failed addition leaves the data as they were");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_reader_panic(text in "\\PC{0,200}", lines in "[-0-9eE.,\n\"NaIinf ]{0,200}") {
            for text in [text, lines] {
                let _ = json(&text);
                let _ = csv(&text);
            }
        }

        #[test]
        fn numbers_survive_json_to_the_last_bit(values in prop::collection::vec(-1e300..1e300_f64, 0..20)) {
            let text = serde_json::json!({ "y": values }).to_string();
            let list = values.iter().map(|&x| Datum::Real(x)).collect();
            let data = json(&text).unwrap();
            prop_assert_eq!(data.get("y"), Some(&Datum::List(list)));
        }
    }
}
