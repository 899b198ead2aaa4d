//! What to choose: the cheapest configuration of which every case passed.

use crate::experiment::outcome::{
    AxisKind, CellFigures, Cheapest, Chosen, CostUnit, ForCircumstances,
};
use crate::experiment::sweep::figure::share;
use crate::experiment::sweep::grid::Grid;

/// The cheapest for all circumstances and for each of them; none where there is nothing to choose.
pub(super) fn cheapest(grid: Grid<'_>, each: &[CellFigures]) -> Option<Cheapest> {
    let choices = || grid.0.iter().filter(|one| one.kind == AxisKind::Choice);
    let configurations = grid.firsts(&[AxisKind::Choice]);
    if configurations.len() < 2 {
        return None;
    }
    let mut values = choices().flat_map(|axis| &axis.values);
    let by = match values.any(|value| value.micro_usd_per_hour.is_some()) {
        true => CostUnit::MicroUsdPerHour,
        false => CostUnit::BoughtBytes,
    };
    let shop = Shop {
        grid,
        each,
        by,
        configurations,
    };
    let circumstances = grid.firsts(&[AxisKind::Circumstance]);
    let of_each = circumstances.iter().map(|one| ForCircumstances {
        values: grid.labels_of(*one, AxisKind::Circumstance),
        chosen: shop.cheapest(&grid.alike(*one, &[AxisKind::Circumstance])),
    });
    let all: Vec<usize> = (0..grid.count()).collect();
    Some(Cheapest {
        by,
        overall: shop.cheapest(&all),
        each: of_each.filter(|one| !one.values.is_empty()).collect(),
    })
}

/// All configurations, and how their cells fared.
struct Shop<'a> {
    grid: Grid<'a>,
    each: &'a [CellFigures],
    by: CostUnit,
    /// One cell of each.
    configurations: Vec<usize>,
}

impl Shop<'_> {
    /// The cheapest that passes in all of its cells among these; of equals the first, with the
    /// others beside it.
    fn cheapest(&self, among: &[usize]) -> Option<Chosen> {
        let all = self.configurations.iter();
        let mut passing: Vec<Chosen> = all.filter_map(|one| self.passing(*one, among)).collect();
        let least = passing.iter().map(|chosen| chosen.cost).min()?;
        passing.retain(|chosen| chosen.cost == least);
        let mut equals = passing.into_iter();
        let first = equals.next()?;
        Some(Chosen {
            equals: equals.map(|chosen| chosen.values).collect(),
            ..first
        })
    }

    /// A configuration that passes in all of its cells among these.
    fn passing(&self, configuration: usize, among: &[usize]) -> Option<Chosen> {
        let cells = self.grid.alike(configuration, &[AxisKind::Choice]);
        let cells = cells.into_iter().filter(|cell| among.contains(cell));
        let cells: Vec<&CellFigures> = cells.map(|cell| &self.each[cell]).collect();
        let least = cells.iter().map(|cell| cell.failures.of).min()?;
        let failed: u64 = cells.iter().map(|cell| cell.failures.count).sum();
        let cost = |cell: &&CellFigures| match self.by {
            CostUnit::MicroUsdPerHour => cell.micro_usd_per_hour,
            CostUnit::BoughtBytes => cell.bought_bytes,
        };
        (failed == 0 && least > 0).then_some(())?;
        Some(Chosen {
            values: self.grid.labels_of(configuration, AxisKind::Choice),
            cost: cells.iter().filter_map(cost).max()?,
            failures: share(0, least, u64::MAX),
            equals: Vec::new(),
        })
    }
}
