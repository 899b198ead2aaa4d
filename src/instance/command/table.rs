//! The one table of commands: what a client may say, how it is checked, who answers it.
//!
//! Source: Redis 7.4 docs, commands (arities, key positions); Redis Enterprise docs,
//! references/compatibility/commands, for what Active-Active refuses.

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::reply::{Order, Reply};
use crate::instance::command::{
    algebra, bit, bitfield, counter, expiry, hash, hash_number, key, lcs, random, range, refused,
    rename, scan, server, set, string, string_options,
};

/// How a command is carried out.
pub(super) type Handler = fn(&mut Call<'_>) -> Result<Reply, CommandError>;

/// What a command does to keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// It touches no key.
    None,
    /// It only looks.
    Read,
    /// It changes keys, and is allowed when memory is full, since it can only shrink them.
    Write,
    /// It changes keys, and is refused when memory is full.
    Grow,
}

impl Access {
    /// Whether a command with this access may change keys.
    pub fn writes(self) -> bool {
        matches!(self, Self::Write | Self::Grow)
    }
}

/// Which words of a command are keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keys {
    /// None.
    None,
    /// One word.
    At(usize),
    /// Every `step`th word from `first` to the end, in one slot.
    Span {
        /// The first key.
        first: usize,
        /// From one key to the next.
        step: usize,
    },
    /// Two words side by side from word 1, in one slot.
    Pair,
    /// All words from word 1, in any slots.
    Spread,
    /// As many as word 1 says, from word 2, in one slot.
    Counted,
}

/// What Meridian makes of a command.
#[derive(Clone, Copy)]
pub enum Status {
    /// It is carried out.
    Modelled(Carried),
    /// Redis knows it, Meridian does not yet.
    Unmodelled,
    /// The product refuses it, for this reason.
    Refused(&'static str),
}

/// The function behind a modelled command.
#[derive(Clone, Copy)]
pub struct Carried(pub(super) Handler);

/// One command.
#[derive(Clone, Copy)]
pub struct Command {
    /// Its name in small letters; a subcommand's after a bar: `cluster|keyslot`.
    pub name: &'static str,
    /// The data type or purpose it belongs to.
    pub group: &'static str,
    /// The number of words it takes, name included; negative: at least so many.
    pub arity: i32,
    /// What it does to keys.
    pub access: Access,
    /// Which words are keys.
    pub keys: Keys,
    /// In which order the elements of its reply come.
    pub order: Order,
    /// Whether it is carried out.
    pub status: Status,
    /// The conflict rules its effects fall under, by id.
    pub rules: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
}

impl Command {
    /// Whether a call of so many words, name included, has as many as the command takes.
    pub fn takes(&self, words: usize) -> bool {
        let least = usize::try_from(self.arity.unsigned_abs()).expect("an arity is small");
        if self.arity < 0 { words >= least } else { words == least }
    }

    /// The keys among `words`.
    pub fn keys_of<'a>(&self, words: &'a [Vec<u8>]) -> Vec<&'a [u8]> {
        let from = |first: usize, step: usize| {
            words.iter().skip(first).step_by(step).map(Vec::as_slice).collect()
        };
        match self.keys {
            Keys::None => Vec::new(),
            Keys::At(at) => words.iter().skip(at).take(1).map(Vec::as_slice).collect(),
            Keys::Span { first, step } => from(first, step),
            Keys::Pair => words.iter().skip(1).take(2).map(Vec::as_slice).collect(),
            Keys::Spread => from(1, 1),
            Keys::Counted => {
                let count = words.get(1).and_then(|word| super::number::integer(word));
                let count = count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
                words.iter().skip(2).take(count).map(Vec::as_slice).collect()
            }
        }
    }
}

/// All commands, the modelled ones first, by group.
pub fn commands() -> impl Iterator<Item = &'static Command> {
    [STRINGS, BITMAPS, COUNTERS, HASHES, SETS, KEYS, SERVER, refused::REFUSED, refused::UNMODELLED]
        .into_iter()
        .flatten()
}

