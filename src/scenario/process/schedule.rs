//! From processes to steps.

use std::collections::BTreeMap;

use crate::engine::rng::Stream;
use crate::plan::{Step, TimedStep};
use crate::scenario::process::{Hold, Lasting, Process, Target, Variant};
use crate::time::{SimDuration, SimTime};

/// What all processes together are held to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Bounds {
    /// When faults are over: nothing begins from then on, and what lasts is ended.
    pub end: SimTime,
    /// How many faults there may be at once.
    pub at_once: u32,
}

/// A fault that may come to pass.
#[derive(Debug)]
struct Candidate<'a> {
    begins: SimTime,
    /// When it would end; for budgets at once when it does so by itself.
    ends: SimTime,
    process: usize,
    variant: &'a Variant,
}

/// The steps of all faults that come to pass, by time.
///
/// A fault that would be one too many, or take hold of what another has, does not happen.
pub(in crate::scenario) fn schedule(
    processes: &[Process],
    bounds: Bounds,
    seed: u64,
) -> Vec<TimedStep> {
    let mut candidates = Vec::new();
    for (index, process) in processes.iter().enumerate() {
        for target in &process.targets {
            let mut stream = Stream::named(seed, &stream_name(process, target));
            candidates.extend(of_target(process, index, target, bounds, &mut stream));
        }
    }
    // A stable sort: at one instant the earlier process and target come first.
    candidates.sort_by_key(|candidate| candidate.begins);
    let mut steps = Vec::new();
    let mut lasting: Vec<&Candidate<'_>> = Vec::new();
    let mut happened: BTreeMap<usize, u32> = BTreeMap::new();
    for candidate in &candidates {
        lasting.retain(|other| other.ends > candidate.begins);
        let process = &processes[candidate.process];
        let so_far = happened.entry(candidate.process).or_default();
        if *so_far < process.at_most && is_free(&lasting, candidate, process.at_once, bounds) {
            *so_far += 1;
            lasting.push(candidate);
            steps.extend(candidate.steps(&process.place, bounds.end));
        }
    }
    steps.sort_by_key(|step| step.at);
    steps
}

/// The stream that a target's faults are drawn from.
fn stream_name(process: &Process, target: &Target) -> String {
    format!("fault {} {}", process.name, target.name)
}

/// Whether there is room for one more fault, and nobody has what it takes hold of.
fn is_free(lasting: &[&Candidate<'_>], one: &Candidate<'_>, at_once: u32, bounds: Bounds) -> bool {
    let is_below = |count: usize, most: u32| u32::try_from(count).is_ok_and(|count| count < most);
    let same = lasting.iter().filter(|other| other.process == one.process);
    let mut held = lasting.iter().flat_map(|other| other.variant.holds());
    let wanted: Vec<Hold> = one.variant.holds().collect();
    is_below(lasting.len(), bounds.at_once)
        && is_below(same.count(), at_once)
        && !held.any(|held| wanted.contains(&held))
}

/// All faults that could befall one target.
fn of_target<'a>(
    process: &Process,
    index: usize,
    target: &'a Target,
    bounds: Bounds,
    stream: &mut Stream,
) -> Vec<Candidate<'a>> {
    let mut all = Vec::new();
    let mut at = process.from;
    loop {
        let begins = at + milliseconds(stream.exponential(process.every));
        let ends = process.lasts.end(begins, bounds.end, stream);
        let variant = stream.below(target.variants.len() as u64);
        if begins > process.until || begins >= bounds.end {
            return all;
        }
        let variant = usize::try_from(variant).expect("there are few variants");
        all.push(Candidate {
            begins,
            ends,
            process: index,
            variant: &target.variants[variant],
        });
        at = ends;
    }
}

impl Candidate<'_> {
    /// Its beginning and, unless it lasts for good, its end.
    fn steps(&self, place: &str, storm_end: SimTime) -> Vec<TimedStep> {
        let timed = |at: SimTime, step: &Step| TimedStep {
            at,
            step: step.clone(),
            place: place.to_owned(),
        };
        let begin = self.variant.begin.iter();
        let mut steps: Vec<TimedStep> = begin.map(|step| timed(self.begins, step)).collect();
        if self.ends <= storm_end {
            let end = self.variant.end.iter();
            steps.extend(end.map(|step| timed(self.ends, step)));
        }
        steps
    }
}

impl Lasting {
    /// When a fault that begins at an instant ends. It takes one draw if it is repaired.
    fn end(self, begins: SimTime, storm_end: SimTime, stream: &mut Stream) -> SimTime {
        match self {
            Self::Instant => begins,
            Self::Repaired { mean, least } => {
                let above = SimDuration(mean.0.saturating_sub(least.0));
                let length = least + milliseconds(stream.exponential(above));
                (begins + length).min(storm_end)
            }
            Self::Storm => storm_end,
            Self::ForGood => SimTime::MAX,
        }
    }
}

/// Times are drawn in whole milliseconds: nobody reads more.
fn milliseconds(length: SimDuration) -> SimDuration {
    SimDuration::from_millis(length.as_millis())
}
