//! A server in front of a test's store, and requests to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;
use ureq::http::{Method, Request};

use crate::support::TestStore;

/// The command.
pub const BINARY: &str = env!("CARGO_BIN_EXE_lambda-store");

/// A running `lambda-store serve`, ended when it is dropped.
pub struct Server {
    process: Child,
    url: String,
    stderr: BufReader<ChildStderr>,
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
        Self::on("127.0.0.1:0", store, options)
    }

    /// Serves a store on this address.
    pub fn on(address: &str, store: &TestStore, options: &[&str]) -> Self {
        let options = [&["serve", "--listen", address], options].concat();
        Self::started(store, Command::new(BINARY).args(options))
    }

    /// Serves a store by a command that becomes `lambda-store serve`.
    pub fn started(store: &TestStore, command: &mut Command) -> Self {
        let mut process = command
            .env_clear()
            .env("USER", "alice")
            .env("LAMBDA_STORE", store.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let stdout = process.stdout.take().unwrap();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        BufReader::new(stdout).read_line(&mut url).unwrap();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .new_agent();
        Self {
            process,
            url: url.trim_end().to_owned(),
            stderr,
            agent,
        }
    }

    /// Returns its URL, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the id of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
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

    /// Connects to it.
    pub fn connect(&self) -> TcpStream {
        self.try_connect().unwrap()
    }

    /// Connects to it, if it listens.
    pub fn try_connect(&self) -> std::io::Result<TcpStream> {
        TcpStream::connect(self.url.strip_prefix("http://").unwrap())
    }

    /// Connects as a client far away, that takes in no more than it reads.
    pub fn connect_from_afar(&self) -> TcpStream {
        let address = self.url.strip_prefix("http://").unwrap();
        let address: std::net::SocketAddr = address.parse().unwrap();
        let domain = socket2::Domain::for_address(address);
        let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        // Else the kernel holds on this machine what it would not hold for another one.
        socket.set_tcp_mss(536).unwrap();
        socket.connect(&address.into()).unwrap();
        socket.into()
    }

    /// Sends these bytes on a connection of their own, and returns what comes until it is closed.
    pub fn send_raw(&self, bytes: &[u8]) -> String {
        let mut connection = self.connect();
        connection.write_all(bytes).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Waits for the next line of the log that is so.
    #[track_caller]
    pub fn line_where(&mut self, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut line = String::new();
            let length = self.stderr.read_line(&mut line).unwrap();
            assert_ne!(length, 0, "the log has no such line");
            let line = serde_json::from_str(&line).unwrap();
            if is_so(&line) {
                return line;
            }
        }
    }

    /// Returns the most memory that it had at a time, in bytes.
    pub fn peak_of_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()));
        let status = status.unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.unwrap().trim().strip_suffix(" kB").unwrap();
        kilobytes.parse::<u64>().unwrap() * 1024
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits until it ends by itself, and returns its exit code and what else it said on stderr.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).unwrap();
        (self.process.wait().unwrap().code(), said)
    }

    /// Waits until it ends, leaves what it says unread, and returns its exit code.
    pub fn ended_unread(mut self) -> Option<i32> {
        self.process.wait().unwrap().code()
    }

    /// Ends it with SIGTERM, and returns its exit code and what it said on stderr.
    pub fn terminate(self) -> (Option<i32>, String) {
        self.signal(rustix::process::Signal::TERM);
        self.ended()
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
