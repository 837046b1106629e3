//! What depends on what: a model as a graph of its variables, before or after it meets its data.
//!
//! A checked model flows in; nodes with what they are, what they are distributed as, and the sizes they repeat over,
//! and edges from what a node depends on, flow out. Variables that exist only within a block are seen through: what they
//! depend on is what their readers depend on. Integers that are sizes are no nodes but the sizes of plates. A term of the
//! target that is no distribution of a variable is a factor: a node of its own, on which nothing depends.
//! Absent: where nodes lie, and how they look.

use std::collections::{BTreeMap, BTreeSet};

use super::ast::{BinaryOperator, ExpressionId, UnaryOperator};
use super::reading::Reading;
use super::source::Source;
use super::typed::{
    Callee, Constraint, Density, ExpressionKind, Index, Origin, Over, Statement, TypedModel, Variable, VariableId,
};
use super::types::Base;
use crate::model::data::{Data, Datum};

/// A model as a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    pub nodes: Vec<Node>,
    /// From what is depended on to what depends: indices into the nodes, each pair once.
    pub edges: Vec<(usize, usize)>,
}

/// A variable, or a factor of the density.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The variable's name; what a factor is of.
    pub name: String,
    pub kind: Kind,
    /// The families it is distributed as, or drawn from.
    pub families: Vec<String>,
    /// What it repeats over, the outermost first: the dimensions whose elements are each a variable of their own.
    pub plates: Vec<Size>,
    /// The other dimensions, those of a simplex or a covariance matrix.
    pub extent: Vec<Size>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Given, and not modelled.
    Given,
    /// Given, and distributed as something.
    Observed,
    /// Inferred.
    Parameter,
    /// Computed from what it depends on.
    Deterministic,
    /// Computed or drawn for each draw, with no part in the density.
    Generated,
    /// A term of the density that is no distribution of one variable.
    Factor,
}

/// A dimension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    /// As the model has it: `N`, `K - 1`.
    pub text: String,
    /// What that is with the data at hand, if they tell.
    pub value: Option<i64>,
}

/// The graph of a model. Without data, sizes have no values.
#[must_use]
pub fn structure(model: &TypedModel, source: &Source, data: Option<&Data>) -> Structure {
    let count = model.variables.len();
    let mut walk = Walk {
        model,
        reading: Reading::new(model),
        deciding: Set::new(),
        observed: Set::new(),
        read: vec![Set::new(); count],
        laws: vec![Set::new(); count],
        families: vec![Vec::new(); count],
        parents: vec![Set::new(); count],
        sizes: Set::new(),
        factors: Vec::new(),
        controls: Vec::new(),
        loops: Vec::new(),
    };
    for variable in &model.variables {
        for &size in &variable.sizes {
            walk.note_sizes(size);
        }
    }
    for block in [&model.transformed_data, &model.transformed_parameters, &model.generated_quantities, &model.model] {
        walk.statements(block);
    }
    walk.finish(source, data)
}

/// Variables, by their index.
type Set = BTreeSet<usize>;

/// A factor: the families in it, what it is of, and the loops around it.
struct Factor {
    families: Vec<String>,
    of: Set,
    loops: Vec<ExpressionId>,
}

struct Walk<'a> {
    model: &'a TypedModel,
    reading: Reading<'a>,
    /// The data that decide that the statement at hand adds to the target.
    deciding: Set,
    /// Data that are observed through no density.
    observed: Set,
    /// What each variable's assignments read.
    read: Vec<Set>,
    /// Variables whose densities each variable holds.
    laws: Vec<Set>,
    families: Vec<Vec<String>>,
    /// What each variable's distributions depend on.
    parents: Vec<Set>,
    /// Variables that are the size of something.
    sizes: Set,
    factors: Vec<Factor>,
    /// What the branches around a statement depend on.
    controls: Vec<Set>,
    /// The ends of the loops around it.
    loops: Vec<ExpressionId>,
}

