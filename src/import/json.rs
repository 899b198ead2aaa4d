//! The JSON that `az redisenterprise` and the REST API print.

use serde_json::{Deserializer, Map, Value};

use crate::import::Error;
use crate::import::facts::{Cluster, Database, Disk, Facts, Found, Linked, Told};
use crate::import::note::Note;
use crate::import::resource::{CacheRef, FORM, ResourceId};

const OBJECT: &str = "an object of `az redisenterprise show` or `az redisenterprise database show`";

/// Reads all values of a file: one, or several one after the other.
///
/// # Errors
/// When it is no JSON, or not what Azure prints.
pub(super) fn read(input: &str, text: &str, found: &mut Found) -> Result<(), Error> {
    let values: Result<Vec<Value>, _> = Deserializer::from_str(text).into_iter().collect();
    let values = values.map_err(|error| Error::NotJson {
        input: input.to_owned(),
        problem: error.to_string(),
    })?;
    let is_one = values.len() == 1;
    for (number, value) in values.iter().enumerate() {
        let root = if is_one {
            format!("{input} ")
        } else {
            format!("{input} value {} ", number + 1)
        };
        entry(value, &root, found)?;
    }
    Ok(())
}

/// Takes in a list or an object.
fn entry(value: &Value, at: &str, found: &mut Found) -> Result<(), Error> {
    match value {
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                entry(value, &format!("{at}/{index}"), found)?;
            }
            Ok(())
        }
        Value::Object(fields) => object(&Object::new(fields, at), found),
        other => Err(unexpected(at, other, OBJECT)),
    }
}

fn object(object: &Object, found: &mut Found) -> Result<(), Error> {
    if let (None, Some((list, at))) = (object.get("type"), object.list("value")?) {
        for (index, value) in list.iter().enumerate() {
            entry(value, &format!("{at}/{index}"), found)?;
        }
        if let Some(next) = object.text("nextLink")? {
            let at = next.at;
            let more = format!("{at}: the list goes on at a next link; only this page is read.");
            found.notes.push(Note::aside(more));
        }
        return Ok(());
    }
    let kind = object.text("type")?;
    let has = |names: &[&str]| names.iter().any(|name| object.get(name).is_some());
    let database = [
        "clientProtocol",
        "clusteringPolicy",
        "evictionPolicy",
        "geoReplication",
    ];
    let is = |name: &str| {
        kind.as_ref()
            .is_some_and(|kind| kind.value.eq_ignore_ascii_case(name))
    };
    if is("Microsoft.Cache/redisEnterprise") || (kind.is_none() && has(&["sku", "location"])) {
        return cluster(object, found);
    }
    if is("Microsoft.Cache/redisEnterprise/databases") || (kind.is_none() && has(&database)) {
        let id = owner(object, None)?;
        found.facts.push(facts_of_database(object, id)?);
        return Ok(());
    }
    let what = match kind {
        Some(kind) => format!("a resource of type `{}`", kind.value),
        None => {
            let names: Vec<String> = object
                .fields
                .keys()
                .take(4)
                .map(|key| format!("`{key}`"))
                .collect();
            format!(
                "an object with {}",
                if names.is_empty() {
                    "nothing".to_owned()
                } else {
                    names.join(", ")
                }
            )
        }
    };
    Err(Error::Unexpected {
        at: object.at.trim_end().to_owned(),
        found: what,
        expected: OBJECT,
    })
}

