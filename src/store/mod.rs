//! Floor 5: what machines read and write.

mod csv_lines;
pub mod draws_csv;
pub mod identifiability;
pub mod json;
mod stan_csv;
pub mod summary_csv;
mod table_csv;
