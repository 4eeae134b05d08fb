//! `list-versions-by-function`.
