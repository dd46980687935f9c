//! From a host name to addresses: what the user said (`--resolve`), else what the system's resolver says, of the family
//! that is wanted (`-4`, `-6`).
//!
//! `localhost` is the loopback also where the system does not know it, as in an empty container image (RFC 6761, section
//! 6.3).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use crate::error::{Error, Trouble, io_reason};

/// How many addresses of one name are tried.
const MAX_ADDRESSES: usize = 16;

/// Which addresses may be connected to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Family {
    #[default]
    Any,
    V4,
    V6,
}

impl Family {
    fn has(self, address: IpAddr) -> bool {
        match self {
            Family::Any => true,
            Family::V4 => address.is_ipv4(),
            Family::V6 => address.is_ipv6(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Family::Any => "IP",
            Family::V4 => "IPv4",
            Family::V6 => "IPv6",
        }
    }
}

/// One `--resolve`: the addresses of a host, for one port or for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    host: String,
    port: Option<u16>,
    addresses: Vec<IpAddr>,
}

impl Pin {
    /// Reads `HOST:ADDRESS` or curl's `HOST:PORT:ADDRESS[,ADDRESS]`.
    ///
    /// # Errors
    /// A sentence about what is wrong with it.
    pub(crate) fn parse(typed: &str) -> Result<Pin, String> {
        let (host, rest) = typed
            .split_once(':')
            .filter(|(host, _)| !host.is_empty())
            .ok_or_else(|| format!("'{typed}' is not of the form HOST:ADDRESS"))?;
        let with_port = rest.split_once(':').and_then(|(port, addresses)| {
            Some((port.parse::<u16>().ok()?, addresses_of(addresses)?))
        });
        let (port, addresses) = match (addresses_of(rest), with_port) {
            // Both `2001:db8::1` and the port 80 of `80:fe80::1` can be meant by such text: an address in use decides.
            (Some(addresses), Some((port, rest))) => match addresses.iter().any(is_assigned) {
                true => (None, addresses),
                false => (Some(port), rest),
            },
            (Some(addresses), None) => (None, addresses),
            (None, Some((port, addresses))) => (Some(port), addresses),
            (None, None) => {
                return Err(format!(
                    "'{typed}' is not of the form HOST:ADDRESS or HOST:PORT:ADDRESS (an IPv6 address may stand in brackets)"
                ));
            }
        };
        Ok(Pin {
            host: host.to_owned(),
            port,
            addresses,
        })
    }

    fn is_for(&self, host: &str, port: u16) -> bool {
        self.host.eq_ignore_ascii_case(host) && self.port.is_none_or(|own| own == port)
    }
}

fn addresses_of(list: &str) -> Option<Vec<IpAddr>> {
    list.split(',')
        .map(|address| {
            let inner = address
                .strip_prefix('[')
                .and_then(|address| address.strip_suffix(']'));
            match inner {
                Some(inner) => inner.parse().ok().map(IpAddr::V6),
                None => address.parse().ok(),
            }
        })
        .collect()
}

/// Whether an IPv6 address lies in a range that is used: global unicast, unique local, link-local.
fn is_assigned(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(address) => {
            matches!(address.segments()[0], 0x2000..=0x3fff | 0xfc00..=0xfdff | 0xfe80..=0xfebf)
        }
    }
}

/// The addresses of a host.
///
/// # Errors
/// The host is not known, or has no address of this family.
pub(super) fn addresses(
    host: &str,
    port: u16,
    pins: &[Pin],
    family: Family,
) -> Result<Vec<SocketAddr>, Error> {
    let pinned = pins.iter().rev().find(|pin| pin.is_for(host, port));
    let mut found = match (pinned, host.parse::<IpAddr>()) {
        (Some(pin), _) => pin
            .addresses
            .iter()
            .map(|address| SocketAddr::new(*address, port))
            .collect(),
        (None, Ok(address)) => vec![SocketAddr::new(address, port)],
        (None, Err(_)) => look_up(host, port)?,
    };
    found.retain(|address| family.has(address.ip()));
    found.truncate(MAX_ADDRESSES);
    match found.is_empty() {
        true => Err(Error::new(format!(
            "ConnectionError: '{host}' has no {} address.",
            family.name()
        ))),
        false => Ok(found),
    }
}

