//! The options of the lines that create caches, by the names their references give them.
//!
//! Source: Azure/azure-cli-extensions, src/redisenterprise, `_params.py`, `aaz` and `custom.py`;
//! Az.RedisEnterpriseCache, New-AzRedisEnterpriseCache and New-AzRedisEnterpriseCacheDatabase.

use crate::catalogue::nearest;

/// Whose line it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dialect {
    /// `az`
    Cli,
    /// The Az modules of PowerShell.
    PowerShell,
}

/// What an option says something about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// The cache's name; of a database line its database's, when the cluster's stands beside it.
    Name,
    /// The cache's name.
    ClusterName,
    /// Its resource group.
    ResourceGroup,
    /// Its subscription.
    Subscription,
    /// Its region.
    Location,
    /// Its size.
    Sku,
    /// Its zones.
    Zones,
    /// Whether its shards have replicas.
    HighAvailability,
    /// Whether clients must speak TLS.
    Protocol,
    /// How clients find shards.
    Clustering,
    /// What goes when memory runs short.
    Eviction,
    /// Its modules.
    Modules,
    /// How data is kept on disk, all in one.
    Persistence,
    /// Whether a log is kept.
    Log,
    /// How often it is synced.
    LogFrequency,
    /// Whether snapshots are taken.
    Snapshots,
    /// How often.
    SnapshotFrequency,
    /// The group's nickname.
    Nickname,
    /// The databases it is linked with.
    Linked,
    /// That no database is made.
    NoDatabase,
    /// What a scenario has no place for.
    Nowhere,
    /// How the command itself behaves: it says nothing about the cache.
    Manner,
}

use Part::{
    ClusterName, Clustering, Eviction, HighAvailability, Linked, Location, Log, LogFrequency,
    Manner, Modules, Name, Nickname, NoDatabase, Nowhere, Persistence, Protocol, ResourceGroup,
    Sku, SnapshotFrequency, Snapshots, Subscription, Zones,
};

const CLI: &[(Part, &str)] = &[
    (Name, "-n --name"),
    (ClusterName, "--cluster-name"),
    (ResourceGroup, "-g --resource-group"),
    (Subscription, "--subscription"),
    (Location, "-l --location"),
    (Sku, "--sku"),
    (Zones, "-z --zones"),
    (HighAvailability, "--high-availability"),
    (Protocol, "--client-protocol"),
    (Clustering, "--clustering-policy"),
    (Eviction, "--eviction-policy"),
    (Modules, "--modules --module --mods"),
    (Persistence, "--persistence"),
    (Nickname, "--group-nickname"),
    (
        Linked,
        "--linked-databases --linked-database --linkeddatabase",
    ),
    (NoDatabase, "--no-database"),
    (
        Nowhere,
        "--capacity --tags --minimum-tls-version --port --public-network-access \
         --access-keys-auth --access-keys-authentication --key-encryption-key-url --identity-type \
         --user-assigned-identities --assigned-identities --key-encryption-identity-type \
         --key-identity-type --identity-resource-id --user-assigned-identity-resource-id \
         --maintenance-configuration --defer-upgrade --notify-keyspace-events",
    ),
    (
        Manner,
        "--no-wait -o --output --query --verbose --debug --only-show-errors -y --yes",
    ),
];

const POWERSHELL: &[(Part, &str)] = &[
    (Name, "-Name"),
    (ClusterName, "-ClusterName"),
    (ResourceGroup, "-ResourceGroupName"),
    (Subscription, "-SubscriptionId"),
    (Location, "-Location"),
    (Sku, "-Sku -SkuName"),
    (Zones, "-Zone"),
    (HighAvailability, "-HighAvailability"),
    (Protocol, "-ClientProtocol"),
    (Clustering, "-ClusteringPolicy"),
    (Eviction, "-EvictionPolicy"),
    (Modules, "-Module"),
    (Log, "-AofPersistenceEnabled"),
    (LogFrequency, "-AofPersistenceFrequency"),
    (Snapshots, "-RdbPersistenceEnabled"),
    (SnapshotFrequency, "-RdbPersistenceFrequency"),
    (Nickname, "-GroupNickname -GeoReplicationGroupNickname"),
    (Linked, "-LinkedDatabase -GeoReplicationLinkedDatabase"),
    (NoDatabase, "-NoDatabase"),
    (
        Nowhere,
        "-Capacity -MinimumTlsVersion -Tag -Port -AccessKeysAuthentication -PublicNetworkAccess \
         -CustomerManagedKeyEncryptionKeyUrl -IdentityType -IdentityUserAssignedIdentity \
         -KeyEncryptionKeyIdentityType -KeyEncryptionKeyIdentityUserAssignedIdentityResourceId \
         -DeferUpgrade -NotifyKeyspaceEvents",
    ),
    (
        Manner,
        "-DefaultProfile -AsJob -NoWait -WhatIf -Confirm -Verbose -Debug -ErrorAction \
         -WarningAction -InformationAction -ErrorVariable -OutVariable",
    ),
];

/// What the option called `name` is about; PowerShell's names in any case.
pub(super) fn part(dialect: Dialect, name: &str) -> Option<Part> {
    let (table, is_same): (_, fn(&str, &str) -> bool) = match dialect {
        Dialect::Cli => (CLI, |one, other| one == other),
        Dialect::PowerShell => (POWERSHELL, str::eq_ignore_ascii_case),
    };
    let called = |(_, names): &&(Part, &str)| names.split(' ').any(|known| is_same(known, name));
    table.iter().find(called).map(|(part, _)| *part)
}

/// The option that is most like one that is not known.
pub(super) fn like(dialect: Dialect, name: &str) -> Option<&'static str> {
    let table = match dialect {
        Dialect::Cli => CLI,
        Dialect::PowerShell => POWERSHELL,
    };
    let known = || table.iter().flat_map(|(_, names)| names.split(' '));
    let bare = |name: &'static str| name.trim_start_matches('-');
    // What all options begin with makes none of them like another.
    let near = nearest(name.trim_start_matches('-'), known().map(bare));
    let near = *near.first()?;
    known().find(|known| bare(known) == near)
}

#[cfg(test)]
mod tests {
    use super::{CLI, Dialect, POWERSHELL, Part, like, part};

    #[test]
    fn every_option_is_listed_once() {
        for table in [CLI, POWERSHELL] {
            let all = table.iter().flat_map(|(_, names)| names.split(' '));
            let mut all: Vec<String> = all.map(str::to_lowercase).collect();
            let count = all.len();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), count);
            assert!(all.iter().all(|name| name.starts_with('-')), "{all:?}");
        }
    }

    #[test]
    fn options_are_found_and_likely_ones_named() {
        assert_eq!(part(Dialect::Cli, "-g"), Some(Part::ResourceGroup));
        assert_eq!(part(Dialect::Cli, "--SKU"), None);
        assert_eq!(part(Dialect::PowerShell, "-sku"), Some(Part::Sku));
        assert_eq!(
            like(Dialect::Cli, "--group-nicname"),
            Some("--group-nickname")
        );
        assert_eq!(like(Dialect::PowerShell, "--xyzzy"), None);
    }
}
