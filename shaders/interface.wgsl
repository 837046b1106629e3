// What a dispatch reads and writes. Offsets, bindings and the workgroup size are those of src/backend/gpu/layout.rs,
// which a test compares with this file.

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
    // Number in the run of the first step to take.
    first_step: u32,
    // Steps to take.
    steps: u32,
    // Steps per draw; 0 keeps none.
    thin: u32,
    // Steps from here to the first draw, 1 to thin.
    until_draw: u32,
    // Which half of the draws moments are kept of, 0 or 1.
    half_number: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// Tables of data, each padded to whole vectors.
@group(0) @binding(1) var<storage, read> data: array<vec4<f32>>;
// [coordinate, chain]
@group(0) @binding(2) var<storage, read_write> states: array<f32>;
// [chain]
@group(0) @binding(3) var<storage, read_write> log_densities: array<f32>;
// [coordinate, chain]
@group(0) @binding(4) var<storage, read> proposal_scales: array<f32>;
// [coordinate, chain]
@group(0) @binding(5) var<storage, read_write> accepted_counts: array<u32>;
// [draw, parameter, chain], or the moments of draws
@group(0) @binding(6) var<storage, read_write> draws: array<f32>;

fn opaque_zero() -> u32 {
    return params.zero;
}

fn seed_key() -> vec2<u32> {
    return vec2<u32>(params.key_low, params.key_high);
}
