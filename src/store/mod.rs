//! Floor 5: what machines read and write: draws in run directories, in Zarr and in CSV, results as JSON and CSV.
//!
//! A run directory is written by [`RunWriter`] and read by [`open_run`], which reads other programs' Zarr as well.

mod atomic;
mod blosc;
mod checkpoint_file;
mod chunk_list;
mod columns;
mod csv_lines;
mod data_arrays;
mod decompress;
mod digest;
pub mod draws_csv;
mod error;
mod export;
mod facts;
pub mod identifiability;
pub mod json;
mod lock;
mod marker;
mod merge;
mod output;
mod pages;
mod run_directory;
mod run_read;
mod run_write;
mod sealed;
mod stan_csv;
pub mod summary_csv;
mod table_csv;
mod variable;
mod zarr_array;
mod zarr_codec;
mod zarr_layout;
mod zarr_metadata;
mod zarr_read;
mod zarr_write;

pub use self::columns::StoredColumns;
pub use self::data_arrays::DataArray;
pub use self::error::StoreError;
pub use self::export::{Layout, export};
pub use self::facts::{FORMAT, Facts, Shape, chunk_length, data_digests, model_digest, now};
pub use self::marker::new_id;
pub use self::merge::merge;
pub use self::output::Output;
pub use self::run_read::{StoredRun, facts_of, has_run, open_run};
pub use self::run_write::RunWriter;
pub use self::variable::unstorable;
