//! Ranges of amounts, whatever they are amounts of.

use crate::engine::rng::Stream;
use crate::scenario::chance::kind::Kind;

/// All amounts from one to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Range {
    kind: Kind,
    from: i64,
    to: i64,
    /// Whether each order of magnitude is as likely as the next.
    logarithmic: bool,
}

impl Range {
    /// The range between two texts as the file has them.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(from: &str, to: &str, logarithmic: bool) -> Result<Self, String> {
        let mut read =
            Kind::all().filter_map(|kind| Some((kind, kind.read(from)?, kind.read(to)?)));
        let Some((kind, low, high)) = read.next() else {
            return Err(format!("{from} and {to} are no amounts of one kind"));
        };
        if low > high {
            return Err(format!("{from} is more than {to}"));
        }
        if logarithmic && low <= 0 {
            return Err(format!("{from} has no logarithm"));
        }
        Ok(Self {
            kind,
            from: low,
            to: high,
            logarithmic,
        })
    }

    /// An amount of the range, as a file would have it.
    pub(super) fn draw(&self, stream: &mut Stream) -> String {
        let step = self.step();
        let steps = self.from.abs_diff(self.to) / step;
        let passed = if self.logarithmic {
            self.logarithmic_steps(stream, step).min(steps)
        } else {
            stream.below(steps + 1)
        };
        let passed = i64::try_from(passed * step).expect("it lies within the range");
        self.kind.write(self.from + passed)
    }

    /// The lower end for 0, the upper one else.
    pub(super) fn end(&self, which: usize) -> String {
        let end = if which == 0 { self.from } else { self.to };
        self.kind.write(end)
    }

    /// What draws are multiples of, from the lower end.
    fn step(&self) -> u64 {
        self.kind.unit(&[self.from, self.to])
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a draw need not be exact, and it is the same on every machine"
    )]
    fn logarithmic_steps(&self, stream: &mut Stream, step: u64) -> u64 {
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        let share = (stream.next_u64() >> 11) as f64 * UNIT;
        let (low, high) = (libm::log(self.from as f64), libm::log(self.to as f64));
        let drawn = libm::exp(low + share * (high - low));
        ((drawn - self.from as f64).max(0.0) / step as f64 + 0.5) as u64
    }
}
