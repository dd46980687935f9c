//! JSON as a person typed it: a small tree that keeps the digits of numbers, the order of keys, and duplicate keys.
//!
//! It is only for request items, which are small; response bodies are never made into a tree.

use serde_json::value::RawValue;

use crate::json_text::{push_ascii, push_string};

/// Levels of nesting that are read: each takes room on the stack.
const MAX_DEPTH: usize = 200;

/// A JSON value; numbers are kept as text.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) enum JsonValue {
    Null,
    Bool(bool),
    /// The number as it was typed.
    Number(String),
    String(String),
    /// A string with half of a surrogate pair, which no text can hold: the JSON of it, in ASCII.
    HalfPair(String),
    Array(Vec<JsonValue>),
    /// Members in their order; a key may stand twice.
    Object(Vec<(String, JsonValue)>),
}

impl JsonValue {
    /// Reads one JSON document.
    ///
    /// # Errors
    /// What is wrong, with line and column.
    pub(crate) fn parse(text: &str) -> Result<JsonValue, String> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
        JsonValue::from_raw(raw.get(), MAX_DEPTH)
    }

    fn from_raw(text: &str, levels: usize) -> Result<JsonValue, String> {
        let Some(levels) = levels.checked_sub(1) else {
            return Err(format!(
                "it is nested deeper than {MAX_DEPTH} levels; send it as a body (@FILE)"
            ));
        };
        let text = text.trim();
        let describe = |error: serde_json::Error| error.to_string();
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let Members(members) = serde_json::from_str(text).map_err(describe)?;
                let convert = |(key, raw): (String, &RawValue)| {
                    Ok((key, JsonValue::from_raw(raw.get(), levels)?))
                };
                JsonValue::Object(
                    members
                        .into_iter()
                        .map(convert)
                        .collect::<Result<_, String>>()?,
                )
            }
            Some(b'[') => {
                let values: Vec<&RawValue> = serde_json::from_str(text).map_err(describe)?;
                let convert = |raw: &RawValue| JsonValue::from_raw(raw.get(), levels);
                JsonValue::Array(
                    values
                        .into_iter()
                        .map(convert)
                        .collect::<Result<_, String>>()?,
                )
            }
            // The syntax was checked before: what cannot be decoded now is half of a pair.
            Some(b'"') => match serde_json::from_str(text) {
                Ok(text) => JsonValue::String(text),
                Err(_) => JsonValue::HalfPair(in_ascii(text)),
            },
            Some(b't') => JsonValue::Bool(true),
            Some(b'f') => JsonValue::Bool(false),
            Some(b'n') => JsonValue::Null,
            _ => JsonValue::Number(text.to_owned()),
        })
    }

    /// What HTTPie calls this type in its messages.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            JsonValue::Null => "null",
            JsonValue::Bool(_) => "boolean",
            JsonValue::Number(_) => "number",
            JsonValue::String(_) | JsonValue::HalfPair(_) => "string",
            JsonValue::Array(_) => "array",
            JsonValue::Object(_) => "object",
        }
    }

    /// Writes the value as HTTPie sends it: `", "` and `": "` between, and ASCII only.
    pub(crate) fn write(&self, out: &mut String) {
        match self {
            JsonValue::Null => out.push_str("null"),
            JsonValue::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            JsonValue::Number(json) | JsonValue::HalfPair(json) => out.push_str(json),
            JsonValue::String(text) => push_string(out, text),
            JsonValue::Array(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    value.write(out);
                }
                out.push(']');
            }
            JsonValue::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    push_string(out, key);
                    out.push_str(": ");
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn in_ascii(json: &str) -> String {
    let mut out = String::new();
    push_ascii(&mut out, json);
    out
}

/// The members of an object in their order, duplicates too.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        let mut out = String::new();
        JsonValue::parse(text).unwrap().write(&mut out);
        out
    }

    #[test]
    fn values_are_written_as_they_were_typed_with_httpies_spacing() {
        for (typed, want) in [
            (
                r#" {"b":1.10,"a":[1,2],"b":{}} "#,
                r#"{"b": 1.10, "a": [1, 2], "b": {}}"#,
            ),
            (r#""é\u00e9\n😀/\/""#, r#""\u00e9\u00e9\n\ud83d\ude00//""#),
            ("1E400", "1E400"),
            (
                r#"["\ud800é", "\udc00\ud83d"]"#,
                r#"["\ud800\u00e9", "\udc00\ud83d"]"#,
            ),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
            ("[null,true,false,-0]", "[null, true, false, -0]"),
        ] {
            assert_eq!(rewritten(typed), want);
        }
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        for typed in ["{", "", "[1,]", "nul", "1 2", "'x'", &"[".repeat(100_000)] {
            let error = JsonValue::parse(typed).unwrap_err();
            assert!(error.contains("line 1 column"), "{error}");
        }
        let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
        assert!(JsonValue::parse(&deep).unwrap_err().contains("nested"));
        assert!(JsonValue::parse(&deep[100_000 - 150..100_000 + 150]).is_ok());
    }
}
