//! Published round-trip times between regions.

use std::sync::LazyLock;

use thiserror::Error;

use crate::quantity::Ratio;
use crate::time::SimDuration;

use super::region::{self, Region};
use super::{csv, regions};

const MEDIANS: &str = include_str!("data/azure-region-rtt-ms.csv");
const SAMPLE: &str = include_str!("data/azure-region-rtt-ms-p50-p95-2026-07-sample.csv");

static TABLE: LazyLock<Table> = LazyLock::new(Table::read);

/// What is published about one ordered pair.
#[derive(Clone, Copy, Default)]
struct Cell {
    p50_ms: Option<u64>,
    jitter: Option<Ratio>,
}

/// A cell for every ordered pair of regions, row by row.
struct Table {
    cells: Vec<Cell>,
}

impl Table {
    fn read() -> Self {
        let mut table = Self {
            cells: vec![Cell::default(); regions().len() * regions().len()],
        };
        for [from, to, p50_ms] in csv::rows(MEDIANS) {
            table.cell_mut(from, to).p50_ms = Some(csv::integer(p50_ms));
        }
        for [from, to, p50_ms, p95_ms] in csv::rows(SAMPLE) {
            let (p50, p95): (u64, u64) = (csv::integer(p50_ms), csv::integer(p95_ms));
            let ratio = Ratio {
                ppm: p95 * Ratio::ONE.ppm / p50,
            };
            table.cell_mut(from, to).jitter = Some(ratio);
        }
        table
    }

    fn cell_mut(&mut self, from: &str, to: &str) -> &mut Cell {
        let place = place(from, to).expect("both files name only regions of the region table");
        &mut self.cells[place]
    }

    fn cell(&self, from: &Region, to: &Region) -> Cell {
        place(from.name, to.name).map_or(Cell::default(), |place| self.cells[place])
    }
}

fn place(from: &str, to: &str) -> Option<usize> {
    Some(region::position(from)? * regions().len() + region::position(to)?)
}

/// A published round-trip time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rtt {
    /// The median.
    pub p50: SimDuration,
    /// Whether the median is published for the opposite direction only; A-MIRROR says whether it
    /// then counts for both.
    pub mirrored: bool,
    /// P95 over P50, where the sample of July 2026 has the pair, in either direction.
    pub jitter: Option<Ratio>,
    /// Whether the sample has it for the opposite direction only.
    pub jitter_mirrored: bool,
}

/// No round-trip time is published for a pair, either way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error(
    "no round-trip time is published between `{from}` and `{to}`, in either direction; give the \
     one-way delay yourself: `routes: [(from: \"{from}\", to: \"{to}\", delay: \"40ms\")]`"
)]
pub struct NoRtt {
    /// The first region's name.
    pub from: &'static str,
    /// The second region's name.
    pub to: &'static str,
}

/// The round-trip time as seen by `from`.
///
/// # Errors
/// When Azure's table has the pair in neither direction; a region is no pair with itself.
pub fn rtt(from: &Region, to: &Region) -> Result<Rtt, NoRtt> {
    let (there, back) = (TABLE.cell(from, to), TABLE.cell(to, from));
    let p50_ms = there.p50_ms.or(back.p50_ms).ok_or(NoRtt {
        from: from.name,
        to: to.name,
    })?;
    Ok(Rtt {
        p50: SimDuration::from_millis(p50_ms),
        mirrored: there.p50_ms.is_none(),
        jitter: there.jitter.or(back.jitter),
        jitter_mirrored: there.jitter.is_none() && back.jitter.is_some(),
    })
}
