//! The longest common subsequence of two strings.
//!
//! Source: Redis docs, commands/lcs.md; Redis source, `lcsCommand` in src/t_string.c, for which of
//! several longest ones is told.

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::range::STRING_BYTES_MAX;
use crate::instance::command::reply::Reply;

#[derive(Default)]
struct Options {
    wants_length: bool,
    wants_matches: bool,
    with_lengths: bool,
    length_min: usize,
}

impl Options {
    fn parse(mut words: &[Vec<u8>]) -> Result<Self, CommandError> {
        let mut options = Self::default();
        while let [name, rest @ ..] = words {
            words = match (name.to_ascii_lowercase().as_slice(), rest) {
                (b"idx", rest) => {
                    options.wants_matches = true;
                    rest
                }
                (b"len", rest) => {
                    options.wants_length = true;
                    rest
                }
                (b"withmatchlen", rest) => {
                    options.with_lengths = true;
                    rest
                }
                (b"minmatchlen", [least, rest @ ..]) => {
                    let least = number::integer(least).ok_or(CommandError::NOT_INTEGER)?;
                    options.length_min = usize::try_from(least).unwrap_or(0);
                    rest
                }
                _ => return Err(CommandError::SYNTAX),
            };
        }
        if options.wants_matches && options.wants_length {
            return Err(CommandError::Text(
                "ERR If you want both the length and indexes, please just use IDX.",
            ));
        }
        Ok(options)
    }
}

/// A run of equal bytes: where it starts in either string, and its length.
#[derive(Clone, Copy)]
struct Run {
    left: usize,
    right: usize,
    length: usize,
}

pub(super) fn lcs(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let options = Options::parse(&call.words[3..]);
    let text = |key| {
        let not_string = CommandError::Text("ERR The specified keys must contain string values");
        call.string(key)
            .map(Option::unwrap_or_default)
            .map_err(|_| not_string)
    };
    let (left, right) = (text(call.word(1))?, text(call.word(2))?);
    let options = options?;
    let cells = (left.len() + 1).saturating_mul(right.len() + 1);
    if cells > STRING_BYTES_MAX / size_of::<u32>() {
        return Err(CommandError::Text(
            "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
        ));
    }
    let runs = runs(&left, &right);
    let length: usize = runs.iter().map(|run| run.length).sum();
    if options.wants_length {
        return Ok(Reply::count(length));
    }
    if options.wants_matches {
        let told = runs.iter().filter(|run| run.length >= options.length_min);
        let matches = told.map(|run| tell(run, options.with_lengths)).collect();
        let name = |name: &[u8]| Reply::Bulk(name.to_vec());
        let parts = vec![
            name(b"matches"),
            Reply::Array(matches),
            name(b"len"),
            Reply::count(length),
        ];
        return Ok(Reply::Array(parts));
    }
    let pieces = runs
        .iter()
        .rev()
        .map(|run| &left[run.left..run.left + run.length]);
    Ok(Reply::Bulk(pieces.collect::<Vec<_>>().concat()))
}

fn tell(run: &Run, with_length: bool) -> Reply {
    let range = |start: usize| {
        Reply::Array(vec![
            Reply::count(start),
            Reply::count(start + run.length - 1),
        ])
    };
    let length = with_length.then(|| Reply::count(run.length));
    Reply::Array(
        [range(run.left), range(run.right)]
            .into_iter()
            .chain(length)
            .collect(),
    )
}

/// The runs of one longest common subsequence, the last first.
fn runs(left: &[u8], right: &[u8]) -> Vec<Run> {
    let width = right.len() + 1;
    // lengths[i * width + j]: of the first i and the first j bytes.
    let mut lengths = vec![0_u32; (left.len() + 1) * width];
    for (i, from_left) in left.iter().enumerate() {
        for (j, from_right) in right.iter().enumerate() {
            lengths[(i + 1) * width + j + 1] = if from_left == from_right {
                lengths[i * width + j] + 1
            } else {
                lengths[i * width + j + 1].max(lengths[(i + 1) * width + j])
            };
        }
    }
    let mut runs: Vec<Run> = Vec::new();
    let mut is_open = false;
    let (mut i, mut j) = (left.len(), right.len());
    while i > 0 && j > 0 {
        if left[i - 1] == right[j - 1] {
            (i, j) = (i - 1, j - 1);
            match runs.last_mut() {
                Some(run) if is_open => {
                    *run = Run {
                        left: i,
                        right: j,
                        length: run.length + 1,
                    };
                }
                _ => runs.push(Run {
                    left: i,
                    right: j,
                    length: 1,
                }),
            }
            is_open = true;
        } else {
            is_open = false;
            if lengths[(i - 1) * width + j] > lengths[i * width + j - 1] {
                i -= 1;
            } else {
                j -= 1;
            }
        }
    }
    runs
}
