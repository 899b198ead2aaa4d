//! A choice by weight from one draw, whatever the number of choices.

use crate::quantity::wide_product;

/// Walker's alias table, built as Vose describes (*A linear algorithm for generating random numbers
/// with a given distribution*, 1991): each column holds one choice and part of another.
#[derive(Clone, Debug)]
pub(super) struct AliasTable {
    columns: Box<[Column]>,
}

#[derive(Clone, Copy, Debug)]
struct Column {
    /// The column's own share, in parts of 2^32; the rest is the alias'.
    own: u32,
    alias: u32,
}

impl AliasTable {
    /// A table of `weights`, none of them negative and one above zero.
    ///
    /// Probabilities are off by less than 2^-32 of one column's share.
    pub(super) fn new(weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        assert!(total > 0.0, "a choice needs a weight above zero");
        let count = u32::try_from(weights.len()).expect("a table has no 2^32 choices");
        let mut shares: Vec<f64> = weights
            .iter()
            .map(|weight| weight / total * f64::from(count))
            .collect();
        let mut columns: Vec<Column> = (0..count)
            .map(|index| Column {
                own: u32::MAX,
                alias: index,
            })
            .collect();
        let (mut poor, mut rich): (Vec<u32>, Vec<u32>) =
            (0..count).partition(|&index| shares[index as usize] < 1.0);
        while let (Some(low), Some(&high)) = (poor.pop(), rich.last()) {
            let share = shares[low as usize];
            columns[low as usize] = Column {
                own: parts(share),
                alias: high,
            };
            shares[high as usize] -= 1.0 - share;
            if shares[high as usize] < 1.0 {
                rich.pop();
                poor.push(high);
            }
        }
        Self {
            columns: columns.into(),
        }
    }

    /// The choice that a uniform draw stands for.
    #[inline]
    pub(super) fn choice(&self, draw: u64) -> usize {
        let (index, rest) = wide_product(draw, self.columns.len() as u64);
        let index = index_of(index);
        let column = self.columns[index];
        // Own or alias is as good as a coin's toss, which no processor foresees: hence no branch.
        let own = u64::from(rest >> 32 < u64::from(column.own)).wrapping_neg();
        let alias = u64::from(column.alias);
        index_of(alias ^ ((alias ^ index as u64) & own))
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "it is below the number of columns"
)]
fn index_of(index: u64) -> usize {
    index as usize
}

#[allow(clippy::cast_possible_truncation, reason = "a share is below one")]
fn parts(share: f64) -> u32 {
    (share * 4_294_967_296.0) as u32
}
