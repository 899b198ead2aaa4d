//! Keys and who uses them.

use crate::quantity::{Bytes, Rate, Ratio};
use crate::scenario::schema::List;
use crate::scenario::schema::amount::{Decimal, MemoryAmount};
use crate::scenario::schema::leaf::{Either, OneOrMany, Quantity, Text};
use crate::scenario::schema::macros::{choice, record};
use crate::scenario::span::Field;
use crate::time::{SimDuration, SimTime};

record! {
    /// A population of keys, and how many of them exist at the start.
    Fill {
        /// What their names begin with: `user:` makes `user:17`.
        prefix: Text,
        /// How many exist at the start.
        keys: u32,
        /// Instead of `keys`: what they take, as a share of each instance's usable memory or an amount.
        memory: Quantity<MemoryAmount>,
        /// How many numbers clients draw from; as many as exist when left out.
        key_space: u32,
        /// What they hold; `String` when left out.
        holds: HoldsChoice,
        /// How long a value is.
        value: Either<Quantity<Bytes>, SizeChoice>,
        /// The share of keys whose names share one hash tag, and so one slot; none when left out.
        hash_tag_share: Quantity<Ratio>,
        /// The share of keys that expire; none when left out.
        ttl_share: Quantity<Ratio>,
        /// When they do: uniform between the two, from the start.
        ttl: (Field<Quantity<SimDuration>>, Field<Quantity<SimDuration>>),
    }
}

choice! {
    /// What a key holds.
    HoldsChoice {
        /// One string.
        String,
        /// A string that counts.
        Counter,
        /// A hash.
        Hash {
            /// Fields of a filled key.
            fields: u32,
        },
        /// A set.
        Set {
            /// Members of a filled key.
            members: u32,
        },
    }
}

choice! {
    /// A distribution of sizes.
    SizeChoice {
        /// Every size between the two alike.
        Uniform {
            /// The least.
            from: Quantity<Bytes>,
            /// The greatest.
            to: Quantity<Bytes>,
        },
        /// Sizes with weights.
        Weighted(List<(Field<Quantity<Bytes>>, Field<u32>)>),
    }
}

record! {
    /// Clients of one kind.
    Fleet {
        /// The fleet's name.
        fleet: Text,
        /// The instances it talks to, each from that instance's own region; a fleet at every instance when left out.
        on: OneOrMany<Text>,
        /// How its operations arrive, at each instance.
        arrivals: ArrivalChoice,
        /// What it does: a mix by name (`ycsb-a`; `meridian catalogue mixes` lists them) or its own.
        mix: Either<Text, OwnMix>,
        /// The keys it uses: the prefix of a population.
        keys: Text,
        /// Which of them; what the mix is defined with when left out.
        popularity: PopularityChoice,
        /// From when; the start when left out.
        starts: Quantity<SimTime>,
        /// Until when; the end of the storm when left out.
        ends: Quantity<SimTime>,
    }
}

choice! {
    /// How operations arrive.
    ArrivalChoice {
        /// Evenly spaced.
        Constant(Quantity<Rate>),
        /// Independent of one another, so many a second on average.
        Poisson(Quantity<Rate>),
    }
}

choice! {
    /// A mix that no name stands for.
    OwnMix {
        /// Operations with weights.
        Own(List<(Field<OperationChoice>, Field<u32>)>),
    }
}

choice! {
    /// One kind of operation on a generated key.
    OperationChoice {
        /// GET, or the read of what the key holds.
        Read,
        /// SET of a fresh value, or of one field of a hash.
        Update,
        /// SET of a key that was not there yet.
        Insert,
        /// Reads of consecutive keys.
        Scan {
            /// The longest scan; 100 when left out.
            length_max: u32,
        },
        /// A read and an update of the same key.
        ReadModifyWrite,
        /// DEL.
        Delete,
        /// INCR, or HINCRBY of one field.
        Increment,
        /// SADD of a random member.
        AddMember {
            /// How many different members are drawn from.
            members: u32,
        },
        /// SREM of a random member.
        RemoveMember {
            /// How many different members are drawn from.
            members: u32,
        },
    }
}

choice! {
    /// How often each key is used.
    PopularityChoice {
        /// All alike.
        Uniform,
        /// By rank to the power of minus the exponent.
        Zipf(Decimal),
        /// A share of the keys gets a share of the operations.
        HotSpot {
            /// The share of keys that are hot.
            keys: Quantity<Ratio>,
            /// The share of operations that go to them.
            operations: Quantity<Ratio>,
        },
        /// The latest keys most, by Zipf with this exponent.
        Latest(Decimal),
    }
}
