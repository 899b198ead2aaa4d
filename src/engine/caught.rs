//! Panics that end one piece of work and nothing else, with their message and place.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::Once;

/// Why a piece of work ended before it was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Panic {
    /// What it said.
    pub message: String,
    /// Where: `src/crdt/set.rs:12:5`.
    pub place: String,
}

thread_local! {
    /// Whether this thread does work whose panic is caught, and what was heard of it.
    static HEARD: RefCell<Option<Option<Panic>>> = const { RefCell::new(None) };
}

static LISTENING: Once = Once::new();

/// Does `work` on this thread; a panic in it is not announced, but returned. Whatever else
/// panics is announced as before.
///
/// # Errors
/// What the work said when it panicked.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    LISTENING.call_once(listen);
    let before = HEARD.replace(Some(None));
    // What `work` was changing is dropped with it: nothing half changed is seen afterwards.
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    let heard = HEARD.replace(before).flatten();
    done.map_err(|_| {
        heard.unwrap_or_else(|| Panic {
            message: "no message".to_owned(),
            place: "a place unknown".to_owned(),
        })
    })
}

/// From now on panics of caught work are noted; others go to whoever listened before.
fn listen() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let is_caught = HEARD.with_borrow_mut(|heard| match heard {
            Some(heard) => {
                *heard = Some(Panic {
                    message: info.payload_as_str().unwrap_or("no message").to_owned(),
                    place: info.location().map(Location::to_string).unwrap_or_default(),
                });
                true
            }
            None => false,
        });
        if !is_caught {
            before(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::caught;

    #[test]
    fn a_panic_is_told_with_its_place() {
        assert_eq!(caught(|| 7), Ok(7));
        let panic = caught(|| panic!("a lock is held by {}", "nobody")).map(|(): ()| ());
        let panic = panic.expect_err("it panicked");
        assert_eq!(panic.message, "a lock is held by nobody");
        assert!(
            panic.place.starts_with("src/engine/caught.rs:"),
            "{panic:?}"
        );
        assert_eq!(
            caught(|| 8),
            Ok(8),
            "the next is done as if nothing had been"
        );
    }

    #[test]
    fn work_within_work_keeps_its_own() {
        let outer = caught(|| {
            let inner = caught(|| panic!("inner")).map(|(): ()| ());
            assert_eq!(inner.expect_err("it panicked").message, "inner");
            panic!("outer")
        });
        assert_eq!(
            outer.map(|(): ()| ()).expect_err("it panicked").message,
            "outer"
        );
    }
}
