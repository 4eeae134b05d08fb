//! Stores, functions and versions that people made or edited by hand.
