//! How many threads compute: one for each core, or as many as `RAYON_NUM_THREADS` asks for, within reason.

use std::num::NonZero;

/// Threads for each core at most: with thousands, the system has more to do with them than they with chains.
const MOST_PER_CORE: usize = 16;

/// The number of threads; 0 leaves it to `rayon`. Results do not depend on it.
pub(super) fn count() -> usize {
    let asked = std::env::var("RAYON_NUM_THREADS").ok().and_then(|text| text.parse::<usize>().ok());
    let most = MOST_PER_CORE * std::thread::available_parallelism().map_or(1, NonZero::get);
    asked.map_or(0, |asked| asked.min(most))
}
