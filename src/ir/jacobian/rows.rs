//! A loop whose rows do not read one another, many rows at a time: forward for their values and backward for their
//! derivatives.
//!
//! To look up an operation costs more than to carry it out, so it is looked up once for [`LANES`] rows. What comes from
//! outside of the loop is looked up once for all of them. Rows get the numbers that they would get one by one.
//! Absent on purpose: loops inside of loops, and rows that follow one another.

use super::super::derivative::{self, Numbers};
use super::super::evaluate;
use super::super::op::{Array, Binary, Loop, LoopId, Op, Place, Statement, Value};
use super::Machine;

/// Rows taken together.
const LANES: usize = 32;

/// One number for each of the rows.
type Lanes = [f64; LANES];

/// Where the values of an operand come from.
#[derive(Clone, Copy)]
enum Source {
    /// The row itself, by the place of the operation.
    Local(usize),
    /// One number for all rows.
    Outside(f64),
    /// A table, by row.
    Table(usize),
}

/// Where the derivative by an operand goes.
enum Sink {
    /// No coordinate touches it.
    Nowhere,
    /// To an operation of the row.
    Local(usize),
    /// To a coordinate that is asked for.
    Column(usize),
    /// To the coordinates that something from outside depends on, without zeros.
    Outside(Vec<(usize, f64)>),
}

struct Operand {
    source: Source,
    sink: Sink,
}

/// An operation of the row.
struct Local {
    op: Op,
    /// In the order of [`Op::operands`].
    operands: Vec<Operand>,
    is_active: bool,
}

/// The rows being worked on.
struct Rows<'a> {
    id: LoopId,
    first: usize,
    count: usize,
    locals: &'a [Local],
    values: Vec<Lanes>,
    adjoints: Vec<Lanes>,
    /// The derivatives of what is stored or added, `[row, coordinate]`.
    tangents: Vec<f64>,
}

impl Machine<'_> {
    /// Runs the loop.
    pub(super) fn rows(&mut self, inner: &Loop) {
        if self.rows.len() <= inner.id.index() {
            self.rows.resize(inner.id.index() + 1, 0);
        }
        let computed: Vec<Value> = inner
            .body
            .iter()
            .filter_map(|statement| if let Statement::Let(value) = statement { Some(*value) } else { None })
            .collect();
        let mut places = vec![None; self.values.len()];
        computed.iter().enumerate().for_each(|(place, value)| places[value.index()] = Some(place));
        let locals: Vec<Local> = computed.iter().map(|&value| self.local(value, &places, inner.id)).collect();
        let stores: Vec<_> = inner
            .body
            .iter()
            .filter_map(|statement| match statement {
                Statement::Store(store) => Some((store, false)),
                Statement::Accumulate(store) => Some((store, true)),
                Statement::Let(_) | Statement::Loop(_) => None,
            })
            .map(|(store, adds)| (store, adds, self.operand(store.value, &places, inner.id)))
            .collect();
        let terms: Vec<Operand> = inner.sums.iter().map(|sum| self.operand(sum.term, &places, inner.id)).collect();
        let mut sums = vec![(0.0, vec![0.0; self.count]); inner.sums.len()];
        let mut rows = Rows {
            id: inner.id,
            first: 0,
            count: 0,
            locals: &locals,
            values: vec![[0.0; LANES]; locals.len()],
            adjoints: vec![[0.0; LANES]; locals.len()],
            tangents: vec![0.0; LANES * self.count],
        };
        for first in (0..inner.rows).step_by(LANES) {
            (rows.first, rows.count) = (first, LANES.min(inner.rows - first));
            rows.run(self);
            for (store, adds, value) in &stores {
                let x = rows.read(self, value.source);
                rows.sweep_back(self, &value.sink);
                for (lane, x) in x.iter().enumerate().take(rows.count) {
                    let at = rows.place(self, store.at, lane);
                    self.put(store.array.index(), at, *x, rows.tangent(self, lane), *adds);
                }
            }
            for ((total, tangent), term) in sums.iter_mut().zip(&terms) {
                let x = rows.read(self, term.source);
                rows.sweep_back(self, &term.sink);
                for (lane, x) in x.iter().enumerate().take(rows.count) {
                    *total += x;
                    tangent.iter_mut().zip(rows.tangent(self, lane)).for_each(|(total, x)| *total += x);
                }
            }
        }
        for ((total, tangent), sum) in sums.into_iter().zip(&inner.sums) {
            self.scratch = tangent;
            self.keep(sum.total, total);
        }
    }

    fn local(&self, value: Value, places: &[Option<usize>], id: LoopId) -> Local {
        let op = self.program.op(value);
        let operands = op.operands().map(|operand| self.operand(operand, places, id)).collect();
        Local { op, operands, is_active: self.places[value.index()].is_some() }
    }

    fn operand(&self, value: Value, places: &[Option<usize>], id: LoopId) -> Operand {
        if let Some(place) = places[value.index()] {
            return Operand { source: Source::Local(place), sink: Sink::Local(place) };
        }
        match self.program.op(value) {
            Op::Datum { table, row } if row == id => Operand { source: Source::Table(table), sink: Sink::Nowhere },
            Op::Coordinate(coordinate) => {
                let sink = self.columns[coordinate].map_or(Sink::Nowhere, Sink::Column);
                Operand { source: Source::Outside(self.coordinates[coordinate]), sink }
            }
            _ => {
                let sink = match self.places[value.index()] {
                    None => Sink::Nowhere,
                    Some(from) => {
                        let tangents = self.tangents[from..from + self.count].iter().copied().enumerate();
                        Sink::Outside(tangents.filter(|(_, x)| *x != 0.0).collect())
                    }
                };
                Operand { source: Source::Outside(self.read(value)), sink }
            }
        }
    }
}

