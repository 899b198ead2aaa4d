//! The sizes of Azure Managed Redis.

use std::sync::LazyLock;

use crate::quantity::{Bytes, Rate};

use super::csv;

const FILE: &str = include_str!("data/azure-skus.csv");

static SKUS: LazyLock<Vec<Sku>> = LazyLock::new(|| csv::rows(FILE).map(Sku::of_row).collect());

/// A size of Azure Managed Redis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sku {
    /// The name as Azure writes it: `Balanced_B3`.
    pub name: &'static str,
    /// What its hardware is chosen for.
    pub tier: Tier,
    /// The memory bought; a GB is 10^9 bytes.
    pub memory: Bytes,
    /// Virtual processors.
    pub vcpus: u16,
    /// Whether a group may have it as a member (seed edition).
    pub geo_replicated: bool,
    /// Primary shards.
    pub shards: u16,
    /// The most client connections at a time.
    pub connections_max: u32,
    /// `GET`s of 1 KiB values that Microsoft measured: at best, and promised by nobody.
    pub throughput: Option<Rate>,
    /// What else the sources say, and where they disagree.
    pub note: &'static str,
}

/// A family of sizes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tier {
    /// Much memory for each processor.
    MemoryOptimized,
    /// Four GB for each processor.
    Balanced,
    /// Two GB for each processor.
    ComputeOptimized,
    /// Most of the memory is flash.
    FlashOptimized,
}

impl Tier {
    /// All of them, in the order Azure lists them.
    pub const ALL: [Self; 4] = [
        Self::MemoryOptimized,
        Self::Balanced,
        Self::ComputeOptimized,
        Self::FlashOptimized,
    ];

    /// The name as Azure writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::MemoryOptimized => "Memory Optimized",
            Self::Balanced => "Balanced",
            Self::ComputeOptimized => "Compute Optimized",
            Self::FlashOptimized => "Flash Optimized",
        }
    }
}

impl Sku {
    fn of_row(row: [&'static str; 8]) -> Self {
        let [
            name,
            tier,
            memory_gb,
            vcpus,
            geo_replicated,
            shards,
            connections_max,
            note,
        ] = row;
        Self {
            name,
            tier: Tier::ALL
                .into_iter()
                .find(|one| one.name() == tier)
                .expect("the table names only tiers that there are"),
            memory: format!("{memory_gb}GB")
                .parse()
                .expect("memory is a number of GB"),
            vcpus: csv::integer(vcpus),
            geo_replicated: geo_replicated.parse().expect("the column is true or false"),
            shards: csv::integer(shards),
            connections_max: csv::integer(connections_max),
            throughput: throughput(note),
            note,
        }
    }
}

/// The figure a benchmarked size's note begins with: `230000 GET/s`.
fn throughput(note: &str) -> Option<Rate> {
    let (figure, _) = note.split_once(" GET/s")?;
    Some(
        format!("{figure}/s")
            .parse()
            .expect("the note begins with the figure"),
    )
}

/// All sizes, in the order of the table: by tier, then by memory.
pub fn skus() -> &'static [Sku] {
    &SKUS
}

/// The size called `name`, in any case: `Balanced_B3`.
pub fn sku(name: &str) -> Option<&'static Sku> {
    SKUS.iter().find(|sku| sku.name.eq_ignore_ascii_case(name))
}
