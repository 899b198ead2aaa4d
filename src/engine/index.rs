//! Where things are by their hash: it can be looked up, never walked, so its order reaches nothing.

use hashbrown::HashTable;

/// From hashes to places, for things that are kept elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Index(HashTable<u32>);

impl Index {
    /// Of things by hash and place, with room for `room` of them at least.
    ///
    /// # Panics
    /// When there are more than `room`, or a place is not below 2^32.
    pub fn of(room: usize, places: impl Iterator<Item = (u64, usize)>) -> Self {
        let mut index = Self(HashTable::with_capacity(room));
        for (hash, place) in places {
            index.insert(hash, place);
        }
        index
    }

    /// The bytes allocated for it.
    pub fn bytes(&self) -> usize {
        self.0.allocation_size()
    }

    /// Whether another place fits in.
    pub fn has_room(&self) -> bool {
        self.0.len() < self.0.capacity()
    }

    /// The place of what hashes to `hash` and `is_it` says is the one.
    #[inline]
    pub fn find(&self, hash: u64, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let found = self.0.find(hash, |place| is_it(*place as usize));
        found.map(|place| *place as usize)
    }

    /// Adds a place.
    ///
    /// # Panics
    /// When there is no room, or the place is not below 2^32.
    pub fn insert(&mut self, hash: u64, place: usize) {
        let place = narrow(place);
        self.0
            .insert_unique(hash, place, |_| unreachable!("there is room"));
    }

    /// Takes a place out.
    ///
    /// # Panics
    /// When it is not in.
    pub fn remove(&mut self, hash: u64, place: usize) {
        let place = narrow(place);
        let entry = self.0.find_entry(hash, |other| *other == place);
        entry.expect("the place is in").remove();
    }

    /// What was at `from` is now at `to`.
    ///
    /// # Panics
    /// When `from` is not in.
    pub fn relocate(&mut self, hash: u64, from: usize, to: usize) {
        let from = narrow(from);
        let place = self.0.find_mut(hash, |other| *other == from);
        *place.expect("the place is in") = narrow(to);
    }
}

fn narrow(place: usize) -> u32 {
    u32::try_from(place).expect("there are fewer than 2^32")
}