impl Rows<'_> {
    /// The element that a place names for a row.
    fn place(&self, machine: &Machine<'_>, at: Place, lane: usize) -> usize {
        let row = |id: LoopId| if id == self.id { self.first + lane } else { machine.rows[id.index()] };
        machine.element(at, row)
    }

    fn read(&self, machine: &Machine<'_>, source: Source) -> Lanes {
        match source {
            Source::Local(place) => self.values[place],
            Source::Outside(x) => [x; LANES],
            Source::Table(table) => {
                let mut lanes = [0.0; LANES];
                let values = &machine.program.tables[table].values[self.first..self.first + self.count];
                lanes[..self.count].copy_from_slice(values);
                lanes
            }
        }
    }

    fn tangent(&self, machine: &Machine<'_>, lane: usize) -> &[f64] {
        &self.tangents[lane * machine.count..(lane + 1) * machine.count]
    }

    /// Computes every operation, forward.
    fn run(&mut self, machine: &Machine<'_>) {
        for (place, local) in self.locals.iter().enumerate() {
            let read = |operand: usize| self.read(machine, local.operands[operand].source);
            let mut lanes = [0.0; LANES];
            match local.op {
                Op::Load { array, at } => {
                    let values = match array {
                        Array::Coordinates => machine.coordinates,
                        Array::Stored(array) => &machine.arrays[array.index()].0,
                    };
                    for (lane, x) in lanes.iter_mut().enumerate().take(self.count) {
                        *x = values[self.place(machine, at, lane)];
                    }
                }
                Op::Unary(function, _) => {
                    lanes.iter_mut().zip(read(0)).for_each(|(to, x)| *to = evaluate::unary(function, x));
                }
                Op::Binary(function, ..) => lanes = binary(function, &read(0), &read(1)),
                Op::Select { .. } => {
                    let [left, right, holds, fails] = [0, 1, 2, 3].map(read);
                    for (lane, to) in lanes.iter_mut().enumerate() {
                        *to = if left[lane] <= right[lane] { holds[lane] } else { fails[lane] };
                    }
                }
                Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => {
                    unreachable!("these are named without a statement, or by their loop's")
                }
            }
            self.values[place] = lanes;
        }
    }

    /// The derivatives of a value of the rows, into `tangents`.
    fn sweep_back(&mut self, machine: &Machine<'_>, of: &Sink) {
        self.tangents[..self.count * machine.count].fill(0.0);
        let last = match of {
            Sink::Local(last) => *last,
            other => {
                let all = std::array::from_fn(|lane| if lane < self.count { 1.0 } else { 0.0 });
                self.hand(machine, other, &all);
                return;
            }
        };
        self.adjoints[..=last].fill([0.0; LANES]);
        self.adjoints[last][..self.count].fill(1.0);
        let locals = self.locals;
        for place in (0..=last).rev() {
            let (local, adjoint) = (&locals[place], self.adjoints[place]);
            if !local.is_active || adjoint == [0.0; LANES] {
                continue;
            }
            let read = |rows: &Self, operand: usize| rows.read(machine, local.operands[operand].source);
            match local.op {
                Op::Load { array, at } => {
                    for (lane, &adjoint) in adjoint.iter().enumerate().filter(|(_, adjoint)| **adjoint != 0.0) {
                        let at = self.place(machine, at, lane);
                        let into = &mut self.tangents[lane * machine.count..(lane + 1) * machine.count];
                        match array {
                            Array::Coordinates => {
                                if let Some(column) = machine.columns[at] {
                                    into[column] += adjoint;
                                }
                            }
                            Array::Stored(array) => {
                                let from = &machine.arrays[array.index()].1[at * machine.count..][..machine.count];
                                let touched = into.iter_mut().zip(from).filter(|(_, x)| **x != 0.0);
                                touched.for_each(|(total, x)| *total += adjoint * x);
                            }
                        }
                    }
                }
                Op::Unary(function, _) => {
                    let (x, result) = (read(self, 0), self.values[place]);
                    let lanes = each(&adjoint, |lane| derivative::unary(&mut Numbers, function, x[lane], result[lane]));
                    self.hand(machine, &local.operands[0].sink, &lanes);
                }
                Op::Binary(function, ..) => {
                    let (x, y, result) = (read(self, 0), read(self, 1), self.values[place]);
                    for (operand, first) in [(0, true), (1, false)] {
                        let sink = &local.operands[operand].sink;
                        if matches!(sink, Sink::Nowhere) {
                            continue;
                        }
                        let lanes = match (function, first) {
                            (Binary::Add, _) | (Binary::Subtract, true) => adjoint,
                            (Binary::Multiply, true) => each(&adjoint, |lane| y[lane]),
                            (Binary::Multiply, false) => each(&adjoint, |lane| x[lane]),
                            _ => each(&adjoint, |lane| {
                                derivative::partial(&mut Numbers, function, [x[lane], y[lane]], first, result[lane])
                            }),
                        };
                        self.hand(machine, sink, &lanes);
                    }
                }
                Op::Select { .. } => {
                    let (left, right) = (read(self, 0), read(self, 1));
                    let chosen = |holds: bool| -> Lanes {
                        std::array::from_fn(
                            |lane| if (left[lane] <= right[lane]) == holds { adjoint[lane] } else { 0.0 },
                        )
                    };
                    self.hand(machine, &local.operands[2].sink, &chosen(true));
                    self.hand(machine, &local.operands[3].sink, &chosen(false));
                }
                Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => {
                    unreachable!("these are named without a statement, or by their loop's")
                }
            }
        }
    }

    /// Hands adjoints on. Rows whose adjoint is 0 are left alone, whatever stands there.
    fn hand(&mut self, machine: &Machine<'_>, to: &Sink, adjoints: &Lanes) {
        match to {
            Sink::Nowhere => {}
            Sink::Local(place) => self.adjoints[*place].iter_mut().zip(adjoints).for_each(|(total, x)| *total += x),
            Sink::Column(column) => {
                let rows = self.tangents.chunks_exact_mut(machine.count.max(1)).zip(adjoints).take(self.count);
                rows.for_each(|(row, adjoint)| row[*column] += adjoint);
            }
            Sink::Outside(tangent) => {
                let rows = self.tangents.chunks_exact_mut(machine.count.max(1)).zip(adjoints).take(self.count);
                for (row, &adjoint) in rows.filter(|(_, adjoint)| **adjoint != 0.0) {
                    tangent.iter().for_each(|&(column, x)| row[column] += adjoint * x);
                }
            }
        }
    }
}

/// A function of two values, row by row. The commonest are spelt out, so that rows go together.
fn binary(function: Binary, x: &Lanes, y: &Lanes) -> Lanes {
    match function {
        Binary::Add => std::array::from_fn(|lane| x[lane] + y[lane]),
        Binary::Subtract => std::array::from_fn(|lane| x[lane] - y[lane]),
        Binary::Multiply => std::array::from_fn(|lane| x[lane] * y[lane]),
        Binary::Divide => std::array::from_fn(|lane| x[lane] / y[lane]),
        _ => std::array::from_fn(|lane| evaluate::binary(function, x[lane], y[lane])),
    }
}

/// Adjoints times factors. What is not touched stays exactly 0, however large the factor.
fn each(adjoints: &Lanes, factor: impl Fn(usize) -> f64) -> Lanes {
    std::array::from_fn(|lane| if adjoints[lane] == 0.0 { 0.0 } else { adjoints[lane] * factor(lane) })
}
