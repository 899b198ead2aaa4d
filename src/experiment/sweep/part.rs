//! A sweep in pieces.

/// One of several pieces: every so many-th case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// Which, from 1.
    pub number: u64,
    /// Of how many; at least as many as its number says.
    pub of: u64,
}

impl Part {
    /// All of it.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// How many of so many cases belong to it.
    pub fn count(self, cases: u64) -> u64 {
        (cases + self.of - self.number) / self.of
    }

    /// Which of all cases its case with this index is.
    pub fn index(self, at: u64) -> u64 {
        self.number - 1 + at * self.of
    }
}
