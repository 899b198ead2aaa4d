//! The commands that are carried out, by group.
//!
//! Source: Redis 7.4 docs, commands (arities, key positions, which ones memory refuses).

use crate::instance::command::reply::Order;
use crate::instance::command::table::{Access, Carried, Command, Keys, Status};
use crate::instance::command::{
    algebra, bit, bitfield, blocking, counter, expiry, geo, geo_search, hash, hash_expiry,
    hash_number, help, hyperloglog, json, json_change, key, lcs, list, list_move, object, pubsub,
    random, range, rename, scan, server, set, sort, sorted_algebra, sorted_pop, sorted_range,
    sorted_set, stream_claim, stream_group, stream_info, stream_pending, stream_range, stream_read,
    stream_write, string, string_options, transaction,
};

/// All groups.
pub(super) const GROUPS: [&[Command]; 15] = [
    STRINGS,
    BITMAPS,
    COUNTERS,
    HASHES,
    SETS,
    SORTED_SETS,
    LISTS,
    STREAMS,
    PLACES,
    HYPERLOGLOGS,
    JSON,
    KEYS,
    TRANSACTIONS,
    CHANNELS,
    SERVER,
];

const ALL: Keys = Keys::Span { first: 1, step: 1 };
const EVERY_OTHER: Keys = Keys::Span { first: 1, step: 2 };
const FROM_SECOND: Keys = Keys::Span { first: 2, step: 1 };
const KEY: Keys = Keys::At(1);
const SECOND: Keys = Keys::At(2);

macro_rules! commands {
    ($group:literal: $($name:literal $arity:literal $access:ident $keys:expr, $order:ident,
        $handler:path, $rules:literal, $([$options:literal],)? $summary:literal;)*) => {
        &[$(Command {
            name: $name,
            group: $group,
            arity: $arity,
            access: Access::$access,
            keys: $keys,
            order: Order::$order,
            status: Status::Modelled(Carried($handler)),
            rules: $rules,
            options: concat!($($options)?),
            summary: $summary,
        }),*]
    };
}

const STRINGS: &[Command] = commands! { "string":
    "append" 3 Grow KEY, Promised, range::append, "STR-3 STR-5", "Appends to a string";
    "get" 2 Read KEY, Promised, string::get, "", "The string";
    "getdel" 2 Write KEY, Promised, string::getdel, "STR-4 STR-6", "The string, then deletes it";
    "getex" -2 Write KEY, Promised, string_options::getex, "STR-6 EXP-1",
        ["EX PX EXAT PXAT PERSIST"], "The string, and sets its deadline";
    "getrange" 4 Read KEY, Promised, range::getrange, "", "A part of the string";
    "getset" 3 Grow KEY, Promised, string::getset, "STR-1 STR-6",
        "Replaces the string, returns the old one";
    "lcs" -3 Read Keys::Pair, Promised, lcs::lcs, "",
        ["LEN IDX MINMATCHLEN WITHMATCHLEN"], "The longest common subsequence of two strings";
    "mget" -2 Read Keys::Spread, Promised, string::mget, "", "Several strings, across slots";
    "mset" -3 Grow EVERY_OTHER, Promised, string::mset, "STR-1 STR-6",
        "Sets several strings of one slot";
    "msetnx" -3 Grow EVERY_OTHER, Promised, string::msetnx, "STR-1 STR-6",
        "Sets several strings if none exists here";
    "psetex" 4 Grow KEY, Promised, string_options::psetex, "STR-1 STR-6 EXP-1",
        "Sets a string with a life in milliseconds";
    "set" -3 Grow KEY, Promised, string_options::set, "STR-1 STR-2 CNT-3 EXP-10",
        ["NX XX GET EX PX EXAT PXAT KEEPTTL"], "Sets a string";
    "setex" 4 Grow KEY, Promised, string_options::setex, "STR-1 STR-6 EXP-1",
        "Sets a string with a life in seconds";
    "setnx" 3 Grow KEY, Promised, string::setnx, "STR-1 STR-6",
        "Sets a string that does not exist here";
    "setrange" 4 Grow KEY, Promised, range::setrange, "STR-3 STR-5",
        "Overwrites a part of a string";
    "strlen" 2 Read KEY, Promised, range::strlen, "", "The length of a string";
};

