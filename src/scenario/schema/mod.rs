//! The schema of a scenario file: what can be written, word for word.
//!
//! These types say how a file looks and nothing else; `lower` turns them into the domain's types.
//! All fields may be left out as far as serde is concerned: which ones may not is said while
//! lowering, so that every missing field is reported. `record!` and `choice!` keep the
//! documentation of each field beside its name, for [`mod@reference`].

pub(super) mod amount;
pub(super) mod assumptions;
pub(super) mod expectation;
pub(super) mod keys;
pub(super) mod leaf;
mod macros;
pub(super) mod moment;
pub(super) mod place;
pub(super) mod process;
pub(super) mod reference;
pub(super) mod request;
pub(super) mod rule;
pub(super) mod timeline;
mod twin;
pub(super) mod vary;

use crate::scenario::schema::assumptions::AssumptionFields;
use crate::scenario::schema::expectation::Expect;
use crate::scenario::schema::keys::{Fill, Fleet};
use crate::scenario::schema::leaf::{Quantity, Text};
use crate::scenario::schema::macros::{choice, record};
use crate::scenario::schema::moment::Epoch;
use crate::scenario::schema::place::{Instance, RegionExtra, Route};
use crate::scenario::schema::process::FaultProcess;
use crate::scenario::schema::request::Principal;
use crate::scenario::schema::rule::{Alert, Arm, Rule};
use crate::scenario::schema::timeline::Step;
use crate::scenario::schema::vary::Axis;
use crate::scenario::span::Field;
use crate::time::SimDuration;

/// A list of the file.
pub(super) type List<T> = Vec<Field<T>>;

record! {
    /// A scenario: one question, the group it is asked of, and what happens to it.
    Scenario {
        /// The version of this format: 1.
        schema_version: u32,
        /// What outcomes are called; the file's name without `.ron` when left out.
        name: Text,
        /// The question the scenario answers.
        question: Text,
        /// The seed of all randomness; 1 when left out.
        seed: u64,
        /// The wall clock at the start; 2026-01-05T00:00:00Z when left out.
        epoch: Quantity<Epoch>,
        /// How long traffic and faults last.
        storm: Quantity<SimDuration>,
        /// How long the group may then settle, without traffic and with all routes healed; 5m when
        /// left out.
        settle: Quantity<SimDuration>,
        /// How often memory, lag and divergence are sampled; a 480th of the storm, from 100ms to
        /// 1m, when left out.
        sample_every: Quantity<SimDuration>,
        /// Up to how many client operations the history has every one in it; 1000000 when left out.
        full_detail_operations: u64,
        /// The most events a run may handle before it ends as capped; 20000000000 when left out.
        events_max: u64,
        /// How events of one instant and class are ordered; `Ordered` when left out.
        tie_break: TieBreakChoice,
        /// The group's nickname; `group` when left out.
        group: Text,
        /// The instances, one to five: members of the group, and others.
        instances: List<Instance>,
        /// Who sends requests that need a permission.
        principals: List<Principal>,
        /// What is special about a region.
        regions: List<RegionExtra>,
        /// Where a route differs from the catalogue.
        routes: List<Route>,
        /// The keys, and how many exist at the start, the same on every member.
        fill: List<Fill>,
        /// The clients.
        traffic: List<Fleet>,
        /// What happens when.
        timeline: List<Step>,
        /// Faults that come by chance.
        faults: List<FaultProcess>,
        /// How many of them there may be at once, whichever: what would be one more does not
        /// happen. Any number when left out.
        faults_at_once: u32,
        /// Whether each seed goes without about half of the fault processes, their repairs, the
        /// rules of the runbook and the kinds of operations; it does not when left out.
        swarm: bool,
        /// What an operator does when something has held for a while.
        runbook: List<Rule>,
        /// What tells an operator that something has.
        alerts: List<Alert>,
        /// Other decisions on the same day, which `meridian compare` sets side by side.
        arms: List<Arm>,
        /// What `meridian sweep` varies: it runs each seed with all values of all axes, one of
        /// each at a time. Elsewhere each axis has its first value.
        vary: List<Axis>,
        /// What no source settles, where it should differ from its default.
        assumptions: AssumptionFields,
        /// What must hold for the run to pass.
        expect: List<Expect>,
    }
}

choice! {
    /// How events of one instant and class are ordered.
    TieBreakChoice {
        /// By target, source and sequence.
        Ordered,
        /// Shuffled across sources by the seed.
        Seeded,
    }
}
