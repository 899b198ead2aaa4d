//! The registers of a HyperLogLog as Redis keeps them: hash, estimate, and the bytes under the key.
//!
//! Source: Redis 7.0 source, src/hyperloglog.c (MurmurHash64A, layouts, `hllCount`); O. Ertl, "New
//! cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284, for the estimate.
//!
//! Square roots and rounding are exact by IEEE 754, the same on every platform.
//!
//! The bytes follow from the registers alone, so that replicas that agree show the same. Redis' own
//! may differ in two ways: it keeps the last count in the header, here always the mark of a count
//! that is out of date; and of more than four equal registers in a row it may make other pieces.

use crate::crdt::digest;

/// One register: which, and what it holds.
pub type Register = (u16, u8);

/// Bits of a hash that choose the register.
const INDEX_BITS: u32 = 14;
/// The number of registers.
const REGISTERS: u16 = 1 << INDEX_BITS;
/// The bits of a hash that are left for the run of zeros.
const RUN_BITS: u32 = u64::BITS - INDEX_BITS;
const SEED: u64 = 0xadc8_3b19;
/// 1 / (2 ln 2), the limit of the estimate's factor for many registers.
const ALPHA: f64 = 0.721_347_520_444_481_7;

const MAGIC: &[u8; 4] = b"HYLL";
const HEADER_BYTES: usize = 16;
const DENSE: u8 = 0;
const SPARSE: u8 = 1;
/// Set in the header's last byte: the count before it is out of date.
const OUT_OF_DATE: u8 = 0x80;
const REGISTER_BITS: usize = 6;
const REGISTER_MAX: u8 = (1 << REGISTER_BITS) - 1;
const DENSE_BYTES: usize = HEADER_BYTES + REGISTERS as usize * REGISTER_BITS / 8;
/// The longest sparse form. Source: redis.conf, `hll-sparse-max-bytes`.
const SPARSE_BYTES_MAX: usize = 3000;
/// The greatest register of the sparse form, and the longest run of equal ones in one piece.
const SPARSE_VALUE_MAX: u8 = 32;
const SPARSE_RUN_MAX: usize = 4;
/// The longest run of empty registers that one byte names.
const ZEROS_MAX: usize = 64;

/// What keeps bytes from being a HyperLogLog.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Malformed {
    /// They are something else.
    Other,
    /// They begin as one, and do not go on so.
    Corrupted,
}

/// Registers by index, those that are not empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sketch(Vec<Register>);

impl Sketch {
    /// The sketch of these elements.
    pub fn of<'a>(elements: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut registers: Vec<Register> = elements.map(register).collect();
        registers.sort_unstable();
        // Of equal indices the greatest comes last.
        registers.reverse();
        registers.dedup_by_key(|(index, _)| *index);
        registers.reverse();
        Self(registers)
    }

    /// The registers that are not empty, by index.
    pub fn registers(&self) -> &[Register] {
        &self.0
    }

    /// Takes the greater of each pair of registers (`HLL-1`).
    pub fn raise(&mut self, other: &[Register]) {
        let mut merged = Vec::with_capacity(self.0.len() + other.len());
        let (mut mine, mut theirs) = (self.0.as_slice(), other);
        while let ([left, my_rest @ ..], [right, their_rest @ ..]) = (mine, theirs) {
            merged.push(if left.0 <= right.0 { *left } else { *right });
            if left.0 == right.0 {
                merged.last_mut().expect("just pushed").1 = left.1.max(right.1);
            }
            (mine, theirs) = (
                if left.0 <= right.0 { my_rest } else { mine },
                if right.0 <= left.0 {
                    their_rest
                } else {
                    theirs
                },
            );
        }
        merged.extend_from_slice(mine);
        merged.extend_from_slice(theirs);
        self.0 = merged;
    }

    /// The registers of `other` that are above those here.
    pub fn lacks(&self, other: &Sketch) -> Vec<Register> {
        let is_above = |(index, value): &&Register| {
            let at = self.0.binary_search_by_key(index, |(index, _)| *index);
            at.map_or(true, |at| self.0[at].1 < *value)
        };
        other.0.iter().filter(is_above).copied().collect()
    }

    /// The estimated number of elements, to the digit as Redis has it.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an estimate is far below 2^64"
    )]
    pub fn count(&self) -> u64 {
        let mut histogram = [0_u32; REGISTER_MAX as usize + 1];
        histogram[0] = u32::from(REGISTERS);
        for (_, value) in &self.0 {
            histogram[usize::from(*value)] += 1;
            histogram[0] -= 1;
        }
        let registers = f64::from(REGISTERS);
        let full = f64::from(histogram[RUN_BITS as usize + 1]);
        let mut z = registers * tau((registers - full) / registers);
        for number in histogram[1..=RUN_BITS as usize].iter().rev() {
            z = (z + f64::from(*number)) * 0.5;
        }
        // Of an empty sketch this is infinite, and the estimate zero.
        z += registers * sigma(f64::from(histogram[0]) / registers);
        (ALPHA * registers * registers / z).round() as u64
    }

    /// Length of [`Sketch::to_bytes`].
    pub fn encoded_len(&self) -> usize {
        let mut length = HEADER_BYTES;
        self.pieces(&mut |piece| length += piece.len());
        if self.is_sparse(length) {
            length
        } else {
            DENSE_BYTES
        }
    }

    /// The bytes that stand under the key.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.resize(HEADER_BYTES, 0);
        bytes[MAGIC.len()] = SPARSE;
        bytes[HEADER_BYTES - 1] = OUT_OF_DATE;
        self.pieces(&mut |piece| bytes.extend_from_slice(piece));
        if self.is_sparse(bytes.len()) {
            return bytes;
        }
        bytes[MAGIC.len()] = DENSE;
        bytes.truncate(HEADER_BYTES);
        bytes.resize(DENSE_BYTES, 0);
        for (index, value) in &self.0 {
            let bit = usize::from(*index) * REGISTER_BITS;
            let at = HEADER_BYTES + bit / 8;
            let [low, high] = (u16::from(*value) << (bit % 8)).to_le_bytes();
            bytes[at] |= low;
            if high > 0 {
                bytes[at + 1] |= high;
            }
        }
        bytes
    }

    /// Reads such bytes.
    ///
    /// # Errors
    /// When they are none.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let Some((header, body)) = bytes.split_at_checked(HEADER_BYTES) else {
            return Err(Malformed::Other);
        };
        if !header.starts_with(MAGIC) {
            return Err(Malformed::Other);
        }
        match header[MAGIC.len()] {
            DENSE if bytes.len() == DENSE_BYTES => Ok(Self(dense(body))),
            SPARSE => sparse(body).map(Self).ok_or(Malformed::Corrupted),
            _ => Err(Malformed::Other),
        }
    }

    /// Hash of the registers.
    pub(crate) fn digest(&self) -> u64 {
        let fold = |hash, (index, value): &Register| {
            digest::fold(hash, u64::from(*index) << 8 | u64::from(*value))
        };
        self.0.iter().fold(0, fold)
    }

    fn is_sparse(&self, length: usize) -> bool {
        length <= SPARSE_BYTES_MAX && self.0.iter().all(|(_, value)| *value <= SPARSE_VALUE_MAX)
    }

    /// The pieces of the sparse form, one after the other.
    fn pieces(&self, take: &mut dyn FnMut(&[u8])) {
        let mut next = 0;
        let mut rest = self.0.as_slice();
        while let [(index, value), ..] = rest {
            zeros(usize::from(*index) - next, take);
            let follows = |(offset, (at, other)): &(usize, &Register)| {
                usize::from(*at) == usize::from(*index) + offset && other == value
            };
            let run = rest.iter().enumerate().take(SPARSE_RUN_MAX);
            let run = run.take_while(follows).count();
            let (value, length) = (usize::from(*value).max(1) - 1, run - 1);
            take(&[low_byte(0x80 | value << 2 | length)]);
            next = usize::from(*index) + run;
            rest = &rest[run..];
        }
        zeros(usize::from(REGISTERS) - next, take);
    }
}