const BITMAPS: &[Command] = commands! { "bitmap":
    "bitcount" -2 Read KEY, Promised, bit::bitcount, "",
        ["BYTE BIT"], "How many bits are set";
    "bitfield" -2 Grow KEY, Promised, bitfield::bitfield, "STR-3 STR-5",
        ["GET OVERFLOW WRAP SAT FAIL SET INCRBY"], "Reads and writes integers of any width";
    "bitfield_ro" -2 Read KEY, Promised, bitfield::bitfield_ro, "",
        ["GET"], "Reads integers of any width";
    "bitop" -4 Grow FROM_SECOND, Promised, bit::bitop, "STR-7", "Combines bitmaps into one";
    "bitpos" -3 Read KEY, Promised, bit::bitpos, "",
        ["BYTE BIT"], "The first bit that is set, or clear";
    "getbit" 3 Read KEY, Promised, bit::getbit, "", "One bit";
    "setbit" 4 Grow KEY, Promised, bit::setbit, "STR-3 STR-5", "Sets or clears one bit";
};

const COUNTERS: &[Command] = commands! { "counter":
    "decr" 2 Grow KEY, Promised, counter::decr, "CNT-1 CNT-2 CNT-3", "Takes one off";
    "decrby" 3 Grow KEY, Promised, counter::decrby, "CNT-1 CNT-2 CNT-3", "Takes some off";
    "incr" 2 Grow KEY, Promised, counter::incr, "CNT-1 CNT-2 CNT-3", "Adds one";
    "incrby" 3 Grow KEY, Promised, counter::incrby, "CNT-1 CNT-2 CNT-3", "Adds some";
    "incrbyfloat" 3 Grow KEY, Promised, counter::incrbyfloat, "CNT-1 CNT-3", "Adds a fraction";
};

const HASHES: &[Command] = commands! { "hash":
    "hdel" -3 Write KEY, Promised, hash::hdel, "H-3 H-7", "Deletes fields";
    "hexists" 3 Read KEY, Promised, hash::hexists, "", "Whether a field exists";
    "hexpire" -6 Grow KEY, Promised, hash_expiry::hexpire, "H-9 EXP-1 EXP-3",
        ["NX XX GT LT FIELDS"], "Sets the life of fields in seconds";
    "hexpireat" -6 Grow KEY, Promised, hash_expiry::hexpireat, "H-9 EXP-1 EXP-3",
        ["NX XX GT LT FIELDS"], "Sets the deadline of fields in Unix seconds";
    "hexpiretime" -5 Read KEY, Promised, hash_expiry::hexpiretime, "",
        ["FIELDS"], "The deadlines of fields in Unix seconds";
    "hget" 3 Read KEY, Promised, hash::hget, "", "One field's value";
    "hgetall" 2 Read KEY, AnyPairs, hash::hgetall, "", "All fields with their values";
    "hgetdel" -5 Write KEY, Promised, hash_expiry::hgetdel, "H-3 H-7 H-8",
        ["FIELDS"], "Several fields' values, then deletes them";
    "hincrby" 4 Grow KEY, Promised, hash_number::hincrby, "H-5 H-6 CNT-2", "Adds to a field";
    "hincrbyfloat" 4 Grow KEY, Promised, hash_number::hincrbyfloat, "H-5 H-6",
        "Adds a fraction to a field";
    "hkeys" 2 Read KEY, Any, hash::hkeys, "", "All fields";
    "hlen" 2 Read KEY, Promised, hash::hlen, "", "The number of fields";
    "hmget" -3 Read KEY, Promised, hash::hmget, "", "Several fields' values";
    "hmset" -4 Grow KEY, Promised, hash::hmset, "H-1 H-2 H-8", "Sets fields";
    "hpersist" -5 Write KEY, Promised, hash_expiry::hpersist, "H-9 EXP-2",
        ["FIELDS"], "Takes the deadlines of fields away";
    "hpexpire" -6 Grow KEY, Promised, hash_expiry::hpexpire, "H-9 EXP-1 EXP-3",
        ["NX XX GT LT FIELDS"], "Sets the life of fields in milliseconds";
    "hpexpireat" -6 Grow KEY, Promised, hash_expiry::hpexpireat, "H-9 EXP-1 EXP-3",
        ["NX XX GT LT FIELDS"], "Sets the deadline of fields in Unix milliseconds";
    "hpexpiretime" -5 Read KEY, Promised, hash_expiry::hpexpiretime, "",
        ["FIELDS"], "The deadlines of fields in Unix milliseconds";
    "hpttl" -5 Read KEY, Promised, hash_expiry::hpttl, "",
        ["FIELDS"], "The life left of fields in milliseconds";
    "hrandfield" -2 Read KEY, Any, random::hrandfield, "",
        ["WITHVALUES"], "Fields drawn at random";
    "hscan" -3 Read KEY, AnyPairs, scan::hscan, "",
        ["MATCH COUNT NOVALUES"], "A piece of the fields";
    "hset" -4 Grow KEY, Promised, hash::hset, "H-1 H-2 H-3 H-4", "Sets fields";
    "hsetnx" 4 Grow KEY, Promised, hash::hsetnx, "H-2 H-8", "Sets a field that does not exist here";
    "hstrlen" 3 Read KEY, Promised, hash::hstrlen, "", "The length of a field's value";
    "httl" -5 Read KEY, Promised, hash_expiry::httl, "",
        ["FIELDS"], "The life left of fields in seconds";
    "hvals" 2 Read KEY, Any, hash::hvals, "", "All values";
};

