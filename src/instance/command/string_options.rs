//! Strings with conditions and deadlines: `SET` and its kin, `GETEX`.

use crate::instance::command::call::{Call, Life};
use crate::instance::command::error::CommandError;
use crate::instance::command::expiry::{self, Unit};
use crate::instance::command::reply::Reply;

/// What `SET` and `GETEX` may be told besides key and value.
#[derive(Default)]
struct Options<'a> {
    only_absent: bool,
    only_present: bool,
    wants_old: bool,
    keeps_deadline: bool,
    persists: bool,
    expires: Option<(Unit, &'a [u8])>,
}

/// Which command the options belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Allowed {
    Set,
    Getex,
}

/// Reads options. Of those that exclude each other two are a syntax error; one given twice is not.
fn options<'a>(words: &'a [Vec<u8>], allowed: Allowed) -> Result<Options<'a>, CommandError> {
    let is_set = allowed == Allowed::Set;
    let mut found = Options::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let unit = found.expires.map(|(unit, _)| unit);
        let is_open = !found.keeps_deadline && !found.persists;
        match word.to_ascii_lowercase().as_slice() {
            b"nx" if is_set && !found.only_present => found.only_absent = true,
            b"xx" if is_set && !found.only_absent => found.only_present = true,
            b"get" if is_set => found.wants_old = true,
            b"keepttl" if is_set && unit.is_none() => found.keeps_deadline = true,
            b"persist" if !is_set && unit.is_none() => found.persists = true,
            name => {
                let named = Unit::of_option(name).ok_or(CommandError::SYNTAX)?;
                let value = words.next().ok_or(CommandError::SYNTAX)?;
                if !is_open || unit.is_some_and(|unit| unit != named) {
                    return Err(CommandError::SYNTAX);
                }
                found.expires = Some((named, value));
            }
        }
    }
    Ok(found)
}

pub(super) fn set(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let options = options(&call.words[3..], Allowed::Set)?;
    let life = match options.expires {
        Some((unit, value)) => Life::Until(expiry::deadline(call, unit, value)?),
        None if options.keeps_deadline => Life::Kept,
        None => Life::Unlimited,
    };
    let (key, value) = (call.word(1), call.word(2));
    call.bury_expired(key);
    let old = if options.wants_old {
        call.string_or_sketch(key)?
    } else {
        None
    };
    let exists = call.exists(key);
    let is_refused = (options.only_absent && exists) || (options.only_present && !exists);
    if !is_refused {
        call.put_string(key, value.to_vec(), life);
    }
    Ok(match (options.wants_old, is_refused) {
        (true, _) => Reply::bulk_or_nil(old),
        (false, true) => Reply::Nil,
        (false, false) => Reply::OK,
    })
}

pub(super) fn setex(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    set_for(call, Unit::SECONDS)
}

pub(super) fn psetex(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    set_for(call, Unit::MILLISECONDS)
}

fn set_for(call: &mut Call<'_>, unit: Unit) -> Result<Reply, CommandError> {
    let deadline_ms = expiry::deadline(call, unit, call.word(2))?;
    let (key, value) = (call.word(1), call.word(3));
    call.bury_expired(key);
    call.put_string(key, value.to_vec(), Life::Until(deadline_ms));
    Ok(Reply::OK)
}

pub(super) fn getex(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let options = options(&call.words[2..], Allowed::Getex)?;
    let key = call.word(1);
    call.bury_expired(key);
    let Some(value) = call.string(key)? else {
        return Ok(Reply::Nil);
    };
    if let Some((unit, text)) = options.expires {
        let deadline_ms = expiry::deadline(call, unit, text)?;
        expiry::set_deadline(call, key, deadline_ms);
    } else if options.persists {
        expiry::clear_deadline(call, key);
    }
    Ok(Reply::Bulk(value))
}
