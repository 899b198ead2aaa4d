//! Deadlines of hash fields, by the rules for keys (`H-9`).
//!
//! Source: Redis 7.4 docs, commands/hexpire.md and its kin: a code for each field, -2 for one that
//! is not there.

use std::collections::BTreeMap;

use crate::crdt::effect::Update;
use crate::crdt::value::Name;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::expiry::{Condition, Unit};
use crate::instance::command::number;
use crate::instance::command::reply::Reply;

/// The latest deadline of a field: fewer bits than a key's. Source: Redis 7.4 source,
/// `HFE_MAX_ABS_TIME_MSEC` in src/t_hash.c.
const DEADLINE_MS_MAX: i64 = (1 << 46) - 1;

const NO_FIELD: Reply = Reply::Integer(-2);
const NO_DEADLINE: Reply = Reply::Integer(-1);
const NOT_MET: Reply = Reply::Integer(0);
const DONE: Reply = Reply::Integer(1);
const DELETED: Reply = Reply::Integer(2);

/// Reads `FIELDS count field [field ...]` from word `from` to the end.
fn fields<'a>(
    call: &Call<'a>,
    from: usize,
    no_count: &'static str,
) -> Result<&'a [Vec<u8>], CommandError> {
    let words = call.words;
    let is_there = words
        .get(from)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"fields"));
    if !is_there {
        return Err(CommandError::Text(
            "ERR Mandatory argument FIELDS is missing or not at the right position",
        ));
    }
    let count = words.get(from + 1).and_then(|word| number::integer(word));
    let count = count.and_then(|count| usize::try_from(count).ok());
    let count = count
        .filter(|count| *count > 0)
        .ok_or(CommandError::Text(no_count))?;
    let names = &words[from + 2..];
    if names.len() == count {
        Ok(names)
    } else {
        Err(CommandError::Text(
            "ERR The `numfields` parameter must match the number of arguments",
        ))
    }
}

const COUNT_WANTED: &str = "ERR Number of fields must be a positive integer";

fn slices(names: &[Vec<u8>]) -> impl Iterator<Item = &[u8]> {
    names.iter().map(Vec::as_slice)
}

/// The deadline that word 2 names.
fn deadline(call: &Call<'_>, unit: Unit) -> Result<u64, CommandError> {
    let number = call.integer(2)?;
    if number < 0 {
        return Err(CommandError::Text("ERR invalid expire time, must be >= 0"));
    }
    let instant = unit.instant_ms(number, call.now_ms);
    let instant = instant.filter(|instant| *instant <= DEADLINE_MS_MAX);
    let instant = instant.and_then(|instant| u64::try_from(instant).ok());
    instant.ok_or(CommandError::ExpireTime(call.command.name))
}

fn expire(call: &mut Call<'_>, unit: Unit) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.field_count(key)?;
    let deadline_ms = deadline(call, unit)?;
    let options: [&[u8]; 4] = [b"nx", b"xx", b"gt", b"lt"];
    let is_option = options.contains(&call.word(3).to_ascii_lowercase().as_slice());
    let at = 3 + usize::from(is_option);
    let condition = Condition::parse(&call.words[3..at])?;
    let names = fields(
        call,
        at,
        "ERR Parameter `numFields` should be greater than 0",
    )?;
    call.bury_expired(key);
    call.bury_expired_fields(key, slices(names));
    let call_ms = call.now_ms;
    decide(call, names, |old| {
        if !condition.holds(old, deadline_ms) {
            Outcome::Left(NOT_MET)
        } else if deadline_ms <= call_ms {
            Outcome::Removed
        } else {
            Outcome::Until(Some(deadline_ms))
        }
    })
}

/// What becomes of one field.
enum Outcome {
    Left(Reply),
    Removed,
    Until(Option<u64>),
}

/// Carries out what `decide` makes of the deadline of each field that is there, in one effect. Of a
/// field named twice the second finds what the first has done.
fn decide(
    call: &mut Call<'_>,
    names: &[Vec<u8>],
    decide: impl Fn(Option<u64>) -> Outcome,
) -> Result<Reply, CommandError> {
    let key = call.word(1);
    let deadlines = call.field_deadlines(key, names)?;
    let mut known: BTreeMap<&Vec<u8>, Option<Option<u64>>> = names.iter().zip(deadlines).collect();
    let (mut codes, mut updates) = (Vec::new(), Vec::new());
    for name in names {
        let Some(old) = known[name] else {
            codes.push(NO_FIELD);
            continue;
        };
        let field = Name::from(name.as_slice());
        codes.push(match decide(old) {
            Outcome::Left(code) => code,
            Outcome::Removed => {
                known.insert(name, None);
                updates.push(Update::RemoveField(field));
                DELETED
            }
            Outcome::Until(deadline_ms) => {
                known.insert(name, Some(deadline_ms));
                updates.push(match deadline_ms {
                    Some(deadline_ms) => Update::ExpireField(field, deadline_ms),
                    None => Update::PersistField(field),
                });
                DONE
            }
        });
    }
    call.update(key, updates);
    Ok(Reply::Array(codes))
}

pub(super) fn hexpire(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    expire(call, Unit::SECONDS)
}

pub(super) fn hpexpire(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    expire(call, Unit::MILLISECONDS)
}

pub(super) fn hexpireat(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    expire(call, Unit::UNIX_SECONDS)
}

pub(super) fn hpexpireat(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    expire(call, Unit::UNIX_MILLISECONDS)
}

pub(super) fn hpersist(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.field_count(key)?;
    let names = fields(call, 2, COUNT_WANTED)?;
    call.bury_expired(key);
    call.bury_expired_fields(key, slices(names));
    decide(call, names, |old| match old {
        None => Outcome::Left(NO_DEADLINE),
        Some(_) => Outcome::Until(None),
    })
}

/// Tells the deadline of each field by `form`.
fn tell(call: &Call<'_>, form: impl Fn(u64) -> u64) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.field_count(key)?;
    let names = fields(call, 2, COUNT_WANTED)?;
    let deadlines = call.field_deadlines(key, names)?.into_iter();
    let told = deadlines.map(|known| match known {
        None => NO_FIELD,
        Some(None) => NO_DEADLINE,
        Some(Some(deadline_ms)) => Reply::count(form(deadline_ms)),
    });
    Ok(Reply::Array(told.collect()))
}

pub(super) fn httl(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let now_ms = call.now_ms;
    tell(call, |deadline_ms| (deadline_ms - now_ms).div_ceil(1000))
}

pub(super) fn hpttl(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let now_ms = call.now_ms;
    tell(call, |deadline_ms| deadline_ms - now_ms)
}

pub(super) fn hexpiretime(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    tell(call, |deadline_ms| deadline_ms.div_ceil(1000))
}

pub(super) fn hpexpiretime(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    tell(call, |deadline_ms| deadline_ms)
}

pub(super) fn hgetdel(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.field_count(key)?;
    let names = fields(call, 2, COUNT_WANTED)?;
    call.bury_expired(key);
    call.bury_expired_fields(key, slices(names));
    let mut values = Vec::new();
    let mut removals = Vec::new();
    for (place, name) in names.iter().enumerate() {
        // Named a second time, it is gone.
        let is_first = !names[..place].contains(name);
        let value = call.field(key, name)?.filter(|_| is_first);
        if value.is_some() {
            removals.push(Update::RemoveField(name.as_slice().into()));
        }
        values.push(Reply::bulk_or_nil(value));
    }
    call.update(key, removals);
    Ok(Reply::Array(values))
}
