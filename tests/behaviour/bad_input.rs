//! What is wrong on the disk: said clearly, and left alone.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::support::{ROLE, Ran, TestStore, command, make_fifo, run, says, zip_of};

/// A value of an environment that stands in every configuration here and in no message.
const SECRET: &str = "s3cr3t";

/// Far more than any command here needs: what takes longer hangs.
const DEADLINE: Duration = Duration::from_secs(20);

const GET: &str = "get-function-configuration";
const PUBLISH: &str = "publish-version";
const UPDATE: &str = "update-function-code";

/// Runs a command on the function hello, never longer than [`DEADLINE`].
fn run_on_hello(store: &TestStore, name: &str, options: &[&str]) -> Ran {
    let zip = store.zip("updated.zip", b"updated");
    let zip_file = ["--zip-file", &zip];
    let package: &[&str] = if name == UPDATE { &zip_file } else { &[] };
    let arguments = [&[name, "--function-name", "hello"], package, options].concat();
    run(store.command(&arguments).timeout(DEADLINE))
}

/// The operation's name in errors.
fn operation(command: &str) -> &'static str {
    match command {
        GET => "GetFunctionConfiguration",
        PUBLISH => "PublishVersion",
        UPDATE => "UpdateFunctionCode",
        other => panic!("no operation is known for {other}"),
    }
}

/// Sees that a command on the function hello fails with this code, changes nothing and tells no
/// secret; returns the message.
#[track_caller]
fn refused(store: &TestStore, code: &str, name: &str, options: &[&str]) -> String {
    let before = store.files();
    let ran = run_on_hello(store, name, options);
    let message = ran.failed_with(code, operation(name));
    assert!(!message.contains(SECRET), "{message}");
    assert!(
        store.files() == before,
        "{name} changed the store: {message}"
    );
    message.to_owned()
}

/// Sees that reading, publishing and updating the function hello all fail as [`refused`] says,
/// with messages that name these things.
#[track_caller]
fn all_refused(store: &TestStore, named: &[&str]) {
    for name in [GET, PUBLISH, UPDATE] {
        let message = refused(store, "ServiceException", name, &[]);
        says(&message, named);
    }
}

