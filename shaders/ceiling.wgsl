// What a device does at most: multiplications and additions of numbers in registers, one each, and none of them fused.

const ROUNDS: u32 = 512u;
// Operations of a round: eight vectors of four numbers, four times.
const OPERATIONS: u32 = 128u;

// The factor and the term, which no driver knows; then a result of each invocation, so that none is left out.
@group(0) @binding(0) var<storage, read_write> numbers: array<f32>;

@compute @workgroup_size(64)
fn arithmetic(@builtin(global_invocation_id) id: vec3<u32>) {
    let factor = numbers[0];
    let term = numbers[1];
    let start = vec4<f32>(f32(id.x), 1.0, 2.0, 3.0);
    var a = start;
    var b = start + 1.0;
    var c = start + 2.0;
    var d = start + 3.0;
    var e = start;
    var f = start + 1.0;
    var g = start + 2.0;
    var h = start + 3.0;
    for (var i = 0u; i < ROUNDS; i++) {
        a *= factor; b *= factor; c *= factor; d *= factor;
        e += term; f += term; g += term; h += term;
        a *= factor; b *= factor; c *= factor; d *= factor;
        e += term; f += term; g += term; h += term;
        a *= factor; b *= factor; c *= factor; d *= factor;
        e += term; f += term; g += term; h += term;
        a *= factor; b *= factor; c *= factor; d *= factor;
        e += term; f += term; g += term; h += term;
    }
    let sum = (a + b + c + d) + (e + f + g + h);
    numbers[2u + id.x] = sum.x + sum.y + sum.z + sum.w;
}
