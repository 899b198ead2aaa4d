//! `OBJECT` and `MEMORY USAGE`: what is known of a key beside its content.

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::is_word;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::{Usage, footprint};

/// Integers below this are one shared object each, which Redis says this often is shared.
/// Source: Redis source, `OBJ_SHARED_INTEGERS` and `OBJ_SHARED_REFCOUNT` in src/server.h.
const SHARED_BELOW: i64 = 10_000;
/// See [`SHARED_BELOW`].
const SHARED: i64 = i32::MAX as i64;

pub(super) fn refcount(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(2);
    if !call.exists(key) {
        return Ok(Reply::Nil);
    }
    let text = call.string(key).ok().flatten();
    let number = text.and_then(|text| number::integer(&text));
    let is_shared = number.is_some_and(|number| (0..SHARED_BELOW).contains(&number));
    Ok(Reply::Integer(if is_shared { SHARED } else { 1 }))
}

/// `OBJECT FREQ key`: told under an LFU policy alone.
pub(super) fn freq(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(2);
    if !call.exists(key) {
        return Ok(Reply::Nil);
    }
    match call.store.usage(key) {
        Some(Usage::Frequency(often)) => Ok(Reply::Integer(i64::from(often))),
        _ => Err(CommandError::NO_FREQUENCIES),
    }
}

/// `OBJECT IDLETIME key`: told under every policy but LFU.
pub(super) fn idletime(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(2);
    if !call.exists(key) {
        return Ok(Reply::Nil);
    }
    if call.store.eviction().is_by_frequency() {
        return Err(CommandError::NO_IDLE_TIMES);
    }
    let Some(Usage::Idle(ms)) = call.store.usage(key) else {
        return Err(CommandError::Unmodelled {
            name: "OBJECT IDLETIME".to_owned(),
            reason: "nobody said beforehand that it would be asked for",
        });
    };
    Ok(Reply::count(ms / 1000))
}

/// `MEMORY USAGE key [SAMPLES count]`: by the ledger, which counts all elements.
pub(super) fn memory_usage(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let mut words = &call.words[3..];
    while let [name, rest @ ..] = words {
        let [count, rest @ ..] = rest else {
            return Err(CommandError::SYNTAX);
        };
        if !is_word(name, "samples") {
            return Err(CommandError::SYNTAX);
        }
        if number::integer(count).ok_or(CommandError::NOT_INTEGER)? < 0 {
            return Err(CommandError::SYNTAX);
        }
        words = rest;
    }
    let key = call.word(2);
    let Some(object) = call.visible(key) else {
        return Ok(Reply::Nil);
    };
    let assumptions = call.store.assumptions();
    let taken = footprint::general(key.len() as u64, &object.sizes(), &assumptions);
    let bytes = taken.values + taken.keys + taken.metadata + taken.tombstones;
    Ok(Reply::count(bytes))
}
