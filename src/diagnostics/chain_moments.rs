//! Moments of each half of each chain: what is left of draws that nobody keeps, and what it tells.
//!
//! Backends fill a [`ChainMoments`] while chains step; means, standard deviations, correlations, R-hat and nested R-hat
//! are made of it, with Monte Carlo errors by how far the two halves of a chain lie apart. R-hat is that of the split
//! chains (Gelman et al. 2013, section 11.4), nested R-hat the plain one (Margossian et al. 2024): without draws there are
//! no ranks, so that neither is to be trusted where a parameter has no variance, and no quantiles either.
//! Deliberately absent: how a backend sums.

use crate::diagnostics::nested_rhat;
use crate::diagnostics::rhat;
use crate::diagnostics::summary::{FALSE_ALARM, TOLERANCE};
use crate::diagnostics::verdict::{
    Check, ESS_IN_TOTAL, ESS_PER_CHAIN, EssKind, FEW_CHAINS, Finding, History, LEAST_CHAINS, LEAST_DRAWS, LEAST_WARMUP,
    NestedExcess, R_HAT_THRESHOLD, Verdict, short_warmup,
};
use crate::math::moments::{mean, moments};

/// Most parameters of which products of all pairs are kept; of more, squares alone.
pub const MOST_CROSSED: usize = 32;

/// Sums over the draws of each half of each chain, of deviations from an origin of the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainMoments {
    parameters: Vec<String>,
    chains: usize,
    /// Draws of each half.
    counts: [usize; 2],
    /// `[chain, parameter]`
    origins: Vec<f64>,
    /// `[chain, half, moment]`
    sums: Vec<f64>,
}

/// How many products are kept of so many parameters: those of all pairs, in the order (0, 0), (1, 0), (1, 1), (2, 0), or
/// the squares.
#[must_use]
pub fn products(parameters: usize) -> usize {
    if parameters <= MOST_CROSSED { parameters * (parameters + 1) / 2 } else { parameters }
}

impl ChainMoments {
    /// Of no draws yet. Of an odd number of draws the second half is the longer one.
    #[must_use]
    pub fn new(parameters: Vec<String>, chains: usize, draws: usize) -> Self {
        let width = parameters.len() + products(parameters.len());
        Self {
            counts: [draws / 2, draws - draws / 2],
            origins: vec![0.0; chains * parameters.len()],
            sums: vec![0.0; 2 * width * chains],
            parameters,
            chains,
        }
    }

    /// Number of chains.
    #[must_use]
    pub fn chains(&self) -> usize {
        self.chains
    }

    /// Number of draws of each chain that are summed.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.counts[0] + self.counts[1]
    }

    /// Draws of the first half.
    #[must_use]
    pub fn first_half(&self) -> usize {
        self.counts[0]
    }

    /// Names of the parameters.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.parameters
    }

    /// Numbers of one half of a chain: a sum of deviations for each parameter, then a sum for each product.
    #[must_use]
    pub fn width(&self) -> usize {
        self.parameters.len() + products(self.parameters.len())
    }

    /// The origins, `[chain, parameter]`, and the sums, `[chain, half, moment]`, to be filled.
    pub fn fill(&mut self) -> (&mut [f64], &mut [f64]) {
        (&mut self.origins, &mut self.sums)
    }

    /// Mean and sum of squares about it, of one parameter over one half of a chain.
    fn half(&self, chain: usize, half: usize, parameter: usize) -> (f64, f64) {
        let (n, sums) = (self.counts[half] as f64, &self.sums[(2 * chain + half) * self.width()..][..self.width()]);
        let (sum, square) = (sums[parameter], sums[self.parameters.len() + self.product(parameter, parameter)]);
        let origin = self.origins[chain * self.parameters.len() + parameter];
        (origin + sum / n, (square - sum * sum / n).max(0.0))
    }

    /// The place of the product of two parameters, the first not before the second.
    fn product(&self, one: usize, other: usize) -> usize {
        if self.parameters.len() <= MOST_CROSSED { one * (one + 1) / 2 + other } else { one }
    }

    /// Means of whole chains, of each parameter, `[parameter][chain]`.
    fn chain_means(&self, parameter: usize) -> Vec<f64> {
        let n = self.draws() as f64;
        let of_chain = |chain: usize| {
            let parts = (0..2).map(|half| match self.counts[half] {
                0 => 0.0,
                count => count as f64 * self.half(chain, half, parameter).0,
            });
            parts.sum::<f64>() / n
        };
        (0..self.chains).map(of_chain).collect()
    }
}

