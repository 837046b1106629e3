//! Where draws are put as they are taken: arrays, `[chain, draw, element]`, each of some columns, in the precision of
//! whoever wants them.
//!
//! Whoever holds the memory lends it as a [`Room`]; samplers cut it by chains and fill it from many threads. Absent on
//! purpose: what a column is, and who owns the memory.

/// Room for draws of some chains.
#[derive(Debug)]
pub struct Room<'a> {
    chains: usize,
    draws: usize,
    arrays: Vec<RoomArray<'a>>,
}

/// Room for some columns of the draws.
#[derive(Debug)]
pub struct RoomArray<'a> {
    /// The column of each element.
    pub columns: &'a [usize],
    /// `[chain, draw, element]`
    pub numbers: Numbers<'a>,
}

/// Numbers to be written.
#[derive(Debug)]
pub enum Numbers<'a> {
    /// In single precision.
    F32(&'a mut [f32]),
    /// In double precision.
    F64(&'a mut [f64]),
}

impl Numbers<'_> {
    fn split_at(self, place: usize) -> (Self, Self) {
        match self {
            Self::F32(numbers) => {
                let (left, right) = numbers.split_at_mut(place);
                (Self::F32(left), Self::F32(right))
            }
            Self::F64(numbers) => {
                let (left, right) = numbers.split_at_mut(place);
                (Self::F64(left), Self::F64(right))
            }
        }
    }

    fn lend(&mut self) -> Numbers<'_> {
        match self {
            Self::F32(numbers) => Numbers::F32(numbers),
            Self::F64(numbers) => Numbers::F64(numbers),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::F32(numbers) => numbers.len(),
            Self::F64(numbers) => numbers.len(),
        }
    }

    fn get(&self, place: usize) -> f64 {
        match self {
            Self::F32(numbers) => f64::from(numbers[place]),
            Self::F64(numbers) => numbers[place],
        }
    }

    fn set(&mut self, place: usize, value: f64) {
        match self {
            Self::F32(numbers) => numbers[place] = value as f32,
            Self::F64(numbers) => numbers[place] = value,
        }
    }
}

impl<'a> Room<'a> {
    /// Room for `draws` draws of each of `chains` chains.
    ///
    /// # Panics
    /// If an array has not a number for each element of each draw.
    #[must_use]
    pub fn new(chains: usize, draws: usize, arrays: Vec<RoomArray<'a>>) -> Self {
        for RoomArray { columns, numbers } in &arrays {
            assert_eq!(numbers.len(), chains * draws * columns.len(), "[chain, draw, element]");
        }
        Self { chains, draws, arrays }
    }

    /// Number of chains.
    #[must_use]
    pub fn chains(&self) -> usize {
        self.chains
    }

    /// Number of draws of each chain that there is room for.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.draws
    }

    /// The arrays, to be written.
    pub fn arrays(&mut self) -> &mut [RoomArray<'a>] {
        &mut self.arrays
    }

    /// Reads a draw: tells the value of each column that there is room for.
    ///
    /// # Panics
    /// If there is no such chain or draw.
    pub fn get(&self, chain: usize, draw: usize, mut tell: impl FnMut(usize, f64)) {
        assert!(draw < self.draws, "draw {draw} of {}", self.draws);
        let row = chain * self.draws + draw;
        for RoomArray { columns, numbers } in &self.arrays {
            let places = row * columns.len()..;
            places.zip(*columns).for_each(|(place, &column)| tell(column, numbers.get(place)));
        }
    }

    /// Writes a draw: the value of each column that there is room for.
    ///
    /// # Panics
    /// If there is no such chain or draw.
    pub fn put(&mut self, chain: usize, draw: usize, value: impl Fn(usize) -> f64) {
        assert!(draw < self.draws, "draw {draw} of {}", self.draws);
        let row = chain * self.draws + draw;
        for RoomArray { columns, numbers } in &mut self.arrays {
            let places = row * columns.len()..;
            places.zip(*columns).for_each(|(place, &column)| numbers.set(place, value(column)));
        }
    }

    /// The same room, for a while.
    pub fn lend(&mut self) -> Room<'_> {
        let arrays = self.arrays.iter_mut();
        let arrays = arrays.map(|array| RoomArray { columns: array.columns, numbers: array.numbers.lend() }).collect();
        Room { chains: self.chains, draws: self.draws, arrays }
    }

    /// The room of the first chains, as many as `chains` says, and that of the others.
    ///
    /// # Panics
    /// If there are fewer.
    #[must_use]
    pub fn split_at(self, chains: usize) -> (Self, Self) {
        assert!(chains <= self.chains, "{chains} of {} chains", self.chains);
        let draws = self.draws;
        let halves = self.arrays.into_iter().map(|RoomArray { columns, numbers }| {
            let (left, right) = numbers.split_at(chains * draws * columns.len());
            (RoomArray { columns, numbers: left }, RoomArray { columns, numbers: right })
        });
        let (left, right) = halves.unzip();
        (Self { chains, draws, arrays: left }, Self { chains: self.chains - chains, draws, arrays: right })
    }

    /// The room of each so many chains; the last may have fewer.
    ///
    /// # Panics
    /// If `chains` is 0.
    #[must_use]
    pub fn parts(self, chains: usize) -> Vec<Self> {
        assert!(chains > 0, "parts of some chains");
        let (mut parts, mut rest) = (Vec::with_capacity(self.chains.div_ceil(chains)), self);
        while rest.chains > chains {
            let (part, others) = rest.split_at(chains);
            parts.push(part);
            rest = others;
        }
        if rest.chains > 0 {
            parts.push(rest);
        }
        parts
    }

    /// The same room, each draw as a chain of its own: `chains * draws` of them, one chain's after the other's.
    #[must_use]
    pub fn each_draw(self) -> Self {
        Self { chains: self.chains * self.draws, draws: 1, arrays: self.arrays }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_room_are_the_rows_of_their_chains_in_every_array() {
        // 5 chains, 2 draws: one column in single precision, and two, the other way round, in double.
        let (mut single, mut double) = ([0.0_f32; 10], [0.0; 20]);
        let mut room = Room::new(
            5,
            2,
            vec![
                RoomArray { columns: &[1], numbers: Numbers::F32(&mut single) },
                RoomArray { columns: &[2, 0], numbers: Numbers::F64(&mut double) },
            ],
        );
        let sizes: Vec<usize> = room.lend().parts(2).iter().map(Room::chains).collect();
        assert_eq!(sizes, [2, 2, 1]);
        for (number, part) in room.lend().parts(2).iter_mut().enumerate() {
            for (chain, draw) in (0..part.chains()).flat_map(|chain| [(chain, 0), (chain, 1)]) {
                part.put(chain, draw, |column| (100 * (2 * number + chain) + 10 * draw + column) as f64);
            }
        }
        let mut found = vec![[0.0; 3]; 10];
        let each = room.each_draw();
        (0..10).for_each(|row| each.get(row, 0, |column, value| found[row][column] = value));
        let right = |row: usize| [0, 1, 2].map(|column| (100 * (row / 2) + 10 * (row % 2) + column) as f64);
        assert_eq!(found, (0..10).map(right).collect::<Vec<_>>());
        assert_eq!((single[3], double[6], double[7]), (111.0, 112.0, 110.0));
    }

    #[test]
    #[should_panic(expected = "[chain, draw, element]")]
    fn an_array_of_another_size_is_no_room() {
        let mut numbers = [0.0; 3];
        let _ = Room::new(1, 2, vec![RoomArray { columns: &[0, 1], numbers: Numbers::F64(&mut numbers) }]);
    }
}
