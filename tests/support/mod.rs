//! What the tests through the binary share: a store of their own, the command with an empty
//! environment, packages, and one way to mask what differs from run to run.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "each test target uses its part of this module, which places files as people do"
)]

#[cfg(target_os = "linux")]
pub mod planted;
pub mod sample;
pub mod shapes;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use lambda_store::api::document::Document;
use lambda_store::api::requested_configuration::RequestedConfiguration;
use serde_json::{Value, json};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

/// The role that test functions have.
pub const ROLE: &str = "arn:aws:iam::123456789012:role/demo";

/// A directory of the test's own, with a store in it.
pub struct TestStore {
    directory: TempDir,
}

/// A function's lock, held until this is dropped.
pub struct HeldLock(std::fs::File);

impl Drop for HeldLock {
    fn drop(&mut self) {
        // Closing the file would not do: a process that another test is just starting has a copy
        // of it until it becomes the command.
        fs2::FileExt::unlock(&self.0).unwrap();
    }
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl TestStore {
    /// Makes an empty store: its directory, and store.json as `init` writes it.
    pub fn new() -> Self {
        let store = Self::nothing();
        store.run(&["init"]).succeeded();
        store
    }

    /// Makes a directory in which no store stands yet.
    pub fn nothing() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    /// Makes a directory in another one, in which no store stands yet.
    pub fn nothing_in(directory: &Path) -> Self {
        Self {
            directory: tempfile::tempdir_in(directory).unwrap(),
        }
    }

    /// Makes a store with one function placed by hand: a package and a short configuration.
    pub fn made_by_hand(function: &str) -> Self {
        let store = Self::nothing();
        store.place_function(function);
        store
    }

    /// Makes a store with one function made by `create-function`.
    pub fn with_function(function: &str) -> Self {
        let store = Self::nothing();
        store.create(function, &[]).succeeded();
        store
    }

    /// Returns the path of the store.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    /// Returns the path of something in the store.
    pub fn join(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    /// Returns a path beside the store.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Places a function by hand.
    pub fn place_function(&self, function: &str) {
        let latest = self.join(function).join("$LATEST");
        std::fs::create_dir_all(&latest).unwrap();
        std::fs::write(latest.join("code.zip"), zip_of(&[("app.py", b"v0")])).unwrap();
        let config = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE});
        self.write_config(function, &config);
    }

    /// Writes a function's `$LATEST/config.json` by hand.
    pub fn write_config(&self, function: &str, config: &Value) {
        let text = serde_json::to_string_pretty(config).unwrap();
        std::fs::write(self.join(function).join("$LATEST/config.json"), text).unwrap();
    }

    /// Edits a function's `$LATEST/config.json` by hand.
    pub fn edit_config(&self, function: &str, edit: impl FnOnce(&mut Value)) {
        let mut config = self.json(&format!("{function}/$LATEST/config.json"));
        edit(&mut config);
        self.write_config(function, &config);
    }

    /// Puts a package of this content under `$LATEST` by hand.
    pub fn write_code(&self, function: &str, content: &[u8]) {
        let path = self.join(function).join("$LATEST/code.zip");
        std::fs::write(path, zip_of(&[("app.py", content)])).unwrap();
    }

    /// Places a version by hand: a package of this content and a configuration.
    pub fn place_version(&self, function: &str, number: u64, content: &[u8], config: &Value) {
        let version = self.join(&format!("{function}/versions/{number}"));
        std::fs::create_dir_all(&version).unwrap();
        std::fs::write(version.join("code.zip"), zip_of(&[("app.py", content)])).unwrap();
        std::fs::write(version.join("config.json"), config.to_string()).unwrap();
    }

    /// Writes `store.json` by hand.
    pub fn write_store_json(&self, content: &Value) {
        std::fs::create_dir_all(self.path()).unwrap();
        std::fs::write(self.join("store.json"), content.to_string()).unwrap();
    }

