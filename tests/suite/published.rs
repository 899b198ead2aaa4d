//! Figures that others have published, or that follow from published ones by arithmetic. The cases
//! keep the numbers they have in the project's list of them.
//!
//! Case G4, the traffic of a synchronisation by deltas, is about updates that travel from neighbour
//! to neighbour, where a node passes on what it received, and about what it need not pass on. An
//! Active-Active group has no such path, so neither has this: each member sends its own effects to
//! every other over a link of their own and relays nothing; a receiver filters by its clock; a cut
//! longer than the backlog ends in a full synchronisation of what that clock does not cover. What
//! remains of the case is in `traffic`.

mod backlog;
mod clocks;
mod convergence;
mod keys;
mod metadata;
mod sketches;
mod traffic;
