//! Fault processes: targets named, lengths and budgets judged, every fault made of plain steps.

use crate::plan::{RoutePlan, Step, TimedStep};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::header::Phases;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::state::Checked;
use crate::scenario::lower::{Lowering, Owner, entries};
use crate::scenario::process::{Hold, Lasting, Process, Target, Variant, holds};
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::Quantity;
use crate::scenario::schema::process::{FaultProcess, Hazard};
use crate::scenario::schema::timeline::{Action, Step as StepFields};
use crate::scenario::span::{Field, Sp, Span};
use crate::time::{SimDuration, SimTime};

const LENGTH_MIN: SimDuration = SimDuration::from_millis(1);
const LENGTH_MAX: SimDuration = SimDuration::from_secs(366 * 86_400);

/// The most faults that a process may make on average: beyond that it is no fault any more.
const FAULTS_MAX: u64 = 10_000;

/// A fault as the file could script it: its beginning, and its end where it has one.
pub(super) type Scripted = (Action, Option<Action>);

/// Something a process befalls, and the faults it draws from.
pub(super) struct Befallen {
    /// What it is called, and where the file does.
    pub name: Sp<String>,
    /// Its faults.
    pub faults: Vec<Scripted>,
}

impl Lowering<'_> {
    pub(super) fn processes(
        &mut self,
        field: &Field<List<FaultProcess>>,
        places: &Places,
        routes: &[RoutePlan],
        phases: Phases,
    ) -> Vec<Sp<Process>> {
        let (mut processes, mut names) = (Vec::new(), Vec::new());
        for given in entries(field).iter().filter_map(Field::given) {
            let owner = Owner::named("fault process", &given.value.name, given.span);
            let name = self.name(&given.value.name, "name", &owner);
            let process = self.process(given, &owner, places, routes, phases);
            let (Some(name), Some(process)) = (name, process) else {
                continue;
            };
            let value = Process {
                name: name.value.clone(),
                ..process
            };
            let span = given.value.what.span().unwrap_or(given.span);
            processes.push(Sp { value, span });
            names.push(name);
        }
        self.unique("fault processes", &names);
        processes
    }

    /// A process without its name.
    fn process(
        &mut self,
        given: &Sp<FaultProcess>,
        owner: &Owner,
        places: &Places,
        routes: &[RoutePlan],
        phases: Phases,
    ) -> Option<Process> {
        let file = &given.value;
        let example = "Outage(regions: \"East US\")";
        let what = self.required(&file.what, "what", owner, example);
        let every = self.required(&file.every, "every", owner, "\"6h\"");
        let lasts = what.map(|what| self.lasting(file, what));
        let targets = what.map(|what| self.targets(what, places, routes));
        let every =
            every.and_then(|given| self.within(given, "`every`", LENGTH_MIN, LENGTH_MAX))?;
        let at_once = self.at_least_one(&file.at_once, "`at_once`", 1);
        let at_most = self.at_least_one(&file.at_most, "`at_most`", u32::MAX);
        let (from, until) = self.fault_times(file, phases)?;
        let process = Process {
            name: String::new(),
            place: self.source.place(given.span),
            targets: targets??,
            every,
            lasts: lasts??,
            at_once: at_once?,
            at_most: at_most?,
            from,
            until,
        };
        self.bearable(&process, file, phases);
        Some(process)
    }

    /// When faults are over.
    fn lasting(&mut self, file: &FaultProcess, what: &Sp<Hazard>) -> Option<Lasting> {
        let ends_itself = matches!(
            what.value,
            Hazard::ZoneLoss { .. } | Hazard::Failover { .. } | Hazard::Patch { .. }
        );
        if ends_itself {
            for (field, name) in [(&file.lasts, "lasts"), (&file.at_least, "at_least")] {
                if let Some(span) = field.span() {
                    let message = format!("`{name}` of a fault that ends by itself");
                    self.report(
                        Diagnostic::new(Code::NoRepair, span, message)
                            .label("nothing repairs it")
                            .related(self.head(what.span), "this fault"),
                    );
                }
            }
            return Some(Lasting::Instant);
        }
        let Some(given) = file.lasts.given() else {
            if let Some(span) = file.at_least.span() {
                let message = "`at_least` without `lasts`";
                self.report(
                    Diagnostic::new(Code::NoRepair, span, message)
                        .label("without a repair there is no least time to it")
                        .note("add `lasts: \"20m\"`, the mean"),
                );
            }
            return Some(match what.value {
                Hazard::Outage { .. } => Lasting::ForGood,
                _ => Lasting::Storm,
            });
        };
        let mean = self.within(given, "`lasts`", LENGTH_MIN, LENGTH_MAX)?;
        let least = match file.at_least.given() {
            None => SimDuration(mean.0 / 10),
            Some(given) => self.within(given, "`at_least`", SimDuration::ZERO, mean)?,
        };
        Some(Lasting::Repaired { mean, least })
    }

    fn at_least_one(&mut self, field: &Field<u32>, what: &str, default: u32) -> Option<u32> {
        match field {
            Field::Absent => Some(default),
            Field::Broken(_) => None,
            Field::Given(given) => self.between(given, what, 1, u32::MAX),
        }
    }

    /// How many faults there may be at once, of all processes together.
    pub(super) fn faults_at_once(&mut self, field: &Field<u32>) -> u32 {
        let given = self.at_least_one(field, "`faults_at_once`", u32::MAX);
        given.unwrap_or(u32::MAX)
    }

    fn fault_times(&mut self, file: &FaultProcess, phases: Phases) -> Option<(SimTime, SimTime)> {
        let end = phases.storm_end();
        let time = |field: &Field<Quantity<SimTime>>, default| match field {
            Field::Absent => Some(default),
            Field::Broken(_) => None,
            Field::Given(given) => Some(given.value.0),
        };
        let (from, until) = (time(&file.from, SimTime::ZERO)?, time(&file.until, end)?);
        for (field, at) in [(&file.from, from), (&file.until, until)] {
            if let Some(span) = field.span().filter(|_| at > end) {
                let message = format!("{at} is too late: the storm ends, and with it all faults");
                self.report(
                    Diagnostic::new(Code::OutsideRun, span, message)
                        .label(format!("expected {end} at the latest")),
                );
                return None;
            }
        }
        if from >= until {
            let first = file.from.span().or(file.until.span())?;
            let second = file.until.span().unwrap_or(first);
            self.reversed(first, second, "the fault process");
            return None;
        }
        Some((from, until))
    }

    /// A process makes no more faults than a run can tell of.
    fn bearable(&mut self, process: &Process, file: &FaultProcess, phases: Phases) {
        let mean = match process.lasts {
            Lasting::Repaired { mean, .. } => mean,
            Lasting::Instant | Lasting::Storm | Lasting::ForGood => SimDuration::ZERO,
        };
        let (Some(span), Some(_)) = (file.every.span(), phases.storm) else {
            return;
        };
        let each = process.until.since(process.from).0 / (process.every + mean).0;
        let faults = each.saturating_mul(process.targets.len() as u64);
        if faults > FAULTS_MAX {
            let message = format!("about {faults} faults are too many");
            self.report(
                Diagnostic::new(Code::OutOfRange, span, message)
                    .label(format!("expected so long that {FAULTS_MAX} come at most")),
            );
        }
    }

    /// What is befallen, every fault lowered to steps.
    fn targets(
        &mut self,
        what: &Sp<Hazard>,
        places: &Places,
        routes: &[RoutePlan],
    ) -> Option<Vec<Target>> {
        let befallen = self.befallen(what, places)?;
        let names: Vec<Sp<String>> = befallen.iter().map(|one| one.name.clone()).collect();
        self.unique("targets", &names);
        let mut targets = Vec::new();
        // What is wrong with a fault is wrong with it on each target, and told once.
        self.anew(None, |lowering| {
            for one in befallen {
                let variants = one.faults.into_iter().map(|(begin, end)| {
                    let begin = lowering.steps(begin, what.span, places, routes);
                    let end = end.map(|end| lowering.steps(end, what.span, places, routes));
                    Some(Variant {
                        begin: begin?,
                        end: end.unwrap_or(Some(Vec::new()))?,
                    })
                });
                let variants: Option<Vec<Variant>> = variants.collect();
                targets.push(variants.map(|variants| Target {
                    name: one.name.value,
                    variants,
                }));
            }
        });
        targets.into_iter().collect()
    }

    /// The steps that an action comes to.
    fn steps(
        &mut self,
        action: Action,
        span: Span,
        places: &Places,
        routes: &[RoutePlan],
    ) -> Option<Vec<Step>> {
        let action = Sp {
            value: action,
            span,
        };
        let mut checked = Checked::new(span, span);
        checked.step = self.action(&StepFields::default(), &action, places, &mut checked)?;
        let timed = self.timed(checked, routes).into_iter();
        Some(timed.map(|timed| timed.step).collect())
    }

    /// What is scripted and what is drawn do not act on the same.
    pub(super) fn uncontested(&mut self, processes: &[Sp<Process>], timeline: &[TimedStep]) {
        for Sp {
            value: process,
            span,
        } in processes
        {
            let held: Vec<Hold> = process.holds().collect();
            let any_way = held.iter().any(|hold| matches!(hold, Hold::Way(..)));
            let is_contested = |step: &&TimedStep| match holds(&step.step) {
                Some(wanted) => wanted.iter().any(|one| held.contains(one)),
                None => any_way,
            };
            if let Some(step) = timeline.iter().find(is_contested) {
                let message = format!(
                    "`{}` and the step at {} act on the same",
                    process.name, step.place
                );
                self.report(
                    Diagnostic::new(Code::Contested, self.head(*span), message)
                        .label("draws what the step scripts")
                        .note("name other targets, or leave the step out"),
                );
            }
        }
    }
}
