//! `XREAD` and `XREADGROUP`.
//!
//! `XREAD` goes by ids alone: what arrives late with a smaller one it never returns (`X-7`).
//! `XREADGROUP` with `>` goes by the position in each region's tree, and skips nothing (`X-8`).
//! What is not there while a command runs does not come either, so `BLOCK` is a timeout.

use std::collections::BTreeSet;

use crate::crdt::consumer_group::{Group, Pending};
use crate::crdt::stream::Stream;
use crate::crdt::stream_id::{EntryId, EntryKey};
use crate::crdt::value::Name;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::stream_group::{no_key_or_group, see};
use crate::instance::command::stream_info;
use crate::instance::command::stream_range::{between, shown};
use crate::instance::command::{is_word, stream_id};

/// Where one stream is read from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// Behind this id.
    After(EntryId),
    /// `+`: the last entry alone.
    Last,
    /// `>`: what the group has not delivered here.
    Undelivered,
}

/// The words of a call.
struct Request<'a> {
    group: Option<(&'a [u8], &'a [u8])>,
    /// At most so many entries of each stream.
    count: usize,
    acknowledges: bool,
    keys: &'a [Vec<u8>],
    ids: &'a [Vec<u8>],
}

fn request<'a>(call: &Call<'a>, is_group: bool) -> Result<Request<'a>, CommandError> {
    let mut request = Request {
        group: None,
        count: usize::MAX,
        acknowledges: false,
        keys: &[],
        ids: &[],
    };
    let mut words = &call.words[1..];
    loop {
        words = match words {
            [name, timeout, rest @ ..] if is_word(name, "block") => {
                let timeout = number::integer(timeout);
                let message = "ERR timeout is not an integer or out of range";
                if timeout.ok_or(CommandError::Text(message))? < 0 {
                    return Err(CommandError::Text("ERR timeout is negative"));
                }
                rest
            }
            [name, count, rest @ ..] if is_word(name, "count") => {
                let count = number::integer(count).ok_or(CommandError::NOT_INTEGER)?;
                let count = usize::try_from(count).unwrap_or(0);
                request.count = if count == 0 { usize::MAX } else { count };
                rest
            }
            [name, group, consumer, rest @ ..] if is_word(name, "group") => {
                if !is_group {
                    return Err(CommandError::Text(
                        "ERR The GROUP option is only supported by XREADGROUP. You called XREAD \
                         instead.",
                    ));
                }
                request.group = Some((group, consumer));
                rest
            }
            [name, rest @ ..] if is_word(name, "noack") => {
                if !is_group {
                    return Err(CommandError::Text(
                        "ERR The NOACK option is only supported by XREADGROUP. You called XREAD \
                         instead.",
                    ));
                }
                request.acknowledges = true;
                rest
            }
            [name, rest @ ..] if is_word(name, "streams") && !rest.is_empty() => {
                if !rest.len().is_multiple_of(2) {
                    return Err(CommandError::Unbalanced {
                        command: call.command.name,
                        symbol: if is_group { '>' } else { '$' },
                    });
                }
                (request.keys, request.ids) = rest.split_at(rest.len() / 2);
                break;
            }
            _ => return Err(CommandError::SYNTAX),
        };
    }
    if is_group && request.group.is_none() {
        return Err(CommandError::Text(
            "ERR Missing GROUP option for XREADGROUP",
        ));
    }
    Ok(request)
}

pub(super) fn xread(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let request = request(call, false)?;
    let mut places = Vec::new();
    for (key, word) in request.keys.iter().zip(request.ids) {
        let last = call.in_stream(key, Stream::last_id)?.unwrap_or_default();
        places.push(match word.as_slice() {
            b"$" => From::After(last),
            b"+" => From::Last,
            b">" => {
                return Err(CommandError::Text(
                    "ERR The > ID can be specified only when calling XREADGROUP using the GROUP \
                     <group> <consumer> option.",
                ));
            }
            word => From::After(stream_id::parse(word, 0)?),
        });
    }
    let mut streams = Vec::new();
    for (key, from) in request.keys.iter().zip(places) {
        let found = call.in_stream(key, |stream| read(stream, from, request.count))?;
        let entries = found.unwrap_or_default();
        if !entries.is_empty() {
            streams.push(of_stream(key, entries));
        }
    }
    Ok(or_nil(streams))
}

fn of_stream(key: &[u8], entries: Vec<Reply>) -> Reply {
    Reply::Array(vec![Reply::Bulk(key.to_vec()), Reply::Array(entries)])
}

/// Nothing to read is nothing within the timeout.
fn or_nil(streams: Vec<Reply>) -> Reply {
    if streams.is_empty() {
        Reply::Nil
    } else {
        Reply::Array(streams)
    }
}

