// The No-U-Turn sampler, a leapfrog at a time. Twin of src/sampler/nuts.rs, where the method is documented.
//
// What every leapfrog needs lies in the chain, what only ends of subtrees need in `vectors`. Factors and differences that a
// driver might join with others are opaque. What is long is called from one place, as drivers compile each call by itself: a
// part that is whole joins the tree where parts join, and a tree doubles where its next leapfrog begins.

fn kick(momentum: f32, step: f32, slope: f32) -> f32 {
    return momentum + opaque(0.5 * step) * slope;
}

fn drift(coordinate: f32, step: f32, inverse_mass: f32, momentum: f32) -> f32 {
    return coordinate + step * opaque(inverse_mass * momentum);
}

// As bits, because drivers assume that no NaN exists and optimise comparisons by it.
fn energy_error(kinetic: f32, log_density: f32, first_kinetic: f32, first_log_density: f32, magnitude: u32) -> f32 {
    let error = opaque(kinetic - first_kinetic) - opaque(log_density - first_log_density);
    return select(-REJECTED, error, max(bitcast<u32>(error) & 0x7fffffffu, magnitude) <= LARGEST_BITS);
}

fn diverges(error: f32) -> bool {
    return error > 1000.0;
}

fn acceptance(error: f32) -> f32 {
    return precise_exp(opaque(select(0.0, -error, error > 0.0)));
}

fn chooses(log_uniform: f32, part: f32, whole: f32) -> bool {
    return log_uniform < opaque(part) - opaque(whole);
}

struct Chain {
    // Number in the run, and place here.
    number: u32,
    lane: u32,
    // The end of the trajectory that moves.
    coordinates: array<f32, COORDINATES>,
    momentum: array<f32, COORDINATES>,
    slope: array<f32, COORDINATES>,
    // The part that ends there: its first momentum, and the sum of all.
    part_begin: array<f32, COORDINATES>,
    part_sum: array<f32, COORDINATES>,
    running: bool,
    diverging: bool,
    forward: bool,
    depth: u32,
    leaf: u32,
    step: u32,
    leapfrogs: u32,
    // The random word by which the sample of the part is chosen.
    choice: u32,
    step_size: f32,
    signed_step: f32,
    weight: f32,
    part_weight: f32,
    acceptance: f32,
    first_kinetic: f32,
    first_log_density: f32,
    sample_log_density: f32,
    sample_error: f32,
    proposal_log_density: f32,
    proposal_error: f32,
}

// By its bits: false of a NaN, whatever a driver makes of comparisons.
fn is_positive(x: f32) -> bool {
    return bitcast<u32>(x) - 1u < 0x7f800000u;
}

// Joins the part before, whose vectors are `begin`, `end` and `sum`, with the one that ends here, unless the trajectory turns
// round within both: then neither is needed any more, and the tree ends.
fn merge(chain: ptr<function, Chain>, begin: u32, end: u32, sum: u32) -> bool {
    let lane = (*chain).lane;
    var dots: array<f32, 6>;
    for (var i = 0u; i < dimension(); i++) {
        let mass = vectors[component(INVERSE_METRIC, i, lane)];
        let left_begin = vectors[component(begin, i, lane)];
        let left_end = vectors[component(end, i, lane)];
        let left_sum = vectors[component(sum, i, lane)];
        let right_begin = (*chain).part_begin[i];
        let right_sum = (*chain).part_sum[i];
        let first = opaque(mass * left_begin);
        let last = opaque(mass * (*chain).momentum[i]);
        let whole = opaque(left_sum + right_sum);
        let beyond = opaque(left_sum + right_begin);
        let before = opaque(right_sum + left_end);
        dots[0] += first * whole;
        dots[1] += last * whole;
        dots[2] += first * beyond;
        dots[3] += opaque(mass * right_begin) * beyond;
        dots[4] += opaque(mass * left_end) * before;
        dots[5] += last * before;
        (*chain).part_begin[i] = left_begin;
        (*chain).part_sum[i] = whole;
    }
    return is_positive(dots[0]) && is_positive(dots[1]) && is_positive(dots[2]) && is_positive(dots[3])
        && is_positive(dots[4]) && is_positive(dots[5]);
}

