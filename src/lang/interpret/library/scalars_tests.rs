//! Functions of numbers against a reference, in all forms an argument can have.

use super::super::trial::Given::{Data, Either};
use super::super::trial::{call, close, scalar, vector, with_parameters};
use super::function;
use crate::lang::bind::BindError;
use crate::lang::interpret::value::{ROWS, Value};

/// Name, arguments, value: each function as Stan's Functions Reference (2.36) defines it, evaluated by mpmath 1.4.1 at
/// 50 digits for the very doubles, and rounded once.
#[rustfmt::skip] // A line a value.
#[expect(clippy::approx_constant, reason = "values of functions happen to be constants")]
const REFERENCE: &[(&str, &[f64], f64)] = &[
    ("Phi", &[-5.0], 2.866515718791939e-07),
    ("Phi", &[-0.3], 0.3820885778110474),
    ("Phi", &[0.0], 0.5),
    ("Phi", &[1.7], 0.955434537241457),
    ("Phi_approx", &[-2.0], 0.02276106013407862),
    ("Phi_approx", &[0.3], 0.6180276845206141),
    ("abs", &[-2.5], 2.5),
    ("abs", &[3.0], 3.0),
    ("acos", &[-0.9], 2.6905658417935308),
    ("acos", &[0.2], 1.369438406004566),
    ("acos", &[0.999], 0.044725087168733454),
    ("acosh", &[1.0001], 0.014142017775251545),
    ("acosh", &[1.5], 0.9624236501192069),
    ("acosh", &[40.0], 4.381870348040067),
    ("asin", &[-0.7], -0.775397496610753),
    ("asin", &[1e-09], 1e-09),
    ("asin", &[0.999], 1.526071239626163),
    ("asinh", &[-3.0], -1.8184464592320668),
    ("asinh", &[-1e-09], -1e-09),
    ("asinh", &[0.25], 0.24746646154726346),
    ("asinh", &[1000000.0], 14.50865773852447),
    ("atan", &[-2.0], -1.1071487177940904),
    ("atan", &[0.5], 0.4636476090008061),
    ("atanh", &[-0.9], -1.4722194895832204),
    ("atanh", &[1e-09], 1e-09),
    ("atanh", &[0.4], 0.42364893019360184),
    ("cbrt", &[-27.0], -3.0),
    ("cbrt", &[0.3], 0.6694329500821695),
    ("ceil", &[-1.5], -1.0),
    ("ceil", &[1.5], 2.0),
    ("ceil", &[2.0], 2.0),
    ("cos", &[2.0], -0.4161468365471424),
    ("cosh", &[-2.0], 3.7621956910836314),
    ("cosh", &[0.5], 1.1276259652063807),
    ("digamma", &[0.3], -3.502524222200133),
    ("digamma", &[7.5], 1.9467574842460869),
    ("erf", &[-1.3], -0.9340079449406524),
    ("erf", &[-1e-09], -1.1283791670955127e-09),
    ("erf", &[0.3], 0.3286267594591274),
    ("erf", &[0.5], 0.5204998778130465),
    ("erf", &[2.5], 0.999593047982555),
    ("erfc", &[-1.0], 1.8427007929497148),
    ("erfc", &[0.2], 0.7772974107895215),
    ("erfc", &[6.0], 2.1519736712498913e-17),
    ("exp", &[1.5], 4.4816890703380645),
    ("exp2", &[-1.5], 0.3535533905932738),
    ("exp2", &[3.25], 9.513656920021768),
    ("expm1", &[1e-09], 1.0000000005000001e-09),
    ("expm1", &[2.0], 6.38905609893065),
    ("fabs", &[-1.25], 1.25),
    ("floor", &[-1.5], -2.0),
    ("floor", &[1.5], 1.0),
    ("int_step", &[-1.0], 0.0),
    ("int_step", &[0.0], 0.0),
    ("int_step", &[1e-300], 1.0),
    ("inv", &[4.0], 0.25),
    ("inv_cloglog", &[-20.0], 2.061153620314381e-09),
    ("inv_cloglog", &[0.5], 0.807704354452035),
    ("inv_logit", &[-30.0], 9.357622968839299e-14),
    ("inv_logit", &[0.5], 0.6224593312018546),
    ("inv_Phi", &[0.001], -3.0902323061678136),
    ("inv_Phi", &[0.75], 0.6744897501960817),
    ("inv_sqrt", &[3.0], 0.5773502691896257),
    ("inv_square", &[3.0], 0.1111111111111111),
    ("lgamma", &[0.3], 1.0957979948180756),
    ("lgamma", &[2.5], 0.2846828704729192),
    ("lgamma", &[150.0], 600.0094705553274),
    ("log", &[3.0], 1.0986122886681098),
    ("log10", &[1000.0], 3.0),
    ("log10", &[0.3], -0.5228787452803376),
    ("log1m", &[1e-09], -1.0000000005000001e-09),
    ("log1m", &[0.75], -1.3862943611198906),
    ("log1m_exp", &[-1e-09], -20.723265837446412),
    ("log1m_exp", &[-3.0], -0.05106918094270159),
    ("log1m_inv_logit", &[-30.0], -9.357622968839737e-14),
    ("log1m_inv_logit", &[2.0], -2.1269280110429727),
    ("log1m_inv_logit", &[40.0], -40.0),
    ("log1p", &[1e-09], 9.999999995e-10),
    ("log1p", &[2.0], 1.0986122886681098),
    ("log1p_exp", &[-30.0], 9.357622968839737e-14),
    ("log1p_exp", &[2.0], 2.1269280110429727),
    ("log2", &[8.0], 3.0),
    ("log2", &[0.3], -1.7369655941662063),
    ("log_inv_logit", &[-30.0], -30.000000000000092),
    ("log_inv_logit", &[2.0], -0.1269280110429725),
    ("log_inv_logit", &[40.0], -4.248354255291589e-18),
    ("logit", &[1e-09], -20.72326583594641),
    ("logit", &[0.3], -0.8472978603872037),
    ("logit", &[0.75], 1.0986122886681098),
    ("round", &[-2.5], -3.0),
    ("round", &[-0.4], 0.0),
    ("round", &[0.5], 1.0),
    ("round", &[1.49999], 1.0),
    ("sin", &[2.0], 0.9092974268256817),
    ("sinh", &[-2.0], -3.6268604078470186),
    ("sinh", &[1e-09], 1e-09),
    ("sinh", &[0.5], 0.5210953054937474),
    ("sqrt", &[2.0], 1.4142135623730951),
    ("square", &[-3.0], 9.0),
    ("step", &[-1.0], 0.0),
    ("step", &[0.0], 1.0),
    ("step", &[1.0], 1.0),
    ("tan", &[-1.2], -2.5721516221263188),
    ("tan", &[0.3], 0.30933624960962325),
    ("tanh", &[0.7], 0.6043677771171635),
    ("tgamma", &[-2.5], -0.9453087204829419),
    ("tgamma", &[-1.5], 2.363271801207355),
    ("tgamma", &[0.3], 2.991568987687591),
    ("tgamma", &[5.0], 24.0),
    ("tgamma", &[20.5], 5.406242982335075e+17),
    ("trigamma", &[0.3], 12.245364546107732),
    ("trigamma", &[7.5], 0.1426158966967038),
    ("trunc", &[-1.5], -1.0),
    ("trunc", &[1.5], 1.0),
    ("atan2", &[1.0, -2.0], 2.677945044588987),
    ("atan2", &[-0.5, 0.3], -1.0303768265243125),
    ("beta", &[0.5, 2.5], 1.1780972450961724),
    ("beta", &[3.0, 40.0], 2.9036004645760743e-05),
    ("binomial_coefficient_log", &[10.0, 3.0], 4.787491742782046),
    ("binomial_coefficient_log", &[5.0, 0.0], 0.0),
    ("fdim", &[3.0, 1.0], 2.0),
    ("fdim", &[1.0, 3.0], 0.0),
    ("fmax", &[1.0, 2.0], 2.0),
    ("fmax", &[2.0, -1.0], 2.0),
    ("fmin", &[1.0, 2.0], 1.0),
    ("fmin", &[2.0, -1.0], -1.0),
    ("fmod", &[5.5, 2.0], 1.5),
    ("fmod", &[-5.5, 2.0], -1.5),
    ("hypot", &[3.0, 4.0], 5.0),
    ("hypot", &[0.1, -7.0], 7.000714249274855),
    ("lbeta", &[0.5, 2.5], 0.16390063283767395),
    ("lbeta", &[1000000.0, 2.0], -27.631022115928047),
    ("lchoose", &[10.0, 3.0], 4.787491742782046),
    ("lchoose", &[1000000.0, 2.0], 26.9378729353681),
    ("lchoose", &[7.5, 2.25], 3.393861339202043),
    ("lmultiply", &[2.0, 3.0], 2.1972245773362196),
    ("lmultiply", &[0.0, 0.0], 0.0),
    ("lmultiply", &[0.0, 2.0], 0.0),
    ("multiply_log", &[2.0, 3.0], 2.1972245773362196),
    ("log_diff_exp", &[2.0, 1.0], 1.5413248546129181),
    ("log_diff_exp", &[-1000.0, -1001.5], -1000.2524824589254),
    ("log_inv_logit_diff", &[1.5, -0.5], -0.820_903_720_031_718_2),
    ("log_inv_logit_diff", &[-700.0, -710.0], -700.000_045_400_960_4),
    ("log_inv_logit_diff", &[30.0, -800.0], -9.357_622_968_839_737e-14),
    ("log_falling_factorial", &[5.5, 2.0], 3.2088254890146994),
    ("log_falling_factorial", &[1000000.0, 3.0], 41.44652867389032),
    ("log_rising_factorial", &[5.5, 2.0], 3.5765502691400166),
    ("log_rising_factorial", &[1000000.0, 3.0], 41.44653467389032),
    ("log_rising_factorial", &[0.25, 40.0], 106.26360901290656),
    ("log_sum_exp", &[-1000.0, -1001.0], -999.6867383124818),
    ("log_sum_exp", &[2.0, 30.0], 30.000000000000693),
    ("max", &[3.0, 7.0], 7.0),
    ("min", &[3.0, 7.0], 3.0),
    ("pow", &[2.0, 0.5], 1.4142135623730951),
    ("pow", &[3.0, -0.5], 0.5773502691896257),
    ("pow", &[-2.0, 3.0], -8.0),
    ("pow", &[1.7, 7.0], 41.03386729999999),
    ("pow", &[1.7, -4.0], 0.11973036721303626),
    ("pow", &[2.5, 3.3], 20.568471942722457),
    ("pow", &[0.0, 0.0], 1.0),
    ("pow", &[0.3, 21.0], 1.0460353202999992e-11),
    ("fma", &[2.0, 3.0, 4.0], 10.0),
    ("log_mix", &[0.3, -1000.0, -1001.0], -1000.5842647781564),
    ("log_mix", &[0.9, 2.0, 1.0], 1.9347016640011663),
];

