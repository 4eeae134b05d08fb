//! Revision ids, hashes: what must hold before something is changed.
