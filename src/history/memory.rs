//! The kinds of memory in a ledger.

/// A kind of memory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MemoryKind {
    /// The bytes of values, as the allocator rounds them.
    Values,
    /// Redis' own overhead of keys and elements.
    Keys,
    /// CRDT metadata of what is live.
    Metadata,
    /// What deletions keep until they are stable.
    Tombstones,
    /// What effects keep until they are stable.
    Unstable,
    /// The replication backlog.
    Backlog,
    /// Snapshots being sent or merged, and effects that wait for causal order.
    SyncBuffers,
}

impl MemoryKind {
    /// How many kinds there are.
    pub const COUNT: usize = 7;

    /// All kinds, in the order charts stack them.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Values,
        Self::Keys,
        Self::Metadata,
        Self::Tombstones,
        Self::Unstable,
        Self::Backlog,
        Self::SyncBuffers,
    ];

    /// The name in outcomes and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Keys => "keys",
            Self::Metadata => "metadata",
            Self::Tombstones => "tombstones",
            Self::Unstable => "unstable",
            Self::Backlog => "backlog",
            Self::SyncBuffers => "sync_buffers",
        }
    }
}
