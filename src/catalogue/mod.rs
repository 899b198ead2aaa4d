//! Azure's regions, round-trip times, SKUs and prices: the CSV files, typed and looked up.
//!
//! Each table is read from its file once, when first asked for. `data/SOURCES.md` says where the
//! files come from. Left out: availability zones, region pairs, the network figures of a SKU (none
//! are published).

mod csv;
mod price;
mod region;
mod round_trip;
mod sku;
#[cfg(test)]
mod tests;

pub use price::micro_usd_per_gb;
pub use region::{Continent, Region, region, regions};
pub use round_trip::{NoRtt, Rtt, rtt};
pub use sku::{Sku, Tier, sku, skus};

/// The candidates most like `text`, the likest first, at most three; none when nothing is like it.
///
/// Likeness ignores case and spaces, so `east us` finds both `East US` and `eastus2`.
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    // Below this two names share little but their alphabet.
    const LIKENESS_MIN: f64 = 0.75;
    const SHOWN_MAX: usize = 3;

    let text = folded(text);
    let mut likest: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&text, &folded(candidate)), candidate))
        .filter(|&(likeness, _)| likeness >= LIKENESS_MIN)
        .collect();
    likest.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    likest.truncate(SHOWN_MAX);
    likest.into_iter().map(|(_, candidate)| candidate).collect()
}

/// A name without what people write differently: case and spaces.
fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}
