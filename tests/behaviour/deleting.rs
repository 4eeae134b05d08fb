//! `delete-function`: a version, or the whole function.
