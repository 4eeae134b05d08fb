//! `update-function-code`.