/// A formula here has at most 25 operations, each within 4 units in the last place where it counts.
const TOLERANCE: f64 = 100.0 * f64::EPSILON;

#[test]
fn data_give_the_reference() {
    for &(name, arguments, expected) in REFERENCE {
        let arguments: Vec<Value> = arguments.iter().map(|&x| scalar(x)).collect();
        let value = call(name, &arguments).expect("the call is one");
        close(name, value.as_known().expect("data give data"), &[expected], TOLERANCE);
    }
}

#[test]
fn parameters_give_the_reference_one_by_one_and_as_rows() {
    for &(name, arguments, expected) in REFERENCE {
        let scalars: Vec<_> = arguments.iter().map(|&x| Either(scalar(x))).collect();
        let (_, found) = with_parameters(name, &scalars, false);
        close(name, &found, &[expected], TOLERANCE);
        let vectors: Vec<_> = arguments.iter().map(|&x| Either(vector(&[x; ROWS]))).collect();
        for as_rows in [false, true] {
            let (_, found) = with_parameters(name, &vectors, as_rows);
            close(name, &found, &[expected; ROWS], TOLERANCE);
        }
    }
}

#[test]
fn a_parameter_meets_data() {
    for &(name, arguments, expected) in REFERENCE.iter().filter(|(_, arguments, _)| arguments.len() == 2) {
        for parameter in 0..2 {
            let mixed: Vec<_> = arguments
                .iter()
                .enumerate()
                .map(|(index, &x)| if index == parameter { Either(scalar(x)) } else { Data(scalar(x)) })
                .collect();
            let (_, found) = with_parameters(name, &mixed, false);
            close(name, &found, &[expected], TOLERANCE);
        }
    }
}

