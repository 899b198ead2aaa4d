//! Parts of strings, their length, and growing them.

use crate::instance::command::call::{Call, Life};
use crate::instance::command::error::CommandError;
use crate::instance::command::reply::Reply;

/// The longest string. Source: Redis docs, redis.conf, `proto-max-bulk-len`.
pub(super) const STRING_BYTES_MAX: usize = 512 * 1024 * 1024;

pub(super) fn append(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, tail) = (call.word(1), call.word(2));
    call.bury_expired(key);
    let mut value = call.string(key)?.unwrap_or_default();
    if value.len() + tail.len() > STRING_BYTES_MAX {
        return Err(CommandError::TOO_LONG);
    }
    value.extend_from_slice(tail);
    let length = value.len();
    call.put_string(key, value, Life::Kept);
    Ok(Reply::count(length))
}

pub(super) fn strlen(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::count(
        call.string(call.word(1))?.map_or(0, |value| value.len()),
    ))
}

pub(super) fn setrange(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, patch) = (call.word(1), call.word(3));
    let offset = usize::try_from(call.integer(2)?).map_err(|_| CommandError::OFFSET)?;
    call.bury_expired(key);
    let mut value = call.string(key)?.unwrap_or_default();
    if patch.is_empty() {
        return Ok(Reply::count(value.len()));
    }
    let end = offset.saturating_add(patch.len());
    if end > STRING_BYTES_MAX {
        return Err(CommandError::TOO_LONG);
    }
    value.resize(value.len().max(end), 0);
    value[offset..end].copy_from_slice(patch);
    let length = value.len();
    call.put_string(key, value, Life::Kept);
    Ok(Reply::count(length))
}

pub(super) fn getrange(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (start, end) = (call.integer(2)?, call.integer(3)?);
    let value = call.string(call.word(1))?.unwrap_or_default();
    let part = within(start, end, value.len()).map_or(&b""[..], |(from, to)| &value[from..=to]);
    Ok(Reply::Bulk(part.to_vec()))
}

/// The first and last of `length` positions that `start` and `end` name, negative ones counted from
/// the end; nothing when no position lies between.
pub(super) fn within(start: i64, end: i64, length: usize) -> Option<(usize, usize)> {
    let is_backward = start < 0 && end < 0 && start > end;
    if is_backward {
        None
    } else {
        clamped(start, end, length)
    }
}

/// As [`within`], but two ends far before the start both name the first position.
pub(super) fn clamped(start: i64, end: i64, length: usize) -> Option<(usize, usize)> {
    let length = i64::try_from(length).expect("a length fits 63 bits");
    let absolute = |at: i64| {
        if at < 0 {
            at.saturating_add(length).max(0)
        } else {
            at
        }
    };
    let (first, last) = (absolute(start), absolute(end).min(length - 1));
    (first <= last).then(|| {
        let position = |at| usize::try_from(at).expect("clamped to the string");
        (position(first), position(last))
    })
}
