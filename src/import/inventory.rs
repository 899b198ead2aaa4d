//! Which places speak of the same cache, and what all of them together say about it.

use crate::catalogue::region;
use crate::import::Error;
use crate::import::error::Contradiction;
use crate::import::facts::{Cluster, Database, Facts, Told};
use crate::import::resource::CacheRef;

/// A cache, with all that is said about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Cache {
    /// Which.
    pub own: CacheRef,
    /// Where it is told of first.
    pub at: String,
    /// About the cluster, if anything is.
    pub cluster: Option<Cluster>,
    /// About the database, likewise.
    pub database: Option<Database>,
    /// The caches it lists as linked, itself among them.
    pub links: Vec<Link>,
}

/// What a cache lists as linked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Link {
    /// Its place among the caches.
    pub to: usize,
    /// As the list writes it.
    pub written: CacheRef,
    /// Where.
    pub at: String,
    /// The link's state.
    pub state: Option<Told>,
}

/// All caches: those that something is said about, then those that are only linked with.
///
/// # Errors
/// When places contradict each other, or when one does not say which of several caches it means.
pub(super) fn caches(facts: &[Facts]) -> Result<Vec<Cache>, Error> {
    let own = facts.iter().map(|facts| (&facts.cache, &facts.at));
    let linked = facts.iter().filter_map(|facts| facts.database.as_ref());
    let linked = linked.flat_map(|database| &database.linked);
    let linked = linked.map(|linked| (&linked.cache, &linked.at));
    let mentions: Vec<(&CacheRef, &String)> = own.chain(linked).collect();
    let identities = identities(&mentions)?;
    let mut caches: Vec<Cache> = Vec::new();
    // A cache stands where it is first mentioned.
    let mut places: Vec<Option<usize>> = vec![None; mentions.len()];
    let mut place_of = Vec::with_capacity(mentions.len());
    for ((mentioned, at), identity) in mentions.iter().zip(&identities) {
        let place = *places[*identity].get_or_insert_with(|| {
            caches.push(Cache {
                own: (*mentioned).clone(),
                at: (*at).clone(),
                cluster: None,
                database: None,
                links: Vec::new(),
            });
            caches.len() - 1
        });
        caches[place].own.learn(mentioned);
        place_of.push(place);
    }
    let mut link_places = place_of[facts.len()..].iter();
    for (facts, place) in facts.iter().zip(&place_of) {
        let cache = &mut caches[*place];
        if let Some(cluster) = &facts.cluster {
            let merged = merged_cluster(&cache.own.name, cache.cluster.take(), cluster)?;
            cache.cluster = Some(merged);
        }
        if let Some(database) = &facts.database {
            let merged = merged_database(&cache.own.name, cache.database.take(), database)?;
            cache.database = Some(merged);
            for (linked, to) in database.linked.iter().zip(&mut link_places) {
                if cache.links.iter().any(|known| known.to == *to) {
                    continue;
                }
                cache.links.push(Link {
                    to: *to,
                    written: linked.cache.clone(),
                    at: linked.at.clone(),
                    state: linked.state.clone(),
                });
            }
        }
    }
    Ok(caches)
}

/// Which mentions are of the same cache: a number for each. Whole ids are told apart first, so that
/// what is open can be closed by them.
fn identities(mentions: &[(&CacheRef, &String)]) -> Result<Vec<usize>, Error> {
    let mut order: Vec<usize> = (0..mentions.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(mentions[*index].0.known()));
    let mut known: Vec<CacheRef> = Vec::new();
    let mut identities = vec![0; mentions.len()];
    for index in order {
        let (mentioned, at) = mentions[index];
        let fitting: Vec<usize> = (0..known.len())
            .filter(|one| known[*one].fits(mentioned))
            .collect();
        identities[index] = match fitting[..] {
            [] => {
                known.push(mentioned.clone());
                known.len() - 1
            }
            [one] => {
                known[one].learn(mentioned);
                one
            }
            _ => {
                let names = fitting.iter().map(|one| known[*one].to_string());
                let names: Vec<String> = names.collect();
                return Err(Error::Ambiguous {
                    at: at.clone(),
                    name: mentioned.name.clone(),
                    known: names.join(" and "),
                });
            }
        };
    }
    Ok(identities)
}

