//! The types of one key side by side: one line each.

use crate::crdt::antichain::Antichain;
use crate::crdt::clock::{MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::few::Few;
use crate::crdt::hash::Hash;
use crate::crdt::hyperloglog::HyperLogLog;
use crate::crdt::json::Json;
use crate::crdt::list::List;
use crate::crdt::object::{Sizes, View};
use crate::crdt::scalar::{Scalar, Text};
use crate::crdt::set::Set;
use crate::crdt::stream::Stream;
use crate::crdt::tally::Tally;
use crate::crdt::zset::SortedSet;
use crate::crdt::{Datatype, Horizon, Sides};

/// The types that a key can have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A string or counter.
    String = 1,
    /// A hash.
    Hash,
    /// A set.
    Set,
    /// A sorted set.
    SortedSet,
    /// A list.
    List,
    /// A stream.
    Stream,
    /// A HyperLogLog.
    HyperLogLog,
    /// A JSON document.
    Json,
}

/// One type's state.
#[derive(Clone, Debug)]
enum Typed {
    String(Scalar),
    Hash(Hash),
    Set(Set),
    SortedSet(SortedSet),
    List(Box<List>),
    Stream(Box<Stream>),
    HyperLogLog(Box<HyperLogLog>),
    Json(Box<Json>),
}

/// Does the same with whichever type it is.
macro_rules! each {
    ($typed:expr, $data:ident => $result:expr) => {
        match $typed {
            Typed::String($data) => $result,
            Typed::Hash($data) => $result,
            Typed::Set($data) => $result,
            Typed::SortedSet($data) => $result,
            Typed::List($data) => $result,
            Typed::Stream($data) => $result,
            Typed::HyperLogLog($data) => $result,
            Typed::Json($data) => $result,
        }
    };
}

impl Typed {
    fn kind(&self) -> Kind {
        match self {
            Typed::String(_) => Kind::String,
            Typed::Hash(_) => Kind::Hash,
            Typed::Set(_) => Kind::Set,
            Typed::SortedSet(_) => Kind::SortedSet,
            Typed::List(_) => Kind::List,
            Typed::Stream(_) => Kind::Stream,
            Typed::HyperLogLog(_) => Kind::HyperLogLog,
            Typed::Json(_) => Kind::Json,
        }
    }

    fn vacant(kind: Kind) -> Typed {
        match kind {
            Kind::String => Typed::String(Scalar::default()),
            Kind::Hash => Typed::Hash(Hash::default()),
            Kind::Set => Typed::Set(Set::default()),
            Kind::SortedSet => Typed::SortedSet(SortedSet::default()),
            Kind::List => Typed::List(Box::default()),
            Kind::Stream => Typed::Stream(Box::default()),
            Kind::HyperLogLog => Typed::HyperLogLog(Box::default()),
            Kind::Json => Typed::Json(Box::default()),
        }
    }

    fn is_live(&self) -> bool {
        each!(self, data => data.is_live())
    }

    fn newest(&self) -> Option<Stamp> {
        each!(self, data => data.newest())
    }

    fn merge(&mut self, theirs: &Typed, sides: &Sides, tally: &mut Tally) {
        match (self, theirs) {
            (Typed::String(mine), Typed::String(theirs)) => mine.merge(theirs, sides, tally),
            (Typed::Hash(mine), Typed::Hash(theirs)) => mine.merge(theirs, sides, tally),
            (Typed::Set(mine), Typed::Set(theirs)) => mine.merge(theirs, sides, tally),
            (Typed::SortedSet(mine), Typed::SortedSet(theirs)) => mine.merge(theirs, sides, tally),
            (Typed::List(mine), Typed::List(theirs)) => mine.merge(theirs, sides, tally),
            (Typed::Stream(mine), Typed::Stream(theirs)) => mine.merge(theirs, sides, tally),
            (Typed::HyperLogLog(mine), Typed::HyperLogLog(theirs)) => {
                mine.merge(theirs, sides, tally);
            }
            (Typed::Json(mine), Typed::Json(theirs)) => mine.merge(theirs, sides, tally),
            _ => panic!("types are merged kind by kind"),
        }
    }
}

/// All types of one key: mostly one.
#[derive(Clone, Default, Debug)]
pub(crate) struct Types(Few<Typed>);