/// Writes `$LATEST/config.json` of hello and returns its path.
fn write_config(store: &TestStore, text: impl AsRef<[u8]>) -> String {
    let path = store.join("hello/$LATEST/config.json");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Returns a good configuration, a member a line from line 2 on, with further members from line 6
/// on.
fn config_with(members: &str) -> String {
    format!(
        "{{\n\"Runtime\": \"python3.13\",\n\"Handler\": \"app.handler\",\n\"Role\": \"{ROLE}\",\n\
         \"Environment\": {{\"Variables\": {{\"TOKEN\": \"{SECRET}\"}}}},\n{members}\n}}"
    )
}

#[test]
fn a_missing_package_or_configuration_is_named_with_the_way_out() {
    for file in ["code.zip", "config.json"] {
        for store in [
            TestStore::made_by_hand("hello"),
            TestStore::with_function("hello"),
        ] {
            let path = store.join("hello/$LATEST").join(file);
            std::fs::remove_file(&path).unwrap();
            all_refused(&store, &[&path.display().to_string(), "missing", "put the"]);
        }
    }
}

#[test]
fn a_configuration_that_is_no_json_is_named_with_the_line() {
    let store = TestStore::made_by_hand("hello");
    for (text, line) in [
        (String::new(), "line 1"),
        (" \n\n".to_owned(), "line 3"),
        (
            config_with("\"Timeout\": 3").replace("\"Role\"", "Role"),
            "line 4",
        ),
        (
            config_with("\"Timeout\": 3").replace(&format!("\"{SECRET}\""), SECRET),
            "line 5",
        ),
        (config_with("\"Timeout\": 3,"), "line 7"),
        (config_with("\"Timeout\": 03"), "line 6"),
        (config_with("\"Timeout\": NaN"), "line 6"),
        (config_with("\"Description\": \"a\tb\""), "line 6"),
        (config_with("\"Timeout\": 3") + "\n{}", "line 8"),
        (
            config_with("\"Timeout\": 3").replace("3\n}", "3\n"),
            "line 7",
        ),
        (
            format!("\u{feff}{}", config_with("\"Timeout\": 3")),
            "line 1",
        ),
    ] {
        let path = write_config(&store, &text);
        all_refused(&store, &[&path, line]);
    }
}

#[test]
fn a_configuration_that_is_no_object_is_named_with_what_it_is() {
    let store = TestStore::made_by_hand("hello");
    for (text, found) in [
        (format!("[{{\"TOKEN\": \"{SECRET}\"}}]"), "list"),
        (format!("\"{SECRET}\""), "string"),
        ("null".to_owned(), "null"),
        ("3".to_owned(), "number"),
        ("true".to_owned(), "boolean"),
    ] {
        let path = write_config(&store, text);
        all_refused(&store, &[&path, "line 1", "object", found]);
    }
}

#[test]
fn a_member_that_stands_twice_is_named_with_its_line() {
    let store = TestStore::made_by_hand("hello");
    let environment = format!("{{\"TOKEN\": \"{SECRET}\",\n\"TOKEN\": \"{SECRET}\"}}");
    for (members, line, member) in [
        ("\"Role\": \"other\"".to_owned(), "line 6", "Role"),
        ("\"Own\": 1,\n\"Own\": 1".to_owned(), "line 7", "Own"),
        // The same name, written with an escape.
        ("\"R\\u006fle\": \"other\"".to_owned(), "line 6", "Role"),
        (format!("\"VpcConfig\": {environment}"), "line 7", "TOKEN"),
        (
            "\"Own\": [1, {\"A\": {},\n\n\"A\": 2}]".to_owned(),
            "line 8",
            "A",
        ),
    ] {
        let path = write_config(&store, config_with(&members));
        all_refused(&store, &[&path, line, member, "twice"]);
    }
}

#[test]
fn a_value_of_a_wrong_type_is_named_with_its_line_and_where_it_stands() {
    let store = TestStore::made_by_hand("hello");
    for (members, line, field) in [
        ("\"Timeout\": \"3\"", "line 6", "Timeout"),
        ("\"Timeout\": 3.5", "line 6", "Timeout"),
        ("\"Timeout\": true", "line 6", "Timeout"),
        ("\"MemorySize\": [128]", "line 6", "MemorySize"),
        ("\"Own\": 1,\n\"Description\": 5", "line 7", "Description"),
        ("\"TracingConfig\": \"Active\"", "line 6", "TracingConfig"),
        (
            "\"TracingConfig\": {\n\"Mode\": 1}",
            "line 7",
            "TracingConfig.Mode",
        ),
        (
            "\"EphemeralStorage\": {\"Size\": \"512\"}",
            "line 6",
            "EphemeralStorage.Size",
        ),
        ("\"Layers\": {}", "line 6", "Layers"),
        ("\"Layers\": [{\"Arn\": 5}]", "line 6", "Arn"),
        ("\"Architectures\": [5]", "line 6", "Architectures"),
        (
            "\"VpcConfig\": {\"SubnetIds\": \"subnet-1\"}",
            "line 6",
            "VpcConfig.SubnetIds",
        ),
    ] {
        let path = write_config(&store, config_with(members));
        all_refused(&store, &[&path, line, field]);
    }
}

#[test]
fn a_wrong_type_in_the_environment_is_named_and_its_value_kept_back() {
    let store = TestStore::made_by_hand("hello");
    for (environment, field) in [
        (json!({"Variables": {"TOKEN": [SECRET]}}), "Variables.TOKEN"),
        (
            json!({"Variables": {"TOKEN": {"A": SECRET}}}),
            "Variables.TOKEN",
        ),
        (json!({"Variables": SECRET}), "Environment.Variables"),
        (json!(SECRET), "Environment"),
        (json!([SECRET]), "Environment"),
    ] {
        let text = format!(
            "{{\n\"Runtime\": \"python3.13\",\n\"Handler\": \"app.handler\",\n\"Role\": \"{ROLE}\",\n\
             \"Environment\": {environment}}}"
        );
        let path = write_config(&store, text);
        all_refused(&store, &[&path, "line 5", field]);
    }
}

#[test]
fn impossible_values_are_all_told_at_once_and_can_still_be_read() {
    let store = TestStore::made_by_hand("hello");
    let long = "x".repeat(257);
    let text = format!(
        "{{\n\"Runtime\": \"python0.9\",\n\"Handler\": \"app handler\",\n\"Role\": \"demo\",\n\
         \"Timeout\": 901,\n\"MemorySize\": 127,\n\"Description\": \"{long}\",\n\
         \"Environment\": {{\"Variables\": {{\"AWS_REGION\": \"{SECRET}\"}}}},\n\
         \"EphemeralStorage\": {{\"Size\": 511}},\n\"Architectures\": [\"z80\"]}}"
    );
    let path = write_config(&store, text);
    for name in [PUBLISH, UPDATE] {
        let message = refused(&store, "InvalidParameterValueException", name, &[]);
        let mut named = vec![path.as_str(), "python0.9", "app handler", "demo", "901"];
        named.extend(["127", "257", "256", "AWS_REGION", "511", "z80"]);
        named.extend(["Runtime", "Handler", "Role", "Timeout", "MemorySize"]);
        named.extend(["Description", "Environment", "EphemeralStorage"]);
        named.extend(["Architectures", "line 2", "line 3", "line 4", "line 5"]);
        named.extend(["line 6", "line 7", "line 8", "line 9", "line 10"]);
        says(&message, &named);
    }
    // Readers refuse only what they can't read.
    assert_eq!(store.get("hello", &[]).succeeded()["Timeout"], 901);
}

#[test]
fn each_impossible_value_is_refused_by_itself() {
    let store = TestStore::made_by_hand("hello");
    let large = "x".repeat(4097);
    for (members, named) in [
        ("\"Timeout\": 0".to_owned(), ["line 6", "Timeout"]),
        ("\"Timeout\": -1".to_owned(), ["line 6", "Timeout"]),
        ("\"MemorySize\": 3009".to_owned(), ["line 6", "MemorySize"]),
        (
            "\"PackageType\": \"Image\"".to_owned(),
            ["line 6", "PackageType"],
        ),
        (
            "\"TracingConfig\": {\"Mode\": \"On\"}".to_owned(),
            ["line 6", "TracingConfig.Mode"],
        ),
        (
            "\"SnapStart\": {\"ApplyOn\": \"Never\"}".to_owned(),
            ["line 6", "SnapStart.ApplyOn"],
        ),
        (
            format!("\"Own\": \"{large}\",\n\"Description\": \"{large}\""),
            ["line 7", "Description"],
        ),
    ] {
        let path = write_config(&store, config_with(&members));
        let message = refused(&store, "InvalidParameterValueException", PUBLISH, &[]);
        says(&message, &[&path, named[0], named[1]]);
    }
    let environment = config_with("\"Own\": 1").replace(SECRET, &large);
    let path = write_config(&store, environment);
    let message = refused(&store, "InvalidParameterValueException", PUBLISH, &[]);
    says(&message, &[&path, "line 5", "Environment", "4096"]);
    assert!(!message.contains("xxx"), "{message}");
}

#[test]
fn what_a_function_must_have_is_asked_for_when_it_is_published() {
    let store = TestStore::made_by_hand("hello");
    let path = write_config(&store, "{\"Description\": \"nothing else\"}");
    let message = refused(&store, "InvalidParameterValueException", PUBLISH, &[]);
    says(&message, &[&path, "Runtime", "Role", "Handler"]);
}

#[test]
fn a_configuration_that_is_not_utf_8_is_named() {
    let store = TestStore::made_by_hand("hello");
    let mut text = config_with("\"Description\": \"gr?n\"").into_bytes();
    let place = text.iter().position(|byte| *byte == b'?').unwrap();
    text[place] = 0xfc;
    let path = write_config(&store, text);
    all_refused(&store, &[&path, "UTF-8"]);
}

#[test]
fn a_configuration_nested_a_hundred_thousand_deep_is_refused() {
    let store = TestStore::made_by_hand("hello");
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = format!("{}0{}", open.repeat(100_000), close.repeat(100_000));
        let path = write_config(&store, config_with(&format!("\"Own\": {nested}")));
        all_refused(&store, &[&path, "line 6"]);
        let path = write_config(&store, &nested);
        all_refused(&store, &[&path, "line 1"]);
    }
}

