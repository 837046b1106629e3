// One chain per invocation: `start` finds the log density, `run` takes steps and keeps draws, `gather` takes steps and
// keeps moments of what would have been draws.

// A number that no driver knows: drivers unroll a loop whose end they know, and what reads and writes memory takes them long to
// compile.
fn unknown(number: u32) -> u32 {
    return number + params.zero;
}

// By arrays of their own, as the chain's stay in registers only where no loop walks through them.
fn load_chain(lane: u32) -> Chain {
    var coordinates: array<f32, COORDINATES>;
    var scales: array<f32, COORDINATES>;
    var accepted: array<u32, COORDINATES>;
    for (var i = 0u; i < unknown(COORDINATES); i++) {
        let at = i * params.chains + lane;
        coordinates[i] = states[at];
        scales[i] = proposal_scales[at];
        accepted[i] = accepted_counts[at];
    }
    return Chain(coordinates, log_densities[lane], scales, accepted, keep(coordinates));
}

fn store_chain(chain: ptr<function, Chain>, lane: u32) {
    var coordinates = (*chain).coordinates;
    var accepted = (*chain).accepted;
    for (var i = 0u; i < unknown(COORDINATES); i++) {
        let at = i * params.chains + lane;
        states[at] = coordinates[i];
        accepted_counts[at] = accepted[i];
    }
    log_densities[lane] = (*chain).log_density;
}

fn keep_draw(chain: ptr<function, Chain>, lane: u32, draw: u32) {
    var values = parameters((*chain).coordinates, (*chain).kept);
    for (var i = 0u; i < unknown(PARAMETERS); i++) {
        draws[(draw * PARAMETERS + i) * params.chains + lane] = values[i];
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
    for (var i = 0u; i < COORDINATES; i++) {
        coordinates[i] = states[i * params.chains + lane];
    }
    log_densities[lane] = log_density(coordinates);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn run(@builtin(global_invocation_id) id: vec3<u32>) {
    let lane = id.x;
    if lane >= params.chains {
        return;
    }
    var chain = load_chain(lane);
    var until_draw = params.until_draw;
    var draw = 0u;
    for (var i = 0u; i < params.steps; i++) {
        sweep(&chain, params.first_chain + lane, params.first_step + i);
        until_draw -= 1u;
        if until_draw == 0u && params.thin > 0u {
            keep_draw(&chain, lane, draw);
            draw += 1u;
            until_draw = params.thin;
        }
    }
    store_chain(&chain, lane);
}

// Where moments are kept, in `draws`, [slot, chain]: the origin, a number for each parameter; then, for each half of the
// draws, sums of deviations from it and sums of their products, all of them compensated.
fn moment_slot(half_number: u32, moment: u32) -> u32 {
    return PARAMETERS + 2u * (half_number * MOMENTS + moment);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn begin_moments(@builtin(global_invocation_id) id: vec3<u32>) {
    let lane = id.x;
    if lane >= params.chains {
        return;
    }
    let chain = load_chain(lane);
    var values = parameters(chain.coordinates, chain.kept);
    for (var i = 0u; i < PARAMETERS; i++) {
        draws[i * params.chains + lane] = values[i];
    }
    for (var i = PARAMETERS; i < moment_slot(2u, 0u); i++) {
        draws[i * params.chains + lane] = 0.0;
    }
}

// With products of all pairs of parameters where there is room for them, else of each with itself.
fn add_moments(moments: ptr<function, array<Accumulator, MOMENTS>>, deviations: ptr<function, array<f32, PARAMETERS>>) {
    var product = PARAMETERS;
    for (var i = 0u; i < PARAMETERS; i++) {
        let deviation = (*deviations)[i];
        (*moments)[i] = accumulate((*moments)[i], deviation);
        var other = select(i, 0u, CROSSED);
        while other <= i {
            (*moments)[product] = accumulate((*moments)[product], deviation * (*deviations)[other]);
            product += 1u;
            other += 1u;
        }
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn gather(@builtin(global_invocation_id) id: vec3<u32>) {
    let lane = id.x;
    if lane >= params.chains {
        return;
    }
    var chain = load_chain(lane);
    var moments: array<Accumulator, MOMENTS>;
    for (var i = 0u; i < MOMENTS; i++) {
        let at = moment_slot(params.half_number, i) * params.chains + lane;
        moments[i] = Accumulator(draws[at], draws[at + params.chains]);
    }
    var until_draw = params.until_draw;
    for (var i = 0u; i < params.steps; i++) {
        sweep(&chain, params.first_chain + lane, params.first_step + i);
        until_draw -= 1u;
        if until_draw == 0u {
            var deviations = parameters(chain.coordinates, chain.kept);
            for (var j = 0u; j < PARAMETERS; j++) {
                deviations[j] -= draws[j * params.chains + lane];
            }
            add_moments(&moments, &deviations);
            until_draw = params.thin;
        }
    }
    for (var i = 0u; i < MOMENTS; i++) {
        let at = moment_slot(params.half_number, i) * params.chains + lane;
        draws[at] = moments[i].sum;
        draws[at + params.chains] = moments[i].rest;
    }
    store_chain(&chain, lane);
}
