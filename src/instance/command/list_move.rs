//! Elements moved from list to list: a `POP` and a push, an effect for each key (`L-10`).

use crate::crdt::effect::Update;
use crate::instance::command::blocking;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::list::{self, End};
use crate::instance::command::reply::Reply;

pub(super) fn lmove(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (from, to) = (End::parse(call.word(3))?, End::parse(call.word(4))?);
    moved(call, from, to)
}

pub(super) fn rpoplpush(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    moved(call, End::Right, End::Left)
}

pub(super) fn blmove(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (from, to) = (End::parse(call.word(3))?, End::parse(call.word(4))?);
    blocking::timeout(call.word(5))?;
    moved(call, from, to)
}

pub(super) fn brpoplpush(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    blocking::timeout(call.word(3))?;
    moved(call, End::Right, End::Left)
}

fn moved(call: &mut Call<'_>, from: End, to: End) -> Result<Reply, CommandError> {
    let (source, target) = (call.word(1), call.word(2));
    call.bury_expired(source);
    let length = call.list_len(source)?;
    if length == 0 {
        return Ok(Reply::Nil);
    }
    call.bury_expired(target);
    let behind = call.list_len(target)?;
    if source == target {
        return rotated(call, from, to, length);
    }
    let element = list::taken(call, source, from, 1)?;
    let place = match to {
        End::Left => 0,
        End::Right => behind,
    };
    call.update(
        target,
        vec![list::insertion(place, element.iter().cloned())],
    );
    Ok(Reply::bulk_or_nil(element.into_iter().next()))
}

/// Moves an element within one list, in one effect.
fn rotated(call: &mut Call<'_>, from: End, to: End, length: u64) -> Result<Reply, CommandError> {
    let key = call.word(1);
    let position = |end: End, length: u64| match end {
        End::Left => 0,
        End::Right => length,
    };
    let taken = position(from, length - 1);
    let element = call.elements(key, taken, 1)?;
    let push = list::insertion(position(to, length), element.iter().cloned());
    let pop = Update::TakeElements(taken, 1);
    let updates = match to {
        End::Left => vec![pop, push],
        End::Right => vec![push, pop],
    };
    call.update(key, updates);
    Ok(Reply::bulk_or_nil(element.into_iter().next()))
}
