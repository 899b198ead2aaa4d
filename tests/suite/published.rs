//! Figures that others have published, or that follow from published ones by arithmetic. The cases
//! keep the numbers they have in the project's list of them.

mod backlog;
mod convergence;
mod keys;
mod sketches;
