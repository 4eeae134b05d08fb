//! `init`, and where a store is found or made.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{ROLE, Ran, TestStore, command, run, says, zip_of};

/// The values that hold without a store.json, as the format lists them.
fn standard() -> Value {
    json!({
        "Format": 1, "AccountId": "123456789012", "Region": "us-east-1", "Partition": "aws",
        "Quotas": {
            "TotalCodeSize": 80_530_636_800_u64, "CodeSizeZipped": 52_428_800,
            "CodeSizeUnzipped": 262_144_000, "MemorySize": 3008, "Timeout": 900,
            "EphemeralStorage": 10240, "EnvironmentSize": 4096, "Layers": 5, "Tags": 50
        }
    })
}

/// Runs a command on a store that is named by `--store`.
fn run_on(path: &Path, arguments: &[&str]) -> Ran {
    run(command().arg("--store").arg(path).args(arguments))
}

/// Runs the three commands that never make a store, on a path.
fn run_commands_that_make_no_store(store: &TestStore, path: &Path) -> Vec<Ran> {
    let zip = store.zip("code.zip", b"v1");
    [
        vec!["get-function-configuration"],
        vec!["publish-version"],
        vec!["update-function-code", "--zip-file", &zip],
    ]
    .iter()
    .map(|arguments| {
        run_on(
            path,
            &[arguments, &["--function-name", "hello"][..]].concat(),
        )
    })
    .collect()
}

/// Runs `create-function` on a path.
fn create_on(store: &TestStore, path: &Path) -> Ran {
    let zip = store.zip("code.zip", b"v1");
    let arguments = [
        "create-function",
        "--function-name",
        "hello",
        "--runtime",
        "python3.13",
        "--role",
        ROLE,
        "--handler",
        "app.handler",
        "--zip-file",
        &zip,
    ];
    run_on(path, &arguments)
}

#[test]
fn init_writes_the_standard_values_and_prints_what_it_wrote() {
    let store = TestStore::nothing();
    let ran = store.run(&["init"]);
    let text = std::fs::read_to_string(store.join("store.json")).unwrap();
    // Member order and indentation are part of the format, so the text is compared.
    let mut expected = Vec::new();
    let four_spaces = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut expected, four_spaces);
    serde::Serialize::serialize(&standard(), &mut serializer).unwrap();
    assert_eq!(text, String::from_utf8(expected).unwrap() + "\n");
    assert_eq!(ran.stdout, text);
    ran.succeeded();
    assert_eq!(
        store.files().len(),
        1,
        "nothing but store.json is left behind"
    );
}

#[test]
fn init_takes_account_region_and_partition_and_answers_follow_them() {
    let store = TestStore::nothing();
    let printed = store.run(&[
        "init",
        "--account-id",
        "210987654321",
        "--region",
        "cn-north-1",
        "--partition",
        "aws-cn",
    ]);
    let mut expected = standard();
    expected["AccountId"] = json!("210987654321");
    expected["Region"] = json!("cn-north-1");
    expected["Partition"] = json!("aws-cn");
    assert_eq!(printed.succeeded(), expected);
    let made = store.create("hello", &[]).succeeded();
    assert_eq!(
        made["FunctionArn"],
        "arn:aws-cn:lambda:cn-north-1:210987654321:function:hello"
    );
}

#[test]
fn init_refuses_impossible_values_all_at_once_and_makes_nothing() {
    let store = TestStore::nothing();
    let ran = store.run(&[
        "init",
        "--account-id",
        "12",
        "--region",
        "Frankfurt am Main",
        "--partition",
        "a:b",
    ]);
    let message = ran.failed_with("InvalidParameterValueException", "Init");
    says(
        message,
        &[
            "AccountId",
            "12",
            "Region",
            "Frankfurt am Main",
            "Partition",
            "a:b",
        ],
    );
    assert!(!store.path().exists());
}

#[test]
fn init_never_overwrites() {
    let store = TestStore::new();
    let before = store.files();
    let ran = store.run(&["init", "--region", "eu-west-1"]);
    says(
        ran.failed_with("ResourceConflictException", "Init"),
        &["store.json"],
    );
    assert_eq!(store.files(), before);

    // Also what is no store.json that could be read, and what is no file.
    for place in [
        |path: &Path| std::fs::write(path, "").unwrap(),
        |path: &Path| std::os::unix::fs::symlink("nowhere", path).unwrap(),
        |path: &Path| std::fs::create_dir(path).unwrap(),
    ] {
        let store = TestStore::nothing();
        std::fs::create_dir(store.path()).unwrap();
        place(&store.join("store.json"));
        let before = store.files();
        store.run(&["init"]).failed(254);
        assert_eq!(store.files(), before);
    }
}

#[test]
fn init_makes_the_directories_that_lead_to_the_store() {
    let store = TestStore::nothing();
    let deep = store.beside("one/two/three");
    run_on(&deep, &["init"]).succeeded();
    assert!(deep.join("store.json").is_file());
}

#[test]
fn init_makes_a_store_of_a_directory_of_functions() {
    let store = TestStore::made_by_hand("hello");
    store.run(&["init", "--region", "eu-west-1"]).succeeded();
    let found = store.get("hello", &[]).succeeded();
    assert_eq!(
        found["FunctionArn"],
        "arn:aws:lambda:eu-west-1:123456789012:function:hello"
    );
}

