//! Defects planted on purpose, to see whether the checks catch them.
//!
//! Each is a mistake that somebody could make, at the one place where it would be made. The switch
//! is there in the library's own tests alone: everywhere else [`is`] is `false` at compile time,
//! and nothing of it is left.

/// A mistake that can be planted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Defect {
    /// What removals keep is never collected.
    TombstonesKept,
    /// It is collected before every linked member has seen it.
    TombstonesDropped,
    /// An effect of a peer is applied twice.
    AppliedTwice,
    /// Now and then an effect is lost on arrival.
    EffectLost,
    /// An effect that only removes is never sent.
    RemovalUnsent,
    /// A partial synchronisation begins one effect too late.
    ResumedTooLate,
    /// A full synchronisation leaves deleted keys out.
    DeletionsNotMerged,
    /// A full synchronisation does not go on with what was written while it ran.
    TailNotSent,
    /// The observed clock rises before the snapshot is complete.
    ClockBeforeState,
    /// A member that has lost its memory counts its effects from the start.
    ClockReused,
    /// A member that has lost its memory takes writes at once.
    StaleWrites,
    /// Of two writes at one instant, each member keeps the one it had first.
    NoTieBreak,
    /// A concurrent write that loses is forgotten.
    LoserForgotten,
    /// Removing a member of a set removes additions it had not seen.
    RemoveWins,
    /// A reset takes away increments it had not seen.
    ResetTakesAll,
    /// A deleted key's memory is not given back.
    KeyNotRefunded,
    /// Memory is not capped while the group's scaling lock is held.
    CapForgotten,
    /// Other survivors do not heed that a member was dropped.
    UnlinkUnheeded,
    /// A flush leaves a member out.
    FlushLeavesOneOut,
}

/// Whether a defect is planted.
#[cfg(not(test))]
#[inline(always)]
pub(crate) const fn is(_: Defect) -> bool {
    false
}

#[cfg(test)]
pub(crate) use switch::{is, with};

#[cfg(test)]
mod switch {
    use std::cell::Cell;

    use super::Defect;

    thread_local! {
        static PLANTED: Cell<Option<Defect>> = const { Cell::new(None) };
    }

    /// Whether a defect is planted on this thread.
    #[inline]
    pub(crate) fn is(defect: Defect) -> bool {
        PLANTED.get() == Some(defect)
    }

    /// Does the work with a defect planted on this thread, or none.
    pub(crate) fn with<T>(defect: Option<Defect>, work: impl FnOnce() -> T) -> T {
        struct Restored(Option<Defect>);
        impl Drop for Restored {
            fn drop(&mut self) {
                PLANTED.set(self.0);
            }
        }
        let _restored = Restored(PLANTED.replace(defect));
        work()
    }

    impl Defect {
        /// All of them, with what each breaks, in words.
        pub(crate) const ALL: [(Self, &'static str); 19] = [
            (
                Self::TombstonesKept,
                "what removals keep is never collected",
            ),
            (
                Self::TombstonesDropped,
                "what removals keep is collected before every member has seen them",
            ),
            (
                Self::AppliedTwice,
                "an effect of a peer is applied to its key twice",
            ),
            (
                Self::EffectLost,
                "one effect in a hundred is lost on arrival",
            ),
            (
                Self::RemovalUnsent,
                "effects that only remove are never sent",
            ),
            (
                Self::ResumedTooLate,
                "a partial synchronisation begins one effect too late",
            ),
            (
                Self::DeletionsNotMerged,
                "a full synchronisation leaves deleted keys out",
            ),
            (
                Self::TailNotSent,
                "what is written during a full synchronisation is never sent",
            ),
            (
                Self::ClockBeforeState,
                "the observed clock rises before the snapshot is complete",
            ),
            (
                Self::ClockReused,
                "a member that has lost its memory counts its effects from the start",
            ),
            (
                Self::StaleWrites,
                "a member that has lost its memory takes writes before it has caught up",
            ),
            (
                Self::NoTieBreak,
                "of two writes at one instant each member keeps its own",
            ),
            (
                Self::LoserForgotten,
                "a concurrent write that loses is forgotten at once",
            ),
            (
                Self::RemoveWins,
                "removing a member of a set removes additions it had not seen",
            ),
            (
                Self::ResetTakesAll,
                "a reset takes away increments it had not seen",
            ),
            (
                Self::KeyNotRefunded,
                "a deleted key's memory is not given back",
            ),
            (
                Self::CapForgotten,
                "memory is not capped while the group's scaling lock is held",
            ),
            (
                Self::UnlinkUnheeded,
                "other survivors do not heed that a member was dropped",
            ),
            (
                Self::FlushLeavesOneOut,
                "a flush leaves the last member of the group out",
            ),
        ];
    }
}
