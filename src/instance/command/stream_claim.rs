//! Pending entries given to another consumer of the same region: `XCLAIM`, `XAUTOCLAIM`.

use crate::crdt::consumer_group::{Attendance, Pending};
use crate::crdt::stream::Stream;
use crate::crdt::stream_id::{EntryId, EntryKey, Progress};
use crate::crdt::value::Name;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::stream_group::{in_group, no_key_or_group, passed_over, see};
use crate::instance::command::stream_range::{id_reply, shown};
use crate::instance::command::{is_word, stream_id};

/// So many pending entries `XAUTOCLAIM` looks at for each it may return.
///
/// Source: Redis docs, commands/xautoclaim.md.
const LOOKS_PER_ENTRY: usize = 10;
/// Source: Redis docs, commands/xautoclaim.md: the default `COUNT`.
const COUNT_DEFAULT: usize = 100;

/// How entries are claimed.
struct Claim {
    least_idle_ms: u64,
    delivered_ms: u64,
    deliveries: Option<u64>,
    /// Whether entries that nobody has are claimed, too.
    is_forced: bool,
    /// Whether ids alone are wanted; then nothing counts as delivered.
    ids_only: bool,
    last: Option<EntryId>,
}

fn least_idle_ms(word: &[u8], message: &'static str) -> Result<u64, CommandError> {
    let idle = number::integer(word).ok_or(CommandError::Text(message))?;
    Ok(u64::try_from(idle).unwrap_or(0))
}

impl Claim {
    fn new(least_idle_ms: u64, now_ms: u64) -> Self {
        Self {
            least_idle_ms,
            delivered_ms: now_ms,
            deliveries: None,
            is_forced: false,
            ids_only: false,
            last: None,
        }
    }

    fn options(&mut self, mut words: &[Vec<u8>], now_ms: u64) -> Result<(), CommandError> {
        let number =
            |word: &[u8], message| number::integer(word).ok_or(CommandError::Text(message));
        while let [name, rest @ ..] = words {
            words = match (name.to_ascii_lowercase().as_slice(), rest) {
                (b"force", rest) => {
                    self.is_forced = true;
                    rest
                }
                (b"justid", rest) => {
                    self.ids_only = true;
                    rest
                }
                (b"idle", [idle, rest @ ..]) => {
                    let idle = number(idle, "ERR Invalid IDLE option argument for XCLAIM")?;
                    let now = i64::try_from(now_ms).unwrap_or(i64::MAX);
                    self.deliver_at(now.saturating_sub(idle), now_ms);
                    rest
                }
                (b"time", [time, rest @ ..]) => {
                    let time = number(time, "ERR Invalid TIME option argument for XCLAIM")?;
                    self.deliver_at(time, now_ms);
                    rest
                }
                (b"retrycount", [count, rest @ ..]) => {
                    let message = "ERR Invalid RETRYCOUNT option argument for XCLAIM";
                    self.deliveries = u64::try_from(number(count, message)?).ok();
                    rest
                }
                (b"lastid", [id, rest @ ..]) => {
                    self.last = Some(stream_id::parse(id, 0)?);
                    rest
                }
                _ => {
                    let name = String::from_utf8_lossy(name).into_owned();
                    return Err(CommandError::ClaimOption(name));
                }
            };
        }
        Ok(())
    }

    /// A time before the epoch or in the future counts as now.
    fn deliver_at(&mut self, at_ms: i64, now_ms: u64) {
        let at_ms = u64::try_from(at_ms).ok().filter(|at_ms| *at_ms <= now_ms);
        self.delivered_ms = at_ms.unwrap_or(now_ms);
    }

    /// Whether an entry has been idle long enough.
    fn takes(&self, pending: &Pending, now_ms: u64) -> bool {
        now_ms.saturating_sub(pending.delivered_ms) >= self.least_idle_ms
    }

    fn take(&self, own: &mut Attendance, key: &EntryKey, consumer: &Name) {
        let vacant = || Pending {
            consumer: consumer.clone(),
            delivered_ms: 0,
            deliveries: u64::from(self.ids_only),
        };
        let pending = own.pending.entry(*key).or_insert_with(vacant);
        pending.consumer.clone_from(consumer);
        pending.delivered_ms = self.delivered_ms;
        match self.deliveries {
            Some(deliveries) => pending.deliveries = deliveries,
            None => pending.deliveries += u64::from(!self.ids_only),
        }
        own.skipped.remove(key);
    }

    fn shown(&self, key: &EntryKey, stream: &Stream) -> Reply {
        if self.ids_only {
            id_reply(key.id)
        } else {
            shown(key.id, stream.entry(key))
        }
    }
}

/// What claiming comes to.
#[derive(Default)]
struct Claimed {
    taken: Vec<EntryKey>,
    replies: Vec<Reply>,
    /// Pending entries that are gone from the stream.
    gone: Vec<EntryKey>,
    passed: Vec<EntryKey>,
}

