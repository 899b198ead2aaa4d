//! `XINFO`: streams, groups and consumers described.
//!
//! Source: Redis source, src/t_stream.c, for how far a group has read and lags behind; with entries
//! of several regions the lag is counted instead, and what was read is known only where it was
//! given.

use crate::crdt::consumer_group::{Attendance, Group};
use crate::crdt::stream::Stream;
use crate::crdt::stream_id::{EntryId, EntryKey};
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::is_word;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::stream_group::{in_group, no_group_of, wrong_subcommand};
use crate::instance::command::stream_range::{id_reply, shown};

/// So many entries share a node of a tree. Source: redis.conf, `stream-node-max-entries`.
const NODE_ENTRIES: u64 = 100;
/// Source: Redis docs, commands/xinfo-stream.md: the default `COUNT` of `FULL`.
const FULL_COUNT: usize = 10;

fn label(name: &str) -> Reply {
    Reply::Bulk(name.as_bytes().to_vec())
}

/// Names and what goes with them.
fn table<const N: usize>(rows: [(&str, Reply); N]) -> Vec<Reply> {
    let rows = rows.into_iter();
    rows.flat_map(|(name, reply)| [label(name), reply])
        .collect()
}

fn or_nil(number: Option<u64>) -> Reply {
    number.map_or(Reply::Nil, Reply::count)
}

fn first_id(stream: &Stream) -> EntryId {
    let first = stream.entries().next();
    first.map(|(key, _)| key.id).unwrap_or_default()
}

/// Whether an entry from `id` on may have been deleted.
fn has_holes_from(stream: &Stream, id: EntryId) -> bool {
    let deleted = stream.max_deleted();
    !stream.is_empty() && deleted != EntryId::ZERO && id <= deleted
}

/// How many entries were ever added up to `id`, where that can be told.
fn count_to(stream: &Stream, id: EntryId) -> Option<u64> {
    let (added, first, deleted) = (stream.added(), first_id(stream), stream.max_deleted());
    if added == 0 {
        return Some(0);
    }
    if stream.is_empty() && id <= stream.last_id() {
        return Some(added);
    }
    if id != EntryId::ZERO && id < deleted {
        return None;
    }
    if id >= stream.last_id() {
        return (id == stream.last_id()).then_some(added);
    }
    if deleted == EntryId::ZERO || deleted < first {
        let before = added - stream.len();
        if id < first {
            return Some(before);
        }
        if id == first {
            return Some(before + 1);
        }
    }
    None
}

/// What a group has read once these entries are delivered, too.
pub(super) fn read_after(stream: &Stream, group: &Group, delivered: &[EntryKey]) -> Option<u64> {
    let mut read = group.own().and_then(|own| own.entries_read);
    if stream.trees() > 1 {
        return read.map(|read| read + delivered.len() as u64);
    }
    let before = group.progress().greatest();
    for key in delivered.iter().filter(|key| key.id > before) {
        read = match read {
            Some(read) if !has_holes_from(stream, key.id) => Some(read + 1),
            read if stream.added() == 0 => read,
            _ => count_to(stream, key.id),
        };
    }
    read
}

/// How many entries a group has yet to read, where that can be told.
fn lag(stream: &Stream, group: &Group) -> Option<u64> {
    let progress = group.progress();
    if stream.trees() > 1 {
        let keys = stream.entries().map(|(key, _)| key);
        return Some(keys.filter(|key| !progress.covers(key)).count() as u64);
    }
    if stream.added() == 0 {
        return Some(0);
    }
    let last = progress.greatest();
    let known = group.own().and_then(|own| own.entries_read);
    let known = known.filter(|_| !has_holes_from(stream, last));
    let read = known.or_else(|| count_to(stream, last))?;
    Some(stream.added().saturating_sub(read))
}

pub(super) fn groups(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let rows = call.in_stream(call.word(2), |stream| {
        let each = stream.groups().map(|(name, group)| {
            let own = group.own();
            Reply::Array(table([
                ("name", Reply::Bulk(name.to_vec())),
                (
                    "consumers",
                    Reply::count(own.map_or(0, |own| own.consumers.len())),
                ),
                (
                    "pending",
                    Reply::count(own.map_or(0, |own| own.pending.len())),
                ),
                ("last-delivered-id", id_reply(group.progress().greatest())),
                ("entries-read", or_nil(own.and_then(|own| own.entries_read))),
                ("lag", or_nil(lag(stream, group))),
            ]))
        });
        each.collect()
    })?;
    rows.map(Reply::Array).ok_or(CommandError::NO_SUCH_KEY)
}

fn pending_of(own: &Attendance, consumer: &[u8]) -> usize {
    let pending = own.pending.values();
    pending.filter(|one| *one.consumer == *consumer).count()
}

