//! Consumer groups made, moved and ended, and entries acknowledged (`G-1` to `G-6`).

use crate::crdt::consumer_group::{Attendance, Consumer, Group};
use crate::crdt::stream::Stream;
use crate::crdt::stream_id::{EntryId, EntryKey, Progress};
use crate::crdt::stream_op::StreamOp;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::stream_id;

const KEY_NEEDED: CommandError = CommandError::Text(
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to \
     use the MKSTREAM option to create an empty stream automatically.",
);

fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

/// Words that go with no form of a subcommand.
pub(super) fn wrong_subcommand(call: &Call<'_>, container: &'static str) -> CommandError {
    let name = text(call.word(1));
    CommandError::Subcommand { name, container }
}

/// `XGROUP`'s and `XINFO`'s words for a group that is not there.
pub(super) fn no_group_of(group: &[u8], key: &[u8]) -> CommandError {
    CommandError::NoGroup(format!(
        "No such consumer group '{}' for key name '{}'",
        text(group),
        text(key)
    ))
}

/// Other commands' words for a key or group that is not there; `place` says where.
pub(super) fn no_key_or_group(key: &[u8], group: &[u8], place: &str) -> CommandError {
    CommandError::NoGroup(format!(
        "No such key '{}' or consumer group '{}'{place}",
        text(key),
        text(group)
    ))
}

/// What `look` finds in a group; `missing` without it.
pub(super) fn in_group<T>(
    call: &Call<'_>,
    key: &[u8],
    group: &[u8],
    missing: impl Fn() -> CommandError,
    look: impl FnOnce(&Stream, &Group) -> T,
) -> Result<T, CommandError> {
    let found = call.in_stream(key, |stream| {
        stream.group(group).map(|known| look(stream, known))
    })?;
    found.flatten().ok_or_else(missing)
}

/// Notes that a consumer tried something, and makes it if it is new. Says whether it was.
pub(super) fn see(own: &mut Attendance, consumer: &[u8], now_ms: u64) -> bool {
    let is_new = !own.consumers.contains_key(consumer);
    let active_ms = None;
    let seen_ms = now_ms;
    let consumer = own
        .consumers
        .entry(consumer.into())
        .or_insert(Consumer { seen_ms, active_ms });
    consumer.seen_ms = now_ms;
    is_new
}

/// `MKSTREAM` and `ENTRIESREAD`.
struct Options {
    makes_stream: bool,
    entries_read: Option<u64>,
}

fn options(call: &Call<'_>, is_create: bool) -> Result<Options, CommandError> {
    let mut words = &call.words[5..];
    let mut options = Options {
        makes_stream: false,
        entries_read: None,
    };
    while let [name, rest @ ..] = words {
        words = match (name.to_ascii_lowercase().as_slice(), rest) {
            (b"mkstream", rest) if is_create => {
                options.makes_stream = true;
                rest
            }
            (b"entriesread", [count, rest @ ..]) => {
                let count = number::integer(count).ok_or(CommandError::NOT_INTEGER)?;
                let message = "ERR value for ENTRIESREAD must be positive or -1";
                options.entries_read = match count {
                    -1 => None,
                    _ => Some(u64::try_from(count).map_err(|_| CommandError::Text(message))?),
                };
                rest
            }
            _ => return Err(wrong_subcommand(call, "XGROUP")),
        };
    }
    Ok(options)
}

/// Where `$` or an id leads: behind all that every tree holds here, or to one id in all of them.
fn start(word: &[u8], tops: Progress) -> Result<Progress, CommandError> {
    if word == b"$" {
        return Ok(tops);
    }
    Ok(Progress::all(stream_id::parse(word, 0)?))
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, group) = (call.word(2), call.word(3));
    let options = options(call, true)?;
    call.bury_expired(key);
    let known = call.in_stream(key, |stream| (stream.tops(), stream.group(group).is_some()))?;
    if known.is_none() && !options.makes_stream {
        return Err(KEY_NEEDED);
    }
    let (tops, is_known) = known.unwrap_or_default();
    let start = start(call.word(4), tops)?;
    if is_known {
        return Err(CommandError::Text(
            "BUSYGROUP Consumer Group name already exists",
        ));
    }
    let op = StreamOp::Create {
        group: group.into(),
        start,
    };
    call.update_stream(key, [op]);
    if options.entries_read.is_some() {
        call.attend(key, group, |own| own.entries_read = options.entries_read);
    }
    Ok(Reply::OK)
}

