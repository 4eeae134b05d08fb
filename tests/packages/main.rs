//! Packages as people deploy them: of `PyPI` and npm, with all that they depend on.
//!
//! `make.py` makes them, once, under `target`; it needs the network, python3 with pip, and npm.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "tests stop at the first surprise"
)]

#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use base64::Engine as _;
use serde_json::{Value, json};

use support::{ROLE, Ran, TestStore, followed, says};

const FUNCTION: &str = "real";

/// Where the packages are.
static PACKAGES: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    let made = Command::new("python3")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/packages/make.py"
        ))
        .arg(&directory)
        .status()
        .unwrap_or_else(|error| panic!("python3: {error}"));
    assert!(made.success(), "the packages could not be made: {made}");
    directory
});

/// A package, and what others say of it.
struct Package {
    path: PathBuf,
    size: u64,
    sha256: String,
    entries: usize,
    unzipped: u64,
}

impl Package {
    fn named(name: &str) -> Self {
        let path = PACKAGES.join(name);
        let entries = entry_sizes(&path);
        Self {
            size: path.metadata().unwrap().len(),
            sha256: base64_of_hex(&printed(Command::new("sha256sum").arg(&path))[..64]),
            entries: entries.len(),
            unzipped: entries.iter().sum(),
            path,
        }
    }

    fn zip_file(&self) -> String {
        format!("fileb://{}", self.path.display())
    }

    /// Sees that a configuration has the hash and size of this package.
    #[track_caller]
    fn is_told_by(&self, configuration: &Value) {
        assert_eq!(configuration["CodeSha256"], self.sha256, "{configuration}");
        assert_eq!(configuration["CodeSize"], self.size, "{configuration}");
    }

    /// Sees that a function's state is this package, byte for byte.
    #[track_caller]
    fn comes_out_of(&self, store: &TestStore, qualifier: &str) {
        let answer = store
            .get_function(FUNCTION, &["--qualifier", qualifier])
            .succeeded();
        self.is_told_by(&answer["Configuration"]);
        let place = match qualifier {
            "$LATEST" => format!("{FUNCTION}/$LATEST/code.zip"),
            number => format!("{FUNCTION}/versions/{number}/code.zip"),
        };
        for stored in [followed(&answer["Code"]["Location"]), store.join(&place)] {
            printed(Command::new("cmp").args([&self.path, &stored]));
        }
    }
}

/// Returns how large each entry of a zip is once unzipped, as Python reads it.
fn entry_sizes(path: &Path) -> Vec<u64> {
    let program = "import sys, zipfile\n\
                   for entry in zipfile.ZipFile(sys.argv[1]).infolist(): print(entry.file_size)";
    let sizes = printed(Command::new("python3").args(["-c", program]).arg(path));
    sizes.lines().map(|size| size.parse().unwrap()).collect()
}

/// Runs a program that must succeed, and returns what it prints.
#[track_caller]
fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn base64_of_hex(digits: &str) -> String {
    let bytes: Vec<u8> = (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn create(store: &TestStore, package: &Package) -> Ran {
    store.run(&[
        "create-function",
        "--function-name",
        FUNCTION,
        "--runtime",
        "python3.13",
        "--role",
        ROLE,
        "--handler",
        "app.handler",
        "--zip-file",
        &package.zip_file(),
    ])
}

fn update(store: &TestStore, package: &Package, options: &[&str]) -> Ran {
    let zip_file = package.zip_file();
    let required = [
        "update-function-code",
        "--function-name",
        FUNCTION,
        "--zip-file",
        &zip_file,
    ];
    store.run(&[&required, options].concat())
}

/// Takes a function through its life with one package and then another.
fn go_in_and_come_out(first: &Package, second: &Package) {
    let store = TestStore::nothing();
    first.is_told_by(&create(&store, first).succeeded());
    first.comes_out_of(&store, "$LATEST");

    let before = store.files();
    second.is_told_by(&update(&store, second, &["--dry-run"]).succeeded());
    assert!(store.files() == before, "a dry run changed something");

    let version_1 = store.publish(FUNCTION, &[]).succeeded();
    assert_eq!(version_1["Version"], "1");
    first.is_told_by(&version_1);
    second.is_told_by(&update(&store, second, &[]).succeeded());
    second.comes_out_of(&store, "$LATEST");
    first.comes_out_of(&store, "1");

    let gate = ["--code-sha256", &second.sha256];
    let version_2 = store.publish(FUNCTION, &gate).succeeded();
    assert_eq!(version_2["Version"], "2");
    second.is_told_by(&version_2);
    assert_eq!(store.publish(FUNCTION, &gate).succeeded(), version_2);

    let version_3 = update(&store, first, &["--publish"]).succeeded();
    assert_eq!(version_3["Version"], "3");
    for (qualifier, package) in [
        ("1", first),
        ("2", second),
        ("3", first),
        ("$LATEST", first),
    ] {
        package.comes_out_of(&store, qualifier);
    }
    store.check_chain(FUNCTION);
}

#[test]
fn packages_of_pypi_and_npm_go_in_and_come_out_byte_for_byte() {
    let (pypi, npm) = (Package::named("pypi.zip"), Package::named("npm.zip"));
    for package in [&pypi, &npm] {
        assert!(package.entries > 2_000, "{} entries", package.entries);
        assert!(package.size > 10_000_000, "{} bytes", package.size);
    }
    go_in_and_come_out(&pypi, &npm);
    go_in_and_come_out(&npm, &pypi);
}

#[test]
fn a_package_that_is_too_large_once_unzipped_changes_nothing() {
    let too_large = Package::named("too-large.zip");
    assert!(too_large.size < 52_428_800, "{} bytes", too_large.size);
    assert!(too_large.unzipped > 262_144_000, "{}", too_large.unzipped);
    let store = TestStore::nothing();
    let refused = |ran: Ran, operation| {
        let message = ran.failed_with("InvalidParameterValueException", operation);
        let unzipped = format!("{} bytes once unzipped", too_large.unzipped);
        says(message, &["CodeSizeUnzipped", "262144000", &unzipped]);
    };
    refused(create(&store, &too_large), "CreateFunction");
    assert!(store.files().is_empty(), "{:?}", store.files().keys());

    let small = Package::named("npm.zip");
    create(&store, &small).succeeded();
    let before = store.files();
    for options in [&[][..], &["--dry-run"], &["--publish"]] {
        refused(update(&store, &too_large, options), "UpdateFunctionCode");
        assert!(store.files() == before, "{options:?} changed something");
    }
    // What an account has more of, a store may have, too.
    let quotas = json!({"Quotas": {"CodeSizeUnzipped": too_large.unzipped}});
    store.write_store_json(&quotas);
    too_large.is_told_by(&update(&store, &too_large, &[]).succeeded());
    too_large.comes_out_of(&store, "$LATEST");
}
