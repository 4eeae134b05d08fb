//! One file per operation, each a function from request to answer over the store.
//!
//! They read as AWS's pages do: validate, lock, read, check the preconditions, prepare, commit,
//! answer. Nothing here parses arguments, prints, or touches a file.

mod answers;
mod create_alias;
mod create_function;
mod delete_alias;
mod delete_function;
mod diff;
mod download;
mod export;
mod get_alias;
mod get_function;
mod get_function_configuration;
mod import;
mod import_from_aws;
mod importing;
mod list_aliases;
mod list_functions;
mod list_versions_by_function;
mod listing;
mod log;
mod logged_versions;
mod not_found;
mod past;
mod pointing;
mod prune;
mod publish_version;
mod publishing;
mod reading;
mod requests;
mod restore;
mod rollback;
mod status;
mod update_alias;
mod update_function_code;
mod update_function_configuration;
mod verify;

pub use create_alias::create_alias;
pub use create_function::create_function;
pub use delete_alias::delete_alias;
pub use delete_function::delete_function;
pub use diff::diff;
pub use download::{Download, download};
pub use export::export;
pub use get_alias::get_alias;
pub use get_function::get_function;
pub use get_function_configuration::get_function_configuration;
pub use import::import;
pub use import_from_aws::import_from_aws;
pub use list_aliases::list_aliases;
pub use list_functions::list_functions;
pub use list_versions_by_function::list_versions_by_function;
pub use log::log;
pub use prune::prune;
pub use publish_version::publish_version;
pub use restore::restore;
pub use rollback::rollback;
pub use status::status;
pub use update_alias::update_alias;
pub use update_function_code::update_function_code;
pub use update_function_configuration::update_function_configuration;
pub use verify::verify;
