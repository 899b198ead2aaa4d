//! What the program tells its caller with one number.

/// How a command ended, the best first: of several scenarios the greatest counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exit {
    /// 0: everything that was demanded holds.
    Holds,
    /// 4: nothing was selected.
    Nothing,
    /// 1: an expectation failed or was never evaluated.
    Fails,
    /// 3: incomplete, as the run hit its cap, the sweep ran out of its time or what was imported
    /// lacks something.
    Incomplete,
    /// 5: a replay or a determinism check diverged.
    Diverged,
    /// 2: the command line, a scenario or a file is wrong.
    Wrong,
    /// 70: the program itself is wrong.
    Bug,
}

impl Exit {
    /// The number for the operating system.
    pub fn code(self) -> u8 {
        match self {
            Self::Holds => 0,
            Self::Fails => 1,
            Self::Wrong => 2,
            Self::Incomplete => 3,
            Self::Nothing => 4,
            Self::Diverged => 5,
            Self::Bug => 70,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_worst_counts_in_the_published_order() {
        let mut all = [
            Exit::Holds,
            Exit::Fails,
            Exit::Wrong,
            Exit::Incomplete,
            Exit::Nothing,
            Exit::Diverged,
            Exit::Bug,
        ];
        all.sort_by(|one, other| other.cmp(one));
        assert_eq!(all.map(Exit::code), [70, 2, 5, 3, 1, 4, 0]);
    }
}
