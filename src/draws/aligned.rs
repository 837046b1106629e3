//! Memory that begins where a page of memory begins, so that a disk can take it from there.
//!
//! Absent on purpose: files.

/// What memory begins at a multiple of, and how lengths are counted. Disks ask for their blocks, of 512 bytes or of 4,096.
pub const PAGE: usize = 4096;

/// Numbers or bytes in one piece; their size divides [`PAGE`].
#[derive(Debug, Default)]
pub struct Aligned<T> {
    memory: Vec<T>,
    start: usize,
    length: usize,
}

impl<T: Copy + Default> Aligned<T> {
    /// So many zeros. They come from the operating system: what is never written is never resident.
    #[must_use]
    pub fn new(length: usize) -> Self {
        let memory = vec![T::default(); length + PAGE / size_of::<T>()];
        let start = memory.as_ptr().addr().wrapping_neg() % PAGE / size_of::<T>();
        Self { memory, start, length }
    }

    /// Room for exactly so many. They keep what they hold if there was as much room before, and else are zero.
    pub fn resize(&mut self, length: usize) {
        if length != self.length {
            *self = Self::new(length);
        }
    }

    /// All of them.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.memory[self.start..self.start + self.length]
    }

    /// All of them, to be written.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.memory[self.start..self.start + self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_begins_at_a_page_and_stays_where_it_is() {
        let mut bytes = Aligned::<u8>::default();
        assert!(bytes.values().is_empty());
        for length in [1, PAGE, 3 * PAGE + 1] {
            bytes.resize(length);
            assert_eq!((bytes.values().len(), bytes.values().as_ptr().addr() % PAGE), (length, 0));
            bytes.values_mut().fill(7);
            bytes.resize(length);
            assert!(bytes.values().iter().all(|&byte| byte == 7));
        }
        let numbers = Aligned::<f64>::new(5);
        assert_eq!((numbers.values(), numbers.values().as_ptr().addr() % PAGE), (&[0.0; 5][..], 0));
    }
}
