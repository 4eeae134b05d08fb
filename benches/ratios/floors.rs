//! The floors: what cannot be left out, and nothing else.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Result, anyhow, bail};
use fs2::FileExt as _;
use rustix::fs::{AtFlags, Dir, Mode, OFlags, fsync, mkdirat, openat, renameat, statat, unlinkat};
use sha2::{Digest as _, Sha256};

/// How much is read at once; more gains nothing.
const READ: usize = 128 * 1024;
/// From this size on the tool lets the kernel copy.
const COPIED_BY_KERNEL: u64 = 1024 * 1024;
/// What a version's config.json and a line of the history have, give or take a few bytes.
const CONFIG: &[u8] = &[b' '; 920];
const LINE: &[u8] = &[b' '; 640];

/// Runs the floor that the first argument names.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["nothing"] => Ok(()),
        ["hash", file] => hash(file.as_ref()),
        ["hash-all", ref files @ ..] => hash_all(files),
        ["copy", file, target] => copy(file.as_ref(), target.as_ref()),
        ["read", directory, count, ref files @ ..] => {
            read_files(directory.as_ref(), count.parse()?, files)
        }
        ["calls", store, function, number] => calls(store.as_ref(), function, number),
        #[cfg(feature = "serve")]
        ["http", file] => crate::http::bare(file.as_ref()),
        _ => bail!("no floor: {arguments:?}"),
    }
}

fn hash(file: &Path) -> Result<()> {
    let digest = digest(file, &mut vec![0; READ])?;
    Ok(io::stdout().write_all(&digest)?)
}

/// Hashes files, the next one in whichever thread is free, and prints all hashes at the end.
fn hash_all(files: &[&str]) -> Result<()> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<u8>> {
        let mut buffer = vec![0; READ];
        let mut digests = Vec::new();
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            digests.extend(digest(file.as_ref(), &mut buffer)?);
        }
        Ok(digests)
    };
    let digests = thread::scope(|scope| -> Result<Vec<u8>> {
        let processors = thread::available_parallelism()?.get();
        let threads: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for thread in threads {
            let digests = thread.join().map_err(|_| anyhow!("a thread panicked"))?;
            all.extend(digests?);
        }
        Ok(all)
    })?;
    Ok(io::stdout().write_all(&digests)?)
}

fn digest(file: &Path, buffer: &mut [u8]) -> Result<Vec<u8>> {
    let file = File::open(file)?;
    let mut state = Sha256::new();
    let mut offset = 0;
    loop {
        let count = file.read_at(buffer, offset)?;
        if count == 0 {
            break;
        }
        state.update(&buffer[..count]);
        offset += count as u64;
    }
    Ok(state.finalize().to_vec())
}

fn copy(file: &Path, target: &Path) -> Result<()> {
    let mut target = File::create_new(target)?;
    io::copy(&mut File::open(file)?, &mut target)?;
    Ok(target.sync_all()?)
}

/// Makes a version as the store's protocol has it, call by call, and computes nothing: no hash, no
/// JSON, no check. Where the store flushes, this flushes, and it reads what the store must read.
fn calls(store: &Path, function: &str, number: &str) -> Result<()> {
    let store = File::open(store)?;
    read(&store, "store.json")?;
    let function = directory(&store, function)?;
    let lock = change(&function, ".lock")?;
    lock.lock_exclusive()?;
    statat(&function, ".lock", AtFlags::SYMLINK_NOFOLLOW)?;
    let history = change(&function, "history.jsonl")?;
    let end = history.metadata()?.len();
    let window = end.min(4096);
    history.read_exact_at(&mut [0; 4096][..usize::try_from(window)?], end - window)?;
    let staging = directory(&function, ".staging")?;
    Dir::read_from(&staging)?.try_for_each(|entry| entry.map(drop))?;
    let latest = directory(&function, "$LATEST")?;
    read(&latest, "config.json")?;
    let code = File::from(open(&latest, "code.zip", OFlags::RDONLY)?);
    let size = code.metadata()?.len();
    let versions = directory(&function, "versions")?;
    let last = number.parse::<u64>()? - 1;
    read(&directory(&versions, &last.to_string())?, "config.json")?;

    let staged = format!("floor000.version-{number}");
    mkdirat(&staging, &staged, Mode::from(0o750))?;
    let version = directory(&staging, &staged)?;
    let target = create(&version, "code.zip", 0o444)?;
    copy_bytes(&code, size, &target)?;
    fsync(&target)?;
    let config = create(&version, "config.json", 0o440)?;
    config.write_all_at(CONFIG, 0)?;
    fsync(&config)?;
    fsync(&version)?;
    count_bytes(&store, size)?;
    drop(create(&staging, "floor000.change", 0o640)?);
    fsync(&staging)?;
    fsync(&function)?;

    for file in ["config.json", "code.zip"] {
        statat(&latest, file, AtFlags::SYMLINK_NOFOLLOW)?;
    }
    history.write_all_at(&[&LINE[1..], b"\n"].concat(), end)?;
    fsync(&history)?;

    renameat(&staging, &staged, &versions, number)?;
    fsync(&versions)?;
    unlinkat(&staging, "floor000.change", AtFlags::empty())?;
    fsync(&staging)?;
    Ok(io::stdout().write_all(CONFIG)?)
}