fn look_up(host: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
    super::static_resolver::prepare();
    let outcome = (host, port).to_socket_addrs().map(Vec::from_iter);
    let bare = host.trim_end_matches('.');
    let is_local =
        bare.eq_ignore_ascii_case("localhost") || bare.to_ascii_lowercase().ends_with(".localhost");
    match outcome {
        Ok(addresses) if !addresses.is_empty() => Ok(addresses),
        _ if is_local => Ok(vec![
            SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port),
            SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port),
        ]),
        outcome => {
            let reason = match outcome {
                Ok(_) => "it has no address".to_owned(),
                Err(error) => resolver_reason(&error),
            };
            let error = Error::new(format!(
                "Couldn’t resolve the given hostname. '{host}' is not known: {reason}. Check the URL and the network."
            ));
            // A name server can be away for a moment, and the name of a container comes with the container.
            Err(error.with_trouble(Trouble::Unreachable))
        }
    }
}

/// Rust puts words of its own before those of the resolver.
fn resolver_reason(error: &io::Error) -> String {
    let text = io_reason(error);
    match text.split_once("failed to lookup address information: ") {
        Some((_, reason)) => reason.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_pinned_as_xh_and_as_curl_write_it() {
        for (typed, port, want) in [
            ("a.test:1.2.3.4", None, "1.2.3.4"),
            ("a.test:80:1.2.3.4", Some(80), "1.2.3.4"),
            ("a.test:::1", None, "::1"),
            ("a.test:[::1]", None, "::1"),
            ("a.test:80:[::1]", Some(80), "::1"),
            ("a.test:443:::1", Some(443), "::1"),
            ("a.test:443:fe80::1", Some(443), "fe80::1"),
            ("a.test:2001:db8::1", None, "2001:db8::1"),
            ("a.test:fe80::1", None, "fe80::1"),
        ] {
            let pin = Pin::parse(typed).unwrap();
            let addresses: Vec<_> = pin.addresses.iter().map(ToString::to_string).collect();
            assert_eq!(
                (pin.port, addresses.join(",").as_str()),
                (port, want),
                "{typed}"
            );
        }
        for bad in [
            "",
            "a",
            "a:",
            ":1.2.3.4",
            "a:b",
            "a:99999:1.2.3.4",
            "a:80:",
            "a:1.2.3.4,",
            "a:[1.2.3.4]",
        ] {
            assert!(Pin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_pin_goes_before_the_resolver_and_the_last_counts() {
        let pins: Vec<_> = ["a.test:1.1.1.1", "A.test:81:1.1.1.2,::2", "b.test:[::3]"]
            .map(|typed| Pin::parse(typed).unwrap())
            .to_vec();
        let found = |host, port, family| {
            addresses(host, port, &pins, family).map(|found| {
                found
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
        };
        assert_eq!(found("a.test", 80, Family::Any).unwrap(), "1.1.1.1:80");
        assert_eq!(
            found("a.test", 81, Family::Any).unwrap(),
            "1.1.1.2:81 [::2]:81"
        );
        assert_eq!(found("a.test", 81, Family::V6).unwrap(), "[::2]:81");
        assert_eq!(found("127.0.0.1", 1, Family::V4).unwrap(), "127.0.0.1:1");
        for (host, family) in [("b.test", Family::V4), ("127.0.0.1", Family::V6)] {
            let error = found(host, 80, family).unwrap_err().to_string();
            assert!(error.contains(host) && error.contains("IPv"), "{error}");
        }
    }
}
