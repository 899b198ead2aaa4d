//! Transactions and the changes of watched keys, by region.

use meridian::history::Event;
use meridian::scenario;
use meridian::world::{Options, World};

/// What each of some commands is answered: at so many milliseconds, on whom, by which client.
fn replies(commands: &[(u64, &str, &str, &str)]) -> Vec<String> {
    let steps = commands.iter().map(|(at, on, client, run)| {
        format!(
            "(at: \"{at}ms\", do: Command(on: \"{on}\", client: \"{client}\", run: \"{run}\")),"
        )
    });
    let text = format!(
        r#"(schema_version: 1, question: "Does it run?", seed: 1, storm: "10s", settle: "5s",
        instances: [
            (name: "us", region: "East US", sku: "Balanced_B3"),
            (name: "eu", region: "West Europe", sku: "Balanced_B3"),
        ], timeline: [{}])"#,
        steps.collect::<String>()
    );
    let plan = scenario::parse("watching.ron", &text, &[]).expect("it is valid");
    let mut replies = Vec::new();
    World::new(&plan, Options::default()).run(&mut |observation| {
        if let Event::Command(command) = &observation.event {
            replies.push(command.reply.clone());
        }
    });
    replies
}

/// What `EXEC` answers to a client that has watched `k` while others ran some commands.
fn exec_after(others: &[(u64, &str, &str, &str)]) -> String {
    exec_after_all(&[], others)
}

/// The same where some were run before.
fn exec_after_all(
    before: &[(u64, &str, &str, &str)],
    others: &[(u64, &str, &str, &str)],
) -> String {
    let mut all = before.to_vec();
    all.push((1_000, "us", "watcher", "WATCH k"));
    all.extend(others);
    all.push((5_000, "us", "watcher", "MULTI"));
    all.push((5_001, "us", "watcher", "PING"));
    all.push((5_002, "us", "watcher", "EXEC"));
    replies(&all).pop().expect("there is one")
}

#[test]
fn an_unwatched_change_lets_it_run() {
    assert_eq!(exec_after(&[]), "1) PONG");
    assert_eq!(exec_after(&[(2_000, "us", "other", "SET l 1")]), "1) PONG");
    assert_eq!(exec_after(&[(2_000, "us", "other", "DEL k")]), "1) PONG");
}

/// As in Redis, that the key is again what it was does not matter.
#[test]
fn changes_that_cancel_out_count() {
    for on in ["us", "eu"] {
        for (there, back) in [
            ("SET k 1", "DEL k"),
            ("SADD k m", "SREM k m"),
            ("RPUSH k e", "LPOP k"),
            ("HSET k f v", "HDEL k f"),
            ("ZADD k 1 m", "ZREM k m"),
            ("INCR k", "DEL k"),
        ] {
            let changes = [(2_000, on, "other", there), (2_001, on, "other", back)];
            assert_eq!(exec_after(&changes), "(nil)", "{there} on {on}");
        }
    }
}

/// A real server's own words, and the transaction is over.
#[test]
fn exec_with_arguments_ends_the_transaction() {
    let answers = replies(&[
        (1_000, "us", "c", "MULTI"),
        (1_001, "us", "c", "SET q 1"),
        (1_002, "us", "c", "EXEC x"),
        (1_003, "us", "c", "SET q 2"),
    ]);
    let ended = "(error) EXECABORT Transaction discarded because of: wrong number of arguments for \
                 'exec' command";
    assert_eq!(answers, ["OK", "QUEUED", ended, "OK"]);
}

/// Where a watched key counts as changed otherwise than in plain Redis, and why.
#[test]
fn intended_differences_of_watched_keys() {
    // S-2: adding a member that is there makes a fresh dot (A-READD). Redis changes nothing.
    let set = [(500, "us", "other", "SADD k m")];
    let again = [(2_000, "us", "other", "SADD k m")];
    assert_eq!(exec_after_all(&set, &again), "(nil)");
    // A count is computed anew at each member. Redis keeps it in the key, which that changes.
    let sketch = [(500, "us", "other", "PFADD k m")];
    let counted = [(2_000, "us", "other", "PFCOUNT k")];
    assert_eq!(exec_after_all(&sketch, &counted), "1) PONG");
}
