//! The reference of the file format, as text, from the schema itself.

use std::fmt::Write as _;

use crate::scenario::schema::Scenario;
use crate::scenario::span::Field;

/// Something the file can say.
pub(in crate::scenario) trait Described {
    /// What it is, in a word or two.
    fn kind() -> String;
    /// The fields of a record, each with what it means.
    fn fields() -> &'static [(&'static str, &'static str)] {
        &[]
    }
    /// The words a choice may begin with.
    fn words() -> &'static [&'static str] {
        &[]
    }
    /// Adds what there is to say about it and its parts.
    fn register(reference: &mut Reference);
}

/// The text so far, a section for each record and choice.
#[derive(Default)]
pub(in crate::scenario) struct Reference {
    known: Vec<String>,
    sections: Vec<String>,
    open: usize,
}

impl Reference {
    /// Begins a section, unless there is one already.
    pub(crate) fn open(&mut self, name: &str, doc: &str) -> bool {
        if self.known.iter().any(|known| known == name) {
            return false;
        }
        self.known.push(name.to_owned());
        self.sections.push(format!("{name}\n    {}\n", doc.trim()));
        self.open = self.sections.len() - 1;
        true
    }

    /// Adds a word of the open section.
    pub(crate) fn word(&mut self, name: &str, doc: &str) {
        let section = &mut self.sections[self.open];
        let _ = writeln!(section, "  {name}\n      {}", doc.trim());
    }

    /// Adds a field, or the one value of a word, to the open section.
    pub(crate) fn row<T: Described>(&mut self, name: &str, doc: &str) {
        let section = &mut self.sections[self.open];
        let kind = T::kind();
        let name = name.trim_start_matches("r#");
        let _ = match name {
            "" => writeln!(section, "      ({kind})"),
            _ => writeln!(section, "    {name}: {kind}\n      {}", doc.trim()),
        };
    }
}

/// The name of a type without what only tells it from the model's type.
pub(in crate::scenario) fn plain_name(name: &str) -> &str {
    let short = name
        .strip_suffix("Choice")
        .or_else(|| name.strip_suffix("Fields"));
    short.unwrap_or(name)
}

impl<T: Described> Described for Vec<Field<T>> {
    fn kind() -> String {
        format!("[{}, …]", T::kind())
    }
    fn register(reference: &mut Reference) {
        T::register(reference);
    }
}

impl<A: Described, B: Described> Described for (Field<A>, Field<B>) {
    fn kind() -> String {
        format!("({}, {})", A::kind(), B::kind())
    }
    fn register(reference: &mut Reference) {
        A::register(reference);
        B::register(reference);
    }
}

macro_rules! plain {
    ($($type:ty: $kind:literal),*) => {
        $(impl Described for $type {
            fn kind() -> String {
                $kind.to_owned()
            }
            fn register(_reference: &mut Reference) {}
        })*
    };
}

plain!(u16: "number", u32: "number", u64: "number", bool: "true or false");

/// Every field and word a scenario file may have, with its kind, meaning and default.
pub fn reference() -> String {
    let mut reference = Reference::default();
    Scenario::register(&mut reference);
    reference.sections.join("\n")
}
