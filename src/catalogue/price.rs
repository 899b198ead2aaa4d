//! What traffic between regions costs.

use std::sync::LazyLock;

use crate::quantity::Ratio;

use super::csv;
use super::region::{Continent, Region};

const FILE: &str = include_str!("data/azure-bandwidth-usd-per-gb.csv");

/// Micro-USD for 10^9 bytes, by the continents of sender and receiver.
static PRICES: LazyLock<Vec<(Continent, Continent, u64)>> = LazyLock::new(|| {
    csv::rows::<4>(FILE)
        .filter(|[.., scope]| *scope != "intra-region")
        .map(|[from, to, usd, _]| {
            let ratio: Ratio = usd.parse().expect("the price is a decimal number");
            // A millionth of a dollar is a part per million of one.
            (
                Continent::of_column(from),
                Continent::of_column(to),
                ratio.ppm,
            )
        })
        .collect()
});

/// What sending 10^9 bytes costs, in millionths of a US dollar. The sender's side pays; within a
/// region traffic is free.
pub fn micro_usd_per_gb(from: &Region, to: &Region) -> u64 {
    if from == to {
        return 0;
    }
    PRICES
        .iter()
        .find(|price| (price.0, price.1) == (from.continent, to.continent))
        .map(|price| price.2)
        .expect("the table prices every pair of continents")
}
