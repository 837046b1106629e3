//! Calls, operators, indexes and declarations whose sizes do not fit, or fit nothing: empty, of other lengths, not square.
//!
//! Every call that the signatures promise comes, with arguments of thrown sizes, most of them equal so that many calls
//! get far; what fills them is data, or a parameter, or differs among the rows of a loop, and ints may depend on
//! parameters. Absent on purpose: what values must come out, which is for the tests of families and functions.

use std::collections::BTreeMap;

use ridgewalk::lang::signatures::{Concrete, every_overload};
use ridgewalk::lang::typed::{Callee, Density};
use ridgewalk::lang::types::{Base, Type};

use super::Dice;

/// None, few, and as many as are held as rows.
const SIZES: [usize; 5] = [0, 1, 2, 3, 9];
const BASES: [Base; 5] = [Base::Int, Base::Real, Base::Vector, Base::RowVector, Base::Matrix];
const OPERATORS: [&str; 18] =
    ["+", "-", "*", "/", "\\", ".*", "./", "^", ".^", "%", "%/%", "<", "==", "!=", ">=", "&&", "||", "'"];
/// Names of types, with how many sizes they take.
const DECLARED: [(&str, Base, usize); 14] = [
    ("real", Base::Real, 0),
    ("vector", Base::Vector, 1),
    ("row_vector", Base::RowVector, 1),
    ("matrix", Base::Matrix, 2),
    ("ordered", Base::Vector, 1),
    ("positive_ordered", Base::Vector, 1),
    ("simplex", Base::Vector, 1),
    ("unit_vector", Base::Vector, 1),
    ("sum_to_zero_vector", Base::Vector, 1),
    ("cholesky_factor_cov", Base::Matrix, 1),
    ("cholesky_factor_cov", Base::Matrix, 2),
    ("cholesky_factor_corr", Base::Matrix, 1),
    ("corr_matrix", Base::Matrix, 1),
    ("cov_matrix", Base::Matrix, 1),
];

/// The calls of the library, by what is called, and by what they give.
pub struct Calls {
    named: Vec<(String, Vec<Concrete>)>,
    giving: BTreeMap<Type, Vec<Concrete>>,
}

/// What fills the arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Filling {
    /// Data everywhere.
    Data,
    /// One parameter in every element of reals.
    Parameter,
    /// Parameters of these sizes.
    Parameters,
    /// A parameter, and ints that it decides.
    Decided,
    /// What differs from row to row of a loop.
    Rows,
}

/// A model in the making.
struct Draft<'a> {
    calls: &'a Calls,
    dice: &'a mut Dice,
    filling: Filling,
    /// The size that most dimensions have.
    size: usize,
    /// How many calls are around.
    depth: usize,
    /// Declarations of parameters that arguments are.
    parameters: Vec<String>,
}

impl Calls {
    pub fn new() -> Self {
        let (mut named, mut giving) = (BTreeMap::<String, Vec<Concrete>>::new(), BTreeMap::<_, Vec<Concrete>>::new());
        for call in every_overload() {
            named.entry(format!("{:?}", call.callee)).or_default().push(call.clone());
            if !matches!(call.callee, Callee::Family { .. }) {
                giving.entry(call.of).or_default().push(call);
            }
        }
        assert!(named.len() > 300, "{} functions", named.len());
        Self { named: named.into_iter().collect(), giving }
    }

    /// What is tried, a model that does so, and its data.
    pub fn case(&self, dice: &mut Dice) -> (String, String, String) {
        use Filling::{Data, Decided, Parameter, Parameters, Rows};
        let filling = *dice.of(&[Data, Parameter, Parameters, Decided, Rows]);
        let size = *dice.of(&SIZES[1..]);
        let mut draft = Draft { calls: self, dice, filling, size, depth: 0, parameters: Vec::new() };
        let (name, (text, data)) = match draft.dice.below(8) {
            0 => ("an operator", draft.of_operator()),
            1 => ("a declaration", draft.of_declaration()),
            2 => ("indexes", draft.of_indexes()),
            _ => {
                let (name, calls) = draft.dice.of(&self.named);
                let call = draft.dice.of(calls);
                (name.as_str(), draft.of_call(call))
            }
        };
        (format!("{name}, {filling:?}"), text, data)
    }
}

/// A model and its data.
type Made = (String, String);