const SETS: &[Command] = commands! { "set":
    "sadd" -3 Grow KEY, Promised, set::sadd, "S-1 S-2", "Adds members";
    "scard" 2 Read KEY, Promised, set::scard, "", "The number of members";
    "sdiff" -2 Read ALL, Any, algebra::sdiff, "", "Members of the first set alone";
    "sdiffstore" -3 Grow ALL, Promised, algebra::sdiffstore, "S-7",
        "Stores members of the first set alone";
    "sinter" -2 Read ALL, Any, algebra::sinter, "", "Members common to all";
    "sintercard" -3 Read Keys::Counted, Promised, algebra::sintercard, "",
        ["LIMIT"], "How many members are common to all";
    "sinterstore" -3 Grow ALL, Promised, algebra::sinterstore, "S-7",
        "Stores members common to all";
    "sismember" 3 Read KEY, Promised, set::sismember, "", "Whether it is a member";
    "smembers" 2 Read KEY, Any, set::smembers, "", "All members";
    "smismember" -3 Read KEY, Promised, set::smismember, "", "Whether each is a member";
    "smove" 4 Write Keys::Pair, Promised, set::smove, "S-7", "Moves a member to another set";
    "spop" -2 Write KEY, Any, random::spop, "S-6", "Takes members out at random";
    "srandmember" -2 Read KEY, Any, random::srandmember, "", "Members drawn at random";
    "srem" -3 Write KEY, Promised, set::srem, "S-2 S-3 S-4", "Removes members";
    "sscan" -3 Read KEY, Any, scan::sscan, "",
        ["MATCH COUNT"], "A piece of the members";
    "sunion" -2 Read ALL, Any, algebra::sunion, "", "Members of any";
    "sunionstore" -3 Grow ALL, Promised, algebra::sunionstore, "S-7", "Stores members of any";
};