/// The command that `words` call.
pub(super) fn lookup(words: &[Vec<u8>]) -> Result<&'static Command, CommandError> {
    let name = words.first().map_or(&b""[..], Vec::as_slice);
    let is_name = |known: &str| known.as_bytes().eq_ignore_ascii_case(name);
    if let Some(command) = commands().find(|command| is_name(command.name)) {
        return Ok(command);
    }
    let is_container =
        |command: &&Command| command.name.split_once('|').is_some_and(|(first, _)| is_name(first));
    let Some(container) = commands().find(is_container) else {
        return Err(unknown(name, &words[1.min(words.len())..]));
    };
    let (container, _) = container.name.split_once('|').expect("a container's name has a bar");
    let Some(second) = words.get(1) else { return Err(CommandError::Arity(container)) };
    let is_called = |command: &&Command| {
        command.name.split_once('|').is_some_and(|(first, rest)| {
            first == container && rest.as_bytes().eq_ignore_ascii_case(second)
        })
    };
    commands().find(is_called).ok_or_else(|| CommandError::UnknownSubcommand {
        name: printable(second, UNKNOWN_CHARS_MAX),
        container: container.to_ascii_uppercase(),
    })
}

/// Source: Redis source, `commandCheckExistence` in src/server.c.
const UNKNOWN_CHARS_MAX: usize = 128;

fn unknown(name: &[u8], arguments: &[Vec<u8>]) -> CommandError {
    let mut shown = String::new();
    for argument in arguments {
        if shown.len() >= UNKNOWN_CHARS_MAX {
            break;
        }
        let room = UNKNOWN_CHARS_MAX - shown.len();
        shown.push_str(&format!("'{}' ", printable(argument, room)));
    }
    CommandError::Unknown { name: printable(name, UNKNOWN_CHARS_MAX), arguments: shown }
}

/// At most `max` bytes of a word, up to its first zero byte, line breaks made spaces: an error is
/// one line.
fn printable(word: &[u8], max: usize) -> String {
    let end = word.iter().position(|&byte| byte == 0).unwrap_or(word.len()).min(max);
    String::from_utf8_lossy(&word[..end]).replace(['\r', '\n'], " ")
}

const ALL: Keys = Keys::Span { first: 1, step: 1 };
const EVERY_OTHER: Keys = Keys::Span { first: 1, step: 2 };
const FROM_SECOND: Keys = Keys::Span { first: 2, step: 1 };
const KEY: Keys = Keys::At(1);

macro_rules! commands {
    ($group:literal: $($name:literal $arity:literal $access:ident $keys:expr, $order:ident,
        $handler:path, $rules:literal, $summary:literal;)*) => {
        &[$(Command {
            name: $name,
            group: $group,
            arity: $arity,
            access: Access::$access,
            keys: $keys,
            order: Order::$order,
            status: Status::Modelled(Carried($handler)),
            rules: $rules,
            summary: $summary,
        }),*]
    };
}

const STRINGS: &[Command] = commands! { "string":
    "append" 3 Grow KEY, Promised, range::append, "STR-3 STR-5", "Appends to a string";
    "get" 2 Read KEY, Promised, string::get, "", "The string";
    "getdel" 2 Write KEY, Promised, string::getdel, "STR-4 STR-6", "The string, then deletes it";
    "getex" -2 Write KEY, Promised, string_options::getex, "STR-6 EXP-1", "The string, and sets its deadline";
    "getrange" 4 Read KEY, Promised, range::getrange, "", "A part of the string";
    "getset" 3 Grow KEY, Promised, string::getset, "STR-1 STR-6", "Replaces the string, returns the old one";
    "lcs" -3 Read Keys::Pair, Promised, lcs::lcs, "", "The longest common subsequence of two strings";
    "mget" -2 Read Keys::Spread, Promised, string::mget, "", "Several strings, across slots";
    "mset" -3 Grow EVERY_OTHER, Promised, string::mset, "STR-1 STR-6", "Sets several strings of one slot";
    "msetnx" -3 Grow EVERY_OTHER, Promised, string::msetnx, "STR-1 STR-6", "Sets several strings if none exists here";
    "psetex" 4 Grow KEY, Promised, string_options::psetex, "STR-1 STR-6 EXP-1", "Sets a string with a life in milliseconds";
    "set" -3 Grow KEY, Promised, string_options::set, "STR-1 STR-2 CNT-3 EXP-10", "Sets a string";
    "setex" 4 Grow KEY, Promised, string_options::setex, "STR-1 STR-6 EXP-1", "Sets a string with a life in seconds";
    "setnx" 3 Grow KEY, Promised, string::setnx, "STR-1 STR-6", "Sets a string that does not exist here";
    "setrange" 4 Grow KEY, Promised, range::setrange, "STR-3 STR-5", "Overwrites a part of a string";
    "strlen" 2 Read KEY, Promised, range::strlen, "", "The length of a string";
};

