//! The search: the plan as far as it has been shrunk, and which smaller one takes its place.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::engine::parallel::Workers;
use crate::engine::sha256;
use crate::experiment::shrink::ddmin::{Cut, ddmin};
use crate::experiment::shrink::failure::Failure;
use crate::experiment::shrink::{Progress, Size, actions};
use crate::plan::Plan;
use crate::scenario;
use crate::scenario::diagnostic::Mistakes;

/// So many candidates are written out at a time.
const BATCH: usize = 32;

/// Runs a plan: how it failed, if it did.
pub type Judge<'a> = dyn Fn(&Plan) -> Option<Failure> + Sync + 'a;

/// Hears of every run; breaks to end the search.
pub type Watch<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// A plan that fails, and what was tried to make it smaller.
pub(super) struct Search<'a> {
    /// The smallest that fails alike so far.
    pub plan: Plan,
    /// How it fails.
    pub failure: Failure,
    /// What is being tried.
    pub pass: &'static str,
    /// Runs so far.
    pub runs: u64,
    /// Whether somebody has ended it.
    pub is_ended: bool,
    /// Faults that may last to the end.
    lasting_max: usize,
    budget: u64,
    /// The SHA-256 of the normal form of all that was looked at.
    known: BTreeSet<String>,
    judge: &'a Judge<'a>,
    workers: &'a Workers,
    watch: &'a mut Watch<'a>,
}

/// A candidate: what it is called, and what it says.
struct Candidate {
    index: usize,
    digest: String,
    text: String,
}

impl<'a> Search<'a> {
    /// Begins with a plan that fails; none when it does not. What counts is the plan as it is read
    /// from its normal form, and it must fail at all within one run.
    ///
    /// # Errors
    /// When the plan's normal form is no scenario.
    pub(super) fn begin(
        plan: &Plan,
        budget: u64,
        (judge, workers): (&'a Judge<'a>, &'a Workers),
        watch: &'a mut Watch<'a>,
    ) -> Result<Option<Self>, Mistakes> {
        let text = scenario::normal_form(plan);
        let plan = read(&text)?;
        let lasting_max = actions::lasting(&plan);
        Ok(judge(&plan).map(|failure| Self {
            lasting_max: match failure.is_of_agreement() {
                true => lasting_max,
                false => usize::MAX,
            },
            plan,
            failure,
            pass: "the whole",
            runs: 1,
            is_ended: false,
            budget,
            known: BTreeSet::from([sha256(text.as_bytes())]),
            judge,
            workers,
            watch,
        }))
    }

    /// Whether no more runs may be made.
    pub(super) fn is_over(&self) -> bool {
        self.is_ended || self.runs >= self.budget
    }

    /// Moves to the first of `candidates` that is a scenario and fails alike; returns which it is.
    ///
    /// Several are run at once, and what comes behind the first is thrown away: neither where the
    /// search goes nor what it costs depends on how many.
    pub(super) fn take(&mut self, candidates: impl IntoIterator<Item = Plan>) -> Option<usize> {
        let mut candidates = candidates.into_iter().enumerate();
        while !self.is_over() {
            let mut batch: Vec<Candidate> = Vec::new();
            let mut is_done = true;
            for (index, plan) in candidates.by_ref() {
                if actions::lasting(&plan) > self.lasting_max {
                    continue;
                }
                let text = scenario::normal_form(&plan);
                let digest = sha256(text.as_bytes());
                let is_new = !self.known.contains(&digest);
                if is_new && batch.iter().all(|other| other.digest != digest) {
                    batch.push(Candidate {
                        index,
                        digest,
                        text,
                    });
                }
                if batch.len() == BATCH {
                    is_done = false;
                    break;
                }
            }
            let found = self.take_of(&batch);
            if found.is_some() || is_done {
                return found;
            }
        }
        None
    }

    fn take_of(&mut self, batch: &[Candidate]) -> Option<usize> {
        let (judge, workers) = (self.judge, self.workers);
        let look = |at: u64| {
            let plan = read(&batch[position(at)].text).ok()?;
            let failure = judge(&plan);
            Some((plan, failure))
        };
        let mut found = None;
        workers.in_order(batch.len() as u64, look, |at, looked| {
            let candidate = &batch[position(at)];
            self.known.insert(candidate.digest.clone());
            // What is no scenario was not run.
            let Some((plan, failure)) = looked else {
                return ControlFlow::Continue(());
            };
            self.runs += 1;
            if let Some(failure) = failure.filter(|one| one.signature == self.failure.signature) {
                (self.plan, self.failure) = (plan, failure);
                found = Some(candidate.index);
            }
            self.tell();
            match found.is_some() || self.is_over() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        found
    }

    fn tell(&mut self) {
        let progress = Progress {
            pass: self.pass,
            runs: self.runs,
            size: Size::of(&self.plan),
        };
        self.is_ended |= (self.watch)(progress).is_break();
    }

    /// Leaves out of a list of the plan what can be: `with` makes the plan that has only these
    /// `items` in it.
    pub(super) fn thin<T: Clone>(&mut self, items: Vec<T>, with: impl Fn(&Plan, &[T]) -> Plan) {
        let whole = self.plan.clone();
        ddmin(items, &mut |items, cuts: &[Cut]| {
            self.take(cuts.iter().map(|cut| with(&whole, &cut.of(items))))
        });
    }
}

fn read(text: &str) -> Result<Plan, Mistakes> {
    scenario::parse("shrunk.ron", text, &[])
}

fn position(index: u64) -> usize {
    usize::try_from(index).expect("a batch is small")
}
