//! `.netrc`: credentials for hosts, in the format of ftp(1) as curl and Python read it.
//!
//! Tokens are separated by white space; a token may stand in double quotes, with backslash escapes. A comment stands where a
//! keyword could, never where a value does: passwords begin with `#`, too. A mistake in one entry leaves the others as they
//! are. Pure but for [`read`].

use std::borrow::Cow;
use std::path::Path;

use crate::error::io_reason;

/// What a netrc file says about a host.
#[derive(PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// The outcome of a look into a netrc file.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) login: Option<Login>,
    /// What is wrong with the file, in sentences.
    pub(crate) warnings: Vec<String>,
}

/// Looks a host up in a netrc file. A file that is not there says nothing.
pub(crate) fn read(path: &Path, host: &str, port: u16) -> Found {
    match std::fs::read(path) {
        Ok(bytes) => {
            let mut found = find(&String::from_utf8_lossy(&bytes), host, port);
            for warning in &mut found.warnings {
                *warning = format!("{}: {warning}", path.display());
            }
            found
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Found::default(),
        Err(error) => Found {
            login: None,
            warnings: vec![format!(
                "cannot read '{}': {}",
                path.display(),
                io_reason(&error)
            )],
        },
    }
}

/// Looks a host up: an entry for `host:port` goes before one for `host`, this before the default entry.
pub(crate) fn find(text: &str, host: &str, port: u16) -> Found {
    let mut found = Found::default();
    let mut best = 0;
    let with_port = format!("{host}:{port}");
    for entry in entries(&with_plain_line_ends(text), &mut found.warnings) {
        let rank = match &entry.machine {
            Some(machine) if machine.eq_ignore_ascii_case(&with_port) => 3,
            Some(machine) if machine.eq_ignore_ascii_case(host) => 2,
            Some(_) => 0,
            None => 1,
        };
        // Of two entries for one host the last counts, as in Python's netrc.
        if rank > 0 && rank >= best {
            best = rank;
            // A spoiled entry keeps its place: its host does not get the default entry's password instead.
            found.login = (!entry.is_spoiled).then(|| Login {
                user: entry.user.unwrap_or_default(),
                password: entry.password.unwrap_or_default(),
            });
        }
    }
    found
}

/// The text with LF for CRLF and for CR, as Python opens files.
fn with_plain_line_ends(text: &str) -> Cow<'_, str> {
    match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(text),
    }
}

struct Entry {
    /// `None` is the default entry.
    machine: Option<String>,
    user: Option<String>,
    password: Option<String>,
    /// Whether there is a mistake in it.
    is_spoiled: bool,
}

impl Entry {
    fn of(machine: Option<String>) -> Entry {
        Entry {
            machine,
            user: None,
            password: None,
            is_spoiled: false,
        }
    }
}

fn entries(text: &str, warnings: &mut Vec<String>) -> Vec<Entry> {
    let mut tokens = Tokens {
        rest: text,
        line: 1,
        took_machine: false,
    };
    let mut entries: Vec<Entry> = Vec::new();
    while let Some(token) = tokens.next_keyword() {
        if let Some(flaw) = token.flaw {
            spoil(&mut entries, token.line, flaw, warnings);
            continue;
        }
        match token.text.as_str() {
            "machine" => {
                let name = tokens.value_of(&token, "host name", warnings);
                // Without a name too: what follows belongs to no other entry.
                entries.push(Entry {
                    is_spoiled: name.is_none(),
                    ..Entry::of(Some(name.unwrap_or_default()))
                });
            }
            "default" => entries.push(Entry::of(None)),
            "login" | "user" => {
                let name = tokens.value_of(&token, "name", warnings);
                if let Some(entry) = entries.last_mut() {
                    entry.is_spoiled |= name.is_none();
                    entry.user = name;
                }
            }
            "password" => {
                let password = tokens.value_of(&token, "password", warnings);
                if let Some(entry) = entries.last_mut() {
                    entry.is_spoiled |= password.is_none();
                    entry.password = password;
                }
            }
            "account" => drop(tokens.value_of(&token, "account", warnings)),
            "macdef" => tokens.skip_macro(),
            _ if token.is_behind_machine => {
                let flaw = "there is no value in front of 'machine'";
                spoil(&mut entries, token.line, flaw, warnings);
                entries.push(Entry::of(Some(token.text)));
            }
            // The word itself may be a password that went astray: only its place is told.
            _ => {
                let flaw = "a word that is no keyword";
                spoil(&mut entries, token.line, flaw, warnings);
            }
        }
    }
    entries
}

/// Notes a mistake in the entry that was begun last; one is enough.
fn spoil(entries: &mut [Entry], line: usize, flaw: &str, warnings: &mut Vec<String>) {
    let entry = entries.last_mut();
    if !entry.as_ref().is_some_and(|entry| entry.is_spoiled) {
        warnings.push(format!("line {line}: {flaw}; this entry is not used"));
    }
    if let Some(entry) = entry {
        entry.is_spoiled = true;
    }
}

