//! What a document must show: every value that was ever written, at its place; of those at a place
//! that nothing took away, the one of the smallest replica. Nothing is ever dropped, and no place
//! knows what is at another.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Op;
use super::oracle::bits;
use crate::crdt::effect::{Effect, Part, Update};
use crate::crdt::json::Edit;
use crate::crdt::json::literal::{Deed, Literal, Revision, Step};

/// A value: the op that wrote it, and its number there.
type Node = (usize, u32);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Spot {
    Root,
    Field(Node, String),
    /// The place of the element that came in with this value.
    Seat(Node),
}

#[derive(Clone, PartialEq, Debug)]
enum Matter {
    Scalar(String),
    Array,
    Object,
}

type Rank = (u64, Reverse<u8>, u32, u64);

#[derive(Clone, Debug)]
struct Birth {
    spot: Spot,
    matter: Matter,
    rank: Rank,
}

/// What one op does to a document, by value instead of by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Writings {
    counter: u64,
    origin: u8,
    births: Vec<Birth>,
    /// Elements that came in: the array, the one to the left, the element.
    seats: Vec<(Node, Option<Node>, Node)>,
    removed: Vec<Spot>,
    gone: Vec<Node>,
}

impl Writings {
    /// What `updates` do that were made of what `observed` shows.
    pub(super) fn of(ops: &[Op], updates: &[Update], observed: u64, effect: &Effect) -> Self {
        let mut writings = Self {
            counter: counter(effect),
            origin: effect.origin.0,
            ..Self::default()
        };
        let known = if updates.contains(&Update::Remove) {
            0
        } else {
            observed
        };
        let revisions = updates.iter().filter_map(|update| match update {
            Update::Revise(revision) => Some(revision.as_ref()),
            _ => None,
        });
        for revision in revisions {
            writings.note(
                &Shown {
                    ops,
                    delivered: known,
                },
                revision,
                ops.len(),
                effect,
            );
        }
        for index in bits(observed) {
            let is_above = ops[index].json.seats.is_empty() || writings.seats.is_empty();
            let array = |writings: &Self| writings.seats.iter().map(|(array, ..)| *array).min();
            let shares = array(&ops[index].json) == array(&writings);
            assert!(
                is_above || !shares || ops[index].json.counter < writings.counter,
                "a counter is above all that were seen"
            );
        }
        writings
    }

    fn note(&mut self, shown: &Shown<'_>, revision: &Revision, index: usize, effect: &Effect) {
        let (spot, found) = shown.walk(&revision.path);
        match &revision.deed {
            Deed::Assign(value) => {
                let rank = found.map(|found| shown.birth(found).rank);
                self.bear(spot, value, rank, index, effect);
            }
            Deed::Remove | Deed::Take => match spot {
                Spot::Seat(element) => self.gone.push(element),
                spot => self.removed.push(spot),
            },
            Deed::Insert(position, values) => {
                let array = found.expect("there is an array to insert into");
                let elements = shown.elements(array);
                let place = usize::try_from(*position).expect("arrays are short");
                let mut left = place.checked_sub(1).map(|left| elements[left]);
                for value in values {
                    left = Some(self.seat(array, left, value, index, effect));
                }
            }
        }
    }

    fn seat(
        &mut self,
        array: Node,
        left: Option<Node>,
        value: &Literal,
        index: usize,
        effect: &Effect,
    ) -> Node {
        let element = (
            index,
            u32::try_from(self.births.len()).expect("histories are short"),
        );
        self.seats.push((array, left, element));
        self.bear(Spot::Seat(element), value, None, index, effect);
        element
    }

    fn bear(
        &mut self,
        spot: Spot,
        value: &Literal,
        rank: Option<Rank>,
        index: usize,
        effect: &Effect,
    ) {
        let number = u32::try_from(self.births.len()).expect("histories are short");
        let node = (index, number);
        let own = (self.counter, Reverse(self.origin), number, effect.dot().seq);
        self.births.push(Birth {
            spot,
            matter: match value {
                Literal::Array(_) => Matter::Array,
                Literal::Object(_) => Matter::Object,
                scalar => Matter::Scalar(format!("{scalar:?}")),
            },
            rank: rank.unwrap_or(own),
        });
        match value {
            Literal::Array(items) => {
                let mut left = None;
                for item in items {
                    left = Some(self.seat(node, left, item, index, effect));
                }
            }
            Literal::Object(fields) => {
                for (name, value) in fields {
                    let spot = Spot::Field(node, name.to_string());
                    self.bear(spot, value, None, index, effect);
                }
            }
            _ => {}
        }
    }
}

/// The counter that an effect's values were given, if it wrote any.
fn counter(effect: &Effect) -> u64 {
    let parts = effect.change.parts();
    let edits = parts.iter().filter_map(|part| match part {
        Part::Json(edits) => Some(edits),
        _ => None,
    });
    let ids = edits.flatten().filter_map(|edit| match edit {
        Edit::Assign { id, .. } => Some(*id),
        Edit::Insert { values, .. } => values.first().map(|(id, _)| *id),
        _ => None,
    });
    ids.map(|id| id.counter).max().unwrap_or(0)
}

