//! Cases, cell by cell.

use crate::experiment::outcome::{
    AxisKind, AxisValue, BandFigures, CaseResult, CaseStatus, CellFigures, Cells, Measure, Value,
};
use crate::experiment::sweep::cheapest::cheapest;
use crate::experiment::sweep::figure::{Distribution, Spread, Timed, figure, share};
use crate::experiment::sweep::grid::Grid;
use crate::experiment::sweep::swing::swings;
use crate::experiment::sweep::times::Times;

/// Values of an axis for which times are spread out.
const GROUPS_MAX: usize = 6;

/// What is kept of all cells so far.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    cells: Vec<Cell>,
    /// What became of each seed in each cell, in the order of the seeds.
    seeds: Vec<SeedFates>,
}

/// What is kept of a cell so far.
#[derive(Clone, Debug, Default)]
struct Cell {
    run: u64,
    failed: u64,
    full: u64,
    bought_bytes: Option<u64>,
    times: Times,
    peak: Vec<Value>,
}

/// One seed in all cells.
#[derive(Clone, Debug)]
pub(super) struct SeedFates {
    seed: u64,
    /// In each cell; none where it was not run.
    fates: Vec<Option<Fate>>,
}

/// What became of a case.
#[derive(Clone, Copy, Debug)]
struct Fate {
    fails: bool,
    /// Unknown of a case that was cut short.
    full: Option<bool>,
}

impl SeedFates {
    /// Whether a measure holds in each cell; none when one of them does not tell.
    pub(super) fn hits(&self, measure: Measure) -> Option<Vec<bool>> {
        let hit = |fate: &Option<Fate>| match measure {
            Measure::Failures => fate.map(|fate| fate.fails),
            Measure::OutOfMemory => fate.and_then(|fate| fate.full),
        };
        self.fates.iter().map(hit).collect()
    }
}

impl Kept {
    /// No case yet.
    pub(super) fn new(grid: Grid<'_>) -> Self {
        Self {
            cells: vec![Cell::default(); grid.count()],
            seeds: Vec::new(),
        }
    }

    /// Takes in the next case, which is of the cell with this number.
    pub(super) fn add(&mut self, number: usize, case: &CaseResult) {
        let fails = case.status != CaseStatus::Pass;
        let ended = matches!(case.status, CaseStatus::Pass | CaseStatus::Fail);
        // A scenario that is wrong as it was drawn has no instances, and never ran.
        let ended = ended && !case.instances.is_empty();
        let first = case.instances.iter().filter_map(|one| one.oom_at_ms).min();
        let cell = &mut self.cells[number];
        cell.run += 1;
        cell.failed += u64::from(fails);
        let bought = case.cell.as_ref().and_then(|cell| cell.bought_bytes);
        cell.bought_bytes = cell.bought_bytes.max(bought);
        if ended {
            let peaks = case.instances.iter().map(|one| one.used_peak_ppm);
            cell.full += u64::from(first.is_some());
            cell.times.add(case);
            cell.peak.push(Value::At(peaks.max().unwrap_or(0)));
        }
        if self.seeds.last().is_none_or(|last| last.seed != case.seed) {
            self.seeds.push(SeedFates {
                seed: case.seed,
                fates: vec![None; self.cells.len()],
            });
        }
        let last = self.seeds.last_mut().expect("it was put there above");
        last.fates[number] = Some(Fate {
            fails,
            full: ended.then_some(first.is_some()),
        });
    }

    /// What all cells say together.
    pub(super) fn figures(&self, grid: Grid<'_>) -> Cells {
        let cells = self.cells.iter().enumerate();
        let each: Vec<CellFigures> = cells
            .map(|(number, cell)| cell.figures(number, grid))
            .collect();
        let measure = self.measure();
        let has_band = grid.0.iter().any(|axis| axis.kind == AxisKind::Band);
        let settings = grid.firsts(&[AxisKind::Band]).into_iter();
        let settings = settings.filter(|_| has_band);
        Cells {
            band: settings.map(|first| self.setting(first, grid)).collect(),
            measure,
            swings: swings(grid, &self.seeds, measure),
            cheapest: cheapest(grid, &each),
            each,
        }
    }

    /// How times are spread with each value of the axis that moves the result most, over all other
    /// axes.
    pub(super) fn distributions(&self, grid: Grid<'_>) -> Vec<Distribution> {
        let swings = swings(grid, &self.seeds, self.measure());
        let named = |name: &str| grid.0.iter().position(|axis| axis.name == name);
        let first = swings.first().and_then(|swing| named(&swing.axis));
        let position = first.unwrap_or(0);
        let Some(axis) = grid.0.get(position) else {
            return Vec::new();
        };
        let seeds = self.seeds.len() as u64;
        let with = |(digit, value): (usize, &AxisValue)| {
            let mut times = Times::default();
            let cells = self.cells.iter().enumerate();
            for (_, cell) in cells.filter(|(number, _)| grid.digits(*number)[position] == digit) {
                times.extend(&cell.times);
            }
            let group = format!("{} {}", axis.name, value.label);
            let name = Some(group.clone());
            let oom = Distribution::new(Timed::OutOfMemory, name, &times.oom, seeds);
            std::iter::once(oom).chain(times.distributions(Some(&group), seeds))
        };
        let values = axis.values.iter().enumerate().take(GROUPS_MAX);
        values.flat_map(with).collect()
    }

    /// What axes are weighed by.
    fn measure(&self) -> Measure {
        match self.cells.iter().any(|cell| cell.full > 0) {
            true => Measure::OutOfMemory,
            false => Measure::Failures,
        }
    }

    /// All cells with the same values of bands as this one.
    fn setting(&self, first: usize, grid: Grid<'_>) -> BandFigures {
        let cells = grid.alike(first, &[AxisKind::Band]).into_iter();
        let cells: Vec<&Cell> = cells.map(|number| &self.cells[number]).collect();
        let sum = |of: fn(&Cell) -> u64| cells.iter().map(|cell| of(cell)).sum::<u64>();
        let oom: Vec<Value> = cells
            .iter()
            .flat_map(|cell| &cell.times.oom)
            .copied()
            .collect();
        let (spread, seeds) = match cells.len() {
            1 => (Spread::Independent, u64::MAX),
            _ => (Spread::Clustered, self.seeds.len() as u64),
        };
        BandFigures {
            values: grid.labels_of(first, AxisKind::Band),
            failures: share(sum(|cell| cell.failed), sum(|cell| cell.run), seeds),
            out_of_memory: share(sum(|cell| cell.full), oom.len() as u64, seeds),
            oom_at_ms: figure(&oom, spread),
        }
    }
}

impl Cell {
    fn figures(&self, number: usize, grid: Grid<'_>) -> CellFigures {
        let alone = |values: &[Value]| figure(values, Spread::Independent);
        let digits = grid.digits(number).into_iter().zip(grid.0);
        let prices = digits.filter_map(|(digit, axis)| axis.values[digit].micro_usd_per_hour);
        CellFigures {
            values: grid.labels(number),
            failures: share(self.failed, self.run, u64::MAX),
            out_of_memory: share(self.full, self.times.oom.len() as u64, u64::MAX),
            oom_at_ms: alone(&self.times.oom),
            converge_ms: alone(&self.times.converge),
            rto_ms: alone(&self.times.rto),
            rpo_ms: alone(&self.times.rpo),
            used_peak_ppm: alone(&self.peak),
            lost_writes: alone(&self.times.lost),
            bought_bytes: self.bought_bytes,
            micro_usd_per_hour: prices.reduce(u64::saturating_add),
        }
    }
}
