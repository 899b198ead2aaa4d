//! `XPENDING`: what is delivered here and not acknowledged.

use std::collections::BTreeMap;

use crate::crdt::consumer_group::{Attendance, Pending};
use crate::crdt::stream_id::{EntryId, EntryKey};
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::stream_group::{in_group, no_key_or_group};
use crate::instance::command::stream_range::id_reply;
use crate::instance::command::{is_word, stream_id};

/// So many words Redis takes behind the group, what the last ones say or not.
const WORDS_MAX: usize = 6;

/// What the longer form asks for.
struct Wanted<'a> {
    least_idle_ms: u64,
    from: EntryId,
    upto: EntryId,
    count: usize,
    consumer: Option<&'a [u8]>,
}

impl<'a> Wanted<'a> {
    fn parse(words: &'a [Vec<u8>]) -> Result<Self, CommandError> {
        if words.len() > WORDS_MAX {
            return Err(CommandError::SYNTAX);
        }
        let (idle, words) = match words {
            [name, idle, rest @ ..] if is_word(name, "idle") => {
                let idle = number::integer(idle).ok_or(CommandError::NOT_INTEGER)?;
                (idle, rest)
            }
            _ => (0, words),
        };
        let [start, end, count, rest @ ..] = words else {
            return Err(CommandError::SYNTAX);
        };
        let consumer = rest.first().map(Vec::as_slice);
        let count = number::integer(count).ok_or(CommandError::NOT_INTEGER)?;
        Ok(Self {
            least_idle_ms: u64::try_from(idle).unwrap_or(0),
            from: stream_id::from(start)?,
            upto: stream_id::upto(end)?,
            count: usize::try_from(count).unwrap_or(0),
            consumer,
        })
    }

    fn has(&self, key: &EntryKey, pending: &Pending, now_ms: u64) -> bool {
        (self.from..=self.upto).contains(&key.id)
            && self.consumer.is_none_or(|name| *name == *pending.consumer)
            && now_ms.saturating_sub(pending.delivered_ms) >= self.least_idle_ms
    }

    fn rows(&self, own: &Attendance, now_ms: u64) -> Reply {
        let pending = own.pending.iter();
        let wanted = pending.filter(|(key, pending)| self.has(key, pending, now_ms));
        let rows = wanted.take(self.count).map(|(key, pending)| {
            Reply::Array(vec![
                id_reply(key.id),
                Reply::Bulk(pending.consumer.to_vec()),
                Reply::count(now_ms.saturating_sub(pending.delivered_ms)),
                Reply::count(pending.deliveries),
            ])
        });
        Reply::Array(rows.collect())
    }
}

pub(super) fn xpending(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, group) = (call.word(1), call.word(2));
    let wanted = match &call.words[3..] {
        [] => None,
        words => Some(Wanted::parse(words)?),
    };
    let now_ms = call.now_ms;
    let missing = || no_key_or_group(key, group, "");
    in_group(call, key, group, missing, |_, group| {
        let none = Attendance::default();
        let own = group.own().unwrap_or(&none);
        match wanted {
            Some(wanted) => wanted.rows(own, now_ms),
            None => summary(own),
        }
    })
}

fn summary(own: &Attendance) -> Reply {
    let ends = own
        .pending
        .first_key_value()
        .zip(own.pending.last_key_value());
    let Some(((first, _), (last, _))) = ends else {
        return Reply::Array(vec![Reply::Integer(0), Reply::Nil, Reply::Nil, Reply::Nil]);
    };
    let mut counts: BTreeMap<&[u8], u64> = BTreeMap::new();
    for pending in own.pending.values() {
        *counts.entry(&pending.consumer).or_default() += 1;
    }
    let counts = counts.into_iter();
    let rows = counts.map(|(name, count)| Reply::bulks([name.to_vec(), count.to_string().into()]));
    Reply::Array(vec![
        Reply::count(own.pending.len()),
        id_reply(first.id),
        id_reply(last.id),
        Reply::Array(rows.collect()),
    ])
}
