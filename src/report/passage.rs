//! Findings in words before it is known where they will be read: sentences, lines with a label, tables.
//!
//! What is said flows in; plain text for a terminal flows out, and a page sets the same parts in its own way. Absent on
//! purpose: what is found.

/// Columns that a label takes in plain text.
const LABEL: usize = 16;

/// Of a line's middle part, where others stand below it.
const MOST_ALIGNED: usize = 40;

/// A part of what is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A paragraph.
    Sentence(String),
    /// A sentence that belongs to the lines before it.
    Remark(String),
    /// Lines under one label, each with what may be said of it.
    Lines { label: String, lines: Vec<(String, String)> },
    /// Rows under heads; the first and the last column are words.
    Table { heads: Vec<String>, rows: Vec<Vec<String>> },
}

/// What is said, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passage(pub Vec<Part>);

impl Passage {
    /// Adds a paragraph.
    pub fn say(&mut self, sentence: impl Into<String>) {
        self.0.push(Part::Sentence(sentence.into()));
    }

    /// Adds a sentence to the lines before.
    pub fn remark(&mut self, sentence: impl Into<String>) {
        self.0.push(Part::Remark(sentence.into()));
    }

    /// Adds lines, if there are any.
    pub fn list(&mut self, label: &str, lines: Vec<(String, String)>) {
        if !lines.is_empty() {
            self.0.push(Part::Lines { label: label.to_owned(), lines });
        }
    }

    /// As plain text.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(Part::text).collect()
    }
}

impl Part {
    fn text(&self) -> String {
        match self {
            Self::Sentence(sentence) => format!("{sentence}\n"),
            Self::Remark(sentence) => format!("  {sentence}\n"),
            Self::Lines { label, lines } => {
                let of = |(what, _): &(String, String)| what.chars().count();
                let width = lines.iter().map(of).max().unwrap_or(0).min(MOST_ALIGNED);
                let labels = [format!("{label}:")].into_iter().chain(std::iter::repeat(String::new()));
                let line = |((what, why), label): (&(String, String), String)| match &why[..] {
                    "" => format!("  {label:LABEL$} {what}\n"),
                    why => format!("  {label:LABEL$} {what:width$}   {why}\n"),
                };
                lines.iter().zip(labels).map(line).collect()
            }
            Self::Table { heads, rows } => table(heads, rows),
        }
    }
}

/// Columns as wide as their widest cell, those of numbers aligned at their right, after an empty line.
fn table(heads: &[String], rows: &[Vec<String>]) -> String {
    let all = || std::iter::once(heads).chain(rows.iter().map(Vec::as_slice));
    let wide = |column: usize| all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..heads.len()).map(|column| wide(column).unwrap_or(0)).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column == 0 || column + 1 == heads.len() { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    String::from("\n") + &all().map(line).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_has_its_labels_once_and_its_columns_aligned() {
        let mut passage = Passage::default();
        passage.say("Two of three.");
        let line = |what: &str, why: &str| (what.to_owned(), why.to_owned());
        passage.list("open", vec![line("a - b", "nothing changes"), line("c", "nor here")]);
        passage.list("known", vec![line("a + b", "")]);
        passage.list("none", Vec::new());
        passage.remark("So it is.");
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        passage.0.push(Part::Table { heads: row(["what", "sd", ""]), rows: vec![row(["a", "10.25", "wide"])] });
        let expected = "Two of three.\n  open:            a - b   nothing changes\n                   c       nor here\n  \
                        known:           a + b\n  So it is.\n\nwhat     sd\na     10.25  wide\n";
        assert_eq!(passage.text(), expected);
    }
}
