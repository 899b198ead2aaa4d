//! A plan in words: what `run --explain` prints.

use std::fmt::{self, Write};

use crate::assumption::Assumptions;
use crate::network::Delay;
use crate::plan::{Arrivals, Plan, Sizes};
use crate::quantity::Bytes;
use crate::scenario::normal::{action_wording, assumption_texts, response_wording};
use crate::scenario::schema::amount::Written;
use crate::scenario::schema::assumptions::AssumptionFields;
use crate::scenario::schema::moment::{ClockOffset, Epoch};
use crate::scenario::schema::reference::Described;
use crate::time::SimTime;

/// An assumption in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssumptionInForce {
    /// Its id: `A-RECORD`.
    pub id: String,
    /// Its field in scenarios: `record_bytes`.
    pub field: &'static str,
    /// What it says.
    pub meaning: String,
    /// Its value, as a scenario writes it.
    pub value: String,
    /// Its default, written likewise.
    pub default: String,
}

/// All assumptions, with the values of `set` and their defaults.
pub fn assumptions_in_force(set: &Assumptions) -> Vec<AssumptionInForce> {
    let (values, defaults) = (
        assumption_texts(set),
        assumption_texts(&Assumptions::default()),
    );
    let value = |texts: &[(String, String)], field: &str| {
        let found = texts.iter().find(|(name, _)| name == field);
        found.map_or("unset".to_owned(), |(_, value)| value.clone())
    };
    let in_force = |(field, meaning): &(&'static str, &str)| {
        let (id, meaning) = meaning.split_once(": ").unwrap_or(("", meaning));
        AssumptionInForce {
            id: id.trim().to_owned(),
            field,
            meaning: meaning.trim().to_owned(),
            value: value(&values, field),
            default: value(&defaults, field),
        }
    };
    AssumptionFields::fields().iter().map(in_force).collect()
}

/// The plan for a reader: who and where, all actions by time, rules, demands, assumptions.
pub fn explain_plan(plan: &Plan) -> String {
    let mut text = String::new();
    written(&mut text, plan).expect("a string takes all that is written into it");
    text
}

fn written(text: &mut String, plan: &Plan) -> fmt::Result {
    writeln!(text, "{}: {}", plan.name, plan.question)?;
    let epoch = Epoch { ms: plan.epoch_ms }.write();
    writeln!(
        text,
        "seed {}, storm {}, settle {}, wall clock from {epoch}, samples every {}",
        plan.seed, plan.storm, plan.settle, plan.sample_every
    )?;
    group(text, plan)?;
    traffic(text, plan)?;
    actions(text, plan)?;
    demands(text, plan)?;
    assumptions(text, plan)
}

fn group(text: &mut String, plan: &Plan) -> fmt::Result {
    writeln!(text, "\nGroup")?;
    for instance in &plan.instances {
        let region = &plan.regions[instance.region];
        let limit = plan.assumptions.usable_share.of(instance.sku.memory.0);
        write!(
            text,
            "  {:<16} {:<20} {}, {} usable in {} shards",
            instance.name,
            region.name,
            instance.sku.name,
            Bytes(limit),
            instance.shards
        )?;
        match region.clock_offset_ms {
            0 => writeln!(text)?,
            ms => writeln!(text, ", clock {}", ClockOffset { ms }.write())?,
        }
    }
    if !plan.routes.is_empty() {
        writeln!(text, "\nRoutes (one way)")?;
    }
    let mirrored = plan.mirrored();
    for route in &plan.routes {
        let way = format!(
            "{} -> {}",
            plan.regions[route.from].name, plan.regions[route.to].name
        );
        writeln!(
            text,
            "  {way:<40} {}, {}, loss {}{}",
            delay(&route.delay),
            route.bandwidth,
            route.loss,
            if mirrored
                .iter()
                .any(|one| (one.from, one.to) == (route.from, route.to))
            {
                ", mirrored (A-MIRROR)"
            } else {
                ""
            }
        )?;
    }
    Ok(())
}

