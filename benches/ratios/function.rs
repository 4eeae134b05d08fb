//! Functions to publish, placed by hand: so no limit on uploads holds, and 100,000 versions are
//! there in seconds.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use lambda_store::api::code_sha256::hex;
use lambda_store::api::timestamp::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::measure::{run, tool};
use crate::parts::zip_of;

/// A function in a store, whose versions are numbered without a gap.
pub(crate) struct Function {
    store: PathBuf,
    name: String,
    highest: u64,
}

impl Function {
    /// Places a function with a package of this many bytes and this many versions, then publishes
    /// one more, which makes the history.
    pub(crate) fn place(store: &Path, name: &str, size: u64, versions: u64) -> Result<Self> {
        let mut function = Self {
            store: store.to_owned(),
            name: name.to_owned(),
            highest: versions,
        };
        let latest = function.path().join("$LATEST");
        fs::create_dir_all(&latest)?;
        fill(&latest.join("code.zip"), size)?;
        function.edit()?;
        function.place_versions()?;
        run(&mut function.publish())?;
        function.published()?;
        Ok(function)
    }

    /// Makes a function as the tool makes it, and multiplies its version as if each had been
    /// published: the files are complete, and the history knows the highest number.
    pub(crate) fn with_history(store: &Path, name: &str, versions: u64) -> Result<Self> {
        let package = store.with_extension("zip");
        write(
            &package,
            &zip_of([("app.py".to_owned(), b"# published".to_vec())])?,
        )?;
        let mut function = Self::create(store, name, &package)?;
        function.highest = versions;
        let first = function.path().join("versions/1");
        let config = fs::read_to_string(first.join("config.json"))?;
        for number in 2..=versions {
            let version = function.path().join(format!("versions/{number}"));
            fs::create_dir(&version)?;
            fs::copy(first.join("code.zip"), version.join("code.zip"))?;
            let config = config
                .replace("\"Version\": \"1\"", &format!("\"Version\": \"{number}\""))
                .replace(":1\"", &format!(":{number}\""));
            write(&version.join("config.json"), config.as_bytes())?;
        }
        function.multiply_history()?;
        function.check_highest()?;
        Ok(function)
    }

    /// Makes of the line of the first version one for each, as if they had been published with a
    /// second in between.
    fn multiply_history(&self) -> Result<()> {
        let path = self.path().join("history.jsonl");
        let mut line: serde_json::Value = serde_json::from_slice(&fs::read(&path)?)?;
        let mut history = BufWriter::new(File::create(&path)?);
        for number in 1..=self.highest {
            let time = Timestamp::from_milliseconds(1_577_836_800_000 + number * 1000).to_string();
            if number > 1 {
                line["Operation"] = json!("PublishVersion");
            }
            line["Time"] = json!(time);
            line["Made"][0]["Version"] = json!(number);
            line["Made"][0]["Published"] = json!(time);
            line["HighestVersion"] = json!(number);
            line["LastPublished"]["Version"] = json!(number);
            let text = line.to_string();
            writeln!(history, "{text}")?;
            line["Previous"] = json!(hex(&Sha256::digest(&text)));
        }
        Ok(history.flush()?)
    }

    /// Creates a function, and publishes its first version.
    pub(crate) fn create(store: &Path, name: &str, package: &Path) -> Result<Self> {
        let required = [
            "create-function",
            "--publish",
            "--runtime",
            "python3.13",
            "--role",
            "arn:aws:iam::123456789012:role/bench",
            "--handler",
            "app.handler",
        ];
        let mut command = tool(store, required);
        command
            .args(["--function-name", name, "--zip-file"])
            .arg(package);
        run(&mut command)?;
        Ok(Self {
            store: store.to_owned(),
            name: name.to_owned(),
            highest: 1,
        })
    }

    /// Returns the function's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the path of the store.
    pub(crate) fn store(&self) -> &Path {
        &self.store
    }

    /// Returns the function's directory.
    pub(crate) fn path(&self) -> PathBuf {
        self.store.join(&self.name)
    }

