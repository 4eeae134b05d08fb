//! The part about lists: what a page costs, and what all of it costs beside reading the same files.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::function::{Function, write};
use crate::measure::{floor, in_turn, run, tool};
use crate::parts::{Bench, KB, MB, zip_of};
use crate::table::{Goal, print_ratio};

pub(crate) fn lists(bench: &Bench) -> Result<()> {
    let store = bench.store("lists")?;
    pages(bench, &store)?;
    all_versions(bench, &store)?;
    all_functions(bench)?;
    packages(bench, &store)
}

/// Returns how long a long list is, in words too.
fn thousands(bench: &Bench) -> (&'static str, u64) {
    if bench.is_quick() {
        ("1,000", 1000)
    } else {
        ("10,000", 10_000)
    }
}

fn list_versions(function: &Function, options: &[&str]) -> Command {
    let command = ["list-versions-by-function", "--function-name"];
    let mut command = tool(function.store(), command);
    command.arg(function.name()).args(options);
    command
}

fn pages(bench: &Bench, store: &Path) -> Result<()> {
    let (label, most) = most(bench);
    let few = Function::with_history(store, "few", 100)?;
    let many = Function::with_history(store, "many", most)?;
    let page = ["--max-items", "50"];
    let (mut at_few, mut at_most) = (list_versions(&few, &page), list_versions(&many, &page));
    let [page_of_few, page_of_many] = in_turn(
        bench.rounds(101),
        [&mut || run(&mut at_few), &mut || run(&mut at_most)],
    )?;
    let what = format!("a page of 50 out of {label} versions");
    let beside = ("a page of 50 out of 100", &*page_of_few);
    print_ratio((&what, &page_of_many), beside, Goal::AtMost(1.2));

    let newest = |function: &Function| {
        let mut command = tool(store, ["log", "--max-items", "20"]);
        command.arg(function.name());
        command
    };
    let (mut at_few, mut at_most) = (newest(&few), newest(&many));
    let [of_few, of_many] = in_turn(
        bench.rounds(101),
        [&mut || run(&mut at_few), &mut || run(&mut at_most)],
    )?;
    let what = format!("log of the last 20 out of {label} versions");
    let beside = ("… of the last 20 of 100", &*of_few);
    print_ratio((&what, &of_many), beside, Goal::AtMost(2.0));
    whole_log(bench, store)
}

/// A whole log reads what a whole list does, and the history.
fn whole_log(bench: &Bench, store: &Path) -> Result<()> {
    let (label, count) = thousands(bench);
    let function = Function::with_history(store, "log", count)?;
    let mut log = tool(store, ["log", "log"]);
    let mut list = list_versions(&function, &[]);
    let [log, list] = in_turn(
        bench.rounds(31),
        [&mut || run(&mut log), &mut || run(&mut list)],
    )?;
    let what = format!("log of all of {label} versions");
    print_ratio(
        (&what, &log),
        ("list-versions-by-function", &list),
        Goal::None,
    );
    Ok(fs::remove_dir_all(function.path())?)
}

/// Returns how many versions a function has at the most, in words too.
fn most(bench: &Bench) -> (&'static str, u64) {
    if bench.is_quick() {
        ("10,000", 10_000)
    } else {
        ("100,000", 100_000)
    }
}

fn all_versions(bench: &Bench, store: &Path) -> Result<()> {
    let (label, count) = thousands(bench);
    let function = Function::with_history(store, "all", count)?;
    let mut list = list_versions(&function, &[]);
    let mut bare = floor("read")?;
    bare.arg(function.path().join("versions"))
        .args([&count.to_string(), "{}/config.json"]);
    let [ours, floors] = in_turn(
        bench.rounds(31),
        [&mut || run(&mut list), &mut || run(&mut bare)],
    )?;
    let what = format!("all of {label} versions");
    let beside = ("reading their files bare", &*floors);
    print_ratio((&what, &ours), beside, Goal::AtMost(1.5));
    Ok(fs::remove_dir_all(function.path())?)
}

fn all_functions(bench: &Bench) -> Result<()> {
    let (label, count) = thousands(bench);
    let store = bench.store("functions")?;
    let package = bench.beside("function.zip");
    write(
        &package,
        &zip_of([("app.py".to_owned(), b"# one of many".to_vec())])?,
    )?;
    Function::create(&store, "1", &package)?;
    for number in 2..=count {
        copy_function(&store.join("1"), &store.join(number.to_string()))?;
    }
    let mut list = tool(&store, ["list-functions"]);
    let mut bare = floor("read")?;
    let files = ["{}/$LATEST/config.json", "{}/history.jsonl"];
    bare.arg(&store).arg(count.to_string()).args(files);
    let [ours, floors] = in_turn(
        bench.rounds(31),
        [&mut || run(&mut list), &mut || run(&mut bare)],
    )?;
    let what = format!("list-functions of {label}");
    let beside = ("reading their files bare", &*floors);
    print_ratio((&what, &ours), beside, Goal::None);
    Ok(fs::remove_dir_all(&store)?)
}

/// Copies a function with the time of its package, by which its hash is known.
fn copy_function(from: &Path, to: &Path) -> Result<()> {
    let latest = to.join("$LATEST");
    fs::create_dir_all(&latest)?;
    for file in ["$LATEST/config.json", "$LATEST/code.zip", "history.jsonl"] {
        fs::copy(from.join(file), to.join(file))?;
    }
    let modified = fs::metadata(from.join("$LATEST/code.zip"))?.modified()?;
    let package = File::options().write(true).open(latest.join("code.zip"))?;
    Ok(package.set_modified(modified)?)
}

/// What is not hashed again costs nothing, however large it is.
fn packages(bench: &Bench, store: &Path) -> Result<()> {
    let (label, size) = if bench.is_quick() {
        ("50 MB", 50 * MB)
    } else {
        ("250 MB", 250 * MB)
    };
    let small = Function::place(store, "small", KB, 0)?;
    let large = Function::place(store, "large", size, 0)?;
    Function::let_packages_settle();
    for function in [&small, &large] {
        function.edit()?;
        run(&mut function.publish())?;
    }
    let get = |function: &Function| {
        let mut command = tool(store, ["get-function", "--function-name"]);
        command.arg(function.name());
        command
    };
    let (mut of_small, mut of_large) = (get(&small), get(&large));
    let [of_small, of_large] = in_turn(
        bench.rounds(101),
        [&mut || run(&mut of_small), &mut || run(&mut of_large)],
    )?;
    let what = format!("get-function of {label}");
    print_ratio((&what, &of_large), ("… of 1 KB", &of_small), Goal::None);
    for function in [small, large] {
        fs::remove_dir_all(function.path())?;
    }
    Ok(())
}
