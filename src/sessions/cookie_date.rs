//! The dates of `Expires` attributes, read by the algorithm of RFC 6265bis, section 5.1.1: tokens in any order,
//! between delimiters of nearly any kind. Takes bytes, gives seconds since the epoch, knows no time zones but UTC.

use crate::calendar::days_since_epoch;

/// The moment that `text` names, in seconds since 1970, or nothing where the algorithm fails.
pub(crate) fn parse_cookie_date(text: &[u8]) -> Option<i64> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text
        .split(|&byte| is_delimiter(byte))
        .filter(|token| !token.is_empty())
    {
        // The RFC's order of trial: a token is what it can first be and has not been seen yet.
        if time.is_none() && parse_time(token).is_some() {
            time = parse_time(token);
        } else if day.is_none() && leading_number(token, 1, 2).is_some() {
            day = leading_number(token, 1, 2);
        } else if month.is_none() && parse_month(token).is_some() {
            month = parse_month(token);
        } else if year.is_none() {
            year = leading_number(token, 2, 4);
        }
    }
    let (hour, minute, second) = time?;
    let (day, month) = (day?, month?);
    let year = match year? {
        short @ 70..=99 => short + 1900,
        short @ 0..=69 => short + 2000,
        full => full,
    };
    let in_range = (1..=31).contains(&day)
        && year >= 1601
        && hour <= 23
        && minute <= 59
        && second <= 59
        && day <= days_in_month(year, month);
    in_range
        .then(|| days_since_epoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x20..=0x2F | 0x3B..=0x40 | 0x5B..=0x60 | 0x7B..=0x7E)
}

/// `at_least` to `at_most` digits, followed by nothing or by something that is not a digit.
fn leading_number(token: &[u8], at_least: usize, at_most: usize) -> Option<i64> {
    let digits = token
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !(at_least..=at_most).contains(&digits) {
        return None;
    }
    Some(
        token[..digits]
            .iter()
            .fold(0, |number, digit| number * 10 + i64::from(digit - b'0')),
    )
}

fn parse_time(token: &[u8]) -> Option<(i64, i64, i64)> {
    let mut fields = token.splitn(3, |&byte| byte == b':');
    let whole = |field: &[u8]| {
        field
            .iter()
            .all(u8::is_ascii_digit)
            .then(|| leading_number(field, 1, 2))?
    };
    let hour = whole(fields.next()?)?;
    let minute = whole(fields.next()?)?;
    // Only the last field may have something after its digits.
    let second = leading_number(fields.next()?, 1, 2)?;
    Some((hour, minute, second))
}

fn parse_month(token: &[u8]) -> Option<i64> {
    const MONTHS: [&[u8; 3]; 12] = [
        b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov",
        b"dec",
    ];
    let start = token.get(..3)?.to_ascii_lowercase();
    let index = MONTHS.iter().position(|month| start == *month)?;
    i64::try_from(index + 1).ok()
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_the_forms_that_servers_send_are_read() {
        for (text, seconds) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 01-Jan-1970 00:00:01 GMT", 1),
            ("Wed, 09 Jun 2021 10:18:14 GMT", 1_623_233_894),
            ("6 Nov 1994 8:9:7 GMT", 784_109_347),
            ("Tue, 29 Feb 2028 00:00:00 GMT", 1_835_395_200),
            ("Mon, 18 Jan 2038 03:14:07 GMT", 2_147_397_247),
            ("1994 Nov 6 08:49:37pm", 784_111_777),
            ("06 november 94 08:49:37", 784_111_777),
            ("01 Jan 69 00:00:00", 3_124_224_000),
            ("01 Jan 1601 00:00:00", -11_644_473_600),
        ] {
            assert_eq!(parse_cookie_date(text.as_bytes()), Some(seconds), "{text}");
        }
    }

    #[test]
    fn dates_that_are_none_are_refused() {
        for text in [
            "",
            "0",
            "never",
            "Sun, 06 Nov 1994",
            "06 Nov 1994 24:00:00",
            "06 Nov 1994 08:60:00",
            "06 Nov 1994 08:49:60",
            "32 Nov 1994 08:49:37",
            "31 Nov 1994 08:49:37",
            "29 Feb 2027 00:00:00",
            "00 Nov 1994 08:49:37",
            "06 Nov 1600 08:49:37",
            "06 Xyz 1994 08:49:37",
            "06 Nov 19940 08:49:37",
            "06 Nov 1994 008:49:37",
            "\u{e9}\u{e9}\u{e9}",
        ] {
            assert_eq!(parse_cookie_date(text.as_bytes()), None, "{text}");
        }
    }
}
