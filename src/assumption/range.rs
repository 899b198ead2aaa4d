//! From where to where each assumption may be set.

use std::fmt::{self, Display};

use crate::quantity::{ByteRate, Bytes, Ratio};
use crate::time::SimDuration;

/// The values an assumption takes: from `least` to `most`, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range<T> {
    /// The least value.
    pub least: T,
    /// The greatest value.
    pub most: T,
}

impl<T: Display> Display for Range<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} to {}", self.least, self.most)
    }
}

const fn bytes(least: u64, most: u64) -> Range<Bytes> {
    Range {
        least: Bytes(least),
        most: Bytes(most),
    }
}

const fn shares(least_ppm: u64, most_ppm: u64) -> Range<Ratio> {
    Range {
        least: Ratio { ppm: least_ppm },
        most: Ratio { ppm: most_ppm },
    }
}

const fn times(least: SimDuration, most: SimDuration) -> Range<SimDuration> {
    Range { least, most }
}

const MILLISECOND: SimDuration = SimDuration::from_millis(1);
const HOUR: SimDuration = SimDuration::from_secs(3_600);
const DAY: SimDuration = SimDuration::from_secs(86_400);
/// No record of one key, element, effect or message is larger.
const RECORD: Range<Bytes> = bytes(0, 1_000_000);
const FLOW: Range<ByteRate> = Range {
    least: ByteRate(1_000),
    most: ByteRate(1_000_000_000_000),
};

/// A-KEY.
pub const KEY_BYTES: Range<Bytes> = RECORD;
/// A-ELEMENT.
pub const ELEMENT_BYTES: Range<Bytes> = RECORD;
/// A-RECORD.
pub const RECORD_BYTES: Range<Bytes> = RECORD;
/// A-TOMBSTONE.
pub const TOMBSTONE_BYTES: Range<Bytes> = RECORD;
/// A-COLLECT.
pub const COLLECTION_RATE: Range<ByteRate> = FLOW;
/// A-SLICE.
pub const COLLECTION_SLICE: Range<SimDuration> = times(MILLISECOND, HOUR);
/// A-COLLECT-OBJECTS.
pub const COLLECTION_OBJECTS: Range<u32> = Range {
    least: 1,
    most: 1_000_000_000,
};
/// A-XADD-STRIDE: at least one for each member a group may have.
pub const XADD_STRIDE: Range<u32> = Range {
    least: 5,
    most: 1_000_000,
};
/// A-REPORT.
pub const REPORT_EVERY: Range<SimDuration> = times(MILLISECOND, HOUR);
/// A-USABLE.
pub const USABLE_SHARE: Range<Ratio> = shares(1, 1_000_000);
/// A-BACKLOG.
pub const BACKLOG_SHARE: Range<Ratio> = shares(0, 1_000_000);
/// A-BACKLOG-SIZE.
pub const BACKLOG_BYTES: Range<Bytes> = bytes(0, 1_000_000_000_000);
/// A-CHUNK.
pub const CHUNK_BYTES: Range<Bytes> = bytes(1_000, 1_000_000_000);
/// A-WIRE.
pub const WIRE_BYTES: Range<Bytes> = RECORD;
/// A-ITEM: above zero, so that a snapshot of whatever keys takes time.
pub const ITEM_BYTES: Range<Bytes> = bytes(1, 1_000_000);
/// A-REPORT-SIZE.
pub const REPORT_BYTES: Range<Bytes> = RECORD;
/// A-SIGNAL-SIZE.
pub const SIGNAL_BYTES: Range<Bytes> = RECORD;
/// A-BANDWIDTH.
pub const BANDWIDTH: Range<ByteRate> = FLOW;
/// A-SEND-BUFFER.
pub const SEND_BUFFER: Range<SimDuration> = times(MILLISECOND, HOUR);
/// A-RETRANSMIT.
pub const RETRANSMIT: Range<SimDuration> = times(MILLISECOND, HOUR);
/// A-SILENCE.
pub const SILENCE: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-RECONNECT-MIN.
pub const RECONNECT_MIN: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-RECONNECT-MAX; never below A-RECONNECT-MIN.
pub const RECONNECT_MAX: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-HEALTH.
pub const HEALTHY_WITHIN: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-INGESTION.
pub const INGESTION_DELAY: Range<SimDuration> = times(SimDuration::ZERO, DAY);
/// A-RESUME.
pub const RESUME_SHARE: Range<Ratio> = shares(1, 1_000_000);
/// A-JITTER.
pub const JITTER: Range<Ratio> = shares(1_000_000, 100_000_000);
/// A-FLOOR.
pub const DELAY_FLOOR: Range<Ratio> = shares(1, 1_000_000);
/// A-TAIL.
pub const DELAY_TAIL: Range<Ratio> = shares(0, 100_000_000);
/// A-LOCAL.
pub const LOCAL_DELAY: Range<SimDuration> = times(SimDuration::from_micros(1), HOUR);
/// A-STALE-TEXT: characters.
pub const STALE_TEXT: Range<usize> = Range {
    least: 1,
    most: 200,
};
/// A-EVICT-START.
pub const EVICTION_START: Range<Ratio> = shares(1, 1_000_000);
/// A-EVICT-SAMPLES. Redis takes any number; more than the keys of a pool change little.
pub const EVICTION_SAMPLES: Range<u32> = Range {
    least: 1,
    most: 1_000,
};
/// A-EVICT-SLICE.
pub const EVICTION_SLICE: Range<SimDuration> = times(MILLISECOND, HOUR);
/// A-EVICT-KEYS.
pub const EVICTION_KEYS: Range<u32> = Range {
    least: 1,
    most: 1_000_000_000,
};
/// A-LRU-CLOCK.
pub const LRU_RESOLUTION: Range<SimDuration> = times(MILLISECOND, HOUR);
/// A-LFU-LOG.
pub const LFU_LOG_FACTOR: Range<u32> = Range {
    least: 0,
    most: 1_000_000,
};
/// A-LFU-DECAY: minutes, of which the clock has 16 bits.
pub const LFU_DECAY_MINUTES: Range<u32> = Range {
    least: 0,
    most: 65_535,
};
/// A-OOM-RESERVE. Source: Redis docs, `replication_oom_threshold_percent`, 0 to 20.
pub const OOM_RESERVE: Range<Ratio> = shares(0, 200_000);
/// A-CREATION.
pub const CREATION: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-JOINING.
pub const JOINING: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-FORCE-LINKING.
pub const FORCE_LINKING: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-LINK-FAILURE.
pub const LINK_FAILURE: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-UNLINK-VISIBLE.
pub const UNLINK_VISIBLE: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-DELETION.
pub const DELETION: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-UPDATING.
pub const UPDATING: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-FLUSHING.
pub const FLUSHING: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-SCALING.
pub const SCALING: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-SCALING-RATE.
pub const SCALING_RATE: Range<ByteRate> = FLOW;
/// A-SCALING-PASSES.
pub const SCALING_PASSES: Range<u32> = Range {
    least: 1,
    most: 1_000,
};
/// A-SETTLING.
pub const SETTLING: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-FAILOVER-PLANNED.
pub const PLANNED_FAILOVER: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-FAILOVER-UNPLANNED.
pub const UNPLANNED_FAILOVER: Range<SimDuration> = times(MILLISECOND, DAY);
/// A-REPLICA-LAG.
pub const REPLICA_LAG: Range<SimDuration> = times(SimDuration(0), HOUR);
/// A-PATCHING.
pub const PATCHING: Range<SimDuration> = times(MILLISECOND, DAY);
