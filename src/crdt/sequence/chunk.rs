//! Slots in their order, in chunks: what a sequence is laid out as.

use std::collections::VecDeque;

use crate::crdt::clock::Dot;
use crate::crdt::sequence::ElementId;

/// Up to so many slots stand in one chunk: moving them costs less than looking for a chunk does.
const CHUNK_MAX: usize = 64;

/// What took an element away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Removal {
    /// The effect that did; none where it was a removal of the whole key that came first.
    pub(crate) by: Option<Dot>,
    /// Whether a client was given the element.
    pub(crate) is_taken: bool,
}

/// What is left of an element.
#[derive(Clone, Debug)]
pub(crate) enum State<T> {
    /// A client sees it.
    Live(T),
    /// Another of its group is shown instead.
    Hidden(T),
    /// Elements may still come in beside it.
    Dead(Removal),
}

impl<T> State<T> {
    /// What it holds, if it is not dead.
    pub(crate) fn content(&self) -> Option<&T> {
        match self {
            Self::Live(content) | Self::Hidden(content) => Some(content),
            Self::Dead(_) => None,
        }
    }

    pub(crate) fn into_content(self) -> Option<T> {
        match self {
            Self::Live(content) | Self::Hidden(content) => Some(content),
            Self::Dead(_) => None,
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        matches!(self, Self::Live(_))
    }
}

/// One element's place.
#[derive(Clone, Debug)]
pub(crate) struct Slot<T> {
    pub(crate) id: ElementId,
    pub(crate) state: State<T>,
}

#[derive(Clone, Debug)]
struct Chunk<T> {
    slots: Vec<Slot<T>>,
    live: usize,
    /// No counter of its elements is below this, none above the other: most chunks need no look.
    low: u64,
    high: u64,
}

impl<T> Chunk<T> {
    fn of(slots: Vec<Slot<T>>) -> Self {
        let counters = slots.iter().map(|slot| slot.id.counter);
        Self {
            live: slots.iter().filter(|slot| slot.state.is_live()).count(),
            low: counters.clone().min().unwrap_or(u64::MAX),
            high: counters.max().unwrap_or(0),
            slots,
        }
    }

    fn find(&self, id: &ElementId) -> Option<usize> {
        let is_here = (self.low..=self.high).contains(&id.counter);
        let mut slots = self.slots.iter();
        is_here.then(|| slots.position(|slot| slot.id == *id))?
    }
}

/// Where a slot stands; another insertion may move it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct At {
    chunk: usize,
    slot: usize,
}

