//! Commands that touch no key.

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::reply::Reply;

pub(super) fn ping(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.connection.subscriptions().any() {
        let said = match &call.words[1..] {
            [] => Vec::new(),
            [message] => message.clone(),
            _ => return Err(CommandError::Arity(call.command.name)),
        };
        return Ok(Reply::bulks([b"pong".to_vec(), said]));
    }
    match &call.words[1..] {
        [] => Ok(Reply::Status("PONG")),
        [message] => Ok(Reply::Bulk(message.clone())),
        _ => Err(CommandError::Arity(call.command.name)),
    }
}

pub(super) fn echo(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::Bulk(call.word(1).to_vec()))
}

pub(super) fn select(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    match call.integer(1)? {
        0 => Ok(Reply::OK),
        _ => Err(CommandError::Refused {
            name: "SELECT".to_owned(),
            reason: "a Redis Enterprise database has index 0 alone",
        }),
    }
}

pub(super) fn time(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (seconds, micros) = (call.now_ms / 1000, call.now_ms % 1000 * 1000);
    Ok(Reply::bulks(
        [seconds, micros].map(|part| part.to_string().into_bytes()),
    ))
}

pub(super) fn keyslot(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::Integer(i64::from(call.slot_of(call.word(2)))))
}
