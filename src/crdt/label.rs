//! The name of an element, as its collection keeps it.

use std::fmt;
use std::ops::Deref;

use crate::crdt::digest;
use crate::crdt::value::Name;

/// So many bytes fit in place.
const SHORT_MAX: usize = 14;

/// A name in 16 bytes: short ones, which most are, take no allocation.
#[derive(Clone)]
pub(crate) struct Label(Form);

#[derive(Clone)]
enum Form {
    /// No name: nothing stands here.
    Free,
    Short {
        len: u8,
        bytes: [u8; SHORT_MAX],
    },
    Long(Box<Name>),
}

const _: () = assert!(size_of::<Label>() == 16, "two words");

impl Label {
    /// What stands where nothing does.
    pub(crate) const FREE: Self = Self(Form::Free);

    /// Whether nothing stands here.
    #[inline]
    pub(crate) fn is_free(&self) -> bool {
        matches!(self.0, Form::Free)
    }
}

impl From<&Name> for Label {
    fn from(name: &Name) -> Self {
        match u8::try_from(name.len()) {
            Ok(len) if name.len() <= SHORT_MAX => {
                let bytes = start_of(name);
                Self(Form::Short { len, bytes })
            }
            _ => Self(Form::Long(Box::new(name.clone()))),
        }
    }
}

/// The first bytes of a name, and zeros behind them.
#[inline]
fn start_of(name: &[u8]) -> [u8; SHORT_MAX] {
    let name = &name[..name.len().min(SHORT_MAX)];
    let (low, high) = match name.split_first_chunk() {
        Some((low, rest)) => (u64::from_le_bytes(*low), digest::word(rest)),
        None => (digest::word(name), 0),
    };
    let both = u128::from(low) | u128::from(high) << u64::BITS;
    *both.to_le_bytes().first_chunk().expect("it is shorter")
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
        let start = start_of(name);
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
            Form::Free => false,
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
            Form::Free => &[],
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
        for len in (0..=SHORT_MAX + 1).chain([300]) {
            let name: Name = (0..=255).cycle().take(len).collect::<Vec<u8>>().into();
            let label = Label::from(&name);
            assert_eq!(*label, *name);
            assert_eq!(*label.clone(), *name);
            assert!(Probe::new(&name).is(&label));
            assert!(!Probe::new(b"another name").is(&label));
        }
    }
}