#[test]
fn every_name_is_tested() {
    let tested = |name: &str, arguments: usize| {
        REFERENCE.iter().any(|(other, values, _)| *other == name && values.len() == arguments)
    };
    let source = include_str!("scalars.rs");
    let sections = ["fn of_one", "fn of_two", "fn of_three"].map(|head| source.find(head).expect("a table of names"));
    for (index, &start) in sections.iter().enumerate() {
        let end = sections.get(index + 1).copied().unwrap_or(source.len());
        let arms = source[start..end].lines().filter_map(|line| line.split_once(" => |g, x|"));
        for name in arms.flat_map(|(names, _)| names.split('|')).map(|name| name.trim().trim_matches('"')) {
            let special = ["is_inf", "is_nan"].contains(&name);
            assert!(special || tested(name, index + 1), "{name} of {} is not among the reference values", index + 1);
            assert!(function(name, index + 1).is_some(), "{name}");
        }
    }
}

#[test]
fn infinities_and_what_is_not_a_number_are_told_apart() {
    let truths = [("is_nan", [0.0, 0.0, 1.0]), ("is_inf", [0.0, 1.0, 0.0]), ("int_step", [1.0, 1.0, 0.0])];
    for (name, expected) in truths {
        for (x, expected) in [2.0, f64::INFINITY, f64::NAN].into_iter().zip(expected) {
            let value = call(name, &[scalar(x)]).expect("the call is one");
            assert_eq!(value.as_known(), Some(&[expected][..]), "{name}({x})");
            let (_, found) = with_parameters(name, &[Either(scalar(x))], false);
            assert_eq!(found, [expected], "{name}({x}) of a parameter");
        }
    }
}

