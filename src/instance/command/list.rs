//! Lists: pushed to, popped from, and changed in between. Which elements a command takes is
//! decided here, so that two regions can be given the same one (`L-3`).

use crate::crdt::effect::Update;
use crate::crdt::value::Value;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;

/// Which end of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    Left,
    Right,
}

impl End {
    pub(super) fn parse(word: &[u8]) -> Result<Self, CommandError> {
        match word.to_ascii_lowercase().as_slice() {
            b"left" => Ok(Self::Left),
            b"right" => Ok(Self::Right),
            _ => Err(CommandError::SYNTAX),
        }
    }
}

/// What puts these elements in before the element at `position`.
pub(super) fn insertion(position: u64, elements: impl IntoIterator<Item = Vec<u8>>) -> Update {
    let values = elements.into_iter().map(Value::from_bytes);
    Update::InsertElements(position, values.collect())
}

fn push(call: &mut Call<'_>, end: End, makes_key: bool) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let length = call.list_len(key)?;
    if length == 0 && !makes_key {
        return Ok(Reply::Integer(0));
    }
    let elements = call.words[2..].iter().cloned();
    let added = elements.len() as u64;
    let update = match end {
        End::Left => insertion(0, elements.rev()),
        End::Right => insertion(length, elements),
    };
    call.update(key, vec![update]);
    Ok(Reply::count(length + added))
}

pub(super) fn lpush(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    push(call, End::Left, true)
}

pub(super) fn rpush(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    push(call, End::Right, true)
}

pub(super) fn lpushx(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    push(call, End::Left, false)
}

pub(super) fn rpushx(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    push(call, End::Right, false)
}

pub(super) fn lpop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    pop(call, End::Left)
}

pub(super) fn rpop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    pop(call, End::Right)
}

fn pop(call: &mut Call<'_>, end: End) -> Result<Reply, CommandError> {
    let key = call.word(1);
    let count = match &call.words[2..] {
        [] => None,
        [count] => {
            let count = number::integer(count).and_then(|count| u64::try_from(count).ok());
            Some(count.ok_or(CommandError::NOT_POSITIVE)?)
        }
        _ => return Err(CommandError::Arity(call.command.name)),
    };
    call.bury_expired(key);
    if call.list_len(key)? == 0 {
        return Ok(Reply::Nil);
    }
    let taken = taken(call, key, end, count.unwrap_or(1))?;
    Ok(match count {
        None => Reply::bulk_or_nil(taken.into_iter().next()),
        Some(_) => Reply::bulks(taken),
    })
}

/// Takes up to `count` elements from an end, the outermost first.
pub(super) fn taken(
    call: &mut Call<'_>,
    key: &[u8],
    end: End,
    count: u64,
) -> Result<Vec<Vec<u8>>, CommandError> {
    let length = call.list_len(key)?;
    let count = count.min(length);
    if count == 0 {
        return Ok(Vec::new());
    }
    let position = match end {
        End::Left => 0,
        End::Right => length - count,
    };
    let mut elements = call.elements(key, position, count)?;
    if end == End::Right {
        elements.reverse();
    }
    call.update(key, vec![Update::TakeElements(position, count)]);
    Ok(elements)
}

pub(super) fn llen(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::count(call.list_len(call.word(1))?))
}

/// The position that an index stands for, from the end if it is negative.
fn position(index: i64, length: u64) -> Option<u64> {
    let position = match u64::try_from(index) {
        Ok(position) => position,
        Err(_) => length.checked_sub(index.unsigned_abs())?,
    };
    (position < length).then_some(position)
}

/// The first position and the number of elements between two indexes, both included.
fn span(from: i64, to: i64, length: u64) -> (u64, u64) {
    let from = match u64::try_from(from) {
        Ok(from) => from,
        Err(_) => length.saturating_sub(from.unsigned_abs()),
    };
    let behind = match u64::try_from(to) {
        Ok(to) => to.saturating_add(1).min(length),
        Err(_) => (length + 1).saturating_sub(to.unsigned_abs()),
    };
    (from, behind.saturating_sub(from))
}

pub(super) fn lindex(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    let length = call.list_len(key)?;
    if length == 0 {
        return Ok(Reply::Nil);
    }
    let Some(position) = position(call.integer(2)?, length) else {
        return Ok(Reply::Nil);
    };
    let found = call.elements(key, position, 1)?.into_iter().next();
    Ok(Reply::bulk_or_nil(found))
}

pub(super) fn lrange(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (from, to) = (call.integer(2)?, call.integer(3)?);
    let key = call.word(1);
    let (position, count) = span(from, to, call.list_len(key)?);
    Ok(Reply::bulks(call.elements(key, position, count)?))
}

pub(super) fn lset(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let length = call.list_len(key)?;
    if length == 0 {
        return Err(CommandError::NO_SUCH_KEY);
    }
    let position = position(call.integer(2)?, length);
    let position = position.ok_or(CommandError::Text("ERR index out of range"))?;
    let value = Value::from_bytes(call.word(3));
    call.update(key, vec![Update::SetElement(position, value)]);
    Ok(Reply::OK)
}

