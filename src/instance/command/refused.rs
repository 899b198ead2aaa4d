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
        options: "",
        summary,
    }
}

macro_rules! refused {
    ($($reason:ident: $($name:literal)*;)*) => {
        &[$($(other($name, Status::Refused($reason), "Refused")),*),*]
    };
}

macro_rules! unmodelled {
    ($($reason:ident: $($name:literal)*;)*) => {
        &[$($(other($name, Status::Unmodelled($reason), "Not modelled")),*),*]
    };
}

const FLUSH: &str = "with active geo-replication a group is flushed through the control plane";
const ACTIVE_ACTIVE: &str = "Active-Active databases do not support it";
const MODULE_KEYS: &str =
    "Active-Active databases take keys of modules alone, and here those have no serialised form";
const MODULES: &str = "Active-Active databases have no module but search and JSON";
const ENTERPRISE: &str = "Redis Enterprise does not support it";

/// The command that stands for a name no table has, where the product refuses all that begin like
/// it: those of arrays, which are many and came late.
pub(super) fn of_family(name: &[u8]) -> Option<&'static Command> {
    let begins = name.get(..2)?.eq_ignore_ascii_case(b"ar");
    begins.then_some(&ARRAYS)
}

const ARRAYS: Command = other("ar*", Status::Refused(ENTERPRISE), "Refused");

/// What the product refuses.
pub(super) const REFUSED: &[Command] = refused! {
    FLUSH: "flushall" "flushdb";
    MODULE_KEYS: "restore";
    ACTIVE_ACTIVE: "wait" "object|encoding" "json.mset"
        "vadd" "vcard" "vdim" "vemb" "vgetattr" "vinfo" "vlinks" "vrandmember" "vrem" "vsetattr"
        "vismember" "vrange" "vsim" "ft.dropindex" "ft.sugadd" "ft.sugdel" "ft.sugget" "ft.suglen";
    MODULES: "bf.add" "bf.card" "bf.exists" "bf.info" "bf.insert" "bf.loadchunk" "bf.madd"
        "bf.mexists" "bf.reserve" "bf.scandump" "cf.add" "cf.addnx" "cf.count" "cf.del" "cf.exists"
        "cf.info" "cf.insert" "cf.insertnx" "cf.loadchunk" "cf.mexists" "cf.reserve" "cf.scandump"
        "cms.incrby" "cms.info" "cms.initbydim" "cms.initbyprob" "cms.merge" "cms.query"
        "tdigest.add" "tdigest.byrank" "tdigest.byrevrank" "tdigest.cdf" "tdigest.create"
        "tdigest.info" "tdigest.max" "tdigest.merge" "tdigest.min" "tdigest.quantile"
        "tdigest.rank" "tdigest.reset" "tdigest.revrank" "tdigest.trimmed_mean" "topk.add"
        "topk.count" "topk.incrby" "topk.info" "topk.list" "topk.query" "topk.reserve" "ts.add"
        "ts.alter" "ts.create" "ts.createrule" "ts.decrby" "ts.del" "ts.deleterule" "ts.get"
        "ts.incrby" "ts.info" "ts.madd" "ts.mget" "ts.mrange" "ts.mrevrange" "ts.queryindex"
        "ts.range" "ts.revrange";
    ENTERPRISE: "increx" "xidmprecord" "xnack"
        "pfdebug" "pfselftest" "substr" "swapdb" "move" "migrate" "replicaof" "slaveof"
        "psync" "sync" "replconf" "role" "failover" "save" "bgsave" "bgrewriteaof" "lastsave"
        "shutdown" "debug" "reset"
        "readonly" "readwrite" "asking" "restore-asking" "client|caching" "client|getredir"
        "client|no-evict" "client|pause" "client|reply" "client|tracking" "client|trackinginfo"
        "client|unpause" "config|resetstat"
        "acl|setuser" "acl|deluser" "acl|load" "acl|save" "acl|genpass" "acl|log"
        "latency|doctor" "latency|graph" "latency|help" "latency|history" "latency|latest"
        "latency|reset" "memory|doctor" "memory|malloc-stats" "memory|purge" "memory|stats"
        "module|help"
        "module|load" "module|loadex" "module|unload" "script|debug"
        "cluster|addslots" "cluster|addslotsrange" "cluster|bumpepoch"
        "cluster|count-failure-reports" "cluster|countkeysinslot" "cluster|delslots"
        "cluster|delslotsrange" "cluster|failover" "cluster|flushslots" "cluster|forget"
        "cluster|getkeysinslot" "cluster|links" "cluster|meet" "cluster|myid" "cluster|myshardid"
        "cluster|replicas" "cluster|replicate" "cluster|reset" "cluster|saveconfig"
        "cluster|set-config-epoch" "cluster|setslot" "cluster|shards" "cluster|slaves";
};

const SCRIPTS: &str = "scripts are out of scope; a script replicates the effects of its commands";
const SEARCH: &str = "search is out of scope; each member indexes what it holds";
const SESSIONS: &str = "a scenario's clients need no login and have no settings";
const SERVERS: &str = "the outcome tells what an instance does, in figures of its own";
const LATER: &str = "it came after Redis 7.4";
const SERIALISED: &str = "values have no serialised form; RESTORE takes none of Redis' own types";
const ENCODINGS: &str = "how values lie in memory is an estimate; TYPE tells what they are";
const DOCUMENTS: &str = "how a document lies in memory is an estimate; MEMORY USAGE tells it";

/// What Redis knows and the product allows, and why it is not carried out.
pub(super) const UNMODELLED: &[Command] = unmodelled! {
    SCRIPTS: "eval" "eval_ro" "evalsha" "evalsha_ro" "fcall" "fcall_ro" "function|delete"
        "function|dump" "function|flush" "function|help" "function|kill" "function|list"
        "function|load" "function|restore" "function|stats" "script|exists" "script|flush"
        "script|help" "script|kill" "script|load";
    SEARCH: "ft.aggregate" "ft.aliasadd" "ft.aliasdel" "ft.aliasupdate" "ft.alter" "ft.create"
        "ft.cursor|del" "ft.cursor|read" "ft.config|get" "ft.config|help" "ft.config|set"
        "ft.dictadd" "ft.dictdel" "ft.dictdump" "ft.explain" "ft.explaincli" "ft.info" "ft.profile"
        "ft.search" "ft.spellcheck" "ft.syndump" "ft.synupdate" "ft.tagvals" "ft._list";
    SESSIONS: "acl|cat" "acl|dryrun" "acl|getuser" "acl|help" "acl|list" "acl|users" "acl|whoami"
        "auth" "hello" "quit" "client|getname" "client|help" "client|id" "client|info"
        "client|kill" "client|list" "client|no-touch" "client|setname" "client|setinfo"
        "client|unblock";
    SERVERS: "command" "config|get" "config|set" "config|help" "config|rewrite" "cluster|info"
        "cluster|nodes" "cluster|slots" "cluster|help" "info" "latency|histogram" "waitaof"
        "monitor" "slowlog|get" "slowlog|help" "slowlog|len" "slowlog|reset" "lolwut"
        "module|list";
    LATER: "hgetex" "hsetex";
    SERIALISED: "dump";
    DOCUMENTS: "json.debug";
    ENCODINGS: "crdt.debug|encoding";
};
