//! Azure's regions, round-trip times, SKUs and prices: the CSV files, typed and looked up.

use crate::quantity::Bytes;

/// A size of Azure Managed Redis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sku {
    /// The name as Azure writes it: `Balanced_B3`.
    pub name: &'static str,
    /// The memory bought; a GB is 10^9 bytes.
    pub memory: Bytes,
    /// Primary shards.
    pub shards: u16,
    /// Whether a group may have it as a member (seed edition).
    pub geo_replicated: bool,
}
