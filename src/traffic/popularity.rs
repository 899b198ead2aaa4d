//! Which key an operation uses.

use crate::engine::rng::Stream;
use crate::id::PopulationId;
use crate::quantity::{Ratio, wide_product};

use super::spread::Spread;
use super::zipf::{self, Zipf};

/// How often each key of a population is used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Popularity {
    /// All alike.
    Uniform,
    /// Rank r with a weight of r to the power of minus the exponent (exact, not YCSB's
    /// approximation); ranks are spread over the numbers by a fixed permutation.
    Zipf {
        /// The exponent, in thousandths: 990 for YCSB.
        exponent_milli: u32,
    },
    /// A share of the operations goes to a share of the keys, each part uniform.
    HotSpot {
        /// Share of the keys that are hot.
        keys: Ratio,
        /// Share of the operations that go to them.
        operations: Ratio,
    },
    /// The most recently inserted keys most, by Zipf (YCSB D).
    Latest {
        /// The exponent, in thousandths.
        exponent_milli: u32,
    },
}

/// Draws key numbers by popularity.
#[derive(Clone, Debug)]
pub struct KeyChoice {
    count: u32,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Uniform,
    Zipf {
        zipf: Zipf,
        hottest: Box<[u32]>,
        spread: Spread,
    },
    HotSpot {
        hot: u32,
        operations: Ratio,
        spread: Spread,
    },
    Latest {
        exponent_milli: u32,
        ranks: u32,
        zipf: Zipf,
    },
}

impl KeyChoice {
    /// Numbers below `count` of a population.
    ///
    /// # Panics
    /// When `count` is zero.
    pub fn new(popularity: &Popularity, population: PopulationId, count: u32) -> Self {
        assert!(count > 0, "a population has some key to draw");
        let way = match *popularity {
            Popularity::Uniform => Way::Uniform,
            Popularity::Zipf { exponent_milli } => {
                let spread = Spread::new(population, count);
                let hottest = (0..count.min(zipf::HEAD))
                    .map(|rank| spread.number(rank))
                    .collect();
                Way::Zipf {
                    zipf: Zipf::new(count, exponent_milli),
                    hottest,
                    spread,
                }
            }
            Popularity::HotSpot { keys, operations } => {
                let hot = u32::try_from(keys.of(u64::from(count))).unwrap_or(count);
                // A part without keys gets no operations, so the other one gets them all.
                if (1..count).contains(&hot) {
                    Way::HotSpot {
                        hot,
                        operations,
                        spread: Spread::new(population, count),
                    }
                } else {
                    Way::Uniform
                }
            }
            Popularity::Latest { exponent_milli } => Way::Latest {
                exponent_milli,
                ranks: 1,
                zipf: Zipf::new(1, exponent_milli),
            },
        };
        Self { count, way }
    }

    /// A key number. Only `Latest` regards `newest`, the number inserted last, and never goes
    /// beyond it.
    #[inline(always)]
    pub fn draw(&mut self, stream: &mut Stream, newest: u32) -> u32 {
        match &mut self.way {
            Way::Uniform => below(stream.next_u64(), self.count),
            Way::Zipf {
                zipf,
                hottest,
                spread,
            } => {
                let rank = zipf.rank(stream);
                match hottest.get(rank as usize) {
                    Some(&number) => number,
                    None => spread.number(rank),
                }
            }
            Way::HotSpot {
                hot,
                operations,
                spread,
            } => {
                let rank = if stream.chance(*operations) {
                    below(stream.next_u64(), *hot)
                } else {
                    *hot + below(stream.next_u64(), self.count - *hot)
                };
                spread.number(rank)
            }
            Way::Latest {
                exponent_milli,
                ranks,
                zipf,
            } => {
                if *ranks <= newest {
                    *ranks = newest
                        .checked_add(1)
                        .map_or(u32::MAX, u32::next_power_of_two);
                    *zipf = Zipf::new(*ranks, *exponent_milli);
                }
                // There may be more ranks than numbers up to the newest. To draw again what lies
                // beyond is exact, and spares a table for each insert.
                loop {
                    if let Some(number) = newest.checked_sub(zipf.rank(stream)) {
                        return number;
                    }
                }
            }
        }
    }
}

/// A uniform number below `count`, biased by less than 2^-32.
fn below(draw: u64, count: u32) -> u32 {
    let (number, _) = wide_product(draw, u64::from(count));
    u32::try_from(number).expect("it is below a u32")
}
