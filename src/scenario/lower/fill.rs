//! Populations: generated keys, and how many of them exist at the start.

use crate::assumption::Assumptions;
use crate::id::{Id, IdVec, PopulationId};
use crate::plan::{Population, ValueKind};
use crate::quantity::Ratio;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::weight::Keys;
use crate::scenario::lower::{Lowering, Owner, entries};
use crate::scenario::schema::List;
use crate::scenario::schema::amount::MemoryAmount;
use crate::scenario::schema::keys::{Fill, HoldsChoice};
use crate::scenario::schema::leaf::Quantity;
use crate::scenario::span::{Field, Sp, Span};

/// The most elements of one generated collection.
const ELEMENTS_MAX: u32 = 1_000_000;
/// Keys are numbered with 32 bits over all populations.
pub(super) const KEYS_MAX: u64 = u32::MAX as u64;

/// The populations, as far as the file could be understood.
pub(super) struct Populations {
    entries: Vec<Entry>,
    /// Whether all could be read: if not, a prefix that is not found proves nothing.
    pub complete: bool,
}

/// One population.
pub(super) struct Entry {
    pub prefix: Option<Sp<String>>,
    kind: Option<ValueKind>,
    pub population: Option<Population>,
    /// Where the file says how many keys there are.
    pub amount: Span,
    /// What they take on one instance.
    pub bytes: u64,
}

impl Entry {
    /// What the names of its keys begin with: the prefix, and its hash tag where some have that.
    pub(super) fn beginnings(&self) -> Vec<String> {
        let Some(prefix) = &self.prefix else {
            return Vec::new();
        };
        let mut beginnings = vec![prefix.value.clone()];
        let tagged = self.population.as_ref();
        if tagged.is_some_and(|population| population.tagged.ppm > 0) {
            beginnings.push(format!("{{{}}}", prefix.value));
        }
        beginnings
    }
}

impl Populations {
    /// The population with a prefix.
    pub(super) fn find(&self, prefix: &str) -> Option<PopulationId> {
        let named = |entry: &Entry| entry.prefix.as_ref().is_some_and(|own| own.value == prefix);
        self.entries.iter().position(named).map(PopulationId::at)
    }

    /// What its keys hold.
    pub(super) fn kind(&self, id: PopulationId) -> Option<ValueKind> {
        self.entries.get(id.index()).and_then(|entry| entry.kind)
    }

    /// All prefixes.
    pub(super) fn prefixes(&self) -> Vec<&str> {
        self.entries
            .iter()
            .filter_map(|entry| entry.prefix.as_ref())
            .map(|p| &*p.value)
            .collect()
    }

    /// The populations for the plan; `None` when one is missing.
    pub(super) fn finished(self) -> Option<IdVec<PopulationId, Population>> {
        self.entries
            .into_iter()
            .map(|entry| entry.population)
            .collect()
    }
}

