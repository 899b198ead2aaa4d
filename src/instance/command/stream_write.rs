//! Entries of a stream added and removed.

use std::collections::BTreeSet;

use crate::crdt::effect::Update;
use crate::crdt::stream::Stream;
use crate::crdt::stream_id::EntryId;
use crate::crdt::stream_op::{Head, StreamOp};
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::stream_id::{self, Wanted};

/// So many entries share a node, and go with it when a stream is trimmed roughly (`~`).
///
/// Source: redis.conf, `stream-node-max-entries`. Nodes are counted off from the first entry.
const NODE_ENTRIES: usize = 100;
/// Without `LIMIT` a rough trim takes at most so many entries. Source: Redis docs, commands/xtrim.
const ROUGH_LIMIT: usize = 100 * NODE_ENTRIES;

/// What a stream is trimmed to.
#[derive(Clone, Copy)]
enum Bound {
    /// At most so many entries.
    Entries(usize),
    /// No entry with a smaller id.
    From(EntryId),
}

#[derive(Clone, Copy)]
struct Trim {
    bound: Bound,
    /// Whether whole nodes go alone.
    is_rough: bool,
    /// At most so many entries go; 0 for no limit.
    limit: usize,
}

/// The options of `XADD` and `XTRIM`.
#[derive(Default)]
struct Options {
    makes_no_stream: bool,
    bound: Option<Bound>,
    is_rough: bool,
    limit: Option<usize>,
}

impl Options {
    /// Reads options, up to the first word that is none; returns the rest.
    fn parse<'a>(
        &mut self,
        mut words: &'a [Vec<u8>],
        is_add: bool,
    ) -> Result<&'a [Vec<u8>], CommandError> {
        while let [word, rest @ ..] = words {
            words = match (word.to_ascii_lowercase().as_slice(), rest) {
                (b"nomkstream", rest) if is_add => {
                    self.makes_no_stream = true;
                    rest
                }
                (b"maxlen", [_, ..]) => self.bound(rest, |word| {
                    let count = number::integer(word).ok_or(CommandError::NOT_INTEGER)?;
                    let message = "ERR The MAXLEN argument must be >= 0.";
                    let count = usize::try_from(count).map_err(|_| CommandError::Text(message));
                    Ok(Bound::Entries(count?))
                })?,
                (b"minid", [_, ..]) => {
                    self.bound(rest, |word| Ok(Bound::From(stream_id::parse(word, 0)?)))?
                }
                (b"limit", [count, rest @ ..]) => {
                    let count = number::integer(count).ok_or(CommandError::NOT_INTEGER)?;
                    let message = "ERR The LIMIT argument must be >= 0.";
                    let count = usize::try_from(count).map_err(|_| CommandError::Text(message));
                    self.limit = Some(count?);
                    rest
                }
                _ if is_add => break,
                _ => return Err(CommandError::SYNTAX),
            };
        }
        Ok(words)
    }

    fn bound<'a>(
        &mut self,
        words: &'a [Vec<u8>],
        read: impl Fn(&[u8]) -> Result<Bound, CommandError>,
    ) -> Result<&'a [Vec<u8>], CommandError> {
        if self.bound.is_some() {
            return Err(CommandError::Text(
                "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
            ));
        }
        let (mark, words) = match words {
            [mark, rest @ ..] if !rest.is_empty() && matches!(mark.as_slice(), b"~" | b"=") => {
                (mark.as_slice(), rest)
            }
            _ => (&b""[..], words),
        };
        self.is_rough = mark == b"~";
        self.bound = Some(read(&words[0])?);
        Ok(&words[1..])
    }

    fn trim(&self) -> Result<Option<Trim>, CommandError> {
        let Some(bound) = self.bound else {
            let message =
                "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy";
            return match self.limit {
                Some(_) => Err(CommandError::Text(message)),
                None => Ok(None),
            };
        };
        if self.limit.is_some() && !self.is_rough {
            return Err(CommandError::Text(
                "ERR syntax error, LIMIT cannot be used without the special ~ option",
            ));
        }
        let limit = if self.is_rough { ROUGH_LIMIT } else { 0 };
        Ok(Some(Trim {
            bound,
            is_rough: self.is_rough,
            limit: self.limit.unwrap_or(limit),
        }))
    }
}

