//! The types of one key side by side: one line each.

use std::borrow::{Borrow, BorrowMut};

use crate::crdt::antichain::Antichain;
use crate::crdt::clock::{MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::few::Few;
use crate::crdt::hash::Hash;
use crate::crdt::hyperloglog::HyperLogLog;
use crate::crdt::json::Json;
use crate::crdt::layout::Layout;
use crate::crdt::list::List;
use crate::crdt::object::Sizes;
use crate::crdt::scalar::{Scalar, Text};
use crate::crdt::set::Set;
use crate::crdt::stream::Stream;
use crate::crdt::tally::Tally;
use crate::crdt::zset::SortedSet;
use crate::crdt::{Arrival, Datatype, Horizon, Sides};

/// From a list of the types makes all that has a case for each: `Kind`, `View`, the state of a
/// type, and what [`Datatype`] asks of it. A line is: its kind, the number that digests know it by,
/// its type, how a key holds that, and what it is got by.
macro_rules! types {
    ($(
        $(#[$doc:meta])*
        $kind:ident = $number:literal: $data:ident in $held:ty, $get:ident, $get_mut:ident;
    )*) => {
        /// The types that a key can have.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Kind {
            $($(#[$doc])* $kind = $number,)*
        }

        impl Kind {
            /// What `TYPE` calls it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => <$data as Datatype>::NAME,)*
                }
            }

            /// What Redis takes for what a client sees of it, beside what a key of any type takes.
            pub fn layout(self, sizes: &Sizes) -> Layout {
                match self {
                    $(Self::$kind => <$data as Datatype>::layout(sizes),)*
                }
            }
        }

        /// What a client sees under a key.
        #[derive(Clone, Copy, Debug)]
        pub enum View<'a> {
            /// Nothing.
            Absent,
            $($(#[$doc])* $kind(&'a $data),)*
        }

        /// One type's state.
        #[derive(Clone, Debug)]
        enum Typed {
            $($kind($held),)*
        }

        impl Typed {
            #[inline]
            fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)*
                }
            }

            fn vacant(kind: Kind) -> Self {
                match kind {
                    $(Kind::$kind => Self::$kind(<$held>::default()),)*
                }
            }

            fn view(&self) -> View<'_> {
                match self {
                    $(Self::$kind(data) => View::$kind(data),)*
                }
            }

            fn shared(&self) -> Self {
                match self {
                    $(Self::$kind(data) => Self::$kind(<$held>::from(data.shared())),)*
                }
            }

            fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
                match (self, theirs) {
                    $((Self::$kind(mine), Self::$kind(theirs)) => {
                        mine.merge(theirs, sides, tally);
                    })*
                    _ => panic!("types are merged kind by kind"),
                }
            }

            delegate! { [$($kind)*]
                fn is_live(&self) -> bool;
                fn is_vacant(&self) -> bool;
                fn is_pending(&self) -> bool;
                fn newest(&self) -> Option<Stamp>;
                fn digest(&self) -> u64;
                fn newer_than(&self, clock: &VersionVector) -> bool;
                fn measure(&self, sizes: &mut Sizes) -> ();
                fn count_writes(&self, shown: &mut Counts, hidden: &mut Counts) -> ();
                fn remove_key(
                    &mut self, by: &Arrival<'_>, known: &VersionVector, tally: &mut Tally
                ) -> ();
                fn collect(&mut self, horizon: &Horizon, tally: &mut Tally) -> ();
            }
        }

        impl Types {
            $(
                #[inline]
                pub(crate) fn $get(&self) -> Option<&$data> {
                    self.0.as_slice().iter().find_map(|typed| match typed {
                        Typed::$kind(data) => Some(Borrow::<$data>::borrow(data)),
                        _ => None,
                    })
                }

                /// The same to change, made if it is missing.
                #[inline]
                pub(crate) fn $get_mut(&mut self) -> &mut $data {
                    match self.of_kind(Kind::$kind) {
                        Typed::$kind(data) => BorrowMut::<$data>::borrow_mut(data),
                        _ => unreachable!("asked for by its kind"),
                    }
                }
            )*
        }
    };
}

