//! The least or greatest members of sorted sets, taken out: chosen here, so that two regions can
//! take the same one (`Z-10`).

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::score::{self, Scored};
use crate::instance::command::sorted_range;

/// From which end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Least,
    Greatest,
}

pub(super) fn zpopmin(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    pop(call, End::Least)
}

pub(super) fn zpopmax(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    pop(call, End::Greatest)
}

fn pop(call: &mut Call<'_>, end: End) -> Result<Reply, CommandError> {
    let count = match &call.words[2..] {
        [] => 1,
        [count] => {
            let count = number::integer(count).and_then(|count| usize::try_from(count).ok());
            count.ok_or(CommandError::NOT_POSITIVE)?
        }
        _ => return Err(CommandError::SYNTAX),
    };
    let popped = taken(call, call.word(1), end, count)?;
    Ok(sorted_range::listed(popped, true))
}

/// Takes up to `count` members out.
fn taken(
    call: &mut Call<'_>,
    key: &[u8],
    end: End,
    count: usize,
) -> Result<Vec<Scored>, CommandError> {
    call.bury_expired(key);
    let mut ranked = call.ranked(key)?;
    if end == End::Greatest {
        ranked.reverse();
    }
    ranked.truncate(count);
    sorted_range::take(call, key, &ranked);
    Ok(ranked)
}

pub(super) fn zmpop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let numkeys = number::integer(call.word(1)).filter(|numkeys| *numkeys > 0);
    let numkeys = numkeys.ok_or(CommandError::KEYS_WANTED)?;
    let numkeys = usize::try_from(numkeys).unwrap_or(usize::MAX);
    if numkeys >= call.words.len() - 2 {
        return Err(CommandError::SYNTAX);
    }
    let (keys, options) = call.words[2..].split_at(numkeys);
    let [end, options @ ..] = options else {
        return Err(CommandError::SYNTAX);
    };
    let end = match end.to_ascii_lowercase().as_slice() {
        b"min" => End::Least,
        b"max" => End::Greatest,
        _ => return Err(CommandError::SYNTAX),
    };
    let count = match options {
        [] => 1,
        [option, count, rest @ ..] if option.eq_ignore_ascii_case(b"count") => {
            let count = number::integer(count).and_then(|count| usize::try_from(count).ok());
            let count = count.filter(|count| *count > 0);
            let count = count.ok_or(CommandError::Text("ERR count should be greater than 0"))?;
            if !rest.is_empty() {
                return Err(CommandError::SYNTAX);
            }
            count
        }
        _ => return Err(CommandError::SYNTAX),
    };
    for key in keys {
        call.bury_expired(key);
        // The first key that is there decides, of whatever type it is.
        if call.exists(key) {
            let popped = taken(call, key, end, count)?.into_iter();
            let pairs = popped.map(|(name, score)| Reply::bulks([name, score::text(score)]));
            let pairs = Reply::Array(pairs.collect());
            return Ok(Reply::Array(vec![Reply::Bulk(key.clone()), pairs]));
        }
    }
    Ok(Reply::Nil)
}
