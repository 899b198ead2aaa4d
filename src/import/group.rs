//! Who is in the group, and who stands beside it.

use crate::control::{MEMBERS_MAX, Refusal};
use crate::import::Error;
use crate::import::error::Contradiction;
use crate::import::facts::Told;
use crate::import::inventory::Cache;
use crate::import::note::Note;

/// Where a cache is at the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// In the group.
    Member,
    /// It serves, in no group.
    Alone,
    /// It has no database yet.
    Absent,
    /// No input says it.
    Unsaid,
}

/// The caches of the scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Cast {
    /// The group's nickname, where one is said.
    pub nickname: Option<Told>,
    /// The caches, with where they are and what is to be said of that; links are among `all`.
    pub players: Vec<Player>,
    /// All caches of the input.
    pub all: Vec<Cache>,
    /// The names of those that were not asked for.
    pub left_out: Vec<String>,
}

/// A cache of the scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Player {
    /// Its place among all caches.
    pub cache: usize,
    /// Where it is at the start.
    pub role: Role,
    /// What is to be said of that.
    pub notes: Vec<Note>,
}

/// Caches that are linked with each other.
struct Group {
    nickname: Option<Told>,
    members: Vec<usize>,
}

impl Group {
    fn is_called(&self, name: &str) -> bool {
        let own = self.nickname.as_ref();
        own.is_some_and(|own| own.value.eq_ignore_ascii_case(name))
    }

    fn shown(&self, caches: &[Cache]) -> String {
        let members = names(caches, &self.members);
        match &self.nickname {
            Some(nickname) => format!("`{}` ({members})", nickname.value),
            None => format!("one without a nickname ({members})"),
        }
    }
}

/// The caches for the scenario.
///
/// # Errors
/// When there are several groups and none is `wanted`, none of that name, or too many caches.
pub(super) fn cast(caches: Vec<Cache>, wanted: Option<&str>) -> Result<Cast, Error> {
    let (groups, splinters) = settled(groups(&caches)?, &caches)?;
    let group = chosen(groups, &caches, wanted)?;
    let members = group.as_ref().map_or(&[][..], |group| &group.members);
    if members.len() > MEMBERS_MAX {
        let nickname = group.as_ref().and_then(|group| group.nickname.as_ref());
        return Err(Error::GroupFull {
            group: nickname.map_or_else(String::new, |told| told.value.clone()),
            count: members.len(),
            names: names(&caches, members),
            max: MEMBERS_MAX,
        });
    }
    let is_wanted = |index: &usize| wanted.is_none() || members.contains(index);
    let (taken, left_out): (Vec<usize>, Vec<usize>) = (0..caches.len()).partition(is_wanted);
    if taken.len() > MEMBERS_MAX {
        return Err(Error::TooMany {
            count: taken.len(),
            names: names(&caches, &taken),
            max: MEMBERS_MAX,
            help: match members {
                [] => "give fewer of them",
                _ => "`--group NICKNAME` takes the members of one group alone",
            },
        });
    }
    let player = |cache: usize| {
        let role = role(&caches[cache], members.contains(&cache));
        let split = splinters
            .iter()
            .find(|group| group.members.contains(&cache));
        let notes = split
            .map(|group| splintered(group, &caches))
            .into_iter()
            .collect();
        Player { cache, role, notes }
    };
    let mut players: Vec<Player> = taken.into_iter().map(player).collect();
    // The others of a group are often made first; who is only linked with comes last.
    players.sort_by_key(|player| {
        let cache = &caches[player.cache];
        cache.cluster.is_none() && cache.database.is_none()
    });
    Ok(Cast {
        nickname: group.and_then(|group| group.nickname),
        players,
        left_out: left_out
            .iter()
            .map(|one| caches[*one].own.name.clone())
            .collect(),
        all: caches,
    })
}

