//! Whether a run did what its scenario demands. A demand that nothing decides is not evaluated,
//! and a run with such a demand fails.

mod memory;
mod occurrence;
mod received;
mod reply;
mod requests;

use crate::checks::quiescence::Agreement;
use crate::checks::verdict::{Status, Verdict};
use crate::checks::writes::Classes;
use crate::history::{Observation, Roster};
use crate::plan::{Expectation, Judgement, Plan};
use crate::time::{SimDuration, SimTime};

use memory::{FirstOom, Level, Sinking};
use occurrence::Sighting;
use received::Received;
use reply::Replies;
use requests::Requests;

/// Follows the demands of a plan: its expectations, and the replies its scripted commands must get.
#[derive(Clone, Debug)]
pub struct Expectations {
    roster: Roster,
    storm_end: SimTime,
    demands: Vec<Demand>,
    replies: Replies,
    received: Received,
    requests: Requests,
}

#[derive(Clone, Debug)]
struct Demand {
    expectation: Expectation,
    watch: Watch,
}

/// What a demand needs of the history.
#[derive(Clone, Debug)]
enum Watch {
    /// The end alone decides it.
    End,
    Oom(FirstOom),
    Level(Level),
    Sinking(Sinking),
    Sighting(Sighting),
}

impl Expectations {
    /// The demands of `plan`.
    pub fn new(plan: &Plan) -> Self {
        let demands = plan.expectations.iter().map(|expectation| Demand {
            expectation: expectation.clone(),
            watch: watch(&expectation.demand),
        });
        Self {
            roster: plan.roster(),
            storm_end: SimTime::ZERO + plan.storm,
            demands: demands.collect(),
            replies: Replies::new(plan),
            received: Received::new(plan),
            requests: Requests::new(plan),
        }
    }

    /// Takes in the next observation.
    pub fn observe(&mut self, observation: &Observation) {
        self.replies.observe(observation);
        self.received.observe(observation);
        self.requests.observe(observation);
        for demand in &mut self.demands {
            match &mut demand.watch {
                Watch::End => {}
                Watch::Oom(watch) => watch.observe(observation),
                Watch::Level(watch) => watch.observe(observation),
                Watch::Sinking(watch) => watch.observe(observation),
                Watch::Sighting(watch) => watch.observe(observation),
            }
        }
    }

    /// One verdict for each expectation, in the scenario's order, then one for each reply and
    /// each count of effects a command must have, then those of requests.
    pub fn finish(self, agreement: &Agreement, writes: Option<&Classes>) -> Vec<Verdict> {
        let Self {
            roster,
            storm_end,
            demands,
            replies,
            received,
            requests,
        } = self;
        let mut verdicts = Vec::new();
        for Demand { expectation, watch } in demands {
            let open = Verdict::open(expectation.text.clone(), "").with_detail(&expectation.place);
            let verdict = match (watch, &expectation.demand) {
                (Watch::Oom(watch), _) => watch.judge(open, &roster),
                (Watch::Level(watch), _) => watch.judge(open),
                (Watch::Sinking(watch), _) => watch.judge(open),
                (Watch::Sighting(watch), _) => watch.judge(open),
                (Watch::End, Judgement::ConvergesWithin(limit)) => {
                    converges(open, *limit, storm_end, agreement)
                }
                (Watch::End, Judgement::StaysApart) => stays_apart(open, &roster, agreement),
                (Watch::End, Judgement::LostWrites { least, most }) => {
                    let lost = |classes: &Classes| classes.lost + classes.removals_lost;
                    let whose = writes.map_or(&[][..], |classes| &classes.losses);
                    counts(open, (*least, *most), writes.map(lost))
                        .befalling(whose.iter().map(|loss| loss.origin))
                }
                (Watch::End, Judgement::OverwrittenWrites { least, most }) => counts(
                    open,
                    (*least, *most),
                    writes.map(|classes| classes.overwritten),
                ),
                (Watch::End, _) => open,
            };
            verdicts.push(verdict);
        }
        verdicts.extend(replies.finish(&roster));
        verdicts.extend(received.finish(&roster));
        verdicts.extend(requests.finish(&roster));
        verdicts
    }
}

fn watch(demand: &Judgement) -> Watch {
    match demand {
        Judgement::NoOom => Watch::Oom(FirstOom::never()),
        Judgement::OomBetween(instance, from, to) => {
            Watch::Oom(FirstOom::between(*instance, *from, *to))
        }
        Judgement::MemoryOf {
            instance,
            kind,
            at,
            above,
            below,
        } => Watch::Level(Level::new((*instance, *kind), *at, *above, *below)),
        Judgement::MetadataBelowWithin {
            below,
            after,
            within,
        } => Watch::Sinking(Sinking::new(*below, *after, *within)),
        Judgement::Sometimes(occurrence) => Watch::Sighting(Sighting::new(*occurrence)),
        Judgement::ConvergesWithin(_)
        | Judgement::StaysApart
        | Judgement::LostWrites { .. }
        | Judgement::OverwrittenWrites { .. } => Watch::End,
    }
}

/// All linked members agree within `limit` of the storm's end, or of the last fault's if later.
fn converges(
    mut open: Verdict,
    limit: SimDuration,
    storm_end: SimTime,
    agreement: &Agreement,
) -> Verdict {
    open.limit = format!("at most {limit}");
    let start = agreement
        .healed_at
        .map_or(storm_end, |healed| healed.max(storm_end));
    let Some(judged_at) = agreement.judged_at.filter(|at| *at >= start) else {
        return open;
    };
    match agreement.since {
        Some(since) => {
            let took = since.since(start);
            open.decided(took <= limit, Some(since), took.to_string())
        }
        None => open.decided(false, Some(judged_at), "linked members differ at the end"),
    }
}

/// Some members differ at the end, and every difference has an excuse.
fn stays_apart(mut open: Verdict, roster: &Roster, agreement: &Agreement) -> Verdict {
    "some members differ, every difference excused".clone_into(&mut open.limit);
    let Some(judged_at) = agreement.judged_at else {
        return open;
    };
    let differences = agreement.differences.iter().map(|difference| {
        let [one, other] = difference.between.map(|member| roster.name(member));
        let reason = difference.reason.as_deref().unwrap_or("no excuse");
        format!("{one} and {other}: {reason}")
    });
    let observed: Vec<String> = differences.collect();
    let is_excused = agreement
        .differences
        .iter()
        .all(|difference| difference.reason.is_some());
    let mut lasting = agreement.differences.iter();
    let holds = is_excused && lasting.any(|difference| !difference.passes);
    let observed = if observed.is_empty() {
        "all members agree".to_owned()
    } else {
        observed.join("; ")
    };
    open.decided(holds, Some(judged_at), observed)
        .befalling(agreement.unexcused())
}

/// A count of writes lies between two bounds, both included.
fn counts(mut open: Verdict, (least, most): (u64, u64), found: Option<u64>) -> Verdict {
    open.limit = match (least, most) {
        (least, most) if least == most => format!("exactly {least}"),
        (0, most) => format!("at most {most}"),
        (least, u64::MAX) => format!("at least {least}"),
        (least, most) => format!("{least} to {most}"),
    };
    let Some(found) = found else { return open };
    open.decided((least..=most).contains(&found), None, found.to_string())
}

/// Whether every verdict is a pass: an expectation that was not evaluated fails a run.
pub fn all_hold(verdicts: &[Verdict]) -> bool {
    verdicts
        .iter()
        .all(|verdict| verdict.status == Status::Pass)
}

#[cfg(test)]
mod tests;