/// What those see who have taken in these ops.
pub(super) struct Shown<'a> {
    pub(super) ops: &'a [Op],
    pub(super) delivered: u64,
}

impl Shown<'_> {
    fn birth(&self, (index, number): Node) -> &Birth {
        &self.ops[index].json.births[number as usize]
    }

    fn has_seen(&self, op: usize, other: usize) -> bool {
        self.ops[op].observed >> other & 1 == 1
    }

    fn winner(&self, spot: &Spot) -> Option<Node> {
        let is_taken = |index: usize| {
            bits(self.delivered).any(|other| {
                let op = &self.ops[other];
                let replaces = op.json.births.iter().any(|birth| birth.spot == *spot);
                let removes = op.updates.contains(&Update::Remove);
                let takes = replaces || removes || op.json.removed.contains(spot);
                takes && self.has_seen(other, index)
            })
        };
        let mut standing = Vec::new();
        for index in bits(self.delivered) {
            let births = (0..).zip(&self.ops[index].json.births);
            for (number, _) in births.filter(|(_, birth)| birth.spot == *spot) {
                if !is_taken(index) {
                    standing.push((self.ops[index].json.origin, (index, number)));
                }
            }
        }
        standing.into_iter().min().map(|(_, node)| node)
    }

    /// The elements that show, in their order.
    fn elements(&self, array: Node) -> Vec<Node> {
        let mut below: BTreeMap<Option<Node>, Vec<Node>> = BTreeMap::new();
        for index in bits(self.delivered) {
            for (of, left, element) in &self.ops[index].json.seats {
                if *of == array {
                    below.entry(*left).or_default().push(*element);
                }
            }
        }
        for siblings in below.values_mut() {
            siblings.sort_by_key(|(index, number)| {
                let json = &self.ops[*index].json;
                (Reverse(json.counter), json.origin, Reverse(*number))
            });
        }
        let mut walked = Vec::new();
        let mut rest = vec![None];
        while let Some(element) = rest.pop() {
            walked.extend(element);
            let siblings = below.get(&element).into_iter().flatten().rev();
            rest.extend(siblings.map(|sibling| Some(*sibling)));
        }
        walked.retain(|element| {
            let is_gone = bits(self.delivered).any(|other| {
                let op = &self.ops[other];
                let with_key = op.updates.contains(&Update::Remove);
                op.json.gone.contains(element) || (with_key && self.has_seen(other, element.0))
            });
            !is_gone && self.winner(&Spot::Seat(*element)).is_some()
        });
        walked
    }

    fn fields(&self, object: Node) -> Vec<(String, Node)> {
        let births = bits(self.delivered).flat_map(|index| &self.ops[index].json.births);
        let names = births.filter_map(|birth| match &birth.spot {
            Spot::Field(of, name) if *of == object => Some(name.clone()),
            _ => None,
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names.dedup();
        let fields = names.into_iter().filter_map(|name| {
            let node = self.winner(&Spot::Field(object, name.clone()))?;
            Some((name, node))
        });
        let mut fields: Vec<(String, Node)> = fields.collect();
        fields.sort_by_key(|(_, node)| self.birth(*node).rank);
        fields
    }

    fn walk(&self, path: &[Step]) -> (Spot, Option<Node>) {
        let mut spot = Spot::Root;
        for step in path {
            let node = self.winner(&spot).expect("a path leads through values");
            spot = match step {
                Step::Field(name) => Spot::Field(node, name.to_string()),
                Step::Index(index) => {
                    let place = usize::try_from(*index).expect("arrays are short");
                    Spot::Seat(self.elements(node)[place])
                }
            };
        }
        let found = self.winner(&spot);
        (spot, found)
    }

    fn print(&self, node: Node, seen: &mut Vec<usize>) -> String {
        seen.push(node.0);
        match &self.birth(node).matter {
            Matter::Scalar(text) => text.clone(),
            Matter::Array => {
                let elements = self.elements(node).into_iter();
                let winners = elements.filter_map(|element| self.winner(&Spot::Seat(element)));
                let texts: Vec<String> = winners.map(|node| self.print(node, seen)).collect();
                format!("[{}]", texts.join(","))
            }
            Matter::Object => {
                let fields = self.fields(node).into_iter();
                let text = |(name, node)| format!("{name}:{}", self.print(node, seen));
                let texts: Vec<String> = fields.map(text).collect();
                format!("{{{}}}", texts.join(","))
            }
        }
    }

    /// The document, and the ops whose values show.
    pub(super) fn document(&self) -> Option<(String, Vec<usize>)> {
        let root = self.winner(&Spot::Root)?;
        let mut seen = Vec::new();
        let text = self.print(root, &mut seen);
        Some((text, seen))
    }
}

/// A document in the oracle's words.
pub(super) fn printed(value: &Literal) -> String {
    match value {
        Literal::Array(items) => {
            let texts: Vec<String> = items.iter().map(printed).collect();
            format!("[{}]", texts.join(","))
        }
        Literal::Object(fields) => {
            let fields = fields.iter();
            let texts = fields.map(|(name, value)| format!("{name}:{}", printed(value)));
            let texts: Vec<String> = texts.collect();
            format!("{{{}}}", texts.join(","))
        }
        scalar => format!("{scalar:?}"),
    }
}
