//! Intersection, union and difference of sets.

use std::collections::BTreeSet;

use crate::crdt::effect::Update;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;

type Members = BTreeSet<Vec<u8>>;
type Operation = fn(&Members, &Members) -> Members;

const INTERSECTION: Operation = |left, right| left & right;
const UNION: Operation = |left, right| left | right;
const DIFFERENCE: Operation = |left, right| left - right;

pub(super) fn sinter(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::bulks(combined(
        call,
        &call.words[1..],
        INTERSECTION,
    )?))
}

pub(super) fn sunion(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::bulks(combined(call, &call.words[1..], UNION)?))
}

pub(super) fn sdiff(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::bulks(combined(call, &call.words[1..], DIFFERENCE)?))
}

pub(super) fn sinterstore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    store(call, INTERSECTION)
}

pub(super) fn sunionstore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    store(call, UNION)
}

pub(super) fn sdiffstore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    store(call, DIFFERENCE)
}

/// The sets at `keys`, the first combined with each that follows.
fn combined(
    call: &Call<'_>,
    keys: &[Vec<u8>],
    combine: Operation,
) -> Result<Members, CommandError> {
    // All are read before any is combined: a key of another type is an error wherever it stands.
    let mut sets = Vec::with_capacity(keys.len());
    for key in keys {
        sets.push(call.members(key)?.into_iter().collect::<Members>());
    }
    let all = sets
        .into_iter()
        .reduce(|left, right| combine(&left, &right));
    Ok(all.unwrap_or_default())
}

/// Replaces the key in word 1 by the combination of the others, in one effect.
fn store(call: &mut Call<'_>, combine: Operation) -> Result<Reply, CommandError> {
    let target = call.word(1);
    let members = combined(call, &call.words[2..], combine)?;
    call.bury_expired(target);
    let count = members.len();
    let old = call.exists(target).then_some(Update::Remove);
    let adds = members
        .into_iter()
        .map(|member| Update::AddMember(member.into()));
    call.update(target, old.into_iter().chain(adds).collect());
    Ok(Reply::count(count))
}

pub(super) fn sintercard(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let count = number::integer(call.word(1)).and_then(|count| usize::try_from(count).ok());
    let count = count
        .filter(|&count| count > 0)
        .ok_or(CommandError::KEYS_WANTED)?;
    if count > call.words.len() - 2 {
        return Err(CommandError::Text(
            "ERR Number of keys can't be greater than number of args",
        ));
    }
    let (keys, mut options) = call.words[2..].split_at(count);
    let mut limit = 0;
    while let [name, value, rest @ ..] = options {
        if !name.eq_ignore_ascii_case(b"limit") {
            return Err(CommandError::SYNTAX);
        }
        let wanted = number::integer(value).and_then(|limit| usize::try_from(limit).ok());
        limit = wanted.ok_or(CommandError::Text("ERR LIMIT can't be negative"))?;
        options = rest;
    }
    if !options.is_empty() {
        return Err(CommandError::SYNTAX);
    }
    let found = combined(call, keys, INTERSECTION)?.len();
    Ok(Reply::count(if limit == 0 {
        found
    } else {
        found.min(limit)
    }))
}
