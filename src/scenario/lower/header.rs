//! What a scenario says about the run as a whole.

use crate::plan::TieBreak;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::{Lowering, Owner};
use crate::scenario::schema::Scenario;
use crate::scenario::schema::moment::Epoch;
use crate::scenario::schema::leaf::{Quantity, Text};
use crate::scenario::span::{Field, Sp};
use crate::time::{SimDuration, SimTime};

/// The version of the file format.
pub(in crate::scenario) const SCHEMA_VERSION: u32 = 1;

const DAY: SimDuration = SimDuration::from_secs(86_400);
const PHASE_MAX: SimDuration = SimDuration::from_secs(366 * 86_400);
const STORM_MIN: SimDuration = SimDuration::from_millis(1);
const SETTLE: SimDuration = SimDuration::from_secs(300);
const SAMPLE_MIN: SimDuration = SimDuration::from_millis(100);
const SAMPLE_MAX: SimDuration = SimDuration::from_secs(60);
/// How many samples of the storm a chart has, unless the scenario says otherwise.
const SAMPLES: u64 = 480;
/// The most samples a run may take: they are kept for charts.
const SAMPLES_MAX: u64 = 1_000_000;
const FULL_DETAIL_OPERATIONS: u64 = 1_000_000;
const EVENTS_MAX: u64 = 20_000_000_000;
/// 2026-01-05T00:00:00Z
const EPOCH_MS: u64 = 1_767_571_200_000;

/// The lengths of a run's phases, as far as they are known.
#[derive(Clone, Copy)]
pub(super) struct Phases {
    pub storm: Option<SimDuration>,
    pub settle: Option<SimDuration>,
}

impl Phases {
    /// The end of the storm; beyond all times while it is unknown, so that nothing is judged by it.
    pub fn storm_end(self) -> SimTime {
        self.storm.map_or(SimTime::MAX, |storm| SimTime::ZERO + storm)
    }

    /// The end of the run, likewise.
    pub fn run_end(self) -> SimTime {
        self.settle.map_or(SimTime::MAX, |settle| self.storm_end() + settle)
    }
}

/// The fields of the run as a whole.
pub(super) struct Header {
    pub name: String,
    pub question: String,
    pub seed: u64,
    pub epoch_ms: u64,
    pub tie_break: TieBreak,
    pub sample_every: SimDuration,
    pub full_detail_operations: u64,
    pub events_max: u64,
    pub phases: Phases,
}

impl Lowering<'_> {
    pub(super) fn header(&mut self, scenario: &Sp<Scenario>, stem: &str) -> Header {
        let file = &scenario.value;
        let owner = Owner::new("the scenario", scenario.span);
        self.version(&file.schema_version, &owner);
        let name = match file.name.is_given() {
            true => self.name(&file.name, "name", &owner).map(|name| name.value),
            false => Some(stem.to_owned()),
        };
        let phases = self.phases(file, &owner);
        Header {
            name: name.unwrap_or_default(),
            question: self.question(&file.question, &owner),
            seed: file.seed.value().copied().unwrap_or(1),
            epoch_ms: file.epoch.value().map_or(EPOCH_MS, |Quantity(Epoch { ms })| *ms),
            tie_break: file.tie_break.value().map_or(TieBreak::Ordered, TieBreak::from),
            sample_every: self.sample_every(&file.sample_every, phases),
            full_detail_operations: file
                .full_detail_operations
                .value()
                .copied()
                .unwrap_or(FULL_DETAIL_OPERATIONS),
            events_max: self.events_max(&file.events_max),
            phases,
        }
    }

    fn version(&mut self, field: &Field<u32>, owner: &Owner) {
        let example = SCHEMA_VERSION.to_string();
        let Some(given) = self.required(field, "schema_version", owner, &example) else { return };
        if given.value != SCHEMA_VERSION {
            let message = format!("schema version {} is not known", given.value);
            self.report(
                Diagnostic::new(Code::SchemaVersion, given.span, message)
                    .label(format!("this program reads version {SCHEMA_VERSION}"))
                    .fix("write", given.span, example),
            );
        }
    }

    fn question(&mut self, field: &Field<Text>, owner: &Owner) -> String {
        let given = self.required(field, "question", owner, "\"What happens when …?\"");
        given.map(|given| given.value.0.clone()).unwrap_or_default()
    }

    fn phases(&mut self, file: &Scenario, owner: &Owner) -> Phases {
        let storm = self.required(&file.storm, "storm", owner, "\"8h\"");
        let storm = storm.and_then(|given| self.phase(given, "storm", STORM_MIN));
        let settle = match &file.settle {
            Field::Absent => Some(SETTLE),
            Field::Broken(_) => None,
            Field::Given(given) => self.phase(given, "settle", SimDuration::ZERO),
        };
        Phases { storm, settle }
    }

    fn phase(
        &mut self,
        given: &Sp<Quantity<SimDuration>>,
        what: &str,
        least: SimDuration,
    ) -> Option<SimDuration> {
        let length = given.value.0;
        if length >= least && length <= PHASE_MAX {
            return Some(length);
        }
        let days = PHASE_MAX.0 / DAY.0;
        self.report(
            Diagnostic::new(Code::Phases, given.span, format!("`{what}` lasts {length}"))
                .label(format!("expected from {least} to {days} days")),
        );
        None
    }

    fn sample_every(
        &mut self,
        field: &Field<Quantity<SimDuration>>,
        phases: Phases,
    ) -> SimDuration {
        let storm = phases.storm.unwrap_or(DAY);
        let default = (storm / SAMPLES).clamp(SAMPLE_MIN, SAMPLE_MAX);
        // Whole hundred milliseconds read better in tables.
        let default = SAMPLE_MIN * (default.0 / SAMPLE_MIN.0);
        let Some(given) = field.given() else { return default };
        let run = storm + phases.settle.unwrap_or_default();
        let least = SimDuration::from_millis(1).max(run / SAMPLES_MAX);
        self.within(given, "`sample_every`", least, PHASE_MAX).unwrap_or(default)
    }

    fn events_max(&mut self, field: &Field<u64>) -> u64 {
        field
            .given()
            .and_then(|given| self.between(given, "`events_max`", 1, u64::MAX))
            .unwrap_or(EVENTS_MAX)
    }
}
