//! A fixed bijection from popularity ranks to key numbers, so that hot keys spread over shards.

use crate::engine::digest::mix;
use crate::id::PopulationId;

/// A permutation of the numbers below `count`.
///
/// Rounds of an odd factor and a shift permute the least power of two that is no smaller; a number
/// that falls beyond `count` goes round again (cycle walking), less than once on average.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    count: u64,
    mask: u64,
    shift: u32,
    key: u64,
    factors: [u64; 2],
}

impl Spread {
    /// The permutation of a population: every fleet on it has the same hot keys, in every run.
    pub(super) fn new(population: PopulationId, count: u32) -> Self {
        let bits = (u64::from(count).max(2) - 1).ilog2() + 1;
        let seed = mix(u64::from(population.0) + 1);
        Self {
            count: u64::from(count),
            mask: (1 << bits) - 1,
            shift: bits.div_ceil(2),
            key: seed,
            factors: [1, 2].map(|round| mix(seed.wrapping_add(round)) | 1),
        }
    }

    /// Where `rank` goes; both are below the count.
    pub(super) fn number(&self, rank: u32) -> u32 {
        let mut number = u64::from(rank);
        loop {
            number = (number ^ self.key) & self.mask;
            for factor in self.factors {
                number = number.wrapping_mul(factor) & self.mask;
                number ^= number >> self.shift;
            }
            if number < self.count {
                return u32::try_from(number).expect("it is below a count that is a u32");
            }
        }
    }
}
