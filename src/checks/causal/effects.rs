//! A history of effects: which replica applied what, in which order.

use std::collections::BTreeMap;

use super::{Finding, Misread, lines};

const IN_ORDER: &str = "each effect once, in the order of its origin";
const CAUSAL_DELIVERY: &str = "causal delivery";
const STRONG_CONVERGENCE: &str = "strong convergence";
const DELIVERED: &str = "everything delivered everywhere";

/// An effect's name: its origin's number and its own, from 1.
type Dot = (usize, u64);

/// What replicas applied.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    replicas: Vec<String>,
    steps: Vec<Step>,
    /// What the origin of each effect had applied before it.
    saw: BTreeMap<Dot, Vec<Dot>>,
}

/// One application.
#[derive(Clone, Debug)]
struct Step {
    line: usize,
    replica: usize,
    dot: Dot,
    state: Option<String>,
}

/// Whether a text is a history of effects: its first line applies one.
pub(super) fn is_of_effects(text: &str) -> bool {
    lines(text).next().is_some_and(|(_, _, said)| {
        let rest = said.split_once(':').map(|(_, rest)| rest.trim());
        rest.is_some_and(|rest| !rest.contains('('))
    })
}

impl Effects {
    /// Reads a history: `replica: effect [saw effect …] [= state]` on each line, in the order of
    /// application. An effect is its origin's name and a number from 1.
    ///
    /// # Errors
    /// The first line that cannot be read, or that contradicts an earlier one.
    pub fn parse(text: &str) -> Result<Self, Misread> {
        let mut effects = Self::default();
        for (line, column, said) in lines(text) {
            effects.read(line, said).map_err(|message| Misread {
                line,
                column,
                message,
            })?;
        }
        Ok(effects)
    }

    fn read(&mut self, line: usize, said: &str) -> Result<(), String> {
        let wrong = || format!("found `{said}`, expected a line such as `a: b2 saw a1 c3 = 9f3c`");
        let (replica, rest) = said.split_once(':').ok_or_else(wrong)?;
        let (rest, state) = match rest.split_once('=') {
            Some((rest, state)) if !state.trim().is_empty() => {
                (rest, Some(state.trim().to_owned()))
            }
            Some(_) => return Err(wrong()),
            None => (rest, None),
        };
        let mut words = rest.split_whitespace();
        let dot = words.next().ok_or_else(wrong)?;
        let dot = self.dot(dot).ok_or_else(wrong)?;
        match words.next() {
            None => {}
            Some("saw") => {
                let saw: Option<Vec<Dot>> = words.map(|word| self.dot(word)).collect();
                let mut saw = saw.ok_or_else(wrong)?;
                saw.sort_unstable();
                let known = self.saw.entry(dot).or_insert_with(|| saw.clone());
                if *known != saw {
                    return Err(format!(
                        "`{said}` says of an effect that it saw other ones than \
                         an earlier line says"
                    ));
                }
            }
            Some(_) => return Err(wrong()),
        }
        let replica = self.replica(replica.trim());
        self.steps.push(Step {
            line,
            replica,
            dot,
            state,
        });
        Ok(())
    }

    fn replica(&mut self, name: &str) -> usize {
        let known = self.replicas.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.replicas.push(name.to_owned());
            self.replicas.len() - 1
        })
    }

    fn dot(&mut self, word: &str) -> Option<Dot> {
        let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = word[name.len()..]
            .parse()
            .ok()
            .filter(|number| *number > 0)?;
        (!name.is_empty()).then(|| (self.replica(name), number))
    }

    /// All that can be asked of it.
    pub fn judge(&self) -> Vec<Finding> {
        let mut clocks = vec![vec![0_u64; self.replicas.len()]; self.replicas.len()];
        let mut states: BTreeMap<Vec<u64>, &Step> = BTreeMap::new();
        let (mut order, mut causal, mut convergence) = (None, None, None);
        for step in &self.steps {
            let clock = &mut clocks[step.replica];
            let (origin, number) = step.dot;
            if number != clock[origin] + 1 {
                order.get_or_insert_with(|| self.told(step));
            }
            let saw = self.saw.get(&step.dot).into_iter().flatten();
            let missing = |dot: &&Dot| dot.0 != origin && clock[dot.0] < dot.1;
            if let Some(dot) = saw.clone().find(missing) {
                let name = self.name(*dot);
                let witness = || format!("{}, before {name}, which it saw", self.told(step));
                causal.get_or_insert_with(witness);
            }
            clock[origin] = clock[origin].max(number);
            if let Some(state) = &step.state {
                let first = *states.entry(clock.clone()).or_insert(step);
                if first.state.as_ref() != Some(state) {
                    let witness = || {
                        let (one, other) = (self.told(first), self.told(step));
                        format!("{one}; {other}: the same effects, different states")
                    };
                    convergence.get_or_insert_with(witness);
                }
            }
        }
        let behind = self.behind(&clocks);
        [
            (IN_ORDER, "OutOfOrder", order),
            (CAUSAL_DELIVERY, "EarlyDelivery", causal),
            (STRONG_CONVERGENCE, "Divergence", convergence),
            (DELIVERED, "Undelivered", behind),
        ]
        .into_iter()
        .map(|(name, pattern, witness)| match witness {
            None => Finding::holds(name),
            Some(witness) => Finding::violated(name, pattern, witness),
        })
        .collect()
    }

    /// A replica that lacks something at the end; origins that apply nothing are no replicas here.
    fn behind(&self, clocks: &[Vec<u64>]) -> Option<String> {
        let all = |origin: usize| clocks.iter().map(|clock| clock[origin]).max();
        let applies = |replica: &usize| self.steps.iter().any(|step| step.replica == *replica);
        let replicas = (0..self.replicas.len()).filter(applies);
        let mut pairs = replicas
            .flat_map(|replica| (0..self.replicas.len()).map(move |origin| (replica, origin)));
        let (replica, origin) =
            pairs.find(|(replica, origin)| Some(clocks[*replica][*origin]) < all(*origin))?;
        let lacks = self.name((origin, clocks[replica][origin] + 1));
        Some(format!("{} ends without {lacks}", self.replicas[replica]))
    }

    fn told(&self, step: &Step) -> String {
        let (replica, dot) = (&self.replicas[step.replica], self.name(step.dot));
        format!("{replica} applies {dot} (line {})", step.line)
    }

    fn name(&self, (origin, number): Dot) -> String {
        format!("{}{number}", self.replicas[origin])
    }
}
