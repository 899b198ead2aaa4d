//! Bytes to text: UTF-8, or UTF-16 as Windows PowerShell's `>` writes it; lines end with `\n`.

use crate::import::{BYTES_MAX, Error, Input};

const UNMARKED: &str = "it looks like UTF-16 without a byte order mark; save it as UTF-8";
const BROKEN: &str = "save it as UTF-8";

/// The text of an input.
///
/// # Errors
/// When it is too large or no text.
pub(super) fn decoded(input: &Input) -> Result<String, Error> {
    let bytes = &input.bytes[..];
    if bytes.len() > BYTES_MAX {
        return Err(Error::TooLarge {
            input: input.name.clone(),
            bytes: bytes.len(),
        });
    }
    let failed = |at: usize, help: &'static str| Error::NotText {
        input: input.name.clone(),
        at,
        help,
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes).map_err(|at| failed(at, BROKEN)),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes).map_err(|at| failed(at, BROKEN)),
        _ => {
            let (skipped, bytes) = match bytes {
                [0xef, 0xbb, 0xbf, rest @ ..] => (3, rest),
                _ => (0, bytes),
            };
            // In UTF-16 every other byte of plain words is zero, which no text needs.
            if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
                return Err(failed(skipped + at, UNMARKED));
            }
            let text = String::from_utf8(bytes.to_vec());
            text.map_err(|error| failed(skipped + error.utf8_error().valid_up_to(), BROKEN))
        }
    }?;
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// UTF-16 behind its mark; the offset of what is none, counted from the mark.
fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, usize> {
    const MARK: usize = 2;
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let mut text = String::with_capacity(bytes.len());
    let mut at = MARK;
    for letter in char::decode_utf16(units) {
        let letter = letter.map_err(|_| at)?;
        at += 2 * letter.len_utf16();
        text.push(letter);
    }
    if rest.is_empty() { Ok(text) } else { Err(at) }
}

#[cfg(test)]
mod tests {
    use super::{BYTES_MAX, Error, Input, decoded};

    fn text(bytes: &[u8]) -> Result<String, String> {
        let name = "a.json".to_owned();
        let bytes = bytes.to_vec();
        decoded(&Input { name, bytes }).map_err(|error| error.to_string())
    }

    fn units(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn every_encoding_of_a_shell_is_read() {
        let expected = Ok("{\n\"é😀\"}".to_owned());
        assert_eq!(text("{\r\n\"é😀\"}".as_bytes()), expected);
        assert_eq!(text("\u{feff}{\n\"é😀\"}".as_bytes()), expected);
        let marked = "\u{feff}{\r\n\"é😀\"}";
        assert_eq!(text(&units(marked, u16::to_le_bytes)), expected);
        assert_eq!(text(&units(marked, u16::to_be_bytes)), expected);
    }

    #[test]
    fn what_is_no_text_is_told_with_its_place() {
        let told = |bytes: &[u8]| text(bytes).expect_err("it is no text");
        assert_eq!(
            told(&units("{}", u16::to_le_bytes)),
            "`a.json` is not text at byte 1: expected UTF-8, or UTF-16 with its mark: it looks \
             like UTF-16 without a byte order mark; save it as UTF-8"
        );
        let place = |bytes: &[u8]| told(bytes).split(':').next().map(str::to_owned);
        let at = |at: usize| Some(format!("`a.json` is not text at byte {at}"));
        assert_eq!(place(b"\xef\xbb\xbf{\xff}"), at(4));
        assert_eq!(place(b"\xff\xfe{\0\0\xd8{\0"), at(4), "half of a pair");
        assert_eq!(place(b"\xff\xfe{\0}"), at(4), "half of a unit");
        let name = "big".to_owned();
        let bytes = vec![b' '; BYTES_MAX + 1];
        let refused = decoded(&Input { name, bytes });
        assert!(matches!(refused, Err(Error::TooLarge { .. })));
    }
}
