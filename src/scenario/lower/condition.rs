//! Statements about what the control plane shows.

use crate::id::InstanceId;
use crate::plan::request::{
    Condition as PlanCondition, LinkState, ProvisioningState, ResourceState,
};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::{Lowering, Owner, both};
use crate::scenario::schema::leaf::{OneOrMany, Text};
use crate::scenario::schema::request::{Condition, LinkChoice};
use crate::scenario::span::{Field, Sp};

impl Lowering<'_> {
    pub(super) fn condition(
        &mut self,
        given: &Sp<Condition>,
        places: &Places,
    ) -> Option<PlanCondition> {
        let owner = Owner::new("this condition", given.span);
        match &given.value {
            Condition::Resource { on, is } => {
                let on = self.on(on, "on", &owner, places);
                let is = self.required(is, "is", &owner, "Running")?;
                let is = ResourceState::from(&is.value);
                Some(PlanCondition::Resource(on?, is))
            }
            Condition::Provisioning { on, is } => {
                let on = self.on(on, "on", &owner, places);
                let is = self.required(is, "is", &owner, "Succeeded")?;
                let is = ProvisioningState::from(&is.value);
                Some(PlanCondition::Provisioning(on?, is))
            }
            Condition::Links { on, are } => {
                let on = self.on(on, "on", &owner, places);
                let are = self.required(are, "are", &owner, "[(\"redis-us\", Linked)]");
                let are = self.links(&are?.value, places);
                Some(PlanCondition::Links(on?, are?))
            }
            Condition::Locked { leader, to } => {
                let leader = self.on(leader, "leader", &owner, places);
                let to = self.size(to, "to", &owner);
                Some(PlanCondition::Locked(leader?, to?))
            }
            Condition::Unlocked => Some(PlanCondition::Unlocked),
            Condition::Offers {
                on,
                has,
                lacks,
                only,
            } => self.offers(&owner, places, on, [has, lacks, only]),
            Condition::Usable { on, is, of_shard } => {
                let on = self.on(on, "on", &owner, places)?;
                match (is.value(), of_shard.value()) {
                    (Some(is), None) => Some(PlanCondition::Usable(on, is.0)),
                    (None, Some(is)) => Some(PlanCondition::UsableOfShard(on, is.0)),
                    _ => self.one_of(given, "`is` and `of_shard`"),
                }
            }
            Condition::Shards { on, are } => {
                let on = self.on(on, "on", &owner, places);
                let are = self.required(are, "are", &owner, "12")?.value;
                Some(PlanCondition::Shards(on?, are))
            }
            Condition::Syncing { on, from } => {
                let on = self.on(on, "on", &owner, places);
                let from = match from.given() {
                    Some(name) => Some(self.instance(name, places)?),
                    None => None,
                };
                Some(PlanCondition::Syncing(on?, from))
            }
            Condition::Serves(name) => self.serves(name, places, true),
            Condition::Closed(name) => self.serves(name, places, false),
        }
    }

    fn serves(
        &mut self,
        name: &Field<Text>,
        places: &Places,
        serves: bool,
    ) -> Option<PlanCondition> {
        let on = self.instance(name.given()?, places)?;
        Some(PlanCondition::Serves(on, serves))
    }

    fn links(
        &mut self,
        given: &[Field<(Field<Text>, Field<LinkChoice>)>],
        places: &Places,
    ) -> Option<Vec<(InstanceId, LinkState)>> {
        let link = |one: &Field<(Field<Text>, Field<LinkChoice>)>| {
            let (name, state) = both(&one.given()?.value)?;
            Some((self.instance(name, places)?, LinkState::from(&state.value)))
        };
        let all: Vec<Option<(InstanceId, LinkState)>> = given.iter().map(link).collect();
        all.into_iter().collect()
    }

    fn offers(
        &mut self,
        owner: &Owner,
        places: &Places,
        on: &Field<Text>,
        lists: [&Field<OneOrMany<Text>>; 3],
    ) -> Option<PlanCondition> {
        let on = self.on(on, "on", owner, places);
        let [mut has, lacks, only] = lists.map(|list| self.sizes_named(list));
        let nothing_else = lists[2].given().is_some();
        if nothing_else {
            has.as_mut()?.extend(only?);
        }
        Some(PlanCondition::Offers {
            on: on?,
            has: has?,
            lacks: lacks?,
            nothing_else,
        })
    }

    fn sizes_named(
        &mut self,
        list: &Field<OneOrMany<Text>>,
    ) -> Option<Vec<&'static crate::catalogue::Sku>> {
        let given = list.value().map_or(&[][..], |list| &list.0);
        let all: Vec<_> = given
            .iter()
            .map(|name| self.azure_sku(name.given()?))
            .collect();
        all.into_iter().collect()
    }

    fn one_of(&mut self, given: &Sp<Condition>, which: &str) -> Option<PlanCondition> {
        let message = format!("a condition with neither or both of {which}");
        self.report(
            Diagnostic::new(Code::MissingField, self.head(given.span), message)
                .label(format!("expected exactly one of {which}")),
        );
        None
    }
}
