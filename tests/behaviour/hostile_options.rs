//! Options whose values are made to fill the memory: refused in little of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::support::{TestStore, run_with_little_memory, says};

/// Makes a file beside the store that is so large, and takes no room.
fn hole(store: &TestStore, size: u64) -> String {
    let path = store.beside("hole");
    std::fs::File::create(&path).unwrap().set_len(size).unwrap();
    path.display().to_string()
}

#[test]
fn a_file_that_is_larger_than_any_value_is_not_read() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let gigabyte = hole(&store, 1 << 30);
    let update = [
        "update-function-configuration",
        "--function-name",
        "hello",
        "--description",
    ];
    for path in [&gigabyte, "/dev/zero"] {
        for prefix in ["file://", "fileb://"] {
            let file = format!("{prefix}{path}");
            let environment = ["--function-name", "hello", "--environment", &file];
            for command in [
                &[&update[..], &[&file]].concat()[..],
                &[&update[..1], &environment].concat(),
                &["get-function", "--function-name", &file],
                &["log", &file],
            ] {
                let ran = run_with_little_memory(&store, command);
                says(ran.failed(252), &[path, "has more than 1048576 bytes"]);
            }
        }
        let answer = ["import", "--from-aws", path, "--zip-file", "x.zip"];
        let ran = run_with_little_memory(&store, &answer);
        says(ran.failed(252), &[path, "has more than 1048576 bytes"]);
    }
    for option in ["--cli-input-json", "--cli-input-yaml"] {
        let file = format!("file://{gigabyte}");
        let ran = run_with_little_memory(&store, &["get-function", option, &file]);
        says(
            ran.failed(252),
            &[&gigabyte, "has more than 73400320 bytes"],
        );
        // As far as it may go, and no further.
        let ran = store.run(&["get-function", option, "file:///dev/zero"]);
        says(
            ran.failed(252),
            &["/dev/zero", "has more than 73400320 bytes"],
        );
    }
    assert!(store.files() == before);
}

#[test]
fn a_request_is_as_long_as_its_package_and_no_longer() {
    let store = TestStore::with_function("hello");
    let request = store.beside("request");
    let file = format!("file://{}", request.display());
    for (option, text) in [
        ("--cli-input-json", format!("[1{}]", ",1".repeat(2_000_000))),
        (
            "--cli-input-json",
            format!("[{{}}{}]", ",{}".repeat(2_000_000)),
        ),
        ("--cli-input-yaml", "- 1\n".repeat(2_000_000)),
        ("--cli-input-yaml", "? a\n".repeat(2_000_000)),
    ] {
        std::fs::write(&request, text).unwrap();
        let ran = run_with_little_memory(&store, &["get-function", option, &file]);
        says(ran.failed(252), &["more than 65536 values are no request"]);
    }
    let package = crate::support::zip_of(&[("zeros", &vec![0; 1024 * 1024])]);
    let package = STANDARD.encode(package);
    let lines: Vec<String> = package
        .as_bytes()
        .chunks(76)
        .map(|line| format!("  {}\n", String::from_utf8_lossy(line)))
        .collect();
    for (option, text) in [
        (
            "--cli-input-json",
            format!("{{\"FunctionName\": \"hello\", \"ZipFile\": \"{package}\"}}"),
        ),
        (
            "--cli-input-yaml",
            format!(
                "FunctionName: hello\nZipFile: !!binary |\n{}",
                lines.concat()
            ),
        ),
    ] {
        std::fs::write(&request, text).unwrap();
        store
            .run(&["update-function-code", option, &file])
            .succeeded();
    }
}

#[test]
fn a_query_that_doubles_and_doubles_ends_soon() {
    let store = TestStore::with_function("hello");
    let doubled = ["[@,@]"; 32].join("|");
    let repeated = format!("[{}]", vec!["@"; 40_000].join(","));
    let deep = format!("{}@{}", "[".repeat(240), "]".repeat(240));
    for query in [doubled, repeated] {
        for form in ["json", "text", "table", "yaml"] {
            let get = ["get-function", "--function-name", "hello", "--output", form];
            let ran = run_with_little_memory(&store, &[&get[..], &["--query", &query]].concat());
            says(ran.failed(255), &["the query repeats too much"]);
        }
    }
    let get = ["get-function", "--function-name", "hello"];
    let ran = run_with_little_memory(&store, &[&get[..], &["--query", &deep]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_long_value_in_a_long_list_makes_no_endless_table() {
    let store = TestStore::with_function("hello");
    let layers = vec![json!({"Arn": "x"}); 5000];
    for (description, layers) in [(1_000_000, &layers[..0]), (400_000, &layers)] {
        store.edit_config("hello", |config| {
            config["Description"] = "x".repeat(description).into();
            config["Layers"] = layers.into();
        });
        let get = ["get-function", "--function-name", "hello"];
        for form in ["json", "text", "yaml"] {
            let ran = run_with_little_memory(&store, &[&get[..], &["--output", form]].concat());
            assert_eq!(ran.code, Some(0), "{form}");
        }
        let table = [&get[..], &["--output", "table"]].concat();
        let ran = run_with_little_memory(&store, &table);
        says(ran.failed(255), &["the table would have", "--query"]);
        let query = ["--query", "Configuration.[Timeout, MemorySize]"];
        let ran = run_with_little_memory(&store, &[&table[..], &query].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
}
