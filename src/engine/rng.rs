//! Randomness: one named ChaCha stream per component, independent of every other one's draws.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::engine::digest::mix_bytes;
use crate::quantity::Ratio;
use crate::time::SimDuration;

/// The randomness of one component.
///
/// The key comes from the run's seed and the stream number from the component's name, so adding a
/// component moves no other one's draws. ChaCha has 2^64 streams for one key.
#[derive(Clone, Debug)]
pub struct Stream {
    rng: ChaCha8Rng,
    block: [u64; Self::BLOCK],
    next: usize,
}

impl Stream {
    /// Draws are taken from the generator by this many: a call for each would cost more than they
    /// do.
    const BLOCK: usize = 32;

    /// The stream called `name` of the run with `seed`. A name says kind and indices, such as
    /// `route 0→2 delay`, never an order of creation.
    pub fn named(seed: u64, name: &str) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(mix_bytes(name.as_bytes()));
        Self {
            rng,
            block: [0; Self::BLOCK],
            next: Self::BLOCK,
        }
    }

    /// The next 64 uniform bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        if self.next == Self::BLOCK {
            self.draw_block();
        }
        self.next += 1;
        self.block[self.next - 1]
    }

    /// As many uniform draws of 64 bits as `draws` holds: those that [`Stream::next_u64`] would
    /// return one by one.
    pub fn fill(&mut self, draws: &mut [u64]) {
        let mut rest = draws;
        while !rest.is_empty() {
            if self.next == Self::BLOCK {
                self.draw_block();
            }
            let count = rest.len().min(Self::BLOCK - self.next);
            let (filled, unfilled) = rest.split_at_mut(count);
            filled.copy_from_slice(&self.block[self.next..self.next + count]);
            self.next += count;
            rest = unfilled;
        }
    }

    #[inline(never)]
    fn draw_block(&mut self) {
        let mut bytes = [0; 8 * Self::BLOCK];
        self.rng.fill_bytes(&mut bytes);
        for (word, bytes) in self.block.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        self.next = 0;
    }

    /// A uniform integer below `n`, without bias (Lemire, *Fast random integer generation in an
    /// interval*, 2019).
    ///
    /// # Panics
    /// When `n` is zero.
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "there is no integer below zero to draw");
        let mut product = u128::from(self.next_u64()) * u128::from(n);
        let mut low = low_word(product);
        if low < n {
            let threshold = n.wrapping_neg() % n;
            while low < threshold {
                product = u128::from(self.next_u64()) * u128::from(n);
                low = low_word(product);
            }
        }
        high_word(product)
    }

    /// True with this probability; one draw, whatever the ratio.
    pub fn chance(&mut self, ratio: Ratio) -> bool {
        self.below(Ratio::ONE.ppm) < ratio.ppm
    }

    /// An exponential length of this mean: the time to the next event of a Poisson process. One
    /// draw.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a draw need not be exact, and it is the same on every machine"
    )]
    pub fn exponential(&mut self, mean: SimDuration) -> SimDuration {
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        // Above zero, so that it has a logarithm.
        let share = ((self.next_u64() >> 11) + 1) as f64 * UNIT;
        SimDuration((-libm::log(share) * mean.0 as f64 + 0.5) as u64)
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "the low half is what is asked for"
)]
fn low_word(product: u128) -> u64 {
    product as u64
}

#[allow(clippy::cast_possible_truncation, reason = "a u128 shifted by 64 fits")]
fn high_word(product: u128) -> u64 {
    (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_pinned() {
        let mut stream = Stream::named(7, "route 0→2 delay");
        let drawn: Vec<u64> = (0..8).map(|_| stream.next_u64()).collect();
        insta::assert_debug_snapshot!(drawn);
        let mut stream = Stream::named(7, "fleet 3 arrivals");
        let drawn: Vec<u64> = (0..8).map(|_| stream.below(1000)).collect();
        insta::assert_debug_snapshot!(drawn);
    }

    #[test]
    fn many_draws_at_once_are_those_one_by_one() {
        let (mut single, mut many) = (Stream::named(7, "a"), Stream::named(7, "a"));
        for count in [1, 31, 32, 33, 0, 100] {
            let mut draws = vec![0; count];
            many.fill(&mut draws);
            let expected: Vec<u64> = (0..count).map(|_| single.next_u64()).collect();
            assert_eq!(draws, expected);
        }
    }

    #[test]
    fn streams_differ_by_name_and_by_seed() {
        let first = Stream::named(7, "a").next_u64();
        assert_ne!(first, Stream::named(7, "b").next_u64());
        assert_ne!(first, Stream::named(8, "a").next_u64());
    }

    #[test]
    fn chance_keeps_its_share() {
        let mut stream = Stream::named(1, "chance");
        let hits = (0..100_000)
            .filter(|_| stream.chance(Ratio { ppm: 50_000 }))
            .count();
        assert!((4_700..5_300).contains(&hits), "{hits} of 100 000 at 5 %");
    }
}