impl Trim {
    /// How many of the entries with these ids, in their order, go. Those of one id go together
    /// (`X-5`).
    fn count(&self, ids: &[EntryId]) -> usize {
        let mut gone = 0;
        while gone < ids.len() {
            let node = if self.is_rough { NODE_ENTRIES } else { 1 };
            let mut end = (gone + node).min(ids.len());
            while end < ids.len() && ids[end] == ids[end - 1] {
                end += 1;
            }
            let goes = match self.bound {
                Bound::Entries(most) if self.is_rough => ids.len() - end >= most,
                Bound::Entries(most) => ids.len() - gone > most,
                Bound::From(least) => ids[end - 1] < least,
            };
            if !goes || (self.limit > 0 && end > self.limit) {
                break;
            }
            gone = end;
        }
        gone
    }
}

fn ids(stream: &Stream) -> Vec<EntryId> {
    stream.entries().map(|(key, _)| key.id).collect()
}

fn deletions(ids: &[EntryId]) -> impl Iterator<Item = StreamOp> {
    let ids: BTreeSet<EntryId> = ids.iter().copied().collect();
    ids.into_iter().map(StreamOp::Delete)
}

pub(super) fn xadd(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    let mut options = Options::default();
    let rest = options.parse(&call.words[2..], true)?;
    let [wanted, fields @ ..] = rest else {
        return Err(CommandError::Arity(call.command.name));
    };
    let wanted = Wanted::parse(wanted)?;
    let trim = options.trim()?;
    if fields.is_empty() || !fields.len().is_multiple_of(2) {
        return Err(CommandError::Arity(call.command.name));
    }
    let rule = call.store.append_rule();
    wanted.check(&rule)?;
    call.bury_expired(key);
    let known = call.in_stream(key, |stream| {
        let trimmed = trim.map(|_| ids(stream)).unwrap_or_default();
        (stream.last_id(), stream.head(rule.region), trimmed)
    })?;
    if known.is_none() && options.makes_no_stream {
        return Ok(Reply::Nil);
    }
    let (last, head, mut ids) = known.unwrap_or_default();
    let id = wanted.id(&rule, last, call.now_ms)?;
    ids.push(id);
    let gone = trim.map_or(0, |trim| trim.count(&ids));
    let is_trimmed_itself = gone == ids.len();
    ids.truncate(gone - usize::from(is_trimmed_itself && gone > 0));
    let fields = fields.iter().map(|word| word.as_slice().into()).collect();
    let head = Head {
        last: id,
        added: head.added + 1,
        ..head
    };
    let added = [StreamOp::Head(head), StreamOp::Append { id, fields }];
    call.update_stream(key, added.into_iter().chain(deletions(&ids)));
    if is_trimmed_itself && trim.is_some() {
        // No effect takes away what it adds.
        call.update_stream(key, [StreamOp::Delete(id)]);
    }
    Ok(Reply::Bulk(id.to_string().into_bytes()))
}

pub(super) fn xtrim(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    let mut options = Options::default();
    options.parse(&call.words[2..], false)?;
    let trim = options.trim()?.ok_or(CommandError::Text(
        "ERR syntax error, XTRIM must be called with MAXLEN or MINID",
    ))?;
    call.bury_expired(key);
    let mut ids = call.in_stream(key, ids)?.unwrap_or_default();
    let gone = trim.count(&ids);
    ids.truncate(gone);
    call.update_stream(key, deletions(&ids));
    Ok(Reply::count(gone))
}

