//! HTTPie's nested JSON syntax: `user[name]=x`, `tags[]=a`, `list[2]:=true`, `[0][a]=1`.
//!
//! A key is a path: a root, then `[key]`, `[number]` or `[]`. A backslash takes the meaning from `[`, `]`, `\` and from a
//! number that is to be a key. Takes keys and values in their order, gives one value; errors point into the key.

use crate::cli::json_value::JsonValue;
use crate::error::Error;

/// The highest index that a path may name: what lies below it is filled with nulls.
const MAX_INDEX: usize = 1_000_000;
/// The most steps that a path may have: each takes room on the stack when the value is written.
const MAX_STEPS: usize = 200;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
    Append,
}

impl Step {
    /// The access and the type that it needs, in the words of the messages.
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Step::Key(_) => ("key", "object"),
            Step::Index(_) => ("index", "array"),
            Step::Append => ("append", "array"),
        }
    }
}

/// A step with the place in the key that it came from, in characters.
#[derive(Debug)]
struct Located {
    step: Step,
    start: usize,
    end: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum TokenKind {
    Text(String),
    Number(i64),
    Open,
    Close,
}

#[derive(Clone, Debug)]
struct Token {
    kind: TokenKind,
    start: usize,
    end: usize,
}

impl Token {
    fn located(&self, step: Step) -> Located {
        Located {
            step,
            start: self.start,
            end: self.end,
        }
    }
}

/// Builds the body of a JSON request from its items.
///
/// # Errors
/// `HTTPie Syntax Error`, `HTTPie Type Error` or `HTTPie Value Error` with the key and a caret below the place.
pub(crate) fn build<'a>(
    items: impl IntoIterator<Item = (&'a str, JsonValue)>,
) -> Result<JsonValue, Error> {
    let mut root = None;
    for (key, value) in items {
        let path = parse_path(key)?;
        if let Some(beyond) = path.get(MAX_STEPS) {
            let message = format!("A key can lead at most {MAX_STEPS} levels down.");
            return Err(pointing("Value", key, beyond.start, beyond.end, &message));
        }
        assign(&mut root, key, &path, value)?;
    }
    let root = root.unwrap_or(JsonValue::Object(Vec::new()));
    Ok(root)
}

fn assign(
    root: &mut Option<JsonValue>,
    key: &str,
    path: &[Located],
    value: JsonValue,
) -> Result<(), Error> {
    let mut place = root.get_or_insert_with(|| empty_container(&path[0].step));
    for (depth, located) in path.iter().enumerate() {
        if let JsonValue::Null = place {
            *place = empty_container(&located.step);
        }
        let (access, wanted) = located.step.words();
        let found = place.type_name();
        place = descend(place, &located.step).ok_or_else(|| {
            let chars: Vec<char> = key.chars().collect();
            let before: String = chars[..path[depth.max(1) - 1].end.min(chars.len())].iter().collect();
            let before = if depth == 0 { String::new() } else { before };
            let message = format!(
                "Cannot perform '{access}' based access on '{before}' which has a type of '{found}' but this operation \
                 requires a type of '{wanted}'."
            );
            pointing("Type", key, located.start, located.end, &message)
        })?;
    }
    *place = value;
    Ok(())
}

fn empty_container(step: &Step) -> JsonValue {
    match step {
        Step::Key(_) => JsonValue::Object(Vec::new()),
        Step::Index(_) | Step::Append => JsonValue::Array(Vec::new()),
    }
}

/// The place that a step leads to, made if it is not there; `None` where the value has another type.
fn descend<'a>(value: &'a mut JsonValue, step: &Step) -> Option<&'a mut JsonValue> {
    match (value, step) {
        (JsonValue::Object(members), Step::Key(key)) => {
            let index = match members.iter().position(|(name, _)| name == key) {
                Some(index) => index,
                None => {
                    members.push((key.clone(), JsonValue::Null));
                    members.len() - 1
                }
            };
            Some(&mut members[index].1)
        }
        (JsonValue::Array(values), Step::Index(index)) => {
            if values.len() <= *index {
                values.resize(index + 1, JsonValue::Null);
            }
            values.get_mut(*index)
        }
        (JsonValue::Array(values), Step::Append) => {
            values.push(JsonValue::Null);
            values.last_mut()
        }
        _ => None,
    }
}

