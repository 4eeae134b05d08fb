//! Options, output and exit codes.
