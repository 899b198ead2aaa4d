//! Routes: the catalogue's figures, and where the scenario differs from them.

use crate::assumption::Assumptions;
use crate::catalogue::{self, Region};
use crate::id::{Id, RegionId};
use crate::network::Delay;
use crate::plan::{RoutePlan, published_delay};
use crate::quantity::{ByteRate, Ratio};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::{Lowering, both, entries};
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::{Either, Quantity};
use crate::scenario::schema::place::{DelayChoice, DelayField, Route};
use crate::scenario::span::{Field, Sp, Span};
use crate::time::SimDuration;

const BANDWIDTH_MIN: ByteRate = ByteRate(1);
const BANDWIDTH_MAX: ByteRate = ByteRate(1_000_000_000_000);
/// Above this share of losses next to nothing arrives in a run's time.
pub(super) const LOSS_MAX: Ratio = Ratio { ppm: 990_000 };

/// What a scenario says about one direction.
#[derive(Default)]
struct Overrides<'f> {
    delay: Option<&'f Field<DelayField>>,
    bandwidth: Option<ByteRate>,
    loss: Option<Ratio>,
    micro_usd_per_gb: Option<u64>,
}

/// One direction, and the entry of the file that is about it.
struct Direction<'f> {
    from: RegionId,
    to: RegionId,
    entry: &'f Sp<Route>,
}

