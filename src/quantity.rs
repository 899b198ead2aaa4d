//! Bytes, rates and ratios: integers inside, text with a unit at the edge.

/// An amount of memory or traffic, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Bytes(pub u64);

/// A flow of bytes, in bytes a second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct ByteRate(pub u64);

/// A frequency of events, in thousandths of an event a second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Rate {
    /// Events in a thousand seconds.
    pub millihertz: u64,
}

/// A share of a whole, in parts of a million; may exceed one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Ratio {
    /// Millionths.
    pub ppm: u64,
}

impl Ratio {
    /// The whole.
    pub const ONE: Self = Self { ppm: 1_000_000 };

    /// This share of `amount`, rounded down.
    pub fn of(self, amount: u64) -> u64 {
        let product = u128::from(amount) * u128::from(self.ppm) / 1_000_000;
        u64::try_from(product).unwrap_or(u64::MAX)
    }
}
