//! Failover: replicas take the place of lost primaries, as far as they had come.
//!
//! Replication within the region is asynchronous: what the primaries took in after the replicas'
//! state was taken is gone. It is the replica that feeds other regions: what a peer has the replica
//! had before, and what is on its way from beyond the replica's state never left. So the lag of
//! replicas is below what effects take to the nearest peer, and no peer has what is lost.
//! Source: Redis docs, active-active/create.md (replica shards feed the stream),
//! active-active/syncer.md (a partial synchronisation follows a failover).

use crate::crdt::Object;
use crate::id::{Id, IdVec, ReplicaId, ShardId};
use crate::instance::effect::Key;
use crate::instance::keyspace::{Keyspace, Place};
use crate::instance::link::Inflow;
use crate::instance::parcel::{Parcel, Wire};
use crate::instance::row::RowState;
use crate::instance::{Instance, Shard, command};
use crate::time::SimTime;

/// What the replicas of some shards' parts hold.
#[derive(Debug)]
pub struct Replicas {
    parts: Vec<ShardId>,
    keyspace: Keyspace,
    shards: IdVec<ShardId, Shard>,
}

impl Replicas {
    /// The parts.
    pub fn parts(&self) -> &[ShardId] {
        &self.parts
    }

    /// Up to where each part has its instance's own effects; of the others, everything.
    pub fn own_reach(&self, own: ReplicaId) -> IdVec<ShardId, u64> {
        let shards = self.shards.iter();
        shards
            .map(|shard| match self.parts.contains(&shard.id) {
                true => shard.frontier.clock.seq(own),
                false => u64::MAX,
            })
            .collect()
    }
}

impl Instance {
    /// The parts of some of its shards, of all when none is named.
    pub fn parts_of(&self, shards: &[u16]) -> Vec<ShardId> {
        let parts = usize::from(self.parts_of_shard);
        let is_meant = |part: &ShardId| {
            let shard = part.index() / parts;
            shards.is_empty() || shards.iter().any(|one| usize::from(*one) == shard)
        };
        self.shards.ids().filter(is_meant).collect()
    }

    /// What the replicas of these parts have at this instant.
    pub fn replicate(&self, parts: Vec<ShardId>) -> Replicas {
        Replicas {
            parts,
            keyspace: self.keyspace.clone(),
            shards: self.shards.clone(),
        }
    }

    /// Nobody is answered by these parts, and nothing comes into them: their primaries are being
    /// exchanged.
    pub fn withdraw(&mut self, now: SimTime, parts: &[ShardId], wire: &mut impl Wire) {
        self.now = now;
        self.connections.clear();
        for part in parts {
            self.away[*part] = true;
            for peer in self.peers() {
                self.incoming[peer.index()].shards[part.index()] = Inflow::Stopped;
            }
            self.measure_sync_buffers(*part);
        }
        self.some_away = true;
        for peer in self.peers() {
            self.observe_held(peer, wire);
        }
    }

    /// These parts answer again.
    pub fn resume(&mut self, now: SimTime, parts: &[ShardId], wire: &mut impl Wire) {
        self.now = now;
        for part in parts {
            self.away[*part] = false;
        }
        self.some_away = self.away.iter().any(|away| *away);
        for peer in self.peers() {
            self.connect(peer, wire);
        }
        self.expire_if_due(wire);
        for part in parts {
            self.evict_if_due(*part, wire);
        }
    }

    /// Puts replicas in the place of primaries.
    pub fn promote(&mut self, now: SimTime, replicas: &Replicas, wire: &mut impl Wire) {
        self.now = now;
        self.life += 1;
        self.take_keys_of(replicas);
        for part in &replicas.parts {
            self.shards[*part].become_replica(&replicas.shards[*part]);
            self.measure_backlog(*part);
        }
        self.audience_changed = true;
        for peer in self.peers() {
            if let Some(epoch) = self.outgoing[peer.index()].epoch.take() {
                self.signal(peer, epoch, Parcel::Hangup, wire);
            }
            self.connect(peer, wire);
        }
        self.collect_if_due(wire);
    }

    /// The connection from a peer has broken, and with it all that was on its way.
    pub fn lose_link(&mut self, now: SimTime, from: ReplicaId, wire: &mut impl Wire) {
        self.now = now;
        self.break_link(from, wire);
    }

    fn take_keys_of(&mut self, replicas: &Replicas) {
        let mut keys: Vec<Key> = Vec::new();
        let theirs = &replicas.keyspace;
        for (index, (mine, old)) in (0..).zip(self.keyspace.rows.iter().zip(&theirs.rows)) {
            let is_simple = |state: RowState| matches!(state, RowState::Absent | RowState::Plain);
            let is_same = mine.state == old.state
                && is_simple(mine.state)
                && (mine.write == old.write || mine.state == RowState::Absent)
                && mine.brought_by == old.brought_by;
            if !is_same && replicas.parts.contains(&mine.shard()) {
                keys.push(Key::Generated(index));
            }
        }
        for slots in [&self.keyspace, theirs] {
            let named = slots.objects().map(|(_, slot)| slot);
            let named = named.filter(|slot| replicas.parts.contains(&slot.shard));
            keys.extend(named.map(|slot| slot.key.clone()));
        }
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let id = self.shard_of(&key);
            let object = match theirs.place(&key) {
                Place::Row(index) => {
                    let row = &theirs.rows[index as usize];
                    theirs.general_form(&replicas.shards[id], row)
                }
                Place::Object(at) => theirs.slot(at).object.clone(),
                Place::Nowhere => Object::new(),
            };
            let at = self.object_place(&key, id);
            let before = self.keyspace.slot(at).measure(&self.assumptions);
            self.keyspace.slot_mut(at).object = object;
            self.settle_slot(id, at, &before);
        }
    }

    /// Whether a generated key's shard answers.
    #[cold]
    pub fn answers_for(&mut self, key: u32) -> bool {
        let part = self.keyspace.rows[key as usize].shard();
        let answers = self.is_consistent() && !self.away[part];
        self.turned_away += u64::from(!answers);
        answers
    }

    /// Whether the shards of a command's keys answer.
    pub fn answers_command(&mut self, words: &[Vec<u8>]) -> bool {
        let keys = command::keys_of(words).into_iter();
        let mut keys = keys.map(|key| self.naming.key(key));
        let answers = self.is_consistent() && !keys.any(|key| self.away[self.shard_of(&key)]);
        self.turned_away += u64::from(!answers);
        answers
    }

    /// Operations that found a shard away, since last asked.
    pub fn take_turned_away(&mut self) -> u64 {
        std::mem::take(&mut self.turned_away)
    }
}
