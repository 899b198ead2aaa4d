//! What an operation does, and the mixes known by name.

use crate::quantity::wide_product;

use super::Popularity;
use super::alias::AliasTable;

/// One kind of client operation on a generated key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// `GET`, or the read of the population's kind (`HGETALL`, `SMEMBERS`).
    Read,
    /// `SET` of a fresh value, or one field of a hash.
    Update,
    /// `SET` of a key that was not there yet, with the next number.
    Insert,
    /// Reads of consecutive numbers: how many is uniform from 1 to this.
    Scan {
        /// The longest scan.
        length_max: u32,
    },
    /// A read and an update of the same key.
    ReadModifyWrite,
    /// `DEL`.
    Delete,
    /// `INCR`, or `HINCRBY` of one field.
    Increment,
    /// `SADD` of a random member below `members`.
    AddMember {
        /// How many different members are drawn from.
        members: u32,
    },
    /// `SREM` of a random member below `members`.
    RemoveMember {
        /// How many different members are drawn from.
        members: u32,
    },
}

impl Operation {
    /// What a draw of 32 bits says about the operation: the length of a scan, the number of a
    /// member, and for others the bits themselves, from which a field may be chosen.
    fn detail(self, bits: u32) -> u32 {
        match self {
            Self::Scan { length_max } => 1 + below(bits, length_max),
            Self::AddMember { members } | Self::RemoveMember { members } => below(bits, members),
            _ => bits,
        }
    }
}

/// Draws operations by weight.
#[derive(Clone, Debug)]
pub struct OperationChoice {
    operations: Box<[Operation]>,
    table: AliasTable,
}

impl OperationChoice {
    /// Operations with their weights.
    ///
    /// # Panics
    /// When no weight is above zero: the scenario refuses such a mix.
    pub fn new(mix: &[(Operation, u32)]) -> Self {
        let weights: Vec<f64> = mix.iter().map(|one| f64::from(one.1)).collect();
        let operations = mix.iter().map(|one| one.0).collect();
        Self {
            operations,
            table: AliasTable::new(&weights),
        }
    }

    /// The operation that a uniform draw stands for, and its detail: a scan's length, a member's
    /// number, or 32 random bits. The high half chooses the operation, the low half the detail.
    #[inline(always)]
    pub fn choose(&self, draw: u64) -> (Operation, u32) {
        let operation = self.operations[self.table.choice(draw)];
        (operation, operation.detail(low_half(draw)))
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "the low half is what is asked for"
)]
fn low_half(draw: u64) -> u32 {
    draw as u32
}

/// A uniform number below `count`, zero if there is none; biased by less than `count` in 2^32.
fn below(bits: u32, count: u32) -> u32 {
    let (number, _) = wide_product(u64::from(bits) << 32, u64::from(count));
    u32::try_from(number).expect("it is below a u32")
}

/// A mix known by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mix {
    /// The name in scenarios: `ycsb-a`.
    pub name: &'static str,
    /// What it stands for, in a line.
    pub description: &'static str,
    /// What it does, with weights.
    pub operations: &'static [(Operation, u32)],
    /// The popularity it is defined with; a fleet may have another.
    pub popularity: Popularity,
}

const YCSB_ZIPF: Popularity = Popularity::Zipf {
    exponent_milli: 990,
};

/// Source: YCSB, `workloads/workloada` to `workloadf`; memtier_benchmark's defaults; the session
/// cache of redis-benchmarks-specification (`session-caching-string-100k`).
const MIXES: [Mix; 9] = [
    Mix {
        name: "ycsb-a",
        description: "update heavy: half reads, half updates, Zipf 0.99",
        operations: &[(Operation::Read, 50), (Operation::Update, 50)],
        popularity: YCSB_ZIPF,
    },
    Mix {
        name: "ycsb-b",
        description: "read mostly: 95 % reads, 5 % updates, Zipf 0.99",
        operations: &[(Operation::Read, 95), (Operation::Update, 5)],
        popularity: YCSB_ZIPF,
    },
    Mix {
        name: "ycsb-c",
        description: "read only, Zipf 0.99",
        operations: &[(Operation::Read, 100)],
        popularity: YCSB_ZIPF,
    },
    Mix {
        name: "ycsb-d",
        description: "read latest: 95 % reads of the newest keys, 5 % inserts",
        operations: &[(Operation::Read, 95), (Operation::Insert, 5)],
        popularity: Popularity::Latest {
            exponent_milli: 990,
        },
    },
    Mix {
        name: "ycsb-e",
        description: "short ranges: 95 % scans of 1 to 100 keys, 5 % inserts, Zipf 0.99",
        operations: &[
            (Operation::Scan { length_max: 100 }, 95),
            (Operation::Insert, 5),
        ],
        popularity: YCSB_ZIPF,
    },
    Mix {
        name: "ycsb-f",
        description: "half reads, half read-modify-writes, Zipf 0.99",
        operations: &[(Operation::Read, 50), (Operation::ReadModifyWrite, 50)],
        popularity: YCSB_ZIPF,
    },
    Mix {
        name: "memtier",
        description: "memtier_benchmark's default: one SET to ten GETs, uniform keys",
        operations: &[(Operation::Update, 1), (Operation::Read, 10)],
        popularity: Popularity::Uniform,
    },
    Mix {
        name: "session-cache",
        description: "90 % reads, 10 % writes of sessions, Zipf 0.99",
        operations: &[(Operation::Read, 90), (Operation::Update, 10)],
        popularity: YCSB_ZIPF,
    },
    Mix {
        name: "counters",
        description: "increments only, Zipf 0.99",
        operations: &[(Operation::Increment, 100)],
        popularity: YCSB_ZIPF,
    },
];

/// All mixes known by name.
pub fn mixes() -> &'static [Mix] {
    const { &MIXES }
}

/// The mix called `name`, in any case.
pub fn mix(name: &str) -> Option<&'static Mix> {
    mixes()
        .iter()
        .find(|mix| mix.name.eq_ignore_ascii_case(name))
}
