//! The assumptions in force: the defaults, and what the scenario sets.

use crate::assumption::range::{self, Range};
use crate::assumption::{
    Assumptions, BacklogSharing, Edition, FullSync, Hashing, Lww, Metadata, OomMode, XaddIds,
};
use crate::quantity::Bytes;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::Lowering;
use crate::scenario::schema::amount::Written;
use crate::scenario::schema::assumptions::AssumptionFields;
use crate::scenario::schema::leaf::Quantity;
use crate::scenario::span::Field;

/// Takes each of these quantities from the file into the set, if it is within its range.
macro_rules! take {
    ($lowering:ident, $file:ident, $set:ident: $($field:ident in $range:ident,)*) => {
        $(
            $lowering.assumed(
                &$file.$field,
                stringify!($field),
                range::$range,
                &mut $set.$field,
            );
        )*
    };
}

/// Takes each of these plain numbers, likewise.
macro_rules! numbers {
    ($lowering:ident, $file:ident, $set:ident: $($field:ident in $range:ident,)*) => {
        $(
            if let Some(given) = $file.$field.given() {
                let Range { least, most } = range::$range;
                let name = concat!("`", stringify!($field), "`");
                if let Some(number) = $lowering.between(given, name, least, most) {
                    $set.$field = number;
                }
            }
        )*
    };
}

impl Lowering<'_> {
    pub(super) fn assumptions(&mut self, field: &Field<AssumptionFields>) -> Assumptions {
        let mut set = Assumptions::default();
        let Some(file) = field.value() else {
            return set;
        };
        words_assumed(file, &mut set);
        self.sizes_assumed(file, &mut set);
        take! { self, file, set:
            collection_rate in COLLECTION_RATE,
            bandwidth in BANDWIDTH,
            usable_share in USABLE_SHARE,
            backlog_share in BACKLOG_SHARE,
            resume_share in RESUME_SHARE,
            jitter in JITTER,
            delay_floor in DELAY_FLOOR,
            delay_tail in DELAY_TAIL,
            local_delay in LOCAL_DELAY,
            collection_slice in COLLECTION_SLICE,
            report_every in REPORT_EVERY,
            send_buffer in SEND_BUFFER,
            retransmit in RETRANSMIT,
            silence in SILENCE,
            reconnect_min in RECONNECT_MIN,
            reconnect_max in RECONNECT_MAX,
            healthy_within in HEALTHY_WITHIN,
            ingestion_delay in INGESTION_DELAY,
            eviction_start in EVICTION_START,
            eviction_slice in EVICTION_SLICE,
            lru_resolution in LRU_RESOLUTION,
            oom_reserve in OOM_RESERVE,
        }
        self.operations_assumed(file, &mut set);
        self.numbers_assumed(file, &mut set);
        self.pauses_ordered(file, &set);
        self.stale_text_assumed(file, &mut set);
        set
    }

    fn sizes_assumed(&mut self, file: &AssumptionFields, set: &mut Assumptions) {
        take! { self, file, set:
            key_bytes in KEY_BYTES,
            element_bytes in ELEMENT_BYTES,
            record_bytes in RECORD_BYTES,
            tombstone_bytes in TOMBSTONE_BYTES,
            wire_bytes in WIRE_BYTES,
            item_bytes in ITEM_BYTES,
            report_bytes in REPORT_BYTES,
            signal_bytes in SIGNAL_BYTES,
            chunk_bytes in CHUNK_BYTES,
        }
        if file.backlog_bytes.is_given() {
            let mut bytes = Bytes(0);
            let range = range::BACKLOG_BYTES;
            self.assumed(&file.backlog_bytes, "backlog_bytes", range, &mut bytes);
            set.backlog_bytes = Some(bytes);
        }
    }

    fn operations_assumed(&mut self, file: &AssumptionFields, set: &mut Assumptions) {
        take! { self, file, set:
            creation in CREATION,
            joining in JOINING,
            force_linking in FORCE_LINKING,
            link_failure in LINK_FAILURE,
            unlink_visible in UNLINK_VISIBLE,
            deletion in DELETION,
            updating in UPDATING,
            flushing in FLUSHING,
            scaling in SCALING,
            scaling_rate in SCALING_RATE,
            settling in SETTLING,
        }
        let nodes = &mut set.nodes;
        take! { self, file, nodes:
            planned_failover in PLANNED_FAILOVER,
            unplanned_failover in UNPLANNED_FAILOVER,
            replica_lag in REPLICA_LAG,
            patching in PATCHING,
        }
    }

    fn numbers_assumed(&mut self, file: &AssumptionFields, set: &mut Assumptions) {
        numbers! { self, file, set:
            xadd_stride in XADD_STRIDE,
            collection_objects in COLLECTION_OBJECTS,
            eviction_samples in EVICTION_SAMPLES,
            eviction_keys in EVICTION_KEYS,
            lfu_log_factor in LFU_LOG_FACTOR,
            lfu_decay_minutes in LFU_DECAY_MINUTES,
            scaling_passes in SCALING_PASSES,
        }
    }

    fn pauses_ordered(&mut self, file: &AssumptionFields, set: &Assumptions) {
        let span = file
            .reconnect_max
            .span()
            .or_else(|| file.reconnect_min.span());
        if let Some(span) = span
            && set.reconnect_min > set.reconnect_max
        {
            let range = format!("at least `reconnect_min`, {}", set.reconnect_min);
            self.out_of_range(span, "`reconnect_max`", &set.reconnect_max, &range);
        }
    }

    fn stale_text_assumed(&mut self, file: &AssumptionFields, set: &mut Assumptions) {
        let Some(given) = file.stale_text.given() else {
            return;
        };
        let text = &given.value.0;
        let Range { least, most } = range::STALE_TEXT;
        let is_usable = (least..=most).contains(&text.chars().count())
            && !text.trim().is_empty()
            && !text.chars().any(char::is_control);
        if is_usable {
            set.stale_text.clone_from(text);
        } else {
            let message = "the `stale_text` cannot be used";
            self.report(
                Diagnostic::new(Code::BadName, given.span, message)
                    .label(format!("expected {least} to {most} printable characters")),
            );
        }
    }

    fn assumed<T: Written + PartialOrd + Copy>(
        &mut self,
        field: &Field<Quantity<T>>,
        name: &str,
        range: Range<T>,
        set: &mut T,
    ) {
        if let Some(given) = field.given()
            && let Some(value) = self.within(given, &format!("`{name}`"), range.least, range.most)
        {
            *set = value;
        }
    }
}