#[test]
fn a_damaged_version_or_alias_is_named() {
    let store = TestStore::made_by_hand("hello");
    store.publish("hello", &[]).succeeded();
    let config = store.join("hello/versions/1/config.json");
    std::fs::remove_file(&config).unwrap();
    std::fs::write(&config, "{\n\"Runtime\": 5}").unwrap();
    let message = refused(&store, "ServiceException", GET, &["--qualifier", "1"]);
    says(
        &message,
        &[&config.display().to_string(), "line 2", "Runtime"],
    );

    let alias = store.join("hello/aliases/live.json");
    std::fs::create_dir(store.join("hello/aliases")).unwrap();
    for (text, named) in [
        ("{", "line 1"),
        ("[]", "object"),
        ("{\n\"FunctionVersion\": 1}", "FunctionVersion"),
        ("{}", "FunctionVersion"),
    ] {
        std::fs::write(&alias, text).unwrap();
        let message = refused(&store, "ServiceException", GET, &["--qualifier", "live"]);
        says(&message, &[&alias.display().to_string(), named]);
    }
}

#[test]
fn a_damaged_store_json_is_named_by_every_command() {
    let store = TestStore::made_by_hand("hello");
    let path = store.join("store.json");
    let named = path.display().to_string();
    for (text, what) in [
        ("", "line 1"),
        ("{\n\"Format\": 1,\n}", "line 3"),
        ("[]", "object"),
        ("null", "object"),
        ("{\"Format\": 1, \"Format\": 1}", "Format"),
        (
            "{\"Format\": 1, \"Quotas\": {\n\"Tags\": 1, \"Tags\": 2}}",
            "Tags",
        ),
        ("{\"Format\": \"1\"}", "line 1: Format"),
        (
            "{\"Format\": 1,\n\"AccountId\": 123456789012}",
            "line 2: AccountId",
        ),
        (
            "{\"Format\": 1,\n\"Quotas\": {\"Timeout\": \"x\"}}",
            "line 2: Quotas.Timeout",
        ),
        ("{\"Format\": 1,\n\"Quotas\": []}", "line 2: Quotas"),
        ("{\"Format\": 1, \"AccountId\": \"12\"}", "AccountId"),
        ("{\"Format\": 1, \"Region\": \"\"}", "Region"),
        ("{\"Format\": 1, \"Partition\": \"a b\"}", "Partition"),
    ] {
        std::fs::write(&path, text).unwrap();
        all_refused(&store, &[&named, what]);
        let before = store.files();
        let made = store.create("other", &[]);
        says(
            made.failed_with("ServiceException", "CreateFunction"),
            &[&named, what],
        );
        assert!(store.files() == before);
    }
    std::fs::write(&path, b"{\"Format\": 1, \"Own\": \"\xff\"}").unwrap();
    all_refused(&store, &[&named, "UTF-8"]);
}

