//! Where everything is: instances, regions, routes.

use crate::quantity::{ByteRate, Ratio};
use crate::scenario::schema::List;
use crate::scenario::schema::amount::Decimal;
use crate::scenario::schema::leaf::{Either, Quantity, Text};
use crate::scenario::schema::macros::{choice, record};
use crate::scenario::schema::moment::ClockOffset;
use crate::scenario::span::Field;
use crate::time::SimDuration;

/// Two regions.
pub(in crate::scenario) type Pair = (Field<Text>, Field<Text>);

/// How long messages take: always the same, or a distribution.
pub(in crate::scenario) type DelayField = Either<Quantity<SimDuration>, DelayChoice>;

record! {
    /// A member of the group.
    Instance {
        /// The cache's name.
        name: Text,
        /// Its region, as Azure writes it.
        region: Text,
        /// Its size, as Azure writes it.
        sku: Text,
        /// Primary shards; the SKU's when left out.
        shards: u16,
        /// What goes when memory runs short, the same on all members; `NoEviction` when left out.
        eviction: EvictionChoice,
        /// Where it is at the start; `Member` when left out.
        at_start: AtStartChoice,
        /// Whether every shard has a replica; it has when left out.
        high_availability: bool,
        /// How clients find a key's shard; `OssCluster` when left out.
        clustering: ClusteringChoice,
        /// The modules; none when left out.
        modules: List<ModuleChoice>,
        /// How data is kept on disk; not at all when left out.
        persistence: PersistenceChoice,
        /// Whether clients must speak TLS; they must when left out.
        tls: bool,
        /// When nodes may be patched; at any time when left out.
        maintenance: List<MaintenanceWindow>,
    }
}

record! {
    /// A time of every week, in UTC.
    MaintenanceWindow {
        /// On which day it begins.
        day: DayChoice,
        /// At which full hour, 0 to 23.
        hour: u16,
        /// How long it lasts: full hours, four at least.
        lasts: Quantity<SimDuration>,
    }
}

choice! {
    /// A day of the week.
    DayChoice {
        /// The first.
        Monday,
        /// The second.
        Tuesday,
        /// The third.
        Wednesday,
        /// The fourth.
        Thursday,
        /// The fifth.
        Friday,
        /// The sixth.
        Saturday,
        /// The last.
        Sunday,
    }
}

choice! {
    /// Where an instance is at the start.
    AtStartChoice {
        /// In the group.
        Member,
        /// It serves, in no group.
        Alone,
        /// A request creates it, or nobody does.
        Absent,
    }
}

choice! {
    /// How clients find a key's shard.
    ClusteringChoice {
        /// Clients dial the shards' nodes.
        OssCluster,
        /// One proxy endpoint.
        EnterpriseCluster,
        /// A single shard, up to 25 GB.
        NoCluster,
    }
}

choice! {
    /// A module.
    ModuleChoice {
        /// Search and indexes.
        RediSearch,
        /// Documents.
        RedisJson,
        /// Probabilistic types.
        RedisBloom,
        /// Time series.
        RedisTimeSeries,
    }
}

choice! {
    /// How data is kept on disk.
    PersistenceChoice {
        /// Not at all.
        Off,
        /// A log, synced each second.
        AppendOnly,
        /// A snapshot each hour.
        EveryHour,
        /// A snapshot each six hours.
        EverySixHours,
        /// A snapshot each twelve hours.
        EveryTwelveHours,
    }
}

choice! {
    /// What goes when memory runs short, by Azure's names.
    EvictionChoice {
        /// Any key, the least often used first.
        AllKeysLfu,
        /// Any key, the longest unused first.
        AllKeysLru,
        /// Any key, at random.
        AllKeysRandom,
        /// Keys with a deadline, the longest unused first.
        VolatileLru,
        /// Keys with a deadline, the least often used first.
        VolatileLfu,
        /// Keys with a deadline, the next to expire first.
        VolatileTtl,
        /// Keys with a deadline, at random.
        VolatileRandom,
        /// Nothing.
        NoEviction,
    }
}

record! {
    /// What is special about a region.
    RegionExtra {
        /// The region.
        name: Text,
        /// How far its wall clock is ahead (`+3s`) or behind (`-3s`); right when left out.
        clock_offset: Quantity<ClockOffset>,
    }
}

record! {
    /// How messages travel between two regions.
    Route {
        /// Two regions, for both directions.
        between: Pair,
        /// The region they start in, for one direction.
        from: Text,
        /// The region they arrive in, for one direction.
        to: Text,
        /// The one-way delay; half the published round trip, with jitter, when left out.
        delay: DelayField,
        /// What fits through; `assumptions.bandwidth` when left out.
        bandwidth: Quantity<ByteRate>,
        /// The share of messages lost each time they are sent; none when left out.
        loss: Quantity<Ratio>,
        /// What 10^9 bytes cost, in US dollars; Azure's price when left out.
        usd_per_gb: Decimal,
    }
}

choice! {
    /// A distribution of delays.
    DelayChoice {
        /// Points of the distribution, from the least delay at 0% to the greatest at 100%, linear
        /// between.
        Quantiles(List<(Field<Quantity<Ratio>>, Field<Quantity<SimDuration>>)>),
        /// One of several delays, each with a weight.
        Mixture(List<(Field<DelayField>, Field<u32>)>),
    }
}
