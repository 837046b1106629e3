//! Claims about the tables and how calls fit them.

use super::notation::{families, functions};
use super::*;
use crate::lang::typed::Callee;
use crate::lang::types::Type;
use crate::lang::vocabulary::{OTHER_FAMILIES, OTHER_FUNCTIONS};
use std::collections::BTreeSet;

/// What the best overload gives, by the types as Stan writes them.
fn given(name: &str, types: &[Type]) -> Option<Type> {
    let (_, overloads) = SIGNATURES.function(name)?;
    let fits = overloads.iter().filter_map(|overload| overload.given(types));
    fits.min_by_key(|given| given.promotions).map(|given| given.of)
}

const INTS: Type = Type::INT.array_of(1);
const REALS: Type = Type::REAL.array_of(1);

#[test]
fn no_supported_name_is_also_refused() {
    for name in SIGNATURES.function_names() {
        assert!(!OTHER_FUNCTIONS.contains(name), "{name}");
    }
    for family in SIGNATURES.families() {
        assert!(!OTHER_FAMILIES.contains(family.name), "{}", family.name);
    }
}

#[test]
fn no_family_stands_twice() {
    let mut seen = BTreeSet::new();
    assert!(families(FAMILIES).iter().all(|family| seen.insert(family.name)));
}

#[test]
fn no_overload_is_hidden_by_an_earlier_one() {
    // Every call of a row must be answered by that row, or a row that gives the same type.
    for (name, overload) in functions(FUNCTIONS) {
        let exact = every_overload().into_iter().filter(|call| call.callee == Callee::Builtin(name));
        for call in exact.filter(|call| overload.given(&call.arguments).is_some_and(|given| given.promotions == 0)) {
            assert_eq!(overload.given(&call.arguments).map(|given| given.of), given(name, &call.arguments), "{name}");
        }
    }
}

#[test]
fn elementwise_functions_keep_the_shape_and_broadcast_scalars() {
    for (name, types, outcome) in [
        ("exp", vec![Type::INT], Some(Type::REAL)),
        ("exp", vec![Type::MATRIX.array_of(2)], Some(Type::MATRIX.array_of(2))),
        ("exp", vec![INTS], Some(REALS)),
        ("abs", vec![INTS], Some(INTS)),
        ("abs", vec![Type::VECTOR], Some(Type::VECTOR)),
        ("fmax", vec![Type::VECTOR, Type::INT], Some(Type::VECTOR)),
        ("fmax", vec![Type::VECTOR, Type::ROW_VECTOR], None),
        ("fmax", vec![REALS, INTS], Some(REALS)),
        ("choose", vec![Type::INT, INTS], Some(INTS)),
        ("lmgamma", vec![INTS, Type::VECTOR], Some(Type::VECTOR)),
        ("lmgamma", vec![INTS, Type::MATRIX], None),
        ("lmgamma", vec![INTS, Type::REAL], Some(REALS)),
        ("lmgamma", vec![Type::REAL, Type::REAL], None),
    ] {
        assert_eq!(given(name, &types), outcome, "{name} {types:?}");
    }
}

#[test]
fn the_narrowest_overload_wins() {
    for (name, types, outcome) in [
        ("max", vec![INTS], Type::INT),
        ("max", vec![REALS], Type::REAL),
        ("sum", vec![INTS], Type::INT),
        ("log_sum_exp", vec![Type::VECTOR], Type::REAL),
        ("log_sum_exp", vec![Type::VECTOR, Type::REAL], Type::VECTOR),
        ("append_row", vec![Type::VECTOR, Type::VECTOR], Type::VECTOR),
        ("append_row", vec![Type::ROW_VECTOR, Type::ROW_VECTOR], Type::MATRIX),
        ("append_array", vec![INTS, REALS], REALS),
        ("rep_array", vec![Type::VECTOR.array_of(1), Type::INT, Type::INT], Type::VECTOR.array_of(3)),
        ("head", vec![Type::MATRIX.array_of(1), Type::INT], Type::MATRIX.array_of(1)),
        ("to_array_1d", vec![Type::INT.array_of(3)], INTS),
        ("sort_asc", vec![INTS], INTS),
        ("size", vec![Type::INT], Type::INT),
    ] {
        assert_eq!(given(name, &types), Some(outcome), "{name} {types:?}");
    }
}

#[test]
fn generators_give_arrays_when_an_argument_holds_several() {
    let drawn = |name: &str, types: &[Type]| {
        let family = SIGNATURES.family(name).expect("a family");
        family.generator.as_ref().and_then(|generator| generator.given(types)).map(|given| given.of)
    };
    assert_eq!(drawn("normal", &[Type::REAL, Type::INT]), Some(Type::REAL));
    assert_eq!(drawn("normal", &[Type::VECTOR, Type::REAL]), Some(REALS));
    assert_eq!(drawn("binomial", &[INTS, Type::REAL]), Some(INTS));
    assert_eq!(drawn("multi_normal", &[Type::VECTOR, Type::MATRIX]), Some(Type::VECTOR));
    assert_eq!(drawn("multi_normal", &[Type::VECTOR.array_of(1), Type::MATRIX]), Some(Type::VECTOR.array_of(1)));
    assert_eq!(drawn("categorical", &[Type::VECTOR]), Some(Type::INT));
    assert_eq!(drawn("multinomial", &[Type::VECTOR, Type::INT]), Some(INTS));
}

#[test]
fn a_density_names_its_family() {
    let name = |family, density, discrete| Some(DensityName { family, density, discrete });
    assert_eq!(density_name("normal_lpdf"), name("normal", Density::Lpdf, Some(false)));
    assert_eq!(density_name("poisson_log_lupmf"), name("poisson_log", Density::Lupdf, Some(true)));
    assert_eq!(density_name("normal_lccdf"), name("normal", Density::Lccdf, None));
    assert_eq!(density_name("_rng"), None);
    assert_eq!(density_name("binomial_coefficient_log"), None);
}

#[test]
fn every_function_and_family_is_in_the_list_of_calls() {
    let calls = every_overload();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for call in &calls {
        match call.callee {
            Callee::Builtin(name) | Callee::Family { family: name, .. } => names.insert(name),
            Callee::User(_) | Callee::Reduce(_) => panic!("the library calls no user"),
        };
    }
    assert!(SIGNATURES.function_names().all(|name| names.contains(name)));
    assert!(SIGNATURES.families().all(|family| names.contains(family.name)));
    // Four arguments of four shapes.
    let student = Callee::Family { family: "student_t", density: Density::Lpdf };
    assert_eq!(calls.iter().filter(|call| call.callee == student).count(), 256);
}
