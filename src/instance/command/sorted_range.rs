//! Parts of sorted sets: by rank, by score, by name.

use crate::crdt::effect::Update;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::score::{self, By, Range, Scored};

/// What a command of this family leaves open, and where its words begin.
struct Form {
    /// Where the key stands.
    key: usize,
    /// Fixed by the command's name.
    by: Option<By>,
    /// Fixed by the command's name.
    backward: Option<bool>,
    stores: bool,
}

impl Form {
    const fn fixed(by: By, backward: bool) -> Self {
        Self {
            key: 1,
            by: Some(by),
            backward: Some(backward),
            stores: false,
        }
    }

    const fn open(key: usize, stores: bool) -> Self {
        Self {
            key,
            by: None,
            backward: None,
            stores,
        }
    }
}

/// What is asked for.
struct Query {
    range: Range,
    backward: bool,
    offset: i64,
    /// Negative for all.
    limit: i64,
    with_scores: bool,
}

impl Query {
    fn parse(words: &[Vec<u8>], form: &Form) -> Result<Self, CommandError> {
        let (mut by, mut backward, mut with_scores) = (form.by, form.backward, false);
        let (mut offset, mut limit) = (0, -1);
        let mut rest = &words[form.key + 3..];
        while let [option, tail @ ..] = rest {
            rest = match (option.to_ascii_lowercase().as_slice(), tail) {
                (b"withscores", tail) if !form.stores => {
                    with_scores = true;
                    tail
                }
                (b"limit", [from, count, tail @ ..]) => {
                    let pair = number::integer(from).zip(number::integer(count));
                    (offset, limit) = pair.ok_or(CommandError::NOT_INTEGER)?;
                    tail
                }
                (b"rev", tail) if form.backward.is_none() && backward.is_none() => {
                    backward = Some(true);
                    tail
                }
                (b"byscore", tail) if by.is_none() => {
                    by = Some(By::Score);
                    tail
                }
                (b"bylex", tail) if by.is_none() => {
                    by = Some(By::Lex);
                    tail
                }
                _ => return Err(CommandError::SYNTAX),
            };
        }
        let (by, backward) = (by.unwrap_or(By::Rank), backward.unwrap_or(false));
        if limit != -1 && by == By::Rank {
            return Err(CommandError::Text(
                "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or \
                 BYLEX",
            ));
        }
        if with_scores && by == By::Lex {
            return Err(CommandError::Text(
                "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
            ));
        }
        let (mut min, mut max) = (&words[form.key + 1], &words[form.key + 2]);
        if backward && by != By::Rank {
            (min, max) = (max, min);
        }
        Ok(Self {
            range: Range::parse(by, min, max)?,
            backward,
            offset,
            limit,
            with_scores,
        })
    }

    fn of(&self, ranked: Vec<Scored>) -> Vec<Scored> {
        let found = self.range.select(ranked, self.backward);
        if matches!(self.range, Range::Rank(..)) {
            return found;
        }
        let Ok(offset) = usize::try_from(self.offset) else {
            return Vec::new();
        };
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        found.into_iter().skip(offset).take(limit).collect()
    }
}

/// Members, and scores if wanted.
pub(super) fn listed(found: Vec<Scored>, with_scores: bool) -> Reply {
    Reply::bulks(found.into_iter().flat_map(|(name, score)| {
        std::iter::once(name).chain(with_scores.then(|| score::text(score)))
    }))
}

fn range(call: &Call<'_>, form: &Form) -> Result<Reply, CommandError> {
    let query = Query::parse(call.words, form)?;
    let found = query.of(call.ranked(call.word(form.key))?);
    Ok(listed(found, query.with_scores))
}

pub(super) fn zrange(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    range(call, &Form::open(1, false))
}

pub(super) fn zrevrange(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    range(call, &Form::fixed(By::Rank, true))
}

pub(super) fn zrangebyscore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    range(call, &Form::fixed(By::Score, false))
}

pub(super) fn zrevrangebyscore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    range(call, &Form::fixed(By::Score, true))
}

pub(super) fn zrangebylex(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    range(call, &Form::fixed(By::Lex, false))
}

pub(super) fn zrevrangebylex(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    range(call, &Form::fixed(By::Lex, true))
}

pub(super) fn zrangestore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let form = Form::open(2, true);
    let query = Query::parse(call.words, &form)?;
    let found = query.of(call.ranked(call.word(form.key))?);
    Ok(store(call, found))
}

/// Replaces the key in word 1 by these members, in one effect.
pub(super) fn store(call: &mut Call<'_>, found: Vec<Scored>) -> Reply {
    store_into(call, call.word(1), found)
}

/// The same into `target`.
pub(super) fn store_into(call: &mut Call<'_>, target: &[u8], found: Vec<Scored>) -> Reply {
    call.bury_expired(target);
    let count = found.len();
    let old = call.exists(target).then_some(Update::Remove);
    let adds = found.into_iter().map(|(name, score)| {
        let kept = score::kept(score, count, &name);
        Update::SetScore(name.into(), kept)
    });
    call.update(target, old.into_iter().chain(adds).collect());
    Reply::count(count)
}

pub(super) fn zcount(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    count(call, By::Score)
}

pub(super) fn zlexcount(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    count(call, By::Lex)
}

fn count(call: &Call<'_>, by: By) -> Result<Reply, CommandError> {
    let range = Range::parse(by, call.word(2), call.word(3))?;
    let found = range.select(call.ranked(call.word(1))?, false);
    Ok(Reply::count(found.len()))
}

pub(super) fn zremrangebyrank(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    remove(call, By::Rank)
}

pub(super) fn zremrangebyscore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    remove(call, By::Score)
}

pub(super) fn zremrangebylex(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    remove(call, By::Lex)
}

fn remove(call: &mut Call<'_>, by: By) -> Result<Reply, CommandError> {
    let range = Range::parse(by, call.word(2), call.word(3))?;
    let key = call.word(1);
    call.bury_expired(key);
    let found = range.select(call.ranked(key)?, false);
    let count = found.len();
    take(call, key, &found);
    Ok(Reply::count(count))
}

/// Removes these members, in one effect.
pub(super) fn take(call: &mut Call<'_>, key: &[u8], found: &[Scored]) {
    let removals = found
        .iter()
        .map(|(name, _)| Update::RemoveScore(name.as_slice().into()));
    call.update(key, removals.collect());
}
