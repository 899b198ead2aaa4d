//! Union, intersection and difference of sorted sets, and of sets, whose members all score 1.

use std::collections::BTreeMap;

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::score::{self, Scored};
use crate::instance::command::sorted_range;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Union,
    Intersection,
    Difference,
}

/// What becomes of the scores of one member.
#[derive(Clone, Copy)]
enum Aggregate {
    Sum,
    Min,
    Max,
}

impl Aggregate {
    fn of(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Sum => number_or_zero(left + right),
            Self::Min => {
                if right < left {
                    right
                } else {
                    left
                }
            }
            Self::Max => {
                if right > left {
                    right
                } else {
                    left
                }
            }
        }
    }
}

/// Infinities that cancel out, and infinity weighed with nothing, make zero.
fn number_or_zero(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

/// What follows the keys.
struct Options {
    weights: Vec<f64>,
    aggregate: Aggregate,
    with_scores: bool,
    limit: usize,
}

/// What a command does with the result.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Tell,
    Store,
    Count,
}

/// Where the number of keys stands.
fn count_at(end: End) -> usize {
    if end == End::Store { 2 } else { 1 }
}

fn options(
    mut words: &[Vec<u8>],
    keys: usize,
    operation: Operation,
    end: End,
) -> Result<Options, CommandError> {
    let mut options = Options {
        weights: vec![1.0; keys],
        aggregate: Aggregate::Sum,
        with_scores: false,
        limit: 0,
    };
    let weighs = operation != Operation::Difference && end != End::Count;
    while let [option, rest @ ..] = words {
        words = match (option.to_ascii_lowercase().as_slice(), rest) {
            (b"weights", rest) if weighs && rest.len() >= keys => {
                let (weights, rest) = rest.split_at(keys);
                let weights = weights.iter().map(|word| score::parse(word));
                let weights: Option<Vec<f64>> = weights.collect();
                let refused = CommandError::Text("ERR weight value is not a float");
                options.weights = weights.ok_or(refused)?;
                rest
            }
            (b"aggregate", [how, rest @ ..]) if weighs => {
                options.aggregate = match how.to_ascii_lowercase().as_slice() {
                    b"sum" => Aggregate::Sum,
                    b"min" => Aggregate::Min,
                    b"max" => Aggregate::Max,
                    _ => return Err(CommandError::SYNTAX),
                };
                rest
            }
            (b"withscores", rest) if end == End::Tell => {
                options.with_scores = true;
                rest
            }
            (b"limit", [limit, rest @ ..]) if end == End::Count => {
                let limit = number::integer(limit).and_then(|limit| usize::try_from(limit).ok());
                let refused = CommandError::Text("ERR LIMIT can't be negative");
                options.limit = limit.ok_or(refused)?;
                rest
            }
            _ => return Err(CommandError::SYNTAX),
        };
    }
    Ok(options)
}

/// What the command's keys make, in order, and its options.
fn combined(
    call: &Call<'_>,
    operation: Operation,
    end: End,
) -> Result<(Vec<Scored>, Options), CommandError> {
    let at = count_at(end);
    let count = call.integer(at)?;
    let count = usize::try_from(count).ok().filter(|count| *count > 0);
    let count = count.ok_or(CommandError::KeyNeeded(call.command.name))?;
    if count > call.words.len() - at - 1 {
        return Err(CommandError::SYNTAX);
    }
    let (keys, words) = call.words[at + 1..].split_at(count);
    let mut sources = Vec::with_capacity(count);
    for key in keys {
        sources.push(call.weighted(key)?);
    }
    let options = options(words, count, operation, end)?;
    let weighted = sources.into_iter().zip(&options.weights);
    let mut weighted: Vec<(Vec<Scored>, f64)> =
        weighted.map(|(source, weight)| (source, *weight)).collect();
    if operation != Operation::Difference {
        // Redis adds up from the smallest on: the last bit of a sum depends on it.
        weighted.sort_by_key(|(source, _)| source.len());
    }
    let mut rest = weighted.into_iter().map(|(source, weight)| {
        let weigh = |(name, score)| (name, number_or_zero(weight * score));
        source
            .into_iter()
            .map(weigh)
            .collect::<BTreeMap<Vec<u8>, f64>>()
    });
    let mut result = rest.next().unwrap_or_default();
    for source in rest {
        match operation {
            Operation::Difference => result.retain(|name, _| !source.contains_key(name)),
            Operation::Intersection => result.retain(|name, score| {
                let other = source.get(name);
                *score = other.map_or(*score, |other| options.aggregate.of(*score, *other));
                other.is_some()
            }),
            Operation::Union => {
                for (name, score) in source {
                    let known = result.entry(name);
                    known
                        .and_modify(|known| *known = options.aggregate.of(*known, score))
                        .or_insert(score);
                }
            }
        }
    }
    let mut result: Vec<Scored> = result.into_iter().collect();
    result.sort_by(score::order);
    Ok((result, options))
}

fn tell(call: &Call<'_>, operation: Operation) -> Result<Reply, CommandError> {
    let (result, options) = combined(call, operation, End::Tell)?;
    Ok(sorted_range::listed(result, options.with_scores))
}

fn store(call: &mut Call<'_>, operation: Operation) -> Result<Reply, CommandError> {
    let (result, _) = combined(call, operation, End::Store)?;
    Ok(sorted_range::store(call, result))
}

pub(super) fn zunion(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    tell(call, Operation::Union)
}

pub(super) fn zinter(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    tell(call, Operation::Intersection)
}

pub(super) fn zdiff(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    tell(call, Operation::Difference)
}

pub(super) fn zunionstore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    store(call, Operation::Union)
}

pub(super) fn zinterstore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    store(call, Operation::Intersection)
}

pub(super) fn zdiffstore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    store(call, Operation::Difference)
}

pub(super) fn zintercard(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (result, options) = combined(call, Operation::Intersection, End::Count)?;
    let most = if options.limit == 0 {
        usize::MAX
    } else {
        options.limit
    };
    Ok(Reply::count(result.len().min(most)))
}
