//! Axes: what a sweep varies.

/// One thing that a sweep varies. A plan has the first value of each, unless another was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Axis {
    /// What it is called.
    pub name: String,
    /// What is set, as `--set` names it.
    pub set: Vec<String>,
    /// Who decides on it.
    pub kind: AxisKind,
    /// Its values, in the scenario's order: at least one.
    pub values: Vec<AxisValue>,
}

/// Who decides on the value of an axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AxisKind {
    /// Whoever builds the system.
    Choice,
    /// Nobody: what is chosen must stand all of its values.
    Circumstance,
    /// Nobody knows it, as no source settles it: what is found holds between its values.
    Band,
}

/// One value of an axis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AxisValue {
    /// What it is called.
    pub label: String,
    /// As the scenario writes it.
    pub written: String,
    /// What an hour with it costs, in millionths of a US dollar, if the scenario says so.
    pub micro_usd_per_hour: Option<u64>,
}
