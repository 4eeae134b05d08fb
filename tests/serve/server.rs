//! A server in front of a test's store, and requests to it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use serde_json::Value;
use ureq::http::{Method, Request};

use crate::support::TestStore;

/// A running `lambda-store serve`, ended when it is dropped.
pub struct Server {
    process: Child,
    /// Reads what it says on stderr: a full pipe would stop it.
    said: Option<JoinHandle<String>>,
    url: String,
    agent: ureq::Agent,
}

/// What a request was answered with.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    /// The headers, their names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Server {
    /// Serves a store, with further options.
    pub fn of(store: &TestStore, options: &[&str]) -> Self {
        let mut process = Command::new(assert_cmd::cargo::cargo_bin!("lambda-store"))
            .env_clear()
            .env("USER", "alice")
            .env("LAMBDA_STORE", store.path())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut url).unwrap();
        let stderr = process.stderr.take().unwrap();
        let said = std::thread::spawn(|| std::io::read_to_string(stderr).unwrap());
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .new_agent();
        Self {
            process,
            said: Some(said),
            url: url.trim_end().to_owned(),
            agent,
        }
    }

    /// Returns its URL, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends a request with this body, none where it is empty.
    pub fn send(&self, method: &str, path: &str, body: &[u8]) -> Answered {
        self.send_with(method, path, &[], body)
    }

    /// Sends a request with these headers.
    pub fn send_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answered {
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).unwrap();
        let agent = self.agent.clone();
        let mut response = agent.run(request).unwrap();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| {
            let value = value.to_str().unwrap().to_owned();
            (name.as_str().to_owned(), value)
        });
        Answered {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: response.body_mut().read_to_vec().unwrap(),
        }
    }

    /// Ends it with SIGTERM, and returns its exit code and what it said on stderr.
    pub fn terminate(mut self) -> (Option<i32>, String) {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let said = self.said.take().unwrap().join().unwrap();
        (self.process.wait().unwrap().code(), said)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Answered {
    /// Returns a header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Sees that the request succeeded with this status, and returns the body as JSON.
    #[track_caller]
    pub fn succeeded(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.json()
    }

    /// Sees that the request failed with an error, and returns the message.
    #[track_caller]
    pub fn failed_with(&self, status: u16, code: &str) -> String {
        let found = (self.status, self.header("x-amzn-errortype"));
        assert_eq!(found, (status, Some(code)), "{self:?}");
        let body = self.json();
        let message = body.get("message").or_else(|| body.get("Message"));
        message.and_then(Value::as_str).unwrap().to_owned()
    }
}
