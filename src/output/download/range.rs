//! Which part of a file a `206` or `416` response speaks of (RFC 9110, section 14.4), and whether it is the part that was
//! asked for. Pure functions over header values.

use crate::headers::{Headers, OPTIONAL_SPACE};

/// The type of a body with several parts (RFC 9110, section 14.6).
const MULTIPART_BYTERANGES: &[u8] = b"multipart/byteranges";

/// A `Content-Range`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ContentRange {
    /// Bytes from the first to the last, both counted from 0, of a whole that may be known.
    Part {
        first: u64,
        last: u64,
        whole: Option<u64>,
    },
    /// None: the whole has so many bytes.
    Unsatisfied { whole: u64 },
}

/// The rest of a file, as it is about to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rest {
    /// Where it ends: the number of the first byte that is not in it.
    pub(super) end: u64,
    /// The length of the whole file, where it is told.
    pub(super) whole: Option<u64>,
}

fn parse(value: &str) -> Option<ContentRange> {
    let (unit, range) = value.trim_matches(OPTIONAL_SPACE).split_once(' ')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (range, whole) = range.trim_matches(OPTIONAL_SPACE).split_once('/')?;
    let whole = match whole.trim_matches(OPTIONAL_SPACE) {
        "*" => None,
        digits => Some(number(digits)?),
    };
    if range.trim_matches(OPTIONAL_SPACE) == "*" {
        return whole.map(|whole| ContentRange::Unsatisfied { whole });
    }
    let (first, last) = range.split_once('-')?;
    let (first, last) = (number(first)?, number(last)?);
    let is_possible = first <= last && last < u64::MAX && whole.is_none_or(|whole| last < whole);
    is_possible.then_some(ContentRange::Part { first, last, whole })
}

/// Digits only: a sign is not one.
fn number(text: &str) -> Option<u64> {
    let text = text.trim_matches(OPTIONAL_SPACE);
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_digits)
}

/// Looks for what a `206` with one part cannot have: several parts in one body, or several ranges for one part.
///
/// # Errors
/// What is wrong with it, to go behind "the server".
fn check_one_part(headers: &Headers) -> Result<(), String> {
    let media_type = headers.get("Content-Type").unwrap_or_default();
    let name = media_type.get(..MULTIPART_BYTERANGES.len());
    if name.is_some_and(|name| name.eq_ignore_ascii_case(MULTIPART_BYTERANGES)) {
        return Err("sent several parts (multipart/byteranges) where one was asked for".to_owned());
    }
    let mut ranges = headers.get_all("Content-Range");
    let first = ranges.next();
    match ranges.all(|other| Some(other) == first) {
        true => Ok(()),
        false => Err("sent several Content-Range that contradict each other".to_owned()),
    }
}

/// The rest that a `206` brings to somebody who has `have` bytes already.
///
/// # Errors
/// What is wrong with it, to go behind "the server".
pub(super) fn rest(headers: &Headers, have: u64) -> Result<Rest, String> {
    check_one_part(headers)?;
    let Some(value) = headers.get_str("Content-Range") else {
        return Err(format!(
            "sent a part (206) without saying which (Content-Range), where the bytes from {have} on were asked for"
        ));
    };
    match parse(value) {
        Some(ContentRange::Part { first, last, whole }) if first == have => Ok(Rest {
            end: last + 1,
            whole,
        }),
        Some(_) => Err(format!(
            "sent another part ('{value}') than the bytes from {have} on that were asked for"
        )),
        None => Err(format!(
            "sent a Content-Range that means nothing: '{value}'"
        )),
    }
}

/// The beginning of a file that a `206` brings to somebody who asked for the whole: of use only where it is known how much
/// is missing then.
///
/// # Errors
/// What is wrong with it, to go behind "the server".
pub(super) fn beginning(headers: &Headers) -> Result<Rest, String> {
    check_one_part(headers)?;
    let Some(value) = headers.get_str("Content-Range") else {
        return Err("sent a part (HTTP 206) without saying which (Content-Range)".to_owned());
    };
    match parse(value) {
        Some(ContentRange::Part {
            first: 0,
            last,
            whole: Some(whole),
        }) => Ok(Rest {
            end: last + 1,
            whole: Some(whole),
        }),
        _ => Err(format!("sent a part (HTTP 206, '{value}')")),
    }
}

