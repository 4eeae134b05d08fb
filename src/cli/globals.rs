//! Options that every command takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, Args, ValueEnum};

use super::colour::{Color, Painter};
use super::exit::Failure;
use super::notices;
use super::output::{Format, Rendering};
use super::refused;
use crate::store::{Host, Store};

/// The options of every command that the AWS CLI does not have.
pub(super) const OWN: [&str; 2] = ["store", "lock-timeout"];

const HEADING: &str = "Options of every command";
const HEADING_OF_IGNORED: &str = "Options of the AWS CLI that are accepted and ignored";

/// Returns whether an option is one that every command has.
pub(super) fn is_of_every_command(option: &Arg) -> bool {
    let heading = option.get_help_heading();
    [HEADING, HEADING_OF_IGNORED].map(Some).contains(&heading)
}

/// The options of every command.
#[derive(Args)]
#[command(next_help_heading = HEADING)]
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

    #[arg(
        long,
        value_name = "FORMAT",
        help = "Print the result in this form [default: $LAMBDA_STORE_OUTPUT, else \
                $AWS_DEFAULT_OUTPUT, else json, and words for people where a command has them]"
    )]
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

    /// Read a package that stands in a request as base64, or as the text that it is
    #[arg(long, value_name = "FORMAT", default_value = "base64")]
    pub(super) cli_binary_format: BinaryFormat,

    /// Tell errors in this form; there is legacy alone
    #[arg(long, value_name = "FORMAT")]
    cli_error_format: Option<ErrorFormat>,

    #[arg(long, hide = true)]
    cli_auto_prompt: bool,

    #[command(flatten)]
    _ignored: Ignored,
}

/// How bytes are written where a request holds text.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BinaryFormat {
    /// In base64.
    Base64,
    /// As they are.
    #[value(name = "raw-in-base64-out")]
    Raw,
}

/// The forms that the AWS CLI tells errors in.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ErrorFormat {
    Legacy,
    #[value(hide = true)]
    Enhanced,
    #[value(hide = true)]
    Json,
    #[value(hide = true)]
    Yaml,
    #[value(hide = true)]
    Text,
    #[value(hide = true)]
    Table,
}

/// Options of the AWS CLI about connections and credentials: a store has neither.
#[derive(Args)]
#[command(next_help_heading = HEADING_OF_IGNORED)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the AWS CLI's"
)]
struct Ignored {
    /// Ignored: a store has no credentials
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Ignored: a store has no endpoint
    #[arg(long, value_name = "URL", value_parser = with_scheme)]
    endpoint_url: Option<String>,
    /// Ignored: nothing is connected to
    #[arg(long)]
    no_verify_ssl: bool,
    /// Ignored: nothing is connected to
    #[arg(long, value_name = "PATH")]
    ca_bundle: Option<String>,
    /// Ignored: nothing is connected to
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    cli_read_timeout: Option<i64>,
    /// Ignored: nothing is connected to
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    cli_connect_timeout: Option<i64>,
    /// Ignored: nothing is signed
    #[arg(long)]
    no_sign_request: bool,
    /// Ignored: no pager is used
    #[arg(long)]
    no_cli_pager: bool,
    /// Ignored: nothing prompts
    #[arg(long)]
    no_cli_auto_prompt: bool,
}

impl Globals {
    /// Refuses what the AWS CLI takes with any command and this tool does not do.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let prompt = (
            "cli-auto-prompt",
            "nothing prompts here; --help after a command lists its options",
        );
        let format = (
            "cli-error-format",
            "errors are told in the form legacy alone; leave the option out, or give legacy",
        );
        let is_legacy = |format: ErrorFormat| format == ErrorFormat::Legacy;
        let given = [
            (prompt, self.cli_auto_prompt),
            (format, !self.cli_error_format.is_none_or(is_legacy)),
        ];
        let given = given.into_iter().filter(|(_, is_given)| *is_given);
        let given: Vec<_> = given.map(|(refused, _)| refused).collect();
        refused::refuse(&given)
    }

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

    /// Opens the store that will be served, without telling what it says of itself: that goes to the
    /// log, with each request.
    #[cfg(feature = "serve")]
    pub(super) fn open_served_store(&self) -> Result<Store, Failure> {
        let host = Host {
            notify: std::sync::Arc::new(|_| ()),
            ..self.host()
        };
        let store = Store::open(&self.store(), host);
        self.agreeing(store.map_err(Failure::of_store("Serve"))?)
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

    /// Returns how the answer of an operation is printed; a wrong query is told before anything is
    /// done.
    pub(super) fn rendering(&self, operation: &'static str) -> Result<Rendering, Failure> {
        let format = match self.output {
            Some(format) => format,
            None => default_format()?,
        };
        // Whether stdout is a terminal is a system call, which a publish has none to spare for.
        let is_coloured = format == Format::Table && self.painter().is_on();
        Rendering::new(format, self.query.as_deref(), operation, is_coloured)
    }

    /// Returns how the answer of an operation is printed as a document; `None` if nobody asked for
    /// one.
    pub(super) fn chosen_rendering(
        &self,
        operation: &'static str,
    ) -> Result<Option<Rendering>, Failure> {
        let is_chosen = self.output.is_some() || self.query.is_some();
        is_chosen.then(|| self.rendering(operation)).transpose()
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

/// Takes what the AWS CLI takes for an URL: anything with a scheme.
fn with_scheme(url: &str) -> Result<String, &'static str> {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    let stands_in_one = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
    if scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme.chars().all(stands_in_one)
    {
        Ok(url.to_owned())
    } else {
        Err(
            "the scheme is missing; it must be of the form http://<hostname>/ or https://<hostname>/",
        )
    }
}

/// Returns the form that the environment names: our own variable, or the AWS CLI's.
fn default_format() -> Result<Format, Failure> {
    let named = |name| std::env::var_os(name).filter(|format| !format.is_empty());
    let Some(format) = named("LAMBDA_STORE_OUTPUT").or_else(|| named("AWS_DEFAULT_OUTPUT")) else {
        return Ok(Format::default());
    };
    let format = format.to_string_lossy();
    Format::from_str(&format, false)
        .map_err(|_| Failure::Other(format!("Unknown output type: {format}")))
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
