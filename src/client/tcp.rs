//! Opens a TCP connection to one of several addresses.
//!
//! One address is connected to plainly. Several are tried as "Happy Eyeballs" does (RFC 8305), without a thread: the
//! families take turns, the next attempt starts when the last has failed or been silent for a quarter of a second, and
//! the first that succeeds is taken. A family that leads nowhere thus costs a moment and not the whole time limit.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Instant;

/// The network interface, or its address, that connections leave by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Interface {
    Address(IpAddr),
    Device(String),
}

impl Interface {
    /// Anything that is no address is the name of a device.
    pub(crate) fn parse(typed: &str) -> Interface {
        let bare = typed.trim_start_matches('[').trim_end_matches(']');
        match bare.parse() {
            Ok(address) => Interface::Address(address),
            Err(_) => Interface::Device(typed.to_owned()),
        }
    }
}

/// Why no address could be connected to: each that was tried, with its error.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) attempts: Vec<(SocketAddr, io::Error)>,
    /// Whether time was up while an attempt was still waiting.
    pub(super) timed_out: bool,
}

/// Connects to the first address that answers before the deadline.
pub(super) fn connect(
    addresses: &[SocketAddr],
    interface: Option<&Interface>,
    deadline: Option<Instant>,
) -> Result<TcpStream, Failure> {
    if let ([address], None) = (addresses, interface) {
        return plainly(address, deadline).map_err(|error| Failure {
            timed_out: error.kind() == io::ErrorKind::TimedOut && deadline.is_some(),
            attempts: vec![(*address, error)],
        });
    }
    several::connect(&alternating(addresses), interface, deadline)
}

fn plainly(address: &SocketAddr, deadline: Option<Instant>) -> io::Result<TcpStream> {
    let Some(deadline) = deadline else {
        return TcpStream::connect(address);
    };
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    TcpStream::connect_timeout(address, left)
}

/// The families in turn, beginning with that of the first address (RFC 8305, section 4).
fn alternating(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses
        .iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let mut ordered = Vec::with_capacity(addresses.len());
    for turn in 0..first.len().max(second.len()) {
        ordered.extend([first.get(turn), second.get(turn)].into_iter().flatten());
    }
    ordered
}

/// A socket that leaves by the interface, not yet connected.
fn bound_socket(
    address: &SocketAddr,
    interface: Option<&Interface>,
) -> io::Result<socket2::Socket> {
    let socket = socket2::Socket::new(
        socket2::Domain::for_address(*address),
        socket2::Type::STREAM,
        Some(socket2::Protocol::TCP),
    )?;
    match interface {
        None => {}
        Some(Interface::Address(source)) => {
            socket.bind(&SocketAddr::new(*source, 0).into())?;
        }
        Some(Interface::Device(name)) => bind_to_device(&socket, name)?,
    }
    Ok(socket)
}

#[cfg(target_os = "linux")]
fn bind_to_device(socket: &socket2::Socket, name: &str) -> io::Result<()> {
    socket
        .bind_device(Some(name.as_bytes()))
        .map_err(|error| match error.raw_os_error() {
            Some(code) if code == rustix::io::Errno::NODEV.raw_os_error() => {
                io::Error::other(format!("there is no network interface '{name}'"))
            }
            _ => error,
        })
}

#[cfg(not(target_os = "linux"))]
fn bind_to_device(_: &socket2::Socket, name: &str) -> io::Result<()> {
    Err(io::Error::other(format!(
        "an interface cannot be chosen by its name ('{name}') on this system; give its address"
    )))
}

#[cfg(unix)]
mod several {
    use std::io;
    use std::net::{SocketAddr, TcpStream};
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use socket2::Socket;

    use super::{Failure, Interface, bound_socket};

    /// How long an attempt may be silent before the next starts beside it (RFC 8305, section 5).
    const HEAD_START: Duration = Duration::from_millis(250);

    pub(super) fn connect(
        addresses: &[SocketAddr],
        interface: Option<&Interface>,
        deadline: Option<Instant>,
    ) -> Result<TcpStream, Failure> {
        let mut race = Race {
            running: Vec::new(),
            failed: Vec::new(),
        };
        let mut waiting = addresses.iter();
        loop {
            let next = waiting.next();
            if let Some(address) = next {
                race.start(*address, interface);
            }
            let head_start = next.map(|_| Instant::now() + HEAD_START);
            let until = [head_start, deadline].into_iter().flatten().min();
            if let Some(winner) = race.wait(until) {
                return Ok(winner);
            }
            let is_late = deadline.is_some_and(|deadline| deadline <= Instant::now());
            if is_late || (race.running.is_empty() && waiting.as_slice().is_empty()) {
                return Err(Failure {
                    timed_out: is_late,
                    attempts: race.failed,
                });
            }
        }
    }

    struct Race {
        running: Vec<(SocketAddr, Socket)>,
        failed: Vec<(SocketAddr, io::Error)>,
    }

