//! Energies of a Hamiltonian sampler: all of them, and their changes from draw to draw.
//!
//! Where the changes are much narrower than the energies, momenta explore the posterior slowly (Betancourt 2016).

use plotters::prelude::*;

use super::axes::{Axis, Words, area, line, picture};
use super::density::kernel_density;
use super::ink::Ink;
use super::svg::Picture;
use crate::diagnostics::ebfmi::ebfmi;
use crate::diagnostics::trajectory::EBFMI_THRESHOLD;
use crate::draws::ChainView;

/// The picture of the energies `[chain, draw]`; none if they do not vary.
#[must_use]
pub fn energy(energies: ChainView<'_>) -> Option<Picture> {
    let draws = energies.draws();
    let mut chain = vec![0.0; draws];
    let (mut centred, mut changes) = (Vec::new(), Vec::new());
    for index in 0..energies.chains() {
        energies.copy(index * draws, &mut chain);
        let mean = chain.iter().sum::<f64>() / draws as f64;
        centred.extend(chain.iter().map(|energy| energy - mean));
        changes.extend(chain.array_windows().map(|[before, after]| after - before));
    }
    let fractions: Vec<f64> = ebfmi(energies).into_iter().filter(|fraction| fraction.is_finite()).collect();
    let lowest = fractions.iter().copied().fold(f64::NAN, f64::min);
    let deviation = |values: &[f64]| (values.iter().map(|x| x * x).sum::<f64>() / values.len().max(1) as f64).sqrt();
    let reach = 3.5 * deviation(&centred).max(deviation(&changes));
    if !(reach.is_finite() && reach > 0.0) {
        return None;
    }
    let range = -reach..reach;
    let lines = [centred, changes].map(|values| kernel_density(values.into_iter(), &range, (false, false)));
    let most = lines.iter().flatten().map(|point| point.1).fold(0.0, f64::max);
    let words = Words {
        name: "energy".to_owned(),
        title: "Energy".to_owned(),
        alt: format!(
            "Density of the energies about each chain's mean, and of their changes from draw to draw. The lowest E-BFMI of \
             a chain is {lowest:.2}; below {EBFMI_THRESHOLD} is too low."
        ),
        caption: format!("blue: energy, orange: its changes; lowest E-BFMI {lowest:.2}"),
    };
    let x = Axis::numbers(range, "energy about its mean, nats");
    let y = Axis { ticks: Vec::new(), ..Axis::numbers(0.0..1.08 * most, "density") };
    Some(picture(words, &x, &y, |chart| {
        for (index, points) in lines.into_iter().enumerate() {
            let ink = Ink::series(index);
            let ends = [(-reach, 0.0), (reach, 0.0)];
            let outline = std::iter::once(ends[0]).chain(points.iter().copied()).chain([ends[1]]);
            let _ = chart.draw_series([Polygon::new(outline.collect::<Vec<_>>(), area(ink, 0.25))]);
            let _ = chart.draw_series([PathElement::new(points, line(ink, 1.6, 1.0))]);
        }
    }))
}