/// The pieces of a run of empty registers.
fn zeros(run: usize, take: &mut dyn FnMut(&[u8])) {
    match run {
        0 => {}
        1..=ZEROS_MAX => take(&[low_byte(run - 1)]),
        _ => take(&[0x40 | low_byte((run - 1) >> 8), low_byte(run - 1)]),
    }
}

fn low_byte(number: usize) -> u8 {
    number.to_le_bytes()[0]
}

fn dense(body: &[u8]) -> Vec<Register> {
    let read = |index: u16| {
        let bit = usize::from(index) * REGISTER_BITS;
        let next = body.get(bit / 8 + 1).copied().unwrap_or(0);
        let [value, _] = (u16::from_le_bytes([body[bit / 8], next]) >> (bit % 8)).to_le_bytes();
        (index, value & REGISTER_MAX)
    };
    let registers = (0..REGISTERS).map(read);
    registers.filter(|(_, value)| *value > 0).collect()
}

fn sparse(mut body: &[u8]) -> Option<Vec<Register>> {
    let mut registers = Vec::new();
    let mut next = 0_usize;
    while let [first, rest @ ..] = body {
        body = rest;
        let bits = usize::from(*first);
        match first >> 6 {
            0 => next += (bits & 0x3f) + 1,
            1 => {
                let (second, rest) = body.split_first()?;
                body = rest;
                next += ((bits & 0x3f) << 8 | usize::from(*second)) + 1;
            }
            _ => {
                let value = (first >> 2 & 0x1f) + 1;
                for _ in 0..=bits & 3 {
                    registers.push((u16::try_from(next).ok()?, value));
                    next += 1;
                }
            }
        }
    }
    (next == usize::from(REGISTERS)).then_some(registers)
}

/// The register of an element, and how far it raises it.
fn register(element: &[u8]) -> Register {
    let hash = murmur(element);
    let [low, high, ..] = hash.to_le_bytes();
    let index = u16::from_le_bytes([low, high]) % REGISTERS;
    let run = (hash >> INDEX_BITS | 1 << RUN_BITS).trailing_zeros() + 1;
    (index, u8::try_from(run).expect("at most 51"))
}

/// `MurmurHash64A` with Redis' seed.
fn murmur(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0xc6a4_a793_5bd1_e995;
    const SHIFT: u32 = 47;
    let mut hash = SEED ^ (bytes.len() as u64).wrapping_mul(FACTOR);
    let (words, tail) = bytes.as_chunks::<8>();
    for word in words {
        let mut mixed = u64::from_le_bytes(*word).wrapping_mul(FACTOR);
        mixed ^= mixed >> SHIFT;
        hash = (hash ^ mixed.wrapping_mul(FACTOR)).wrapping_mul(FACTOR);
    }
    if !tail.is_empty() {
        let mut word = [0; 8];
        word[..tail.len()].copy_from_slice(tail);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR);
    }
    hash = (hash ^ hash >> SHIFT).wrapping_mul(FACTOR);
    hash ^ hash >> SHIFT
}

/// The part of the estimate that empty registers make; `x` is their share.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

/// The part that full registers make; `x` is the share of the others.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}
