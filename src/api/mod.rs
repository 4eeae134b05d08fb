//! Lambda's vocabulary: names, ARNs, configurations, rules, errors.
//!
//! Pure data. Nothing here touches a file or asks for the time.

pub mod alias;
pub mod code_sha256;
pub mod configuration;
pub mod difference;
pub mod document;
pub mod error;
pub mod finding;
pub mod function_name;
pub mod limits;
pub mod messages;
pub mod package_difference;
pub mod paging;
pub mod patterns;
pub mod pruning;
pub mod qualifier;
pub mod refused;
pub mod request_shape;
pub mod requested_configuration;
pub mod response_shape;
pub mod revision_id;
pub mod scope;
pub mod shape;
pub mod shortened;
pub mod timestamp;
pub mod validation;
pub mod version_ranges;
pub mod waiter;

pub use error::Error;