pub(super) fn xdel(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    let region = call.store.append_rule().region;
    let Some(mut head) = call.in_stream(key, |stream| stream.head(region))? else {
        return Ok(Reply::Integer(0));
    };
    let ids: Result<BTreeSet<EntryId>, CommandError> = call.words[2..]
        .iter()
        .map(|word| stream_id::parse(word, 0))
        .collect();
    let ids = ids?;
    let found = call.in_stream(key, |stream| {
        let each = ids.iter().map(|id| (*id, stream.entries_of(*id).count()));
        let found = each.filter(|(_, entries)| *entries > 0);
        found.collect::<Vec<(EntryId, usize)>>()
    })?;
    let found = found.unwrap_or_default();
    let Some((greatest, _)) = found.last() else {
        return Ok(Reply::Integer(0));
    };
    head.deleted = head.deleted.max(*greatest);
    let deletions = found.iter().map(|(id, _)| StreamOp::Delete(*id));
    let ops: Vec<StreamOp> = [StreamOp::Head(head)]
        .into_iter()
        .chain(deletions)
        .collect();
    call.update_stream(key, ops);
    Ok(Reply::count(
        found.iter().map(|(_, entries)| entries).sum::<usize>(),
    ))
}

pub(super) fn xsetid(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    let last = stream_id::parse(call.word(2), 0)?;
    let (added, deleted) = xsetid_options(&call.words[3..])?;
    if deleted.is_some_and(|deleted| deleted > last) {
        return Err(CommandError::Text(
            "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
        ));
    }
    call.bury_expired(key);
    let region = call.store.append_rule().region;
    let known = call.in_stream(key, |stream| {
        let others = stream.added() - stream.head(region).added.min(stream.added());
        (stream.last_id(), stream.len(), others, stream.head(region))
    })?;
    let (top, len, others, head) = known.ok_or(CommandError::NO_SUCH_KEY)?;
    if last < top {
        return Err(CommandError::Text(
            "ERR The ID specified in XSETID is smaller than the target stream top item",
        ));
    }
    if added.is_some_and(|added| added < len) {
        return Err(CommandError::Text(
            "ERR The entries_added specified in XSETID is smaller than the target stream length",
        ));
    }
    let head = Head {
        last,
        added: added.map_or(head.added, |added| added.saturating_sub(others)),
        deleted: deleted.unwrap_or(head.deleted),
    };
    call.update_stream(key, [StreamOp::Head(head)]);
    Ok(Reply::OK)
}

fn xsetid_options(mut words: &[Vec<u8>]) -> Result<(Option<u64>, Option<EntryId>), CommandError> {
    let (mut added, mut deleted) = (None, None);
    while let [name, rest @ ..] = words {
        words = match (name.to_ascii_lowercase().as_slice(), rest) {
            (b"entriesadded", [count, rest @ ..]) => {
                let count = number::integer(count).ok_or(CommandError::NOT_INTEGER)?;
                let message = "ERR entries_added must be positive";
                added = Some(u64::try_from(count).map_err(|_| CommandError::Text(message))?);
                rest
            }
            (b"maxdeletedid", [id, rest @ ..]) => {
                deleted = Some(stream_id::parse(id, 0)?);
                rest
            }
            _ => return Err(CommandError::SYNTAX),
        };
    }
    Ok((added, deleted))
}

/// What would write the entries to another key: without groups (`X-10`), and of entries with one
/// id the first (`X-5`). Without entries nothing is left to write.
pub(super) fn content(stream: &Stream) -> Vec<Update> {
    let mut appends: Vec<StreamOp> = Vec::new();
    let mut last = None;
    for (key, entry) in stream.entries() {
        if last.replace(key.id) != Some(key.id) {
            let (id, fields) = (key.id, entry.fields.clone());
            appends.push(StreamOp::Append { id, fields });
        }
    }
    let head = Head {
        last: stream.last_id(),
        added: stream.added(),
        deleted: stream.max_deleted(),
    };
    let head = (!appends.is_empty()).then_some(StreamOp::Head(head));
    let ops = head.into_iter().chain(appends);
    ops.map(|op| Update::Stream(Box::new(op))).collect()
}
