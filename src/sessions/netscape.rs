//! Cookies in the file that Netscape once wrote, and curl, wget and browsers still exchange: `cookies.txt`.
//!
//! A line a cookie, seven fields with tabs between them: domain, whether it reaches subdomains, path, whether it is
//! Secure, when it expires (0: with its session), name, value. `#HttpOnly_` before the domain is curl's. Bytes in,
//! bytes out; whether a cookie may be taken is not decided here.

use super::cookies::{Cookie, Reach};
use super::import::Refused;
use crate::headers::is_control;

const HTTP_ONLY: &[u8] = b"#HttpOnly_";

/// What was made of cookies for another program.
pub(crate) struct Export {
    pub(crate) text: Vec<u8>,
    /// What the format cannot hold.
    pub(crate) refused: Vec<Refused>,
}

/// Writes the cookies that have not expired. Those that go to every host, which the format cannot say, are written for
/// `host` alone.
pub(super) fn write<'a>(
    cookies: impl Iterator<Item = &'a Cookie>,
    host: Option<&str>,
    now: i64,
) -> Export {
    let mut export = Export {
        text: b"# Netscape HTTP Cookie File\n".to_vec(),
        refused: Vec::new(),
    };
    for cookie in cookies.filter(|cookie| !cookie.is_expired(now)) {
        match line_of(cookie, host) {
            Ok(line) => export.text.extend(line),
            Err(reason) => export.refused.push(Refused::cookie(cookie, reason)),
        }
    }
    export
}

fn line_of(cookie: &Cookie, host: Option<&str>) -> Result<Vec<u8>, &'static str> {
    let (domain, reaches_subdomains) = match (cookie.reach, host) {
        (Reach::HostOnly, _) => (cookie.domain.clone(), false),
        (Reach::Domain | Reach::Assumed, _) => (format!(".{}", cookie.domain), true),
        (Reach::AnyHost | Reach::Unbound, Some(host)) => (host.to_owned(), false),
        (Reach::AnyHost | Reach::Unbound, None) => {
            return Err("it goes to every host, which cookies.txt cannot say");
        }
    };
    let truth = |is: bool| if is { "TRUE" } else { "FALSE" };
    let expires = cookie
        .expires
        .map_or(0, |expires| expires.max(1))
        .to_string();
    let fields: [&[u8]; 7] = [
        domain.as_bytes(),
        truth(reaches_subdomains).as_bytes(),
        cookie.path.as_bytes(),
        truth(cookie.secure).as_bytes(),
        expires.as_bytes(),
        &cookie.name,
        &cookie.value,
    ];
    let ends_field = |byte: u8| byte == b'\t' || is_control(byte);
    if fields
        .iter()
        .any(|field| field.iter().copied().any(ends_field))
    {
        return Err("there is a tab or another control character in it");
    }
    let mut line = match cookie.http_only {
        true => HTTP_ONLY.to_vec(),
        false => Vec::new(),
    };
    line.extend(fields.join(&b'\t'));
    line.push(b'\n');
    Ok(line)
}

/// Gives each cookie to `take`, or the number of the line that holds none and the reason.
pub(super) fn read(text: &[u8], mut take: impl FnMut(usize, Result<Cookie, &'static str>)) {
    for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (line, http_only) = match line.strip_prefix(HTTP_ONLY) {
            Some(rest) => (rest, true),
            None => (line, false),
        };
        let is_comment = !http_only && line.starts_with(b"#");
        if is_comment || line.trim_ascii().is_empty() {
            continue;
        }
        let cookie = read_line(line).map(|cookie| Cookie {
            http_only,
            ..cookie
        });
        take(index + 1, cookie);
    }
}

fn read_line(line: &[u8]) -> Result<Cookie, &'static str> {
    let fields: Vec<&[u8]> = line.split(|&byte| byte == b'\t').collect();
    let (fields, value): ([&[u8]; 6], &[u8]) = match fields.as_slice() {
        [first @ .., value] if first.len() == 6 => {
            (first.try_into().map_err(|_| NOT_SEVEN)?, value)
        }
        // curl leaves out the last tab when there is no value.
        first if first.len() == 6 => (first.try_into().map_err(|_| NOT_SEVEN)?, b""),
        _ => return Err(NOT_SEVEN),
    };
    let [domain, reaches_subdomains, path, secure, expires, name] = fields;
    let domain = std::str::from_utf8(domain.strip_prefix(b".").unwrap_or(domain))
        .map_err(|_| "its domain is not text")?
        .to_ascii_lowercase();
    let path = std::str::from_utf8(path).map_err(|_| "its path is not text")?;
    let reach = match (domain.is_empty(), truth(reaches_subdomains)?) {
        (true, _) => Reach::Unbound,
        (false, true) => Reach::Domain,
        (false, false) => Reach::HostOnly,
    };
    let mut cookie = Cookie::new(name, value, domain, reach);
    cookie.path = path.to_owned();
    cookie.secure = truth(secure)?;
    cookie.expires = expiry(expires)?;
    Ok(cookie)
}