/// Returns every path in the store, what belongs to writers included.
fn all_paths(store: &TestStore) -> BTreeSet<PathBuf> {
    let entries = walkdir::WalkDir::new(store.path());
    entries
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .collect()
}

#[test]
fn a_store_of_a_newer_format_is_read_with_a_warning_and_never_written() {
    let store = TestStore::made_by_hand("hello");
    let path = store.join("store.json");
    let text = "{\"Format\": 2, \"Region\": \"eu-west-1\", \"Surprise\": {\"A\": [1]}}";
    std::fs::write(&path, text).unwrap();
    let (files, paths) = (store.files(), all_paths(&store));

    let ran = store.get("hello", &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    says(
        &ran.stderr,
        &["warning", &path.display().to_string(), "format 2"],
    );
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        answer["FunctionArn"],
        "arn:aws:lambda:eu-west-1:123456789012:function:hello"
    );

    let cases = [
        ("PublishVersion", store.publish("hello", &[])),
        ("UpdateFunctionCode", store.update("hello", b"v2", &[])),
        ("CreateFunction", store.create("other", &[])),
    ];
    for (operation, ran) in cases {
        let start =
            format!("An error occurred (ServiceException) when calling the {operation} operation");
        // The warning may come before the error.
        says(
            ran.failed(254),
            &[&start, &path.display().to_string(), "format 2", "newer"],
        );
    }
    assert!(store.files() == files);
    assert_eq!(all_paths(&store), paths);
}

/// What may stand in a place where it does not belong. A link leads to what would be right.
#[derive(Debug, Clone, Copy)]
enum Wrong {
    Link,
    Fifo,
    /// A directory where a file belongs, a file where a directory does.
    OtherKind,
}

