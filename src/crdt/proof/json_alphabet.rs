//! What commands can do to a document.

use super::{END, name};
use crate::crdt::effect::Update;
use crate::crdt::json::literal::{Deed, Literal, Revision, Step};
use crate::crdt::json::text;
use crate::crdt::object::Object;

/// A path as it is written in tests: `a.0.b`, and `$` for the last element of an array.
pub(super) fn path(text: &str) -> Vec<Step> {
    let steps = text.split('.').filter(|step| !step.is_empty());
    let steps = steps.map(|step| match step.parse() {
        Ok(index) => Step::Index(index),
        Err(_) if step == "$" => Step::Index(END),
        Err(_) => Step::Field(step.into()),
    });
    steps.collect()
}

pub(super) fn json(text: &str) -> Literal {
    text::parse(text).unwrap_or_else(|at| panic!("{text}: no JSON at byte {at}"))
}

fn revise(at: &str, deed: Deed) -> Update {
    let path = path(at);
    Update::Revise(Box::new(Revision { path, deed }))
}

pub(super) fn assign(at: &str, value: &str) -> Update {
    revise(at, Deed::Assign(json(value)))
}

pub(super) fn remove(at: &str) -> Update {
    revise(at, Deed::Remove)
}

pub(super) fn take(at: &str) -> Update {
    revise(at, Deed::Take)
}

pub(super) fn insert(at: &str, position: u64, values: &[&str]) -> Update {
    let values = values.iter().map(|value| json(value)).collect();
    revise(at, Deed::Insert(position, values))
}

pub(super) fn object_alphabet() -> Vec<Vec<Update>> {
    vec![
        vec![assign("", r#"{"a":"x","o":{"p":"y"}}"#)],
        vec![assign("", r#""s""#)],
        vec![assign("a", r#""t""#)],
        vec![assign("a", r#"["k"]"#)],
        vec![assign("o", r#"{"q":"z"}"#)],
        vec![assign("o.p", r#""w""#)],
        vec![remove("o")],
        vec![remove("o.p"), remove("o.q")],
        vec![Update::Remove],
    ]
}

pub(super) fn array_alphabet() -> Vec<Vec<Update>> {
    vec![
        vec![assign("", r#"["u",{"n":"v"}]"#)],
        vec![insert("", END, &[r#""m""#, r#"{"n":"i"}"#])],
        vec![insert("", 0, &[r#""h""#])],
        vec![take("$")],
        vec![remove("0")],
        vec![assign("0", r#""e""#)],
        vec![assign("$.n", r#""d""#)],
        vec![remove("0"), remove("1")],
        vec![Update::Remove],
    ]
}

pub(super) fn json_alphabet() -> Vec<Vec<Update>> {
    let mut alphabet = vec![vec![assign(
        "",
        r#"{"a":"x","o":{"p":"y"},"l":["u",{"n":"v"}]}"#,
    )]];
    alphabet.extend(object_alphabet().into_iter().skip(1));
    alphabet.extend([
        vec![insert("l", END, &[r#""m""#, r#"{"n":"i"}"#])],
        vec![insert("l", 0, &[r#""h""#])],
        vec![take("l.$")],
        vec![take("l.0")],
        vec![remove("l.0"), remove("l.1")],
        vec![assign("l.0", r#""e""#)],
        vec![assign("l.$.n", r#""d""#), remove("a")],
        vec![assign("l.$", r#"{"n":["w"]}"#)],
        vec![remove("l")],
        vec![assign("l", "[]")],
        vec![Update::Remove, assign("", r#"{"l":["b"]}"#)],
        vec![Update::Expire { deadline_ms: 100 }],
    ]);
    alphabet
}

pub(super) fn mixed_with_json() -> Vec<Vec<Update>> {
    let mut alphabet = json_alphabet();
    alphabet.push(vec![Update::AddMember(name("a"))]);
    alphabet.push(vec![Update::Remove, Update::AddMember(name("b"))]);
    alphabet
}

/// The document that a command would find.
fn found(object: &Object, updates: &[Update]) -> Option<Literal> {
    let replaces = updates.contains(&Update::Remove) && object.is_live();
    object.types().json().filter(|_| !replaces)?.value()
}

/// The revision as a command makes it: the last element found, each text told from all others;
/// none where the path leads nowhere.
pub(super) fn placed(
    object: &Object,
    updates: &[Update],
    revision: &Revision,
    number: usize,
) -> Option<Revision> {
    let document = found(object, updates);
    let at = |path: &[Step]| document.as_ref().and_then(|document| document.at(path));
    let length = |path: &[Step]| match at(path) {
        Some(Literal::Array(items)) => Some(items.len() as u64),
        _ => None,
    };
    let mut path: Vec<Step> = Vec::new();
    for step in &revision.path {
        let step = match step {
            Step::Index(END) => Step::Index(length(&path)?.checked_sub(1)?),
            step => step.clone(),
        };
        path.push(step);
    }
    let deed = match &revision.deed {
        Deed::Assign(value) => {
            let is_open = match path.split_last() {
                None => true,
                Some((Step::Field(_), parent)) => {
                    matches!(at(parent), Some(Literal::Object(_)))
                }
                Some((Step::Index(_), _)) => at(&path).is_some(),
            };
            Deed::Assign(own(value, number)).given(is_open)?
        }
        Deed::Insert(position, values) => {
            let values = values.iter().map(|value| own(value, number)).collect();
            Deed::Insert((*position).min(length(&path)?), values)
        }
        deed => deed.clone().given(at(&path).is_some())?,
    };
    Some(Revision { path, deed })
}

impl Deed {
    fn given(self, is_possible: bool) -> Option<Self> {
        is_possible.then_some(self)
    }
}

fn own(value: &Literal, number: usize) -> Literal {
    match value {
        Literal::Text(text) => Literal::Text(format!("{text}{number}").into()),
        Literal::Array(items) => {
            Literal::Array(items.iter().map(|item| own(item, number)).collect())
        }
        Literal::Object(fields) => {
            let fields = fields.iter();
            let each = fields.map(|(name, value)| (name.clone(), own(value, number)));
            Literal::Object(each.collect())
        }
        other => other.clone(),
    }
}
