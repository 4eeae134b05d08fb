//! `--output` and `--query`.
