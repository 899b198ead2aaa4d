//! Documents read, written and deleted. A path is resolved here, against the document as it is;
//! what its values become of concurrent changes is the document's affair.
//!
//! Source: RedisJSON docs, the commands' pages; error texts as of RedisJSON 2.6.

use crate::crdt::effect::Update;
use crate::crdt::json::literal::{Deed, Literal, Revision, Step};
use crate::crdt::json::text::{self, Layout};
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::json_path::{Path, Route, outermost};
use crate::instance::command::reply::Reply;

/// A word as a path.
pub(super) fn path_of(word: &[u8]) -> Result<Path, CommandError> {
    let word = std::str::from_utf8(word).map_err(|_| CommandError::PathAt(0))?;
    Path::parse(word).map_err(CommandError::PathAt)
}

/// The path among `words`, or the legacy root.
pub(super) fn path_at(call: &Call<'_>, index: usize) -> Result<Path, CommandError> {
    path_of(call.words.get(index).map_or(b".", Vec::as_slice))
}

/// A word as a JSON value.
pub(super) fn value_of(word: &[u8]) -> Result<Literal, CommandError> {
    let word = std::str::from_utf8(word).map_err(|_| CommandError::JsonAt(0))?;
    text::parse(word).map_err(CommandError::JsonAt)
}

pub(super) fn print(value: &Literal) -> Vec<u8> {
    text::print(value, &Layout::default()).into_bytes()
}

pub(super) fn revision(path: Route, deed: Deed) -> Update {
    Update::Revise(Box::new(Revision { path, deed }))
}

/// What RedisJSON calls the type of a value.
pub(super) fn type_name(value: &Literal) -> &'static str {
    match value {
        Literal::Null => "null",
        Literal::Bool(_) => "boolean",
        Literal::Int(_) => "integer",
        Literal::Double(_) => "number",
        Literal::Text(_) => "string",
        Literal::Array(_) => "array",
        Literal::Object(_) => "object",
    }
}

/// Answers a look at each value of a path: an array of replies, nil where `look` finds nothing of
/// its type; for a legacy path the first reply alone. `expected` names the type it looks for.
pub(super) fn look(
    call: &Call<'_>,
    path: &Path,
    expected: &'static str,
    look: impl Fn(&Literal) -> Option<Reply>,
) -> Result<Reply, CommandError> {
    let Some(document) = call.document(call.word(1))? else {
        return match path.is_legacy {
            true => Ok(Reply::Nil),
            false => Err(CommandError::NO_DOCUMENT),
        };
    };
    let routes = path.routes(&document).into_iter();
    let mut values = routes.filter_map(|route| document.at(&route));
    if !path.is_legacy {
        let replies = values.map(|value| look(value).unwrap_or(Reply::Nil));
        return Ok(Reply::Array(replies.collect()));
    }
    let value = values.next();
    let value = value.ok_or_else(|| CommandError::NoPath(path.text.clone()))?;
    look(value).ok_or_else(|| CommandError::JsonType {
        expected,
        found: type_name(value),
    })
}

/// `JSON.GET key [INDENT …] [NEWLINE …] [SPACE …] [path …]`.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let mut layout = Layout::default();
    let mut paths = Vec::new();
    let mut words = call.words[2..].iter();
    while let Some(word) = words.next() {
        let option = match word.to_ascii_lowercase().as_slice() {
            b"indent" => &mut layout.indent,
            b"newline" => &mut layout.newline,
            b"space" => &mut layout.space,
            b"noescape" => continue,
            _ => {
                paths.push(word.as_slice());
                continue;
            }
        };
        let value = words.next().ok_or(CommandError::Arity(call.command.name))?;
        *option = String::from_utf8_lossy(value).into_owned();
    }
    let Some(document) = call.document(call.word(1))? else {
        return Ok(Reply::Nil);
    };
    if paths.is_empty() {
        paths.push(b".");
    }
    let parsed: Result<Vec<Path>, _> = paths.iter().map(|path| path_of(path)).collect();
    let parsed = parsed?;
    let is_legacy = parsed.iter().all(|path| path.is_legacy);
    let mut found = Vec::new();
    for path in &parsed {
        found.push(values_at(&document, path, is_legacy)?);
    }
    let value = match found.len() {
        1 => found.swap_remove(0),
        _ => {
            let names = paths
                .iter()
                .map(|path| String::from_utf8_lossy(path).into());
            Literal::Object(names.zip(found).collect())
        }
    };
    Ok(Reply::Bulk(text::print(&value, &layout).into_bytes()))
}

