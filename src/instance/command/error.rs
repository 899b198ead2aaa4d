//! Why a command is refused, in Redis' own words.
//!
//! Source: Redis 7.4 source, the `shared` replies in src/server.c and the commands' own files.
//! Where the product refuses what Redis allows, the words are ours and say so.

use thiserror::Error;

/// A command that cannot be carried out; its text is the client's error reply.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub(super) enum CommandError {
    #[error("{0}")]
    Text(&'static str),
    #[error("ERR wrong number of arguments for '{0}' command")]
    Arity(&'static str),
    #[error("ERR invalid expire time in '{0}' command")]
    ExpireTime(&'static str),
    #[error("ERR unknown command '{name}', with args beginning with: {arguments}")]
    Unknown { name: String, arguments: String },
    #[error("ERR unknown subcommand '{name}'. Try {container} HELP.")]
    UnknownSubcommand { name: String, container: String },
    #[error("ERR command '{name}' is not modelled: {reason}")]
    Unmodelled { name: String, reason: &'static str },
    #[error("ERR command '{name}' is not allowed: {reason}")]
    Refused { name: String, reason: &'static str },
    /// In the words of A-STALE-TEXT.
    #[error("{0}")]
    Stale(String),
    #[error("ERR at least 1 input key is needed for '{0}' command")]
    KeyNeeded(&'static str),
    #[error(
        "ERR Can't execute '{0}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are \
         allowed in this context"
    )]
    Subscribed(&'static str),
    #[error("NOGROUP {0}")]
    NoGroup(String),
    #[error(
        "ERR unknown subcommand or wrong number of arguments for '{name}'. Try {container} HELP."
    )]
    Subcommand {
        name: String,
        container: &'static str,
    },
    #[error("ERR Unrecognized XCLAIM option '{0}'")]
    ClaimOption(String),
    #[error(
        "ERR Unbalanced '{command}' list of streams: for each stream key an ID or '{symbol}' must \
         be specified."
    )]
    Unbalanced { command: &'static str, symbol: char },
    #[error("ERR invalid longitude,latitude pair {longitude},{latitude}")]
    Place { longitude: String, latitude: String },
    #[error("ERR exactly one of {options} can be specified for {command}")]
    ExactlyOne {
        options: &'static str,
        command: String,
    },
    #[error("ERR Error occurred on position {0}, expected a path")]
    PathAt(usize),
    #[error("ERR expected value at line 1 column {}", .0 + 1)]
    JsonAt(usize),
    #[error("ERR Path '{0}' does not exist")]
    NoPath(String),
    #[error("ERR Path '{0}' does not exist or {1}")]
    NoPathOr(String, &'static str),
    #[error("WRONGTYPE wrong type of path value - expected {expected} but found {found}")]
    JsonType {
        expected: &'static str,
        found: &'static str,
    },
    #[error("ERR Unsupported option {0}")]
    Option(String),
}

impl CommandError {
    pub(super) const WRONG_TYPE: Self =
        Self::Text("WRONGTYPE Operation against a key holding the wrong kind of value");
    pub(super) const NOT_A_SKETCH: Self =
        Self::Text("WRONGTYPE Key is not a valid HyperLogLog string value.");
    pub(super) const CORRUPTED_SKETCH: Self =
        Self::Text("INVALIDOBJ Corrupted HLL object detected");
    pub(super) const WRONG_MODULE_TYPE: Self = Self::Text("Existing key has wrong Redis type");
    pub(super) const NO_DOCUMENT: Self =
        Self::Text("ERR could not perform this operation on a key that doesn't exist");
    pub(super) const NOT_AT_ROOT: Self = Self::Text("ERR new objects must be created at the root");
    pub(super) const SYNTAX: Self = Self::Text("ERR syntax error");
    pub(super) const NOT_INTEGER: Self = Self::Text("ERR value is not an integer or out of range");
    pub(super) const NOT_FLOAT: Self = Self::Text("ERR value is not a valid float");
    pub(super) const OVERFLOW: Self = Self::Text("ERR increment or decrement would overflow");
    pub(super) const DECREMENT_OVERFLOW: Self = Self::Text("ERR decrement would overflow");
    pub(super) const NOT_FINITE: Self = Self::Text("ERR increment would produce NaN or Infinity");
    pub(super) const FIELD_NOT_INTEGER: Self = Self::Text("ERR hash value is not an integer");
    pub(super) const FIELD_NOT_FLOAT: Self = Self::Text("ERR hash value is not a float");
    pub(super) const NOT_A_SCORE: Self = Self::Text("ERR resulting score is not a number (NaN)");
    pub(super) const SCORE_RANGE: Self = Self::Text("ERR min or max is not a float");
    pub(super) const LEX_RANGE: Self = Self::Text("ERR min or max not valid string range item");
    pub(super) const KEYS_WANTED: Self = Self::Text("ERR numkeys should be greater than 0");
    pub(super) const NO_SUCH_KEY: Self = Self::Text("ERR no such key");
    pub(super) const SAME_KEY: Self = Self::Text("ERR source and destination objects are the same");
    pub(super) const OUT_OF_RANGE: Self = Self::Text("ERR value is out of range");
    pub(super) const COUNT_RANGE: Self = Self::Text(
        "ERR value is out of range, value must between -9223372036854775807 and \
         9223372036854775807",
    );
    pub(super) const NOT_POSITIVE: Self = Self::Text("ERR value is out of range, must be positive");
    pub(super) const OFFSET: Self = Self::Text("ERR offset is out of range");
    pub(super) const TOO_LONG: Self =
        Self::Text("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    pub(super) const BIT_OFFSET: Self =
        Self::Text("ERR bit offset is not an integer or out of range");
    pub(super) const BIT: Self = Self::Text("ERR bit is not an integer or out of range");
    pub(super) const BIT_ARGUMENT: Self = Self::Text("ERR The bit argument must be 1 or 0.");
    pub(super) const CURSOR: Self = Self::Text("ERR invalid cursor");
    pub(super) const CROSS_SLOT: Self =
        Self::Text("CROSSSLOT Keys in request don't hash to the same slot");
    pub(super) const NO_FREQUENCIES: Self = Self::Text(
        "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note \
         that when switching between policies at runtime LRU and LFU data will take some time to \
         adjust.",
    );
    pub(super) const NO_IDLE_TIMES: Self = Self::Text(
        "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when \
         switching between policies at runtime LRU and LFU data will take some time to adjust.",
    );
    pub(super) const OUT_OF_MEMORY: Self =
        Self::Text("OOM command not allowed when used memory > 'maxmemory'.");
}
