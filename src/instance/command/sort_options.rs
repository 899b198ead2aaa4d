//! The options of `SORT`.
//!
//! Source: Redis 7.4 source, `sortCommandGeneric` and `patternHashSlot` in src/sort.c.

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;

const BY_DENIED: CommandError = CommandError::Text(
    "ERR BY option of SORT denied in Cluster mode when keys formed by the pattern may be in \
     different slots.",
);
const GET_DENIED: CommandError = CommandError::Text(
    "ERR GET option of SORT denied in Cluster mode when keys formed by the pattern may be in \
     different slots.",
);

/// What is asked for.
pub(super) struct Options<'a> {
    /// The keys of the weights; none to go by the elements themselves.
    pub(super) by: Option<&'a [u8]>,
    /// Whether `by` names no weight, and so nothing is sorted.
    pub(super) is_as_found: bool,
    pub(super) offset: i64,
    /// Negative for all.
    pub(super) limit: i64,
    pub(super) get: Vec<&'a [u8]>,
    pub(super) is_descending: bool,
    pub(super) is_alpha: bool,
    pub(super) target: Option<&'a [u8]>,
}

impl<'a> Options<'a> {
    pub(super) fn parse(call: &Call<'a>, may_store: bool) -> Result<Self, CommandError> {
        let mut options = Self {
            by: None,
            is_as_found: false,
            offset: 0,
            limit: -1,
            get: Vec::new(),
            is_descending: false,
            is_alpha: false,
            target: None,
        };
        let mut rest = &call.words[2..];
        while let [option, tail @ ..] = rest {
            rest = match (option.to_ascii_lowercase().as_slice(), tail) {
                (b"asc", tail) => {
                    options.is_descending = false;
                    tail
                }
                (b"desc", tail) => {
                    options.is_descending = true;
                    tail
                }
                (b"alpha", tail) => {
                    options.is_alpha = true;
                    tail
                }
                (b"limit", [offset, limit, tail @ ..]) => {
                    let pair = number::integer(offset).zip(number::integer(limit));
                    (options.offset, options.limit) = pair.ok_or(CommandError::NOT_INTEGER)?;
                    tail
                }
                (b"store", [target, tail @ ..]) if may_store => {
                    options.target = Some(target);
                    tail
                }
                (b"by", [pattern, tail @ ..]) => {
                    options.by = Some(pattern);
                    if !pattern.contains(&b'*') {
                        options.is_as_found = true;
                    } else if !is_beside(call, pattern) {
                        return Err(BY_DENIED);
                    }
                    tail
                }
                (b"get", [pattern, tail @ ..]) => {
                    if pattern != b"#" && !is_beside(call, pattern) {
                        return Err(GET_DENIED);
                    }
                    options.get.push(pattern);
                    tail
                }
                _ => return Err(CommandError::SYNTAX),
            };
        }
        Ok(options)
    }

    /// The part of so many elements that is asked for: the first, and how many.
    pub(super) fn part(&self, length: usize) -> (usize, usize) {
        let first = usize::try_from(self.offset).unwrap_or(0).min(length);
        let rest = length - first;
        let count = usize::try_from(self.limit).unwrap_or(rest);
        (first, count.min(rest))
    }
}

/// Whether all keys that a pattern stands for share the slot of the sorted key: its hash tag must
/// come before anything that varies.
fn is_beside(call: &Call<'_>, pattern: &[u8]) -> bool {
    let varies = |byte: &u8| matches!(byte, b'*' | b'?' | b'[' | b'\\');
    let fixed = pattern.iter().position(varies).unwrap_or(pattern.len());
    let (head, tail) = pattern.split_at(fixed);
    let open = head.iter().position(|byte| *byte == b'{');
    let tag = open.and_then(|open| {
        let length = head[open + 1..].iter().position(|byte| *byte == b'}')?;
        (length > 0).then_some(length)
    });
    if !tail.is_empty() && tag.is_none() {
        return false;
    }
    call.slot_of(head) == call.slot_of(call.word(1))
}