/// The values at a path, in an array unless it is read as a legacy one.
fn values_at(document: &Literal, path: &Path, is_legacy: bool) -> Result<Literal, CommandError> {
    let routes = path.routes(document).into_iter();
    let mut values = routes.filter_map(|route| document.at(&route).cloned());
    if is_legacy {
        let first = values.next();
        return first.ok_or_else(|| CommandError::NoPath(path.text.clone()));
    }
    Ok(Literal::Array(values.collect()))
}

/// `JSON.MGET key [key …] path`.
pub(super) fn mget(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (last, keys) = call.words[1..].split_last().expect("the arity promises it");
    let path = path_of(last)?;
    let replies = keys.iter().map(|key| {
        let document = call.document(key).ok().flatten();
        let value = document.and_then(|document| values_at(&document, &path, path.is_legacy).ok());
        Reply::bulk_or_nil(value.as_ref().map(print))
    });
    Ok(Reply::Array(replies.collect()))
}

/// When `JSON.SET` writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    Missing,
    Present,
}

/// `JSON.SET key path value [NX | XX]`.
pub(super) fn set(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let when = match &call.words[4..] {
        [] => When::Always,
        [word] if word.eq_ignore_ascii_case(b"nx") => When::Missing,
        [word] if word.eq_ignore_ascii_case(b"xx") => When::Present,
        _ => return Err(CommandError::SYNTAX),
    };
    let key = call.word(1);
    call.bury_expired(key);
    let document = call.document(key)?;
    let path = path_at(call, 2)?;
    let value = value_of(call.word(3))?;
    let Some(document) = document else {
        return create(call, &path, value, when);
    };
    let routes = path.outermost(&document);
    let is_written = if routes.is_empty() {
        when != When::Present
    } else {
        when != When::Missing
    };
    if !is_written {
        return Ok(Reply::Nil);
    }
    let routes = if routes.is_empty() {
        additions(&document, &path)?
    } else {
        routes
    };
    if routes.is_empty() {
        return Ok(Reply::Nil);
    }
    let routes = routes.into_iter();
    let updates = routes.map(|route| revision(route, Deed::Assign(value.clone())));
    let updates = updates.collect();
    call.update(key, updates);
    Ok(Reply::OK)
}

fn create(
    call: &mut Call<'_>,
    path: &Path,
    value: Literal,
    when: When,
) -> Result<Reply, CommandError> {
    if when == When::Present {
        return Ok(Reply::Nil);
    }
    if !path.is_root() {
        return Err(CommandError::NOT_AT_ROOT);
    }
    let key = call.word(1);
    call.update(key, vec![revision(Vec::new(), Deed::Assign(value))]);
    Ok(Reply::OK)
}

/// Where the missing field at the end of a path comes in.
fn additions(document: &Literal, path: &Path) -> Result<Vec<Route>, CommandError> {
    if path.ends_in_index() {
        return Err(CommandError::Text("ERR array index out of range"));
    }
    let missing = path.missing(document);
    let (objects, name) = missing.ok_or(CommandError::Text("Err wrong static path"))?;
    let field = || Step::Field(name.into());
    let objects = objects.into_iter();
    Ok(objects
        .map(|route| [route, vec![field()]].concat())
        .collect())
}

/// `JSON.DEL key [path]`.
pub(super) fn del(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let path = path_at(call, 2)?;
    let Some(document) = call.document(key)? else {
        return Ok(Reply::Integer(0));
    };
    let routes = path.outermost(&document);
    let count = routes.len();
    if routes.iter().any(Vec::is_empty) {
        call.remove(key);
        return Ok(Reply::count(count));
    }
    let routes = routes.into_iter();
    let updates = routes.map(|route| revision(route, Deed::Remove)).collect();
    call.update(key, updates);
    Ok(Reply::count(count))
}

/// `JSON.TYPE key [path]`.
pub(super) fn kind(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    let Some(document) = call.document(call.word(1))? else {
        return Ok(Reply::Nil);
    };
    let routes = path.routes(&document).into_iter();
    let values = routes.filter_map(|route| document.at(&route));
    let mut names = values.map(|value| Reply::Bulk(type_name(value).into()));
    if path.is_legacy {
        return Ok(names.next().unwrap_or(Reply::Nil));
    }
    Ok(Reply::Array(names.collect()))
}

/// `JSON.STRLEN key [path]`.
pub(super) fn strlen(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    look(call, &path, "string", |value| match value {
        Literal::Text(text) => Some(Reply::count(text.len())),
        _ => None,
    })
}

/// `JSON.ARRLEN key [path]`.
pub(super) fn arrlen(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    look(call, &path, "array", |value| match value {
        Literal::Array(items) => Some(Reply::count(items.len())),
        _ => None,
    })
}

/// `JSON.OBJLEN key [path]`.
pub(super) fn objlen(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    look(call, &path, "object", |value| match value {
        Literal::Object(fields) => Some(Reply::count(fields.len())),
        _ => None,
    })
}