pub(super) fn linsert(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let steps = match call.word(2).to_ascii_lowercase().as_slice() {
        b"before" => 0,
        b"after" => 1,
        _ => return Err(CommandError::SYNTAX),
    };
    let (key, pivot) = (call.word(1), call.word(3));
    call.bury_expired(key);
    let length = call.list_len(key)?;
    if length == 0 {
        return Ok(Reply::Integer(0));
    }
    let elements = call.elements(key, 0, length)?;
    let pivots = (0..).zip(&elements);
    let Some((position, _)) = pivots.into_iter().find(|(_, element)| *element == pivot) else {
        return Ok(Reply::Integer(-1));
    };
    let update = insertion(position + steps, [call.word(4).to_vec()]);
    call.update(key, vec![update]);
    Ok(Reply::count(length + 1))
}

/// A count whose sign is a direction.
fn directed(word: &[u8]) -> Result<i64, CommandError> {
    match number::integer(word) {
        None => Err(CommandError::NOT_INTEGER),
        Some(i64::MIN) => Err(CommandError::COUNT_RANGE),
        Some(count) => Ok(count),
    }
}

pub(super) fn lrem(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let count = call.integer(2)?;
    let (key, element) = (call.word(1), call.word(3));
    call.bury_expired(key);
    let elements = call.elements(key, 0, u64::MAX)?;
    let matches = (0..).zip(elements).filter(|(_, other)| other == element);
    let mut found: Vec<u64> = matches.map(|(position, _)| position).collect();
    let most = match count {
        0 => usize::MAX,
        _ => usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX),
    };
    found.reverse();
    if count < 0 {
        found.truncate(most);
    } else {
        found.drain(..found.len().saturating_sub(most));
    }
    let removals = found
        .iter()
        .map(|position| Update::RemoveElements(*position, 1));
    call.update(key, removals.collect());
    Ok(Reply::count(found.len()))
}

pub(super) fn ltrim(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (from, to) = (call.integer(2)?, call.integer(3)?);
    let key = call.word(1);
    call.bury_expired(key);
    let length = call.list_len(key)?;
    let (position, kept) = match span(from, to, length) {
        (_, 0) => (length, 0),
        span => span,
    };
    let tail = length - position - kept;
    let cuts = [(position + kept, tail), (0, position)];
    let cuts = cuts.into_iter().filter(|(_, count)| *count > 0);
    let removals = cuts.map(|(position, count)| Update::RemoveElements(position, count));
    call.update(key, removals.collect());
    Ok(Reply::OK)
}

/// What `LPOS` looks for.
struct Search {
    /// Which match is the first; from the end if negative.
    rank: i64,
    /// How many, 0 for all; none for one on its own.
    count: Option<u64>,
    /// How many elements to compare, 0 for all.
    most: u64,
}

impl Search {
    fn parse(mut words: &[Vec<u8>]) -> Result<Self, CommandError> {
        let mut search = Self {
            rank: 1,
            count: None,
            most: 0,
        };
        let positive = |word: &[u8], error| {
            let number = number::integer(word).and_then(|number| u64::try_from(number).ok());
            number.ok_or(CommandError::Text(error))
        };
        while let [option, value, rest @ ..] = words {
            match option.to_ascii_lowercase().as_slice() {
                b"rank" => search.rank = directed(value)?,
                b"count" => {
                    search.count = Some(positive(value, "ERR COUNT can't be negative")?);
                }
                b"maxlen" => search.most = positive(value, "ERR MAXLEN can't be negative")?,
                _ => return Err(CommandError::SYNTAX),
            }
            if search.rank == 0 {
                return Err(CommandError::Text(
                    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the \
                     second ... or use negative to start from the end of the list",
                ));
            }
            words = rest;
        }
        if words.is_empty() {
            Ok(search)
        } else {
            Err(CommandError::SYNTAX)
        }
    }

    fn of(&self, elements: &[Vec<u8>], wanted: &[u8]) -> Vec<u64> {
        let positions: Box<dyn Iterator<Item = (u64, &Vec<u8>)>> = if self.rank < 0 {
            let last = elements.len() as u64;
            Box::new(
                elements
                    .iter()
                    .rev()
                    .zip(1..)
                    .map(move |(other, back)| (last - back, other)),
            )
        } else {
            Box::new((0..).zip(elements))
        };
        let limit = |count: u64| match usize::try_from(count) {
            Ok(0) | Err(_) => usize::MAX,
            Ok(count) => count,
        };
        let skipped = usize::try_from(self.rank.unsigned_abs() - 1).unwrap_or(usize::MAX);
        let compared = positions.take(limit(self.most));
        let matches = compared.filter(|(_, other)| *other == wanted).skip(skipped);
        let most = limit(self.count.unwrap_or(1));
        matches.map(|(position, _)| position).take(most).collect()
    }
}

pub(super) fn lpos(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let search = Search::parse(&call.words[3..])?;
    let elements = call.elements(call.word(1), 0, u64::MAX)?;
    let found = search.of(&elements, call.word(2)).into_iter();
    let mut found = found.map(Reply::count);
    Ok(match search.count {
        Some(_) => Reply::Array(found.collect()),
        None => found.next().unwrap_or(Reply::Nil),
    })
}
