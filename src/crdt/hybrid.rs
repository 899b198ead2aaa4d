//! Hybrid logical clocks: stamps close to the wall clock that never contradict causality.
//!
//! The product orders writes by vectors and, between concurrent ones, by wall clocks alone; so do
//! the data types here. This clock is what such wall clocks can be held against: it differs from
//! them by at most their skew, and whatever saw a stamp gets a greater one.
//!
//! Source: Kulkarni, Demirbas, Madappa, Avva, Leone: Logical Physical Clocks, OPODIS 2014.

/// A stamp: by the wall clock first, then by what happened within one tick of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct HybridTime {
    /// The greatest wall clock heard of, in the ticks of the wall clocks.
    pub wall: u64,
    /// Events since one was that.
    pub count: u64,
}

/// One member's clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HybridClock {
    last: HybridTime,
}

impl HybridClock {
    /// The stamp of the last event.
    pub fn last(&self) -> HybridTime {
        self.last
    }

    /// An event here, or a message sent, when the wall clock shows `wall`.
    pub fn tick(&mut self, wall: u64) -> HybridTime {
        self.advance(wall, HybridTime::default())
    }

    /// A message arrives that was stamped `sent`, when the wall clock shows `wall`.
    pub fn receive(&mut self, wall: u64, sent: HybridTime) -> HybridTime {
        self.advance(wall, sent)
    }

    fn advance(&mut self, wall: u64, heard: HybridTime) -> HybridTime {
        let greatest = self.last.max(heard);
        self.last = if wall > greatest.wall {
            HybridTime { wall, count: 0 }
        } else {
            HybridTime {
                count: greatest.count + 1,
                ..greatest
            }
        };
        self.last
    }
}
