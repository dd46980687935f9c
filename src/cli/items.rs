//! Request items: `Name:value`, `q==v`, `k=v`, `k:=json`, `f@path` and their kin, from text to meaning.
//!
//! The separator that stands first decides, the longest one where several begin at the same place; a backslash takes
//! the meaning from a character of a separator. Files that items embed (`=@`, `:=@`, `:@`, `==@`) are read here;
//! files that are sent (`@`) are only named.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::cli::flags::quoted_word;
use crate::cli::json_value::JsonValue;
use crate::environment::Environment;
use crate::error::{Error, io_reason};

/// All the items of a command line, by kind, each kind in its order.
#[derive(Default)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Items {
    pub(crate) headers: Vec<HeaderItem>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) fields: Vec<Field>,
    /// `@path` without a name, once it is known to be no part of a form: the whole body.
    pub(crate) body_file: Option<FileItem>,
}

/// `Name:value` sets, `Name:` removes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct HeaderItem {
    pub(crate) name: String,
    /// `None` removes what is there, defaults included.
    pub(crate) value: Option<Vec<u8>>,
}

/// Shows the name only: the value may be a secret.
impl std::fmt::Debug for HeaderItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:***", self.name)
    }
}

/// A field of a body.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) value: FieldValue,
}

/// The value of a field.
#[cfg_attr(test, derive(Debug))]
pub(crate) enum FieldValue {
    Text(String),
    Json(JsonValue),
    File(FileItem),
}

/// A file to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileItem {
    pub(crate) path: PathBuf,
    /// What `;type=` says.
    pub(crate) mime_type: Option<String>,
}

/// The separators, the longer ones before those that they begin with.
const SEPARATORS: [&str; 10] = [":=@", "==@", ":=", ":@", "==", "=@", ":", ";", "=", "@"];

/// Reads the items of a command line.
///
/// # Errors
/// A usage error that names the item; for a file, also why it cannot be read.
pub(crate) fn parse(arguments: &[String], env: &Environment) -> Result<Items, Error> {
    let mut items = Items::default();
    for argument in arguments {
        let (key, separator, value) = split(argument).ok_or_else(|| {
            let shown = quoted_word(argument);
            Error::usage(format!("{shown} is not a valid value"))
        })?;
        items.add(argument, key, separator, value, env)?;
    }
    items.query = grouped(items.query, |(name, _)| name);
    Ok(items)
}

/// Puts the entries of one name behind the first of that name, as HTTPie orders forms and queries.
pub(crate) fn grouped<T>(entries: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
    let mut places = HashMap::new();
    let mut groups: Vec<Vec<T>> = Vec::new();
    for entry in entries {
        let place = *places
            .entry(name(&entry).to_owned())
            .or_insert(groups.len());
        if place == groups.len() {
            groups.push(Vec::new());
        }
        groups[place].push(entry);
    }
    groups.into_iter().flatten().collect()
}

impl Items {
    fn add(
        &mut self,
        argument: &str,
        key: String,
        separator: &str,
        value: String,
        env: &Environment,
    ) -> Result<(), Error> {
        let field = |value| Field {
            name: key.clone(),
            value,
        };
        match separator {
            ":" => self.add_header(key, Some(value).filter(|value| !value.is_empty()))?,
            ";" if value.is_empty() => self.add_header(key, Some(value))?,
            ";" => {
                let message =
                    format!("Invalid item '{key};***' (to specify an empty header use `Header;`)");
                return Err(Error::usage(message));
            }
            ":@" => {
                let text = embedded_text(argument, &value, env)?;
                self.add_header(key, Some(without_final_newline(text)))?;
            }
            "==" => self.query.push((key, value)),
            "==@" => {
                let text = embedded_text(argument, &value, env)?;
                self.query.push((key, without_final_newline(text)));
            }
            "=" => self.fields.push(field(FieldValue::Text(value))),
            "=@" => {
                let text = embedded_text(argument, &value, env)?;
                self.fields.push(field(FieldValue::Text(text)));
            }
            ":=" => {
                // A password that lacks its quotes is no business of a log's.
                let value = json(&format!("{key}:=***"), &value)?;
                self.fields.push(field(FieldValue::Json(value)));
            }
            ":=@" => {
                let text = embedded_text(argument, &value, env)?;
                self.fields
                    .push(field(FieldValue::Json(json(argument, &text)?)));
            }
            _ => self.add_file(argument, key, &value, env)?,
        }
        Ok(())
    }

