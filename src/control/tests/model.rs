//! The lock and the membership once more, on another plan: nobody leads here. What is allowed is
//! read off the sizes alone, largest first, as sizes in a group never fall.

use super::explore::Step;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Doing {
    Rest,
    Scale(u8),
    Join,
    Leave,
}

/// Members as (id, size, doing).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Model {
    pub(super) members: Vec<(u16, u8, Doing)>,
    /// Not members, but there; with whether their link failed.
    pub(super) outside: Vec<(u16, bool)>,
    pub(super) next: u16,
    /// The size memory is capped at while the group is locked.
    pub(super) cap: u8,
}

impl Model {
    fn coming(one: &(u16, u8, Doing)) -> u8 {
        if let Doing::Scale(to) = one.2 {
            return to;
        }
        one.1
    }

    pub(super) fn locked(&self) -> bool {
        let first = self.members.first().map(|one| one.1);
        let differs = |one| Self::coming(one) != one.1 || Some(one.1) != first;
        self.members.iter().any(differs)
    }

    fn at(&self, id: u16) -> Option<usize> {
        self.members.iter().position(|one| one.0 == id)
    }

    fn is_busy(&self, id: u16) -> bool {
        self.at(id)
            .is_some_and(|at| self.members[at].2 != Doing::Rest)
    }

    /// The id of the refusal, if it is refused.
    pub(super) fn step(&mut self, step: Step) -> Result<(), &'static str> {
        match step {
            Step::Scale(id, _) | Step::Delete(id) if self.is_busy(id) => return Err("E-BUSY"),
            Step::Scale(id, to) => {
                let at = self.at(id).expect("only members scale here");
                let size = self.members[at].1;
                if to == size {
                    return Err("E-SCALE-SAME");
                }
                if self.locked() {
                    let coming: Vec<u8> = self.members.iter().map(Self::coming).collect();
                    let target = *coming.iter().max().expect("there is one");
                    let there = coming.iter().filter(|one| **one == target).count();
                    if to != target && (size != target || there > 1) {
                        return Err("E-SCALE-LOCK");
                    }
                } else if to > size {
                    self.cap = size;
                }
                if to < size {
                    return Err("E-SCALE-DOWN-GEO");
                }
                self.members[at].2 = Doing::Scale(to);
            }
            Step::Unlink(on, drop) if on == drop => return Err("E-UNLINK-SELF"),
            Step::Unlink(on, drop) => {
                self.at(on).ok_or("E-UNLINK-FORMER")?;
                if self.at(drop).is_none() && !self.outside.contains(&(drop, true)) {
                    return Err("E-UNLINK-ABSENT");
                } else if self.is_busy(on) {
                    return Err("E-BUSY");
                }
                self.members.retain(|one| one.0 != drop);
                self.outside.retain(|one| one.0 != drop);
                self.outside.push((drop, false));
            }
            Step::Delete(id) => {
                let at = self.at(id).expect("only members go here");
                self.members[at].2 = Doing::Leave;
            }
            Step::Join(size) => {
                if self.locked() || self.members.iter().any(|one| one.1 != size) {
                    return Err("E-MISMATCH");
                } else if self.members.iter().any(|one| one.2 != Doing::Rest) {
                    return Err("E-BUSY");
                }
                self.members.push((self.next, size, Doing::Join));
                self.next += 1;
            }
            Step::Finish(id) | Step::Fail(id) => {
                let at = self.at(id).expect("only members do something");
                let done = matches!(step, Step::Finish(_));
                match std::mem::replace(&mut self.members[at].2, Doing::Rest) {
                    Doing::Scale(to) if done => self.members[at].1 = to,
                    Doing::Leave if done => drop(self.members.remove(at)),
                    Doing::Join if !done => {
                        self.members.remove(at);
                        self.outside.push((id, true));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}
