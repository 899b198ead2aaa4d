use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};

use super::history::{Action, History};
use super::order::{Order, direct};
use super::{Answer, judge};

fn answer(text: &str, name: &str) -> Result<(), &'static str> {
    let findings = judge(text).unwrap_or_else(|misread| panic!("{misread}"));
    let found = findings.into_iter().find(|finding| finding.name == name);
    match found.unwrap_or_else(|| panic!("no finding {name}")).answer {
        Answer::Holds => Ok(()),
        Answer::Violated { pattern, .. } => Err(pattern),
        Answer::Unjudged(why) => panic!("{why}"),
    }
}

/// Plain causal consistency, causal convergence, causal memory.
fn levels(text: &str) -> [Result<(), &'static str>; 3] {
    ["causal consistency", "causal convergence", "causal memory"].map(|name| answer(text, name))
}

/// The histories of the paper's figure, and two of one session's making.
#[test]
fn published_histories_classify_as_published() {
    let a = "w(x,1) r(x,2)\nw(x,2) r(x,1)";
    assert_eq!(levels(a), [Ok(()), Err("CyclicCF"), Ok(())]);
    let e = "w(x,1) w(y,1)\nr(y,1) w(x,2)\nr(x,2) r(x,1)";
    assert_eq!(levels(e), [Err("WriteCORead"); 3]);
    let c = "w(x,1)\nw(x,2) r(x,1) r(x,2)";
    assert_eq!(levels(c), [Ok(()), Err("CyclicCF"), Err("CyclicHB")]);
    let stale = "w(x,1) w(x,2)\nr(x,2) r(x,1)";
    assert_eq!(levels(stale), [Err("WriteCORead"); 3]);
    assert_eq!(answer(stale, "monotonic reads"), Err("StaleRead"));
    assert_eq!(answer(stale, "read your writes"), Ok(()));
    let forgetful = "w(x,1) r(x,0)";
    assert_eq!(levels(forgetful), [Err("WriteCOInitRead"); 3]);
    assert_eq!(answer(forgetful, "read your writes"), Err("StaleRead"));
    assert_eq!(levels("r(x,1)"), [Err("ThinAirRead"); 3]);
    let circle = "r(x,1) w(y,1)\nr(y,1) w(x,1)";
    assert_eq!(levels(circle), [Err("CyclicCO"); 3]);
    assert_eq!(levels("a: w(x,1) r(x,1)\nb: r(x,0) r(x,1)"), [Ok(()); 3]);
}

#[test]
fn a_stale_read_is_named_after_the_way_it_could_have_known() {
    let apart = "us: w(x,1) w(y,1)\neu: r(y,1) r(x,0)";
    assert_eq!(answer(apart, "monotonic writes"), Err("StaleRead"));
    assert_eq!(answer(apart, "writes follow reads"), Ok(()));
    let relayed = "us: w(x,1)\neu: r(x,1) w(y,1)\nsea: r(y,1) r(x,0)";
    assert_eq!(answer(relayed, "writes follow reads"), Err("StaleRead"));
    assert_eq!(answer(relayed, "monotonic writes"), Ok(()));
}

#[test]
fn what_cannot_be_read_is_pointed_at() {
    let place = |text: &str| {
        let misread = judge(text).expect_err("it is wrong");
        (misread.line, misread.column)
    };
    assert_eq!(place("w(x,1)\n  bob: r(x,1) q(x,1)"), (2, 15));
    assert_eq!(place("# two\nw(x,1) w(x,1)"), (2, 8));
    assert_eq!(place("w(x,0)"), (1, 1));
    assert_eq!(place("a: w(x)"), (1, 4));
    assert_eq!(place("a: a1\nb: a1 seen b1"), (2, 1));
    assert_eq!(place("a: a1 saw b1\nb: a1 saw b2"), (2, 1));
    assert_eq!(place("a: a0"), (1, 1));
}

#[test]
fn effects_are_judged_where_they_are_applied() {
    const ORDER: &str = "each effect once, in the order of its origin";
    const DELIVERED: &str = "everything delivered everywhere";
    let sound = "b: b1 = 1\na: b1 = 1\na: a1 saw b1 = 2\nb: a1 saw b1 = 2\nb: b2\na: b2";
    for name in [ORDER, "causal delivery", "strong convergence", DELIVERED] {
        assert_eq!(answer(sound, name), Ok(()), "{name}");
    }
    assert_eq!(answer("a: b1\na: b1", ORDER), Err("OutOfOrder"));
    assert_eq!(answer("a: b2", ORDER), Err("OutOfOrder"));
    let early = "a: a1 saw b1\na: b1";
    assert_eq!(answer(early, "causal delivery"), Err("EarlyDelivery"));
    let apart = "a: a1\na: b1 = 1\nb: b1\nb: a1 = 2";
    assert_eq!(answer(apart, "strong convergence"), Err("Divergence"));
    assert_eq!(answer("a: a1\nb: b1", DELIVERED), Err("Undelivered"));
}

