//! Exact Zipf ranks: a table for the hottest, buckets with a rejection for the rest.

use crate::engine::rng::Stream;
use crate::quantity::wide_product;

use super::alias::AliasTable;

/// So many ranks have a column of their own.
pub(super) const HEAD: u32 = 1_024;
/// A bucket of the tail grows to one part in so many of its first rank: the fewer tries that leaves
/// undecided, the more buckets there are.
const BUCKETS_PER_E: u32 = 64;

/// Ranks from 0, the `r`th with a weight of `(r + 1)` to the power of minus the exponent.
///
/// Exact, unlike YCSB's generator, which follows Gray et al. and is right for two ranks only. The
/// table's columns are the first 1024 ranks and then buckets of ranks of nearly one weight; the
/// weight of a bucket comes from the Euler-Maclaurin formula, good to twelve digits there.
#[derive(Clone, Debug)]
pub(super) struct Zipf {
    exponent: f64,
    head: usize,
    table: AliasTable,
    buckets: Box<[Bucket]>,
}

/// Consecutive places, counted from 1 (rank + 1).
#[derive(Clone, Copy, Debug)]
struct Bucket {
    first: u32,
    length: u32,
    /// Below this every place of the bucket is accepted, in parts of 2^64.
    sure: u64,
}

impl Zipf {
    /// Ranks below `ranks`, which is above zero.
    pub(super) fn new(ranks: u32, exponent_milli: u32) -> Self {
        let exponent = f64::from(exponent_milli) / 1_000.0;
        let head = ranks.min(HEAD);
        let mut weights: Vec<f64> = (1..=head)
            .map(|place| libm::pow(f64::from(place), -exponent))
            .collect();
        let mut buckets = Vec::new();
        let mut first = head + 1;
        while first <= ranks && first > HEAD {
            let last = ranks.min(first.saturating_add(first / BUCKETS_PER_E - 1));
            weights.push(bucket_weight(f64::from(first), f64::from(last), exponent));
            let least = libm::pow(f64::from(first) / f64::from(last), exponent);
            buckets.push(Bucket {
                first,
                length: last - first + 1,
                sure: parts(least),
            });
            let Some(next) = last.checked_add(1) else {
                break;
            };
            first = next;
        }
        Self {
            exponent,
            head: head as usize,
            table: AliasTable::new(&weights),
            buckets: buckets.into(),
        }
    }

    /// A rank. One draw for those in the head; for the others one more for each try.
    #[inline(always)]
    pub(super) fn rank(&self, stream: &mut Stream) -> u32 {
        let choice = self.table.choice(stream.next_u64());
        if choice < self.head {
            u32::try_from(choice).expect("the head is short")
        } else {
            self.tail_rank(self.buckets[choice - self.head], stream)
        }
    }

    #[inline(always)]
    fn tail_rank(&self, bucket: Bucket, stream: &mut Stream) -> u32 {
        loop {
            let (offset, rest) = wide_product(stream.next_u64(), u64::from(bucket.length));
            let offset = u32::try_from(offset).expect("it is below the bucket's length");
            if rest < bucket.sure || self.accepts(bucket.first, offset, rest) {
                return bucket.first - 1 + offset;
            }
        }
    }

    /// Whether a place keeps a try, by its weight over the bucket's greatest.
    #[cold]
    fn accepts(&self, first: u32, offset: u32, draw: u64) -> bool {
        let place = f64::from(first) + f64::from(offset);
        draw < parts(libm::pow(f64::from(first) / place, self.exponent))
    }
}

/// The sum of the weights from `first` to `last`.
pub(super) fn bucket_weight(first: f64, last: f64, exponent: f64) -> f64 {
    let weight = |place: f64| libm::pow(place, -exponent);
    let slope = |place: f64| -exponent * libm::pow(place, -exponent - 1.0);
    let stretch = libm::log(last / first);
    let rest = 1.0 - exponent;
    let integral = if rest.abs() < 1e-9 {
        stretch
    } else {
        libm::pow(first, rest) * libm::expm1(rest * stretch) / rest
    };
    integral + (weight(first) + weight(last)) / 2.0 + (slope(last) - slope(first)) / 12.0
}

/// A share of at most one, in parts of 2^64.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, as it should for a one"
)]
fn parts(share: f64) -> u64 {
    (share * 18_446_744_073_709_551_616.0) as u64
}
