//! A summary as CSV: a row per parameter, numbers to their last digit, `nan`, `inf` and `-inf` for what is not finite.
//!
//! Written from the JSON summary (`json`), so that the columns of the two cannot differ; a nested R-hat that does not
//! apply is an empty cell.

use csv::{Writer, WriterBuilder};

use crate::diagnostics::Summary;
use crate::store::json;

/// The whole table with its header; empty for a summary without parameters.
pub fn summary(summary: &Summary) -> String {
    let rows = json::summary(summary);
    let mut writer: Writer<Vec<u8>> = WriterBuilder::new().from_writer(Vec::new());
    let objects = rows.as_array().into_iter().flatten().filter_map(serde_json::Value::as_object);
    for (index, row) in objects.enumerate() {
        let cells = row.values().map(|value| match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        });
        // Writing to memory does not fail.
        if index == 0 {
            let _ = writer.write_record(row.keys());
        }
        let _ = writer.write_record(cells);
    }
    writer.into_inner().map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}
