//! Which test shows which command, option and rule: `tests/coverage.md`, made of the table of
//! commands, of what the transcripts hold, and of the names of the tests.
//!
//! `MERIDIAN_UPDATE=1 cargo test --test suite coverage::` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use meridian::instance::command::table::{Command, Keys, Status, commands};
use meridian::instance::command::{Connection, execute, parse};

use crate::connections::{apart, connections};
use crate::replica::Replica;
use crate::transcripts::{Exchange, documented, exchanges, transcripts};

const COVERAGE: &str = "tests/coverage.md";

/// What newer servers know beside the options of the recorded one.
const LATER: &[(&str, &str)] = &[
    ("hscan", "NOVALUES"),
    ("zrank", "WITHSCORE"),
    ("zrevrank", "WITHSCORE"),
];

/// What takes a key of any type, or refuses it in words of its own.
const UNTYPED: &[&str] = &[
    "lcs",
    "mget",
    "mset",
    "msetnx",
    "psetex",
    "set",
    "setex",
    "setnx",
    "json.mget",
];

/// What is answered whatever stands behind it.
const UNREFUSED: &[&str] = &[
    "pubsub|numsub",
    "pubsub|shardnumsub",
    "punsubscribe",
    "unsubscribe",
];

/// What the recorded server does not know at all.
fn is_unrecorded(command: &Command) -> bool {
    let later = [
        "hexpire", "hpexpire", "hpersist", "httl", "hpttl", "hgetdel",
    ];
    command.group == "json" || later.iter().any(|name| command.name.starts_with(name))
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_default()
}

/// The lines `name: what` of a fixture.
fn entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(':').expect("a name, a colon, and the rest"))
}

fn modelled() -> impl Iterator<Item = &'static Command> {
    commands().filter(|command| matches!(command.status, Status::Modelled(_)))
}

fn shown(command: &Command) -> String {
    command.name.replace('|', " ").to_ascii_uppercase()
}

/// An exchange, its command split into words.
struct Said {
    words: Vec<Vec<u8>>,
    reply: String,
    transcript: String,
}

impl Said {
    fn is_error(&self) -> bool {
        self.reply.starts_with("(error)")
    }

    fn is_wrong_type(&self) -> bool {
        [
            "(error) WRONGTYPE",
            "(error) Existing key has wrong Redis type",
        ]
        .iter()
        .any(|text| self.reply.starts_with(text))
    }

    /// Whether the command is this one.
    fn calls(&self, command: &Command) -> bool {
        let parts = command.name.split('|').map(str::as_bytes);
        let is_part = |(word, part): (&Vec<u8>, &[u8])| word.eq_ignore_ascii_case(part);
        self.words.len() >= parts.clone().count() && self.words.iter().zip(parts).all(is_part)
    }

    fn has(&self, option: &str) -> bool {
        let mut words = self.words.iter().skip(1);
        words.any(|word| word.eq_ignore_ascii_case(option.as_bytes()))
    }
}

/// All that is told in transcripts, recorded and by the documentation.
fn told() -> Vec<Said> {
    let all = [transcripts(), documented()].concat();
    let several = connections();
    let said = |name: &str, exchange: Exchange| {
        Some(Said {
            words: parse::words(&exchange.command).ok()?,
            reply: exchange.reply,
            transcript: name.to_owned(),
        })
    };
    let of_one = all.iter().flat_map(|(name, text)| {
        let exchanges = exchanges(text).into_iter();
        exchanges.filter_map(|exchange| said(name, exchange))
    });
    let of_several = several.iter().flat_map(|(name, text)| {
        let exchanges = exchanges(text).into_iter().map(|exchange| {
            let (_, command, reply, _) = apart(&exchange);
            Exchange {
                command: command.to_owned(),
                reply,
            }
        });
        exchanges.filter_map(|exchange| said(name, exchange))
    });
    of_one.chain(of_several).collect()
}

/// The tests that bear a rule's id, each as the file's name and its own, by id.
fn tests_by_rule(rules: &BTreeMap<String, String>) -> BTreeMap<String, Vec<String>> {
    let mut paths = Vec::new();
    for folder in ["src/crdt/proof/rules", "tests/suite"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = fs::read_dir(folder).expect("the tests can be listed");
        paths.extend(entries.map(|entry| entry.expect("an entry").path()));
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    paths.sort();
    let mut tests: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a source is text");
        let file = path.file_stem().and_then(|stem| stem.to_str());
        let file = file.expect("names of sources are ASCII");
        for name in test_names(&text) {
            if let Some(rule) = rule_of(name, rules) {
                tests
                    .entry(rule)
                    .or_default()
                    .push(format!("{file}::{name}"));
            }
        }
    }
    tests
}

