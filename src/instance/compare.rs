//! Which keys replicas differ in, without looking at every key each time.
//!
//! Beside its shards' digests an instance keeps one for every block of rows, in step with every
//! change. A comparison looks only into blocks whose digests differ, and not again into those it
//! has already seen as they are.

use std::collections::BTreeSet;

use crate::engine::mix;
use crate::id::{IdVec, ShardId};
use crate::instance::Instance;
use crate::instance::effect::Key;
use crate::instance::keyspace::{BLOCK_ROWS, BlockDigests, Place};
use crate::instance::row::{Row, RowState};

/// Counts unequal keys, and remembers the blocks it has compared.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    blocks: Vec<Compared>,
}

/// What came of comparing a block.
#[derive(Clone, Copy, Debug, Default)]
struct Compared {
    /// A digest of the digests that were compared.
    signature: u64,
    unequal: u32,
}

impl Comparison {
    /// How many keys are not equal in all of `replicas`.
    pub fn unequal_keys(&mut self, replicas: &[&Instance]) -> u64 {
        let Some((first, others)) = replicas.split_first() else {
            return 0;
        };
        let mine = first.keyspace.digests.as_slice();
        let theirs: Vec<&[u64]> = others
            .iter()
            .map(|other| other.keyspace.digests.as_slice())
            .collect();
        self.blocks.resize(mine.len(), Compared::default());
        let mut unequal = 0;
        for (run, digests) in mine.chunks(RUN).enumerate() {
            let start = run * RUN;
            let blocks = start..start + digests.len();
            if theirs
                .iter()
                .all(|theirs| same(digests, &theirs[blocks.clone()]))
            {
                continue;
            }
            for block in blocks {
                let digests = theirs.iter().map(|theirs| theirs[block]);
                if digests.clone().any(|theirs| theirs != mine[block]) {
                    let signature = digests.fold(mix(mine[block]), |all, next| mix(all ^ next));
                    let compared = &mut self.blocks[block];
                    if compared.signature != signature {
                        let unequal = unequal_rows(block, first, others);
                        *compared = Compared { signature, unequal };
                    }
                    unequal += u64::from(compared.unequal);
                }
            }
        }
        unequal + unequal_names(first, others)
    }
}

/// So many blocks are compared at once: most runs of them are equal.
const RUN: usize = 8;

/// Whether two runs of digests are the same, without a branch for each.
fn same(mine: &[u64], theirs: &[u64]) -> bool {
    let pairs = mine.iter().zip(theirs);
    pairs.fold(0, |all, (mine, theirs)| all | (mine ^ theirs)) == 0
}

/// How many generated keys of one block are not equal.
fn unequal_rows(block: usize, first: &Instance, others: &[&Instance]) -> u32 {
    let start = block * BLOCK_ROWS;
    let end = (start + BLOCK_ROWS).min(first.keyspace.rows.len());
    let is_unequal = |index: &usize| others.iter().any(|other| differs(*index, first, other));
    let unequal = (start..end).filter(is_unequal).count();
    u32::try_from(unequal).expect("a block has few rows")
}

/// Whether a generated key is not equal in two replicas.
fn differs(index: usize, first: &Instance, other: &Instance) -> bool {
    let (mine, theirs) = (&first.keyspace.rows[index], &other.keyspace.rows[index]);
    let is_general = |row: &Row| row.state == RowState::General;
    if !is_general(mine) && !is_general(theirs) {
        return !mine.shows_same(theirs);
    }
    let key = Key::Generated(u32::try_from(index).expect("rows are indexed by u32"));
    first.contribution(&key) != other.contribution(&key)
}

/// How many named keys are not equal.
fn unequal_names(first: &Instance, others: &[&Instance]) -> u64 {
    let mut names = BTreeSet::new();
    for replica in others.iter().copied().chain([first]) {
        for (_, slot) in replica.keyspace.objects() {
            if let Key::Named(name) = &slot.key {
                names.insert(name.clone());
            }
        }
    }
    let unequal = names.into_iter().filter(|name| {
        let key = Key::Named(name.clone());
        let mine = first.contribution(&key);
        others.iter().any(|other| other.contribution(&key) != mine)
    });
    unequal.count() as u64
}

impl Instance {
    /// The part of its shard's digest that a key contributes.
    fn contribution(&self, key: &Key) -> u64 {
        match self.keyspace.place(key) {
            Place::Nowhere => 0,
            Place::Object(at) => self.keyspace.slot(at).measure(&self.assumptions).digest,
            Place::Row(index) => {
                let row = &self.keyspace.rows[index as usize];
                if row.state == RowState::Absent {
                    return 0;
                }
                row.write.digest(index)
            }
        }
    }

    /// Whether the digests kept with every change are those of the state as it stands.
    pub fn digests_hold(&self) -> bool {
        let mut shards: IdVec<ShardId, u64> = self.shards.iter().map(|_| 0).collect();
        let mut blocks = BlockDigests::of_absent(self.keyspace.rows.len());
        for (index, row) in (0..).zip(&self.keyspace.rows) {
            let part = self.contribution(&Key::Generated(index));
            blocks.toggle(index, part, &mut shards[row.shard()]);
        }
        for (_, slot) in self.keyspace.objects() {
            if matches!(slot.key, Key::Named(_)) {
                shards[slot.shard] ^= slot.measure(&self.assumptions).digest;
            }
        }
        let kept = self.shards.iter().map(|shard| shard.digest);
        blocks == self.keyspace.digests && kept.eq(shards.iter().copied())
    }
}
