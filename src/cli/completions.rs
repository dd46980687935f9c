//! Completion: the script that a shell loads, and what fits at the end of a command line.
//!
//! A script hands the words that are typed to `httpie __complete`, so there is one answer for all shells, and it comes from
//! the tables of options and commands. Takes words and gives what may stand there; what sessions there are it does not know.

use super::commands::{self, Command, GROUPS};
use super::flags::{Availability, Flag, ValueKind, Visibility, flags};
use super::items::file_value;
use super::parse;

mod scripts;

pub(crate) use scripts::{SHELLS, script};

/// What a script calls to ask what fits: `httpie __complete INDEX WORD...`, where INDEX is the number of words before
/// the one at the cursor. That one may be left out where it is empty.
pub(crate) const DOOR: &str = "__complete";

/// What may stand where the cursor is.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Offer {
    /// What the word begins with that is not up for completion: `--style=`, `file@`.
    pub(crate) prefix: String,
    /// The part behind that, as far as it is typed.
    pub(crate) begun: String,
    pub(crate) parts: Vec<Part>,
}

/// One kind of thing that fits.
#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    /// A word, and what it is for.
    Word(String, &'static str),
    /// The name of a header: a value follows at once, and the case of letters does not matter.
    Header(&'static str),
    Files,
    /// The names of the sessions of this host or URL, or of all.
    SessionNames(Option<String>),
    /// The hosts that have sessions.
    SessionHosts,
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Those that people type.
#[rustfmt::skip]
const HEADERS: [&str; 27] = [
    "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control", "Connection",
    "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Cookie", "Date", "Forwarded", "Host",
    "If-Match", "If-Modified-Since", "If-None-Match", "If-Unmodified-Since", "Origin", "Prefer", "Range", "Referer",
    "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
];

/// What fits as the last of these words, the first of which is the program.
pub(crate) fn offer(words: &[String]) -> Offer {
    let Some(([program, before @ ..], begun)) = words
        .split_last()
        .map(|(last, before)| (before, last.as_str()))
    else {
        return Offer::default();
    };
    let name = std::path::Path::new(program)
        .file_stem()
        .and_then(|stem| stem.to_str());
    match (name, before) {
        (Some("httpie"), [door, rest @ ..]) if matches!(door.as_str(), "http" | "https") => {
            for_request(rest, begun)
        }
        (Some("httpie"), before) => for_manager(before, begun),
        _ => for_request(before, begun),
    }
}

impl Offer {
    fn new(begun: &str, parts: Vec<Part>) -> Offer {
        Offer {
            prefix: String::new(),
            begun: begun.to_owned(),
            parts,
        }
    }

    /// The same behind a prefix of the word.
    fn behind(self, prefix: &str) -> Offer {
        Offer {
            prefix: prefix.to_owned(),
            ..self
        }
    }
}

/// How far a command line of `http` has been read.
#[derive(Default)]
struct Line {
    positionals: Vec<String>,
    /// The option whose value comes next.
    pending: Option<&'static Flag>,
    only_plain: bool,
}

impl Line {
    fn read(words: &[String]) -> Line {
        let mut line = Line::default();
        for word in words {
            if line.pending.take().is_some() {
                continue;
            }
            match word.strip_prefix('-') {
                Some("-") if !line.only_plain => line.only_plain = true,
                Some(rest) if !line.only_plain && !rest.is_empty() => line.pending = pending(rest),
                _ => line.positionals.push(word.clone()),
            }
        }
        line
    }

    /// METHOD, if it is there, as the parser sees it.
    fn has_method(&self) -> bool {
        let first = self.positionals.first();
        first.is_some_and(|first| first.bytes().all(|byte| byte.is_ascii_alphabetic()))
    }

    fn url(&self) -> Option<&String> {
        self.positionals.get(usize::from(self.has_method()))
    }
}

/// The option that waits for its value behind this argument, of which the first hyphen is gone.
fn pending(argument: &str) -> Option<&'static Flag> {
    if let Some(long) = argument.strip_prefix('-') {
        return find_long(long).filter(|flag| flag.takes_next());
    }
    for (index, letter) in argument.char_indices() {
        let flag = flags().find(|flag| flag.short == Some(letter))?;
        if flag.value().is_some() {
            let is_last = index + letter.len_utf8() == argument.len();
            return is_last.then_some(flag);
        }
    }
    None
}

/// The option that the parser takes this name for.
fn find_long(name: &str) -> Option<&'static Flag> {
    parse::find_long(name).ok().flatten()
}

fn for_request(before: &[String], begun: &str) -> Offer {
    let line = Line::read(before);
    if let Some(flag) = line.pending {
        return value_of(flag, begun, &line);
    }
    if let Some(rest) = begun.strip_prefix("--").filter(|_| !line.only_plain)
        && let Some((name, value)) = rest.split_once('=')
    {
        return match find_long(name) {
            Some(flag) => value_of(flag, value, &line).behind(&format!("--{name}=")),
            None => Offer::default(),
        };
    }
    if begun.starts_with('-') && !line.only_plain {
        return Offer::new(begun, options(begun));
    }
    let has_url = line.url().is_some();
    match line.positionals.is_empty() {
        true => {
            let methods = METHODS.map(|method| Part::Word(method.to_owned(), ""));
            let parts = methods.into_iter().chain([Part::SessionHosts]);
            Offer::new(begun, parts.collect())
        }
        false if !has_url => Offer::new(begun, vec![Part::SessionHosts]),
        false => item(begun),
    }
}

