//! Populations: generated keys, and how many of them exist at the start.

use crate::assumption::Assumptions;
use crate::id::{Id, IdVec, PopulationId};
use crate::plan::{Population, ValueKind};
use crate::quantity::{Bytes, Ratio};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::sizes::Keys;
use crate::scenario::lower::{Lowering, Owner, both, entries};
use crate::scenario::schema::List;
use crate::scenario::schema::amount::MemoryAmount;
use crate::scenario::schema::keys::{Fill, HoldsChoice};
use crate::scenario::span::{Field, Sp, Span};
use crate::time::SimDuration;

/// The most elements of one generated collection.
const ELEMENTS_MAX: u32 = 1_000_000;
/// Keys are numbered with 32 bits over all populations.
const KEYS_MAX: u64 = u32::MAX as u64;
const TTL_MIN: SimDuration = SimDuration::from_millis(1);
const TTL_MAX: SimDuration = SimDuration::from_secs(3_660 * 86_400);

/// The populations, as far as the file could be understood.
pub(super) struct Populations {
    entries: Vec<Entry>,
    /// Whether all could be read: if not, a prefix that is not found proves nothing.
    pub complete: bool,
}

struct Entry {
    prefix: Option<Sp<String>>,
    kind: Option<ValueKind>,
    population: Option<Population>,
    /// Where the file says how many keys there are.
    amount: Span,
    bytes: u64,
}

impl Populations {
    /// The population with a prefix.
    pub fn find(&self, prefix: &str) -> Option<PopulationId> {
        let named = |entry: &Entry| entry.prefix.as_ref().is_some_and(|own| own.value == prefix);
        self.entries.iter().position(named).map(PopulationId::at)
    }

    /// What its keys hold.
    pub fn kind(&self, id: PopulationId) -> Option<ValueKind> {
        self.entries.get(id.index()).and_then(|entry| entry.kind)
    }

    /// All prefixes.
    pub fn prefixes(&self) -> Vec<&str> {
        self.entries.iter().filter_map(|entry| entry.prefix.as_ref()).map(|p| &*p.value).collect()
    }

    /// The populations for the plan; `None` when one is missing.
    pub fn finished(self) -> Option<IdVec<PopulationId, Population>> {
        self.entries.into_iter().map(|entry| entry.population).collect()
    }
}

