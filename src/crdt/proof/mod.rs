//! Proof that the data types do what the rules say: each rule as a written test, the laws over
//! random histories, all short histories, and an oracle that shares no code with them.

mod cluster;
mod exhaustive;
mod json_alphabet;
mod json_oracle;
mod judge;
mod laws;
mod list_oracle;
mod memory;
mod oracle;
mod rules;
mod scripts;
mod step;

use crate::crdt::clock::Dot;
use crate::crdt::effect::Update;
use crate::crdt::stream_id::{EntryId, Progress};
use crate::crdt::stream_op::{Head, StreamOp};
use crate::crdt::value::{Name, Value};

use json_oracle::Writings;
use list_oracle::Deeds;

/// One update of the key as it was made, for the oracle.
#[derive(Clone, Debug)]
struct Op {
    dot: Dot,
    wall_ms: u64,
    /// The ops its origin had seen of this key, as bits.
    observed: u64,
    /// What it does, without removals of what was not there.
    updates: Vec<Update>,
    /// Whether its origin saw no key.
    found_no_key: bool,
    /// The fields its origin saw.
    fields_seen: Vec<String>,
    /// What it does to a list.
    deeds: Deeds,
    /// Whether its origin saw a stream, visible or not.
    saw_stream: bool,
    /// What it does to a document.
    json: Writings,
}

fn name(text: &str) -> Name {
    Name::from(text.as_bytes())
}

fn value(text: &str) -> Value {
    Value::from_bytes(text)
}

/// What commands can do to a string.
fn string_alphabet() -> Vec<Vec<Update>> {
    vec![
        vec![Update::Write(value("5"))],
        vec![Update::Write(value("text"))],
        vec![Update::Amend(value("7"))],
        vec![Update::Add(1)],
        vec![Update::Add(-10)],
        vec![Update::AddFloat(0.5)],
        vec![Update::Remove],
        vec![
            Update::Write(value("e")),
            Update::Expire { deadline_ms: 50 },
        ],
        vec![Update::Expire { deadline_ms: 100 }],
        vec![Update::Expire { deadline_ms: 200 }],
        vec![Update::Persist],
    ]
}

/// What commands can do to a hash.
fn hash_alphabet() -> Vec<Vec<Update>> {
    vec![
        vec![Update::SetField(name("f"), value("5"))],
        vec![
            Update::SetField(name("f"), value("x")),
            Update::SetField(name("g"), value("y")),
        ],
        vec![Update::AddField(name("f"), 1)],
        vec![Update::AddFieldFloat(name("f"), 0.5)],
        vec![Update::RemoveField(name("f"))],
        vec![
            Update::RemoveField(name("f")),
            Update::RemoveField(name("g")),
        ],
        vec![Update::ExpireField(name("f"), 100)],
        vec![Update::ExpireField(name("f"), 200)],
        vec![Update::PersistField(name("f"))],
        vec![Update::Remove],
    ]
}

/// What commands can do to a set.
fn set_alphabet() -> Vec<Vec<Update>> {
    vec![
        vec![Update::AddMember(name("a"))],
        vec![Update::AddMember(name("b"))],
        vec![Update::AddMember(name("a")), Update::AddMember(name("b"))],
        vec![Update::RemoveMember(name("a"))],
        vec![Update::RemoveMember(name("b"))],
        vec![Update::Remove],
        vec![Update::Remove, Update::AddMember(name("a"))],
        vec![Update::Expire { deadline_ms: 100 }],
        vec![Update::Persist],
    ]
}

/// What commands can do to a sorted set.
fn sorted_set_alphabet() -> Vec<Vec<Update>> {
    vec![
        vec![Update::SetScore(name("a"), 5.0)],
        vec![
            Update::SetScore(name("a"), -1.0),
            Update::SetScore(name("b"), 0.25),
        ],
        vec![Update::AddScore(name("a"), 1.0)],
        vec![Update::AddScore(name("a"), -0.5)],
        vec![Update::AddScore(name("b"), 2.0)],
        vec![Update::RemoveScore(name("a"))],
        vec![
            Update::RemoveScore(name("a")),
            Update::RemoveScore(name("b")),
        ],
        vec![Update::Remove],
        vec![Update::Remove, Update::SetScore(name("b"), 7.0)],
        vec![Update::Expire { deadline_ms: 100 }],
        vec![Update::Persist],
    ]
}