/// What is one of several words.
fn words_assumed(file: &AssumptionFields, set: &mut Assumptions) {
    set.metadata = file.metadata.value().map_or(set.metadata, Metadata::from);
    set.lww = file.lww.value().map_or(set.lww, Lww::from);
    set.backlog_sharing = file
        .backlog_sharing
        .value()
        .map_or(set.backlog_sharing, BacklogSharing::from);
    set.full_sync = file.full_sync.value().map_or(set.full_sync, FullSync::from);
    set.readd_is_fresh = file
        .readd_is_fresh
        .value()
        .copied()
        .unwrap_or(set.readd_is_fresh);
    set.lset_keeps_all = file
        .lset_keeps_all
        .value()
        .copied()
        .unwrap_or(set.lset_keeps_all);
    set.xadd_ids = file.xadd_ids.value().map_or(set.xadd_ids, XaddIds::from);
    set.causal_consistency = file
        .causal_consistency
        .value()
        .copied()
        .unwrap_or(set.causal_consistency);
    set.hashing = file.hashing.value().map_or(set.hashing, Hashing::from);
    set.edition = file.edition.value().map_or(set.edition, Edition::from);
    set.oom = file.oom.value().map_or(set.oom, OomMode::from);
    set.oom_unlatch = file.oom_unlatch.value().copied().unwrap_or(set.oom_unlatch);
    let strangers_link = file.strangers_link.value().copied();
    set.strangers_link = strangers_link.unwrap_or(set.strangers_link);
    set.mirror = file.mirror.value().copied().unwrap_or(set.mirror);
}
