//! Combinations of parameters as formulas and as moves, in as few words as they have structure: elements of a container
//! that do the same are said once.

use crate::identify::{Combination, Scale};

/// Terms shown of a formula before the rest is counted.
const MOST: usize = 6;

/// A stretch of a combination with one weight: a parameter, or every element of a container.
struct Part {
    name: String,
    /// Number of elements; 1 for a parameter by itself.
    elements: usize,
    weight: f64,
}

/// The names of parameters, in the order of their positions, elements as `theta[2]`.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a>(pub &'a [String]);

impl Names<'_> {
    /// The container of an element, or the name itself.
    fn stem(&self, parameter: usize) -> &str {
        let name = &self.0[parameter];
        name.split_once('[').map_or(name.as_str(), |(stem, _)| stem)
    }

    fn size(&self, stem: &str) -> usize {
        (0..self.0.len()).filter(|&parameter| self.stem(parameter) == stem).count()
    }

    /// Parts of a combination, whole containers with one weight as one.
    fn parts(&self, combination: &Combination) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let weights = &combination.weights;
        let mut at = 0;
        while let Some(&(parameter, weight)) = weights.get(at) {
            let stem = self.stem(parameter);
            let same = |other: &&(usize, f64)| self.stem(other.0) == stem && other.1 == weight;
            let run = weights[at..].iter().take_while(same).count();
            if run > 1 && run == self.size(stem) {
                parts.push(Part { name: stem.to_owned(), elements: run, weight });
                at += run;
            } else {
                parts.push(Part { name: self.0[parameter].clone(), elements: 1, weight });
                at += 1;
            }
        }
        parts
    }

    /// Parameters, whole containers by their names; none of none.
    pub fn list(&self, parameters: &[usize]) -> Vec<String> {
        let weights = parameters.iter().map(|&parameter| (parameter, 1.0)).collect();
        let parts = self.parts(&Combination { scale: Scale::Natural, weights });
        parts.into_iter().map(|part| part.name).collect()
    }

    /// The formula: `alpha1 - alpha2`, `a * b`, `sigma^2 + tau^2`, `mu + each a`.
    pub fn formula(&self, combination: &Combination) -> String {
        let parts = self.parts(combination);
        let mut text = String::new();
        for (index, part) in parts.iter().take(MOST).enumerate() {
            let name = if part.elements > 1 { format!("each {}", part.name) } else { part.name.clone() };
            text += &match combination.scale {
                Scale::Log => factor(&name, part.weight, index == 0),
                Scale::Natural | Scale::Local => term(&name, part.weight, index == 0),
                Scale::Square => term(&format!("{name}^2"), part.weight, index == 0),
            };
        }
        match parts.len().saturating_sub(MOST) {
            0 => text,
            rest => format!("{text} and {rest} more"),
        }
    }

    /// The formulas of several combinations; those that differ in the element of one container alone are said once.
    pub fn formulas(&self, combinations: &[Combination]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut at = 0;
        while let Some(first) = combinations.get(at) {
            let pattern = |combination: &Combination| -> Option<(String, Vec<(usize, f64)>)> {
                let varying = combination.weights.iter().find(|(p, _)| self.stem(*p) != self.0[*p])?;
                let rest = combination.weights.iter().filter(|other| other.0 != varying.0).copied().collect();
                Some((format!("{} {}", self.stem(varying.0), varying.1), rest))
            };
            let own = pattern(first);
            let run = combinations[at..].iter().take_while(|other| own.is_some() && pattern(other) == own).count();
            if run > 2 {
                let varying = first.weights.iter().find(|(p, _)| self.stem(*p) != self.0[*p]);
                let (parameter, _) = varying.copied().unwrap_or((0, 0.0));
                let name = &self.0[parameter];
                let letter = format!("{}[j]", self.stem(parameter));
                found.push(format!("{} ({run} of them)", self.formula(first).replacen(name.as_str(), &letter, 1)));
                at += run;
            } else {
                found.push(self.formula(first));
                at += 1;
            }
        }
        found
    }

    /// What moving along the direction means, as the subject of "changes nothing".
    pub fn movement(&self, combination: &Combination) -> String {
        let parts = self.parts(combination);
        let name = |part: &Part| {
            if part.elements > 1 { format!("every element of {}", part.name) } else { part.name.clone() }
        };
        let of =
            |sign: f64| -> Vec<String> { parts.iter().filter(|part| part.weight * sign > 0.0).map(name).collect() };
        let equal = parts.iter().all(|part| part.weight.abs() == parts[0].weight.abs());
        let (up, down) = (joined(&of(1.0)), joined(&of(-1.0)));
        match combination.scale {
            Scale::Natural if parts.len() == 1 && parts[0].elements == 1 => format!("moving {up} alone"),
            Scale::Natural if equal && down.is_empty() => format!("moving {up} by the same amount"),
            Scale::Natural if equal => format!("moving {up} up and {down} down by the same amount"),
            Scale::Natural => format!("moving {} together", joined(&steps(&parts, name))),
            Scale::Log if parts.len() == 1 && parts[0].elements == 1 => format!("multiplying {up} by any factor"),
            Scale::Log if equal && down.is_empty() => format!("multiplying {up} by the same factor"),
            Scale::Log if equal => format!("multiplying {up} and dividing {down} by the same factor"),
            Scale::Log => "multiplying each by its power of one factor".to_owned(),
            Scale::Square if equal && !down.is_empty() => {
                format!("raising the square of {up} and lowering that of {down} by the same amount")
            }
            Scale::Square => "moving the squares together".to_owned(),
            Scale::Local => "a small step (local: the direction differs from point to point)".to_owned(),
        }
    }
}