const SORTED_SETS: &[Command] = commands! { "sorted set":
    "bzmpop" -5 Write Keys::CountedLate, Promised, blocking::bzmpop, "Z-10",
        ["MIN MAX COUNT"], "Takes members out of the first key that has any now";
    "bzpopmax" -3 Write Keys::AllButLast, Promised, blocking::bzpopmax, "Z-10",
        "Takes the greatest out of the first key that has any now";
    "bzpopmin" -3 Write Keys::AllButLast, Promised, blocking::bzpopmin, "Z-10",
        "Takes the least out of the first key that has any now";
    "zadd" -4 Grow KEY, Promised, sorted_set::zadd, "Z-1 Z-2 Z-3 Z-6 Z-7 Z-9",
        ["NX XX GT LT CH INCR"], "Sets the scores of members";
    "zcard" 2 Read KEY, Promised, sorted_set::zcard, "", "The number of members";
    "zcount" 4 Read KEY, Promised, sorted_range::zcount, "", "How many score between two";
    "zdiff" -3 Read Keys::Counted, Promised, sorted_algebra::zdiff, "",
        ["WITHSCORES"], "Members of the first sorted set alone";
    "zdiffstore" -4 Grow Keys::CountedInto, Promised, sorted_algebra::zdiffstore, "Z-8",
        "Stores members of the first sorted set alone";
    "zincrby" 4 Grow KEY, Promised, sorted_set::zincrby, "Z-4 Z-5 Z-7 Z-9", "Adds to a score";
    "zinter" -3 Read Keys::Counted, Promised, sorted_algebra::zinter, "",
        ["WEIGHTS AGGREGATE SUM MIN MAX WITHSCORES"], "Members common to all";
    "zintercard" -3 Read Keys::Counted, Promised, sorted_algebra::zintercard, "",
        ["LIMIT"], "How many members are common to all";
    "zinterstore" -4 Grow Keys::CountedInto, Promised, sorted_algebra::zinterstore, "Z-8",
        ["WEIGHTS AGGREGATE SUM MIN MAX"], "Stores members common to all";
    "zlexcount" 4 Read KEY, Promised, sorted_range::zlexcount, "", "How many stand between two";
    "zmpop" -4 Write Keys::Counted, Promised, sorted_pop::zmpop, "Z-10",
        ["MIN MAX COUNT"], "Takes members out of the first key that has any";
    "zmscore" -3 Read KEY, Promised, sorted_set::zmscore, "", "Several members' scores";
    "zpopmax" -2 Write KEY, Promised, sorted_pop::zpopmax, "Z-10", "Takes the greatest out";
    "zpopmin" -2 Write KEY, Promised, sorted_pop::zpopmin, "Z-10", "Takes the least out";
    "zrandmember" -2 Read KEY, Any, random::zrandmember, "",
        ["WITHSCORES"], "Members drawn at random";
    "zrange" -4 Read KEY, Promised, sorted_range::zrange, "",
        ["BYSCORE BYLEX REV LIMIT WITHSCORES"], "Members by rank, by score or by name";
    "zrangebylex" -4 Read KEY, Promised, sorted_range::zrangebylex, "",
        ["LIMIT"], "Members by name";
    "zrangebyscore" -4 Read KEY, Promised, sorted_range::zrangebyscore, "",
        ["WITHSCORES LIMIT"], "Members by score";
    "zrangestore" -5 Grow Keys::Pair, Promised, sorted_range::zrangestore, "Z-8",
        ["BYSCORE BYLEX REV LIMIT"], "Stores members by rank, by score or by name";
    "zrank" -3 Read KEY, Promised, sorted_set::zrank, "",
        ["WITHSCORE"], "A member's rank, from the least on";
    "zrem" -3 Write KEY, Promised, sorted_set::zrem, "Z-5 Z-6", "Removes members";
    "zremrangebylex" 4 Write KEY, Promised, sorted_range::zremrangebylex, "Z-10",
        "Removes members by name";
    "zremrangebyrank" 4 Write KEY, Promised, sorted_range::zremrangebyrank, "Z-10",
        "Removes members by rank";
    "zremrangebyscore" 4 Write KEY, Promised, sorted_range::zremrangebyscore, "Z-10",
        "Removes members by score";
    "zrevrange" -4 Read KEY, Promised, sorted_range::zrevrange, "",
        ["WITHSCORES"], "Members by rank, from the greatest on";
    "zrevrangebylex" -4 Read KEY, Promised, sorted_range::zrevrangebylex, "",
        ["LIMIT"], "Members by name, from the last on";
    "zrevrangebyscore" -4 Read KEY, Promised, sorted_range::zrevrangebyscore, "",
        ["WITHSCORES LIMIT"], "Members by score, from the greatest on";
    "zrevrank" -3 Read KEY, Promised, sorted_set::zrevrank, "",
        ["WITHSCORE"], "A member's rank, from the greatest on";
    "zscan" -3 Read KEY, AnyPairs, scan::zscan, "",
        ["MATCH COUNT"], "A piece of the members";
    "zscore" 3 Read KEY, Promised, sorted_set::zscore, "", "A member's score";
    "zunion" -3 Read Keys::Counted, Promised, sorted_algebra::zunion, "",
        ["WEIGHTS AGGREGATE SUM MIN MAX WITHSCORES"], "Members of any";
    "zunionstore" -4 Grow Keys::CountedInto, Promised, sorted_algebra::zunionstore, "Z-8",
        ["WEIGHTS AGGREGATE SUM MIN MAX"], "Stores members of any";
};

