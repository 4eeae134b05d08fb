//! The terminal that somebody looks at.

use std::io::IsTerminal as _;
use std::os::fd::AsFd;

/// Returns how many columns a terminal has, as far as it says so.
pub(super) fn columns(terminal: impl AsFd) -> usize {
    let size = rustix::termios::tcgetwinsize(terminal);
    let columns = size.map_or(0, |size| usize::from(size.ws_col));
    // Some terminals do not know.
    if columns == 0 { 80 } else { columns }
}

/// Returns how many columns stdout has, if it is a terminal.
pub(super) fn columns_of_stdout() -> Option<usize> {
    let stdout = std::io::stdout();
    stdout.is_terminal().then(|| columns(stdout))
}
