//! Bytes of NUTS: what the host writes and `shaders/nuts/` reads. The interface says the same in WGSL, and a test below
//! parses it and compares; the numbers of vectors, scalars and counts reach the shaders as constants.
//!
//! Absent on purpose: sizes of buffers, which depend on the model and the chains (`shard`).

use std::fmt::Write as _;

use bytemuck::{Pod, Zeroable};

use super::super::layout::Access;
use crate::rng::slots::Purpose;
use crate::sampler::nuts::STATISTICS;

/// The uniform of a dispatch, field for field `Params` of `interface.wgsl`, which says what each means.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Params {
    pub key_low: u32,
    pub key_high: u32,
    pub zero: u32,
    pub first_chain: u32,
    pub chains: u32,
    pub first_step: u32,
    pub steps: u32,
    pub thin: u32,
    pub room: u32,
    pub turns: u32,
}

/// The bindings of group 0, in order.
pub const BINDINGS: [(&str, Access); 6] = [
    ("params", Access::Uniform),
    ("data", Access::Read),
    ("vectors", Access::Write),
    ("scalars", Access::Write),
    ("counts", Access::Write),
    ("draws", Access::Write),
];

/// What of a chain has a number for each coordinate, in order; behind it, three vectors for each level on which a left half
/// may wait.
const VECTORS: [&str; 14] = [
    "SAMPLE",
    "INVERSE_METRIC",
    "SAMPLE_GRADIENT",
    "PROPOSAL",
    "PROPOSAL_GRADIENT",
    "HERE",
    "HERE_MOMENTUM",
    "HERE_GRADIENT",
    "THERE",
    "THERE_MOMENTUM",
    "THERE_GRADIENT",
    "SEAM",
    "SUM",
    "WAITING",
];
/// Of the vectors, where the chains are.
pub const SAMPLE: u64 = 0;
/// Of the vectors, the diagonal of the inverse metric.
pub const INVERSE_METRIC: u64 = 1;
/// Of the vectors, the gradient where the chains are.
pub const SAMPLE_GRADIENT: u64 = 2;

/// What of a chain is one word, in order.
const SCALARS: [&str; 17] = [
    "RUNNING",
    "STEP_SIZE",
    "SAMPLE_LOG_DENSITY",
    "SAMPLE_ERROR",
    "PROPOSAL_LOG_DENSITY",
    "PROPOSAL_ERROR",
    "FORWARD",
    "DEPTH",
    "LEAF",
    "STEP",
    "LEAPFROGS",
    "CHOICE",
    "WEIGHT",
    "PART_WEIGHT",
    "ACCEPTANCE",
    "FIRST_KINETIC",
    "FIRST_LOG_DENSITY",
];
/// Of the scalars, whether a chain is within a tree.
pub const RUNNING: u64 = 0;
/// Of the scalars, the step size.
pub const STEP_SIZE: u64 = 1;
/// Of the scalars, the log density where a chain is.
pub const SAMPLE_LOG_DENSITY: u64 = 2;
/// Words of a chain that are not one of the vectors.
pub const SCALAR_WORDS: u64 = SCALARS.len() as u64;

/// What a dispatch tells of each chain, in order.
const COUNTS: [&str; 6] = ["TAKEN", "TURNS", "DIVERGENCES", "SATURATED", "ACCEPTANCES_LOW", "ACCEPTANCES_HIGH"];
/// Words that a dispatch tells of each chain.
pub const COUNT_WORDS: usize = COUNTS.len();

/// What a dispatch tells of a chain: `[count, chain]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// Steps of the stretch taken so far.
    pub taken: u32,
    /// Leapfrogs of the dispatch.
    pub turns: u32,
    /// Of the trees that ended in the dispatch, those that diverged.
    pub divergences: u32,
    /// Those that were doubled as often as they may.
    pub saturated: u32,
    /// The sum of their acceptance rates, in units of 2^-24: a whole number, so that it does not depend on how steps are
    /// shared out among dispatches.
    pub acceptances: u64,
}

/// An acceptance rate of 1, in the units that the shader counts in.
pub const ACCEPTANCE_UNITS: f64 = 16_777_216.0;

impl Told {
    /// What is told of a chain among so many.
    pub fn of(words: &[u32], chain: usize, chains: usize) -> Self {
        let [taken, turns, divergences, saturated, low, high] =
            std::array::from_fn(|count| words[count * chains + chain]);
        let acceptances = u64::from(high) << 32 | u64::from(low);
        Self { taken, turns, divergences, saturated, acceptances }
    }
}

/// What sizes depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub coordinates: usize,
    pub parameters: usize,
    pub max_treedepth: u32,
}

