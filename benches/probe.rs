//! probe
use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::*;
use ridgewalk::lang::source::Source;
use ridgewalk::run::*;
use std::ops::ControlFlow;
fn go<R: ridgewalk::math::Real>(chains: usize, draws: usize) {
    let mut data = ridgewalk::model::data::Data::default();
    data.add_json(&std::fs::read_to_string("examples/identifiability/y.json").unwrap(), "y.json").unwrap();
    let text = std::fs::read_to_string("examples/identifiability/nonidentified.stan").unwrap();
    let model = ridgewalk::lang::compile(&Source::new("nonidentified.stan", text), &data, "nonidentified").unwrap();
    if draws == 1 {
        println!("{}", ridgewalk::ir::print::print(&model.density, &[]));
        println!("{}", ridgewalk::ir::print::print(&model.constrain, &model.parameters));
    }
    let mut b = CpuBackend::<R>::new(&model, 1);
    let settings = Settings {
        first_chain: 0,
        chains,
        superchain_size: chains.div_ceil(16),
        warmup: 1000,
        draws,
        thin: 1,
        seed: 1,
        init: Init::Random { radius: 2.0 },
    };
    let out = run(&model, &mut b, &settings, &mut |_, _, _| ControlFlow::Continue(())).unwrap();
    let n = chains as f64;
    println!(
        "{} {chains}x{draws}: warm {:.3}s {:.1} M/s, sampling {:.3}s {:.1} M/s acc {:?}",
        R::NAME,
        out.warmup_seconds,
        n * 1000.0 / out.warmup_seconds / 1e6,
        out.sampling_seconds,
        n * draws as f64 / out.sampling_seconds / 1e6,
        out.acceptance
    );
    let mut mean = 0.0;
    for c in out.draws.values().chunks(4) {
        mean += c[0];
    }
    println!("sigma {}", mean / (n * draws as f64));
}
fn main() {
    go::<f64>(2, 1);
    go::<f64>(2, 100000);
    go::<f64>(4096, 1000);
    go::<f32>(4096, 1000);
    go::<f32>(2, 100000);
}
