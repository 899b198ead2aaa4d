//! `PUBLISH`, `SUBSCRIBE` and their kin.
//!
//! Who listens is a matter of the region alone, and so is what `PUBLISH` answers and `PUBSUB`
//! tells; what is said goes to all regions. Source: Redis source, src/pubsub.c.

use std::collections::BTreeMap;

use crate::crdt::effect::Message;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::glob;
use crate::instance::command::reply::Reply;
use crate::instance::command::table::Command;
use crate::instance::command::{Connection, Refusal};
use crate::instance::subscription::Kind;

/// Why a connection that listens takes no such command, if it does not: in RESP2 what it is sent
/// could not be told from the reply.
pub(super) fn refusal(connection: &Connection, command: &Command) -> Option<CommandError> {
    const ALLOWED: [&str; 7] = [
        "subscribe",
        "unsubscribe",
        "psubscribe",
        "punsubscribe",
        "ssubscribe",
        "sunsubscribe",
        "ping",
    ];
    let listens = connection.subscriptions().any() && !connection.is_executing();
    (listens && !ALLOWED.contains(&command.name)).then_some(match command.name {
        "exec" => CommandError::Text(
            "EXECABORT Transaction discarded because of: Can't execute 'exec': only (P|S)SUBSCRIBE \
             / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
        ),
        name => CommandError::Subscribed(name),
    })
}

pub(super) fn subscribe(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(listen(call, Kind::Channel))
}

pub(super) fn psubscribe(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(listen(call, Kind::Pattern))
}

pub(super) fn ssubscribe(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.connection.is_executing() {
        return Err(CommandError::Text(
            "ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client",
        ));
    }
    Ok(listen(call, Kind::Sharded))
}

pub(super) fn unsubscribe(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(leave(call, Kind::Channel))
}

pub(super) fn punsubscribe(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(leave(call, Kind::Pattern))
}

pub(super) fn sunsubscribe(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(leave(call, Kind::Sharded))
}

fn listen(call: &mut Call<'_>, kind: Kind) -> Reply {
    let subscriptions = call.connection.subscriptions_mut();
    let replies = call.words[1..].iter().map(|name| {
        subscriptions.add(kind, name);
        told(call.command, Some(name), subscriptions.count(kind))
    });
    Reply::Several(replies.collect())
}

fn leave(call: &mut Call<'_>, kind: Kind) -> Reply {
    let subscriptions = call.connection.subscriptions_mut();
    let all: Vec<Vec<u8>> = subscriptions.of(kind).map(<[u8]>::to_vec).collect();
    let names = match &call.words[1..] {
        [] => &all,
        named => named,
    };
    if names.is_empty() {
        return told(call.command, None, subscriptions.count(kind));
    }
    let replies = names.iter().map(|name| {
        subscriptions.remove(kind, name);
        told(call.command, Some(name), subscriptions.count(kind))
    });
    Reply::Several(replies.collect())
}

/// What a subscriber is told of a change: which, of what, and how many it has now.
fn told(command: &Command, name: Option<&Vec<u8>>, count: usize) -> Reply {
    Reply::Array(vec![
        Reply::Bulk(command.name.as_bytes().to_vec()),
        Reply::bulk_or_nil(name.cloned()),
        Reply::count(count),
    ])
}

pub(super) fn publish(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    say(call, false)
}

pub(super) fn spublish(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    say(call, true)
}

/// Publishes. A stale instance does not: an effect takes a number of the clock, as a write does.
fn say(call: &mut Call<'_>, is_sharded: bool) -> Result<Reply, CommandError> {
    let channel = call.word(1);
    let slot = call.store.slot_of(channel);
    if call.store.refuses_writes(slot) == Some(Refusal::Stale) {
        let text = call.store.assumptions().stale_text.clone();
        return Err(CommandError::Stale(text));
    }
    let message = Message {
        text: call.word(2).into(),
        is_sharded,
    };
    let own = call.connection.subscriptions_mut().take(channel, &message);
    Ok(Reply::count(own + call.store.publish(channel, message)))
}

pub(super) fn channels(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    listened_to(call, Kind::Channel)
}

pub(super) fn shardchannels(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    listened_to(call, Kind::Sharded)
}

fn listened_to(call: &mut Call<'_>, kind: Kind) -> Result<Reply, CommandError> {
    let pattern = match &call.words[2..] {
        [] => None,
        [pattern] => Some(pattern),
        _ => {
            return Err(CommandError::Subcommand {
                name: String::from_utf8_lossy(call.word(1)).into_owned(),
                container: "PUBSUB",
            });
        }
    };
    let counts = counts(call, kind);
    let matching = counts
        .into_keys()
        .filter(|name| pattern.is_none_or(|pattern| glob::matches(pattern, name)));
    Ok(Reply::bulks(matching))
}

pub(super) fn numsub(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(listeners(call, Kind::Channel))
}

pub(super) fn shardnumsub(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(listeners(call, Kind::Sharded))
}

fn listeners(call: &mut Call<'_>, kind: Kind) -> Reply {
    let counts = counts(call, kind);
    let each = call.words[2..].iter().flat_map(|name| {
        let count = counts.get(name).copied().unwrap_or(0);
        [Reply::Bulk(name.clone()), Reply::count(count)]
    });
    Reply::Array(each.collect())
}

pub(super) fn numpat(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    Ok(Reply::count(counts(call, Kind::Pattern).len()))
}

/// How many connections listen to each name.
fn counts(call: &Call<'_>, kind: Kind) -> BTreeMap<Vec<u8>, usize> {
    let mut counts = BTreeMap::new();
    let own = call.connection.subscriptions();
    for subscriptions in call.store.subscriptions().into_iter().chain([own]) {
        for name in subscriptions.of(kind) {
            *counts.entry(name.to_vec()).or_insert(0) += 1;
        }
    }
    counts
}
