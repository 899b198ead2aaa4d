//! Causal order: what a session did before, and what it had read.

use super::history::{Action, History};

/// For each operation how many operations of each session come before it or are it.
#[derive(Clone, Debug)]
pub(super) struct Order {
    clocks: Vec<usize>,
    sessions: usize,
}

impl Order {
    /// The causal order of a history.
    ///
    /// # Errors
    /// Operations that come before themselves (`CyclicCO`).
    pub(super) fn of(history: &History) -> Result<Self, Vec<usize>> {
        let sessions = history.sessions.len();
        let mut order = Self {
            clocks: vec![0; history.operations.len() * sessions],
            sessions,
        };
        let before = |id: usize| direct(history, id);
        for id in sorted(history.operations.len(), before)? {
            for earlier in direct(history, id) {
                for session in 0..sessions {
                    let known = order.clocks[earlier * sessions + session];
                    let mine = &mut order.clocks[id * sessions + session];
                    *mine = (*mine).max(known);
                }
            }
            let operation = &history.operations[id];
            order.clocks[id * sessions + operation.session] = operation.place + 1;
        }
        Ok(order)
    }

    /// How many operations of each session come before `id` or are it.
    pub(super) fn clock(&self, id: usize) -> &[usize] {
        &self.clocks[id * self.sessions..(id + 1) * self.sessions]
    }

    /// Whether `earlier` comes before `later`.
    pub(super) fn is_before(&self, history: &History, earlier: usize, later: usize) -> bool {
        let operation = &history.operations[earlier];
        earlier != later && self.clock(later)[operation.session] > operation.place
    }

    /// The last write of the key of `read` in each session that comes before `read`.
    pub(super) fn last_writes(&self, history: &History, read: usize) -> Vec<usize> {
        let key = history.operations[read].key;
        let clock = self.clock(read);
        let last = |session: usize| {
            let seen = &history.by_session[session][..clock[session]];
            seen.iter().rev().copied().find(|id| {
                let operation = &history.operations[*id];
                *id != read && operation.key == key && operation.action == Action::Write
            })
        };
        (0..self.sessions).filter_map(last).collect()
    }
}

/// What comes right before an operation: its predecessor in the session, and what it reads.
pub(super) fn direct(history: &History, id: usize) -> Vec<usize> {
    let operation = &history.operations[id];
    let session = &history.by_session[operation.session];
    let previous = operation.place.checked_sub(1).map(|place| session[place]);
    let read = match operation.action {
        Action::Read(write) => Some(write),
        _ => None,
    };
    previous.into_iter().chain(read).collect()
}

/// All of `count` nodes, each after those `before` it.
///
/// # Errors
/// A circle, from a node to itself.
pub(super) fn sorted(
    count: usize,
    before: impl Fn(usize) -> Vec<usize>,
) -> Result<Vec<usize>, Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; count];
    let mut order = Vec::with_capacity(count);
    for root in 0..count {
        // Depth first without recursion: histories are long.
        let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
        if marks[root] == Mark::New {
            marks[root] = Mark::Open;
            path.push((root, before(root)));
        }
        while let Some((node, rest)) = path.last_mut() {
            let node = *node;
            match rest.pop() {
                None => {
                    marks[node] = Mark::Done;
                    order.push(node);
                    path.pop();
                }
                Some(next) if marks[next] == Mark::Open => {
                    let from = path.iter().position(|(at, _)| *at == next);
                    let mut circle: Vec<usize> = path[from.unwrap_or_default()..]
                        .iter()
                        .map(|(at, _)| *at)
                        .collect();
                    circle.push(next);
                    circle.reverse();
                    return Err(circle);
                }
                Some(next) if marks[next] == Mark::New => {
                    marks[next] = Mark::Open;
                    path.push((next, before(next)));
                }
                Some(_) => {}
            }
        }
    }
    Ok(order)
}
