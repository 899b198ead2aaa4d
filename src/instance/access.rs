//! When each key was last used here, or how often: kept only where an eviction policy goes by it,
//! or a command asks.
//!
//! What uses a key is what does in Redis: a command of a client here that looks it up, and a write
//! that arrives from a peer, as that is carried out here. What clients read elsewhere is not known
//! here. Source: Redis 7 source, `lookupKey` in src/db.c; src/evict.c.

use crate::assumption::{Assumptions, Eviction};
use crate::engine::Stream;
use crate::instance::effect::Key;
use crate::instance::keyspace::Place;
use crate::instance::{Instance, Setup};

/// The word of each key, by its row, or by its place where it has none.
#[derive(Debug)]
pub(super) struct AccessClocks {
    measure: Measure,
    rows: Vec<u32>,
    places: Vec<u32>,
    /// Whether a frequency rises is drawn.
    stream: Stream,
}

/// What a word tells.
#[derive(Clone, Copy, Debug)]
enum Measure {
    /// The clock, in ticks of so many milliseconds, when the key was last used.
    Recency { resolution_ms: u64 },
    /// A logarithmic counter, and the minute in which it last changed.
    Frequency { log_factor: u32, decay_minutes: u32 },
}

/// The clock of recency has 24 bits. Source: Redis 7 source, `LRU_CLOCK_MAX` in src/server.h.
const CLOCK_MAX: u64 = (1 << 24) - 1;
/// The minutes of a frequency have 16 bits. Source: Redis 7 source, `LFUGetTimeInMinutes`.
const MINUTES_MAX: u64 = (1 << 16) - 1;
const MINUTE_MS: u64 = 60_000;
/// What a new key's counter is, so that it is not evicted at once. Source: Redis 7 source,
/// `LFU_INIT_VAL` in src/server.h.
const FIRST_FREQUENCY: u8 = 5;

impl AccessClocks {
    /// Clocks of so many rows for what `setup` asks; none where nothing does.
    pub(super) fn for_setup(setup: &Setup) -> Option<Box<Self>> {
        let measure = measure(setup.eviction, setup.tells_idle_times, &setup.assumptions)?;
        let name = format!("instance {} access", setup.id.0);
        Some(Box::new(Self {
            measure,
            rows: vec![0; setup.shard_of.len()],
            places: Vec::new(),
            stream: Stream::named(setup.seed, &name),
        }))
    }

    /// The word of a key that comes into being.
    fn first(&self, wall_ms: u64) -> u32 {
        match self.measure {
            Measure::Recency { resolution_ms } => tick(wall_ms, resolution_ms),
            Measure::Frequency { .. } => counted(wall_ms, FIRST_FREQUENCY),
        }
    }

    /// The word of a key that is used again.
    fn next(&mut self, word: u32, wall_ms: u64) -> u32 {
        let Measure::Frequency { log_factor, .. } = self.measure else {
            return self.first(wall_ms);
        };
        let counter = self.frequency(word, wall_ms);
        let base = u64::from(counter.saturating_sub(FIRST_FREQUENCY));
        let rises = counter < u8::MAX && self.stream.below(base * u64::from(log_factor) + 1) == 0;
        counted(wall_ms, counter + u8::from(rises))
    }

    /// How often a key is used, from 0 to 255, idle minutes counted off.
    fn frequency(&self, word: u32, wall_ms: u64) -> u8 {
        let [counter, ..] = word.to_le_bytes();
        let Measure::Frequency { decay_minutes, .. } = self.measure else {
            return counter;
        };
        let (then, now) = (u64::from(word >> 8), (wall_ms / MINUTE_MS) & MINUTES_MAX);
        let idle = if now >= then {
            now - then
        } else {
            MINUTES_MAX - then + now
        };
        let lost = idle.checked_div(u64::from(decay_minutes)).unwrap_or(0);
        counter.saturating_sub(u8::try_from(lost).unwrap_or(u8::MAX))
    }

    /// For how many milliseconds a key has not been used, in whole ticks.
    fn idle_ms(&self, word: u32, wall_ms: u64) -> u64 {
        let Measure::Recency { resolution_ms } = self.measure else {
            return 0;
        };
        let (then, now) = (u64::from(word), u64::from(tick(wall_ms, resolution_ms)));
        let ticks = if now >= then {
            now - then
        } else {
            now + (CLOCK_MAX - then)
        };
        ticks * resolution_ms
    }