    fn add_header(&mut self, name: String, value: Option<String>) -> Result<(), Error> {
        let value = value.map(|value| value.trim().to_owned());
        let bad_name = name.is_empty()
            || name.starts_with(char::is_whitespace)
            // One that was stored before can still be taken away.
            || (!name.is_ascii() && value.is_some())
            || name.contains(|c: char| c.is_control() || c == ':');
        if bad_name {
            return Err(Error::new(format!(
                "InvalidHeader: {name:?} cannot be the name of a header"
            )));
        }
        let is_bad = |c: char| c.is_control() && c != '\t';
        if value.as_deref().is_some_and(|value| value.contains(is_bad)) {
            let message = format!(
                "InvalidHeader: the value of the header '{name}' has a line break or control character in it"
            );
            return Err(Error::new(message));
        }
        self.headers.push(HeaderItem {
            name,
            value: value.map(String::into_bytes),
        });
        Ok(())
    }

    fn add_file(
        &mut self,
        argument: &str,
        name: String,
        value: &str,
        env: &Environment,
    ) -> Result<(), Error> {
        let (path, mime_type) = match value.split_once(";type=") {
            Some((path, mime_type)) => (
                path,
                Some(mime_type.to_owned()).filter(|name| !name.is_empty()),
            ),
            None => (value, None),
        };
        let file = FileItem {
            path: env.expand_tilde(path),
            mime_type,
        };
        let readable = std::fs::File::open(&file.path).and_then(|opened| opened.metadata());
        match readable {
            Ok(facts) if facts.is_dir() => {
                return Err(unreadable(argument, path, "it is a folder"));
            }
            Ok(_) => {}
            Err(error) => return Err(unreadable(argument, path, &io_reason(&error))),
        }
        self.fields.push(Field {
            name,
            value: FieldValue::File(file),
        });
        Ok(())
    }

    /// Makes a file without a name the body. In forms it stays a field, as in HTTPie.
    pub(crate) fn take_body_file(&mut self) -> Result<(), Error> {
        for field in std::mem::take(&mut self.fields) {
            match field.value {
                FieldValue::File(file) if field.name.is_empty() => {
                    if self.body_file.replace(file).is_some() {
                        return Err(Error::usage("Can't read request from multiple files"));
                    }
                }
                _ => self.fields.push(field),
            }
        }
        Ok(())
    }
}

fn unreadable(argument: &str, path: &str, reason: &str) -> Error {
    Error::usage(format!("'{argument}': cannot read '{path}': {reason}"))
}

fn embedded_text(argument: &str, path: &str, env: &Environment) -> Result<String, Error> {
    let expanded: &Path = &env.expand_tilde(path);
    let bytes =
        std::fs::read(expanded).map_err(|error| unreadable(argument, path, &io_reason(&error)))?;
    String::from_utf8(bytes).map_err(|_| {
        Error::usage(format!(
            "'{argument}': cannot embed the content of '{path}': it is not UTF-8 text"
        ))
    })
}

fn without_final_newline(mut text: String) -> String {
    text.truncate(text.trim_end_matches('\n').len());
    text
}

fn json(argument: &str, text: &str) -> Result<JsonValue, Error> {
    JsonValue::parse(text)
        .map_err(|why| Error::usage(format!("'{argument}': not valid JSON: {why}")))
}

/// Whether an argument has the form of a request item. Files are not looked at.
pub(crate) fn is_item(argument: &str) -> bool {
    split(argument).is_some()
}

/// Cuts an argument that names a file behind its separator, if it does: `cv@`, `cv.pdf`.
pub(crate) fn file_value(argument: &str) -> Option<(&str, &str)> {
    let (at, separator) = find_separator(argument)?;
    let end = at + separator.len();
    separator.ends_with('@').then(|| argument.split_at(end))
}

