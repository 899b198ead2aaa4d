//! The name of an element, as its collection keeps it.

use std::fmt;
use std::ops::Deref;

use crate::crdt::value::Name;

/// So many bytes fit in place.
const SHORT_MAX: usize = 14;

/// A name in 16 bytes: short ones, which most are, take no allocation.
#[derive(Clone)]
pub(crate) struct Label(Form);

#[derive(Clone)]
enum Form {
    Short { len: u8, bytes: [u8; SHORT_MAX] },
    Long(Box<Name>),
}

const _: () = assert!(size_of::<Label>() == 16, "two words");

impl From<&Name> for Label {
    fn from(name: &Name) -> Self {
        let mut bytes = [0; SHORT_MAX];
        match (bytes.get_mut(..name.len()), u8::try_from(name.len())) {
            (Some(start), Ok(len)) => {
                start.copy_from_slice(name);
                Self(Form::Short { len, bytes })
            }
            _ => Self(Form::Long(Box::new(name.clone()))),
        }
    }
}

/// The first bytes of a name, and how many it has: most names, and their labels, differ in these.
#[derive(Clone, Copy)]
pub(crate) struct Probe<'a> {
    name: &'a [u8],
    start: [u8; SHORT_MAX],
}

impl<'a> Probe<'a> {
    /// What a label is compared with.
    #[inline]
    pub(crate) fn new(name: &'a [u8]) -> Self {
        let mut start = [0; SHORT_MAX];
        let len = name.len().min(SHORT_MAX);
        start[..len].copy_from_slice(&name[..len]);
        Self { name, start }
    }

    /// Whether it is this label's name.
    #[inline]
    pub(crate) fn is(&self, label: &Label) -> bool {
        match &label.0 {
            Form::Short { len, bytes } => {
                usize::from(*len) == self.name.len() && *bytes == self.start
            }
            Form::Long(name) => ***name == *self.name,
        }
    }
}

impl Deref for Label {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.0 {
            Form::Short { len, bytes } => &bytes[..usize::from(*len)],
            Form::Long(name) => name,
        }
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Label, Name, Probe, SHORT_MAX};

    #[test]
    fn a_label_is_its_name() {
        for len in [0, 1, SHORT_MAX, SHORT_MAX + 1, 300] {
            let name: Name = (0..=255).cycle().take(len).collect::<Vec<u8>>().into();
            let label = Label::from(&name);
            assert_eq!(*label, *name);
            assert_eq!(*label.clone(), *name);
            assert!(Probe::new(&name).is(&label));
            assert!(!Probe::new(b"another name").is(&label));
        }
    }
}
