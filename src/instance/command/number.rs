//! Numbers in commands and replies, read and printed exactly as Redis does.
//!
//! Source: Redis source, `string2ll`, `string2ld` and `ld2string` in src/util.c.

/// The whole of `text` as an integer: no spaces, no plus sign, no leading zeros, 64 bits.
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let is_canonical = match digits {
        [b'0'] => text.len() == 1,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !is_canonical {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The whole of `text` as an unsigned integer, written as [`integer`] would.
pub(super) fn unsigned(text: &[u8]) -> Option<u64> {
    match text {
        [b'-', ..] => None,
        _ => match integer(text) {
            Some(number) => u64::try_from(number).ok(),
            None if text
                .first()
                .is_some_and(|&digit| digit != b'0' && digit != b'+') =>
            {
                std::str::from_utf8(text).ok()?.parse().ok()
            }
            None => None,
        },
    }
}

/// The whole of `text` as a floating-point number; infinities count, NaN does not.
///
/// Redis reads 80-bit numbers and their hexadecimal form too; here 64 bits and decimals must do.
pub(super) fn float(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let number: f64 = text.parse().ok()?;
    let is_overflow = number.is_infinite() && text.bytes().any(|byte| byte.is_ascii_digit());
    (!number.is_nan() && !is_overflow).then_some(number)
}

/// The same where a number that 80 bits hold and 64 do not counts as infinite.
pub(super) fn wide_float(text: &[u8]) -> Option<f64> {
    float(text).or_else(|| {
        let text = std::str::from_utf8(text).ok()?;
        let number: f64 = text.parse().ok()?;
        (number.is_infinite() && magnitude(text)? <= LONG_DOUBLE_MAGNITUDE).then_some(number)
    })
}

/// The greatest number of 80 bits has this many digits before the point. Source: IEEE 754, double
/// extended: 1.19e4932.
const LONG_DOUBLE_MAGNITUDE: i64 = 4933;

/// How many digits stand before the point of a decimal number, written out without an exponent.
fn magnitude(text: &str) -> Option<i64> {
    let text = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let whole = digits.split('.').next()?.trim_start_matches('0');
    let exponent: i64 = exponent.parse().ok()?;
    exponent.checked_add(i64::try_from(whole.len()).ok()?)
}

#[cfg(test)]
mod tests {
    use super::{float, integer, unsigned, wide_float};

    /// What a real server says of `BLPOP k` with these: 1e4932 is a float, 1e5000 is not.
    #[test]
    fn wide_floats() {
        let check = |text: &str, expect: Option<f64>| {
            assert_eq!(wide_float(text.as_bytes()), expect, "{text}");
        };
        check("1.5", Some(1.5));
        check("1e400", Some(f64::INFINITY));
        check("-1e400", Some(f64::NEG_INFINITY));
        check("1e4932", Some(f64::INFINITY));
        check("10e4931", Some(f64::INFINITY));
        check("1e5000", None);
        check("1e99999999999999999999", None);
        for refused in ["", "nan", "x", "1e", "0x10"] {
            check(refused, None);
        }
    }

    #[test]
    fn integers() {
        let check = |text: &str, expect: Option<i64>| {
            assert_eq!(integer(text.as_bytes()), expect, "{text}");
        };
        check("0", Some(0));
        check("-1", Some(-1));
        check("9223372036854775807", Some(i64::MAX));
        check("-9223372036854775808", Some(i64::MIN));
        check("9223372036854775808", None);
        for refused in ["", "-", "-0", "01", "+1", " 1", "1 ", "1.0", "0x10", "1e3"] {
            check(refused, None);
        }
    }

    #[test]
    fn unsigned_integers() {
        assert_eq!(unsigned(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(unsigned(b"7"), Some(7));
        assert_eq!(unsigned(b"-7"), None);
        assert_eq!(unsigned(b"+7"), None);
        assert_eq!(unsigned(b"x"), None);
    }

    #[test]
    fn floats() {
        let check = |text: &str, expect: Option<f64>| {
            assert_eq!(float(text.as_bytes()), expect, "{text}");
        };
        check("3.0e3", Some(3000.0));
        check("-.5", Some(-0.5));
        check("inf", Some(f64::INFINITY));
        for refused in ["", "nan", "1e400", " 1", "1 ", "abc", "1,5"] {
            check(refused, None);
        }
    }
}
