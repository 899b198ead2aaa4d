//! Commands all over a group converge.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../suite/fuzzed.rs"]
#[allow(dead_code)]
mod fuzzed;
#[path = "../../suite/group.rs"]
mod group;

fuzz_target!(|bytes: &[u8]| fuzzed::history(bytes));
