//! The tables of functions and distributions as a page in Markdown, which `ridgewalk functions` prints and `docs/`
//! holds. Absent: what the functions compute, which Stan's own reference says.

use super::{Argument, Family, Outcome, Overload, Pattern, SIGNATURES};
use crate::lang::types::{Base, Type};
use crate::lang::vocabulary::{OTHER_FAMILIES, other_functions};

/// What stands above the tables.
const HEAD: &str = "\
# Distributions and functions

What a model can call. `ridgewalk functions` prints this page. Each has the meaning that it has in the
[Stan Functions Reference](https://mc-stan.org/docs/functions-reference/). Operators and control flow are not listed, nor are
operators under their names as functions (`multiply`, `transpose`, `logical_eq` and so on).

In the signatures, `reals` is a real, a vector, a row vector or a one-dimensional array of reals, and `ints` is an int
or an array of ints: a distribution takes them together. `T` is a real or any container of reals, and `I` an int or any
array of ints: the function works element by element. `A` is any type, the same throughout a signature. `a|b` is either
type, and `data` marks an argument that must not depend on parameters. An int can be given where a real is asked for.
";

/// The page.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(HEAD);
    let families: Vec<&Family> = SIGNATURES.families().collect();
    let names: Vec<&str> = SIGNATURES.function_names().collect();
    page += &format!("\n## {} distributions\n\n| distribution | functions |\n|---|---|\n", families.len());
    for family in families {
        page += &format!("| {} | {} |\n", code(&signature(family)), endings(family));
    }
    page += &format!("\n## {} functions\n\n| function | signatures |\n|---|---|\n", names.len());
    for name in names {
        let overloads = SIGNATURES.function(name).map_or(&[][..], |(_, overloads)| overloads);
        let shown: Vec<String> = overloads.iter().map(|overload| code(&overload_shown(overload))).collect();
        page += &format!("| `{name}` | {} |\n", shown.join(", "));
    }
    page += "\n## Missing\n\nStan 2.40 has these as well. A model that calls one is refused by name.\n\n";
    page += &format!("Distributions: {}.\n\n", named(OTHER_FAMILIES.iter().map(str::to_owned)));
    page += &format!("Functions: {}.\n", named(other_functions()));
    page
}

/// Names as code, one after the other.
fn named(names: impl Iterator<Item = String>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// In a table, a bar inside of code would end the cell.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn signature(family: &Family) -> String {
    let named = |argument: &Argument| format!("{} {}", argument_shown(argument), argument.name.unwrap_or_default());
    let arguments: Vec<String> = family.arguments.iter().map(named).collect();
    format!("{}({} | {})", family.name, named(&family.outcome), arguments.join(", ")).replace("| )", "|)")
}

/// The endings of the functions that a distribution has.
fn endings(family: &Family) -> String {
    let density = if family.is_discrete() { "`_lpmf`" } else { "`_lpdf`" };
    let mut endings = vec![density.to_owned()];
    if family.cumulative {
        let of = if family.cumulative_of_data { " (of data alone)" } else { "" };
        endings.push(format!("`_cdf`, `_lcdf`, `_lccdf`{of}"));
    }
    if let Some(generator) = &family.generator {
        let same = generator.arguments.len() == family.arguments.len()
            && generator.arguments.iter().zip(&family.arguments).all(|(own, other)| own.written == other.written);
        let arguments: Vec<String> = generator.arguments.iter().map(argument_shown).collect();
        endings.push(if same { "`_rng`".to_owned() } else { code(&format!("_rng({})", arguments.join(", "))) });
    }
    endings.join(", ")
}

fn overload_shown(overload: &Overload) -> String {
    let arguments: Vec<String> = overload.arguments.iter().map(argument_shown).collect();
    let outcome = match overload.outcome {
        Outcome::Is(of) | Outcome::Drawn(of) => of.to_string(),
        Outcome::Reals => "T".to_owned(),
        Outcome::Ints => "I".to_owned(),
        Outcome::Same { array } => array_of("A", array),
        Outcome::First => "type of the first argument".to_owned(),
    };
    format!("({}) => {outcome}", arguments.join(", "))
}

fn argument_shown(argument: &Argument) -> String {
    let pattern = match &argument.pattern {
        Pattern::OneOf(_) if matches!(argument.written, "reals" | "ints") => argument.written.to_owned(),
        Pattern::OneOf(types) => types.iter().map(Type::to_string).collect::<Vec<_>>().join("|"),
        Pattern::Reals => "T".to_owned(),
        Pattern::Ints => "I".to_owned(),
        Pattern::Same { array } => array_of("A", *array),
        Pattern::Arrays(Base::Int) => "array[...] int".to_owned(),
        Pattern::Arrays(base) => format!("array[...] {}", base.name()),
    };
    if argument.data { format!("data {pattern}") } else { pattern }
}

fn array_of(base: &str, array: usize) -> String {
    match array {
        0 => base.to_owned(),
        _ => format!("array[{}] {base}", ",".repeat(array - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_documentation_is_up_to_date() {
        let kept = include_str!("../../../docs/functions.md");
        assert!(kept == page(), "run `cargo run -- functions > docs/functions.md`");
    }

    #[test]
    fn signatures_are_written_as_stan_writes_types() {
        let page = page();
        for row in [
            "| `normal(reals y \\| reals mu, reals sigma)` | `_lpdf`, `_cdf`, `_lcdf`, `_lccdf`, `_rng` |",
            "| `std_normal(reals y \\|)` | `_lpdf`, `_cdf`, `_lcdf`, `_lccdf`, `_rng` |",
            "| `categorical(ints y \\| vector theta)` | `_lpmf`, `_rng` |",
            "| `rep_array` | `(A, int) => array[] A`, `(A, int, int) => array[,] A`, `(A, int, int, int) => array[,,] A` |",
            "| `lgamma` | `(T) => T` |",
        ] {
            assert!(page.contains(&format!("\n{row}\n")), "{row}\nis not in\n{page}");
        }
    }
}