/// Reads a key: a root, unless it begins with a bracket, and what stands in brackets behind it.
fn parse_path(key: &str) -> Result<Vec<Located>, Error> {
    let tokens = tokenize(key);
    let mut tokens = tokens.iter().peekable();
    let mut path: Vec<Located> = Vec::new();
    match tokens.peek() {
        None => path.push(Located {
            step: Step::Key(String::new()),
            start: 0,
            end: 0,
        }),
        Some(token) => match &token.kind {
            TokenKind::Open => {}
            TokenKind::Close => return Err(expecting("a text, a number or '['", key, Some(token))),
            TokenKind::Text(text) => path.push(token.located(Step::Key(text.clone()))),
            TokenKind::Number(_) => {
                let typed = key.chars().take(token.end).skip(token.start);
                let typed: String = typed.collect();
                path.push(token.located(Step::Key(typed.trim().to_owned())));
            }
        },
    }
    tokens.next_if(|token| token.kind != TokenKind::Open);
    while let Some(open) = tokens.next() {
        if open.kind != TokenKind::Open {
            return Err(expecting("'['", key, Some(open)));
        }
        let inner = tokens.next();
        let step = match inner.map(|token| &token.kind) {
            Some(TokenKind::Close) => {
                path.push(Located {
                    step: Step::Append,
                    start: open.start,
                    end: open.end + 1,
                });
                continue;
            }
            Some(TokenKind::Text(text)) if !path.is_empty() => Step::Key(text.clone()),
            Some(TokenKind::Number(number)) => Step::Index(checked_index(key, inner, *number)?),
            _ if path.is_empty() => return Err(expecting("a number or ']'", key, inner)),
            _ => return Err(expecting("a text, a number or ']'", key, inner)),
        };
        let close = tokens.next();
        let end = close.filter(|close| close.kind == TokenKind::Close);
        path.push(Located {
            step,
            start: open.start,
            end: end.ok_or_else(|| expecting("']'", key, close))?.end,
        });
    }
    Ok(path)
}

/// The error that something else should stand where this token is, or at the end of the key.
fn expecting(what: &str, key: &str, found: Option<&Token>) -> Error {
    let length = key.chars().count();
    let (start, end) = found.map_or((length, length + 1), |token| (token.start, token.end));
    pointing("Syntax", key, start, end, &format!("Expecting {what}"))
}

fn checked_index(key: &str, token: Option<&Token>, number: i64) -> Result<usize, Error> {
    let (start, end) = token.map_or((0, 1), |token| (token.start, token.end));
    if number < 0 {
        return Err(pointing(
            "Value",
            key,
            start,
            end,
            "Negative indexes are not supported.",
        ));
    }
    usize::try_from(number)
        .ok()
        .filter(|index| *index <= MAX_INDEX)
        .ok_or_else(|| {
            pointing(
                "Value",
                key,
                start,
                end,
                &format!("An index can be at most {MAX_INDEX}."),
            )
        })
}

fn tokenize(key: &str) -> Vec<Token> {
    let chars: Vec<char> = key.chars().collect();
    let (mut tokens, mut text, mut escapes, mut start) = (Vec::new(), String::new(), 0, 0);
    let mut at = 0;
    let flush = |tokens: &mut Vec<Token>,
                 text: &mut String,
                 escapes: &mut usize,
                 start: usize,
                 end: usize| {
        if !text.is_empty() {
            let kind = literal(std::mem::take(text), *escapes > 0);
            tokens.push(Token { kind, start, end });
            *escapes = 0;
        }
    };
    while at < chars.len() {
        if text.is_empty() {
            start = at;
        }
        match (chars[at], chars.get(at + 1)) {
            (bracket @ ('[' | ']'), _) => {
                flush(&mut tokens, &mut text, &mut escapes, start, at);
                let kind = if bracket == '[' {
                    TokenKind::Open
                } else {
                    TokenKind::Close
                };
                tokens.push(Token {
                    kind,
                    start: at,
                    end: at + 1,
                });
            }
            ('\\', Some(next)) => {
                if matches!(next, '[' | ']' | '\\') {
                    escapes += 1;
                } else {
                    text.push('\\');
                }
                text.push(*next);
                at += 1;
            }
            (c, _) => text.push(c),
        }
        at += 1;
    }
    flush(&mut tokens, &mut text, &mut escapes, start, chars.len());
    tokens
}

/// A number is an index, unless an escape stands in it or before it: `\1` is the key `1`.
fn literal(text: String, has_escapes: bool) -> TokenKind {
    if has_escapes {
        return TokenKind::Text(text);
    }
    match text.trim().parse() {
        Ok(number) => TokenKind::Number(number),
        // Too large for a number, and so for an index: what reads it will say so.
        Err(_) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            TokenKind::Number(i64::MAX)
        }
        Err(_) => match text.strip_prefix('\\') {
            Some(rest) if rest.parse::<i64>().is_ok() => TokenKind::Text(rest.to_owned()),
            _ => TokenKind::Text(text),
        },
    }
}