fn begin(chain: ptr<function, Chain>, step: u32) {
    let lane = (*chain).lane;
    var kinetic = 0.0;
    var words: vec4<u32>;
    var normals: NormalPair;
    for (var i = 0u; i < dimension(); i++) {
        let quarter = i % 4u;
        if quarter == 0u {
            words = philox(counter(chain, step, i / 4u, PURPOSE_MOMENTUM), seed_key());
        }
        if quarter % 2u == 0u {
            let pair = select(words.zw, words.xy, quarter == 0u);
            normals = normal_pair(pair.x, pair.y);
        }
        let normal = select(normals.second, normals.first, quarter % 2u == 0u);
        let inverse_mass = vectors[component(INVERSE_METRIC, i, lane)];
        let momentum = opaque(normal / opaque(sqrt(inverse_mass)));
        kinetic += momentum * opaque(inverse_mass * momentum);
        vectors[component(THERE_MOMENTUM, i, lane)] = momentum;
        vectors[component(SUM, i, lane)] = momentum;
    }
    (*chain).step = step;
    (*chain).leapfrogs = 0u;
    (*chain).acceptance = 0.0;
    (*chain).first_kinetic = 0.5 * kinetic;
    (*chain).first_log_density = (*chain).sample_log_density;
    (*chain).sample_error = 0.0;
    (*chain).running = true;
    (*chain).diverging = false;
    (*chain).forward = true;
    (*chain).depth = 0u;
    (*chain).leaf = 0u;
    (*chain).weight = 0.0;
}

// Begins the part by which a tree doubles: from its other end, or from the only point there is, the sample.
fn double(chain: ptr<function, Chain>) {
    let lane = (*chain).lane;
    let words = philox(counter(chain, (*chain).step, (*chain).depth, PURPOSE_DOUBLING), seed_key());
    let forward = words.x >> 31u == 1u;
    let is_point = (*chain).depth == 0u;
    let turns_round = is_point || forward != (*chain).forward;
    let other = select(THERE, SAMPLE, is_point);
    let other_gradient = select(THERE_GRADIENT, SAMPLE_GRADIENT, is_point);
    for (var i = 0u; i < dimension(); i++) {
        if turns_round {
            let coordinate = vectors[component(other, i, lane)];
            let momentum = vectors[component(THERE_MOMENTUM, i, lane)];
            let slope = vectors[component(other_gradient, i, lane)];
            vectors[component(THERE, i, lane)] = select((*chain).coordinates[i], coordinate, is_point);
            vectors[component(THERE_MOMENTUM, i, lane)] = select((*chain).momentum[i], momentum, is_point);
            vectors[component(THERE_GRADIENT, i, lane)] = select((*chain).slope[i], slope, is_point);
            (*chain).coordinates[i] = coordinate;
            (*chain).momentum[i] = momentum;
            (*chain).slope[i] = slope;
        }
        vectors[component(SEAM, i, lane)] = (*chain).momentum[i];
    }
    (*chain).forward = forward;
    (*chain).signed_step = select(-(*chain).step_size, (*chain).step_size, forward);
    (*chain).choice = words.y;
    (*chain).part_weight = REJECTED;
}

fn arrive(chain: ptr<function, Chain>, error: f32) -> bool {
    let lane = (*chain).lane;
    (*chain).leapfrogs += 1u;
    if diverges(error) {
        (*chain).diverging = true;
        return false;
    }
    let levels = countTrailingZeros(~(*chain).leaf);
    (*chain).leaf += 1u;
    let goes_on_after = (*chain).leaf < 1u << (*chain).depth;
    if levels == 0u && goes_on_after {
        for (var i = 0u; i < dimension_of_leapfrogs(); i++) {
            vectors[component(WAITING, i, lane)] = (*chain).momentum[i];
        }
        return true;
    }
    (*chain).part_begin = (*chain).momentum;
    (*chain).part_sum = (*chain).momentum;
    // A part that is whole has a level more to climb, to the tree.
    let merges = select(levels + 1u, levels, goes_on_after);
    for (var level = 0u; level < merges; level++) {
        let is_whole = level == levels;
        if is_whole {
            choose(chain);
        }
        var is_joined = false;
        if level == 0u && !is_whole {
            is_joined = merge_points(chain);
        } else {
            let at = place(level);
            is_joined = merge(
                chain,
                select(at, THERE_MOMENTUM, is_whole),
                select(at + 1u, SEAM, is_whole),
                select(at + 2u, SUM, is_whole),
            );
        }
        if !is_joined {
            return false;
        }
    }
    if goes_on_after {
        let at = place(levels);
        for (var i = 0u; i < dimension(); i++) {
            vectors[component(at, i, lane)] = (*chain).part_begin[i];
            vectors[component(at + 1u, i, lane)] = (*chain).momentum[i];
            vectors[component(at + 2u, i, lane)] = (*chain).part_sum[i];
        }
        return true;
    }
    for (var i = 0u; i < dimension(); i++) {
        vectors[component(SUM, i, lane)] = (*chain).part_sum[i];
    }
    (*chain).leaf = 0u;
    return (*chain).depth < MAX_TREEDEPTH;
}

