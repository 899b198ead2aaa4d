//! Populations beside one another: names apart, numbers and bytes within bounds.

use crate::quantity::Bytes;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::Lowering;
use crate::scenario::lower::fill::{Entry, KEYS_MAX};
use crate::scenario::span::Sp;

impl Lowering<'_> {
    /// No name of one population may be a name of another.
    pub(super) fn prefixes_apart(&mut self, entries: &[Entry]) {
        let prefixes: Vec<(&Sp<String>, Vec<String>)> = entries
            .iter()
            .filter_map(|entry| Some((entry.prefix.as_ref()?, entry.beginnings())))
            .collect();
        for (index, (later, ours)) in prefixes.iter().enumerate() {
            for (earlier, theirs) in &prefixes[..index] {
                let clash = |one: &String| theirs.iter().any(|other| may_meet(one, other));
                if ours.iter().any(clash) {
                    let (one, other) = (&earlier.value, &later.value);
                    self.report(
                        Diagnostic::new(
                            Code::PrefixOverlap,
                            later.span,
                            format!("keys of `{one}` and `{other}` can have the same name"),
                        )
                        .label("overlaps")
                        .related(earlier.span, "with this prefix"),
                    );
                }
            }
        }
    }

    pub(super) fn number_of_keys(&mut self, entries: &[Entry]) {
        let mut total = 0;
        for entry in entries {
            let before = total;
            total += entry
                .population
                .as_ref()
                .map_or(0, |population| u64::from(population.keys));
            if before <= KEYS_MAX && total > KEYS_MAX {
                let range = format!("at most {KEYS_MAX} in all populations together");
                self.out_of_range(entry.amount, "the number of keys", &total, &range);
            }
        }
    }

    pub(super) fn fits(&mut self, entries: &[Entry], usable: Option<u64>) {
        let Some(usable) = usable else { return };
        let mut total = 0_u64;
        for entry in entries {
            let before = total;
            total = total.saturating_add(entry.bytes);
            if before <= usable && total > usable {
                let (found, usable) = (Bytes(total), Bytes(usable));
                self.report(
                    Diagnostic::new(
                        Code::FillTooLarge,
                        entry.amount,
                        format!("the keys take {found}, but an instance has {usable}"),
                    )
                    .label("does not fit")
                    .note("usable is `assumptions.usable_share` of the SKU's memory"),
                );
            }
        }
    }
}

/// Whether a number behind one beginning can make the same name as a number behind the other.
fn may_meet(one: &str, other: &str) -> bool {
    let rest = one.strip_prefix(other).or_else(|| other.strip_prefix(one));
    rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}
