//! What a command wants of a list, of a stream, of a HyperLogLog, of a document.

use crate::crdt::Rules;
use crate::crdt::effect::Part;
use crate::crdt::few::Few;
use crate::crdt::hyperloglog::HyperLogLog;
use crate::crdt::json::Json;
use crate::crdt::json::literal::Revision;
use crate::crdt::list::{Insertion, List};
use crate::crdt::sequence::ElementId;
use crate::crdt::sketch::Sketch;
use crate::crdt::stream_op::StreamOp;
use crate::crdt::value::{Name, Value};

use super::Draft;

/// What becomes of elements of a list that stand together.
pub(super) struct Splice {
    pub(super) position: u64,
    pub(super) removed: u64,
    /// Whether a client is given what is removed.
    pub(super) is_taken: bool,
    pub(super) inserted: Vec<Value>,
}

impl Splice {
    pub(super) fn removal(position: u64, removed: u64, is_taken: bool) -> Self {
        Self {
            position,
            removed,
            is_taken,
            inserted: Vec::new(),
        }
    }
}

impl Draft<'_> {
    /// What a command wants of the elements of a list.
    pub(super) fn splices(
        &self,
        splices: Vec<Splice>,
        rules: Rules,
        parts: &mut Few<Part>,
        removals: &mut Few<Part>,
    ) {
        if splices.is_empty() {
            return;
        }
        let vacant = List::default();
        let list = self.object.types().list();
        let counter = list.unwrap_or(&vacant).next_counter(self.observed);
        let list = list.filter(|_| !self.removes).unwrap_or(&vacant);
        let mut first = ElementId {
            counter,
            seq: self.dot.seq,
            index: 0,
            origin: self.dot.origin,
        };
        for splice in splices {
            let position = splice.position.min(list.len());
            let ids = list.victims(position, splice.removed);
            let old = list.ids(position).next().filter(|_| splice.removed > 0);
            if !splice.inserted.is_empty() {
                let left = position.checked_sub(1);
                let left = left.and_then(|left| list.ids(left).next());
                let is_one_shown = old.is_some() && !rules.lset_keeps_all;
                let replaces = is_one_shown.then(|| list.root(position)).flatten();
                let steps = u32::try_from(splice.inserted.len()).expect("a command is not so long");
                parts.push(Part::Insert(Box::new(Insertion {
                    anchor: old.or(left),
                    first,
                    values: splice.inserted,
                    replaces,
                })));
                first = first.further(steps);
            }
            if !ids.is_empty() {
                removals.push(Part::RemoveElements {
                    ids: ids.into(),
                    is_taken: splice.is_taken,
                });
            }
        }
    }

    /// What a command wants of a stream, without what is done already.
    pub(super) fn stream(
        &self,
        ops: Vec<StreamOp>,
        parts: &mut Few<Part>,
        removals: &mut Few<Part>,
    ) {
        let stream = self.object.types().stream().filter(|_| !self.removes);
        let has_group = |name: &Name| stream.is_some_and(|stream| stream.group(name).is_some());
        for op in ops {
            let is_due = match &op {
                StreamOp::Append { .. } | StreamOp::Head(_) => true,
                StreamOp::Delete(id) => {
                    stream.is_some_and(|stream| stream.entries_of(*id).next().is_some())
                }
                StreamOp::Create { group, .. } => !has_group(group),
                StreamOp::Destroy(group) | StreamOp::Acknowledge { group, .. } => has_group(group),
                StreamOp::DestroyAll => false,
            };
            let place = if op.is_removal() {
                &mut *removals
            } else {
                &mut *parts
            };
            if is_due {
                place.push(Part::Stream(Box::new(op)));
            }
        }
    }

    /// What a command wants of a HyperLogLog: nothing to send where no register rises.
    pub(super) fn raise(&self, sketch: &Sketch) -> Option<Part> {
        let loglog = self.object.types().hyperloglog();
        let kept = loglog.filter(|_| !self.removes);
        let mut removals = self.object.removed().dots();
        if self.removes {
            removals.observe(self.dot);
        }
        let raise = HyperLogLog::raised(kept, sketch, self.dot, removals)?;
        Some(Part::Raise(Box::new(raise)))
    }

    /// What a command wants of a document.
    pub(super) fn revise(&self, revisions: Vec<Revision>, parts: &mut Few<Part>) {
        let vacant = Json::default();
        let json = self.object.types().json();
        let json = json.filter(|_| !self.removes).unwrap_or(&vacant);
        let edits = json.edits(revisions, self.dot, self.observed);
        if !edits.is_empty() {
            parts.push(Part::Json(edits.into()));
        }
    }
}
