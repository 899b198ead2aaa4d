//! The agenda of one process: its timers, in the published order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::engine::order::{Class, Order, TieBreak};
use crate::time::SimTime;

/// Pending events of one process.
///
/// Client arrivals and deliveries are sorted streams of their own and never stand in here, so it
/// stays small. There is no way to cancel: a handler ignores what its state has outlived.
#[derive(Clone, Debug)]
pub struct Agenda<E> {
    heap: BinaryHeap<Reverse<Entry<E>>>,
    sequence: u64,
    now: SimTime,
    tie_break: TieBreak,
}

#[derive(Clone, Debug)]
struct Entry<E> {
    order: Order,
    sequence: u64,
    event: E,
}

impl<E> Agenda<E> {
    /// Nothing pending.
    pub fn new(tie_break: TieBreak) -> Self {
        Self {
            heap: BinaryHeap::new(),
            sequence: 0,
            now: SimTime::ZERO,
            tie_break,
        }
    }

    /// Schedules a timer of `source` at `at`.
    ///
    /// # Panics
    /// When `at` is in the past: time cannot run back.
    pub fn timer(&mut self, at: SimTime, source: u32, event: E) {
        assert!(self.now <= at, "an event is never scheduled in the past");
        self.sequence += 1;
        let order = self.tie_break.order(at, Class::Timer, 0, source);
        self.heap.push(Reverse(Entry {
            order,
            sequence: self.sequence,
            event,
        }));
    }

    /// The place of the first event; [`Order::NEVER`] when nothing is pending.
    pub fn head(&self) -> Order {
        self.heap.peek().map_or(Order::NEVER, |entry| entry.0.order)
    }

    /// When the first event is due; [`SimTime::MAX`] when nothing is pending.
    pub fn due(&self) -> SimTime {
        self.heap
            .peek()
            .map_or(SimTime::MAX, |entry| entry.0.order.at)
    }

    /// Takes the first event.
    ///
    /// # Panics
    /// When it would make time run back.
    pub fn pop(&mut self) -> Option<(SimTime, E)> {
        let Reverse(entry) = self.heap.pop()?;
        assert!(self.now <= entry.order.at, "time does not run back");
        self.now = entry.order.at;
        Some((entry.order.at, entry.event))
    }

    /// Tells the agenda how late it is, so that it can refuse what is past.
    pub fn reach(&mut self, now: SimTime) {
        self.now = self.now.max(now);
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        (self.order, self.sequence) == (other.order, other.sequence)
    }
}

impl<E> Eq for Entry<E> {}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.order, self.sequence).cmp(&(other.order, other.sequence))
    }
}
