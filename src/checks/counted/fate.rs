//! What became of the writes of one part of a key: a string, a field, a member.
//!
//! A write has fallen when something that had seen it took its place. Of those that have not, the
//! greatest stamp shows and hides the rest. What fell was *superseded* if it showed until then, and
//! *overwritten* if a concurrent write had hidden it before. At its origin that is known from
//! contexts: whatever came in between two writes of the origin, the second has seen and the first
//! has not. Where two origins' effects may have come in either order, it may be either; and where
//! the keeper took a peer's state, as that tells what is left and not what had hidden it. The
//! tallies go by the same definition, at the instant at which the keeper sees a write fall.
//!
//! Source: `redis-active-active.md`, `STR-1`, `CNT-3`, `CNT-5`, `S-2`, `HLL-2`; Enea and others,
//! PLDI 2019, for judging from contexts alone.

use std::cmp::Reverse;
use std::fmt;

use crate::checks::sample::Clock;
use crate::history::{EffectSeen, MEMBERS_MAX, TouchKind};
use crate::id::{Id, InstanceId};

/// What one effect does to one part of a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deed {
    origin: u8,
    kind: TouchKind,
    seq: u64,
    wall_ms: u64,
    after: Clock,
}

impl Deed {
    pub(super) fn new(seen: &EffectSeen, kind: TouchKind) -> Self {
        let origin = u8::try_from(seen.origin.index()).expect("a group has few members");
        Self {
            origin,
            kind,
            seq: seen.seq,
            wall_ms: seen.wall_ms,
            after: seen.after,
        }
    }

    pub(super) fn origin(&self) -> InstanceId {
        InstanceId::at(usize::from(self.origin))
    }

    pub(super) fn kind(&self) -> TouchKind {
        self.kind
    }

    pub(super) fn seq(&self) -> u64 {
        self.seq
    }

    /// Up to where it has seen the effects of an origin.
    fn has_seen_to(&self, origin: usize) -> u64 {
        if origin == usize::from(self.origin) {
            self.seq - 1
        } else {
            self.after[origin]
        }
    }

    fn has_seen(&self, other: &Deed) -> bool {
        other.seq <= self.has_seen_to(usize::from(other.origin))
    }

    fn beats(&self, other: &Deed) -> bool {
        let rank = |deed: &Deed| (deed.wall_ms, Reverse(deed.origin), deed.seq);
        rank(self) > rank(other)
    }

    /// Whether one of these removals takes it, as an addition to a HyperLogLog: each that it has
    /// not seen, and is not its own (`HLL-2`).
    fn falls_to_any(&self, removals: &[Deed]) -> bool {
        let is_own = |removal: &Deed| (removal.origin, removal.seq) == (self.origin, self.seq);
        removals
            .iter()
            .any(|removal| !is_own(removal) && !self.has_seen(removal))
    }

    /// Whether it takes the place of writes and increments it has seen.
    fn replaces(&self) -> bool {
        matches!(self.kind, TouchKind::Write | TouchKind::Remove)
    }
}

/// Writes by what became of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Counts {
    pub(super) acknowledged: u64,
    pub(super) present: u64,
    pub(super) superseded: u64,
    pub(super) overwritten: u64,
    /// Superseded or overwritten: it depends on an order that no context tells.
    pub(super) either: u64,
    pub(super) lost: u64,
}

impl Counts {
    pub(super) fn add(&mut self, other: &Counts) {
        self.acknowledged += other.acknowledged;
        self.present += other.present;
        self.superseded += other.superseded;
        self.overwritten += other.overwritten;
        self.either += other.either;
        self.lost += other.lost;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} acknowledged, {} present, {} superseded, {} overwritten, {} either, {} lost",
            self.acknowledged,
            self.present,
            self.superseded,
            self.overwritten,
            self.either,
            self.lost
        )
    }
}

/// How a keeper came to know of the writes of an origin and of what defeated them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hand {
    /// They are its own, so it had them first, and each defeat came as an effect.
    First,
    /// Effect by effect.
    Second,
    /// Some of it with a peer's state, which does not tell what had hidden a write before it fell.
    ByState,
}

/// The deeds on one part of a key that its keeper knows of.
#[derive(Debug)]
pub(super) struct View {
    /// By origin, and then by sequence.
    deeds: [Vec<Deed>; MEMBERS_MAX],
    /// Up to where each origin's writes have fallen.
    fallen: Clock,
    /// The write that shows.
    winner: Option<Deed>,
}