/// Numbers of one parameter. A number that the moments do not determine is NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct MomentRow {
    /// Its name.
    pub parameter: String,
    /// Mean of all draws.
    pub mean: f64,
    /// Standard deviation of all draws, divisor `draws - 1`.
    pub sd: f64,
    /// Standard error of the mean: `sd / sqrt(ess)`.
    pub mcse_mean: f64,
    /// Effective draws: how many independent ones would let the halves of a chain lie as far apart as they do. Blind to
    /// what no chain has moved along.
    pub ess: f64,
    /// R-hat of the split chains.
    pub r_hat: f64,
    /// The largest R-hat that tolerance and sampling noise explain.
    pub r_hat_limit: f64,
    /// Nested R-hat; none for fewer than two superchains, or superchains of a single chain.
    pub r_hat_nested: Option<f64>,
    /// The largest nested R-hat that tolerance and sampling noise explain.
    pub r_hat_nested_limit: f64,
    /// Whether all draws are equal.
    pub constant: bool,
}

impl MomentRow {
    /// Of draws that are not all finite.
    fn undetermined(parameter: &str, nested: bool) -> Self {
        let nan = f64::NAN;
        Self {
            parameter: parameter.to_owned(),
            mean: nan,
            sd: nan,
            mcse_mean: nan,
            ess: nan,
            r_hat: nan,
            r_hat_limit: nan,
            r_hat_nested: nested.then_some(nan),
            r_hat_nested_limit: nan,
            constant: false,
        }
    }

    fn is_finite(&self) -> bool {
        self.mean.is_finite() && self.sd.is_finite()
    }

    fn is_judged(&self) -> bool {
        !self.constant && self.is_finite()
    }
}

/// What moments tell.
#[derive(Clone, Debug, PartialEq)]
pub struct MomentSummary {
    /// Number of chains.
    pub chains: usize,
    /// Draws of each chain.
    pub draws: usize,
    /// A row for each parameter.
    pub rows: Vec<MomentRow>,
    /// `[parameter, parameter]`; none where products were not kept.
    pub correlation: Option<Vec<f64>>,
}

impl MomentSummary {
    /// Of moments of chains that form so many superchains of neighbours.
    ///
    /// # Panics
    /// When the superchains do not divide the chains.
    #[must_use]
    pub fn of(moments: &ChainMoments, superchains: usize) -> Self {
        let parameters = moments.parameters.len();
        assert!(superchains > 0 && moments.chains.is_multiple_of(superchains), "superchains of equal size");
        let means: Vec<Vec<f64>> = (0..parameters).map(|parameter| moments.chain_means(parameter)).collect();
        let rows: Vec<MomentRow> =
            (0..parameters).map(|parameter| row(moments, parameter, &means[parameter], superchains)).collect();
        let correlation = (parameters <= MOST_CROSSED).then(|| correlation(moments, &means));
        Self { chains: moments.chains, draws: moments.draws(), rows, correlation }
    }

    /// Judges the draws by what is left of them.
    #[must_use]
    pub fn verdict(&self, history: History) -> Verdict {
        let judged = || self.rows.iter().filter(|row| row.is_judged());
        let sizes = judged().map(|row| (row.parameter.clone(), row.ess)).filter(|(_, size)| !size.is_nan());
        let r_hats = judged().map(|row| (row.parameter.clone(), row.r_hat)).filter(|(_, r_hat)| !r_hat.is_nan());
        Verdict {
            findings: self.findings(history),
            unchecked: vec![Check::Shape],
            chains: self.chains,
            least_ess: sizes.min_by(|a, b| a.1.total_cmp(&b.1)),
            largest_r_hat: r_hats.max_by(|a, b| a.1.total_cmp(&b.1)),
        }
    }

