//! Ctrl-C: the first ends a sweep behind the case that is due next, and shrinking or a search
//! behind a run; the second ends any of them at once.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody has asked for the end.
static ASKED: AtomicBool = AtomicBool::new(false);

/// What a shell reports of a program that Ctrl-C has ended.
const ENDED_BY_SIGNAL: i32 = 130;

/// From now on Ctrl-C does not end the program before what is done is kept.
pub(in crate::cli) fn watch() {
    let heard = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::Relaxed) {
            process::exit(ENDED_BY_SIGNAL);
        }
    });
    // Where signals cannot be watched, Ctrl-C ends the program, and what is done is kept, too.
    drop(heard);
}

/// Whether Ctrl-C has been heard.
pub(in crate::cli) fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
