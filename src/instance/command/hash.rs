//! Hashes: fields with values, each value a string of its own (`H-2`).

use std::collections::BTreeMap;

use crate::crdt::effect::Update;
use crate::crdt::value::Value;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::reply::Reply;

pub(super) fn hset(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::count(set_fields(call)?))
}

pub(super) fn hmset(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    set_fields(call)?;
    Ok(Reply::OK)
}

/// Sets the fields from word 2 on, in one effect; returns how many are new.
fn set_fields(call: &mut Call<'_>) -> Result<usize, CommandError> {
    let key = call.word(1);
    let (pairs, rest) = call.words[2..].as_chunks::<2>();
    if !rest.is_empty() {
        return Err(CommandError::Arity(call.command.name));
    }
    // Of a field named twice the last value counts.
    let fields: BTreeMap<&[u8], &[u8]> = pairs
        .iter()
        .map(|[field, value]| (field.as_slice(), value.as_slice()))
        .collect();
    call.bury_expired(key);
    call.bury_expired_fields(key, fields.keys().copied());
    let known = call.known_fields(key, fields.keys().copied())?;
    let fresh = known.iter().filter(|known| known.is_none()).count();
    let updates = fields
        .into_iter()
        .map(|(field, value)| set_field(field, value))
        .collect();
    call.update(key, updates);
    Ok(fresh)
}

fn set_field(field: &[u8], value: &[u8]) -> Update {
    Update::SetField(field.into(), Value::Bytes(value.into()))
}

pub(super) fn hsetnx(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, field, value) = (call.word(1), call.word(2), call.word(3));
    call.bury_expired(key);
    call.bury_expired_fields(key, std::iter::once(field));
    let is_absent = call.field(key, field)?.is_none();
    if is_absent {
        call.update(key, vec![set_field(field, value)]);
    }
    Ok(Reply::flag(is_absent))
}

pub(super) fn hget(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::bulk_or_nil(call.field(call.word(1), call.word(2))?))
}

pub(super) fn hmget(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let names = call.words[2..].iter().map(Vec::as_slice);
    let values = call.known_fields(call.word(1), names)?;
    Ok(Reply::Array(
        values.into_iter().map(Reply::bulk_or_nil).collect(),
    ))
}

pub(super) fn hgetall(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let fields = call.fields(call.word(1))?;
    Ok(Reply::bulks(
        fields.into_iter().flat_map(|(field, value)| [field, value]),
    ))
}

pub(super) fn hkeys(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::bulks(
        call.fields(call.word(1))?
            .into_iter()
            .map(|(field, _)| field),
    ))
}

pub(super) fn hvals(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::bulks(
        call.fields(call.word(1))?
            .into_iter()
            .map(|(_, value)| value),
    ))
}

pub(super) fn hlen(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::count(call.field_count(call.word(1))?))
}

pub(super) fn hstrlen(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let value = call.field(call.word(1), call.word(2))?;
    Ok(Reply::count(value.map_or(0, |value| value.len())))
}

pub(super) fn hexists(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::flag(
        call.field(call.word(1), call.word(2))?.is_some(),
    ))
}

pub(super) fn hdel(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let mut names: Vec<&[u8]> = call.words[2..].iter().map(Vec::as_slice).collect();
    names.sort_unstable();
    names.dedup();
    call.bury_expired_fields(key, names.iter().copied());
    let known = call.known_fields(key, names.iter().copied())?;
    let gone = names
        .into_iter()
        .zip(known)
        .filter(|(_, value)| value.is_some());
    let updates: Vec<Update> = gone
        .map(|(name, _)| Update::RemoveField(name.into()))
        .collect();
    let count = updates.len();
    call.update(key, updates);
    Ok(Reply::count(count))
}