    /// Returns the text of a file in the store.
    pub fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.join(path)).unwrap()
    }

    /// Returns the JSON of a file in the store.
    pub fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path)).unwrap()
    }

    /// Returns the revision id of a function's `$LATEST`, as it is answered.
    pub fn revision_id(&self, function: &str) -> String {
        let answer = self.get(function, &[]).succeeded();
        answer["RevisionId"].as_str().unwrap().to_owned()
    }

    /// Writes a zip beside the store and returns its path, as `--zip-file` takes it.
    pub fn zip(&self, name: &str, content: &[u8]) -> String {
        let path = self.beside(name);
        std::fs::write(&path, zip_of(&[("app.py", content)])).unwrap();
        format!("fileb://{}", path.display())
    }

    /// Runs `create-function` with what it must have and further options.
    pub fn create(&self, function: &str, options: &[&str]) -> Ran {
        let zip = self.zip("created.zip", b"v0");
        let required = [
            "create-function",
            "--function-name",
            function,
            "--runtime",
            "python3.13",
            "--role",
            ROLE,
            "--handler",
            "app.handler",
            "--zip-file",
            &zip,
        ];
        self.run(&[&required, options].concat())
    }

    /// Runs `publish-version` with further options.
    pub fn publish(&self, function: &str, options: &[&str]) -> Ran {
        self.run(&[&["publish-version", "--function-name", function], options].concat())
    }

    /// Runs `update-function-code` with a package of this content and further options.
    pub fn update(&self, function: &str, content: &[u8], options: &[&str]) -> Ran {
        let zip = self.zip("updated.zip", content);
        let required = [
            "update-function-code",
            "--function-name",
            function,
            "--zip-file",
            &zip,
        ];
        self.run(&[&required, options].concat())
    }

    /// Runs `update-function-configuration` with further options.
    pub fn configure(&self, function: &str, options: &[&str]) -> Ran {
        let required = ["update-function-configuration", "--function-name", function];
        self.run(&[&required, options].concat())
    }

    /// Runs `get-function-configuration` with further options.
    pub fn get(&self, function: &str, options: &[&str]) -> Ran {
        self.run(
            &[
                &["get-function-configuration", "--function-name", function],
                options,
            ]
            .concat(),
        )
    }

    /// Runs `get-function` with further options.
    pub fn get_function(&self, function: &str, options: &[&str]) -> Ran {
        self.run(&[&["get-function", "--function-name", function], options].concat())
    }

    /// Runs `list-versions-by-function` with further options.
    pub fn list(&self, function: &str, options: &[&str]) -> Ran {
        let required = ["list-versions-by-function", "--function-name", function];
        self.run(&[&required, options].concat())
    }

    /// Runs `list-functions` with further options.
    pub fn list_functions(&self, options: &[&str]) -> Ran {
        self.run(&[&["list-functions"], options].concat())
    }

    /// Runs `delete-function` with further options.
    pub fn delete(&self, function: &str, options: &[&str]) -> Ran {
        self.run(&[&["delete-function", "--function-name", function], options].concat())
    }

    /// Runs `create-alias` with further options.
    pub fn create_alias(&self, name: &str, version: &str, options: &[&str]) -> Ran {
        let version = ["--function-version", version];
        self.alias("create-alias", name, &[&version, options].concat())
    }

    /// Runs `update-alias` with further options.
    pub fn update_alias(&self, name: &str, options: &[&str]) -> Ran {
        self.alias("update-alias", name, options)
    }

    /// Runs a command about an alias of `hello`.
    pub fn alias(&self, command: &str, name: &str, options: &[&str]) -> Ran {
        let required = [command, "--function-name", "hello", "--name", name];
        self.run(&[&required, options].concat())
    }

    /// Runs `list-aliases` of `hello` with further options.
    pub fn list_aliases(&self, options: &[&str]) -> Ran {
        self.run(&[&["list-aliases", "--function-name", "hello"], options].concat())
    }

    /// Writes two packages beside the store and runs `diff` on them with further options, there where
    /// they stand.
    pub fn diff_packages(&self, old: &[u8], new: &[u8], options: &[&str]) -> Ran {
        std::fs::write(self.beside("old.zip"), old).unwrap();
        std::fs::write(self.beside("new.zip"), new).unwrap();
        let arguments = ["diff", "hello", "old.zip", "new.zip"];
        let mut command = self.command(&[&arguments, options].concat());
        run(command.current_dir(self.beside("")))
    }

    /// Places an alias of `hello` by hand.
    pub fn place_alias(&self, name: &str, alias: &Value) {
        std::fs::create_dir_all(self.join("hello/aliases")).unwrap();
        let path = self.join(&format!("hello/aliases/{name}.json"));
        std::fs::write(path, alias.to_string()).unwrap();
    }

    /// Runs `log` with further options.
    pub fn log(&self, function: &str, options: &[&str]) -> Ran {
        self.run(&[&["log", function], options].concat())
    }

    /// Takes the lock of a function, as another command does while it changes the function.
    pub fn hold_lock(&self, function: &str) -> HeldLock {
        let mut options = std::fs::File::options();
        options.create(true).truncate(false).read(true).write(true);
        let file = options.open(self.join(function).join(".lock")).unwrap();
        fs2::FileExt::lock_exclusive(&file).unwrap();
        HeldLock(file)
    }

    /// Returns the command on this store, with an empty environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command();
        command.env("LAMBDA_STORE", self.path()).args(arguments);
        command
    }

    /// Runs the command on this store.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        run(&mut self.command(arguments))
    }

    /// Returns the lines of a function's history.
    pub fn history(&self, function: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.join(function).join("history.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Sees that every line of a function's history is whole and hangs on the one before it, and
    /// that time only goes on.
    #[track_caller]
    pub fn check_chain(&self, function: &str) {
        let text = self.text(&format!("{function}/history.jsonl"));
        assert!(text.ends_with('\n'), "{text}");
        let lines: Vec<&str> = text.lines().collect();
        let history = self.history(function);
        assert_eq!(history[0].get("Previous"), None, "{text}");
        for index in 1..lines.len() {
            let previous = sha256_hex(lines[index - 1].as_bytes());
            assert_eq!(history[index]["Previous"], previous, "{text}");
            let time = |index: usize| history[index]["Time"].as_str().unwrap();
            assert!(time(index) > time(index - 1), "{text}");
        }
    }

    /// Returns every file of the store with its content, directories with nothing; without the
    /// lock files and the empty staging directories, which are the writer's own.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        files_under(&self.path())
    }
}

