//! What is measured over time, in integers: histograms, sampled series, the marks of a timeline and
//! the journal. `report` alone turns them into charts and files.

pub mod histogram;
pub mod journal;
pub mod recorder;
pub mod series;
pub mod timeline;
