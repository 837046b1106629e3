// Questions with known answers, put to a device before it is trusted. src/backend/gpu/canary.rs knows the answers, in
// the same order.

// The first word is a zero that no driver knows; then the iterations of a flat loop, and of two nested ones; then the
// arguments of the elementary functions.
@group(0) @binding(0) var<storage, read> questions: array<u32>;
@group(0) @binding(1) var<storage, read_write> answers: array<u32>;

const FIRST_ARGUMENT: u32 = 4u;
const FUNCTIONS: u32 = 9u;
const SPECIAL: u32 = 12u;

fn opaque_zero() -> u32 {
    return questions[0];
}

fn seed_key() -> vec2<u32> {
    return vec2<u32>(opaque_zero(), opaque_zero());
}

// A step that no compiler has a closed form for.
fn scramble(word: u32) -> u32 {
    return (word ^ (word >> 15u)) * 0x2c1b3c6du + 1u;
}

// (iterations, scrambled word) of a loop that runs `iterations` times.
fn flat_loop(iterations: u32) -> vec2<u32> {
    var word = opaque_zero();
    var count = opaque_zero();
    for (var i = 0u; i < iterations; i++) {
        word = scramble(word);
        count += 1u;
    }
    return vec2<u32>(count, word);
}

fn nested_loops(outer: u32, inner: u32) -> vec2<u32> {
    var word = opaque_zero();
    var count = opaque_zero();
    for (var i = 0u; i < outer; i++) {
        for (var j = 0u; j < inner; j++) {
            word = scramble(word);
            count += 1u;
        }
    }
    return vec2<u32>(count, word);
}

// A sum of so many thirds: a plain one of 30,000 is off by 0.17, a compensated one by less than a unit in the last place.
fn compensated_sum(terms: u32) -> f32 {
    var sum: Accumulator;
    let third = bitcast<f32>(0x3eaaaaabu ^ opaque_zero());
    for (var i = 0u; i < terms; i++) {
        sum = accumulate(sum, third);
    }
    return total(sum);
}

fn number(bits: u32) -> f32 {
    return bitcast<f32>(bits ^ opaque_zero());
}

// A number that no driver knows: drivers unroll a loop whose end they know, and stores take them long to compile.
fn unknown(number: u32) -> u32 {
    return number + opaque_zero();
}

fn answer_special(at: u32) {
    var words: array<u32, SPECIAL>;
    let nan = number(0x7fc00000u);
    let highest = number(0x7f800000u);
    let lowest = number(0xff800000u);
    // What must never be accepted becomes REJECTED.
    words[0] = bitcast<u32>(admissible(nan, 0.0));
    words[1] = bitcast<u32>(admissible(highest, 0.0));
    words[2] = bitcast<u32>(admissible(lowest, 0.0));
    // Of two numbers: x - x of one and the same number is 0 to Mesa, whatever it is.
    words[3] = bitcast<u32>(admissible(highest + lowest, 0.0));
    // A comparison that holds for no NaN, and the accept test.
    words[4] = select(0u, 1u, nan <= number(0x3f800000u));
    words[5] = select(0u, 1u, accepts(number(0xc2c80000u), admissible(nan, 0.0), number(0xc47a0000u)));
    words[6] = select(0u, 1u, accepts(number(0xc2c80000u), number(0xc47a0000u), REJECTED));
    // Edges of the elementary functions: 0 where they are right.
    words[7] = select(1u, 0u, precise_ln(number(0u)) < number(0xff7fffffu));
    words[8] = select(1u, 0u, precise_exp(number(0x43480000u)) > number(0x7f7fffffu));
    words[9] = select(1u, 0u, precise_exp(number(0xc3480000u)) == 0.0);
    words[10] = bitcast<u32>(admissible(precise_ln(number(0xbf800000u)), 0.0));
    words[11] = bitcast<u32>(admissible(precise_exp(nan), 0.0));
    for (var i = 0u; i < unknown(SPECIAL); i++) {
        answers[at + i] = words[i];
    }
}

fn answer_elementary(at: u32, x: f32) {
    var words: array<u32, FUNCTIONS>;
    let turn = precise_cos_sin_turns(x);
    words[0] = bitcast<u32>(precise_exp(x));
    words[1] = bitcast<u32>(precise_exp_m1(x));
    words[2] = bitcast<u32>(precise_ln(abs(x)));
    words[3] = bitcast<u32>(precise_ln_1p(abs(x)));
    words[4] = bitcast<u32>(precise_tanh(x));
    words[5] = bitcast<u32>(precise_ln_cosh(x));
    words[6] = bitcast<u32>(turn.c);
    words[7] = bitcast<u32>(turn.s);
    words[8] = bitcast<u32>(sqrt(abs(x)));
    for (var i = 0u; i < unknown(FUNCTIONS); i++) {
        answers[at + i] = words[i];
    }
}

// Of all zeros, all ones, and digits of pi.
fn answer_random(at: u32) {
    for (var i = 0u; i < unknown(3u); i++) {
        let flipped = vec4<u32>(select(0u, 0xffffffffu, i == 1u));
        let counter = select(flipped, vec4<u32>(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u), i == 2u);
        let key = select(flipped.xy, vec2<u32>(0xa4093822u, 0x299f31d0u), i == 2u);
        var words = philox(counter, key);
        for (var j = 0u; j < unknown(4u); j++) {
            answers[at + 4u * i + j] = words[j];
        }
    }
}

// One question per workgroup, so that the loops of one do not hold up, or use up, another's; the workgroups after the
// first six take an argument per invocation.
@compute @workgroup_size(WORKGROUP_SIZE)
fn canary(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let arguments = arrayLength(&questions) - FIRST_ARGUMENT;
    let first = arguments * FUNCTIONS;
    if group.x >= 6u {
        let argument = (group.x - 6u) * WORKGROUP_SIZE + local.x;
        if argument < arguments {
            answer_elementary(argument * FUNCTIONS, bitcast<f32>(questions[FIRST_ARGUMENT + argument]));
        }
        return;
    }
    if local.x != 0u {
        return;
    }
    if group.x == 0u {
        let counted = flat_loop(questions[1]);
        answers[first] = counted.x;
        answers[first + 1u] = counted.y;
    } else if group.x == 1u {
        let counted = nested_loops(questions[2], questions[3]);
        answers[first + 2u] = counted.x;
        answers[first + 3u] = counted.y;
    } else if group.x == 2u {
        answers[first + 4u] = bitcast<u32>(compensated_sum(questions[2] * 100u));
    } else if group.x == 3u {
        answer_special(first + 5u);
    } else {
        answer_random(first + 5u + SPECIAL);
    }
}
