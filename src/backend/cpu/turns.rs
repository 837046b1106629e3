//! Blocks take their steps in turns, a slice at a time, on all threads.
//!
//! A thread that something else holds up for a while leaves its blocks to the others: slices are short beside a stretch, so
//! that all blocks come to its end together, and hardly anybody waits. Which thread takes a slice enters no result. Absent
//! on purpose: what a step is.

use rayon::ScopeFifo;

use super::block::Steps;
use super::tile::MOST_DRAWS;

/// Slices of a stretch, where it is long enough.
const SLICES: u32 = 8;

/// Steps of a slice: as many draws as some whole tiles have.
pub(super) fn slice(steps: Steps) -> u32 {
    let tile = steps.thin.saturating_mul(MOST_DRAWS as u32);
    (steps.count / SLICES).next_multiple_of(tile).max(tile)
}

/// Takes the steps with each task, `slice` of them at a time, in order.
pub(super) fn in_turns<T: Send>(tasks: Vec<T>, steps: Steps, slice: u32, take: impl Fn(&mut T, Steps) + Sync) {
    let take = &take;
    rayon::scope_fifo(|scope| {
        for task in tasks {
            scope.spawn_fifo(move |scope| turn(scope, task, steps, slice, take));
        }
    });
}

/// A task's next slice; those after it are taken when the others have had theirs.
fn turn<'a, T: Send + 'a>(
    scope: &ScopeFifo<'a>,
    mut task: T,
    steps: Steps,
    slice: u32,
    take: &'a (impl Fn(&mut T, Steps) + Sync),
) {
    let (now, later) = steps.split_at(slice.min(steps.count));
    take(&mut task, now);
    if later.count > 0 {
        scope.spawn_fifo(move |scope| turn(scope, task, later, slice, take));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_takes_all_steps_in_order_whatever_the_slice() {
        let steps = Steps { first: u32::MAX - 3, count: 30, thin: 3, from: 5 };
        for slice in [3, 9, 30, 300] {
            let mut taken = vec![Vec::new(); 7];
            let tasks: Vec<&mut Vec<u32>> = taken.iter_mut().collect();
            in_turns(tasks, steps, slice, |taken, steps| {
                assert_eq!(steps.from, 5 + taken.len() / 3);
                taken.extend((0..steps.count).map(|step| steps.first.wrapping_add(step)));
            });
            let right: Vec<u32> = (0..30).map(|step| steps.first.wrapping_add(step)).collect();
            assert!(taken.iter().all(|taken| *taken == right), "slices of {slice}");
        }
    }

    #[test]
    fn slices_are_as_long_as_whole_tiles() {
        for (count, thin, right) in
            [(8 * 48, 1, 48), (400, 1, 64), (10, 1, 16), (7 * 300, 7, 336), (4, u32::MAX, u32::MAX)]
        {
            let found = slice(Steps { first: 0, count, thin, from: 0 });
            assert_eq!(found, right, "{count} steps, every {thin}th kept");
        }
    }
}
