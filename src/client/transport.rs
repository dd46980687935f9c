//! From a route to a connection: names are resolved, sockets opened, proxies asked, TLS laid over all of it.
//!
//! `wire` calls the [`Dialer`] when ureq's pool has no connection for an origin. It is blocking and starts no thread.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use super::connection::{Connection, Socket, Stream};
use super::proxy::{Proxy, ProxyKind};
use super::resolve::{self, Family, Pin};
use super::route::Route;
use super::socks::{self, SocksError, Target};
use super::stopwatch::{Part, Stopwatch};
use super::tcp::{self, Interface};
use super::tls::{Tls, TlsSettings};
use super::tunnel::{self, TunnelError};
use super::wire::is_timeout;
use crate::error::{Error, ExitStatus, Trouble, io_reason};
use crate::request::url::{Origin, Scheme};

/// What the user asked of the network.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// How long to wait for a connection and for each read and write; none waits for ever.
    pub(crate) timeout: Option<Duration>,
    /// How long connecting may take from the look-up of the name to the end of the last handshake, in place of `timeout`.
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) tls: TlsSettings,
    pub(crate) max_headers: Option<usize>,
    pub(crate) family: Family,
    pub(crate) pins: Vec<Pin>,
    pub(crate) interface: Option<Interface>,
    /// Takes the time of what is done to open connections.
    pub(crate) stopwatch: Stopwatch,
}

impl Settings {
    /// The timeout in seconds, as it is shown.
    pub(crate) fn timeout_text(&self) -> String {
        // As Python writes a float: `1.0`.
        self.timeout.map_or_else(String::new, |timeout| {
            format!("{:?}", timeout.as_secs_f64())
        })
    }
}

/// When one attempt must have come to something, because somebody waits for the server no longer than that (`--wait`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    pub(crate) covers: Covered,
}

/// What of an attempt a deadline limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Covered {
    /// Until the connection is ready; what is sent then has all the time it needs.
    Connecting,
    /// Until the head of the answer is here.
    Answer,
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

    /// Connects to an origin by its route and, for https, shakes hands with it.
    pub(crate) fn dial(
        &self,
        route: &Route,
        origin: &Origin,
        wait: Option<Instant>,
    ) -> Result<Connection, Error> {
        if origin.scheme == Scheme::Https {
            self.tls.prepare()?;
        }
        let limit = self.settings.connect_timeout;
        let own = limit.and_then(|limit| Instant::now().checked_add(limit));
        let call = Call {
            dialer: self,
            deadline: [own, wait].into_iter().flatten().min(),
            wait,
            origin,
        };
        let mut stream = call.reach(route)?;
        if origin.scheme == Scheme::Https {
            stream = call.lay_tls_over(stream, origin.bare_host())?;
        }
        stream.set_deadline(None, None);
        if call.deadline.is_some() || self.settings.timeout.is_some() {
            stream
                .set_timeout(self.settings.timeout)
                .map_err(|error| failed(&origin.host, &io_reason(&error)))?;
        }
        Ok(Connection::new(stream, self.settings.timeout))
    }
}

/// One connection in the making.
struct Call<'a> {
    dialer: &'a Dialer,
    /// Only with a connect timeout of its own, or where somebody waits.
    deadline: Option<Instant>,
    /// Until when somebody waits for the server.
    wait: Option<Instant>,
    origin: &'a Origin,
}