const BITMAPS: &[Command] = commands! { "bitmap":
    "bitcount" -2 Read KEY, Promised, bit::bitcount, "", "How many bits are set";
    "bitfield" -2 Grow KEY, Promised, bitfield::bitfield, "STR-3 STR-5", "Reads and writes integers of any width";
    "bitfield_ro" -2 Read KEY, Promised, bitfield::bitfield_ro, "", "Reads integers of any width";
    "bitop" -4 Grow FROM_SECOND, Promised, bit::bitop, "STR-7", "Combines bitmaps into one";
    "bitpos" -3 Read KEY, Promised, bit::bitpos, "", "The first bit that is set, or clear";
    "getbit" 3 Read KEY, Promised, bit::getbit, "", "One bit";
    "setbit" 4 Grow KEY, Promised, bit::setbit, "STR-3 STR-5", "Sets or clears one bit";
};

const COUNTERS: &[Command] = commands! { "counter":
    "decr" 2 Grow KEY, Promised, counter::decr, "CNT-1 CNT-2 CNT-3", "Takes one off";
    "decrby" 3 Grow KEY, Promised, counter::decrby, "CNT-1 CNT-2 CNT-3", "Takes some off";
    "incr" 2 Grow KEY, Promised, counter::incr, "CNT-1 CNT-2 CNT-3", "Adds one";
    "incrby" 3 Grow KEY, Promised, counter::incrby, "CNT-1 CNT-2 CNT-3", "Adds some";
    "incrbyfloat" 3 Grow KEY, Promised, counter::incrbyfloat, "CNT-1 CNT-3", "Adds a fraction";
};

const HASHES: &[Command] = commands! { "hash":
    "hdel" -3 Write KEY, Promised, hash::hdel, "H-3 H-7", "Deletes fields";
    "hexists" 3 Read KEY, Promised, hash::hexists, "", "Whether a field exists";
    "hget" 3 Read KEY, Promised, hash::hget, "", "One field's value";
    "hgetall" 2 Read KEY, AnyPairs, hash::hgetall, "", "All fields with their values";
    "hincrby" 4 Grow KEY, Promised, hash_number::hincrby, "H-5 H-6 CNT-2", "Adds to a field";
    "hincrbyfloat" 4 Grow KEY, Promised, hash_number::hincrbyfloat, "H-5 H-6", "Adds a fraction to a field";
    "hkeys" 2 Read KEY, Any, hash::hkeys, "", "All fields";
    "hlen" 2 Read KEY, Promised, hash::hlen, "", "The number of fields";
    "hmget" -3 Read KEY, Promised, hash::hmget, "", "Several fields' values";
    "hmset" -4 Grow KEY, Promised, hash::hmset, "H-1 H-2 H-8", "Sets fields";
    "hrandfield" -2 Read KEY, Any, random::hrandfield, "", "Fields drawn at random";
    "hscan" -3 Read KEY, AnyPairs, scan::hscan, "", "A piece of the fields";
    "hset" -4 Grow KEY, Promised, hash::hset, "H-1 H-2 H-3 H-4", "Sets fields";
    "hsetnx" 4 Grow KEY, Promised, hash::hsetnx, "H-2 H-8", "Sets a field that does not exist here";
    "hstrlen" 3 Read KEY, Promised, hash::hstrlen, "", "The length of a field's value";
    "hvals" 2 Read KEY, Any, hash::hvals, "", "All values";
};

