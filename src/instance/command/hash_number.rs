//! Hash fields as numbers: an increment adds, it does not rewrite (`H-5`, `H-6`).

use crate::crdt::effect::Update;
use crate::instance::command::call::Call;
use crate::instance::command::counter;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;

pub(super) fn hincrby(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, field) = (call.word(1), call.word(2));
    let delta = call.integer(3)?;
    call.bury_expired(key);
    call.bury_expired_fields(key, std::iter::once(field));
    let old = match call.field(key, field)? {
        Some(text) => number::integer(&text).ok_or(CommandError::FIELD_NOT_INTEGER)?,
        None => 0,
    };
    let sum = counter::sum(old, delta)?;
    call.update(key, vec![Update::AddField(field.into(), delta)]);
    Ok(Reply::Integer(sum))
}

pub(super) fn hincrbyfloat(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (key, field) = (call.word(1), call.word(2));
    let delta = number::float(call.word(3)).ok_or(CommandError::NOT_FLOAT)?;
    if delta.is_infinite() {
        return Err(CommandError::Text("ERR value is NaN or Infinity"));
    }
    call.bury_expired(key);
    call.bury_expired_fields(key, std::iter::once(field));
    let old = match call.field(key, field)? {
        Some(text) => number::float(&text).ok_or(CommandError::FIELD_NOT_FLOAT)?,
        None => 0.0,
    };
    if !(old + delta).is_finite() {
        return Err(CommandError::NOT_FINITE);
    }
    call.update(key, vec![Update::AddFieldFloat(field.into(), delta)]);
    Ok(Reply::bulk_or_nil(call.field(key, field)?))
}
