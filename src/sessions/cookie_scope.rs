//! Where a cookie belongs: hosts, registrable domains, paths (RFC 6265bis, sections 5.1.2 to 5.1.4).
//!
//! Takes host names and paths as text, gives yes or no. Knows nothing of what a cookie holds or of jars.

use std::borrow::Cow;
use std::net::IpAddr;

use super::public_suffix;

/// What the cookie rules need to know of a URL: whether its scheme is secure, its host, its path.
///
/// ```
/// use httpie::sessions::CookieUrl;
/// let url = CookieUrl::new(true, "Example.COM", "/app/login?next=/");
/// assert_eq!(url.host(), "example.com");
/// assert_eq!(url.path(), "/app/login");
/// ```
#[derive(Clone, Debug)]
pub struct CookieUrl<'a> {
    secure: bool,
    host: Cow<'a, str>,
    host_is_address: bool,
    path: &'a str,
}

impl<'a> CookieUrl<'a> {
    /// The facts of a URL. `host` is without a port (cookies ignore ports), brackets of an IPv6 address may be there;
    /// of `path`, what follows `?` or `#` does not count.
    pub fn new(scheme_is_secure: bool, host: &'a str, path: &'a str) -> CookieUrl<'a> {
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let host = match host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(host.to_ascii_lowercase()),
            false => Cow::Borrowed(host),
        };
        let end = path.find(['?', '#']).unwrap_or(path.len());
        let path = match &path[..end] {
            "" => "/",
            path => path,
        };
        CookieUrl {
            secure: scheme_is_secure || is_this_machine(&host),
            host_is_address: is_address(&host),
            host,
            path,
        }
    }

    /// Whether Secure cookies may come from here and go there: over TLS, or on this machine, as in HTTPie and
    /// browsers.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The host in lower case, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path, at least `/`.
    pub fn path(&self) -> &str {
        self.path
    }

    /// Section 5.1.4: the directory of the path.
    pub(super) fn default_path(&self) -> &'a str {
        match self.path.rfind('/') {
            Some(last) if last > 0 && self.path.starts_with('/') => &self.path[..last],
            _ => "/",
        }
    }

    /// Section 5.1.3, with the lower-cased `domain` of a cookie that reaches subdomains.
    pub(super) fn is_within(&self, domain: &str) -> bool {
        &*self.host == domain || (!self.host_is_address && is_subdomain(&self.host, domain))
    }
}

/// Whether `host` is `domain` with at least one more label before it.
pub(super) fn is_subdomain(host: &str, domain: &str) -> bool {
    !domain.is_empty()
        && host
            .strip_suffix(domain)
            .is_some_and(|labels| labels.len() > 1 && labels.ends_with('.'))
}

/// Section 5.1.4: whether a cookie with `cookie_path` applies to `path`.
pub(super) fn path_matches(path: &str, cookie_path: &str) -> bool {
    path.strip_prefix(cookie_path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie_path.ends_with('/'))
}

/// Whether anyone may register names below `domain` (in lower case): `com`, `co.uk`, `github.io`, and any single
/// label that the list does not know.
pub(super) fn is_public_suffix(domain: &str) -> bool {
    // curl learned in CVE-2022-27779 that `co.uk.` is `co.uk`.
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    !domain.is_empty() && !is_address(domain) && public_suffix::suffix(domain) == domain
}

/// The domain below which the limit of cookies counts: what someone registered, or the host itself.
pub(super) fn registrable_domain(host: &str) -> &str {
    match is_address(host) {
        true => host,
        false => public_suffix::registrable(host).unwrap_or(host),
    }
}

/// A host that ends in a number is an address in one notation or another, as the URL standard has it.
fn is_address(host: &str) -> bool {
    let last = host.strip_suffix('.').unwrap_or(host).rsplit('.').next();
    last.is_some_and(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit()))
        || host.parse::<IpAddr>().is_ok()
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_match_as_in_section_5_1_3() {
        for (host, domain, matches) in [
            ("example.com", "example.com", true),
            ("www.example.com", "example.com", true),
            ("a.b.example.com", "example.com", true),
            ("EXAMPLE.com", "example.com", true),
            ("badexample.com", "example.com", false),
            ("example.com", "www.example.com", false),
            (".example.com", "example.com", false),
            ("example.com", "", false),
            ("127.0.0.1", "0.0.1", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("[::1]", "::1", true),
            ("1.2.3.4", "4", false),
        ] {
            let url = CookieUrl::new(false, host, "/");
            assert_eq!(url.is_within(domain), matches, "{host} {domain}");
        }
    }

    #[test]
    fn paths_match_as_in_section_5_1_4() {
        for (path, cookie_path, matches) in [
            ("/", "/", true),
            ("/foo", "/", true),
            ("/foo", "/foo", true),
            ("/foo/", "/foo", true),
            ("/foo/bar", "/foo", true),
            ("/foo/bar", "/foo/", true),
            ("/foobar", "/foo", false),
            ("/foo", "/foo/", false),
            ("/Foo", "/foo", false),
        ] {
            assert_eq!(
                path_matches(path, cookie_path),
                matches,
                "{path} {cookie_path}"
            );
        }
    }

    #[test]
    fn the_default_path_is_the_directory() {
        for (path, default) in [
            ("", "/"),
            ("/", "/"),
            ("/login", "/"),
            ("/a/", "/a"),
            ("/a/b", "/a"),
            ("/a/b?x=/y/z", "/a"),
            ("*", "/"),
            ("a/b", "/"),
        ] {
            assert_eq!(
                CookieUrl::new(false, "h", path).default_path(),
                default,
                "{path}"
            );
        }
    }

    #[test]
    fn public_suffixes_are_known_in_every_form() {
        for suffix in [
            "com",
            "co.uk",
            "co.uk.",
            "github.io",
            "localhost",
            "corp",
            "xn--p1ai",
            "рф",
        ] {
            assert!(is_public_suffix(suffix), "{suffix}");
        }
        for other in [
            "example.com",
            "www.co.uk.example",
            "me.github.io",
            "127.0.0.1",
            "::1",
            "",
        ] {
            assert!(!is_public_suffix(other), "{other}");
        }
    }

    #[test]
    fn plain_http_on_this_machine_counts_as_secure() {
        for host in ["localhost", "LOCALHOST", "app.localhost"] {
            assert!(CookieUrl::new(false, host, "/").is_secure(), "{host}");
        }
        for host in [
            "example.com",
            "localhost.example.com",
            "notlocalhost",
            "127.0.0.1",
            "[::1]",
        ] {
            assert!(!CookieUrl::new(false, host, "/").is_secure(), "{host}");
        }
    }
}
