//! Which proxy a URL goes through: `--proxy`, else the environment, by the rules of Python's requests.
//!
//! Takes what was typed and what the environment says, gives one [`Proxy`] or none. How it is spoken to is in `route`,
//! `tunnel` and `socks`.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use crate::auth;
use crate::cli::args::ProxyRule;
use crate::environment::Environment;
use crate::error::Error;
use crate::request::authority::{Authority, UserInfo, without_brackets};
use crate::request::url::Url;
use crate::sessions::{AuthType, Credentials};
use crate::url_text::without_secrets;

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProxyKind {
    Http,
    /// HTTP, reached by TLS.
    Https,
    /// Names are looked up here.
    Socks4,
    /// Names are looked up by the proxy.
    Socks4a,
    /// Names are looked up here.
    Socks5,
    /// Names are looked up by the proxy.
    Socks5h,
}

const KINDS: [(&str, ProxyKind); 6] = [
    ("http", ProxyKind::Http),
    ("https", ProxyKind::Https),
    ("socks4", ProxyKind::Socks4),
    ("socks4a", ProxyKind::Socks4a),
    ("socks5", ProxyKind::Socks5),
    ("socks5h", ProxyKind::Socks5h),
];

impl ProxyKind {
    pub(crate) fn is_socks(self) -> bool {
        !matches!(self, ProxyKind::Http | ProxyKind::Https)
    }

    fn default_port(self) -> u16 {
        match self {
            ProxyKind::Http => 80,
            ProxyKind::Https => 443,
            _ => 1080,
        }
    }
}

/// A proxy. Its credentials are never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    pub(crate) kind: ProxyKind,
    /// Lower case; an IPv6 address stands in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user_info: Option<UserInfo>,
    /// Who names it: the option or an environment variable.
    pub(crate) source: &'static str,
}

impl Proxy {
    /// Reads a proxy's URL, which `source` names; without a scheme it is `http`, as in requests.
    ///
    /// # Errors
    /// A sentence that names the URL without its credentials.
    pub(crate) fn parse(typed: &str, source: &'static str) -> Result<Proxy, Error> {
        let (scheme, rest) = match typed.split_once("://") {
            // The `://` of `user:pass://word@host` stands in a password.
            Some((scheme, rest)) if !scheme.contains([':', '@', '/']) => (scheme, rest),
            _ => ("http", typed.trim_start_matches('/')),
        };
        let bad = |why: &str| {
            let shown = without_secrets(&format!("{scheme}://{rest}"));
            Error::new(format!(
                "InvalidProxyURL: the proxy '{shown}' ({source}) cannot be used: {why}"
            ))
        };
        let kind = KINDS
            .iter()
            .find(|(name, _)| scheme.eq_ignore_ascii_case(name))
            .map(|(_, kind)| *kind)
            .ok_or_else(|| {
                bad(&format!(
                    "the scheme '{scheme}' is not one of {}",
                    KINDS.map(|(name, _)| name).join(", ")
                ))
            })?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let authority = Authority::parse(&rest[..end]).map_err(|why| bad(&why))?;
        Ok(Proxy {
            kind,
            host: authority.host,
            port: authority.port.unwrap_or(kind.default_port()),
            user_info: authority.user_info,
            source,
        })
    }

    /// The host without brackets, as the resolver and the certificate check want it.
    pub(crate) fn bare_host(&self) -> &str {
        without_brackets(&self.host)
    }

    /// The value of Proxy-Authorization (RFC 9110, section 11.7.2), where the URL has credentials.
    pub(crate) fn authorization(&self) -> Result<Option<Vec<u8>>, Error> {
        let Some(info) = &self.user_info else {
            return Ok(None);
        };
        let password = info.password.as_deref().unwrap_or_default();
        let raw = format!("{}:{password}", info.username);
        auth::authorization(&Credentials::new(AuthType::Basic, raw)).map(Some)
    }
}

