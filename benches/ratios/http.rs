//! The part about the REST API: reads of one configuration, beside a bare hyper handler that reads the
//! same file.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use crate::function::{Function, write};
use crate::measure::{floor, in_turn, tool};
use crate::parts::{Bench, zip_of};
use crate::table::{Goal, print_ratio};

/// How many reads are timed at once.
const READS: usize = 4800;

const PATH: &str = "/2015-03-31/functions/hello/configuration";

pub(crate) fn http(bench: &Bench) -> Result<()> {
    let store = bench.store("http")?;
    let package = bench.beside("http.zip");
    let content = zip_of([("app.py".to_owned(), b"# read".to_vec())])?;
    write(&package, &content)?;
    let function = Function::create(&store, "hello", &package)?;
    let ours = Server::start(&mut tool(&store, ["serve", "--listen", "127.0.0.1:0"]))?;
    let config = function.path().join("$LATEST/config.json");
    let bare = Server::start(floor("http")?.arg(config))?;
    for (count, goal) in [(1, Goal::None), (16, Goal::AtLeast(0.7))] {
        let (mut to_ours, mut to_bare) = (ours.connections(count)?, bare.connections(count)?);
        let [ours, bare] = in_turn(
            bench.rounds(15),
            [&mut || read(&mut to_ours), &mut || read(&mut to_bare)],
        )?;
        let s = if count == 1 { "" } else { "s" };
        let what = format!("{READS} HTTP reads, {count} connection{s}: bare");
        print_ratio((&what, &bare), ("serve", &ours), goal);
    }
    Ok(())
}

/// A server that prints the URL it listens on, ended when it is dropped.
pub(crate) struct Server {
    process: Child,
    address: String,
}

impl Server {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Self {
            process: command.spawn()?,
            address: String::new(),
        };
        let stdout = server.process.stdout.take().context("there is no stdout")?;
        let mut url = String::new();
        BufReader::new(stdout).read_line(&mut url)?;
        let address = url.trim_end().strip_prefix("http://");
        address
            .with_context(|| format!("no URL: {url:?}"))?
            .clone_into(&mut server.address);
        Ok(server)
    }

    /// Returns the host and the port that it listens on.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Returns the id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    fn connections(&self, count: usize) -> Result<Vec<Connection>> {
        let connect = |_| {
            let stream = TcpStream::connect(&self.address)?;
            stream.set_nodelay(true)?;
            let request = format!("GET {PATH} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
            Ok(Connection {
                stream: BufReader::new(stream),
                request: request.into_bytes(),
            })
        };
        (0..count).map(connect).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A connection that is kept for all requests.
struct Connection {
    stream: BufReader<TcpStream>,
    request: Vec<u8>,
}

impl Connection {
    /// Reads an answer, whatever it says but for its status and its length.
    fn receive(&mut self) -> Result<()> {
        let mut length = None;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        ensure!(line.starts_with("HTTP/1.1 200 "), "answered {line:?}");
        while line != "\r\n" {
            line.clear();
            self.stream.read_line(&mut line)?;
            let header = line.split_once(": ");
            if let Some((name, value)) = header
                && name.eq_ignore_ascii_case("content-length")
            {
                length = Some(value.trim_end().parse()?);
            }
        }
        let mut body = vec![0; length.context("an answer without a length")?];
        Ok(self.stream.read_exact(&mut body)?)
    }
}

/// Times reads over all connections at once: one thread sends on each, then receives on each, which
/// costs the servers less of the processors than a thread for each would.
fn read(connections: &mut [Connection]) -> Result<Duration> {
    let began = Instant::now();
    for _ in 0..READS / connections.len() {
        for connection in &mut *connections {
            connection.stream.get_mut().write_all(&connection.request)?;
        }
        for connection in &mut *connections {
            connection.receive()?;
        }
    }
    Ok(began.elapsed())
}

/// The floor: answers every request with what a file holds when it comes.
pub(crate) fn bare(file: &Path) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(answer(file.to_owned()))
}

async fn answer(file: PathBuf) -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    let file = Arc::new(file);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let file = Arc::clone(&file);
        let service = service_fn(move |_: Request<Incoming>| {
            let content = std::fs::read(&*file);
            async { content.map(|content| Response::new(Full::new(Bytes::from(content)))) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
