//! The part about uploads over the REST API: how much memory the server takes for many at once.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::function::{Function, write};
use crate::http::Server;
use crate::measure::tool;
use crate::memory::peak_until_now;
use crate::parts::{Bench, KB, MB, zip_of};
use crate::table::{Goal, print_memory, print_missing};

/// How many upload at once.
const AT_ONCE: usize = 64;
/// What a zip has beside its content at most: with that, the package is within the quota.
const DIRECTORY: u64 = KB;

const FUNCTIONS: &str = "/2015-03-31/functions";
const CONFIGURATION: &str = r#""Runtime": "python3.13", "Handler": "app.handler",
    "Role": "arn:aws:iam::123456789012:role/bench""#;

pub(crate) fn uploads(bench: &Bench) -> Result<()> {
    if File::open("/proc/self/status").is_err() {
        print_missing("memory of uploads", "there is no /proc here");
        return Ok(());
    }
    let (label, size) = if bench.is_quick() {
        ("1 MB", MB)
    } else {
        ("50 MB", 50 * MB)
    };
    let content = vec![b'#'; usize::try_from(size - DIRECTORY)?];
    let package = STANDARD.encode(zip_of([("app.py".to_owned(), content)])?);

    let create = |number: usize| Upload {
        method: "POST",
        path: FUNCTIONS.to_owned(),
        before: format!(
            r#"{{"FunctionName": "upload-{number}", {CONFIGURATION}, "Code": {{"ZipFile": ""#
        ),
        package: &package,
        after: r#""}}"#,
    };
    let peak = peak_of(bench, "creations", create)?;
    let what = format!("{AT_ONCE} uploads of {label}: CreateFunction");
    print_memory(&what, &[peak], Goal::AtMost(100.0));

    let update = |_| Upload {
        method: "PUT",
        path: format!("{FUNCTIONS}/hello/code"),
        before: r#"{"ZipFile": ""#.to_owned(),
        package: &package,
        after: r#""}"#,
    };
    let peak = peak_of(bench, "updates", update)?;
    let what = format!("{AT_ONCE} uploads of {label}: one function's code");
    print_memory(&what, &[peak], Goal::AtMost(100.0));
    Ok(())
}

/// Sends an upload on each of many connections at once, to a server that did nothing before, and
/// returns the most memory that it took.
fn peak_of<'p>(bench: &Bench, store: &str, upload: impl Fn(usize) -> Upload<'p>) -> Result<u64> {
    let store = bench.store(store)?;
    let package = store.with_extension("zip");
    write(
        &package,
        &zip_of([("app.py".to_owned(), b"# first".to_vec())])?,
    )?;
    Function::create(&store, "hello", &package)?;
    let server = Server::start(&mut tool(&store, ["serve", "--listen", "127.0.0.1:0"]))?;
    let answers = thread::scope(|scope| {
        let clients: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let (upload, address) = (upload(number), server.address());
                scope.spawn(move || upload.send(address))
            })
            .collect();
        let answers = clients.into_iter().map(thread::ScopedJoinHandle::join);
        answers.collect::<Vec<_>>()
    });
    for answer in answers {
        let answer = answer.ok().context("a client broke down")??;
        ensure!(answer.starts_with("HTTP/1.1 20"), "answered {answer:?}");
    }
    let peak = peak_until_now(server.id())?;
    drop(server);
    std::fs::remove_dir_all(store)?;
    Ok(peak)
}

/// A request with a package, which all clients share.
struct Upload<'p> {
    method: &'static str,
    path: String,
    before: String,
    /// In base64.
    package: &'p str,
    after: &'static str,
}

impl Upload<'_> {
    fn send(&self, address: &str) -> Result<String> {
        let mut connection = TcpStream::connect(address)?;
        let parts = [&self.before, self.package, self.after];
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let (method, path) = (self.method, &self.path);
        write!(
            connection,
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n"
        )?;
        for part in parts {
            connection.write_all(part.as_bytes())?;
        }
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    }
}