/// The end of a list, whatever its length: the last element, or the place behind it.
const END: u64 = u64::MAX;

/// What commands can do to a list. Each value is made another one by the number of its op.
fn list_alphabet() -> Vec<Vec<Update>> {
    let insert = |position: u64, texts: &[&str]| {
        let values = texts.iter().map(|text| value(text)).collect();
        Update::InsertElements(position, values)
    };
    vec![
        vec![insert(0, &["h"])],
        vec![insert(END, &["t"])],
        vec![insert(1, &["m", "n"])],
        vec![Update::SetElement(0, value("s"))],
        vec![Update::SetElement(END, value("e"))],
        vec![Update::TakeElements(0, 1)],
        vec![Update::TakeElements(END, 1)],
        vec![Update::RemoveElements(1, 1), Update::RemoveElements(0, 1)],
        vec![insert(END, &["r"]), Update::TakeElements(0, 1)],
        vec![Update::Remove],
        vec![Update::Remove, insert(0, &["a", "b"])],
        vec![Update::Expire { deadline_ms: 100 }],
    ]
}

fn id(ms: u64) -> EntryId {
    EntryId { ms, seq: 1 }
}

fn stream_op(op: StreamOp) -> Update {
    Update::Stream(Box::new(op))
}

fn append(ms: u64, field: &str) -> Update {
    let fields = [name(field), name("v")].into();
    stream_op(StreamOp::Append { id: id(ms), fields })
}

/// A creation of a group that starts at an id in all trees.
fn create_group(group: &str, start_ms: u64) -> Update {
    let (group, start) = (name(group), Progress::all(id(start_ms)));
    stream_op(StreamOp::Create { group, start })
}

fn destroy_group(group: &str) -> Update {
    stream_op(StreamOp::Destroy(name(group)))
}

/// An acknowledgement up to an id in one tree.
fn acknowledge(group: &str, tree: usize, ms: u64) -> Update {
    let mut upto = Progress::NONE;
    upto.0[tree] = id(ms);
    let group = name(group);
    stream_op(StreamOp::Acknowledge { group, upto })
}

/// What commands can do to a stream.
fn stream_alphabet() -> Vec<Vec<Update>> {
    let delete = |ms| stream_op(StreamOp::Delete(id(ms)));
    let head = Head {
        last: id(2),
        added: 1,
        deleted: EntryId::ZERO,
    };
    vec![
        vec![append(1, "a")],
        vec![stream_op(StreamOp::Head(head)), append(2, "b")],
        vec![append(3, "c"), append(4, "d"), delete(1)],
        vec![delete(1)],
        vec![delete(1), delete(2)],
        vec![create_group("g", 1)],
        vec![create_group("g", 0)],
        vec![destroy_group("g")],
        vec![acknowledge("g", 0, 2)],
        vec![acknowledge("g", 1, 1)],
        vec![Update::Remove],
        vec![Update::Remove, append(1, "e")],
        vec![Update::Expire { deadline_ms: 100 }],
        vec![Update::Persist],
    ]
}

/// What commands can do to a HyperLogLog.
fn hyperloglog_alphabet() -> Vec<Vec<Update>> {
    vec![
        vec![Update::Raise(vec![(1, 2)])],
        vec![Update::Raise(vec![(1, 5), (7, 1)])],
        vec![Update::Raise(vec![(7, 3), (9, 1)])],
        vec![Update::Raise(Vec::new())],
        vec![Update::Remove],
        vec![Update::Remove, Update::Raise(vec![(1, 1), (3, 4)])],
        vec![Update::Expire { deadline_ms: 100 }],
        vec![Update::Persist],
    ]
}

/// All of these, and what replaces one type by another.
fn mixed_alphabet() -> Vec<Vec<Update>> {
    let mut alphabet = string_alphabet();
    alphabet.extend(hash_alphabet());
    alphabet.extend(set_alphabet());
    alphabet.extend(sorted_set_alphabet());
    alphabet.extend(list_alphabet());
    alphabet.extend(stream_alphabet());
    alphabet.extend(hyperloglog_alphabet());
    alphabet.push(vec![Update::Remove, Update::Write(value("9"))]);
    alphabet.push(vec![
        Update::Remove,
        Update::SetField(name("g"), value("9")),
    ]);
    alphabet
}
