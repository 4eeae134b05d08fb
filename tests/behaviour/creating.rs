//! `create-function`.
