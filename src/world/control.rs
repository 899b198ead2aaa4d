//! Requests to the control plane: decided by the group's state machine, carried out on instances.

use crate::control::{Group, Refusal};
use crate::history::{ControlResult, ControlSeen, Event};
use crate::id::InstanceId;
use crate::plan::Request;
use crate::time::SimTime;
use crate::world::World;

impl World<'_> {
    /// Sends a request as an operator would.
    pub(super) fn request(&mut self, at: SimTime, request: Request) {
        match request {
            Request::ForceUnlink { on, drop } => self.force_unlink(at, on, drop),
        }
    }

    fn force_unlink(&mut self, at: SimTime, on: InstanceId, drop: InstanceId) {
        let label = format!("force-unlink {}", self.plan.instances[drop].name);
        let dark = self.region_of(on).dark;
        let decided = if dark {
            Err(Refusal::Unreachable)
        } else {
            self.group.force_unlink(on, drop)
        };
        let result = match decided {
            Ok(()) => {
                let member = Self::replica(drop);
                self.with_instance(at, on, |instance, reach| {
                    instance.force_unlink(at, member, reach);
                });
                ControlResult::Done
            }
            Err(refusal) => ControlResult::Refused(refusal.id()),
        };
        let dropped = (result == ControlResult::Done).then_some(drop);
        if dropped.is_some() {
            self.look_from(at);
        }
        self.observe(
            at,
            Event::Control(ControlSeen {
                request: label,
                on,
                result,
                dropped,
            }),
        );
    }

    /// Whether the group still has this member.
    pub(super) fn is_linked(&self, instance: InstanceId) -> bool {
        self.group().is_member(instance)
    }

    fn group(&self) -> &Group {
        &self.group
    }
}
