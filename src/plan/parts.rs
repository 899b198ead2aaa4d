//! Into how many parts the slots are divided.

use crate::plan::request::Change;
use crate::plan::{Plan, Request, Step};

/// The most parts the slots may be divided into.
pub const PARTS_MAX: u16 = 4_096;

impl Plan {
    /// Into how many parts the slots are divided for streams and logs: the least common multiple of
    /// all numbers of shards an instance has or may come to. None when it is above
    /// [`PARTS_MAX`]; loading refuses such a plan.
    pub fn parts(&self) -> Option<u16> {
        let own = self.instances.iter().map(|instance| instance.shards);
        own.chain(self.sizes_to_come()).try_fold(1, common_multiple)
    }

    /// All that the timeline or a rule may do.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        let responses = self.rules.iter().flat_map(|rule| &rule.then);
        let steps = self.timeline.iter().map(|timed| &timed.step);
        steps.chain(responses.map(|response| &response.step))
    }

    /// The numbers of shards that requests of the plan may lead to.
    pub fn sizes_to_come(&self) -> impl Iterator<Item = u16> + '_ {
        self.steps().filter_map(|step| {
            let Step::Request(asked) = step else {
                return None;
            };
            match &asked.request {
                Request::Scale { to, .. } | Request::Create { sku: Some(to), .. } => {
                    Some(to.shards)
                }
                Request::Create { instance, .. } => {
                    Some(self.instances[*instance].configuration().shards())
                }
                Request::Update {
                    on,
                    change: Change::Clustering(_),
                } => Some(self.instances[*on].sku.shards),
                _ => None,
            }
        })
    }
}

fn common_multiple(a: u16, b: u16) -> Option<u16> {
    let least = u32::from(a) / u32::from(common_divisor(a, b)) * u32::from(b);
    u16::try_from(least)
        .ok()
        .filter(|least| *least <= PARTS_MAX)
}

/// The greatest common divisor of two numbers above zero.
fn common_divisor(a: u16, b: u16) -> u16 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
