//! What any bytes on a connection are answered with: for the fuzz target, which includes this file, and
//! for the replay of its corpus.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lambda_store::serve::{Connections, Limits, Settings};
use lambda_store::store::Host;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A store to answer from, in memory: each connection has a copy of its own.
pub struct Example {
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl Example {
    /// Reads the store in a directory.
    pub fn read(directory: &Path) -> Self {
        let entries = walkdir::WalkDir::new(directory).into_iter();
        let files = entries
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file());
        let read = |entry: walkdir::DirEntry| {
            let path = entry.path().strip_prefix(directory).unwrap().to_owned();
            (path, std::fs::read(entry.path()).unwrap())
        };
        Self {
            files: files.map(read).collect(),
        }
    }

    /// Sends these bytes on a connection, and sees that it answers in whole HTTP answers, none of
    /// which says that the server broke down, that it ends, and that nothing stands beside the store.
    #[track_caller]
    pub fn answers_well(&self, sent: &[u8]) {
        let directory = tempfile::tempdir().unwrap();
        let store = directory.path().join("store");
        for (path, content) in &self.files {
            let path = store.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let answers = answers_to(&store, sent);
        check(sent, &answers);
        let beside: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
        assert_eq!(beside.len(), 1, "{beside:?}");
    }
}

/// Returns all that comes back on a connection on which this is sent.
fn answers_to(store: &Path, sent: &[u8]) -> Vec<u8> {
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let settings = Settings {
        store: store.to_owned(),
        host: Host {
            // Nobody else changes anything.
            lock_timeout: Duration::ZERO,
            ..Host::new("fuzz@here".to_owned())
        },
        listen: SocketAddr::new(loopback, 9400),
        access_keys: None,
        rate: None,
        limits: Limits::default(),
        log: Box::new(std::io::sink()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let connections = Connections::new(settings, loopback).unwrap();
        let (near, far) = tokio::io::duplex(64 * 1024);
        let (mut answers, mut requests) = tokio::io::split(near);
        let sending = async {
            // It may have ended before all was sent.
            drop(requests.write_all(sent).await);
            drop(requests.shutdown().await);
        };
        let mut answered = Vec::new();
        let remote = SocketAddr::new(loopback, 1);
        let (read, (), ()) = tokio::join!(
            answers.read_to_end(&mut answered),
            sending,
            connections.answer(far, remote)
        );
        read.unwrap();
        answered
    })
}

#[track_caller]
fn check(sent: &[u8], answers: &[u8]) {
    let has_head = sent.windows(5).any(|word| word == b"HEAD ");
    let mut rest = answers;
    while !rest.is_empty() {
        let end = rest.windows(4).position(|word| word == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no end of a head in {}", shown(rest)));
        let head = std::str::from_utf8(&rest[..end]).unwrap();
        rest = &rest[end + 4..];
        let mut lines = head.split("\r\n");
        let first = lines.next().unwrap();
        let status = first
            .strip_prefix("HTTP/1.1 ")
            .or(first.strip_prefix("HTTP/1.0 "));
        let status: u16 = status.unwrap_or_else(|| panic!("{head}"))[..3]
            .parse()
            .unwrap();
        assert!((100..500).contains(&status), "{head}\n{}", shown(rest));
        let headers: Vec<_> = lines.map(|line| line.split_once(": ").unwrap()).collect();
        let header = |wanted: &str| {
            let found = headers.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| *value)
        };
        if status == 100 || status == 204 {
            continue;
        }
        let length: usize = header("content-length")
            .unwrap_or_else(|| panic!("{head}"))
            .parse()
            .unwrap();
        if has_head && (rest.len() < length || rest.starts_with(b"HTTP/1.")) {
            // An answer to HEAD tells the length of a body that does not come.
            continue;
        }
        let body = &rest[..length];
        rest = &rest[length..];
        if header("content-type") == Some("application/json") {
            let body: serde_json::Value = serde_json::from_slice(body).unwrap();
            let is_error = header("x-amzn-errortype").is_some();
            assert_eq!(is_error, status >= 400, "{head}\n{body}");
            let message = body.get("message").or_else(|| body.get("Message"));
            assert!(
                !is_error || message.is_some_and(serde_json::Value::is_string),
                "{body}"
            );
        } else {
            // What is no request at all is answered without words.
            assert_eq!((length, status >= 400), (0, true), "{head}");
        }
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