// Whether the sample of a part that is whole is that of the tree, which is as much deeper.
fn choose(chain: ptr<function, Chain>) {
    let lane = (*chain).lane;
    if chooses(log_uniform((*chain).choice), (*chain).part_weight, (*chain).weight) {
        for (var i = 0u; i < dimension(); i++) {
            vectors[component(SAMPLE, i, lane)] = vectors[component(PROPOSAL, i, lane)];
            vectors[component(SAMPLE_GRADIENT, i, lane)] = vectors[component(PROPOSAL_GRADIENT, i, lane)];
        }
        (*chain).sample_log_density = (*chain).proposal_log_density;
        (*chain).sample_error = (*chain).proposal_error;
    }
    (*chain).depth += 1u;
    (*chain).weight = opaque(log_add_exp((*chain).weight, (*chain).part_weight));
}

// As `merge`, of the point before and the one here.
fn merge_points(chain: ptr<function, Chain>) -> bool {
    let lane = (*chain).lane;
    var dots: array<f32, 2>;
    for (var i = 0u; i < dimension_of_leapfrogs(); i++) {
        let mass = vectors[component(INVERSE_METRIC, i, lane)];
        let before = vectors[component(WAITING, i, lane)];
        let here = (*chain).momentum[i];
        let whole = opaque(before + here);
        dots[0] += opaque(mass * before) * whole;
        dots[1] += opaque(mass * here) * whole;
        (*chain).part_begin[i] = before;
        (*chain).part_sum[i] = whole;
    }
    return is_positive(dots[0]) && is_positive(dots[1]);
}

// The first of the three vectors of a level: begin, end, sum. The lowest level holds a point, in one.
fn place(level: u32) -> u32 {
    return WAITING + 3u * level;
}

fn statistics(chain: ptr<function, Chain>) -> array<f32, STATISTICS> {
    let energy = opaque((*chain).first_kinetic - (*chain).first_log_density) + (*chain).sample_error;
    let leapfrogs = f32((*chain).leapfrogs);
    return array<f32, STATISTICS>(
        (*chain).sample_log_density,
        (*chain).acceptance / leapfrogs,
        (*chain).step_size,
        f32((*chain).depth),
        leapfrogs,
        select(0.0, 1.0, (*chain).diverging),
        energy,
    );
}

fn counter(chain: ptr<function, Chain>, step: u32, slot: u32, purpose: u32) -> vec4<u32> {
    return vec4<u32>((*chain).number, step, slot, purpose);
}

fn turn(chain: ptr<function, Chain>) -> bool {
    let lane = (*chain).lane;
    if (*chain).leaf == 0u {
        double(chain);
    }
    let step = (*chain).signed_step;
    for (var i = 0u; i < dimension_of_leapfrogs(); i++) {
        let momentum = kick((*chain).momentum[i], step, (*chain).slope[i]);
        (*chain).momentum[i] = momentum;
        let mass = vectors[component(INVERSE_METRIC, i, lane)];
        (*chain).coordinates[i] = drift((*chain).coordinates[i], step, mass, momentum);
    }
    var slope: array<f32, COORDINATES>;
    let log_density = gradient((*chain).coordinates, &slope);
    (*chain).slope = slope;
    var twice_kinetic = 0.0;
    var magnitude = 0u;
    for (var i = 0u; i < dimension_of_leapfrogs(); i++) {
        let momentum = opaque(kick((*chain).momentum[i], step, (*chain).slope[i]));
        (*chain).momentum[i] = momentum;
        let mass = vectors[component(INVERSE_METRIC, i, lane)];
        twice_kinetic += momentum * opaque(mass * momentum);
        magnitude = max(magnitude, bitcast<u32>((*chain).coordinates[i]) & 0x7fffffffu);
    }
    let error = opaque(energy_error(
        opaque(0.5 * twice_kinetic),
        log_density,
        (*chain).first_kinetic,
        (*chain).first_log_density,
        magnitude,
    ));
    let words = philox(counter(chain, (*chain).step, (*chain).leapfrogs, PURPOSE_LEAF), seed_key());
    let weight = opaque(log_add_exp((*chain).part_weight, -error));
    if chooses(log_uniform(words.x), -error, weight) {
        for (var i = 0u; i < dimension_of_leapfrogs(); i++) {
            vectors[component(PROPOSAL, i, lane)] = (*chain).coordinates[i];
            vectors[component(PROPOSAL_GRADIENT, i, lane)] = (*chain).slope[i];
        }
        (*chain).proposal_log_density = log_density;
        (*chain).proposal_error = error;
    }
    (*chain).part_weight = weight;
    (*chain).acceptance += acceptance(error);
    return arrive(chain, error);
}
