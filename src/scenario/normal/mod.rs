//! The normal form: a plan as a scenario in which nothing is left to a default.
//!
//! It is what `plan.ron` holds. Reading it again gives the same plan, and writing that the same
//! text.

mod arm;
mod expectation;
mod incident;
mod keys;
mod request;
mod rule;
mod timeline;

use ron::ser::PrettyConfig;
use serde::Serialize;

use crate::assumption::Assumptions;
use crate::id::{IdVec, RegionId};
use crate::network::Delay;
use crate::plan::rule::Response;
use crate::plan::{Plan, RegionPlan, RoutePlan, Step};
use crate::quantity::Ratio;
use crate::scenario::lower::SCHEMA_VERSION;
use crate::scenario::outline::{Parts, outline};
use crate::scenario::reading::dialect;
use crate::scenario::schema::amount::Decimal;
use crate::scenario::schema::assumptions::AssumptionFields;
use crate::scenario::schema::leaf::{Either, Quantity, Text};
use crate::scenario::schema::moment::{ClockOffset, Epoch};
use crate::scenario::schema::place::{DelayChoice, DelayField, Instance, RegionExtra, Route};
use crate::scenario::schema::request::Principal;
use crate::scenario::schema::{List, Scenario};
use crate::scenario::span::{Field, Span};

pub(super) use expectation::wording;

/// How deep the text is broken into lines: fields, and the entries of lists.
const DEPTH: usize = 2;

/// The normal form of a plan, as RON.
pub fn normal_form(plan: &Plan) -> String {
    let pretty = PrettyConfig::new()
        .depth_limit(DEPTH)
        .new_line("\n")
        .indentor("    ");
    let text = dialect()
        .to_string_pretty(&scenario(plan), pretty)
        .expect("the schema has no shape that RON lacks");
    format!("{text}\n")
}

/// A step in one line, as a scenario could write it.
pub(super) fn action_wording(step: &Step, plan: &Plan) -> String {
    one_line(&timeline::action(step, plan))
}

/// What a rule does, in one line, as a scenario could write it.
pub(super) fn response_wording(response: &Response, plan: &Plan) -> String {
    one_line(&rule::action(response, plan))
}

/// The assumptions, each by the name of its field and as a scenario writes its value.
pub(super) fn assumption_texts(set: &Assumptions) -> Vec<(String, String)> {
    let text = one_line(&assumptions(set));
    let Parts::Fields(entries) = outline(&text, 0).parts else {
        return Vec::new();
    };
    let part = |span: Span| span.of(&text).to_owned();
    entries
        .iter()
        .map(|entry| (part(entry.name), part(entry.value.span)))
        .collect()
}

/// Something of the schema in one line.
fn one_line(value: &impl Serialize) -> String {
    dialect()
        .to_string_pretty(value, PrettyConfig::new().depth_limit(0))
        .expect("the schema has no shape that RON lacks")
}

fn scenario(plan: &Plan) -> Scenario {
    Scenario {
        schema_version: Field::of(SCHEMA_VERSION),
        name: text(&plan.name),
        question: text(&plan.question),
        seed: Field::of(plan.seed),
        epoch: quantity(Epoch { ms: plan.epoch_ms }),
        storm: quantity(plan.storm),
        settle: quantity(plan.settle),
        sample_every: quantity(plan.sample_every),
        full_detail_operations: Field::of(plan.full_detail_operations),
        events_max: Field::of(plan.events_max),
        tie_break: Field::of(plan.tie_break.into()),
        group: text(&plan.group),
        instances: instances(plan),
        principals: list(plan.principals.iter().map(|one| Principal {
            name: text(&one.name),
            may_flush: Field::of(one.may_flush),
        })),
        regions: list(plan.regions.iter().map(|region| RegionExtra {
            name: text(&region.name),
            clock_offset: quantity(ClockOffset {
                ms: region.clock_offset_ms,
            }),
        })),
        routes: list(
            plan.routes
                .iter()
                .map(|route| self::route(route, &plan.regions)),
        ),
        fill: list(plan.populations.iter().map(keys::fill)),
        traffic: list(plan.fleets.iter().map(|fleet| keys::fleet(fleet, plan))),
        timeline: list(plan.timeline.iter().map(|step| timeline::step(step, plan))),
        faults: Field::Absent,
        faults_at_once: Field::Absent,
        swarm: Field::Absent,
        runbook: list(
            plan.rules
                .iter()
                .filter(|rule| !rule.is_alert())
                .map(|rule| self::rule::rule(rule, plan)),
        ),
        alerts: list(
            plan.rules
                .iter()
                .filter(|rule| rule.is_alert())
                .map(|rule| self::rule::alert(rule, plan)),
        ),
        arms: arm::arms(plan),
        // A plan has the values that the axes had.
        vary: Field::Absent,
        assumptions: Field::of(assumptions(&plan.assumptions)),
        expect: list(plan.expectations.iter().map(|expectation| {
            let named = |id| plan.instances[id].name.clone();
            expectation::expect(&expectation.demand, &named)
        })),
    }
}

fn text(text: &str) -> Field<Text> {
    Field::of(Text(text.to_owned()))
}

fn quantity<T>(value: T) -> Field<Quantity<T>> {
    Field::of(Quantity(value))
}

fn list<T>(entries: impl Iterator<Item = T>) -> Field<List<T>> {
    Field::of(entries.map(Field::of).collect())
}

