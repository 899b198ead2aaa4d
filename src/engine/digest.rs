//! Digests: one number that two equal runs share and two different ones do not.

/// Scrambles a word: every input bit reaches every output bit.
///
/// Source: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
#[inline]
pub fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Scrambles bytes into a word, by eight at a time.
pub fn mix_bytes(bytes: &[u8]) -> u64 {
    let mut digest = Digest::default();
    digest.word(bytes.len() as u64);
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        digest.word(u64::from_le_bytes(word));
    }
    digest.value()
}

/// An order-dependent digest of everything handled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Digest(u64);

impl Digest {
    /// Takes in one word: a multiply and a rotation, as this runs for every operation.
    pub fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    /// The digest of all words so far.
    pub fn value(self) -> u64 {
        mix(self.0)
    }
}
