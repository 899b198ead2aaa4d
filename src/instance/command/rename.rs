//! A key's content moved or copied to another key: deleted there, and written here anew, so that
//! peers see fresh writes and none of the old key's history.

use crate::crdt::effect::Update;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;

pub(super) fn rename(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    move_key(call, true)?;
    Ok(Reply::OK)
}

pub(super) fn renamenx(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::flag(move_key(call, false)?))
}

fn move_key(call: &mut Call<'_>, replaces: bool) -> Result<bool, CommandError> {
    let (from, to) = (call.word(1), call.word(2));
    call.bury_expired(from);
    let content = call.content(from).ok_or(CommandError::NO_SUCH_KEY)?;
    if from == to {
        return Ok(false);
    }
    let is_moved = put_content(call, to, content, replaces);
    if is_moved {
        call.remove(from);
    }
    Ok(is_moved)
}

pub(super) fn copy(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let replaces = copy_options(&call.words[3..])?;
    let (from, to) = (call.word(1), call.word(2));
    if from == to {
        return Err(CommandError::SAME_KEY);
    }
    let Some(content) = call.content(from) else {
        return Ok(Reply::Integer(0));
    };
    Ok(Reply::flag(put_content(call, to, content, replaces)))
}

/// Reads `[DB 0] [REPLACE]`; says whether an existing target is replaced.
fn copy_options(mut words: &[Vec<u8>]) -> Result<bool, CommandError> {
    let mut replaces = false;
    while let [name, rest @ ..] = words {
        words = match (name.to_ascii_lowercase().as_slice(), rest) {
            (b"replace", rest) => {
                replaces = true;
                rest
            }
            (b"db", [index, rest @ ..]) => {
                match number::integer(index).ok_or(CommandError::NOT_INTEGER)? {
                    0 => rest,
                    _ => return Err(CommandError::Text("ERR DB index is out of range")),
                }
            }
            _ => return Err(CommandError::SYNTAX),
        };
    }
    Ok(replaces)
}

/// Writes `content` to `key`, instead of what is there if `replaces`; says whether it did.
fn put_content(call: &mut Call<'_>, key: &[u8], content: Vec<Update>, replaces: bool) -> bool {
    call.bury_expired(key);
    let mut updates = content;
    if call.exists(key) {
        if !replaces {
            return false;
        }
        updates.insert(0, Update::Remove);
    }
    call.update(key, updates);
    true
}
