//! From an origin to a connection: names are resolved, sockets opened, TLS laid over them.
//!
//! ureq calls [`HostResolver`] and [`Dialer`] when its pool has no connection for an origin. Both are blocking and start
//! no thread.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::connection::{Connection, Stream};
use super::stopwatch::{Part, Stopwatch};
use super::tls::{Tls, TlsSettings};
use super::wire::{is_timeout, through_ureq};
use crate::environment::Environment;
use crate::error::{Error, io_reason};
use crate::request::url::Url;

/// What the user asked of the network.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// What the environment says about proxies.
    pub(crate) env: Environment,
    /// How long to wait for a connection and for each read and write; none waits for ever.
    pub(crate) timeout: Option<Duration>,
    pub(crate) tls: TlsSettings,
    pub(crate) max_headers: Option<usize>,
    /// Takes the time of what is done to open connections.
    pub(crate) stopwatch: Stopwatch,
}

impl Settings {
    /// Refuses a URL for which the environment asks for a proxy: none can be used yet, and going around one in silence
    /// would be worse than not going.
    pub(crate) fn refuse_proxy(&self, url: &Url) -> Result<(), Error> {
        match self
            .env
            .proxy_variable(url.scheme.as_str(), url.host(), url.port())
        {
            None => Ok(()),
            Some(name) => Err(Error::new(format!(
                "the environment variable {name} names a proxy, and proxies are not supported yet by this version. \
                 Unset it, or name '{}' in no_proxy, to connect directly.",
                url.host()
            ))),
        }
    }

    /// The timeout in seconds, as it is shown.
    pub(crate) fn timeout_text(&self) -> String {
        self.timeout
            .map_or_else(String::new, |timeout| timeout.as_secs_f64().to_string())
    }
}

/// Opens connections.
pub(crate) struct Dialer {
    settings: Settings,
    tls: Tls,
}

impl Dialer {
    pub(crate) fn new(settings: Settings) -> Dialer {
        Dialer {
            tls: Tls::new(settings.tls.clone()),
            settings,
        }
    }

    /// Connects to the first address that answers and, for https, shakes hands.
    pub(crate) fn dial(&self, origin: &Uri, addresses: &[SocketAddr]) -> Result<Connection, Error> {
        let host = host_of(origin);
        if origin.scheme_str() == Some("https") {
            self.tls.prepare()?;
        }
        let stopwatch = &self.settings.stopwatch;
        let socket = stopwatch.time(Part::Connect, || self.connect(host, addresses))?;
        // Latency matters more than the number of packets: requests are written whole.
        let _ = socket.set_nodelay(true);
        let stream = match origin.scheme_str() {
            Some("https") => {
                let limit = self.settings.timeout;
                let broken = |error: io::Error| self.connect_error(host, addresses, &error);
                if limit.is_some() {
                    socket.set_read_timeout(limit).map_err(broken)?;
                    socket.set_write_timeout(limit).map_err(broken)?;
                }
                let shake = || {
                    let timeout = self.settings.timeout_text();
                    self.tls.shake_hands(host, socket, &timeout)
                };
                Stream::Tls(Box::new(stopwatch.time(Part::Handshake, shake)?))
            }
            _ => Stream::Plain(socket),
        };
        Connection::new(stream, self.settings.timeout)
            .map_err(|error| self.connect_error(host, addresses, &error))
    }

    fn connect(&self, host: &str, addresses: &[SocketAddr]) -> Result<TcpStream, Error> {
        let mut last = io::Error::other("there is no address");
        for address in addresses {
            let attempt = match self.settings.timeout {
                Some(timeout) => TcpStream::connect_timeout(address, timeout),
                None => TcpStream::connect(address),
            };
            match attempt {
                Ok(socket) => return Ok(socket),
                Err(error) => last = error,
            }
        }
        Err(self.connect_error(host, addresses, &last))
    }

    fn connect_error(&self, host: &str, addresses: &[SocketAddr], error: &io::Error) -> Error {
        if is_timeout(error) {
            return Error::timed_out(&self.settings.timeout_text());
        }
        let port = addresses.first().map_or(0, SocketAddr::port);
        Error::new(format!(
            "ConnectionError: could not connect to {host}, port {port}: {}. Check that the server runs and that the port is right.",
            io_reason(error)
        ))
    }
}

/// The host without the brackets of an IPv6 address.
fn host_of(origin: &Uri) -> &str {
    let host = origin.host().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Looks names up with the system's resolver. `localhost` is the loopback also where the system does not know it, as in
/// an empty container image (RFC 6761, section 6.3).
#[derive(Debug)]
pub(crate) struct HostResolver {
    pub(super) stopwatch: Stopwatch,
}

impl Resolver for HostResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = host_of(uri);
        let port = uri.port_u16().unwrap_or(0);
        let mut found = self.empty();
        match host.parse::<IpAddr>() {
            Ok(address) => found.push(SocketAddr::new(address, port)),
            Err(_) => {
                let look = || look_up(host, port).map_err(through_ureq);
                let addresses = self.stopwatch.time(Part::Lookup, look)?;
                for address in addresses.into_iter().take(16) {
                    found.push(address);
                }
            }
        }
        Ok(found)
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
            Err(Error::new(format!(
                "Couldn’t resolve the given hostname. '{host}' is not known: {reason}. Check the URL and the network."
            )))
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
