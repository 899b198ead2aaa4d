//! Several connections to one instance: what each is answered and sent, as by a real redis-server.
//!
//! Recorded with redis-server 7.0.15 by `tests/record_transcripts.py`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use meridian::assumption::{Assumptions, Eviction};
use meridian::history::{Event, MessageSeen};
use meridian::id::{InstanceId, ReplicaId};
use meridian::instance::command::parse;
use meridian::instance::command::reply::Reply;
use meridian::instance::{Audience, Cargo, HeldUp, Instance, Naming, Setup, Shipment, Timer, Wire};
use meridian::quantity::Bytes;
use meridian::time::{SimDuration, SimTime};

use crate::transcripts::{Exchange, exchanges};

/// The world around an instance without peers: it only listens.
#[derive(Default)]
struct Listener {
    messages: Vec<MessageSeen>,
}

impl Wire for Listener {
    fn send(&mut self, _to: ReplicaId, _cargo: Cargo, _bytes: u64) {}

    fn ship(&mut self, _: &Shipment<'_>, _: &Audience, _: SimDuration) -> HeldUp {
        HeldUp::default()
    }

    fn queue(&mut self, _to: ReplicaId) -> SimDuration {
        SimDuration::ZERO
    }

    fn timer(&mut self, _at: SimTime, _timer: Timer) {}

    fn observe(&mut self, event: Event) {
        if let Event::Message(seen) = event {
            self.messages.push(*seen);
        }
    }
}

fn instance() -> Instance {
    Instance::new(Setup {
        id: InstanceId(0),
        replica: ReplicaId(0),
        members: vec![ReplicaId(0)],
        places: 1,
        shards: 2,
        shard_limit: Bytes(1_000_000),
        backlog: Bytes(100_000),
        eviction: Eviction::NoEviction,
        tells_idle_times: false,
        wall_ms_at_start: 1_700_000_000_000,
        assumptions: Arc::new(Assumptions::default()),
        naming: Arc::new(Naming::default()),
        shard_of: Arc::new(Vec::new()),
        seed: 1,
    })
}

/// A message as a RESP2 connection is sent it.
fn shown(seen: &MessageSeen) -> String {
    let kind = match (&seen.pattern, seen.is_sharded) {
        (Some(_), _) => "pmessage",
        (None, false) => "message",
        (None, true) => "smessage",
    };
    let pattern = seen.pattern.as_deref();
    let words = [Some(kind), pattern, Some(&seen.channel), Some(&seen.text)];
    let words = words.into_iter().flatten();
    Reply::bulks(words.map(|word| word.as_bytes().to_vec())).to_cli_text()
}

/// The connections of a transcript: files of `tests/fixtures/connections`, by name.
pub(crate) fn connections() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/connections");
    let files = fs::read_dir(folder).expect("the transcripts are part of the repository");
    let paths = files.map(|entry| entry.expect("the folder can be read").path());
    let mut transcripts: Vec<(String, String)> = paths
        .map(|path| {
            let name = path.file_stem().and_then(|stem| stem.to_str());
            let text = fs::read_to_string(&path).expect("transcripts are text");
            (name.expect("names are ASCII").to_owned(), text)
        })
        .collect();
    transcripts.sort();
    transcripts
}

/// An exchange apart: whose it is, the command, the reply, and what others were sent.
pub(crate) fn apart(exchange: &Exchange) -> (&str, &str, String, BTreeMap<String, String>) {
    let (client, command) = exchange.command.split_once(": ").expect("a client's name");
    let mut reply = String::new();
    let mut sent: BTreeMap<String, String> = BTreeMap::new();
    let mut to = None;
    for line in exchange.reply.lines() {
        if let Some(name) = line.strip_prefix("< ") {
            to = Some(name);
            continue;
        }
        let text = match to {
            Some(name) => sent.entry(name.to_owned()).or_default(),
            None => &mut reply,
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line);
    }
    (client, command, reply, sent)
}

#[test]
fn every_connection_is_sent_what_a_real_server_sends() {
    let mut differing = Vec::new();
    for (name, text) in connections() {
        let (mut instance, mut wire) = (instance(), Listener::default());
        for exchange in exchanges(&text) {
            let (client, command, reply, sent) = apart(&exchange);
            let words = parse::words(command).expect("redis-cli would send it");
            let answer = instance.command(SimTime::ZERO, client, &words, &mut wire);
            let mut found: BTreeMap<String, String> = BTreeMap::new();
            for seen in wire.messages.drain(..) {
                let text = found.entry(seen.client.clone()).or_default();
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&shown(&seen));
            }
            if (&answer.reply, &found) != (&reply, &sent) {
                differing.push(format!(
                    "{name}: {client}: {command}\n expected {reply} and {sent:?}\n      got {} and \
                     {found:?}",
                    answer.reply
                ));
            }
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// Of replies and messages in one transaction, a connection reads as many as were announced as the
/// reply to `EXEC`, and the rest behind it.
#[test]
fn a_subscription_in_a_transaction_says_more_than_was_announced() {
    let (mut instance, mut wire) = (instance(), Listener::default());
    let mut said = Vec::new();
    for command in ["MULTI", "SUBSCRIBE a b", "PING", "EXEC"] {
        let words = parse::words(command).expect("redis-cli would send it");
        said.push(
            instance
                .command(SimTime::ZERO, "c", &words, &mut wire)
                .reply,
        );
    }
    assert_eq!(
        said[3],
        "1) 1) \"subscribe\"\n   2) \"a\"\n   3) (integer) 1\n\
         2) 1) \"subscribe\"\n   2) \"b\"\n   3) (integer) 2\n\
         1) \"pong\"\n2) \"\""
    );
}
