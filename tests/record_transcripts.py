#!/usr/bin/env python3
"""Records what a real redis-server answers, for the test `transcripts`.

A transcript holds comments (`# …`), commands (`> …`) and under each command the reply as redis-cli
prints it on a terminal. Recording keeps comments and commands and writes the replies anew:

    tests/record_transcripts.py              record all transcripts of tests/fixtures/transcripts
    tests/record_transcripts.py --check      compare instead of writing; exit code 1 on a difference
    tests/record_transcripts.py --check 20   the same with so many of them, drawn at random
    tests/record_transcripts.py --generate   write the commands of the random transcripts first

Transcripts of tests/fixtures/connections tell of several connections: `> a: GET k` is sent on the
one called a, and what others are sent meanwhile stands behind the reply, under `< b` for the one
called b.

What is for this script and the test alone: `> sleep 20ms`; the comment `# server: cluster`, which
asks for a server that knows hash slots; and `# server: lfu`, for one that evicts by frequency.

Needs redis-server and redis-cli 7.0 or later in PATH. Servers listen on loopback, keep nothing on
disk, and are stopped at the end.
"""

import argparse
import contextlib
import difflib
import json
import pathlib
import random
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import time

FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures"
FOLDER = FIXTURES / "transcripts"
CONNECTIONS = FIXTURES / "connections"
OPTIONS = FIXTURES / "options.txt"
END = "end-of-reply"
# The servers that are started.
KINDS = ("single", "cluster", "lfu")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Connection:
    """A connection of our own, as redis-cli takes none once it listens to a channel."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.stream = self.socket.makefile("rb")
        self.is_queueing = False

    def send(self, words):
        self.socket.sendall(b"*%d\r\n" % len(words))
        for word in words:
            self.socket.sendall(b"$%d\r\n%s\r\n" % (len(word), word))

    def read(self):
        """The next reply or message."""
        line = self.stream.readline().decode("latin-1").rstrip("\r\n")
        kind, rest = line[0], line[1:]
        if kind == "*":
            return [self.read() for _ in range(int(rest))]
        if kind == "$" and int(rest) >= 0:
            return self.stream.read(int(rest) + 2)[:-2]
        return line if kind in "+-:" else None

    def read_all(self):
        """All that has come up to now."""
        self.send([b"PING", END.encode()])
        found = []
        while (reply := self.read()) not in (END.encode(), [b"pong", END.encode()]):
            found.append(reply)
        return found

    def call(self, words):
        """What comes for a command, one after the other."""
        self.send(words)
        word = words[0].upper()
        self.is_queueing = (self.is_queueing or word == b"MULTI") and word not in (
            b"EXEC", b"DISCARD",
        )
        if self.is_queueing:
            reply = self.read()
            self.is_queueing = word != b"MULTI" or reply == "+OK"
            return [reply]
        return self.read_all()


def quoted(text):
    """A string as redis-cli prints it."""
    names = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\a": "\\a", "\b": "\\b", '"': '\\"', "\\": "\\\\"}
    escaped = (
        names.get(char) or (char if " " <= char <= "~" else f"\\x{ord(char):02x}")
        for char in text.decode("latin-1")
    )
    return '"' + "".join(escaped) + '"'


def shown(reply, indent=0):
    """A reply as redis-cli prints it on a terminal."""
    if reply is None:
        return "(nil)"
    if isinstance(reply, bytes):
        return quoted(reply)
    if isinstance(reply, str):
        return {"+": "", "-": "(error) ", ":": "(integer) "}[reply[0]] + reply[1:]
    if not reply:
        return "(empty array)"
    width = len(str(len(reply)))
    items = (
        f"{at:>{width}}) {shown(item, indent + width + 2)}" for at, item in enumerate(reply, 1)
    )
    return ("\n" + " " * indent).join(items)


def recorded_connections(text, servers):
    """The transcript of several connections with what a real server sent."""
    kept = told(text)
    server = servers["cluster" if "# server: cluster" in kept else "single"]
    server.cli("FLUSHALL")
    connections, lines = {}, []
    for line in kept:
        lines.append(line)
        if not line.startswith("> "):
            continue
        name, command = line[2:].split(": ", 1)
        words = [
            word.encode("latin-1").decode("unicode_escape").encode("latin-1")
            for word in shlex.split(command)
        ]
        if name not in connections:
            connections[name] = Connection(server.port)
        lines += "\n".join(map(shown, connections[name].call(words))).split("\n")
        for other in sorted(connections):
            if other != name and not connections[other].is_queueing:
                messages = connections[other].read_all()
                if messages:
                    lines += [f"< {other}", *"\n".join(map(shown, messages)).split("\n")]
    for connection in connections.values():
        connection.socket.close()
    return "\n".join(lines) + "\n"


class Server:
    """A redis-server of our own."""

    def __init__(self, folder, kind):
        cluster = kind == "cluster"
        self.port = free_port()
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        if kind == "lfu":
            options += ["--maxmemory-policy", "allkeys-lfu"]
        if cluster:
            options += ["--cluster-enabled", "yes", "--cluster-port", str(free_port())]
        self.process = subprocess.Popen(
            ["redis-server", *options], stdout=subprocess.DEVNULL, cwd=folder
        )
        while "PONG" not in self.cli("PING"):
            time.sleep(0.05)
        if cluster:
            self.cli("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
            while "cluster_state:ok" not in self.cli("CLUSTER", "INFO"):
                time.sleep(0.05)

    def cli(self, *words):
        run = subprocess.run(
            ["redis-cli", "-p", str(self.port), *words], capture_output=True, text=True
        )
        return run.stdout

    def replies(self, commands):
        """The reply to each command, run one after the other on an empty database."""
        self.cli("FLUSHALL")
        cli = subprocess.Popen(
            ["redis-cli", "-p", str(self.port), "--no-raw"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="latin-1",
        )
        replies = []
        is_queueing = False
        for command in commands:
            if command.startswith("sleep "):
                time.sleep(int(command.removeprefix("sleep ").removesuffix("ms")) / 1000)
                replies.append([])
                continue
            word = command.split(maxsplit=1)[0].upper()
            is_queueing = (is_queueing or word == "MULTI") and word not in ("EXEC", "DISCARD")
            if is_queueing:
                # The mark would be queued, too; but such a reply is one line.
                cli.stdin.write(f"{command}\n")
                cli.stdin.flush()
                replies.append([cli.stdout.readline().rstrip("\n")])
                continue
            cli.stdin.write(f"{command}\necho {END}\n")
            cli.stdin.flush()
            reply = []
            while (line := cli.stdout.readline().rstrip("\n")) != f'"{END}"':
                # redis-cli tells how long a slow command took.
                if not re.fullmatch(r"\(\d+\.\d+s\)", line):
                    reply.append(line)
            replies.append(reply)
        cli.stdin.close()
        cli.wait()
        return replies

    def stop(self):
        self.process.terminate()
        self.process.wait()


def told(text):
    """The comments and commands of a transcript."""
    return [line for line in text.splitlines() if line.startswith(("# ", "> "))]


def recorded(text, servers):
    """The transcript with the replies of a real server."""
    kept = told(text)
    commands = [line[2:] for line in kept if line.startswith("> ")]
    asked = (kind for kind in KINDS if f"# server: {kind}" in kept)
    server = servers[next(asked, "single")]
    replies = iter(server.replies(commands))
    lines = []
    for line in kept:
        lines.append(line)
        if line.startswith("> "):
            lines += next(replies)
    return "\n".join(lines) + "\n"


def options(server):
    """What the server documents of its commands: each with the words that are its options."""
    def tokens(arguments):
        for argument in arguments:
            yield from [argument["token"]] if argument.get("token") else []
            yield from tokens(argument.get("arguments", []))

    def lines(commands):
        for name, docs in commands.items():
            yield f"{name}: {' '.join(dict.fromkeys(tokens(docs.get('arguments', []))))}".rstrip()
            yield from lines(docs.get("subcommands", {}))

    commands = json.loads(server.cli("--json", "COMMAND", "DOCS"))
    head = "# The options of commands, as a real server documents them in `COMMAND DOCS`.\n"
    return head + "\n".join(sorted(lines(commands))) + "\n"


def settled(text):
    """The lines of a transcript, without what differs from one recording to the next: the order of
    elements, and what is left of a life."""
    lines, reply = [], []
    for line in [*text.splitlines(), "> "]:
        if line.startswith("> "):
            is_timed = lines and lines[-1].startswith(("> PTTL", "> TTL"))
            lines += [] if is_timed else sorted(reply)
            lines, reply = [*lines, line], []
        else:
            reply.append(re.sub(r"^( *\d+\) )+ *", "", line))
    return lines


KEYS = ["{r}a", "{r}b", "{r}c"]
TEXTS = ['""', "x", "10", "-3", "3.5", "hello", '"two words"', '"\\x00\\xff"', "99999999999"]
INTEGERS = ["0", "1", "-1", "2", "5", "-7", "100", "x"]
SCORES = ["0", "1", "-1", "2", "2.5", "-0.25", "10", "inf", "-inf", "3e2"]
PLACES = [
    "13.361389 38.115556", "15.087269 37.502669", "-122.27 37.8", "0 0", "180 85.05112878",
    "-180 -85.05112878", "179.9 10", "-179.9 -10.5", "2.35 48.85", "25 78.2", "100 -84", "181 0",
    "139.69 35.68",
]
DISTANCES = ["0", "1", "100", "200", "500", "5000", "20000", "1e6", "1e7", "0.5", "-1", "x"]
ELEMENTS = ["a", "b", "c", "d", "1", "2", '""']
IDS = ["1-1", "1-2", "2-1", "3-0", "3-7", "4-4", "5", "7-1", "9-1", "0-0", "8-x"]
FUTURES = ["EX 1000", "PX 5000000", "EXAT 4000000000", "PXAT 4000000000000", "KEEPTTL", ""]
FAMILIES = {
    "strings": [
        "SET {k} {t} {f}", "SET {k} {t} NX", "SET {k} {t} XX GET", "GET {k}", "GETSET {k} {t}",
        "GETDEL {k}", "GETEX {k}", "GETEX {k} PERSIST", "GETEX {k} EXAT 4000000001",
        "SETNX {k} {t}", "SETEX {k} {i} {t}", "MSET {k} {t} {k} {t}", "MSETNX {k} {t} {k} {t}",
        "MGET {k} {k} {k}",
        "APPEND {k} {t}", "STRLEN {k}", "SETRANGE {k} {i} {t}", "GETRANGE {k} {i} {i}",
        "EXPIRETIME {k}", "DEL {k}", "LCS {k} {k}", "LCS {k} {k} IDX WITHMATCHLEN", "INCR {k}",
        "SADD {k} {e}",
    ],
    "bitmaps": [
        "SET {k} {t}", "SETBIT {k} {i} 1", "SETBIT {k} {i} 0", "SETBIT {k} 23 1", "GETBIT {k} {i}",
        "BITCOUNT {k}", "BITCOUNT {k} {n} {n}", "BITCOUNT {k} {n} {n} BIT", "BITPOS {k} 1",
        "BITPOS {k} 0", "BITPOS {k} 1 {n}", "BITPOS {k} 0 {n} {n}", "BITPOS {k} 0 {n} {n} BIT",
        "BITPOS {k} 1 {n} {n} BIT", "BITOP AND {k} {k} {k}", "BITOP OR {k} {k} {k}",
        "BITOP XOR {k} {k} {k}", "BITOP NOT {k} {k}", "GET {k}",
        "BITFIELD {k} SET {w} {o} {i} GET {w} {o}", "BITFIELD {k} INCRBY {w} {o} {i}",
        "BITFIELD {k} OVERFLOW SAT INCRBY {w} {o} 100 SET {w} {o} -200",
        "BITFIELD {k} OVERFLOW FAIL INCRBY {w} {o} 100 SET {w} {o} 200",
        "BITFIELD_RO {k} GET {w} {o}", "STRLEN {k}", "DEL {k}",
    ],
    "counters": [
        "INCR {k}", "DECR {k}", "INCRBY {k} {i}", "DECRBY {k} {i}", "INCRBYFLOAT {k} 0.5",
        "INCRBYFLOAT {k} -1.25", "INCRBYFLOAT {k} 2", "GET {k}", "SET {k} {n}",
        "SET {k} 10 KEEPTTL", "DEL {k}", "APPEND {k} 1", "STRLEN {k}", "EXPIREAT {k} 4000000000",
        "EXPIRETIME {k}", "PERSIST {k}", "RENAME {k} {k}", "COPY {k} {k} REPLACE", "GETSET {k} {n}", "GETDEL {k}",
    ],
    "hashes": [
        "HSET {k} {e} {t}", "HSET {k} {e} {t} {e} {t}", "HMSET {k} {e} {t}", "HSETNX {k} {e} {t}",
        "HGET {k} {e}", "HMGET {k} {e} {e}", "HGETALL {k}", "HDEL {k} {e}", "HDEL {k} {e} {e} {e}",
        "HLEN {k}", "HSTRLEN {k} {e}", "HEXISTS {k} {e}", "HKEYS {k}", "HVALS {k}",
        "HINCRBY {k} {e} {i}", "HINCRBYFLOAT {k} {e} 1.5", "HRANDFIELD {k} 100", "HSCAN {k} 0",
        "HRANDFIELD {k} 100 WITHVALUES", "TYPE {k}", "DEL {k}", "RENAME {k} {k}", "COPY {k} {k}",
        "EXISTS {k} {k}",
    ],
    "sets": [
        "SADD {k} {e}", "SADD {k} {e} {e} {e}", "SREM {k} {e}", "SREM {k} {e} {e}", "SMEMBERS {k}",
        "SISMEMBER {k} {e}", "SMISMEMBER {k} {e} {e}", "SCARD {k}", "SPOP {k} 100", "SSCAN {k} 0",
        "SRANDMEMBER {k} 100", "SMOVE {k} {k} {e}", "SINTER {k} {k}", "SUNION {k} {k} {k}",
        "SDIFF {k} {k}", "SINTERSTORE {k} {k} {k}", "SUNIONSTORE {k} {k} {k}",
        "SDIFFSTORE {k} {k} {k}", "SINTERCARD 2 {k} {k}", "SINTERCARD 2 {k} {k} LIMIT 1",
        "RENAMENX {k} {k}", "COPY {k} {k} REPLACE", "DEL {k}",
    ],
    "sorted-sets": [
        "ZADD {k} {s} {e}", "ZADD {k} {s} {e} {s} {e} {s} {e}", "ZADD {k} NX {s} {e} {s} {e}",
        "ZADD {k} XX CH {s} {e} {s} {e}", "ZADD {k} GT CH {s} {e}", "ZADD {k} LT {s} {e}",
        "ZADD {k} INCR {s} {e}", "ZINCRBY {k} {s} {e}", "ZINCRBY {k} 0.5 {e}", "ZREM {k} {e} {e}",
        "ZCARD {k}", "ZSCORE {k} {e}", "ZMSCORE {k} {e} {e}", "ZCOUNT {k} {s} {s}",
        "ZRANK {k} {e}", "ZREVRANK {k} {e}", "ZRANGE {k} 0 -1 WITHSCORES",
        "ZRANGE {k} {n} {n} REV WITHSCORES", "ZRANGE {k} {s} ({s} BYSCORE LIMIT {n} {n}",
        "ZRANGE {k} [{e} + BYLEX", "ZREVRANGEBYSCORE {k} +inf {s} WITHSCORES",
        "ZRANGESTORE {k} {k} {n} {n}", "ZPOPMIN {k}", "ZPOPMAX {k} 2", "ZMPOP 2 {k} {k} MAX",
        "ZREMRANGEBYRANK {k} {n} {n}", "ZREMRANGEBYSCORE {k} {s} {s}", "ZRANDMEMBER {k} 100",
        "ZUNION 2 {k} {k} WITHSCORES", "ZINTER 2 {k} {k} WEIGHTS 2 {n} WITHSCORES",
        "ZDIFF 2 {k} {k} WITHSCORES", "ZUNIONSTORE {k} 2 {k} {k} AGGREGATE MAX",
        "ZINTERSTORE {k} 2 {k} {k}", "ZDIFFSTORE {k} 2 {k} {k}", "ZINTERCARD 2 {k} {k}",
        "ZSCAN {k} 0", "SADD {k} {e}", "COPY {k} {k} REPLACE", "RENAME {k} {k}", "DEL {k}",
    ],
    "lists": [
        "RPUSH {k} {e} {e}", "LPUSH {k} {e} {e} {e}", "RPUSHX {k} {e}", "LPUSHX {k} {e}",
        "LPOP {k}", "RPOP {k}", "LPOP {k} 2", "RPOP {k} 2", "LLEN {k}", "LINDEX {k} {n}",
        "LRANGE {k} 0 -1", "LRANGE {k} {n} {n}", "LSET {k} {n} {e}", "LINSERT {k} BEFORE {e} {e}",
        "LINSERT {k} AFTER {e} {e}", "LREM {k} {n} {e}", "LTRIM {k} {n} -1", "LTRIM {k} 0 5",
        "LPOS {k} {e}", "LPOS {k} {e} RANK -1 COUNT 0", "LPOS {k} {e} COUNT 2 MAXLEN 3",
        "LMOVE {k} {k} LEFT RIGHT", "LMOVE {k} {k} RIGHT LEFT", "RPOPLPUSH {k} {k}",
        "LMPOP 2 {k} {k} RIGHT COUNT 2", "BLPOP {k} {k} {k} 0.01", "BLMOVE {k} {k} LEFT LEFT 0.01",
        "SORT {k} ALPHA", "SORT {k} BY nosort STORE {k}", "SORT_RO {k} DESC LIMIT 0 3",
        "SADD {k} {e}", "COPY {k} {k} REPLACE", "RENAME {k} {k}", "DEL {k}", "LRANGE {k} 0 -1",
        "RPUSH {k} {e} {e} {e}",
    ],
    "streams": [
        "XADD {k} {x} f {t}", "XADD {k} {x} f {t} g {t}", "XADD {k} NOMKSTREAM {x} f {t}",
        "XADD {k} MAXLEN 3 {x} f {t}", "XADD {k} MINID = {x} 9-* f {t}", "XLEN {k}",
        "XADD {k} 9-* n {t}", "XRANGE {k} - +", "XRANGE {k} {x} +", "XRANGE {k} ({x} {x} COUNT 2",
        "XREVRANGE {k} + - COUNT 2", "XREVRANGE {k} {x} {x}", "XDEL {k} {x}", "XDEL {k} {x} {x}",
        "XTRIM {k} MAXLEN 4", "XTRIM {k} MINID {x}", "XTRIM {k} MAXLEN ~ 2",
        "XREAD STREAMS {k} {x}", "XREAD COUNT 2 STREAMS {k} {k} 0 {x}", "XINFO GROUPS {k}",
        "XREADGROUP GROUP g {c} STREAMS {k} >", "XREADGROUP GROUP g {c} COUNT 2 STREAMS {k} >",
        "XREADGROUP GROUP g {c} COUNT 1 NOACK STREAMS {k} >",
        "XREADGROUP GROUP g {c} STREAMS {k} 0", "XREADGROUP GROUP h {c} STREAMS {k} >",
        "XACK {k} g {x}", "XACK {k} g {x} {x} {x}", "XPENDING {k} g", "XPENDING {k} h",
        "XCLAIM {k} g {c} 0 {x} JUSTID", "XCLAIM {k} g {c} 0 {x} {x} RETRYCOUNT 3",
        "XCLAIM {k} g {c} 0 {x} FORCE", "XAUTOCLAIM {k} g {c} 0 {x} COUNT 2",
        "XAUTOCLAIM {k} g {c} 0 0 JUSTID", "XGROUP CREATE {k} h {x}", "XGROUP DESTROY {k} h",
        "XGROUP SETID {k} g {x}", "XGROUP CREATECONSUMER {k} g {c}", "XGROUP DELCONSUMER {k} g {c}",
        "TYPE {k}", "EXISTS {k}",
    ],
    "places": [
        "GEOADD {k} {p} {e}", "GEOADD {k} {p} {e} {p} {e} {p} {e}", "GEOADD {k} NX {p} {e} {p} {e}",
        "GEOADD {k} XX CH {p} {e} {p} {e}", "GEOADD {k} CH {p} {e}", "GEODIST {k} {e} {e}",
        "GEODIST {k} {e} {e} {u}", "GEOHASH {k} {e} {e}", "GEOPOS {k} {e} {e}", "ZREM {k} {e}",
        "GEOSEARCH {k} FROMLONLAT {p} BYRADIUS {d} {u} WITHDIST",
        "GEOSEARCH {k} FROMLONLAT {p} BYBOX {d} {d} {u} ASC WITHCOORD",
        "GEOSEARCH {k} FROMMEMBER {e} BYRADIUS {d} {u} DESC WITHHASH",
        "GEOSEARCH {k} FROMMEMBER {e} BYBOX {d} {d} {u} WITHDIST",
        "GEOSEARCH {k} FROMLONLAT {p} BYRADIUS {d} {u} COUNT 2",
        "GEOSEARCH {k} FROMLONLAT {p} BYRADIUS {d} {u} COUNT 2 ANY",
        "GEORADIUS {k} {p} {d} {u}", "GEORADIUS {k} {p} {d} {u} WITHDIST WITHCOORD WITHHASH",
        "GEORADIUS {k} {p} {d} {u} COUNT 2 DESC STORE {k}", "GEORADIUS_RO {k} {p} {d} {u} DESC",
        "GEORADIUSBYMEMBER {k} {e} {d} {u} STOREDIST {k}",
        "GEORADIUSBYMEMBER_RO {k} {e} {d} {u} WITHCOORD",
        "GEOSEARCHSTORE {k} {k} FROMLONLAT {p} BYRADIUS {d} {u}",
        "GEOSEARCHSTORE {k} {k} FROMMEMBER {e} BYBOX {d} {d} {u} STOREDIST",
        "ZRANGE {k} 0 -1 WITHSCORES", "ZCARD {k}", "SADD {k} {e}", "DEL {k}",
    ],
    "hyperloglogs": [
        "PFADD {k} {e}", "PFADD {k} {e} {e} {e}", "PFADD {k}", "PFADD {k} {t} {i} {s} {t}",
        "PFADD {k} {o} {w} {n} {f}", "PFCOUNT {k}", "PFCOUNT {k} {k} {k}", "PFMERGE {k} {k} {k}",
        "PFMERGE {k}", "TYPE {k}", "EXISTS {k} {k}", "DEL {k}", "COPY {k} {k} REPLACE",
        "RENAME {k} {k}", "SET {k} {t} NX", "SADD {k} {e}", "EXPIREAT {k} 4000000000",
        "EXPIRETIME {k}",
    ],
    "keys": [
        "SET {k} {t}", "SADD {k} {e}", "HSET {k} {e} {t}", "DEL {k} {k}", "UNLINK {k}",
        "EXISTS {k} {k}", "TOUCH {k}", "TYPE {k}", "EXPIRE {k} 1000", "EXPIRE {k} -1",
        "EXPIREAT {k} 4000000000 NX", "EXPIREAT {k} 4000000010 XX", "EXPIREAT {k} 4000000020 GT",
        "PEXPIREAT {k} 3900000000000 LT", "EXPIREAT {k} 1", "TTL {k}", "EXPIRETIME {k}",
        "PEXPIREAT {k} 4000000000000", "PEXPIRETIME {k}", "PERSIST {k}", "RENAME {k} {k}",
        "RENAMENX {k} {k}", "COPY {k} {k}", "COPY {k} {k} REPLACE", "KEYS *", "SCAN 0 COUNT 1000",
        "DBSIZE", "GET {k}",
    ],
}
# Keys that change their type on the way. Left out: streams, since one that is empty and has no
# group is there in Redis and not in Active-Active; HyperLogLogs, which take fewer commands there;
# places, since a score below zero is none, and what C makes of it differs between processors.
FAMILIES["mixed"] = sorted({
    shape for family, shapes in FAMILIES.items()
    if family not in ("streams", "hyperloglogs", "places") for shape in shapes
})
# What comes first: with a group, a stream without entries is there in Active-Active too.
FIRST = {
    "streams": [f"{command} {key} {rest}" for key in KEYS for command, rest in [
        ("XGROUP CREATE", "g 0 MKSTREAM"), ("XGROUP CREATECONSUMER", "g c"),
        ("XGROUP CREATECONSUMER", "g d"),
    ]],
}
RANDOM_EACH = 12
COMMANDS_EACH = 40


def filled(shape, draw):
    """A command of this shape, its places filled at random."""
    choices = {
        "{k}": KEYS, "{t}": TEXTS, "{i}": INTEGERS, "{e}": ELEMENTS, "{f}": FUTURES,
        "{s}": SCORES, "{x}": IDS, "{c}": ["c", "d"], "{p}": PLACES, "{d}": DISTANCES,
        "{u}": ["m", "km", "KM", "ft", "mi", "x"],
        "{n}": [number for number in INTEGERS if number != "x"], "{o}": ["0", "3", "#1", "9"],
        "{w}": ["u1", "u8", "i5", "i8", "u16", "i64", "u63"],
    }
    for place, options in choices.items():
        while place in shape:
            shape = shape.replace(place, draw.choice(options), 1)
    return shape.strip()


def generate():
    """Writes the commands of the random transcripts."""
    for family, shapes in FAMILIES.items():
        for number in range(1, RANDOM_EACH + 1):
            draw = random.Random(f"{family} {number}")
            lines = [f"# Commands drawn at random: {family}, sequence {number}."]
            lines += [f"> {command}" for command in FIRST.get(family, [])]
            for _ in range(COMMANDS_EACH):
                lines.append("> " + filled(draw.choice(shapes), draw))
            path = FOLDER / f"random-{family}-{number}.txt"
            if not path.exists() or told(path.read_text(encoding="latin-1")) != lines:
                path.write_text("\n".join(lines) + "\n")


def differences(path, old, new, is_check):
    """Whether two versions of a file differ; if so writes the new one, or shows what differs."""
    before, after = settled(old), settled(new)
    if before == after:
        return False
    if not is_check:
        path.write_text(new, encoding="latin-1")
        return False
    print(path.name, *difflib.unified_diff(before, after, lineterm=""), sep="\n")
    return True


def main():
    parser = argparse.ArgumentParser(description="Records what a real redis-server answers.")
    parser.add_argument("--generate", action="store_true", help="write the random commands first")
    parser.add_argument(
        "--check", nargs="?", type=int, const=0, metavar="N",
        help="compare instead of writing: all transcripts, or so many drawn at random",
    )
    arguments = parser.parse_args()
    if arguments.generate:
        generate()
    is_check = arguments.check is not None
    paths = sorted(FOLDER.glob("*.txt"))
    if arguments.check:
        paths = random.sample(paths, min(arguments.check, len(paths)))
    differing = 0
    with contextlib.ExitStack() as stack:
        folders = (stack.enter_context(tempfile.TemporaryDirectory()) for _ in KINDS)
        servers = {kind: Server(folder, kind) for kind, folder in zip(KINDS, folders)}
        try:
            old = OPTIONS.read_text() if OPTIONS.exists() else ""
            differing += differences(OPTIONS, old, options(servers["single"]), is_check)
            for path in paths:
                old = path.read_text(encoding="latin-1")
                differing += differences(path, old, recorded(old, servers), is_check)
            for path in sorted(CONNECTIONS.glob("*.txt")):
                old = path.read_text(encoding="latin-1")
                differing += differences(path, old, recorded_connections(old, servers), is_check)
        finally:
            for server in servers.values():
                server.stop()
    print(f"{len(paths)} transcripts, {differing} differ" if is_check else f"{len(paths)} recorded")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
