//! The REST API of AWS Lambda over a store: the front door for SDKs and for the AWS CLI.
//!
//! A request is routed, checked for who sends it, made into a document of parameters, and given to
//! the operation that the command line calls as well. No rule about Lambda lives here.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `server` | the listener and the signals that end it |
//! | `connections` | connections and their requests |
//! | `limits` | how long clients may take |
//! | `host_check` | whom a request was meant for; web pages are kept out |
//! | `rate` | how many requests are answered in a second |
//! | `places` | how much the requests under way may hold |
//! | `readers` | the threads that read for requests |
//! | `door` | the way of a request, from the router to its answer |
//! | `routes` | methods, paths and statuses of the operations |
//! | `absent` | the operations of the model that a store does not have |
//! | `parameters` | what a request's path, query and body say |
//! | `access_keys` | the access keys that requests are signed with |
//! | `signature` | Signature Version 4 |
//! | `body` | the body of a request, read as it comes |
//! | `upload` | a body with a deployment package, taken in as a stream |
//! | `package_link` | signed links to packages |
//! | `download` | what such a link leads to |
//! | `calls` | the calls of the operations |
//! | `refusal` | errors on the wire |
//! | `log_line` | what is told of each request and of what else happens |

mod absent;
mod access_keys;
mod body;
mod calls;
mod connections;
mod door;
mod download;
mod host_check;
mod limits;
mod log_line;
mod package_link;
mod parameters;
mod places;
mod rate;
mod readers;
mod refusal;
mod routes;
mod server;
mod signature;
mod upload;

pub use access_keys::{AccessKeys, AccessKeysError};
pub use connections::{Connections, Settings};
pub use host_check::is_loopback;
pub use limits::Limits;
pub use server::{Server, Stopped};