impl Types {
    pub(crate) fn of_string(scalar: Scalar) -> Self {
        Self(Few::One(Typed::String(scalar)))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn string(&self) -> Option<&Scalar> {
        self.0.as_slice().iter().find_map(|typed| match typed {
            Typed::String(scalar) => Some(scalar),
            _ => None,
        })
    }

    pub(crate) fn hash(&self) -> Option<&Hash> {
        self.0.as_slice().iter().find_map(|typed| match typed {
            Typed::Hash(hash) => Some(hash),
            _ => None,
        })
    }

    pub(crate) fn set(&self) -> Option<&Set> {
        self.0.as_slice().iter().find_map(|typed| match typed {
            Typed::Set(set) => Some(set),
            _ => None,
        })
    }

    pub(crate) fn sorted_set(&self) -> Option<&SortedSet> {
        self.0.as_slice().iter().find_map(|typed| match typed {
            Typed::SortedSet(sorted) => Some(sorted),
            _ => None,
        })
    }

    pub(crate) fn list(&self) -> Option<&List> {
        self.0.as_slice().iter().find_map(|typed| match typed {
            Typed::List(list) => Some(list.as_ref()),
            _ => None,
        })
    }

    pub(crate) fn hyperloglog(&self) -> Option<&HyperLogLog> {
        self.0.as_slice().iter().find_map(|typed| match typed {
            Typed::HyperLogLog(loglog) => Some(&**loglog),
            _ => None,
        })
    }

    pub(crate) fn json(&self) -> Option<&Json> {
        self.0.as_slice().iter().find_map(|typed| match typed {
            Typed::Json(json) => Some(json.as_ref()),
            _ => None,
        })
    }

    pub(crate) fn stream(&self) -> Option<&Stream> {
        self.0.as_slice().iter().find_map(|typed| match typed {
            Typed::Stream(stream) => Some(&**stream),
            _ => None,
        })
    }

    /// The same without what a region alone knows of a stream's groups (`G-1`).
    pub(crate) fn shared(&self) -> Types {
        let mut types = self.clone();
        for typed in types.0.as_mut_slice() {
            if let Typed::Stream(stream) = typed {
                **stream = stream.shared();
            }
        }
        types
    }

    /// The string, if there is no other type.
    pub(crate) fn only_string(&self) -> Option<&Scalar> {
        match self.0.as_slice() {
            [Typed::String(scalar)] => Some(scalar),
            _ => None,
        }
    }

    pub(crate) fn texts(&self) -> Option<&Antichain<Text>> {
        self.string().map(Scalar::writes)
    }

    /// Whether the string is a sole write that kept the deadline it found.
    pub(crate) fn has_amended(&self) -> bool {
        self.texts()
            .and_then(Antichain::sole)
            .is_some_and(|sole| !sole.item.persists)
    }

    pub(crate) fn texts_mut(&mut self) -> Option<&mut Antichain<Text>> {
        self.0
            .as_mut_slice()
            .iter_mut()
            .find_map(|typed| match typed {
                Typed::String(scalar) => Some(scalar.writes_mut()),
                _ => None,
            })
    }

    pub(crate) fn string_mut(&mut self) -> &mut Scalar {
        match self.of_kind(Kind::String) {
            Typed::String(scalar) => scalar,
            _ => unreachable!("asked for by its kind"),
        }
    }

    pub(crate) fn hash_mut(&mut self) -> &mut Hash {
        match self.of_kind(Kind::Hash) {
            Typed::Hash(hash) => hash,
            _ => unreachable!("asked for by its kind"),
        }
    }

    pub(crate) fn set_mut(&mut self) -> &mut Set {
        match self.of_kind(Kind::Set) {
            Typed::Set(set) => set,
            _ => unreachable!("asked for by its kind"),
        }
    }

    pub(crate) fn sorted_set_mut(&mut self) -> &mut SortedSet {
        match self.of_kind(Kind::SortedSet) {
            Typed::SortedSet(sorted) => sorted,
            _ => unreachable!("asked for by its kind"),
        }
    }

    pub(crate) fn list_mut(&mut self) -> &mut List {
        match self.of_kind(Kind::List) {
            Typed::List(list) => list,
            _ => unreachable!("asked for by its kind"),
        }
    }

    pub(crate) fn stream_mut(&mut self) -> &mut Stream {
        match self.of_kind(Kind::Stream) {
            Typed::Stream(stream) => stream,
            _ => unreachable!("asked for by its kind"),
        }
    }

    pub(crate) fn hyperloglog_mut(&mut self) -> &mut HyperLogLog {
        match self.of_kind(Kind::HyperLogLog) {
            Typed::HyperLogLog(loglog) => loglog,
            _ => unreachable!("asked for by its kind"),
        }
    }

    pub(crate) fn json_mut(&mut self) -> &mut Json {
        match self.of_kind(Kind::Json) {
            Typed::Json(json) => json,
            _ => unreachable!("asked for by its kind"),
        }
    }

    /// Whether there is something that clients may see.
    pub(crate) fn is_live(&self) -> bool {
        self.0.as_slice().iter().any(Typed::is_live)
    }

    /// Whether live types compete to be seen.
    pub(crate) fn is_mixed(&self) -> bool {
        let types = self.0.as_slice();
        types.len() > 1 && types.iter().filter(|typed| typed.is_live()).count() > 1
    }

    /// The type with the newest surviving write (MA-09).
    fn visible(&self) -> Option<&Typed> {
        if let [sole] = self.0.as_slice() {
            return Some(sole).filter(|typed| typed.is_live());
        }
        let live = self.0.as_slice().iter().filter(|typed| typed.is_live());
        live.reduce(|best, typed| match (best.newest(), typed.newest()) {
            (Some(best_stamp), Some(stamp)) if stamp.beats(&best_stamp) => typed,
            _ => best,
        })
    }

    /// The newest surviving write of the other types.
    pub(crate) fn newest_beside(&self, kind: Kind) -> Option<Stamp> {
        let others = self.0.as_slice().iter();
        let others = others.filter(|typed| typed.kind() != kind && typed.is_live());
        others.map(Typed::newest).fold(None, Stamp::newest)
    }

    pub(crate) fn visible_kind(&self) -> Option<Kind> {
        self.visible().map(Typed::kind)
    }

    pub(crate) fn view(&self) -> View<'_> {
        match self.visible() {
            None => View::Absent,
            Some(Typed::String(scalar)) => View::String(scalar),
            Some(Typed::Hash(hash)) => View::Hash(hash),
            Some(Typed::Set(set)) => View::Set(set),
            Some(Typed::SortedSet(sorted)) => View::SortedSet(sorted),
            Some(Typed::List(list)) => View::List(list),
            Some(Typed::Stream(stream)) => View::Stream(stream),
            Some(Typed::HyperLogLog(loglog)) => View::HyperLogLog(loglog),
            Some(Typed::Json(json)) => View::Json(json),
        }
    }