impl Walk<'_> {
    fn origin(&self, variable: usize) -> Origin {
        self.model.variables[variable].origin
    }

    fn kind(&self, expression: ExpressionId) -> &ExpressionKind {
        &self.model.expressions[expression.index()].kind
    }

    /// Whether a variable lives only within a block.
    fn is_local(&self, variable: usize) -> bool {
        matches!(self.origin(variable), Origin::Local | Origin::Argument | Origin::Loop)
    }

    fn statements(&mut self, block: &[Statement]) {
        for statement in block {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Declare { variable, definition: Some(value), .. } => self.assign(*variable, *value, &[]),
            Statement::Assign { variable, indexes, value, .. } => self.assign(*variable, *value, indexes),
            Statement::Tilde { outcome, callee, arguments, truncation, .. } => {
                let mut of = Set::new();
                let bounds = truncation.iter().flat_map(|bounds| bounds.lower.into_iter().chain(bounds.upper));
                for part in arguments.iter().copied().chain(bounds) {
                    self.reads(part, &mut of);
                }
                let family = self.family(*callee).unwrap_or_default();
                self.distribute(&[(family, *outcome)], of);
            }
            Statement::TargetIncrement { value, .. } => {
                self.deciding = self.reading.deciding_of(*value).into_iter().map(|variable| variable.0).collect();
                self.target(*value);
                self.deciding.clear();
            }
            Statement::For { variable, over, body, .. } => {
                let inner = match *over {
                    Over::Range { from, to } => {
                        self.note_sizes(from);
                        self.note_sizes(to);
                        self.loops.push(to);
                        true
                    }
                    Over::Container(values) => {
                        let mut read = std::mem::take(&mut self.read[variable.0]);
                        self.reads(values, &mut read);
                        self.read[variable.0] = read;
                        false
                    }
                };
                self.statements(body);
                if inner {
                    self.loops.pop();
                }
            }
            Statement::While { condition, body, .. } => self.under(*condition, &[body]),
            Statement::If { condition, then, otherwise, .. } => self.under(*condition, &[then, otherwise]),
            Statement::Block(body) => self.statements(body),
            Statement::Call { call, .. } => self.target(*call),
            Statement::Declare { definition: None, .. }
            | Statement::Break { .. }
            | Statement::Continue { .. }
            | Statement::Return { .. }
            | Statement::Print { .. }
            | Statement::Reject { .. } => {}
        }
    }

    fn under(&mut self, condition: ExpressionId, bodies: &[&Vec<Statement>]) {
        let mut control = Set::new();
        self.reads(condition, &mut control);
        self.controls.push(control);
        bodies.iter().for_each(|body| self.statements(body));
        self.controls.pop();
    }

    fn assign(&mut self, variable: VariableId, value: ExpressionId, indexes: &[Index]) {
        let mut read: Set = self.controls.iter().flatten().copied().collect();
        for part in std::iter::once(value).chain(indexes.iter().flat_map(Index::parts)) {
            self.reads(part, &mut read);
        }
        read.remove(&variable.0);
        self.read[variable.0].extend(read);
        for (family, outcome) in self.densities(value) {
            let mut of = Set::new();
            self.outcomes(outcome, &mut of);
            for outcome in of {
                self.laws[variable.0].insert(outcome);
                // Where the density is of a variable that is seen; a generated one is no part of the target.
                if self.is_local(variable.0) {
                    add(&mut self.families[variable.0], &family);
                }
            }
        }
        if let ExpressionKind::Call { callee: Callee::Family { family, density: Density::Rng }, .. } = self.kind(value)
        {
            let family = (*family).to_owned();
            add(&mut self.families[variable.0], &family);
        }
    }

    /// What is added to the target: term by term.
    fn target(&mut self, value: ExpressionId) {
        let model = self.model;
        let mut terms = vec![value];
        while let Some(term) = terms.pop() {
            match model.expressions[term.index()].kind {
                ExpressionKind::Binary { operator: BinaryOperator::Add | BinaryOperator::Subtract, left, right } => {
                    terms.extend([right, left]);
                }
                ExpressionKind::Unary { operator: UnaryOperator::Plus | UnaryOperator::Minus, operand } => {
                    terms.push(operand);
                }
                _ => {
                    let mut of = Set::new();
                    self.reads(term, &mut of);
                    let densities = self.densities(term);
                    self.distribute(&densities, of);
                }
            }
        }
    }

    /// A term of the target: it distributes the outcomes of its densities, given all else that it reads.
    fn distribute(&mut self, densities: &[(String, ExpressionId)], mut of: Set) {
        of.extend(self.controls.iter().flatten());
        let (mut outcomes, mut families) = (Set::new(), Vec::new());
        for (family, outcome) in densities {
            self.outcomes(*outcome, &mut outcomes);
            self.reads(*outcome, &mut of);
            add(&mut families, family);
        }
        // Densities may have been gathered in a local variable first.
        for local in self.locals(&of) {
            outcomes.extend(self.laws[local].iter());
            for family in self.families[local].clone() {
                add(&mut families, &family);
            }
        }
        let seen = |outcome: &usize| !self.is_local(*outcome);
        let given = |outcome: &usize| matches!(self.origin(*outcome), Origin::Data | Origin::TransformedData);
        let all_seen = outcomes.iter().all(seen);
        let modelled: Set = if outcomes.iter().any(given) {
            outcomes.iter().copied().filter(given).collect()
        } else if outcomes.is_empty() {
            // Without a density, what decides that the term is added is what it says how likely is.
            self.observed.extend(&self.deciding);
            self.deciding.clone()
        } else {
            outcomes.iter().copied().take(1).collect()
        };
        if modelled.is_empty() || !all_seen {
            self.factors.push(Factor { families, of, loops: self.loops.clone() });
            return;
        }
        for outcome in &modelled {
            for family in &families {
                add(&mut self.families[*outcome], family);
            }
            let of_outcome = |variable: &usize| {
                self.origin(*variable) == Origin::TransformedData
                    && self.reading.of_variable(VariableId(*variable)).contains(&VariableId(*outcome))
            };
            let parents: Set = of.difference(&modelled).copied().filter(|parent| !of_outcome(parent)).collect();
            self.parents[*outcome].extend(parents);
        }
    }

    /// The local variables that a set leads to, through other local ones.
    fn locals(&self, of: &Set) -> Set {
        let mut found = Set::new();
        let mut pending: Vec<usize> = of.iter().copied().collect();
        while let Some(variable) = pending.pop() {
            if self.is_local(variable) && found.insert(variable) {
                pending.extend(&self.read[variable]);
            }
        }
        found
    }

    /// The variables of a set, what local ones read in place of themselves.
    fn visible(&self, of: &Set) -> Set {
        let locals = self.locals(of);
        let read = locals.iter().flat_map(|&local| self.read[local].iter().copied());
        of.iter().copied().chain(read).filter(|&variable| !self.is_local(variable)).collect()
    }

    /// Adds all variables that an expression reads.
    fn reads(&self, expression: ExpressionId, into: &mut Set) {
        self.model.visit(expression, |kind| {
            if let ExpressionKind::Variable(variable) = kind {
                into.insert(variable.0);
            }
            kind.parts()
        });
    }

    /// Adds the variables that an outcome is of: all that it reads, but in indexes.
    fn outcomes(&self, expression: ExpressionId, into: &mut Set) {
        self.model.visit(expression, |kind| match kind {
            ExpressionKind::Variable(variable) => {
                into.insert(variable.0);
                Vec::new()
            }
            ExpressionKind::Index { base, .. } => vec![*base],
            other => other.parts(),
        });
    }

    /// Densities in an expression: their families, and what they are of.
    fn densities(&self, expression: ExpressionId) -> Vec<(String, ExpressionId)> {
        let mut found = Vec::new();
        self.model.visit(expression, |kind| {
            if let ExpressionKind::Call { callee, arguments } = kind
                && let (Some(family), Some(outcome)) = (self.family(*callee), arguments.first())
            {
                found.push((family, *outcome));
            }
            kind.parts()
        });
        found
    }

    /// The family whose density a function is.
    fn family(&self, callee: Callee) -> Option<String> {
        match callee {
            Callee::Family { family, density: Density::Lpdf | Density::Lupdf } => Some(family.to_owned()),
            Callee::Family { density: Density::Cdf | Density::Lcdf | Density::Lccdf | Density::Rng, .. }
            | Callee::Builtin(_) => None,
            Callee::User(function) | Callee::Reduce(function) => {
                let name = &self.model.functions[function.0].name;
                let stem = ["_lpdf", "_lpmf", "_lupdf", "_lupmf"].iter().find_map(|end| name.strip_suffix(end));
                stem.map(str::to_owned)
            }
        }
    }

    /// Integers in the size of something.
    fn note_sizes(&mut self, expression: ExpressionId) {
        let mut read = Set::new();
        self.reads(expression, &mut read);
        let scalar = |variable: &usize| self.model.variables[*variable].of == super::types::Type::INT;
        let sizes: Vec<usize> = read.into_iter().filter(scalar).collect();
        self.sizes.extend(sizes);
    }

    fn finish(&self, source: &Source, data: Option<&Data>) -> Structure {
        let mut edges: BTreeSet<(usize, usize)> = BTreeSet::new();
        let count = self.model.variables.len();
        for variable in (0..count).filter(|&variable| !self.is_local(variable)) {
            let own = match self.origin(variable) {
                Origin::Data | Origin::Parameter => &Set::new(),
                _ => &self.read[variable],
            };
            let all: Set = own.union(&self.parents[variable]).copied().collect();
            edges.extend(self.visible(&all).into_iter().filter(|&from| from != variable).map(|from| (from, variable)));
        }
        for (place, factor) in self.factors.iter().enumerate() {
            edges.extend(self.visible(&factor.of).into_iter().map(|from| (from, count + place)));
        }
        edges.retain(|&(from, to)| !self.is_size(from) && !self.is_size(to));
        let connected: Set = edges.iter().flat_map(|&(from, to)| [from, to]).collect();
        let is_node = |variable: &usize| match self.origin(*variable) {
            Origin::Data | Origin::TransformedData => {
                connected.contains(variable) || !self.families[*variable].is_empty()
            }
            Origin::Parameter | Origin::TransformedParameter | Origin::GeneratedQuantity => true,
            Origin::Local | Origin::Argument | Origin::Loop => false,
        };
        let factors = (count..count + self.factors.len()).filter(|factor| connected.contains(factor));
        let chosen: Vec<usize> = (0..count).filter(is_node).chain(factors).collect();
        let places: BTreeMap<usize, usize> = chosen.iter().enumerate().map(|(place, &of)| (of, place)).collect();
        let sizes = Sizes { model: self.model, source, data };
        let nodes = chosen
            .iter()
            .map(|&of| match self.factors.get(of.wrapping_sub(count)) {
                Some(factor) => Node {
                    name: "target".to_owned(),
                    kind: Kind::Factor,
                    families: factor.families.clone(),
                    plates: factor.loops.iter().map(|&end| sizes.of(end)).collect(),
                    extent: Vec::new(),
                },
                None => self.node(of, &sizes),
            })
            .collect();
        let edges = edges.iter().filter_map(|(from, to)| Some((*places.get(from)?, *places.get(to)?))).collect();
        Structure { nodes, edges }
    }

    /// Whether a variable is an integer that is a size, and nothing that is modelled.
    fn is_size(&self, variable: usize) -> bool {
        let data = variable < self.model.variables.len()
            && matches!(self.origin(variable), Origin::Data | Origin::TransformedData);
        data && self.sizes.contains(&variable) && self.families[variable].is_empty()
    }

    fn node(&self, of: usize, sizes: &Sizes<'_>) -> Node {
        let variable = &self.model.variables[of];
        let families = self.families[of].clone();
        let kind = match variable.origin {
            Origin::Data | Origin::TransformedData if !families.is_empty() || self.observed.contains(&of) => {
                Kind::Observed
            }
            Origin::Data => Kind::Given,
            Origin::Parameter => Kind::Parameter,
            Origin::GeneratedQuantity => Kind::Generated,
            _ => Kind::Deterministic,
        };
        let all: Vec<Size> = variable.sizes.iter().map(|&size| sizes.of(size)).collect();
        let split = if has_own_elements(variable) { all.len() } else { variable.of.array.min(all.len()) };
        let (plates, extent) = all.split_at(split);
        Node { name: variable.name.clone(), kind, families, plates: plates.to_vec(), extent: extent.to_vec() }
    }
}

