//! The one table of commands: what a client may say, how it is checked, who answers it.
//!
//! Source: Redis 7.4 docs, commands (arities, key positions); Redis Enterprise docs,
//! references/compatibility/commands, for what Active-Active refuses.

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::reply::{Order, Reply};
use crate::instance::command::{modelled, refused};

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
    /// Word 1, and the word behind the last `STORE` or `STOREDIST` from word 5 on, in one slot.
    Stored,
    /// Word 1, and as many as word 2 says, from word 3, in one slot.
    CountedInto,
    /// As many as word 2 says, from word 3, in one slot.
    CountedLate,
    /// All words from word 1 but the last, in one slot.
    AllButLast,
    /// Word 1, and the one behind the last `STORE`, in one slot.
    Sorted,
    /// The first half of the words behind `STREAMS`, in one slot.
    Streams,
}

/// What Meridian makes of a command.
#[derive(Clone, Copy)]
pub enum Status {
    /// It is carried out.
    Modelled(Carried),
    /// The product carries it out, Meridian does not, for this reason.
    Unmodelled(&'static str),
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
    /// The words that are options of it, in capitals; those that take a value stand before it.
    pub options: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
}

impl Command {
    /// Whether a call of so many words, name included, has as many as the command takes.
    pub fn takes(&self, words: usize) -> bool {
        let least = usize::try_from(self.arity.unsigned_abs()).expect("an arity is small");
        if self.arity < 0 {
            words >= least
        } else {
            words == least
        }
    }

    /// Whether looking its keys up counts as a use of them. Source: Redis 7 source, the commands
    /// that pass `LOOKUP_NOTOUCH` or look into the dict themselves.
    pub(super) fn uses_keys(&self) -> bool {
        const DISCREET: &[&str] = &[
            "exists",
            "expiretime",
            "memory|usage",
            "object|freq",
            "object|idletime",
            "object|refcount",
            "pexpiretime",
            "pttl",
            "ttl",
            "type",
        ];
        self.access != Access::None && !DISCREET.contains(&self.name)
    }

    /// The keys among `words`.
    pub fn keys_of<'a>(&self, words: &'a [Vec<u8>]) -> Vec<&'a [u8]> {
        let from = |first: usize, step: usize| {
            words
                .iter()
                .skip(first)
                .step_by(step)
                .map(Vec::as_slice)
                .collect()
        };
        match self.keys {
            Keys::None => Vec::new(),
            Keys::At(at) => words.iter().skip(at).take(1).map(Vec::as_slice).collect(),
            Keys::Span { first, step } => from(first, step),
            Keys::Pair => words.iter().skip(1).take(2).map(Vec::as_slice).collect(),
            Keys::Spread => from(1, 1),
            Keys::Stored => {
                let source = words.iter().skip(1).take(1).map(Vec::as_slice);
                source.chain(stored_places(words)).collect()
            }
            Keys::Counted => counted(words, 1).collect(),
            Keys::CountedLate => counted(words, 2).collect(),
            Keys::AllButLast => {
                let inner = words.split_last().and_then(|(_, rest)| rest.get(1..));
                inner.into_iter().flatten().map(Vec::as_slice).collect()
            }
            Keys::Sorted => {
                let source = words.get(1).map(Vec::as_slice);
                source.into_iter().chain(stored(words)).collect()
            }
            Keys::Streams => {
                let is_start = |word: &Vec<u8>| word.eq_ignore_ascii_case(b"streams");
                let start = words.iter().position(is_start).unwrap_or(words.len());
                let rest = words.get(start + 1..).unwrap_or_default();
                rest[..rest.len() / 2].iter().map(Vec::as_slice).collect()
            }
            Keys::CountedInto => {
                let target = words.get(1).map(Vec::as_slice);
                target.into_iter().chain(counted(words, 2)).collect()
            }
        }
    }
}

/// The word behind the last `STORE` or `STOREDIST`, which is none itself.
fn stored_places(words: &[Vec<u8>]) -> Option<&[u8]> {
    let mut options = words.iter().skip(5);
    let mut target = None;
    while let Some(word) = options.next() {
        let is_store = ["store", "storedist"]
            .iter()
            .any(|name| super::is_word(word, name));
        if is_store && let Some(named) = options.next() {
            target = Some(named.as_slice());
        }
    }
    target
}

/// As many words behind `at` as that one says.
fn counted(words: &[Vec<u8>], at: usize) -> impl Iterator<Item = &[u8]> {
    let count = words.get(at).and_then(|word| super::number::integer(word));
    let count = count.and_then(|count| usize::try_from(count).ok());
    let counted = words.iter().skip(at + 1).take(count.unwrap_or(0));
    counted.map(Vec::as_slice)
}

/// The word behind the last `STORE`.
fn stored(words: &[Vec<u8>]) -> Option<&[u8]> {
    let mut pairs = words.get(2..)?.windows(2).rev();
    let pair = pairs.find(|pair| super::is_word(&pair[0], "store"))?;
    Some(&pair[1])
}

/// All commands, the modelled ones first, by group.
pub fn commands() -> impl Iterator<Item = &'static Command> {
    let refused = [refused::REFUSED, refused::UNMODELLED];
    modelled::GROUPS.into_iter().chain(refused).flatten()
}

/// The command that `words` call.
pub(super) fn lookup(words: &[Vec<u8>]) -> Result<&'static Command, CommandError> {
    let name = words.first().map_or(&b""[..], Vec::as_slice);
    let is_name = |known: &str| known.as_bytes().eq_ignore_ascii_case(name);
    if let Some(command) = commands().find(|command| is_name(command.name)) {
        return Ok(command);
    }
    let is_container = |command: &&Command| {
        command
            .name
            .split_once('|')
            .is_some_and(|(first, _)| is_name(first))
    };
    let Some(container) = commands().find(is_container) else {
        let family = refused::of_family(name);
        return family.ok_or_else(|| unknown(name, &words[1.min(words.len())..]));
    };
    let (container, _) = container
        .name
        .split_once('|')
        .expect("a container's name has a bar");
    let Some(second) = words.get(1) else {
        return Err(CommandError::Arity(container));
    };
    let is_called = |command: &&Command| {
        command.name.split_once('|').is_some_and(|(first, rest)| {
            first == container && rest.as_bytes().eq_ignore_ascii_case(second)
        })
    };
    commands()
        .find(is_called)
        .ok_or_else(|| CommandError::UnknownSubcommand {
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
    CommandError::Unknown {
        name: printable(name, UNKNOWN_CHARS_MAX),
        arguments: shown,
    }
}

/// At most `max` bytes of a word, up to its first zero byte, line breaks made spaces: an error is
/// one line.
fn printable(word: &[u8], max: usize) -> String {
    let end = word
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(word.len())
        .min(max);
    String::from_utf8_lossy(&word[..end]).replace(['\r', '\n'], " ")
}