const LISTS: &[Command] = commands! { "list":
    "blmove" 6 Grow Keys::Pair, Promised, list_move::blmove, "L-3 L-10",
        ["LEFT RIGHT"], "Moves an element to another list, if there is one now";
    "blmpop" -5 Write Keys::CountedLate, Promised, blocking::blmpop, "L-3",
        ["LEFT RIGHT COUNT"], "Takes elements out of the first list that has any now";
    "blpop" -3 Write Keys::AllButLast, Promised, blocking::blpop, "L-3",
        "Takes the first element of the first list that has any now";
    "brpop" -3 Write Keys::AllButLast, Promised, blocking::brpop, "L-3",
        "Takes the last element of the first list that has any now";
    "brpoplpush" 4 Grow Keys::Pair, Promised, list_move::brpoplpush, "L-3 L-10",
        "Moves the last element to another list's head, if there is one now";
    "lindex" 3 Read KEY, Promised, list::lindex, "", "One element";
    "linsert" 5 Grow KEY, Promised, list::linsert, "L-1 L-9",
        ["BEFORE AFTER"], "Puts an element beside another";
    "llen" 2 Read KEY, Promised, list::llen, "", "The number of elements";
    "lmove" 5 Grow Keys::Pair, Promised, list_move::lmove, "L-3 L-10",
        ["LEFT RIGHT"], "Moves an element to another list";
    "lmpop" -4 Write Keys::Counted, Promised, blocking::lmpop, "L-3",
        ["LEFT RIGHT COUNT"], "Takes elements out of the first list that has any";
    "lpop" -2 Write KEY, Promised, list::lpop, "L-3 L-4", "Takes the first elements";
    "lpos" -3 Read KEY, Promised, list::lpos, "",
        ["RANK COUNT MAXLEN"], "Where an element stands";
    "lpush" -3 Grow KEY, Promised, list::lpush, "L-1 L-2 L-4", "Puts elements before the first";
    "lpushx" -3 Grow KEY, Promised, list::lpushx, "L-1 L-2 L-4",
        "Puts elements before the first of a list that exists here";
    "lrange" 4 Read KEY, Promised, list::lrange, "", "Elements by position";
    "lrem" 4 Write KEY, Promised, list::lrem, "L-5", "Removes elements that equal one";
    "lset" 4 Grow KEY, Promised, list::lset, "L-6 L-7", "Replaces an element";
    "ltrim" 4 Write KEY, Promised, list::ltrim, "L-8", "Removes all but a part";
    "rpop" -2 Write KEY, Promised, list::rpop, "L-3 L-4", "Takes the last elements";
    "rpoplpush" 3 Grow Keys::Pair, Promised, list_move::rpoplpush, "L-3 L-10",
        "Moves the last element to another list's head";
    "rpush" -3 Grow KEY, Promised, list::rpush, "L-1 L-2 L-4", "Puts elements behind the last";
    "rpushx" -3 Grow KEY, Promised, list::rpushx, "L-1 L-2 L-4",
        "Puts elements behind the last of a list that exists here";
};

const STREAMS: &[Command] = commands! { "stream":
    "xack" -4 Write KEY, Promised, stream_group::xack, "G-5 G-6", "Acknowledges entries";
    "xadd" -5 Grow KEY, Promised, stream_write::xadd, "X-1 X-3 X-4 X-5 X-6",
        ["NOMKSTREAM MAXLEN MINID = ~ LIMIT *"], "Adds an entry";
    "xautoclaim" -6 Write KEY, Promised, stream_claim::xautoclaim, "G-1",
        ["COUNT JUSTID"], "Gives pending entries to a consumer of this region, from an id on";
    "xclaim" -6 Write KEY, Promised, stream_claim::xclaim, "G-1 X-5",
        ["IDLE TIME RETRYCOUNT FORCE JUSTID LASTID"],
        "Gives pending entries to a consumer of this region";
    "xdel" -3 Write KEY, Promised, stream_write::xdel, "X-2 X-5", "Removes entries";
    "xgroup|create" -5 Grow SECOND, Promised, stream_group::create, "G-1 G-2 G-3 G-4",
        ["$ MKSTREAM ENTRIESREAD"], "Makes a consumer group";
    "xgroup|createconsumer" 5 Grow SECOND, Promised, stream_group::createconsumer, "G-1",
        "Makes a consumer, in this region";
    "xgroup|delconsumer" 5 Write SECOND, Promised, stream_group::delconsumer, "G-1",
        "Removes a consumer, in this region";
    "xgroup|destroy" 4 Write SECOND, Promised, stream_group::destroy, "G-3",
        "Deletes a consumer group";
    "xgroup|help" 2 None Keys::None, Promised, help::xgroup, "", "What XGROUP can do";
    "xgroup|setid" -5 Write SECOND, Promised, stream_group::setid, "G-1",
        ["$ ENTRIESREAD"], "Moves a group's position, in this region";
    "xinfo|consumers" 4 Read SECOND, Promised, stream_info::consumers, "",
        "A group's consumers in this region";
    "xinfo|groups" 3 Read SECOND, Promised, stream_info::groups, "", "A stream's groups";
    "xinfo|help" 2 None Keys::None, Promised, help::xinfo, "", "What XINFO can tell";
    "xinfo|stream" -3 Read SECOND, Promised, stream_info::stream, "",
        ["FULL COUNT"], "A stream described";
    "xlen" 2 Read KEY, Promised, stream_range::xlen, "", "The number of entries";
    "xpending" -3 Read KEY, Promised, stream_pending::xpending, "",
        ["IDLE"], "What is delivered in this region and not acknowledged";
    "xrange" -4 Read KEY, Promised, stream_range::xrange, "",
        ["COUNT"], "Entries by id";
    "xread" -4 Read Keys::Streams, Promised, stream_read::xread, "",
        ["COUNT BLOCK STREAMS"], "Entries behind an id; what arrives late may be skipped (X-7)";
    "xreadgroup" -7 Write Keys::Streams, Promised, stream_read::xreadgroup, "G-1 G-7 G-8 X-8",
        ["GROUP COUNT BLOCK NOACK STREAMS"], "Entries for a group's consumer, none skipped";
    "xrevrange" -4 Read KEY, Promised, stream_range::xrevrange, "",
        ["COUNT"], "Entries by id, from the last on";
    "xsetid" -3 Grow KEY, Promised, stream_write::xsetid, "X-9",
        ["ENTRIESADDED MAXDELETEDID"], "Sets the last id";
    "xtrim" -4 Write KEY, Promised, stream_write::xtrim, "X-2",
        ["MAXLEN MINID = ~ LIMIT"], "Removes the oldest entries";
};