/// The functions marked as tests.
fn test_names(source: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in source.lines() {
        if line == "#[test]" {
            is_test = true;
        } else if let Some(rest) = line.strip_prefix("fn ") {
            let end = rest.find('(').unwrap_or(rest.len());
            names.extend(is_test.then_some(&rest[..end]));
            is_test = false;
        }
    }
    names
}

/// The rule a test is named after: `str_1_…` after `STR-1`.
fn rule_of(test: &str, rules: &BTreeMap<String, String>) -> Option<String> {
    let mut parts = test.split('_');
    let id = format!("{}-{}", parts.next()?, parts.next()?).to_ascii_uppercase();
    rules.contains_key(&id).then_some(id)
}

fn rules() -> BTreeMap<String, String> {
    let text = read("tests/fixtures/rules.txt");
    let pairs = entries(&text);
    pairs
        .map(|(id, meaning)| (id.to_owned(), meaning.trim().to_owned()))
        .collect()
}

/// How often it is answered and refused, and where it is shown first.
struct Shown<'a> {
    answered: usize,
    refused: usize,
    transcripts: Vec<&'a str>,
}

impl<'a> Shown<'a> {
    fn of(said: impl Iterator<Item = &'a Said>) -> Self {
        let mut shown = Self {
            answered: 0,
            refused: 0,
            transcripts: Vec::new(),
        };
        for said in said {
            if said.is_error() {
                shown.refused += 1;
                continue;
            }
            shown.answered += 1;
            if shown.transcripts.last() != Some(&said.transcript.as_str()) {
                shown.transcripts.push(&said.transcript);
            }
        }
        shown
    }

    /// The written transcript that shows it, if one does: random ones are hard to read.
    fn place(&self) -> String {
        let is_written = |name: &&&str| !name.starts_with("random");
        let first = self.transcripts.iter().find(is_written);
        let Some(first) = first.or(self.transcripts.first()) else {
            return String::new();
        };
        match self.transcripts.len() {
            1 => (*first).to_owned(),
            more => format!("{first} and {} more", more - 1),
        }
    }
}

/// The table, and what it lacks.
fn table() -> (String, Vec<String>) {
    let (said, rules) = (told(), rules());
    let tests = tests_by_rule(&rules);
    let mut holes = Vec::new();
    let mut text = String::from(
        "# Which test shows what\n\nMade of the table of commands, the transcripts, and the names \
         of the tests;\n\
         `MERIDIAN_UPDATE=1 cargo test --test suite coverage::` writes it anew.\n\n",
    );
    let options = options_table(&said, &mut holes);
    let recorded = transcripts().len() + connections().len();
    let rows = options.lines().count() - 2 - modelled().count();
    writeln!(
        text,
        "{} commands with {rows} options; {} rules; {} transcripts with {} exchanges; {recorded} \
         transcripts are\nof a real server.\n\n## Commands and options\n\nAnswered and \
         refused: how many exchanges of the transcripts.\n\n{options}",
        modelled().count(),
        rules.len(),
        recorded + documented().len(),
        said.len(),
    )
    .expect("a String takes all");
    let rules = rules_table(&rules, &tests, &mut holes);
    write!(text, "## Rules\n\n{rules}").expect("a String takes all");
    (text, holes)
}

fn options_table(said: &[Said], holes: &mut Vec<String>) -> String {
    let mut text = String::from(
        "| command | option | answered | refused | shown in | rules |\n\
         |---|---|--:|--:|---|---|\n",
    );
    for command in modelled() {
        let name = shown(command);
        let calls: Vec<&Said> = said.iter().filter(|said| said.calls(command)).collect();
        let options = std::iter::once("").chain(command.options.split_whitespace());
        for option in options {
            let with = calls.iter().copied();
            let shown = Shown::of(with.filter(|said| option.is_empty() || said.has(option)));
            let rules = if option.is_empty() { command.rules } else { "" };
            // The wall clock's answer is not one to record; a test asks for it.
            if shown.answered == 0 && name != "TIME" {
                holes.push(format!("no transcript shows {name} {option} at work"));
            }
            if shown.refused == 0 && option.is_empty() && !UNREFUSED.contains(&command.name) {
                holes.push(format!("no transcript shows {name} refused"));
            }
            let (answered, refused, place) = (shown.answered, shown.refused, shown.place());
            writeln!(
                text,
                "| {name} | {option} | {answered} | {refused} | {place} | {rules} |"
            )
            .expect("a String takes all");
        }
        let meets_types = command.keys != Keys::None
            && !["key", "transaction", "pubsub"].contains(&command.group)
            && !UNTYPED.contains(&command.name);
        if meets_types && !calls.iter().any(|said| said.is_wrong_type()) {
            holes.push(format!(
                "no transcript shows {name} on a key of another type"
            ));
        }
    }
    text
}

