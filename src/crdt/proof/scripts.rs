//! Written scripts of four operations on three regions, in all interleavings: before each operation
//! its region has taken in any part of what the others sent, or, in the runs with synchronisations,
//! the state of one of them, whole, or by clock and half merged. All members are judged by the
//! oracles at every step, and settled at the end.

use super::cluster::Cluster;
use super::json_alphabet::{assign, insert as insert_json, remove, take};
use super::step::Step;
use super::{END, acknowledge, append, create_group, destroy_group, id, name, stream_op, value};
use crate::assumption::Lww;
use crate::crdt::effect::Update;
use crate::crdt::stream_op::StreamOp;

const REGIONS: usize = 3;

/// What a region does, in the order of its clients; regions are told by number.
type Script = [(usize, Vec<Update>); 4];

/// One run through a script.
#[derive(Clone)]
struct Run {
    cluster: Cluster,
    /// Whose the operations are, and which are done, by place.
    regions: [usize; 4],
    done: [bool; 4],
    /// The wall clocks of the regions: skewed, and tied.
    walls: [u64; REGIONS],
    syncs: bool,
}

impl Run {
    /// Takes every way on; returns how many ends there are.
    fn explore(&self) -> u64 {
        if self.done.iter().all(|done| *done) {
            self.end();
            return 1;
        }
        let mut ends = 0;
        for place in 0..self.regions.len() {
            let at = self.regions[place];
            let is_later = (0..place).any(|other| self.regions[other] == at && !self.done[other]);
            if self.done[place] || is_later {
                continue;
            }
            for mut next in self.arrivals(at) {
                let wall_ms = next.walls[at];
                let what = place;
                next.cluster.step(Step::Update { at, what, wall_ms });
                next.done[place] = true;
                ends += next.explore();
            }
        }
        ends
    }

    /// All that may have come to a region before it acts.
    fn arrivals(&self, at: usize) -> Vec<Self> {
        let peers: Vec<usize> = (0..REGIONS).filter(|peer| *peer != at).collect();
        if self.syncs {
            return self.states(at, &peers);
        }
        let mut runs = vec![self.clone()];
        for from in peers {
            for known in std::mem::take(&mut runs) {
                let mut further = known.clone();
                runs.push(known);
                while further.cluster.links[&(from, at)].front().is_some() {
                    further.cluster.step(Step::Deliver { from, to: at });
                    runs.push(further.clone());
                }
            }
        }
        runs
    }

    /// Nothing, or the state of one peer: whole, or by clock and not merged to its end.
    fn states(&self, at: usize, peers: &[usize]) -> Vec<Self> {
        let mut runs = vec![self.clone()];
        for &from in peers
            .iter()
            .filter(|from| !self.cluster.links[&(**from, at)].is_empty())
        {
            for (whole, pieces) in [(true, 2), (false, 1)] {
                let mut merged = self.clone();
                merged.cluster.step(Step::Sync {
                    from,
                    to: at,
                    whole,
                });
                for _ in 0..pieces {
                    merged.cluster.step(Step::Deliver { from, to: at });
                }
                runs.push(merged);
            }
        }
        runs
    }

    fn end(&self) {
        let mut cluster = self.cluster.clone();
        if self.syncs {
            for (from, to) in [(0, 1), (1, 2), (2, 0)] {
                let whole = from == 1;
                cluster.step(Step::Sync { from, to, whole });
            }
        }
        cluster.settle();
    }
}

/// Carries a script out in all interleavings, after `first`, which all regions have seen.
fn check_after(first: Option<Vec<Update>>, script: Script, lww: Lww) {
    let regions = [0, 1, 2, 3].map(|place: usize| script[place].0);
    let alphabet = script.into_iter().map(|(_, updates)| updates).collect();
    let mut cluster = Cluster::new(REGIONS, lww, alphabet);
    if let Some(first) = first {
        cluster.fill(first);
    }
    for (syncs, walls) in [(false, [1, 0, 1]), (false, [0, 2, 1]), (true, [1, 0, 1])] {
        let run = Run {
            cluster: cluster.clone(),
            regions,
            done: [false; 4],
            walls,
            syncs,
        };
        let ends = run.explore();
        assert!(
            ends >= 12,
            "four operations have many interleavings, not {ends}"
        );
    }
}

fn check(script: Script) {
    check_after(None, script, Lww::CausalFirst);
}

fn set(text: &str) -> Vec<Update> {
    vec![Update::Write(value(text))]
}

