//! The scenario that `meridian new` begins with.

const TEXT: &str = include_str!("starter.ron");

/// A commented scenario called `name`: valid, small, and with a little of everything.
pub fn starter(name: &str) -> String {
    TEXT.replace("NAME", name)
}