/// Slots in chunks, none of them empty.
#[derive(Clone, Debug)]
pub(super) struct Chunks<T>(VecDeque<Chunk<T>>);

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Chunks<T> {
    pub(super) fn from_slots(slots: Vec<Slot<T>>) -> Self {
        let mut chunks = VecDeque::new();
        let mut slots = slots.into_iter().peekable();
        while slots.peek().is_some() {
            chunks.push_back(Chunk::of(slots.by_ref().take(CHUNK_MAX).collect()));
        }
        Self(chunks)
    }

    pub(super) fn take_slots(&mut self) -> Vec<Slot<T>> {
        let chunks = std::mem::take(&mut self.0).into_iter();
        chunks.flat_map(|chunk| chunk.slots).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Slot<T>> {
        self.0.iter().flat_map(|chunk| &chunk.slots)
    }

    /// The live slots from `at` on.
    pub(super) fn live_from(&self, at: At) -> impl Iterator<Item = &Slot<T>> {
        let chunks = self.0.iter().enumerate().skip(at.chunk);
        let with_any = chunks.filter(|(_, chunk)| chunk.live > 0);
        let slots = with_any.flat_map(move |(index, chunk)| {
            let skipped = if index == at.chunk { at.slot } else { 0 };
            chunk.slots.iter().skip(skipped)
        });
        slots.filter(|slot| slot.state.is_live())
    }

    pub(super) fn get(&self, at: At) -> &Slot<T> {
        &self.0[at.chunk].slots[at.slot]
    }

    /// Replaces a slot's state.
    pub(super) fn put(&mut self, at: At, state: State<T>) -> State<T> {
        let chunk = &mut self.0[at.chunk];
        let slot = &mut chunk.slots[at.slot];
        chunk.live -= usize::from(slot.state.is_live());
        chunk.live += usize::from(state.is_live());
        std::mem::replace(&mut slot.state, state)
    }

    /// Where `id` stands, looked for from both ends at once.
    pub(super) fn find(&self, id: &ElementId) -> Option<At> {
        let count = self.0.len();
        let mut inward = (0..count.div_ceil(2)).flat_map(|near| [near, count - 1 - near]);
        inward.find_map(|chunk| {
            let slot = self.0[chunk].find(id)?;
            Some(At { chunk, slot })
        })
    }

    /// The live slot before which so many of `total` live ones stand, from the nearer end.
    pub(super) fn nth(&self, position: u64, total: u64) -> Option<At> {
        let rank = usize::try_from(position).ok()?;
        let total = usize::try_from(total).ok()?;
        let behind = total.checked_sub(rank + 1)?;
        let forward = (0..self.0.len()).map(|chunk| (chunk, self.0[chunk].live));
        let (chunk, before) = if rank <= behind {
            walk(forward, rank)?
        } else {
            let (chunk, after) = walk(forward.rev(), behind)?;
            (chunk, self.0[chunk].live - 1 - after)
        };
        let slots = self.0[chunk].slots.iter().enumerate();
        let mut live = slots.filter(|(_, slot)| slot.state.is_live());
        let (slot, _) = live.nth(before)?;
        Some(At { chunk, slot })
    }

    /// The slot behind `at`, or the first.
    pub(super) fn after(&self, at: Option<At>) -> Option<At> {
        let next = match at {
            None => At { chunk: 0, slot: 0 },
            Some(At { chunk, slot }) if slot + 1 < self.0[chunk].slots.len() => At {
                chunk,
                slot: slot + 1,
            },
            Some(At { chunk, .. }) => At {
                chunk: chunk + 1,
                slot: 0,
            },
        };
        (next.chunk < self.0.len()).then_some(next)
    }

    /// The live elements on both sides of `at`.
    pub(super) fn live_beside(&self, at: At) -> (Option<ElementId>, Option<ElementId>) {
        let id = |slot: &Slot<T>| slot.state.is_live().then_some(slot.id);
        let here = &self.0[at.chunk].slots;
        let with_any = |chunk: &&Chunk<T>| chunk.live > 0;
        let before = here[..at.slot].iter().rev().find_map(id).or_else(|| {
            let mut chunks = self.0.iter().take(at.chunk).rev();
            chunks.find(with_any)?.slots.iter().rev().find_map(id)
        });
        let behind = here[at.slot + 1..].iter().find_map(id).or_else(|| {
            let mut chunks = self.0.iter().skip(at.chunk + 1);
            chunks.find(with_any)?.slots.iter().find_map(id)
        });
        (before, behind)
    }

    /// Puts a slot behind `at`, or first.
    pub(super) fn insert(&mut self, at: Option<At>, slot: Slot<T>) -> At {
        let mut at = match at {
            Some(At { chunk, slot }) => At {
                chunk,
                slot: slot + 1,
            },
            None => At { chunk: 0, slot: 0 },
        };
        let is_full = |chunk: &Chunk<T>| chunk.slots.len() >= CHUNK_MAX;
        if self.0.get(at.chunk).is_none_or(is_full) {
            at = self.make_room(at);
        }
        let chunk = &mut self.0[at.chunk];
        chunk.live += usize::from(slot.state.is_live());
        chunk.low = chunk.low.min(slot.id.counter);
        chunk.high = chunk.high.max(slot.id.counter);
        chunk.slots.insert(at.slot, slot);
        at
    }

    /// Makes room in a full chunk, or beside it: at either end another one is begun, so that pushes
    /// leave full chunks behind.
    fn make_room(&mut self, at: At) -> At {
        let Some(full) = self.0.get_mut(at.chunk) else {
            self.0.push_back(Chunk::of(Vec::new()));
            return at;
        };
        if at.slot == 0 {
            self.0.insert(at.chunk, Chunk::of(Vec::new()));
            return at;
        }
        let next = At {
            chunk: at.chunk + 1,
            slot: 0,
        };
        if at.slot == full.slots.len() {
            let has_room = |chunk: &Chunk<T>| chunk.slots.len() < CHUNK_MAX;
            if !self.0.get(next.chunk).is_some_and(has_room) {
                self.0.insert(next.chunk, Chunk::of(Vec::new()));
            }
            return next;
        }
        let half = full.slots.len() / 2;
        let rest = full.slots.split_off(half);
        let front = std::mem::take(&mut full.slots);
        *full = Chunk::of(front);
        self.0.insert(next.chunk, Chunk::of(rest));
        if at.slot <= half {
            return at;
        }
        At {
            chunk: next.chunk,
            slot: at.slot - half,
        }
    }
}

/// The chunk that holds the live slot of this rank, and its rank there.
fn walk(chunks: impl Iterator<Item = (usize, usize)>, rank: usize) -> Option<(usize, usize)> {
    let mut rest = rank;
    for (chunk, live) in chunks {
        if rest < live {
            return Some((chunk, rest));
        }
        rest -= live;
    }
    None
}
