//! What is gone from all members at once, and why: noted at the instant at which it goes.

use crate::history::Event;
use crate::id::{Id, InstanceId};
use crate::time::SimTime;
use crate::world::World;

/// Writes of one origin, and its removals: deletions, removed elements, deadlines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Deeds {
    /// Effects that acknowledged a write, by the number of writes.
    pub writes: u64,
    /// Effects that acknowledged none.
    pub removals: u64,
}

impl Deeds {
    /// Those beyond `other`.
    pub(super) fn beyond(self, other: Self) -> Self {
        Self {
            writes: self.writes.saturating_sub(other.writes),
            removals: self.removals.saturating_sub(other.removals),
        }
    }

    /// Both together.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            writes: self.writes + other.writes,
            removals: self.removals + other.removals,
        }
    }

    /// Whether there are none.
    pub(super) fn are_none(self) -> bool {
        self == Self::default()
    }
}

/// What a cause has taken of an origin's, at most: some of it may have been on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loss {
    cause: &'static str,
    most: Deeds,
}

impl World<'_> {
    /// Notes that what no member has any more is gone by this cause.
    pub(super) fn note_losses(&mut self, cause: &'static str) {
        for origin in self.plan.instances.ids() {
            let most = self.missing(origin);
            let noted = self.losses[origin].map(|loss| loss.most);
            if !most.beyond(noted.unwrap_or_default()).are_none() {
                self.losses[origin] = Some(Loss { cause, most });
            }
        }
    }

    /// Why so many deeds of a member are gone; none when what is known took fewer.
    pub(super) fn cause_of_loss(&self, origin: InstanceId, lost: Deeds) -> Option<&'static str> {
        let covers = |loss: &Loss| lost.beyond(loss.most).are_none();
        if lost.are_none() {
            None
        } else if !self.is_linked(origin) {
            let noted = self.losses[origin].filter(|loss| covers(loss));
            Some(
                noted.map_or("the member was unlinked before it had sent them", |loss| {
                    loss.cause
                }),
            )
        } else {
            self.losses[origin].filter(covers).map(|loss| loss.cause)
        }
    }

    /// What an origin has done that no member has, and no flush took.
    fn missing(&self, origin: InstanceId) -> Deeds {
        let kept = self.keeper(origin).map(|id| self.applied(id, origin));
        let accounted = kept.unwrap_or_default().plus(self.flushed[origin]);
        self.acknowledged(origin).beyond(accounted)
    }

    /// What an origin was told had succeeded.
    pub(super) fn acknowledged(&self, origin: InstanceId) -> Deeds {
        let shards = self.instance(origin).shards().iter();
        let deeds = shards.map(|shard| Deeds {
            writes: shard.acknowledged,
            removals: shard.removals,
        });
        deeds.fold(Deeds::default(), Deeds::plus)
    }

    /// What an instance has got of an origin's.
    fn applied(&self, on: InstanceId, origin: InstanceId) -> Deeds {
        let shards = self.instance(on).shards().iter();
        let deeds = shards.map(|shard| {
            let prefix = &shard.frontier.prefix[origin.index()];
            Deeds {
                writes: prefix.writes,
                removals: prefix.removals,
            }
        });
        deeds.fold(Deeds::default(), Deeds::plus)
    }

    /// The member that knows best what became of an origin's writes: the origin itself while its
    /// memory is intact, since what it got back by state does not tell what had hidden them.
    pub(super) fn keeper(&self, origin: InstanceId) -> Option<InstanceId> {
        let members = self.plan.instances.ids();
        let members = members.filter(|id| self.is_linked(*id) && !self.owes_flush(*id));
        members.max_by_key(|id| {
            let lives = self.instance(*id).memory_losses();
            (
                self.applied(*id, origin).writes,
                std::cmp::Reverse(lives),
                *id == origin,
                std::cmp::Reverse(*id),
            )
        })
    }

    /// All that the members of a group have acknowledged so far goes; of an instance that stands
    /// alone, what no group has from it.
    pub(super) fn note_flushed(&mut self, at: SimTime, on: InstanceId) {
        let mut origins = self.fellows(on);
        origins.push(on);
        origins.sort_unstable();
        let is_alone = !self.is_linked(on);
        for origin in &origins {
            let kept = match is_alone {
                true => self.kept_elsewhere(*origin),
                false => Deeds::default(),
            };
            self.flushed[*origin] = self.acknowledged(*origin).beyond(kept);
        }
        self.observe(at, Event::Flushed(origins));
    }

    /// Members that a flush could not reach and that are no longer cut off are wiped, with all that
    /// they took meanwhile, before they hear of anybody.
    pub(super) fn flush_rejoined(&mut self, at: SimTime) {
        let owing = self.plan.instances.ids().filter(|id| self.owes_flush(*id));
        let owing: Vec<InstanceId> = owing
            .filter(|id| !self.region_of(*id).dark && !self.is_cut_off(*id))
            .collect();
        for id in owing {
            let owed = self.plane.set_reachable(id, true);
            self.flushed[id] = self.acknowledged(id);
            self.observe(at, Event::Flushed(vec![id]));
            self.carry_out(at, &owed);
        }
    }

    /// Whether a member reaches none of the others, nor is reached.
    pub(super) fn is_cut_off(&self, id: InstanceId) -> bool {
        let own = self.plan.instances[id].region;
        let fellows = self.fellows(id);
        let is_away = |other: &InstanceId| {
            let theirs = self.plan.instances[*other].region;
            let both = [(own, theirs), (theirs, own)];
            both.iter().all(|way| self.cuts.contains(way))
        };
        !fellows.is_empty() && fellows.iter().all(is_away)
    }

    /// What the members of a group have of an instance that is none.
    fn kept_elsewhere(&self, origin: InstanceId) -> Deeds {
        let keeper = self.keeper(origin);
        keeper.map_or(Deeds::default(), |id| self.applied(id, origin))
    }

    /// Whether a flush has yet to reach an instance.
    pub(super) fn owes_flush(&self, id: InstanceId) -> bool {
        self.plane.known(id).is_some_and(|one| one.owes_flush)
    }
}
