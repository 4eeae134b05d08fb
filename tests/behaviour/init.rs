//! `init`, and where a store is found or made.