#[test]
fn a_functions_directory_is_no_store_and_the_one_above_is_named() {
    let store = TestStore::with_function("hello");
    let inside = store.join("hello");
    let before = store.files();
    let mut ran = run_commands_that_make_no_store(&store, &inside);
    ran.push(create_on(&store, &inside));
    ran.push(run_on(&inside, &["init"]));
    for ran in ran {
        says(
            ran.failed(253),
            &[&inside.display().to_string(), "function", "above"],
        );
    }
    assert_eq!(store.files(), before);
}

#[test]
fn a_directory_in_a_functions_directory_is_no_store_and_the_one_above_that_is_named() {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    std::fs::create_dir(store.join("hello/aliases")).unwrap();
    let before = store.files();
    for place in ["$LATEST", "versions", "versions/1", "aliases", ".staging"] {
        let inside = store.join("hello").join(place);
        let mut ran = run_commands_that_make_no_store(&store, &inside);
        ran.push(create_on(&store, &inside));
        ran.push(run_on(&inside, &["init"]));
        for ran in ran {
            says(
                ran.failed(253),
                &[&inside.display().to_string(), "function", "above"],
            );
        }
    }
    assert_eq!(store.files(), before);
}

#[test]
fn commands_that_make_no_store_say_that_there_is_none() {
    let store = TestStore::nothing();
    let missing = store.beside("missing/store");
    for ran in run_commands_that_make_no_store(&store, &missing) {
        says(
            ran.failed(253),
            &[&missing.display().to_string(), "init", "--store"],
        );
    }
    assert!(!store.beside("missing").exists());

    let empty = store.beside("empty");
    std::fs::create_dir(&empty).unwrap();
    for ran in run_commands_that_make_no_store(&store, &empty) {
        says(
            ran.failed(253),
            &[&empty.display().to_string(), "init", "--store"],
        );
    }
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0);

    let file = store.beside("file");
    std::fs::write(&file, "text").unwrap();
    let mut ran = run_commands_that_make_no_store(&store, &file);
    ran.push(create_on(&store, &file));
    ran.push(run_on(&file, &["init"]));
    for ran in ran {
        says(
            ran.failed(253),
            &[&file.display().to_string(), "not a directory"],
        );
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"text");
}

#[test]
fn a_directory_of_other_things_is_no_store_until_init_makes_it_one() {
    let store = TestStore::nothing();
    for name in ["src/deep", "README.md", ".git"] {
        std::fs::create_dir_all(store.join(name)).unwrap();
    }
    let before = store.files();
    for ran in run_commands_that_make_no_store(&store, &store.path()) {
        says(ran.failed(253), &[&store.path().display().to_string()]);
    }
    let ran = create_on(&store, &store.path());
    says(
        ran.failed(253),
        &[&store.path().display().to_string(), "src", "init"],
    );
    assert_eq!(store.files(), before);

    store.run(&["init"]).succeeded();
    create_on(&store, &store.path()).succeeded();
}

#[test]
fn a_store_is_known_by_store_json_by_its_staging_or_by_a_function() {
    let by_store_json = TestStore::new();
    let by_staging = TestStore::nothing();
    std::fs::create_dir_all(by_staging.join(".staging")).unwrap();
    let by_function = TestStore::made_by_hand("other");
    for store in [by_store_json, by_staging, by_function] {
        store
            .get("hello", &[])
            .failed_with("ResourceNotFoundException", "GetFunctionConfiguration");
    }
}

#[test]
fn create_makes_a_store_where_nothing_or_only_dotted_names_stand() {
    let store = TestStore::nothing();
    let missing = store.beside("one/two/store");
    let empty = store.beside("empty");
    std::fs::create_dir(&empty).unwrap();
    let dotted = store.beside("dotted");
    for name in ["README.md", ".git", "scripts.d", ".gitignore"] {
        std::fs::create_dir_all(dotted.join(name)).unwrap();
    }
    for path in [missing, empty, dotted] {
        create_on(&store, &path).succeeded();
        let found = run_on(
            &path,
            &["get-function-configuration", "--function-name", "hello"],
        );
        assert_eq!(found.succeeded()["FunctionName"], "hello");
        assert!(
            !path.join("store.json").exists(),
            "without init the standard values hold"
        );
    }
}

#[test]
fn a_relative_path_leads_to_a_store_from_the_current_directory() {
    let store = TestStore::nothing();
    let here = store.beside("here");
    std::fs::create_dir(&here).unwrap();
    std::fs::write(here.join("code.zip"), zip_of(&[("app.py", b"v1")])).unwrap();
    let in_here = |arguments: &[&str]| run(command().current_dir(&here).args(arguments));
    in_here(&["--store", "deep/store", "init"]).succeeded();
    assert!(here.join("deep/store/store.json").is_file());
    // Without an option and a variable the store is ./store.
    in_here(&["init"]).succeeded();
    assert!(here.join("store/store.json").is_file());
}

#[test]
fn a_failed_create_makes_no_store() {
    let store = TestStore::nothing();
    let not_a_zip = store.beside("text");
    std::fs::write(&not_a_zip, "no zip").unwrap();
    let not_a_zip = not_a_zip.display().to_string();
    store.create("bad name", &[]).failed(254);
    store.create("hello", &["--timeout", "901"]).failed(254);
    store
        .create("hello", &["--zip-file", &not_a_zip])
        .failed_as_no_zip();
    store
        .create("hello", &["--region", "eu-west-1"])
        .failed(252);
    // A failed command changes nothing.
    assert!(!store.path().exists());
}