impl Shape {
    /// Numbers of a chain in its vectors.
    pub fn vector_words(self) -> u64 {
        let vectors = (VECTORS.len() as u64 - 1) + 3 * (u64::from(self.max_treedepth) - 1);
        vectors * self.coordinates as u64
    }

    /// Numbers of one draw of a chain: its parameters, and what is told of its step.
    pub fn columns(self) -> usize {
        self.parameters + STATISTICS.len()
    }
}

/// The constants of `shaders/nuts/` and of the sampler.
pub fn constants(max_treedepth: u32) -> String {
    let purposes = [
        ("MAX_TREEDEPTH", max_treedepth),
        ("STATISTICS", STATISTICS.len() as u32),
        ("SCALARS", SCALARS.len() as u32),
        ("PURPOSE_MOMENTUM", Purpose::Momentum as u32),
        ("PURPOSE_DOUBLING", Purpose::Doubling as u32),
        ("PURPOSE_LEAF", Purpose::Leaf as u32),
    ];
    let numbered = [&VECTORS[..], &SCALARS, &COUNTS].into_iter().flat_map(|names| names.iter().copied().zip(0..));
    let mut text = String::new();
    for (name, word) in purposes.into_iter().chain(numbered) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "const {name}: u32 = {word}u;");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use wgpu::naga;

    use super::super::super::layout::WORKGROUP_SIZE;
    use super::super::super::shader;
    use super::*;

    fn stub() -> naga::Module {
        naga::front::wgsl::parse_str(&shader::nuts_stub(3, 10)).expect("the stub shader is valid")
    }

    #[test]
    fn the_uniform_has_the_offsets_that_the_shader_reads() {
        let module = stub();
        let (members, span) = module
            .types
            .iter()
            .find_map(|(_, kind)| match (&kind.name, &kind.inner) {
                (Some(name), naga::TypeInner::Struct { members, span }) if name == "Params" => Some((members, *span)),
                _ => None,
            })
            .expect("interface.wgsl has a struct Params");
        let found: Vec<(&str, usize)> =
            members.iter().map(|member| (member.name.as_deref().unwrap_or(""), member.offset as usize)).collect();
        assert_eq!(
            found,
            [
                ("key_low", offset_of!(Params, key_low)),
                ("key_high", offset_of!(Params, key_high)),
                ("zero", offset_of!(Params, zero)),
                ("first_chain", offset_of!(Params, first_chain)),
                ("chains", offset_of!(Params, chains)),
                ("first_step", offset_of!(Params, first_step)),
                ("steps", offset_of!(Params, steps)),
                ("thin", offset_of!(Params, thin)),
                ("room", offset_of!(Params, room)),
                ("turns", offset_of!(Params, turns)),
            ]
        );
        assert_eq!(span as usize, size_of::<Params>());
    }

    #[test]
    fn the_bindings_are_those_of_the_shader() {
        let module = stub();
        let mut found: Vec<(u32, String, Access)> = module
            .global_variables
            .iter()
            .filter_map(|(_, variable)| {
                let binding = variable.binding.as_ref()?;
                let access = match variable.space {
                    naga::AddressSpace::Uniform => Access::Uniform,
                    naga::AddressSpace::Storage { access } if access.contains(naga::StorageAccess::STORE) => {
                        Access::Write
                    }
                    naga::AddressSpace::Storage { .. } => Access::Read,
                    other => panic!("{other:?} has no binding"),
                };
                Some((binding.binding, variable.name.clone().unwrap_or_default(), access))
            })
            .collect();
        found.sort_by_key(|(binding, ..)| *binding);
        let expected: Vec<(u32, String, Access)> =
            (0..).zip(BINDINGS).map(|(binding, (name, access))| (binding, name.to_owned(), access)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_entry_point_has_the_workgroup_size() {
        let module = stub();
        assert_eq!(module.entry_points.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["start", "run"]);
        assert!(module.entry_points.iter().all(|entry| entry.workgroup_size == [WORKGROUP_SIZE, 1, 1]));
    }

    #[test]
    fn what_the_host_reads_and_writes_lies_where_it_says() {
        assert_eq!(VECTORS[SAMPLE as usize], "SAMPLE");
        assert_eq!(VECTORS[INVERSE_METRIC as usize], "INVERSE_METRIC");
        assert_eq!(VECTORS[SAMPLE_GRADIENT as usize], "SAMPLE_GRADIENT");
        assert_eq!(SCALARS[RUNNING as usize], "RUNNING");
        assert_eq!(SCALARS[STEP_SIZE as usize], "STEP_SIZE");
        assert_eq!(SCALARS[SAMPLE_LOG_DENSITY as usize], "SAMPLE_LOG_DENSITY");
        let words = |max_treedepth| Shape { coordinates: 3, parameters: 4, max_treedepth }.vector_words();
        assert_eq!((words(1), words(10)), (39, 120));
    }
}
