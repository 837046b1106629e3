//! Draws from Stan CSV, as CmdStan writes it: one file a chain, comments before, between and after the rows.
//!
//! Lines flow in, [`Loaded`] draws flow out. The comments tell what the run was: rows of warm-up (`save_warmup`,
//! `num_warmup`, `thin`) are skipped; methods other than those that are known to draw are refused. Both the comments of CmdStan
//! (`num_warmup = 1000 (Default)`) and those of its first releases (`warmup=1000`) are understood. A last row that was
//! cut off, by a chain still running or killed, is left out and told; of chains that are shorter than they were to be, as many
//! draws are taken as all have. Deliberately absent: the step size, the metric
//! and the times that the comments hold.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::csv_lines::{
    Loaded, ReadError, difference, is_sampler_column, next_line, next_number, open, parameter_name,
};
use crate::draws::Draws;

/// What the comments say of the run.
#[derive(Default)]
struct Plan {
    method: Option<String>,
    warmup: usize,
    draws: Option<usize>,
    thin: usize,
    saves_warmup: bool,
    /// Whether the sampler knows no density: what it says of one is nothing.
    is_fixed: bool,
}

impl Plan {
    /// Takes note of a comment such as `#     num_warmup = 1000 (Default)`.
    fn read(&mut self, comment: &[u8]) {
        let Ok(comment) = std::str::from_utf8(comment) else { return };
        let Some((key, value)) = comment.trim_start_matches('#').split_once('=') else { return };
        let Some(value) = value.split_whitespace().next() else { return };
        match key.trim() {
            "method" => self.method = Some(value.to_owned()),
            "num_warmup" | "warmup" => self.warmup = value.parse().unwrap_or(0),
            "num_samples" => self.draws = value.parse().ok(),
            "thin" => self.thin = value.parse().unwrap_or(1),
            "algorithm" => self.is_fixed = value == "fixed_param",
            // A number up to CmdStan 2.32, a word later.
            "save_warmup" => self.saves_warmup = value == "1" || value == "true",
            _ => {}
        }
    }

    fn saved_warmup(&self) -> usize {
        if self.saves_warmup { self.warmup.div_ceil(self.thin.max(1)) } else { 0 }
    }

    fn planned_draws(&self) -> Option<usize> {
        self.draws.map(|draws| draws.div_ceil(self.thin.max(1)))
    }
}

/// What one file is, beside its numbers.
pub(super) struct Chain {
    parameters: Vec<String>,
    sampler: Vec<String>,
    draws: usize,
    /// Whether it was to be longer.
    is_short: bool,
    approximation: Option<&'static str>,
    note: Option<String>,
}

/// Where the numbers of a chain go, `[draw, parameter]` of each; what does not fit is counted, but not kept.
pub(super) struct Room<'a> {
    values: &'a mut [f64],
    sampler_values: &'a mut [f64],
}

/// Columns of a header: their names, and whether each is the sampler's.
struct Header {
    names: Vec<String>,
    of_sampler: Vec<bool>,
    /// How many are.
    sampler: usize,
}

impl Header {
    fn of(line: &[u8], number: u64, file: &Path, is_fixed: bool) -> Result<Self, ReadError> {
        let text = String::from_utf8_lossy(line);
        let names: Vec<String> = text.split(',').map(|name| parameter_name(name.trim().trim_matches('"'))).collect();
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(ReadError::RepeatedName { file: file.to_owned(), line: number, name: pair[0].clone() });
        }
        let of_sampler: Vec<bool> =
            names.iter().map(|name| is_sampler_column(name) || is_fixed && name == "lp__").collect();
        if of_sampler.iter().all(|of_sampler| *of_sampler) {
            return Err(ReadError::NoParameters { file: file.to_owned() });
        }
        let sampler = of_sampler.iter().filter(|of_sampler| **of_sampler).count();
        Ok(Self { names, of_sampler, sampler })
    }

    fn names_where(&self, of_sampler: bool) -> Vec<String> {
        let pairs = self.names.iter().zip(&self.of_sampler);
        pairs.filter(|(_, is)| **is == of_sampler).map(|(name, _)| name.clone()).collect()
    }
}

