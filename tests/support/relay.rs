//! Doors to a server: a Unix socket, another address, or TLS that ends here. What comes in is passed on to a loopback
//! port as it is, and what comes back too.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::tls::Identity;

/// Either end of a relayed connection.
pub(super) trait Socket: Read + Write + Send + Sized + 'static {
    fn copy(&self) -> io::Result<Self>;
    fn end_writing(&self);
}

impl Socket for TcpStream {
    fn copy(&self) -> io::Result<TcpStream> {
        self.try_clone()
    }

    fn end_writing(&self) {
        let _ = self.shutdown(Shutdown::Write);
    }
}

#[cfg(unix)]
impl Socket for UnixStream {
    fn copy(&self) -> io::Result<UnixStream> {
        self.try_clone()
    }

    fn end_writing(&self) {
        let _ = self.shutdown(Shutdown::Write);
    }
}

/// A door that is open until it is dropped.
pub(crate) struct Relay {
    wake: Box<dyn Fn() + Send + Sync>,
    address: Option<SocketAddr>,
    stopping: Arc<AtomicBool>,
    connections: Arc<AtomicUsize>,
    acceptor: Option<JoinHandle<()>>,
}

impl Relay {
    /// A free port of this address, such as `[::1]`; none where the machine does not have it.
    pub(crate) fn tcp(host: &str, target: u16) -> Option<Relay> {
        let listener = TcpListener::bind(format!("{host}:0")).ok()?;
        Some(Relay::over(listener, move |client| pass(client, target)))
    }

    /// A port that speaks TLS, in front of one that does not.
    pub(crate) fn tls(identity: &Identity, target: u16) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        let config = identity.server_config();
        Relay::over(listener, move |client| {
            let connection = rustls::ServerConnection::new(Arc::clone(&config));
            let connection = connection.map_err(io::Error::other)?;
            pass_decrypted(client, connection, target)
        })
    }

    /// A listener whose connections are each dealt with in a thread.
    pub(super) fn over(
        listener: TcpListener,
        serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static,
    ) -> Relay {
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let accept = move || listener.accept().map(|(socket, _)| socket);
        let wake = move || drop(TcpStream::connect(address));
        let mut relay = Relay::start(accept, Box::new(wake), serve);
        relay.address = Some(address);
        relay
    }

    #[cfg(unix)]
    pub(crate) fn unix(path: &Path, target: u16) -> Relay {
        let listener = UnixListener::bind(path).expect("a path of the test's own");
        let path = path.to_owned();
        let accept = move || listener.accept().map(|(socket, _)| socket);
        let wake = move || drop(UnixStream::connect(&path));
        Relay::start(accept, Box::new(wake), move |client| pass(client, target))
    }

    fn start<S: Socket>(
        accept: impl Fn() -> io::Result<S> + Send + 'static,
        wake: Box<dyn Fn() + Send + Sync>,
        serve: impl Fn(S) -> io::Result<()> + Send + Sync + 'static,
    ) -> Relay {
        let stopping = Arc::new(AtomicBool::new(false));
        let connections = Arc::new(AtomicUsize::new(0));
        let (stop, count) = (Arc::clone(&stopping), Arc::clone(&connections));
        let serve = Arc::new(serve);
        let acceptor = std::thread::spawn(move || {
            while let Ok(client) = accept() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                count.fetch_add(1, Ordering::SeqCst);
                let serve = Arc::clone(&serve);
                // A client that breaks off is a thing that tests do.
                std::thread::spawn(move || drop(serve(client)));
            }
        });
        Relay {
            wake,
            address: None,
            stopping,
            connections,
            acceptor: Some(acceptor),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.expect("a TCP door").port()
    }

    pub(crate) fn connection_count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        (self.wake)();
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

/// Carries bytes both ways until both sides are done.
pub(super) fn pass<S: Socket>(client: S, target: u16) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", target))?;
    let (mut up_from, mut up_to) = (client.copy()?, server.copy()?);
    let upward = std::thread::spawn(move || {
        let _ = io::copy(&mut up_from, &mut up_to);
        up_to.end_writing();
    });
    let (mut down_from, mut down_to) = (server, client);
    let _ = io::copy(&mut down_from, &mut down_to);
    down_to.end_writing();
    let _ = upward.join();
    Ok(())
}

/// The same with TLS on the client's side: rustls itself does no input and output, so both directions can share it.
fn pass_decrypted(
    mut client: TcpStream,
    connection: rustls::ServerConnection,
    target: u16,
) -> io::Result<()> {
    let mut server = TcpStream::connect(("127.0.0.1", target))?;
    let connection = Arc::new(Mutex::new(connection));
    let (mut down_from, mut down_to) = (server.try_clone()?, client.try_clone()?);
    let shared = Arc::clone(&connection);
    std::thread::spawn(move || -> io::Result<()> {
        let mut piece = [0; 4096];
        loop {
            let length = down_from.read(&mut piece)?;
            let mut tls = shared.lock().unwrap_or_else(PoisonError::into_inner);
            match length {
                0 => tls.send_close_notify(),
                _ => tls.writer().write_all(&piece[..length])?,
            }
            while tls.wants_write() {
                tls.write_tls(&mut down_to)?;
            }
            if length == 0 {
                down_to.end_writing();
                return Ok(());
            }
        }
    });
    let mut piece = [0; 4096];
    loop {
        let length = client.read(&mut piece)?;
        if length == 0 {
            server.end_writing();
            return Ok(());
        }
        let mut encrypted = &piece[..length];
        while !encrypted.is_empty() {
            let mut tls = connection.lock().unwrap_or_else(PoisonError::into_inner);
            tls.read_tls(&mut encrypted)?;
            let state = tls.process_new_packets().map_err(io::Error::other)?;
            let mut decrypted = vec![0; state.plaintext_bytes_to_read()];
            tls.reader().read_exact(&mut decrypted)?;
            while tls.wants_write() {
                tls.write_tls(&mut client)?;
            }
            drop(tls);
            server.write_all(&decrypted)?;
        }
    }
}
