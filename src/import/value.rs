//! The values of options: ids, modules and persistence as the CLI, its shorthand and PowerShell
//! write them: `id="…"`, `[{id:…}]`, `'{id:"…"}'`, `name=RediSearch args=…`, `aof-enabled=true`.

use crate::import::facts::Disk;

/// All resource ids in a text.
pub(super) fn ids(text: &str) -> Vec<&str> {
    const HEAD: &str = "/subscriptions/";
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = find(rest, HEAD) {
        let (id, behind) = rest[at..].split_at(id_end(&rest[at..]));
        found.push(id);
        rest = behind;
    }
    found
}

/// Where the id that a text begins with ends: at a quote, a bracket, a comma or a space that is not
/// a variable's, as in `${SUB}` and `$(az account show)`.
fn id_end(text: &str) -> usize {
    let mut variables = 0_usize;
    let mut last = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '{' | '(' if last == '$' => variables += 1,
            '}' | ')' if variables > 0 => variables -= 1,
            _ if variables > 0 => {}
            _ if letter.is_whitespace() || "\"',;)}]".contains(letter) => return at,
            _ => {}
        }
        last = letter;
    }
    text.len()
}

/// The value of every field called `name` in a text.
pub(super) fn fields<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = find(rest, name) {
        let before = rest[..at].chars().next_back();
        let after = rest[at + name.len()..].trim_start_matches(['"', '\'', ' ']);
        let is_field = before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '-');
        if let Some(value) = after.strip_prefix(['=', ':']).filter(|_| is_field) {
            let value = value.trim_start_matches(['"', '\'', ' ']);
            let ends = |letter: char| !letter.is_alphanumeric() && !"-_".contains(letter);
            let end = value.find(ends).unwrap_or(value.len());
            if end > 0 {
                found.push(&value[..end]);
            }
            rest = &value[end..];
        } else {
            rest = after;
        }
    }
    found
}

/// What a text says about persistence; `None` when it says nothing that can be read.
pub(super) fn disk(text: &str) -> Option<Disk> {
    let either = |one: &str, other: &str| {
        let found = fields(text, one).into_iter().chain(fields(text, other));
        found.last().map(str::to_owned)
    };
    let flag = |one: &str, other: &str| match either(one, other) {
        None => Some(None),
        Some(word) => truth(&word).map(Some),
    };
    let disk = Disk {
        log: flag("aof-enabled", "aofEnabled")?,
        log_frequency: either("aof-frequency", "aofFrequency"),
        snapshots: flag("rdb-enabled", "rdbEnabled")?,
        snapshot_frequency: either("rdb-frequency", "rdbFrequency"),
    };
    (disk != Disk::default()).then_some(disk)
}

/// A word for yes or no, as the shells have them.
pub(super) fn truth(word: &str) -> Option<bool> {
    match word.trim_start_matches('$').to_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "t" => Some(true),
        "false" | "0" | "no" | "n" | "f" => Some(false),
        _ => None,
    }
}

/// Where `name` first stands in `text`, in any case.
fn find(text: &str, name: &str) -> Option<usize> {
    let (text, name) = (text.as_bytes(), name.as_bytes());
    let is_here = |window: &[u8]| window.eq_ignore_ascii_case(name);
    text.windows(name.len()).position(is_here)
}

#[cfg(test)]
mod tests {
    use super::{Disk, disk, fields, ids};

    #[test]
    fn ids_are_found_in_every_notation() {
        assert_eq!(ids("id=/subscriptions/a/b"), ["/subscriptions/a/b"]);
        assert_eq!(ids("{id:\"/Subscriptions/a/b\"}"), ["/Subscriptions/a/b"]);
        let both = ["/subscriptions/a", "/subscriptions/b"];
        assert_eq!(
            ids("[{id:/subscriptions/a},{\"id\": \"/subscriptions/b\"}]"),
            both
        );
        assert_eq!(ids("@(@{Id='/subscriptions/a'}; '/subscriptions/b')"), both);
        assert_eq!(ids("Cache1"), [""; 0]);
        let variables = "/subscriptions/${SUB}/$(az group show -n x)/a";
        assert_eq!(ids(&format!("[{{id:{variables}}}]")), [variables]);
    }

    #[test]
    fn fields_are_found_in_every_notation() {
        assert_eq!(fields("name=RediSearch", "name"), ["RediSearch"]);
        assert_eq!(
            fields("{name:RedisBloom, args:\"X 1\"} {name:RedisJSON}", "name"),
            ["RedisBloom", "RedisJSON"]
        );
        assert_eq!(
            fields("[{\"name\": \"RediSearch\"}]", "name"),
            ["RediSearch"]
        );
        assert_eq!(fields("@{Name='RediSearch'}", "name"), ["RediSearch"]);
        assert_eq!(
            fields("nickname=a rename:b name= é=name", "name"),
            ["é"],
            "as it is written"
        );
        assert_eq!(fields("RediSearch", "name"), [""; 0]);
    }

    #[test]
    fn persistence_is_read_or_not_at_all() {
        let log = disk("aof-enabled=true aof-frequency=1s").expect("it is persistence");
        assert_eq!(
            (log.log, log.log_frequency.as_deref()),
            (Some(true), Some("1s"))
        );
        let snapshots = disk("{\"rdbEnabled\": true, \"rdbFrequency\": \"12h\"}");
        assert_eq!(
            snapshots,
            Some(Disk {
                snapshots: Some(true),
                snapshot_frequency: Some("12h".to_owned()),
                ..Disk::default()
            })
        );
        assert_eq!(disk("aof-enabled=perhaps"), None);
        assert_eq!(disk("on"), None);
    }
}
