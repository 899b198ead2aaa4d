//! What befalls nodes and streams, and when nodes may be patched.

use crate::id::InstanceId;
use crate::plan::{Incident, Plan, Step as PlanStep, Streams, Window};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::{Lowering, Owner, entries};
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::{OneOrMany, Text};
use crate::scenario::schema::place::MaintenanceWindow;
use crate::scenario::schema::timeline::Action;
use crate::scenario::span::{Field, Sp, Span};
use crate::time::SimDuration;

const HOUR: SimDuration = SimDuration::from_secs(3_600);
const DAY: SimDuration = SimDuration::from_secs(86_400);

/// What Azure asks of maintenance windows. Source: Azure docs, scheduled maintenance.
const WINDOW_LEAST: SimDuration = SimDuration::from_secs(4 * 3_600);
const WINDOWS_LEAST: usize = 2;
const WEEK_LEAST: SimDuration = SimDuration::from_secs(18 * 3_600);

/// Shards a file names of an instance.
#[derive(Debug)]
pub(super) struct Claim {
    span: Span,
    on: InstanceId,
    shard: u16,
}

impl Lowering<'_> {
    /// An incident, where the action is one.
    pub(super) fn incident(&mut self, action: &Sp<Action>, places: &Places) -> Option<PlanStep> {
        let named = |what: &str| Owner::new(what, action.span);
        let incident = match &action.value {
            Action::Failover {
                on,
                shards,
                planned,
            } => {
                let on = self.on(on, "on", &named("`Failover`"), places)?;
                Incident::Failover {
                    on,
                    shards: self.shards_named(on, shards)?,
                    planned: planned.value().copied().unwrap_or(false),
                }
            }
            Action::ZoneLoss { region } => {
                let owner = named("`ZoneLoss`");
                let name = self.required(region, "region", &owner, "\"East US\"")?;
                Incident::ZoneLoss(self.region(name, places)?)
            }
            Action::Stall { on, from, shards } => {
                Incident::Stall(self.streams(&named("`Stall`"), (on, from, shards), places)?)
            }
            Action::Resume { on, from, shards } => {
                Incident::Resume(self.streams(&named("`Resume`"), (on, from, shards), places)?)
            }
            Action::Patch { on, urgent } => Incident::Patch {
                on: self.on(on, "on", &named("`Patch`"), places)?,
                urgent: urgent.value().copied().unwrap_or(false),
            },
            _ => return None,
        };
        Some(PlanStep::Incident(incident))
    }

    fn streams(
        &mut self,
        owner: &Owner,
        (on, from, shards): (
            &Field<Text>,
            &Field<OneOrMany<Text>>,
            &Field<OneOrMany<u16>>,
        ),
        places: &Places,
    ) -> Option<Streams> {
        let on = self.on(on, "on", owner, places);
        let from = match from.is_absent() {
            true => Vec::new(),
            false => self.instances(from, places),
        };
        let on = on?;
        let shards = self.shards_named(on, shards)?;
        Some(Streams { on, from, shards })
    }

    fn shards_named(&mut self, on: InstanceId, field: &Field<OneOrMany<u16>>) -> Option<Vec<u16>> {
        let given = field.value().map_or(&[][..], |list| &list.0);
        let mut shards = Vec::new();
        for one in given {
            let one = one.given()?;
            self.claims.push(Claim {
                span: one.span,
                on,
                shard: one.value,
            });
            shards.push(one.value);
        }
        shards.sort_unstable();
        shards.dedup();
        Some(shards)
    }

    /// The shards that are named exist, at the size an instance has or comes to.
    pub(super) fn claimed(&mut self, claims: Vec<Claim>, plan: &Plan) {
        for claim in claims {
            let instance = &plan.instances[claim.on];
            let most = plan.sizes_to_come().fold(instance.shards, u16::max);
            if claim.shard >= most {
                let what = format!("a shard of `{}`", instance.name);
                let range = format!("0 to {}", most - 1);
                self.out_of_range(claim.span, &what, &claim.shard, &range);
            }
        }
    }

    /// Replicas feed the other regions: they are not behind the nearest peer.
    pub(super) fn replicas_ahead(&mut self, plan: &Plan, span: Span) {
        let lag = plan.assumptions.nodes.replica_lag;
        let nearest = plan.routes.iter().map(|route| route.delay.floor()).min();
        let nearest = nearest.filter(|nearest| lag >= *nearest && plan.loses_primaries());
        if let Some(nearest) = nearest {
            let span = self.head(span);
            let message = format!("replicas are {lag} behind, and the nearest peer {nearest}");
            self.report(
                Diagnostic::new(Code::OutOfRange, span, message)
                    .label(format!("expected a `replica_lag` below {nearest}"))
                    .note("replicas feed the other regions: no peer has what they lack"),
            );
        }
    }

    /// When nodes may be patched.
    pub(super) fn windows(&mut self, field: &Field<List<MaintenanceWindow>>) -> Vec<Window> {
        let mut windows = Vec::new();
        for given in entries(field).iter().filter_map(Field::given) {
            let owner = Owner::new("this window", given.span);
            let MaintenanceWindow { day, hour, lasts } = &given.value;
            let day = self.required(day, "day", &owner, "Saturday");
            let hour = self.required(hour, "hour", &owner, "22");
            let lasts = self.required(lasts, "lasts", &owner, "\"9h\"");
            let (Some(day), Some(hour), Some(lasts)) = (day, hour, lasts) else {
                continue;
            };
            if hour.value > 23 {
                self.out_of_range(hour.span, "the hour", &hour.value, "0 to 23, in UTC");
            }
            let (found, span) = (lasts.value.0, lasts.span);
            if !(WINDOW_LEAST..=DAY).contains(&found) || !found.0.is_multiple_of(HOUR.0) {
                let range = format!("full hours, from {WINDOW_LEAST} to {DAY}");
                self.out_of_range(span, "the window", &found, &range);
            }
            windows.push(Window {
                day: (&day.value).into(),
                hour: u8::try_from(hour.value).unwrap_or(0),
                lasts: found,
            });
        }
        self.enough(field, &windows);
        windows
    }

    fn enough(&mut self, field: &Field<List<MaintenanceWindow>>, windows: &[Window]) {
        let Some(span) = field.span().filter(|_| !windows.is_empty()) else {
            return;
        };
        let week = SimDuration(windows.iter().map(|window| window.lasts.0).sum());
        if windows.len() < WINDOWS_LEAST || week < WEEK_LEAST {
            let count = windows.len();
            let message = format!("{count} maintenance windows of {week} a week are too few");
            let label = format!("expected at least {WINDOWS_LEAST}, of {WEEK_LEAST} together");
            let head = self.head(span);
            self.report(Diagnostic::new(Code::OutOfRange, head, message).label(label));
        }
    }
}