struct Token {
    text: String,
    /// From 1.
    line: usize,
    /// What is wrong with it.
    flaw: Option<&'static str>,
    /// Whether it follows the word `machine` that was taken for a value: where a value is missing, that is the keyword of
    /// the next entry.
    is_behind_machine: bool,
}

struct Tokens<'a> {
    rest: &'a str,
    line: usize,
    /// Whether the last value was `machine`.
    took_machine: bool,
}

impl Tokens<'_> {
    /// The next token where a keyword could stand; there, a `#` starts a comment.
    fn next_keyword(&mut self) -> Option<Token> {
        self.skip_space();
        while self.rest.starts_with('#') {
            self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
            self.skip_space();
        }
        let is_behind_machine = std::mem::take(&mut self.took_machine);
        self.next().map(|token| Token {
            is_behind_machine,
            ..token
        })
    }

    /// The next token, whatever it begins with. A quoted one ends on its line.
    fn next(&mut self) -> Option<Token> {
        self.skip_space();
        let line = self.line;
        let mut token = String::new();
        let mut chars = self.rest.char_indices();
        let quoted = self.rest.starts_with('"');
        if quoted {
            chars.next();
        }
        let mut end = self.rest.len();
        let mut is_closed = !quoted;
        while let Some((at, c)) = chars.next() {
            match c {
                '"' if quoted => {
                    end = at + 1;
                    is_closed = true;
                    break;
                }
                '\n' if quoted => {
                    end = at;
                    break;
                }
                '\\' => token.extend(chars.next().map(|(_, escaped)| escaped)),
                c if !quoted && is_space(c) => {
                    end = at;
                    break;
                }
                c => token.push(c),
            }
        }
        if end == 0 || (token.is_empty() && !quoted) {
            return None;
        }
        self.advance(end);
        // The file was read as UTF-8; what is none has become this character.
        let is_text = !token.contains(char::REPLACEMENT_CHARACTER);
        Some(Token {
            flaw: match (is_closed, is_text) {
                (false, _) => Some("a quotation mark is not closed"),
                (true, false) => Some("a word that is not UTF-8"),
                (true, true) => None,
            },
            text: token,
            line,
            is_behind_machine: false,
        })
    }

    /// What stands behind a keyword.
    fn value_of(
        &mut self,
        keyword: &Token,
        what: &str,
        warnings: &mut Vec<String>,
    ) -> Option<String> {
        let Some(value) = self.next() else {
            let Token { line, text, .. } = keyword;
            warnings.push(format!(
                "line {line}: the {what} behind '{text}' is missing"
            ));
            return None;
        };
        if let Some(flaw) = value.flaw {
            let line = value.line;
            warnings.push(format!("line {line}: {flaw}; this entry is not used"));
            return None;
        }
        self.took_machine = value.text == "machine";
        Some(value.text)
    }

    /// A macro goes on to the next empty line behind its name.
    fn skip_macro(&mut self) {
        self.next();
        let end = self.rest.find("\n\n").map_or(self.rest.len(), |at| at + 2);
        self.advance(end);
    }

    fn skip_space(&mut self) {
        let word = self.rest.trim_start_matches(is_space);
        self.advance(self.rest.len() - word.len());
    }

    fn advance(&mut self, length: usize) {
        let (passed, rest) = self.rest.split_at(length);
        self.line += passed.matches('\n').count();
        self.rest = rest;
    }
}