/// `JSON.OBJKEYS key [path]`.
pub(super) fn objkeys(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    look(call, &path, "object", |value| match value {
        Literal::Object(fields) => {
            let names = fields.iter().map(|(name, _)| name.as_bytes().to_vec());
            Some(Reply::bulks(names))
        }
        _ => None,
    })
}

/// `JSON.ARRINDEX key path value [start [stop]]`.
pub(super) fn arrindex(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.words.len() > 6 {
        return Err(CommandError::Arity(call.command.name));
    }
    let path = path_at(call, 2)?;
    let sought = value_of(call.word(3))?;
    let optional = |index: usize| match call.words.get(index) {
        Some(_) => call.integer(index),
        None => Ok(0),
    };
    let (start, stop) = (optional(4)?, optional(5)?);
    look(call, &path, "array", |value| {
        let Literal::Array(items) = value else {
            return None;
        };
        let length = i64::try_from(items.len()).expect("an array fits 63 bits");
        let from = clamped(start, length);
        // A stop of 0 means the end.
        let to = if stop == 0 {
            length
        } else {
            clamped(stop, length)
        };
        let mut range = from..to.max(from);
        let found = range.find(|at| items[usize::try_from(*at).expect("in range")] == sought);
        Some(Reply::Integer(found.unwrap_or(-1)))
    })
}

/// An index, from the end if it is negative, moved into an array of so many elements.
pub(super) fn clamped(index: i64, length: i64) -> i64 {
    let index = if index < 0 {
        index.saturating_add(length)
    } else {
        index
    };
    index.clamp(0, length)
}

/// `JSON.RESP key [path]`.
pub(super) fn resp(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let path = path_at(call, 2)?;
    if call.document(call.word(1))?.is_none() {
        return Ok(Reply::Nil);
    }
    look(call, &path, "value", |value| Some(as_reply(value)))
}

fn as_reply(value: &Literal) -> Reply {
    match value {
        Literal::Null => Reply::Nil,
        Literal::Bool(flag) => Reply::Status(if *flag { "true" } else { "false" }),
        Literal::Int(whole) => Reply::Integer(*whole),
        Literal::Double(double) => Reply::Bulk(double.to_string().into_bytes()),
        Literal::Text(text) => Reply::Bulk(text.as_bytes().to_vec()),
        Literal::Array(items) => {
            let items = items.iter().map(as_reply);
            Reply::Array([Reply::Status("[")].into_iter().chain(items).collect())
        }
        Literal::Object(fields) => {
            let pair = |(name, value): &(_, Literal)| {
                let name: &std::sync::Arc<str> = name;
                [Reply::Bulk(name.as_bytes().to_vec()), as_reply(value)]
            };
            let fields = fields.iter().flat_map(pair);
            Reply::Array([Reply::Status("{")].into_iter().chain(fields).collect())
        }
    }
}

/// `JSON.MERGE key path value`: RFC 7396 at each value of the path.
pub(super) fn merge(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let document = call.document(key)?;
    let path = path_at(call, 2)?;
    let patch = value_of(call.word(3))?;
    let Some(document) = document else {
        return create(call, &path, patch, When::Always);
    };
    let mut routes = path.outermost(&document);
    if routes.is_empty() {
        routes = additions(&document, &path)?;
    }
    if routes.is_empty() {
        return Ok(Reply::Nil);
    }
    let mut updates = Vec::new();
    for route in outermost(routes) {
        patched(&document, route, &patch, &mut updates);
    }
    call.update(key, updates);
    Ok(Reply::OK)
}

/// What a patch changes at `route`.
fn patched(document: &Literal, route: Route, patch: &Literal, updates: &mut Vec<Update>) {
    let found = document.at(&route);
    match (patch, found) {
        (Literal::Null, None) => {}
        (Literal::Null, Some(_)) if !route.is_empty() => {
            updates.push(revision(route, Deed::Remove));
        }
        (Literal::Object(fields), Some(Literal::Object(_))) => {
            for (name, value) in fields {
                let inner = [route.as_slice(), &[Step::Field(name.clone())]].concat();
                patched(document, inner, value, updates);
            }
        }
        (patch, _) => updates.push(revision(route, Deed::Assign(without_nulls(patch)))),
    }
}

/// What a patch makes of nothing: itself, without what it would delete.
fn without_nulls(patch: &Literal) -> Literal {
    let Literal::Object(fields) = patch else {
        return patch.clone();
    };
    let kept = fields.iter().filter(|(_, value)| *value != Literal::Null);
    let kept = kept.map(|(name, value)| (name.clone(), without_nulls(value)));
    Literal::Object(kept.collect())
}