    fn word(&mut self, seat: Seat) -> &mut u32 {
        match seat {
            Seat::Row(at) => &mut self.rows[at as usize],
            Seat::Place(at) => {
                let at = at as usize;
                if self.places.len() <= at {
                    self.places.resize(at + 1, 0);
                }
                &mut self.places[at]
            }
        }
    }

    fn told(&self, seat: Seat) -> u32 {
        let word = match seat {
            Seat::Row(at) => self.rows.get(at as usize),
            Seat::Place(at) => self.places.get(at as usize),
        };
        word.copied().unwrap_or(0)
    }
}

fn measure(policy: Eviction, is_asked: bool, set: &Assumptions) -> Option<Measure> {
    if policy.is_by_frequency() {
        Some(Measure::Frequency {
            log_factor: set.lfu_log_factor,
            decay_minutes: set.lfu_decay_minutes,
        })
    } else if policy.is_by_recency() || is_asked {
        let resolution_ms = set.lru_resolution.as_millis().max(1);
        Some(Measure::Recency { resolution_ms })
    } else {
        None
    }
}

fn tick(wall_ms: u64, resolution_ms: u64) -> u32 {
    let tick = (wall_ms / resolution_ms) & CLOCK_MAX;
    u32::try_from(tick).expect("a clock of 24 bits")
}

fn counted(wall_ms: u64, counter: u8) -> u32 {
    let minutes = (wall_ms / MINUTE_MS) & MINUTES_MAX;
    u32::try_from(minutes << 8).expect("24 bits") | u32::from(counter)
}

/// Whose word it is.
#[derive(Clone, Copy, Debug)]
enum Seat {
    Row(u32),
    Place(u32),
}

/// How a key has been used here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Usage {
    /// Not for so many milliseconds.
    Idle(u64),
    /// So often, on Redis' logarithmic scale from 0 to 255.
    Frequency(u8),
}

impl Instance {
    /// Whether a key holds something, its deadline aside.
    pub(super) fn is_there(&self, key: &Key) -> bool {
        match self.keyspace.place(key) {
            Place::Nowhere => false,
            Place::Row(at) => self.keyspace.rows[at as usize].shows(),
            Place::Object(at) => self.keyspace.slot(at).object.is_live(),
        }
    }

    fn seat(&self, key: &Key) -> Option<Seat> {
        match (key, self.keyspace.place(key)) {
            (Key::Generated(index), _) => Some(Seat::Row(*index)),
            (Key::Named(_), Place::Object(at)) => Some(Seat::Place(at)),
            (Key::Named(_), _) => None,
        }
    }

    /// A key is looked up here.
    #[cold]
    pub(super) fn note_use(&mut self, key: &Key) {
        if self.is_there(key) {
            self.note_word(key, true);
        }
    }

    /// A key is about to be written, here or by a peer.
    #[cold]
    pub(super) fn note_write(&mut self, key: &Key) {
        let is_there = self.is_there(key);
        self.note_word(key, is_there);
        self.list_row(key);
    }

    /// A key is about to be written that has been looked up, or is not there.
    #[cold]
    pub(super) fn note_arrival(&mut self, key: &Key) {
        if !self.is_there(key) {
            self.note_word(key, false);
        }
        self.list_row(key);
    }

    fn note_word(&mut self, key: &Key, is_used_again: bool) {
        let (seat, wall_ms) = (self.seat(key), self.wall_ms());
        let (Some(clocks), Some(seat)) = (&mut self.access, seat) else {
            return;
        };
        let word = *clocks.word(seat);
        *clocks.word(seat) = if is_used_again {
            clocks.next(word, wall_ms)
        } else {
            clocks.first(wall_ms)
        };
    }

