//! The only hash table: it can be looked up, never walked, so its order reaches nothing.

use std::borrow::Borrow;
use std::hash::{BuildHasherDefault, Hash};

use rustc_hash::FxHasher;

#[allow(
    clippy::disallowed_types,
    reason = "this wrapper is why the type is disallowed elsewhere"
)]
type Inner<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<FxHasher>>;

/// A hash table without an iterator.
#[derive(Clone, Debug)]
pub struct Table<K, V>(Inner<K, V>);

impl<K: Eq + Hash, V> Table<K, V> {
    /// No entries.
    pub fn new() -> Self {
        Self(Inner::default())
    }

    /// The value of `key`.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// Sets the value of `key`; returns the one it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert(key, value)
    }

    /// Forgets `key`; returns the value it had.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.remove(key)
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Eq + Hash, V> Default for Table<K, V> {
    fn default() -> Self {
        Self::new()
    }
}
