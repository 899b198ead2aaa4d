//! `SORT`: the elements of a list, a set or a sorted set in order.
//!
//! Source: Redis 7.4 source, src/sort.c. Text is compared byte by byte, as in the C locale.

use std::cmp::Ordering;

use crate::crdt::effect::Update;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::list;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::sort_options::Options;

const NOT_NUMBERS: CommandError =
    CommandError::Text("ERR One or more scores can't be converted into double");

pub(super) fn sort(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let options = Options::parse(call, true)?;
    let found = found(call, &options)?;
    let Some(target) = options.target else {
        return Ok(shown(found));
    };
    call.bury_expired(target);
    let count = found.len();
    let old = call.exists(target).then_some(Update::Remove);
    let elements = found.into_iter().map(Option::unwrap_or_default);
    let new = (count > 0).then(|| list::insertion(0, elements));
    call.update(target, old.into_iter().chain(new).collect());
    Ok(Reply::count(count))
}

pub(super) fn sort_ro(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let options = Options::parse(call, false)?;
    Ok(shown(found(call, &options)?))
}

fn shown(found: Vec<Option<Vec<u8>>>) -> Reply {
    Reply::Array(found.into_iter().map(Reply::bulk_or_nil).collect())
}

/// What is asked for, in order; nothing where a `GET` finds nothing.
fn found(call: &Call<'_>, options: &Options<'_>) -> Result<Vec<Option<Vec<u8>>>, CommandError> {
    let key = call.word(1);
    let mut elements = match call.kind(key) {
        None => Vec::new(),
        Some("list") => call.elements(key, 0, u64::MAX)?,
        Some("set") => call.members(key)?,
        Some("zset") => {
            let ranked = call.ranked(key)?.into_iter();
            ranked.map(|(name, _)| name).collect()
        }
        Some(_) => return Err(CommandError::WRONG_TYPE),
    };
    let is_set = call.kind(key) == Some("set");
    if options.is_as_found && options.is_descending && !is_set {
        elements.reverse();
    }
    // What is stored must not depend on the order in which a set happens to lie.
    if options.is_as_found && is_set && options.target.is_some() {
        elements = ordered(call, elements, None, true, options.is_descending)?;
    } else if !options.is_as_found {
        let (is_alpha, is_descending) = (options.is_alpha, options.is_descending);
        elements = ordered(call, elements, options.by, is_alpha, is_descending)?;
    }
    let (first, count) = options.part(elements.len());
    let part = elements.into_iter().skip(first).take(count);
    if options.get.is_empty() {
        return Ok(part.map(Some).collect());
    }
    let each = part.flat_map(|element| {
        let patterns = options.get.iter();
        let got: Vec<_> = patterns
            .map(|pattern| looked_up(call, pattern, &element))
            .collect();
        got
    });
    Ok(each.collect())
}

/// What an element is sorted by.
enum Weight {
    Number(f64),
    Text(Option<Vec<u8>>),
}

fn ordered(
    call: &Call<'_>,
    elements: Vec<Vec<u8>>,
    by: Option<&[u8]>,
    is_alpha: bool,
    is_descending: bool,
) -> Result<Vec<Vec<u8>>, CommandError> {
    let weigh = |element: Vec<u8>| {
        let text = match by {
            None => Some(element.clone()),
            Some(pattern) => looked_up(call, pattern, &element),
        };
        let weight = match text {
            text if is_alpha => Weight::Text(text),
            None => Weight::Number(0.0),
            Some(text) => Weight::Number(value(&text).ok_or(NOT_NUMBERS)?),
        };
        Ok((weight, element))
    };
    let weighed: Result<Vec<_>, CommandError> = elements.into_iter().map(weigh).collect();
    let mut weighed = weighed?;
    weighed.sort_by(|left, right| {
        let order = match (&left.0, &right.0) {
            (Weight::Number(left_weight), Weight::Number(right_weight)) => {
                let order = left_weight.partial_cmp(right_weight);
                let order = order.unwrap_or(Ordering::Equal);
                order.then_with(|| left.1.cmp(&right.1))
            }
            (Weight::Text(left), Weight::Text(right)) => left.cmp(right),
            _ => unreachable!("all are weighed alike"),
        };
        if is_descending {
            order.reverse()
        } else {
            order
        }
    });
    Ok(weighed.into_iter().map(|(_, element)| element).collect())
}

/// A number as C's `strtod` reads it: nothing is zero.
fn value(text: &[u8]) -> Option<f64> {
    let text = text.trim_ascii_start();
    if text.is_empty() {
        return Some(0.0);
    }
    number::float(text)
}

/// The string, or the field of a hash, that a pattern stands for with `element` in it.
fn looked_up(call: &Call<'_>, pattern: &[u8], element: &[u8]) -> Option<Vec<u8>> {
    if pattern == b"#" {
        return Some(element.to_vec());
    }
    let star = pattern.iter().position(|byte| *byte == b'*')?;
    let (head, tail) = (&pattern[..star], &pattern[star + 1..]);
    let arrow = tail.windows(2).position(|pair| pair == b"->");
    let arrow = arrow.filter(|arrow| arrow + 2 < tail.len());
    let (tail, field) = match arrow {
        Some(arrow) => (&tail[..arrow], Some(&tail[arrow + 2..])),
        None => (tail, None),
    };
    let key = [head, element, tail].concat();
    match field {
        Some(field) => call.field(&key, field).ok()?,
        None => call.string(&key).ok()?,
    }
}