/// The long options that can be used, and the short ones where nothing tells that a long one is meant.
fn options(begun: &str) -> Vec<Part> {
    let usable = flags().filter(|flag| {
        flag.visibility == Visibility::Shown && flag.availability == Availability::Available
    });
    if begun.starts_with("--no-") {
        return usable
            .map(|flag| Part::Word(format!("--no-{}", flag.long), ""))
            .collect();
    }
    let short = |flag: &'static Flag| {
        let letter = flag.short.filter(|_| !begun.starts_with("--"))?;
        Some(Part::Word(format!("-{letter}"), flag.short_help))
    };
    usable
        .flat_map(|flag| {
            let long = Part::Word(format!("--{}", flag.long), flag.short_help);
            [Some(long), short(flag)].into_iter().flatten()
        })
        .collect()
}

fn value_of(flag: &'static Flag, begun: &str, line: &Line) -> Offer {
    let is_session = flag.value().is_some_and(|value| value.is_session());
    let parts = match flag.value().map(|value| &value.kind) {
        _ if is_session && begun.contains('/') => vec![Part::Files],
        _ if is_session => vec![Part::SessionNames(line.url().cloned())],
        Some(ValueKind::File) => vec![Part::Files],
        Some(ValueKind::Choice { all, planned, .. }) => {
            let usable = all.iter().filter(|word| !planned.contains(word));
            usable
                .map(|&word| Part::Word(word.to_owned(), ""))
                .collect()
        }
        _ => Vec::new(),
    };
    Offer::new(begun, parts)
}

/// A request item: the name of a header, or a file behind a separator that asks for one.
fn item(begun: &str) -> Offer {
    match file_value(begun) {
        Some((prefix, path)) => Offer::new(path, vec![Part::Files]).behind(prefix),
        None => Offer::new(begun, HEADERS.map(Part::Header).into()),
    }
}

fn for_manager(before: &[String], begun: &str) -> Offer {
    let (words, depth) = command_words(before);
    if let Some(command) = commands::commands().find(|command| command.words == words) {
        return for_command(command, &before[depth..], begun);
    }
    let Some(group) = GROUPS.iter().find(|group| group.words == words) else {
        return Offer::default();
    };
    let mut parts: Vec<Part> = Vec::new();
    if begun.starts_with('-') {
        parts.push(Part::Word("--help".to_owned(), "Print help and exit"));
        parts.push(Part::Word("--version".to_owned(), "Print the version"));
    } else {
        let next = group.next_words().into_iter();
        parts.extend(next.map(|word| Part::Word(word.to_owned(), help_on(&words, word))));
    }
    Offer::new(begun, parts)
}

/// The words of the command or group that is typed, and how many words they are.
fn command_words(before: &[String]) -> (Vec<&str>, usize) {
    let mut words: Vec<&str> = Vec::new();
    for word in before {
        let is_known = commands::commands()
            .any(|command| command.words.starts_with(&words) && command.words.len() > words.len());
        if !is_known {
            break;
        }
        words.push(word);
    }
    let depth = words.len();
    (words, depth)
}

fn help_on(words: &[&str], next: &str) -> &'static str {
    let all = [words, &[next]].concat();
    let command = commands::commands().find(|command| command.words == all);
    let group = || GROUPS.iter().find(|group| group.words == all);
    match (command, next) {
        (Some(command), _) => command.short_help,
        (None, "http" | "https") => "Send a request",
        (None, _) => group().map_or("", |group| group.help),
    }
}

fn for_command(command: &'static Command, before: &[String], begun: &str) -> Offer {
    let long = |name: &str| command.options.iter().find(|option| option.long == name);
    let choices = |name: &str| long(name).map(commands::choices).unwrap_or_default();
    let words_of = |words: &'static [&'static str]| {
        let words = words.iter();
        words.map(|&word| Part::Word(word.to_owned(), "")).collect()
    };
    let name_of = |word: &String| word.strip_prefix("--").map(str::to_owned);
    if let Some(name) = before.last().and_then(name_of)
        && long(&name).is_some_and(commands::takes_value)
    {
        return Offer::new(begun, words_of(choices(&name)));
    }
    if let Some((name, value)) = begun
        .strip_prefix("--")
        .and_then(|rest| rest.split_once('='))
    {
        return Offer::new(value, words_of(choices(name))).behind(&format!("--{name}="));
    }
    if begun.starts_with('-') {
        let options = command.options.iter();
        let mut parts: Vec<_> = options
            .map(|option| Part::Word(format!("--{}", option.long), option.help))
            .collect();
        parts.push(Part::Word("--help".to_owned(), "Print help and exit"));
        return Offer::new(begun, parts);
    }
    Offer::new(begun, arguments(command, before, begun))
}

