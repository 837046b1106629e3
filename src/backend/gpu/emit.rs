//! Lowers a model to WGSL: the functions `log_density` and `constrain` that the hand-written shaders call, and
//! `gradient` where a sampler asks for it.
//!
//! Statements are `statements`', expressions `expression`'s. Absent on purpose: optimisation, which is `ir::simplify`'s.

use super::statements::Emitter;
use super::tables::{Offsets, Tables};
use crate::ir::{Program, Value};
use crate::model::Model;

/// The two functions of a model.
pub fn emit(model: &Model, tables: &Tables) -> String {
    let mut density = Emitter::new(&model.density, &tables.density);
    density.open("fn log_density(coordinates: array<f32, COORDINATES>) -> f32 {");
    density.program();
    accumulate(&mut density, &model.density.results);
    density.line("return total(sum);");
    density.close();
    [density.text, constrain(&model.constrain, &tables.constrain)].join("\n")
}

/// The function `constrain` of a program whose results are the parameters.
pub fn constrain(program: &Program, offsets: &Offsets) -> String {
    let mut constrain = Emitter::new(program, offsets);
    constrain.open("fn constrain(coordinates: array<f32, COORDINATES>) -> array<f32, PARAMETERS> {");
    constrain.program();
    let parameters: Vec<String> = program.results.iter().map(|&result| constrain.writer.read(result)).collect();
    constrain.line(&format!("return array<f32, PARAMETERS>({});", parameters.join(", ")));
    constrain.close();
    constrain.text
}

/// The function `gradient` of a program whose first `terms` results are the terms of the log density, which it returns,
/// and whose others are the components of the gradient, which it leaves in `components`.
///
/// # Panics
/// When there are not as many other results as coordinates.
pub fn gradient(program: &Program, terms: usize, offsets: &Offsets) -> String {
    assert_eq!(program.results.len(), terms + program.coordinates, "terms, and a component for each coordinate");
    let (terms, components) = program.results.split_at(terms);
    let mut emitter = Emitter::new(program, offsets);
    emitter.open(
        "fn gradient(coordinates: array<f32, COORDINATES>, components: ptr<function, array<f32, COORDINATES>>) -> f32 {",
    );
    emitter.program();
    for (coordinate, &component) in components.iter().enumerate() {
        let value = emitter.writer.read(component);
        emitter.line(&format!("(*components)[{coordinate}] = {value};"));
    }
    accumulate(&mut emitter, terms);
    emitter.line("return total(sum);");
    emitter.close();
    emitter.text
}

/// Writes the compensated sum of terms, as `sum`.
pub fn accumulate(emitter: &mut Emitter<'_>, terms: &[Value]) {
    emitter.line("var sum: Accumulator;");
    for &term in terms {
        let term = emitter.writer.read(term);
        emitter.line(&format!("sum = accumulate(sum, {term});"));
    }
}

#[cfg(test)]
#[path = "emit_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "gradient_tests.rs"]
mod gradient_tests;