const PLACES: &[Command] = commands! { "geo":
    "geoadd" -5 Grow KEY, Promised, geo::geoadd, "Z-1 Z-2 Z-3 Z-9",
        ["NX XX CH"], "Adds places";
    "geodist" -4 Read KEY, Promised, geo::geodist, "",
        ["M KM FT MI"], "The way between two places";
    "geohash" -2 Read KEY, Promised, geo::geohash, "", "The geohashes of places";
    "geopos" -2 Read KEY, Promised, geo::geopos, "", "Where places are";
    "georadius" -6 Grow Keys::Stored, Promised, geo_search::georadius, "Z-8",
        ["M KM FT MI WITHCOORD WITHDIST WITHHASH COUNT ANY ASC DESC STORE STOREDIST"],
        "Places near a point; tells or stores them";
    "georadius_ro" -6 Read KEY, Promised, geo_search::georadius_ro, "",
        ["M KM FT MI WITHCOORD WITHDIST WITHHASH COUNT ANY ASC DESC"], "Places near a point";
    "georadiusbymember" -5 Grow Keys::Stored, Promised, geo_search::georadiusbymember, "Z-8",
        ["M KM FT MI WITHCOORD WITHDIST WITHHASH COUNT ANY ASC DESC STORE STOREDIST"],
        "Places near a place; tells or stores them";
    "georadiusbymember_ro" -5 Read KEY, Promised, geo_search::georadiusbymember_ro, "",
        ["M KM FT MI WITHCOORD WITHDIST WITHHASH COUNT ANY ASC DESC"], "Places near a place";
    "geosearch" -7 Read KEY, Promised, geo_search::geosearch, "",
        ["FROMMEMBER FROMLONLAT BYRADIUS M KM FT MI BYBOX ASC DESC COUNT ANY WITHCOORD \
         WITHDIST WITHHASH"], "Places in a circle or box";
    "geosearchstore" -8 Grow Keys::Pair, Promised, geo_search::geosearchstore, "Z-8",
        ["FROMMEMBER FROMLONLAT BYRADIUS M KM FT MI BYBOX ASC DESC COUNT ANY STOREDIST"],
        "Stores places in a circle or box";
};

const HYPERLOGLOGS: &[Command] = commands! { "hyperloglog":
    "pfadd" -2 Grow KEY, Promised, hyperloglog::pfadd, "HLL-1 HLL-2 HLL-3", "Adds elements";
    "pfcount" -2 Read ALL, Promised, hyperloglog::pfcount, "",
        "About how many elements there are in any";
    "pfmerge" -2 Grow ALL, Promised, hyperloglog::pfmerge, "HLL-1 HLL-2 HLL-3",
        "Adds the elements of others";
};