impl Draft<'_> {
    fn chance(&mut self, of: usize) -> bool {
        self.dice.below(of) == 0
    }

    fn size(&mut self) -> usize {
        if self.chance(4) { *self.dice.of(&SIZES) } else { self.size }
    }

    fn sizes(&mut self, count: usize) -> Vec<usize> {
        (0..count).map(|_| self.size()).collect()
    }

    /// An expression of a type.
    fn argument(&mut self, of: Type) -> String {
        let calls = self.calls;
        // Ints that calls give are sizes that nobody has room for.
        if let Some(giving) = calls.giving.get(&of).filter(|_| self.depth < 2 && of.base != Base::Int)
            && self.chance(8)
        {
            self.depth += 1;
            let call = self.dice.of(giving);
            let arguments: Vec<String> = call.arguments.iter().map(|of| self.argument(*of)).collect();
            self.depth -= 1;
            return call.written(&arguments);
        }
        if self.filling == Filling::Parameters && of.base != Base::Int {
            let name = format!("p{}", self.parameters.len());
            let (arrays, sizes) = (self.sizes(of.array), self.sizes(of.base.dimensions()));
            self.parameters.push(declaration(&arrays, of.base.name(), &sizes, &name));
            return name;
        }
        if of.array > 0 {
            let element = self.argument(Type { array: of.array - 1, ..of });
            return format!("rep_array({element}, {})", self.size());
        }
        let number = self.number(of.base == Base::Int);
        match of.base {
            Base::Int | Base::Real => number,
            Base::Vector => format!("rep_vector({number}, {})", self.size()),
            Base::RowVector => format!("rep_row_vector({number}, {})", self.size()),
            Base::Matrix => format!("rep_matrix({number}, {}, {})", self.size(), self.size()),
        }
    }

    fn number(&mut self, is_int: bool) -> String {
        let choices: &[&str] = match (self.filling, is_int) {
            (Filling::Decided, true) => &["(x > 0.5 ? 1 : 2)", "(x > 0.5)", "1", "2"],
            (Filling::Rows, true) => &["m[i]", "m[i]", "k", "(y[i] > 0.5)", "1", "2"],
            (_, true) => &["-1", "0", "1", "2", "3"],
            (Filling::Data, false) => &["0.6", "1", "-1", "0", "2"],
            (Filling::Rows, false) => &["y[i]", "y[i]", "x", "0.6"],
            (Filling::Parameter | Filling::Parameters | Filling::Decided, false) => &["x", "x", "x", "0.6"],
        };
        (*self.dice.of(choices)).to_owned()
    }

    fn of_call(&mut self, call: &Concrete) -> Made {
        let arguments: Vec<String> = call.arguments.iter().map(|of| self.argument(*of)).collect();
        match call.callee {
            Callee::Family { density: Density::Rng, .. } => {
                self.model("", &format!("print({});", call.written(&arguments)))
            }
            Callee::Family { family, density: Density::Lpdf } if self.chance(2) => {
                let is_int = call.arguments[0].base == Base::Int;
                let mut bound = || if self.chance(2) { String::new() } else { self.number(is_int) };
                let bounds = format!(" T[{}, {}]", bound(), bound());
                let bounds = if self.chance(2) { "" } else { &bounds };
                self.model(&format!("{} ~ {family}({}){bounds};", arguments[0], arguments[1..].join(", ")), "")
            }
            _ => {
                let value = call.written(&arguments);
                let statement = match (call.of.array, call.of.base.dimensions()) {
                    (0, 0) => format!("target += {value};"),
                    (0, _) | (1, 0) => format!("target += sum({value});"),
                    _ => format!("print({value});"),
                };
                self.model(&statement, "")
            }
        }
    }

    fn of_operator(&mut self) -> Made {
        let operator = *self.dice.of(&OPERATORS);
        let mut side = || {
            let base = *self.dice.of(&BASES);
            self.argument(Type::of(base))
        };
        let value = match operator {
            "'" => format!("({}')", side()),
            _ => format!("({} {operator} {})", side(), side()),
        };
        // A container is summed; the sum of a number is an error of its own.
        let value = if self.chance(2) { value } else { format!("sum({value})") };
        self.model(&format!("target += {value};"), "")
    }

    /// Elements that are read, or stored to.
    fn of_indexes(&mut self) -> Made {
        let base = *self.dice.of(&BASES);
        let of = Type { base, array: self.dice.below(3) };
        // What is left of the dimensions, arrays first.
        let (mut array, mut inner) = (of.array, of.base.dimensions());
        let mut indexes = Vec::new();
        for at in 0..=self.dice.below(of.dimensions()) {
            let (index, keeps) = self.index();
            indexes.push(index);
            let dimension = if at < of.array { &mut array } else { &mut inner };
            *dimension = dimension.saturating_sub(usize::from(!keeps));
        }
        let indexes = indexes.join(", ");
        if self.chance(2) {
            let whole = self.argument(of);
            return self.model(&format!("print({whole}[{indexes}]);"), "");
        }
        let base = match (base, inner) {
            (Base::Matrix, 1) if !indexes.contains(',') || indexes.ends_with(' ') => Base::RowVector,
            (Base::Matrix, 1) => *self.dice.of(&[Base::Vector, Base::RowVector]),
            (Base::Int, _) => Base::Int,
            (_, 0) => Base::Real,
            _ => base,
        };
        let part = self.argument(Type { base, array });
        let (arrays, sizes) = (self.sizes(of.array), self.sizes(of.base.dimensions()));
        let declared = declaration(&arrays, of.base.name(), &sizes, "q");
        self.model(&format!("{{ {declared} q[{indexes}] = {part}; print(q); }}"), "")
    }

    /// An index, and whether its dimension stays.
    fn index(&mut self) -> (String, bool) {
        match self.dice.below(7) {
            0 => (String::new(), true),
            1 => (format!("{}:{}", self.number(true), self.number(true)), true),
            2 => (format!("{}:", self.number(true)), true),
            3 => (self.argument(Type::INT.array_of(1)), true),
            _ => (self.number(true), false),
        }
    }

    /// A variable of any block, given a value where the block gives one.
    fn of_declaration(&mut self) -> Made {
        // No loop is around declarations.
        if self.filling == Filling::Rows {
            self.filling = Filling::Parameter;
        }
        let (name, base, count) = *self.dice.of(&DECLARED);
        let array = usize::from(self.chance(3));
        let (arrays, sizes) = (self.sizes(array), self.sizes(count));
        let of = Type { base, array };
        let constraint = if name == base.name() && self.chance(2) {
            let [first, second] = *self.dice.of(&[["lower", "upper"], ["offset", "multiplier"]]);
            let mut side = || {
                let of = if self.chance(2) { of } else { Type::REAL };
                self.argument(of)
            };
            format!("<{first} = {}, {second} = {}>", side(), side())
        } else {
            String::new()
        };
        let named = format!("{name}{constraint}");
        let (made, filled) = (declaration(&arrays, &named, &sizes, "q"), |value: &str| format!("q = {value}"));
        let value = self.argument(of);
        let made = match (self.filling, self.dice.below(3)) {
            (Filling::Data, 0) => format!("data {{ {made} }} parameters {{ real x; }}"),
            (Filling::Data, 1) => {
                format!("transformed data {{ {} }}", declaration(&arrays, &named, &sizes, &filled(&value)))
            }
            (_, 1) => format!(
                "{} transformed parameters {{ {} }}",
                self.parameters(""),
                declaration(&arrays, &named, &sizes, &filled(&value))
            ),
            _ => self.parameters(&made),
        };
        let sides = if base == Base::Matrix && count == 1 { [&sizes[..], &sizes].concat() } else { sizes };
        (made, format!("{{\"q\": {}}}", nested(&[arrays, sides].concat())))
    }

    /// The parameters of a model.
    fn parameters(&self, more: &str) -> String {
        format!("parameters {{ real<lower=0, upper=1> x; vector[9] y; {} {more} }}", self.parameters.join(" "))
    }

    /// The whole of a model: a statement of its model block, and one of its generated quantities.
    fn model(&self, statement: &str, quantity: &str) -> Made {
        let around = |statement: &str| match self.filling {
            // One int differs from row to row, another is carried along.
            Filling::Rows => format!("{{ int k = 0; for (i in 1:9) {{ k += m[i]; {statement} }} }}"),
            _ => statement.to_owned(),
        };
        let text = format!(
            "transformed data {{ array[9] int m = {{1, 2, 1, 3, 2, 1, 0, 2, 1}}; }}\n\
             {}\n\
             model {{ {} }}\n\
             generated quantities {{ {} }}",
            self.parameters(""),
            around(statement),
            around(quantity)
        );
        (text, "{}".to_owned())
    }
}

fn declaration(arrays: &[usize], name: &str, sizes: &[usize], variable: &str) -> String {
    let list = |sizes: &[usize]| sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let array = if arrays.is_empty() { String::new() } else { format!("array[{}] ", list(arrays)) };
    let sizes = if sizes.is_empty() { String::new() } else { format!("[{}]", list(sizes)) };
    format!("{array}{name}{sizes} {variable};")
}

/// Lists of lists of these sizes.
fn nested(sizes: &[usize]) -> String {
    match sizes.split_first() {
        None => "1".to_owned(),
        Some((&size, inner)) => format!("[{}]", vec![nested(inner); size].join(", ")),
    }
}