fn merged_cluster(name: &str, known: Option<Cluster>, new: &Cluster) -> Result<Cluster, Error> {
    let Some(known) = known else {
        return Ok(new.clone());
    };
    let is_same_region = |one: &String, other: &String| match (region(one), region(other)) {
        (Some(one), Some(other)) => one.name == other.name,
        _ => one == other,
    };
    let (ha, new_ha) = (known.high_availability, &new.high_availability);
    Ok(Cluster {
        location: merged(
            name,
            "regions",
            known.location,
            &new.location,
            is_same_region,
        )?,
        sku: merged(name, "sizes", known.sku, &new.sku, IS_SAME_WORD)?,
        high_availability: merged(name, "high-availability settings", ha, new_ha, IS_SAME_WORD)?,
        zones: known.zones.or_else(|| new.zones.clone()),
        state: known.state.or_else(|| new.state.clone()),
        no_database: known.no_database.or_else(|| new.no_database.clone()),
    })
}

fn merged_database(name: &str, known: Option<Database>, new: &Database) -> Result<Database, Error> {
    let Some(known) = known else {
        return Ok(new.clone());
    };
    let is_same_list = |one: &Vec<String>, other: &Vec<String>| {
        let sorted = |list: &Vec<String>| {
            let mut list: Vec<String> = list.iter().map(|name| name.to_lowercase()).collect();
            list.sort();
            list
        };
        sorted(one) == sorted(other)
    };
    let policies = "clustering policies";
    let nicknames = "group nicknames";
    let (clustering, nickname) = (known.clustering, known.nickname);
    let (disk, new_disk) = (known.persistence, &new.persistence);
    Ok(Database {
        name: merged(name, "database names", known.name, &new.name, IS_SAME_WORD)?,
        protocol: merged(
            name,
            "client protocols",
            known.protocol,
            &new.protocol,
            IS_SAME_WORD,
        )?,
        clustering: merged(name, policies, clustering, &new.clustering, IS_SAME_WORD)?,
        eviction: merged(
            name,
            "eviction policies",
            known.eviction,
            &new.eviction,
            IS_SAME_WORD,
        )?,
        modules: merged(
            name,
            "lists of modules",
            known.modules,
            &new.modules,
            is_same_list,
        )?,
        persistence: merged(
            name,
            "kinds of persistence",
            disk,
            new_disk,
            |one, other| one == other,
        )?,
        nickname: merged(name, nicknames, nickname, &new.nickname, |one, other| {
            one == other
        })?,
        linked: known.linked,
        state: known.state.or_else(|| new.state.clone()),
        is_request: known.is_request && new.is_request,
    })
}

/// Azure's words are the same in any case.
const IS_SAME_WORD: fn(&String, &String) -> bool = |one, other| one.eq_ignore_ascii_case(other);

/// What two places say, if they do not contradict each other.
fn merged<T: Clone + std::fmt::Debug>(
    cache: &str,
    what: &'static str,
    known: Option<Told<T>>,
    new: &Option<Told<T>>,
    is_same: impl Fn(&T, &T) -> bool,
) -> Result<Option<Told<T>>, Error> {
    match (known, new) {
        (Some(first), Some(second)) if !is_same(&first.value, &second.value) => {
            let shown = |value: &T| format!("{value:?}").trim_matches('"').to_owned();
            Err(Error::Contradiction(Box::new(Contradiction {
                cache: cache.to_owned(),
                what,
                first: shown(&first.value),
                first_at: first.at,
                second: shown(&second.value),
                second_at: second.at.clone(),
            })))
        }
        (Some(known), _) => Ok(Some(known)),
        (None, new) => Ok(new.clone()),
    }
}
