//! Options that every command takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::colour::{Color, Painter};
use super::exit::Failure;
use super::notices;
use super::output::{Format, Rendering};
use crate::store::{Host, Store};

/// The options of every command that the AWS CLI does not have.
pub(super) const OWN: [&str; 2] = ["store", "lock-timeout"];

/// The options of every command.
#[derive(Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Globals {
    #[arg(
        long,
        value_name = "DIR",
        help = "Use the store in this directory [default: $LAMBDA_STORE, else ./store]"
    )]
    store: Option<PathBuf>,

    /// Wait this many seconds for another command that changes the same function; 0 tries once
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 30,
        allow_negative_numbers = true
    )]
    lock_timeout: u64,

    /// Name the region; it must be the store's
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,

    /// Print the result in this form: json by default, and words for people where a command has them
    #[arg(long, value_name = "FORMAT")]
    output: Option<Format>,

    /// Print what this `JMESPath` expression picks from the result
    #[arg(long, value_name = "EXPRESSION")]
    query: Option<String>,

    /// Colour words for people: on, off, or on a terminal
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// Print one page of a list, as the service answers it
    #[arg(long)]
    pub(super) no_paginate: bool,

    /// Say on stderr which operation is called and with which parameters
    #[arg(long)]
    pub(super) debug: bool,

    #[command(flatten)]
    _ignored: Ignored,
}

/// Options of the AWS CLI about connections and credentials: a store has neither.
#[derive(Args)]
#[command(next_help_heading = "Options of the AWS CLI that are accepted and ignored")]
struct Ignored {
    /// Ignored: a store has no credentials
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Ignored: a store has no endpoint
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// Ignored: nothing is connected to
    #[arg(long)]
    no_verify_ssl: bool,
    /// Ignored: nothing is connected to
    #[arg(long, value_name = "PATH")]
    ca_bundle: Option<String>,
    /// Ignored: nothing is connected to
    #[arg(long, value_name = "SECONDS")]
    cli_read_timeout: Option<String>,
    /// Ignored: nothing is connected to
    #[arg(long, value_name = "SECONDS")]
    cli_connect_timeout: Option<String>,
    /// Ignored: nothing is signed
    #[arg(long)]
    no_sign_request: bool,
    /// Ignored: no pager is used
    #[arg(long)]
    no_cli_pager: bool,
    /// Ignored: packages are files
    #[arg(long, value_name = "FORMAT")]
    cli_binary_format: Option<String>,
}

impl Globals {
    /// Returns the path of the store.
    // The variable is no default of the option: it would stand in every usage as if it were required.
    pub(super) fn store(&self) -> PathBuf {
        let given = self.store.clone();
        let set = || std::env::var_os("LAMBDA_STORE").filter(|path| !path.is_empty());
        given
            .or_else(|| set().map(PathBuf::from))
            .unwrap_or_else(|| PathBuf::from("./store"))
    }

    /// Opens the store for an operation.
    pub(super) fn open_store(&self, operation: &'static str) -> Result<Store, Failure> {
        self.agreeing(
            Store::open(&self.store(), self.host()).map_err(Failure::of_store(operation))?,
        )
    }

    /// Opens the store for an operation that looks for damage.
    pub(super) fn open_damaged_store(&self, operation: &'static str) -> Result<Store, Failure> {
        let store = Store::open_damaged(&self.store(), self.host());
        self.agreeing(store.map_err(Failure::of_store(operation))?)
    }

    /// Opens the store for an operation that may make it.
    pub(super) fn open_or_make_store(&self, operation: &'static str) -> Result<Store, Failure> {
        let store = Store::open_or_make(&self.store(), self.host());
        self.agreeing(store.map_err(Failure::of_store(operation))?)
    }

    /// Returns how the answer is printed; a wrong query is told before anything is done.
    pub(super) fn rendering(&self) -> Result<Rendering, Failure> {
        Rendering::new(self.output.unwrap_or_default(), self.query.as_deref())
    }

    /// Returns how the answer is printed as a document; `None` if nobody asked for one.
    pub(super) fn chosen_rendering(&self) -> Result<Option<Rendering>, Failure> {
        let is_chosen = self.output.is_some() || self.query.is_some();
        is_chosen.then(|| self.rendering()).transpose()
    }

    /// Returns what colours words for people on stdout.
    pub(super) fn painter(&self) -> Painter {
        Painter::new(self.color)
    }

    /// Returns this machine and its user.
    pub(super) fn host(&self) -> Host {
        Host {
            lock_timeout: Duration::from_secs(self.lock_timeout),
            notify: notices::printer(),
            ..Host::new(user_at_host())
        }
    }

    /// One store is one region.
    fn agreeing(&self, store: Store) -> Result<Store, Failure> {
        let here = &store.scope().region;
        match &self.region {
            Some(given) if given != here => Err(Failure::Usage(format!(
                "--region {given} is not the region of {}, {here}; name another store, or leave --region out",
                store.path().display()
            ))),
            _ => Ok(store),
        }
    }
}

/// Says who makes a change: a label for people, not a proof.
fn user_at_host() -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("USER")
        .or_else(|| variable("LOGNAME"))
        .unwrap_or_else(|| format!("uid{}", rustix::process::getuid().as_raw()));
    let name = rustix::system::uname();
    format!("{user}@{}", name.nodename().to_string_lossy())
}