#[test]
fn scripts_of_a_string() {
    check([
        (0, set("a")),
        (1, set("b")),
        (2, set("c")),
        (0, vec![Update::Remove]),
    ]);
    check([
        (0, set("a")),
        (0, set("b")),
        (1, vec![Update::Remove]),
        (2, set("c")),
    ]);
    check([
        (0, set("a")),
        (1, vec![Update::Amend(value("b"))]),
        (2, vec![Update::Remove]),
        (1, vec![Update::Amend(value("c"))]),
    ]);
    let script = [
        (0, set("a")),
        (1, set("b")),
        (2, set("c")),
        (1, vec![Update::Remove]),
    ];
    check_after(Some(set("first")), script, Lww::WallFirst);
}

#[test]
fn scripts_of_a_counter() {
    let add = |by| vec![Update::Add(by)];
    check([(0, add(1)), (1, add(10)), (2, add(100)), (0, add(1_000))]);
    check([
        (0, add(1)),
        (1, set("5")),
        (2, add(-10)),
        (1, vec![Update::Remove]),
    ]);
    check([
        (0, add(1)),
        (0, add(2)),
        (1, vec![Update::Remove]),
        (2, set("7")),
    ]);
    let half = || vec![Update::AddFloat(0.5)];
    check([(0, half()), (1, add(2)), (2, half()), (2, set("text"))]);
}

#[test]
fn scripts_of_a_hash() {
    let put = |field: &str, text: &str| vec![Update::SetField(name(field), value(text))];
    let drop = |field: &str| vec![Update::RemoveField(name(field))];
    let add = |by| vec![Update::AddField(name("f"), by)];
    check([
        (0, put("f", "a")),
        (1, put("f", "b")),
        (2, drop("f")),
        (0, put("g", "c")),
    ]);
    check([
        (0, put("f", "5")),
        (1, add(1)),
        (2, drop("f")),
        (1, add(10)),
    ]);
    check([
        (0, put("f", "a")),
        (1, vec![Update::Remove]),
        (2, put("g", "b")),
        (2, drop("g")),
    ]);
    let expire = |at| vec![Update::ExpireField(name("f"), at)];
    let persist = vec![Update::PersistField(name("f"))];
    check_after(
        Some(put("f", "first")),
        [
            (0, expire(100)),
            (1, expire(200)),
            (2, persist),
            (0, put("f", "a")),
        ],
        Lww::CausalFirst,
    );
}

#[test]
fn scripts_of_a_set() {
    let add = |member: &str| vec![Update::AddMember(name(member))];
    let drop = |member: &str| vec![Update::RemoveMember(name(member))];
    check([(0, add("a")), (1, add("a")), (2, drop("a")), (0, drop("a"))]);
    check([(0, add("a")), (1, drop("a")), (2, add("a")), (1, add("b"))]);
    check([
        (0, add("a")),
        (1, vec![Update::Remove]),
        (2, add("b")),
        (2, vec![Update::Remove]),
    ]);
    let script = [
        (0, drop("a")),
        (1, add("a")),
        (2, vec![Update::Remove]),
        (0, add("a")),
    ];
    check_after(Some(add("a")), script, Lww::CausalFirst);
}

#[test]
fn scripts_of_a_sorted_set() {
    let put = |score| vec![Update::SetScore(name("a"), score)];
    let add = |by| vec![Update::AddScore(name("a"), by)];
    let drop = || vec![Update::RemoveScore(name("a"))];
    check([(0, put(1.0)), (1, put(2.0)), (2, add(0.5)), (0, drop())]);
    check([(0, put(1.0)), (1, add(4.0)), (2, drop()), (1, add(8.0))]);
    check([
        (0, add(1.0)),
        (1, vec![Update::Remove]),
        (2, put(3.0)),
        (2, drop()),
    ]);
    let script = [(0, add(1.0)), (1, drop()), (2, put(3.0)), (1, add(2.0))];
    check_after(Some(put(5.0)), script, Lww::CausalFirst);
}

#[test]
fn scripts_of_a_list() {
    let push = |text: &str| vec![Update::InsertElements(END, vec![value(text)])];
    let front = |text: &str| vec![Update::InsertElements(0, vec![value(text)])];
    let pop = || vec![Update::TakeElements(0, 1)];
    let put = |text: &str| vec![Update::SetElement(0, value(text))];
    check([(0, push("a")), (1, push("b")), (2, front("c")), (0, pop())]);
    check([(0, push("a")), (0, push("b")), (1, pop()), (2, pop())]);
    check_after(
        Some(front("first")),
        [(0, put("a")), (1, put("b")), (2, pop()), (1, front("c"))],
        Lww::CausalFirst,
    );
    check_after(
        Some(front("first")),
        [
            (0, push("a")),
            (1, vec![Update::Remove]),
            (2, front("b")),
            (2, pop()),
        ],
        Lww::CausalFirst,
    );
}