pub(super) fn destroy(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, group) = (call.word(2), call.word(3));
    call.bury_expired(key);
    let known = call.in_stream(key, |stream| stream.group(group).is_some())?;
    let is_known = known.ok_or(KEY_NEEDED)?;
    if is_known {
        call.update_stream(key, [StreamOp::Destroy(group.into())]);
    }
    Ok(Reply::flag(is_known))
}

/// Checks that key and group are there.
fn check(call: &Call<'_>, key: &[u8], group: &[u8]) -> Result<(), CommandError> {
    let known = call.in_stream(key, |stream| stream.group(group).is_some())?;
    match known {
        None => Err(KEY_NEEDED),
        Some(false) => Err(no_group_of(group, key)),
        Some(true) => Ok(()),
    }
}

pub(super) fn setid(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, group) = (call.word(2), call.word(3));
    let options = options(call, false)?;
    call.bury_expired(key);
    check(call, key, group)?;
    let word = call.word(4);
    let moved = call.in_stream(key, |stream| {
        let target = start(word, stream.tops())?;
        let before = stream.group(group).map_or(Progress::NONE, Group::progress);
        Ok((target, passed_over(stream, &before, &target)))
    })?;
    let (target, passed) = moved.transpose()?.unwrap_or_default();
    call.attend(key, group, |own| {
        own.progress = target;
        own.entries_read = options.entries_read;
        own.skipped.extend(&passed);
    });
    Ok(Reply::OK)
}

/// What lies between two positions: nobody here gets it any more, and nobody has acknowledged it.
pub(super) fn passed_over(stream: &Stream, before: &Progress, after: &Progress) -> Vec<EntryKey> {
    let keys = stream.entries().map(|(key, _)| key);
    let passed = keys.filter(|key| !before.covers(key) && after.covers(key));
    passed.copied().collect()
}

pub(super) fn createconsumer(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, group, consumer) = (call.word(2), call.word(3), call.word(4));
    call.bury_expired(key);
    check(call, key, group)?;
    let is_known = is_consumer(call, key, group, consumer)?;
    let now_ms = call.now_ms;
    if !is_known {
        call.attend(key, group, |own| {
            see(own, consumer, now_ms);
        });
    }
    Ok(Reply::flag(!is_known))
}

fn is_consumer(
    call: &Call<'_>,
    key: &[u8],
    group: &[u8],
    consumer: &[u8],
) -> Result<bool, CommandError> {
    let known = |own: &Attendance| own.consumers.contains_key(consumer);
    let found = call.in_stream(key, |stream| stream.group(group)?.own().map(known))?;
    Ok(found.flatten().unwrap_or(false))
}

pub(super) fn delconsumer(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, group, consumer) = (call.word(2), call.word(3), call.word(4));
    call.bury_expired(key);
    check(call, key, group)?;
    let mut dropped = 0;
    if is_consumer(call, key, group, consumer)? {
        call.attend(key, group, |own| {
            let before = own.pending.len();
            own.consumers.remove(consumer);
            for (key, pending) in &own.pending {
                if *pending.consumer == *consumer {
                    own.skipped.insert(*key);
                }
            }
            own.pending
                .retain(|_, pending| *pending.consumer != *consumer);
            dropped = before - own.pending.len();
        });
    }
    Ok(Reply::count(dropped))
}

pub(super) fn xack(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, group) = (call.word(1), call.word(2));
    call.bury_expired(key);
    let known = call.in_stream(key, |stream| stream.group(group).is_some())?;
    if known != Some(true) {
        return Ok(Reply::Integer(0));
    }
    let ids: Result<Vec<EntryId>, CommandError> = call.words[3..]
        .iter()
        .map(|word| stream_id::parse(word, 0))
        .collect();
    let ids = ids?;
    let pending = call.in_stream(key, |stream| {
        let own = stream.group(group)?.own()?;
        let keys = ids.iter().flat_map(|id| own.pending_of(*id));
        Some(keys.collect::<std::collections::BTreeSet<EntryKey>>())
    })?;
    let acknowledged: Vec<EntryKey> = pending.flatten().into_iter().flatten().collect();
    if acknowledged.is_empty() {
        return Ok(Reply::Integer(0));
    }
    call.attend(key, group, |own| {
        for key in &acknowledged {
            own.pending.remove(key);
        }
    });
    let upto = call.in_stream(key, |stream| {
        stream.gap_free(stream.group(group)?, &acknowledged)
    })?;
    let told = upto.flatten().map(|upto| StreamOp::Acknowledge {
        group: group.into(),
        upto,
    });
    call.update_stream(key, told);
    Ok(Reply::count(acknowledged.len()))
}
