//! Instances and the regions they are in.

use crate::assumption::{Edition, Eviction};
use crate::catalogue::{self, Region, Sku, Tier};
use crate::id::{Id, IdVec, InstanceId, RegionId};
use crate::plan::request::{Clustering, INSTANCE_NAME_MAX, Refusal, is_name};
use crate::plan::{AtStart, InstancePlan, Options, Principal, RegionPlan};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::request::{modules, persistence};
use crate::scenario::lower::{Lowering, Owner, entries};
use crate::scenario::schema::Scenario;
use crate::scenario::schema::leaf::Quantity;
use crate::scenario::schema::moment::ClockOffset;
use crate::scenario::schema::place::{Instance, RegionExtra};
use crate::scenario::span::{Field, Sp, Span};
use crate::scenario::suggest::listed;

/// The most members of a group. Source: Azure docs, active geo-replication, limits.
const MEMBERS_MAX: usize = 5;
/// Source: Redis docs, active-active/manage.md: Active-Active databases evict nothing unless told.
const DEFAULT_EVICTION: Eviction = Eviction::NoEviction;
/// The most shards of any SKU; Redis has 16 384 slots to share among them.
const SHARDS_MAX: u16 = 1_024;
/// How far a clock may be off: ten days.
const OFFSET_MAX_MS: i64 = 864_000_000;

/// Who is where, as far as the file could be understood.
pub(super) struct Places {
    /// The regions with an instance, in the order of the first.
    pub regions: Vec<&'static Region>,
    named_at: Vec<Span>,
    /// The instances; an entry for each of the file, so that positions are ids.
    members: Vec<Member>,
    offsets_ms: Vec<i64>,
    /// Who sends requests.
    pub principals: Vec<Principal>,
    /// Whether all instances have a name: if not, one that is not found proves nothing.
    pub names_complete: bool,
    /// Whether all instances are somewhere, likewise.
    pub regions_complete: bool,
}

struct Member {
    name: Option<Sp<String>>,
    region: Option<RegionId>,
    sku: Option<&'static Sku>,
    shards: Option<u16>,
    eviction: Eviction,
    at_start: AtStart,
    options: Options,
}

impl Places {
    /// The id of a region, if an instance is in it.
    pub(super) fn region(&self, region: &Region) -> Option<RegionId> {
        self.regions
            .iter()
            .position(|known| known.name == region.name)
            .map(RegionId::at)
    }

    fn add_region(&mut self, region: &'static Region, span: Span) -> RegionId {
        self.region(region).unwrap_or_else(|| {
            self.regions.push(region);
            self.named_at.push(span);
            RegionId::at(self.regions.len() - 1)
        })
    }

    /// The id of the instance called `name`.
    pub(super) fn instance(&self, name: &str) -> Option<InstanceId> {
        let called = |member: &Member| member.name.as_ref().is_some_and(|own| own.value == name);
        self.members.iter().position(called).map(InstanceId::at)
    }

