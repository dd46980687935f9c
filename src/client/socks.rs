//! SOCKS clients: version 5 (RFC 1928, with user name and password by RFC 1929), 4 and 4a.
//!
//! Each speaks over a stream that leads to the proxy; when it returns, the stream leads to the target.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};

use crate::error::{Error, Trouble, io_reason};
use crate::request::authority::UserInfo;

/// Where the proxy is to connect to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    Address(SocketAddr),
    /// The proxy looks the name up.
    Name(&'a str, u16),
}

/// Why the stream does not lead to the target.
#[derive(Debug)]
pub(super) enum SocksError {
    Io(io::Error),
    /// The proxy could not reach this address; it may reach another.
    Unreachable(String),
    /// As the end of a sentence.
    Refused(String),
}

impl From<io::Error> for SocksError {
    fn from(error: io::Error) -> SocksError {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                SocksError::Refused("it closed the connection".to_owned())
            }
            _ => SocksError::Io(error),
        }
    }
}

impl SocksError {
    /// The sentence for people, where it was not the time that ran out.
    pub(super) fn sentence(&self, proxy: &str, authority: &str) -> Error {
        let reason = match self {
            SocksError::Io(error) => format!(
                "failed while it was asked for {authority}: {}",
                io_reason(error)
            ),
            SocksError::Unreachable(reason) | SocksError::Refused(reason) => {
                format!("did not connect to {authority}: {reason}")
            }
        };
        let error = Error::new(format!("ProxyError: the SOCKS proxy {proxy} {reason}"));
        match self {
            SocksError::Io(_) | SocksError::Unreachable(_) => {
                error.with_trouble(Trouble::Unreachable)
            }
            SocksError::Refused(_) => error,
        }
    }
}

fn refused(reason: impl Into<String>) -> SocksError {
    SocksError::Refused(reason.into())
}

/// SOCKS 5.
pub(super) fn connect_5(
    stream: &mut (impl Read + Write),
    target: Target<'_>,
    credentials: Option<&UserInfo>,
) -> Result<(), SocksError> {
    const NO_LOGIN: u8 = 0;
    const PASSWORD: u8 = 2;
    let offer: &[u8] = match credentials {
        None => &[5, 1, NO_LOGIN],
        Some(_) => &[5, 2, NO_LOGIN, PASSWORD],
    };
    send(stream, offer)?;
    let [version, method] = receive(stream)?;
    if version != 5 {
        return Err(refused("it does not speak SOCKS 5"));
    }
    match (method, credentials) {
        (NO_LOGIN, _) => {}
        (PASSWORD, Some(credentials)) => log_in(stream, credentials)?,
        (_, None) => {
            return Err(refused(
                "it wants credentials, which go into its URL, before the host: USER:PASSWORD@HOST:PORT",
            ));
        }
        (_, Some(_)) => return Err(refused("it accepts no user name and password")),
    }
    let mut request = vec![5, 1, 0];
    push_target(&mut request, target)?;
    send(stream, &request)?;
    let [version, reply, _, kind] = receive(stream)?;
    if version != 5 {
        return Err(refused("it does not speak SOCKS 5"));
    }
    check_reply_5(reply)?;
    // The address that the proxy is bound to is of no use to us, but it stands before the target's bytes.
    let length = match kind {
        1 => 4,
        4 => 16,
        3 => {
            let [length] = receive(stream)?;
            usize::from(length)
        }
        _ => return Err(refused("its answer is not SOCKS 5")),
    };
    let mut bound = vec![0; length + 2];
    stream.read_exact(&mut bound)?;
    Ok(())
}

/// RFC 1929.
fn log_in(stream: &mut (impl Read + Write), credentials: &UserInfo) -> Result<(), SocksError> {
    let mut login = vec![1];
    let password = credentials.password.as_deref().unwrap_or_default();
    for part in [credentials.username.as_str(), password] {
        let length = u8::try_from(part.len())
            .map_err(|_| refused("a user name or password for it can have 255 bytes at most"))?;
        login.push(length);
        login.extend_from_slice(part.as_bytes());
    }
    send(stream, &login)?;
    match receive(stream)? {
        [_, 0] => Ok(()),
        _ => Err(refused("it does not accept the user name and password")),
    }
}

fn push_target(request: &mut Vec<u8>, target: Target<'_>) -> Result<(), SocksError> {
    let port = match target {
        Target::Address(address) => {
            match address.ip() {
                IpAddr::V4(ip) => {
                    request.push(1);
                    request.extend_from_slice(&ip.octets());
                }
                IpAddr::V6(ip) => {
                    request.push(4);
                    request.extend_from_slice(&ip.octets());
                }
            }
            address.port()
        }
        Target::Name(name, port) => {
            let length = u8::try_from(name.len())
                .map_err(|_| refused("a host name for it can have 255 bytes at most"))?;
            request.extend([3, length]);
            request.extend_from_slice(name.as_bytes());
            port
        }
    };
    request.extend(port.to_be_bytes());
    Ok(())
}

/// RFC 1928, section 6.
fn check_reply_5(reply: u8) -> Result<(), SocksError> {
    let unreachable = |reason: &str| Err(SocksError::Unreachable(reason.to_owned()));
    match reply {
        0 => Ok(()),
        1 => Err(refused("general failure")),
        2 => Err(refused("its rules do not allow the connection")),
        3 => unreachable("the network is unreachable"),
        4 => unreachable("the host is unreachable"),
        5 => unreachable("the connection was refused"),
        6 => unreachable("it took too long"),
        7 => Err(refused("it does not support the command")),
        8 => unreachable("it does not support this type of address"),
        other => Err(refused(format!("reply code {other}"))),
    }
}

