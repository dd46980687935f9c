//! From the bytes of a `Set-Cookie` line to a cookie, or to the reason why it is refused (RFC 6265bis, sections 5.6
//! and 5.7), and from a typed `Cookie` line to its pairs.
//!
//! Takes bytes, the URL that they came from and the time. Every refusal that needs no jar stands in [`accept`], in
//! the RFC's order. Knows nothing of the cookies that are already there.

use std::fmt;

use super::cookie_date::parse_cookie_date;
use super::cookie_scope::{CookieUrl, is_public_suffix};
use super::cookies::{Cookie, Reach};
use crate::headers::{is_control, without_optional_space};

/// The longest name and value together (section 5.6).
pub(super) const MAX_PAIR_LENGTH: usize = 4096;
/// The longest value of an attribute; a longer attribute is ignored (section 5.6).
pub(super) const MAX_ATTRIBUTE_LENGTH: usize = 1024;
/// No cookie lives longer (section 5.5).
pub(super) const MAX_LIFETIME: i64 = 400 * 86_400;

/// Why a cookie was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is a control byte in it.
    ControlByte,
    /// Name and value together are longer than 4096 bytes.
    TooLong,
    /// It has no name.
    Nameless,
    /// Its Domain is a public suffix such as `com` or `github.io`.
    PublicSuffix,
    /// Its Domain is not that of the host which sent it.
    ForeignDomain,
    /// It is Secure, and came over plain HTTP.
    InsecureOrigin,
    /// It came over plain HTTP and would take the place of a Secure cookie.
    WouldReplaceSecure,
    /// Its name begins with `__Secure-` or `__Host-`, and it does not keep what that promises.
    BrokenPrefix,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::ControlByte => "there is a control character in it",
            Refusal::TooLong => "its name and value are longer than 4096 bytes",
            Refusal::Nameless => "it has no name",
            Refusal::PublicSuffix => "its domain is a public suffix",
            Refusal::ForeignDomain => "its domain is not that of the host that sent it",
            Refusal::InsecureOrigin => "it is Secure but came over plain HTTP",
            Refusal::WouldReplaceSecure => {
                "it came over plain HTTP and would replace a Secure cookie"
            }
            Refusal::BrokenPrefix => "it breaks the promise of its __Secure- or __Host- prefix",
        })
    }
}

impl std::error::Error for Refusal {}

/// The value of a cookie's SameSite attribute. It is kept, and has no effect: a person's command is no cross-site
/// request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// `SameSite=Strict`
    Strict,
    /// `SameSite=Lax`
    Lax,
    /// `SameSite=None`
    None,
}

impl SameSite {
    /// The word in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            SameSite::Strict => "strict",
            SameSite::Lax => "lax",
            SameSite::None => "none",
        }
    }

    pub(super) fn from_bytes(word: &[u8]) -> Option<SameSite> {
        [SameSite::Strict, SameSite::Lax, SameSite::None]
            .into_iter()
            .find(|value| word.eq_ignore_ascii_case(value.as_str().as_bytes()))
    }
}

/// The attributes of a cookie; of each, the last one counts.
#[derive(Debug, Default)]
struct Attributes {
    expires: Option<i64>,
    max_age: Option<i64>,
    domain: Option<Vec<u8>>,
    /// Set when a Path attribute was there; empty unless it begins with `/`.
    path: Option<Vec<u8>>,
    secure: bool,
    http_only: bool,
    same_site: Option<SameSite>,
}

impl Attributes {
    /// Reads one `name` or `name=value`; an unknown or malformed attribute is ignored.
    fn read(&mut self, attribute: &[u8]) {
        let (name, value) =
            split_pair(attribute).unwrap_or((without_optional_space(attribute), b""));
        if value.len() > MAX_ATTRIBUTE_LENGTH {
            return;
        }
        match name.to_ascii_lowercase().as_slice() {
            b"expires" => self.expires = parse_cookie_date(value).or(self.expires),
            b"max-age" => self.max_age = parse_max_age(value).or(self.max_age),
            b"domain" => {
                let domain = value.strip_prefix(b".").unwrap_or(value);
                if !domain.is_empty() {
                    self.domain = Some(domain.to_ascii_lowercase());
                }
            }
            b"path" if value.first() == Some(&b'/') => self.path = Some(value.to_vec()),
            b"path" => self.path = Some(Vec::new()),
            b"secure" => self.secure = true,
            b"httponly" => self.http_only = true,
            b"samesite" => self.same_site = SameSite::from_bytes(value),
            _ => {}
        }
    }

