//! Values of a document changed in place: numbers, strings, arrays, containers emptied. Each is an
//! assignment of what it comes to (`J-13`), or elements that come and go (`J-10`).
//!
//! Source: RedisJSON docs, the commands' pages; error texts as of RedisJSON 2.6.

use crate::crdt::effect::Update;
use crate::crdt::json::literal::{Deed, Literal, Step};
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::json::{clamped, path_at, path_of, print, revision, value_of};
use crate::instance::command::json_path::{Path, Route};
use crate::instance::command::reply::Reply;

/// What becomes of one value: its updates, and the reply.
type Change<R> = Option<(Vec<Update>, R)>;

/// Changes each value of a path. Gives a reply for each, nothing where `change` says that it is not
/// of the type; the last one alone for a legacy path, which must have one.
fn change_each<R>(
    call: &mut Call<'_>,
    path: &Path,
    wanted: &'static str,
    mut change: impl FnMut(&Route, &Literal) -> Result<Change<R>, CommandError>,
) -> Result<Vec<Option<R>>, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let document = call.document(key)?.ok_or(CommandError::NO_DOCUMENT)?;
    let mut updates = Vec::new();
    let mut replies = Vec::new();
    for route in path.routes(&document) {
        let value = document.at(&route).expect("a route leads somewhere");
        let changed = change(&route, value)?;
        replies.push(changed.map(|(changes, reply)| {
            updates.extend(changes);
            reply
        }));
    }
    if path.is_legacy {
        replies.retain(Option::is_some);
        replies.drain(..replies.len().saturating_sub(1));
        if replies.is_empty() {
            return Err(CommandError::NoPathOr(path.text.clone(), wanted));
        }
    }
    call.update(key, updates);
    Ok(replies)
}

/// An array of replies, or the one of a legacy path.
fn answer(path: &Path, replies: Vec<Option<Reply>>) -> Reply {
    let mut replies = replies.into_iter().map(|reply| reply.unwrap_or(Reply::Nil));
    if path.is_legacy {
        return replies.next().unwrap_or(Reply::Nil);
    }
    Reply::Array(replies.collect())
}

fn assigned(route: &Route, value: Literal) -> Vec<Update> {
    vec![revision(route.clone(), Deed::Assign(value))]
}

/// `JSON.NUMINCRBY key path value`.
pub(super) fn numincrby(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    calculate(call, i64::checked_add, |left, right| left + right)
}

/// `JSON.NUMMULTBY key path value`.
pub(super) fn nummultby(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    calculate(call, i64::checked_mul, |left, right| left * right)
}

fn calculate(
    call: &mut Call<'_>,
    whole: fn(i64, i64) -> Option<i64>,
    double: fn(f64, f64) -> f64,
) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    let operand = value_of(call.word(3))?;
    let as_double = |value: &Literal| match value {
        Literal::Int(whole) => Some(*whole as f64),
        Literal::Double(double) => Some(*double),
        _ => None,
    };
    let right = as_double(&operand).ok_or(CommandError::JsonAt(0))?;
    let results = change_each(call, &path, "does not contains a number", |route, value| {
        let result = match (value, &operand) {
            (Literal::Int(left), Literal::Int(right)) => {
                let result = whole(*left, *right);
                Literal::Int(result.ok_or(CommandError::Text("ERR numeric overflow"))?)
            }
            _ => {
                let Some(left) = as_double(value) else {
                    return Ok(None);
                };
                let result = Some(double(left, right)).filter(|result| result.is_finite());
                Literal::Double(result.ok_or(CommandError::Text("ERR result is not a number"))?)
            }
        };
        Ok(Some((assigned(route, result.clone()), result)))
    })?;
    let mut values = results
        .into_iter()
        .map(|result| result.unwrap_or(Literal::Null));
    let shown = match path.is_legacy {
        true => values.next().unwrap_or(Literal::Null),
        false => Literal::Array(values.collect()),
    };
    Ok(Reply::Bulk(print(&shown)))
}

/// `JSON.STRAPPEND key [path] value`.
pub(super) fn strappend(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (path, word) = match &call.words[2..] {
        [value] => (path_of(b".")?, value),
        [path, value] => (path_of(path)?, value),
        _ => return Err(CommandError::Arity(call.command.name)),
    };
    let Literal::Text(tail) = value_of(word)? else {
        return Err(CommandError::Text(
            "WRONGTYPE wrong type of path value - expected string",
        ));
    };
    let replies = change_each(call, &path, "not a string", |route, value| {
        let Literal::Text(head) = value else {
            return Ok(None);
        };
        let joined = format!("{head}{tail}");
        let length = Reply::count(joined.len());
        Ok(Some((
            assigned(route, Literal::Text(joined.into())),
            length,
        )))
    })?;
    Ok(answer(&path, replies))
}

