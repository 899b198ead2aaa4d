//! The group's scaling lock, and the sizes an instance can scale to.
//!
//! The lock is taken when a scaling is accepted. The first to scale leads, and its size is the
//! target; the others may go to the target alone; the leader may change its mind until the first
//! other one is on the target or on its way there. A failure takes the size back, and with it what
//! followed from it. When all are of one size, the lock is gone.
//!
//! Where two members are left on different sizes by failures, the largest size is the target, as
//! only there everyone can go: sizes in a group never fall.

use crate::catalogue::{Sku, Tier};
use crate::control::instance::Edition;
use crate::control::refusal::{Refusal, Refused};
use crate::id::InstanceId;
use crate::quantity::Bytes;

/// A scaling lock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lock {
    /// The member whose size is the target.
    pub leader: InstanceId,
    /// The size everyone else must take.
    pub target: &'static Sku,
    /// The size all had; memory stays capped at it.
    pub original: &'static Sku,
}

/// A member's size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) instance: InstanceId,
    pub(super) sku: &'static Sku,
    /// Where an accepted scaling leads.
    pub(super) heading: Option<&'static Sku>,
}

impl Size {
    fn coming(&self) -> &'static Sku {
        self.heading.unwrap_or(self.sku)
    }

    /// Larger is where the others can go.
    fn rank(&self) -> (Bytes, u16, u16) {
        let sku = self.coming();
        (sku.memory, sku.shards, sku.vcpus)
    }
}

/// The lock once `who` may scale to `to`.
///
/// # Errors
/// `E-SCALE-LOCK`, with what the lock allows.
pub(super) fn take(
    lock: Option<&Lock>,
    sizes: &[Size],
    who: InstanceId,
    to: &'static Sku,
) -> Result<Lock, Refused> {
    let mine = sizes
        .iter()
        .find(|size| size.instance == who)
        .expect("a member has a size");
    let Some(lock) = lock else {
        return Ok(Lock {
            leader: who,
            target: to,
            original: mine.sku,
        });
    };
    let is_followed = sizes
        .iter()
        .any(|size| size.instance != lock.leader && size.coming() == lock.target);
    if who == lock.leader && !is_followed {
        return Ok(Lock {
            target: to,
            ..lock.clone()
        });
    }
    let waits = mine.coming() != lock.target;
    if waits && to == lock.target {
        return Ok(lock.clone());
    }
    let accepted = if waits {
        format!("`{}` alone", lock.target.name)
    } else {
        format!("none, until all members are `{}`", lock.target.name)
    };
    Err(Refused::new(
        Refusal::ScaleLock,
        format!("`{}` for a member of `{}`", to.name, mine.sku.name),
        accepted,
    ))
}

/// What remains of the lock after a scaling ended or failed, or a member left.
pub(super) fn settle(lock: Option<Lock>, sizes: &[Size]) -> Option<Lock> {
    let lock = lock?;
    let first = sizes.first()?.sku;
    let is_settled = |size: &Size| size.heading.is_none() && size.sku == first;
    if sizes.iter().all(is_settled) {
        return None;
    }
    let leads = |size: &&Size| size.instance == lock.leader && size.coming() == lock.target;
    if sizes.iter().any(|size| leads(&size)) {
        return Some(lock);
    }
    let mut heir: Option<&Size> = None;
    for size in sizes.iter().filter(|size| size.coming() != lock.original) {
        if heir.is_none_or(|heir| size.rank() > heir.rank()) {
            heir = Some(size);
        }
    }
    let heir = heir.expect("members of one size hold no lock");
    Some(Lock {
        leader: heir.instance,
        target: heir.coming(),
        original: lock.original,
    })
}

/// Whether an instance of size `from` can become `to`, apart from any lock.
///
/// Source: how-to-scale: the same memory in a higher tier and more memory in the same tier always;
/// others by `listSkusForScaling`. Assumption (nothing published): what it lists is what has no
/// fewer shards, and no less memory but for a stand-alone instance of the later edition.
///
/// # Errors
/// The rule that is in the way.
pub(super) fn suits(
    from: &'static Sku,
    to: &'static Sku,
    edition: Edition,
    in_group: bool,
) -> Result<(), Refused> {
    let found = || format!("`{}` for an instance of `{}`", to.name, from.name);
    let is_flash = |sku: &Sku| sku.tier == Tier::FlashOptimized;
    if from == to {
        return Err(Refused::new(Refusal::ScaleSame, found(), "another size"));
    }
    if is_flash(from) != is_flash(to) {
        let accepted = "a size on the same side of the Flash border";
        return Err(Refused::new(Refusal::ScaleFlash, found(), accepted));
    }
    let falls = to.memory < from.memory || to.shards < from.shards;
    if in_group && falls {
        let accepted = format!("at least {} and {} shards", from.memory, from.shards);
        return Err(Refused::new(Refusal::ScaleDownGeo, found(), accepted));
    }
    let is_raised = to.memory == from.memory && to.tier > from.tier;
    let is_grown = to.tier == from.tier && to.memory > from.memory;
    let is_listed = to.shards >= from.shards
        && (to.memory >= from.memory || (edition == Edition::Later && !in_group));
    if is_raised || is_grown || is_listed {
        Ok(())
    } else {
        let accepted = format!("at least {} and {} shards", from.memory, from.shards);
        Err(Refused::new(Refusal::ScaleTarget, found(), accepted))
    }
}
