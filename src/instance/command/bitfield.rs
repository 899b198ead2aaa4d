//! Strings as arrays of integers of any width up to 64 bits.
//!
//! Source: Redis docs, commands/bitfield.md; Redis source, src/bitops.c.

use crate::instance::command::bit::{bit, put_bit};
use crate::instance::command::call::{Call, Life};
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::range::STRING_BYTES_MAX;
use crate::instance::command::reply::Reply;

/// What happens to a result that does not fit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Overflow {
    Wrap,
    Saturate,
    Fail,
}

/// A width in bits, with or without a sign.
#[derive(Clone, Copy)]
struct Width {
    is_signed: bool,
    bits: u32,
}

/// What one step does.
#[derive(Clone, Copy)]
enum Action {
    Get,
    Set(i64),
    Add(i64),
}

/// One step: an integer somewhere, and what to do with it.
#[derive(Clone, Copy)]
struct Step {
    action: Action,
    width: Width,
    offset: usize,
    overflow: Overflow,
}

impl Width {
    const ERROR: CommandError = CommandError::Text(
        "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but \
         i64 is.",
    );

    /// Reads `i16`, `u8`, ….
    fn parse(text: &[u8]) -> Result<Self, CommandError> {
        let (is_signed, digits) = match text {
            [b'i', digits @ ..] => (true, digits),
            [b'u', digits @ ..] => (false, digits),
            _ => return Err(Self::ERROR),
        };
        let bits = number::integer(digits).and_then(|bits| u32::try_from(bits).ok());
        let bits_max = if is_signed { 64 } else { 63 };
        match bits {
            Some(bits) if (1..=bits_max).contains(&bits) => Ok(Self { is_signed, bits }),
            _ => Err(Self::ERROR),
        }
    }

    fn range(self) -> (i128, i128) {
        if self.is_signed {
            (-(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1)
        } else {
            (0, (1 << self.bits) - 1)
        }
    }

    /// The integer at `offset`.
    fn read(self, bytes: &[u8], offset: usize) -> i128 {
        let from = offset..offset + self.bits as usize;
        let raw = from.fold(0, |raw, at| raw << 1 | i128::from(bit(bytes, at)));
        self.wrap(raw)
    }

    /// Writes the lowest bits of `value` at `offset`.
    fn write(self, bytes: &mut [u8], offset: usize, value: i128) {
        for place in 0..self.bits {
            let at = offset + (self.bits - 1 - place) as usize;
            put_bit(bytes, at, value >> place & 1 == 1);
        }
    }

    /// The lowest bits of `value`, read as this width.
    fn wrap(self, value: i128) -> i128 {
        let (least, greatest) = self.range();
        let low = value & ((1 << self.bits) - 1);
        if low > greatest { low + 2 * least } else { low }
    }

    /// `value` brought into range as `overflow` says, or nothing when that fails.
    fn fit(self, value: i128, overflow: Overflow) -> Option<i128> {
        let (least, greatest) = self.range();
        match overflow {
            _ if (least..=greatest).contains(&value) => Some(value),
            Overflow::Wrap => Some(self.wrap(value)),
            Overflow::Saturate => Some(value.clamp(least, greatest)),
            Overflow::Fail => None,
        }
    }
}

impl Step {
    fn is_read(&self) -> bool {
        matches!(self.action, Action::Get)
    }

    /// The bytes a string needs to hold this integer.
    fn bytes(&self) -> usize {
        (self.offset + self.width.bits as usize).div_ceil(8)
    }

    /// Carries the step out on `bytes`, which are long enough for a write.
    fn run(&self, bytes: &mut [u8]) -> Reply {
        let old = self.width.read(bytes, self.offset);
        let (wanted, is_new_told) = match self.action {
            Action::Get => return integer(old),
            // To an unsigned field a negative number is a large one.
            Action::Set(value) if self.width.is_signed => (i128::from(value), false),
            Action::Set(value) => (i128::from(value.cast_unsigned()), false),
            Action::Add(delta) => (old + i128::from(delta), true),
        };
        let Some(new) = self.width.fit(wanted, self.overflow) else {
            return Reply::Nil;
        };
        self.width.write(bytes, self.offset, new);
        integer(if is_new_told { new } else { old })
    }
}

fn integer(value: i128) -> Reply {
    Reply::Integer(i64::try_from(value).expect("u64 is not a width, all others fit"))
}

/// Reads `#3` (in units of the width) or `24` (in bits).
fn offset(text: &[u8], width: Width) -> Result<usize, CommandError> {
    let (digits, unit) = match text {
        [b'#', digits @ ..] => (digits, width.bits as usize),
        _ => (text, 1),
    };
    number::integer(digits)
        .and_then(|count| usize::try_from(count).ok())
        .and_then(|count| count.checked_mul(unit))
        .filter(|offset| offset.saturating_add(width.bits as usize - 1) / 8 < STRING_BYTES_MAX)
        .ok_or(CommandError::BIT_OFFSET)
}

fn steps(words: &[Vec<u8>]) -> Result<Vec<Step>, CommandError> {
    let mut steps = Vec::new();
    let mut overflow = Overflow::Wrap;
    let mut rest = words;
    while let [name, tail @ ..] = rest {
        let name = name.to_ascii_lowercase();
        rest = match (name.as_slice(), tail) {
            (b"overflow", [kind, tail @ ..]) => {
                overflow = match kind.to_ascii_lowercase().as_slice() {
                    b"wrap" => Overflow::Wrap,
                    b"sat" => Overflow::Saturate,
                    b"fail" => Overflow::Fail,
                    _ => {
                        return Err(CommandError::Text("ERR Invalid OVERFLOW type specified"));
                    }
                };
                tail
            }
            (b"get", [width, at, tail @ ..]) => {
                let width = Width::parse(width)?;
                let offset = offset(at, width)?;
                steps.push(Step {
                    action: Action::Get,
                    width,
                    offset,
                    overflow,
                });
                tail
            }
            (b"set" | b"incrby", [width, at, value, tail @ ..]) => {
                let width = Width::parse(width)?;
                let offset = offset(at, width)?;
                let value = number::integer(value).ok_or(CommandError::NOT_INTEGER)?;
                let action = if name == b"set" {
                    Action::Set(value)
                } else {
                    Action::Add(value)
                };
                steps.push(Step {
                    action,
                    width,
                    offset,
                    overflow,
                });
                tail
            }
            _ => return Err(CommandError::SYNTAX),
        };
    }
    Ok(steps)
}

pub(super) fn bitfield(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let steps = steps(&call.words[2..])?;
    let key = call.word(1);
    let bytes = steps
        .iter()
        .filter(|step| !step.is_read())
        .map(Step::bytes)
        .max();
    if bytes.is_some() {
        call.bury_expired(key);
    }
    let old = call.string(key)?;
    let mut value = old.clone().unwrap_or_default();
    value.resize(value.len().max(bytes.unwrap_or(0)), 0);
    let replies = steps.iter().map(|step| step.run(&mut value)).collect();
    if bytes.is_some() && old.as_ref() != Some(&value) {
        call.put_string(key, value, Life::Kept);
    }
    Ok(Reply::Array(replies))
}

pub(super) fn bitfield_ro(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let steps = steps(&call.words[2..])?;
    if !steps.iter().all(Step::is_read) {
        return Err(CommandError::Text(
            "ERR BITFIELD_RO only supports the GET subcommand",
        ));
    }
    let mut value = call.string(call.word(1))?.unwrap_or_default();
    Ok(Reply::Array(
        steps.iter().map(|step| step.run(&mut value)).collect(),
    ))
}
