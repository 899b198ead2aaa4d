//! Cases, one after the other, to a summary.

use std::collections::BTreeMap;

use crate::experiment::outcome::{
    CaseResult, CaseStatus, Figure, Gate, Header, InstanceFigures, Point, SCHEMA_VERSION, Share,
    Signature, Stopped, Summary, Value,
};
use crate::experiment::sweep::cells::Kept;
use crate::experiment::sweep::figure::{Distribution, Spread, Timed, figure, share};
use crate::experiment::sweep::times::Times;
use crate::quantity::Ratio;

/// How often it is looked whether the interval is narrow enough, in seeds, each run in all cells:
/// fixed, so that a sweep stops at the same case wherever it runs.
pub const CHECK_EVERY: u64 = 20;

/// How many seeds of a failure are listed.
const SEEDS_MAX: usize = 5;

/// What is kept of all cases so far: counts, and a number for each figure and case.
#[derive(Clone, Debug)]
pub struct Fold {
    header: Header,
    counts: BTreeMap<CaseStatus, u64>,
    run: u64,
    signatures: BTreeMap<String, Group>,
    gates: Vec<Watched>,
    instances: Vec<Member>,
    times: Times,
    overwritten: Vec<Value>,
    /// How many seeds there are so far, and the last of them.
    seeds: (u64, Option<u64>),
    /// Cell by cell, where there are axes.
    cells: Option<Kept>,
}

/// Cases that failed in the same way.
#[derive(Clone, Debug)]
struct Group {
    count: u64,
    seeds: Vec<u64>,
    first: Point,
    detail: String,
}

/// A gate so far.
#[derive(Clone, Debug)]
struct Watched {
    name: String,
    hits: u64,
    looks: u64,
    first: Option<u64>,
}

/// One member so far.
#[derive(Clone, Debug)]
struct Member {
    name: String,
    oom: Vec<Value>,
    peak: Vec<Value>,
}

impl Fold {
    /// No case yet.
    pub fn new(header: &Header) -> Self {
        Self {
            header: header.clone(),
            counts: BTreeMap::new(),
            run: 0,
            signatures: BTreeMap::new(),
            gates: Vec::new(),
            instances: Vec::new(),
            times: Times::default(),
            overwritten: Vec::new(),
            seeds: (0, None),
            cells: (!header.axes.is_empty()).then(|| Kept::new(header.grid())),
        }
    }

    /// What the cases are of.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How many cases there are so far.
    pub fn run(&self) -> u64 {
        self.run
    }

    /// How many of them did not pass.
    pub fn failures(&self) -> u64 {
        self.run - self.count(CaseStatus::Pass)
    }

    /// Takes in the next case, in the order of the sweep. Figures of cases that were cut short are
    /// left out: nobody knows what they would have been.
    ///
    /// # Panics
    /// When the case is of another sweep's cell.
    pub fn add(&mut self, case: &CaseResult) {
        let values = case.cell.as_ref().map(|cell| &cell.values);
        let point = self.header.point(case.seed, values);
        let point = point.expect("a case lies in a cell of its sweep");
        if let Some(cells) = &mut self.cells {
            let number = usize::try_from(point.cell).expect("there are not so many cells");
            cells.add(number, case);
        }
        if self.seeds.1 != Some(case.seed) {
            self.seeds = (self.seeds.0 + 1, Some(case.seed));
        }
        self.run += 1;
        *self.counts.entry(case.status).or_insert(0) += 1;
        if let Some(signature) = &case.signature {
            let group = self
                .signatures
                .entry(signature.clone())
                .or_insert_with(|| Group {
                    count: 0,
                    seeds: Vec::new(),
                    first: point,
                    detail: case.detail.clone(),
                });
            group.count += 1;
            if group.seeds.len() < SEEDS_MAX && group.seeds.last() != Some(&case.seed) {
                group.seeds.push(case.seed);
            }
        }
        if !matches!(case.status, CaseStatus::Pass | CaseStatus::Fail) {
            return;
        }
        self.add_gates(case);
        self.add_members(case);
        // A scenario that is wrong as it was drawn has no instances, and never ran.
        if case.instances.is_empty() {
            return;
        }
        self.times.add(case);
        self.overwritten.push(Value::At(case.overwritten_writes));
    }

    fn add_gates(&mut self, case: &CaseResult) {
        for gate in &case.gates {
            let known = self.gates.iter().position(|one| one.name == gate.name);
            let at = known.unwrap_or_else(|| {
                self.gates.push(Watched {
                    name: gate.name.clone(),
                    hits: 0,
                    looks: 0,
                    first: None,
                });
                self.gates.len() - 1
            });
            let watched = &mut self.gates[at];
            watched.looks += u64::from(gate.hit.is_some());
            if gate.hit == Some(true) {
                watched.hits += 1;
                watched.first.get_or_insert(case.seed);
            }
        }
    }

    fn add_members(&mut self, case: &CaseResult) {
        for one in &case.instances {
            let known = self
                .instances
                .iter()
                .position(|member| member.name == one.name);
            let at = known.unwrap_or_else(|| {
                self.instances.push(Member {
                    name: one.name.clone(),
                    oom: Vec::new(),
                    peak: Vec::new(),
                });
                self.instances.len() - 1
            });
            let member = &mut self.instances[at];
            member
                .oom
                .push(one.oom_at_ms.map_or(Value::Never, Value::At));
            member.peak.push(Value::At(one.used_peak_ppm));
        }
    }