    /// The names of the instances.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members
            .iter()
            .filter_map(|member| member.name.as_ref())
            .map(|name| &*name.value)
    }

    /// The name of one instance.
    pub(super) fn name(&self, id: InstanceId) -> &str {
        let name = self
            .members
            .get(id.index())
            .and_then(|member| member.name.as_ref());
        name.map_or("", |name| &name.value)
    }

    /// How many shards an instance is declared with.
    pub(super) fn shards(&self, id: InstanceId) -> Option<u16> {
        self.members.get(id.index())?.shards
    }

    /// The name of a region.
    pub(super) fn region_name(&self, id: RegionId) -> &'static str {
        self.regions
            .get(id.index())
            .map_or("", |region| region.name)
    }

    /// The region of an instance, where the file tells it.
    pub(super) fn region_of(&self, id: InstanceId) -> Option<RegionId> {
        self.members.get(id.index())?.region
    }

    /// A direction in words.
    pub(super) fn way(&self, (from, to): (RegionId, RegionId)) -> String {
        format!("`{}` to `{}`", self.region_name(from), self.region_name(to))
    }

    /// All ids.
    pub(super) fn ids(&self) -> impl Iterator<Item = InstanceId> + use<> {
        (0..self.members.len().min(usize::from(u16::MAX))).map(InstanceId::at)
    }

    /// Where the file first puts an instance into `region`.
    pub(super) fn named_at(&self, region: &Region) -> Option<Span> {
        let known = self
            .regions
            .iter()
            .position(|known| known.name == region.name)?;
        self.named_at.get(known).copied()
    }

    /// Whether some instance lets keys go.
    pub(super) fn evicts(&self) -> bool {
        let mut members = self.members.iter();
        members.any(|member| member.eviction != Eviction::NoEviction)
    }

    /// The sizes of the instances that have one.
    pub(super) fn skus(&self) -> impl Iterator<Item = &'static Sku> {
        self.members.iter().filter_map(|member| member.sku)
    }

    /// Regions and instances for the plan; `None` when something is missing.
    pub(super) fn finished(
        self,
    ) -> Option<(IdVec<RegionId, RegionPlan>, IdVec<InstanceId, InstancePlan>)> {
        let regions = self.regions.iter().zip(&self.offsets_ms);
        let regions = regions.map(|(region, offset)| RegionPlan {
            name: region.name.to_owned(),
            clock_offset_ms: *offset,
        });
        let instances: Option<IdVec<InstanceId, InstancePlan>> = self
            .members
            .into_iter()
            .map(|member| {
                Some(InstancePlan {
                    name: member.name?.value,
                    region: member.region?,
                    sku: member.sku?,
                    shards: member.shards?,
                    eviction: member.eviction,
                    at_start: member.at_start,
                    options: member.options,
                })
            })
            .collect();
        Some((regions.collect(), instances?))
    }
}

