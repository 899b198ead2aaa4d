//! The way out of a region: what leaves on each route, and what each instance ships.
//!
//! An effect is written down once, as a load of its instance. Whoever follows the instance gets all
//! its loads, one after the other, so when they leave is worked out for many at once: at the end of
//! a window, or before anything else leaves on the route.

use std::sync::Arc;

use crate::engine::Stream;
use crate::id::{Id, RegionId, ReplicaId};
use crate::instance::{Addressee, Flight};
use crate::network::Route;
use crate::time::SimTime;
use crate::world::convoy::{Consignment, Convoy, Load};

/// A route out of the region, with the draws of its own.
#[derive(Debug)]
pub(super) struct Exit {
    /// The route.
    pub route: Route,
    /// Draws of its delay.
    delays: Stream,
    /// Draws of its losses.
    losses: Stream,
    /// What has left, and has its delay yet to be drawn.
    leaving: Vec<Consignment>,
    /// Whether the last of it is a convoy that takes every load still to come.
    is_open: bool,
    /// How many loads the longest convoy so far had.
    longest: usize,
}

impl Exit {
    /// A route on which nothing has left.
    pub(super) fn new(route: Route, delays: Stream, losses: Stream) -> Self {
        Self {
            route,
            delays,
            losses,
            leaving: Vec::new(),
            is_open: false,
            longest: 0,
        }
    }

    /// Opens a convoy for the loads from the one at `first` on.
    pub(super) fn open(&mut self, from: ReplicaId, to: Addressee, first: usize) {
        assert!(!self.is_open, "a route has one open convoy");
        self.is_open = true;
        self.leaving.push(Consignment::Convoy(Convoy {
            from,
            to: to.to,
            epoch: to.epoch,
            loads: Arc::default(),
            first,
            times: Vec::with_capacity(self.longest.next_power_of_two()),
            bytes: 0,
        }));
    }

    /// Finds when the loads have left that stand in the open convoy.
    pub(super) fn settle(&mut self, loads: &[Load]) {
        if let (true, Some(Consignment::Convoy(convoy))) = (self.is_open, self.leaving.last_mut()) {
            let new = &loads[convoy.first + convoy.times.len()..];
            let messages = new.iter().map(|load| (load.made_at, u64::from(load.bytes)));
            convoy.bytes += messages.clone().map(|(_, bytes)| bytes).sum::<u64>();
            self.route.depart(messages, &mut convoy.times);
        }
    }

    /// The open convoy takes no more.
    pub(super) fn close(&mut self, loads: &[Load]) {
        self.settle(loads);
        self.is_open = false;
    }

    /// Sends a parcel that stands in no convoy.
    pub(super) fn send(&mut self, now: SimTime, mut flight: Flight, bytes: u64, loads: &[Load]) {
        self.close(loads);
        let mut left = Vec::with_capacity(1);
        self.route.depart(std::iter::once((now, bytes)), &mut left);
        flight.arrival = left[0];
        self.leaving.push(Consignment::Single(flight));
    }

    /// Draws when what has left arrives, and hands it over. `loads` are those of each instance, by
    /// its place; convoys are closed.
    pub(super) fn seal(
        &mut self,
        homes: &[(RegionId, usize)],
        loads: &[Arc<Vec<Load>>],
    ) -> Drained<'_> {
        for consignment in &mut self.leaving {
            let times = match consignment {
                Consignment::Single(flight) => std::slice::from_mut(&mut flight.arrival),
                Consignment::Convoy(convoy) => {
                    let (_, local) = homes[convoy.from.index()];
                    convoy.loads = Arc::clone(&loads[local]);
                    self.longest = self.longest.max(convoy.times.len());
                    &mut convoy.times
                }
            };
            let (delays, losses) = (&mut self.delays, &mut self.losses);
            self.route
                .arrive(times, || delays.next_u64(), || losses.next_u64());
        }
        self.leaving.drain(..)
    }
}

/// What is handed over.
type Drained<'a> = std::vec::Drain<'a, Consignment>;

/// What one instance ships.
#[derive(Debug, Default)]
pub(super) struct Dock {
    /// What it has shipped since the last seal.
    pub loads: Vec<Load>,
    /// The number of the audience for which convoys are open; 0 while none are.
    pub audience: u32,
    /// Bytes shipped since the routes were last looked at.
    pub shipped: u64,
    /// How many bytes can be shipped before a queue could be too long.
    pub room: u64,
}

impl Dock {
    /// Whether the next load can join the open convoys of `audience`.
    #[inline]
    pub(super) fn takes(&self, audience: u32) -> bool {
        self.audience == audience && self.shipped <= self.room
    }

    /// Takes out what was shipped; its place will hold about as much again.
    pub(super) fn clear(&mut self) -> Arc<Vec<Load>> {
        self.audience = 0;
        // Few different sizes, so that what is freed is of use again.
        let room = Vec::with_capacity(self.loads.len().next_power_of_two());
        Arc::new(std::mem::replace(&mut self.loads, room))
    }
}