impl Ran {
    /// Sees that the command succeeded and said nothing on stderr, and returns its JSON.
    #[track_caller]
    pub fn succeeded(&self) -> Value {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// Sees that the command succeeded and printed nothing at all.
    #[track_caller]
    pub fn succeeded_silently(&self) {
        let said = (self.code, self.stdout.as_str(), self.stderr.as_str());
        assert_eq!(said, (Some(0), "", ""));
    }

    /// Sees that the command failed with an exit code and printed no result; returns stderr.
    #[track_caller]
    pub fn failed(&self, code: i32) -> &str {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (Some(code), ""),
            "{self:?}"
        );
        &self.stderr
    }

    /// Sees that the client refused a deployment package, in the AWS CLI's words.
    #[track_caller]
    pub fn failed_as_no_zip(&self) {
        let said = "\n--zip-file must be a zip file with the fileb:// prefix.\n\
                    Example usage:  --zip-file fileb://path/to/file.zip\n";
        assert_eq!(self.failed(252), said);
    }

    /// Sees that the command failed with an error of the API; returns the message.
    #[track_caller]
    pub fn failed_with(&self, code: &str, operation: &str) -> &str {
        let start =
            format!("\nAn error occurred ({code}) when calling the {operation} operation: ");
        let message = self.failed(254).strip_prefix(&start);
        message
            .unwrap_or_else(|| panic!("expected {start}, found {}", self.stderr))
            .trim_end()
    }
}

/// Returns the command with an empty environment.
pub fn command() -> Command {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("lambda-store");
    command.env_clear().env("USER", "alice");
    command
}

/// Returns the names of all commands, as the help lists them.
pub fn listed_commands() -> Vec<String> {
    let help = run(command().arg("--help")).stdout;
    let list = help.split("Commands:\n").nth(1).unwrap();
    let list = list.split("\n\n").next().unwrap();
    list.lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs a command on a store with 64 MB of memory, and sees that it ends by itself.
#[track_caller]
pub fn run_with_little_memory(store: &TestStore, arguments: &[&str]) -> Ran {
    let binary = assert_cmd::cargo::cargo_bin!("lambda-store");
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "ulimit -d 65536 && exec \"$0\" \"$@\""])
        .arg(binary)
        .args(arguments)
        .current_dir(store.beside(""))
        .timeout(std::time::Duration::from_secs(60))
        .env_clear()
        .env("LAMBDA_STORE", store.path());
    let ran = run(&mut command);
    let usual = [0, 1, 252, 253, 254, 255];
    assert!(
        ran.code.is_some_and(|code| usual.contains(&code)),
        "{arguments:?}: {:?} {:.300}",
        ran.code,
        ran.stderr
    );
    ran
}

