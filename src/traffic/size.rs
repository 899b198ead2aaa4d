//! How long a value is.

use crate::engine::rng::Stream;
use crate::quantity::wide_product;

use super::alias::AliasTable;

/// A distribution of sizes in bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sizes {
    /// Always the same.
    Constant(u32),
    /// Every size from the first to the last alike, both included.
    Uniform(u32, u32),
    /// Sizes with weights: `(size, weight)`.
    Weighted(Vec<(u32, u32)>),
}

/// Draws sizes.
#[derive(Clone, Debug)]
pub struct SizeChoice {
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Constant(u32),
    Uniform {
        first: u32,
        count: u64,
    },
    Weighted {
        sizes: Box<[u32]>,
        table: AliasTable,
    },
}

impl SizeChoice {
    /// Sizes as `sizes` has them.
    ///
    /// # Panics
    /// When the first of a uniform pair is above the last, or no weight is above zero: the scenario
    /// refuses both.
    pub fn new(sizes: &Sizes) -> Self {
        let way = match sizes {
            Sizes::Constant(size) => Way::Constant(*size),
            Sizes::Uniform(first, last) => {
                assert!(first <= last, "sizes go up, but {first} is above {last}");
                Way::Uniform {
                    first: *first,
                    count: u64::from(last - first) + 1,
                }
            }
            Sizes::Weighted(weighted) => {
                let weights: Vec<f64> = weighted.iter().map(|one| f64::from(one.1)).collect();
                let sizes = weighted.iter().map(|one| one.0).collect();
                Way::Weighted {
                    sizes,
                    table: AliasTable::new(&weights),
                }
            }
        };
        Self { way }
    }

    /// A size in bytes; one draw, or none for a constant.
    #[inline(always)]
    pub fn draw(&self, stream: &mut Stream) -> u32 {
        match &self.way {
            Way::Constant(size) => *size,
            Way::Uniform { first, count } => {
                let (offset, _) = wide_product(stream.next_u64(), *count);
                first + u32::try_from(offset).expect("it is at most the last less the first")
            }
            Way::Weighted { sizes, table } => sizes[table.choice(stream.next_u64())],
        }
    }
}
