//! Flushes while members do not hear of one another.

use crate::membership::group;
use crate::refusals::outcome;

/// A member was dropped by another, and no news of that has come: a flush tells who the members
/// are, and what it takes does not come back from the one that was dropped.
#[test]
fn a_flush_tells_who_is_a_member() {
    let steps = r#"
        (at: "1m", do: Partition(one_way: ("Southeast Asia", "West Europe"))),
        (at: "4m", do: Command(on: "b", run: "SET before 1", reply: "OK")),
        (at: "5m", do: ForceUnlink(on: "b", drop: "a"), result: Succeeds),
        (at: "10m", do: Flush(on: "c"), result: Succeeds),
        (at: "12m", do: Command(on: "a", run: "SET after 1", reply: "OK")),
        (at: "13m", do: Command(on: "c", run: "GET before", reply: "(nil)")),
        (at: "13m", do: Command(on: "c", run: "GET after", reply: "(nil)")),
        (at: "13m", do: Command(on: "c", run: "DBSIZE", reply: "(integer) 0")),
        (at: "30m", do: Heal()),
        (at: "40m", do: Command(on: "b", run: "GET before", reply: "(nil)")),
    "#;
    outcome(&group("", "on: \"a\",", steps), &[]);
}

/// Two members cut off from each other: a flush is carried out on the one that is asked, and on the
/// other when it rejoins.
#[test]
fn a_flush_of_two_that_are_cut_off_from_each_other() {
    let steps = r#"
        (at: "1m", do: Partition(between: ("Southeast Asia", "East US"))),
        (at: "5m", do: ForceUnlink(on: "c", drop: "b"), result: Succeeds),
        (at: "10m", do: Flush(on: "c"), result: Succeeds),
        (at: "12m", do: Command(on: "c", run: "DBSIZE", reply: "(integer) 0")),
        (at: "13m", do: Command(on: "c", run: "SET after 1", reply: "OK")),
        (at: "14m", do: Command(on: "a", run: "DBSIZE", reply: "(integer) 200")),
        (at: "30m", do: Heal()),
        (at: "40m", do: Command(on: "a", run: "GET after", reply: "\"1\"")),
        (at: "41m", do: Command(on: "a", run: "DBSIZE", reply: "(integer) 1")),
    "#;
    outcome(&group("", "on: \"b\",", steps), &[]);
}