impl Call<'_> {
    /// A stream whose other end is the origin, by whatever route.
    fn reach(&self, route: &Route) -> Result<Stream, Error> {
        match route {
            Route::Direct => self.tcp(self.origin.bare_host(), self.origin.port, None),
            Route::UnixSocket(path) => self.unix(path),
            Route::Forward(proxy) => self.http_proxy(proxy),
            Route::Tunnel {
                proxy,
                authorization,
            } => self.tunnel(proxy, authorization.as_deref()),
            Route::Socks(proxy) => self.socks(proxy),
        }
    }

    /// A TCP connection to the origin, or to a proxy.
    fn tcp(&self, host: &str, port: u16, proxy: Option<&Proxy>) -> Result<Stream, Error> {
        let addresses = self.addresses(host, port).map_err(|error| match proxy {
            None => error,
            Some(proxy) => {
                error.context(format!("ProxyError: the proxy {host} ({})", proxy.source))
            }
        })?;
        let settings = &self.dialer.settings;
        let step = self
            .step()
            .and_then(|limit| Instant::now().checked_add(limit));
        let deadline = [self.deadline, step].into_iter().flatten().min();
        let connect = || tcp::connect(&addresses, settings.interface.as_ref(), deadline);
        match settings.stopwatch.time(Part::Connect, connect) {
            Ok(socket) => self.limited(Socket::tcp(socket)),
            Err(failure) if failure.timed_out => Err(self.timed_out()),
            Err(failure) => {
                let error = failed(
                    &match proxy {
                        None => format!("{host}, port {port}"),
                        Some(proxy) => format!("the proxy {host}, port {port} ({})", proxy.source),
                    },
                    &reasons(host, &failure.attempts),
                );
                let may_pass = failure.attempts.iter().any(|(_, error)| may_pass(error));
                Err(unreachable_if(may_pass, error))
            }
        }
    }

    fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
        let settings = &self.dialer.settings;
        // A source address can reach addresses of its own family only.
        let family = match (settings.family, &settings.interface) {
            (Family::Any, Some(Interface::Address(IpAddr::V4(_)))) => Family::V4,
            (Family::Any, Some(Interface::Address(IpAddr::V6(_)))) => Family::V6,
            (family, _) => family,
        };
        let look = || resolve::addresses(host, port, &settings.pins, family);
        let addresses = match host.parse::<IpAddr>() {
            // An address is not looked up.
            Ok(_) => look()?,
            Err(_) => settings.stopwatch.time(Part::Lookup, look)?,
        };
        // The look-up itself cannot be broken off.
        match self.is_late() {
            true => Err(self.timed_out()),
            false => Ok(addresses),
        }
    }

    #[cfg(unix)]
    fn unix(&self, path: &Path) -> Result<Stream, Error> {
        let stopwatch = &self.dialer.settings.stopwatch;
        let connect = || std::os::unix::net::UnixStream::connect(path);
        match stopwatch.time(Part::Connect, connect) {
            Ok(socket) => self.limited(Socket::unix(socket)),
            Err(error) => Err(unreachable_if(
                may_pass(&error),
                Error::new(format!(
                    "ConnectionError: could not connect to the Unix socket '{}': {}.",
                    path.display(),
                    io_reason(&error)
                )),
            )),
        }
    }

    #[cfg(not(unix))]
    fn unix(&self, path: &Path) -> Result<Stream, Error> {
        Err(Error::new(format!(
            "'{}' cannot be connected to: there are no Unix sockets on this system",
            path.display()
        )))
    }

    fn limited(&self, socket: Socket) -> Result<Stream, Error> {
        let mut stream = Stream::Plain(socket);
        match self.deadline {
            Some(_) => stream.set_deadline(self.deadline, self.step()),
            None if self.dialer.settings.timeout.is_some() => stream
                .set_timeout(self.dialer.settings.timeout)
                .map_err(|error| failed(&self.origin.host, &io_reason(&error)))?,
            None => {}
        }
        Ok(stream)
    }

    fn lay_tls_over(&self, stream: Stream, host: &str) -> Result<Stream, Error> {
        let text = self.dialer.settings.timeout_text();
        let shake = || self.dialer.tls.shake_hands(host, stream, &text);
        match self.dialer.settings.stopwatch.time(Part::Handshake, shake) {
            Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
            Err(error) if error.status() == ExitStatus::Timeout => Err(self.timed_out()),
            Err(error) => Err(error),
        }
    }

    /// A stream that leads to an HTTP proxy, over TLS where it wants that.
    fn http_proxy(&self, proxy: &Proxy) -> Result<Stream, Error> {
        let stream = self.tcp(proxy.bare_host(), proxy.port, Some(proxy))?;
        match proxy.kind {
            ProxyKind::Https => self
                .lay_tls_over(stream, proxy.bare_host())
                .map_err(|error| error.context(format!("ProxyError: the proxy {proxy}"))),
            _ => Ok(stream),
        }
    }

    fn tunnel(&self, proxy: &Proxy, authorization: Option<&[u8]>) -> Result<Stream, Error> {
        let mut stream = self.http_proxy(proxy)?;
        let authority = self.authority();
        match tunnel::open(&mut stream, &authority, authorization) {
            Ok(()) => Ok(stream),
            Err(TunnelError::Io(error)) if is_timeout(&error) => Err(self.timed_out()),
            Err(error) => Err(error.sentence(&proxy.to_string(), &authority)),
        }
    }

    /// Names go to the proxy, or are looked up here; then each address is tried in turn.
    fn socks(&self, proxy: &Proxy) -> Result<Stream, Error> {
        let (host, port) = (self.origin.bare_host(), self.origin.port);
        let looks_up_there = matches!(proxy.kind, ProxyKind::Socks4a | ProxyKind::Socks5h);
        if looks_up_there && host.parse::<IpAddr>().is_err() {
            let outcome = self.socks_to(proxy, Target::Name(host, port))?;
            return outcome.map_err(|error| self.socks_error(proxy, &error));
        }
        let mut addresses = self.addresses(host, port)?;
        if proxy.kind == ProxyKind::Socks4 && addresses.iter().any(SocketAddr::is_ipv4) {
            addresses.retain(SocketAddr::is_ipv4);
        }
        let mut last = SocksError::Unreachable("there is no address".to_owned());
        for address in addresses {
            match self.socks_to(proxy, Target::Address(address))? {
                Ok(stream) => return Ok(stream),
                Err(error @ SocksError::Unreachable(_)) => last = error,
                Err(error) => return Err(self.socks_error(proxy, &error)),
            }
        }
        Err(self.socks_error(proxy, &last))
    }

    /// One attempt over a connection of its own. The outer error is about the way to the proxy.
    fn socks_to(
        &self,
        proxy: &Proxy,
        target: Target<'_>,
    ) -> Result<Result<Stream, SocksError>, Error> {
        let mut stream = self.tcp(proxy.bare_host(), proxy.port, Some(proxy))?;
        let user = proxy.user_info.as_ref();
        let outcome = match proxy.kind {
            ProxyKind::Socks4 | ProxyKind::Socks4a => socks::connect_4(&mut stream, target, user),
            _ => socks::connect_5(&mut stream, target, user),
        };
        Ok(outcome.map(|()| stream))
    }

    fn socks_error(&self, proxy: &Proxy, error: &SocksError) -> Error {
        match error {
            SocksError::Io(error) if is_timeout(error) => self.timed_out(),
            error => error.sentence(&proxy.to_string(), &self.authority()),
        }
    }

    fn authority(&self) -> String {
        format!("{}:{}", self.origin.host, self.origin.port)
    }

    fn is_late(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| deadline <= Instant::now())
    }

    /// What each step of connecting may take: a limit of the whole takes the place of that.
    fn step(&self) -> Option<Duration> {
        let settings = &self.dialer.settings;
        settings
            .timeout
            .filter(|_| settings.connect_timeout.is_none())
    }

    fn timed_out(&self) -> Error {
        let settings = &self.dialer.settings;
        let authority = self.authority();
        let waited = self.wait.is_some_and(|until| until <= Instant::now());
        let error = match settings.connect_timeout {
            _ if waited => Error::too_late(format!(
                "ConnectTimeout: no connection to {authority} before the time of --wait was over."
            )),
            None => Error::timed_out(&settings.timeout_text()),
            Some(limit) => Error::too_late(format!(
                "ConnectTimeout: no connection to {authority} within {}s (--connect-timeout).",
                limit.as_secs_f64()
            )),
        };
        error.with_trouble(Trouble::UnreachableInTime)
    }
}

fn failed(place: &str, reason: &str) -> Error {
    Error::new(format!(
        "ConnectionError: could not connect to {place}: {reason}. Check that the server runs and that the port is right."
    ))
}

/// Whether the reason why there is no connection may be gone a moment later: a server that starts, a route that comes up.
fn may_pass(error: &io::Error) -> bool {
    use io::ErrorKind::{AddrNotAvailable, InvalidInput, Other, PermissionDenied, Unsupported};
    !matches!(
        error.kind(),
        AddrNotAvailable | InvalidInput | Other | PermissionDenied | Unsupported
    )
}

fn unreachable_if(may_pass: bool, error: Error) -> Error {
    match may_pass {
        true => error.with_trouble(Trouble::Unreachable),
        false => error,
    }
}

/// Why each address could not be connected to; which address it was, where that is not what was typed.
fn reasons(host: &str, attempts: &[(SocketAddr, io::Error)]) -> String {
    let each: Vec<_> = attempts
        .iter()
        .map(|(address, error)| match address.ip().to_string() {
            ip if ip == host => io_reason(error),
            ip => format!("{ip}: {}", io_reason(error)),
        })
        .collect();
    each.join("; ")
}
