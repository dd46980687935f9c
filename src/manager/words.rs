//! How facts are put into words, lines and columns for people: sizes, dates, expiry, tables; and JSON for scripts.
//!
//! Pure: values and the present time in, text out. What comes from a file or a server has its control characters made
//! visible here.

use serde::Serialize;

pub(super) use crate::calendar::{minute, timestamp};
use crate::json_text::push_escape;
use crate::terminal_text::{Layout, escape_controls};

/// What stands for a secret that is not shown.
pub(super) const MASK: &str = "***";

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// Text of a file or a server, safe to show in a line.
pub(super) fn visible(text: impl AsRef<[u8]>) -> String {
    let escaped = escape_controls(text.as_ref(), Layout::OneLine);
    String::from_utf8_lossy(&escaped).into_owned()
}

/// `3 cookies`, `1 cookie`
pub(super) fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// A number of bytes in the unit that suits it.
pub(super) fn size(bytes: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = bytes.saturating_mul(10).saturating_add(unit / 2) / unit;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", tenths(1024)),
        _ => format!("{} MiB", tenths(1_048_576)),
    }
}

/// When a cookie expires, seen from `now`.
pub(super) fn expiry(expires: Option<i64>, now: i64) -> String {
    let Some(expires) = expires else {
        return "session".to_owned();
    };
    let left = expires.saturating_sub(now);
    let whole = |unit: i64, noun: &str| {
        let number = usize::try_from(left / unit).unwrap_or(usize::MAX);
        format!("in {}", count(number, noun))
    };
    match left {
        ..=0 => "expired".to_owned(),
        1..MINUTE => whole(1, "second"),
        MINUTE..HOUR => whole(MINUTE, "minute"),
        HOUR..DAY => whole(HOUR, "hour"),
        _ if left < 2 * YEAR => whole(DAY, "day"),
        _ => whole(YEAR, "year"),
    }
}

/// Which side of its column a cell keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Rows in columns of equal width, two spaces between them. A row that has fewer cells than there are columns ends
/// with a cell of any length, which widens no column.
pub(super) fn table(sides: &[Side], rows: &[Vec<String>]) -> String {
    let mut widths = vec![0; sides.len()];
    for row in rows {
        let whole = row.len() == sides.len();
        let cells = if whole {
            row.len()
        } else {
            row.len().saturating_sub(1)
        };
        for (width, cell) in widths.iter_mut().zip(&row[..cells]) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for ((cell, side), width) in row.iter().zip(sides).zip(&widths) {
            let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
            match side {
                Side::Left => line.extend([cell, padding.as_str()]),
                Side::Right => line.extend([padding.as_str(), cell]),
            }
            line.push_str("  ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// A document in ASCII, so that nothing in it steers a terminal.
pub(super) fn json(value: &impl Serialize) -> String {
    // Our own structs of strings and numbers have nothing that JSON cannot say.
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut out = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        // All characters but ASCII stand in strings.
        if character.is_ascii() && character != '\u{7f}' {
            out.push(character);
            continue;
        }
        push_escape(&mut out, character);
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_the_unit_that_suits_them() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (16 * 1_048_576, "16.0 MiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        assert!(size(u64::MAX).ends_with(" MiB"));
    }

    #[test]
    fn expiry_is_said_in_words() {
        for (expires, text) in [
            (None, "session"),
            (Some(i64::MIN), "expired"),
            (Some(100), "expired"),
            (Some(101), "in 1 second"),
            (Some(100 + 119), "in 1 minute"),
            (Some(100 + 2 * HOUR), "in 2 hours"),
            (Some(100 + 3 * DAY), "in 3 days"),
            (Some(100 + 400 * DAY), "in 400 days"),
            (Some(100 + 10 * YEAR), "in 10 years"),
        ] {
            assert_eq!(expiry(expires, 100), text);
        }
        assert!(expiry(Some(i64::MAX), -1).ends_with(" years"));
    }

    #[test]
    fn columns_are_aligned_and_lines_end_where_their_text_ends() {
        let row = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect();
        let rows = [
            row(&["A", "N", "B"]),
            row(&["\u{e9}\u{e9}", "10", ""]),
            row(&["x", "much longer"]),
        ];
        let text = table(&[Side::Left, Side::Right, Side::Left], &rows);
        assert_eq!(text, "A    N  B\n\u{e9}\u{e9}  10\nx   much longer\n");
    }

    #[test]
    fn json_is_ascii() {
        assert_eq!(
            json(&"\u{9b}\u{1f600}\x7f\n"),
            "\"\\u009b\\ud83d\\ude00\\u007f\\n\"\n"
        );
    }
}