impl Lowering<'_> {
    pub(super) fn places(&mut self, scenario: &Sp<Scenario>) -> Places {
        let owner = Owner::new("the scenario", scenario.span);
        let file = &scenario.value;
        let example = "[(name: \"redis-us\", region: \"East US\", sku: \"Balanced_B3\")]";
        let given = self.required(&file.instances, "instances", &owner, example);
        let mut places = Places {
            regions: Vec::new(),
            named_at: Vec::new(),
            members: Vec::new(),
            offsets_ms: Vec::new(),
            principals: self.principals(&file.principals),
            names_complete: given.is_some(),
            regions_complete: given.is_some(),
        };
        for field in entries(&file.instances) {
            let member = field.given().map(|given| self.member(given, &mut places));
            places.names_complete &= member.as_ref().is_some_and(|member| member.name.is_some());
            places.regions_complete &= member
                .as_ref()
                .is_some_and(|member| member.region.is_some());
            places.members.extend(member);
        }
        if let Some(given) = given {
            let count = given.value.len();
            if count == 0 || count > MEMBERS_MAX {
                let message = format!("a group of {count} instances");
                let label = format!("expected 1 to {MEMBERS_MAX} instances");
                let span = self.head(given.span);
                self.report(Diagnostic::new(Code::GroupSize, span, message).label(label));
            }
        }
        let names: Vec<Sp<String>> = places
            .members
            .iter()
            .filter_map(|member| member.name.clone())
            .collect();
        self.unique("instances", &names);
        self.alike(entries(&file.instances));
        self.region_extras(&file.regions, &mut places);
        places
    }

    fn member(&mut self, given: &Sp<Instance>, places: &mut Places) -> Member {
        let file = &given.value;
        let owner = Owner::named("instance", &file.name, given.span);
        let name = self.name(&file.name, "name", &owner);
        let name = name.filter(|name| self.is_azure_name(name, "instance", INSTANCE_NAME_MAX));
        let region = self
            .required(&file.region, "region", &owner, "\"East US\"")
            .and_then(|name| Some((self.azure_region(name)?, name.span)))
            .map(|(region, span)| places.add_region(region, span));
        let at_start = file.at_start.value().map_or(AtStart::Member, AtStart::from);
        let sku = self
            .required(&file.sku, "sku", &owner, "\"Balanced_B3\"")
            .and_then(|name| Some((name, self.azure_sku(name)?)));
        if let Some((name, sku)) = sku
            && !sku.geo_replicated
            && at_start == AtStart::Member
        {
            let offered = catalogue::skus().iter().filter(|sku| sku.geo_replicated);
            let offered: Vec<&str> = offered.map(|sku| sku.name).collect();
            let message = format!("`{}` does not support active geo-replication", sku.name);
            let mut diagnostic =
                Diagnostic::new(Code::SkuGeo, name.span, message).label("refused as E-SKU-GEO");
            if !self
                .mistakes
                .iter()
                .any(|earlier| earlier.code == Code::SkuGeo)
            {
                diagnostic = diagnostic.note(format!("these do: {}", listed(&offered)));
            }
            self.report(diagnostic);
        }
        let sku = sku.map(|(_, sku)| sku);
        let options = options(file);
        let shards = match file.shards.given() {
            Some(given) => self.between(given, "`shards`", 1, SHARDS_MAX),
            None => sku.map(|sku| options.with(sku, DEFAULT_EVICTION).shards()),
        };
        let eviction = self.eviction(file, sku.filter(|_| at_start == AtStart::Member));
        Member {
            name,
            region,
            sku,
            shards,
            eviction,
            at_start,
            options: Options {
                maintenance: self.windows(&file.maintenance),
                ..options
            },
        }
    }

    /// An instance or a group has a name that Azure takes.
    pub(super) fn is_azure_name(&mut self, name: &Sp<String>, of: &str, longest: usize) -> bool {
        let refused = is_name(&name.value, longest).err();
        if let Some(refused) = &refused {
            let message = format!("no {of} can be called `{}`", name.value);
            self.report(
                Diagnostic::new(Code::BadName, name.span, message)
                    .label(format!("refused as {refused}")),
            );
        }
        refused.is_none()
    }

    /// What goes when memory runs short; on flash nothing may.
    fn eviction(&mut self, file: &Instance, sku: Option<&Sku>) -> Eviction {
        let Some(given) = file.eviction.given() else {
            return DEFAULT_EVICTION;
        };
        let eviction = Eviction::from(&given.value);
        let is_flash = sku.is_some_and(|sku| sku.tier == Tier::FlashOptimized);
        if is_flash && eviction != Eviction::NoEviction {
            let message = format!("`{eviction:?}` on a Flash Optimized member");
            self.report(
                Diagnostic::new(Code::FlashEvict, given.span, message)
                    .label("refused as E-FLASH-EVICT: expected `NoEviction`"),
            );
        }
        eviction
    }

    /// A member meets what the product asks of members.
    pub(super) fn linkable(&mut self, places: &Places, edition: Edition) {
        // Their own messages tell of sizes and of flash.
        let is_told = [Refusal::SkuGeo, Refusal::FlashEvict];
        let members = places.members.iter();
        for member in members.filter(|member| member.at_start == AtStart::Member) {
            let (Some(name), Some(sku)) = (&member.name, member.sku) else {
                continue;
            };
            let configuration = member.options.with(sku, member.eviction);
            let possible = configuration.is_possible();
            let Err(refused) = possible.and_then(|()| configuration.is_linkable(edition)) else {
                continue;
            };
            if !is_told.contains(&refused.refusal) {
                let message = format!("`{}` cannot be a member: {}", name.value, refused.refusal);
                self.report(
                    Diagnostic::new(Code::NoMember, name.span, message)
                        .label(format!("refused as {refused}")),
                );
            }
        }
    }

    /// All members of a group are configured alike.
    fn alike(&mut self, instances: &[Field<Instance>]) {
        let is_member = |one: &&Sp<Instance>| {
            let at_start = one.value.at_start.value().map(AtStart::from);
            at_start.is_none_or(|at_start| at_start == AtStart::Member)
        };
        let given = instances.iter().filter_map(Field::given);
        let given: Vec<&Sp<Instance>> = given.filter(is_member).collect();
        let mut first_sku: Option<(&Sku, _)> = None;
        let mut first_shards = None;
        self.evict_alike(&given);
        for instance in given {
            let named = instance.value.sku.given();
            let sku = named.and_then(|name| Some((catalogue::sku(&name.value.0)?, name.span)));
            if let Some((sku, span)) = sku.filter(|(sku, _)| sku.geo_replicated) {
                let (first, place) = *first_sku.get_or_insert((sku, span));
                if first.name != sku.name {
                    let what = format!("`{}` and `{}` in one group", first.name, sku.name);
                    self.mismatch(&what, span, place);
                }
            }
            if let Some(shards) = instance.value.shards.given() {
                let first: &Sp<u16> = first_shards.get_or_insert(shards);
                if first.value != shards.value {
                    let what = format!("{} and {} shards in one group", first.value, shards.value);
                    let place = first.span;
                    self.mismatch(&what, shards.span, place);
                }
            }
        }
    }

    /// The policy is the same on all, whoever states it: one left out is a policy too.
    fn evict_alike(&mut self, instances: &[&Sp<Instance>]) {
        let policy = |instance: &Instance| {
            let given = instance.eviction.value();
            given.map_or(DEFAULT_EVICTION, Eviction::from)
        };
        let Some((first, others)) = instances.split_first() else {
            return;
        };
        let place = |instance: &Sp<Instance>| {
            let given = instance.value.eviction.span();
            given.unwrap_or_else(|| self.head(instance.span))
        };
        let expected = policy(&first.value);
        let differing = others.iter().map(|other| (policy(&other.value), *other));
        let differing: Vec<(Eviction, Span)> = differing
            .filter(|(found, _)| *found != expected)
            .map(|(found, other)| (found, place(other)))
            .collect();
        let first = place(first);
        for (found, span) in differing {
            let what = format!("`{expected:?}` and `{found:?}` in one group");
            self.mismatch(&what, span, first);
        }
    }

    fn mismatch(&mut self, what: &str, span: Span, first: Span) {
        self.report(
            Diagnostic::new(Code::Mismatch, span, what)
                .label("differs: refused as E-MISMATCH")
                .related(first, "the first member has this"),
        );
    }

    fn region_extras(&mut self, field: &Field<Vec<Field<RegionExtra>>>, places: &mut Places) {
        places.offsets_ms = vec![0; places.regions.len()];
        let mut names = Vec::new();
        for given in entries(field).iter().filter_map(Field::given) {
            let owner = Owner::named("region", &given.value.name, given.span);
            let name = self.required(&given.value.name, "name", &owner, "\"East US\"");
            let Some(name) = name else { continue };
            let Some(id) = self.region(name, places) else {
                continue;
            };
            let canonical = places.regions[id.index()].name.to_owned();
            names.push(Sp {
                value: canonical,
                span: name.span,
            });
            let offset = given.value.clock_offset.given();
            if let Some(ms) = offset.and_then(|offset| self.clock_offset(offset)) {
                places.offsets_ms[id.index()] = ms;
            }
        }
        self.unique("regions", &names);
    }
}

impl Lowering<'_> {
    /// How far a clock is off, in milliseconds.
    pub(super) fn clock_offset(&mut self, given: &Sp<Quantity<ClockOffset>>) -> Option<i64> {
        let ms = given.value.0.ms;
        if ms.abs() <= OFFSET_MAX_MS {
            return Some(ms);
        }
        let range = "at most ten days either way";
        self.out_of_range(given.span, "the clock offset", &format!("{ms} ms"), range);
        None
    }
}

/// What is configured beside the size and the eviction policy.
fn options(file: &Instance) -> Options {
    let default = Options::default();
    Options {
        high_availability: file
            .high_availability
            .value()
            .copied()
            .unwrap_or(default.high_availability),
        clustering: file
            .clustering
            .value()
            .map_or(default.clustering, Clustering::from),
        modules: file.modules.value().map_or(default.modules, modules),
        persistence: file
            .persistence
            .value()
            .map_or(default.persistence, persistence),
        tls: file.tls.value().copied().unwrap_or(default.tls),
        maintenance: default.maintenance,
    }
}