    /// Returns the path of the package under `$LATEST`.
    pub(crate) fn package(&self) -> PathBuf {
        self.path().join("$LATEST/code.zip")
    }

    /// Returns the highest version.
    pub(crate) fn highest(&self) -> u64 {
        self.highest
    }

    /// Returns the command that publishes the function.
    pub(crate) fn publish(&self) -> Command {
        let arguments = ["publish-version", "--function-name", &self.name];
        tool(&self.store, arguments)
    }

    /// Returns the command that gives the function another package and publishes it.
    pub(crate) fn update(&self, package: &Path) -> Command {
        let name = ["update-function-code", "--function-name", &self.name];
        let mut command = tool(&self.store, name);
        command.arg("--zip-file").arg(package).arg("--publish");
        command
    }

    /// Lets the packages that were placed by hand grow older than the two seconds that the tool wants
    /// before it knows them by their times.
    pub(crate) fn let_packages_settle() {
        std::thread::sleep(std::time::Duration::from_millis(2500));
    }

    /// Edits the configuration, so that the next publish has something to publish.
    pub(crate) fn edit(&self) -> Result<()> {
        write(&self.path().join("$LATEST/config.json"), &self.config())
    }

    /// Sees that a version was made, and removes the one before it where that was made likewise: the
    /// function keeps as many versions as it was placed with, and the disk what it has.
    pub(crate) fn published(&mut self) -> Result<()> {
        self.highest += 1;
        self.check_highest()?;
        if self.highest > 2 {
            let before = self.path().join(format!("versions/{}", self.highest - 1));
            fs::remove_dir_all(before)?;
        }
        Ok(())
    }

    /// Notes versions made, all of which stay, and sees that they stand without a gap.
    pub(crate) fn published_many(&mut self, count: u64) -> Result<()> {
        for _ in 0..count {
            self.highest += 1;
            self.version(self.highest)?;
        }
        self.check_highest()
    }

    /// Sees that the highest version stands, and none above it.
    pub(crate) fn check_highest(&self) -> Result<()> {
        self.version(self.highest)?;
        let next = self.version(self.highest + 1);
        ensure!(next.is_err(), "{} has more versions than made", self.name);
        Ok(())
    }

    fn version(&self, number: u64) -> Result<()> {
        let version = self.path().join(format!("versions/{number}/config.json"));
        ensure!(version.is_file(), "{} was not made", version.display());
        Ok(())
    }

    fn config(&self) -> Vec<u8> {
        json!({
            "FunctionName": self.name,
            "Runtime": "python3.13",
            "Role": "arn:aws:iam::123456789012:role/bench",
            "Handler": "app.handler",
            "Description": format!("after version {:06}", self.highest),
        })
        .to_string()
        .into_bytes()
    }

    fn place_versions(&self) -> Result<()> {
        let versions = self.path().join("versions");
        for number in 1..=self.highest {
            let version = versions.join(number.to_string());
            fs::create_dir_all(&version)?;
            write(&version.join("code.zip"), b"placed by hand")?;
            write(&version.join("config.json"), &self.config())?;
        }
        Ok(())
    }
}

/// Makes a store as `init` does.
pub(crate) fn make_store(directory: &Path) -> Result<PathBuf> {
    run(&mut tool(directory, ["init"]))?;
    Ok(directory.to_owned())
}

/// Writes a file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    Ok(File::create(path)?.write_all(bytes)?)
}

/// Makes a file of this many bytes that look like none else.
fn fill(path: &Path, size: u64) -> Result<()> {
    let mut file = File::create(path)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ size;
    let mut left = usize::try_from(size)?;
    let mut piece = Vec::with_capacity(1 << 20);
    while left > 0 {
        piece.clear();
        while piece.len() < left.min(1 << 20) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            piece.extend(state.to_le_bytes());
        }
        piece.truncate(left);
        file.write_all(&piece)?;
        left -= piece.len();
    }
    Ok(())
}
