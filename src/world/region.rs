//! A region: a logical process with instances, clients, an agenda and streams of its own.

use std::collections::VecDeque;
use std::hint::black_box;

use crate::engine::{Class, Order, Process};
use crate::history::{CommandSeen, Event};
use crate::id::Id;
use crate::instance::{Answer, Flight, Instance, Parcel, Payload, Wire};
use crate::time::SimTime;
use crate::world::clients::Clients;
use crate::world::detail::Heads;
use crate::world::fabric::{Fabric, narrow};

/// What a client sees of an instance in a dark region.
const NO_CONNECTION: &str = "(error) no connection to the server";

/// How many parcels ahead rows are brought into cache.
const TOUCH_AHEAD: usize = 24;

/// A scripted command: a client operation at a fixed instant.
#[derive(Clone, Debug)]
pub(super) struct Scripted {
    /// When.
    pub at: SimTime,
    /// The place of its instance.
    pub local: usize,
    /// Its step in the timeline.
    pub step: usize,
    /// The command as typed.
    pub text: String,
    /// The command, parsed.
    pub words: Vec<Vec<u8>>,
}

/// One region.
#[derive(Debug)]
pub(super) struct Region {
    /// Its instances.
    pub instances: Vec<Instance>,
    /// Its fleets.
    pub clients: Vec<Clients>,
    /// Commands yet to come.
    pub script: VecDeque<Scripted>,
    /// Everything around them.
    pub fabric: Fabric,
    /// Whether the region is dark.
    pub dark: bool,
    /// Regions whose messages do not get here.
    pub cut_from: Vec<bool>,
    /// Messages from each region that a cut has dropped.
    pub cut_drops: Vec<u64>,
    /// Messages and operations that found the region dark.
    pub dark_drops: u64,
    /// Events handled.
    pub events: u64,
    /// Client operations handled.
    pub operations: u64,
}

/// Which stream an event comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Source {
    Inbound(usize),
    Agenda,
    Script,
    Clients(usize),
}

impl Process for Region {
    type Parcel = Flight;

    fn next_at(&self) -> SimTime {
        self.first().0.at
    }

    fn advance(&mut self, horizon: SimTime) {
        loop {
            let (first, source, second) = self.first_two();
            if first.at >= horizon {
                break;
            }
            self.run(source, second.at.min(horizon), first);
        }
        self.fabric.agenda.reach(horizon);
    }

    fn outbox(&mut self, target: usize) -> &mut Vec<Flight> {
        &mut self.fabric.outbox[target]
    }

    fn accept(&mut self, _source: usize, parcels: &mut Vec<Flight>) {
        let homes = std::mem::take(&mut self.fabric.homes);
        for flight in parcels.drain(..) {
            let (_, local) = homes[flight.to.index()];
            self.fabric
                .inbound_of(flight.from, local)
                .queue
                .push_back(flight);
        }
        self.fabric.homes = homes;
    }
}

impl Region {
    /// The first event of all streams.
    fn first(&self) -> (Order, Source) {
        let (first, source, _) = self.first_two();
        (first, source)
    }

    /// The first event, its stream, and the first event of all other streams.
    fn first_two(&self) -> (Order, Source, Order) {
        let mut first = (self.fabric.agenda.head(), Source::Agenda);
        let mut second = Order::NEVER;
        let mut consider = |order: Order, source: Source| {
            if order < first.0 {
                second = first.0;
                first = (order, source);
            } else if order < second {
                second = order;
            }
        };
        for at in 0..self.fabric.inbound.len() {
            consider(self.fabric.inbound_head(at), Source::Inbound(at));
        }
        for (at, clients) in self.clients.iter().enumerate() {
            consider(
                self.client_order(clients.next_at(), at),
                Source::Clients(at),
            );
        }
        if let Some(scripted) = self.script.front() {
            consider(self.script_order(scripted), Source::Script);
        }
        (first.0, first.1, second)
    }

    fn client_order(&self, at: SimTime, fleet: usize) -> Order {
        if at == SimTime::MAX {
            return Order::NEVER;
        }
        self.fabric
            .tie_break
            .order(at, Class::Client, 0, narrow(fleet) + 1)
    }

    fn script_order(&self, scripted: &Scripted) -> Order {
        let target = narrow(scripted.local);
        self.fabric
            .tie_break
            .order(scripted.at, Class::Client, target, 0)
    }

    /// Handles the first event of `source`, and those after it that come before `until` and
    /// before whatever the agenda got meanwhile.
    fn run(&mut self, source: Source, until: SimTime, first: Order) {
        let mut at = first.at;
        loop {
            self.events += 1;
            match source {
                Source::Inbound(stream) => self.receive(stream),
                Source::Agenda => self.wake(),
                Source::Script => self.command(),
                Source::Clients(fleet) => self.operate(fleet),
            }
            let next = match source {
                Source::Inbound(stream) => self.fabric.inbound[stream]
                    .queue
                    .front()
                    .map(|flight| flight.arrival),
                Source::Clients(fleet) => Some(self.clients[fleet].next_at()),
                Source::Agenda | Source::Script => None,
            };
            let Some(next) = next else { return };
            // Strictly earlier than every other stream: at equal times the published order decides.
            if next >= until || next >= self.fabric.agenda.head().at || self.instances.len() > 1 {
                return;
            }
            assert!(at <= next, "a stream is sorted");
            at = next;
        }
    }