fn delay(delay: &Delay) -> String {
    match delay {
        Delay::Constant(length) => length.to_string(),
        other => format!(
            "{} to {}, median {}",
            other.floor(),
            other.ceiling(),
            other.median()
        ),
    }
}

fn traffic(text: &mut String, plan: &Plan) -> fmt::Result {
    writeln!(text, "\nKeys")?;
    for population in &plan.populations {
        let value = match &population.value_bytes {
            Sizes::Constant(size) => Bytes(u64::from(*size)).to_string(),
            Sizes::Uniform(from, to) => {
                format!("{} to {}", Bytes(u64::from(*from)), Bytes(u64::from(*to)))
            }
            Sizes::Weighted(sizes) => format!("one of {} sizes", sizes.len()),
        };
        let (filled, keys) = (population.filled, population.keys);
        let name = &population.prefix;
        let kind = population.kind;
        writeln!(
            text,
            "  {name:<16} {filled} filled of {keys}, {kind:?}, values of {value}"
        )?;
    }
    writeln!(text, "\nTraffic")?;
    for fleet in &plan.fleets {
        let (way, rate) = match fleet.arrivals {
            Arrivals::Constant(rate) => ("evenly", rate),
            Arrivals::Poisson(rate) => ("Poisson", rate),
        };
        let mix: Vec<String> = fleet
            .mix
            .iter()
            .map(|(operation, weight)| format!("{operation:?} {weight}"))
            .collect();
        writeln!(
            text,
            "  {:<24} {rate} {way} at {} from {} to {}: {} on {}",
            fleet.name,
            plan.instances[fleet.instance].name,
            fleet.starts,
            fleet.ends,
            mix.join(", "),
            plan.populations[fleet.population].prefix
        )?;
    }
    Ok(())
}

fn actions(text: &mut String, plan: &Plan) -> fmt::Result {
    writeln!(text, "\nActions")?;
    let storm_end = SimTime::ZERO + plan.storm;
    let phases = [
        (storm_end, "the storm ends: no traffic, routes healed"),
        (storm_end + plan.settle, "the run ends"),
    ];
    let mut phases = phases.into_iter().peekable();
    for step in &plan.timeline {
        while let Some((at, what)) = phases.next_if(|(at, _)| *at < step.at) {
            writeln!(text, "  {:<14} {what}", at.to_string())?;
        }
        let what = action_wording(&step.step, plan);
        writeln!(
            text,
            "  {:<14} {what}  (line {})",
            step.at.to_string(),
            step.place
        )?;
    }
    for (at, what) in phases {
        writeln!(text, "  {:<14} {what}", at.to_string())?;
    }
    Ok(())
}

fn demands(text: &mut String, plan: &Plan) -> fmt::Result {
    if !plan.rules.is_empty() {
        writeln!(text, "\nRunbook and alerts")?;
    }
    for rule in &plan.rules {
        let when = rule.when.words(&|id| plan.instances[id].name.as_str());
        write!(text, "  {}: {when}", rule.name)?;
        if rule.is_alert() {
            writeln!(text, ", alert")?;
            continue;
        }
        let then = rule.then.iter();
        let then: Vec<String> = then.map(|one| response_wording(one, plan)).collect();
        writeln!(text, ", then after {} {}", rule.reaction, then.join(", "))?;
    }
    writeln!(text, "\nExpectations")?;
    for expectation in &plan.expectations {
        writeln!(text, "  {}", expectation.text)?;
    }
    Ok(())
}

fn assumptions(text: &mut String, plan: &Plan) -> fmt::Result {
    writeln!(text, "\nAssumptions in force")?;
    for assumption in assumptions_in_force(&plan.assumptions) {
        let AssumptionInForce {
            id,
            field,
            value,
            default,
            ..
        } = &assumption;
        write!(text, "  {id:<18} {field} = {value}")?;
        if value == default {
            writeln!(text)?;
        } else {
            writeln!(text, "  (set here; default {default})")?;
        }
    }
    Ok(())
}
