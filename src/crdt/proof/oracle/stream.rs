//! Streams and their groups, by the definitions.

use std::collections::BTreeMap;

use super::{Groups, Oracle, Rank, bits, text};
use crate::crdt::clock::MEMBERS_MAX;
use crate::crdt::effect::Update;
use crate::crdt::stream_id::EntryId;
use crate::crdt::stream_op::StreamOp;
use crate::id::Id;

impl Oracle<'_> {
    fn stream_ops(&self, index: usize) -> impl Iterator<Item = &StreamOp> {
        let updates = self.ops[index].updates.iter();
        updates.filter_map(|update| match update {
            Update::Stream(op) => Some(&**op),
            _ => None,
        })
    }

    /// The entries that nothing has removed which had seen them, in order; the newest stamp.
    pub(super) fn stream_entries(&self, delivered: u64) -> (Vec<String>, Option<Rank>) {
        let mut entries = Vec::new();
        let mut newest = None;
        for index in bits(delivered) {
            for op in self.stream_ops(index) {
                let StreamOp::Append { id, fields } = op else {
                    continue;
                };
                let removes = |other: usize| {
                    let deletes = |op: &StreamOp| *op == StreamOp::Delete(*id);
                    self.removes_key(other) || self.stream_ops(other).any(deletes)
                };
                let is_gone = bits(delivered)
                    .any(|other| removes(other) && self.ops[other].observed >> index & 1 == 1);
                if !is_gone {
                    let words: Vec<String> = fields.iter().map(|word| text(word)).collect();
                    let dot = self.ops[index].dot;
                    let shown = format!("{id} of {}: {}", dot.origin.0, words.join(" "));
                    entries.push(((*id, dot.origin.0, dot.seq), shown));
                    newest = newest.max(Some(self.stamp(index)));
                }
            }
        }
        entries.sort();
        (
            entries.into_iter().map(|(_, shown)| shown).collect(),
            newest,
        )
    }

    /// Whether an op deletes a group, seen or not: deletion wins.
    fn ends_group(&self, index: usize, name: &str) -> bool {
        let destroys =
            |op: &StreamOp| matches!(op, StreamOp::Destroy(group) if text(group) == name);
        let deletes_stream = self.removes_key(index) && self.ops[index].saw_stream;
        deletes_stream || self.stream_ops(index).any(destroys)
    }

    /// Whether what an op did to a group stands: it had seen all deletions of it.
    fn stands(&self, index: usize, name: &str, delivered: u64) -> bool {
        bits(delivered).all(|other| {
            let is_seen = other == index || self.ops[index].observed >> other & 1 == 1;
            is_seen || !self.ends_group(other, name)
        })
    }

    /// Of what stands, the last of each origin.
    fn last_of_each(&self, indices: &[usize]) -> Vec<usize> {
        let origin = |index: usize| self.ops[index].dot.origin;
        let is_last = |index: &&usize| {
            let mut later = indices.iter().filter(|other| other > index);
            later.all(|other| origin(*other) != origin(**index))
        };
        indices.iter().filter(is_last).copied().collect()
    }

    pub(super) fn stream_groups(&self, delivered: u64) -> (Groups, Option<Rank>) {
        let mut creates: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut acks: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for index in bits(delivered) {
            for op in self.stream_ops(index) {
                let (list, group) = match op {
                    StreamOp::Create { group, .. } => (&mut creates, group),
                    StreamOp::Acknowledge { group, .. } => (&mut acks, group),
                    _ => continue,
                };
                if self.stands(index, &text(group), delivered) {
                    list.entry(text(group)).or_default().push(index);
                }
            }
        }
        let mut groups = BTreeMap::new();
        let mut newest = None;
        for (name, indices) in creates {
            let indices = self.last_of_each(&indices);
            let mut start = [EntryId::MAX; MEMBERS_MAX];
            for index in indices {
                newest = newest.max(Some(self.stamp(index)));
                self.each_tree(index, &mut |tree, id, is_start| {
                    if is_start {
                        start[tree] = start[tree].min(id);
                    }
                });
            }
            let mut acked = vec![EntryId::ZERO; MEMBERS_MAX];
            for index in self.last_of_each(acks.get(&name).map_or(&[], Vec::as_slice)) {
                self.each_tree(index, &mut |tree, id, is_start| {
                    if !is_start {
                        acked[tree] = acked[tree].max(id);
                    }
                });
            }
            let done = start
                .iter()
                .zip(&acked)
                .map(|(start, acked)| *start.max(acked));
            groups.insert(name, (done.collect(), acked));
        }
        (groups, newest)
    }

    /// The ids that an op's creations and acknowledgements name, tree by tree.
    fn each_tree(&self, index: usize, take: &mut dyn FnMut(usize, EntryId, bool)) {
        for op in self.stream_ops(index) {
            let (at, is_start) = match op {
                StreamOp::Create { start, .. } => (start, true),
                StreamOp::Acknowledge { upto, .. } => (upto, false),
                _ => continue,
            };
            for tree in 0..MEMBERS_MAX {
                take(tree, at.of(crate::id::ReplicaId::at(tree)), is_start);
            }
        }
    }
}