const SETS: &[Command] = commands! { "set":
    "sadd" -3 Grow KEY, Promised, set::sadd, "S-1 S-2", "Adds members";
    "scard" 2 Read KEY, Promised, set::scard, "", "The number of members";
    "sdiff" -2 Read ALL, Any, algebra::sdiff, "", "Members of the first set alone";
    "sdiffstore" -3 Grow ALL, Promised, algebra::sdiffstore, "S-7", "Stores members of the first set alone";
    "sinter" -2 Read ALL, Any, algebra::sinter, "", "Members common to all";
    "sintercard" -3 Read Keys::Counted, Promised, algebra::sintercard, "", "How many members are common to all";
    "sinterstore" -3 Grow ALL, Promised, algebra::sinterstore, "S-7", "Stores members common to all";
    "sismember" 3 Read KEY, Promised, set::sismember, "", "Whether it is a member";
    "smembers" 2 Read KEY, Any, set::smembers, "", "All members";
    "smismember" -3 Read KEY, Promised, set::smismember, "", "Whether each is a member";
    "smove" 4 Write Keys::Pair, Promised, set::smove, "S-7", "Moves a member to another set";
    "spop" -2 Write KEY, Any, random::spop, "S-6", "Takes members out at random";
    "srandmember" -2 Read KEY, Any, random::srandmember, "", "Members drawn at random";
    "srem" -3 Write KEY, Promised, set::srem, "S-2 S-3 S-4", "Removes members";
    "sscan" -3 Read KEY, Any, scan::sscan, "", "A piece of the members";
    "sunion" -2 Read ALL, Any, algebra::sunion, "", "Members of any";
    "sunionstore" -3 Grow ALL, Promised, algebra::sunionstore, "S-7", "Stores members of any";
};

const KEYS: &[Command] = commands! { "key":
    "copy" -3 Grow Keys::Pair, Promised, rename::copy, "STR-6", "Writes a key's content to another, anew";
    "dbsize" 1 Read Keys::None, Promised, key::dbsize, "", "The number of keys";
    "del" -2 Write ALL, Promised, key::del, "STR-4 CNT-5 H-4 S-5", "Deletes keys of one slot";
    "exists" -2 Read Keys::Spread, Promised, key::exists, "", "How many of the keys exist, across slots";
    "expire" -3 Write KEY, Promised, expiry::expire, "EXP-1 EXP-3 EXP-7", "Sets a life in seconds";
    "expireat" -3 Write KEY, Promised, expiry::expireat, "EXP-1 EXP-3 EXP-7", "Sets a deadline in Unix seconds";
    "expiretime" 2 Read KEY, Promised, expiry::expiretime, "", "The deadline in Unix seconds";
    "keys" 2 Read Keys::None, Any, key::keys, "", "The keys that match a pattern";
    "persist" 2 Write KEY, Promised, expiry::persist, "EXP-2 EXP-3", "Takes the deadline away";
    "pexpire" -3 Write KEY, Promised, expiry::pexpire, "EXP-1 EXP-3 EXP-7", "Sets a life in milliseconds";
    "pexpireat" -3 Write KEY, Promised, expiry::pexpireat, "EXP-1 EXP-3 EXP-7", "Sets a deadline in Unix milliseconds";
    "pexpiretime" 2 Read KEY, Promised, expiry::pexpiretime, "", "The deadline in Unix milliseconds";
    "pttl" 2 Read KEY, Promised, expiry::pttl, "", "The life left in milliseconds";
    "randomkey" 1 Read Keys::None, Any, key::randomkey, "", "A key drawn at random";
    "rename" 3 Write Keys::Pair, Promised, rename::rename, "STR-4 H-4 S-5", "Moves a key's content to another, anew";
    "renamenx" 3 Write Keys::Pair, Promised, rename::renamenx, "STR-4 H-4 S-5", "Renames to a key that does not exist here";
    "scan" -2 Read Keys::None, Any, scan::scan, "", "A piece of the keys";
    "touch" -2 Read Keys::Spread, Promised, key::exists, "", "How many of the keys exist, across slots";
    "ttl" 2 Read KEY, Promised, expiry::ttl, "", "The life left in seconds";
    "type" 2 Read KEY, Promised, key::type_of, "STR-8", "The visible type";
    "unlink" -2 Write ALL, Promised, key::del, "STR-4 CNT-5 H-4 S-5", "Deletes keys of one slot";
};

const SERVER: &[Command] = commands! { "server":
    "cluster|keyslot" 3 None Keys::None, Promised, server::keyslot, "", "A key's slot";
    "echo" 2 None Keys::None, Promised, server::echo, "", "What was said";
    "ping" -1 None Keys::None, Promised, server::ping, "", "PONG, or what was said";
    "select" 2 None Keys::None, Promised, server::select, "", "Database 0, the only one";
    "time" 1 None Keys::None, Promised, server::time, "", "The region's wall clock";
};
