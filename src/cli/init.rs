//! Where chains start: what `--init` means, as radii, words and files.

use std::path::Path;

use super::error::CliError;
use super::files;
use crate::lang::Compiled;
use crate::model::data::Data;
use crate::run::Init;

/// What `--init` says: a radius, or values in files.
pub(super) fn init(words: &[String], compiled: &Compiled) -> Result<Init, CliError> {
    if let [word] = words
        && let Some(radius) = radius(word)?
    {
        return Ok(Init::Random { radius });
    }
    let mut starts = Vec::new();
    for word in words {
        if radius(word)?.is_some() {
            return Err(CliError::plain(format!(
                "--init {word} is for all chains, and --init was given {} times: several are files, one for each chain",
                words.len()
            )));
        }
        let objects = objects(Path::new(word))?;
        let several = objects.len() > 1;
        for (index, values) in objects.iter().enumerate() {
            let origin = if several { format!("{word}, object {}", index + 1) } else { word.clone() };
            let start = compiled.quantities.start(values, origin).and_then(|start| {
                // A complete start can be tried now, before anything is stored.
                let mut coordinates = vec![0.0; compiled.model.coordinates.len()];
                let tried = if start.is_complete() { start.place(&compiled.model, &mut coordinates) } else { Ok(()) };
                tried.map(|()| start)
            });
            starts.push(start.map_err(|error| CliError::plain(error.to_string()))?);
        }
    }
    if starts.is_empty() {
        return Err(CliError::plain(format!("{} holds no starting point: its list is empty", words.join(", "))));
    }
    Ok(Init::Given(starts))
}

/// The radius that a word stands for; none if it is the name of a file.
fn radius(word: &str) -> Result<Option<f64>, CliError> {
    let number = match (word, word.strip_prefix("random:")) {
        ("zero", _) => return Ok(Some(0.0)),
        ("random", _) => return Ok(Some(Init::RADIUS)),
        (_, Some(radius)) => radius.parse::<f64>().ok().or(Some(f64::NAN)),
        (word, None) => word.parse().ok(),
    };
    match number {
        Some(radius) if !(radius >= 0.0 && radius.is_finite()) => {
            Err(CliError::plain(format!("--init {word}: the radius must be a number from 0 on")))
        }
        other => Ok(other),
    }
}

/// The objects of a file of starting points.
fn objects(path: &Path) -> Result<Vec<Data>, CliError> {
    if !path.exists() {
        return Err(CliError::plain(format!(
            "there is no file {}: --init takes a radius (0 starts at zero), zero, random, or a JSON file of values",
            path.display()
        )));
    }
    let text = files::numbers(path, "the starting values")?;
    Data::all_of_json(&text, &path.display().to_string()).map_err(|error| CliError::plain(error.to_string()))
}

/// What `--init` says, in a word that a run keeps.
pub(super) fn name(init: &Init) -> String {
    match init {
        Init::Random { radius: 0.0 } => "zero".to_owned(),
        Init::Random { radius } if *radius == Init::RADIUS => "random".to_owned(),
        Init::Random { radius } => format!("random:{radius}"),
        Init::Given(_) => "given".to_owned(),
    }
}

/// What to tell of starting points before a run: names that the model does not have, starts that no chain takes, and
/// that all chains start at the same point.
pub(super) fn notes(init: &Init, chains: usize, superchain_size: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if let Init::Given(starts) = init {
        for start in starts {
            for (name, suggestion) in start.unknown() {
                let suggestion =
                    suggestion.as_ref().map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
                notes.push(format!("{}: the model has no parameter `{name}`{suggestion}", start.origin()));
            }
        }
        let superchains = chains.div_ceil(superchain_size);
        if starts.len() > superchains.max(1) {
            notes.push(format!("{} starting points are given, and {superchains} are used", starts.len()));
        }
    }
    if init.is_one_point() && chains > 1 {
        notes.push(
            "all chains start at the same point, so their agreement says nothing about what lies elsewhere".to_owned(),
        );
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_radii_and_everything_else_is_a_file() {
        let of = |word: &str| radius(word).unwrap();
        assert_eq!(["zero", "0", "0.0"].map(of), [Some(0.0); 3]);
        assert_eq!(["random", "2", "random:2", "2e0"].map(of), [Some(2.0); 4]);
        assert_eq!(["init.json", "./0.5", "Zero"].map(of), [None; 3]);
        for word in ["-1", "nan", "inf", "random:", "random:-1", "random:x"] {
            assert!(radius(word).unwrap_err().to_string().contains("the radius must be a number from 0 on"), "{word}");
        }
    }
}
