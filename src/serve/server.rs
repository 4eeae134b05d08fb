//! The listener, the connections that it accepts, and the signals that end it.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::connections::{Connections, Settings};

/// How long to wait where no connection can be accepted: until somebody gives files back.
const PAUSE: Duration = Duration::from_millis(100);

/// A time that nobody waits for and that a clock can tell: `--lock-timeout` may be any number.
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

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
    runtime: Runtime,
    listener: TcpListener,
    connections: Connections,
    /// Free places for connections.
    places: Arc<Semaphore>,
    all_places: usize,
    signals: Signals,
    /// How long what was begun may take to end.
    grace: Duration,
}

/// The signals that end a server.
struct Signals {
    terminated: Signal,
    interrupted: Signal,
}

impl Server {
    /// Begins to listen; requests wait until it runs, and signals too.
    ///
    /// # Errors
    /// If the address cannot be listened on, or the system gives no threads.
    pub fn bind(settings: Settings) -> io::Result<Self> {
        let listener = TcpListener::bind(settings.listen)?;
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let signals = {
            let _entered = runtime.enter();
            Signals::new()?
        };
        Ok(Self {
            runtime,
            all_places: settings.limits.connections,
            places: Arc::new(Semaphore::new(settings.limits.connections)),
            grace: settings
                .limits
                .end
                .saturating_add(settings.host.lock_timeout)
                .min(A_YEAR),
            connections: Connections::new(settings, listener.local_addr()?.ip())?,
            listener,
            signals,
        })
    }

    /// Returns where it listens.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers requests until a signal ends it; what was begun is finished, unless it takes too
    /// long or another signal comes.
    ///
    /// # Errors
    /// If the listener cannot be waited for.
    pub fn run(mut self) -> io::Result<Stopped> {
        let graceful = GracefulShutdown::new();
        let stopped = {
            let _entered = self.runtime.enter();
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            let accepting = accept(&listener, &self.connections, &self.places, &graceful);
            self.runtime.block_on(async {
                tokio::select! {
                    never = accepting => match never {},
                    stopped = self.signals.next() => stopped,
                }
            })
        };
        // The listener is closed: who connects now is refused.
        let end = Instant::now() + self.grace;
        let is_over = self.runtime.block_on(async {
            tokio::select! {
                () = graceful.shutdown() => true,
                () = tokio::time::sleep_until(end) => false,
                _ = self.signals.next() => false,
            }
        });
        if is_over {
            // What a client began that has gone is finished as well.
            let left = end.saturating_duration_since(Instant::now());
            self.runtime.shutdown_timeout(left);
        } else {
            let cut_off = self.all_places - self.places.available_permits();
            self.runtime.shutdown_background();
            let message = format!("{cut_off} connections did not end in time and were cut off");
            self.connections.log.event("CutOff", None, &message);
        }
        self.connections.log.end();
        Ok(stopped)
    }
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminated: signal(SignalKind::terminate())?,
            interrupted: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> Stopped {
        tokio::select! {
            _ = self.terminated.recv() => Stopped::Terminated,
            _ = self.interrupted.recv() => Stopped::Interrupted,
        }
    }
}

/// Accepts connections while there are places, and has each answered.
async fn accept(
    listener: &tokio::net::TcpListener,
    connections: &Connections,
    places: &Arc<Semaphore>,
    graceful: &GracefulShutdown,
) -> Infallible {
    let mut is_failing = false;
    loop {
        let place = Arc::clone(places).acquire_owned().await;
        let (stream, remote) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) if is_of_client(&error) => continue,
            Err(error) => {
                if !is_failing {
                    let message = format!("connections wait, as none can be accepted: {error}");
                    connections.log.event("NotAccepting", None, &message);
                }
                is_failing = true;
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        is_failing = false;
        // Without it an answer waits 40 ms for more of it to send.
        drop(stream.set_nodelay(true));
        let connection = graceful.watch(connections.connection(stream, remote));
        let connections = connections.clone();
        tokio::spawn(async move {
            connections.ended(connection.await, remote);
            drop(place);
        });
    }
}

/// Returns whether a connection was not accepted because its client has gone.
fn is_of_client(error: &io::Error) -> bool {
    let gone = [
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
    ];
    gone.contains(&error.kind()) || error.kind() == io::ErrorKind::Interrupted
}
