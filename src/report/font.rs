//! How wide text is, without asking the machine for fonts.
//!
//! Source: `hmtx` table of DejaVu Sans and DejaVu Sans Bold 2.37, advances in 1/1000 em. Verdana,
//! which stands in where DejaVu is missing, is nearly as wide.

/// The font families every drawing names.
pub const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// Every character that is not in the tables counts as the arrow, the widest of those we print.
const OTHER: u16 = 838;

#[rustfmt::skip]
const REGULAR: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

#[rustfmt::skip]
const BOLD: [u16; 95] = [
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696,
    696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683,
    683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771,
    724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665,
    343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
];

/// How heavy letters are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weight {
    /// Running text.
    Regular,
    /// Titles.
    Bold,
}

/// The width of `text` at `size`, in the unit of `size`, rounded up.
pub fn width(text: &str, size: i32, weight: Weight) -> i32 {
    let table = match weight {
        Weight::Regular => &REGULAR,
        Weight::Bold => &BOLD,
    };
    let advance = |character: char| {
        let index = (character as usize).checked_sub(0x20);
        i32::from(
            index
                .and_then(|index| table.get(index).copied())
                .unwrap_or(OTHER),
        )
    };
    let thousandths: i32 = text.chars().map(advance).sum();
    (thousandths * size + 999) / 1_000
}

/// `text` in lines no wider than `room`, broken at spaces; a longer word keeps a line of its own.
pub fn wrap(text: &str, size: i32, weight: Weight, room: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line} {word}");
            if width(&longer, size, weight) <= room {
                *line = longer;
                continue;
            }
        }
        lines.push(word.to_owned());
    }
    lines
}

/// `text`, or as much of it as `room` holds and an ellipsis.
pub fn fit(text: &str, size: i32, room: i32) -> String {
    if width(text, size, Weight::Regular) <= room {
        return text.to_owned();
    }
    let mut shorter = text.to_owned();
    while shorter.pop().is_some() {
        let with_ellipsis = format!("{}…", shorter.trim_end());
        if width(&with_ellipsis, size, Weight::Regular) <= room {
            return with_ellipsis;
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::{Weight, width, wrap};

    #[test]
    fn widths_are_those_of_the_font() {
        assert_eq!(width("iW", 1_000, Weight::Regular), 278 + 989);
        assert_eq!(width("→", 100, Weight::Bold), 84);
        assert!(width("memory", 110, Weight::Bold) > width("memory", 110, Weight::Regular));
    }

    #[test]
    fn lines_break_at_spaces() {
        let lines = wrap(
            "one two three",
            10,
            Weight::Regular,
            width("one two", 10, Weight::Regular),
        );
        assert_eq!(lines, ["one two", "three"]);
    }
}
