//! AWS Lambda's version control plane on a disk: functions, deployment packages, immutable
//! published versions and aliases in a plain directory, with the operations, errors and JSON of
//! `aws lambda`.
//!
//! # Layers
//!
//! ```text
//! cli  ──┐
//!        ├─▶ operations ──▶ store ──▶ the file system
//! serve ─┘       │            │
//!                └──▶  api  ◀─┘
//! ```
//!
//! - [`api`]: Lambda's vocabulary, pure data and rules, no I/O.
//! - [`store`]: the only code that touches the store's files; its module page draws the tree and
//!   says which module owns which file.
//! - [`operations`]: one file per operation, each a function from request to answer.
//! - [`cli`]: the command line, a front door without rules.
//! - `serve`: the REST API, another one; a feature of the crate, off by default.
//!
//! # Example
//!
//! ```
//! use lambda_store::api::messages::GetFunctionConfigurationRequest;
//! use lambda_store::store::{Host, Store};
//!
//! let store = Store::open("store-example".as_ref(), Host::new("me@here".to_owned()))?;
//! let request = GetFunctionConfigurationRequest {
//!     function_name: "hello".to_owned(),
//!     ..Default::default()
//! };
//! let answer = lambda_store::operations::get_function_configuration(&store, &request)?;
//! assert_eq!(answer.function_name(), "hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod api;
pub mod cli;
pub mod operations;
#[cfg(feature = "serve")]
pub mod serve;
pub mod store;
