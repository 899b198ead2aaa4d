//! The command line that runs one case again.

/// Runs the scenario `file` again, with this seed, these overrides, these values of its axes and
/// this arm.
pub fn line(
    file: &str,
    seed: u64,
    overrides: &[String],
    axes: &[String],
    arm: Option<&str>,
) -> String {
    let mut line = format!("meridian run {} --seed {seed}", quoted(file));
    for set in overrides {
        line += &format!(" --set {}", quoted(set));
    }
    for axis in axes {
        line += &format!(" --axis {}", quoted(axis));
    }
    if let Some(arm) = arm {
        line += &format!(" --arm {}", quoted(arm));
    }
    line
}

/// A word as a POSIX shell takes it.
pub fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./=:,%+@".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn the_line_survives_a_shell() {
        let sets = ["expect=[NoOom]".to_owned(), "name=it's".to_owned()];
        assert_eq!(
            line(
                "my cut.ron",
                7,
                &sets,
                &["size=of 5".to_owned()],
                Some("drop it")
            ),
            concat!(
                r"meridian run 'my cut.ron' --seed 7 --set 'expect=[NoOom]' ",
                r"--set 'name=it'\''s' --axis 'size=of 5' --arm 'drop it'"
            )
        );
    }
}
