//! Connections and their requests, wherever they come from.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service as _;

use super::access_keys::AccessKeys;
use super::door::{Door, Remote};
use super::host_check::HostCheck;
use super::limits::{BodyState, Limits, TimedStream};
use super::log_line::Log;
use super::package_link::LinkKey;
use super::places::Places;
use super::rate::Rate;
use super::readers::Readers;
use crate::store::{Host, Remembered};

/// How much of a connection is held in memory, which bounds the head of a request.
const BUFFER: usize = 16 * 1024;

/// How a store is served.
pub struct Settings {
    /// The store's path.
    pub store: PathBuf,
    /// This machine. Its notices go to the log.
    pub host: Host,
    /// Where to listen; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// The access keys of those who may ask; everyone may where there are none.
    pub access_keys: Option<AccessKeys>,
    /// How many requests of each operation are answered in a second; `None` for all.
    pub rate: Option<NonZeroU32>,
    /// What clients may take.
    pub limits: Limits,
    /// Where the log goes: standard error, but for tests.
    pub log: Box<dyn Write + Send>,
}

/// What answers the requests of connections. [`Server`](super::Server) takes them from a listener; a
/// test, and the fuzzer, may make one of any stream.
#[derive(Clone)]
pub struct Connections {
    router: Router,
    limits: Limits,
    pub(super) log: Log,
}

impl Connections {
    /// Makes what answers for a server that is reached at this address.
    ///
    /// # Errors
    /// If the system gives no thread for the log.
    pub fn new(settings: Settings, address: IpAddr) -> io::Result<Self> {
        let log = Log::new(settings.log, &settings.host)?;
        let door = Door {
            store: settings.store,
            host: settings.host,
            access_keys: settings.access_keys,
            host_check: HostCheck::new(address),
            rate: settings.rate.map(Rate::new),
            links: LinkKey::random(),
            limits: settings.limits,
            places: Places::new(settings.limits.place),
            readers: Readers::new(),
            remembered: Remembered::default(),
            log: log.clone(),
        };
        Ok(Self {
            router: Arc::new(door).router(),
            limits: settings.limits,
            log,
        })
    }

    /// Answers the requests of one connection until it ends.
    pub async fn answer<S>(&self, stream: S, remote: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let ended = self.connection(stream, remote).await;
        self.ended(ended, remote);
    }

    /// Returns a connection, which answers its requests while it is polled.
    pub(super) fn connection<S>(
        &self,
        stream: S,
        remote: SocketAddr,
    ) -> impl GracefulConnection<Error = hyper::Error> + Send + use<S>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let body = Arc::new(BodyState::default());
        let stream = TimedStream::new(stream, self.limits, Arc::clone(&body));
        let router = self.router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Remote {
                address: remote,
                body: Arc::clone(&body),
            });
            let mut router = router.clone();
            async move { router.call(request).await }
        });
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head)
            .max_buf_size(BUFFER)
            // Who has sent all may say so; and what a client began that has gone is told in the log.
            .half_close(true)
            .serve_connection(TokioIo::new(stream), service)
    }

    /// Tells how a connection ended, if that was not its client's leaving.
    pub(super) fn ended(&self, ended: Result<(), hyper::Error>, remote: SocketAddr) {
        // An idle one that was closed has nothing to tell.
        if let Err(error) = ended
            && !error.is_timeout()
        {
            let message = format!("the connection of {remote} ended early: {}", cause(&error));
            self.log.event("ConnectionEnded", None, &message);
        }
    }
}

/// Returns an error with what brought it about.
fn cause(error: &hyper::Error) -> String {
    use std::error::Error as _;
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