    /// How a key has been used; nothing where nobody asks for that.
    pub(super) fn usage(&self, key: &Key) -> Option<Usage> {
        let (clocks, seat) = (self.access.as_ref()?, self.seat(key)?);
        let (word, wall_ms) = (clocks.told(seat), self.wall_ms());
        Some(match clocks.measure {
            Measure::Recency { .. } => Usage::Idle(clocks.idle_ms(word, wall_ms)),
            Measure::Frequency { .. } => Usage::Frequency(clocks.frequency(word, wall_ms)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{AccessClocks, FIRST_FREQUENCY, MINUTE_MS, Measure, Seat};
    use crate::engine::Stream;

    fn clocks(measure: Measure) -> AccessClocks {
        AccessClocks {
            measure,
            rows: vec![0; 4],
            places: Vec::new(),
            stream: Stream::named(7, "access"),
        }
    }

    fn counting(log_factor: u32, decay_minutes: u32) -> AccessClocks {
        clocks(Measure::Frequency {
            log_factor,
            decay_minutes,
        })
    }

    #[test]
    fn idle_times_are_whole_ticks() {
        let mut clocks = clocks(Measure::Recency {
            resolution_ms: 1_000,
        });
        let word = clocks.first(5_900);
        assert_eq!(clocks.idle_ms(word, 5_999), 0);
        assert_eq!(clocks.idle_ms(word, 6_000), 1_000);
        assert_eq!(clocks.idle_ms(word, 65_999), 60_000);
        let again = clocks.next(word, 60_000);
        assert_eq!(clocks.idle_ms(again, 65_000), 5_000);
    }

    /// Source: Redis 7 source, `estimateObjectIdleTime` in src/evict.c.
    #[test]
    fn the_clock_of_recency_wraps_as_in_redis() {
        let clocks = clocks(Measure::Recency {
            resolution_ms: 1_000,
        });
        let end_ms = (1 << 24) * 1_000;
        let word = clocks.first(end_ms - 2_000);
        assert_eq!(clocks.idle_ms(word, end_ms + 3_000), 4_000);
    }

    /// Redis' own table (redis.conf): with a factor of 10 a key is at about 10 after 100 uses, 18
    /// after 1000, 142 after 100 000; with 0 it is at 255 after a few hundred.
    #[test]
    fn frequencies_rise_as_in_redis() {
        let after = |log_factor: u32, uses: u32| {
            let mut clocks = counting(log_factor, 1);
            let mut word = clocks.first(0);
            for _ in 0..uses {
                word = clocks.next(word, 0);
            }
            clocks.frequency(word, 0)
        };
        assert_eq!(after(10, 0), FIRST_FREQUENCY);
        // The first use always counts, as no step is below the first.
        assert_eq!(after(10, 1), FIRST_FREQUENCY + 1);
        assert!((8..=12).contains(&after(10, 100)), "{}", after(10, 100));
        assert!(
            (15..=22).contains(&after(10, 1_000)),
            "{}",
            after(10, 1_000)
        );
        let many = after(10, 100_000);
        assert!((130..=155).contains(&many), "{many}");
        assert_eq!(after(0, 100), FIRST_FREQUENCY + 100);
        assert_eq!(after(0, 1_000), 255);
        assert!(after(100, 1_000) < after(10, 1_000));
    }

    #[test]
    fn frequencies_fall_with_idle_minutes() {
        let clocks = counting(10, 2);
        let word = clocks.first(10 * MINUTE_MS);
        let told = |minutes: u64| clocks.frequency(word, minutes * MINUTE_MS);
        assert_eq!(
            [10, 11, 12, 13, 18, 20, 100].map(told),
            [5, 5, 4, 4, 1, 0, 0]
        );
        let steady = counting(10, 0);
        assert_eq!(steady.frequency(word, 60_000 * MINUTE_MS), 5);
        // The minutes have 16 bits.
        let late = clocks.first(65_535 * MINUTE_MS);
        assert_eq!(clocks.frequency(late, 65_538 * MINUTE_MS), 4);
    }

    /// A use counts on top of what is left, and starts the minutes anew.
    #[test]
    fn a_use_keeps_what_the_minutes_left() {
        let mut clocks = counting(0, 1);
        let mut word = clocks.first(0);
        for _ in 0..10 {
            word = clocks.next(word, 0);
        }
        let used = clocks.next(word, 4 * MINUTE_MS);
        assert_eq!(clocks.frequency(used, 4 * MINUTE_MS), 12);
        assert_eq!(clocks.frequency(used, 5 * MINUTE_MS), 11);
    }

    #[test]
    fn every_key_has_a_word_of_its_own() {
        let mut clocks = counting(0, 1);
        for (number, seat) in [Seat::Row(0), Seat::Row(3), Seat::Place(0), Seat::Place(9)]
            .into_iter()
            .enumerate()
        {
            *clocks.word(seat) = u32::try_from(number).expect("few") + 1;
        }
        let told =
            [Seat::Row(0), Seat::Row(1), Seat::Row(3), Seat::Place(0)].map(|s| clocks.told(s));
        assert_eq!(told, [1, 0, 2, 3]);
        assert_eq!(
            (clocks.told(Seat::Place(9)), clocks.told(Seat::Place(4))),
            (4, 0)
        );
    }
}
