//! Posteriors of models whose constraints of transformed parameters, or whose functions' requirements, cut the density off.

use super::models::{backends, model, rows, sample, settings, with_data};
use ridgewalk::model::Model;

/// What a parameter's mean and standard deviation are.
type Moments = (&'static str, f64, f64);

/// Each moment fails a correct build with probability 6e-5 (4 Monte Carlo standard errors); the seed is fixed.
fn check(model: &Model, moments: &[Moments], inside: impl Fn(&str, f64) -> bool) {
    for (what, backend) in backends() {
        let outcome = sample(model, backend(model, 5).as_mut(), &settings(4, 500, 2000, 5));
        for row in rows(&outcome, 4) {
            let Some((_, mean, sd)) = moments.iter().find(|(name, ..)| *name == row.parameter) else { continue };
            assert!(row.ess_bulk > 100.0, "{what}: {} effective draws of {}", row.ess_bulk, row.parameter);
            for (kind, found, error, right) in
                [("mean", row.mean, row.mcse_mean, mean), ("sd", row.sd, row.mcse_sd, sd)]
            {
                let z = (found - right) / error;
                assert!(z.abs() < 4.0, "{what}: {kind} of {} is {found}, not {right} ({z:.1} errors)", row.parameter);
            }
        }
        for (index, name) in model.parameters.iter().enumerate() {
            let outside = outcome.draws.view(index).iterate().find(|&x| !inside(name, x));
            assert_eq!(outside, None, "{what}: a draw of {name} breaks its constraint");
        }
    }
}

/// `w = a - b` is N(0, 2) cut at 0: mean `2 / sqrt(pi)`, variance `2 (1 - 2 / pi)`; `a` has variance `1 - 1 / pi`. After
/// stan-dev/stan#2521.
#[test]
fn a_bound_of_a_transformed_parameter_cuts_the_posterior() {
    let model = model(
        "parameters { real a; real b; } transformed parameters { real<lower=0> w = a - b; }
         model { a ~ std_normal(); b ~ std_normal(); }",
    );
    let sd = 0.825_645_2;
    let moments =
        [("a", 0.564_189_6, sd), ("b", -0.564_189_6, sd), ("w", std::f64::consts::FRAC_2_SQRT_PI, 0.852_502_6)];
    check(&model, &moments, |name, x| name != "w" || x >= 0.0);
}

/// Of two normal variates the smaller has the mean `-1 / sqrt(pi)` and the variance `1 - 1 / pi`; a correlation is a normal
/// variate between -1 and 1.
#[test]
fn structures_of_transformed_parameters_cut_the_posterior() {
    let model = model(
        "parameters { vector[2] v; real r; }
         transformed parameters { ordered[2] o = v; corr_matrix[2] R = [[1, r], [r, 1]]; }
         model { v ~ std_normal(); r ~ std_normal(); }",
    );
    let moments = [("o[1]", -0.564_189_6, 0.825_645_2), ("o[2]", 0.564_189_6, 0.825_645_2), ("r", 0.0, 0.539_560_1)];
    check(&model, &moments, |name, x| !name.starts_with('R') || (-1.0..=1.0).contains(&x));
}

/// Normal variates between -1 and 2, eight of them, held as rows.
#[test]
fn bounds_of_all_elements_cut_the_posterior() {
    let model = model(
        "parameters { vector[8] u; }
         transformed parameters { vector<lower=-1, upper=2>[8] t = u; }
         model { u ~ std_normal(); }",
    );
    let moments = ["t[1]", "t[4]", "t[8]"].map(|name| (name, 0.229_637_2, 0.720_945_6));
    check(&model, &moments, |name, x| !name.starts_with('t') || (-1.0..=2.0).contains(&x));
}

/// Cutpoints that no outcome touches must be in order all the same. Moments by quadrature of
/// `normal(c1) normal(c2) inv_logit(c1)^2 inv_logit(-c2)^2` over `c1 < c2`. After rmcelreath/rethinking#315.
#[test]
fn cutpoints_that_no_outcome_touches_are_in_order() {
    let model = with_data(
        "data { int N; array[N] int<lower=1, upper=3> y; }
         parameters { vector[2] c; }
         model { c ~ normal(0, 1); y ~ ordered_logistic(0, c); }",
        r#"{"N": 4, "y": [1, 3, 1, 3]}"#,
    );
    check(&model, &[("c[1]", -0.289_090_0, 0.638_136_6), ("c[2]", 0.289_090_0, 0.638_136_6)], |_, _| true);
}
