//! Elements drawn at random, from the region's own stream.

use crate::crdt::effect::Update;
use crate::instance::command::call::{Call, FieldValue};
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::score;

/// How many elements one command may draw with repetition: Redis would fill its memory.
const DRAWN_MAX: usize = 1_000_000;

/// What a count asks for.
enum Draw {
    /// Up to so many different elements.
    Distinct(usize),
    /// Exactly so many elements, each drawn anew.
    Repeated(usize),
}

impl Draw {
    fn parse(text: &[u8]) -> Result<Self, CommandError> {
        let count = number::integer(text).ok_or(CommandError::NOT_INTEGER)?;
        let size = usize::try_from(count.unsigned_abs()).map_err(|_| CommandError::OUT_OF_RANGE)?;
        match count {
            i64::MIN => Err(CommandError::COUNT_RANGE),
            0.. => Ok(Self::Distinct(size)),
            _ => Ok(Self::Repeated(size)),
        }
    }

    fn of<T: Clone>(
        &self,
        call: &mut Call<'_>,
        mut elements: Vec<T>,
    ) -> Result<Vec<T>, CommandError> {
        match *self {
            Self::Distinct(count) => {
                shuffle_front(call, &mut elements, count);
                elements.truncate(count);
                Ok(elements)
            }
            Self::Repeated(_) if elements.is_empty() => Ok(elements),
            Self::Repeated(count) if count > DRAWN_MAX => Err(CommandError::OUT_OF_RANGE),
            Self::Repeated(count) => Ok((0..count)
                .map(|_| elements[call.random(elements.len())].clone())
                .collect()),
        }
    }
}

/// Brings `count` elements drawn at random to the front.
fn shuffle_front<T>(call: &mut Call<'_>, elements: &mut [T], count: usize) {
    for at in 0..count.min(elements.len()) {
        let drawn = at + call.random(elements.len() - at);
        elements.swap(at, drawn);
    }
}

/// One element drawn at random, or nothing.
fn one<T>(call: &mut Call<'_>, mut elements: Vec<T>) -> Option<T> {
    if elements.is_empty() {
        return None;
    }
    let at = call.random(elements.len());
    Some(elements.swap_remove(at))
}

pub(super) fn srandmember(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let draw = match &call.words[2..] {
        [] => None,
        [count] => Some(Draw::parse(count)?),
        _ => return Err(CommandError::SYNTAX),
    };
    let members = call.members(call.word(1))?;
    Ok(match draw {
        None => Reply::bulk_or_nil(one(call, members)),
        Some(draw) => Reply::bulks(draw.of(call, members)?),
    })
}

pub(super) fn spop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    let count = match &call.words[2..] {
        [] => None,
        [count] => {
            let count = number::integer(count).and_then(|count| usize::try_from(count).ok());
            Some(count.ok_or(CommandError::NOT_POSITIVE)?)
        }
        _ => return Err(CommandError::SYNTAX),
    };
    call.bury_expired(key);
    let members = call.members(key)?;
    let popped = Draw::Distinct(count.unwrap_or(1)).of(call, members)?;
    let removals = popped
        .iter()
        .map(|member| Update::RemoveMember(member.as_slice().into()));
    call.update(key, removals.collect());
    Ok(match count {
        None => Reply::bulk_or_nil(popped.into_iter().next()),
        Some(_) => Reply::bulks(popped),
    })
}

pub(super) fn hrandfield(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let fields = |call: &Call<'_>| call.fields(call.word(1));
    draw_pairs(call, b"withvalues", fields)
}

pub(super) fn zrandmember(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let scores = |call: &Call<'_>| {
        let ranked = call.ranked(call.word(1))?.into_iter();
        Ok(ranked
            .map(|(name, score)| (name, score::text(score)))
            .collect())
    };
    draw_pairs(call, b"withscores", scores)
}

/// Draws names, and what goes with them if the last word is `option`.
fn draw_pairs(
    call: &mut Call<'_>,
    option: &[u8],
    pairs: impl Fn(&Call<'_>) -> Result<Vec<FieldValue>, CommandError>,
) -> Result<Reply, CommandError> {
    let (draw, with_values) = match &call.words[2..] {
        [] => (None, false),
        [count] => (Some(Draw::parse(count)?), false),
        [count, word] if word.eq_ignore_ascii_case(option) => {
            let is_double = |count: &i64| count.unsigned_abs() <= i64::MAX.unsigned_abs() / 2;
            let draw = Draw::parse(count)?;
            let fits = number::integer(count).filter(is_double);
            (fits.map(|_| draw), true)
        }
        [count, ..] => {
            Draw::parse(count)?;
            return Err(CommandError::SYNTAX);
        }
    };
    if with_values && draw.is_none() {
        return Err(CommandError::OUT_OF_RANGE);
    }
    let fields = pairs(call)?;
    let Some(draw) = draw else {
        return Ok(Reply::bulk_or_nil(
            one(call, fields).map(|(field, _)| field),
        ));
    };
    let drawn = draw.of(call, fields)?.into_iter();
    Ok(Reply::bulks(drawn.flat_map(|(field, value)| {
        std::iter::once(field).chain(with_values.then_some(value))
    })))
}
