//! Processes, timed from their start to their end, in turn.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

/// One of those that are timed in turn: prepares a run, and returns what the run took.
pub(crate) type Contender<'a> = &'a mut dyn FnMut() -> Result<Duration>;

/// Returns the command under test on a store.
pub(crate) fn tool<const N: usize>(store: &Path, arguments: [&str; N]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambda-store"));
    command.args(arguments);
    quiet(&mut command).env("LAMBDA_STORE", store);
    command
}

/// Returns this program as the floor of a name.
pub(crate) fn floor(name: &str) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--floor", name]);
    quiet(&mut command);
    Ok(command)
}

/// Both sides get the same: no environment, nowhere to read from, a stdout that costs nothing.
fn quiet(command: &mut Command) -> &mut Command {
    command
        .env_clear()
        .env("USER", "bench")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
}

/// Times one process. What others left unwritten is written first, so that its flushes wait for its
/// own bytes alone.
pub(crate) fn timed(command: &mut Command) -> Result<Duration> {
    rustix::fs::sync();
    run(command)
}

/// Times one process that flushes nothing.
pub(crate) fn run(command: &mut Command) -> Result<Duration> {
    let began = Instant::now();
    let status = command.status();
    let took = began.elapsed();
    let status = status.with_context(|| format!("{command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(took)
}

/// Times processes one after the other.
pub(crate) fn one_by_one(commands: &mut [Command]) -> Result<Duration> {
    rustix::fs::sync();
    let began = Instant::now();
    for command in commands.iter_mut() {
        run(command)?;
    }
    Ok(began.elapsed())
}

/// Times processes that are all started at once, until the last of them ends.
pub(crate) fn at_once(commands: &mut [Command]) -> Result<Duration> {
    rustix::fs::sync();
    let began = Instant::now();
    let children: Vec<_> = commands
        .iter_mut()
        .map(|command| command.spawn().with_context(|| format!("{command:?}")))
        .collect();
    // Those that were started are waited for even if another one was not.
    let ended: Vec<Result<ExitStatus>> = children
        .into_iter()
        .map(|child| Ok(child?.wait()?))
        .collect();
    let took = began.elapsed();
    for status in ended {
        let status = status?;
        ensure!(status.success(), "one of those at once ended with {status}");
    }
    Ok(took)
}

/// Runs each contender once to warm up, then all of them in turn, and returns the times of each.
pub(crate) fn in_turn<const N: usize>(
    rounds: usize,
    mut contenders: [Contender<'_>; N],
) -> Result<[Vec<Duration>; N]> {
    let mut times = [const { Vec::new() }; N];
    for round in 0..=rounds {
        for (contender, time) in contenders.iter_mut().zip(&mut times) {
            let took = contender()?;
            if round > 0 {
                time.push(took);
            }
        }
    }
    Ok(times)
}