impl Lowering<'_> {
    pub(super) fn populations(
        &mut self,
        field: &Field<List<Fill>>,
        places: &Places,
        assumptions: &Assumptions,
    ) -> Populations {
        let usable = places
            .skus()
            .map(|sku| assumptions.usable_share.of(sku.memory.0))
            .min();
        let mut found = Vec::new();
        let mut complete = !matches!(field, Field::Broken(_));
        for given in entries(field) {
            let entry = given
                .given()
                .map(|given| self.population(given, usable, assumptions));
            complete &= entry.as_ref().is_some_and(|entry| entry.prefix.is_some());
            found.extend(entry);
        }
        self.prefixes_apart(&found);
        self.number_of_keys(&found);
        self.fits(&found, usable);
        Populations {
            entries: found,
            complete,
        }
    }

    fn population(
        &mut self,
        given: &Sp<Fill>,
        usable: Option<u64>,
        assumptions: &Assumptions,
    ) -> Entry {
        let file = &given.value;
        let owner = Owner::named("population", &file.prefix, given.span);
        let prefix = self.name(&file.prefix, "prefix", &owner);
        let kind = self.value_kind(&file.holds, &owner);
        let sizes = kind.and_then(|kind| self.sizes(&file.value, kind, &owner));
        let tagged = self.share(&file.hash_tag_share, "`hash_tag_share`");
        let (expiring, time_to_live) = self.expiry(file, given.span).unzip();
        let amount = file.keys.span().or(file.memory.span());
        let mut entry = Entry {
            prefix: prefix.clone(),
            kind,
            population: None,
            amount: self.head(amount.unwrap_or(given.span)),
            bytes: 0,
        };
        if let (Some(prefix), Some(kind), Some(sizes), Some(tagged), Some(expiring)) =
            (prefix, kind, sizes, tagged, expiring)
        {
            let keys = Keys {
                kind,
                sizes: &sizes,
                expiring,
            };
            let filled = self.filled(file, &owner, &keys, usable, assumptions);
            entry.bytes = filled.map_or(0, |filled| keys.bytes(filled, assumptions));
            let counts = filled.and_then(|filled| Some((filled, self.key_space(file, filled)?)));
            entry.population = counts.map(|(filled, keys)| Population {
                prefix: prefix.value,
                filled,
                keys,
                kind,
                value_bytes: sizes,
                tagged,
                expiring,
                time_to_live: time_to_live.unwrap_or_default(),
            });
        }
        entry
    }

    fn value_kind(&mut self, field: &Field<HoldsChoice>, owner: &Owner) -> Option<ValueKind> {
        let elements = |lowering: &mut Self, count: &Field<u32>, name: &str| {
            let given = lowering.required(count, name, owner, "10")?;
            lowering.between(given, &format!("`{name}`"), 1, ELEMENTS_MAX)
        };
        match field {
            Field::Absent => Some(ValueKind::String),
            Field::Broken(_) => None,
            Field::Given(given) => match &given.value {
                HoldsChoice::String => Some(ValueKind::String),
                HoldsChoice::Counter => Some(ValueKind::Counter),
                HoldsChoice::Hash { fields } => Some(ValueKind::Hash {
                    fields: elements(self, fields, "fields")?,
                }),
                HoldsChoice::Set { members } => Some(ValueKind::Set {
                    members: elements(self, members, "members")?,
                }),
            },
        }
    }

    pub(super) fn share(&mut self, field: &Field<Quantity<Ratio>>, what: &str) -> Option<Ratio> {
        match field {
            Field::Absent => Some(Ratio::default()),
            Field::Broken(_) => None,
            Field::Given(given) => self.within(given, what, Ratio::default(), Ratio::ONE),
        }
    }

    fn filled(
        &mut self,
        file: &Fill,
        owner: &Owner,
        keys: &Keys<'_>,
        usable: Option<u64>,
        assumptions: &Assumptions,
    ) -> Option<u32> {
        match (&file.keys, &file.memory) {
            (Field::Absent, Field::Absent) => {
                self.report(
                    Diagnostic::new(
                        Code::FillAmount,
                        self.head(owner.span),
                        format!("{} does not say how many keys there are", owner.what),
                    )
                    .label("`keys` or `memory` is missing here")
                    .note("add `keys: 700000`, or `memory: \"50%\"` of the usable memory"),
                );
                None
            }
            (keys, Field::Absent) => keys.value().copied(),
            (Field::Absent, memory) => {
                let memory = memory.given()?;
                let bytes = match memory.value.0 {
                    MemoryAmount::Bytes(bytes) => bytes.0,
                    MemoryAmount::Share(share) => share.of(usable?),
                };
                let count = keys.fitting(bytes, assumptions);
                let Ok(count) = u32::try_from(count) else {
                    let found = format!("{count} keys");
                    let range = format!("at most {KEYS_MAX} keys");
                    self.out_of_range(memory.span, "what fits", &found, &range);
                    return None;
                };
                Some(count)
            }
            (keys, memory) => {
                let (keys, memory) = (keys.span()?, memory.span()?);
                self.report(
                    Diagnostic::new(
                        Code::FillAmount,
                        memory,
                        format!("{} says twice how many keys there are", owner.what),
                    )
                    .label("one follows from the other")
                    .related(keys, "already said here"),
                );
                None
            }
        }
    }

    fn key_space(&mut self, file: &Fill, filled: u32) -> Option<u32> {
        let keys = match &file.key_space {
            Field::Absent => filled,
            Field::Broken(_) => return None,
            Field::Given(given) => given.value,
        };
        if keys >= filled && keys > 0 {
            return Some(keys);
        }
        let span = file
            .key_space
            .span()
            .or(file.keys.span())
            .or(file.memory.span())?;
        let message = format!("a key space of {keys} for {filled} filled keys");
        self.report(
            Diagnostic::new(Code::KeySpace, span, message).label(format!(
                "expected `key_space` of at least {}",
                filled.max(1)
            )),
        );
        None
    }
}
