//! Commands that wait for an element. A command is carried out in an instant here, so nothing can
//! arrive while it waits: it takes what there is, or answers as when its time is up. So does Redis
//! inside `MULTI`.
//!
//! Source: Redis 7.4 source, `getTimeoutFromObjectOrReply` in src/timeout.c,
//! `blockingPopGenericCommand` in src/t_list.c and `blockingGenericZpopCommand` in src/t_zset.c.

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::list::{self, End};
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::score;
use crate::instance::command::sorted_pop::{self, Rank};

/// The milliseconds that 63 bits hold.
const MILLISECONDS_MAX: f64 = 9_223_372_036_854_775_807.0;

/// Checks the time a client would wait, in seconds.
pub(super) fn timeout(word: &[u8]) -> Result<(), CommandError> {
    let seconds = number::wide_float(word).ok_or(CommandError::Text(
        "ERR timeout is not a float or out of range",
    ))?;
    if seconds * 1000.0 >= MILLISECONDS_MAX {
        return Err(CommandError::Text("ERR timeout is out of range"));
    }
    // Up to a millisecond below zero rounds up to zero.
    if seconds * 1000.0 < -1.0 {
        return Err(CommandError::Text("ERR timeout is negative"));
    }
    Ok(())
}

/// What a command that takes elements out of the first key that has any says.
pub(super) struct Popping<'a, E> {
    pub(super) keys: &'a [Vec<u8>],
    pub(super) end: E,
    pub(super) count: u64,
}

impl<'a, E> Popping<'a, E> {
    /// The number of keys, the keys, an end, and how many: `2 a b LEFT COUNT 3`.
    pub(super) fn parse(
        words: &'a [Vec<u8>],
        end: impl Fn(&[u8]) -> Result<E, CommandError>,
    ) -> Result<Self, CommandError> {
        let numkeys = number::integer(&words[0]).filter(|numkeys| *numkeys > 0);
        let numkeys = numkeys.ok_or(CommandError::KEYS_WANTED)?;
        let numkeys = usize::try_from(numkeys).unwrap_or(usize::MAX);
        if numkeys >= words.len() - 1 {
            return Err(CommandError::SYNTAX);
        }
        let (keys, options) = words[1..].split_at(numkeys);
        let [word, options @ ..] = options else {
            return Err(CommandError::SYNTAX);
        };
        let end = end(word)?;
        let count = match options {
            [] => 1,
            [option, count, rest @ ..] if option.eq_ignore_ascii_case(b"count") => {
                let count = number::integer(count).and_then(|count| u64::try_from(count).ok());
                let count = count.filter(|count| *count > 0);
                let count =
                    count.ok_or(CommandError::Text("ERR count should be greater than 0"))?;
                if !rest.is_empty() {
                    return Err(CommandError::SYNTAX);
                }
                count
            }
            _ => return Err(CommandError::SYNTAX),
        };
        Ok(Self { keys, end, count })
    }
}

/// The keys of a command whose last word is how long to wait.
fn keys<'a>(call: &Call<'a>) -> Result<&'a [Vec<u8>], CommandError> {
    let (last, rest) = call.words.split_last().expect("the arity promises words");
    timeout(last)?;
    Ok(&rest[1..])
}

/// The first of these keys that is there, of whatever type it is.
pub(super) fn first_there<'a>(call: &mut Call<'_>, keys: &'a [Vec<u8>]) -> Option<&'a Vec<u8>> {
    keys.iter().find(|key| {
        call.bury_expired(key);
        call.exists(key)
    })
}

fn pop_list(call: &mut Call<'_>, end: End) -> Result<Reply, CommandError> {
    let keys = keys(call)?;
    let Some(key) = first_there(call, keys) else {
        return Ok(Reply::Nil);
    };
    let taken = list::taken(call, key, end, 1)?;
    Ok(Reply::bulks(std::iter::once(key.clone()).chain(taken)))
}

pub(super) fn blpop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    pop_list(call, End::Left)
}

pub(super) fn brpop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    pop_list(call, End::Right)
}

pub(super) fn lmpop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let popping = Popping::parse(&call.words[1..], End::parse)?;
    pop_lists(call, &popping)
}

pub(super) fn blmpop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let popping = Popping::parse(&call.words[2..], End::parse)?;
    timeout(call.word(1))?;
    pop_lists(call, &popping)
}

fn pop_lists(call: &mut Call<'_>, popping: &Popping<'_, End>) -> Result<Reply, CommandError> {
    let Some(key) = first_there(call, popping.keys) else {
        return Ok(Reply::Nil);
    };
    let taken = list::taken(call, key, popping.end, popping.count)?;
    Ok(Reply::Array(vec![
        Reply::Bulk(key.clone()),
        Reply::bulks(taken),
    ]))
}

fn pop_sorted(call: &mut Call<'_>, end: Rank) -> Result<Reply, CommandError> {
    let keys = keys(call)?;
    let Some(key) = first_there(call, keys) else {
        return Ok(Reply::Nil);
    };
    let taken = sorted_pop::taken(call, key, end, 1)?.into_iter();
    let pairs = taken.flat_map(|(name, score)| [name, score::text(score)]);
    Ok(Reply::bulks(std::iter::once(key.clone()).chain(pairs)))
}

pub(super) fn bzpopmin(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    pop_sorted(call, Rank::Least)
}

pub(super) fn bzpopmax(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    pop_sorted(call, Rank::Greatest)
}

pub(super) fn bzmpop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let popping = Popping::parse(&call.words[2..], Rank::parse)?;
    timeout(call.word(1))?;
    sorted_pop::pop_many(call, &popping)
}
