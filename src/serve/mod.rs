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
//! | `absent` | the operations of the model that a store does not have |
//! | `parameters` | what a request's path, query and body say |
//! | `body` | the body of a request, read as it comes |
//! | `calls` | the calls of the operations |
//! | `refusal` | errors on the wire |
//! | `log_line` | what is told of each request |

mod absent;
mod body;
mod calls;
mod door;
mod log_line;
mod parameters;
mod refusal;
mod routes;
mod server;

pub use server::{Server, Settings, Stopped};