    fn findings(&self, history: History) -> Vec<Finding> {
        let mut findings = Vec::new();
        let named = |holds: &dyn Fn(&MomentRow) -> bool| -> Vec<&MomentRow> {
            self.rows.iter().filter(|row| holds(row)).collect()
        };
        let broken = named(&|row| !row.is_finite());
        if !broken.is_empty() {
            let parameters = broken.iter().map(|row| (row.parameter.clone(), None)).collect();
            findings.push(Finding::NonFinite { parameters });
        }
        let constant = named(&|row| row.constant);
        if !constant.is_empty() {
            let parameters = constant.iter().map(|row| row.parameter.clone()).collect();
            findings.push(Finding::Constant { parameters });
        }
        let (chains, few) = (self.chains, self.chains <= FEW_CHAINS);
        if chains < LEAST_CHAINS {
            findings.push(Finding::FewChains { chains });
        }
        if few && self.draws < LEAST_DRAWS {
            findings.push(Finding::FewDraws { draws: self.draws });
        }
        let nested: Vec<NestedExcess> = self
            .rows
            .iter()
            .filter_map(|row| {
                let r_hat_nested =
                    row.r_hat_nested.filter(|&r_hat| row.is_judged() && r_hat > row.r_hat_nested_limit)?;
                Some(NestedExcess { parameter: row.parameter.clone(), r_hat_nested, limit: row.r_hat_nested_limit })
            })
            .collect();
        // A parameter is named once.
        let is_named = |row: &MomentRow| nested.iter().any(|excess| excess.parameter == row.parameter);
        let exceeds = |row: &MomentRow| row.is_judged() && row.r_hat > row.r_hat_limit.max(R_HAT_THRESHOLD);
        let apart = named(&|row| exceeds(row) && !is_named(row));
        let parameters: Vec<(String, f64)> = apart.iter().map(|row| (row.parameter.clone(), row.r_hat)).collect();
        if !parameters.is_empty() {
            findings.push(Finding::RHatAbove { threshold: R_HAT_THRESHOLD, parameters });
        }
        if !nested.is_empty() {
            findings.push(Finding::NestedRHatAbove { parameters: nested });
        }
        let times: Vec<(String, f64)> = if few {
            Vec::new()
        } else {
            self.rows.iter().filter(|row| row.is_judged()).map(|row| (row.parameter.clone(), row.r_hat)).collect()
        };
        findings.extend(short_warmup(times.into_iter(), LEAST_WARMUP, self.draws, history));
        let threshold = if few { ESS_PER_CHAIN * chains as f64 } else { ESS_IN_TOTAL };
        let low = named(&|row| row.is_judged() && row.ess < threshold);
        let parameters: Vec<(String, f64)> = low.iter().map(|row| (row.parameter.clone(), row.ess)).collect();
        if !parameters.is_empty() {
            findings.push(Finding::EssBelow { kind: EssKind::Bulk, threshold, parameters });
        }
        findings
    }
}

