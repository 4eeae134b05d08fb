//! `serve`: the tool's own command that answers the REST API over the store.

use std::net::SocketAddr;

use clap::Args;

use super::Run;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;

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
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9400")]
    listen: SocketAddr,
}

impl Run for ServeArgs {
    #[cfg(feature = "serve")]
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        use crate::serve::{Server, Settings, Stopped};

        // Told now, and not with the first request.
        globals.open_store("Serve")?;
        let cannot = |error: std::io::Error| {
            Failure::Other(format!("cannot serve on {}: {error}", self.listen))
        };
        let server = Server::bind(Settings {
            store: globals.store(),
            host: globals.host(),
            listen: self.listen,
        });
        let server = server.map_err(cannot)?;
        let address = server.address().map_err(cannot)?;
        Outcome::printed(format!("http://{address}\n"))
            .print()
            .map_err(cannot)?;
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
