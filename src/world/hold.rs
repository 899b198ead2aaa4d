//! What a scenario says must be true of the control plane at an instant.

use crate::catalogue::Sku;
use crate::control::{Group, LinkState};
use crate::history::{Event, StateSeen};
use crate::id::InstanceId;
use crate::plan::Condition;
use crate::quantity::Bytes;
use crate::time::SimTime;
use crate::world::World;

impl World<'_> {
    /// Tells the witness of each condition of a step whether it holds.
    pub(super) fn hold(&mut self, at: SimTime, step: usize, conditions: &[Condition]) {
        for (number, condition) in conditions.iter().enumerate() {
            let (holds, found) = self.holds(at, condition);
            let seen = StateSeen {
                step,
                number,
                holds,
                found,
            };
            self.observe(at, Event::State(Box::new(seen)));
        }
    }

    /// Whether a condition holds, and what was found.
    pub(super) fn holds(&self, at: SimTime, condition: &Condition) -> (bool, String) {
        match condition {
            Condition::Resource(on, is) => {
                let known = self.plane.known(*on);
                let found = known.map(|one| one.resource_state(at));
                (found == Some(*is), or_absent(found))
            }
            Condition::Provisioning(on, is) => {
                let known = self.plane.known(*on);
                let found = known.map(|one| one.provisioning_state());
                (found == Some(*is), or_absent(found))
            }
            Condition::Links(on, links) => self.has_links(*on, links),
            Condition::Locked(leader, to) => {
                let found = self.lock_of(self.plane.group(*leader));
                (found == Some((*leader, *to)), self.in_words(found))
            }
            Condition::Unlocked => (self.lock().is_none(), self.in_words(self.lock())),
            Condition::Offers {
                on,
                has,
                lacks,
                nothing_else,
            } => {
                let offers = self.offers(*on);
                let holds = has.iter().all(|sku| offers.contains(sku))
                    && !lacks.iter().any(|sku| offers.contains(sku))
                    && (!nothing_else || offers.iter().all(|sku| has.contains(sku)));
                let names: Vec<&str> = offers.iter().map(|sku| sku.name).collect();
                (holds, some(&names.join(", ")))
            }
            Condition::Usable(on, is) => {
                let found = self.usable(*on);
                (found == *is, found.to_string())
            }
            Condition::UsableOfShard(on, is) => {
                let found = Bytes(self.usable(*on).0 / u64::from(self.instance(*on).shard_count()));
                (found == *is, found.to_string())
            }
            Condition::Shards(on, are) => {
                let found = self.instance(*on).shard_count();
                (found == *are, found.to_string())
            }
            Condition::Syncing(on, from) => {
                let instance = self.instance(*on);
                let merging = instance.peers().filter(|peer| {
                    let is_meant = from.is_none_or(|from| Self::replica(from) == *peer);
                    is_meant && instance.incoming(*peer).is_merging()
                });
                let found = merging.count() > 0;
                (
                    found,
                    if found { "runs" } else { "does not run" }.to_owned(),
                )
            }
            Condition::Serves(on, serves) => {
                let found = !self.is_down(*on) && self.instance(*on).answers();
                let words = if found { "reach it" } else { "do not reach it" };
                (found == *serves, words.to_owned())
            }
        }
    }

    fn has_links(&self, on: InstanceId, links: &[(InstanceId, LinkState)]) -> (bool, String) {
        let mut found = self.links(on);
        let mut wanted = links.to_vec();
        found.sort_unstable();
        wanted.sort_unstable();
        let name = |id: InstanceId| &self.plan.instances[id].name;
        let words: Vec<String> = found
            .iter()
            .map(|(id, state)| format!("{} {state:?}", name(*id)))
            .collect();
        (found == wanted, some(&words.join(", ")))
    }

    /// What an instance lists as linked databases.
    pub(super) fn links(&self, on: InstanceId) -> Vec<(InstanceId, LinkState)> {
        let Some(id) = self.plane.current(on) else {
            return Vec::new();
        };
        let links = self.plane.state.links(id).into_iter();
        links
            .map(|(id, state)| (self.plane.planned(id), state))
            .collect()
    }

    /// The sizes an instance can scale to.
    pub(super) fn offers(&self, on: InstanceId) -> Vec<&'static Sku> {
        match self.plane.known(on) {
            Some(_) => {
                let id = self.plane.current(on);
                id.map(|id| self.plane.state.offers(id)).unwrap_or_default()
            }
            None => Vec::new(),
        }
    }

    /// An instance's memory for data, over all shards.
    fn usable(&self, on: InstanceId) -> Bytes {
        let id = self.plane.current(on);
        id.map_or(Bytes(0), |id| self.plane.state.usable(id))
    }

    /// Who leads the scaling of the scenario's group, and to which size.
    pub(super) fn lock(&self) -> Option<(InstanceId, &'static Sku)> {
        let mut groups = self.plane.state.groups().iter();
        self.lock_of(groups.find(|group| group.nickname == self.plan.group))
    }

    fn lock_of(&self, group: Option<&Group>) -> Option<(InstanceId, &'static Sku)> {
        let lock = group?.lock.as_ref()?;
        Some((self.plane.planned(lock.leader), lock.target))
    }

    fn in_words(&self, lock: Option<(InstanceId, &'static Sku)>) -> String {
        match lock {
            Some((leader, to)) => {
                let name = &self.plan.instances[leader].name;
                format!("{name} leads to {}", to.name)
            }
            None => "none".to_owned(),
        }
    }
}

fn or_absent(state: Option<impl std::fmt::Debug>) -> String {
    state.map_or("no such instance".to_owned(), |state| format!("{state:?}"))
}

/// A list, or that there is nothing in it.
fn some(list: &str) -> String {
    if list.is_empty() { "none" } else { list }.to_owned()
}