fn cluster(object: &Object, found: &mut Found) -> Result<(), Error> {
    let id = owner(object, None)?;
    let databases = object.list("databases")?;
    let no_database = databases.as_ref().filter(|(list, _)| list.is_empty());
    let zones = object.list("zones")?.filter(|(list, _)| !list.is_empty());
    let cluster = Cluster {
        location: object.text("location")?,
        sku: sku(object)?,
        high_availability: object.text("highAvailability")?,
        zones: zones.map(|(list, at)| Told::new(format!("{} zones", list.len()), at)),
        state: object.text("resourceState")?,
        no_database: no_database.map(|(_, at)| Told::new("[]", at)),
    };
    found.facts.push(Facts {
        cache: id.clone(),
        at: object.at.clone(),
        cluster: Some(cluster),
        database: None,
    });
    let (list, at) = databases.unwrap_or((&[], String::new()));
    for (index, value) in list.iter().enumerate() {
        let at = format!("{at}/{index}");
        let Value::Object(fields) = value else {
            return Err(unexpected(&at, value, "a database"));
        };
        let database = Object::new(fields, &at);
        let id = owner(&database, Some(&id))?;
        found.facts.push(facts_of_database(&database, id)?);
    }
    Ok(())
}

/// The size: `{"name": …}` as documented, or the name alone as a query may leave it.
fn sku(object: &Object) -> Result<Option<Told>, Error> {
    match object.get("sku") {
        Some((Value::Object(fields), at)) => Object::new(fields, &at).text("name"),
        _ => object.text("sku"),
    }
}

fn facts_of_database(object: &Object, cache: CacheRef) -> Result<Facts, Error> {
    let (nickname, linked) = geo_replication(object)?;
    let database = Database {
        name: database_name(object)?,
        protocol: object.text("clientProtocol")?,
        clustering: object.text("clusteringPolicy")?,
        eviction: object.text("evictionPolicy")?,
        modules: modules(object)?,
        persistence: persistence(object)?,
        nickname,
        linked,
        state: object.text("resourceState")?,
        is_request: false,
    };
    Ok(Facts {
        cache,
        at: object.at.clone(),
        cluster: None,
        database: Some(database),
    })
}

/// The cache that an object is or belongs to: by its id, by what contains it, or by its name.
fn owner(object: &Object, container: Option<&CacheRef>) -> Result<CacheRef, Error> {
    if let Some(id) = object.text("id")? {
        return Ok(resource(&id)?.cache);
    }
    if let Some(container) = container {
        return Ok(container.clone());
    }
    let name = object.text("name")?;
    // A database alone is called `cache1/default`; `default` names no cache.
    let name = name.filter(|name| object.get("sku").is_some() || name.value.contains('/'));
    let Some(name) = name else {
        return Err(Error::Unexpected {
            at: object.at.trim_end().to_owned(),
            found: "an object without `id`".to_owned(),
            expected: "the id that tells which cache it is",
        });
    };
    let group = object.text("resourceGroup")?;
    let own = name.value.split('/').next().unwrap_or_default();
    Ok(CacheRef {
        subscription: None,
        resource_group: group.map(|group| group.value),
        name: own.to_owned(),
    })
}

fn database_name(object: &Object) -> Result<Option<Told>, Error> {
    if let Some(id) = object.text("id")?
        && let Some(database) = resource(&id)?.database
    {
        return Ok(Some(Told::new(database, id.at)));
    }
    let name = object.text("name")?;
    Ok(name.map(|name| {
        let own = name.value.rsplit('/').next().unwrap_or_default();
        Told::new(own, name.at)
    }))
}

fn geo_replication(object: &Object) -> Result<(Option<Told>, Vec<Linked>), Error> {
    let Some(geo) = object.inner("geoReplication")? else {
        return Ok((None, Vec::new()));
    };
    let mut linked = Vec::new();
    let (list, at) = geo.list("linkedDatabases")?.unwrap_or((&[], String::new()));
    for (index, value) in list.iter().enumerate() {
        let at = format!("{at}/{index}");
        let Value::Object(fields) = value else {
            return Err(unexpected(&at, value, "a linked database with its id"));
        };
        let one = Object::new(fields, &at);
        let Some(id) = one.text("id")? else {
            return Err(unexpected(&at, value, "a linked database with its id"));
        };
        linked.push(Linked {
            cache: resource(&id)?.cache,
            at,
            state: one.text("state")?,
        });
    }
    Ok((geo.text("groupNickname")?, linked))
}

