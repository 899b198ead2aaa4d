//! Which cache is meant: Azure's resource ids, whole or as much of one as a line says.

use std::fmt;

/// A cache as a place refers to it. What it leaves open fits everything; letter case says nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct CacheRef {
    /// The subscription's id.
    pub subscription: Option<String>,
    /// The resource group.
    pub resource_group: Option<String>,
    /// The cluster's name.
    pub name: String,
}

impl CacheRef {
    /// Whether both may be the same cache.
    pub(super) fn fits(&self, other: &Self) -> bool {
        let open = |one: &Option<String>, other: &Option<String>| match (one, other) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            _ => true,
        };
        self.name.eq_ignore_ascii_case(&other.name)
            && open(&self.subscription, &other.subscription)
            && open(&self.resource_group, &other.resource_group)
    }

    /// How many of its parts are known: 1 to 3.
    pub(super) fn known(&self) -> usize {
        1 + usize::from(self.subscription.is_some()) + usize::from(self.resource_group.is_some())
    }

    /// Takes from `other` what is open here.
    pub(super) fn learn(&mut self, other: &Self) {
        let learn = |mine: &mut Option<String>, theirs: &Option<String>| {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        };
        learn(&mut self.subscription, &other.subscription);
        learn(&mut self.resource_group, &other.resource_group);
    }
}

impl fmt::Display for CacheRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |part: &Option<String>| part.as_deref().unwrap_or("?").to_owned();
        let (subscription, group) = (part(&self.subscription), part(&self.resource_group));
        write!(f, "`{}` of {group} in {subscription}", self.name)
    }
}

/// A resource id of a cache or of its database, as far as it can be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ResourceId {
    /// The cache.
    pub cache: CacheRef,
    /// The database, in the id of one.
    pub database: Option<String>,
}

/// What an id looks like.
pub(super) const FORM: &str = "`/subscriptions/…/resourceGroups/…/providers/Microsoft.Cache/\
                               redisEnterprise/NAME/databases/default`";

impl ResourceId {
    /// Reads an id; `None` when it is none of a cache or a database. Variables and places to fill
    /// in (`$SUB`, `<your-subscription-ID>`) are open.
    pub(super) fn read(id: &str) -> Option<Self> {
        let parts: Vec<&str> = id.trim().trim_end_matches('/').split('/').collect();
        let is = |part: &str, name: &str| part.eq_ignore_ascii_case(name);
        let (subscription, group, name, rest) = match parts[..] {
            ["", a, subscription, b, group, c, d, e, name, ref rest @ ..]
                if is(a, "subscriptions")
                    && is(b, "resourceGroups")
                    && is(c, "providers")
                    && is(d, "Microsoft.Cache")
                    && is(e, "redisEnterprise") =>
            {
                (subscription, group, name, rest)
            }
            _ => return None,
        };
        let database = match rest {
            [] => None,
            [f, database] if is(f, "databases") && !database.is_empty() => Some(*database),
            _ => return None,
        };
        let part = |part: &str| (!is_open(part)).then(|| part.to_owned());
        let cache = CacheRef {
            subscription: part(subscription),
            resource_group: part(group),
            name: part(name)?,
        };
        Some(Self {
            cache,
            database: database.map(str::to_owned),
        })
    }
}

/// Whether a word stands for another that the reader has to fill in.
pub(super) fn is_open(word: &str) -> bool {
    let is_place = word.starts_with('<') && word.ends_with('>');
    word.is_empty() || is_place || word.contains('$') || word.contains('%')
}

#[cfg(test)]
mod tests {
    use super::{CacheRef, ResourceId};

    fn id(subscription: &str, group: &str, rest: &str) -> String {
        format!(
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Cache/{rest}"
        )
    }

    fn cache(text: &str) -> CacheRef {
        ResourceId::read(text).expect("it is an id").cache
    }

    #[test]
    fn ids_are_read_in_any_case() {
        let whole = id("s1", "rg1", "redisEnterprise/Cache1/databases/default");
        let read = ResourceId::read(&whole).expect("it is an id");
        assert_eq!(read.database.as_deref(), Some("default"));
        assert_eq!(read.cache.to_string(), "`Cache1` of rg1 in s1");
        assert!(cache(&whole.to_uppercase()).fits(&read.cache));
        assert_eq!(
            cache(&id("s1", "rg1", "redisEnterprise/Cache1")),
            read.cache
        );
    }

    #[test]
    fn what_is_open_fits_and_is_learnt() {
        let mut open = cache(&id("$SUB", "<your-group>", "redisEnterprise/cache1"));
        let whole = cache(&id("s1", "rg1", "redisEnterprise/Cache1"));
        assert_eq!((open.known(), whole.known()), (1, 3));
        assert!(open.fits(&whole));
        open.learn(&whole);
        assert!(!open.fits(&cache(&id("s1", "rg2", "redisEnterprise/cache1"))));
        assert!(!open.fits(&cache(&id("s2", "rg1", "redisEnterprise/cache1"))));
    }

    #[test]
    fn other_ids_are_refused() {
        let database = |rest: &str| ResourceId::read(&id("s", "g", rest));
        assert_eq!(database("Redis/old"), None);
        assert_eq!(database("redisEnterprise/$NAME"), None);
        assert_eq!(database("redisEnterprise/a/databases"), None);
        assert_eq!(
            database("redisEnterprise/a/privateEndpointConnections/b"),
            None
        );
        assert_eq!(ResourceId::read("Cache1"), None);
        assert_eq!(ResourceId::read(""), None);
    }
}
