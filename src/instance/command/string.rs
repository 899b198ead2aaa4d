//! Whole strings: read, replaced, several at once.

use crate::instance::command::call::{Call, Life};
use crate::instance::command::error::CommandError;
use crate::instance::command::reply::Reply;

pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::bulk_or_nil(call.string_or_sketch(call.word(1))?))
}

pub(super) fn getset(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, value) = (call.word(1), call.word(2));
    call.bury_expired(key);
    let old = call.string(key)?;
    call.put_string(key, value.to_vec(), Life::Unlimited);
    Ok(Reply::bulk_or_nil(old))
}

pub(super) fn getdel(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let old = call.string(key)?;
    if old.is_some() {
        call.remove(key);
    }
    Ok(Reply::bulk_or_nil(old))
}

pub(super) fn setnx(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, value) = (call.word(1), call.word(2));
    call.bury_expired(key);
    let is_absent = !call.exists(key);
    if is_absent {
        call.put_string(key, value.to_vec(), Life::Unlimited);
    }
    Ok(Reply::flag(is_absent))
}

pub(super) fn mget(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    // A key of another type reads as absent here, and only here.
    let value = |key: &Vec<u8>| Reply::bulk_or_nil(call.string(key).unwrap_or(None));
    Ok(Reply::Array(call.words[1..].iter().map(value).collect()))
}

pub(super) fn mset(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    for [key, value] in pairs(call)? {
        call.bury_expired(key);
        call.put_string(key, value.clone(), Life::Unlimited);
    }
    Ok(Reply::OK)
}

pub(super) fn msetnx(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pairs = pairs(call)?;
    for [key, _] in pairs {
        call.bury_expired(key);
        if call.exists(key) {
            return Ok(Reply::Integer(0));
        }
    }
    for [key, value] in pairs {
        call.put_string(key, value.clone(), Life::Unlimited);
    }
    Ok(Reply::Integer(1))
}

/// Keys and values from word 1 on.
fn pairs<'a>(call: &Call<'a>) -> Result<&'a [[Vec<u8>; 2]], CommandError> {
    let (pairs, rest) = call.words[1..].as_chunks::<2>();
    if rest.is_empty() {
        Ok(pairs)
    } else {
        Err(CommandError::Arity(call.command.name))
    }
}