pub(super) fn consumers(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, group) = (call.word(2), call.word(3));
    let now_ms = call.now_ms;
    if call.in_stream(key, |_| ())?.is_none() {
        return Err(CommandError::NO_SUCH_KEY);
    }
    let missing = || no_group_of(group, key);
    in_group(call, key, group, missing, |_, group| {
        let none = Attendance::default();
        let own = group.own().unwrap_or(&none);
        let since = |at_ms: u64| now_ms.saturating_sub(at_ms);
        let rows = own.consumers.iter().map(|(name, consumer)| {
            let inactive = consumer
                .active_ms
                .map_or(Reply::Integer(-1), |at_ms| Reply::count(since(at_ms)));
            Reply::Array(table([
                ("name", Reply::Bulk(name.to_vec())),
                ("pending", Reply::count(pending_of(own, name))),
                ("idle", Reply::count(since(consumer.seen_ms))),
                ("inactive", inactive),
            ]))
        });
        Reply::Array(rows.collect())
    })
}

/// What both forms of `XINFO STREAM` begin with. Trees and their nodes are told as if each node
/// were full: how Redis lays them out is not modelled.
fn summary(stream: &Stream) -> Vec<Reply> {
    let nodes = stream.len().div_ceil(NODE_ENTRIES);
    table([
        ("length", Reply::count(stream.len())),
        ("radix-tree-keys", Reply::count(nodes)),
        ("radix-tree-nodes", Reply::count(nodes + 1)),
        ("last-generated-id", id_reply(stream.last_id())),
        ("max-deleted-entry-id", id_reply(stream.max_deleted())),
        ("entries-added", Reply::count(stream.added())),
        ("recorded-first-entry-id", id_reply(first_id(stream))),
    ])
}

pub(super) fn stream(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let count = match &call.words[3..] {
        [] => None,
        [full] if is_word(full, "full") => Some(FULL_COUNT),
        [full, name, count] if is_word(full, "full") && is_word(name, "count") => {
            let count = number::integer(count).ok_or(CommandError::NOT_INTEGER)?;
            Some(usize::try_from(count).unwrap_or(FULL_COUNT))
        }
        _ => return Err(wrong_subcommand(call, "XINFO")),
    };
    let told = call.in_stream(call.word(2), |stream| {
        let mut told = summary(stream);
        match count {
            None => told.extend(ends(stream)),
            Some(0) => told.extend(full(stream, usize::MAX)),
            Some(count) => told.extend(full(stream, count)),
        }
        Reply::Array(told)
    })?;
    told.ok_or(CommandError::NO_SUCH_KEY)
}

fn ends(stream: &Stream) -> Vec<Reply> {
    let mut entries = stream.entries();
    let first = entries.next();
    let last = entries.next_back().or(first);
    let [first, last] =
        [first, last].map(|end| end.map_or(Reply::Nil, |(key, entry)| shown(key.id, Some(entry))));
    table([
        ("groups", Reply::count(stream.groups().count())),
        ("first-entry", first),
        ("last-entry", last),
    ])
}

fn full(stream: &Stream, count: usize) -> Vec<Reply> {
    let entries = stream.entries().take(count);
    let entries = entries.map(|(key, entry)| shown(key.id, Some(entry)));
    let groups = stream.groups().map(|(name, group)| {
        let none = Attendance::default();
        let own = group.own().unwrap_or(&none);
        let pending = own.pending.iter().take(count).map(|(key, pending)| {
            Reply::Array(vec![
                id_reply(key.id),
                Reply::Bulk(pending.consumer.to_vec()),
                Reply::count(pending.delivered_ms),
                Reply::count(pending.deliveries),
            ])
        });
        Reply::Array(table([
            ("name", Reply::Bulk(name.to_vec())),
            ("last-delivered-id", id_reply(group.progress().greatest())),
            ("entries-read", or_nil(own.entries_read)),
            ("lag", or_nil(lag(stream, group))),
            ("pel-count", Reply::count(own.pending.len())),
            ("pending", Reply::Array(pending.collect())),
            ("consumers", Reply::Array(full_consumers(own, count))),
        ]))
    });
    table([
        ("entries", Reply::Array(entries.collect())),
        ("groups", Reply::Array(groups.collect())),
    ])
}

fn full_consumers(own: &Attendance, count: usize) -> Vec<Reply> {
    let rows = own.consumers.iter().map(|(name, consumer)| {
        let pending = own.pending.iter();
        let pending = pending.filter(|(_, one)| one.consumer == *name).take(count);
        let pending = pending.map(|(key, pending)| {
            Reply::Array(vec![
                id_reply(key.id),
                Reply::count(pending.delivered_ms),
                Reply::count(pending.deliveries),
            ])
        });
        let active = consumer.active_ms.map_or(Reply::Integer(-1), Reply::count);
        Reply::Array(table([
            ("name", Reply::Bulk(name.to_vec())),
            ("seen-time", Reply::count(consumer.seen_ms)),
            ("active-time", active),
            ("pel-count", Reply::count(pending_of(own, name))),
            ("pel", Reply::Array(pending.collect())),
        ]))
    });
    rows.collect()
}
