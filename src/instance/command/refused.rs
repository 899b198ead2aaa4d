//! Commands a client may know that Meridian does not carry out, and why.
//!
//! Source: Redis Enterprise docs, references/compatibility/commands; Azure docs,
//! active-geo-replication (`FLUSHALL`, `FLUSHDB`).

use crate::instance::command::reply::Order;
use crate::instance::command::table::{Access, Command, Keys, Status};

const fn other(name: &'static str, status: Status, summary: &'static str) -> Command {
    Command {
        name,
        group: "",
        arity: -1,
        access: Access::None,
        keys: Keys::None,
        order: Order::Promised,
        status,
        rules: "",
        summary,
    }
}

macro_rules! refused {
    ($($reason:ident: $($name:literal)*;)*) => {
        &[$($(other($name, Status::Refused($reason), "Refused")),*),*]
    };
}

macro_rules! unmodelled {
    ($($name:literal)*) => { &[$(other($name, Status::Unmodelled, "Not modelled yet")),*] };
}

const FLUSH: &str = "with active geo-replication a group is flushed through the control plane";
const ACTIVE_ACTIVE: &str = "Active-Active databases do not support it";
const ENTERPRISE: &str = "Redis Enterprise does not support it";

/// What the product refuses.
pub(super) const REFUSED: &[Command] = refused! {
    FLUSH: "flushall" "flushdb";
    ACTIVE_ACTIVE: "wait" "waitaof" "restore" "object|encoding" "json.mset"
        "vadd" "vcard" "vdim" "vemb" "vgetattr" "vinfo" "vlinks" "vrandmember" "vrem" "vsetattr"
        "vsim";
    ENTERPRISE: "substr" "swapdb" "move" "migrate" "replicaof" "slaveof" "psync" "sync" "replconf"
        "role" "failover" "save" "bgsave" "bgrewriteaof" "lastsave" "shutdown" "debug" "reset"
        "readonly" "readwrite" "asking" "client|pause" "client|unpause" "client|no-evict"
        "acl|setuser" "acl|deluser" "acl|load" "acl|save" "acl|genpass" "acl|log"
        "latency|doctor" "latency|graph" "latency|history" "latency|latest" "latency|reset"
        "memory|doctor" "memory|malloc-stats" "memory|purge" "memory|stats" "module|load"
        "module|loadex" "module|unload" "script|debug"
        "cluster|addslots" "cluster|bumpepoch" "cluster|delslots" "cluster|failover"
        "cluster|flushslots" "cluster|forget" "cluster|getkeysinslot" "cluster|meet"
        "cluster|replicate" "cluster|reset" "cluster|saveconfig" "cluster|setslot";
};

/// What Redis knows and the product allows, of types and families not modelled yet.
pub(super) const UNMODELLED: &[Command] = unmodelled! {
    "geoadd" "geodist" "geohash" "geopos" "georadius" "georadius_ro" "georadiusbymember"
    "georadiusbymember_ro" "geosearch" "geosearchstore"
    "pfadd" "pfcount" "pfdebug" "pfmerge" "pfselftest"
    "xack" "xadd" "xautoclaim" "xclaim" "xdel" "xlen" "xpending" "xrange" "xread" "xreadgroup"
    "xrevrange" "xsetid" "xtrim" "xgroup|create" "xgroup|createconsumer" "xgroup|delconsumer"
    "xgroup|destroy" "xgroup|setid" "xinfo|consumers" "xinfo|groups" "xinfo|stream"
    "hexpire" "hexpireat" "hexpiretime" "hpersist" "hpexpire" "hpexpireat" "hpexpiretime" "hpttl"
    "httl" "hgetdel" "hgetex" "hsetex"
    "json.debug"
    "ft.aggregate" "ft.alter" "ft.create" "ft.dropindex" "ft.info" "ft.search" "ft._list"
    "dump" "object|freq" "object|help" "object|idletime" "object|refcount"
    "multi" "exec" "discard" "watch" "unwatch"
    "eval" "eval_ro" "evalsha" "evalsha_ro" "fcall" "fcall_ro" "function|delete" "function|dump"
    "function|flush" "function|list" "function|load" "function|restore" "function|stats"
    "script|exists" "script|flush" "script|kill" "script|load"
    "publish" "subscribe" "psubscribe" "unsubscribe" "punsubscribe" "spublish" "ssubscribe"
    "sunsubscribe" "pubsub|channels" "pubsub|numpat" "pubsub|numsub"
    "acl|cat" "acl|dryrun" "acl|getuser" "acl|list" "acl|users" "acl|whoami" "auth" "hello" "quit"
    "client|getname" "client|id" "client|info" "client|kill" "client|list" "client|setname"
    "client|setinfo" "client|reply" "client|tracking" "command" "config|get" "config|set"
    "config|resetstat" "config|rewrite" "cluster|countkeysinslot" "cluster|info" "cluster|myid"
    "cluster|nodes" "cluster|shards" "cluster|slots" "cluster|help" "info" "memory|usage"
    "memory|help" "monitor" "slowlog|get" "slowlog|len" "slowlog|reset" "lolwut" "module|list"
};
