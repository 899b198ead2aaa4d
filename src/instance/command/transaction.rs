//! `MULTI`, `EXEC`, `WATCH`: commands of one connection that run together.
//!
//! A transaction is one of its region: it runs at one instant, between any two other commands, and
//! sends an effect for each key and command as these would alone. `WATCH` guards against whatever
//! has changed a key *here* before `EXEC`, an effect of another region too; against what another
//! region does at the same time nothing guards. Source: Redis docs, commands/multi, exec, watch;
//! Redis Enterprise docs, active-active/develop.
//!
//! A key counts as changed when its live state differs from what it was: one that was absent,
//! written and deleted again does not.

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::reply::Reply;
use crate::instance::command::table::{Command, Keys};
use crate::instance::command::{Store, run};
use crate::instance::subscription::Subscriptions;

/// What a server remembers of a client between two commands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Connection {
    /// Commands since `MULTI`; none outside a transaction.
    queue: Option<Vec<Vec<Vec<u8>>>>,
    /// Whether one of them was refused: `EXEC` will refuse them all.
    is_spoilt: bool,
    /// Keys and what they were when `WATCH` was sent.
    watched: Vec<(Vec<u8>, Mark)>,
    /// Whether `EXEC` is under way.
    is_executing: bool,
    /// The channels it listens to, and what has come from them.
    subscriptions: Subscriptions,
}

impl Connection {
    /// Whether commands are queued rather than carried out.
    pub(super) fn is_queueing(&self) -> bool {
        self.queue.is_some()
    }

    /// Whether the command under way is one of a transaction.
    pub(super) fn is_executing(&self) -> bool {
        self.is_executing
    }

    /// The channels it listens to.
    pub fn subscriptions(&self) -> &Subscriptions {
        &self.subscriptions
    }

    /// The channels it listens to, to change.
    pub fn subscriptions_mut(&mut self) -> &mut Subscriptions {
        &mut self.subscriptions
    }

    /// A command was refused: if it was to be queued, the transaction will not run.
    pub(super) fn spoil(&mut self) {
        self.is_spoilt |= self.is_queueing();
    }

    /// Queues a command.
    pub(super) fn enqueue(&mut self, words: &[Vec<u8>]) -> Reply {
        if let Some(queue) = &mut self.queue {
            queue.push(words.to_vec());
        }
        Reply::Status("QUEUED")
    }

    /// Ends the transaction and forgets the watched keys.
    pub(super) fn end(&mut self) -> Option<Vec<Vec<Vec<u8>>>> {
        self.is_spoilt = false;
        self.watched.clear();
        self.queue.take()
    }

    fn is_watched_unchanged(&self, store: &dyn Store) -> bool {
        self.watched
            .iter()
            .all(|(key, mark)| mark_of(store, key) == *mark)
    }
}

/// Whether a command steers the transaction instead of being part of it.
pub(super) fn is_steering(command: &Command) -> bool {
    matches!(command.name, "multi" | "exec" | "discard" | "watch")
}

/// Digest and number of changes of a watched key.
type Mark = (u64, u64);

/// What a key is, told apart from what it was by the dots of its live writes, 0 for an absent one;
/// and how often it was changed, as changes may cancel out.
fn mark_of(store: &dyn Store, key: &[u8]) -> Mark {
    let object = store.object(key);
    let live = object.filter(|object| object.is_live_at(store.now_ms()));
    let digest = live.map_or(0, |object| object.digest());
    (digest, store.changes_of(key))
}

pub(super) fn multi(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.connection.is_queueing() {
        return Err(CommandError::Text("ERR MULTI calls can not be nested"));
    }
    call.connection.queue = Some(Vec::new());
    Ok(Reply::OK)
}

pub(super) fn discard(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if !call.connection.is_queueing() {
        return Err(CommandError::Text("ERR DISCARD without MULTI"));
    }
    call.connection.end();
    Ok(Reply::OK)
}

pub(super) fn watch(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.connection.is_queueing() {
        return Err(CommandError::Text("ERR WATCH inside MULTI is not allowed"));
    }
    for key in &call.words[1..] {
        let watched = &mut call.connection.watched;
        if !watched.iter().any(|(known, _)| known == key) {
            call.store.watch(key);
            watched.push((key.clone(), mark_of(call.store, key)));
        }
    }
    Ok(Reply::OK)
}

pub(super) fn unwatch(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.connection.watched.clear();
    Ok(Reply::OK)
}

pub(super) fn exec(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if !call.connection.is_queueing() {
        return Err(CommandError::Text("ERR EXEC without MULTI"));
    }
    let is_spoilt = call.connection.is_spoilt;
    let is_unchanged = call.connection.is_watched_unchanged(call.store);
    let queue = call.connection.end().unwrap_or_default();
    if is_spoilt {
        return Err(CommandError::Text(
            "EXECABORT Transaction discarded because of previous errors.",
        ));
    }
    if !is_of_one_slot(call.store, &queue) {
        return Err(CommandError::CROSS_SLOT);
    }
    if !is_unchanged {
        return Ok(Reply::Nil);
    }
    call.connection.is_executing = true;
    let mut replies = Vec::new();
    for words in &queue {
        let reply = run(call.store, call.connection, words);
        match reply.unwrap_or_else(|error| Reply::Error(error.to_string())) {
            Reply::Several(several) => replies.extend(several),
            reply => replies.push(reply),
        }
    }
    call.connection.is_executing = false;
    // Only so many are announced as there were commands: what more comes stands behind.
    let behind = replies.split_off(queue.len().min(replies.len()));
    let announced = Reply::Array(replies);
    if behind.is_empty() {
        return Ok(announced);
    }
    Ok(Reply::Several(
        std::iter::once(announced).chain(behind).collect(),
    ))
}

/// Whether all keys of all commands share a slot, as a transaction needs.
fn is_of_one_slot(store: &dyn Store, queue: &[Vec<Vec<u8>>]) -> bool {
    let keys = queue.iter().flat_map(|words| {
        let command = super::table::lookup(words).ok();
        let command = command.filter(|command| command.keys != Keys::None);
        command.map_or_else(Vec::new, |command| command.keys_of(words))
    });
    let mut slots = keys.map(|key| store.slot_of(key));
    let first = slots.next();
    slots.all(|slot| Some(slot) == first)
}