const JSON: &[Command] = commands! { "json":
    "json.arrappend" -4 Grow KEY, Promised, json_change::arrappend, "J-10",
        "Appends to arrays";
    "json.arrindex" -4 Read KEY, Promised, json::arrindex, "", "Where a value is in arrays";
    "json.arrinsert" -5 Grow KEY, Promised, json_change::arrinsert, "J-10",
        "Inserts into arrays";
    "json.arrlen" -2 Read KEY, Promised, json::arrlen, "", "Lengths of arrays";
    "json.arrpop" -2 Write KEY, Promised, json_change::arrpop, "J-10 J-11",
        "Removes elements of arrays, and returns them";
    "json.arrtrim" 5 Write KEY, Promised, json_change::arrtrim, "J-10 J-11",
        "Removes elements outside a range";
    "json.clear" -2 Write KEY, Promised, json_change::clear, "J-5 J-8",
        "Empties containers, sets numbers to 0";
    "json.del" -2 Write KEY, Promised, json::del, "J-3 J-4 J-11 J-12 J-14",
        "Deletes values, or the document";
    "json.forget" -2 Write KEY, Promised, json::del, "J-3 J-4 J-11 J-12 J-14",
        "As `JSON.DEL`";
    "json.get" -2 Read KEY, Promised, json::get, "",
        ["INDENT NEWLINE SPACE NOESCAPE"], "Values as JSON text";
    "json.merge" 4 Grow KEY, Promised, json::merge, "J-5 J-9 J-15",
        "Changes what a patch names";
    "json.mget" -3 Read Keys::AllButLast, Promised, json::mget, "", "Values of several documents";
    "json.numincrby" 4 Grow KEY, Promised, json_change::numincrby, "J-13", "Adds to numbers";
    "json.nummultby" 4 Grow KEY, Promised, json_change::nummultby, "J-13", "Multiplies numbers";
    "json.objkeys" -2 Read KEY, Promised, json::objkeys, "", "Names of fields";
    "json.objlen" -2 Read KEY, Promised, json::objlen, "", "Numbers of fields";
    "json.resp" -2 Read KEY, Promised, json::resp, "", "Values as nested replies";
    "json.set" -4 Grow KEY, Promised, json::set, "J-1 J-2 J-5 J-6 J-7 J-9",
        ["NX XX"], "Writes a document, or values in it";
    "json.strappend" -3 Grow KEY, Promised, json_change::strappend, "J-13",
        "Appends to strings";
    "json.strlen" -2 Read KEY, Promised, json::strlen, "", "Lengths of strings";
    "json.toggle" 3 Write KEY, Promised, json_change::toggle, "J-13", "Turns booleans over";
    "json.type" -2 Read KEY, Promised, json::kind, "", "Types of values";
};

const KEYS: &[Command] = commands! { "key":
    "copy" -3 Grow Keys::Pair, Promised, rename::copy, "STR-6 X-10",
        ["DB REPLACE"], "Writes a key's content to another, anew";
    "dbsize" 1 Read Keys::None, Promised, key::dbsize, "", "The number of keys";
    "del" -2 Write ALL, Promised, key::del, "STR-4 CNT-5 H-4 S-5 Z-8 L-2 X-2 G-3 G-4",
        "Deletes keys of one slot";
    "exists" -2 Read Keys::Spread, Promised, key::exists, "",
        "How many of the keys exist, across slots";
    "expire" -3 Write KEY, Promised, expiry::expire, "EXP-1 EXP-3 EXP-7",
        ["NX XX GT LT"], "Sets a life in seconds";
    "expireat" -3 Write KEY, Promised, expiry::expireat, "EXP-1 EXP-3 EXP-7",
        ["NX XX GT LT"], "Sets a deadline in Unix seconds";
    "expiretime" 2 Read KEY, Promised, expiry::expiretime, "", "The deadline in Unix seconds";
    "keys" 2 Read Keys::None, Any, key::keys, "", "The keys that match a pattern";
    "memory|usage" -3 Read SECOND, Promised, object::memory_usage, "",
        ["SAMPLES"], "What a key takes by the ledger, its metadata included";
    "object|freq" 3 Read SECOND, Promised, object::freq, "",
        "How often the key is used here, under an LFU policy";
    "object|idletime" 3 Read SECOND, Promised, object::idletime, "",
        "For how long the key has not been used here";
    "object|refcount" 3 Read SECOND, Promised, object::refcount, "",
        "How many share the value: small integers do";
    "persist" 2 Write KEY, Promised, expiry::persist, "EXP-2 EXP-3", "Takes the deadline away";
    "pexpire" -3 Write KEY, Promised, expiry::pexpire, "EXP-1 EXP-3 EXP-7",
        ["NX XX GT LT"], "Sets a life in milliseconds";
    "pexpireat" -3 Write KEY, Promised, expiry::pexpireat, "EXP-1 EXP-3 EXP-7",
        ["NX XX GT LT"], "Sets a deadline in Unix milliseconds";
    "pexpiretime" 2 Read KEY, Promised, expiry::pexpiretime, "",
        "The deadline in Unix milliseconds";
    "pttl" 2 Read KEY, Promised, expiry::pttl, "", "The life left in milliseconds";
    "randomkey" 1 Read Keys::None, Any, key::randomkey, "", "A key drawn at random";
    "rename" 3 Write Keys::Pair, Promised, rename::rename, "STR-4 H-4 S-5 Z-8 L-2 X-10",
        "Moves a key's content to another, anew";
    "renamenx" 3 Write Keys::Pair, Promised, rename::renamenx, "STR-4 H-4 S-5 Z-8 L-2 X-10",
        "Renames to a key that does not exist here";
    "scan" -2 Read Keys::None, Any, scan::scan, "",
        ["MATCH COUNT TYPE"], "A piece of the keys";
    "sort" -2 Grow Keys::Sorted, Promised, sort::sort, "L-2",
        ["BY LIMIT GET ASC DESC ALPHA STORE"],
        "The elements of a list or set in order, or stores them";
    "sort_ro" -2 Read KEY, Promised, sort::sort_ro, "",
        ["BY LIMIT GET ASC DESC ALPHA"], "The elements of a list or set in order";
    "touch" -2 Read Keys::Spread, Promised, key::exists, "",
        "How many of the keys exist, across slots";
    "ttl" 2 Read KEY, Promised, expiry::ttl, "", "The life left in seconds";
    "type" 2 Read KEY, Promised, key::type_of, "STR-8", "The visible type";
    "unlink" -2 Write ALL, Promised, key::del, "STR-4 CNT-5 H-4 S-5 Z-8 L-2 X-2 G-3 G-4",
        "Deletes keys of one slot";
};

