//! Requests to the control plane: decided by the group's state machine, carried out on instances.

use crate::control::{self, Configuration, Control, Settings};
use crate::history::{ControlResult, ControlSeen, Event};
use crate::id::InstanceId;
use crate::plan::{Plan, Request};
use crate::time::SimTime;
use crate::world::World;

/// The control plane at time zero: every instance of the plan is linked.
pub(super) fn linked(plan: &Plan) -> Control {
    let settings = Settings {
        usable_share: plan.assumptions.usable_share,
        ..Settings::default()
    };
    let members = plan.instances.iter();
    let members = members.map(|one| {
        let configuration = Configuration {
            eviction: one.eviction,
            ..Configuration::of(one.sku)
        };
        (one.name.clone(), configuration)
    });
    Control::linked(settings, "group", members)
}

impl World<'_> {
    /// Sends a request as an operator would.
    pub(super) fn request(&mut self, at: SimTime, request: Request) {
        match request {
            Request::ForceUnlink { on, drop } => self.force_unlink(at, on, drop),
        }
    }

    fn force_unlink(&mut self, at: SimTime, on: InstanceId, drop: InstanceId) {
        let label = format!("force-unlink {}", self.plan.instances[drop].name);
        let reachable = !self.region_of(on).dark;
        // Nothing is flushed by request, so nobody owes a flush.
        self.control.set_reachable(on, reachable);
        let asked = control::Request::ForceUnlink { on, drop };
        let result = match self.control.request(at, &asked) {
            Ok(_) => {
                let member = Self::replica(drop);
                self.with_instance(at, on, |instance, reach| {
                    instance.force_unlink(at, member, reach);
                });
                ControlResult::Done
            }
            Err(refused) => ControlResult::Refused(refused.refusal.id()),
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
        self.control.is_member(instance)
    }
}
