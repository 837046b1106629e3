// One chain per invocation: `start` finds the log density and its gradient, `run` takes leapfrogs. A dispatch ends anywhere
// in a tree, and the next goes on there; a chain that has ended a tree begins the next, whatever its neighbours do.

fn load_chain(lane: u32) -> Chain {
    var chain: Chain;
    chain.number = params.first_chain + lane;
    chain.lane = lane;
    for (var i = 0u; i < dimension(); i++) {
        chain.coordinates[i] = vectors[component(HERE, i, lane)];
        chain.momentum[i] = vectors[component(HERE_MOMENTUM, i, lane)];
        chain.slope[i] = vectors[component(HERE_GRADIENT, i, lane)];
    }
    var words: array<u32, SCALARS>;
    for (var i = 0u; i < unknown(SCALARS); i++) {
        words[i] = scalars[i * params.chains + lane];
    }
    chain.running = words[RUNNING] == 1u;
    chain.forward = words[FORWARD] == 1u;
    chain.depth = words[DEPTH];
    chain.leaf = words[LEAF];
    chain.step = words[STEP];
    chain.leapfrogs = words[LEAPFROGS];
    chain.choice = words[CHOICE];
    chain.step_size = bitcast<f32>(words[STEP_SIZE]);
    chain.signed_step = select(-chain.step_size, chain.step_size, chain.forward);
    chain.weight = bitcast<f32>(words[WEIGHT]);
    chain.part_weight = bitcast<f32>(words[PART_WEIGHT]);
    chain.acceptance = bitcast<f32>(words[ACCEPTANCE]);
    chain.first_kinetic = bitcast<f32>(words[FIRST_KINETIC]);
    chain.first_log_density = bitcast<f32>(words[FIRST_LOG_DENSITY]);
    chain.sample_log_density = bitcast<f32>(words[SAMPLE_LOG_DENSITY]);
    chain.sample_error = bitcast<f32>(words[SAMPLE_ERROR]);
    chain.proposal_log_density = bitcast<f32>(words[PROPOSAL_LOG_DENSITY]);
    chain.proposal_error = bitcast<f32>(words[PROPOSAL_ERROR]);
    return chain;
}

fn store_chain(chain: ptr<function, Chain>) {
    let lane = (*chain).lane;
    for (var i = 0u; i < dimension(); i++) {
        vectors[component(HERE, i, lane)] = (*chain).coordinates[i];
        vectors[component(HERE_MOMENTUM, i, lane)] = (*chain).momentum[i];
        vectors[component(HERE_GRADIENT, i, lane)] = (*chain).slope[i];
    }
    var words: array<u32, SCALARS>;
    words[RUNNING] = select(0u, 1u, (*chain).running);
    words[FORWARD] = select(0u, 1u, (*chain).forward);
    words[DEPTH] = (*chain).depth;
    words[LEAF] = (*chain).leaf;
    words[STEP] = (*chain).step;
    words[LEAPFROGS] = (*chain).leapfrogs;
    words[CHOICE] = (*chain).choice;
    words[STEP_SIZE] = bitcast<u32>((*chain).step_size);
    words[WEIGHT] = bitcast<u32>((*chain).weight);
    words[PART_WEIGHT] = bitcast<u32>((*chain).part_weight);
    words[ACCEPTANCE] = bitcast<u32>((*chain).acceptance);
    words[FIRST_KINETIC] = bitcast<u32>((*chain).first_kinetic);
    words[FIRST_LOG_DENSITY] = bitcast<u32>((*chain).first_log_density);
    words[SAMPLE_LOG_DENSITY] = bitcast<u32>((*chain).sample_log_density);
    words[SAMPLE_ERROR] = bitcast<u32>((*chain).sample_error);
    words[PROPOSAL_LOG_DENSITY] = bitcast<u32>((*chain).proposal_log_density);
    words[PROPOSAL_ERROR] = bitcast<u32>((*chain).proposal_error);
    for (var i = 0u; i < unknown(SCALARS); i++) {
        scalars[i * params.chains + lane] = words[i];
    }
}

fn keep_draw(chain: ptr<function, Chain>, told: array<f32, STATISTICS>, draw: u32) {
    var statistics = told;
    let lane = (*chain).lane;
    var coordinates: array<f32, COORDINATES>;
    for (var i = 0u; i < dimension(); i++) {
        coordinates[i] = vectors[component(SAMPLE, i, lane)];
    }
    var parameters = constrain(coordinates);
    var columns: array<f32, COLUMNS>;
    for (var i = 0u; i < PARAMETERS; i++) {
        columns[i] = parameters[i];
    }
    for (var i = 0u; i < STATISTICS; i++) {
        columns[PARAMETERS + i] = statistics[i];
    }
    for (var i = 0u; i < unknown(COLUMNS); i++) {
        draws[(draw * COLUMNS + i) * params.chains + lane] = columns[i];
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
    scalars[SAMPLE_LOG_DENSITY * params.chains + lane] = bitcast<u32>(gradient(coordinates, &slope));
    for (var i = 0u; i < dimension(); i++) {
        vectors[component(SAMPLE_GRADIENT, i, lane)] = slope[i];
    }
}

// An acceptance rate of 1 in whole numbers: of rates from one half on nothing is lost.
const ACCEPTANCE_UNITS: f32 = 16777216.0;

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
    var acceptances_low = 0u;
    var acceptances_high = 0u;
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
            // Integers add up to the same sum, however steps are shared out among dispatches.
            let acceptance = u32(clamp(told[1], 0.0, 1.0) * ACCEPTANCE_UNITS);
            acceptances_low += acceptance;
            acceptances_high += select(0u, 1u, acceptances_low < acceptance);
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
    counts[ACCEPTANCES_LOW * params.chains + lane] = acceptances_low;
    counts[ACCEPTANCES_HIGH * params.chains + lane] = acceptances_high;
}
