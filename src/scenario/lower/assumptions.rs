//! The assumptions in force: the defaults, and what the scenario sets.

use crate::assumption::{Assumptions, BacklogSharing, FullSync, Lww, Metadata};
use crate::quantity::{ByteRate, Bytes, Ratio};
use crate::scenario::lower::Lowering;
use crate::scenario::schema::assumptions::AssumptionFields;
use crate::scenario::schema::leaf::Quantity;
use crate::scenario::span::Field;
use crate::time::SimDuration;

const MILLISECOND: SimDuration = SimDuration::from_millis(1);
const HOUR: SimDuration = SimDuration::from_secs(3_600);
const DAY: SimDuration = SimDuration::from_secs(86_400);
/// No record of one key, element or effect is larger.
const RECORD_MAX: Bytes = Bytes(1_000_000);
const TERABYTE: Bytes = Bytes(1_000_000_000_000);
const RATE_MIN: ByteRate = ByteRate(1_000);
const RATE_MAX: ByteRate = ByteRate(1_000_000_000_000);
const JITTER_MAX: Ratio = Ratio { ppm: 100_000_000 };
const MILLIONTH: Ratio = Ratio { ppm: 1 };

impl Lowering<'_> {
    pub(super) fn assumptions(&mut self, field: &Field<AssumptionFields>) -> Assumptions {
        let mut set = Assumptions::default();
        let Some(file) = field.value() else { return set };
        set.metadata = file.metadata.value().map_or(set.metadata, Metadata::from);
        set.lww = file.lww.value().map_or(set.lww, Lww::from);
        set.backlog_sharing =
            file.backlog_sharing.value().map_or(set.backlog_sharing, BacklogSharing::from);
        set.full_sync = file.full_sync.value().map_or(set.full_sync, FullSync::from);
        set.readd_is_fresh = file.readd_is_fresh.value().copied().unwrap_or(set.readd_is_fresh);
        self.sizes_assumed(file, &mut set);
        self.flows_assumed(file, &mut set);
        self.times_assumed(file, &mut set);
        self.pauses_ordered(file, &set);
        set
    }

    fn sizes_assumed(&mut self, file: &AssumptionFields, set: &mut Assumptions) {
        let zero = Bytes(0);
        self.assumed(&file.key_bytes, "key_bytes", zero, RECORD_MAX, &mut set.key_bytes);
        self.assumed(&file.element_bytes, "element_bytes", zero, RECORD_MAX, &mut set.element_bytes);
        self.assumed(&file.record_bytes, "record_bytes", zero, RECORD_MAX, &mut set.record_bytes);
        let tombstone = &mut set.tombstone_bytes;
        self.assumed(&file.tombstone_bytes, "tombstone_bytes", zero, RECORD_MAX, tombstone);
        self.assumed(&file.wire_bytes, "wire_bytes", zero, RECORD_MAX, &mut set.wire_bytes);
        let chunk = &mut set.chunk_bytes;
        self.assumed(&file.chunk_bytes, "chunk_bytes", Bytes(1_000), Bytes(1_000_000_000), chunk);
        if file.backlog_bytes.is_given() {
            let mut bytes = zero;
            self.assumed(&file.backlog_bytes, "backlog_bytes", zero, TERABYTE, &mut bytes);
            set.backlog_bytes = Some(bytes);
        }
    }

    fn flows_assumed(&mut self, file: &AssumptionFields, set: &mut Assumptions) {
        let rate = &mut set.collection_rate;
        self.assumed(&file.collection_rate, "collection_rate", RATE_MIN, RATE_MAX, rate);
        self.assumed(&file.bandwidth, "bandwidth", RATE_MIN, RATE_MAX, &mut set.bandwidth);
        let (usable, backlog) = (&mut set.usable_share, &mut set.backlog_share);
        self.assumed(&file.usable_share, "usable_share", MILLIONTH, Ratio::ONE, usable);
        self.assumed(&file.backlog_share, "backlog_share", Ratio { ppm: 0 }, Ratio::ONE, backlog);
        self.assumed(&file.jitter, "jitter", Ratio::ONE, JITTER_MAX, &mut set.jitter);
        self.assumed(&file.delay_floor, "delay_floor", MILLIONTH, Ratio::ONE, &mut set.delay_floor);
    }

    fn times_assumed(&mut self, file: &AssumptionFields, set: &mut Assumptions) {
        let slice = &mut set.collection_slice;
        self.assumed(&file.collection_slice, "collection_slice", MILLISECOND, HOUR, slice);
        self.assumed(&file.report_every, "report_every", MILLISECOND, HOUR, &mut set.report_every);
        self.assumed(&file.send_buffer, "send_buffer", MILLISECOND, HOUR, &mut set.send_buffer);
        self.assumed(&file.retransmit, "retransmit", MILLISECOND, HOUR, &mut set.retransmit);
        self.assumed(&file.silence, "silence", MILLISECOND, DAY, &mut set.silence);
        let (least, most) = (&mut set.reconnect_min, &mut set.reconnect_max);
        self.assumed(&file.reconnect_min, "reconnect_min", MILLISECOND, DAY, least);
        self.assumed(&file.reconnect_max, "reconnect_max", MILLISECOND, DAY, most);
        let healthy = &mut set.healthy_within;
        self.assumed(&file.healthy_within, "healthy_within", MILLISECOND, DAY, healthy);
        let ingestion = &mut set.ingestion_delay;
        self.assumed(&file.ingestion_delay, "ingestion_delay", SimDuration::ZERO, DAY, ingestion);
    }

    fn pauses_ordered(&mut self, file: &AssumptionFields, set: &Assumptions) {
        let span = file.reconnect_max.span().or_else(|| file.reconnect_min.span());
        if let Some(span) = span
            && set.reconnect_min > set.reconnect_max
        {
            let range = format!("at least `reconnect_min`, {}", set.reconnect_min);
            self.out_of_range(span, "`reconnect_max`", &set.reconnect_max, &range);
        }
    }

    fn assumed<T: crate::scenario::schema::amount::Written + PartialOrd + Copy>(
        &mut self,
        field: &Field<Quantity<T>>,
        name: &str,
        least: T,
        most: T,
        set: &mut T,
    ) {
        if let Some(given) = field.given()
            && let Some(value) = self.within(given, &format!("`{name}`"), least, most)
        {
            *set = value;
        }
    }
}
