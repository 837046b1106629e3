//! What must hold for any draws: invariances, bounds, and no panic on anything.

use proptest::prelude::*;
use ridgewalk::diagnostics::{
    History, Settings, autocorrelation as autocorrelations, correlation, ebfmi, ess, interval, mcse, nested_rhat,
    quantile, rank, rhat, summarise, verdict,
};
use ridgewalk::draws::{ChainView, Draws};

/// Roundings of one result: sums of at most a few hundred terms of order one.
const ROUNDING: f64 = 1e-12;

fn close(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= ROUNDING * a.abs().max(b.abs())
}

prop_compose! {
    /// Two to five chains of four to forty draws; values on a grid, so that ties occur.
    fn chains()(shape in (2..6_usize, 4..40_usize))(
        values in prop::collection::vec((-40..40_i32).prop_map(|x| f64::from(x) / 8.0), shape.0 * shape.1),
        shape in Just(shape),
    ) -> (usize, usize, Vec<f64>) {
        (shape.0, shape.1, values)
    }
}

/// Values that break careless arithmetic.
fn adversarial() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => any::<f64>(),
        2 => -3.0..3.0_f64,
        1 => prop::sample::select(vec![
            0.0, -0.0, f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN,
            f64::MIN_POSITIVE, 5e-324, 1.0, 1.0 + f64::EPSILON,
        ]),
    ]
}

