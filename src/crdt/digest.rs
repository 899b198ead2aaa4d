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
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    fold(state, u64::from_le_bytes(last))
}

/// The hash of a stamp.
#[inline]
pub(crate) fn of_stamp(stamp: &Stamp) -> u64 {
    fold(
        fold(u64::from(stamp.dot.origin.0), stamp.dot.seq),
        stamp.wall_ms,
    )
}
