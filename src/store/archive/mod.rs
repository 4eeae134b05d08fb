//! Archives: a function, or some of its versions, as one tar file.
//!
//! The entries are the paths that the files have in a store, `hello/versions/3/config.json`, so that
//! `tar x` in a store does what an import does, but for what is checked on the way in. The same checks
//! are made on the way out: what leaves a store can come into one.
//!
//! ```text
//! Snapshot   one state of a function, to be written as an archive            export
//! ArchiveFile   the file that it is written to, there as a whole or not      file
//! Import     an archive that was unpacked into STORE/.staging and checked    unpack, import
//! ```

mod checks;
mod export;
mod file;
mod import;
mod input;
mod lineage;
mod member;
mod unpack;

pub use export::Snapshot;
pub use file::ArchiveFile;
pub use import::{Import, Imported};