fn read(stream: &Stream, from: From, count: usize) -> Vec<Reply> {
    let after = match from {
        From::After(id) => id.next(),
        _ => stream.entries().next_back().map(|(key, _)| key.id),
    };
    let Some(after) = after else {
        return Vec::new();
    };
    let entries = between(stream, after, EntryId::MAX).take(count);
    entries
        .map(|(key, entry)| shown(key.id, Some(entry)))
        .collect()
}

pub(super) fn xreadgroup(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let request = request(call, true)?;
    let (group, consumer) = request.group.unwrap_or_default();
    let mut places = Vec::new();
    for (key, word) in request.keys.iter().zip(request.ids) {
        call.bury_expired(key);
        let known = call.in_stream(key, |stream| stream.group(group).is_some())?;
        if known != Some(true) {
            let place = " in XREADGROUP with GROUP option";
            return Err(no_key_or_group(key, group, place));
        }
        places.push(match word.as_slice() {
            b">" => From::Undelivered,
            b"$" => {
                return Err(CommandError::Text(
                    "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read \
                     the history of this consumer by specifying a proper ID, or use the > ID to \
                     get new messages. The $ ID would just return an empty result set.",
                ));
            }
            word => From::After(stream_id::parse(word, 0)?),
        });
    }
    let mut streams = Vec::new();
    for (key, from) in request.keys.iter().zip(places) {
        let entries = match from {
            From::After(after) => {
                Some(history(call, key, (group, consumer), after, request.count)?)
            }
            _ => deliver(call, key, (group, consumer), &request)?,
        };
        streams.extend(entries.map(|entries| of_stream(key, entries)));
    }
    Ok(or_nil(streams))
}

/// What the group has not delivered here yet: up to so many entries, in the order of their ids.
fn undelivered(stream: &Stream, group: &Group, count: usize) -> Vec<EntryKey> {
    let progress = group.progress();
    let keys = between(stream, progress.least(), EntryId::MAX).map(|(key, _)| key);
    let new = keys.filter(|key| !progress.covers(key));
    new.take(count).copied().collect()
}

/// Delivers new entries to a consumer; none if there are none.
fn deliver(
    call: &mut Call<'_>,
    key: &[u8],
    (group, consumer): (&[u8], &[u8]),
    request: &Request<'_>,
) -> Result<Option<Vec<Reply>>, CommandError> {
    let now_ms = call.now_ms;
    let found = call.in_stream(key, |stream| {
        let known = stream.group(group)?;
        let new = undelivered(stream, known, request.count);
        let entries = new.iter().map(|key| shown(key.id, stream.entry(key)));
        let read = stream_info::read_after(stream, known, &new);
        Some((new.clone(), entries.collect::<Vec<Reply>>(), read))
    })?;
    let Some((new, entries, read)) = found.flatten() else {
        return Ok(None);
    };
    let name: Name = consumer.into();
    call.attend(key, group, |own| {
        see(own, consumer, now_ms);
        if new.is_empty() {
            return;
        }
        own.entries_read = read;
        if let Some(consumer) = own.consumers.get_mut(&name) {
            consumer.active_ms = Some(now_ms);
        }
        for key in &new {
            own.progress.raise(key.tree(), key.id);
            own.skipped.remove(key);
            if !request.acknowledges {
                let pending = Pending {
                    consumer: name.clone(),
                    delivered_ms: now_ms,
                    deliveries: 1,
                };
                own.pending.insert(*key, pending);
            }
        }
    });
    Ok((!entries.is_empty()).then_some(entries))
}

/// What a consumer got and has not acknowledged, over all trees in the order of ids (`G-8`);
/// delivers it once more. An entry that is gone meanwhile comes without fields.
fn history(
    call: &mut Call<'_>,
    key: &[u8],
    (group, consumer): (&[u8], &[u8]),
    after: EntryId,
    count: usize,
) -> Result<Vec<Reply>, CommandError> {
    let now_ms = call.now_ms;
    let found = call.in_stream(key, |stream| {
        let own = stream.group(group)?.own()?;
        let from = stream_id::past(after)?;
        let pending = own.pending.range(from..);
        let own = pending.filter(|(_, pending)| *pending.consumer == *consumer);
        let keys: Vec<EntryKey> = own.take(count).map(|(key, _)| *key).collect();
        let entries = keys.iter().map(|key| shown(key.id, stream.entry(key)));
        let standing = keys.iter().filter(|key| stream.entry(key).is_some());
        let standing: BTreeSet<EntryKey> = standing.copied().collect();
        Some((standing, entries.collect::<Vec<Reply>>()))
    })?;
    let (standing, entries) = found.flatten().unwrap_or_default();
    call.attend(key, group, |own| {
        see(own, consumer, now_ms);
        for key in &standing {
            if let Some(pending) = own.pending.get_mut(key) {
                pending.delivered_ms = now_ms;
                pending.deliveries += 1;
            }
        }
    });
    Ok(entries)
}
