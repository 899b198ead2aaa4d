//! When filled keys expire.

use crate::quantity::Ratio;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::{Lowering, both};
use crate::scenario::schema::keys::Fill;
use crate::scenario::span::Span;
use crate::time::SimDuration;

const TTL_MIN: SimDuration = SimDuration::from_millis(1);
/// Ten years.
const TTL_MAX: SimDuration = SimDuration::from_secs(3_660 * 86_400);

/// The share of keys that expire, and the least and greatest time after which they do.
type Expiry = (Ratio, (SimDuration, SimDuration));

impl Lowering<'_> {
    pub(super) fn expiry(
        &mut self,
        file: &Fill,
        span: Span,
    ) -> Option<Expiry> {
        let share = self.share(&file.ttl_share, "`ttl_share`");
        let wanted = share.is_some_and(|share| share > Ratio::default());
        let none = (SimDuration::ZERO, SimDuration::ZERO);
        let Some(ttl) = file.ttl.given() else {
            if wanted && file.ttl.is_absent() {
                self.report(
                    Diagnostic::new(
                        Code::TimeToLive,
                        file.ttl_share.span().unwrap_or(span),
                        "keys expire, but it is not said when",
                    )
                    .label("a share without a time")
                    .note("add `ttl: (\"1h\", \"2h\")`, the least and the greatest"),
                );
                return None;
            }
            return share.map(|share| (share, none));
        };
        if file.ttl_share.is_absent() {
            self.report(
                Diagnostic::new(Code::TimeToLive, ttl.span, "a time to live, but of no keys")
                    .label("a time without a share")
                    .note("add `ttl_share: \"100%\"`"),
            );
        }
        let (least, most) = both(&ttl.value)?;
        let bounds = (
            self.within(least, "the least time to live", TTL_MIN, TTL_MAX),
            self.within(most, "the greatest time to live", TTL_MIN, TTL_MAX),
        );
        let bounds = (bounds.0?, bounds.1?);
        if bounds.0 > bounds.1 {
            self.report(
                Diagnostic::new(Code::TimeToLive, ttl.span, "the range of times is reversed")
                    .label(format!("from {} down to {}", bounds.0, bounds.1)),
            );
            return None;
        }
        // A time of which no key has the share would differ between plans that are the same.
        share.map(|share| (share, if wanted { bounds } else { none }))
    }
}
