//! The lock and the membership once more, on another plan: nobody leads here. What is allowed is
//! read off the sizes alone, largest first, as sizes in a group never fall.

/// Something that happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Scale(u16, u8),
    Unlink(u16, u16),
    Delete(u16),
    Join(u8),
    /// What a member is doing ends well.
    Finish(u16),
    /// It ends badly.
    Fail(u16),
}

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
    fn coming(&self) -> Vec<u8> {
        let coming = |&(_, size, doing): &(u16, u8, Doing)| match doing {
            Doing::Scale(to) => to,
            _ => size,
        };
        self.members.iter().map(coming).collect()
    }

    pub(super) fn locked(&self) -> bool {
        let first = self.members.first().map(|one| one.1);
        let moves = |one: &(u16, u8, Doing)| matches!(one.2, Doing::Scale(_));
        let differs = |one: &(u16, u8, Doing)| Some(one.1) != first || moves(one);
        self.members.iter().any(differs)
    }

    fn at(&self, id: u16) -> Option<usize> {
        self.members.iter().position(|one| one.0 == id)
    }

    /// The id of the refusal, if it is refused.
    pub(super) fn step(&mut self, step: Step) -> Result<(), &'static str> {
        match step {
            Step::Scale(id, to) => {
                let at = self.at(id).expect("only members scale here");
                let size = self.members[at].1;
                if self.members[at].2 != Doing::Rest {
                    return Err("E-BUSY");
                } else if to == size {
                    return Err("E-SCALE-SAME");
                }
                if self.locked() {
                    let target = self.coming().into_iter().max().expect("there is one");
                    let there = self.coming().iter().filter(|one| **one == target).count();
                    let allowed = if size == target {
                        there == 1
                    } else {
                        to == target
                    };
                    if !allowed {
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
                let sender = self.at(on).ok_or("E-UNLINK-FORMER")?;
                let failed = self.outside.contains(&(drop, true));
                if self.at(drop).is_none() && !failed {
                    return Err("E-UNLINK-ABSENT");
                } else if self.members[sender].2 != Doing::Rest {
                    return Err("E-BUSY");
                }
                self.members.retain(|one| one.0 != drop);
                self.outside.retain(|one| one.0 != drop);
                self.outside.push((drop, false));
            }
            Step::Delete(id) => {
                let at = self.at(id).expect("only members go here");
                if self.members[at].2 != Doing::Rest {
                    return Err("E-BUSY");
                }
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