/// Whether each number of a variable may be anything that the others allow it to be by themselves.
fn has_own_elements(variable: &Variable) -> bool {
    match variable.constraint {
        Constraint::None | Constraint::Bounds { .. } | Constraint::Affine { .. } => true,
        Constraint::Ordered
        | Constraint::PositiveOrdered
        | Constraint::Simplex
        | Constraint::SumToZero
        | Constraint::UnitVector
        | Constraint::CholeskyFactorCorr
        | Constraint::CholeskyFactorCov
        | Constraint::CorrMatrix
        | Constraint::CovMatrix => false,
    }
}

fn add(families: &mut Vec<String>, family: &str) {
    if !families.iter().any(|other| other == family) {
        families.push(family.to_owned());
    }
}

/// Sizes as the model writes them, and as numbers.
struct Sizes<'a> {
    model: &'a TypedModel,
    source: &'a Source,
    data: Option<&'a Data>,
}

impl Sizes<'_> {
    fn of(&self, expression: ExpressionId) -> Size {
        let span = self.model.expressions[expression.index()].span;
        let text = self.source.slice(span).split_whitespace().collect::<Vec<_>>().join(" ");
        Size { text, value: self.value(expression) }
    }

    /// The value of arithmetic on integer data; none for anything else.
    fn value(&self, expression: ExpressionId) -> Option<i64> {
        // A chain of operators is a loop; what stands to their right the parser lets nest only so deep.
        let (mut first, mut links) = (expression, Vec::new());
        while let ExpressionKind::Binary { operator, left, right } = self.model.expressions[first.index()].kind {
            links.push((operator, right));
            first = left;
        }
        let first = match self.model.expressions[first.index()].kind {
            ExpressionKind::Int(value) => Some(i64::from(value)),
            ExpressionKind::Variable(variable) => self.datum(&self.model.variables[variable.0]),
            _ => None,
        };
        links.into_iter().rev().try_fold(first?, |left, (operator, right)| {
            let right = self.value(right)?;
            match operator {
                BinaryOperator::Add => left.checked_add(right),
                BinaryOperator::Subtract => left.checked_sub(right),
                BinaryOperator::Multiply => left.checked_mul(right),
                _ => None,
            }
        })
    }

    /// The value of an integer of the data.
    fn datum(&self, variable: &Variable) -> Option<i64> {
        if variable.origin != Origin::Data || variable.of.base != Base::Int {
            return None;
        }
        match self.data?.get(&variable.name) {
            Some(&Datum::Int(value)) => Some(value),
            None => i64::try_from(self.data?.rows()?).ok(),
            Some(Datum::Real(_) | Datum::List(_)) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::parse_and_check;

    fn of(text: &str) -> Structure {
        let source = Source::new("model.stan", text);
        structure(&parse_and_check(&source).unwrap(), &source, None)
    }

    fn node<'a>(structure: &'a Structure, name: &str) -> &'a Node {
        structure.nodes.iter().find(|node| node.name == name).unwrap_or_else(|| panic!("no {name} in {structure:?}"))
    }

    fn edges(structure: &Structure) -> Vec<String> {
        let name = |place: usize| &structure.nodes[place].name;
        let mut edges: Vec<String> =
            structure.edges.iter().map(|&(from, to)| format!("{}->{}", name(from), name(to))).collect();
        edges.sort();
        edges
    }

    #[test]
    fn the_notebooks_model_is_its_picture() {
        let text = include_str!("../../examples/identifiability/nonidentified.stan");
        let source = Source::new("model.stan", text);
        let mut data = Data::default();
        data.add_json(include_str!("../../examples/identifiability/y.json"), "y.json").unwrap();
        let structure = structure(&parse_and_check(&source).unwrap(), &source, Some(&data));
        assert_eq!(edges(&structure), ["alpha1->mu", "alpha2->mu", "mu->y", "sigma->y"]);
        let y = node(&structure, "y");
        assert_eq!(
            (y.kind, &y.families[..], y.plates[0].value),
            (Kind::Observed, &["normal".to_owned()][..], Some(100))
        );
        assert_eq!(node(&structure, "sigma").families, ["cauchy"]);
        assert_eq!(node(&structure, "mu").kind, Kind::Deterministic);
        assert!(structure.nodes.iter().all(|node| node.name != "N"), "a size is no node");
    }

    #[test]
    fn groups_indexes_and_locals_are_seen_through() {
        let structure = of("data { int N; int J; array[N] int<lower=1,upper=J> group; vector[N] x; vector[N] y; }
             parameters { vector[J] a; real b; real<lower=0> s; simplex[3] p; }
             model { vector[N] m; for (n in 1:N) m[n] = a[group[n]] + b * x[n]; a ~ normal(0, 1); y ~ normal(m, s); }");
        assert_eq!(edges(&structure), ["a->y", "b->y", "group->y", "s->y", "x->y"]);
        assert_eq!(node(&structure, "group").kind, Kind::Given);
        assert_eq!(node(&structure, "a").plates[0].text, "J");
        let p = node(&structure, "p");
        assert_eq!((p.plates.len(), p.extent[0].value), (0, Some(3)));
    }

    #[test]
    fn a_mixture_gathered_in_a_local_is_a_distribution_of_its_data() {
        let structure = of("data { int N; vector[N] y; } parameters { simplex[2] w; vector[2] m; }
             model { m ~ normal(0, 1); for (n in 1:N) { vector[2] l = log(w);
             for (k in 1:2) l[k] += normal_lpdf(y[n] | m[k], 1); target += log_sum_exp(l); } }");
        assert_eq!(edges(&structure), ["m->y", "w->y"]);
        assert_eq!(node(&structure, "y").kind, Kind::Observed);
        assert!(structure.nodes.iter().all(|node| node.kind != Kind::Factor));
    }

    #[test]
    fn a_term_that_is_no_distribution_is_a_factor() {
        let structure =
            of("parameters { real a; real b; } model { target += -square(a - b) + normal_lpdf(a | 0, 1); }");
        assert_eq!(edges(&structure), ["a->target", "b->target"]);
        assert_eq!(node(&structure, "a").families, ["normal"]);
    }

    #[test]
    fn generated_quantities_and_their_families_are_marked() {
        let structure = of("data { int N; vector[N] y; } parameters { real m; } model { y ~ normal(m, 1); }
             generated quantities { real z = normal_rng(m, 1); }");
        let z = node(&structure, "z");
        assert_eq!((z.kind, &z.families[..]), (Kind::Generated, &["normal".to_owned()][..]));
        assert_eq!(edges(&structure), ["m->y", "m->z"]);
    }
}