pub(super) fn xclaim(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, group) = (call.word(1), call.word(2));
    call.bury_expired(key);
    let missing = || no_key_or_group(key, group, "");
    in_group(call, key, group, missing, |_, _| ())?;
    let message = "ERR Invalid min-idle-time argument for XCLAIM";
    let now_ms = call.now_ms;
    let mut claim = Claim::new(least_idle_ms(call.word(4), message)?, now_ms);
    let words = &call.words[5..];
    let ids: Vec<EntryId> = words
        .iter()
        .map_while(|word| stream_id::parse(word, 0).ok())
        .collect();
    claim.options(&words[ids.len()..], now_ms)?;
    let claimed = in_group(call, key, group, missing, |stream, group| {
        let none = Attendance::default();
        let own = group.own().unwrap_or(&none);
        let mut claimed = Claimed::default();
        for id in ids {
            claim_id(stream, own, id, &claim, now_ms, &mut claimed);
        }
        if let Some(last) = claim.last {
            let before = group.progress();
            claimed.passed = passed_over(stream, &before, &Progress::all(last));
        }
        claimed
    })?;
    let last = claim.last.unwrap_or_default();
    Ok(Reply::Array(settle(call, &claim, claimed, last)))
}

fn claim_id(
    stream: &Stream,
    own: &Attendance,
    id: EntryId,
    claim: &Claim,
    now_ms: u64,
    claimed: &mut Claimed,
) {
    let mut keys = own.pending_of(id);
    if claim.is_forced {
        let standing = stream.entries_of(id).map(|(key, _)| *key);
        keys.extend(standing.filter(|key| !own.pending.contains_key(key)));
        keys.sort_unstable();
    }
    for key in keys {
        if stream.entry(&key).is_none() {
            claimed.gone.push(key);
        } else if own
            .pending
            .get(&key)
            .is_none_or(|pending| claim.takes(pending, now_ms))
        {
            claimed.replies.push(claim.shown(&key, stream));
            claimed.taken.push(key);
        }
    }
}

/// Writes down what was claimed for the consumer in word 3.
fn settle(call: &mut Call<'_>, claim: &Claim, claimed: Claimed, last: EntryId) -> Vec<Reply> {
    let (key, group, consumer) = (call.word(1), call.word(2), call.word(3));
    let now_ms = call.now_ms;
    let name: Name = consumer.into();
    call.attend(key, group, |own| {
        see(own, consumer, now_ms);
        for gone in &claimed.gone {
            own.pending.remove(gone);
        }
        for taken in &claimed.taken {
            claim.take(own, taken, &name);
        }
        if let Some(consumer) = own.consumers.get_mut(&name)
            && !claimed.taken.is_empty()
        {
            consumer.active_ms = Some(now_ms);
        }
        own.progress.join(&Progress::all(last));
        own.skipped.extend(&claimed.passed);
    });
    claimed.replies
}

pub(super) fn xautoclaim(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, group) = (call.word(1), call.word(2));
    let message = "ERR Invalid min-idle-time argument for XAUTOCLAIM";
    let now_ms = call.now_ms;
    let mut claim = Claim::new(least_idle_ms(call.word(4), message)?, now_ms);
    let from = stream_id::from(call.word(5))?;
    let mut count = COUNT_DEFAULT;
    let mut words = &call.words[6..];
    while let [name, rest @ ..] = words {
        words = match rest {
            [value, rest @ ..] if is_word(name, "count") => {
                let value = number::integer(value).and_then(|value| usize::try_from(value).ok());
                let value = value.filter(|value| *value > 0);
                count = value.ok_or(CommandError::Text("ERR COUNT must be > 0"))?;
                rest
            }
            rest if is_word(name, "justid") => {
                claim.ids_only = true;
                rest
            }
            _ => return Err(CommandError::SYNTAX),
        };
    }
    call.bury_expired(key);
    let missing = || no_key_or_group(key, group, "");
    let (claimed, next) = in_group(call, key, group, missing, |stream, group| {
        let none = Attendance::default();
        let own = group.own().unwrap_or(&none);
        let mut claimed = Claimed::default();
        let mut pending = own.pending.range(EntryKey::first_of(from)..);
        for _ in 0..count.saturating_mul(LOOKS_PER_ENTRY) {
            if claimed.taken.len() + claimed.gone.len() == count {
                break;
            }
            let Some((key, known)) = pending.next() else {
                break;
            };
            if stream.entry(key).is_none() {
                claimed.gone.push(*key);
            } else if claim.takes(known, now_ms) {
                claimed.replies.push(claim.shown(key, stream));
                claimed.taken.push(*key);
            }
        }
        let next = pending.next().map(|(key, _)| key.id);
        (claimed, next.unwrap_or_default())
    })?;
    let gone = claimed.gone.iter().map(|key| id_reply(key.id)).collect();
    let replies = settle(call, &claim, claimed, EntryId::ZERO);
    Ok(Reply::Array(vec![
        id_reply(next),
        Reply::Array(replies),
        Reply::Array(gone),
    ]))
}