/// `mu by 1`, `x by -2`
fn steps(parts: &[Part], name: impl Fn(&Part) -> String) -> Vec<String> {
    let mut steps: Vec<String> =
        parts.iter().take(MOST).map(|part| format!("{} by {}", name(part), short(part.weight))).collect();
    if parts.len() > MOST {
        steps.push(format!("{} more likewise", parts.len() - MOST));
    }
    steps
}

/// A weighted parameter of a sum.
fn term(name: &str, weight: f64, first: bool) -> String {
    let sign = match (first, weight < 0.0) {
        (true, false) => "",
        (true, true) => "-",
        (false, false) => " + ",
        (false, true) => " - ",
    };
    let size = weight.abs();
    if size == 1.0 { format!("{sign}{name}") } else { format!("{sign}{} {name}", short(size)) }
}

/// A power of a parameter in a product.
fn factor(name: &str, weight: f64, first: bool) -> String {
    let power = |size: f64| if size == 1.0 { name.to_owned() } else { format!("{name}^{}", short(size)) };
    match (first, weight < 0.0) {
        (true, false) => power(weight),
        (true, true) => format!("1 / {}", power(-weight)),
        (false, false) => format!(" * {}", power(weight)),
        (false, true) => format!(" / {}", power(-weight)),
    }
}

/// A weight: whole, or with two digits.
fn short(weight: f64) -> String {
    if weight == weight.round() { format!("{weight}") } else { format!("{weight:.2}") }
}

/// `a, b and c`
pub fn joined(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["mu", "a[1]", "a[2]", "a[3]", "s", "t"].map(str::to_owned).to_vec()
    }

    #[test]
    fn formulas_read_as_a_reader_writes_them() {
        let all = names();
        let names = Names(&all);
        let of = |scale, weights: &[(usize, f64)]| Combination { scale, weights: weights.to_vec() };
        let layout = of(Scale::Natural, &[(0, 1.0), (1, -1.0), (2, -1.0), (3, -1.0)]);
        assert_eq!(names.formula(&layout), "mu - each a");
        assert_eq!(names.movement(&layout), "moving mu up and every element of a down by the same amount");
        assert_eq!(names.formula(&of(Scale::Natural, &[(0, 2.0), (4, -3.0)])), "2 mu - 3 s");
        assert_eq!(names.formula(&of(Scale::Log, &[(0, 1.0), (4, -1.0), (5, 2.0)])), "mu / s * t^2");
        assert_eq!(names.formula(&of(Scale::Square, &[(4, 1.0), (5, 1.0)])), "s^2 + t^2");
        assert_eq!(names.list(&[1, 2, 3, 5]), ["a", "t"]);
        assert_eq!(names.list(&[1, 3]), ["a[1]", "a[3]"]);
        let each = |j: usize| of(Scale::Natural, &[(0, 1.0), (j, 1.0)]);
        assert_eq!(names.formulas(&[each(1), each(2), each(3)]), ["mu + a[j] (3 of them)"]);
    }
}
