//! Names that refer to something: found, or reported with what may have been meant.

use crate::catalogue::{self, Region, Sku};
use crate::id::{InstanceId, RegionId};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::Lowering;
use crate::scenario::lower::place::Places;
use crate::scenario::schema::leaf::{OneOrMany, Text};
use crate::scenario::span::{Field, Sp, Span};
use crate::scenario::suggest::{closest, listed};

/// Up to how many names are listed in a message.
const LISTED_MAX: usize = 8;

impl Lowering<'_> {
    /// Reports a name that nothing has.
    pub(super) fn unknown(&mut self, code: Code, what: &str, name: &Sp<Text>, known: &[&str]) {
        let found = &name.value.0;
        let mut diagnostic = Diagnostic::new(code, name.span, format!("unknown {what} `{found}`"))
            .label(format!("no {what} has this name"));
        if known.len() <= LISTED_MAX {
            diagnostic = diagnostic.note(format!("known here: {}", listed(known)));
        }
        if let Some(near) = closest(found, known.iter().copied()) {
            let title = format!("there is {what} `{near}`");
            diagnostic = diagnostic.fix(title, name.span, quoted(near));
        }
        self.report(diagnostic);
    }

    /// A region of Azure.
    pub(super) fn azure_region(&mut self, name: &Sp<Text>) -> Option<&'static Region> {
        let found = catalogue::region(&name.value.0);
        if found.is_none() {
            let known: Vec<&str> = catalogue::regions().iter().map(|region| region.name).collect();
            self.unknown(Code::UnknownRegion, "region", name, &known);
        }
        found
    }

    /// A size of Azure Managed Redis.
    pub(super) fn azure_sku(&mut self, name: &Sp<Text>) -> Option<&'static Sku> {
        let found = catalogue::sku(&name.value.0);
        if found.is_none() {
            let known: Vec<&str> = catalogue::skus().iter().map(|sku| sku.name).collect();
            self.unknown(Code::UnknownSku, "SKU", name, &known);
        }
        found
    }

    /// A region in which an instance is.
    pub(super) fn region(&mut self, name: &Sp<Text>, places: &Places) -> Option<RegionId> {
        let region = self.azure_region(name)?;
        let found = places.region(region);
        if found.is_none() && places.complete {
            let known: Vec<&str> = places.regions.iter().map(|region| region.name).collect();
            let message = format!("no instance is in `{}`", region.name);
            let mut diagnostic = Diagnostic::new(Code::IdleRegion, name.span, message)
                .label("nothing of this scenario is there")
                .note(format!("regions with an instance: {}", listed(&known)));
            if let Some(near) = closest(region.name, known) {
                let title = "a region with a similar name has one";
                diagnostic = diagnostic.fix(title, name.span, quoted(near));
            }
            self.report(diagnostic);
        }
        found
    }

    /// An instance of the scenario.
    pub(super) fn instance(&mut self, name: &Sp<Text>, places: &Places) -> Option<InstanceId> {
        let found = places.instance(&name.value.0);
        if found.is_none() && places.complete {
            let known: Vec<&str> = places.names().collect();
            self.unknown(Code::UnknownInstance, "instance", name, &known);
        }
        found
    }

    /// Several instances, each once; all of them when the field is left out.
    pub(super) fn instances(
        &mut self,
        field: &Field<OneOrMany<Text>>,
        places: &Places,
    ) -> Vec<InstanceId> {
        let Some(given) = field.given() else {
            return if field.is_absent() { places.ids().collect() } else { Vec::new() };
        };
        let names = &given.value.0;
        if names.is_empty() {
            self.empty(given.span, "instances", "leave the field out for every instance");
        }
        let mut found: Vec<InstanceId> = Vec::new();
        for name in names.iter().filter_map(Field::given) {
            match self.instance(name, places) {
                Some(id) if found.contains(&id) => self.report(
                    Diagnostic::new(
                        Code::DuplicateName,
                        name.span,
                        format!("`{}` is listed twice", name.value.0),
                    )
                    .label("listed again here"),
                ),
                Some(id) => found.push(id),
                None => {}
            }
        }
        found
    }

    /// Reports a list without entries.
    pub(super) fn empty(&mut self, span: Span, what: &str, note: &str) {
        self.report(
            Diagnostic::new(Code::MissingField, span, format!("this list of {what} is empty"))
                .label("expected at least one entry")
                .note(note),
        );
    }
}

/// A text as RON writes it.
pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}")
}
