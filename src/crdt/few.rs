//! A list that mostly holds one item, and then takes no allocation.

/// Zero, one, or many items.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Few<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> Few<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Self::One(item) => std::slice::from_ref(item),
            Self::Many(items) => items,
        }
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        match self {
            Self::One(item) => std::slice::from_mut(item),
            Self::Many(items) => items,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    pub(crate) fn push(&mut self, item: T) {
        match self {
            Self::Many(items) if items.is_empty() => *self = Self::One(item),
            Self::Many(items) => items.push(item),
            Self::One(_) => {
                let Self::One(first) = std::mem::take(self) else {
                    unreachable!("it is one");
                };
                *self = Self::Many(vec![first, item]);
            }
        }
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        *self = match std::mem::take(self) {
            Self::One(item) if keep(&item) => Self::One(item),
            Self::One(_) => Self::default(),
            Self::Many(mut items) => {
                items.retain(keep);
                match items.len() {
                    1 => Self::One(items.swap_remove(0)),
                    _ => Self::Many(items),
                }
            }
        };
    }
}

impl<T> Few<T> {
    /// Adds all of another's items.
    pub(crate) fn append(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        match other {
            Self::One(item) => self.push(item),
            Self::Many(items) => self.extend(items),
        }
    }
}

impl<T> Extend<T> for Few<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut few = Self::default();
        few.extend(items);
        few
    }
}
