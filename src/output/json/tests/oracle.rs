//! The meaning of a JSON document by the plainest means: a tree, built by recursion, with names and strings decoded to UTF-16.

use std::cmp::Ordering;

#[derive(Debug, PartialEq)]
pub(super) enum Value {
    Scalar(String),
    Text(Vec<u16>),
    Array(Vec<Value>),
    Object(Vec<(Vec<u16>, Value)>),
}

pub(super) fn read(text: &str) -> Value {
    let mut characters: Vec<char> = text.chars().collect();
    characters.reverse();
    value(&mut characters)
}

fn space(rest: &mut Vec<char>) {
    while rest.last().is_some_and(|c| c.is_ascii_whitespace()) {
        rest.pop();
    }
}

fn value(rest: &mut Vec<char>) -> Value {
    space(rest);
    let value = match rest.last().unwrap() {
        '"' => Value::Text(text(rest)),
        '[' => Value::Array(items(rest, ']', value)),
        '{' => Value::Object(items(rest, '}', |rest| {
            space(rest);
            let name = text(rest);
            space(rest);
            assert_eq!(rest.pop(), Some(':'));
            (name, value(rest))
        })),
        _ => {
            let mut scalar = String::new();
            while rest
                .last()
                .is_some_and(|c| c.is_ascii_alphanumeric() || "+-.".contains(*c))
            {
                scalar.push(rest.pop().unwrap());
            }
            Value::Scalar(scalar)
        }
    };
    space(rest);
    value
}

fn items<T>(rest: &mut Vec<char>, close: char, item: impl Fn(&mut Vec<char>) -> T) -> Vec<T> {
    let mut items = Vec::new();
    rest.pop();
    space(rest);
    while *rest.last().unwrap() != close {
        items.push(item(rest));
        if rest.last() == Some(&',') {
            rest.pop();
        }
    }
    rest.pop();
    items
}

fn text(rest: &mut Vec<char>) -> Vec<u16> {
    let mut units = Vec::new();
    rest.pop();
    loop {
        let character = match rest.pop().unwrap() {
            '"' => return units,
            '\\' => match rest.pop().unwrap() {
                'u' => {
                    let digits: String = (0..4).map(|_| rest.pop().unwrap()).collect();
                    units.push(u16::from_str_radix(&digits, 16).unwrap());
                    continue;
                }
                'n' => '\n',
                other => other,
            },
            other => other,
        };
        units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
    }
}

fn code_points(units: &[u16]) -> Vec<u32> {
    char::decode_utf16(units.iter().copied())
        .map(|c| c.map_or_else(|e| u32::from(e.unpaired_surrogate()), u32::from))
        .collect()
}

/// Numbers by value, then strings by text, then the others in their places.
fn compare_values(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Scalar(text) if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => 0,
        Value::Text(_) => 1,
        _ => 2,
    };
    match (a, b) {
        _ if rank(a) != rank(b) => rank(a).cmp(&rank(b)),
        (Value::Text(a), Value::Text(b)) => code_points(a).cmp(&code_points(b)),
        (Value::Scalar(a), Value::Scalar(b)) => match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => a.total_cmp(&b),
            _ => Ordering::Equal,
        },
        _ => Ordering::Equal,
    }
}

/// Orders members by the code points of their names, those of one name by value.
pub(super) fn sort(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(sort),
        Value::Object(members) => {
            members.sort_by(|(a, left), (b, right)| {
                let by_name = code_points(a).cmp(&code_points(b));
                by_name.then_with(|| compare_values(left, right))
            });
            members.iter_mut().for_each(|(_, value)| sort(value));
        }
        _ => {}
    }
}
