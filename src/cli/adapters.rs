//! `ridgewalk adapters`: the GPUs of this machine, and whether each computes correctly.

use std::io::Write;

use serde_json::json;

use super::args::Adapters;
use super::error::{CliError, Verdict};
use super::{gpus, memory};
use crate::backend::gpu::{AdapterChoice, AdapterInfo, Kind, examine};
use crate::report::table;

pub(super) fn adapters(arguments: &Adapters, out: &mut impl Write) -> Result<Verdict, CliError> {
    let found = gpus::found()?;
    if arguments.json {
        let list: Vec<_> = found
            .iter()
            .enumerate()
            .map(|(place, info)| {
                json!({
                    "name": info.name,
                    "kind": info.kind,
                    "api": info.api,
                    "driver": info.driver,
                    "largest_buffer_bytes": info.largest_buffer_bytes,
                    "largest_binding_bytes": info.largest_binding_bytes,
                    "canary": canary(place, info),
                })
            })
            .collect();
        writeln!(out, "{:#}", json!({ "adapters": list }))?;
    } else if found.is_empty() {
        writeln!(out, "No GPU adapter was found (Vulkan, Metal and DirectX 12 were asked): chains run on the CPU.")?;
    } else {
        let rows: Vec<[String; 5]> = found
            .iter()
            .enumerate()
            .map(|(place, info)| {
                let kind = match info.kind {
                    Kind::Discrete => "discrete",
                    Kind::Integrated => "integrated",
                    Kind::Virtual => "virtual",
                    Kind::Other => "other",
                    Kind::Cpu => "software",
                };
                [info.name.clone(), kind.to_owned(), info.api.clone(), info.driver.clone(), canary(place, info)]
            })
            .collect();
        write!(out, "{}", table::plain(["adapter", "kind", "api", "driver", "canary"], &rows, 5))?;
    }
    Ok(Verdict::Good)
}

/// What the canary says of the adapter at a place, in a few words.
fn canary(place: usize, info: &AdapterInfo) -> String {
    if let Err(error) = memory::check_adapter(info) {
        return error.to_string();
    }
    match examine(&AdapterChoice::At(place)) {
        Ok(verdict) => verdict.note().unwrap_or_else(|| "passed".to_owned()),
        Err(error) => error.to_string(),
    }
}
