//! Scores in commands and replies, and the ranges of sorted sets.
//!
//! Source: Redis 7.0 source, `string2d` in src/util.c, `addReplyDouble` in src/networking.c,
//! `zslParseRange` and `zslParseLexRange` in src/t_zset.c.

use std::cmp::Ordering;

use crate::instance::command::error::CommandError;
use crate::instance::command::number;

/// A member and its score.
pub(super) type Scored = (Vec<u8>, f64);

/// The whole of `text` as a score; numbers too large or too small for 64 bits are none.
pub(super) fn parse(text: &[u8]) -> Option<f64> {
    let mantissa = text.split(|byte| matches!(byte, b'e' | b'E')).next();
    let has_digits = mantissa?.iter().any(|byte| matches!(byte, b'1'..=b'9'));
    number::float(text).filter(|score| *score != 0.0 || !has_digits)
}

/// The digits that tell any score from its neighbours: C's `%.17g`.
const DIGITS: usize = 17;

/// A score as Redis prints it.
pub(super) fn text(score: f64) -> Vec<u8> {
    if score.is_infinite() {
        return if score > 0.0 { "inf" } else { "-inf" }.into();
    }
    let scientific = format!("{score:.*e}", DIGITS - 1);
    let (mantissa, exponent) = scientific
        .split_once('e')
        .expect("an exponent is asked for");
    let exponent: i32 = exponent.parse().expect("an exponent is a number");
    let decimals = i32::try_from(DIGITS).expect("a few") - 1 - exponent;
    match usize::try_from(decimals) {
        Ok(decimals) if exponent >= -4 => trimmed(&format!("{score:.decimals$}")).into(),
        _ => {
            let sign = if exponent < 0 { '-' } else { '+' };
            let mantissa = trimmed(mantissa);
            format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs()).into()
        }
    }
}

/// A number without the zeros at the end of its fraction.
fn trimmed(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

/// Up to so many members, none of them longer, Redis keeps a sorted set as a listpack. Source:
/// Redis docs, redis.conf, `zset-max-listpack-entries`, `zset-max-listpack-value`.
const LISTPACK_MAX: (usize, usize) = (128, 64);

/// A score as a sorted set of so many members keeps it: a listpack, which holds whole numbers as
/// such, knows no minus zero.
pub(super) fn kept(score: f64, members: usize, name: &[u8]) -> f64 {
    let is_listpack = members <= LISTPACK_MAX.0 && name.len() <= LISTPACK_MAX.1;
    if is_listpack && is_same(score, 0.0) {
        0.0
    } else {
        score
    }
}

/// Whether two scores are one; minus zero is zero.
pub(super) fn is_same(left: f64, right: f64) -> bool {
    left.partial_cmp(&right) == Some(Ordering::Equal)
}

/// Orders as sorted sets do: by score, then by bytes.
pub(super) fn order(left: &Scored, right: &Scored) -> Ordering {
    let by_score = left.1.partial_cmp(&right.1).unwrap_or(Ordering::Equal);
    by_score.then_with(|| left.0.cmp(&right.0))
}

/// By what a range is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Rank,
    Score,
    Lex,
}

/// A part of a sorted set.
pub(super) enum Range {
    /// Positions, negative ones counted from the end.
    Rank(i64, i64),
    Score(Edge<f64>, Edge<f64>),
    Lex(Lex, Lex),
}

/// An end of a range of scores.
pub(super) struct Edge<T> {
    at: T,
    is_open: bool,
}

/// An end of a range of names.
pub(super) enum Lex {
    Least,
    At(Edge<Vec<u8>>),
    Greatest,
}

impl Range {
    pub(super) fn parse(by: By, min: &[u8], max: &[u8]) -> Result<Self, CommandError> {
        match by {
            By::Rank => {
                let ends = number::integer(min).zip(number::integer(max));
                let (start, end) = ends.ok_or(CommandError::NOT_INTEGER)?;
                Ok(Self::Rank(start, end))
            }
            By::Score => {
                let ends = score_edge(min).zip(score_edge(max));
                let (min, max) = ends.ok_or(CommandError::SCORE_RANGE)?;
                Ok(Self::Score(min, max))
            }
            By::Lex => {
                let ends = lex_edge(min).zip(lex_edge(max));
                let (min, max) = ends.ok_or(CommandError::LEX_RANGE)?;
                Ok(Self::Lex(min, max))
            }
        }
    }

    /// What of `ranked` is in the range, from its end if `backward`.
    pub(super) fn select(&self, mut ranked: Vec<Scored>, backward: bool) -> Vec<Scored> {
        match self {
            Self::Rank(start, end) => {
                if backward {
                    ranked.reverse();
                }
                let Some((first, last)) = positions(*start, *end, ranked.len()) else {
                    return Vec::new();
                };
                ranked.drain(first..=last).collect()
            }
            Self::Score(min, max) => {
                ranked.retain(|(_, score)| {
                    let is_above = if min.is_open {
                        *score > min.at
                    } else {
                        *score >= min.at
                    };
                    let is_below = if max.is_open {
                        *score < max.at
                    } else {
                        *score <= max.at
                    };
                    is_above && is_below
                });
                if backward {
                    ranked.reverse();
                }
                ranked
            }
            Self::Lex(min, max) => between(ranked, min, max, backward),
        }
    }
}

