//! Panics: a bug of ours is told as one, and ends neither the other scenarios nor in a trace.

use std::io::Write;
use std::panic::{self, AssertUnwindSafe, Location};

/// Something panicked; [`announce`] has told the user what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bug;

/// From now on a panic is announced on stderr with what to do about it.
pub fn announce() {
    panic::set_hook(Box::new(|info| {
        let what = info.payload_as_str().unwrap_or("no message");
        let place = info.location().map(Location::to_string);
        let text = announcement(what, &place.unwrap_or_default());
        // When stderr is gone there is nobody left to tell.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }));
}

/// Does `work`; a panic in it is caught.
///
/// # Errors
/// When it panicked.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Bug> {
    // What `work` was changing is dropped with it: nothing half changed is seen afterwards.
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| Bug)
}

fn announcement(what: &str, place: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "\ninternal error at {place}: {what}\n  \
         This is a bug in meridian {version}, not in your scenario. Please report it with this\n  \
         message, the command line and the scenario; the same command line shows it again.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{Bug, announcement, caught};

    #[test]
    fn a_panic_becomes_a_value() {
        assert_eq!(caught(|| 7), Ok(7));
        let broken: Result<(), Bug> = caught(|| panic!("on purpose"));
        assert_eq!(broken, Err(Bug));
    }

    #[test]
    fn an_announcement_says_what_to_do() {
        insta::assert_snapshot!(announcement("a lock is held", "src/a.rs:7:1"), @r"

        internal error at src/a.rs:7:1: a lock is held
          This is a bug in meridian 0.1.0, not in your scenario. Please report it with this
          message, the command line and the scenario; the same command line shows it again.
        ");
    }
}
