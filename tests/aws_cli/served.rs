//! `lambda-store serve` and the AWS CLI in front of it.

use std::process::Command;

use crate::aws::{Aws as _, Driver};
use crate::server::{BINARY, Server};
use crate::support::{self, Ran, TestStore};
use crate::vectors::Variables;

/// A store that is asked through both doors.
pub struct Served {
    pub store: TestStore,
    pub server: Server,
    aws: Driver,
}

/// Starts a server whose log nobody reads: unread, it would fill a pipe.
pub fn start(store: &TestStore, options: &[&str]) -> Server {
    let line = r#"exec "$0" serve --listen 127.0.0.1:0 "$@" 2> /dev/null"#;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", line, BINARY]).args(options);
    Server::started(store, &mut command)
}

impl Served {
    pub fn of(store: TestStore) -> Self {
        Self {
            server: start(&store, &[]),
            store,
            aws: Driver::start(),
        }
    }

    /// Runs a command of `aws lambda` against the server, beside the store.
    pub fn aws(&mut self, words: &[String], variables: &Variables) -> Ran {
        let endpoint = ["--endpoint-url", self.server.url(), "lambda"].map(str::to_owned);
        let arguments = [&endpoint, words].concat();
        self.aws.run(&arguments, variables, &self.store.beside(""))
    }

    /// Runs a command of `lambda-store` on the same store, beside it.
    pub fn own(&self, words: &[String], variables: &Variables) -> Ran {
        let mut command = self.store.command(&[]);
        command.arg("lambda").args(words).envs(variables);
        support::run(command.current_dir(self.store.beside("")))
    }
}