proptest! {
    #[test]
    fn ranks_do_not_see_a_monotone_transform((chains, draws, values) in chains()) {
        let curved: Vec<f64> = values.iter().map(|x| x.exp()).collect();
        let (plain, curved) = (
            ChainView::from_slice(&values, chains, draws).unwrap(),
            ChainView::from_slice(&curved, chains, draws).unwrap(),
        );
        prop_assert!(close(rhat::z_scale(plain), rhat::z_scale(curved)));
        prop_assert!(close(ess::bulk(plain), ess::bulk(curved)));
    }

    #[test]
    fn the_order_of_chains_does_not_matter((chains, draws, values) in chains()) {
        let turned: Vec<f64> = values.chunks_exact(draws).rev().flatten().copied().collect();
        let (plain, turned) = (
            ChainView::from_slice(&values, chains, draws).unwrap(),
            ChainView::from_slice(&turned, chains, draws).unwrap(),
        );
        prop_assert!(close(rhat::rank(plain), rhat::rank(turned)));
        prop_assert!(close(rhat::split(plain), rhat::split(turned)));
        // The stop of Geyer's sequence is a comparison with 0 and may turn on a rounding when
        // grid values make a pair sum exactly 0; those rare cases are left out.
        let (a, b) = (ess::of_mean(plain), ess::of_mean(turned));
        prop_assume!(close(a, b) || (a / b - 1.0).abs() > 1e-6);
        prop_assert!(close(mcse::of_quantile(plain, 0.3), mcse::of_quantile(turned, 0.3)));
    }

    #[test]
    fn standard_errors_scale_with_the_draws((chains, draws, values) in chains()) {
        // Powers of two: scaling is exact, so the results are, whatever the scale.
        for scale in [1.0 / 1_073_741_824.0, 2.0_f64.powi(200)] {
            let scaled: Vec<f64> = values.iter().map(|x| x * scale).collect();
            let (plain, scaled) = (
                ChainView::from_slice(&values, chains, draws).unwrap(),
                ChainView::from_slice(&scaled, chains, draws).unwrap(),
            );
            prop_assert!(close(mcse::of_mean(plain) * scale, mcse::of_mean(scaled)));
            prop_assert!(close(mcse::of_sd(plain) * scale, mcse::of_sd(scaled)));
            prop_assert!(close(mcse::of_median(plain) * scale, mcse::of_median(scaled)));
            prop_assert!(close(ess::of_mean(plain), ess::of_mean(scaled)));
        }
    }

    #[test]
    fn nested_rhat_is_at_least_one_and_needs_superchains((chains, draws, values) in chains()) {
        let doubled = [values.clone(), values].concat();
        let view = ChainView::from_slice(&doubled, 2 * chains, draws).unwrap();
        for superchains in [2, chains, 2 * chains] {
            for value in [nested_rhat::plain(view, superchains), nested_rhat::rank(view, superchains)] {
                prop_assert!(value >= 1.0 || value.is_nan());
            }
        }
        prop_assert!(nested_rhat::plain(view, 1).is_nan());
        prop_assert!(nested_rhat::rank(view, 2 * chains + 1).is_nan());
    }

    #[test]
    fn a_shortest_interval_is_no_longer_than_an_equal_tailed_one_and_holds_its_share(
        (chains, draws, values) in chains(), probability in 0.05..0.95_f64,
    ) {
        let view = ChainView::from_slice(&values, chains, draws).unwrap();
        let (low, high) = interval::hdi(view, probability);
        let inside = view.iterate().filter(|x| (low..=high).contains(x)).count();
        prop_assert!(inside as f64 >= (probability * view.size() as f64).floor());
    }

    #[test]
    fn the_summary_is_what_the_single_diagnostics_say((chains, draws, values) in chains()) {
        let draws_even = draws / 2 * 2;
        let values: Vec<f64> = values
            .chunks_exact(draws)
            .flat_map(|chain| chain[..draws_even].to_vec())
            .collect();
        // A second parameter, so that views are strided.
        let pairs = values.iter().flat_map(|&x| [1.0 / (9.0 + x), x]).collect();
        let names = vec!["a".to_owned(), "b".to_owned()];
        let all = Draws::from_values(names, chains, draws_even, pairs).unwrap();
        let summary = summarise(&all, chains, &Settings::default()).unwrap();
        let view = ChainView::from_slice(&values, chains, draws_even).unwrap();
        let row = &summary.rows[1];
        prop_assert!(close(row.r_hat, rhat::rank(view)));
        prop_assert!(close(row.ess_bulk, ess::bulk(view)));
        prop_assert!(close(row.ess_tail, ess::tail(view)));
        prop_assert!(close(row.mcse_mean, mcse::of_mean(view)));
        prop_assert!(close(row.mcse_sd, mcse::of_sd(view)));
        prop_assert_eq!(row.interval, interval::hdi(view, 0.94));
        prop_assert!(close(row.q25, quantile::quantile(&quantile::sorted_values(view), 0.25)));
    }

    #[test]
    fn nothing_panics_and_a_nan_is_never_hidden(
        shape in (0..5_usize, 0..12_usize, 0..3_usize),
        values in prop::collection::vec(adversarial(), 96),
    ) {
        let (chains, draws, parameters) = shape;
        let names = (0..parameters).map(|i| i.to_string()).collect();
        let values = values[..chains * draws * parameters].to_vec();
        let all = Draws::from_values(names, chains, draws, values).unwrap();
        let _ = correlation::correlation(&all, &(0..parameters).collect::<Vec<_>>());
        for superchains in [chains, 2, 1] {
            if let Ok(summary) = summarise(&all, superchains, &Settings::default()) {
                let _ = verdict(&summary, History::UNKNOWN);
                for (index, row) in summary.rows.iter().enumerate() {
                    if all.view(index).iterate().any(f64::is_nan) {
                        prop_assert!(row.r_hat.is_nan() && row.ess_bulk.is_nan() && row.mean.is_nan());
                        prop_assert!(row.non_finite > 0);
                    }
                }
            }
        }
        for index in 0..parameters {
            let view = all.view(index);
            let chain: Vec<f64> = view.iterate().take(draws).collect();
            let numbers = [
                rhat::rank(view), rhat::split(view), rhat::folded(view), rhat::identity(view),
                ess::bulk(view), ess::tail(view), ess::of_mean(view), ess::of_sd(view),
                ess::of_mad(view), ess::folded(view), ess::local(view, 0.2, 0.7), ess::identity(view),
                mcse::of_mean(view), mcse::of_sd(view), mcse::of_quantile(view, 0.9),
                nested_rhat::plain(view, 2), nested_rhat::rank(view, 2),
            ];
            if chains >= 1 && draws >= 1 && view.iterate().any(f64::is_nan) {
                prop_assert!(numbers.iter().all(|x| x.is_nan()));
            }
            let _ = (rank::z_scale(view), rank::z_fold(view), ebfmi::ebfmi(view));
            let _ = (interval::hdi(view, 0.9), interval::eti(view, 0.9));
            let _ = autocorrelations::autocorrelation(&chain);
        }
    }
}
