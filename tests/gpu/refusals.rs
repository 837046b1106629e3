//! Refusals, each with its reason.

use ridgewalk::backend::gpu::{AdapterChoice, Error, GpuBackend, Restrictions};
use ridgewalk::ir::{Array, Builder, Op, Order, Place, Store};

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
    // 3 proposals of 100 rows each, two blocks of random numbers, 4 parameters and 14 moments of them.
    assert!(matches!(refusal, Err(Error::LoopLimit { limit: 200, needed: 342, .. })), "{refusal:?}");
}

#[test]
fn a_model_without_coordinates_is_refused() {
    let nothing = plain("nothing", 0, Builder::new(0).finish(Vec::new()));
    assert!(matches!(GpuBackend::new(&nothing, &AdapterChoice::Best, 1), Err(Error::NothingToSample)));
}

/// A random walk of 5,000 steps, kept in an array.
#[test]
fn a_model_that_keeps_more_numbers_than_a_shader_may_is_refused_with_both_numbers() {
    let mut b = Builder::new(1);
    let walk = b.array(5001);
    let start = b.push(Op::Coordinate(0));
    b.store(Store { array: walk, at: Place::Fixed(0), value: start });
    let row = b.open_ordered_loop(5000, Order::Forward);
    let at = |offset| Place::Strided { row, stride: 1, offset };
    let previous = b.push(Op::Load { array: Array::Stored(walk), at: at(0) });
    let next = b.scale(0.5, previous);
    b.store(Store { array: walk, at: at(1), value: next });
    let sum = b.close_loop(&[next])[0];
    let refusal = GpuBackend::new(&plain("walk", 1, b.finish(vec![sum])), &AdapterChoice::Best, 1);
    assert!(matches!(refusal, Err(Error::ShaderMemory { numbers: 5001, limit: 4096 })), "{refusal:?}");
}
