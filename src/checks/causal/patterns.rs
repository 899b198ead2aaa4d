//! The bad patterns of plain causal consistency and of causal convergence.

use super::history::{Action, History};
use super::order::{Order, direct, sorted};

/// The first pattern that plain causal consistency forbids: its name and what shows it.
pub(super) fn plain(history: &History, order: &Order) -> Option<(&'static str, String)> {
    (0..history.operations.len()).find_map(|read| {
        let told = |id: usize| history.told(id);
        match history.operations[read].action {
            Action::Write => None,
            Action::ReadThinAir => Some(("ThinAirRead", told(read))),
            Action::ReadInitial => {
                let write = *order.last_writes(history, read).first()?;
                Some((
                    "WriteCOInitRead",
                    format!("{} → {}", told(write), told(read)),
                ))
            }
            Action::Read(old) => {
                let newer = newer_writes(history, order, read, old).next()?;
                let witness = history.chain(&[old, newer, read]);
                Some(("WriteCORead", witness))
            }
        }
    })
}

/// Writes before `read` that come after `old`, which it reads: the last one of each session.
pub(super) fn newer_writes<'a>(
    history: &'a History,
    order: &'a Order,
    read: usize,
    old: usize,
) -> impl Iterator<Item = usize> + 'a {
    let last = order.last_writes(history, read).into_iter();
    last.filter(move |write| order.is_before(history, old, *write))
}

/// What shows that no single order of all writes explains the history (`CyclicCF`): a circle of
/// causal order and of conflicts, where a write precedes the one that a read preferred to it.
pub(super) fn converging(history: &History, order: &Order) -> Option<String> {
    let count = history.operations.len();
    let mut preceding: Vec<Vec<usize>> = (0..count).map(|id| direct(history, id)).collect();
    for read in 0..count {
        if let Action::Read(preferred) = history.operations[read].action {
            let passed = order.last_writes(history, read).into_iter();
            preceding[preferred].extend(passed.filter(|write| *write != preferred));
        }
    }
    let circle = sorted(count, |id| preceding[id].clone()).err()?;
    Some(history.chain(&circle))
}
