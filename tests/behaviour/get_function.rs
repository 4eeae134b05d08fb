//! `get-function`: the configuration, where the package is, the tags.
