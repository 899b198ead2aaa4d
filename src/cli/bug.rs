//! Panics: a bug of ours is told as one, and ends neither the other scenarios nor in a trace.

use std::io::Write;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

/// Something panicked; [`announce`] has told the user what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bug;

/// From now on a panic is announced on stderr with what to do about it.
pub fn announce() {
    panic::set_hook(Box::new(|info| {
        // When stderr is gone there is nobody left to tell.
        let _ = std::io::stderr().write_all(announcement(info).as_bytes());
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

fn announcement(info: &PanicHookInfo<'_>) -> String {
    let what = info.payload_as_str().unwrap_or("no message");
    let place = info
        .location()
        .map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
    format!(
        "\ninternal error: {what}{place}\n  \
         This is a bug in meridian {}, not in your scenario. Please report it with this message,\n  \
         the command line and the scenario; the same command line shows it again.\n",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::{Bug, caught};

    #[test]
    fn a_panic_becomes_a_value() {
        assert_eq!(caught(|| 7), Ok(7));
        let broken: Result<(), Bug> = caught(|| panic!("on purpose"));
        assert_eq!(broken, Err(Bug));
    }
}
