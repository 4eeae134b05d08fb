//! The most memory that a process had at a time.
//!
//! The kernel keeps that figure only as long as the process lives. So the process is held at its
//! very last act: its stdout is a pipe that is full, and once it sleeps there, every file of the store
//! closed and the change done, its figure is read and the pipe is drained.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

/// Returns the peak of a process in bytes; `is_done` says whether its change to the store is done.
pub(crate) fn peak(command: &mut Command, store: &Path, is_done: impl Fn() -> bool) -> Result<u64> {
    let store = &store.canonicalize()?;
    let (mut reader, writer) = std::io::pipe()?;
    fill(File::from(OwnedFd::from(writer.try_clone()?)))?;
    let mut child = command.stdout(writer).spawn()?;
    // The command holds the other end, which must be gone for the pipe to end.
    command.stdout(std::process::Stdio::null());
    let peak = held(&mut child, store, &is_done);
    if peak.is_err() {
        drop(child.kill());
    }
    reader.read_to_end(&mut Vec::new())?;
    let status = child.wait()?;
    let peak = peak?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(peak)
}

/// Returns the peak of a process that runs, in bytes.
#[cfg(feature = "serve")]
pub(crate) fn peak_until_now(id: u32) -> Result<u64> {
    peak_in(&fs::read_to_string(format!("/proc/{id}/status"))?)
}

/// Fills a pipe to the last byte.
fn fill(mut pipe: File) -> Result<()> {
    let flags = fcntl_getfl(&pipe)?;
    fcntl_setfl(&pipe, flags | OFlags::NONBLOCK)?;
    loop {
        match pipe.write(&[0; 4096]) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error.into()),
        }
    }
    // The flags belong to the pipe's end, not to this handle: the process must sleep there.
    Ok(fcntl_setfl(&pipe, flags)?)
}

/// Waits until a process sleeps at the end of its work, and reads its peak.
fn held(child: &mut Child, store: &Path, is_done: &impl Fn() -> bool) -> Result<u64> {
    let process = Path::new("/proc").join(child.id().to_string());
    loop {
        if let Some(status) = child.try_wait()? {
            bail!("it ended with {status} before it could be looked at");
        }
        if is_done() && has_closed(&process, store)? {
            let status = fs::read_to_string(process.join("status"))?;
            if field(&status, "State:")?.starts_with('S') {
                return peak_in(&status);
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Returns whether a process has nothing of the store open any more.
fn has_closed(process: &Path, store: &Path) -> Result<bool> {
    for entry in fs::read_dir(process.join("fd"))? {
        // One that is closed meanwhile leads nowhere.
        let target = fs::read_link(entry?.path());
        if target.is_ok_and(|target| target.starts_with(store)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn peak_in(status: &str) -> Result<u64> {
    let peak = field(status, "VmHWM:")?;
    let kilobytes = peak.trim_end_matches(" kB").parse::<u64>()?;
    Ok(kilobytes * 1024)
}

fn field<'s>(status: &'s str, name: &str) -> Result<&'s str> {
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    Ok(value.with_context(|| format!("no {name}"))?.trim())
}
