// One chain per invocation: `start` finds the log density and its gradient, `run` takes leapfrogs. A dispatch ends anywhere
// in a tree, and the next goes on there; a chain that has ended a tree begins the next, whatever its neighbours do.

fn scalar(which: u32, lane: u32) -> u32 {
    return scalars[which * params.chains + lane];
}

fn real(which: u32, lane: u32) -> f32 {
    return bitcast<f32>(scalar(which, lane));
}

fn load_chain(lane: u32) -> Chain {
    var chain: Chain;
    chain.number = params.first_chain + lane;
    chain.lane = lane;
    for (var i = 0u; i < dimension(); i++) {
        chain.coordinates[i] = vectors[component(HERE, i, lane)];
        chain.momentum[i] = vectors[component(HERE_MOMENTUM, i, lane)];
        chain.slope[i] = vectors[component(HERE_GRADIENT, i, lane)];
    }
    chain.running = scalar(RUNNING, lane) == 1u;
    chain.forward = scalar(FORWARD, lane) == 1u;
    chain.depth = scalar(DEPTH, lane);
    chain.leaf = scalar(LEAF, lane);
    chain.step = scalar(STEP, lane);
    chain.leapfrogs = scalar(LEAPFROGS, lane);
    chain.step_size = real(STEP_SIZE, lane);
    chain.signed_step = select(-chain.step_size, chain.step_size, chain.forward);
    chain.weight = real(WEIGHT, lane);
    chain.part_weight = real(PART_WEIGHT, lane);
    chain.acceptance = real(ACCEPTANCE, lane);
    chain.first_kinetic = real(FIRST_KINETIC, lane);
    chain.first_log_density = real(FIRST_LOG_DENSITY, lane);
    chain.sample_log_density = real(SAMPLE_LOG_DENSITY, lane);
    chain.sample_error = real(SAMPLE_ERROR, lane);
    chain.proposal_log_density = real(PROPOSAL_LOG_DENSITY, lane);
    chain.proposal_error = real(PROPOSAL_ERROR, lane);
    return chain;
}

fn store(which: u32, lane: u32, word: u32) {
    scalars[which * params.chains + lane] = word;
}

fn store_chain(chain: ptr<function, Chain>) {
    let lane = (*chain).lane;
    for (var i = 0u; i < dimension(); i++) {
        vectors[component(HERE, i, lane)] = (*chain).coordinates[i];
        vectors[component(HERE_MOMENTUM, i, lane)] = (*chain).momentum[i];
        vectors[component(HERE_GRADIENT, i, lane)] = (*chain).slope[i];
    }
    store(RUNNING, lane, select(0u, 1u, (*chain).running));
    store(FORWARD, lane, select(0u, 1u, (*chain).forward));
    store(DEPTH, lane, (*chain).depth);
    store(LEAF, lane, (*chain).leaf);
    store(STEP, lane, (*chain).step);
    store(LEAPFROGS, lane, (*chain).leapfrogs);
    store(WEIGHT, lane, bitcast<u32>((*chain).weight));
    store(PART_WEIGHT, lane, bitcast<u32>((*chain).part_weight));
    store(ACCEPTANCE, lane, bitcast<u32>((*chain).acceptance));
    store(FIRST_KINETIC, lane, bitcast<u32>((*chain).first_kinetic));
    store(FIRST_LOG_DENSITY, lane, bitcast<u32>((*chain).first_log_density));
    store(SAMPLE_LOG_DENSITY, lane, bitcast<u32>((*chain).sample_log_density));
    store(SAMPLE_ERROR, lane, bitcast<u32>((*chain).sample_error));
    store(PROPOSAL_LOG_DENSITY, lane, bitcast<u32>((*chain).proposal_log_density));
    store(PROPOSAL_ERROR, lane, bitcast<u32>((*chain).proposal_error));
}

fn keep_draw(chain: ptr<function, Chain>, told: array<f32, STATISTICS>, draw: u32) {
    var statistics = told;
    let lane = (*chain).lane;
    var coordinates: array<f32, COORDINATES>;
    for (var i = 0u; i < dimension(); i++) {
        coordinates[i] = vectors[component(SAMPLE, i, lane)];
    }
    var parameters = constrain(coordinates);
    let at = draw * (PARAMETERS + STATISTICS);
    for (var i = 0u; i < PARAMETERS; i++) {
        draws[(at + i) * params.chains + lane] = parameters[i];
    }
    for (var i = 0u; i < STATISTICS; i++) {
        draws[(at + PARAMETERS + i) * params.chains + lane] = statistics[i];
    }
}

// The log density as it comes, finite or not: the host wants to know.
@compute @workgroup_size(WORKGROUP_SIZE)
fn start(@builtin(global_invocation_id) id: vec3<u32>) {
    let lane = id.x;
    if lane >= params.chains {
        return;
    }
    var coordinates: array<f32, COORDINATES>;
    for (var i = 0u; i < dimension(); i++) {
        coordinates[i] = vectors[component(SAMPLE, i, lane)];
    }
    var slope: array<f32, COORDINATES>;
    store(SAMPLE_LOG_DENSITY, lane, bitcast<u32>(gradient(coordinates, &slope)));
    for (var i = 0u; i < dimension(); i++) {
        vectors[component(SAMPLE_GRADIENT, i, lane)] = slope[i];
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn run(@builtin(global_invocation_id) id: vec3<u32>) {
    let lane = id.x;
    if lane >= params.chains {
        return;
    }
    var chain = load_chain(lane);
    var taken = counts[TAKEN * params.chains + lane];
    var kept = 0u;
    var leapfrogs = 0u;
    var divergences = 0u;
    var saturated = 0u;
    var acceptances = 0.0;
    while leapfrogs < params.turns {
        if !chain.running {
            if taken == params.steps || (params.thin > 0u && kept == params.room) {
                break;
            }
            begin(&chain, params.first_step + taken);
        }
        leapfrogs += 1u;
        if !turn(&chain) {
            chain.running = false;
            taken += 1u;
            divergences += select(0u, 1u, chain.diverging);
            saturated += select(0u, 1u, chain.depth == MAX_TREEDEPTH);
            var told = statistics(&chain);
            acceptances += told[1];
            if params.thin > 0u && taken % params.thin == 0u {
                keep_draw(&chain, told, kept);
                kept += 1u;
            }
        }
    }
    store_chain(&chain);
    counts[TAKEN * params.chains + lane] = taken;
    counts[TURNS * params.chains + lane] = leapfrogs;
    counts[DIVERGENCES * params.chains + lane] = divergences;
    counts[SATURATED * params.chains + lane] = saturated;
    counts[ACCEPTANCES * params.chains + lane] = bitcast<u32>(acceptances);
}
