// Philox4x32-10 (Salmon et al. 2011). Twin of src/rng/philox.rs.

const MULTIPLIER_0: u32 = 0xD2511F53u;
const MULTIPLIER_1: u32 = 0xCD9E8D57u;
const WEYL_0: u32 = 0x9E3779B9u;
const WEYL_1: u32 = 0xBB67AE85u;

// High word of the 64-bit product, from four 16-bit products: WGSL has no 64-bit integers everywhere.
fn multiply_high(a: u32, b: u32) -> u32 {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
    let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
    return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}

fn philox(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
    var c = counter;
    var k = key;
    for (var round = 0u; round < 10u; round++) {
        c = vec4<u32>(
            multiply_high(MULTIPLIER_1, c.z) ^ c.y ^ k.x,
            MULTIPLIER_1 * c.z,
            multiply_high(MULTIPLIER_0, c.x) ^ c.w ^ k.y,
            MULTIPLIER_0 * c.x,
        );
        k += vec2<u32>(WEYL_0, WEYL_1);
    }
    return c;
}