fn modules(object: &Object) -> Result<Option<Told<Vec<String>>>, Error> {
    let Some((value, at)) = object.raw("modules") else {
        return Ok(None);
    };
    let mut names = Vec::new();
    let list = match value {
        Value::Null => &[],
        Value::Array(list) => &list[..],
        other => return Err(unexpected(&at, other, "a list of modules")),
    };
    for (index, value) in list.iter().enumerate() {
        let at = format!("{at}/{index}");
        let name = match value {
            Value::Object(fields) => Object::new(fields, &at).text("name")?,
            _ => None,
        };
        names.push(
            name.ok_or_else(|| unexpected(&at, value, "a module with its name"))?
                .value,
        );
    }
    Ok(Some(Told { value: names, at }))
}

fn persistence(object: &Object) -> Result<Option<Told<Disk>>, Error> {
    match object.raw("persistence") {
        None => Ok(None),
        // The service prints null where nothing was ever asked for.
        Some((Value::Null, at)) => Ok(Some(Told {
            value: Disk::default(),
            at,
        })),
        Some((_, at)) => {
            let Some(inner) = object.inner("persistence")? else {
                return Ok(None);
            };
            let frequency = |name: &str| Ok(inner.text(name)?.map(|told| told.value));
            let value = Disk {
                log: inner.flag("aofEnabled")?,
                log_frequency: frequency("aofFrequency")?,
                snapshots: inner.flag("rdbEnabled")?,
                snapshot_frequency: frequency("rdbFrequency")?,
            };
            Ok(Some(Told { value, at }))
        }
    }
}

fn resource(id: &Told) -> Result<ResourceId, Error> {
    ResourceId::read(&id.value).ok_or_else(|| Error::Unexpected {
        at: id.at.clone(),
        found: format!("the id {:?}", id.value),
        expected: FORM,
    })
}

/// An object and where it stands; what is in its `properties` counts as its own.
struct Object<'a> {
    fields: &'a Map<String, Value>,
    at: String,
}

impl<'a> Object<'a> {
    fn new(fields: &'a Map<String, Value>, at: &str) -> Self {
        let at = at.to_owned();
        Self { fields, at }
    }

    /// A field, `null` or not, with its place.
    fn raw(&self, name: &str) -> Option<(&'a Value, String)> {
        let inner = self.fields.get("properties").and_then(Value::as_object);
        let at = &self.at;
        inner
            .and_then(|inner| Some((inner.get(name)?, format!("{at}/properties/{name}"))))
            .or_else(|| Some((self.fields.get(name)?, format!("{at}/{name}"))))
    }

    /// A field that is not `null`.
    fn get(&self, name: &str) -> Option<(&'a Value, String)> {
        self.raw(name).filter(|(value, _)| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<Told>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some((Value::String(text), at)) => Ok(Some(Told::new(text.as_str(), at))),
            Some((other, at)) => Err(unexpected(&at, other, "a text")),
        }
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some((Value::Bool(flag), _)) => Ok(Some(*flag)),
            Some((other, at)) => Err(unexpected(&at, other, "`true` or `false`")),
        }
    }

    fn list(&self, name: &str) -> Result<Option<(&'a [Value], String)>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some((Value::Array(list), at)) => Ok(Some((list, at))),
            Some((other, at)) => Err(unexpected(&at, other, "a list")),
        }
    }

    fn inner(&self, name: &str) -> Result<Option<Object<'a>>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some((Value::Object(fields), at)) => Ok(Some(Object { fields, at })),
            Some((other, at)) => Err(unexpected(&at, other, "an object")),
        }
    }
}

fn unexpected(at: &str, found: &Value, expected: &'static str) -> Error {
    const SHOWN_MAX: usize = 40;
    let text = found.to_string();
    let shown: String = text.chars().take(SHOWN_MAX).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    Error::Unexpected {
        at: at.trim_end().to_owned(),
        found: format!("`{shown}{more}`"),
        expected,
    }
}
