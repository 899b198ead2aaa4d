//! A fleet of clients: its arrivals, drawn ahead in blocks.

use crate::engine::rng::Stream;
use crate::id::PopulationId;
use crate::time::SimTime;

use super::{
    ArrivalTimes, Arrivals, KeyChoice, Operation, OperationChoice, Popularity, SizeChoice, Sizes,
};

/// One operation of one client, as it reaches its instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// When.
    pub at: SimTime,
    /// Which key, by its number within the population.
    pub key: u32,
    /// What it does.
    pub operation: Operation,
    /// How long a value it would write, in bytes; drawn for reads too, so that a change of the mix
    /// moves no size.
    pub bytes: u32,
    /// A value's tag: no two arrivals of one population share it, up to 2^32 of them.
    pub tag: u32,
    /// A scan's length, a member's number, or else 32 random bits, which may choose a field.
    pub extra: u32,
}

/// The keys that fleets of one population share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeySpace {
    /// Whose.
    pub population: PopulationId,
    /// How many exist at time zero: numbers 0 up to this.
    pub filled: u32,
    /// How many numbers are drawn from: at least `filled`, and one.
    pub keys: u32,
}

/// A fleet's place among those that share a population, which keeps their inserts apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lane {
    /// From 0, below `stride`.
    pub index: u32,
    /// How many fleets share the population.
    pub stride: u32,
}

/// What a fleet is made from.
#[derive(Clone, Debug)]
pub struct FleetConfig<'a> {
    /// The fleet's name: its streams are named after it.
    pub name: &'a str,
    /// How its operations arrive.
    pub arrivals: &'a Arrivals,
    /// The keys it uses.
    pub key_space: KeySpace,
    /// Its place among the population's fleets.
    pub lane: Lane,
    /// Which of the keys.
    pub popularity: &'a Popularity,
    /// What it does, with weights.
    pub mix: &'a [(Operation, u32)],
    /// How long values are.
    pub sizes: &'a Sizes,
    /// From when.
    pub starts: SimTime,
    /// Until when; nothing arrives at this instant or later.
    pub ends: SimTime,
}

/// Clients of one kind in one region, and what they send next.
///
/// Each purpose has a stream of its own, and each arrival draws for all of them whether its
/// operation needs it or not, so that changing the one moves no draw of the others.
#[derive(Clone, Debug)]
pub struct Fleet {
    times: ArrivalTimes,
    keys: KeyChoice,
    mix: OperationChoice,
    sizes: SizeChoice,
    streams: Streams,
    inserts: Inserts,
    lane: Lane,
    /// How many arrivals have been drawn.
    drawn: u32,
    ends: SimTime,
    block: Vec<Arrival>,
    next: usize,
}

#[derive(Clone, Debug)]
struct Streams {
    arrivals: Stream,
    keys: Stream,
    mix: Stream,
    sizes: Stream,
}

impl Fleet {
    /// So many arrivals are drawn at a time.
    const BLOCK: usize = 32;

    /// A fleet of the run with `seed`.
    ///
    /// # Panics
    /// When the key space is empty, the lane's index is not below its stride, or the mix or the
    /// sizes have no weight: the scenario refuses all of it.
    pub fn new(seed: u64, config: &FleetConfig<'_>) -> Self {
        let stream =
            |purpose: &str| Stream::named(seed, &format!("fleet {} {purpose}", config.name));
        let KeySpace {
            population, keys, ..
        } = config.key_space;
        let mut fleet = Self {
            times: ArrivalTimes::new(config.arrivals, config.starts),
            keys: KeyChoice::new(config.popularity, population, keys),
            mix: OperationChoice::new(config.mix),
            sizes: SizeChoice::new(config.sizes),
            streams: Streams {
                arrivals: stream("arrivals"),
                keys: stream("keys"),
                mix: stream("mix"),
                sizes: stream("sizes"),
            },
            inserts: Inserts::new(config.key_space, config.lane),
            lane: config.lane,
            drawn: 0,
            ends: config.ends,
            block: Vec::with_capacity(Self::BLOCK),
            next: 0,
        };
        fleet.draw_block(|_| ());
        fleet
    }

    /// When the next operation arrives; [`SimTime::MAX`] when none does.
    pub fn next_at(&self) -> SimTime {
        self.block
            .get(self.next)
            .map_or(SimTime::MAX, |arrival| arrival.at)
    }

    /// The next operation is done. Calls `drawn` with the key of each one drawn meanwhile, which
    /// will be the next in a while.
    #[inline]
    pub fn advance(&mut self, drawn: impl FnMut(u32)) {
        self.next += 1;
        if self.next >= self.block.len() {
            self.draw_block(drawn);
        }
    }

    /// The operations already drawn, in order: at least the next one, if there is one.
    #[inline]
    pub fn ahead(&self) -> &[Arrival] {
        &self.block[self.next..]
    }

    fn draw_block(&mut self, mut drawn: impl FnMut(u32)) {
        self.block.clear();
        self.next = 0;
        let mut times = [SimTime::MAX; Self::BLOCK];
        self.times.fill(&mut times, &mut self.streams.arrivals);
        let mut choices = [0; Self::BLOCK];
        self.streams.mix.fill(&mut choices);
        for (at, choice) in times.into_iter().zip(choices) {
            if at >= self.ends {
                break;
            }
            let drawn_key = self.keys.draw(&mut self.streams.keys, self.inserts.newest);
            let (operation, extra) = self.mix.choose(choice);
            let key = if operation == Operation::Insert {
                self.inserts.advance()
            } else {
                drawn_key
            };
            drawn(key);
            let bytes = self.sizes.draw(&mut self.streams.sizes);
            let tag = self
                .drawn
                .wrapping_mul(self.lane.stride)
                .wrapping_add(self.lane.index);
            self.drawn = self.drawn.wrapping_add(1);
            self.block.push(Arrival {
                at,
                key,
                operation,
                bytes,
                tag,
                extra,
            });
        }
    }
}

/// The numbers a fleet inserts: every `stride`th above those filled, then again from the first.
#[derive(Clone, Debug)]
struct Inserts {
    first: u32,
    stride: u32,
    keys: u32,
    next: u32,
    newest: u32,
}

impl Inserts {
    fn new(space: KeySpace, lane: Lane) -> Self {
        assert!(lane.index < lane.stride, "a lane is one of those there are");
        assert!(
            space.filled <= space.keys,
            "filled keys are among those drawn from"
        );
        let wanted = u64::from(space.filled) + u64::from(lane.index);
        // Without any number left for this fleet its inserts overwrite the last key.
        let first = u32::try_from(wanted)
            .unwrap_or(u32::MAX)
            .min(space.keys - 1);
        let newest = space.filled.saturating_sub(1);
        Self {
            first,
            stride: lane.stride,
            keys: space.keys,
            next: first,
            newest,
        }
    }

    fn advance(&mut self) -> u32 {
        let number = self.next;
        let following = number
            .checked_add(self.stride)
            .filter(|&number| number < self.keys);
        self.next = following.unwrap_or(self.first);
        self.newest = number;
        number
    }
}
