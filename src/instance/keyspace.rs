//! The keys of one instance: rows for generated ones, general objects for the rest.
//!
//! A generated key stays a row while one uncontested string is all it holds. Whatever is more than
//! that (a concurrent sibling, a removal to remember, a counter, a deadline) makes it an object,
//! and collection makes it a row again once that is over.

use std::sync::Arc;

use crate::crdt::Object;
use crate::engine::{Table, prefetch};
use crate::id::ShardId;
use crate::instance::contest::Contests;
use crate::instance::effect::{GENERATED_KEY_BYTES, Key};
use crate::instance::row::{Row, RowState};

/// A key in its general form.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its name.
    pub key: Key,
    /// Its shard.
    pub shard: ShardId,
    /// Tells it from others that had its place before.
    pub serial: u64,
    /// Whether the collector has it on its list.
    pub queued: bool,
    /// What it holds.
    pub object: Object,
}

impl Slot {
    /// How long the key's name counts as.
    pub fn name_bytes(&self) -> u64 {
        match &self.key {
            Key::Generated(_) => GENERATED_KEY_BYTES,
            Key::Named(name) => name.len() as u64,
        }
    }
}

/// A place, and who had it when the ticket was drawn. Places are used anew, tickets are not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Ticket {
    /// Who.
    pub serial: u64,
    /// Where.
    pub at: u32,
}

/// Where a key's state is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In a row, plain or absent.
    Row(u32),
    /// In the general form.
    Object(u32),
    /// Nowhere: a name never used.
    Nowhere,
}

/// So many rows share a digest: a byte a row, and few rows to look at where one is in flight.
pub(super) const BLOCK_ROWS: usize = 8;

/// The digest of each block of rows: what its keys contribute to their shards' digests, combined.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct BlockDigests(Vec<u64>);

impl BlockDigests {
    /// Of rows that are all absent.
    pub(super) fn of_absent(rows: usize) -> Self {
        Self(vec![0; rows.div_ceil(BLOCK_ROWS)])
    }

    /// Adds a key's part to its block and its shard, or takes it out again: they go together.
    #[inline]
    pub(super) fn toggle(&mut self, key: u32, part: u64, shard: &mut u64) {
        *shard ^= part;
        self.0[key as usize / BLOCK_ROWS] ^= part;
    }

    /// The digests, block by block.
    pub(super) fn as_slice(&self) -> &[u64] {
        &self.0
    }
}

/// All keys of an instance.
#[derive(Clone, Debug, Default)]
pub struct Keyspace {
    /// Generated keys, by index.
    pub rows: Vec<Row>,
    pub(super) digests: BlockDigests,
    objects: Vec<Option<Slot>>,
    free: Vec<u32>,
    pub(super) hidden: Contests,
    serial: u64,
    names: Table<Arc<[u8]>, u32>,
}

impl Keyspace {
    /// Only absent rows, each of the shard given for it.
    pub fn new(shards: &[u16]) -> Self {
        let rows = shards
            .iter()
            .map(|shard| Row::absent(ShardId(*shard)))
            .collect();
        Self {
            rows,
            digests: BlockDigests::of_absent(shards.len()),
            ..Self::default()
        }
    }

    /// Asks for the row of a generated key, ahead of its use.
    #[inline]
    pub fn prefetch_row(&self, key: u32) {
        prefetch(&self.rows, key as usize);
    }

    /// Asks for the digest that a write of a generated key changes, ahead of its use.
    #[inline]
    pub fn prefetch_digest(&self, key: u32) {
        prefetch(&self.digests.0, key as usize / BLOCK_ROWS);
    }

    /// Asks for the writes hidden under a row that is in cache by now.
    #[inline]
    pub fn prefetch_hidden(&self, key: u32) {
        if let Some(row) = self.rows.get(key as usize) {
            self.hidden.prefetch(row);
        }
    }

    /// Where the state of `key` is.
    pub fn place(&self, key: &Key) -> Place {
        match key {
            Key::Generated(index) => self.row_place(*index),
            Key::Named(name) => self
                .names
                .get(name)
                .map_or(Place::Nowhere, |at| Place::Object(*at)),
        }
    }

    /// Where the state of a generated key is.
    pub fn row_place(&self, index: u32) -> Place {
        let row = &self.rows[index as usize];
        match row.state {
            RowState::General => Place::Object(row.object),
            RowState::Absent | RowState::Plain | RowState::Contested => Place::Row(index),
        }
    }

    /// A key in its general form.
    ///
    /// # Panics
    /// When there is none at `at`: places are not kept across changes.
    pub fn slot(&self, at: u32) -> &Slot {
        self.objects[at as usize]
            .as_ref()
            .expect("a place in use holds an object")
    }

    /// A key in its general form, to change.
    ///
    /// # Panics
    /// As [`Keyspace::slot`].
    pub fn slot_mut(&mut self, at: u32) -> &mut Slot {
        self.objects[at as usize]
            .as_mut()
            .expect("a place in use holds an object")
    }

    /// Whether the object called `ticket` is still where it was.
    pub fn holds(&self, ticket: Ticket) -> bool {
        let slot = self
            .objects
            .get(ticket.at as usize)
            .and_then(Option::as_ref);
        slot.is_some_and(|slot| slot.serial == ticket.serial)
    }

    /// The number of keys in their general form.
    pub fn objects_len(&self) -> usize {
        self.objects.len() - self.free.len()
    }

    /// Gives `key` a general form.
    pub fn insert(&mut self, key: Key, shard: ShardId, object: Object) -> u32 {
        self.serial += 1;
        let serial = self.serial;
        let slot = Slot {
            key: key.clone(),
            shard,
            serial,
            queued: false,
            object,
        };
        let at = match self.free.pop() {
            Some(at) => {
                self.objects[at as usize] = Some(slot);
                at
            }
            None => {
                self.objects.push(Some(slot));
                u32::try_from(self.objects.len() - 1).expect("fewer than 2^32 keys are in use")
            }
        };
        match key {
            Key::Generated(index) => {
                let row = &mut self.rows[index as usize];
                row.state = RowState::General;
                row.object = at;
            }
            Key::Named(name) => {
                self.names.insert(name, at);
            }
        }
        at
    }

    /// Takes the general form away; a generated key is then absent.
    pub fn remove(&mut self, at: u32) -> Slot {
        let slot = self.objects[at as usize]
            .take()
            .expect("a place in use holds an object");
        self.free.push(at);
        match &slot.key {
            Key::Generated(index) => self.rows[*index as usize].state = RowState::Absent,
            Key::Named(name) => {
                self.names.remove(name);
            }
        }
        slot
    }

    /// All keys in their general form, by place.
    pub fn objects(&self) -> impl Iterator<Item = (u32, &Slot)> {
        (0..)
            .zip(&self.objects)
            .filter_map(|(at, slot)| Some((at, slot.as_ref()?)))
    }

    /// Everything is gone; every row is absent, its shard kept.
    pub fn clear(&mut self) {
        for row in &mut self.rows {
            *row = Row::absent(row.shard());
        }
        self.digests = BlockDigests::of_absent(self.rows.len());
        self.objects.clear();
        self.free.clear();
        self.hidden.clear();
        self.names = Table::new();
    }
}
