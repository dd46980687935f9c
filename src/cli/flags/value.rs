//! One typed value on its way into the arguments: text, a path, a number as Python reads it, one of a few words.
//!
//! Bytes as the system gave them in, a value or argparse's sentence out. It knows no option.

use std::ffi::OsString;
use std::path::PathBuf;

use super::super::args::ProxyRule;

/// One typed value, on its way into the arguments.
pub(crate) struct Value(OsString);

impl Value {
    pub(crate) fn new(typed: OsString) -> Value {
        Value(typed)
    }

    pub(super) fn text(self) -> Result<String, String> {
        self.0
            .into_string()
            .map_err(|_| "it is not valid UTF-8".to_owned())
    }

    /// A path may have any bytes.
    pub(super) fn path(self) -> PathBuf {
        PathBuf::from(self.0)
    }

    /// A whole number as Python's `int` reads it. Greater ones than an `i64` holds become the greatest.
    pub(super) fn integer(self) -> Result<i64, String> {
        let text = self.text()?;
        let unfit = || format!("invalid int value: {}", quoted(&text));
        let digits = without_digit_separators(text.trim()).ok_or_else(unfit)?;
        let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(&digits);
        if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(unfit());
        }
        let limit = if digits.starts_with('-') {
            i64::MIN
        } else {
            i64::MAX
        };
        Ok(digits.parse().unwrap_or(limit))
    }

    /// A number as Python's `float` reads it, `nan` and `inf` too.
    pub(super) fn float(self) -> Result<f64, String> {
        let text = self.text()?;
        without_digit_separators(text.trim())
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| format!("invalid float value: {}", quoted(&text)))
    }

    /// One of the words of a table, with what it stands for.
    pub(super) fn choice<T: Copy>(self, table: &[(&str, T)]) -> Result<T, String> {
        let text = self.text()?;
        table
            .iter()
            .find(|(word, _)| *word == text)
            .map(|&(_, meaning)| meaning)
            .ok_or_else(|| invalid_choice(&text, table.iter().map(|&(word, _)| word)))
    }

    /// One of the words of a list.
    pub(crate) fn word(self, words: &[&'static str]) -> Result<&'static str, String> {
        let text = self.text()?;
        words
            .iter()
            .find(|word| **word == text)
            .copied()
            .ok_or_else(|| invalid_choice(&text, words.iter().copied()))
    }

    /// `type/subtype`.
    pub(super) fn mime_type(self) -> Result<String, String> {
        let text = self.text()?;
        if text.bytes().filter(|byte| *byte == b'/').count() == 1 {
            return Ok(text);
        }
        Err(format!(
            "{} doesn’t look like a mime type (type/subtype)",
            quoted(&text)
        ))
    }

    /// `PROTOCOL:URL`. The protocol can be `SCHEME://HOST`, its colon behind a backslash as HTTPie wants it, or bare where
    /// a second `://` shows that the first is not the proxy's own.
    pub(super) fn proxy_rule(self) -> Result<ProxyRule, String> {
        let text = self.text()?;
        let unescaped = text.replace("\\:", "\0");
        let at = match unescaped.match_indices("://").nth(1) {
            Some((second, _)) if !unescaped.contains('\0') => unescaped[..second].rfind(':'),
            _ => unescaped.find(':'),
        };
        let (protocol, url) = at
            .and_then(|at| Some((unescaped.get(..at)?, unescaped.get(at + 1..)?)))
            .ok_or_else(|| format!("{} is not a valid value", quoted(&text)))?;
        Ok(ProxyRule {
            protocol: protocol.replace('\0', ":"),
            url: url.replace('\0', ":"),
        })
    }
}

/// argparse's sentence for a word that is not among the choices.
fn invalid_choice<'a>(text: &str, choices: impl Iterator<Item = &'a str>) -> String {
    let choices: Vec<_> = choices.map(quoted).collect();
    format!(
        "invalid choice: {} (choose from {})",
        quoted_word(text),
        choices.join(", ")
    )
}

/// Python's `1_000`: an underscore is allowed between two digits. `None` where one stands elsewhere.
fn without_digit_separators(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let misplaced = |(index, byte): (usize, &u8)| {
        *byte == b'_' && !(index > 0 && is_digit(index - 1) && is_digit(index + 1))
    };
    if bytes.iter().enumerate().any(misplaced) {
        return None;
    }
    Some(text.replace('_', ""))
}

/// Text as Python's `repr` shows it: argparse's messages, which scripts may look for, have their values in this form.
pub(crate) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut shown = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\\' => shown.push_str("\\\\"),
            _ if letter == quote => shown.extend(['\\', letter]),
            _ if letter.is_control() => shown.push_str(&format!("\\x{:02x}", u32::from(letter))),
            _ => shown.push(letter),
        }
    }
    shown.push(quote);
    shown
}

/// What was typed where a word was wanted: as it is if it is one or a variable that no shell has replaced, else its beginning.
/// It may be a password that was put in the wrong place, and what is said here ends in logs.
pub(crate) fn quoted_word(text: &str) -> String {
    const LONGEST: usize = 20;
    const SHOWN: usize = 3;
    let is_of_word = |letter: char| letter.is_alphanumeric() || "-_./".contains(letter);
    let word = text.strip_prefix('$').unwrap_or(text);
    if word.chars().count() <= LONGEST && word.chars().all(is_of_word) {
        return quoted(text);
    }
    let start: String = text
        .chars()
        .take_while(|c| is_of_word(*c))
        .take(SHOWN)
        .collect();
    quoted(&(start + "***"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        let integer = |text: &str| Value::new(text.into()).integer().ok();
        assert_eq!(integer(" +1_000 "), Some(1000));
        assert_eq!(integer("-1"), Some(-1));
        assert_eq!(integer("99999999999999999999"), Some(i64::MAX));
        for unfit in ["", "-", "1.5", "_1", "1__0", "1_", "x", "+-1"] {
            assert_eq!(integer(unfit), None, "{unfit}");
        }
        let float = |text: &str| Value::new(text.into()).float().ok();
        assert_eq!(float(" 1_0.5 "), Some(10.5));
        assert_eq!(float("-1e3"), Some(-1000.0));
        assert_eq!(float(".5"), Some(0.5));
        assert!(float("nan").is_some_and(f64::is_nan));
        for unfit in ["", "1_.5", "0x10", "1e", "abc"] {
            assert_eq!(float(unfit), None, "{unfit}");
        }
    }

    #[test]
    fn only_what_looks_like_a_word_is_repeated() {
        for (typed, shown) in [
            ("", "''"),
            ("digset", "'digset'"),
            ("x.org/é", "'x.org/é'"),
            ("$STYLE", "'$STYLE'"),
            ("user:pass", "'use***'"),
            ("u:p", "'u***'"),
            ("eyJhbGciOiJIUzI1NiJ9.x", "'eyJ***'"),
            ("s3cret phrase", "'s3c***'"),
            ("\u{1b}[31m", "'***'"),
        ] {
            assert_eq!(quoted_word(typed), shown);
        }
    }

    #[test]
    fn quoting_is_that_of_python() {
        assert_eq!(quoted("foo"), "'foo'");
        assert_eq!(quoted("it's"), "\"it's\"");
        assert_eq!(quoted("'\""), "'\\'\"'");
        assert_eq!(quoted("a\\\n\u{1b}é"), "'a\\\\\\n\\x1bé'");
    }
}
