//! Ids of stream entries in commands: read, and made by `XADD` (`X-3`, `X-4`, `X-6`).
//!
//! Source: Redis source, `streamGenericParseIDOrReply` and `streamAppendItem` in src/t_stream.c;
//! Redis docs, active-active/develop/data-types/streams.md, for the modes.

use crate::assumption::XaddIds;
use crate::crdt::stream_id::{EntryId, EntryKey};
use crate::id::Id;
use crate::instance::command::AppendRule;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;

const INVALID: CommandError =
    CommandError::Text("ERR Invalid stream ID specified as stream command argument");
const TOO_SMALL: CommandError = CommandError::Text(
    "ERR The ID specified in XADD is equal or smaller than the target stream top item",
);
const EXHAUSTED: CommandError = CommandError::Text(
    "ERR The stream has exhausted the last possible ID, unable to add more items",
);
/// The product refuses full ids; in what words is not published.
const FULL: CommandError = CommandError::Text(
    "ERR XADD takes * or milliseconds alone: crdt_xadd_id_uniqueness_mode is strict",
);
/// Source: Redis source, `streamGenericParseIDOrReply`: the buffer an id is read in.
const ID_CHARS_MAX: usize = 127;

/// An id; one of milliseconds alone gets `missing_seq`.
pub(super) fn parse(word: &[u8], missing_seq: u64) -> Result<EntryId, CommandError> {
    if word.len() > ID_CHARS_MAX {
        return Err(INVALID);
    }
    let mut parts = word.splitn(2, |&byte| byte == b'-');
    let ms = parts.next().and_then(number::unsigned).ok_or(INVALID)?;
    let seq = parts.next().map(|seq| number::unsigned(seq).ok_or(INVALID));
    let seq = seq.transpose()?.unwrap_or(missing_seq);
    Ok(EntryId { ms, seq })
}

/// The end of an interval: an id, `(` and an id, `-` or `+`; and whether it is left out itself.
fn end(word: &[u8], missing_seq: u64) -> Result<(EntryId, bool), CommandError> {
    match word {
        b"-" => Ok((EntryId::ZERO, false)),
        b"+" => Ok((EntryId::MAX, false)),
        [b'(', id @ ..] if !id.is_empty() => Ok((parse(id, missing_seq)?, true)),
        _ => Ok((parse(word, missing_seq)?, false)),
    }
}

/// The least id of an interval that starts at `word`.
pub(super) fn from(word: &[u8]) -> Result<EntryId, CommandError> {
    let (id, is_left_out) = end(word, 0)?;
    let next = if is_left_out { id.next() } else { Some(id) };
    next.ok_or(CommandError::Text("ERR invalid start ID for the interval"))
}

/// The greatest id of an interval that ends at `word`.
pub(super) fn upto(word: &[u8]) -> Result<EntryId, CommandError> {
    let (id, is_left_out) = end(word, u64::MAX)?;
    let last = if is_left_out { id.previous() } else { Some(id) };
    last.ok_or(CommandError::Text("ERR invalid end ID for the interval"))
}

/// The first key past all entries up to `id`; none if there is nothing past them.
pub(super) fn past(id: EntryId) -> Option<EntryKey> {
    id.next().map(EntryKey::first_of)
}

/// What a client asks `XADD` to call an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// `*`.
    Any,
    /// `ms`.
    Ms(u64),
    /// `ms-*`.
    AnyOf(u64),
    /// `ms-seq`.
    Full(EntryId),
}

impl Wanted {
    pub(super) fn parse(word: &[u8]) -> Result<Self, CommandError> {
        if word == b"*" {
            return Ok(Self::Any);
        }
        if let Some(ms) = word.strip_suffix(b"-*") {
            return Ok(Self::AnyOf(number::unsigned(ms).ok_or(INVALID)?));
        }
        let id = parse(word, 0)?;
        let has_seq = word.contains(&b'-');
        Ok(if has_seq {
            Self::Full(id)
        } else {
            Self::Ms(id.ms)
        })
    }

    /// What no stream could take.
    pub(super) fn check(self, rule: &AppendRule) -> Result<(), CommandError> {
        let is_zero = match self {
            Self::Full(id) => id == EntryId::ZERO,
            Self::Ms(ms) => ms == 0 && rule.ids == XaddIds::Liberal,
            Self::Any | Self::AnyOf(_) => false,
        };
        if matches!(self, Self::Full(_)) && rule.ids == XaddIds::Strict {
            return Err(FULL);
        }
        if is_zero {
            let message = "ERR The ID specified in XADD must be greater than 0-0";
            return Err(CommandError::Text(message));
        }
        Ok(())
    }