/// All orders of `left` that respect `before`, as far as `goes_on` lets them.
fn any_order(
    left: &mut Vec<usize>,
    done: &mut Vec<usize>,
    before: &dyn Fn(usize, usize) -> bool,
    is_good: &dyn Fn(&[usize]) -> bool,
) -> bool {
    if left.is_empty() {
        return is_good(done);
    }
    (0..left.len()).any(|at| {
        let next = left[at];
        if left.iter().any(|other| before(*other, next)) {
            return false;
        }
        left.remove(at);
        done.push(next);
        let found = any_order(left, done, before, is_good);
        done.pop();
        left.insert(at, next);
        found
    })
}

/// The definitions, by all serialisations: no pattern is looked for.
struct Definitions<'a> {
    history: &'a History,
    order: Order,
}

impl Definitions<'_> {
    fn past(&self, id: usize) -> Vec<usize> {
        let all = 0..self.history.operations.len();
        all.filter(|other| *other == id || self.order.is_before(self.history, *other, id))
            .collect()
    }

    /// Whether `read` returns the last write of its key that stands before it.
    fn explains(&self, serial: &[usize], read: usize) -> bool {
        let operation = &self.history.operations[read];
        let before = serial.iter().take_while(|id| **id != read);
        let written = before.filter(|id| {
            let other = &self.history.operations[**id];
            other.key == operation.key && other.action == Action::Write
        });
        match operation.action {
            Action::Write => true,
            Action::Read(source) => written.last() == Some(&source),
            Action::ReadInitial => written.count() == 0,
            Action::ReadThinAir => false,
        }
    }

    fn some_order(&self, of: &[usize], is_good: &dyn Fn(&[usize]) -> bool) -> bool {
        let before = |one, other| self.order.is_before(self.history, one, other);
        any_order(&mut of.to_vec(), &mut Vec::new(), &before, is_good)
    }

    fn consistent(&self) -> bool {
        let mut all = 0..self.history.operations.len();
        all.all(|id| self.some_order(&self.past(id), &|serial| self.explains(serial, id)))
    }

    fn memory(&self) -> bool {
        let mut all = 0..self.history.operations.len();
        all.all(|id| {
            let last = &self.history.operations[id];
            let session = &self.history.by_session[last.session][..=last.place];
            let explained =
                |serial: &[usize]| session.iter().all(|read| self.explains(serial, *read));
            self.some_order(&self.past(id), &explained)
        })
    }

    fn convergent(&self) -> bool {
        let all: Vec<usize> = (0..self.history.operations.len()).collect();
        self.some_order(&all, &|arbitration| {
            all.iter().all(|read| {
                let past = self.past(*read);
                let seen = arbitration.iter().copied().filter(|id| past.contains(id));
                // What a read sees comes before it, wherever arbitration has it.
                let seen = seen.filter(|id| id != read).chain([*read]);
                self.explains(&seen.collect::<Vec<usize>>(), *read)
            })
        })
    }
}

/// Short histories: for each operation its session, key, whether it writes, and what it reads.
fn histories() -> impl Strategy<Value = String> {
    let operation = (0..3_usize, 0..2_usize, any::<bool>(), 0..4_usize);
    proptest::collection::vec(operation, 1..7).prop_map(|operations| {
        let mut sessions = vec![String::new(); 3];
        let mut written = [0, 0];
        for (_, key, writes, _) in &operations {
            written[*key] += usize::from(*writes);
        }
        let mut next = [0, 0];
        for (session, key, writes, reads) in operations {
            let name = ["x", "y"][key];
            let word = if writes {
                next[key] += 1;
                format!("w({name},{}) ", next[key])
            } else {
                format!("r({name},{}) ", reads % (written[key] + 1))
            };
            sessions[session] += &word;
        }
        sessions.join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn patterns_are_the_definitions(text in histories()) {
        let history = History::parse(&text).expect("it is one");
        let Ok(order) = Order::of(&history) else {
            let circular = levels(&text);
            prop_assert_eq!(circular, [Err("CyclicCO"); 3]);
            return Ok(());
        };
        let definitions = Definitions { history: &history, order };
        let expected = [
            definitions.consistent(),
            definitions.convergent(),
            definitions.memory(),
        ];
        prop_assert_eq!(levels(&text).map(|level| level.is_ok()), expected, "{}", text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[wr(),xy0-9:# saw=\n]{0,80}") {
        let _ = judge(&text);
    }
}

#[test]
fn causal_order_is_the_closure_of_what_comes_right_before() {
    let history = History::parse("w(x,1) r(y,1)\nr(x,1) w(y,1)\nw(z,1)").expect("it is one");
    let order = Order::of(&history).expect("it is acyclic");
    assert_eq!(direct(&history, 1), [0, 3]);
    let before = |one, other| order.is_before(&history, one, other);
    assert!(before(0, 3) && before(0, 1) && before(2, 1));
    assert!(!before(1, 0) && !before(4, 1) && !before(0, 0));
}
