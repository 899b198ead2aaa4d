//! Axes of a sweep.

use serde::ser::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::scenario::reading::raw;
use crate::scenario::schema::List;
use crate::scenario::schema::amount::Decimal;
use crate::scenario::schema::leaf::{OneOrMany, Text};
use crate::scenario::schema::macros::{choice, record};
use crate::scenario::schema::reference::{Described, Reference};

record! {
    /// An axis of a sweep: what is set to one value after the other.
    Axis {
        /// What it is called.
        name: Text,
        /// What is set, as `--set` names it: `instances.redis-us.sku`. Several are set alike.
        set: OneOrMany<Text>,
        /// The values, as they would stand where they are set. The first holds outside of sweeps.
        to: List<Anything>,
        /// What the values are called; as they are written when left out.
        labels: List<Text>,
        /// What an hour with each value costs, in US dollars. Left out, the memory of all
        /// instances stands for what a configuration costs.
        usd_per_hour: List<Decimal>,
        /// Who decides on it; `Choice` when left out.
        kind: AxisKindChoice,
    }
}

choice! {
    /// Who decides on the value of an axis.
    AxisKindChoice {
        /// Whoever builds the system.
        Choice,
        /// Nobody: what is chosen must stand all of its values.
        Circumstance,
        /// Nobody knows it, as no source settles it: results are given as a band over its values.
        Band,
    }
}

/// Whatever may stand where the axis sets it, as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Anything(pub String);

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        raw(deserializer).map(|raw| Self(raw.text.to_owned()))
    }
}

impl Serialize for Anything {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = ron::value::RawValue::from_ron(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl Described for Anything {
    fn kind() -> String {
        "value".to_owned()
    }
    fn register(_reference: &mut Reference) {}
}
