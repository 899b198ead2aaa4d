//! What Azure prints, turned into the beginning of a scenario.
//!
//! ```text
//! bytes ─ text ─┬─ json ──────────────┬─► facts ─ inventory ─► caches ─ group ─ judge ─► layout
//!               └─ shell ─ create ────┘
//! ```
//!
//! Read are the objects of `az redisenterprise show` and `list` and of `az redisenterprise database
//! show` and `list`, flattened as the CLI prints them or with `properties` as the REST API does;
//! and the lines that create caches: `az redisenterprise create`, `az redisenterprise database
//! create`, `New-AzRedisEnterpriseCache` and `New-AzRedisEnterpriseCacheDatabase`. All files are
//! one input.
//!
//! Nothing is guessed: what no file says stands in the scenario as a comment that asks for it, and
//! what keeps the scenario from loading as a comment that begins with `!!`. Only the question and
//! the length of the run, which are nobody's but the user's, have something to replace.
//!
//! Left out: updates (`az redisenterprise update`), templates (ARM, Bicep, Terraform), variables of
//! scripts, and what a scenario has no place for: networks, keys, identities, tags, versions.
//!
//! Source: Azure/azure-rest-api-specs, specification/redisenterprise; Azure/azure-cli-extensions,
//! src/redisenterprise; Az.RedisEnterpriseCache; how-to-active-geo-replication.

mod create;
mod error;
mod facts;
mod group;
mod instance;
mod inventory;
mod json;
mod judge;
mod layout;
mod note;
mod options;
mod resource;
mod rules;
mod settings;
mod shell;
mod text;
mod value;

pub use error::{Contradiction, Error};

use facts::Found;

/// The largest input that is read, in bytes: a subscription's caches print far less.
pub const BYTES_MAX: usize = 16 * 1024 * 1024;

/// A file to import from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input {
    /// What messages and comments call it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The text of a scenario with the caches that `inputs` tell of; of several groups, and of what
/// stands alone beside them, only the group `wanted` when that is given.
///
/// The text loads, unless a comment in it begins with `!!`.
///
/// # Errors
/// When an input is not what Azure prints, when inputs contradict each other, or when a scenario
/// has no room for what they tell.
pub fn azure(inputs: &[Input], wanted: Option<&str>) -> Result<String, Error> {
    let mut found = Found::default();
    for input in inputs {
        let text = text::decoded(input)?;
        if text.trim_start().starts_with(['{', '[']) {
            json::read(&input.name, &text, &mut found)?;
        } else {
            create::read(&input.name, &text, &mut found)?;
        }
    }
    let names: Vec<&str> = inputs.iter().map(|input| &*input.name).collect();
    let caches = inventory::caches(&found.facts)?;
    if caches.is_empty() {
        return Err(Error::Nothing {
            inputs: names.join(", "),
        });
    }
    let cast = group::cast(caches, wanted)?;
    let judged = judge::judged(&cast);
    Ok(layout::text(&names, &found, &cast, &judged))
}
