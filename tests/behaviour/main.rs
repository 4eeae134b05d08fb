//! The tool as its users meet it: through the binary, on real directories.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::allow_attributes,
    reason = "tests stop at the first surprise, place files by hand as people do, and tell what they ran"
)]

#[path = "../support/mod.rs"]
mod support;

mod alias_files;
mod alias_lists;
mod alias_rules;
mod aliases;
mod bad_input;
mod command_line;
mod concurrency;
mod configuration_fields;
mod configuration_quotas;
mod configuration_values;
mod configuring;
mod creating;
mod deleting;
mod diff;
mod diff_damage;
mod diff_packages;
mod diff_text;
mod exporting;
mod get_function;
mod help;
mod history;
mod hostile_documents;
#[cfg(target_os = "linux")]
mod hostile_names;
mod hostile_options;
mod hostile_packages;
#[cfg(target_os = "linux")]
mod hostile_store;
mod importing;
mod importing_from_aws;
mod init;
mod input_files;
mod listing;
mod log;
mod made_by_hand;
mod man_pages;
mod options;
mod output;
mod output_forms;
mod paging;
mod partial_updates;
mod preconditions;
mod pruning;
mod publishing;
mod qualifiers;
mod quotas;
mod responses;
mod restoring;
mod rolling_back;
#[cfg(not(feature = "serve"))]
mod serving;
mod skeletons;
mod status;
mod unwritten;
mod updating;
mod verify;
mod waiting;
mod words;