    pub(crate) fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        for typed in self.0.as_mut_slice() {
            each!(typed, data => data.remove(context, tally));
        }
    }

    pub(crate) fn merge(&mut self, theirs: &Types, sides: &Sides, tally: &mut Tally) {
        for typed in self.0.as_mut_slice() {
            let kind = typed.kind();
            match theirs
                .0
                .as_slice()
                .iter()
                .find(|other| other.kind() == kind)
            {
                Some(other) => typed.merge(other, sides, tally),
                None => typed.merge(&Typed::vacant(kind), sides, tally),
            }
        }
        for other in theirs.0.as_slice() {
            if self
                .0
                .as_slice()
                .iter()
                .all(|typed| typed.kind() != other.kind())
            {
                self.of_kind(other.kind()).merge(other, sides, tally);
            }
        }
    }

    pub(crate) fn collect(&mut self, horizon: &Horizon, tally: &mut Tally) {
        for typed in self.0.as_mut_slice() {
            each!(typed, data => data.collect(horizon, tally));
        }
    }

    pub(crate) fn drop_vacant(&mut self) {
        if self
            .0
            .as_slice()
            .iter()
            .any(|typed| each!(typed, data => data.is_vacant()))
        {
            self.0
                .retain(|typed| !each!(typed, data => data.is_vacant()));
        }
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.0
            .as_slice()
            .iter()
            .any(|typed| each!(typed, data => data.is_pending()))
    }

    pub(crate) fn measure(&self, sizes: &mut Sizes) {
        for typed in self.0.as_slice() {
            each!(typed, data => data.measure(sizes));
        }
    }

    pub(crate) fn digest(&self) -> u64 {
        let live = self.0.as_slice().iter().filter(|typed| typed.is_live());
        live.fold(0, |sum, typed| {
            let content = each!(typed, data => data.digest());
            sum.wrapping_add(digest::fold(typed.kind() as u64, content))
        })
    }

    pub(crate) fn count_writes(
        &self,
        present: &mut [u64; MEMBERS_MAX],
        overwritten: &mut [u64; MEMBERS_MAX],
    ) {
        for typed in self.0.as_slice() {
            each!(typed, data => data.count_writes(present, overwritten));
        }
    }

    pub(crate) fn newer_than(&self, clock: &VersionVector) -> bool {
        self.0
            .as_slice()
            .iter()
            .any(|typed| each!(typed, data => data.newer_than(clock)))
    }

    #[inline]
    fn of_kind(&mut self, kind: Kind) -> &mut Typed {
        let is_it = |typed: &Typed| typed.kind() == kind;
        if let Few::One(sole) = &self.0
            && is_it(sole)
        {
            return &mut self.0.as_mut_slice()[0];
        }
        if !self.0.as_slice().iter().any(is_it) {
            self.0.push(Typed::vacant(kind));
        }
        let mut all = self.0.as_mut_slice().iter_mut();
        all.find(|typed| is_it(typed)).expect("it is among them")
    }
}
