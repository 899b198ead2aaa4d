//! The lines of scripts that create caches.

use crate::import::Error;
use crate::import::facts::{Cluster, Database, Disk, Facts, Found, Linked, Told};
use crate::import::note::Note;
use crate::import::options::{Dialect, Part, like, part};
use crate::import::resource::{CacheRef, FORM, ResourceId, is_open};
use crate::import::shell::{Word, commands};
use crate::import::value;

/// Reads all lines of a script that create a cache or a database; the others are told of.
///
/// # Errors
/// When a quote has no end, or when a line does not say which cache it is about.
pub(super) fn read(input: &str, text: &str, found: &mut Found) -> Result<(), Error> {
    let mut passed = Vec::new();
    for words in commands(input, text)? {
        let Some((head, rest)) = creation(&words) else {
            passed.push(passed_over(input, &words));
            continue;
        };
        let line = words[words.len() - rest.len() - 1].line;
        let mut reader = Reader::new(head, format!("{input}:{line}"));
        reader.options(rest)?;
        let facts = reader.facts()?;
        found.notes.extend(reader.notes);
        found.facts.push(facts);
    }
    let (other, told): (Vec<_>, Vec<_>) = passed.into_iter().partition(|one| one.is_ours);
    let list = |list: Vec<Passed>| {
        const SHOWN_MAX: usize = 8;
        let count = list.len();
        let shown: Vec<String> = list
            .into_iter()
            .take(SHOWN_MAX)
            .map(|one| one.text)
            .collect();
        let more = count.saturating_sub(SHOWN_MAX);
        let more = if more > 0 {
            format!(", and {more} more")
        } else {
            String::new()
        };
        format!("{}{more}", shown.join(", "))
    };
    if !told.is_empty() {
        let text = format!("Passed over, as they create no cache: {}.", list(told));
        found.notes.push(Note::aside(text));
    }
    if !other.is_empty() {
        let text = format!(
            "Not followed, though caches may differ for it: {}.",
            list(other)
        );
        found.notes.push(Note::aside(text));
    }
    Ok(())
}

/// What a line makes, and who is told to.
#[derive(Clone, Copy)]
struct Head {
    dialect: Dialect,
    is_database: bool,
}

/// The words behind the name of a command that creates, wherever in its line that stands.
fn creation(words: &[Word]) -> Option<(Head, &[Word])> {
    let head = |dialect, is_database| Head {
        dialect,
        is_database,
    };
    let at = |index: usize| words.get(index).map_or("", |word| &*word.text);
    (0..words.len()).find_map(|index| {
        let is = |ahead: usize, name: &str| at(index + ahead).eq_ignore_ascii_case(name);
        let (head, count) = if is(0, "New-AzRedisEnterpriseCache") {
            (head(Dialect::PowerShell, false), 1)
        } else if is(0, "New-AzRedisEnterpriseCacheDatabase") {
            (head(Dialect::PowerShell, true), 1)
        } else if is(0, "az") && is(1, "redisenterprise") && is(2, "create") {
            (head(Dialect::Cli, false), 3)
        } else if is(0, "az") && is(1, "redisenterprise") && is(2, "database") && is(3, "create") {
            (head(Dialect::Cli, true), 4)
        } else {
            return None;
        };
        Some((head, &words[index + count..]))
    })
}

/// A command that creates no cache.
struct Passed {
    text: String,
    /// Whether it is about caches nevertheless.
    is_ours: bool,
}

fn passed_over(input: &str, words: &[Word]) -> Passed {
    const WORDS_MAX: usize = 4;
    const LETTERS_MAX: usize = 60;
    let plain = words.iter().take_while(|word| !word.text.starts_with('-'));
    let name: Vec<&str> = plain.take(WORDS_MAX).map(|word| &*word.text).collect();
    let name: String = name.join(" ").chars().take(LETTERS_MAX).collect();
    let line = words.first().map_or(1, |word| word.line);
    let is = |part: &str| name.to_lowercase().contains(part);
    Passed {
        text: format!("`{name}` ({input}:{line})"),
        is_ours: is("redisenterprise") && !is(" show") && !is(" list") && !is("get-"),
    }
}