/// Reads a file's chain into its room. Nothing is parsed where there is no room: so the length of a chain is found.
fn read(file: &Path, room: &mut Room<'_>) -> Result<Chain, ReadError> {
    let mut reader = open(file)?;
    let (mut line, mut line_number) = (Vec::new(), 0);
    let (mut plan, mut header, mut rows, mut cut_off) = (Plan::default(), None::<Header>, 0_usize, false);
    while next_line(&mut reader, file, &mut line)? {
        line_number += 1;
        let complete = line.ends_with(b"\n");
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        if text.starts_with(b"#") {
            plan.read(text);
            continue;
        }
        let Some(columns) = &header else {
            header = Some(Header::of(text, line_number, file, plan.is_fixed)?);
            continue;
        };
        // Without its end of line a row may have lost digits, or columns.
        if !complete {
            cut_off = true;
            continue;
        }
        let row = match rows.checked_sub(plan.saved_warmup()) {
            None => read_row(text, columns, &mut [], &mut []),
            Some(_) if room.is_none() => Ok(()),
            Some(draw) => {
                let (values, sampler_values) = room.of(draw, columns);
                read_row(text, columns, values, sampler_values)
            }
        };
        row.map_err(|mistake| mistake.at(file, line_number, columns, text))?;
        rows += 1;
    }
    let Some(header) = header else { return Err(ReadError::Empty { file: file.to_owned() }) };
    let approximation = match plan.method.as_deref() {
        None | Some("sample" | "generate_quantities") => None,
        Some("pathfinder") => Some("pathfinder"),
        Some("laplace") => Some("laplace"),
        Some(method) => return Err(ReadError::NotDraws { file: file.to_owned(), method: method.to_owned() }),
    };
    let warmup = plan.saved_warmup().min(rows);
    let draws = rows - warmup;
    if draws == 0 {
        return Err(ReadError::NoDraws { file: file.to_owned(), warmup });
    }
    let note = note(file, draws, &plan, cut_off);
    let is_short = note.is_some();
    let (parameters, sampler) = (header.names_where(false), header.names_where(true));
    Ok(Chain { parameters, sampler, draws, is_short, approximation, note })
}

impl Room<'_> {
    fn is_none(&self) -> bool {
        self.values.is_empty()
    }

    /// Where a draw of so many columns goes; empty beyond the end.
    fn of(&mut self, draw: usize, columns: &Header) -> (&mut [f64], &mut [f64]) {
        fn part(values: &mut [f64], draw: usize, width: usize) -> &mut [f64] {
            let start = (draw * width).min(values.len());
            let end = (start + width).min(values.len());
            &mut values[start..end]
        }
        let width = columns.names.len() - columns.sampler;
        (part(self.values, draw, width), part(self.sampler_values, draw, columns.sampler))
    }
}

fn note(file: &Path, draws: usize, plan: &Plan, cut_off: bool) -> Option<String> {
    let planned = plan.planned_draws().filter(|planned| *planned > draws);
    let of = planned.map_or_else(String::new, |planned| format!(" of {planned}"));
    match (cut_off, planned) {
        (false, None) => None,
        (false, Some(_)) => {
            Some(format!("{} holds {draws}{of} draws: its chain is still running, or was ended early", file.display()))
        }
        (true, _) => Some(format!(
            "the last row of {} is cut off and left out, so {draws}{of} draws are used: its chain is still running, or \
             was ended early",
            file.display()
        )),
    }
}

/// What is wrong with a row.
enum Mistake {
    Count(usize),
    Number(usize),
}

impl Mistake {
    fn at(&self, file: &Path, line: u64, header: &Header, text: &[u8]) -> ReadError {
        let file = file.to_owned();
        match *self {
            Self::Count(found) => ReadError::Ragged { file, line, found, expected: header.names.len() },
            Self::Number(column) => {
                let text = text.split(|byte| *byte == b',').nth(column).unwrap_or_default();
                let text = String::from_utf8_lossy(text).into_owned();
                ReadError::NotANumber { file, line, name: header.names[column].clone(), text }
            }
        }
    }
}

