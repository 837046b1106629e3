//! What a sweep asks of a model, as WGSL: the log density after one coordinate has moved (`ir::update`), what is kept
//! between moves, and the parameters, read where they are kept.
//!
//! ```text
//! keep(coordinates)                      all that is kept
//! moved(coordinate, coordinates, kept)   the log density; kept values become those of the move
//! parameters(coordinates, kept)          the parameters of a state
//! ```
//!
//! Absent on purpose: the log density by itself and the transforms (`emit`), which these call where nothing is gained.

use super::emit::accumulate;
use super::statements::Emitter;
use super::tables::Tables;
use crate::ir::update::{Source, Updates, updates_within, whole};
use crate::model::Model;

/// Statements of all programs together, per statement of the whole: a driver compiles each of them.
const MOST_COPIES: usize = 4;
/// Most values to keep: they live in registers.
const MOST_KEPT: usize = 32;
/// Most statements of all programs together.
const MOST_STATEMENTS: usize = 2000;

/// The functions of a model.
pub fn moves(model: &Model, tables: &Tables) -> String {
    let (density, constrain) = (&model.density, &model.constrain);
    let updates = updates_within(density, constrain, MOST_COPIES).filter(|updates| {
        let statements: usize = updates.programs.iter().map(|update| update.program.body.len()).sum();
        updates.kept <= MOST_KEPT && statements <= MOST_STATEMENTS
    });
    let updates = updates.unwrap_or_else(|| whole(density, constrain));
    let head = format!(
        "// Values kept between moves; at least one, since there are no empty arrays.\nconst KEPT: u32 = {}u;\n",
        updates.kept.max(1)
    );
    [head, keep(model, tables, &updates), moved(model, tables, &updates), parameters(&updates)].join("\n")
}

fn keep(model: &Model, tables: &Tables, updates: &Updates) -> String {
    let mut emitter = Emitter::new(&updates.whole, &tables.density);
    emitter.open("fn keep(coordinates: array<f32, COORDINATES>) -> array<f32, KEPT> {");
    if updates.kept == 0 {
        emitter.line("return array<f32, KEPT>();");
    } else {
        emitter.program();
        let kept: Vec<String> = updates.whole.results[model.density.results.len()..]
            .iter()
            .map(|&value| emitter.writer.read(value))
            .collect();
        emitter.line(&format!("return array<f32, KEPT>({});", kept.join(", ")));
    }
    emitter.close();
    emitter.text
}

fn moved(model: &Model, tables: &Tables, updates: &Updates) -> String {
    const HEAD: &str = "fn moved(coordinate: u32, coordinates: array<f32, COORDINATES>, kept: ptr<function, array<f32, \
                        KEPT>>) -> f32 {";
    if updates.kept == 0 {
        return format!("{HEAD}\n    return log_density(coordinates);\n}}\n");
    }
    let (coordinates, terms) = (model.density.coordinates, model.density.results.len());
    let mut text = format!("{HEAD}\n    switch coordinate {{\n");
    for (number, update) in updates.programs.iter().enumerate() {
        let cases: Vec<String> =
            (0..coordinates).filter(|&z| updates.of[z] == number).map(|z| format!("{z}u")).collect();
        let mut emitter = Emitter::of_move(&update.program, &tables.density, coordinates);
        let label = if number + 1 == updates.programs.len() {
            "default".to_owned()
        } else {
            format!("case {}", cases.join(", "))
        };
        emitter.open(&format!("{label}: {{"));
        emitter.program();
        let (own, changed) = update.program.results.split_at(terms);
        accumulate(&mut emitter, own);
        for (&place, &value) in update.changes.iter().zip(changed) {
            let value = emitter.writer.read(value);
            emitter.line(&format!("(*kept)[{place}] = {value};"));
        }
        emitter.line("return total(sum);");
        emitter.close();
        text.extend(emitter.text.lines().map(|line| format!("        {line}\n")));
    }
    text + "    }\n}\n"
}

fn parameters(updates: &Updates) -> String {
    let mut lines = vec![
        "fn parameters(coordinates: array<f32, COORDINATES>, kept: array<f32, KEPT>) -> array<f32, PARAMETERS> {"
            .to_owned(),
    ];
    if updates.parameters.iter().any(Option::is_none) {
        lines.push("    let computed = constrain(coordinates);".into());
    }
    let sources = updates.parameters.iter().enumerate().map(|(parameter, source)| match source {
        Some(Source::Coordinate(z)) => format!("coordinates[{z}]"),
        Some(Source::Kept(place)) => format!("kept[{place}]"),
        None => format!("computed[{parameter}]"),
    });
    lines.push(format!("    return array<f32, PARAMETERS>({});", sources.collect::<Vec<_>>().join(", ")));
    lines.push("}\n".into());
    lines.join("\n")
}
