// What a dispatch of NUTS reads and writes. Offsets, bindings and the workgroup size are those of
// src/backend/gpu/nuts/layout.rs, which a test compares with this file; the numbers of vectors, scalars and counts are said
// there alone and arrive as constants.

struct Params {
    // The seed, low word and high word.
    key_low: u32,
    key_high: u32,
    // Zero, which no driver knows.
    zero: u32,
    // Number in the run of the first chain here.
    first_chain: u32,
    // Chains here.
    chains: u32,
    // Number in the run of the first step of the stretch.
    first_step: u32,
    // Steps of the stretch.
    steps: u32,
    // Steps per draw; 0 keeps none.
    thin: u32,
    // Draws of a chain that there is room for.
    room: u32,
    // Leapfrogs of a chain, at most.
    turns: u32,
}

// Numbers of a draw.
const COLUMNS: u32 = PARAMETERS + STATISTICS;

@group(0) @binding(0) var<uniform> params: Params;
// Tables of data, each padded to whole vectors.
@group(0) @binding(1) var<storage, read> data: array<vec4<f32>>;
// [vector, coordinate, chain]
@group(0) @binding(2) var<storage, read_write> vectors: array<f32>;
// [scalar, chain], numbers by their bits.
@group(0) @binding(3) var<storage, read_write> scalars: array<u32>;
// [count, chain]: the steps taken of the stretch, the others of this dispatch.
@group(0) @binding(4) var<storage, read_write> counts: array<u32>;
// [draw, column, chain]: parameters, then statistics; a chain's draws from its first of this dispatch on.
@group(0) @binding(5) var<storage, read_write> draws: array<f32>;

fn opaque_zero() -> u32 {
    return params.zero;
}

fn seed_key() -> vec2<u32> {
    return vec2<u32>(params.key_low, params.key_high);
}

// A number that no driver knows: drivers unroll a loop whose end they know, and what reads and writes memory takes them long to
// compile.
fn unknown(number: u32) -> u32 {
    return number + params.zero;
}

fn dimension() -> u32 {
    return unknown(COORDINATES);
}

// The same for the loops of every leapfrog, which are faster unrolled where they are short.
fn dimension_of_leapfrogs() -> u32 {
    return select(dimension(), COORDINATES, COORDINATES <= 4u);
}

// Where a component of a vector lies.
fn component(vector: u32, coordinate: u32, lane: u32) -> u32 {
    return (vector * COORDINATES + coordinate) * params.chains + lane;
}
