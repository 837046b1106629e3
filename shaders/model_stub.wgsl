// Stands in for the generated model, so that the hand-written files are valid by themselves: independent standard
// normals.

fn log_density(coordinates: array<f32, COORDINATES>) -> f32 {
    var point = coordinates;
    var sum: Accumulator;
    for (var i = 0u; i < COORDINATES; i++) {
        sum = accumulate(sum, -0.5 * (point[i] * point[i]));
    }
    return total(sum);
}

fn constrain(coordinates: array<f32, COORDINATES>) -> array<f32, PARAMETERS> {
    var point = coordinates;
    var parameters: array<f32, PARAMETERS>;
    for (var i = 0u; i < PARAMETERS; i++) {
        parameters[i] = point[i];
    }
    return parameters;
}

fn gradient(coordinates: array<f32, COORDINATES>, components: ptr<function, array<f32, COORDINATES>>) -> f32 {
    var point = coordinates;
    for (var i = 0u; i < COORDINATES; i++) {
        (*components)[i] = -point[i];
    }
    return log_density(coordinates);
}

// Nothing is kept.
const KEPT: u32 = 1u;

fn keep(coordinates: array<f32, COORDINATES>) -> array<f32, KEPT> {
    return array<f32, KEPT>();
}

fn moved(coordinate: u32, coordinates: array<f32, COORDINATES>, kept: ptr<function, array<f32, KEPT>>) -> f32 {
    return log_density(coordinates);
}

fn parameters(coordinates: array<f32, COORDINATES>, kept: array<f32, KEPT>) -> array<f32, PARAMETERS> {
    return constrain(coordinates);
}
