//! `init`: the tool's own command that makes a store.

use clap::Args;

use super::Run;
use crate::api;
use crate::api::limits::Quotas;
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
    after_help = "Examples:\n  lambda-store init --account-id 210987654321 --region eu-west-1\n  \
    lambda-store init --store ./large --quota MemorySize=10240 --quota TotalCodeSize=322122547200"
)]
pub(super) struct InitArgs {
    /// Make it for this account, 12 digits
    #[arg(long, value_name = "ID")]
    account_id: Option<String>,
    /// Make it for this partition
    #[arg(long, value_name = "NAME")]
    partition: Option<String>,
    /// Set a quota, such as MemorySize=10240; may be given for each
    #[arg(long = "quota", value_name = "NAME=VALUE", value_parser = quota)]
    quotas: Vec<(String, u64)>,
}

fn quota(text: &str) -> Result<(String, u64), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("a quota is given as NAME=VALUE")?;
    let number = value
        .parse()
        .ok()
        .filter(|number| i64::try_from(*number).is_ok());
    let value = number.ok_or_else(|| format!("{value} is no whole number up to {}", i64::MAX))?;
    Quotas::default().set(name, value)?;
    Ok((name.to_owned(), value))
}

impl Run for InitArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut quotas = Quotas::default();
        for (name, value) in &self.quotas {
            quotas.set(name, *value).map_err(Failure::Usage)?;
        }
        let scope = self.scope(globals).map_err(Failure::of(OPERATION))?;
        let rendering = globals.rendering(OPERATION)?;
        let written = Store::init(&globals.store(), scope, quotas, globals.host());
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
