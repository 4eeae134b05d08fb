//! The REST API of AWS Lambda over a store: the front door for SDKs and for the AWS CLI.
//!
//! A request is routed, checked for who sends it, made into a document of parameters, and given to
//! the operation that the command line calls as well. No rule about Lambda lives here.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `server` | the listener, connections, signals |
//! | `door` | the way of a request, from the router to its answer |
//! | `routes` | methods, paths and statuses of the operations |
//! | `parameters` | what a request's path, query and body say |
//! | `body` | the body of a request, read as it comes |
//! | `upload` | a body with a deployment package, taken in as a stream |
//! | `package_link` | signed links to packages |
//! | `download` | what such a link leads to |
//! | `calls` | the calls of the operations |
//! | `refusal` | errors on the wire |
//! | `log_line` | what is told of each request |

mod body;
mod calls;
mod door;
mod download;
mod log_line;
mod package_link;
mod parameters;
mod refusal;
mod routes;
mod server;
mod upload;

pub use server::{Server, Settings, Stopped};