fn row(moments_of: &ChainMoments, parameter: usize, chain_means: &[f64], superchains: usize) -> MomentRow {
    let (chains, draws) = (moments_of.chains, moments_of.draws() as f64);
    let halves = || (0..chains).flat_map(|chain| [0, 1].map(|half| (half, moments_of.half(chain, half, parameter))));
    let means: Vec<f64> = halves().map(|(_, (mean, _))| mean).collect();
    let variances: Vec<f64> =
        halves().map(|(half, (_, squares))| squares / (moments_of.counts[half] as f64 - 1.0)).collect();
    let centre = mean(chain_means);
    // Within halves, and of the halves' means about the mean of all draws.
    let within: f64 = halves().map(|(_, (_, squares))| squares).sum();
    let between: f64 =
        halves().map(|(half, (mean, _))| moments_of.counts[half] as f64 * (mean - centre) * (mean - centre)).sum();
    let sd = ((within + between) / (chains as f64 * draws - 1.0)).sqrt();
    let variance = mean(&variances);
    // Independent draws would let two halves of E draws each differ by a square of 2 W / E.
    let squares: Vec<f64> = means.chunks_exact(2).map(|pair| (pair[0] - pair[1]) * (pair[0] - pair[1]) / 2.0).collect();
    let half = (variance / mean(&squares)).min(draws / 2.0);
    let ess = 2.0 * chains as f64 * half;
    let false_alarm = FALSE_ALARM / (2 * moments_of.parameters.len()) as f64;
    let nested = superchains >= 2 && chains > superchains;
    if !(centre.is_finite() && sd.is_finite()) {
        return MomentRow::undetermined(&moments_of.parameters[parameter], nested);
    }
    MomentRow {
        parameter: moments_of.parameters[parameter].clone(),
        mean: centre,
        sd,
        mcse_mean: sd / ess.sqrt(),
        ess,
        r_hat: if chains < 2 { f64::NAN } else { rhat::from_moments(&means, &variances, moments_of.counts[0]) },
        r_hat_limit: rhat::limit(2 * chains, half, TOLERANCE, false_alarm),
        r_hat_nested: nested.then(|| nested_rhat::from_moments(&means, &variances, superchains)),
        r_hat_nested_limit: nested_rhat::limit(superchains, ess / superchains as f64, TOLERANCE, false_alarm),
        constant: within == 0.0 && moments(chain_means).variance == 0.0,
    }
}

