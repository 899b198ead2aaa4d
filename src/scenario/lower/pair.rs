//! Pairs of regions, and the directions they stand for.

use crate::id::RegionId;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::{Lowering, Owner, both};
use crate::scenario::schema::leaf::{OneOrMany, Text};
use crate::scenario::schema::place::Pair;
use crate::scenario::span::{Field, Sp, Span};

/// One direction, and where the file names it.
pub(super) type Direction = Sp<(RegionId, RegionId)>;

/// The two ways a step names routes.
pub(super) struct Routes<'f> {
    /// Pairs meant both ways.
    pub between: &'f Field<OneOrMany<Pair>>,
    /// Pairs meant from the first to the second only.
    pub one_way: &'f Field<OneOrMany<Pair>>,
}

impl Routes<'_> {
    /// Whether the step names any.
    pub fn are_given(&self) -> bool {
        self.between.is_given() || self.one_way.is_given()
    }
}

impl Lowering<'_> {
    /// Two different regions.
    pub(super) fn pair(&mut self, pair: &Sp<Pair>, places: &Places) -> Option<(RegionId, RegionId)> {
        self.different(both(&pair.value)?, pair.span, places)
    }

    /// The regions of these names, if they are two.
    pub(super) fn different(
        &mut self,
        (first, second): (&Sp<Text>, &Sp<Text>),
        span: Span,
        places: &Places,
    ) -> Option<(RegionId, RegionId)> {
        let ids = (self.region(first, places), self.region(second, places));
        let (first, second) = (ids.0?, ids.1?);
        if first == second {
            let span = self.head(span);
            self.report(
                Diagnostic::new(Code::SelfRoute, span, "a region and itself are no pair")
                    .label("the same region twice"),
            );
            return None;
        }
        Some((first, second))
    }

    /// The directions a step names; `None` when it named one wrongly.
    pub(super) fn directions(
        &mut self,
        routes: &Routes<'_>,
        owner: &Owner,
        places: &Places,
    ) -> Option<Vec<Direction>> {
        if !routes.are_given() {
            self.report(
                Diagnostic::new(
                    Code::MissingField,
                    self.head(owner.span),
                    format!("{} names no routes", owner.what),
                )
                .label("`between` or `one_way` is missing here")
                .note("add `between: (\"East US\", \"West Europe\")`, or a list of such pairs"),
            );
            return None;
        }
        let mut directions = Vec::new();
        let mut complete = true;
        for (field, mutual) in [(routes.between, true), (routes.one_way, false)] {
            complete &= !matches!(field, Field::Broken(_));
            let Some(given) = field.given() else { continue };
            if given.value.0.is_empty() {
                self.empty(given.span, "pairs", "name at least one pair of regions");
                complete = false;
            }
            for pair in &given.value.0 {
                let ids = pair.given().and_then(|pair| self.pair(pair, places));
                let span = pair.span().unwrap_or_default();
                complete &= ids.is_some();
                let Some((first, second)) = ids else { continue };
                complete &= self.add(&mut directions, (first, second), span);
                if mutual {
                    complete &= self.add(&mut directions, (second, first), span);
                }
            }
        }
        complete.then_some(directions)
    }

    fn add(
        &mut self,
        directions: &mut Vec<Direction>,
        ends: (RegionId, RegionId),
        span: Span,
    ) -> bool {
        if let Some(first) = directions.iter().find(|known| known.value == ends) {
            let first = first.span;
            self.report(
                Diagnostic::new(Code::DuplicateName, span, "the same direction is named twice")
                    .label("named again here")
                    .related(first, "first named here"),
            );
            return false;
        }
        directions.push(Sp { value: ends, span });
        true
    }
}
