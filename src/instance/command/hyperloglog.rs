//! HyperLogLogs: elements counted by estimate. What is sent is the registers of the
//! elements, if any of them rises.

use crate::crdt::effect::Update;
use crate::crdt::sketch::Sketch;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::reply::Reply;

pub(super) fn pfadd(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let known = call.sketch(key)?;
    let added = Sketch::of(call.words[2..].iter().map(Vec::as_slice));
    Ok(Reply::flag(raise(call, known.as_ref(), &added)))
}

/// Adds `added` to what word 1 names; says whether any register rises, or the key is new.
fn raise(call: &mut Call<'_>, known: Option<&Sketch>, added: &Sketch) -> bool {
    let is_raised = known.is_none_or(|known| !known.lacks(added).is_empty());
    if is_raised {
        let registers = added.registers().to_vec();
        call.update(call.word(1), vec![Update::Raise(registers)]);
    }
    is_raised
}

pub(super) fn pfcount(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::count(united(call, &call.words[1..])?.count()))
}

pub(super) fn pfmerge(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let known = call.sketch(key)?;
    let added = united(call, &call.words[2..])?;
    raise(call, known.as_ref(), &added);
    Ok(Reply::OK)
}

/// All that any of `keys` has.
fn united(call: &Call<'_>, keys: &[Vec<u8>]) -> Result<Sketch, CommandError> {
    let mut all = Sketch::default();
    for key in keys {
        if let Some(sketch) = call.sketch(key)? {
            all.raise(sketch.registers());
        }
    }
    Ok(all)
}