/// What one line says.
struct Reader {
    head: Head,
    at: String,
    subscription: Option<String>,
    resource_group: Option<String>,
    name: Option<String>,
    cluster_name: Option<String>,
    cluster: Cluster,
    database: Database,
    disk: Option<Disk>,
    nowhere: Vec<String>,
    notes: Vec<Note>,
}

impl Reader {
    fn new(head: Head, at: String) -> Self {
        Self {
            head,
            at,
            subscription: None,
            resource_group: None,
            name: None,
            cluster_name: None,
            cluster: Cluster::default(),
            database: Database {
                is_request: true,
                ..Database::default()
            },
            disk: None,
            nowhere: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn note(&mut self, text: &str) {
        let text = format!("{}: {text}", self.at);
        self.notes.push(Note::aside(text));
    }

    fn options(&mut self, words: &[Word]) -> Result<(), Error> {
        let is_option = |word: &Word| {
            let name = word.text.trim_start_matches('-');
            let is_named = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
            !word.quoted && word.text.starts_with('-') && is_named
        };
        let mut rest = words;
        while let [first, others @ ..] = rest {
            let count = others.iter().take_while(|word| !is_option(word)).count();
            let (values, next) = others.split_at(count);
            rest = next;
            if !is_option(first) {
                let all = std::iter::once(first).chain(values);
                let all: Vec<&str> = all.map(|word| &*word.text).collect();
                self.note(&format!(
                    "`{}` belongs to no option: left out.",
                    all.join(" ")
                ));
                continue;
            }
            let sign = if self.head.dialect == Dialect::Cli {
                '='
            } else {
                ':'
            };
            let (name, attached) = match first.text.split_once(sign) {
                Some((name, value)) => (name, Some(value)),
                None => (&*first.text, None),
            };
            let values = values.iter().map(|word| &*word.text);
            let values: Vec<&str> = attached.into_iter().chain(values).collect();
            self.option(name, &values)?;
        }
        Ok(())
    }

    fn option(&mut self, name: &str, values: &[&str]) -> Result<(), Error> {
        let Some(part) = part(self.head.dialect, name) else {
            let hint = like(self.head.dialect, name);
            let hint = hint.map_or_else(String::new, |known| format!(" Is it `{known}`?"));
            self.note(&format!(
                "`{name}` is no option that is known here: left out.{hint}"
            ));
            return Ok(());
        };
        let text = values.join(" ");
        let is_switch = matches!(part, Part::NoDatabase | Part::Log | Part::Snapshots);
        let is_about_it = !matches!(part, Part::Nowhere | Part::Manner);
        if is_about_it && !is_switch && text.is_empty() {
            return Err(Error::Unexpected {
                at: self.at.clone(),
                found: format!("`{name}` without a value"),
                expected: "its value behind it",
            });
        }
        let is_list = matches!(part, Part::Linked | Part::Modules | Part::Persistence);
        let is_name = matches!(part, Part::Name | Part::ClusterName);
        if is_about_it && !is_switch && !is_list && !is_name && is_open(&text) {
            self.note(&format!(
                "`{name}` is `{text}`, which is not written out: left open."
            ));
            return Ok(());
        }
        self.take(part, name, &text)
    }

    fn take(&mut self, part: Part, name: &str, text: &str) -> Result<(), Error> {
        let told = Some(Told::new(text, format!("{} {name}", self.at)));
        let disk = self.disk.get_or_insert_default();
        let is_on = || text.is_empty() || value::truth(text) == Some(true);
        match part {
            Part::Name => self.name = Some(text.to_owned()),
            Part::ClusterName => self.cluster_name = Some(text.to_owned()),
            Part::ResourceGroup => self.resource_group = Some(text.to_owned()),
            Part::Subscription => self.subscription = Some(text.to_owned()),
            Part::Location => self.cluster.location = told,
            Part::Sku => self.cluster.sku = told,
            Part::Zones => self.cluster.zones = told,
            Part::HighAvailability => self.cluster.high_availability = told,
            Part::Protocol => self.database.protocol = told,
            Part::Clustering => self.database.clustering = told,
            Part::Eviction => self.database.eviction = told,
            Part::Nickname => self.database.nickname = told,
            Part::NoDatabase if is_on() => self.cluster.no_database = told,
            Part::Log => disk.log = Some(is_on()),
            Part::LogFrequency => disk.log_frequency = Some(text.to_owned()),
            Part::Snapshots => disk.snapshots = Some(is_on()),
            Part::SnapshotFrequency => disk.snapshot_frequency = Some(text.to_owned()),
            Part::Persistence => match value::disk(text) {
                Some(said) => *disk = said,
                None => return Err(self.unread(name, text, "such as `rdb-enabled=true`")),
            },
            Part::Modules => self.modules(name, text)?,
            Part::Linked => self.linked(name, text)?,
            Part::Nowhere => self.nowhere.push(format!("`{name}`")),
            Part::NoDatabase | Part::Manner => {}
        }
        Ok(())
    }

    fn modules(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let names = value::fields(text, "name");
        if names.is_empty() {
            return Err(self.unread(name, text, "such as `name=RediSearch`"));
        }
        let at = format!("{} {name}", self.at);
        let empty = || Told {
            value: Vec::new(),
            at,
        };
        let told = self.database.modules.get_or_insert_with(empty);
        told.value.extend(names.into_iter().map(str::to_owned));
        Ok(())
    }

    fn linked(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let ids = value::ids(text);
        if ids.is_empty() {
            return Err(self.unread(name, text, FORM));
        }
        for id in ids {
            let Some(read) = ResourceId::read(id) else {
                return Err(self.unread(name, id, FORM));
            };
            let at = format!("{} {name}", self.at);
            self.database.linked.push(Linked {
                cache: read.cache,
                at,
                state: None,
            });
        }
        Ok(())
    }

    fn unread(&self, name: &str, text: &str, expected: &'static str) -> Error {
        Error::Unexpected {
            at: format!("{} {name}", self.at),
            found: format!("`{text}`"),
            expected,
        }
    }

    /// All that the line says, once it is read.
    fn facts(&mut self) -> Result<Facts, Error> {
        if !self.nowhere.is_empty() {
            let list = self.nowhere.join(", ");
            self.note(&format!("a scenario has no place for {list}."));
        }
        let (name, database) = match (self.cluster_name.take(), self.name.take()) {
            (Some(cluster), name) => (Some(cluster), name.filter(|_| self.head.is_database)),
            (None, name) => (name, None),
        };
        let Some(name) = name.filter(|name| !is_open(name)) else {
            return Err(Error::Unexpected {
                at: self.at.clone(),
                found: "a line that creates a cache and does not write out its name".to_owned(),
                expected: "`--cluster-name NAME`, or `-Name NAME` in PowerShell",
            });
        };
        let mut said = std::mem::take(&mut self.database);
        said.is_request = true;
        said.name = database.map(|name| Told::new(name, self.at.as_str()));
        let disk = self.disk.take().filter(|disk| *disk != Disk::default());
        said.persistence = disk.map(|value| Told {
            value,
            at: self.at.clone(),
        });
        let cluster = std::mem::take(&mut self.cluster);
        let has_database = self.head.is_database || cluster.no_database.is_none();
        Ok(Facts {
            cache: CacheRef {
                subscription: self.subscription.take(),
                resource_group: self.resource_group.take(),
                name,
            },
            at: self.at.clone(),
            cluster: (!self.head.is_database).then_some(cluster),
            database: has_database.then_some(said),
        })
    }
}
