// One chain per invocation: `start` finds the log density, `run` takes steps and keeps draws.

fn load_chain(lane: u32) -> Chain {
    var chain: Chain;
    for (var i = 0u; i < COORDINATES; i++) {
        let at = i * params.chains + lane;
        chain.coordinates[i] = states[at];
        chain.scales[i] = proposal_scales[at];
        chain.accepted[i] = accepted_counts[at];
    }
    chain.log_density = log_densities[lane];
    return chain;
}

fn store_chain(chain: ptr<function, Chain>, lane: u32) {
    for (var i = 0u; i < COORDINATES; i++) {
        let at = i * params.chains + lane;
        states[at] = (*chain).coordinates[i];
        accepted_counts[at] = (*chain).accepted[i];
    }
    log_densities[lane] = (*chain).log_density;
}

fn keep_draw(chain: ptr<function, Chain>, lane: u32, draw: u32) {
    var parameters = constrain((*chain).coordinates);
    for (var i = 0u; i < PARAMETERS; i++) {
        draws[(draw * PARAMETERS + i) * params.chains + lane] = parameters[i];
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