/// What separates tokens in Python's netrc: a password may have any other space of Unicode in it.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(text: &str, host: &str) -> Option<String> {
        let login = find(text, host, 80).login;
        login.map(|login| format!("{}|{}", login.user, login.password))
    }

    #[test]
    fn the_entry_of_the_host_counts_and_else_the_default() {
        let text = "# hosts\nmachine a.org login u password p # trailing\nmachine b.org\n\tlogin \"u v\"\n\tpassword \"p\\\"q #x\"\n\
                    machine c.org:80 login port password x\nmachine c.org login host password y\ndefault login d password e\n";
        assert_eq!(login(text, "a.org").as_deref(), Some("u|p"));
        assert_eq!(login(text, "A.ORG").as_deref(), Some("u|p"));
        assert_eq!(login(text, "b.org").as_deref(), Some("u v|p\"q #x"));
        assert_eq!(login(text, "c.org").as_deref(), Some("port|x"));
        assert_eq!(login(text, "other").as_deref(), Some("d|e"));
        assert_eq!(
            login("machine a.org login u password p#q", "a.org").as_deref(),
            Some("u|p#q")
        );
        assert_eq!(login("machine a.org login u", "b.org"), None);
    }

    #[test]
    fn macros_are_passed_over() {
        let text =
            "macdef init\nmachine a.org login x password y\n\nmachine a.org login u password p";
        assert_eq!(login(text, "a.org").as_deref(), Some("u|p"));
    }

    #[test]
    fn a_macro_ends_at_an_empty_line_of_any_kind_of_line_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "macdef init\nput x\nmachine a.org\n\nmachine a.org login u password p\n\
                        macdef\nend\n\nmachine b.org\nlogin v\npassword q\n\n# done\ndefault login d password e";
            let text = text.replace('\n', end);
            assert_eq!(login(&text, "a.org").as_deref(), Some("u|p"), "{end:?}");
            assert_eq!(login(&text, "b.org").as_deref(), Some("v|q"), "{end:?}");
            assert_eq!(login(&text, "c.org").as_deref(), Some("d|e"), "{end:?}");
        }
    }

    #[test]
    fn a_value_may_begin_as_a_comment_does() {
        let text = "machine a.org login u password #secret # a comment\nmachine b.org login #v password\n# account #a\n\
                    #machine c.org login no password no\nmachine #d.org login w password r\ndefault login anonymous password me@x";
        assert_eq!(login(text, "a.org").as_deref(), Some("u|#secret"));
        assert_eq!(login(text, "b.org").as_deref(), Some("#v|#"));
        assert_eq!(login(text, "c.org").as_deref(), Some("anonymous|me@x"));
        assert_eq!(login(text, "#d.org").as_deref(), Some("w|r"));
        assert_eq!(find(text, "a.org", 80).warnings, [""; 0]);
    }

    #[test]
    fn only_the_white_space_of_ascii_separates() {
        let text = "machine a.org login u password a\u{a0}b\u{2003}c\x0bd\x0c";
        assert_eq!(
            login(text, "a.org").as_deref(),
            Some("u|a\u{a0}b\u{2003}c\x0bd\x0c")
        );
    }

    #[test]
    fn an_open_quotation_mark_and_what_is_no_text_spoil_their_entry_only() {
        let text = "machine a.org login u password \"open\nmachine b.org login u password p\u{fffd}\nmachine c.org login v password q";
        assert_eq!(login(text, "a.org"), None);
        assert_eq!(login(text, "b.org"), None);
        assert_eq!(login(text, "c.org").as_deref(), Some("v|q"));
        let warnings = find(text, "c.org", 80).warnings;
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(
            warnings[0].starts_with("line 1: a quotation mark"),
            "{warnings:?}"
        );
        assert!(
            warnings[1].starts_with("line 2: a word that is not UTF-8"),
            "{warnings:?}"
        );
    }

    #[test]
    fn what_follows_a_mistake_goes_to_no_other_entry() {
        let text = "machine a.org login u password p\nmachine b.org logn x password secret\ndefault login d password dd";
        assert_eq!(login(text, "a.org").as_deref(), Some("u|p"));
        assert_eq!(login(text, "b.org"), None);
        assert_eq!(login(text, "c.org").as_deref(), Some("d|dd"));
        assert_eq!(login("machine a.org login u password", "a.org"), None);
        let text = "machine a.org login u password p\nmachine \"b.org\nlogin x password secret";
        assert_eq!(login(text, "a.org").as_deref(), Some("u|p"));
    }

    #[test]
    fn a_missing_value_does_not_take_the_next_entry_with_it() {
        for key in ["login", "password"] {
            let text = format!(
                "machine a.org login u {key}\nmachine b.org login v password q\ndefault login d password e"
            );
            assert_eq!(login(&text, "a.org"), None);
            assert_eq!(login(&text, "b.org").as_deref(), Some("v|q"));
            let warnings = find(&text, "b.org", 80).warnings;
            let want = "line 2: there is no value in front of 'machine'; this entry is not used";
            assert_eq!(warnings, [want]);
        }
        // In Python's netrc, it is the password.
        let text = "machine a.org password machine login u\nmachine b.org login v password q";
        assert_eq!(login(text, "a.org").as_deref(), Some("u|machine"));
        assert_eq!(login(text, "b.org").as_deref(), Some("v|q"));
    }

    #[test]
    fn a_mistake_spoils_its_entry_only_and_is_told_without_the_word() {
        let text = "machine a.org login u password p\nmachine b.org login u pasword secret\nmachine c.org login v password q";
        for (host, want) in [
            ("a.org", Some("u|p")),
            ("b.org", None),
            ("c.org", Some("v|q")),
        ] {
            assert_eq!(login(text, host).as_deref(), want, "{host}");
        }
        let warnings = find(text, "a.org", 80).warnings;
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(
            warnings[0].contains("line 2") && !warnings[0].contains("secret"),
            "{warnings:?}"
        );
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in [
            "machine",
            "machine \"",
            "\"\"",
            "\\",
            "default login",
            "machine a \\",
            "é\u{a0}machine x",
            "macdef",
            "#",
        ] {
            drop(find(text, "x", 80));
        }
    }
}
