//! The least or greatest members of sorted sets, taken out: chosen here, so that two regions can
//! take the same one (`Z-10`).

use crate::instance::command::blocking::{self, Popping};
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::score::{self, Scored};
use crate::instance::command::sorted_range;

/// From which end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    Least,
    Greatest,
}

impl Rank {
    pub(super) fn parse(word: &[u8]) -> Result<Self, CommandError> {
        match word.to_ascii_lowercase().as_slice() {
            b"min" => Ok(Self::Least),
            b"max" => Ok(Self::Greatest),
            _ => Err(CommandError::SYNTAX),
        }
    }
}

pub(super) fn zpopmin(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    pop(call, Rank::Least)
}

pub(super) fn zpopmax(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    pop(call, Rank::Greatest)
}

fn pop(call: &mut Call<'_>, end: Rank) -> Result<Reply, CommandError> {
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
pub(super) fn taken(
    call: &mut Call<'_>,
    key: &[u8],
    end: Rank,
    count: usize,
) -> Result<Vec<Scored>, CommandError> {
    call.bury_expired(key);
    let mut ranked = call.ranked(key)?;
    if end == Rank::Greatest {
        ranked.reverse();
    }
    ranked.truncate(count);
    sorted_range::take(call, key, &ranked);
    Ok(ranked)
}

pub(super) fn zmpop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let popping = Popping::parse(&call.words[1..], Rank::parse)?;
    pop_many(call, &popping)
}

/// Takes members out of the first key that is there.
pub(super) fn pop_many(
    call: &mut Call<'_>,
    popping: &Popping<'_, Rank>,
) -> Result<Reply, CommandError> {
    let Some(key) = blocking::first_there(call, popping.keys) else {
        return Ok(Reply::Nil);
    };
    let count = usize::try_from(popping.count).unwrap_or(usize::MAX);
    let popped = taken(call, key, popping.end, count)?.into_iter();
    let pairs = popped.map(|(name, score)| Reply::bulks([name, score::text(score)]));
    let pairs = Reply::Array(pairs.collect());
    Ok(Reply::Array(vec![Reply::Bulk(key.clone()), pairs]))
}
