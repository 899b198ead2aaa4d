//! A histogram of integers in at most 2 KB: eight buckets to each power of two.
//!
//! A quantile is off by less than an eighth of its value, and exact at both ends and wherever all
//! values are equal. Two histograms add up, in any order, to the histogram of all their values.

/// Bits kept of a value below its leading one.
const BITS: u32 = 3;
/// Buckets to each power of two.
const STEPS: usize = 1 << BITS;
/// Values below [`STEPS`] have a bucket each; every longer value one by its length and first bits.
const BUCKETS: usize = STEPS * (u64::BITS - BITS + 1) as usize;

const _: () = assert!(
    size_of::<Histogram>() <= 2_048,
    "a histogram stays within 2 KB"
);

/// A distribution of integers of any size, in the unit of whoever records them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Histogram {
    counts: [u32; BUCKETS],
    least: u64,
    greatest: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: [0; BUCKETS],
            least: u64::MAX,
            greatest: 0,
        }
    }
}

impl Histogram {
    /// Adds one value. A bucket is full at 2^32 values and then keeps that count.
    pub fn record(&mut self, value: u64) {
        self.record_many(value, 1);
    }

    /// Adds `times` equal values.
    pub fn record_many(&mut self, value: u64, times: u32) {
        if times == 0 {
            return;
        }
        let count = &mut self.counts[bucket(value)];
        *count = count.saturating_add(times);
        self.least = self.least.min(value);
        self.greatest = self.greatest.max(value);
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine = mine.saturating_add(*theirs);
        }
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
    }

    /// Forgets all values.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|&count| u64::from(count)).sum()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.least > self.greatest
    }

    /// The greatest value; `None` without values.
    pub fn max(&self) -> Option<u64> {
        (!self.is_empty()).then_some(self.greatest)
    }

    /// The least value; `None` without values.
    pub fn min(&self) -> Option<u64> {
        (!self.is_empty()).then_some(self.least)
    }

    /// The value that `ppm` millionths of all values do not exceed: `500_000` for the median.
    /// Values of one bucket count as evenly spread over it. `None` without values.
    pub fn quantile(&self, ppm: u32) -> Option<u64> {
        if self.is_empty() {
            return None;
        }
        let wanted = u128::from(self.count()) * u128::from(ppm.min(1_000_000));
        let rank = wanted.div_ceil(1_000_000).max(1);
        let mut before = 0;
        for (index, &count) in self.counts.iter().enumerate() {
            let count = u128::from(count);
            if before + count >= rank {
                let (first, width) = bounds(index);
                let into = u128::from(width) * (rank - before - 1) / count;
                let into = u64::try_from(into).expect("less than the bucket's width");
                return Some((first + into).clamp(self.least, self.greatest));
            }
            before += count;
        }
        Some(self.greatest)
    }
}

/// The bucket of `value`.
fn bucket(value: u64) -> usize {
    let length = u64::BITS - value.leading_zeros();
    if length <= BITS {
        return usize::try_from(value).expect("less than eight");
    }
    let shift = length - 1 - BITS;
    let first_bits = usize::try_from(value >> shift).expect("less than sixteen");
    STEPS * shift as usize + first_bits
}

/// The least value of a bucket, and how many values fall into it.
fn bounds(index: usize) -> (u64, u64) {
    if index < STEPS {
        return (index as u64, 1);
    }
    let shift = index / STEPS - 1;
    (((index - STEPS * shift) as u64) << shift, 1 << shift)
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Histogram, bounds, bucket};

    #[test]
    fn buckets_cover_every_value_once() {
        let mut next = 0u64;
        for index in 0..BUCKETS {
            let (first, width) = bounds(index);
            assert_eq!(
                first, next,
                "bucket {index} begins where the one before ends"
            );
            assert_eq!(bucket(first), index);
            assert_eq!(bucket(first + (width - 1)), index);
            next = first.wrapping_add(width);
        }
        assert_eq!(next, 0, "the last bucket ends with the last value");
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn quantiles_are_off_by_less_than_an_eighth() {
        let mut histogram = Histogram::default();
        for value in 1..=100_000u64 {
            histogram.record(value * 7);
        }
        for ppm in [1, 10_000, 500_000, 950_000, 990_000, 999_000] {
            let exact = (100_000 * u64::from(ppm)).div_ceil(1_000_000) * 7;
            let found = histogram.quantile(ppm).expect("there are values");
            assert!(
                found.abs_diff(exact) <= exact / 8 + 7,
                "{ppm}: {found} against {exact}"
            );
        }
        assert_eq!(
            histogram.quantile(1_000_000).map(|value| value > 690_000),
            Some(true)
        );
        assert_eq!(histogram.max(), Some(700_000));
        assert_eq!(histogram.min(), Some(7));
    }

    #[test]
    fn equal_values_come_back_exactly() {
        let mut histogram = Histogram::default();
        histogram.record_many(41_234, 1_000);
        for ppm in [0, 500_000, 1_000_000] {
            assert_eq!(histogram.quantile(ppm), Some(41_234));
        }
        assert_eq!(Histogram::default().quantile(500_000), None);
    }

    #[test]
    fn merging_is_recording_together() {
        let (mut left, mut right, mut both) = (
            Histogram::default(),
            Histogram::default(),
            Histogram::default(),
        );
        for value in [0, 1, 7, 8, 9, 1_000, 123_456, u64::MAX] {
            left.record(value);
            right.record(value / 3);
            both.record(value);
            both.record(value / 3);
        }
        let mut other_way = right.clone();
        other_way.merge(&left);
        left.merge(&right);
        assert_eq!(left, both);
        assert_eq!(other_way, both);
        assert_eq!(both.count(), 16);
    }
}