#[test]
fn scripts_of_a_hyperloglog() {
    let raise = |index, rank| vec![Update::Raise(vec![(index, rank)])];
    let remove = || vec![Update::Remove];
    check([
        (0, raise(1, 2)),
        (1, raise(1, 5)),
        (2, remove()),
        (0, raise(7, 1)),
    ]);
    check([
        (0, raise(1, 2)),
        (1, remove()),
        (2, remove()),
        (1, raise(1, 1)),
    ]);
    let expire = vec![Update::Expire { deadline_ms: 100 }];
    check([
        (0, raise(1, 2)),
        (1, raise(3, 3)),
        (2, remove()),
        (0, expire),
    ]);
}

#[test]
fn scripts_of_a_stream() {
    let delete = |ms| vec![stream_op(StreamOp::Delete(id(ms)))];
    let remove = || vec![Update::Remove];
    check([
        (0, vec![append(1, "a")]),
        (1, vec![append(2, "b")]),
        (2, delete(1)),
        (0, remove()),
    ]);
    check([
        (0, vec![append(1, "a")]),
        (1, vec![create_group("g", 0)]),
        (2, vec![destroy_group("g")]),
        (1, vec![append(3, "c")]),
    ]);
    check([
        (0, vec![append(1, "a"), create_group("g", 0)]),
        (0, vec![acknowledge("g", 0, 1)]),
        (1, remove()),
        (2, vec![create_group("g", 1)]),
    ]);
}

#[test]
fn scripts_of_a_document() {
    let first = || Some(vec![assign("", r#"{"a":"x","l":["u"],"o":{"p":"y"}}"#)]);
    let check = |script| check_after(first(), script, Lww::CausalFirst);
    let put = |path: &str, text: &str| vec![assign(path, text)];
    check([
        (0, put("a", r#""b""#)),
        (1, put("a", r#""c""#)),
        (2, vec![remove("a")]),
        (0, put("a", r#"["k"]"#)),
    ]);
    check([
        (0, put("o", r#"{"q":"z"}"#)),
        (1, put("o.p", r#""w""#)),
        (2, vec![Update::Remove]),
        (1, put("o.p", r#""v""#)),
    ]);
    check([
        (0, vec![insert_json("l", END, &[r#""m""#])]),
        (1, vec![insert_json("l", 0, &[r#""h""#])]),
        (2, vec![take("l.0")]),
        (2, vec![remove("l")]),
    ]);
    check([
        (0, put("", r#"{"n":"1"}"#)),
        (1, put("", r#"{"n":"2"}"#)),
        (2, put("o.p", r#""w""#)),
        (0, vec![Update::Remove]),
    ]);
}

#[test]
fn scripts_of_a_deadline() {
    let expire = |deadline_ms| vec![Update::Expire { deadline_ms }];
    let check = |script| check_after(Some(set("v")), script, Lww::CausalFirst);
    check([
        (0, expire(100)),
        (1, expire(200)),
        (2, vec![Update::Persist]),
        (0, expire(50)),
    ]);
    check([
        (0, expire(100)),
        (1, set("w")),
        (2, expire(200)),
        (1, vec![Update::Remove]),
    ]);
    check([
        (0, expire(100)),
        (1, vec![Update::Remove]),
        (2, set("w")),
        (0, expire(200)),
    ]);
    check([
        (
            0,
            vec![
                Update::Write(value("e")),
                Update::Expire { deadline_ms: 50 },
            ],
        ),
        (1, expire(100)),
        (2, vec![Update::Amend(value("k"))]),
        (2, vec![Update::Persist]),
    ]);
}

#[test]
fn scripts_of_types_in_conflict() {
    let member = || vec![Update::AddMember(name("a"))];
    let field = || vec![Update::SetField(name("f"), value("v"))];
    let push = || vec![Update::InsertElements(END, vec![value("e")])];
    let remove = || vec![Update::Remove];
    check([(0, set("a")), (1, member()), (2, remove()), (0, set("b"))]);
    check([(0, field()), (1, member()), (2, push()), (1, remove())]);
    let replace = vec![Update::Remove, Update::Write(value("s"))];
    check([(0, member()), (1, replace), (2, member()), (0, remove())]);
    check([
        (0, vec![Update::Raise(vec![(1, 2)])]),
        (1, set("a")),
        (2, vec![assign("", r#"{"a":"x"}"#)]),
        (1, remove()),
    ]);
}