/// Scheme, host and port.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = KINDS.iter().find(|(_, kind)| *kind == self.kind);
        let name = name.map_or("", |(name, _)| name);
        write!(f, "{name}://{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// All rules of a run.
#[derive(Clone, Debug)]
pub(crate) struct ProxyRules {
    /// By their key, as it was typed; no proxy for an empty URL.
    typed: Vec<(String, Option<Arc<Proxy>>)>,
    /// `--proxy=no_proxy:...`, which takes the place of the environment's list.
    no_proxy: Option<String>,
    env: Environment,
}

impl ProxyRules {
    /// # Errors
    /// The URL of a typed rule is none, or its key stands for nothing that we could request.
    pub(crate) fn new(typed: &[ProxyRule], env: &Environment) -> Result<ProxyRules, Error> {
        let mut rules = ProxyRules {
            typed: Vec::new(),
            no_proxy: None,
            env: env.clone(),
        };
        for ProxyRule { protocol, url } in typed {
            if protocol == "no_proxy" {
                rules.no_proxy = Some(url.clone());
                continue;
            }
            check_key(protocol)?;
            let proxy = match url.as_str() {
                "" => None,
                url => Some(Arc::new(Proxy::parse(url, "--proxy")?)),
            };
            rules.typed.push((protocol.clone(), proxy));
        }
        Ok(rules)
    }

    /// The proxy for a URL. A rule for its scheme goes before one for all, one for its host before both; of one key,
    /// what was typed goes before the environment.
    ///
    /// # Errors
    /// The URL in the environment variable that counts is none.
    pub(crate) fn proxy_for(&self, url: &Url) -> Result<Option<Arc<Proxy>>, Error> {
        let (scheme, host) = (url.scheme.as_str(), url.host());
        let from_variable = |scheme: &str| self.variable_rule(scheme, url);
        if self.typed.is_empty() {
            return match from_variable(scheme)? {
                Some(proxy) => Ok(Some(proxy)),
                None => from_variable("all"),
            };
        }
        for scheme in [scheme, "all"] {
            let for_host = self.typed(&format!("{scheme}://{host}"));
            if let Some(proxy) = for_host.or_else(|| self.typed(scheme)) {
                return Ok(proxy.clone());
            }
            if let Some(proxy) = from_variable(scheme)? {
                return Ok(Some(proxy));
            }
        }
        Ok(None)
    }

    fn typed(&self, key: &str) -> Option<&Option<Arc<Proxy>>> {
        let mut rules = self.typed.iter().rev();
        rules
            .find(|(own, _)| own.eq_ignore_ascii_case(key))
            .map(|(_, proxy)| proxy)
    }

    /// The proxy that an environment variable names for a scheme, unless it also exempts the host.
    fn variable_rule(&self, scheme: &str, url: &Url) -> Result<Option<Arc<Proxy>>, Error> {
        let Some((name, value)) = self.env.proxy_variable(scheme) else {
            return Ok(None);
        };
        let exempt = match &self.no_proxy {
            Some(list) => Some(list.clone()),
            None => self.env.no_proxy(),
        };
        if exempt.is_some_and(|list| is_exempt(&list, url.host(), url.explicit_port())) {
            return Ok(None);
        }
        Proxy::parse(&value, name).map(|proxy| Some(Arc::new(proxy)))
    }
}

/// A key that no URL of ours can have would let the request go past the proxy in silence.
fn check_key(key: &str) -> Result<(), Error> {
    let scheme = key.split_once("://").map_or(key, |(scheme, _)| scheme);
    let known = ["http", "https", "all"];
    match known.iter().any(|name| name.eq_ignore_ascii_case(scheme)) {
        true => Ok(()),
        false => Err(Error::usage(format!(
            "argument --proxy: '{key}' is not a protocol that a proxy can be for; known are {}",
            known.join(", ")
        ))),
    }
}

/// Whether a `no_proxy` list names this host: the host or a domain above it, each perhaps with the port that the URL
/// names; an address or a network of addresses (CIDR); or, if that is all there is, `*` for everything. Requests knows
/// networks of IPv4 only and no brackets; nothing else could be meant by them here.
pub(super) fn is_exempt(list: &str, host: &str, port: Option<u16>) -> bool {
    if list.trim() == "*" {
        return true;
    }
    let with_port = port.map(|port| format!("{host}:{port}"));
    let address = host.parse::<IpAddr>().ok();
    let mut entries = list
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty());
    entries.any(|entry| {
        let network = address.is_some_and(|address| is_in_network(address, entry));
        let name = entry.trim_start_matches('.');
        network
            || is_at_or_below(host, name)
            || with_port
                .as_deref()
                .is_some_and(|host| is_at_or_below(host, name))
    })
}

fn is_at_or_below(host: &str, domain: &str) -> bool {
    let Some(start) = host.len().checked_sub(domain.len()) else {
        return false;
    };
    let (above, tail) = host.as_bytes().split_at(start);
    !domain.is_empty()
        && tail.eq_ignore_ascii_case(domain.as_bytes())
        && (above.is_empty() || above.ends_with(b"."))
}

