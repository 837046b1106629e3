//! `ridgewalk functions`: the distributions and functions that models can call.

use std::io::Write;

use super::error::{CliError, Verdict};
use crate::lang::signatures;

pub(super) fn functions(out: &mut impl Write) -> Result<Verdict, CliError> {
    write!(out, "{}", signatures::page())?;
    Ok(Verdict::Good)
}
