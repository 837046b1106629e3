//! Distribution functions of known numbers, against values from mpmath 1.4 with 60 digits (`gammainc` and `betainc`,
//! regularised).

use std::f64::consts::LN_2;

use crate::model::dist;

type Tails = fn(&[f64]) -> [f64; 2];

fn tails(family: &str) -> Tails {
    match family {
        "beta" => |x| dist::beta::log_tails(x[0], x[1], x[2]),
        "beta_proportion" => |x| dist::beta_proportion::log_tails(x[0], x[1], x[2]),
        "chi_square" => |x| dist::chi_square::log_tails(x[0], x[1]),
        "gamma" => |x| dist::gamma::log_tails(x[0], x[1], x[2]),
        "inv_chi_square" => |x| dist::inv_chi_square::log_tails(x[0], x[1]),
        "inv_gamma" => |x| dist::inv_gamma::log_tails(x[0], x[1], x[2]),
        "neg_binomial" => |x| dist::neg_binomial::log_tails(x[0], x[1], x[2]),
        "neg_binomial_2" => |x| dist::neg_binomial_2::log_tails(x[0], x[1], x[2]),
        "scaled_inv_chi_square" => |x| dist::scaled_inv_chi_square::log_tails(x[0], x[1], x[2]),
        "student_t" => |x| dist::student_t::log_tails(x[0], x[1], x[2], x[3]),
        _ => panic!("no tails of {family}"),
    }
}

/// Family, outcome and parameters, and the logarithms of the probabilities at or below the outcome and above it.
const REFERENCE: &[(&str, &[f64], f64, f64)] = &[
    ("student_t", &[-30.0, 3.0, 0.5, 2.0], -8.091_401_422_148_557, -0.000_306_207_273_047_332_2),
    ("student_t", &[-0.5, 3.0, 0.5, 2.0], -1.121_704_935_931_867_6, -0.394_115_730_274_924),
    ("student_t", &[0.25, 3.0, 0.5, 2.0], -0.789_185_264_715_533_3, -0.605_529_621_091_745_5),
    ("student_t", &[4.0, 3.0, 0.5, 2.0], -0.093_445_903_002_765_08, -2.416_731_726_579_234),
    ("student_t", &[0.0, 3.0, 0.0, 2.5], -LN_2, -LN_2),
    ("student_t", &[2.0, 0.75, 0.0, 1.0], -0.194_889_148_085_800_3, -1.731_186_853_895_287),
    ("gamma", &[0.1, 2.5, 1.5], -6.050_402_253_291_765, -0.002_359_695_632_639_897_3),
    ("gamma", &[2.0, 2.5, 1.5], -0.365_598_812_637_919, -1.183_455_013_169_167_2),
    ("gamma", &[12.0, 2.5, 1.5], -9.498_113_509_331_663e-07, -13.867_002_924_941_765),
    ("inv_gamma", &[0.2, 2.5, 1.5], -4.569_577_400_062_937, -0.010_416_400_741_811_532),
    ("inv_gamma", &[1.0, 2.5, 1.5], -0.356_695_178_602_555_34, -1.203_925_591_702_561),
    ("inv_gamma", &[9.0, 2.5, 1.5], -0.003_035_840_246_458_055, -5.798_784_576_686_62),
    ("chi_square", &[3.0, 4.5], -1.001_765_431_403_127_2, -0.457_649_138_362_055),
    ("inv_chi_square", &[0.3, 4.5], -0.546_172_279_750_746_7, -0.865_508_374_449_170_8),
    ("scaled_inv_chi_square", &[0.9, 4.5, 1.2], -1.810_515_062_308_326, -0.178_612_284_373_800_94),
    ("beta", &[0.3, 2.0, 3.0], -1.054_691_101_610_181_6, -0.428_170_945_643_802_3),
    ("beta_proportion", &[0.3, 0.25, 8.0], -0.399_608_093_951_772_05, -1.110_430_246_451_236),
    ("neg_binomial", &[0.0, 2.5, 0.5], -2.746_530_721_670_274, -0.066_300_103_717_438_12),
    ("neg_binomial", &[7.0, 2.5, 0.5], -0.244_102_997_625_854_33, -1.529_734_990_414_970_9),
    ("neg_binomial_2", &[5.0, 4.5, 3.0], -0.378_912_606_671_640_3, -1.153_930_852_541_071_4),
];

#[test]
fn tails_of_known_numbers_agree_with_the_reference() {
    for (family, arguments, below, above) in REFERENCE {
        let found = tails(family)(arguments);
        for (found, expected) in found.into_iter().zip([below, above]) {
            assert!(super::is_close(found, *expected, 1.0), "{family}{arguments:?}: {found} for {expected}");
        }
    }
}

#[test]
fn outside_of_the_support_one_tail_is_all() {
    let (none, all) = (f64::NEG_INFINITY, 0.0);
    for (family, arguments, expected) in [
        ("gamma", vec![-1.0, 2.0, 3.0], [none, all]),
        ("inv_gamma", vec![-1.0, 2.0, 3.0], [none, all]),
        ("inv_gamma", vec![f64::INFINITY, 2.0, 3.0], [all, none]),
        ("beta", vec![-0.5, 2.0, 3.0], [none, all]),
        ("beta", vec![1.5, 2.0, 3.0], [all, none]),
        ("neg_binomial_2", vec![-1.0, 2.0, 3.0], [none, all]),
        ("student_t", vec![f64::NEG_INFINITY, 3.0, 0.0, 1.0], [none, all]),
        ("student_t", vec![f64::INFINITY, 3.0, 0.0, 1.0], [all, none]),
    ] {
        assert_eq!(tails(family)(&arguments), expected, "{family}{arguments:?}");
    }
}

#[test]
fn parameters_out_of_their_range_have_no_tails() {
    for (family, arguments) in [
        ("student_t", vec![0.5, -1.0, 0.0, 1.0]),
        ("student_t", vec![0.5, 3.0, 0.0, -1.0]),
        ("gamma", vec![0.5, -1.0, 1.0]),
        ("gamma", vec![0.5, 1.0, -1.0]),
        ("inv_gamma", vec![0.5, 1.0, -1.0]),
        ("beta", vec![0.5, -1.0, 1.0]),
        ("beta_proportion", vec![0.5, 1.5, 1.0]),
        ("neg_binomial", vec![1.0, 1.0, -1.0]),
        ("neg_binomial_2", vec![1.0, -1.0, 1.0]),
        ("chi_square", vec![f64::NAN, 3.0]),
    ] {
        assert!(tails(family)(&arguments).iter().all(|tail| tail.is_nan()), "{family}{arguments:?}");
    }
}
