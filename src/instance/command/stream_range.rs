//! Entries of a stream looked at.

use std::ops::Bound;

use crate::crdt::stream::{Entry, Stream};
use crate::crdt::stream_id::{EntryId, EntryKey};
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::stream_id;

/// An entry as clients read it: its id, and names and values.
pub(super) fn shown(id: EntryId, entry: Option<&Entry>) -> Reply {
    let fields = entry.map_or(Reply::Nil, |entry| {
        Reply::bulks(entry.fields.iter().map(|word| word.to_vec()))
    });
    Reply::Array(vec![id_reply(id), fields])
}

pub(super) fn id_reply(id: EntryId) -> Reply {
    Reply::Bulk(id.to_string().into_bytes())
}

/// The entries with ids from one to another.
pub(super) fn between(
    stream: &Stream,
    from: EntryId,
    upto: EntryId,
) -> impl DoubleEndedIterator<Item = (&EntryKey, &Entry)> {
    let start = Bound::Included(EntryKey::first_of(from));
    // Nothing lies between the ends of an interval that ends before it starts.
    let end = match stream_id::past(upto.max(from)) {
        Some(past) if from <= upto => Bound::Excluded(past),
        Some(_) => Bound::Excluded(EntryKey::first_of(from)),
        None => Bound::Unbounded,
    };
    stream.range((start, end))
}

pub(super) fn xlen(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let len = call.in_stream(call.word(1), Stream::len)?;
    Ok(Reply::count(len.unwrap_or(0)))
}

pub(super) fn xrange(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    range(call, false)
}

pub(super) fn xrevrange(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    range(call, true)
}

fn range(call: &Call<'_>, is_reverse: bool) -> Result<Reply, CommandError> {
    let (first, last) = if is_reverse { (3, 2) } else { (2, 3) };
    let from = stream_id::from(call.word(first))?;
    let upto = stream_id::upto(call.word(last))?;
    let mut count = None;
    let mut words = &call.words[4..];
    while let [name, value, rest @ ..] = words
        && name.eq_ignore_ascii_case(b"count")
    {
        let value = number::integer(value).ok_or(CommandError::NOT_INTEGER)?;
        count = Some(usize::try_from(value).unwrap_or(0));
        words = rest;
    }
    if !words.is_empty() {
        return Err(CommandError::SYNTAX);
    }
    let found = call.in_stream(call.word(1), |stream| {
        let entries = between(stream, from, upto);
        let show = |(key, entry): (&EntryKey, &Entry)| shown(key.id, Some(entry));
        let most = count.unwrap_or(usize::MAX);
        let entries: Vec<Reply> = if is_reverse {
            entries.rev().take(most).map(show).collect()
        } else {
            entries.take(most).map(show).collect()
        };
        entries
    })?;
    Ok(match found {
        None => Reply::Array(Vec::new()),
        Some(_) if count == Some(0) => Reply::Nil,
        Some(entries) => Reply::Array(entries),
    })
}
