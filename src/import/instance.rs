//! An instance of the scenario, line by line.

use crate::assumption::Eviction;
use crate::catalogue::{Region, Sku};
use crate::control::{Clustering, Module, Persistence};
use crate::import::facts::Told;
use crate::import::note::Note;
use crate::import::resource::CacheRef;

/// An instance of the scenario.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Instance {
    /// Its name.
    pub name: String,
    /// Its fields and what is said between them.
    pub lines: Vec<Line>,
    /// What would tell what is missing.
    pub asked: Vec<Ask>,
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

/// What is to be shown for what is missing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Ask {
    /// The cluster.
    Cluster,
    /// Its database.
    Database,
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

    /// Says what is missing, and by what it would be told.
    pub(super) fn ask(&mut self, of: Ask, note: Note) {
        self.asked.push(of);
        self.note(note);
    }

    /// Says which commands tell what is missing, each once and on one line.
    pub(super) fn asks(&mut self, cache: &CacheRef) {
        self.asked.sort();
        self.asked.dedup();
        let group = cache.resource_group.as_deref().unwrap_or("GROUP");
        let command = |ask: &Ask| {
            let of = match ask {
                Ask::Cluster => "",
                Ask::Database => "database ",
            };
            let name = &cache.name;
            format!("az redisenterprise {of}show --cluster-name {name} --resource-group {group}")
        };
        let commands: Vec<String> = self.asked.iter().map(command).collect();
        if !commands.is_empty() {
            self.note(Note::aside("What is not in the input is told by").with(commands));
        }
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
