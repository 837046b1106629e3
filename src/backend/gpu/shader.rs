//! Assembles the shader of a model: whole files in a fixed order, no preprocessor.
//!
//! ```text
//! generated constants, rng, math, interface, the model, sampler, run
//! ```
//!
//! Of the special functions only the files that the model calls: a driver compiles what it is given.
//!
//! Numbers that Rust knows (sizes, purposes of random numbers, bounds of log densities) are written once, in Rust, and
//! arrive as generated constants.

use std::fmt::Write as _;

use super::nuts::layout::constants as nuts_constants;
use super::{emit, layout, moves, tables::Tables};
use crate::diagnostics::chain_moments::{MOST_CROSSED, products};
use crate::ir::Program;
use crate::math::Real;
use crate::model::Model;
use crate::rng::slots::Purpose;

pub const INTERFACE: &str = include_str!("../../../shaders/interface.wgsl");
const PHILOX: &str = include_str!("../../../shaders/rng/philox.wgsl");
const VARIATE: &str = include_str!("../../../shaders/rng/variate.wgsl");
const ELEMENTARY: &str = include_str!("../../../shaders/math/elementary.wgsl");
const ACCUMULATE: &str = include_str!("../../../shaders/math/accumulate.wgsl");
/// The special functions, a file a family. None calls another.
const SPECIAL: [&str; 6] = [
    include_str!("../../../shaders/math/trigonometric.wgsl"),
    include_str!("../../../shaders/math/logistic.wgsl"),
    include_str!("../../../shaders/math/power.wgsl"),
    include_str!("../../../shaders/math/gamma.wgsl"),
    include_str!("../../../shaders/math/normal.wgsl"),
    include_str!("../../../shaders/math/bessel.wgsl"),
];
const METROPOLIS: &str = include_str!("../../../shaders/sampler/metropolis.wgsl");
const RUN: &str = include_str!("../../../shaders/run.wgsl");
const STUB: &str = include_str!("../../../shaders/model_stub.wgsl");
const NUTS_INTERFACE: &str = include_str!("../../../shaders/nuts/interface.wgsl");
const NUTS: &str = include_str!("../../../shaders/sampler/nuts.wgsl");
const NUTS_RUN: &str = include_str!("../../../shaders/nuts/run.wgsl");
const CANARY: &str = include_str!("../../../shaders/canary.wgsl");

/// The exact text that a driver is given for a model: what `compile --emit wgsl` prints.
///
/// The model must have at least one coordinate and one parameter: WGSL has no empty arrays.
pub fn wgsl(model: &Model) -> String {
    let constants = constants(model.coordinates.len(), model.parameters.len());
    let tables = Tables::new(model);
    let functions = [emit::emit(model, &tables), moves::moves(model, &tables)].join("\n");
    let mut files = vec![&constants, PHILOX, VARIATE, ELEMENTARY, ACCUMULATE];
    files.extend(SPECIAL.into_iter().filter(|file| calls(&functions, file)));
    files.extend([INTERFACE, &functions, METROPOLIS, RUN]);
    join(&files)
}

/// The exact text that a driver is given for steps of NUTS: what `compile --emit wgsl --sampler nuts` prints.
///
/// The model must have at least one coordinate and one parameter: WGSL has no empty arrays.
pub fn nuts_wgsl(model: &Model, max_treedepth: u32) -> String {
    let gradient = model.gradient();
    nuts(model, &gradient, &Tables::of(&gradient, &model.constrain), max_treedepth)
}

/// As [`nuts_wgsl`], of a model whose gradient and tables are known.
pub fn nuts(model: &Model, gradient: &Program, tables: &Tables, max_treedepth: u32) -> String {
    let functions = [
        emit::gradient(gradient, model.density.results.len(), &tables.density),
        emit::constrain(&model.constrain, &tables.constrain),
    ]
    .join("\n");
    join_nuts(model.coordinates.len(), model.parameters.len(), &functions, max_treedepth)
}

fn join_nuts(coordinates: usize, parameters: usize, functions: &str, max_treedepth: u32) -> String {
    let constants = constants(coordinates, parameters) + &nuts_constants(max_treedepth);
    let mut files = vec![&constants, PHILOX, VARIATE, ELEMENTARY, ACCUMULATE];
    files.extend(SPECIAL.into_iter().filter(|file| calls(functions, file) || calls(NUTS, file)));
    files.extend([NUTS_INTERFACE, functions, NUTS, NUTS_RUN]);
    join(&files)
}