impl Lowering<'_> {
    pub(super) fn populations(
        &mut self,
        field: &Field<List<Fill>>,
        places: &Places,
        assumptions: &Assumptions,
    ) -> Populations {
        let usable = places.skus().map(|sku| assumptions.usable_share.of(sku.memory.0)).min();
        let mut found = Vec::new();
        let mut complete = !matches!(field, Field::Broken(_));
        for given in entries(field) {
            let entry = given.given().map(|given| self.population(given, usable, assumptions));
            complete &= entry.as_ref().is_some_and(|entry| entry.prefix.is_some());
            found.extend(entry);
        }
        self.prefixes_apart(&found);
        self.number_of_keys(&found);
        self.fits(&found, usable);
        Populations { entries: found, complete }
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
            let keys = Keys { prefix: &prefix.value, kind, sizes: &sizes, tagged, expiring };
            let filled = self.filled(file, &owner, &keys, usable, assumptions);
            entry.bytes = filled.map_or(0, |filled| keys.bytes(u64::from(filled), assumptions));
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
                HoldsChoice::Hash { fields } => {
                    Some(ValueKind::Hash { fields: elements(self, fields, "fields")? })
                }
                HoldsChoice::Set { members } => {
                    Some(ValueKind::Set { members: elements(self, members, "members")? })
                }
            },
        }
    }

    fn share(
        &mut self,
        field: &Field<crate::scenario::schema::leaf::Quantity<Ratio>>,
        what: &str,
    ) -> Option<Ratio> {
        match field {
            Field::Absent => Some(Ratio::default()),
            Field::Broken(_) => None,
            Field::Given(given) => self.within(given, what, Ratio::default(), Ratio::ONE),
        }
    }

    fn expiry(
        &mut self,
        file: &Fill,
        span: Span,
    ) -> Option<(Ratio, (SimDuration, SimDuration))> {
        let share = self.share(&file.ttl_share, "`ttl_share`");
        let wanted = share.is_some_and(|share| share > Ratio::default());
        let none = (SimDuration::ZERO, SimDuration::ZERO);
        let Some(ttl) = file.ttl.given() else {
            if wanted && file.ttl.is_absent() {
                self.report(
                    Diagnostic::new(
                        Code::TimeToLive,
                        file.ttl_share.span().unwrap_or(span),
                        "keys expire, but it is not said when",
                    )
                    .label("a share without a time")
                    .note("add `ttl: (\"1h\", \"2h\")`, the least and the greatest"),
                );
                return None;
            }
            return share.map(|share| (share, none));
        };
        if file.ttl_share.is_absent() {
            self.report(
                Diagnostic::new(Code::TimeToLive, ttl.span, "a time to live, but of no keys")
                    .label("a time without a share")
                    .note("add `ttl_share: \"100%\"`"),
            );
        }
        let (least, most) = both(&ttl.value)?;
        let bounds = (
            self.within(least, "the least time to live", TTL_MIN, TTL_MAX),
            self.within(most, "the greatest time to live", TTL_MIN, TTL_MAX),
        );
        let bounds = (bounds.0?, bounds.1?);
        if bounds.0 > bounds.1 {
            self.report(
                Diagnostic::new(Code::TimeToLive, ttl.span, "the range of times is reversed")
                    .label(format!("from {} down to {}", bounds.0, bounds.1)),
            );
            return None;
        }
        // A time of which no key has the share would differ between plans that are the same.
        share.map(|share| (share, if wanted { bounds } else { none }))
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
        let span = file.key_space.span().or(file.keys.span()).or(file.memory.span())?;
        let message = format!("a key space of {keys} for {filled} filled keys");
        self.report(
            Diagnostic::new(Code::KeySpace, span, message)
                .label(format!("expected `key_space` of at least {}", filled.max(1))),
        );
        None
    }

    /// No name of one population may be a name of another.
    fn prefixes_apart(&mut self, entries: &[Entry]) {
        let prefixes: Vec<&Sp<String>> =
            entries.iter().filter_map(|entry| entry.prefix.as_ref()).collect();
        for (index, later) in prefixes.iter().enumerate() {
            for earlier in &prefixes[..index] {
                let rest = later
                    .value
                    .strip_prefix(&earlier.value)
                    .or_else(|| earlier.value.strip_prefix(&later.value));
                if rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())) {
                    let (one, other) = (&earlier.value, &later.value);
                    self.report(
                        Diagnostic::new(
                            Code::PrefixOverlap,
                            later.span,
                            format!("keys of `{one}` and `{other}` can have the same name"),
                        )
                        .label("overlaps")
                        .related(earlier.span, "with this prefix"),
                    );
                }
            }
        }
    }

    fn number_of_keys(&mut self, entries: &[Entry]) {
        let mut total = 0;
        for entry in entries {
            let before = total;
            total += entry.population.as_ref().map_or(0, |population| u64::from(population.keys));
            if before <= KEYS_MAX && total > KEYS_MAX {
                let range = format!("at most {KEYS_MAX} in all populations together");
                self.out_of_range(entry.amount, "the number of keys", &total, &range);
            }
        }
    }

    fn fits(&mut self, entries: &[Entry], usable: Option<u64>) {
        let Some(usable) = usable else { return };
        let mut total = 0_u64;
        for entry in entries {
            let before = total;
            total = total.saturating_add(entry.bytes);
            if before <= usable && total > usable {
                let (found, usable) = (Bytes(total), Bytes(usable));
                self.report(
                    Diagnostic::new(
                        Code::FillTooLarge,
                        entry.amount,
                        format!("the keys take {found}, but an instance has {usable}"),
                    )
                    .label("does not fit")
                    .note("usable is `assumptions.usable_share` of the SKU's memory"),
                );
            }
        }
    }
}