    /// The id, where the stream has come up to `last` and the region's clock shows `now_ms`.
    pub(super) fn id(
        self,
        rule: &AppendRule,
        last: EntryId,
        now_ms: u64,
    ) -> Result<EntryId, CommandError> {
        if last == EntryId::MAX {
            return Err(EXHAUSTED);
        }
        let id = match (self, rule.ids) {
            (Self::Full(id), _) => Some(id),
            (Self::Any, XaddIds::Liberal) if now_ms > last.ms => {
                Some(EntryId { ms: now_ms, seq: 0 })
            }
            (Self::Any, XaddIds::Liberal) => last.next(),
            (Self::Ms(ms), XaddIds::Liberal) => Some(EntryId { ms, seq: 0 }),
            (Self::AnyOf(ms), XaddIds::Liberal) => {
                let seq = last.seq.checked_add(1);
                let seq = if ms == last.ms { seq } else { Some(0) };
                seq.map(|seq| EntryId { ms, seq })
            }
            (Self::Any, _) => {
                let ms = now_ms.max(last.ms);
                let later = || ms.checked_add(1).and_then(|ms| derived(rule, ms, last));
                derived(rule, ms, last).or_else(later)
            }
            (Self::Ms(ms) | Self::AnyOf(ms), _) => derived(rule, ms, last),
        };
        id.filter(|id| *id > last).ok_or(TOO_SMALL)
    }
}

/// The region's least id in a millisecond past `last` (`X-4`): its number, counted from one as the
/// product does, and so many strides.
fn derived(rule: &AppendRule, ms: u64, last: EntryId) -> Option<EntryId> {
    let first = rule.region.index() as u64 + 1;
    if ms > last.ms {
        return Some(EntryId { ms, seq: first });
    }
    let stride = u64::from(rule.stride);
    let strides = match last.seq.checked_sub(first) {
        None => 0,
        Some(beyond) => beyond / stride + 1,
    };
    let seq = strides.checked_mul(stride)?.checked_add(first)?;
    Some(EntryId { ms, seq })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ReplicaId;

    fn id(ms: u64, seq: u64) -> EntryId {
        EntryId { ms, seq }
    }

    fn made(word: &str, ids: XaddIds, region: u8, last: EntryId) -> Result<EntryId, CommandError> {
        let rule = AppendRule {
            region: ReplicaId(region),
            ids,
            stride: 16,
        };
        let wanted = Wanted::parse(word.as_bytes())?;
        wanted.check(&rule)?;
        wanted.id(&rule, last, 100)
    }

    #[test]
    fn strict_ids_tell_the_region() {
        let strict = |word: &str, region, last| made(word, XaddIds::Strict, region, last);
        let none = EntryId::ZERO;
        assert_eq!(strict("*", 0, none), Ok(id(100, 1)));
        assert_eq!(strict("*", 1, none), Ok(id(100, 2)));
        assert_eq!(strict("*", 0, id(100, 1)), Ok(id(100, 17)));
        assert_eq!(strict("*", 0, id(100, 2)), Ok(id(100, 17)));
        assert_eq!(strict("*", 1, id(100, 1)), Ok(id(100, 2)));
        assert_eq!(strict("*", 1, id(100, 17)), Ok(id(100, 18)));
        assert_eq!(strict("*", 1, id(100, 18)), Ok(id(100, 34)));
        // A clock behind the stream goes on in the stream's millisecond.
        assert_eq!(strict("*", 4, id(200, 3)), Ok(id(200, 5)));
        assert_eq!(strict("*", 4, id(200, u64::MAX)), Ok(id(201, 5)));
        assert_eq!(strict("110", 0, none), Ok(id(110, 1)));
        assert_eq!(strict("110-*", 2, none), Ok(id(110, 3)));
        assert_eq!(strict("0", 0, none), Ok(id(0, 1)));
        assert_eq!(strict("110", 0, id(111, 0)), Err(TOO_SMALL));
        assert_eq!(strict("110-1", 0, none), Err(FULL));
        assert_eq!(strict("*", 0, EntryId::MAX), Err(EXHAUSTED));
    }

    #[test]
    fn the_other_modes_take_full_ids() {
        let none = EntryId::ZERO;
        for ids in [XaddIds::SemiStrict, XaddIds::Liberal] {
            assert_eq!(made("110-7", ids, 1, none), Ok(id(110, 7)));
            assert_eq!(made("110-7", ids, 1, id(110, 7)), Err(TOO_SMALL));
            assert!(made("0-0", ids, 1, none).is_err());
        }
        assert_eq!(made("110", XaddIds::SemiStrict, 1, none), Ok(id(110, 2)));
        assert_eq!(made("110", XaddIds::Liberal, 1, none), Ok(id(110, 0)));
        assert_eq!(made("*", XaddIds::Liberal, 1, none), Ok(id(100, 0)));
        assert_eq!(made("*", XaddIds::Liberal, 1, id(100, 4)), Ok(id(100, 5)));
        assert_eq!(made("7-*", XaddIds::Liberal, 1, id(7, 4)), Ok(id(7, 5)));
        assert_eq!(made("8-*", XaddIds::Liberal, 1, id(7, 4)), Ok(id(8, 0)));
    }

    #[test]
    fn intervals_may_leave_their_ends_out() {
        assert_eq!(from(b"5"), Ok(id(5, 0)));
        assert_eq!(upto(b"5"), Ok(id(5, u64::MAX)));
        assert_eq!(from(b"(5"), Ok(id(5, 1)));
        assert_eq!(upto(b"(5-0"), Ok(id(4, u64::MAX)));
        assert_eq!(from(b"-"), Ok(EntryId::ZERO));
        assert_eq!(upto(b"+"), Ok(EntryId::MAX));
        for wrong in ["(", "(-", "x", "5-", "5-x", "-5", "5-5-5", ""] {
            assert!(from(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert!(upto(b"(0-0").is_err());
        assert!(from(b"(18446744073709551615-18446744073709551615").is_err());
    }
}