    /// When the cookie expires: Max-Age comes before Expires, and neither reaches further than the limit.
    fn expiry(&self, now: i64) -> Option<i64> {
        let latest = now.saturating_add(MAX_LIFETIME);
        match self.max_age {
            Some(age) if age <= 0 => Some(i64::MIN),
            Some(age) => Some(now.saturating_add(age).min(latest)),
            None => self.expires.map(|expires| expires.min(latest)),
        }
    }
}

/// Reads a `Set-Cookie` line that came from `from`, and applies every rule for which no other cookie must be known.
pub(super) fn accept(line: &[u8], from: &CookieUrl<'_>, now: i64) -> Result<Cookie, Refusal> {
    if line.iter().any(|&byte| is_control(byte)) {
        return Err(Refusal::ControlByte);
    }
    let mut parts = line.split(|&byte| byte == b';');
    let pair = parts.next().unwrap_or_default();
    let (name, value) = split_pair(pair).unwrap_or((b"", without_optional_space(pair)));
    if name.len() + value.len() > MAX_PAIR_LENGTH {
        return Err(Refusal::TooLong);
    }
    // RFC 6265, section 5.2. Browsers take cookies without a name by now (6265bis); what they gain is little, and what
    // such a cookie can pretend to be when it is sent back is much.
    if name.is_empty() {
        return Err(Refusal::Nameless);
    }
    let mut attributes = Attributes::default();
    for attribute in parts {
        attributes.read(attribute);
    }
    let (domain, reach) = scope(attributes.domain.as_deref(), from)?;
    if attributes.secure && !from.is_secure() {
        return Err(Refusal::InsecureOrigin);
    }
    let path = match attributes.path.as_deref() {
        Some(path) if !path.is_empty() => latin_1(path),
        _ => from.default_path().to_owned(),
    };
    let bound_to_host = reach == Reach::HostOnly && attributes.path.is_some() && path == "/";
    if !keeps_prefix(name, attributes.secure, bound_to_host) {
        return Err(Refusal::BrokenPrefix);
    }
    let mut cookie = Cookie::new(name, value, domain, reach);
    cookie.path = path;
    cookie.secure = attributes.secure;
    cookie.http_only = attributes.http_only;
    cookie.same_site = attributes.same_site;
    cookie.expires = attributes.expiry(now);
    Ok(cookie)
}

/// Section 5.7, the steps about the Domain attribute.
fn scope(attribute: Option<&[u8]>, from: &CookieUrl<'_>) -> Result<(String, Reach), Refusal> {
    let host_only = (from.host().to_owned(), Reach::HostOnly);
    let domain = match attribute {
        None | Some(b"") => return Ok(host_only),
        // A host is given in ASCII, so what is not cannot be its domain.
        Some(domain) => std::str::from_utf8(domain).map_err(|_| Refusal::ForeignDomain)?,
    };
    if is_public_suffix(domain) {
        return match domain == from.host() {
            true => Ok(host_only),
            false => Err(Refusal::PublicSuffix),
        };
    }
    match from.is_within(domain) {
        true => Ok((domain.to_owned(), Reach::Domain)),
        false => Err(Refusal::ForeignDomain),
    }
}

/// Sections 4.1.3 and 5.7: what `__Secure-` and `__Host-` promise.
pub(super) fn keeps_prefix(name: &[u8], secure: bool, bound_to_host: bool) -> bool {
    let begins = |prefix: &[u8]| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    (!begins(b"__Secure-") || secure) && (!begins(b"__Host-") || (secure && bound_to_host))
}

/// A cookie of a typed `Cookie` line.
pub(super) struct TypedCookie {
    pub(super) cookie: Cookie,
    /// Whether it takes the place of the cookies of its name that would be sent: not if a path was typed for it.
    pub(super) replaces_sent: bool,
}

/// The cookies of a typed `Cookie` line, bound to the host of `url`, path `/`.
///
/// As in HTTPie, a word such as `Path=/x` or `Secure` after a cookie is an attribute of that cookie. Unlike HTTPie, a
/// Domain that is not the host's is no reason to send the cookie there.
pub(super) fn read_typed(line: &[u8], url: &CookieUrl<'_>, now: i64) -> Vec<TypedCookie> {
    let mut typed: Vec<(Cookie, Attributes)> = Vec::new();
    for part in line.split(|&byte| byte == b';').map(without_optional_space) {
        if part.is_empty() || part.iter().any(|&byte| is_control(byte)) {
            continue;
        }
        let (name, value) = split_pair(part).unwrap_or((b"", part));
        match typed.last_mut() {
            Some((_, attributes)) if names_attribute(part) => attributes.read(part),
            _ => typed.push((
                Cookie::new(name, value, url.host().to_owned(), Reach::HostOnly),
                Attributes::default(),
            )),
        }
    }
    typed
        .into_iter()
        .map(|(mut cookie, attributes)| {
            let path = attributes.path.as_deref().filter(|path| !path.is_empty());
            if let Ok((domain, reach)) = scope(attributes.domain.as_deref(), url) {
                (cookie.domain, cookie.reach) = (domain, reach);
            }
            cookie.path = path.map_or_else(|| "/".to_owned(), latin_1);
            cookie.secure = attributes.secure;
            cookie.http_only = attributes.http_only;
            cookie.same_site = attributes.same_site;
            cookie.expires = attributes.expiry(now);
            TypedCookie {
                cookie,
                replaces_sent: path.is_none(),
            }
        })
        .collect()
}