/// The members between two names. Where scores differ the answer is Redis' own, which stops at the
/// first member beyond the far end.
fn between(mut ranked: Vec<Scored>, min: &Lex, max: &Lex, backward: bool) -> Vec<Scored> {
    let reaches = |ranked: &[Scored]| {
        let ends = ranked.first().zip(ranked.last());
        ends.is_some_and(|(first, last)| max.is_above(&first.0) && min.is_below(&last.0))
    };
    if !reaches(&ranked) || min.is_past(max) {
        return Vec::new();
    }
    if backward {
        ranked.reverse();
        let rest = ranked
            .into_iter()
            .skip_while(|(name, _)| !max.is_above(name));
        return rest.take_while(|(name, _)| min.is_below(name)).collect();
    }
    let rest = ranked
        .into_iter()
        .skip_while(|(name, _)| !min.is_below(name));
    rest.take_while(|(name, _)| max.is_above(name)).collect()
}

impl Lex {
    /// Whether `name` is not below this lower end.
    fn is_below(&self, name: &[u8]) -> bool {
        match self {
            Self::Least => true,
            Self::At(edge) if edge.is_open => edge.at.as_slice() < name,
            Self::At(edge) => edge.at.as_slice() <= name,
            Self::Greatest => false,
        }
    }

    /// Whether `name` is not above this upper end.
    fn is_above(&self, name: &[u8]) -> bool {
        match self {
            Self::Least => false,
            Self::At(edge) if edge.is_open => edge.at.as_slice() > name,
            Self::At(edge) => edge.at.as_slice() >= name,
            Self::Greatest => true,
        }
    }

    /// Whether nothing fits between this lower end and `max`.
    fn is_past(&self, max: &Lex) -> bool {
        match (self, max) {
            (Self::At(min), Self::At(max)) => {
                min.at > max.at || (min.at == max.at && (min.is_open || max.is_open))
            }
            _ => false,
        }
    }
}

/// The first and last of `length` positions between two; nothing when there is none.
fn positions(start: i64, end: i64, length: usize) -> Option<(usize, usize)> {
    let length = i64::try_from(length).expect("a length fits 63 bits");
    let absolute = |at: i64| {
        if at < 0 {
            at.saturating_add(length)
        } else {
            at
        }
    };
    let (first, last) = (absolute(start).max(0), absolute(end).min(length - 1));
    let position = |at: i64| usize::try_from(at).ok();
    position(first)
        .zip(position(last))
        .filter(|(first, last)| first <= last)
}

/// As C's `strtod` reads it: spaces may come first, and nothing is zero.
fn score_edge(text: &[u8]) -> Option<Edge<f64>> {
    let (is_open, digits) = match text {
        [b'(', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let at: f64 = if digits.is_empty() {
        0.0
    } else {
        std::str::from_utf8(digits.trim_ascii_start())
            .ok()?
            .parse()
            .ok()?
    };
    (!at.is_nan()).then_some(Edge { at, is_open })
}

fn lex_edge(text: &[u8]) -> Option<Lex> {
    let edge = |name: &[u8], is_open| {
        let at = name.to_vec();
        Some(Lex::At(Edge { at, is_open }))
    };
    match text {
        b"-" => Some(Lex::Least),
        b"+" => Some(Lex::Greatest),
        [b'(', name @ ..] => edge(name, true),
        [b'[', name @ ..] => edge(name, false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, text};

    #[test]
    fn scores_print_as_in_c() {
        let check = |score: f64, expect: &str| {
            assert_eq!(String::from_utf8_lossy(&text(score)), expect);
        };
        check(0.0, "0");
        check(-0.0, "-0");
        check(3.0, "3");
        check(0.1, "0.10000000000000001");
        check(-2.5, "-2.5");
        check(1e16, "10000000000000000");
        check(1e17, "1e+17");
        check(0.0001, "0.0001");
        check(0.00001, "1.0000000000000001e-05");
        check(5e-324, "4.9406564584124654e-324");
        check(f64::MAX, "1.7976931348623157e+308");
        check(f64::INFINITY, "inf");
        check(f64::NEG_INFINITY, "-inf");
        // A tie goes to the even digit.
        check(
            f64::from_bits(0x3E60_0000_0000_0000),
            "2.9802322387695312e-08",
        );
    }

    #[test]
    fn scores_read_as_in_c() {
        assert_eq!(parse(b"1e3"), Some(1000.0));
        assert_eq!(parse(b"+inf"), Some(f64::INFINITY));
        assert_eq!(parse(b"0e-999"), Some(0.0));
        for refused in ["", "nan", "1e400", "1e-400", " 1", "1 ", "1,5"] {
            assert_eq!(parse(refused.as_bytes()), None, "{refused}");
        }
    }
}