const TRANSACTIONS: &[Command] = commands! { "transaction":
    "discard" 1 None Keys::None, Promised, transaction::discard, "", "Drops what was queued";
    "exec" 1 None Keys::None, Promised, transaction::exec, "", "Carries out what was queued";
    "multi" 1 None Keys::None, Promised, transaction::multi, "", "Queues commands from here on";
    "unwatch" 1 None Keys::None, Promised, transaction::unwatch, "", "Watches no key any more";
    "watch" -2 None ALL, Promised, transaction::watch, "",
        "Makes the next transaction depend on keys staying as they are here";
};

const CHANNELS: &[Command] = commands! { "pubsub":
    "psubscribe" -2 None Keys::None, Promised, pubsub::psubscribe, "",
        "Listens to channels that match patterns";
    "publish" 3 None Keys::None, Promised, pubsub::publish, "",
        "Sends a message to subscribers in all regions";
    "pubsub|channels" -2 None Keys::None, Any, pubsub::channels, "",
        "The channels somebody listens to here";
    "pubsub|help" 2 None Keys::None, Promised, help::pubsub, "", "What PUBSUB can tell";
    "pubsub|numpat" 2 None Keys::None, Promised, pubsub::numpat, "",
        "How many patterns somebody listens to here";
    "pubsub|numsub" -2 None Keys::None, Promised, pubsub::numsub, "",
        "How many listen to each of the channels here";
    "pubsub|shardchannels" -2 None Keys::None, Any, pubsub::shardchannels, "",
        "The sharded channels somebody listens to here";
    "pubsub|shardnumsub" -2 None Keys::None, Promised, pubsub::shardnumsub, "",
        "How many listen to each of the sharded channels here";
    "punsubscribe" -1 None Keys::None, Promised, pubsub::punsubscribe, "",
        "Listens to patterns no more";
    "spublish" 3 None KEY, Promised, pubsub::spublish, "",
        "Sends a message to subscribers of a sharded channel in all regions";
    "ssubscribe" -2 None ALL, Promised, pubsub::ssubscribe, "",
        "Listens to sharded channels of one slot";
    "subscribe" -2 None Keys::None, Promised, pubsub::subscribe, "", "Listens to channels";
    "sunsubscribe" -1 None ALL, Promised, pubsub::sunsubscribe, "",
        "Listens to sharded channels no more";
    "unsubscribe" -1 None Keys::None, Promised, pubsub::unsubscribe, "",
        "Listens to channels no more";
};

const SERVER: &[Command] = commands! { "server":
    "cluster|keyslot" 3 None Keys::None, Promised, server::keyslot, "", "A key's slot";
    "echo" 2 None Keys::None, Promised, server::echo, "", "What was said";
    "memory|help" 2 None Keys::None, Promised, help::memory, "", "What MEMORY can tell";
    "object|help" 2 None Keys::None, Promised, help::object, "", "What OBJECT can tell";
    "ping" -1 None Keys::None, Promised, server::ping, "", "PONG, or what was said";
    "select" 2 None Keys::None, Promised, server::select, "", "Database 0, the only one";
    "time" 1 None Keys::None, Promised, server::time, "", "The region's wall clock";
};