const NOT_SEVEN: &str = "it does not have seven fields with tabs between them";

fn truth(word: &[u8]) -> Result<bool, &'static str> {
    match word.to_ascii_uppercase().as_slice() {
        b"TRUE" => Ok(true),
        b"FALSE" => Ok(false),
        _ => Err("there is something else than TRUE or FALSE in its second or fourth field"),
    }
}

/// Browsers' extensions write fractions too.
fn expiry(field: &[u8]) -> Result<Option<i64>, &'static str> {
    let number = std::str::from_utf8(field).ok().and_then(|text| {
        let whole = text.parse::<i64>().ok();
        // `as` saturates, which is what a time far away wants.
        whole.or_else(|| text.parse::<f64>().ok().map(|number| number as i64))
    });
    match number {
        Some(0) => Ok(None),
        Some(seconds) => Ok(Some(seconds)),
        None => Err("its expiry is not a number of seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(text: &[u8]) -> Vec<Result<Cookie, &'static str>> {
        let mut found = Vec::new();
        read(text, |_, cookie| found.push(cookie));
        found
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut one = Cookie::new("sid", "a=\"b\" c", "example.org", Reach::Domain);
        (one.secure, one.http_only, one.expires) = (true, true, Some(2_000));
        let mut other = Cookie::new("", b"\xff".to_vec(), "::1", Reach::HostOnly);
        other.path = "/app".to_owned();
        let unbound = Cookie::new("u", "", "", Reach::AnyHost);
        let jar = [one, other, unbound];
        let export = write(jar.iter(), Some("host.org"), 1_000);
        assert_eq!(
            export.text,
            b"# Netscape HTTP Cookie File\n\
              #HttpOnly_.example.org\tTRUE\t/\tTRUE\t2000\tsid\ta=\"b\" c\n\
              ::1\tFALSE\t/app\tFALSE\t0\t\t\xff\n\
              host.org\tFALSE\t/\tFALSE\t0\tu\t\n"
        );
        let read = cookies(&export.text);
        for (cookie, again) in jar[..2].iter().zip(&read) {
            let again = again.as_ref().unwrap();
            assert_eq!(cookie.slot(), again.slot());
            assert!(cookie.says_the_same_as(again));
        }
        assert_eq!(read[2].as_ref().unwrap().domain, "host.org");
    }

    #[test]
    fn what_the_format_cannot_hold_is_not_written() {
        let mut path = Cookie::new("a", "b", "x.org", Reach::HostOnly);
        path.path = "/\n.evil.org\tTRUE".to_owned();
        let jar = [
            Cookie::new("a", "b\tc", "x.org", Reach::HostOnly),
            Cookie::new("a", "b", "x\n.org", Reach::HostOnly),
            Cookie::new("a", "b", "", Reach::Unbound),
            path,
        ];
        let export = write(jar.iter(), None, 0);
        assert_eq!(export.refused.len(), 4);
        assert_eq!(export.text, b"# Netscape HTTP Cookie File\n");
    }

    #[test]
    fn files_of_curl_and_of_browsers_are_read() {
        let text = b"# Netscape HTTP Cookie File\n# https://curl.se/docs/http-cookies.html\n\n\
            #HttpOnly_.Example.org\tTRUE\t/\ttrue\t1700000000.75\ta\tb\r\n\
            example.org\tFALSE\t/\tFALSE\t0\tempty\n   \n";
        let found = cookies(text);
        assert_eq!(found.len(), 2);
        let first = found[0].as_ref().unwrap();
        assert_eq!(
            (first.domain(), first.reach()),
            ("example.org", Reach::Domain)
        );
        assert!(first.http_only() && first.secure());
        assert_eq!(first.expires(), Some(1_700_000_000));
        let second = found[1].as_ref().unwrap();
        assert_eq!((second.value(), second.expires()), (&b""[..], None));
    }

    #[test]
    fn lines_that_are_no_cookies_are_told() {
        for line in [
            &b"nonsense"[..],
            b"a b c d e f g",
            b"a\tTRUE\t/\tTRUE\t0\tn\tv\tmore",
            b"a\tYES\t/\tTRUE\t0\tn\tv",
            b"a\tTRUE\t/\t1\t0\tn\tv",
            b"a\tTRUE\t/\tTRUE\tsoon\tn\tv",
            b"\xff\tTRUE\t/\tTRUE\t0\tn\tv",
            b"a\tTRUE\t/\xff\tTRUE\t0\tn\tv",
        ] {
            assert!(matches!(cookies(line).as_slice(), [Err(_)]));
        }
    }
}
