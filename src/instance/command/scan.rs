//! `SCAN`, `HSCAN`, `SSCAN`, `ZSCAN`: a collection in pieces.
//!
//! Elements are walked in the order of a hash of their names, and the cursor is the hash where the
//! next piece starts: what is there all along is returned exactly once, whatever comes and goes.
//! (Redis promises at least once.) As in Redis a small collection comes whole.

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::glob;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::score;

/// Up to so many elements a hash, a set or a sorted set comes in one piece. Source: Redis docs,
/// redis.conf, `hash-max-listpack-entries`, `set-max-listpack-entries`,
/// `zset-max-listpack-entries`.
const WHOLE_UP_TO: usize = 128;
/// Source: Redis docs, commands/scan.md: the default `COUNT`.
const COUNT_DEFAULT: usize = 10;

/// What is walked through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walked {
    Keys,
    Fields,
    Members,
    Scores,
}

struct Options<'a> {
    pattern: &'a [u8],
    kind: Option<Vec<u8>>,
    count: usize,
    names_only: bool,
}

fn options<'a>(mut words: &'a [Vec<u8>], walked: Walked) -> Result<Options<'a>, CommandError> {
    let mut options = Options {
        pattern: b"*",
        kind: None,
        count: COUNT_DEFAULT,
        names_only: false,
    };
    while let [name, rest @ ..] = words {
        words = match (name.to_ascii_lowercase().as_slice(), rest) {
            (b"match", [pattern, rest @ ..]) => {
                options.pattern = pattern;
                rest
            }
            (b"count", [count, rest @ ..]) => {
                let count = number::integer(count).ok_or(CommandError::NOT_INTEGER)?;
                let count = usize::try_from(count).ok().filter(|&count| count > 0);
                options.count = count.ok_or(CommandError::SYNTAX)?;
                rest
            }
            (b"type", [kind, rest @ ..]) if walked == Walked::Keys => {
                options.kind = Some(kind.to_ascii_lowercase());
                rest
            }
            (b"novalues", rest) if walked == Walked::Fields => {
                options.names_only = true;
                rest
            }
            (b"novalues", _) => {
                return Err(CommandError::Text(
                    "ERR NOVALUES option can only be used in HSCAN",
                ));
            }
            _ => return Err(CommandError::SYNTAX),
        };
    }
    Ok(options)
}

fn cursor(text: &[u8]) -> Result<u64, CommandError> {
    number::unsigned(text).ok_or(CommandError::CURSOR)
}

/// The place of an element in the walk; never zero, which is the cursor of start and end.
fn place(name: &[u8]) -> u64 {
    // FNV-1a, then a finaliser, so that short names spread over the whole range.
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let hash = name.iter().fold(BASIS, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    });
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(MIX);
    (mixed ^ (mixed >> 29)).max(1)
}

/// The elements from `cursor` on, about `count` of them, and the cursor of the rest.
fn piece<T>(
    elements: Vec<T>,
    name: impl Fn(&T) -> &[u8],
    cursor: u64,
    count: usize,
) -> (u64, Vec<T>) {
    let mut placed: Vec<(u64, T)> = elements
        .into_iter()
        .map(|element| (place(name(&element)), element))
        .filter(|(place, _)| *place >= cursor)
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    let mut end = count.min(placed.len());
    // Elements of one place stay together: a cursor cannot point between them.
    while 0 < end && end < placed.len() && placed[end].0 == placed[end - 1].0 {
        end += 1;
    }
    let next = placed.get(end).map_or(0, |(place, _)| *place);
    placed.truncate(end);
    (
        next,
        placed.into_iter().map(|(_, element)| element).collect(),
    )
}

fn answer(next: u64, names: Vec<Vec<u8>>) -> Reply {
    Reply::Array(vec![
        Reply::Bulk(next.to_string().into_bytes()),
        Reply::bulks(names),
    ])
}

pub(super) fn scan(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let cursor = cursor(call.word(1))?;
    let options = options(&call.words[2..], Walked::Keys)?;
    let (next, mut keys) = piece(call.keys(), |key| key, cursor, options.count);
    keys.retain(|key| {
        glob::matches(options.pattern, key)
            && options.kind.as_ref().is_none_or(|kind| {
                call.kind(key)
                    .is_some_and(|visible| visible.as_bytes() == kind)
            })
    });
    Ok(answer(next, keys))
}

pub(super) fn hscan(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let cursor = cursor(call.word(2))?;
    let options = options(&call.words[3..], Walked::Fields)?;
    let fields = call.fields(call.word(1))?;
    let whole = fields.len() <= WHOLE_UP_TO;
    let count = if whole { fields.len() } else { options.count };
    let (next, fields) = piece(fields, |(field, _)| field, cursor, count);
    let found = fields
        .into_iter()
        .filter(|(field, _)| glob::matches(options.pattern, field));
    let names = found.flat_map(|(field, value)| {
        std::iter::once(field).chain((!options.names_only).then_some(value))
    });
    Ok(answer(next, names.collect()))
}

pub(super) fn sscan(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let cursor = cursor(call.word(2))?;
    let options = options(&call.words[3..], Walked::Members)?;
    let members = call.members(call.word(1))?;
    let whole = members.len() <= WHOLE_UP_TO;
    let count = if whole { members.len() } else { options.count };
    let (next, mut members) = piece(members, |member| member, cursor, count);
    members.retain(|member| glob::matches(options.pattern, member));
    Ok(answer(next, members))
}

pub(super) fn zscan(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let cursor = cursor(call.word(2))?;
    let options = options(&call.words[3..], Walked::Scores)?;
    let scores = call.ranked(call.word(1))?;
    let whole = scores.len() <= WHOLE_UP_TO;
    let count = if whole { scores.len() } else { options.count };
    let (next, mut scores) = piece(scores, |(name, _)| name, cursor, count);
    scores.retain(|(name, _)| glob::matches(options.pattern, name));
    let names = scores.into_iter();
    let names = names.flat_map(|(name, score)| [name, score::text(score)]);
    Ok(answer(next, names.collect()))
}
