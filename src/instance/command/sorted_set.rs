//! Sorted sets: members with scores. A condition is decided here; what is sent is the resulting
//! score, or the increment (`Z-9`).

use std::collections::BTreeMap;

use crate::crdt::effect::Update;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::is_word;
use crate::instance::command::reply::Reply;
use crate::instance::command::score::{self, Scored};

/// An option of `ZADD`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flag {
    Nx,
    Xx,
    Gt,
    Lt,
    Ch,
    Incr,
}

impl Flag {
    fn parse(word: &[u8]) -> Option<Self> {
        match word.to_ascii_lowercase().as_slice() {
            b"nx" => Some(Self::Nx),
            b"xx" => Some(Self::Xx),
            b"gt" => Some(Self::Gt),
            b"lt" => Some(Self::Lt),
            b"ch" => Some(Self::Ch),
            b"incr" => Some(Self::Incr),
            _ => None,
        }
    }
}

/// The options of one command.
struct Flags(Vec<Flag>);

impl Flags {
    fn has(&self, flag: Flag) -> bool {
        self.0.contains(&flag)
    }

    fn check(&self, pairs: usize) -> Result<(), CommandError> {
        let [nx, xx, gt, lt] = [Flag::Nx, Flag::Xx, Flag::Gt, Flag::Lt].map(|flag| self.has(flag));
        if nx && xx {
            return Err(CommandError::Text(
                "ERR XX and NX options at the same time are not compatible",
            ));
        }
        if (nx && (gt || lt)) || (gt && lt) {
            return Err(CommandError::Text(
                "ERR GT, LT, and/or NX options at the same time are not compatible",
            ));
        }
        if self.has(Flag::Incr) && pairs > 1 {
            return Err(CommandError::Text(
                "ERR INCR option supports a single increment-element pair",
            ));
        }
        Ok(())
    }

    /// The score that a member has afterwards, or nothing if the options leave it alone.
    fn decide(&self, old: Option<f64>, given: f64) -> Result<Option<f64>, CommandError> {
        let Some(old) = old else {
            return Ok((!self.has(Flag::Xx)).then_some(given));
        };
        if self.has(Flag::Nx) {
            return Ok(None);
        }
        let new = if self.has(Flag::Incr) {
            old + given
        } else {
            given
        };
        if new.is_nan() {
            return Err(CommandError::NOT_A_SCORE);
        }
        let is_refused = (self.has(Flag::Lt) && new >= old) || (self.has(Flag::Gt) && new <= old);
        // Minus zero is zero, and no change.
        let new = if score::is_same(new, old) { old } else { new };
        Ok((!is_refused).then_some(new))
    }
}

pub(super) fn zadd(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    add(call, Vec::new())
}

pub(super) fn zincrby(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    add(call, vec![Flag::Incr])
}

fn add(call: &mut Call<'_>, mut flags: Vec<Flag>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    let mut rest = &call.words[2..];
    while let [word, tail @ ..] = rest
        && let Some(flag) = Flag::parse(word)
    {
        flags.push(flag);
        rest = tail;
    }
    let (pairs, odd) = rest.as_chunks::<2>();
    if pairs.is_empty() || !odd.is_empty() {
        return Err(CommandError::SYNTAX);
    }
    let flags = Flags(flags);
    flags.check(pairs.len())?;
    let scores = pairs.iter().map(|[score, _]| score::parse(score));
    let scores: Option<Vec<f64>> = scores.collect();
    let scores = scores.ok_or(CommandError::NOT_FLOAT)?;
    call.bury_expired(key);
    let names: Vec<&[u8]> = pairs.iter().map(|[_, member]| member.as_slice()).collect();
    let old = call.scores(key, &names)?;
    let mut known: BTreeMap<&[u8], Option<f64>> = names.iter().copied().zip(old).collect();
    let mut written: BTreeMap<&[u8], f64> = BTreeMap::new();
    let (mut added, mut changed) = (0, 0);
    for (name, given) in names.into_iter().zip(&scores) {
        let old = known.insert(name, None).flatten();
        let new = flags.decide(old, *given)?;
        known.insert(name, new.or(old));
        if let Some(new) = new {
            added += usize::from(old.is_none());
            changed += usize::from(old.is_some_and(|old| !score::is_same(old, new)));
            written.insert(name, new);
        }
    }
    if flags.has(Flag::Incr) {
        let Some(name) = written.into_keys().next() else {
            return Ok(Reply::Nil);
        };
        call.update(key, vec![Update::AddScore(name.into(), scores[0])]);
        let shown = call.scores(key, &[name])?[0];
        return Ok(Reply::bulk_or_nil(shown.map(score::text)));
    }
    let members = usize::try_from(call.score_count(key)?).unwrap_or(usize::MAX) + added;
    let updates = written.into_iter().map(|(name, score)| {
        let kept = score::kept(score, members, name);
        Update::SetScore(name.into(), kept)
    });
    call.update(key, updates.collect());
    let is_changed_told = flags.has(Flag::Ch);
    Ok(Reply::count(if is_changed_told {
        added + changed
    } else {
        added
    }))
}

pub(super) fn zrem(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let mut names: Vec<&[u8]> = call.words[2..].iter().map(Vec::as_slice).collect();
    names.sort_unstable();
    names.dedup();
    let known = call.scores(key, &names)?;
    let gone = names
        .into_iter()
        .zip(known)
        .filter(|(_, score)| score.is_some());
    let updates: Vec<Update> = gone
        .map(|(name, _)| Update::RemoveScore(name.into()))
        .collect();
    let count = updates.len();
    call.update(key, updates);
    Ok(Reply::count(count))
}

pub(super) fn zcard(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::count(call.score_count(call.word(1))?))
}

pub(super) fn zscore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let score = call.scores(call.word(1), &[call.word(2)])?[0];
    Ok(Reply::bulk_or_nil(score.map(score::text)))
}

pub(super) fn zmscore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let names: Vec<&[u8]> = call.words[2..].iter().map(Vec::as_slice).collect();
    let scores = call.scores(call.word(1), &names)?.into_iter();
    let texts = scores.map(|score| Reply::bulk_or_nil(score.map(score::text)));
    Ok(Reply::Array(texts.collect()))
}

pub(super) fn zrank(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    rank(call, |ranked, at| ranked.get(at))
}

pub(super) fn zrevrank(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    rank(call, |ranked, at| ranked.iter().rev().nth(at))
}

/// The rank of a member in the order that `at` counts in, and its score `WITHSCORE`.
fn rank(
    call: &Call<'_>,
    at: impl Fn(&[Scored], usize) -> Option<&Scored>,
) -> Result<Reply, CommandError> {
    let with_score = match &call.words[3..] {
        [] => false,
        [option] if is_word(option, "withscore") => true,
        [_] => return Err(CommandError::SYNTAX),
        _ => return Err(CommandError::Arity(call.command.name)),
    };
    let ranked = call.ranked(call.word(1))?;
    let mut ranks = 0..ranked.len();
    let is_asked = |rank: &usize| at(&ranked, *rank).is_some_and(|(name, _)| name == call.word(2));
    let Some(rank) = ranks.find(is_asked) else {
        return Ok(Reply::Nil);
    };
    let Some((_, score)) = at(&ranked, rank).filter(|_| with_score) else {
        return Ok(Reply::count(rank));
    };
    let score = Reply::Bulk(score::text(*score));
    Ok(Reply::Array(vec![Reply::count(rank), score]))
}
