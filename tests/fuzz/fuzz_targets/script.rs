//! Lines are carried out one after the other, whatever they say.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../suite/fuzzed.rs"]
#[allow(dead_code)]
mod fuzzed;
#[path = "../../suite/group.rs"]
mod group;

fuzz_target!(|bytes: &[u8]| fuzzed::script(bytes));
