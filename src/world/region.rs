//! A region: a logical process with instances, clients, an agenda and streams of its own.

use std::collections::VecDeque;

use crate::engine::{Class, Order, Process};
use crate::history::{CommandSeen, Event};
use crate::id::{Id, ReplicaId};
use crate::instance::{Answer, Instance, Wire};
use crate::time::SimTime;
use crate::world::clients::Clients;
use crate::world::convoy::Consignment;
use crate::world::detail::Heads;
use crate::world::fabric::{Fabric, narrow};
use crate::world::inbound::Inbound;

/// What a client sees of an instance in a dark region, or of one that answers nobody.
const NO_CONNECTION: &str = "(error) no connection to the server";

/// A scripted command: a client operation at a fixed instant.
#[derive(Clone, Debug)]
pub(super) struct Scripted {
    /// When.
    pub at: SimTime,
    /// The place of its instance.
    pub local: usize,
    /// Its step in the timeline.
    pub step: usize,
    /// Who sends it.
    pub client: String,
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
    /// What arrives.
    pub inbound: Vec<Inbound>,
    /// When the first event of each stream is due, while the region advances.
    pub heads: Vec<SimTime>,
    /// Everything around them.
    pub fabric: Fabric,
    /// Whether the region is dark.
    pub dark: bool,
    /// Why its instances take no connections, if they do not.
    pub doors: Vec<Door>,
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

/// Why an instance takes no connections. Each reason ends by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Door {
    /// A request closed it, or it does not exist.
    pub closed: bool,
    /// Its nodes are being exchanged.
    pub failing_over: bool,
}

impl Door {
    #[inline]
    fn is_shut(self) -> bool {
        self.closed | self.failing_over
    }
}

/// Which stream an event comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Source {
    Agenda,
    Script,
    Inbound(usize),
    Clients(usize),
}

impl Process for Region {
    type Parcel = Consignment;

    fn next_at(&self) -> SimTime {
        let all = (0..self.streams()).map(|stream| self.due(self.source(stream)));
        all.min().unwrap_or(SimTime::MAX)
    }

    fn advance(&mut self, horizon: SimTime) {
        let mut heads = std::mem::take(&mut self.heads);
        self.refresh(&mut heads);
        loop {
            let (stream, due, next) = first_of(&heads);
            if due >= horizon {
                break;
            }
            // At equal times the published order decides, one event at a time.
            let stream = if due == next {
                self.first_by_order()
            } else {
                stream
            };
            self.run(stream, next.min(horizon), &mut heads);
        }
        self.heads = heads;
        self.fabric.agenda.reach(horizon);
    }

    fn seal(&mut self) {
        self.fabric.seal();
    }

    fn outbox(&mut self, target: usize) -> &mut Vec<Consignment> {
        &mut self.fabric.outbox[target]
    }

    fn accept(&mut self, _source: usize, parcels: &mut Vec<Consignment>) {
        while let Some((from, to)) = parcels.first().map(Consignment::ends) {
            let others = |parcel: &Consignment| parcel.ends() != (from, to);
            let count = parcels.iter().position(others).unwrap_or(parcels.len());
            let (_, local) = self.fabric.homes[to.index()];
            self.inbound_of(from, local).extend(parcels.drain(..count));
        }
    }
}

/// The stream that is due first, when, and when the first of the others is.
fn first_of(heads: &[SimTime]) -> (usize, SimTime, SimTime) {
    let (mut stream, mut first, mut second) = (0, SimTime::MAX, SimTime::MAX);
    for (at, &due) in heads.iter().enumerate() {
        second = second.min(due.max(first));
        stream = if due < first { at } else { stream };
        first = first.min(due);
    }
    (stream, first, second)
}

const AGENDA: usize = 0;
const SCRIPT: usize = 1;
/// Streams before those of links and fleets.
const OWN_STREAMS: usize = 2;

impl Region {
    /// Whether nobody reaches one of its instances.
    #[inline]
    pub(super) fn is_down(&self, local: usize) -> bool {
        self.dark || self.doors[local].is_shut()
    }

    /// Whether what arrives by a stream is taken in.
    pub(super) fn takes(&self, stream: &Inbound) -> bool {
        !self.is_down(stream.local) && !self.cut_from[stream.source.index()]
    }

