//! Sets: members come and go, adding wins over removing (`S-2`).

use crate::crdt::effect::Update;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::reply::Reply;

pub(super) fn sadd(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let members = distinct(&call.words[2..]);
    let present = call.has_members(key, &members)?;
    // Whether a present member is added anew is an assumption of the data type (A-READD).
    let adds = members
        .into_iter()
        .map(|member| Update::AddMember(member.into()));
    call.update(key, adds.collect());
    Ok(Reply::count(
        present.iter().filter(|&&present| !present).count(),
    ))
}

pub(super) fn srem(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let members = distinct(&call.words[2..]);
    let present = call.has_members(key, &members)?;
    let gone = members
        .into_iter()
        .zip(present)
        .filter(|(_, present)| *present);
    let updates: Vec<Update> = gone
        .map(|(member, _)| Update::RemoveMember(member.into()))
        .collect();
    let count = updates.len();
    call.update(key, updates);
    Ok(Reply::count(count))
}

fn distinct(words: &[Vec<u8>]) -> Vec<&[u8]> {
    let mut words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    words.sort_unstable();
    words.dedup();
    words
}

pub(super) fn scard(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::count(call.member_count(call.word(1))?))
}

pub(super) fn smembers(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::bulks(call.members(call.word(1))?))
}

pub(super) fn sismember(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::flag(
        call.has_members(call.word(1), &[call.word(2)])? == [true],
    ))
}

pub(super) fn smismember(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let members: Vec<&[u8]> = call.words[2..].iter().map(Vec::as_slice).collect();
    let present = call.has_members(call.word(1), &members)?;
    Ok(Reply::Array(present.into_iter().map(Reply::flag).collect()))
}

pub(super) fn smove(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (from, to, member) = (call.word(1), call.word(2), call.word(3));
    call.bury_expired(from);
    call.bury_expired(to);
    if !call.exists(from) {
        return Ok(Reply::Integer(0));
    }
    let is_there = call.has_members(from, &[member])? == [true];
    call.member_count(to)?;
    if is_there && from != to {
        call.update(from, vec![Update::RemoveMember(member.into())]);
        call.update(to, vec![Update::AddMember(member.into())]);
    }
    Ok(Reply::flag(is_there))
}
