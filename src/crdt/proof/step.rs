//! What can happen to a group.

/// What a step does; drawn from bytes, so that a failing history shrinks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Update {
        at: usize,
        what: usize,
        wall_ms: u64,
    },
    Elsewhere {
        at: usize,
    },
    Deliver {
        from: usize,
        to: usize,
    },
    Sync {
        from: usize,
        to: usize,
        whole: bool,
    },
    Report {
        from: usize,
    },
    Collect {
        at: usize,
    },
    Compact {
        at: usize,
    },
}

impl Step {
    /// The step that four bytes stand for in a group of `size`.
    pub(super) fn drawn(size: usize, draw: [u8; 4]) -> Step {
        let [kind, first, second, what] = draw.map(usize::from);
        let (at, other) = (first % size, second % size);
        let distinct = if other == at { (at + 1) % size } else { other };
        match kind % 32 {
            0..=11 => Step::Update {
                at,
                what,
                wall_ms: (second % 5) as u64,
            },
            12..=22 => Step::Deliver {
                from: distinct,
                to: at,
            },
            23 => Step::Elsewhere { at },
            24 | 25 => Step::Sync {
                from: distinct,
                to: at,
                whole: what % 2 == 0,
            },
            26 | 27 => Step::Report { from: at },
            28 | 29 => Step::Collect { at },
            _ => Step::Compact { at },
        }
    }
}
