//! AWS Lambda's version control plane on a disk.

pub mod api;