/// `JSON.TOGGLE key path`.
pub(super) fn toggle(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    let is_legacy = path.is_legacy;
    let replies = change_each(call, &path, "not a bool", |route, value| {
        let Literal::Bool(flag) = value else {
            return Ok(None);
        };
        let reply = if is_legacy {
            Reply::Bulk(print(&Literal::Bool(!flag)))
        } else {
            Reply::flag(!flag)
        };
        Ok(Some((assigned(route, Literal::Bool(!flag)), reply)))
    })?;
    Ok(answer(&path, replies))
}

/// `JSON.ARRAPPEND key path value [value …]`.
pub(super) fn arrappend(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    insert(call, &path, 3, Some)
}

/// `JSON.ARRINSERT key path index value [value …]`.
pub(super) fn arrinsert(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    let index = call.integer(3)?;
    insert(call, &path, 4, |length| {
        let position = if index < 0 { index + length } else { index };
        (0..=length).contains(&position).then_some(position)
    })
}

fn insert(
    call: &mut Call<'_>,
    path: &Path,
    first: usize,
    place: impl Fn(i64) -> Option<i64>,
) -> Result<Reply, CommandError> {
    let values: Result<Vec<Literal>, _> = call.words[first..]
        .iter()
        .map(|word| value_of(word))
        .collect();
    let values = values?;
    let replies = change_each(call, path, "not an array", |route, value| {
        let Literal::Array(items) = value else {
            return Ok(None);
        };
        let length = i64::try_from(items.len()).expect("an array fits 63 bits");
        let position = place(length).and_then(|position| u64::try_from(position).ok());
        let position = position.ok_or(CommandError::Text("ERR index out of bounds"))?;
        let update = revision(route.clone(), Deed::Insert(position, values.clone()));
        Ok(Some((
            vec![update],
            Reply::count(items.len() + values.len()),
        )))
    })?;
    Ok(answer(path, replies))
}

fn element(route: &Route, position: usize, deed: Deed) -> Update {
    let step = Step::Index(position as u64);
    revision([route.as_slice(), &[step]].concat(), deed)
}

/// `JSON.ARRPOP key [path [index]]`.
pub(super) fn arrpop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    let index = match &call.words[2..] {
        [] | [_] => -1,
        [_, _] => call.integer(3)?,
        _ => return Err(CommandError::Arity(call.command.name)),
    };
    let replies = change_each(call, &path, "not an array", |route, value| {
        let Literal::Array(items) = value else {
            return Ok(None);
        };
        let length = i64::try_from(items.len()).expect("an array fits 63 bits");
        let Some(last) = items.len().checked_sub(1) else {
            return Ok(Some((Vec::new(), Reply::Nil)));
        };
        let position = usize::try_from(clamped(index, length)).expect("not negative");
        let position = position.min(last);
        let reply = Reply::Bulk(print(&items[position]));
        Ok(Some((vec![element(route, position, Deed::Take)], reply)))
    })?;
    Ok(answer(&path, replies))
}

/// `JSON.ARRTRIM key path start stop`.
pub(super) fn arrtrim(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    let (start, stop) = (call.integer(3)?, call.integer(4)?);
    let replies = change_each(call, &path, "not an array", |route, value| {
        let Literal::Array(items) = value else {
            return Ok(None);
        };
        let length = i64::try_from(items.len()).expect("an array fits 63 bits");
        let from = clamped(start, length);
        let behind = if stop < 0 { stop + length } else { stop };
        let behind = behind.min(length - 1).saturating_add(1);
        let is_kept = |position: &usize| {
            let position = i64::try_from(*position).expect("an array fits 63 bits");
            (from..behind).contains(&position)
        };
        let gone = (0..items.len()).filter(|position| !is_kept(position));
        let updates: Vec<Update> = gone
            .map(|position| element(route, position, Deed::Remove))
            .collect();
        let reply = Reply::count(items.len() - updates.len());
        Ok(Some((updates, reply)))
    })?;
    Ok(answer(&path, replies))
}

/// `JSON.CLEAR key [path]`: the number of containers emptied and numbers set to 0.
pub(super) fn clear(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    let key = call.word(1);
    call.bury_expired(key);
    let document = call.document(key)?.ok_or(CommandError::NO_DOCUMENT)?;
    let mut updates = Vec::new();
    let mut count = 0;
    for route in path.outermost(&document) {
        let before = updates.len();
        match document.at(&route) {
            Some(Literal::Array(items)) => {
                let positions = 0..items.len();
                updates.extend(positions.map(|position| element(&route, position, Deed::Remove)));
            }
            Some(Literal::Object(fields)) => {
                let inner = fields.iter().map(|(name, _)| {
                    let step = Step::Field(name.clone());
                    revision([route.as_slice(), &[step]].concat(), Deed::Remove)
                });
                updates.extend(inner);
            }
            Some(Literal::Int(number)) if *number != 0 => {
                updates.extend(assigned(&route, Literal::Int(0)));
            }
            Some(Literal::Double(number)) if *number != 0.0 => {
                updates.extend(assigned(&route, Literal::Int(0)));
            }
            _ => {}
        }
        count += i64::from(updates.len() > before);
    }
    call.update(key, updates);
    Ok(Reply::Integer(count))
}