/// The one group, or the one that is wanted.
fn chosen(
    mut groups: Vec<Group>,
    caches: &[Cache],
    wanted: Option<&str>,
) -> Result<Option<Group>, Error> {
    let shown: Vec<String> = groups.iter().map(|group| group.shown(caches)).collect();
    let shown = shown.join(", ");
    if let Some(wanted) = wanted {
        groups.retain(|group| group.is_called(wanted));
        if groups.is_empty() {
            let known = match &*shown {
                "" => "every cache stands alone".to_owned(),
                shown => format!("there are {shown}"),
            };
            let wanted = wanted.to_owned();
            return Err(Error::NoSuchGroup { wanted, known });
        }
    }
    if groups.len() > 1 {
        return Err(Error::SeveralGroups { groups: shown });
    }
    Ok(groups.pop())
}

fn names(caches: &[Cache], list: &[usize]) -> String {
    let names: Vec<&str> = list.iter().map(|one| &*caches[*one].own.name).collect();
    names.join(", ")
}

fn role(cache: &Cache, is_member: bool) -> Role {
    let has_none = || {
        cache
            .cluster
            .as_ref()
            .is_some_and(|one| one.no_database.is_some())
    };
    match &cache.database {
        _ if is_member => Role::Member,
        Some(_) => Role::Alone,
        None if has_none() => Role::Absent,
        None => Role::Unsaid,
    }
}

fn splintered(group: &Group, caches: &[Cache]) -> Note {
    Note::aside(format!(
        "It is linked with none of the group of its nickname ({} list each other): it stands alone \
         here. See {}: {}.",
        names(caches, &group.members),
        Refusal::Split.id(),
        Refusal::Split
    ))
}

/// The caches that are linked, by whom they reach over links.
fn groups(caches: &[Cache]) -> Result<Vec<Group>, Error> {
    let mut leader: Vec<usize> = (0..caches.len()).collect();
    let find = |leader: &[usize], mut one: usize| {
        while leader[one] != one {
            one = leader[one];
        }
        one
    };
    for (index, cache) in caches.iter().enumerate() {
        for link in &cache.links {
            let (mine, theirs) = (find(&leader, index), find(&leader, link.to));
            leader[mine.max(theirs)] = mine.min(theirs);
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for head in 0..caches.len() {
        let is_of = |one: &usize| find(&leader, *one) == head;
        let members: Vec<usize> = (0..caches.len()).filter(is_of).collect();
        let mut nickname: Option<Told> = None;
        let mut is_linked = false;
        for member in &members {
            let cache = &caches[*member];
            is_linked |= !cache.links.is_empty();
            let Some(told) = cache
                .database
                .as_ref()
                .and_then(|one| one.nickname.as_ref())
            else {
                continue;
            };
            match &nickname {
                Some(known) if known.value != told.value => {
                    return Err(Error::Contradiction(Box::new(Contradiction {
                        cache: cache.own.name.clone(),
                        what: "groups, as its links and its nickname tell",
                        first: known.value.clone(),
                        first_at: known.at.clone(),
                        second: told.value.clone(),
                        second_at: told.at.clone(),
                    })));
                }
                _ => nickname = nickname.or_else(|| Some(told.clone())),
            }
        }
        if is_linked || nickname.is_some() {
            groups.push(Group { nickname, members });
        }
    }
    Ok(groups)
}

/// The groups, and parts of them that were cut off: of one nickname the one with most members is
/// the group.
fn settled(groups: Vec<Group>, caches: &[Cache]) -> Result<(Vec<Group>, Vec<Group>), Error> {
    let mut whole: Vec<Group> = Vec::new();
    let mut parts = Vec::new();
    for group in groups {
        let name = group.nickname.as_ref().map(|told| told.value.clone());
        let known = name.and_then(|name| whole.iter_mut().find(|one| one.is_called(&name)));
        match known {
            None => whole.push(group),
            Some(known) if known.members.len() > group.members.len() => parts.push(group),
            Some(known) if known.members.len() < group.members.len() => {
                parts.push(std::mem::replace(known, group));
            }
            Some(known) => {
                let groups = format!("{}, {}", known.shown(caches), group.shown(caches));
                return Err(Error::SeveralGroups { groups });
            }
        }
    }
    Ok((whole, parts))
}
