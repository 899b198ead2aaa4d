//! The integration suite: one binary, so that it links once.

mod tidy;