/// Makes a zip of entries, the same bytes for the same entries.
pub fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let entries: Vec<_> = entries
        .iter()
        .map(|(name, content)| (*name, *content, stored()))
        .collect();
    zip_with(&entries)
}

/// Makes a zip of entries, each written as its options say.
pub fn zip_with(entries: &[(&str, &[u8], SimpleFileOptions)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content, options) in entries {
        writer.start_file(*name, *options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Returns the options of an entry that is always written as the same bytes.
pub fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
}

/// Makes a tar file of entries as `export` writes them.
pub fn tar_of(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o640);
        header.set_mtime(1_700_000_000);
        archive
            .append_data(&mut header, path, content.as_slice())
            .unwrap();
    }
    archive.into_inner().unwrap()
}

/// Returns the entries of a tar file in their order.
pub fn entries_of(tar: &[u8]) -> Vec<(String, Vec<u8>)> {
    use std::io::Read as _;
    let mut archive = tar::Archive::new(tar);
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let path = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (path, content)
    });
    entries.collect()
}

/// Makes of members what a request through the library gives for a configuration.
pub fn requested_configuration(members: &Value) -> RequestedConfiguration {
    let document = Document::parse(&members.to_string()).unwrap();
    RequestedConfiguration::from_document(document).unwrap()
}

/// Returns the SHA-256 of a package as Lambda writes it, in base64.
pub fn code_sha256(package: &[u8]) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(package))
}

/// Follows a Location as a program would that knows nothing of stores.
#[track_caller]
pub fn followed(location: &Value) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    let location = location.as_str().unwrap();
    let path = location.strip_prefix("file://").unwrap();
    let stands_in_a_path =
        |letter: char| letter.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@%".contains(letter);
    assert!(path.starts_with('/'), "{location} is not absolute");
    assert!(path.chars().all(stands_in_a_path), "{location} is no URL");
    for escape in path.split('%').skip(1) {
        let digits = &escape.as_bytes()[..2];
        assert!(digits.iter().all(u8::is_ascii_hexdigit), "{location}");
    }
    let bytes = percent_encoding::percent_decode_str(path).collect();
    std::ffi::OsString::from_vec(bytes).into()
}

/// Returns when a file was last modified.
pub fn modified(path: &Path) -> std::time::SystemTime {
    std::fs::metadata(path).unwrap().modified().unwrap()
}

/// Sets when a file was last modified.
pub fn set_modified(path: &Path, time: std::time::SystemTime) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

/// Returns every file below a directory with its content, see [`TestStore::files`].
pub fn files_under(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let own = [".lock", ".usage", ".usage.lock"];
    let mut found = BTreeMap::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(path) = pending.pop() {
        for entry in std::fs::read_dir(&path).into_iter().flatten() {
            let path = entry.unwrap().path();
            let metadata = std::fs::symlink_metadata(&path).unwrap();
            let name = path.strip_prefix(directory).unwrap().to_owned();
            if metadata.is_dir() {
                let is_empty = std::fs::read_dir(&path).unwrap().next().is_none();
                if !(is_empty && path.ends_with(".staging")) {
                    found.insert(name, Vec::new());
                }
                pending.push(path);
            } else if !own.iter().any(|own| path.ends_with(own)) {
                let content = if metadata.is_file() {
                    std::fs::read(&path).unwrap()
                } else {
                    vec![]
                };
                found.insert(name, content);
            }
        }
    }
    found
}

/// Masks times, revision ids and hosts, which differ from run to run.
pub fn masked(text: &str) -> String {
    let uuid = fancy_regex::Regex::new(
        "[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    );
    let time = fancy_regex::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000").unwrap();
    let text = uuid
        .unwrap()
        .replace_all(text, "<revision id>")
        .into_owned();
    let text = time.replace_all(&text, "<time>").into_owned();
    // As wide as it is, so that columns stay columns.
    let minutes = fancy_regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d").unwrap();
    minutes.replace_all(&text, "YYYY-MM-DD hh:mm").into_owned()
}

/// Sees that a message names all that it must.
#[track_caller]
pub fn says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} is missing in: {message}");
    }
}

/// Returns the names in a directory, sorted.
pub fn names_in(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// Makes a FIFO, which blocks who opens it without care.
pub fn make_fifo(path: &Path) {
    let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from(0o600));
    rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
}

/// Returns the SHA-256 of some bytes in hexadecimal, as the history writes it.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in sha2::Sha256::digest(bytes) {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}
