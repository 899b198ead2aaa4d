//! The hash behind digests: fixed, so that it is the same in every process.

use crate::crdt::clock::Stamp;
use crate::engine::digest::mix;

/// Adds `word` to a running hash; the order counts.
#[inline]
pub(crate) fn fold(state: u64, word: u64) -> u64 {
    mix(state.wrapping_add(0x9E37_79B9_7F4A_7C15) ^ word.rotate_left(17)).wrapping_add(word)
}

/// The hash of some bytes.
#[inline]
pub(crate) fn of_bytes(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut state = fold(1, bytes.len() as u64);
    for word in words {
        state = fold(state, u64::from_le_bytes(*word));
    }
    fold(state, word(rest))
}

/// The word that up to seven bytes and zeros above them make, read in few steps.
#[inline]
pub(crate) fn word(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => {
            let [first, last] = [*first, *last].map(|half| u64::from(u32::from_le_bytes(half)));
            first | last << (8 * (len - 4))
        }
        _ => match bytes {
            [] => 0,
            [first, .., last] => {
                let middle = u64::from(bytes[len / 2]) << (8 * (len / 2));
                u64::from(*first) | middle | u64::from(*last) << (8 * (len - 1))
            }
            [sole] => u64::from(*sole),
        },
    }
}

/// The hash of a stamp.
#[inline]
pub(crate) fn of_stamp(stamp: &Stamp) -> u64 {
    fold(
        fold(u64::from(stamp.dot.origin.0), stamp.dot.seq),
        stamp.wall_ms,
    )
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn a_word_is_its_bytes_and_zeros() {
        let bytes = [0xA1, 0x02, 0xF3, 0x84, 0x75, 0x06, 0xC7];
        for len in 0..=bytes.len() {
            let mut padded = [0; 8];
            padded[..len].copy_from_slice(&bytes[..len]);
            assert_eq!(word(&bytes[..len]), u64::from_le_bytes(padded));
        }
    }
}
