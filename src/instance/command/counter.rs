//! Strings as numbers.
//!
//! An increment adds to the counter on top of the string, it does not rewrite it (`CNT-1`,
//! `CNT-3`).

use crate::crdt::effect::Update;
use crate::crdt::number::counter_fits;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;

pub(super) fn incr(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    add(call, 1)
}

pub(super) fn decr(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    add(call, -1)
}

pub(super) fn incrby(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let delta = call.integer(2)?;
    add(call, delta)
}

pub(super) fn decrby(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let delta = call
        .integer(2)?
        .checked_neg()
        .ok_or(CommandError::DECREMENT_OVERFLOW)?;
    add(call, delta)
}

fn add(call: &mut Call<'_>, delta: i64) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let old = match call.string(key)? {
        Some(text) => number::integer(&text).ok_or(CommandError::NOT_INTEGER)?,
        None => 0,
    };
    let sum = sum(old, delta)?;
    call.update(key, vec![Update::Add(delta)]);
    Ok(Reply::Integer(sum))
}

/// The sum, within what a counter may hold.
pub(super) fn sum(old: i64, delta: i64) -> Result<i64, CommandError> {
    old.checked_add(delta)
        .filter(|&sum| counter_fits(sum))
        .ok_or(CommandError::OVERFLOW)
}

pub(super) fn incrbyfloat(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let old = match call.string(key)? {
        Some(text) => number::float(&text).ok_or(CommandError::NOT_FLOAT)?,
        None => 0.0,
    };
    let delta = number::float(call.word(2)).ok_or(CommandError::NOT_FLOAT)?;
    if !(old + delta).is_finite() {
        return Err(CommandError::NOT_FINITE);
    }
    call.update(key, vec![Update::AddFloat(delta)]);
    Ok(Reply::bulk_or_nil(call.string(key)?))
}