#[test]
fn of_a_number_and_a_nan_the_number_is_the_extreme() {
    for name in ["fmin", "fmax"] {
        for pair in [[2.0, f64::NAN], [f64::NAN, 2.0]] {
            let (_, found) = with_parameters(name, &pair.map(|x| Either(scalar(x))), false);
            assert_eq!(found, [2.0], "{name}{pair:?}");
        }
    }
}

#[test]
fn outside_of_their_domains_functions_are_not_numbers() {
    let outside: [(&str, &[f64]); 7] = [
        ("log", &[-1.0]),
        ("sqrt", &[-1.0]),
        ("asin", &[1.5]),
        ("logit", &[1.5]),
        ("tgamma", &[-1.0]),
        ("log_diff_exp", &[1.0, 2.0]),
        ("pow", &[-2.0, 0.3]),
    ];
    for (name, arguments) in outside {
        let arguments: Vec<Value> = arguments.iter().map(|&x| scalar(x)).collect();
        let value = call(name, &arguments).expect("the call is one");
        assert!(value.as_known().is_some_and(|values| values[0].is_nan()), "{name}");
    }
    // Stan throws here.
    for x in [0.5, -3.0] {
        assert!(matches!(call("acosh", &[scalar(x)]), Err(BindError::Requirement { .. })), "{x}");
    }
}

#[test]
fn nothing_subtracted_from_nothing_is_nothing() {
    let nothing = f64::NEG_INFINITY;
    for (arguments, expected) in [([nothing, nothing], nothing), ([3.0, nothing], 3.0), ([2.0, 2.0], nothing)] {
        let (_, found) = with_parameters("log_diff_exp", &arguments.map(|x| Either(scalar(x))), false);
        assert_eq!(found, [expected], "log_diff_exp{arguments:?}");
    }
}

#[test]
fn small_whole_numbers_have_exact_factorials() {
    let mut factorial = 1.0;
    for n in 1..=18 {
        let value = call("tgamma", &[scalar(f64::from(n) + 1.0)]).expect("the call is one");
        factorial *= f64::from(n);
        assert_eq!(value.as_known(), Some(&[factorial][..]), "{n}!");
    }
}

#[test]
fn constants_take_no_argument() {
    for (name, expected) in [("pi", std::f64::consts::PI), ("e", std::f64::consts::E), ("log10", 10.0_f64.ln())] {
        let value = call(name, &[]).expect("a constant is a call");
        assert_eq!(value.as_known(), Some(&[expected][..]), "{name}");
    }
    assert!(call("not_a_number", &[]).is_ok_and(|value| value.scalar().known().is_some_and(f64::is_nan)));
    assert!(call("nothing_of_that_name", &[]).is_err());
}