impl Lowering<'_> {
    pub(super) fn routes(
        &mut self,
        field: &Field<List<Route>>,
        places: &Places,
        assumptions: &Assumptions,
    ) -> Vec<RoutePlan> {
        let mut directions: Vec<Direction<'_>> = Vec::new();
        for entry in entries(field).iter().filter_map(Field::given) {
            for (from, to) in self.ends(entry, places) {
                let earlier = directions.iter().find(|d| (d.from, d.to) == (from, to));
                if let Some(earlier) = earlier {
                    let first = self.head(earlier.entry.span);
                    let names = [from, to].map(|id| places.regions[id.index()].name);
                    let what = format!("`{}` to `{}` is set twice", names[0], names[1]);
                    self.report(
                        Diagnostic::new(Code::RouteTwice, self.head(entry.span), what)
                            .label("set again here")
                            .related(first, "first set here"),
                    );
                } else {
                    directions.push(Direction { from, to, entry });
                }
            }
        }
        let ids = || (0..places.regions.len()).map(RegionId::at);
        let mut routes = Vec::new();
        for (from, to) in ids().flat_map(|from| ids().map(move |to| (from, to))) {
            if from != to {
                let set = directions.iter().find(|d| (d.from, d.to) == (from, to));
                let entry = set.map(|direction| direction.entry);
                routes.extend(self.route(from, to, entry, places, assumptions));
            }
        }
        routes
    }

    /// The directions an entry is about.
    fn ends(&mut self, entry: &Sp<Route>, places: &Places) -> Vec<(RegionId, RegionId)> {
        let file = &entry.value;
        let one_way = (file.from.is_given(), file.to.is_given());
        match (file.between.is_given(), one_way) {
            (true, (false, false)) => {
                let Some(pair) = file.between.given() else {
                    return Vec::new();
                };
                let ends = self.pair(pair, places);
                ends.map_or(Vec::new(), |(a, b)| vec![(a, b), (b, a)])
            }
            (false, (true, true)) => {
                let (Some(from), Some(to)) = (file.from.given(), file.to.given()) else {
                    return Vec::new();
                };
                self.different((from, to), entry.span, places)
                    .into_iter()
                    .collect()
            }
            _ => {
                let span = self.head(entry.span);
                self.report(
                    Diagnostic::new(Code::RouteEnds, span, "it is unclear whose route this is")
                        .label("expected either `between` or both `from` and `to`")
                        .note("`between: (\"A\", \"B\")` sets both directions"),
                );
                Vec::new()
            }
        }
    }

    fn route(
        &mut self,
        from: RegionId,
        to: RegionId,
        entry: Option<&Sp<Route>>,
        places: &Places,
        assumptions: &Assumptions,
    ) -> Option<RoutePlan> {
        let ends = (places.regions[from.index()], places.regions[to.index()]);
        let set = entry
            .map(|entry| self.route_overrides(entry))
            .unwrap_or_default();
        let delay = match set.delay {
            Some(field) => self.delay(field.given()?)?,
            None => self.published(ends, places, assumptions, entry.map(|entry| entry.span))?,
        };
        Some(RoutePlan {
            from,
            to,
            delay,
            bandwidth: set.bandwidth.unwrap_or(assumptions.bandwidth),
            loss: set.loss.unwrap_or_default(),
            micro_usd_per_gb: set
                .micro_usd_per_gb
                .unwrap_or_else(|| catalogue::micro_usd_per_gb(ends.0, ends.1)),
        })
    }

    fn route_overrides<'f>(&mut self, entry: &'f Sp<Route>) -> Overrides<'f> {
        let file = &entry.value;
        let bandwidth = file
            .bandwidth
            .given()
            .and_then(|given| self.within(given, "`bandwidth`", BANDWIDTH_MIN, BANDWIDTH_MAX));
        let none = Ratio::default();
        let loss = file
            .loss
            .given()
            .and_then(|given| self.within(given, "`loss`", none, LOSS_MAX));
        Overrides {
            delay: file.delay.is_given().then_some(&file.delay),
            bandwidth,
            loss,
            micro_usd_per_gb: file.usd_per_gb.value().map(|price| price.millionths),
        }
    }

    /// The default delay of a pair: half of the published round trip.
    fn published(
        &mut self,
        (from, to): (&Region, &Region),
        places: &Places,
        assumptions: &Assumptions,
        span: Option<Span>,
    ) -> Option<Delay> {
        // Where no entry is about the pair, it is reported by its later region.
        let spans = [places.named_at(from), places.named_at(to)];
        let span = span.or(spans.into_iter().flatten().max());
        let Ok(rtt) = catalogue::rtt(from, to) else {
            let (from, to) = (from.name.min(to.name), from.name.max(to.name));
            let message = format!("no round-trip time is known between `{from}` and `{to}`");
            self.report(
                Diagnostic::new(Code::NoRoundTrip, span.unwrap_or_default(), message)
                    .label("the catalogue has no figure, in either direction")
                    .note(format!(
                        "set it: `routes: [(between: (\"{from}\", \"{to}\"), delay: \"40ms\")]`"
                    )),
            );
            return None;
        };
        if rtt.mirrored && !assumptions.mirror {
            self.not_mirrored(from, to, span.unwrap_or_default());
            return None;
        }
        let delay = published_delay(&rtt, assumptions);
        let refused = |error| {
            let message = format!("no delay follows from the published round trip: {error}");
            Diagnostic::new(Code::BadDelay, span.unwrap_or_default(), message)
        };
        delay.map_err(|error| self.report(refused(error))).ok()
    }

    /// The figure of the other direction must not be taken (A-MIRROR).
    fn not_mirrored(&mut self, from: &Region, to: &Region, span: Span) {
        let (from, to) = (from.name, to.name);
        let message = format!("no round-trip time is known from `{from}` to `{to}`");
        self.report(
            Diagnostic::new(Code::NoRoundTrip, span, message)
                .label("published for the other direction only, and `mirror` is off")
                .note(format!(
                    "set it: `routes: [(from: \"{from}\", to: \"{to}\", delay: \"40ms\")]`, or let \
                     the other direction's figure count: `assumptions: (mirror: true)`"
                )),
        );
    }

    /// A delay as the file has it.
    fn delay(&mut self, given: &Sp<DelayField>) -> Option<Delay> {
        let delay = self.delay_shape(given)?;
        match delay.validated() {
            Ok(delay) => Some(delay),
            Err(error) => {
                self.report(
                    Diagnostic::new(Code::BadDelay, self.head(given.span), error.to_string())
                        .label("no delay"),
                );
                None
            }
        }
    }

    fn delay_shape(&mut self, given: &Sp<DelayField>) -> Option<Delay> {
        match &given.value {
            Either::Plain(Quantity(length)) => Some(Delay::Constant(*length)),
            Either::Chosen(DelayChoice::Quantiles(points)) => {
                let points = points.value()?.iter().map(|point| {
                    let (share, delay) = both(point.value()?)?;
                    let share = self.within(share, "a quantile", Ratio::default(), Ratio::ONE)?;
                    Some((u32::try_from(share.ppm).ok()?, delay.value.0))
                });
                let points: Option<Vec<(u32, SimDuration)>> = points.collect();
                let points = points?;
                if points.is_empty() {
                    self.empty(
                        given.span,
                        "quantiles",
                        "`(0%, …)` and `(100%, …)` at least",
                    );
                    return None;
                }
                Some(Delay::Quantiles(points))
            }
            Either::Chosen(DelayChoice::Mixture(parts)) => {
                let parts = parts.value()?.iter().map(|part| {
                    let (delay, weight) = both(part.value()?)?;
                    Some((weight.value, self.delay_shape(delay)?))
                });
                let parts: Option<Vec<(u32, Delay)>> = parts.collect();
                Some(Delay::Mixture(parts?))
            }
        }
    }
}
