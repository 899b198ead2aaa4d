//! What single places of the input say, each value with where it stands.

use crate::import::note::Note;
use crate::import::resource::CacheRef;

/// A value and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told<T = String> {
    /// As it is written there.
    pub value: T,
    /// File and JSON pointer, or file and line.
    pub at: String,
}

impl<T> Told<T> {
    /// `value`, said at `at`.
    pub(super) fn new(value: impl Into<T>, at: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            at: at.into(),
        }
    }
}

/// Everything the inputs say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Found {
    /// About caches, in the order of the inputs.
    pub facts: Vec<Facts>,
    /// What else a reader should know: lines passed over, options without a place.
    pub notes: Vec<Note>,
}

/// What one place says about one cache.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Facts {
    /// Which.
    pub cache: CacheRef,
    /// Where the place is.
    pub at: String,
    /// About the cluster, where it is told of.
    pub cluster: Option<Cluster>,
    /// About the database.
    pub database: Option<Database>,
}

/// A cluster, in Azure's words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Cluster {
    /// The region: `eastus` or `East US`.
    pub location: Option<Told>,
    /// The size.
    pub sku: Option<Told>,
    /// `Enabled` or `Disabled`.
    pub high_availability: Option<Told>,
    /// The zones asked for.
    pub zones: Option<Told>,
    /// `resourceState`.
    pub state: Option<Told>,
    /// Where it is said that it has no database.
    pub no_database: Option<Told>,
}

/// A database, in Azure's words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Database {
    /// What it is called.
    pub name: Option<Told>,
    /// `Encrypted` or `Plaintext`.
    pub protocol: Option<Told>,
    /// `OSSCluster`, `EnterpriseCluster` or `NoCluster`.
    pub clustering: Option<Told>,
    /// `VolatileLRU` and so on.
    pub eviction: Option<Told>,
    /// The modules' names.
    pub modules: Option<Told<Vec<String>>>,
    /// How data is kept on disk.
    pub persistence: Option<Told<Disk>>,
    /// The group's nickname.
    pub nickname: Option<Told>,
    /// The databases it is linked with, itself among them.
    pub linked: Vec<Linked>,
    /// `resourceState`.
    pub state: Option<Told>,
    /// Whether a request says so, and not Azure.
    pub is_request: bool,
}

/// Persistence, in Azure's words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Disk {
    /// Whether a log is kept.
    pub log: Option<bool>,
    /// How often it is synced: `1s` or `always`.
    pub log_frequency: Option<String>,
    /// Whether snapshots are taken.
    pub snapshots: Option<bool>,
    /// How often: `1h`, `6h` or `12h`.
    pub snapshot_frequency: Option<String>,
}

/// An entry of `linkedDatabases`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Linked {
    /// Which cache.
    pub cache: CacheRef,
    /// Where it is listed.
    pub at: String,
    /// `Linked`, `Linking` and so on.
    pub state: Option<Told>,
}
