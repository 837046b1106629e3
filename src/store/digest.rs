//! Digests of what a run was made from, so that another run is not taken for its continuation.

use sha2::{Digest, Sha256};

use crate::model::data::Datum;

/// The SHA-256 of some bytes, in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The SHA-256 of a value of the data, however its file spells it.
pub(super) fn of_datum(datum: &Datum) -> String {
    fn add(hash: &mut Sha256, datum: &Datum) {
        match datum {
            Datum::Int(value) => {
                hash.update(b"i");
                hash.update(value.to_le_bytes());
            }
            Datum::Real(value) => {
                hash.update(b"r");
                hash.update(value.to_bits().to_le_bytes());
            }
            Datum::List(items) => {
                hash.update(b"l");
                hash.update((items.len() as u64).to_le_bytes());
                items.iter().for_each(|item| add(hash, item));
            }
        }
    }
    let mut hash = Sha256::new();
    add(&mut hash, datum);
    hexadecimal(&hash.finalize())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard_and_tell_values_apart() {
        // FIPS 180-4, example of one block.
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let of = |items: &[Datum]| of_datum(&Datum::List(items.to_vec()));
        assert_ne!(of(&[Datum::Int(1)]), of(&[Datum::Real(1.0)]));
        assert_ne!(of(&[Datum::List(vec![]), Datum::Int(1)]), of(&[Datum::List(vec![Datum::Int(1)])]));
    }
}
