//! Refusals, each with its reason.

use ridgewalk::backend::gpu::{AdapterChoice, Error, GpuBackend, Restrictions};
use ridgewalk::ir::Builder;

use crate::models::{gpu, observations, plain, seed_model};

#[test]
fn an_unknown_adapter_is_refused_with_the_list_of_those_there_are() {
    let model = seed_model(&observations());
    let Some(backend) = gpu(&model, 1, Restrictions::default()) else { return };
    let choice = AdapterChoice::Named("no such adapter".into());
    let Err(Error::UnknownAdapter { name, available }) = GpuBackend::new(&model, &choice, 1) else {
        panic!("there is no such adapter")
    };
    assert_eq!(name, "no such adapter");
    assert!(available.contains(&backend.adapter().name));
}

#[test]
fn a_model_whose_step_exceeds_the_loop_limit_is_refused_with_both_numbers() {
    let model = seed_model(&observations());
    if gpu(&model, 1, Restrictions::default()).is_none() {
        return;
    }
    let tight = Restrictions { loop_limit: Some(200), ..Restrictions::default() };
    let refusal = GpuBackend::restricted(&model, &AdapterChoice::Best, 1, tight);
    // 3 proposals of 100 rows each, two blocks of random numbers, 4 parameters.
    assert!(matches!(refusal, Err(Error::LoopLimit { limit: 200, needed: 328, .. })), "{refusal:?}");
}

#[test]
fn a_model_without_coordinates_is_refused() {
    let nothing = plain("nothing", 0, Builder::new(0).finish(Vec::new()));
    assert!(matches!(GpuBackend::new(&nothing, &AdapterChoice::Best, 1), Err(Error::NothingToSample)));
}