/// What fits as the next argument of a command, by those of its forms that fit to what was typed before.
fn arguments(command: &'static Command, before: &[String], begun: &str) -> Vec<Part> {
    let typed: Vec<&String> = before
        .iter()
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_path = |text: &str| text.contains('/');
    let mut parts = Vec::new();
    for form in command.forms {
        let names: Vec<&str> = form.required.iter().chain(form.optional).copied().collect();
        let fits = typed.iter().zip(&names).all(|(word, name)| {
            *name == "HOST" || is_path(word) == matches!(*name, "PATH" | "FILE")
        });
        let Some(name) = names.get(typed.len()).filter(|_| fits) else {
            continue;
        };
        let fitting = match *name {
            "NAME" => vec![Part::SessionNames(None)],
            "HOST" => vec![Part::SessionHosts],
            "FILE" => vec![Part::Files],
            "PATH" if is_path(begun) => vec![Part::Files],
            "SHELL" => scripts::SHELLS
                .map(|shell| Part::Word(shell.to_owned(), ""))
                .into(),
            _ => Vec::new(),
        };
        parts.extend(
            fitting
                .into_iter()
                .filter(|part| !parts.contains(part))
                .collect::<Vec<_>>(),
        );
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that fit at the end of a line.
    fn words(line: &str) -> Vec<String> {
        let Offer { begun, parts, .. } = at(line);
        let texts = parts.into_iter().filter_map(|part| match part {
            Part::Word(word, _) => Some(word),
            Part::Header(name) => Some(format!("{name}:")),
            _ => None,
        });
        texts.filter(|text| text.starts_with(&begun)).collect()
    }

    fn at(line: &str) -> Offer {
        offer(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_and_their_values_are_those_of_the_table() {
        assert_eq!(words("http --pre"), ["--pretty"]);
        assert_eq!(words("http --pretty "), ["all", "colors", "format", "none"]);
        assert_eq!(words("http --pretty=co"), ["colors"]);
        assert_eq!(at("http --pretty=co").prefix, "--pretty=");
        assert_eq!(words("http -vs aut"), ["auto", "autumn"]);
        assert_eq!(words("http --no-verb"), ["--no-verbose"]);
        assert!(words("http --generate").is_empty() && words("http -- --pre").is_empty());
        assert!(words("https -").contains(&"-v".to_owned()));
        assert_eq!(at("http --output ").parts, [Part::Files]);
        assert_eq!(at("http -o x"), Offer::new("x", vec![Part::Files]));
    }

    #[test]
    fn methods_come_first_and_items_last() {
        assert_eq!(words("http P"), ["POST", "PUT", "PATCH"]);
        assert_eq!(at("http POST ").parts, [Part::SessionHosts]);
        assert_eq!(
            words("http -a me POST x.org Accept-L"),
            ["Accept-Language:"]
        );
        assert_eq!(words("httpie https x.org Accept-L"), ["Accept-Language:"]);
        let file = at("http x.org cv@~/c");
        assert_eq!(
            (file.prefix.as_str(), file.parts),
            ("cv@", vec![Part::Files])
        );
        assert_eq!(
            at("http x.org a=b@c").parts.first(),
            Some(&Part::Header("Accept"))
        );
    }

    #[test]
    fn sessions_are_those_of_the_url_if_there_is_one() {
        let names = |url: Option<&str>| vec![Part::SessionNames(url.map(str::to_owned))];
        assert_eq!(at("http --session a").parts, names(None));
        assert_eq!(at("http GET x.org --session=a").parts, names(Some("x.org")));
        assert_eq!(
            at("http :3000 --session-read-only a").parts,
            names(Some(":3000"))
        );
        assert_eq!(at("http --session ./a").parts, [Part::Files]);
    }

    #[test]
    fn commands_of_the_manager_complete_with_their_options_and_arguments() {
        assert_eq!(words("httpie s"), ["sessions"]);
        assert_eq!(words("httpie sessions up"), ["upgrade", "upgrade-all"]);
        assert_eq!(words("httpie cli sessions upgrade-"), ["upgrade-all"]);
        assert_eq!(words("httpie sessions export --f"), ["--format"]);
        assert_eq!(words("httpie sessions export --format n"), ["netscape"]);
        assert_eq!(words("httpie completions z"), ["zsh"]);
        assert_eq!(
            at("httpie sessions show ").parts,
            [Part::SessionNames(None)]
        );
        assert_eq!(at("httpie sessions show a ").parts, [Part::SessionHosts]);
        assert_eq!(
            at("httpie sessions show ./a").parts,
            [Part::SessionNames(None), Part::Files]
        );
        assert_eq!(at("httpie sessions import a x.org ").parts, [Part::Files]);
        assert_eq!(
            at("httpie cli sessions upgrade x.org ").parts,
            [Part::SessionNames(None)]
        );
        assert!(at("httpie nonsense ").parts.is_empty());
        assert!(offer(&[]).parts.is_empty());
    }
}