    impl Race {
        fn start(&mut self, address: SocketAddr, interface: Option<&Interface>) {
            let started = bound_socket(&address, interface).and_then(|socket| {
                socket.set_nonblocking(true)?;
                match socket.connect(&address.into()) {
                    // EINPROGRESS has no kind of its own.
                    Err(error)
                        if error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error()) =>
                    {
                        Ok(socket)
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(socket),
                    Err(error) => Err(error),
                    Ok(()) => Ok(socket),
                }
            });
            match started {
                Ok(socket) => self.running.push((address, socket)),
                Err(error) => self.failed.push((address, error)),
            }
        }

        /// Waits for one attempt to end: the connection if it succeeded; none if it failed or time was up.
        fn wait(&mut self, until: Option<Instant>) -> Option<TcpStream> {
            let ready = ready(&self.running, until)?;
            let (address, socket) = self.running.swap_remove(ready);
            let outcome = match socket.take_error() {
                Ok(None) => socket.set_nonblocking(false),
                Ok(Some(error)) | Err(error) => Err(error),
            };
            match outcome {
                Ok(()) => Some(socket.into()),
                Err(error) => {
                    self.failed.push((address, error));
                    None
                }
            }
        }
    }

    /// Which of the sockets has come to a result first.
    fn ready(running: &[(SocketAddr, Socket)], until: Option<Instant>) -> Option<usize> {
        if running.is_empty() {
            return None;
        }
        loop {
            let mut polled: Vec<_> = running
                .iter()
                .map(|(_, socket)| PollFd::new(socket, PollFlags::OUT))
                .collect();
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            match poll(&mut polled, left.as_ref()) {
                Err(Errno::INTR) => {}
                Err(_) | Ok(0) => return None,
                Ok(_) => {
                    return polled
                        .iter()
                        .position(|socket| !socket.revents().is_empty());
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::net::TcpListener;

        #[test]
        fn the_first_address_that_answers_is_taken() {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let open = listener.local_addr().unwrap();
            let closed = {
                let gone = TcpListener::bind("127.0.0.1:0").unwrap();
                gone.local_addr().unwrap()
            };
            let socket = connect(&[closed, open], None, None).unwrap();
            assert_eq!(socket.peer_addr().unwrap(), open);
            let failure = connect(&[closed, closed], None, None).unwrap_err();
            assert_eq!((failure.attempts.len(), failure.timed_out), (2, false));
        }

        #[test]
        fn a_silent_address_does_not_eat_the_time_of_the_next() {
            // A listener whose queue is full lets further connections hang, as a black hole does.
            let full =
                socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
            let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
            full.bind(&any.into()).unwrap();
            full.listen(0).unwrap();
            let silent = full.local_addr().unwrap().as_socket().unwrap();
            let _fillers: Vec<_> = (0..4)
                .map(|_| {
                    let filler =
                        Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
                    filler.set_nonblocking(true).unwrap();
                    let _ = filler.connect(&silent.into());
                    filler
                })
                .collect();
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let open = listener.local_addr().unwrap();
            let deadline = Some(Instant::now() + Duration::from_secs(30));
            let socket = connect(&[silent, open], None, deadline).unwrap();
            assert_eq!(socket.peer_addr().unwrap(), open);
            let soon = Some(Instant::now() + Duration::from_millis(20));
            assert!(
                connect(&[silent, silent], None, soon)
                    .unwrap_err()
                    .timed_out
            );
        }
    }
}

/// One after the other, where there is no `poll`.
#[cfg(not(unix))]
mod several {
    use std::io;
    use std::net::{SocketAddr, TcpStream};
    use std::time::Instant;

    use super::{Failure, Interface, bound_socket};

    pub(super) fn connect(
        addresses: &[SocketAddr],
        interface: Option<&Interface>,
        deadline: Option<Instant>,
    ) -> Result<TcpStream, Failure> {
        let mut attempts = Vec::new();
        let mut left_to_try = addresses.len() as u32;
        for address in addresses {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(Failure {
                    attempts,
                    timed_out: true,
                });
            }
            let outcome = bound_socket(address, interface).and_then(|socket| {
                match left {
                    Some(left) => socket.connect_timeout(&(*address).into(), left / left_to_try)?,
                    None => socket.connect(&(*address).into())?,
                }
                Ok(socket)
            });
            match outcome {
                Ok(socket) => return Ok(socket.into()),
                Err(error) => attempts.push((*address, error)),
            }
            left_to_try -= 1;
        }
        let timed_out = attempts
            .last()
            .is_some_and(|(_, error): &(_, io::Error)| error.kind() == io::ErrorKind::TimedOut);
        Err(Failure {
            attempts,
            timed_out,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_families_take_turns() {
        let list = |text: &str| -> Vec<SocketAddr> {
            text.split(' ')
                .map(|address| address.parse().unwrap())
                .collect()
        };
        let mixed = list("[::1]:1 [::2]:1 [::3]:1 1.1.1.1:1");
        assert_eq!(
            alternating(&mixed),
            list("[::1]:1 1.1.1.1:1 [::2]:1 [::3]:1")
        );
    }

    #[test]
    fn an_interface_is_an_address_or_a_name() {
        let address = |text: &str| Interface::Address(text.parse().unwrap());
        assert_eq!(Interface::parse("10.0.0.1"), address("10.0.0.1"));
        assert_eq!(Interface::parse("[::1]"), address("::1"));
        assert_eq!(
            Interface::parse("eth0"),
            Interface::Device("eth0".to_owned())
        );
    }
}