/// Adds to the count of bytes stored, under its own lock.
fn count_bytes(store: &File, size: u64) -> Result<()> {
    let usage = File::from(open(store, ".usage", OFlags::RDWR | OFlags::CREATE)?);
    usage.lock_exclusive()?;
    let count = usage.read_at(&mut [0; 32], 0)?;
    let digits = count.saturating_sub(1).max(20);
    usage.write_all_at(format!("{size:0digits$}\n").as_bytes(), 0)?;
    Ok(())
}

fn copy_bytes(code: &File, size: u64, target: &File) -> Result<()> {
    if size >= COPIED_BY_KERNEL {
        return copy_by_kernel(code, target);
    }
    let mut bytes = vec![0; usize::try_from(size)?];
    code.read_exact_at(&mut bytes, 0)?;
    Ok(target.write_all_at(&bytes, 0)?)
}

#[cfg(target_os = "linux")]
fn copy_by_kernel(code: &File, target: &File) -> Result<()> {
    const PIECE: usize = 4 * 1024 * 1024;
    let mut offset = 0;
    loop {
        let (mut from, mut to) = (offset, offset);
        let count =
            rustix::fs::copy_file_range(code, Some(&mut from), target, Some(&mut to), PIECE)?;
        let Some(length) = std::num::NonZeroU64::new(count as u64) else {
            return Ok(());
        };
        // This begins the write-back at once, as the tool does.
        rustix::fs::fadvise(target, offset, Some(length), rustix::fs::Advice::DontNeed)?;
        offset += length.get();
    }
}

#[cfg(not(target_os = "linux"))]
fn copy_by_kernel(mut code: &File, mut target: &File) -> Result<()> {
    io::copy(&mut code, &mut target)?;
    Ok(())
}

/// Reads files whose names hold a number, `{}`, for each number from 1 on.
fn read_files(directory: &Path, count: u64, files: &[&str]) -> Result<()> {
    let directory = File::open(directory)?;
    for number in 1..=count {
        for file in files {
            read(&directory, &file.replace("{}", &number.to_string()))?;
        }
    }
    Ok(())
}

fn open(parent: &impl AsFd, name: &str, flags: OFlags) -> Result<OwnedFd> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(parent, name, flags, Mode::from(0o640))?)
}

fn directory(parent: &impl AsFd, name: &str) -> Result<OwnedFd> {
    open(parent, name, OFlags::RDONLY | OFlags::DIRECTORY)
}

fn change(parent: &impl AsFd, name: &str) -> Result<File> {
    Ok(open(parent, name, OFlags::RDWR)?.into())
}

fn create(parent: &impl AsFd, name: &str, mode: u32) -> Result<File> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    #[cfg_attr(
        target_os = "linux",
        expect(clippy::useless_conversion, reason = "macOS has 16 bits")
    )]
    let mode = Mode::from_bits_truncate(mode.try_into()?);
    Ok(openat(parent, name, flags, mode)?.into())
}

fn read(parent: &impl AsFd, name: &str) -> Result<()> {
    let file = File::from(open(parent, name, OFlags::RDONLY)?);
    let size = usize::try_from(file.metadata()?.len())?;
    file.read_exact_at(&mut vec![0; size], 0)?;
    Ok(())
}
