//! Every refusal of the control plane as a value: id, HTTP status, rule, source, and what to do.

use std::fmt;

/// What `meridian explain` says about a refusal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Entry {
    id: &'static str,
    status: u16,
    meaning: &'static str,
    remedy: &'static str,
    source: &'static str,
}

macro_rules! refusals {
    ($(
        $name:ident $id:literal $status:literal
        $meaning:literal $remedy:literal $source:literal
    )*) => {
        /// Why a request is refused (nothing has changed then), or why an operation failed.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Refusal {
            $(#[doc = $meaning] $name,)*
        }

        const TABLE: &[Entry] = &[$(Entry {
            id: $id,
            status: $status,
            meaning: $meaning,
            remedy: $remedy,
            source: $source,
        },)*];

        impl Refusal {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

refusals! {
    UnlinkSelf "E-UNLINK-SELF" 400
        "a database cannot unlink itself; send the request to a surviving member"
        "send it to another member of the group"
        "Terraform provider azurerm, managed Redis geo-replication"
    NotMember "E-UNLINK-ABSENT" 400
        "the database to unlink is not a member of the group"
        "look the linked databases up on a survivor and name one of them"
        "Azure REST API, databases forceUnlink; the id is ours"
    SentToFormerMember "E-UNLINK-FORMER" 400
        "the database the request was sent to is no longer a member of the group"
        "send it to a database that is still linked"
        "Azure REST API, databases forceUnlink: sent to a surviving member; the id is ours"
    Unreachable "E-UNREACHABLE" 503
        "the database the request was sent to cannot be reached"
        "send it to a member elsewhere, or wait until the region is back"
        "reliability-managed-redis: requests to a failed region fail; the id is ours"
    SkuGeo "E-SKU-GEO" 400
        "the SKU does not support geo-replication"
        "take Balanced B3 or larger, or any Memory or Compute Optimized size"
        "how-to-active-geo-replication, scope of availability"
    FlashEvict "E-FLASH-EVICT" 400
        "a Flash Optimized member must have the eviction policy NoEviction"
        "set the eviction policy to NoEviction, or take another tier"
        "how-to-active-geo-replication, prerequisites (seed edition)"
    FlashGeo "E-FLASH-GEO" 400
        "Flash Optimized sizes cannot be in a group"
        "take a Memory Optimized, Balanced or Compute Optimized size"
        "how-to-active-geo-replication, later edition"
    NoHa "E-NOHA" 400
        "a member needs high availability"
        "turn high availability on first; it cannot be turned off again"
        "how-to-active-geo-replication, prerequisites"
    Module "E-MODULE" 400
        "only the modules RediSearch and RedisJSON can be in a group"
        "create the instance without the other modules; they are fixed at creation"
        "how-to-active-geo-replication, prerequisites"
    SearchEvict "E-SEARCH-EVICT" 400
        "RediSearch needs the eviction policy NoEviction"
        "set the eviction policy to NoEviction"
        "Terraform provider azurerm, managed Redis"
    SearchCluster "E-SEARCH-CLUSTER" 400
        "RediSearch needs the clustering policy EnterpriseCluster"
        "create the instance with EnterpriseCluster"
        "Terraform provider azurerm, managed Redis; architecture page"
    Persist "E-PERSIST" 400
        "data persistence and active geo-replication exclude one another"
        "turn persistence off"
        "how-to-active-geo-replication, prerequisites"
    Mismatch "E-MISMATCH" 400
        "all members of a group have the same configuration, and while a scaling lock is held they \
         have none that another could match"
        "make the field that is named equal to the group's; wait until the group has one size"
        "how-to-active-geo-replication, prerequisites; joining while locked is an assumption"
    GroupFull "E-GROUP-FULL" 400
        "a group has at most five members"
        "remove a member first"
        "how-to-active-geo-replication, introduction"
    RemovePut "E-REMOVE-PUT" 400
        "linked databases cannot be removed by sending a shorter list"
        "delete the instance, or force-unlink it from a survivor"
        "Azure/bicep issues 10230 and 11086"
    LinkMember "E-LINK-MEMBER" 400
        "a database that is in a group already cannot be force-linked"
        "send the request to the database that is not yet in the group"
        "Terraform provider azurerm, managed Redis geo-replication"
    LinkFormer "E-LINK-FORMER" 400
        "a database that was force-unlinked cannot be linked again (seed edition)"
        "delete it, and create it anew with the group's nickname"
        "how-to-active-geo-replication, force-unlink, step 5; the id is ours"
    Nick "E-NICK" 400
        "the nickname is not the group's"
        "give the nickname of the group the listed databases are in"
        "Azure REST API, databases forceLinkToReplicationGroup"
    Split "E-SPLIT" 400
        "the list of linked databases is not the group as it is, with the database itself"
        "list the database itself and every current member, and nothing else"
        "Azure REST API, databases forceLinkToReplicationGroup; how-to, CLI examples"
    IdCase "E-ID-CASE" 400
        "a linked database id is written in other letter case"
        "write the id exactly as the resource has it"
        "MicrosoftDocs/azure-docs pull request 128105"
    NotFound "E-NOT-FOUND" 404
        "there is no database of that name"
        "look the name up; a deleted instance is gone for good"
        "Azure Resource Manager: ResourceNotFound; the id is ours"
    Exists "E-EXISTS" 409
        "there is an instance of that name already"
        "take another name, or delete the instance first"
        "Azure Resource Manager; the id is ours"
    LinkTimeout "E-LINK-TIMEOUT" 202
        "linking did not complete: a peer cannot be reached, or the peers are groups of their own"
        "force-unlink the member that is down, or list the members of one group; then link again"
        "hashicorp/terraform-provider-azurerm issue 31353"
    DeletePeer "E-DELETE-PEER" 202
        "a member cannot be removed gracefully while another one cannot be reached"
        "wait until the region is back, or force-unlink the member that is down"
        "Redis Software, manage Active-Active databases; the id is ours"
    Interrupted "E-INTERRUPTED" 202
        "the operation failed on the way"
        "look at the resource state, and send the request again"
        "ARM resource states CreateFailed, UpdateFailed, ScalingFailed; the id is ours"
    DbName "E-DBNAME" 400
        "an instance has a single database, and its name is `default`"
        "call the database `default`"
        "Azure/bicep-registry-modules issue 6868"
    Zones "E-ZONES" 400
        "zones cannot be asked for: zone redundancy is automatic"
        "leave the zones out"
        "langchain-ai/terraform pull request 107"
    ScaleLock "E-SCALE-LOCK" 409
        "the group's scaling lock allows this member another size, or none"
        "scale every other member to the group's target; all locks go when all match"
        "how-to-active-geo-replication, scaling instances in a geo-replication group"
    ScaleDownGeo "E-SCALE-DOWN-GEO" 400
        "a member cannot go to less memory or fewer shards"
        "take a size with at least as much memory and as many shards"
        "how-to-scale"
    ScaleUsed "E-SCALE-USED" 400
        "the target's memory does not exceed what is in use"
        "take a larger size, or flush what is disposable first"
        "how-to-scale; that the usable share counts is an assumption"
    ScaleFlash "E-SCALE-FLASH" 400
        "no scaling between Flash Optimized and the other tiers"
        "create a new instance in the other tier"
        "how-to-scale"
    ScaleNoCluster "E-SCALE-NOCLUSTER" 400
        "an instance without clustering cannot scale up"
        "change the clustering policy first"
        "architecture page, clustering policies"
    ScaleSame "E-SCALE-SAME" 400
        "the instance has that size already"
        "name another size"
        "nothing documented: an update that changes nothing; the id is ours"
    ScaleTarget "E-SCALE-TARGET" 400
        "the size is not among those the instance can scale to"
        "take the same memory in a higher tier, more memory in the same tier, or what is listed"
        "how-to-scale: listSkusForScaling; the list itself is an assumption; the id is ours"
    Policy "E-POLICY" 400
        "the clustering policy cannot be changed in place, except from NoCluster"
        "create a new instance with the other policy"
        "how-to-scale; terraform-provider-azurerm issue 31722"
    HaOff "E-HA-OFF" 400
        "high availability cannot be turned off"
        "create a new instance without it"
        "architecture page; the id is ours"
    ModulesFixed "E-MODULES-FIXED" 400
        "modules are fixed at creation"
        "create a new instance with the modules"
        "Azure REST API, redisEnterprise databases; the id is ours"
    NoClusterSize "E-NOCLUSTER-SIZE" 400
        "an instance without clustering has at most 25 GB"
        "take a smaller size or a clustering policy"
        "architecture page, clustering policies; the id is ours"
    Name "E-NAME" 400
        "the name does not have the form that names have"
        "letters, digits and single hyphens inside: up to 60 for an instance, 63 for a group"
        "Azure REST API, redisEnterprise; Terraform provider azurerm; the id is ours"
    Busy "E-BUSY" 409
        "another operation on the resource has not settled"
        "wait until the resource state has settled, and send the request again"
        "an assumption, from ARM's conflict status"
    Rbac "E-RBAC" 403
        "the principal may not flush"
        "have the permission to flush granted, or ask somebody who has it"
        "how-to-active-geo-replication, flush: managed by role-based access control"
}

impl Refusal {
    fn entry(self) -> &'static Entry {
        &TABLE[self as usize]
    }

    /// The stable id that `meridian explain` knows.
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// The HTTP status of the answer; 202 where the request is accepted and its operation fails.
    pub fn status(self) -> u16 {
        self.entry().status
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        self.entry().remedy
    }

    /// Where the rule comes from.
    pub fn source(self) -> &'static str {
        self.entry().source
    }
}

impl fmt::Display for Refusal {
    /// The rule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entry().meaning)
    }
}

/// A request refused, or an operation failed: the rule, what was found, what would be accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// The rule.
    pub refusal: Refusal,
    /// What was found.
    pub found: String,
    /// What would be accepted.
    pub accepted: String,
}

impl Refused {
    pub(super) fn new(
        refusal: Refusal,
        found: impl Into<String>,
        accepted: impl Into<String>,
    ) -> Self {
        Self {
            refusal,
            found: found.into(),
            accepted: accepted.into(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            refusal,
            found,
            accepted,
        } = self;
        write!(f, "{}: found {found}; accepted: {accepted}", refusal.id())
    }
}