impl View {
    pub(super) fn new(seen: Vec<Deed>) -> Self {
        let mut deeds: [Vec<Deed>; MEMBERS_MAX] = Default::default();
        let mut fallen = [0; MEMBERS_MAX];
        let is_removal = |deed: &&Deed| deed.kind == TouchKind::Remove;
        let removals: Vec<Deed> = seen.iter().filter(is_removal).copied().collect();
        for deed in seen {
            for (origin, upto) in fallen.iter_mut().enumerate() {
                // Of the additions of one member by one origin the last counts.
                let renews =
                    deed.kind == TouchKind::AddMember && origin == usize::from(deed.origin);
                if deed.replaces() || renews {
                    *upto = deed.has_seen_to(origin).max(*upto);
                }
            }
            deeds[usize::from(deed.origin)].push(deed);
        }
        for of_origin in &mut deeds {
            of_origin.sort_by_key(|deed| deed.seq);
        }
        for (of_origin, upto) in deeds.iter().zip(&mut fallen) {
            let raises = of_origin
                .iter()
                .filter(|deed| deed.kind == TouchKind::Raise);
            let fall = raises.filter(|raise| raise.falls_to_any(&removals));
            *upto = fall.fold(*upto, |upto, deed| upto.max(deed.seq));
        }
        let stands = |deed: &&Deed| {
            deed.kind == TouchKind::Write && deed.seq > fallen[usize::from(deed.origin)]
        };
        let winner = deeds
            .iter()
            .flatten()
            .filter(stands)
            .reduce(|best, deed| if deed.beats(best) { deed } else { best })
            .copied();
        Self {
            deeds,
            fallen,
            winner,
        }
    }

    /// Adds the writes of `origin`, as their keeper came to know of them.
    pub(super) fn count(&self, origin: InstanceId, hand: Hand, counts: &mut Counts) {
        let own = &self.deeds[origin.index()];
        for (place, deed) in own.iter().enumerate() {
            if !deed.kind.is_write() {
                continue;
            }
            let has_fallen = deed.seq <= self.fallen[origin.index()];
            let class = match (deed.kind, has_fallen) {
                (TouchKind::Write, true) => {
                    // What the same effect took away, it took before it wrote.
                    let mut later = own[place + 1..].iter();
                    let next = later.find(|next| next.seq > deed.seq && next.replaces());
                    self.fell(deed, next, hand == Hand::First, counts)
                }
                (_, true) => &mut counts.superseded,
                // A peer may have collected it, and its state does not tell that it was hidden.
                (TouchKind::Write, false) if !self.is_shown(deed) => match hand {
                    Hand::ByState => &mut counts.either,
                    Hand::First | Hand::Second => &mut counts.overwritten,
                },
                (_, false) => &mut counts.present,
            };
            *class += 1;
        }
    }

    fn is_shown(&self, deed: &Deed) -> bool {
        let dot = |deed: &Deed| (deed.origin, deed.seq);
        self.winner.as_ref().map(dot) == Some(dot(deed))
    }

    /// The class of a write that has fallen, where `next` is its origin's next replacement.
    fn fell<'a>(
        &self,
        deed: &Deed,
        next: Option<&Deed>,
        is_first_hand: bool,
        counts: &'a mut Counts,
    ) -> &'a mut u64 {
        let next = next.filter(|_| is_first_hand);
        let mut meanwhile = Meanwhile::default();
        let others = (0..MEMBERS_MAX).filter(|origin| *origin != usize::from(deed.origin));
        for origin in others {
            let upto = next.map_or(u64::MAX, |next| next.has_seen_to(origin));
            meanwhile.look(deed, self.between(origin, deed.has_seen_to(origin), upto));
        }
        if meanwhile.hiding.is_empty() {
            &mut counts.superseded
        } else if is_first_hand && meanwhile.is_plain() {
            &mut counts.overwritten
        } else {
            &mut counts.either
        }
    }

    /// The replacements of an origin after one sequence and up to another.
    fn between(&self, origin: usize, after: u64, upto: u64) -> &[Deed] {
        let deeds = &self.deeds[origin];
        let start = deeds.partition_point(|deed| deed.seq <= after);
        let end = deeds.partition_point(|deed| deed.seq <= upto);
        &deeds[start..end.max(start)]
    }
}

/// What came between a write and its end, as far as the write was not seen by it.
#[derive(Debug, Default)]
struct Meanwhile<'a> {
    /// Concurrent writes that hid it.
    hiding: Vec<&'a Deed>,
    /// Others that may have undone those.
    lesser: Vec<&'a Deed>,
    /// Whether something that had seen it may have come before all that hid it.
    may_have_fallen_first: bool,
}

impl<'a> Meanwhile<'a> {
    /// Takes in what one other origin did, in its order.
    fn look(&mut self, deed: &Deed, others: &'a [Deed]) {
        let before = self.hiding.len();
        for other in others.iter().filter(|other| other.replaces()) {
            if other.has_seen(deed) {
                self.may_have_fallen_first |= self.hiding.len() == before;
                break;
            }
            if other.kind == TouchKind::Write && other.beats(deed) {
                self.hiding.push(other);
            } else {
                self.lesser.push(other);
            }
        }
    }

    /// Whether it was hidden when it fell, whatever came first.
    fn is_plain(&self) -> bool {
        let undoes = |other: &&Deed| self.hiding.iter().any(|hiding| other.has_seen(hiding));
        !self.may_have_fallen_first && !self.lesser.iter().any(undoes)
    }
}
