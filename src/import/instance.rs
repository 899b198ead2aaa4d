//! An instance of the scenario, line by line.

use crate::assumption::Eviction;
use crate::catalogue::{Region, Sku};
use crate::control::{Clustering, Module, Persistence};
use crate::import::facts::Told;
use crate::import::note::Note;

/// An instance of the scenario.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Instance {
    /// Its name.
    pub name: String,
    /// Its fields and what is said between them.
    pub lines: Vec<Line>,
    /// Where it is, as far as that is known; likewise what follows.
    pub region: Option<&'static Region>,
    /// Its size.
    pub sku: Option<&'static Sku>,
    /// What goes when memory runs short.
    pub eviction: Option<Eviction>,
    /// How clients find shards.
    pub clustering: Option<Clustering>,
    /// Its modules, sorted.
    pub modules: Option<Vec<Module>>,
    /// How data is kept on disk.
    pub persistence: Option<Persistence>,
    /// Whether shards have replicas.
    pub high_availability: Option<bool>,
    /// Whether clients must speak TLS.
    pub tls: Option<bool>,
    /// Whether some value is none that a scenario knows.
    pub is_strange: bool,
}

/// A line of an instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Line {
    /// A field and its value as RON.
    Field(&'static str, String),
    /// A comment.
    Note(Note),
}

impl Instance {
    /// Adds a field, its value as RON.
    pub(super) fn field(&mut self, name: &'static str, value: impl Into<String>) {
        self.lines.push(Line::Field(name, value.into()));
    }

    /// Adds a comment.
    pub(super) fn note(&mut self, note: Note) {
        self.lines.push(Line::Note(note));
    }

    /// Writes a value that the scenario does not know as a text, so that loading points at it.
    pub(super) fn strange(&mut self, field: &'static str, told: &Told, accepted: &str) {
        self.is_strange = true;
        self.field(field, format!("{:?}", told.value));
        let (at, found) = (&told.at, &told.value);
        self.note(Note::block(format!(
            "{at}: `{found}` is not known; accepted: {accepted}."
        )));
    }
}
