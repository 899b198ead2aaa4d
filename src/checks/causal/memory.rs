//! The bad patterns of causal memory: each session must explain all its reads by one order.

use super::history::{Action, History};
use super::order::{Order, direct, sorted};
use super::{Answer, Finding};

/// Beyond so many operations the order of each session, which needs their square in bits, is not
/// built.
const OPERATIONS_MAX: usize = 20_000;

/// Whether a history is one of causal memory, given that it is causally consistent.
pub(super) fn judge(history: &History, order: &Order, name: &'static str) -> Finding {
    let count = history.operations.len();
    if count > OPERATIONS_MAX {
        let why = format!("{count} operations are more than {OPERATIONS_MAX}");
        let answer = Answer::Unjudged(why);
        return Finding { name, answer };
    }
    let sessions = history.by_session.iter();
    // What an operation must explain, later ones of its session must too.
    let last = sessions.filter_map(|session| session.last());
    let found = last.copied().find_map(|id| explain(history, order, id));
    match found {
        None => Finding::holds(name),
        Some((pattern, witness)) => Finding::violated(name, pattern, witness),
    }
}

/// Sets of operations as bits, one set for each operation.
struct Reach {
    words: Vec<u64>,
    width: usize,
}

impl Reach {
    fn new(count: usize) -> Self {
        let width = count.div_ceil(64);
        Self {
            words: vec![0; width * count],
            width,
        }
    }

    fn has(&self, earlier: usize, later: usize) -> bool {
        self.words[later * self.width + earlier / 64] >> (earlier % 64) & 1 == 1
    }

    /// `later` comes after `earlier` and after all that this comes after.
    fn follow(&mut self, earlier: usize, later: usize) {
        for word in 0..self.width {
            let known = self.words[earlier * self.width + word];
            self.words[later * self.width + word] |= known;
        }
        self.words[later * self.width + earlier / 64] |= 1 << (earlier % 64);
    }
}

/// What shows that `last`'s session cannot explain its reads up to there: the least order that
/// contains its causal past and places a write before the one that a read preferred to it.
fn explain(history: &History, order: &Order, last: usize) -> Option<(&'static str, String)> {
    let past: Vec<usize> = (0..history.operations.len())
        .filter(|id| *id == last || order.is_before(history, *id, last))
        .collect();
    let number_of = |id: usize| past.binary_search(&id).ok();
    let inner = |id: &usize| {
        direct(history, *id)
            .into_iter()
            .filter_map(number_of)
            .collect()
    };
    let mut preceding: Vec<Vec<usize>> = past.iter().map(inner).collect();
    let session = history.operations[last].session;
    loop {
        let sequence = match sorted(past.len(), |at| preceding[at].clone()) {
            Ok(sequence) => sequence,
            Err(circle) => {
                let circle: Vec<usize> = circle.into_iter().map(|at| past[at]).collect();
                return Some(("CyclicHB", history.chain(&circle)));
            }
        };
        let mut reach = Reach::new(past.len());
        for at in sequence {
            for earlier in &preceding[at] {
                reach.follow(*earlier, at);
            }
        }
        let mut has_grown = false;
        for (read, id) in past.iter().enumerate() {
            let operation = &history.operations[*id];
            if operation.session != session || operation.action == Action::Write {
                continue;
            }
            for (write, passed) in past.iter().enumerate() {
                let other = &history.operations[*passed];
                let is_rival = other.action == Action::Write && other.key == operation.key;
                if !is_rival || !reach.has(write, read) {
                    continue;
                }
                match operation.action {
                    Action::Read(preferred) if preferred == *passed => {}
                    Action::Read(preferred) => {
                        let preferred = number_of(preferred)?;
                        if !reach.has(write, preferred) {
                            preceding[preferred].push(write);
                            has_grown = true;
                        }
                    }
                    _ => return Some(("WriteHBInitRead", history.chain(&[*passed, *id]))),
                }
            }
        }
        if !has_grown {
            return None;
        }
    }
}
