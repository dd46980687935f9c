//! Proxies that connect a client to a server: CONNECT and SOCKS. Each leads to one loopback port, whatever it is asked
//! for, and records what it was asked.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use super::message::Message;
use super::relay::{Relay, pass};

/// A proxy that is there until it is dropped.
pub(crate) struct TunnelProxy {
    door: Relay,
    asked: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl TunnelProxy {
    /// Answers each CONNECT with this status line; 200 opens the tunnel.
    pub(crate) fn connect(status: &'static str, target: u16) -> TunnelProxy {
        TunnelProxy::start(
            move |client, record| {
                let head = read_head(client)?;
                record(head);
                write!(client, "HTTP/1.1 {status}\r\nVia: test\r\n\r\n")?;
                Ok(status.starts_with("200"))
            },
            target,
        )
    }

    /// SOCKS 5 with this reply code (0 is success); with a login, no client gets in without it.
    pub(crate) fn socks5(reply: u8, login: Option<&'static str>, target: u16) -> TunnelProxy {
        TunnelProxy::start(
            move |client, record| {
                let [_, count] = read(client)?;
                let mut methods = vec![0; usize::from(count)];
                client.read_exact(&mut methods)?;
                let method = if login.is_some() { 2 } else { 0 };
                if !methods.contains(&method) {
                    client.write_all(&[5, 0xff])?;
                    return Ok(false);
                }
                client.write_all(&[5, method])?;
                if let Some(login) = login {
                    let [_] = read(client)?;
                    let name = read_short(client)?;
                    let password = read_short(client)?;
                    let is_right = [&name[..], b":", &password[..]].concat() == login.as_bytes();
                    client.write_all(&[1, u8::from(!is_right)])?;
                    if !is_right {
                        return Ok(false);
                    }
                }
                let [_, _, _, kind] = read(client)?;
                let host = match kind {
                    1 => read::<4>(client)?.to_vec(),
                    4 => read::<16>(client)?.to_vec(),
                    _ => read_short(client)?,
                };
                let _port: [u8; 2] = read(client)?;
                record(host);
                client.write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0])?;
                Ok(reply == 0)
            },
            target,
        )
    }

    /// SOCKS 4 and 4a with this reply code (90 is success).
    pub(crate) fn socks4(reply: u8, target: u16) -> TunnelProxy {
        TunnelProxy::start(
            move |client, record| {
                let [_, _, _, _, a, b, c, d] = read(client)?;
                let user = read_to_zero(client)?;
                let host = match [a, b, c, d] {
                    [0, 0, 0, 1] => read_to_zero(client)?,
                    address => address.to_vec(),
                };
                record([&user[..], b"@", &host[..]].concat());
                client.write_all(&[0, reply, 0, 0, 0, 0, 0, 0])?;
                Ok(reply == 90)
            },
            target,
        )
    }

    /// Takes connections and never says a word.
    pub(crate) fn silent() -> TunnelProxy {
        TunnelProxy::start(
            |client, _| {
                io::copy(client, &mut io::sink())?;
                Ok(false)
            },
            0,
        )
    }

    fn start(
        shake_hands: impl Fn(&mut TcpStream, &dyn Fn(Vec<u8>)) -> io::Result<bool>
        + Send
        + Sync
        + 'static,
        target: u16,
    ) -> TunnelProxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&asked);
        let door = Relay::over(listener, move |mut client| {
            let push = |what| {
                record
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(what)
            };
            match shake_hands(&mut client, &push)? {
                true => pass(client, target),
                false => Ok(()),
            }
        });
        TunnelProxy { door, asked }
    }

    pub(crate) fn port(&self) -> u16 {
        self.door.port()
    }

    pub(crate) fn connection_count(&self) -> usize {
        self.door.connection_count()
    }

    /// What it was asked for, in order: heads of CONNECT, or hosts.
    pub(crate) fn asked(&self) -> Vec<Vec<u8>> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The head of the one CONNECT.
    pub(crate) fn only_head(&self) -> Message {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "one CONNECT was expected");
        Message::parse(&asked[0])
    }
}

/// Byte by byte, so that nothing of what follows is taken.
fn read_head(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let [byte] = read(client)?;
        head.push(byte);
    }
    Ok(head)
}

fn read<const LENGTH: usize>(client: &mut TcpStream) -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    client.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_short(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let [length] = read(client)?;
    let mut bytes = vec![0; usize::from(length)];
    client.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_to_zero(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        match read(client)? {
            [0] => return Ok(bytes),
            [byte] => bytes.push(byte),
        }
    }
}
