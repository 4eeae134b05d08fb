//! `init`: the tool's own command that makes a store.

use clap::Args;

use super::Run;
use crate::api;
use crate::api::scope::Scope;
use crate::api::validation::Violations;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::store::Store;

/// The operation's name in errors.
const OPERATION: &str = "Init";

/// Make a store: write store.json, which is never overwritten
///
/// A store needs no store.json; without one it stands for account 123456789012 in us-east-1.
/// `--region` is the region that it will stand for.
#[derive(Args)]
#[command(
    after_help = "Example:\n  lambda-store --store ./store init --account-id 210987654321 --region eu-west-1"
)]
pub(super) struct InitArgs {
    /// Make it for this account, 12 digits
    #[arg(long, value_name = "ID")]
    account_id: Option<String>,
    /// Make it for this partition
    #[arg(long, value_name = "NAME")]
    partition: Option<String>,
}

impl Run for InitArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let scope = self.scope(globals).map_err(Failure::of(OPERATION))?;
        let rendering = globals.rendering()?;
        let written = Store::init(&globals.store, scope, globals.host());
        written
            .map(|answer| rendering.changed(&answer))
            .map_err(Failure::of_store(OPERATION))
    }
}

impl InitArgs {
    fn scope(self, globals: &Globals) -> Result<Scope, api::Error> {
        let standard = Scope::default();
        let scope = Scope {
            account_id: self.account_id.unwrap_or(standard.account_id),
            region: globals.region.clone().unwrap_or(standard.region),
            partition: self.partition.unwrap_or(standard.partition),
        };
        let mut violations = Violations::default();
        scope.check(&mut violations);
        violations.into_result().map(|()| scope)
    }
}