fn instances(plan: &Plan) -> Field<List<Instance>> {
    list(plan.instances.iter().map(|instance| Instance {
        name: text(&instance.name),
        region: text(&plan.regions[instance.region].name),
        sku: text(instance.sku.name),
        shards: Field::of(instance.shards),
        eviction: Field::of(instance.eviction.into()),
        at_start: Field::of(instance.at_start.into()),
        high_availability: Field::of(instance.options.high_availability),
        clustering: Field::of(instance.options.clustering.into()),
        modules: request::modules(&instance.options.modules),
        persistence: request::persistence(instance.options.persistence),
        tls: Field::of(instance.options.tls),
        maintenance: incident::windows(&instance.options.maintenance),
    }))
}

fn route(route: &RoutePlan, regions: &IdVec<RegionId, RegionPlan>) -> Route {
    Route {
        between: Field::Absent,
        from: text(&regions[route.from].name),
        to: text(&regions[route.to].name),
        delay: Field::of(delay(&route.delay)),
        bandwidth: quantity(route.bandwidth),
        loss: quantity(route.loss),
        usd_per_gb: Field::of(Decimal {
            millionths: route.micro_usd_per_gb,
        }),
    }
}

fn delay(model: &Delay) -> DelayField {
    match model {
        Delay::Constant(length) => Either::Plain(Quantity(*length)),
        Delay::Quantiles(points) => {
            let points = points.iter().map(|(ppm, length)| {
                (
                    quantity(Ratio {
                        ppm: u64::from(*ppm),
                    }),
                    quantity(*length),
                )
            });
            Either::Chosen(DelayChoice::Quantiles(list(points)))
        }
        Delay::Mixture(parts) => {
            let parts = parts
                .iter()
                .map(|(weight, part)| (Field::of(delay(part)), Field::of(*weight)));
            Either::Chosen(DelayChoice::Mixture(list(parts)))
        }
    }
}

fn assumptions(set: &Assumptions) -> AssumptionFields {
    AssumptionFields {
        metadata: Field::of(set.metadata.into()),
        lww: Field::of(set.lww.into()),
        key_bytes: quantity(set.key_bytes),
        element_bytes: quantity(set.element_bytes),
        record_bytes: quantity(set.record_bytes),
        tombstone_bytes: quantity(set.tombstone_bytes),
        collection_rate: quantity(set.collection_rate),
        collection_slice: quantity(set.collection_slice),
        report_every: quantity(set.report_every),
        usable_share: quantity(set.usable_share),
        backlog_share: quantity(set.backlog_share),
        backlog_bytes: set.backlog_bytes.map_or(Field::Absent, quantity),
        backlog_sharing: Field::of(set.backlog_sharing.into()),
        full_sync: Field::of(set.full_sync.into()),
        chunk_bytes: quantity(set.chunk_bytes),
        wire_bytes: quantity(set.wire_bytes),
        bandwidth: quantity(set.bandwidth),
        send_buffer: quantity(set.send_buffer),
        retransmit: quantity(set.retransmit),
        silence: quantity(set.silence),
        reconnect_min: quantity(set.reconnect_min),
        reconnect_max: quantity(set.reconnect_max),
        healthy_within: quantity(set.healthy_within),
        ingestion_delay: quantity(set.ingestion_delay),
        readd_is_fresh: Field::of(set.readd_is_fresh),
        lset_keeps_all: Field::of(set.lset_keeps_all),
        xadd_ids: Field::of(set.xadd_ids.into()),
        xadd_stride: Field::of(set.xadd_stride),
        jitter: quantity(set.jitter),
        delay_floor: quantity(set.delay_floor),
        delay_tail: quantity(set.delay_tail),
        mirror: Field::of(set.mirror),
        local_delay: quantity(set.local_delay),
        resume_share: quantity(set.resume_share),
        collection_objects: Field::of(set.collection_objects),
        item_bytes: quantity(set.item_bytes),
        report_bytes: quantity(set.report_bytes),
        signal_bytes: quantity(set.signal_bytes),
        stale_text: Field::of(Text(set.stale_text.clone())),
        causal_consistency: Field::of(set.causal_consistency),
        hashing: Field::of(set.hashing.into()),
        eviction_start: quantity(set.eviction_start),
        eviction_samples: Field::of(set.eviction_samples),
        eviction_slice: quantity(set.eviction_slice),
        eviction_keys: Field::of(set.eviction_keys),
        lru_resolution: quantity(set.lru_resolution),
        lfu_log_factor: Field::of(set.lfu_log_factor),
        lfu_decay_minutes: Field::of(set.lfu_decay_minutes),
        oom: Field::of(set.oom.into()),
        oom_unlatch: Field::of(set.oom_unlatch),
        oom_reserve: quantity(set.oom_reserve),
        ..operations(set)
    }
}

fn operations(set: &Assumptions) -> AssumptionFields {
    let nodes = &set.nodes;
    AssumptionFields {
        edition: Field::of(set.edition.into()),
        strangers_link: Field::of(set.strangers_link),
        creation: quantity(set.creation),
        joining: quantity(set.joining),
        force_linking: quantity(set.force_linking),
        link_failure: quantity(set.link_failure),
        unlink_visible: quantity(set.unlink_visible),
        deletion: quantity(set.deletion),
        updating: quantity(set.updating),
        flushing: quantity(set.flushing),
        scaling: quantity(set.scaling),
        scaling_rate: quantity(set.scaling_rate),
        scaling_passes: Field::of(set.scaling_passes),
        settling: quantity(set.settling),
        planned_failover: quantity(nodes.planned_failover),
        unplanned_failover: quantity(nodes.unplanned_failover),
        replica_lag: quantity(nodes.replica_lag),
        patching: quantity(nodes.patching),
        ..AssumptionFields::default()
    }
}
