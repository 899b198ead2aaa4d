//! What a key remembers of its removals.

use crate::crdt::clock::{Dot, VersionVector};

/// Removals of a whole key: what they had observed, and which they were. Nothing until needed.
#[derive(Clone, Default, Debug)]
pub(crate) struct Removals(Option<Box<Known>>);

#[derive(Clone, Copy, Default, Debug)]
struct Known {
    /// What they had observed, themselves included.
    context: VersionVector,
    /// The last of each origin; also one that another's effect has told of before it came.
    dots: VersionVector,
}

impl Removals {
    /// Whether nothing is remembered.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Adds an arriving removal, which had observed `context`, itself included.
    pub(crate) fn join(&mut self, removal: Dot, context: &VersionVector) {
        let known = self.0.get_or_insert_default();
        known.context.join(context);
        known.dots.observe(removal);
    }

    /// Adds removals that have not come yet.
    pub(crate) fn foresee(&mut self, dots: &VersionVector) {
        if *dots != VersionVector::ZERO {
            self.0.get_or_insert_default().dots.join(dots);
        }
    }

    /// Adds what another replica remembers.
    pub(crate) fn join_removals(&mut self, other: &Removals) {
        if let Some(theirs) = &other.0 {
            let known = self.0.get_or_insert_default();
            known.context.join(&theirs.context);
            known.dots.join(&theirs.dots);
        }
    }

    /// What they had observed, if there were any.
    pub(crate) fn context(&self) -> Option<VersionVector> {
        let context = self.0.as_ref().map(|known| known.context);
        context.filter(|context| *context != VersionVector::ZERO)
    }

    /// Adds what removals had observed to `vector`.
    pub(crate) fn extend(&self, vector: &mut VersionVector) {
        if let Some(known) = &self.0 {
            vector.join(&known.context);
        }
    }

    /// Which they were: the last of each origin.
    pub(crate) fn dots(&self) -> VersionVector {
        self.0
            .as_ref()
            .map_or(VersionVector::ZERO, |known| known.dots)
    }

    /// Forgets everything if it is within `vector`.
    pub(crate) fn forget_within(&mut self, vector: &VersionVector) {
        if self.is_within(vector) {
            self.0 = None;
        }
    }

    /// Whether all that is remembered is within `vector`.
    pub(crate) fn is_within(&self, vector: &VersionVector) -> bool {
        self.0
            .as_ref()
            .is_none_or(|known| known.context.is_within(vector) && known.dots.is_within(vector))
    }
}