/// Whether a text calls a function of a file.
fn calls(text: &str, file: &str) -> bool {
    let names = file.lines().filter_map(|line| Some(line.strip_prefix("fn ")?.split_once('(')?.0));
    let is_in_word = |before: &str| before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    names.into_iter().any(|name| {
        let mut found = text.match_indices(name);
        found.any(|(at, _)| !is_in_word(&text[..at]) && text[at + name.len()..].starts_with('('))
    })
}

/// The shader of a standard normal in so many coordinates, all of it written by hand.
#[cfg(test)]
pub fn stub(coordinates: usize) -> String {
    let constants = constants(coordinates, coordinates);
    join(&[&constants, PHILOX, VARIATE, ELEMENTARY, ACCUMULATE, INTERFACE, STUB, METROPOLIS, RUN])
}

/// As [`stub`], for NUTS.
#[cfg(test)]
pub fn nuts_stub(coordinates: usize, max_treedepth: u32) -> String {
    join_nuts(coordinates, coordinates, STUB, max_treedepth)
}

/// A shader with an entry point and whatever it calls, for a model of so many coordinates and as many parameters.
#[cfg(test)]
pub fn with(coordinates: usize, functions: &str) -> String {
    let constants = constants(coordinates, coordinates);
    let mut files = vec![&constants, PHILOX, VARIATE, ELEMENTARY, ACCUMULATE];
    files.extend(SPECIAL.into_iter().filter(|file| calls(functions, file)));
    files.extend([INTERFACE, functions]);
    join(&files)
}

/// The shader of the canary, which has an interface of its own.
pub fn canary() -> String {
    let constants = constants(2, 2);
    join(&[&constants, PHILOX, VARIATE, ELEMENTARY, ACCUMULATE, STUB, METROPOLIS, CANARY])
}

fn constants(coordinates: usize, parameters: usize) -> String {
    let mut text = String::from("// Constants, written by src/backend/gpu/shader.rs.\n");
    let words = [
        ("COORDINATES", coordinates as u32),
        ("PARAMETERS", parameters as u32),
        ("WORKGROUP_SIZE", layout::WORKGROUP_SIZE),
        ("LARGEST_BITS", f32::LARGEST.to_bits()),
        ("PURPOSE_TRANSITION", Purpose::Transition as u32),
        ("MOMENTS", (parameters + products(parameters)) as u32),
    ];
    for (name, word) in words {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "const {name}: u32 = {word}u;");
    }
    let _ = writeln!(text, "const CROSSED: bool = {};", parameters <= MOST_CROSSED);
    let _ = writeln!(text, "const REJECTED: f32 = {:?}f;", f32::REJECTED);
    text
}

fn join(files: &[&str]) -> String {
    files.iter().map(|file| file.trim_end()).collect::<Vec<_>>().join("\n\n") + "\n"
}

#[cfg(test)]
mod tests {
    use wgpu::naga;

    use super::*;

    /// Parses and validates as the driver's front end will.
    fn validate(source: &str) {
        let module =
            naga::front::wgsl::parse_str(source).unwrap_or_else(|error| panic!("{}", error.emit_to_string(source)));
        let mut validator =
            naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty());
        validator.validate(&module).unwrap_or_else(|error| panic!("{}", error.emit_to_string(source)));
    }

    #[test]
    fn every_hand_written_file_is_valid_with_the_stub_model() {
        for coordinates in [1, 2, 3, 100] {
            validate(&stub(coordinates));
        }
    }

    #[test]
    fn the_files_of_nuts_are_valid_with_the_stub_model() {
        for (coordinates, max_treedepth) in [(1, 1), (3, 10), (100, 30)] {
            validate(&nuts_stub(coordinates, max_treedepth));
        }
    }

    #[test]
    fn special_functions_are_valid_together() {
        let stub = stub(2);
        let files = [&[stub.as_str()][..], &SPECIAL].concat();
        validate(&join(&files));
    }

    #[test]
    fn a_shader_has_the_special_functions_that_its_model_calls() {
        let called = |text: &str| SPECIAL.iter().filter(|file| calls(text, file)).count();
        assert_eq!(called("let v1 = lgamma(v0);"), 1);
        assert_eq!(called("let v1 = lgamma(v0) + opaque(phi(v0));"), 2);
        assert_eq!(called("let v1 = precise_exp(v0); let lgamma = my_phi(v1);"), 0);
    }

    #[test]
    fn the_canary_is_valid() {
        validate(&canary());
    }
}