/// `10.0.0.0/8`, `fd00::/8`, `[::1]`. A mask of no bits is none, as in requests.
fn is_in_network(address: IpAddr, entry: &str) -> bool {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    let Some((network, bits)) = bare.split_once('/') else {
        return bare.parse() == Ok(address);
    };
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if (1..=32).contains(&bits) => {
            (address.to_bits() ^ network.to_bits()) >> (32 - bits) == 0
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if (1..=128).contains(&bits) => {
            (address.to_bits() ^ network.to_bits()) >> (128 - bits) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::url::PathStyle;

    #[test]
    fn a_list_of_exempt_hosts_names_hosts_domains_and_networks() {
        for (list, host, want) in [
            ("*", "a.org", true),
            (" * ", "a.org", true),
            ("localhost,*", "a.org", false),
            ("localhost, a.org", "a.org", true),
            ("A.ORG", "a.org", true),
            (".a.org", "a.org", true),
            (".a.org", "x.a.org", true),
            ("a.org", "x.a.org", true),
            ("a.org:8080", "a.org", true),
            ("a.org:8080", "x.a.org", true),
            ("a.org:81", "a.org", false),
            ("a.org", "aa.org", false),
            ("x.a.org", "a.org", false),
            ("", "a.org", false),
            (",", "a.org", false),
            (".", "a.org", false),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("10.1.2.3/32", "10.1.2.3", true),
            ("0.0.0.0/0", "10.1.2.3", false),
            ("10.0.0.0/33", "10.1.2.3", false),
            ("10.0.0.0/x", "10.1.2.3", false),
            ("10.0.0.0/8", "10.a.org", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1:8080", "127.0.0.1", true),
            ("127.0.0.1", "localhost", false),
            ("::1", "::1", true),
            ("[::1]", "::1", true),
            ("fd00::/8", "fd12::3", true),
            ("fd00::/8", "fe80::3", false),
            ("é,a.org", "a.org", true),
        ] {
            assert_eq!(is_exempt(list, host, Some(8080)), want, "{list} {host}");
        }
        assert!(
            !is_exempt("a.org:80", "a.org", None),
            "only a port that is written counts"
        );
    }

    #[test]
    fn proxy_urls_are_read_with_and_without_a_scheme() {
        for (typed, want) in [
            ("p", "http://p:80"),
            ("P:3128", "http://p:3128"),
            ("//p:3128/", "http://p:3128"),
            ("http://u:x@p:1/path", "http://p:1"),
            ("HTTPS://p", "https://p:443"),
            ("socks5h://[::1]", "socks5h://[::1]:1080"),
            ("socks4a://p:9", "socks4a://p:9"),
        ] {
            assert_eq!(
                Proxy::parse(typed, "--proxy").unwrap().to_string(),
                want,
                "{typed}"
            );
        }
        for bad in [
            "",
            "http://",
            "foo://p",
            "socks://p",
            "p:99999",
            "p:x",
            "http://u:secret@:1",
            "http://u:secret@p:x",
            "a b",
        ] {
            let message = Proxy::parse(bad, "--proxy").unwrap_err().to_string();
            assert!(
                message.contains("proxy") && !message.contains("secret"),
                "{bad}: {message}"
            );
        }
    }

    #[test]
    fn credentials_are_decoded_for_the_header() {
        let authorization = |url: &str| {
            Proxy::parse(url, "--proxy")
                .unwrap()
                .authorization()
                .unwrap()
        };
        assert_eq!(authorization("p"), None);
        assert_eq!(authorization("u%40:p%3A@p").unwrap(), b"Basic dUA6cDo=");
        assert_eq!(authorization("u@p").unwrap(), b"Basic dTo=");
    }

    #[test]
    fn the_most_particular_rule_counts() {
        let rules = |rules: &[(&str, &str)]| {
            let typed: Vec<_> = rules
                .iter()
                .map(|(protocol, url)| ProxyRule {
                    protocol: (*protocol).to_owned(),
                    url: (*url).to_owned(),
                })
                .collect();
            ProxyRules::new(&typed, &Environment::new())
        };
        let all = rules(&[
            ("all", "any"),
            ("http", "plain"),
            ("all://b.test", "special"),
            ("http://c.test", "own"),
            ("https://d.test", ""),
            ("HTTP", "last"),
        ])
        .unwrap();
        for (url, want) in [
            ("http://a.test", Some("http://last:80")),
            ("https://a.test", Some("http://any:80")),
            ("http://b.test", Some("http://last:80")),
            ("https://b.test", Some("http://special:80")),
            ("http://C.test:81", Some("http://own:80")),
            ("https://d.test", None),
        ] {
            let url = Url::parse(url, PathStyle::Normalized).unwrap();
            let proxy = all.proxy_for(&url).unwrap().map(|proxy| proxy.to_string());
            assert_eq!(proxy.as_deref(), want, "{url}");
        }
        assert!(rules(&[("htp", "p")]).is_err());
        assert!(rules(&[("http", "foo://p")]).is_err());
    }
}