fn rules_table(
    rules: &BTreeMap<String, String>,
    tests: &BTreeMap<String, Vec<String>>,
    holes: &mut Vec<String>,
) -> String {
    let mut text = String::from("| rule | what it says | commands | tests |\n|---|---|---|---|\n");
    for command in modelled() {
        for rule in command.rules.split_whitespace() {
            if !rules.contains_key(rule) {
                holes.push(format!("{} names no rule: {rule}", shown(command)));
            }
        }
    }
    let order = read("tests/fixtures/rules.txt");
    for (id, meaning) in entries(&order) {
        let named = modelled().filter(|command| command.rules.split(' ').any(|rule| rule == id));
        let named: Vec<String> = named.map(shown).collect();
        let tests = tests.get(id).map(Vec::as_slice).unwrap_or_default();
        if tests.is_empty() {
            holes.push(format!("no test is named after {id}: {meaning}"));
        }
        let (named, tests) = (named.join(", "), tests.join(", "));
        writeln!(text, "| {id} |{meaning} | {named} | {tests} |").expect("a String takes all");
    }
    text
}

#[test]
fn every_command_option_and_rule_has_a_test() {
    let (table, holes) = table();
    if env::var_os("MERIDIAN_UPDATE").is_some_and(|value| value == "1") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(COVERAGE);
        fs::write(path, &table).expect("the table can be written");
    }
    assert!(
        holes.is_empty(),
        "{} holes:\n{}",
        holes.len(),
        holes.join("\n")
    );
    assert!(
        read(COVERAGE) == table,
        "{COVERAGE} is not what the tests are; MERIDIAN_UPDATE=1 writes it anew"
    );
}

/// The options in the table of commands are those that the recorded server documents, and those of
/// later servers.
#[test]
fn options_are_those_of_a_real_server() {
    let text = read("tests/fixtures/options.txt");
    let known: BTreeMap<&str, &str> = entries(&text).collect();
    for command in modelled().filter(|command| !is_unrecorded(command)) {
        let name = command.name;
        let mut expected: Vec<&str> = known
            .get(name)
            .unwrap_or_else(|| panic!("the recorded server knows no {name}"))
            .split_whitespace()
            .collect();
        let later = LATER.iter().filter(|(later, _)| *later == name);
        expected.extend(later.map(|(_, option)| option));
        let mut found: Vec<&str> = command.options.split_whitespace().collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "options of {name}");
    }
}

/// Every command of the recorded server is in the table: carried out, or refused by name.
#[test]
fn every_command_of_a_real_server_is_known() {
    let text = read("tests/fixtures/options.txt");
    let known = |name: &str| commands().any(|command| command.name == name);
    for (name, _) in entries(&text) {
        let container = name.split('|').next().expect("a first part");
        let is_container = entries(&text).any(|(other, _)| other.starts_with(&format!("{name}|")));
        let is_known = known(name) || known(container) || is_container;
        assert!(is_known, "the table of commands lacks {name}");
    }
}

/// What is not carried out says so, and why.
#[test]
fn every_command_that_is_not_modelled_says_why() {
    let mut replica = Replica::new(None);
    for command in commands() {
        let name = shown(command);
        let words: Vec<Vec<u8>> = name
            .split(' ')
            .map(|word| word.as_bytes().to_vec())
            .collect();
        let expected = match command.status {
            Status::Modelled(_) => continue,
            Status::Unmodelled(reason) => {
                format!("(error) ERR command '{name}' is not modelled: {reason}")
            }
            Status::Refused(reason) => {
                format!("(error) ERR command '{name}' is not allowed: {reason}")
            }
        };
        let reply = execute(&mut replica, &mut Connection::default(), &words);
        assert_eq!(reply.to_cli_text(), expected);
    }
}

#[test]
fn tests_and_their_rules_are_told() {
    let source = "#[test]\nfn z_4_both_add_up() {\n}\nfn z_5_no_test() {\n}\n\
                  #[test]\n#[ignore]\nfn z_6_marked_twice(\n#[test]\nfn z_99_no_rule()";
    let rules = rules();
    let told: Vec<String> = test_names(source)
        .into_iter()
        .filter_map(|name| rule_of(name, &rules))
        .collect();
    assert_eq!(told, ["Z-4", "Z-6"]);
    assert_eq!(rules.len(), 104);
}
