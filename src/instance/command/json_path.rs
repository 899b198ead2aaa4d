//! Paths into a document: JSONPath from `$`, and the legacy form without it.
//!
//! Source: RedisJSON docs, "Path": legacy syntax (`.a.b`, a single reply) and JSONPath syntax
//! (`$`, an array of replies): names, indexes, slices, `*`, `..`, and filters `?(…)` with
//! comparisons, `&&`, `||` and parentheses. The regular expressions of filters (`=~`) are left out.

use std::cmp::Ordering;

use crate::crdt::json::literal::{Literal, Step};
use crate::instance::command::json_path_reader::Reader;

/// Steps from the root to one value.
pub(super) type Route = Vec<Step>;

/// A path as a client gave it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Path {
    selectors: Vec<Selector>,
    /// Whether it has one value, and a reply of its own form.
    pub(super) is_legacy: bool,
    /// As it reads with a `$`.
    pub(super) text: String,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Selector {
    Names(Vec<String>),
    Indexes(Vec<i64>),
    Slice {
        from: Option<i64>,
        to: Option<i64>,
        step: u64,
    },
    All,
    /// The value itself and all within it.
    Within,
    Filter(Test),
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Test {
    Either(Box<Test>, Box<Test>),
    Both(Box<Test>, Box<Test>),
    Exists(Term),
    Compares(Term, Relation, Term),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Relation {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Term {
    /// From the value under test.
    Here(Vec<Selector>),
    /// From the root.
    Root(Vec<Selector>),
    Value(Literal),
}

impl Path {
    /// Reads a path, or tells at which byte that fails.
    pub(super) fn parse(word: &str) -> Result<Self, usize> {
        let is_legacy = !matches!(word.as_bytes(), [b'$'] | [b'$', b'.' | b'[', ..]);
        let text = match word {
            _ if !is_legacy => word.to_owned(),
            "." | "" => "$".to_owned(),
            _ if word.starts_with(['.', '[']) => format!("${word}"),
            _ => format!("$.{word}"),
        };
        let selectors = Reader::read_all(&text)?;
        Ok(Self {
            selectors,
            is_legacy,
            text,
        })
    }

    /// Whether it is the document itself.
    pub(super) fn is_root(&self) -> bool {
        self.selectors.is_empty()
    }

    /// All values it leads to, in the order of the document.
    pub(super) fn routes(&self, document: &Literal) -> Vec<Route> {
        follow(&self.selectors, document, document)
    }

    /// The values it leads to that are not within another of them.
    pub(super) fn outermost(&self, document: &Literal) -> Vec<Route> {
        outermost(self.routes(document))
    }

    /// Where a missing field would come in: the objects, and its name. None if the path has no
    /// such form: one step at a time, a name at its end.
    pub(super) fn missing(&self, document: &Literal) -> Option<(Vec<Route>, &str)> {
        let (last, parents) = self.selectors.split_last()?;
        let is_static = |selector: &Selector| match selector {
            Selector::Names(names) => names.len() == 1,
            Selector::Indexes(indexes) => indexes.len() == 1,
            _ => false,
        };
        match last {
            Selector::Names(names) if parents.iter().all(is_static) => {
                let [name] = names.as_slice() else {
                    return None;
                };
                let routes = follow(parents, document, document).into_iter();
                let is_object =
                    |route: &Route| matches!(document.at(route), Some(Literal::Object(_)));
                Some((routes.filter(is_object).collect(), name))
            }
            _ => None,
        }
    }

    /// Whether it ends in an index.
    pub(super) fn ends_in_index(&self) -> bool {
        matches!(self.selectors.last(), Some(Selector::Indexes(indexes)) if indexes.len() == 1)
    }
}

/// The routes that do not go on from another of them, each once.
pub(super) fn outermost(routes: Vec<Route>) -> Vec<Route> {
    let mut kept: Vec<Route> = Vec::new();
    for route in &routes {
        let is_within = |other: &Route| other.len() < route.len() && route.starts_with(other);
        if !kept.contains(route) && !routes.iter().any(is_within) {
            kept.push(route.clone());
        }
    }
    kept
}

fn follow(selectors: &[Selector], document: &Literal, from: &Literal) -> Vec<Route> {
    let mut routes = vec![Vec::new()];
    for selector in selectors {
        let mut next = Vec::new();
        for route in &routes {
            let Some(value) = from.at(route) else {
                continue;
            };
            for steps in selector.select(document, value) {
                let further = [route.as_slice(), &steps].concat();
                if !next.contains(&further) {
                    next.push(further);
                }
            }
        }
        routes = next;
    }
    routes
}

/// One step to each value directly within `value`.
fn children(value: &Literal) -> Vec<(Step, &Literal)> {
    match value {
        Literal::Array(items) => {
            let items = (0..).zip(items);
            items.map(|(at, item)| (Step::Index(at), item)).collect()
        }
        Literal::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(name, value)| (Step::Field(name.clone()), value))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn descend(value: &Literal, route: &Route, found: &mut Vec<Route>) {
    found.push(route.clone());
    for (step, child) in children(value) {
        let further = [route.as_slice(), &[step]].concat();
        descend(child, &further, found);
    }
}

/// The position an index stands for, if there is one.
fn position(index: i64, length: usize) -> Option<usize> {
    let position = match usize::try_from(index) {
        Ok(position) => position,
        Err(_) => length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
    };
    (position < length).then_some(position)
}

/// The end of a slice within an array of so many elements.
fn bound(index: i64, length: usize) -> usize {
    let size = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    if index < 0 {
        length.saturating_sub(size)
    } else {
        size.min(length)
    }
}

impl Selector {
    fn select(&self, document: &Literal, value: &Literal) -> Vec<Route> {
        match (self, value) {
            (Self::Names(names), Literal::Object(fields)) => {
                let has = |name: &&String| fields.iter().any(|(known, _)| **known == ***name);
                let names = names.iter().filter(has);
                names
                    .map(|name| vec![Step::Field(name.as_str().into())])
                    .collect()
            }
            (Self::Indexes(indexes), Literal::Array(items)) => {
                let places = indexes
                    .iter()
                    .filter_map(|index| position(*index, items.len()));
                places.map(|at| vec![Step::Index(at as u64)]).collect()
            }
            (Self::Slice { from, to, step }, Literal::Array(items)) => {
                let from = bound(from.unwrap_or(0), items.len());
                let to = to.map_or(items.len(), |to| bound(to, items.len()));
                let step = usize::try_from(*step).unwrap_or(usize::MAX);
                let places = (from..to).step_by(step);
                places.map(|at| vec![Step::Index(at as u64)]).collect()
            }
            (Self::All, value) => {
                let steps = children(value).into_iter();
                steps.map(|(step, _)| vec![step]).collect()
            }
            (Self::Within, value) => {
                let mut found = Vec::new();
                descend(value, &Vec::new(), &mut found);
                found
            }
            (Self::Filter(test), value) => {
                let children = children(value).into_iter();
                let passing = children.filter(|(_, child)| test.passes(document, child));
                passing.map(|(step, _)| vec![step]).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Test {
    fn passes(&self, document: &Literal, here: &Literal) -> bool {
        match self {
            Self::Either(left, right) => {
                left.passes(document, here) || right.passes(document, here)
            }
            Self::Both(left, right) => left.passes(document, here) && right.passes(document, here),
            Self::Exists(term) => term.value(document, here).is_some(),
            Self::Compares(left, relation, right) => {
                let (left, right) = (left.value(document, here), right.value(document, here));
                match (left, right) {
                    (Some(left), Some(right)) => relation.holds(left, right),
                    _ => false,
                }
            }
        }
    }
}

impl Term {
    fn value<'a>(&'a self, document: &'a Literal, here: &'a Literal) -> Option<&'a Literal> {
        let first = |selectors: &[Selector], from: &'a Literal| {
            let routes = follow(selectors, document, from);
            from.at(routes.first()?)
        };
        match self {
            Self::Here(selectors) => first(selectors, here),
            Self::Root(selectors) => first(selectors, document),
            Self::Value(value) => Some(value),
        }
    }
}

impl Relation {
    fn holds(self, left: &Literal, right: &Literal) -> bool {
        let order = compare(left, right);
        match self {
            Self::Equal => order.is_some_and(Ordering::is_eq),
            Self::Unequal => !order.is_some_and(Ordering::is_eq),
            Self::Less => order.is_some_and(Ordering::is_lt),
            Self::AtMost => order.is_some_and(Ordering::is_le),
            Self::Greater => order.is_some_and(Ordering::is_gt),
            Self::AtLeast => order.is_some_and(Ordering::is_ge),
        }
    }
}

/// The order of two values, if they have one; numbers compare whatever their kind.
fn compare(left: &Literal, right: &Literal) -> Option<Ordering> {
    match (left, right) {
        (Literal::Int(left), Literal::Int(right)) => Some(left.cmp(right)),
        (Literal::Int(left), Literal::Double(right)) => (*left as f64).partial_cmp(right),
        (Literal::Double(left), Literal::Int(right)) => left.partial_cmp(&(*right as f64)),
        (Literal::Double(left), Literal::Double(right)) => left.partial_cmp(right),
        (Literal::Text(left), Literal::Text(right)) => Some(left.cmp(right)),
        (Literal::Bool(left), Literal::Bool(right)) => Some(left.cmp(right)),
        _ => (left == right).then_some(Ordering::Equal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crdt::json::text;

    const STORE: &str = r#"{"store":{"book":[{"title":"A","price":8.95,"tags":["x"]},
        {"title":"B","price":12,"isbn":"0"},{"title":"C","price":22.99,"isbn":"1"}],
        "bicycle":{"price":19.95}},"limit":12,"a b":1}"#;

    fn check(path: &str, expect: &[&str]) {
        let document = text::parse(STORE).expect("it is JSON");
        let path = Path::parse(path).unwrap_or_else(|at| panic!("{path}: fails at byte {at}"));
        let routes = path.routes(&document).into_iter();
        let values = routes.map(|route| {
            let value = document.at(&route).expect("a route leads somewhere");
            text::print(value, &text::Layout::default())
        });
        assert_eq!(values.collect::<Vec<_>>(), expect, "{}", path.text);
    }

    #[test]
    fn names_and_indexes() {
        check("$.limit", &["12"]);
        check("$['a b']", &["1"]);
        check("$[\"limit\",'a b']", &["12", "1"]);
        check("$.store.book[0].title", &["\"A\""]);
        check("$.store.book[-1].title", &["\"C\""]);
        check("$.store.book[0,2].title", &["\"A\"", "\"C\""]);
        check("$.store.book[3]", &[]);
        check("$.store.book[-4]", &[]);
        check("$.store.book.title", &[]);
    }

    #[test]
    fn slices_wildcards_and_descent() {
        check("$.store.book[0:2].title", &["\"A\"", "\"B\""]);
        check("$.store.book[-2:].title", &["\"B\"", "\"C\""]);
        check("$.store.book[:-1].title", &["\"A\"", "\"B\""]);
        check("$.store.book[::2].title", &["\"A\"", "\"C\""]);
        check("$.store.book[*].price", &["8.95", "12", "22.99"]);
        check("$.store.bicycle.*", &["19.95"]);
        check("$..price", &["8.95", "12", "22.99", "19.95"]);
        check("$..tags[0]", &["\"x\""]);
        check("$..['isbn']", &["\"0\"", "\"1\""]);
    }

    #[test]
    fn filters() {
        check("$.store.book[?(@.price<12.5)].title", &["\"A\"", "\"B\""]);
        check("$..[?(@.price == $.limit)].title", &["\"B\""]);
        check("$.store.book[?(@.isbn)].title", &["\"B\"", "\"C\""]);
        check("$..book[?(@.price>10 && @.price<=20)].title", &["\"B\""]);
        check(
            "$..book[?(@.title=='A' || @.isbn==\"1\")].title",
            &["\"A\"", "\"C\""],
        );
        check(
            "$..book[?((@.title!='A') && (@.price>=22.99))].title",
            &["\"C\""],
        );
        check("$..book[?(@.title>1)].title", &[]);
    }

    #[test]
    fn legacy_paths() {
        for (path, text) in [(".", "$"), (".limit", "$.limit"), ("limit", "$.limit")] {
            let path = Path::parse(path).expect("it is a path");
            assert!(path.is_legacy);
            assert_eq!(path.text, text);
        }
        assert!(!Path::parse("$").expect("it is a path").is_legacy);
        assert!(!Path::parse("$.a").expect("it is a path").is_legacy);
        check("store.book[1].title", &["\"B\""]);
        check("[\"limit\"]", &["12"]);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in [
            "$.",
            "$[",
            "$[a]",
            "$['a]",
            "$.a[?(@.b]",
            "$.a[::0]",
            "$..",
            "$.a b",
            "$[1",
            "$.a[?(@=~'x')]",
        ] {
            assert!(Path::parse(path).is_err(), "{path}");
        }
    }
}
