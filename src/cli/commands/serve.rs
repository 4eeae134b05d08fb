//! `serve`: the tool's own command that answers the REST API over the store.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;

use super::Run;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
#[cfg(feature = "serve")]
use crate::cli::{notices, visible::visible};
#[cfg(feature = "serve")]
use crate::serve::{AccessKeys, AccessKeysError, is_loopback};

/// Answer the REST API of AWS Lambda over this store
///
/// boto3, the AWS CLI with --endpoint-url, and SDKs of any language use the store as they use AWS, while
/// commands work on the same directory. Prints the URL it listens on, then a line of JSON for each request on
/// stderr. SIGTERM ends it once what was begun is done.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store serve --listen 127.0.0.1:0 &\n  \
    aws lambda list-functions --endpoint-url http://127.0.0.1:9400"
)]
pub(super) struct ServeArgs {
    /// Listen on this address; port 0 takes any that is free
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:9400",
        value_parser = with_port
    )]
    listen: String,

    /// Answer only requests that are signed (Signature Version 4) with an access key of this credentials file
    #[arg(
        long,
        value_name = "FILE",
        long_help = "Answer only requests that are signed (Signature Version 4) with an access key of this \
            credentials file\n\nThe file is written as ~/.aws/credentials is: each [profile] with aws_access_key_id, \
            aws_secret_access_key and, for a temporary key, aws_session_token is an access key. It is read at the \
            start. Listening on an address that other machines reach demands it."
    )]
    access_keys: Option<PathBuf>,

    /// Refuse more than this many requests of an operation in a second, to try a client's retries
    #[arg(long, value_name = "REQUESTS", allow_negative_numbers = true)]
    rate: Option<NonZeroU32>,
}

impl Run for ServeArgs {
    #[cfg(feature = "serve")]
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        use crate::serve::{Limits, Server, Settings, Stopped};

        let access_keys = self.access_keys()?;
        // Told now, and not with the first request.
        globals.open_served_store()?;
        let cannot = |error: std::io::Error| {
            Failure::Other(format!(
                "cannot serve on {}: {}",
                self.listen,
                explained(&error)
            ))
        };
        let listen = resolved(&self.listen).map_err(cannot)?;
        self.check_who_reaches_it(listen)?;
        let server = Server::bind(Settings {
            store: globals.store(),
            host: globals.host(),
            listen,
            access_keys,
            rate: self.rate,
            limits: Limits::default(),
            log: Box::new(std::io::stderr()),
        });
        let server = server.map_err(cannot)?;
        let address = server.address().map_err(cannot)?;
        Outcome::printed(format!("http://{address}\n"))
            .print()
            .map_err(|error| {
                Failure::Other(format!("the URL could not be written to stdout: {error}"))
            })?;
        let code = match server.run().map_err(cannot)? {
            Stopped::Terminated => 0,
            Stopped::Interrupted => 130,
        };
        Ok(Outcome {
            code,
            ..Outcome::default()
        })
    }

    #[cfg(not(feature = "serve"))]
    fn run(self, _: &Globals) -> Result<Outcome, Failure> {
        Err(Failure::Usage(format!(
            "serve is refused on {}: this lambda-store was built without it; build it with \
             cargo install --path . --features serve",
            self.listen
        )))
    }
}

/// Takes an address or a name with a port; what a name stands for is looked up when it is needed.
fn with_port(text: &str) -> Result<String, &'static str> {
    let parts = text.rsplit_once(':');
    let is_good = parts.is_some_and(|(host, port)| {
        let is_bracketed = host.starts_with('[') && host.ends_with(']');
        !host.is_empty() && (is_bracketed || !host.contains(':')) && port.parse::<u16>().is_ok()
    });
    let expected =
        "expected an address and a port, such as 127.0.0.1:9400, [::1]:9400 or localhost:0";
    is_good.then(|| text.to_owned()).ok_or(expected)
}

/// Returns the address to listen on. Of a name that stands for several, one of IP version 4: clients
/// that try the others first come to it, and those that know no others as well.
#[cfg(feature = "serve")]
fn resolved(listen: &str) -> std::io::Result<std::net::SocketAddr> {
    use std::net::ToSocketAddrs as _;
    let mut addresses: Vec<_> = listen.to_socket_addrs()?.collect();
    addresses.sort_by_key(std::net::SocketAddr::is_ipv6);
    let first = addresses.first().copied();
    first.ok_or_else(|| std::io::Error::other("the name stands for no address"))
}

/// Returns why nothing can be listened on, and the way out where there is one.
#[cfg(feature = "serve")]
fn explained(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    let way_out = match error.kind() {
        ErrorKind::AddrInUse => {
            "; another program listens there: end it, or give --listen another port (0 takes any that is \
             free)"
        }
        ErrorKind::AddrNotAvailable => {
            "; this machine has no such address: give --listen one that it has, such as 127.0.0.1:9400"
        }
        ErrorKind::PermissionDenied => "; give --listen a port from 1024 on",
        _ => "",
    };
    format!("{error}{way_out}")
}

#[cfg(feature = "serve")]
impl ServeArgs {
    /// Refuses to let everyone who reaches this machine change the store.
    fn check_who_reaches_it(&self, address: std::net::SocketAddr) -> Result<(), Failure> {
        if self.access_keys.is_some() || is_loopback(address.ip()) {
            return Ok(());
        }
        Err(Failure::Usage(format!(
            "--listen {} is refused without --access-keys: whoever reaches this machine could change the store; give \
             --access-keys FILE, so that requests must be signed, or listen on 127.0.0.1",
            self.listen
        )))
    }

    fn access_keys(&self) -> Result<Option<AccessKeys>, Failure> {
        let Some(path) = &self.access_keys else {
            return Ok(None);
        };
        let wrong =
            |error: AccessKeysError| Failure::Usage(visible(&format!("--access-keys: {error}")));
        let keys = AccessKeys::read(path).map_err(wrong)?;
        if keys.others_may_read() {
            let path = path.display();
            notices::say(&visible(&format!(
                "warning: {path} can be read by others than its owner, and holds secrets; chmod 600 {path}"
            )));
        }
        Ok(Some(keys))
    }
}