/// Splits at the separator that counts; escapes are resolved in what stands before and behind it.
fn split(argument: &str) -> Option<(String, &'static str, String)> {
    let pieces = unescape(argument);
    let mut key = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        let found = match piece {
            Piece::Escaped(_) => None,
            Piece::Plain(text) => find_separator(text).map(|(at, separator)| (text, at, separator)),
        };
        if let Some((text, at, separator)) = found {
            key.push_str(&text[..at]);
            let mut value = text[at + separator.len()..].to_owned();
            pieces[index + 1..]
                .iter()
                .for_each(|piece| piece.push_to(&mut value));
            return Some((key, separator, value));
        }
        piece.push_to(&mut key);
    }
    None
}

enum Piece {
    Plain(String),
    Escaped(char),
}

impl Piece {
    fn push_to(&self, out: &mut String) {
        match self {
            Piece::Plain(text) => out.push_str(text),
            Piece::Escaped(c) => out.push(*c),
        }
    }
}

/// A backslash before any other character is an ordinary character.
fn unescape(argument: &str) -> Vec<Piece> {
    let (mut pieces, mut plain) = (Vec::new(), String::new());
    let mut chars = argument.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some(escaped @ (':' | '=' | '@' | ';'))) => {
                pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                pieces.push(Piece::Escaped(escaped));
            }
            (c, next) => {
                plain.push(c);
                plain.extend(next);
            }
        }
    }
    pieces.push(Piece::Plain(plain));
    pieces
}

fn find_separator(text: &str) -> Option<(usize, &'static str)> {
    let at = text.find([':', ';', '=', '@'])?;
    SEPARATORS
        .into_iter()
        .find(|separator| text[at..].starts_with(separator))
        .map(|separator| (at, separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_longest_separator_splits() {
        for (argument, want) in [
            ("a=b", Some(("a", "=", "b"))),
            ("a==b=c", Some(("a", "==", "b=c"))),
            ("a:=1", Some(("a", ":=", "1"))),
            ("a:=@f", Some(("a", ":=@", "f"))),
            ("a==@f", Some(("a", "==@", "f"))),
            ("Name:", Some(("Name", ":", ""))),
            ("Name;", Some(("Name", ";", ""))),
            ("Name:a:b=c", Some(("Name", ":", "a:b=c"))),
            ("a\\:b=c", Some(("a:b", "=", "c"))),
            ("a\\==c", Some(("a=", "=", "c"))),
            ("a\\b\\\\=c", Some(("a\\b\\\\", "=", "c"))),
            ("a=b\\:c\\d", Some(("a", "=", "b:c\\d"))),
            ("path\\==c:/\\;x", Some(("path=", "=", "c:/;x"))),
            ("nothing", None),
            ("", None),
            ("a\\=b", None),
            ("\\", None),
        ] {
            let got = split(argument);
            let got = got
                .as_ref()
                .map(|(key, separator, value)| (key.as_str(), *separator, value.as_str()));
            assert_eq!(got, want, "{argument}");
        }
    }

    #[test]
    fn no_error_repeats_a_value() {
        for (item, named) in [
            ("password:=s3cret", "password:="),
            ("Authorization;Bearer s3cret", "Authorization;"),
            ("Bearer s3cret", "Bea***"),
            ("eyJhbGciOiJIUzI1NiJ9.s3cret", "eyJ***"),
            ("X:s3cret\ny", "'X'"),
        ] {
            let said = parse(&[item.to_owned()], &Environment::new());
            let said = said
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default();
            assert!(said.contains(named) && !said.contains("s3cret"), "{said}");
        }
    }

    #[test]
    fn headers_are_trimmed_and_checked() {
        let env = Environment::new();
        let items = parse(
            &["X: a b ".to_owned(), "Y:".to_owned(), "Z;".to_owned()],
            &env,
        )
        .unwrap();
        let values: Vec<_> = items
            .headers
            .iter()
            .map(|item| item.value.as_deref())
            .collect();
        assert_eq!(values, [Some(&b"a b"[..]), None, Some(&b""[..])]);
        for bad in [":x", "A\\:B:x", "A\nB:x", "A:x\ny", " A:x", "A:\0"] {
            assert!(parse(&[bad.to_owned()], &env).is_err(), "{bad:?}");
        }
    }
}
