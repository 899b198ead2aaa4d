//! Literal Redis commands, carried out on one replica.
//!
//! A command reads the key space as it is here, answers in Redis' words, and changes keys by
//! effects: one for each key it changes, none where nothing changes. What concurrent effects of
//! other members make of a key is the data types' affair; a command decides by what it sees.
//!
//! ```text
//! text ──parse──► words ──table──► command ──► arity, one slot, memory ──► its function ──► reply
//!                                                                    └──► Store::update (effects)
//! ```
//!
//! A key past its deadline is absent to a read, which sends nothing; a write deletes it first, in
//! an effect of its own (`EXP-5`, `EXP-6`).
//!
//! Left out: scripts, waiting, and what else [`table::commands`] lists as not modelled.

pub mod parse;
pub mod reply;
pub mod table;

mod algebra;
mod bit;
mod bitfield;
mod blocking;
mod call;
mod call_collections;
mod counter;
mod error;
mod expiry;
mod geo;
mod geo_search;
mod geohash;
pub(super) mod glob;
mod hash;
mod hash_expiry;
mod hash_number;
mod help;
mod hyperloglog;
mod json;
mod json_change;
mod json_path;
mod json_path_reader;
mod key;
mod lcs;
mod list;
mod list_move;
mod modelled;
mod number;
mod object;
mod pubsub;
mod random;
mod range;
mod refused;
mod rename;
mod scan;
mod score;
mod server;
mod set;
mod sort;
mod sort_options;
mod sorted_algebra;
mod sorted_pop;
mod sorted_range;
mod sorted_set;
mod stream_claim;
mod stream_group;
mod stream_id;
mod stream_info;
mod stream_pending;
mod stream_range;
mod stream_read;
mod stream_write;
mod string;
mod string_options;
mod transaction;

use std::borrow::Cow;

use crate::assumption::{Assumptions, Eviction, XaddIds};
use crate::crdt::consumer_group::Attendance;
use crate::crdt::effect::{Message, Update};
use crate::crdt::object::Object;
use crate::id::ReplicaId;
use crate::instance::access::Usage;
use crate::instance::subscription::Subscriptions;

use call::Call;
use error::CommandError;
use reply::{Order, Reply};
use table::{Access, Carried, Command, Keys, Status};
pub use transaction::Connection;

/// Why an instance takes no writes now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The shard's memory is full: commands that may need more are refused.
    OutOfMemory,
    /// The instance came back behind what its peers know: all writes are refused.
    Stale,
}

/// By which rule `XADD` makes ids.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AppendRule {
    /// The region whose tree is appended to.
    pub region: ReplicaId,
    /// Which ids are taken (A-XADD-IDS).
    pub ids: XaddIds,
    /// What lies between two sequences of the region in one millisecond (A-XADD-STRIDE).
    pub stride: u32,
}

/// The key space a command runs on.
pub trait Store {
    /// What stands under `key`, whether a client sees it or not.
    fn object(&self, key: &[u8]) -> Option<Cow<'_, Object>>;
    /// Makes one effect of `updates` to `key`, or none if they change nothing, and applies it here
    /// at once.
    fn update(&mut self, key: &[u8], updates: Vec<Update>);
    /// The region's own wall clock, in Unix milliseconds.
    fn now_ms(&self) -> u64;
    /// A number below `below`, from the instance's own random stream.
    fn random(&mut self, below: u64) -> u64;
    /// From now on counts the changes of `key`, for who watches it.
    fn watch(&mut self, _key: &[u8]) {}
    /// How many changes of `key` have been counted; they may cancel out, as `SET` and `DEL` do.
    fn changes_of(&self, _key: &[u8]) -> u64 {
        0
    }
    /// The hash slot of `key`.
    fn slot_of(&self, key: &[u8]) -> u16;
    /// All keys, in an order that depends on the key space alone.
    fn keys(&self) -> Vec<Vec<u8>>;
    /// The number of keys, those past their deadline included.
    fn key_count(&self) -> u64;
    /// Why the shard of `slot` takes no writes now, if it does not.
    fn refuses_writes(&self, slot: u16) -> Option<Refusal>;
    /// Lets keys go, under a policy that does, until the shard of `slot` has room for a write.
    fn make_room(&mut self, _slot: u16) {}
    /// A command looks `key` up, which counts as a use of it.
    fn touch(&mut self, _key: &[u8]) {}
    /// How `key` has been used; nothing where that is not kept.
    fn usage(&self, _key: &[u8]) -> Option<Usage> {
        None
    }
    /// What goes when memory runs short.
    fn eviction(&self) -> Eviction {
        Eviction::NoEviction
    }
    /// Changes what this region alone knows of a consumer group, and nothing without such a group.
    fn attend(&mut self, key: &[u8], group: &[u8], edit: &mut dyn FnMut(&mut Attendance));
    /// By which rule `XADD` makes ids here.
    fn append_rule(&self) -> AppendRule;
    /// Hands a message to those who subscribe on other connections here, and sends it to the
    /// peers. Returns how many times somebody got it here. A store of one connection has nobody.
    fn publish(&mut self, _channel: &[u8], _message: Message) -> usize {
        0
    }
    /// What the other connections subscribe to.
    fn subscriptions(&self) -> Vec<&Subscriptions> {
        Vec::new()
    }
    /// The assumptions in force.
    fn assumptions(&self) -> Cow<'_, Assumptions> {
        Cow::Owned(Assumptions::default())
    }
}

