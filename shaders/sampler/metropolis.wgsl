// Component-wise random-walk Metropolis. Twin of src/sampler/metropolis.rs.

// As bits, because drivers assume that no NaN exists and optimise comparisons by it.
fn admissible(log_density: f32, coordinate: f32) -> f32 {
    let magnitude = max(bitcast<u32>(log_density) & 0x7fffffffu, bitcast<u32>(coordinate) & 0x7fffffffu);
    return select(REJECTED, log_density, magnitude <= LARGEST_BITS);
}

fn propose(coordinate: f32, scale: f32, normal: f32) -> f32 {
    return coordinate + scale * normal;
}

fn accepts(log_uniform: f32, proposed: f32, current: f32) -> bool {
    return log_uniform < proposed - current;
}

struct Chain {
    coordinates: array<f32, COORDINATES>,
    log_density: f32,
    scales: array<f32, COORDINATES>,
    accepted: array<u32, COORDINATES>,
    // What a move need not compute again where it leaves it as it was.
    kept: array<f32, KEPT>,
}

fn sweep(chain: ptr<function, Chain>, number: u32, step: u32) {
    var normals: NormalPair;
    // For the accept tests of two coordinates.
    var uniforms: vec2<u32>;
    for (var coordinate = 0u; coordinate < COORDINATES; coordinate++) {
        let first_half = coordinate % 2u == 0u;
        if first_half {
            let words = philox(vec4<u32>(number, step, coordinate / 2u, PURPOSE_TRANSITION), seed_key());
            normals = normal_pair(words.x, words.y);
            uniforms = words.zw;
        }
        let normal = select(normals.second, normals.first, first_half);
        let threshold = log_uniform(select(uniforms.y, uniforms.x, first_half));
        let previous = (*chain).coordinates[coordinate];
        (*chain).coordinates[coordinate] = propose(previous, (*chain).scales[coordinate], normal);
        var kept = (*chain).kept;
        let density = moved(coordinate, (*chain).coordinates, &kept);
        let proposed = admissible(density, (*chain).coordinates[coordinate]);
        if accepts(threshold, proposed, (*chain).log_density) {
            (*chain).log_density = proposed;
            (*chain).kept = kept;
            (*chain).accepted[coordinate] += 1u;
        } else {
            (*chain).coordinates[coordinate] = previous;
        }
    }
}