/// Reads a row's numbers into `values` and `sampler`, as many as have room there.
fn read_row(text: &[u8], header: &Header, values: &mut [f64], sampler: &mut [f64]) -> Result<(), Mistake> {
    let (mut values, mut sampler) = (values.iter_mut(), sampler.iter_mut());
    let (mut count, mut wrong, mut rest) = (0, None, Some(text));
    while let Some(row) = rest {
        let (value, after) = next_number(row);
        if let Some(of_sampler) = header.of_sampler.get(count) {
            let place = if *of_sampler { sampler.next() } else { values.next() };
            match (value, place) {
                (Some(value), Some(place)) => *place = value,
                (Some(_), None) => {}
                (None, _) => wrong = wrong.or(Some(count)),
            }
        }
        count += 1;
        rest = after;
    }
    if count != header.names.len() {
        return Err(Mistake::Count(count));
    }
    wrong.map_or(Ok(()), |column| Err(Mistake::Number(column)))
}

/// Reads chains, a file each, which must agree in their columns and their lengths. The first file is skimmed for the
/// shape of all, so that every number is parsed into its place and held once.
pub(super) fn read_chains(paths: &[PathBuf]) -> Result<Loaded, ReadError> {
    let Some(first_file) = paths.first() else { return Err(ReadError::NoFiles) };
    let shape = read(first_file, &mut Room { values: &mut [], sampler_values: &mut [] })?;
    let mut draws = Draws::new(shape.parameters.clone(), paths.len(), shape.draws)?;
    let mut sampler = Draws::new(shape.sampler.clone(), paths.len(), shape.draws)?;
    let rooms = rooms(&mut draws, &mut sampler);
    let chains: Vec<Chain> =
        paths.par_iter().zip(rooms).map(|(file, mut room)| read(file, &mut room)).collect::<Result<_, _>>()?;
    for (file, chain) in paths.iter().zip(&chains) {
        let (file, first) = (file.clone(), first_file.clone());
        for (found, expected) in [(&chain.parameters, &shape.parameters), (&chain.sampler, &shape.sampler)] {
            if found != expected {
                return Err(ReadError::NamesDiffer { file, first, difference: difference(found, expected) });
            }
        }
        if chain.approximation != shape.approximation {
            let (chain, other) = if shape.approximation.is_some() { (file, first) } else { (first, file) };
            return Err(ReadError::MixedMethods { chain, other });
        }
    }
    let shortest = chains.iter().map(|chain| chain.draws).min().unwrap_or(0);
    let longer = paths.iter().zip(&chains).find(|(_, chain)| chain.draws != shortest);
    let ended = paths.iter().zip(&chains).find(|(_, chain)| chain.draws == shortest && !chain.is_short);
    if let (Some((file, chain)), Some((first, _))) = (longer, ended) {
        let (file, first) = (file.clone(), first.clone());
        return Err(ReadError::LengthsDiffer { file, found: chain.draws, first, expected: shortest });
    }
    let differ = longer.is_some();
    let mut notes: Vec<String> = chains.into_iter().filter_map(|chain| chain.note).collect();
    if differ {
        notes.push(format!("of each chain the first {shortest} draws are used, as many as the shortest has"));
    }
    let [draws, sampler] = [draws, sampler].map(|draws| shortened(draws, shortest));
    Ok(Loaded { draws: draws?, sampler: sampler?, notes, approximation: shape.approximation })
}

/// The first draws of each chain.
fn shortened(draws: Draws, length: usize) -> Result<Draws, ReadError> {
    let (width, all) = (draws.parameters().len(), draws.draws());
    if length == all || width == 0 {
        return if length == all { Ok(draws) } else { Ok(Draws::new(Vec::new(), draws.chains(), length)?) };
    }
    let values = draws.values().chunks_exact(all * width).flat_map(|chain| &chain[..length * width]).copied().collect();
    Ok(Draws::from_values(draws.parameters().to_vec(), draws.chains(), length, values)?)
}

/// A room for each chain.
fn rooms<'a>(draws: &'a mut Draws, sampler: &'a mut Draws) -> Vec<Room<'a>> {
    let chains = draws.chains();
    let lengths = [&*draws, &*sampler].map(|draws| draws.draws() * draws.parameters().len());
    let (mut values, mut sampler_values) = (draws.values_mut(), sampler.values_mut());
    (0..chains)
        .map(|_| Room {
            values: values.split_off_mut(..lengths[0]).expect("the draws hold a room for every chain"),
            sampler_values: sampler_values.split_off_mut(..lengths[1]).expect("and so do the sampler's"),
        })
        .collect()
}