/// Carries out one command of a connection, or queues it, and answers as Redis would.
pub fn execute(store: &mut dyn Store, connection: &mut Connection, words: &[Vec<u8>]) -> Reply {
    run(store, connection, words).unwrap_or_else(|error| Reply::Error(error.to_string()))
}

fn run(
    store: &mut dyn Store,
    connection: &mut Connection,
    words: &[Vec<u8>],
) -> Result<Reply, CommandError> {
    let (command, Carried(handler)) = match admitted(store, words) {
        Ok(admitted) => admitted,
        Err(CommandError::Arity("exec")) if connection.is_queueing() => {
            connection.end();
            return Err(CommandError::Text(
                "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' \
                 command",
            ));
        }
        Err(error) => {
            connection.spoil();
            return Err(error);
        }
    };
    if let Some(error) = pubsub::refusal(connection, command) {
        connection.spoil();
        return Err(error);
    }
    if connection.is_queueing() && !transaction::is_steering(command) {
        return Ok(connection.enqueue(words));
    }
    if command.uses_keys() {
        for key in command.keys_of(words) {
            store.touch(key);
        }
    }
    let now_ms = store.now_ms();
    handler(&mut Call {
        store,
        connection,
        words,
        command,
        now_ms,
    })
}

/// The keys among the words of a command; none where there is no such command.
pub(super) fn keys_of(words: &[Vec<u8>]) -> Vec<&[u8]> {
    table::lookup(words).map_or_else(|_| Vec::new(), |command| command.keys_of(words))
}

/// The command that `words` call, if it may be carried out.
fn admitted(
    store: &mut dyn Store,
    words: &[Vec<u8>],
) -> Result<(&'static Command, Carried), CommandError> {
    let command = table::lookup(words)?;
    let carried = match command.status {
        Status::Modelled(carried) => carried,
        Status::Unmodelled(reason) => {
            return Err(CommandError::Unmodelled {
                name: shown(command),
                reason,
            });
        }
        Status::Refused(reason) => {
            return Err(CommandError::Refused {
                name: shown(command),
                reason,
            });
        }
    };
    if !command.takes(words.len()) {
        return Err(CommandError::Arity(command.name));
    }
    check_keys(store, command, words)?;
    Ok((command, carried))
}

fn shown(command: &Command) -> String {
    command.name.to_ascii_uppercase().replace('|', " ")
}

/// Checks that the keys share a slot, and that the slot takes writes.
fn check_keys(
    store: &mut dyn Store,
    command: &Command,
    words: &[Vec<u8>],
) -> Result<(), CommandError> {
    let keys = command.keys_of(words);
    let Some((first, rest)) = keys.split_first() else {
        return Ok(());
    };
    let slot = store.slot_of(first);
    if command.keys != Keys::Spread && rest.iter().any(|key| store.slot_of(key) != slot) {
        return Err(CommandError::CROSS_SLOT);
    }
    if !command.access.writes() {
        return Ok(());
    }
    if command.access == Access::Grow {
        store.make_room(slot);
    }
    match store.refuses_writes(slot) {
        Some(Refusal::OutOfMemory) if command.access == Access::Grow => {
            Err(CommandError::OUT_OF_MEMORY)
        }
        Some(Refusal::Stale) => Err(CommandError::Stale(store.assumptions().stale_text.clone())),
        Some(Refusal::OutOfMemory) | None => Ok(()),
    }
}

/// Whether `reply` to the command `words` is `expected`, given in `redis-cli`'s text form; the
/// order of elements counts only where Redis promises one.
pub fn answers(words: &[Vec<u8>], reply: &Reply, expected: &str) -> bool {
    let order = table::lookup(words).map_or(Order::Promised, |command| command.order);
    let says = |option: &str| words.last().is_some_and(|word| is_word(word, option));
    let order = match order {
        Order::AnyPairs if says("novalues") => Order::Any,
        Order::Any if says("withvalues") || says("withscores") => Order::AnyPairs,
        order => order,
    };
    reply::same_text(&reply.to_cli_text(), expected, order)
}

fn is_word(word: &[u8], expected: &str) -> bool {
    word.eq_ignore_ascii_case(expected.as_bytes())
}
