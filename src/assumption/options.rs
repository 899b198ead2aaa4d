//! What the product lets one choose for a whole group.

use crate::assumption::Assumptions;
use crate::assumption::table::{Listed, WORD};

impl Assumptions {
    /// What a database is created with.
    pub(super) fn listed_options(&self) -> Vec<Listed> {
        let hashing = Listed {
            id: "A-HASHING",
            field: "hashing",
            unit: WORD,
            range: "Oss or Standard".to_owned(),
            value: self.hashing.name().to_owned(),
            meaning: "by which policy hash tags are told: OSS or standard (regular expressions).",
            reason: "Azure's OSS clustering policy; its Enterprise policy has the standard rules",
        };
        let causal = Listed {
            id: "A-CAUSAL",
            field: "causal_consistency",
            unit: WORD,
            range: "true or false".to_owned(),
            value: self.causal_consistency.to_string(),
            meaning: "whether members relay what they receive, in causal order (MA-21).",
            reason: "Redis docs: causal consistency, off unless set; Azure does not offer it",
        };
        vec![causal, hashing]
    }
}