/// Methods that every type has.
macro_rules! delegate {
    ($kinds:tt $(fn $name:ident(&$($by:ident)+ $(, $arg:ident: $type:ty)*) -> $result:ty;)*) => {
        $(delegate! { @one $kinds $name, ($($by)+), ($($arg: $type),*), ($($arg),*), $result })*
    };
    (
        @one [$($kind:ident)*] $name:ident, (self),
        ($($arg:ident: $type:ty),*), $args:tt, $result:ty
    ) => {
        #[inline]
        fn $name(&self, $($arg: $type),*) -> $result {
            match self {
                $(Self::$kind(data) => data.$name $args,)*
            }
        }
    };
    (
        @one [$($kind:ident)*] $name:ident, (mut self),
        ($($arg:ident: $type:ty),*), $args:tt, $result:ty
    ) => {
        #[inline]
        fn $name(&mut self, $($arg: $type),*) -> $result {
            match self {
                $(Self::$kind(data) => data.$name $args,)*
            }
        }
    };
}

types! {
    /// A string or counter.
    String = 1: Scalar in Scalar, string, string_mut;
    /// A hash.
    Hash = 2: Hash in Hash, hash, hash_mut;
    /// A set.
    Set = 3: Set in Set, set, set_mut;
    /// A sorted set.
    SortedSet = 4: SortedSet in SortedSet, sorted_set, sorted_set_mut;
    /// A list.
    List = 5: List in Box<List>, list, list_mut;
    /// A stream.
    Stream = 6: Stream in Box<Stream>, stream, stream_mut;
    /// A HyperLogLog, which calls itself a string.
    HyperLogLog = 7: HyperLogLog in Box<HyperLogLog>, hyperloglog, hyperloglog_mut;
    /// A JSON document.
    Json = 8: Json in Box<Json>, json, json_mut;
}

/// Writes by origin.
type Counts = [u64; MEMBERS_MAX];

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

    /// The same without what a region alone knows of a stream's groups (`G-1`).
    pub(crate) fn shared(&self) -> Types {
        Self(self.0.as_slice().iter().map(Typed::shared).collect())
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
        self.visible().map_or(View::Absent, Typed::view)
    }

    /// An arriving removal takes away the key. `known` are the removals known before.
    pub(crate) fn remove_key(
        &mut self,
        by: &Arrival<'_>,
        known: &VersionVector,
        tally: &mut Tally,
    ) {
        for typed in self.0.as_mut_slice() {
            typed.remove_key(by, known, tally);
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
            typed.collect(horizon, tally);
        }
    }

    pub(crate) fn drop_vacant(&mut self) {
        if self.0.as_slice().iter().any(|typed| typed.is_vacant()) {
            self.0.retain(|typed| !typed.is_vacant());
        }
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.0.as_slice().iter().any(|typed| typed.is_pending())
    }

    pub(crate) fn measure(&self, sizes: &mut Sizes) {
        for typed in self.0.as_slice() {
            typed.measure(sizes);
        }
    }

    pub(crate) fn digest(&self) -> u64 {
        let live = self.0.as_slice().iter().filter(|typed| typed.is_live());
        live.fold(0, |sum, typed| {
            let content = typed.digest();
            sum.wrapping_add(digest::fold(typed.kind() as u64, content))
        })
    }

    pub(crate) fn count_writes(
        &self,
        present: &mut [u64; MEMBERS_MAX],
        overwritten: &mut [u64; MEMBERS_MAX],
    ) {
        for typed in self.0.as_slice() {
            typed.count_writes(present, overwritten);
        }
    }

    pub(crate) fn newer_than(&self, clock: &VersionVector) -> bool {
        self.0
            .as_slice()
            .iter()
            .any(|typed| typed.newer_than(clock))
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