    fn count(&self, status: CaseStatus) -> u64 {
        self.counts.get(&status).copied().unwrap_or(0)
    }

    /// How far the bounds of the share that fails are apart, in parts of a million.
    pub fn width_ppm(&self) -> u64 {
        let share = self.share(self.failures(), self.run);
        share.high_ppm - share.low_ppm
    }

    /// Whether it is time to stop, as the interval is as narrow as is wanted; looked at every
    /// [`CHECK_EVERY`] seeds.
    pub fn is_precise(&self, wanted: Ratio) -> bool {
        let every = CHECK_EVERY * self.header.cases_of_a_seed();
        self.run > 0 && self.run.is_multiple_of(every) && self.width_ppm() <= wanted.ppm
    }

    /// The summary of all cases so far. `precision` is how narrow the interval should become;
    /// `once_in` in one of how many cases a gate must be hit.
    pub fn summary(&self, precision: Option<Ratio>, once_in: Option<u64>) -> Summary {
        let planned = self.header.count();
        let (passed, gates) = (self.count(CaseStatus::Pass), self.gates(once_in));
        let all_met = gates.iter().all(|gate| gate.met);
        Summary {
            schema_version: SCHEMA_VERSION,
            header: self.header.clone(),
            planned,
            run: self.run,
            passed,
            failed: self.count(CaseStatus::Fail),
            capped: self.count(CaseStatus::Capped),
            panicked: self.count(CaseStatus::Panic),
            holds: self.run > 0 && passed == self.run && all_met,
            stopped: self.stopped(planned, precision),
            failures: self.share(self.failures(), self.run),
            signatures: self.signatures(),
            gates,
            instances: self.instances.iter().map(|one| self.member(one)).collect(),
            converge_ms: self.figure(&self.times.converge),
            recovery_ms: self.figure(&self.times.recovery),
            rto_ms: self.figure(&self.times.rto),
            rpo_ms: self.figure(&self.times.rpo),
            lost_writes: self.figure(&self.times.lost),
            overwritten_writes: self.figure(&self.overwritten),
            cells: self
                .cells
                .as_ref()
                .map(|cells| cells.figures(self.header.grid())),
        }
    }

    /// How times are spread over all cases; where axes are varied, for the values of the one that
    /// moves the result most.
    pub fn distributions(&self) -> Vec<Distribution> {
        if let Some(cells) = &self.cells {
            return cells.distributions(self.header.grid());
        }
        let seeds = self.seeds.0;
        let members = self.instances.iter().map(|member| {
            let name = Some(member.name.clone());
            Distribution::new(Timed::OutOfMemory, name, &member.oom, seeds)
        });
        members
            .chain(self.times.distributions(None, seeds))
            .collect()
    }

    fn stopped(&self, planned: u64, precision: Option<Ratio>) -> Stopped {
        let width_ppm = self.width_ppm();
        match precision {
            Some(wanted) if self.is_precise(wanted) => Stopped::Precise { width_ppm },
            _ if self.run < planned => Stopped::OutOfTime,
            Some(wanted) => Stopped::NotPrecise {
                wanted_ppm: wanted.ppm,
                width_ppm,
            },
            None => Stopped::AllRun,
        }
    }

    fn signatures(&self) -> Vec<Signature> {
        let each = self.signatures.iter().map(|(signature, group)| Signature {
            signature: signature.clone(),
            share: self.share(group.count, self.run),
            first_seeds: group.seeds.clone(),
            detail: group.detail.clone(),
            reproduce: self.header.reproduce(group.first),
        });
        let mut all: Vec<Signature> = each.collect();
        all.sort_by_key(|one| std::cmp::Reverse(one.share.count));
        all
    }

    fn gates(&self, once_in: Option<u64>) -> Vec<Gate> {
        let gate = |one: &Watched| Gate {
            name: one.name.clone(),
            share: self.share(one.hits, one.looks),
            once_in,
            met: match once_in {
                Some(runs) => one.hits > 0 && one.hits.saturating_mul(runs) >= one.looks,
                None => one.hits > 0,
            },
            first_seed: one.first,
        };
        self.gates.iter().map(gate).collect()
    }

    fn member(&self, member: &Member) -> InstanceFigures {
        let full = member.oom.iter().filter(|value| **value != Value::Never);
        InstanceFigures {
            name: member.name.clone(),
            out_of_memory: self.share(full.count() as u64, member.oom.len() as u64),
            oom_at_ms: self.figure(&member.oom),
            used_peak_ppm: self.figure(&member.peak),
        }
    }

    /// A share of all cases: those of one seed are alike.
    fn share(&self, count: u64, of: u64) -> Share {
        share(count, of, self.seeds.0)
    }

    fn figure(&self, values: &[Value]) -> Figure {
        figure(
            values,
            match self.header.grid().count() {
                1 => Spread::Independent,
                _ => Spread::Clustered,
            },
        )
    }
}
