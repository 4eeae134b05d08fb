//! As much of an HTTP server as the AWS CLI needs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// A request as it came.
pub struct Request {
    pub method: String,
    /// The path, percent-encoded, without the query.
    pub path: String,
    /// The query, percent-encoded.
    pub query: String,
    pub body: Vec<u8>,
}

/// What is answered.
pub struct Response {
    pub status: u64,
    /// The code of an error.
    pub error: Option<String>,
    pub body: String,
}

/// Answers requests, one after another, for as long as the test runs; returns the server's URL.
pub fn serve(answer: impl Fn(&Request) -> Response + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = read(&stream);
            // Who asked may have gone.
            drop(write(&mut stream, &answer(&request)));
        }
    });
    url
}

fn read(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut words = line.split(' ');
    let method = words.next().unwrap().to_owned();
    let target = words.next().unwrap().to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        body,
    }
}

fn write(stream: &mut TcpStream, response: &Response) -> std::io::Result<()> {
    let error = response.error.as_ref();
    let error = error.map_or_else(String::new, |code| format!("x-amzn-ErrorType: {code}\r\n"));
    write!(
        stream,
        "HTTP/1.1 {} -\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n{error}\r\n{}",
        response.status,
        response.body.len(),
        response.body
    )
}