/// Replaces what stands at a path; what stood there is kept beside the store.
fn replace(store: &TestStore, path: &str, wrong: Wrong) {
    let place = store.join(path);
    let aside = store.beside("aside");
    if place.symlink_metadata().is_ok() {
        std::fs::rename(&place, &aside).unwrap();
    } else {
        std::fs::write(&aside, "").unwrap();
    }
    match wrong {
        Wrong::Link => symlink(&aside, &place).unwrap(),
        Wrong::Fifo => make_fifo(&place),
        Wrong::OtherKind if aside.is_dir() => std::fs::write(&place, "a file").unwrap(),
        Wrong::OtherKind => std::fs::create_dir(&place).unwrap(),
    }
}

/// A command, and its options.
type Case = (&'static str, &'static [&'static str]);

#[test]
fn a_link_a_fifo_or_another_kind_of_file_is_refused_where_it_does_not_belong() {
    const ALL: &[Case] = &[(GET, &[]), (PUBLISH, &[]), (UPDATE, &[])];
    const WRITERS: &[Case] = &[(PUBLISH, &[]), (UPDATE, &["--publish"])];
    const VERSIONS: &[Case] = &[
        (GET, &["--qualifier", "1"]),
        (PUBLISH, &[]),
        (UPDATE, &["--publish"]),
    ];
    const ALIASES: &[Case] = &[(GET, &["--qualifier", "live"])];
    for (place, cases) in [
        ("hello", ALL),
        ("store.json", ALL),
        ("hello/$LATEST", ALL),
        ("hello/$LATEST/code.zip", ALL),
        ("hello/$LATEST/config.json", ALL),
        ("hello/history.jsonl", ALL),
        ("hello/.lock", WRITERS),
        ("hello/.staging", WRITERS),
        ("hello/versions", VERSIONS),
        ("hello/versions/1", VERSIONS),
        ("hello/aliases", ALIASES),
        ("hello/aliases/live.json", ALIASES),
    ] {
        for wrong in [Wrong::Link, Wrong::Fifo, Wrong::OtherKind] {
            let store = TestStore::new();
            store.create("hello", &["--publish"]).succeeded();
            std::fs::create_dir(store.join("hello/aliases")).unwrap();
            let alias = "{\"FunctionVersion\": \"1\"}";
            std::fs::write(store.join("hello/aliases/live.json"), alias).unwrap();
            replace(&store, place, wrong);
            let outside = crate::support::files_under(&store.beside("aside"));
            let named = store.join(place).display().to_string();
            for (name, options) in cases {
                let message = refused(&store, "ServiceException", name, options);
                says(&message, &[&named]);
            }
            assert_eq!(
                crate::support::files_under(&store.beside("aside")),
                outside,
                "{place}: a {wrong:?} was followed"
            );
        }
    }
}

#[test]
fn nothing_is_created_where_something_stands() {
    for wrong in [Wrong::Link, Wrong::Fifo, Wrong::OtherKind] {
        let store = TestStore::with_function("hello");
        replace(&store, "hello", wrong);
        let before = store.files();
        store
            .create("hello", &[])
            .failed_with("ResourceConflictException", "CreateFunction");
        assert!(store.files() == before, "{wrong:?}");
    }
    let store = TestStore::new();
    std::fs::create_dir(store.join("hello")).unwrap();
    store
        .create("hello", &[])
        .failed_with("ResourceConflictException", "CreateFunction");
    assert_eq!(std::fs::read_dir(store.join("hello")).unwrap().count(), 0);
}

#[test]
fn a_package_that_cannot_be_read_is_wrong_usage() {
    let store = TestStore::with_function("hello");
    let fifo = store.beside("fifo.zip");
    make_fifo(&fifo);
    let before = store.files();
    for (path, cause) in [
        (store.beside("missing.zip"), "No such file"),
        (store.path(), "[Errno 21] Is a directory"),
        (fifo, "regular file"),
        (store.beside("created.zip/code.zip"), "Not a directory"),
    ] {
        let path = path.display().to_string();
        for prefix in ["fileb://", ""] {
            let zip_file = format!("{prefix}{path}");
            let options = ["--zip-file", &zip_file];
            let ran = run_on_hello(&store, UPDATE, &options);
            says(ran.failed(252), &["--zip-file", &path, cause]);
            let ran = run_on_hello(&store, UPDATE, &[&options[..], &["--dry-run"]].concat());
            ran.failed(252);
            says(
                store.create("other", &options).failed(252),
                &["--zip-file", &path],
            );
        }
    }
    assert!(store.files() == before);
}

#[test]
fn what_is_no_package_is_refused_before_anything_is_changed() {
    let store = TestStore::with_function("hello");
    let whole = zip_of(&[("app.py", &[b'x'; 2000])]);
    for (name, bytes) in [
        ("text.zip", &b"this is no zip"[..]),
        ("empty.zip", b""),
        ("no-entries.zip", &zip_of(&[])),
        ("cut-off.zip", &whole[..whole.len() / 2]),
    ] {
        let path = store.beside(name);
        std::fs::write(&path, bytes).unwrap();
        let path = path.display().to_string();
        let code = "InvalidParameterValueException";
        let before = store.files();
        for options in [
            &["--zip-file", &path][..],
            &["--zip-file", &path, "--publish"],
            &["--zip-file", &path, "--dry-run"],
        ] {
            let ran = store.update("hello", b"v2", options);
            // What is no zip at all, the client tells.
            if name == "no-entries.zip" {
                says(ran.failed_with(code, "UpdateFunctionCode"), &[&path]);
            } else {
                ran.failed_as_no_zip();
            }
        }
        let ran = store.create("other", &["--zip-file", &path]);
        if name == "no-entries.zip" {
            says(ran.failed_with(code, "CreateFunction"), &[&path]);
        } else {
            ran.failed_as_no_zip();
        }
        assert!(store.files() == before, "{name}");
    }
}

#[test]
fn a_package_beyond_the_quotas_is_refused_with_the_quota_that_it_breaks() {
    let store = TestStore::with_function("hello");
    let size = zip_of(&[("app.py", &[b'x'; 500])]).len();
    for (quota, limit) in [("CodeSizeZipped", size - 1), ("CodeSizeUnzipped", 499)] {
        let settings = json!({"Format": 1, "Quotas": {quota: limit}});
        std::fs::write(store.join("store.json"), settings.to_string()).unwrap();
        let before = store.files();
        for options in [&[][..], &["--dry-run"]] {
            let ran = store.update("hello", &[b'x'; 500], options);
            let message = ran.failed_with("InvalidParameterValueException", "UpdateFunctionCode");
            says(message, &[quota, &limit.to_string()]);
        }
        assert!(store.files() == before);
        let settings = json!({"Format": 1, "Quotas": {quota: limit + 1}});
        std::fs::write(store.join("store.json"), settings.to_string()).unwrap();
        store
            .update("hello", &[b'x'; 500], &["--dry-run"])
            .succeeded();
    }
}

#[test]
fn a_store_below_a_plain_file_is_said_to_be_none() {
    let store = TestStore::nothing();
    let file = store.beside("file");
    std::fs::write(&file, "text").unwrap();
    let zip = store.zip("code.zip", b"v1");
    let below = file.join("store");
    for arguments in [
        &[GET, "--function-name", "hello"][..],
        &[PUBLISH, "--function-name", "hello"],
        &[UPDATE, "--function-name", "hello", "--zip-file", &zip],
        &["init"],
    ] {
        let ran = run(command().arg("--store").arg(&below).args(arguments));
        says(ran.failed(253), &[&below.display().to_string()]);
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"text");
}

/// Nobody in particular: who runs the commands where the tests themselves run as root, whom no
/// permission stops.
const NOBODY: u32 = 65_534;

/// Runs the command on a store as somebody whom permissions stop.
fn run_without_privileges(store: &TestStore, arguments: &[&str]) -> Ran {
    let binary = store.beside("lambda-store");
    if !binary.exists() {
        // The one that was built may stand where only root gets. It is copied by another process: a
        // file that this one still writes, or a child that another test just began, cannot be run.
        let mut copy = std::process::Command::new("cp");
        copy.arg(assert_cmd::cargo::cargo_bin!("lambda-store"));
        assert!(copy.arg(&binary).status().unwrap().success());
        set_mode(&binary, 0o755);
        set_mode(binary.parent().unwrap(), 0o755);
    }
    let mut command = std::process::Command::new(&binary);
    command.env_clear().env("LAMBDA_STORE", store.path());
    if rustix::process::getuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.args(arguments).output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Gives everything in a store these modes.
fn set_modes(store: &TestStore, directories: u32, files: u32) {
    for path in all_paths(store) {
        set_mode(&path, if path.is_dir() { directories } else { files });
    }
}

/// Sees that what stands at a path in the store is named, with the cause, when permission is denied.
fn denied(store: &TestStore, place: &str) {
    // Whoever it is may do everything elsewhere.
    set_modes(store, 0o777, 0o666);
    let before = store.files();
    let get = [GET, "--function-name", "hello"];
    assert_eq!(run_without_privileges(store, &get).code, Some(0));

    let path = store.join(place);
    let mode = path.metadata().unwrap().permissions();
    set_mode(&path, 0o000);
    for arguments in [get, [PUBLISH, "--function-name", "hello"]] {
        let ran = run_without_privileges(store, &arguments);
        let message = ran.failed_with("ServiceException", operation(arguments[0]));
        let named = path.display().to_string();
        says(message, &[named.trim_end_matches('/'), "ermission denied"]);
    }
    std::fs::set_permissions(&path, mode).unwrap();
    assert!(store.files() == before);
}

#[test]
fn a_store_without_permission_is_named_with_the_cause() {
    denied(&TestStore::made_by_hand("hello"), "");
}

#[test]
fn files_of_a_function_without_permission_are_named_with_the_cause() {
    let store = TestStore::made_by_hand("hello");
    for place in [
        "hello/$LATEST",
        "hello/$LATEST/config.json",
        "hello/$LATEST/code.zip",
    ] {
        denied(&store, place);
    }
}

#[test]
fn a_function_without_permission_is_named_with_the_cause_even_if_it_is_the_only_one() {
    let store = TestStore::made_by_hand("hello");
    store.place_function("other");
    denied(&store, "hello");
    let store = TestStore::made_by_hand("hello");
    denied(&store, "hello");
}

#[test]
fn a_read_only_store_is_read_and_not_written() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    set_modes(&store, 0o555, 0o444);
    let (before, paths) = (store.files(), all_paths(&store));
    for qualifier in ["$LATEST", "1"] {
        let options = [GET, "--function-name", "hello", "--qualifier", qualifier];
        let ran = run_without_privileges(&store, &options);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    }
    let status = run_without_privileges(&store, &["status", "hello"]);
    assert_eq!((status.code, status.stderr.as_str()), (Some(0), ""));
    says(&status.stdout, &["unchanged since version 1"]);
    let diff = run_without_privileges(&store, &["diff", "hello"]);
    assert_eq!((diff.code, diff.stderr.as_str()), (Some(0), ""));
    says(&diff.stdout, &["version 1 and $LATEST are the same"]);
    let zip = store.beside("created.zip").display().to_string();
    let named = store.path().display().to_string();
    for arguments in [
        &[PUBLISH, "--function-name", "hello"][..],
        &[UPDATE, "--function-name", "hello", "--zip-file", &zip],
    ] {
        let ran = run_without_privileges(&store, arguments);
        let message = ran.failed_with("ServiceException", operation(arguments[0]));
        says(message, &[&named, "ermission denied"]);
    }
    assert!(store.files() == before);
    assert_eq!(all_paths(&store), paths);
    // So that it can be removed.
    set_modes(&store, 0o755, 0o644);
}

#[test]
fn an_unknown_function_names_the_nearest_ones() {
    let store = TestStore::new();
    for function in ["checkout", "checkout-v2", "billing"] {
        store.create(function, &[]).succeeded();
    }
    // What is no function is not suggested, however near its name.
    std::fs::create_dir(store.join("chekout-notes")).unwrap();
    std::fs::write(store.join("checkou"), "").unwrap();
    for (wrong, hint) in [
        ("chekout", ". Did you mean checkout or checkout-v2?"),
        ("Billing", ". Did you mean billing?"),
        ("checkout-v3", ". Did you mean checkout-v2 or checkout?"),
        ("payments", ""),
    ] {
        let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:{wrong}");
        let expected = format!("Function not found: {arn}{hint}");
        for (ran, operation) in [
            (store.get(wrong, &[]), "GetFunctionConfiguration"),
            (store.get_function(wrong, &[]), "GetFunction"),
            (store.list(wrong, &[]), "ListVersionsByFunction"),
            (store.publish(wrong, &[]), "PublishVersion"),
            (store.update(wrong, b"v1", &[]), "UpdateFunctionCode"),
            (store.delete(wrong, &[]), "DeleteFunction"),
        ] {
            let message = ran.failed_with("ResourceNotFoundException", operation);
            assert_eq!(message, expected);
        }
    }
    // The function is there, and it is its version that is not.
    let message = store.get("billing", &["--qualifier", "7"]);
    let message = message.failed_with("ResourceNotFoundException", "GetFunctionConfiguration");
    assert!(!message.contains("Did you mean"), "{message}");
}