/// What tells, with `If-Range`, whether it is still the same file: a strong ETag, else the date of its last change (RFC
/// 9110, section 13.1.5).
pub(super) fn validator(headers: &Headers) -> Option<Vec<u8>> {
    let tag = headers.get("ETag").filter(|tag| tag.starts_with(b"\""));
    tag.or_else(|| headers.get("Last-Modified"))
        .map(<[u8]>::to_vec)
}

/// Whether a part is of another version than this validator names.
pub(super) fn is_other_version(headers: &Headers, version: &[u8]) -> bool {
    let is_tag = version.ends_with(b"\"");
    let name = if is_tag { "ETag" } else { "Last-Modified" };
    headers.get(name).is_some_and(|found| found != version)
}

/// The length of the whole file, where a `416` tells it.
pub(super) fn unsatisfied(headers: &Headers) -> Option<u64> {
    match headers.get_str("Content-Range").and_then(parse) {
        Some(ContentRange::Unsatisfied { whole }) => Some(whole),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::Header;

    fn rest_of(value: &str, have: u64) -> Result<(u64, Option<u64>), String> {
        let mut headers = Headers::new();
        headers.append("content-range", value);
        rest(&headers, have).map(|rest| (rest.end, rest.whole))
    }

    #[test]
    fn the_part_that_was_asked_for_is_accepted() {
        assert_eq!(rest_of("bytes 100-199/200", 100), Ok((200, Some(200))));
        assert_eq!(rest_of("bytes 100-199/*", 100), Ok((200, None)));
        assert_eq!(rest_of("Bytes 100-100/*", 100), Ok((101, None)));
        assert_eq!(rest_of("bytes 100-149/200", 100), Ok((150, Some(200))));
    }

    #[test]
    fn any_other_part_is_refused() {
        for value in [
            "beers 100-199/*",
            "bytes 99-199/*",
            "bytes 101-199/200",
            "bytes 100-199/199",
            "bytes 100-99/200",
            "bytes +100-199/200",
            "bytes 100-199",
            "bytes */200",
            "bytes 100-99999999999999999999/*",
            "bytes 100-18446744073709551615/*",
            "bytes -/*",
            "",
        ] {
            assert!(rest_of(value, 100).is_err(), "{value}");
        }
        assert!(rest(&Headers::new(), 100).is_err());
    }

    #[test]
    fn a_strong_tag_or_a_date_tells_versions_apart() {
        for (tag, date, want) in [
            (Some("\"a\""), Some("then"), Some("\"a\"")),
            (Some("W/\"a\""), Some("then"), Some("then")),
            (Some("W/\"a\""), None, None),
            (None, Some("then"), Some("then")),
            (None, None, None),
        ] {
            let mut headers = Headers::new();
            for (name, value) in [("ETag", tag), ("Last-Modified", date)] {
                headers.extend(value.map(|value| Header::new(name, value)));
            }
            let want = want.map(|want| want.as_bytes().to_vec());
            assert_eq!(validator(&headers), want, "{tag:?} {date:?}");
        }
    }

    #[test]
    fn an_unsatisfied_range_tells_how_long_the_file_is() {
        for (value, want) in [
            ("bytes */100", Some(100)),
            ("bytes */*", None),
            ("bytes 0-99/100", None),
            ("", None),
        ] {
            let mut headers = Headers::new();
            headers.append("Content-Range", value);
            assert_eq!(unsatisfied(&headers), want, "{value}");
        }
    }

    #[test]
    fn a_part_that_nobody_asked_for_is_of_use_where_it_begins_the_file() {
        for (value, want) in [
            ("bytes 0-9/10", Some((10, Some(10)))),
            ("bytes 0-4/10", Some((5, Some(10)))),
            ("bytes 0-4/*", None),
            ("bytes 5-9/10", None),
            ("bytes */10", None),
        ] {
            let mut headers = Headers::new();
            headers.append("Content-Range", value);
            let found = beginning(&headers).ok().map(|part| (part.end, part.whole));
            assert_eq!(found, want, "{value}");
        }
        assert!(beginning(&Headers::new()).is_err());
    }
}
