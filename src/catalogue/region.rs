//! Azure's regions, under both of their names.

use std::sync::LazyLock;

use super::{csv, folded};

const FILE: &str = include_str!("data/azure-region-continent.csv");

static REGIONS: LazyLock<Vec<Region>> = LazyLock::new(|| {
    csv::rows(FILE)
        .map(|[name, arm_name, continent]| Region {
            name,
            arm_name,
            continent: Continent::of_column(continent),
        })
        .collect()
});

/// A region of Azure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// The name people read: `East US`.
    pub name: &'static str,
    /// The name the resource manager uses: `eastus`.
    pub arm_name: &'static str,
    /// What egress from it is priced by.
    pub continent: Continent,
}

/// The part of the world a region is priced by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Continent {
    /// `north-america`
    NorthAmerica,
    /// `south-america`
    SouthAmerica,
    /// `europe`
    Europe,
    /// `asia`
    Asia,
    /// `oceania`
    Oceania,
    /// `middle-east-africa`
    MiddleEastAfrica,
}

impl Continent {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::NorthAmerica,
        Self::SouthAmerica,
        Self::Europe,
        Self::Asia,
        Self::Oceania,
        Self::MiddleEastAfrica,
    ];

    /// The name in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::NorthAmerica => "north-america",
            Self::SouthAmerica => "south-america",
            Self::Europe => "europe",
            Self::Asia => "asia",
            Self::Oceania => "oceania",
            Self::MiddleEastAfrica => "middle-east-africa",
        }
    }

    pub(super) fn of_column(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|continent| continent.name() == name)
            .expect("the tables name only continents that there are")
    }
}

/// All regions, by name.
pub fn regions() -> &'static [Region] {
    &REGIONS
}

/// The region called `name`: as people read it or as the resource manager does, in any case, with
/// or without spaces.
pub fn region(name: &str) -> Option<&'static Region> {
    let name = folded(name);
    REGIONS.iter().find(|region| region.arm_name == name)
}

/// Where the region with this display name stands in [`regions`].
pub(super) fn position(name: &str) -> Option<usize> {
    REGIONS.iter().position(|region| region.name == name)
}