fn correlation(moments: &ChainMoments, means: &[Vec<f64>]) -> Vec<f64> {
    let (n, parameters, width) = (moments.draws() as f64, moments.parameters.len(), moments.width());
    let centres: Vec<f64> = means.iter().map(|means| mean(means)).collect();
    let mut covariance = vec![0.0; parameters * parameters];
    for (chain, halves) in moments.sums.chunks_exact(2 * width).enumerate() {
        let total = |moment: usize| halves[moment] + halves[width + moment];
        let off = |parameter: usize| means[parameter][chain] - centres[parameter];
        for one in 0..parameters {
            for other in 0..=one {
                let inside = total(parameters + moments.product(one, other)) - total(one) * total(other) / n;
                covariance[one * parameters + other] += inside + n * off(one) * off(other);
            }
        }
    }
    let deviation: Vec<f64> = (0..parameters).map(|one| covariance[one * (parameters + 1)].max(0.0).sqrt()).collect();
    let mut matrix = vec![1.0; parameters * parameters];
    for one in 0..parameters {
        for other in 0..one {
            let r = covariance[one * parameters + other] / (deviation[one] * deviation[other]);
            let r = if r.is_nan() { r } else { r.clamp(-1.0, 1.0) };
            matrix[one * parameters + other] = r;
            matrix[other * parameters + one] = r;
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::correlation::correlation as of_draws;
    use crate::draws::Draws;
    use crate::math::normal_quantile::normal_quantile;

    const KNOWN: History = History { warmup: Some(1000), thin: 1 };

    /// Draws of two correlated parameters whose chains lie `apart`, and their moments.
    fn sample(chains: usize, draws: usize, apart: f64) -> (Draws, ChainMoments) {
        let names = || vec!["a".to_owned(), "b".to_owned()];
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            normal_quantile(((state >> 11) as f64 + 0.5) * 2.0_f64.powi(-53))
        };
        let mut kept = Draws::new(names(), chains, draws).unwrap();
        let mut moments = ChainMoments::new(names(), chains, draws);
        let (width, first) = (moments.width(), moments.first_half());
        let (origins, sums) = moments.fill();
        for chain in 0..chains {
            let centre = 1e5 + apart * next();
            let origin = [centre + next(), next()];
            origins[2 * chain..2 * chain + 2].copy_from_slice(&origin);
            for draw in 0..draws {
                let (x, y) = (next(), next());
                let values = [centre + x, 0.8 * x + 0.6 * y];
                kept.values_mut()[(chain * draws + draw) * 2..][..2].copy_from_slice(&values);
                let [a, b] = [values[0] - origin[0], values[1] - origin[1]];
                let sums = &mut sums[(2 * chain + usize::from(draw >= first)) * width..][..width];
                sums.iter_mut().zip([a, b, a * a, b * a, b * b]).for_each(|(sum, term)| *sum += term);
            }
        }
        (kept, moments)
    }

    #[test]
    fn moments_tell_what_the_draws_tell() {
        let (draws, moments) = sample(8, 200, 0.1);
        let summary = MomentSummary::of(&moments, 4);
        let all: Vec<f64> = draws.view(0).iterate().collect();
        let truth = crate::math::moments::moments(&all);
        let row = &summary.rows[0];
        assert!((row.mean - truth.mean).abs() < 1e-9 * truth.mean, "{} for {}", row.mean, truth.mean);
        assert!((row.sd - truth.variance.sqrt()).abs() < 1e-9, "{} for {}", row.sd, truth.variance.sqrt());
        assert!((row.r_hat - rhat::split(draws.view(0))).abs() < 1e-9);
        let found = summary.correlation.as_ref().unwrap();
        for (found, truth) in found.iter().zip(of_draws(&draws, &[0, 1])) {
            assert!((found - truth).abs() < 1e-9, "{found} for {truth}");
        }
    }

    /// The seed is fixed. The effective size of 16,000 independent draws, from 64 differences of halves, has a relative
    /// standard error of sqrt(2 / 64); it is cut off at the number of draws.
    #[test]
    fn independent_draws_are_worth_their_number_and_raise_no_alarm() {
        let (_, moments) = sample(64, 250, 0.0);
        let summary = MomentSummary::of(&moments, 8);
        for row in &summary.rows {
            assert!(row.ess <= 16_000.0 && row.ess > 16_000.0 * (1.0 - 4.0 * (2.0_f64 / 64.0).sqrt()), "{}", row.ess);
        }
        assert_eq!(summary.verdict(KNOWN).findings, []);
    }

    #[test]
    fn chains_that_lie_apart_are_found() {
        let (_, moments) = sample(64, 250, 3.0);
        for (superchains, code) in [(8, "nested_r_hat_above"), (64, "r_hat_above")] {
            let findings = MomentSummary::of(&moments, superchains).verdict(KNOWN).findings;
            let codes: Vec<&str> = findings.iter().map(Finding::code).collect();
            assert_eq!(codes, [code, "short_warmup"]);
            assert_eq!(findings[0].parameters(), ["a"]);
        }
    }

    #[test]
    fn an_odd_number_of_draws_has_a_longer_second_half() {
        let (draws, moments) = sample(4, 21, 0.5);
        assert_eq!((moments.first_half(), moments.draws()), (10, 21));
        let all: Vec<f64> = draws.view(1).iterate().collect();
        let truth = crate::math::moments::moments(&all);
        let row = &MomentSummary::of(&moments, 4).rows[1];
        assert!((row.mean - truth.mean).abs() < 1e-12 && (row.sd - truth.variance.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn squares_alone_are_kept_of_many_parameters() {
        assert_eq!([products(1), products(4), products(MOST_CROSSED + 1)], [1, 10, MOST_CROSSED + 1]);
        let names = (0..40).map(|i| format!("x[{i}]")).collect();
        let mut moments = ChainMoments::new(names, 2, 4);
        let width = moments.width();
        // Every half of every chain has the draws 0 and 2 of every parameter.
        moments.fill().1.chunks_exact_mut(width).for_each(|half| {
            half[..40].fill(2.0);
            half[40..].fill(4.0);
        });
        let summary = MomentSummary::of(&moments, 2);
        assert!(summary.correlation.is_none());
        assert!((summary.rows[39].mean - 1.0).abs() < 1e-15);
        assert!((summary.rows[39].sd - (8.0_f64 / 7.0).sqrt()).abs() < 1e-15);
    }
}