    fn streams(&self) -> usize {
        OWN_STREAMS + self.inbound.len() + self.clients.len()
    }

    fn source(&self, stream: usize) -> Source {
        match stream {
            AGENDA => Source::Agenda,
            SCRIPT => Source::Script,
            _ if stream < OWN_STREAMS + self.inbound.len() => Source::Inbound(stream - OWN_STREAMS),
            _ => Source::Clients(stream - OWN_STREAMS - self.inbound.len()),
        }
    }

    /// When a stream's first event is due.
    fn due(&self, source: Source) -> SimTime {
        match source {
            Source::Agenda => self.fabric.agenda.due(),
            Source::Script => self.script.front().map_or(SimTime::MAX, |first| first.at),
            Source::Inbound(at) => self.inbound[at].due(),
            Source::Clients(at) => self.clients[at].next_at(),
        }
    }

    fn refresh(&self, heads: &mut Vec<SimTime>) {
        heads.clear();
        heads.extend((0..self.streams()).map(|stream| self.due(self.source(stream))));
    }

    /// The stream whose first event comes first in the published order.
    fn first_by_order(&self) -> usize {
        let order = |stream: &usize| self.order(self.source(*stream));
        (0..self.streams())
            .min_by_key(order)
            .expect("a region has an agenda")
    }

    fn order(&self, source: Source) -> Order {
        let tie_break = self.fabric.tie_break;
        match source {
            Source::Agenda => self.fabric.agenda.head(),
            Source::Inbound(at) => self.inbound[at].order(tie_break),
            Source::Script => self.script.front().map_or(Order::NEVER, |first| {
                tie_break.order(first.at, Class::Client, narrow(first.local), 0)
            }),
            Source::Clients(at) => match self.clients[at].next_at() {
                SimTime::MAX => Order::NEVER,
                due => tie_break.order(due, Class::Client, 0, narrow(at) + 1),
            },
        }
    }

    /// The stream that brings what `from` sends to `local`.
    pub(super) fn inbound_of(&mut self, from: ReplicaId, local: usize) -> &mut Inbound {
        self.inbound
            .iter_mut()
            .find(|inbound| inbound.from == from && inbound.local == local)
            .expect("every ordered pair of members has a stream")
    }

    /// Handles the first event of a stream, and those after it that come before `until` and before
    /// whatever the agenda got meanwhile.
    fn run(&mut self, stream: usize, until: SimTime, heads: &mut Vec<SimTime>) {
        heads[stream] = match self.source(stream) {
            Source::Agenda => {
                self.wake();
                self.fabric.agenda.due()
            }
            Source::Script => {
                self.command();
                self.due(Source::Script)
            }
            Source::Inbound(at) => loop {
                self.receive(at, until);
                let next = self.inbound[at].due();
                if !self.goes_on(next, until) {
                    break next;
                }
            },
            Source::Clients(at) => {
                self.operate(at, until);
                self.clients[at].next_at()
            }
        };
        heads[AGENDA] = self.fabric.agenda.due();
        if self.instances.len() > 1 {
            self.hand_over_here();
            self.refresh(heads);
        }
    }

    /// Whether a stream's next event comes strictly before those of all others: `until` is theirs
    /// at the start, and the agenda may have got an earlier one.
    #[inline]
    fn goes_on(&self, next: SimTime, until: SimTime) -> bool {
        next < until && next < self.fabric.agenda.due() && self.instances.len() == 1
    }

    /// Hands over what instances of the region have sent one another.
    fn hand_over_here(&mut self) {
        let here = self.fabric.region.index();
        if !self.fabric.outbox[here].is_empty() {
            let mut parcels = std::mem::take(&mut self.fabric.outbox[here]);
            self.accept(here, &mut parcels);
            self.fabric.outbox[here] = parcels;
        }
    }

    /// Handles what arrives first on a stream, and of a convoy what comes before `until`.
    fn receive(&mut self, stream: usize, until: SimTime) {
        let until = self.alone_until(until);
        let inbound = &self.inbound[stream];
        let (local, source) = (inbound.local, inbound.source);
        if self.is_down(local) || self.cut_from[source.index()] {
            self.drop_first(stream);
            return;
        }
        let inbound = &mut self.inbound[stream];
        let instance = &mut self.instances[local];
        let delivered = inbound.deliver_convoy(instance, &mut self.fabric, until);
        self.events += delivered;
        if delivered == 0 {
            self.receive_single(stream);
        }
    }

