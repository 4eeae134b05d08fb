//! The listener, its connections, and the signals that end it.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::net::TcpStream;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;
use tower_service::Service as _;

use super::door::{Door, Remote};
use super::package_link::LinkKey;
use crate::store::Host;

/// How many connections are served at once; more wait to be accepted.
const CONNECTIONS: usize = 256;
/// How long the head of a request may take to come.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How much of a connection is held in memory, which bounds the head of a request.
const BUFFER: usize = 64 * 1024;

/// How a store is served.
pub struct Settings {
    /// The store's path.
    pub store: PathBuf,
    /// This machine.
    pub host: Host,
    /// Where to listen; port 0 takes any that is free.
    pub listen: SocketAddr,
}

/// What ended a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It was asked to end, by SIGTERM.
    Terminated,
    /// It was interrupted, by SIGINT.
    Interrupted,
}

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    door: Arc<Door>,
}

impl Server {
    /// Begins to listen; requests wait until it runs.
    ///
    /// # Errors
    /// If the address cannot be listened on.
    pub fn bind(settings: Settings) -> io::Result<Self> {
        let listener = TcpListener::bind(settings.listen)?;
        listener.set_nonblocking(true)?;
        let door = Door {
            store: settings.store,
            host: settings.host,
            links: LinkKey::random(),
        };
        Ok(Self {
            listener,
            door: Arc::new(door),
        })
    }

    /// Returns where it listens.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers requests until a signal ends it; what was begun is finished.
    ///
    /// # Errors
    /// If the system gives no threads or sockets.
    pub fn run(self) -> io::Result<Stopped> {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(self.serve())
    }

    async fn serve(self) -> io::Result<Stopped> {
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let router = self.door.router();
        let (mut terminated, mut interrupted) = signals()?;
        let connections = Arc::new(Semaphore::new(CONNECTIONS));
        let graceful = GracefulShutdown::new();
        let stopped = loop {
            let next = async {
                let place = Arc::clone(&connections).acquire_owned().await;
                (place, listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                next = next => next,
                _ = terminated.recv() => break Stopped::Terminated,
                _ = interrupted.recv() => break Stopped::Interrupted,
            };
            let Ok((stream, remote)) = accepted else {
                // The one who connected may have gone, or there are no more files: both pass.
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let connection = graceful.watch(connection(stream, remote, router.clone()));
            tokio::spawn(async move {
                // How a connection ends is the client's matter.
                drop(connection.await);
                drop(place);
            });
        };
        drop(listener);
        graceful.shutdown().await;
        Ok(stopped)
    }
}

fn signals() -> io::Result<(Signal, Signal)> {
    Ok((
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    ))
}

/// Answers the requests of a connection.
fn connection(
    stream: TcpStream,
    remote: SocketAddr,
    router: Router,
) -> impl GracefulConnection<Error = hyper::Error> + Send + 'static {
    // Without it an answer waits 40 ms for more of it to send.
    drop(stream.set_nodelay(true));
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Remote(remote));
        // A router is a handle that is cheap to clone.
        router.clone().call(request)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service)
}
