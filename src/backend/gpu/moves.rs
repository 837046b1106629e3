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
use super::size::{done, written};
use super::statements::Emitter;
use super::tables::Tables;
use crate::ir::Program;
use crate::ir::update::{Source, Updates, updates_within, whole};
use crate::model::Model;

/// Statements of all programs together, per statement of the whole: a driver compiles each of them.
const MOST_COPIES: usize = 4;
/// Most values to keep: they live in registers.
const MOST_KEPT: usize = 32;
/// Most statements of all programs together.
const MOST_STATEMENTS: usize = 2000;

/// What programs may have in all, as text, whatever they save.
const FEW_WRITTEN: u64 = 200;
/// Programs that have more save at least one in so many of the operations of a sweep.
const LEAST_SAVED: u64 = 8;

/// The functions of a model.
pub fn moves(model: &Model, tables: &Tables) -> String {
    let (density, constrain) = (&model.density, &model.constrain);
    let updates = updates_within(density, constrain, MOST_COPIES).filter(|updates| {
        let statements: usize = updates.programs.iter().map(|update| update.program.body.len()).sum();
        updates.kept <= MOST_KEPT && statements <= MOST_STATEMENTS && are_worth_it(updates, density)
    });
    let updates = updates.unwrap_or_else(|| whole(density, constrain));
    let head = format!(
        "// Values kept between moves; at least one, since there are no empty arrays.\nconst KEPT: u32 = {}u;\n",
        updates.kept.max(1)
    );
    [head, keep(model, tables, &updates), moved(model, tables, &updates), parameters(&updates)].join("\n")
}

/// Whether programs save enough for their text.
fn are_worth_it(updates: &Updates, density: &Program) -> bool {
    let programs = || updates.programs.iter().map(|update| &update.program);
    let sweep: u64 = updates.of.iter().map(|&number| &updates.programs[number].program).map(|p| done(p, &p.body)).sum();
    let wholes = updates.of.len() as u64 * done(density, &density.body);
    programs().map(|program| written(program, &program.body)).sum::<u64>() <= FEW_WRITTEN
        || wholes.saturating_sub(sweep) >= wholes / LEAST_SAVED
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Builder, Op, Table, Unary};

    /// A regression on ten columns, whose slopes are exponentials of coordinates.
    fn regression(rows: usize) -> Model {
        let mut b = Builder::new(10);
        let slopes: Vec<_> = (0..10).map(|i| b.push(Op::Coordinate(i))).collect();
        let slopes: Vec<_> = slopes.into_iter().map(|slope| b.unary(Unary::Exp, slope)).collect();
        let row = b.open_loop(rows);
        let mut sum = b.constant(0.0);
        for slope in slopes {
            let table = b.table(Table { name: "x".into(), values: vec![1.5; rows].into() });
            let datum = b.push(Op::Datum { table, row });
            let product = b.multiply(slope, datum);
            sum = b.add(sum, product);
        }
        let total = b.close_loop(&[sum])[0];
        let density = b.finish(vec![total]);
        let mut b = Builder::new(10);
        let parameters = (0..10).map(|i| b.push(Op::Coordinate(i))).collect();
        let names: Vec<String> = (0..10).map(|i| format!("z{i}")).collect();
        Model {
            name: "test".into(),
            coordinates: names.clone(),
            parameters: names,
            density: density.into(),
            constrain: b.finish(parameters),
            hazards: Vec::new(),
        }
    }

    #[test]
    fn coordinates_have_programs_of_their_own_unless_these_are_long_and_save_little() {
        let programs = |rows| {
            let model = regression(rows);
            moves(&model, &Tables::new(&model)).matches("case ").count()
        };
        assert_eq!((programs(2), programs(1000)), (9, 0));
    }
}