fn names_attribute(part: &[u8]) -> bool {
    const WITH_VALUE: [&str; 7] = [
        "path", "domain", "expires", "max-age", "samesite", "comment", "version",
    ];
    let name = split_pair(part).map_or(part, |(name, _)| name);
    let is = |word: &str| name.eq_ignore_ascii_case(word.as_bytes());
    is("secure") || is("httponly") || (part.contains(&b'=') && WITH_VALUE.into_iter().any(is))
}

/// Section 5.6: an optional `-`, then digits only. More digits than a number holds are as good as the largest.
fn parse_max_age(value: &[u8]) -> Option<i64> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if digits.len() < value.len() {
        return Some(0);
    }
    let text = std::str::from_utf8(digits).ok()?;
    Some(text.parse().unwrap_or(i64::MAX))
}

fn split_pair(pair: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = pair.iter().position(|&byte| byte == b'=')?;
    Some((
        without_optional_space(&pair[..equals]),
        without_optional_space(&pair[equals + 1..]),
    ))
}

/// Each byte as the character of its number.
pub(super) fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000_000;

    fn from_example(line: &str) -> Result<Cookie, Refusal> {
        accept(
            line.as_bytes(),
            &CookieUrl::new(true, "www.example.com", "/app/page"),
            NOW,
        )
    }

    #[test]
    fn names_and_values_are_split_as_in_section_5_6() {
        for (line, name, value) in [
            ("SID=31d4d96e407aad42", "SID", "31d4d96e407aad42"),
            (" a = b ; x", "a", "b"),
            ("a=b=c", "a", "b=c"),
            ("a=\"quoted; not", "a", "\"quoted"),
            ("a=", "a", ""),
            ("a\t=\tb", "a", "b"),
            ("a=b c", "a", "b c"),
        ] {
            let cookie = from_example(line).unwrap();
            assert_eq!(
                (cookie.name(), cookie.value()),
                (name.as_bytes(), value.as_bytes()),
                "{line}"
            );
        }
    }

    #[test]
    fn values_keep_bytes_that_are_not_utf_8() {
        let url = CookieUrl::new(true, "example.com", "/");
        assert_eq!(
            accept(b"a=\xff\xe9", &url, NOW).unwrap().value(),
            b"\xff\xe9"
        );
    }

    #[test]
    fn lines_that_must_be_refused_are() {
        let long = format!("a={}", "x".repeat(4096));
        for (line, refusal) in [
            ("a=b\0", Refusal::ControlByte),
            ("a=b; Path=/\r", Refusal::ControlByte),
            ("a=\x7f", Refusal::ControlByte),
            (long.as_str(), Refusal::TooLong),
            ("", Refusal::Nameless),
            ("b", Refusal::Nameless),
            ("=b", Refusal::Nameless),
            ("=", Refusal::Nameless),
            (" ; Path=/", Refusal::Nameless),
            ("a=b; Domain=com", Refusal::PublicSuffix),
            ("a=b; Domain=COM", Refusal::PublicSuffix),
            ("a=b; Domain=example.org", Refusal::ForeignDomain),
            ("a=b; Domain=a.www.example.com", Refusal::ForeignDomain),
            ("a=b; Domain=ample.com", Refusal::ForeignDomain),
            ("a=b; Domain=..example.com", Refusal::ForeignDomain),
            ("a=b; Domain=example.com.", Refusal::ForeignDomain),
            ("__Secure-a=b", Refusal::BrokenPrefix),
            ("__SECURE-a=b", Refusal::BrokenPrefix),
            ("__Host-a=b; Secure", Refusal::BrokenPrefix),
            ("__Host-a=b; Path=/", Refusal::BrokenPrefix),
            ("__host-a=b; Secure; Path=/app", Refusal::BrokenPrefix),
            (
                "__Host-a=b; Secure; Path=/; Domain=www.example.com",
                Refusal::BrokenPrefix,
            ),
            ("__Host-a", Refusal::Nameless),
            ("=__Secure-a=b; Secure", Refusal::Nameless),
        ] {
            assert_eq!(from_example(line).err(), Some(refusal), "{line:?}");
        }
        let plain = CookieUrl::new(false, "example.com", "/");
        assert_eq!(
            accept(b"a=b; Secure", &plain, NOW).err(),
            Some(Refusal::InsecureOrigin)
        );
    }

    #[test]
    fn the_longest_pair_is_taken() {
        assert!(from_example(&format!("a={}", "x".repeat(4095))).is_ok());
    }

    #[test]
    fn prefixes_that_keep_their_promise_are_taken() {
        assert!(from_example("__Secure-a=b; Secure").is_ok());
        assert!(from_example("__Host-a=b; Secure; Path=/").is_ok());
        assert!(from_example("__Host=b").is_ok());
    }

    #[test]
    fn scope_follows_the_domain_attribute() {
        for (line, domain, reach) in [
            ("a=b", "www.example.com", Reach::HostOnly),
            ("a=b; Domain=", "www.example.com", Reach::HostOnly),
            ("a=b; Domain=example.com", "example.com", Reach::Domain),
            ("a=b; Domain=.Example.COM", "example.com", Reach::Domain),
            (
                "a=b; domain=other.org; DOMAIN=example.com",
                "example.com",
                Reach::Domain,
            ),
            (
                "a=b; Domain=example.com; Domain=",
                "example.com",
                Reach::Domain,
            ),
        ] {
            let cookie = from_example(line).unwrap();
            assert_eq!((cookie.domain(), cookie.reach()), (domain, reach), "{line}");
        }
    }

    #[test]
    fn a_public_suffix_may_keep_cookies_for_itself() {
        let url = CookieUrl::new(true, "github.io", "/");
        let cookie = accept(b"a=b; Domain=github.io", &url, NOW).unwrap();
        assert_eq!(cookie.reach(), Reach::HostOnly);
        let localhost = CookieUrl::new(false, "localhost", "/");
        assert_eq!(
            accept(b"a=b; Domain=localhost", &localhost, NOW)
                .unwrap()
                .reach(),
            Reach::HostOnly
        );
    }

    #[test]
    fn paths_come_from_the_attribute_or_the_request() {
        for (line, path) in [
            ("a=b", "/app"),
            ("a=b; Path=/", "/"),
            ("a=b; path = /x/y ", "/x/y"),
            ("a=b; Path=x", "/app"),
            ("a=b; Path=/x; Path=", "/app"),
        ] {
            assert_eq!(from_example(line).unwrap().path(), path, "{line}");
        }
    }

    #[test]
    fn lifetimes_are_read_and_capped() {
        for (line, expires) in [
            ("a=b", None),
            ("a=b; Max-Age=10", Some(NOW + 10)),
            ("a=b; Max-Age=0", Some(i64::MIN)),
            ("a=b; Max-Age=-5", Some(i64::MIN)),
            ("a=b; Max-Age=+5", None),
            ("a=b; Max-Age=5s", None),
            ("a=b; Max-Age=-", None),
            (
                "a=b; Max-Age=99999999999999999999",
                Some(NOW + MAX_LIFETIME),
            ),
            (
                "a=b; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
                Some(784_111_777),
            ),
            (
                "a=b; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
                Some(NOW + MAX_LIFETIME),
            ),
            (
                "a=b; Max-Age=10; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
                Some(NOW + 10),
            ),
            ("a=b; Expires=soon", None),
        ] {
            assert_eq!(from_example(line).unwrap().expires(), expires, "{line}");
        }
    }

    #[test]
    fn an_attribute_longer_than_the_limit_is_ignored() {
        let line = format!("a=b; Path=/{}", "x".repeat(1024));
        assert_eq!(from_example(&line).unwrap().path(), "/app");
    }

    #[test]
    fn a_typed_line_is_split_into_cookies_with_their_attributes() {
        let url = CookieUrl::new(false, "example.com", "/x/y");
        let line = b"t=1; p=\"a b\"; path=/foo; secure; lone; =v; d=2; Domain=other.org";
        let typed: Vec<_> = read_typed(line, &url, NOW)
            .into_iter()
            .map(|typed| typed.cookie)
            .collect();
        let names: Vec<_> = typed.iter().map(|cookie| cookie.name().to_vec()).collect();
        assert_eq!(names, [&b"t"[..], b"p", b"", b"", b"d"]);
        assert_eq!(
            (typed[0].path(), typed[1].path(), typed[1].secure()),
            ("/", "/foo", true)
        );
        assert_eq!(typed[1].value(), b"\"a b\"");
        assert_eq!(typed[2].value(), b"lone");
        assert!(typed.iter().all(|cookie| cookie.domain() == "example.com" && cookie.reach() == Reach::HostOnly));
    }
}
