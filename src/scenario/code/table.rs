//! The table of codes. A code, once published, keeps its meaning; new ones are added.

use crate::scenario::code::Explanation;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal $what:literal $why:literal $mend:literal)*) => {
        /// A kind of mistake in a scenario.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Code {
            $(#[doc = concat!($id, ": ", $title, ".")] $name,)*
        }

        impl Code {
            /// All codes, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as it is printed: `E0301`.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }

            /// What there is to say about it.
            pub fn explanation(self) -> Explanation {
                let code = self;
                match self {
                    $(Self::$name => Explanation {
                        code, title: $title, what: $what, why: $why, mend: $mend,
                    },)*
                }
            }
        }
    };
}

codes! {
    Unreadable "E0001" "the file cannot be read"
    "The scenario file is missing, may not be read, or is not UTF-8 text."
    "Without its text there is nothing to simulate."
    "Check the path and the permissions; save the file as UTF-8."

    Syntax "E0002" "the text is not RON"
    "A bracket, comma, quote or colon is missing, or stands where none belongs."
    "Where the syntax breaks, the rest of the file cannot be told apart, so this is reported alone."
    "Mend what the caret points at; an editor with RON support shows matching brackets."

    SchemaVersion "E0003" "another schema version"
    "`schema_version` names a version of the file format that this program does not read."
    "Files outlive programs; a silent misreading would give a wrong answer."
    "Write `schema_version: 1`, or use the release the file was written for."

    UnknownField "E0101" "unknown field"
    "A field has a name that does not exist at this place."
    "A field that is silently ignored is a setting that silently does not hold."
    "Take one of the names listed, or leave the field out."

    RepeatedField "E0102" "repeated field"
    "A field is given twice."
    "Only one of the two can hold, and nobody could tell which."
    "Keep one of them."

    MissingField "E0103" "missing field"
    "A field without a default is left out."
    "The simulation would have to guess it, and the guess would decide the outcome."
    "Add the field; the message shows an example of its value."

    WrongType "E0104" "value of the wrong kind"
    "A value has a shape that does not fit: a number for a text, a list for a single value."
    "What it was meant to say cannot be told."
    "Write the kind of value the message asks for. Amounts with a unit are texts in quotes."

    UnknownVariant "E0105" "unknown variant"
    "A word such as a step's or an expectation's name does not exist at this place."
    "There is nothing it could stand for."
    "Take one of the words listed; they are case-sensitive."

    Duration "E0201" "not a length of time"
    "A time is not a number with a unit."
    "A bare number has no unit, and a guessed unit is off by a thousand."
    "Write numbers with `d`, `h`, `m`, `s`, `ms`, `us` or `ns`: `\"6h30m\"`, `\"12ms\"`."

    Bytes "E0202" "not an amount of bytes"
    "An amount of memory is not a number with a unit."
    "A bare number has no unit, and a guessed unit is off by a thousand."
    "Write a number with `B`, `KB`, `MB`, `GB` (powers of 1000) or `KiB`, `MiB`, `GiB` (of 1024)."

    ByteRate "E0203" "not a bandwidth"
    "A bandwidth is not an amount a second."
    "Bits and bytes differ by a factor of eight; the unit decides."
    "Write it with its unit: `\"200MB/s\"`, `\"1Gbit/s\"`."

    Rate "E0204" "not a rate"
    "A rate of operations is not a number of them a second."
    "A bare number has no unit."
    "Write it with its unit: `\"60/s\"`, `\"5k/s\"`."

    Share "E0205" "not a share"
    "A share of a whole is not a percentage or a fraction."
    "`80` could mean 80 % or eighty times."
    "Write `\"80%\"` or `\"0.8\"`."

    Epoch "E0206" "not a moment"
    "The wall-clock time at the start of the run is not a UTC time as RFC 3339 writes it."
    "Time stamps in replies are counted from it, to the millisecond."
    "Write it like `\"2026-01-05T00:00:00Z\"`; only UTC (`Z`), from 1970 to 9999."

    Decimal "E0207" "not a decimal number"
    "A number is not written in plain digits with at most the decimals that are kept."
    "Nothing here is a float: what is written is what is used, digit by digit."
    "Write it like `0.99`, without exponent or sign."

    OutOfRange "E0210" "out of range"
    "A value is readable, but lies outside what makes sense at its place."
    "Zero rates, loads beyond any machine and shares above one give runs that mean nothing."
    "Choose a value in the range the message gives."

    UnknownRegion "E0301" "unknown region"
    "No Azure region has this name."
    "Round-trip times and prices are looked up by region."
    "Take a name as Azure writes it: `meridian catalogue regions` lists them."

    UnknownSku "E0302" "unknown SKU"
    "No size of Azure Managed Redis has this name."
    "Memory and shards come from it."
    "Take a name as Azure writes it: `meridian catalogue skus` lists them."

    UnknownInstance "E0303" "unknown instance"
    "No entry of `instances` has this name."
    "The step, rule, fleet or expectation has nothing to act on."
    "Take the name of an instance, or add one to `instances`."

    UnknownPopulation "E0304" "unknown keys"
    "No entry of `fill` has this prefix."
    "A fleet needs keys to use; `fill` says how many there are and what they hold."
    "Take the prefix of an entry of `fill`, or add one; `keys: 0` with a `key_space` starts empty."

    DuplicateName "E0305" "name used twice"
    "Two things of one kind have the same name."
    "Other places of the file refer to them by name."
    "Rename one of them."

    IdleRegion "E0306" "region without an instance"
    "A region is named in which no instance of the scenario is."
    "Nothing there could be reached, lost or cut off; it is most likely a slip."
    "Name a region of one of the `instances`."

    BadName "E0307" "unusable name"
    "A name is empty, too long, or has characters that output files cannot carry."
    "Names end in tables, charts and command lines."
    "Use 1 to 64 printable characters."

    UnknownMix "E0308" "unknown mix"
    "No mix of operations has this name."
    "Without it there is nothing for the fleet to do."
    "Take a name of `meridian catalogue mixes`, or write `Own([(Read, 50), (Update, 50)])`."

    UnknownPrincipal "E0309" "unknown principal"
    "No entry of `principals` has this name."
    "Whether the request is permitted cannot be told."
    "Take the name of a principal, or add one to `principals`."

    UnknownRefusal "E0310" "unknown refusal"
    "No rule of the control plane has this id."
    "The request could never end that way."
    "Take one of the ids that `meridian catalogue errors` lists."

    GroupSize "E0401" "wrong number of instances"
    "A geo-replication group has one to five members."
    "The product's limit; clocks have five slots. Source: Azure docs, active geo-replication."
    "List between one and five instances."

    SkuGeo "E0402" "SKU cannot be in a group"
    "The SKU does not support active geo-replication."
    "The service refuses it (`E-SKU-GEO`): Balanced B0 and B1 cannot be geo-replicated."
    "Choose a SKU that `meridian catalogue skus` marks as geo-replicated."

    Mismatch "E0403" "members differ"
    "Members of one group have different SKUs, eviction policies or shard counts."
    "The service refuses it (`E-MISMATCH`): all members must be configured alike."
    "Give all of them the same SKU, the same `eviction`, and the same `shards` if any."

    FlashEvict "E0404" "eviction on flash"
    "A Flash Optimized member has an eviction policy other than `NoEviction`."
    "The service refuses it (`E-FLASH-EVICT`)."
    "Leave `eviction` out, or take another SKU."

    Parts "E0405" "numbers of shards that do not go together"
    "The numbers of shards that instances have, or scale to, have no small common multiple."
    "While a group scales, its members' shards are played as parts that fit into all of them."
    "Leave `shards` out, or take numbers that divide one another."

    NoMember "E0406" "an instance that cannot be a member"
    "A member at the start does not meet what the product asks of members."
    "The group could not have been made, so nothing that follows would happen."
    "Change what the message names; or let the instance start outside the group, with `at_start`."

    Phases "E0501" "phases of impossible length"
    "`storm` or `settle` is zero where it may not be, or beyond all measure."
    "A run needs a storm to show something, and must end."
    "Choose a storm between 1 ms and 366 days, and a settle of at most 366 days."

    OutsideRun "E0502" "outside the run"
    "Something is to happen at a time when the storm, or the run, is already over."
    "It would never happen, and an expectation of it would never be evaluated."
    "Move it, or lengthen `storm` or `settle`."

    AlreadyDark "E0503" "region already dark"
    "An outage begins in a region whose outage has not ended."
    "The second would do nothing; the times are most likely wrong."
    "Put a `Return` between the two, or remove one."

    NotDark "E0504" "region not dark"
    "A region returns that had no outage."
    "The step would do nothing; region or time are most likely wrong."
    "Name a region with an earlier `Outage`."

    AlreadyCut "E0505" "already cut"
    "A partition cuts a route that is already cut."
    "The second would do nothing, and its `Heal` would end both."
    "Heal the route first, or leave the pair out."

    NotCut "E0506" "not cut"
    "A route is healed that is not cut."
    "The step would do nothing; pair or time are most likely wrong."
    "Name pairs of an earlier `Partition`, or write `Heal()` for all."

    UnlinkSelf "E0507" "instance drops itself"
    "A force-unlink is sent to the very member it would drop."
    "The service refuses it (`E-UNLINK-SELF`): it is for a survivor to drop a lost member."
    "Send it to another member: `on` is the survivor, `drop` the lost one."

    AlreadyUnlinked "E0508" "already unlinked"
    "A force-unlink drops, or is sent to, a member that an earlier one has dropped."
    "It is no longer in the group."
    "Remove the step, or name a member that is still linked."

    BadCommand "E0509" "not a command"
    "A scripted command is empty or its quotes do not match."
    "redis-cli would not send it."
    "Write it as you would type it into redis-cli."

    BadReply "E0510" "not a reply"
    "The expected reply is not in the form redis-cli prints."
    "Replies are compared in that form, so it could never match."
    "Write `OK`, `(integer) 1`, `\"text\"` in quotes, `(nil)`, `(empty array)` or `1) \"a\"` lines."

    SelfRoute "E0511" "a region and itself"
    "A pair of regions names the same region twice."
    "There is no wide-area route between a region and itself."
    "Name two different regions."

    NoChange "E0512" "nothing changes for the worse"
    "A degradation gives no factor or one that improves the route, or a `Restore` has none to undo."
    "It would do nothing, or the opposite of its name."
    "Give `delay` of at least 100 %, `bandwidth` of at most 100 %, or a `loss`; or use `Restore`."

    NoRequest "E0513" "a result of no request"
    "`result` or `then` stands beside a step that is no request."
    "Nothing decides it, so it would never be looked at."
    "Move it to the request, or, for `then`, to a `Show`."

    ReversedSpan "E0514" "ends before it begins"
    "Of two times that bound a span the second is not after the first."
    "The span is empty."
    "Swap the two, or correct one."

    Contested "E0515" "scripted and drawn at once"
    "A fault process can befall what a step of the timeline acts on."
    "The script would end what was drawn, or begin what has begun, on some seeds and not on others."
    "Give the process other targets, leave the step out, or draw its time: `at: Between(…)`."

    NoRepair "E0516" "a repair of what is not repaired"
    "A fault process states how long its faults last, and they end by themselves or never."
    "The length would change nothing."
    "Leave `lasts` and `at_least` out, or give both."

    NoRoundTrip "E0601" "no round-trip time known"
    "The catalogue has no figure for this pair of regions, in either direction."
    "A made-up delay would decide the outcome."
    "Add an entry to `routes` with a `delay` for the pair."

    RouteTwice "E0602" "route set twice"
    "Two entries of `routes` set the same direction of the same pair."
    "Only one of the two can hold."
    "Keep one, or split it into two directions with `from` and `to`."

    BadDelay "E0603" "impossible delay"
    "A distribution of delays is empty, out of order, or reaches down to zero."
    "Nothing is faster than light, and windows are as long as the least delay of a route."
    "Give ascending shares from 0 % to 100 % with ascending delays, above zero and at most an hour."

    RouteEnds "E0604" "route without ends"
    "An entry of `routes` has neither `between` nor both `from` and `to`, or has all of them."
    "It cannot be told which directions it is about."
    "Write `between: (\"A\", \"B\")` for both directions, or `from` and `to` for one."

    FillTooLarge "E0701" "more than fits"
    "The keys of `fill` take more than the usable memory of an instance."
    "The run would begin out of memory."
    "Fill fewer keys or less memory, or choose a larger SKU."

    PrefixOverlap "E0702" "prefixes overlap"
    "The names of two populations, or of a population and its numbers, could be equal."
    "Two populations would then share keys that are counted twice."
    "End each prefix with a character that is no digit and no other prefix's beginning: `user:`."

    FillAmount "E0703" "how much to fill"
    "An entry of `fill` gives both `keys` and `memory`, or neither."
    "One follows from the other."
    "Keep one: `keys: 700000`, or `memory: \"50%\"` of each instance's usable memory."

    Weights "E0704" "weights without weight"
    "A weighted list is empty, its weights are all zero, or their sum is too large."
    "There is nothing to choose from."
    "Give at least one entry with a weight above zero; the sum stays below four thousand million."

    TimeToLive "E0706" "time to live"
    "`ttl` and `ttl_share` do not go together, or the range is reversed."
    "A share of keys that expire needs a time, and a time needs keys."
    "Give both, with `ttl: (least, most)`, or neither."

    WrongKind "E0707" "operation of another type"
    "A fleet's mix has an operation that the keys it uses do not support."
    "Every such command would be answered with WRONGTYPE."
    "Choose operations of the population's type, or another population."

    KeySpace "E0708" "key space too small"
    "`key_space` is smaller than the number of filled keys, or zero."
    "Fleets draw from it; filled keys outside it could never be used."
    "Leave it out, or make it at least as large as what is filled, and above zero."

    Bounds "E0801" "bounds"
    "An expectation gives no bound, or a lower one above the upper one."
    "It would hold always or never."
    "Give at least one bound, and the lower one first."

    Contradiction "E0802" "expectations exclude one another"
    "Two expectations cannot hold in the same run."
    "The scenario would fail whatever happens."
    "Remove one of them."

    NeverFires "E0803" "nothing could make it happen"
    "An expectation waits for something that the scenario has no cause for."
    "It would fail, or never be evaluated, in every run."
    "Add the cause (a rule, a second instance, traffic), or remove the expectation."

    OverridePath "E0901" "override of nothing"
    "The path of a `--set` leads to no field."
    "The override would silently not hold."
    "Name fields by name, entries of lists by position or name: `traffic.writers.arrivals`."

    OverrideForm "E0902" "malformed override"
    "A `--set` is not `PATH=VALUE`."
    "It cannot be told what to set."
    "Write `--set storm=10h`; quotes around texts may be left out."

    BadDraw "E0904" "nothing to draw from"
    "What is left to chance does not say between which values."
    "It could not be told what a seed draws."
    "Write `Between(\"10m\", \"2h\")`, `LogBetween`, `OneOf([…])`; in a list `Maybe(\"30%\", …)`."

    AxisPath "E0911" "axis of nothing"
    "What an axis sets leads to no field, or is set elsewhere, too."
    "The sweep would silently not vary it."
    "Name fields by name, entries of lists by position or name: `instances.redis-us.sku`."

    AxisValues "E0912" "values of an axis"
    "An axis has no values, or not one label and one price for each of them."
    "It cannot be told what to set, what to call it, or what it costs."
    "Give `to: [\"Balanced_B5\", \"Balanced_B10\"]`, and in other lists as many entries."

    TooManyCells "E0913" "too many cells"
    "All axes of a sweep together have too many combinations of values."
    "Each seed is run with each of them."
    "Give fewer values or axes, or sweep several scenarios."
}