fn pointing(kind: &str, key: &str, start: usize, end: usize, message: &str) -> Error {
    let (space, carets) = (
        " ".repeat(start),
        "^".repeat(end.saturating_sub(start).max(1)),
    );
    Error::verbatim(format!(
        "HTTPie {kind} Error: {message}\n{key}\n{space}{carets}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(items: &[(&str, &str)]) -> String {
        let items = items
            .iter()
            .map(|(key, value)| (*key, JsonValue::parse(value).unwrap()));
        match build(items) {
            Ok(value) => {
                let mut out = String::new();
                value.write(&mut out);
                out
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn paths_build_nested_values() {
        for (items, want) in [
            (
                &[("a[b]", "1"), ("a[d][]", "2"), ("a[d][]", "3")][..],
                r#"{"a": {"b": 1, "d": [2, 3]}}"#,
            ),
            (&[("[1]", "1"), ("[][x]", "3")], r#"[null, 1, {"x": 3}]"#),
            (
                &[("a[3]", "1"), ("a[]", "2")],
                r#"{"a": [null, null, null, 1, 2]}"#,
            ),
            (&[("[][a]", "1"), ("[0][b]", "2")], r#"[{"a": 1, "b": 2}]"#),
            (
                &[("a[\\1]", "1"), ("\\1", "2"), ("b[1x]", "3")],
                r#"{"a": {"1": 1}, "1": 2, "b": {"1x": 3}}"#,
            ),
            (
                &[("c\\[x\\]", "4"), ("d\\x", "5"), ("e\\\\", "6")],
                r#"{"c[x]": 4, "d\\x": 5, "e\\": 6}"#,
            ),
            (
                &[("5", "3"), ("a[ 1 ]", "1")],
                r#"{"5": 3, "a": [null, 1]}"#,
            ),
            (&[("", "3"), ("a", "1"), ("a", "2")], r#"{"": 3, "a": 2}"#),
            (
                &[("a", "{\"b\":1}"), ("a[c]", "2")],
                r#"{"a": {"b": 1, "c": 2}}"#,
            ),
        ] {
            assert_eq!(built(items), want);
        }
    }

    #[test]
    fn errors_point_into_the_key() {
        for (items, want) in [
            (
                &[("foo[", "1")][..],
                "HTTPie Syntax Error: Expecting a text, a number or ']'\nfoo[\n    ^",
            ),
            (
                &[("foo[bar", "1")],
                "HTTPie Syntax Error: Expecting ']'\nfoo[bar\n       ^",
            ),
            (
                &[("foo]", "1")],
                "HTTPie Syntax Error: Expecting '['\nfoo]\n   ^",
            ),
            (
                &[("foo[a]b", "1")],
                "HTTPie Syntax Error: Expecting '['\nfoo[a]b\n      ^",
            ),
            (
                &[("[a]", "1")],
                "HTTPie Syntax Error: Expecting a number or ']'\n[a]\n ^",
            ),
            (
                &[("foo[-1]", "1")],
                "HTTPie Value Error: Negative indexes are not supported.\nfoo[-1]\n    ^^",
            ),
        ] {
            assert_eq!(built(items), want);
        }
        let clash = built(&[("foo[0][b]", "1"), ("foo[c]", "2")]);
        assert!(
            clash.starts_with(
                "HTTPie Type Error: Cannot perform 'key' based access on 'foo' which has"
            ),
            "{clash}"
        );
        assert!(clash.ends_with("\nfoo[c]\n   ^^^"), "{clash}");
        let clash = built(&[("[]", "1"), ("a", "2")]);
        assert!(
            clash.contains("based access on '' which") && clash.ends_with("\na\n^"),
            "{clash}"
        );
    }

    #[test]
    fn a_path_without_end_is_refused() {
        let key = format!("a{}", "[b]".repeat(40_000));
        assert!(built(&[(&key, "1")]).contains("at most 200 levels"));
        let key = format!("a{}", "[b]".repeat(199));
        assert!(built(&[(&key, "1")]).starts_with("{\"a\": {\"b\""));
    }

    #[test]
    fn a_huge_index_is_refused() {
        for key in ["a[99999999]", "a[99999999999999999999]"] {
            assert!(
                built(&[(key, "1")]).starts_with("HTTPie Value Error"),
                "{key}"
            );
        }
        assert_eq!(
            built(&[("99999999999999999999", "1")]),
            "{\"99999999999999999999\": 1}"
        );
    }
}
