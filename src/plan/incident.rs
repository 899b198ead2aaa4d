//! What befalls the nodes of an instance and the streams into it, and when nodes are patched.

use crate::id::{InstanceId, RegionId};
use crate::plan::{Plan, Step};
use crate::time::{SimDuration, SimTime};

/// Something that befalls nodes, or streams into shards.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Incident {
    /// Replicas take the place of primaries.
    Failover {
        /// Whose.
        on: InstanceId,
        /// Of which shards, counted from zero; of all when empty.
        shards: Vec<u16>,
        /// Whether the replicas are brought up to date first.
        planned: bool,
    },
    /// A zone of a region is lost, and with it every second primary of each instance there.
    ZoneLoss(RegionId),
    /// Nothing comes into shards of an instance any more.
    Stall(Streams),
    /// It does again.
    Resume(Streams),
    /// Nodes are exchanged for patched ones, one after the other.
    Patch {
        /// Whose.
        on: InstanceId,
        /// Whether it does not wait for a maintenance window.
        urgent: bool,
    },
}

impl Incident {
    /// The instance it befalls; none when a whole zone is meant.
    pub fn on(&self) -> Option<InstanceId> {
        match self {
            Self::Failover { on, .. } | Self::Patch { on, .. } => Some(*on),
            Self::Stall(streams) | Self::Resume(streams) => Some(streams.on),
            Self::ZoneLoss(_) => None,
        }
    }

    /// Whether primaries are lost with what their replicas lack.
    pub fn loses_primaries(&self) -> bool {
        matches!(
            self,
            Self::Failover { planned: false, .. } | Self::ZoneLoss(_)
        )
    }
}

impl Plan {
    /// Whether a step or a rule makes an instance lose primaries.
    pub fn loses_primaries(&self) -> bool {
        self.steps().any(|step| match step {
            Step::Incident(incident) => incident.loses_primaries(),
            _ => false,
        })
    }
}

/// Streams into shards of an instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Streams {
    /// The instance.
    pub on: InstanceId,
    /// From which peers; from all when empty.
    pub from: Vec<InstanceId>,
    /// Into which shards, counted from zero; into all when empty.
    pub shards: Vec<u16>,
}

/// A day of the week.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weekday {
    /// The first.
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The last.
    Sunday,
}

/// A time of every week in which an instance may be patched, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// On which day it begins.
    pub day: Weekday,
    /// At which full hour, 0 to 23.
    pub hour: u8,
    /// How long it lasts.
    pub lasts: SimDuration,
}

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
const WEEK_MS: u64 = 7 * DAY_MS;

/// The first of January 1970 was a Thursday: the week before began so long before it.
const EPOCH_IN_WEEK_MS: u64 = 3 * DAY_MS;

impl Window {
    /// How far into the week it begins, which starts on Monday at midnight.
    fn begins_ms(self) -> u64 {
        self.day as u64 * DAY_MS + u64::from(self.hour) * HOUR_MS
    }
}

/// When an instance is patched that may be from `at` on, where time zero is `epoch_ms` after 1970
/// began: at once within a window, else as the next begins; at once where there is none.
pub fn next_window(windows: &[Window], epoch_ms: u64, at: SimTime) -> SimTime {
    let now_ms = (epoch_ms + at.as_millis() + EPOCH_IN_WEEK_MS) % WEEK_MS;
    let waits = windows.iter().map(|window| {
        let since = (now_ms + WEEK_MS - window.begins_ms()) % WEEK_MS;
        if since < window.lasts.as_millis() {
            0
        } else {
            WEEK_MS - since
        }
    });
    match waits.min() {
        None | Some(0) => at,
        Some(wait) => at + SimDuration::from_millis(wait),
    }
}

#[cfg(test)]
mod tests {
    use super::{HOUR_MS, Weekday, Window, next_window};
    use crate::time::{SimDuration, SimTime};

    /// 2025-06-02, a Monday, at midnight UTC.
    const MONDAY_MS: u64 = 1_748_822_400_000;

    fn window(day: Weekday, hour: u8, hours: u64) -> Window {
        let lasts = SimDuration::from_secs(hours * 3600);
        Window { day, hour, lasts }
    }

    fn waits(windows: &[Window], hours: u64) -> u64 {
        let at = SimTime::from_millis(hours * HOUR_MS);
        next_window(windows, MONDAY_MS, at).since(at).as_millis() / HOUR_MS
    }

    #[test]
    fn a_patch_waits_for_the_next_window() {
        let windows = [
            window(Weekday::Tuesday, 2, 9),
            window(Weekday::Friday, 22, 9),
        ];
        assert_eq!(waits(&windows, 0), 26);
        assert_eq!(waits(&windows, 26), 0, "it has just begun");
        assert_eq!(waits(&windows, 34), 0, "its last hour");
        assert_eq!(waits(&windows, 35), 4 * 24 + 22 - 35, "it is over");
        assert_eq!(waits(&[], 5), 0);
    }

    #[test]
    fn a_window_reaches_into_the_next_week() {
        let windows = [window(Weekday::Sunday, 20, 8)];
        assert_eq!(waits(&windows, 3), 0);
        assert_eq!(waits(&windows, 4), 6 * 24 + 16);
    }
}
