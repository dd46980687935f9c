//! Default options, which stand before those of the command line: `config.json` in the configuration directory, and over
//! it the environment variable `HTTPIE_DEFAULT_OPTIONS`, for images and pipelines that have no file.
//!
//! A missing file is no configuration. One that cannot be understood is a warning, as in HTTPie; keys that we do not
//! know (`plugins_dir`, `__meta__`) are no business of ours. A variable that cannot be understood is an error: who sets one
//! for an unattended job relies on it, and without `--check-status` or `--timeout` that job would do something else.

use std::path::Path;

use serde::Deserialize;
use serde_json::error::Category;

use crate::environment::Environment;
use crate::error::{Error, io_reason};

/// The environment variable.
pub(crate) const VARIABLE: &str = "HTTPIE_DEFAULT_OPTIONS";

/// Default options that come from one place.
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(crate) struct DefaultOptions {
    /// The path of the file, or the name of the variable.
    pub(crate) origin: String,
    pub(crate) words: Vec<String>,
    pub(crate) positionals: Positionals,
}

/// Whether METHOD, URL and items may stand among default options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Positionals {
    /// As in HTTPie's file.
    Allowed,
    /// In the variable, `verbose` is a mistake for `--verbose` and no URL.
    Refused,
}

/// Whether `config.json` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConfigFile {
    Read,
    /// `--no-config`
    Ignored,
}

/// The default options, later ones over earlier ones, and a warning for people where the file cannot be used.
///
/// # Errors
/// The variable cannot be understood.
pub(crate) fn default_options(
    env: &Environment,
    file: ConfigFile,
) -> Result<(Vec<DefaultOptions>, Option<String>), Error> {
    let mut all = Vec::new();
    let mut warning = None;
    if file == ConfigFile::Read {
        let path = env.config_dir().join("config.json");
        match of_file(&path) {
            Ok(words) => all.push(DefaultOptions {
                origin: path.display().to_string(),
                words,
                positionals: Positionals::Allowed,
            }),
            Err(reason) => warning = Some(reason),
        }
    }
    if let Some(value) = env.default_options() {
        let fail = |reason: String| Error::new(format!("{VARIABLE} cannot be used: {reason}"));
        let value = value.into_string();
        let value = value.map_err(|_| fail("it is not valid UTF-8".to_owned()))?;
        all.push(DefaultOptions {
            origin: VARIABLE.to_owned(),
            words: of_variable(&value).map_err(fail)?,
            positionals: Positionals::Refused,
        });
    }
    all.retain(|options| !options.words.is_empty());
    Ok((all, warning))
}

#[derive(Deserialize)]
struct Config {
    /// Null is none, as in HTTPie.
    default_options: Option<Vec<String>>,
}

fn of_file(path: &Path) -> Result<Vec<String>, String> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(format!(
                "cannot read config file: {} [{}]",
                io_reason(&error),
                path.display()
            ));
        }
    };
    match serde_json::from_slice::<Config>(&text) {
        Ok(config) => Ok(config.default_options.unwrap_or_default()),
        Err(error) => {
            let wanted = "an object is expected in which default_options is a list of strings";
            let reason = reason(&error, wanted);
            Err(format!(
                "invalid config file: {reason} [{}]",
                path.display()
            ))
        }
    }
}

/// A JSON array of strings, or words as a shell cuts them.
fn of_variable(value: &str) -> Result<Vec<String>, String> {
    match value.trim_start().starts_with('[') {
        true => serde_json::from_str(value)
            .map_err(|error| reason(&error, "a string is expected"))
            .map_err(|reason| format!("it is no JSON array of strings: {reason}")),
        false => words(value),
    }
}

/// Why a document cannot be used, and where; `wanted` says what it should be. What stands in its place can be a password:
/// serde_json repeats it where the JSON is fine and the value is not what was expected.
fn reason(error: &serde_json::Error, wanted: &str) -> String {
    match error.classify() {
        Category::Data => format!(
            "{wanted} at line {} column {}",
            error.line(),
            error.column()
        ),
        Category::Io | Category::Syntax | Category::Eof => error.to_string(),
    }
}

/// Cuts a text into words as a shell does (POSIX, "Shell Command Language", 2.2), without expanding anything in them.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            _ if letter.is_ascii_whitespace() => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next() {
                        Some('\'') => break,
                        Some(letter) => word.push(letter),
                        None => return Err("a single quote is not closed".to_owned()),
                    }
                }
            }
            '"' => double_quoted(&mut letters, word.get_or_insert_default())?,
            '\\' => match letters.next() {
                Some('\n') => {}
                Some(letter) => word.get_or_insert_default().push(letter),
                None => return Err("a backslash stands at the end".to_owned()),
            },
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Ok(words)
}

/// In double quotes, a backslash is itself unless it stands before one of a few characters.
fn double_quoted(letters: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    loop {
        match letters.next() {
            Some('"') => return Ok(()),
            Some('\\') => match letters.next() {
                Some('\n') => {}
                Some(letter @ ('"' | '\\' | '$' | '`')) => word.push(letter),
                Some(letter) => word.extend(['\\', letter]),
                None => break,
            },
            Some(letter) => word.push(letter),
            None => break,
        }
    }
    Err("a double quote is not closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_as_a_shell_cuts_them() {
        for (text, want) in [
            ("", &[][..]),
            (" \n\t", &[]),
            ("--verbose  --style=pie\n", &["--verbose", "--style=pie"]),
            ("a'b c'd \"e f\"", &["ab cd", "e f"]),
            ("'' \"\"", &["", ""]),
            (r#"a\ b \' "\"\$\x" '\'"#, &["a b", "'", "\"$\\x", "\\"]),
            ("$HOME `x` ~ *", &["$HOME", "`x`", "~", "*"]),
            ("a\\\nb", &["ab"]),
            (r#" ["--a", "b c"] "#, &["--a", "b c"]),
            ("[]", &[]),
        ] {
            assert_eq!(of_variable(text).unwrap(), want, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_cut_is_an_error() {
        for (text, part) in [
            ("'a", "single quote"),
            ("\"a\\\"", "double quote"),
            ("\"a\\", "double quote"),
            ("a\\", "backslash"),
            ("[\"a\"", "JSON"),
            ("[1]", "JSON"),
            ("[\"a\"] b", "JSON"),
        ] {
            assert!(of_variable(text).unwrap_err().contains(part), "{text}");
        }
    }
}
