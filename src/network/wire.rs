//! The time that bytes take, and division that is cheap enough for every message.

use crate::quantity::wide_product;
use crate::time::SimDuration;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// The time that bytes take on a wire, exact over time: what a message leaves over of a nanosecond
/// is carried to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wire {
    bytes_per_second: Divisor,
    /// In parts of a nanosecond, `bytes_per_second` of which are a whole one.
    carry: u64,
}

impl Wire {
    pub(super) fn new(bytes_per_second: u64) -> Self {
        Self {
            bytes_per_second: Divisor::new(bytes_per_second),
            carry: 0,
        }
    }

    /// Forgets what is carried: the wire was idle.
    #[inline]
    pub(super) fn rest(&mut self) {
        self.carry = 0;
    }

    #[inline(always)]
    pub(super) fn transmission(&mut self, bytes: u64) -> SimDuration {
        let parts = bytes
            .checked_mul(NANOS_PER_SECOND)
            .and_then(|p| p.checked_add(self.carry));
        let Some(parts) = parts else {
            return self.long_transmission(bytes);
        };
        let (nanos, carry) = self.bytes_per_second.divide(parts);
        self.carry = carry;
        SimDuration(nanos)
    }

    /// So many bytes are sure to be sent within `duration`.
    pub(super) fn bytes_within(&self, duration: SimDuration) -> u64 {
        let parts = u128::from(duration.0) * u128::from(self.bytes_per_second.value);
        let parts = parts.saturating_sub(u128::from(self.carry));
        u64::try_from(parts / u128::from(NANOS_PER_SECOND)).unwrap_or(u64::MAX)
    }

    #[cold]
    fn long_transmission(&mut self, bytes: u64) -> SimDuration {
        let parts = u128::from(bytes) * u128::from(NANOS_PER_SECOND) + u128::from(self.carry);
        let rate = u128::from(self.bytes_per_second.value);
        self.carry = u64::try_from(parts % rate).expect("a remainder is below its divisor");
        SimDuration(u64::try_from(parts / rate).unwrap_or(u64::MAX))
    }
}

/// A divisor with its inverse, as a product is cheaper than a division.
#[derive(Clone, Copy, Debug)]
pub(super) struct Divisor {
    value: u64,
    /// `2^64 / value`, rounded down.
    reciprocal: u64,
}

impl Divisor {
    pub(super) fn new(value: u64) -> Self {
        assert!(value > 0, "nothing is divided by zero");
        Self {
            value,
            reciprocal: u64::MAX / value,
        }
    }

    /// Quotient and remainder.
    #[inline]
    pub(super) fn divide(self, dividend: u64) -> (u64, u64) {
        let (mut quotient, _) = wide_product(dividend, self.reciprocal);
        let mut remainder = dividend - quotient * self.value;
        // The rounded inverse falls short by two at most.
        while remainder >= self.value {
            remainder -= self.value;
            quotient += 1;
        }
        (quotient, remainder)
    }
}