/// SOCKS 4, and 4a where the target is a name.
pub(super) fn connect_4(
    stream: &mut (impl Read + Write),
    target: Target<'_>,
    user: Option<&UserInfo>,
) -> Result<(), SocksError> {
    let (port, address, name) = match target {
        Target::Address(SocketAddr::V4(address)) => (address.port(), address.ip().octets(), None),
        Target::Address(SocketAddr::V6(_)) => {
            let reason = "SOCKS 4 knows no IPv6 addresses; socks5:// does";
            return Err(SocksError::Unreachable(reason.to_owned()));
        }
        // An address that cannot be says that the name follows.
        Target::Name(name, port) => (port, [0, 0, 0, 1], Some(name)),
    };
    let user = user.map_or("", |user| user.username.as_str());
    if user.contains('\0') || name.is_some_and(|name| name.contains('\0')) {
        return Err(refused("a zero byte can be part of no name"));
    }
    let mut request = vec![4, 1];
    request.extend(port.to_be_bytes());
    request.extend(address);
    request.extend_from_slice(user.as_bytes());
    request.push(0);
    if let Some(name) = name {
        request.extend_from_slice(name.as_bytes());
        request.push(0);
    }
    send(stream, &request)?;
    let [version, reply, _, _, _, _, _, _] = receive(stream)?;
    match (version, reply) {
        (0, 90) => Ok(()),
        (0, 91) => Err(SocksError::Unreachable(
            "it was refused or failed".to_owned(),
        )),
        (0, 92) => Err(refused(
            "it asks for an identd on this machine, and there is none",
        )),
        (0, 93) => Err(refused("the identd of this machine names another user")),
        (0, other) => Err(refused(format!("reply code {other}"))),
        _ => Err(refused("it does not speak SOCKS 4")),
    }
}

fn send(stream: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}

fn receive<const LENGTH: usize>(stream: &mut impl Read) -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::scripted_peer::ScriptedPeer;
    use super::*;

    fn user(username: &str, password: &str) -> UserInfo {
        UserInfo {
            username: username.to_owned(),
            password: Some(password.to_owned()),
        }
    }

    #[test]
    fn version_5_speaks_as_the_rfcs_say() {
        let mut plain =
            ScriptedPeer::saying(b"\x05\x00\x05\x00\x00\x01\x01\x02\x03\x04\x00\x50rest");
        connect_5(&mut plain, Target::Name("a.test", 80), None).unwrap();
        assert_eq!(
            plain.heard,
            b"\x05\x01\x00\x05\x01\x00\x03\x06a.test\x00\x50"
        );
        assert_eq!(plain.script.position(), 12, "what follows is the target's");
        let mut login = ScriptedPeer::saying(b"\x05\x02\x01\x00\x05\x00\x00\x03\x02ab\x00\x50");
        let address = "[::1]:443".parse().unwrap();
        connect_5(&mut login, Target::Address(address), Some(&user("u", "pw"))).unwrap();
        let want = b"\x05\x02\x00\x02\x01\x01u\x02pw\x05\x01\x00\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x01\xbb";
        assert_eq!(login.heard, want);
    }

    #[test]
    fn version_4_speaks_with_addresses_and_4a_with_names() {
        let granted = b"\x00\x5a\0\0\0\0\0\0";
        let mut plain = ScriptedPeer::saying(granted);
        let address = "1.2.3.4:80".parse().unwrap();
        connect_4(&mut plain, Target::Address(address), Some(&user("me", "x"))).unwrap();
        assert_eq!(plain.heard, b"\x04\x01\x00\x50\x01\x02\x03\x04me\x00");
        let mut named = ScriptedPeer::saying(granted);
        connect_4(&mut named, Target::Name("a.test", 443), None).unwrap();
        assert_eq!(
            named.heard,
            b"\x04\x01\x01\xbb\x00\x00\x00\x01\x00a.test\x00"
        );
    }

    #[test]
    fn refusals_are_said_in_words() {
        let name = Target::Name("a.test", 80);
        let five = |answer: &[u8], user: Option<&UserInfo>| {
            let error = connect_5(&mut ScriptedPeer::saying(answer), name, user).unwrap_err();
            error.sentence("p:1", "a.test:80").to_string()
        };
        for (answer, part) in [
            (&b"\x05\xff"[..], "credentials"),
            (b"\x04\x00", "SOCKS 5"),
            (b"HTTP/1.1 400", "SOCKS 5"),
            (b"", "closed"),
            (b"\x05\x00\x05\x04\x00\x01", "host is unreachable"),
            (b"\x05\x00\x05\x02\x00\x01", "rules"),
            (b"\x05\x00\x05\x63\x00\x01", "reply code 99"),
            (b"\x05\x00\x05\x00\x00\x09", "not SOCKS 5"),
        ] {
            let message = five(answer, None);
            assert!(
                message.contains(part) && message.contains("p:1"),
                "{message}"
            );
        }
        let me = user("me", "x");
        assert!(five(b"\x05\x02\x01\x01", Some(&me)).contains("does not accept"));
        assert!(five(b"\x05\xff", Some(&me)).contains("accepts no"));
        assert!(five(b"\x05\x02", Some(&user(&"x".repeat(256), ""))).contains("255"));
        let four = |answer: &[u8], target| {
            let error = connect_4(&mut ScriptedPeer::saying(answer), target, None).unwrap_err();
            error.sentence("p:1", "a.test:80").to_string()
        };
        assert!(four(b"\x00\x5b\0\0\0\0\0\0", name).contains("refused"));
        assert!(four(b"\x05\x5a\0\0\0\0\0\0", name).contains("SOCKS 4"));
        let six = Target::Address("[::1]:80".parse().unwrap());
        assert!(four(b"", six).contains("IPv6"));
    }
}
