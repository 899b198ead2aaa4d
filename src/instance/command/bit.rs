//! Strings as bitmaps. Bit 0 is the highest bit of the first byte.

use crate::instance::command::call::{Call, Life};
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::range::{STRING_BYTES_MAX, clamped};
use crate::instance::command::reply::Reply;

/// The position of a bit, within the longest string.
pub(super) fn bit_offset(text: &[u8]) -> Result<usize, CommandError> {
    number::integer(text)
        .and_then(|offset| usize::try_from(offset).ok())
        .filter(|offset| offset / 8 < STRING_BYTES_MAX)
        .ok_or(CommandError::BIT_OFFSET)
}

/// The bit at `offset`; beyond the end all bits are clear.
pub(super) fn bit(bytes: &[u8], offset: usize) -> bool {
    bytes
        .get(offset / 8)
        .is_some_and(|byte| byte & mask(offset) != 0)
}

/// Sets or clears the bit at `offset`.
///
/// # Panics
/// When `bytes` ends before it.
pub(super) fn put_bit(bytes: &mut [u8], offset: usize, on: bool) {
    let byte = &mut bytes[offset / 8];
    if on {
        *byte |= mask(offset);
    } else {
        *byte &= !mask(offset);
    }
}

fn mask(offset: usize) -> u8 {
    0x80 >> (offset % 8)
}

pub(super) fn getbit(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let offset = bit_offset(call.word(2))?;
    let value = call.string(call.word(1))?.unwrap_or_default();
    Ok(Reply::flag(bit(&value, offset)))
}

pub(super) fn setbit(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    let offset = bit_offset(call.word(2))?;
    let on = match call.word(3) {
        b"0" => false,
        b"1" => true,
        _ => return Err(CommandError::BIT),
    };
    call.bury_expired(key);
    let old = call.string(key)?;
    let length = old.as_ref().map_or(0, Vec::len);
    let mut value = old.unwrap_or_default();
    let was = bit(&value, offset);
    value.resize(length.max(offset / 8 + 1), 0);
    if was != on || value.len() > length {
        put_bit(&mut value, offset, on);
        call.put_string(key, value, Life::Kept);
    }
    Ok(Reply::flag(was))
}

/// Whether ranges count bits (`BIT`) rather than bytes (`BYTE`, the default).
fn counts_bits(word: Option<&Vec<u8>>) -> Result<bool, CommandError> {
    match word.map(|word| word.to_ascii_lowercase()).as_deref() {
        None | Some(b"byte") => Ok(false),
        Some(b"bit") => Ok(true),
        Some(_) => Err(CommandError::SYNTAX),
    }
}

/// The first and last bit that `start` and `end` name.
fn bit_range(start: i64, end: i64, in_bits: bool, bytes: usize) -> Option<(usize, usize)> {
    if in_bits {
        return clamped(start, end, bytes * 8);
    }
    clamped(start, end, bytes).map(|(first, last)| (first * 8, last * 8 + 7))
}

pub(super) fn bitcount(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (start, end) = match call.words.len() {
        2 => (0, -1),
        4 | 5 => (call.integer(2)?, call.integer(3)?),
        _ => return Err(CommandError::SYNTAX),
    };
    let in_bits = counts_bits(call.words.get(4))?;
    let value = call.string(call.word(1))?.unwrap_or_default();
    let is_backward = start < 0 && end < 0 && start > end;
    let range = bit_range(start, end, in_bits, value.len()).filter(|_| !is_backward);
    let count = range.map_or(0, |(first, last)| count(&value, first, last));
    Ok(Reply::count(count))
}

/// How many of the bits from `first` to `last` are set.
fn count(bytes: &[u8], first: usize, last: usize) -> usize {
    let whole = first.div_ceil(8)..(last + 1) / 8;
    if whole.is_empty() {
        return (first..=last).filter(|&offset| bit(bytes, offset)).count();
    }
    let edges = (first..whole.start * 8).chain(whole.end * 8..last + 1);
    let within: u32 = bytes[whole].iter().map(|byte| byte.count_ones()).sum();
    edges.filter(|&offset| bit(bytes, offset)).count() + within as usize
}

pub(super) fn bitpos(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let wanted = match call.integer(2)? {
        0 => false,
        1 => true,
        _ => return Err(CommandError::BIT_ARGUMENT),
    };
    if call.words.len() > 6 {
        return Err(CommandError::SYNTAX);
    }
    let start = if call.words.len() > 3 {
        call.integer(3)?
    } else {
        0
    };
    let has_end = call.words.len() > 4;
    let end = if has_end { call.integer(4)? } else { -1 };
    let in_bits = counts_bits(call.words.get(5))?;
    let Some(value) = call.string(call.word(1))? else {
        return Ok(Reply::Integer(if wanted { -1 } else { 0 }));
    };
    let Some((first, last)) = bit_range(start, end, in_bits, value.len()) else {
        return Ok(Reply::Integer(-1));
    };
    let found = (first..=last).find(|&offset| bit(&value, offset) == wanted);
    Ok(match found {
        Some(offset) => Reply::count(offset),
        // Without an end the string counts as followed by clear bits.
        None if !wanted && !has_end => Reply::count(value.len() * 8),
        None => Reply::Integer(-1),
    })
}

pub(super) fn bitop(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let operation = call.word(1).to_ascii_lowercase();
    let combine: fn(u8, u8) -> u8 = match operation.as_slice() {
        b"and" => |left, right| left & right,
        b"or" => |left, right| left | right,
        b"xor" => |left, right| left ^ right,
        b"not" if call.words.len() == 4 => |left, _| !left,
        b"not" => {
            return Err(CommandError::Text(
                "ERR BITOP NOT must be called with a single source key.",
            ));
        }
        _ => return Err(CommandError::SYNTAX),
    };
    let mut sources = Vec::new();
    for key in &call.words[3..] {
        sources.push(call.string(key)?.unwrap_or_default());
    }
    let length = sources.iter().map(Vec::len).max().unwrap_or(0);
    let byte = |source: &Vec<u8>, at: usize| source.get(at).copied().unwrap_or(0);
    let combined = |at: usize| match sources.as_slice() {
        [only] if operation == b"not" => combine(byte(only, at), 0),
        [first, rest @ ..] => rest.iter().fold(byte(first, at), |left, source| {
            combine(left, byte(source, at))
        }),
        [] => 0,
    };
    let result: Vec<u8> = (0..length).map(combined).collect();
    let target = call.word(2);
    call.bury_expired(target);
    if length > 0 {
        call.put_string(target, result, Life::Unlimited);
    } else if call.exists(target) {
        call.remove(target);
    }
    Ok(Reply::count(length))
}
