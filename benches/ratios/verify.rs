//! The part about verify: what it costs beside hashing the same packages on all processors.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::function::Function;
use crate::measure::{floor, in_turn, run, timed, tool};
use crate::parts::{Bench, KB, MB};
use crate::table::{Goal, print_ratio};

pub(crate) fn verify(bench: &Bench) -> Result<()> {
    let (large, small) = if bench.is_quick() {
        (2, 100)
    } else {
        (8, 1000)
    };
    let cases = [
        (format!("{large} × 32 MB"), vec![("large", 32 * MB, large)]),
        (
            format!("{small} × 100 KB"),
            vec![("small", 100 * KB, small)],
        ),
        (
            format!("{large} × 32 MB and {small} × 100 KB"),
            vec![("large", 32 * MB, large), ("small", 100 * KB, small)],
        ),
    ];
    for (number, (label, functions)) in cases.into_iter().enumerate() {
        let store = bench.store(&format!("verify-{number}"))?;
        for (name, size, versions) in functions {
            publish(&store, name, size, versions)?;
        }
        let goal = if number == 2 {
            Goal::AtMost(1.15)
        } else {
            Goal::None
        };
        beside_hashing(bench, &store, &label, goal)?;
        fs::remove_dir_all(&store)?;
    }
    Ok(())
}

/// Makes a function whose versions were all published, so that the history tells of each.
fn publish(store: &Path, name: &str, size: u64, versions: u64) -> Result<()> {
    let mut function = Function::place(store, name, size, 0)?;
    for _ in 1..versions {
        function.edit()?;
        run(&mut function.publish())?;
        function.published_many(1)?;
    }
    Ok(())
}

fn beside_hashing(bench: &Bench, store: &Path, label: &str, goal: Goal) -> Result<()> {
    let mut verify = tool(store, ["verify"]);
    let mut hashes = hash_all(store)?;
    let [ours, floors] = in_turn(
        bench.rounds(31),
        [&mut || timed(&mut verify), &mut || timed(&mut hashes)],
    )?;
    let beside = ("hashing all of them", &*floors);
    print_ratio((&format!("verify {label}"), &ours), beside, goal);
    Ok(())
}

/// Returns the floor that hashes every package of a store, the largest ones first.
fn hash_all(store: &Path) -> Result<Command> {
    let mut packages: Vec<(u64, PathBuf)> = Vec::new();
    for entry in walkdir::WalkDir::new(store) {
        let entry = entry?;
        if entry.file_name() == "code.zip" {
            packages.push((entry.metadata()?.len(), entry.into_path()));
        }
    }
    packages.sort_by(|a, b| b.cmp(a));
    let mut command = floor("hash-all")?;
    command.args(packages.into_iter().map(|(_, path)| path));
    Ok(command)
}