    /// Until when one stream may go on: where an instance may send to another one in the region,
    /// for one event.
    fn alone_until(&self, until: SimTime) -> SimTime {
        if self.instances.len() == 1 {
            until
        } else {
            SimTime::ZERO
        }
    }

    fn receive_single(&mut self, stream: usize) {
        self.events += 1;
        let inbound = &mut self.inbound[stream];
        let (from, local, now) = (inbound.from, inbound.local, inbound.due());
        self.fabric.digest.word(now.0);
        let instance = &mut self.instances[local];
        let mut reach = self.fabric.reach(now, local, instance.replica());
        if let Some(flight) = inbound.pop() {
            if let Some((origin, entry)) = flight.effect() {
                if origin == from {
                    inbound.count_effect(now.since(flight.made_at));
                } else {
                    inbound.counts.effects += 1;
                }
                reach.digest(entry.after.0[origin.index()] ^ entry.wall_ms);
            }
            instance.deliver(now, flight, &mut reach);
        }
    }

    fn drop_first(&mut self, stream: usize) {
        self.events += 1;
        let inbound = &mut self.inbound[stream];
        let (from, local, source) = (inbound.from, inbound.local, inbound.source);
        let now = inbound.due();
        self.fabric.digest.word(now.0);
        if self.dark {
            self.dark_drops += 1;
        } else if self.cut_from[source.index()] {
            self.cut_drops[source.index()] += 1;
        }
        if let Some(epoch) = inbound.drop_first() {
            self.drop_parcel(now, local, from, epoch);
        }
    }

    fn drop_parcel(&mut self, now: SimTime, local: usize, from: ReplicaId, epoch: u32) {
        let is_down = self.is_down(local);
        let instance = &mut self.instances[local];
        let mut reach = self.fabric.reach(now, local, instance.replica());
        reach.observe(Event::Link {
            from: crate::id::InstanceId::at(from.index()),
            to: instance.id(),
            shard: None,
            what: crate::history::LinkEvent::Dropped,
        });
        if !is_down {
            instance.on_dropped(now, from, epoch, &mut reach);
        }
    }

    fn wake(&mut self) {
        self.events += 1;
        let (now, (local, timer)) = self
            .fabric
            .agenda
            .pop()
            .expect("an agenda that is due has an event");
        self.fabric.digest.word(now.0);
        let is_down = self.is_down(local);
        let instance = &mut self.instances[local];
        let heads = self.fabric.full.then(|| Heads::of(instance));
        let mut reach = self.fabric.reach(now, local, instance.replica());
        if is_down {
            instance.sleep_through(now, timer, &mut reach);
        } else {
            instance.on_timer(now, timer, &mut reach);
        }
        // What expires is removed by an effect that no client asked for.
        if let Some(heads) = heads {
            self.fabric.tell_effects(now, instance, &heads);
        }
    }

    fn operate(&mut self, fleet: usize, until: SimTime) {
        let until = self.alone_until(until);
        let is_down = self.is_down(self.clients[fleet].local);
        let clients = &mut self.clients[fleet];
        let instance = &mut self.instances[clients.local];
        let done = clients.operate(instance, &mut self.fabric, is_down, until);
        self.events += done;
        self.operations += done;
        self.dark_drops += if self.dark { done } else { 0 };
    }

    fn command(&mut self) {
        self.events += 1;
        let scripted = self
            .script
            .pop_front()
            .expect("a script that is due has a command");
        let now = scripted.at;
        self.fabric.digest.word(now.0);
        let is_down = self.is_down(scripted.local);
        let instance = &mut self.instances[scripted.local];
        let on = instance.id();
        let heads = self.fabric.full.then(|| Heads::of(instance));
        let mut reach = self.fabric.reach(now, scripted.local, instance.replica());
        let answer = if is_down || !instance.answers_command(&scripted.words) {
            Answer {
                reply: NO_CONNECTION.to_owned(),
                effects: 0,
            }
        } else {
            instance.command(now, &scripted.client, &scripted.words, &mut reach)
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
