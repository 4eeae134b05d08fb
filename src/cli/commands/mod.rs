//! One file per command: its options, and the call of its operation.

pub(super) mod create_function;
pub(super) mod delete_function;
pub(super) mod get_function;
pub(super) mod get_function_configuration;
pub(super) mod init;
pub(super) mod list_versions_by_function;
pub(super) mod publish_version;
pub(super) mod update_function_code;