    fn receive(&mut self, stream: usize) {
        if self.fabric.inbound[stream].touched == 0 {
            self.touch_inbound(stream);
        }
        let inbound = &mut self.fabric.inbound[stream];
        inbound.touched -= 1;
        let flight = inbound
            .queue
            .pop_front()
            .expect("a stream that is due has a parcel");
        let now = flight.arrival;
        let (from, local, source) = (inbound.from, inbound.local, inbound.source);
        self.fabric.digest.word(now.0);
        if self.dark || self.cut_from[source.index()] {
            inbound.counts.dropped += 1;
            if self.dark {
                self.dark_drops += 1;
            } else {
                self.cut_drops[source.index()] += 1;
            }
            self.drop_flight(now, local, &flight);
            return;
        }
        if let Parcel::Effect(entry) = &flight.parcel {
            inbound.counts.effects += 1;
            let lag = now.since(flight.made_at).as_micros();
            inbound.lag.record(lag);
            self.fabric
                .digest
                .word(entry.after.0[from.index()] ^ entry.wall_ms);
        }
        let instance = &mut self.instances[local];
        let mut reach = self.fabric.reach(now, local, instance.replica());
        instance.deliver(now, flight, &mut reach);
    }

    fn drop_flight(&mut self, now: SimTime, local: usize, flight: &Flight) {
        let instance = &mut self.instances[local];
        let mut reach = self.fabric.reach(now, local, instance.replica());
        let from = crate::id::InstanceId::at(flight.from.index());
        let what = crate::history::LinkEvent::Dropped;
        reach.observe(Event::Link {
            from,
            to: instance.id(),
            shard: None,
            what,
        });
        if !self.dark {
            instance.on_dropped(now, flight.from, flight.epoch, &mut reach);
        }
    }

    /// Brings the rows that the next parcels concern into cache, all at once: independent loads
    /// overlap, dependent ones would not.
    fn touch_inbound(&mut self, stream: usize) {
        let inbound = &mut self.fabric.inbound[stream];
        let rows = &self.instances[inbound.local].keyspace().rows;
        let mut sum = 0;
        let mut touched = 0;
        for flight in inbound.queue.iter().take(TOUCH_AHEAD) {
            touched += 1;
            if let Parcel::Effect(entry) = &flight.parcel
                && let Payload::Write { key, .. } = &entry.payload
            {
                sum ^= rows[*key as usize].wall_ms;
            }
        }
        black_box(sum);
        inbound.touched = touched;
    }

    fn wake(&mut self) {
        let (now, (local, timer)) = self
            .fabric
            .agenda
            .pop()
            .expect("an agenda that is due has an event");
        self.fabric.digest.word(now.0);
        let instance = &mut self.instances[local];
        let heads = self.fabric.full.then(|| Heads::of(instance));
        let mut reach = self.fabric.reach(now, local, instance.replica());
        if self.dark {
            instance.sleep_through(now, timer, &mut reach);
        } else {
            instance.on_timer(now, timer, &mut reach);
        }
        // What expires is removed by an effect that no client asked for.
        if let Some(heads) = heads {
            self.fabric.tell_effects(now, instance, &heads);
        }
    }

    fn operate(&mut self, fleet: usize) {
        self.operations += 1;
        self.dark_drops += u64::from(self.dark);
        let clients = &mut self.clients[fleet];
        clients.operate(&mut self.instances, &mut self.fabric, self.dark);
    }

    fn command(&mut self) {
        let scripted = self
            .script
            .pop_front()
            .expect("a script that is due has a command");
        let now = scripted.at;
        self.fabric.digest.word(now.0);
        let instance = &mut self.instances[scripted.local];
        let on = instance.id();
        let heads = self.fabric.full.then(|| Heads::of(instance));
        let mut reach = self.fabric.reach(now, scripted.local, instance.replica());
        let answer = if self.dark {
            Answer {
                reply: NO_CONNECTION.to_owned(),
                effects: 0,
            }
        } else {
            instance.command(now, &scripted.words, &mut reach)
        };
        let seen = CommandSeen {
            step: scripted.step,
            on,
            text: scripted.text,
            reply: answer.reply,
            effects: answer.effects,
        };
        reach.observe(Event::Command(Box::new(seen)));
        if let Some(heads) = heads {
            self.fabric.tell_effects(now, instance, &heads);
        }
        self.operations += 1;
    }
}
