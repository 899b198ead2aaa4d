//! Keys of any type: deleted, counted, listed.

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::glob;
use crate::instance::command::reply::Reply;

pub(super) fn del(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let mut count = 0;
    for key in &call.words[1..] {
        call.bury_expired(key);
        if call.exists(key) {
            call.remove(key);
            count += 1;
        }
    }
    Ok(Reply::count(count))
}

pub(super) fn exists(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::count(
        call.words[1..]
            .iter()
            .filter(|key| call.exists(key))
            .count(),
    ))
}

pub(super) fn type_of(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::Status(call.kind(call.word(1)).unwrap_or("none")))
}

pub(super) fn keys(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pattern = call.word(1);
    let keys = call.keys();
    Ok(Reply::bulks(
        keys.into_iter().filter(|key| glob::matches(pattern, key)),
    ))
}

pub(super) fn dbsize(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::count(call.key_count()))
}

pub(super) fn randomkey(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let mut keys = call.keys();
    if keys.is_empty() {
        return Ok(Reply::Nil);
    }
    let at = call.random(keys.len());
    Ok(Reply::Bulk(keys.swap_remove(at)))
}
