//! What the product would refuse of the instances, and where they do not go together.

use crate::assumption::Edition;
use crate::catalogue::{NoRtt, Region, Tier, rtt};
use crate::control::{Configuration, Refusal};
use crate::import::group::{Cast, Player, Role};
use crate::import::instance::Instance;
use crate::import::judge::EVICTION_HERE;
use crate::import::note::Note;

/// Says what the product would refuse, by the rules of the control plane.
pub(super) fn refused(instance: &mut Instance, role: Role) {
    let Some(sku) = instance.sku.filter(|_| !instance.is_strange) else {
        return;
    };
    let azure = Configuration::of(sku);
    let configuration = Configuration {
        high_availability: instance
            .high_availability
            .unwrap_or(azure.high_availability),
        clustering: instance.clustering.unwrap_or(azure.clustering),
        eviction: instance.eviction.unwrap_or(EVICTION_HERE),
        modules: instance.modules.clone().unwrap_or_default(),
        persistence: instance.persistence,
        tls: instance.tls.unwrap_or(azure.tls),
        sku,
    };
    // Who is not said to be elsewhere is a member.
    let is_member = [Role::Member, Role::Unsaid].contains(&role);
    let possible = configuration.is_possible();
    let linkable = if is_member {
        configuration.is_linkable(Edition::Seed)
    } else {
        Ok(())
    };
    for refused in [possible, linkable].into_iter().filter_map(Result::err) {
        let text = format!("{}. Refused as {refused}.", refused.refusal);
        instance.note(if is_member {
            Note::block(text)
        } else {
            Note::aside(text)
        });
    }
    if is_member && sku.tier == Tier::FlashOptimized {
        let text = format!(
            "In a later edition of the product page, {}: {}.",
            Refusal::FlashGeo.id(),
            Refusal::FlashGeo
        );
        instance.note(Note::aside(text));
    }
}

/// Says what is wrong with the links of a member, as it and the others list them.
pub(super) fn links(instance: &mut Instance, player: &Player, cast: &Cast) {
    let own = &cast.all[player.cache];
    for other in &cast.all {
        for link in other.links.iter().filter(|link| link.to == player.cache) {
            let by = &other.own.name;
            let at = &link.at;
            let state = link.state.as_ref();
            if let Some(state) = state.filter(|told| !told.value.eq_ignore_ascii_case("Linked")) {
                let state = &state.value;
                instance.note(Note::aside(format!(
                    "{at}: `{by}` sees its link as `{state}`; a scenario starts with it linked."
                )));
            }
            let is_request = other.database.as_ref().is_some_and(|one| one.is_request);
            let (written, name) = (&link.written.name, &own.own.name);
            if is_request && written != name {
                let refusal = Refusal::IdCase;
                instance.note(Note::aside(format!(
                    "{at}: `{by}` lists it as `{written}`: refused as {}: {refusal}.",
                    refusal.id()
                )));
            }
        }
    }
    if own.database.is_none() || player.role != Role::Member {
        return;
    }
    let lists = |cache: usize| own.links.iter().any(|link| link.to == cache);
    let is_request = own
        .database
        .as_ref()
        .is_some_and(|database| database.is_request);
    let members = cast
        .players
        .iter()
        .filter(|other| other.role == Role::Member);
    let expected = members.filter(|other| other.cache == player.cache || !is_request);
    let missing = expected.filter(|other| !lists(other.cache));
    let shown = |other: &Player| match other.cache == player.cache {
        true => "itself".to_owned(),
        false => format!("`{}`", cast.all[other.cache].own.name),
    };
    let missing: Vec<String> = missing.map(shown).collect();
    if !missing.is_empty() {
        let refusal = Refusal::Split;
        instance.note(Note::aside(format!(
            "It does not list {} as linked; a scenario starts with all linked. See {}: {refusal}.",
            missing.join(", "),
            refusal.id()
        )));
    }
}

/// Says where members are not configured alike.
pub(super) fn mismatches(instances: &mut [Instance], cast: &Cast) {
    let is_member = |player: &Player| [Role::Member, Role::Unsaid].contains(&player.role);
    let members: Vec<usize> = (0..instances.len())
        .filter(|index| is_member(&cast.players[*index]))
        .collect();
    let Some((first, others)) = members.split_first() else {
        return;
    };
    let first = instances[*first].clone();
    let differs = |what: &str, one: String, other: String, is_checked: bool| {
        let name = &first.name;
        let id = Refusal::Mismatch.id();
        let text = format!("its {what} is {other}, and {one} that of `{name}`: refused as {id}.");
        if is_checked {
            Note::block(text)
        } else {
            Note::aside(text)
        }
    };
    for index in others {
        let other = &mut instances[*index];
        let mut notes = Vec::new();
        if let (Some(one), Some(two)) = (first.sku, other.sku)
            && one.name != two.name
        {
            notes.push(differs(
                "size",
                one.name.to_owned(),
                two.name.to_owned(),
                true,
            ));
        }
        let eviction = |instance: &Instance| instance.eviction.unwrap_or(EVICTION_HERE);
        let (one, two) = (eviction(&first), eviction(other));
        if one != two && !first.is_strange && !other.is_strange {
            let what = "eviction policy";
            notes.push(differs(what, format!("{one:?}"), format!("{two:?}"), true));
        }
        if let (Some(one), Some(two)) = (first.clustering, other.clustering)
            && one != two
        {
            let what = "clustering policy";
            notes.push(differs(what, format!("{one:?}"), format!("{two:?}"), false));
        }
        if let (Some(one), Some(two)) = (&first.modules, &other.modules)
            && one != two
        {
            notes.push(differs(
                "list of modules",
                format!("{one:?}"),
                format!("{two:?}"),
                false,
            ));
        }
        if let (Some(one), Some(two)) = (first.tls, other.tls)
            && one != two
        {
            notes.push(differs(
                "use of TLS",
                one.to_string(),
                two.to_string(),
                false,
            ));
        }
        for note in notes {
            other.note(note);
        }
    }
}

/// The pairs of regions without a published delay.
pub(super) fn unpublished(instances: &[Instance]) -> Vec<Note> {
    let mut regions: Vec<&Region> = Vec::new();
    for region in instances.iter().filter_map(|instance| instance.region) {
        if !regions.contains(&region) {
            regions.push(region);
        }
    }
    let pairs = regions.iter().enumerate();
    let pairs =
        pairs.flat_map(|(index, from)| regions[index + 1..].iter().map(move |to| (*from, *to)));
    let missing: Vec<NoRtt> = pairs.filter_map(|(from, to)| rtt(from, to).err()).collect();
    missing
        .iter()
        .map(|one| Note::block(one.to_string()))
        .collect()
}
