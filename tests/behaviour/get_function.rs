//! `get-function`: the configuration, where the package of that very state is, and the tags.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::shapes::is_of_shape;
use crate::support::{ROLE, Ran, TestStore, code_sha256, followed, run, says, zip_of};

const GET: &str = "GetFunction";
const NOT_FOUND: &str = "ResourceNotFoundException";
const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";

/// A store with versions 1 and 2 of `hello`, aliases, and other code under `$LATEST`.
fn store_with_versions() -> TestStore {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    store.update("hello", b"v1", &["--publish"]).succeeded();
    store.update("hello", b"v2", &[]).succeeded();
    store.place_alias("live", &json!({"FunctionVersion": "1"}));
    store.place_alias("head", &json!({"FunctionVersion": "$LATEST"}));
    store
}

/// Every qualifier of that store, and what is in the package that it leads to.
const STATES: [(&[&str], &[u8]); 6] = [
    (&[], b"v2"),
    (&["--qualifier", "$LATEST"], b"v2"),
    (&["--qualifier", "1"], b"v0"),
    (&["--qualifier", "2"], b"v1"),
    (&["--qualifier", "live"], b"v0"),
    (&["--qualifier", "head"], b"v2"),
];

/// Sees that the answer leads to a package with this in it, and tells its hash and size.
#[track_caller]
fn leads_to(ran: &Ran, content: &[u8]) {
    let answer = ran.succeeded();
    assert_eq!(answer["Code"]["RepositoryType"], "S3");
    let package = zip_of(&[("app.py", content)]);
    let path = followed(&answer["Code"]["Location"]);
    let found = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(found, package);
    let configuration = &answer["Configuration"];
    assert_eq!(configuration["CodeSha256"], code_sha256(&package));
    assert_eq!(configuration["CodeSize"], package.len());
}

/// Indents what stands below the first line by one step.
fn indented(text: &str) -> String {
    text.trim_end().replace('\n', "\n    ")
}

#[test]
fn the_configuration_is_what_get_function_configuration_prints() {
    let created = store_with_versions();
    let by_hand = TestStore::made_by_hand("hello");
    // Numbers and members that nobody knows are printed as they stand, here as there.
    let text = format!(
        "{{\"Runtime\": \"python3.13\", \"Handler\": \"app.handler\", \"Role\": \"{ROLE}\", \
         \"Ours\": [1.50e3, {{\"z\": 1, \"a\": \"\\u00e9\"}}], \"Description\": \"größer\\n☃\", \
         \"Environment\": {{\"Variables\": {{\"Zone\": \"b\", \"STAGE\": \"test\"}}}}}}"
    );
    fs::write(by_hand.join("hello/$LATEST/config.json"), text).unwrap();
    by_hand.publish("hello", &[]).succeeded();
    for (store, qualifiers) in [
        (&created, &["$LATEST", "1", "2", "live", "head"][..]),
        (&by_hand, &["$LATEST", "1"]),
    ] {
        let qualified = qualifiers
            .iter()
            .map(|qualifier| vec!["--qualifier", qualifier]);
        for options in [vec![]].into_iter().chain(qualified) {
            let ran = store.get_function("hello", &options);
            let configuration = store.get("hello", &options);
            configuration.succeeded();
            let location = &ran.succeeded()["Code"]["Location"];
            assert_eq!(
                ran.stdout,
                format!(
                    "{{\n    \"Configuration\": {},\n    \"Code\": {{\n        \
                     \"RepositoryType\": \"S3\",\n        \"Location\": {location}\n    }}\n}}\n",
                    indented(&configuration.stdout)
                ),
                "{options:?}"
            );
        }
    }
}

#[test]
fn answers_fit_the_model() {
    let store = store_with_versions();
    let tagged = TestStore::nothing();
    let options = ["--publish", "--tags", "team=blue,stage=größer"];
    tagged.create("hello", &options).succeeded();
    for store in [store, tagged, TestStore::made_by_hand("hello")] {
        let ran = store.get_function("hello", &[]);
        ran.succeeded();
        is_of_shape(&ran.stdout, "GetFunctionResponse");
    }
}

#[test]
fn the_location_leads_to_the_package_of_that_state() {
    let store = store_with_versions();
    for (options, content) in STATES {
        leads_to(&store.get_function("hello", options), content);
    }
    leads_to(&store.get_function("hello:1", &[]), b"v0");
    leads_to(&store.get_function(&format!("{ARN}:live"), &[]), b"v0");
    // A package put there by hand is the package.
    store.write_code("hello", b"by hand");
    leads_to(&store.get_function("hello", &[]), b"by hand");
    let by_hand = TestStore::made_by_hand("hello");
    leads_to(&by_hand.get_function("hello", &[]), b"v0");
}

/// Runs `get-function` on a store that is named by an option, from a directory.
fn get_function_in(directory: &Path, store: &str, options: &[&str]) -> Ran {
    let mut command = crate::support::command();
    command
        .current_dir(directory)
        .args(["--store", store, "get-function", "--function-name", "hello"])
        .args(options);
    run(&mut command)
}

#[test]
fn the_location_is_encoded_where_the_path_of_the_store_needs_it() {
    for name in [
        "a störe",
        "größer ☃ 日本",
        "100%",
        "%20",
        "a#b?c=d&e;f",
        "\"quoted\" <back\\slash>",
        "new\nline",
        "[1]^{2}|`3`",
    ] {
        let store = store_with_versions();
        let path = store.beside(name);
        fs::rename(store.path(), &path).unwrap();
        let named = path.to_str().unwrap();
        for (options, content) in STATES {
            leads_to(&get_function_in(Path::new("/"), named, options), content);
        }
    }
}

#[test]
fn the_location_is_absolute_where_the_store_is_named_by_a_relative_path() {
    let store = store_with_versions();
    let beside = store.beside("");
    let inside = store.join("hello");
    for (directory, named) in [
        (beside.as_path(), "store"),
        (&beside, "./store"),
        (&beside, "store/"),
        (&inside, ".."),
        (&inside, "../../store"),
    ] {
        for (options, content) in STATES {
            leads_to(&get_function_in(directory, named, options), content);
        }
    }
    // Nor is one needed at all.
    let mut command = crate::support::command();
    command
        .current_dir(&beside)
        .args(["get-function", "--function-name", "hello"]);
    leads_to(&run(&mut command), b"v2");
}

#[test]
fn the_location_follows_a_change_that_is_not_in_place_yet() {
    let store = TestStore::with_function("hello");
    let before = fs::read(store.join("hello/$LATEST/code.zip")).unwrap();
    store.update("hello", b"v1", &[]).succeeded();
    // As it is right after the commit: the line is there, and the package is still staged.
    let token = store.history("hello").pop().unwrap()["Token"].clone();
    let staging = store.join("hello/.staging");
    let staged = format!("{}.code.zip", token.as_str().unwrap());
    let latest = store.join("hello/$LATEST/code.zip");
    fs::rename(&latest, staging.join(staged)).unwrap();
    fs::write(&latest, before).unwrap();
    let mark = format!("{}.change", token.as_str().unwrap());
    fs::write(staging.join(mark), "").unwrap();

    let files = store.files();
    leads_to(&store.get_function("hello", &[]), b"v1");
    assert_eq!(store.files(), files);
}

#[test]
fn tags_are_there_if_there_are_any() {
    let store = TestStore::nothing();
    let options = ["--publish", "--tags", "team=blue,Stage=größer,empty="];
    store.create("hello", &options).succeeded();
    store.update("hello", b"v1", &[]).succeeded();
    store.place_alias("live", &json!({"FunctionVersion": "1"}));
    // Tags are the function's, whatever state of it is asked for.
    for options in [
        &[][..],
        &["--qualifier", "$LATEST"],
        &["--qualifier", "1"],
        &["--qualifier", "live"],
    ] {
        let ran = store.get_function("hello", options);
        let answer = ran.succeeded();
        let members: Vec<_> = answer.as_object().unwrap().keys().collect();
        assert_eq!(members, ["Configuration", "Code", "Tags"]);
        assert_eq!(
            answer["Tags"],
            json!({"team": "blue", "Stage": "größer", "empty": ""})
        );
        is_of_shape(&ran.stdout, "GetFunctionResponse");
    }
    // As they stand in the file, in the order of the file.
    let tags = "{\"Format\": 1, \"Tags\": {\"b\": \"2\", \"a\": \"1\"}}";
    fs::write(store.join("hello/function.json"), tags).unwrap();
    let ran = store.get_function("hello", &["--query", "Tags"]);
    assert_eq!(ran.succeeded(), json!({"b": "2", "a": "1"}));
    let printed = store.get_function("hello", &[]).stdout;
    let end = "    \"Tags\": {\n        \"b\": \"2\",\n        \"a\": \"1\"\n    }\n}\n";
    assert!(printed.ends_with(end), "{printed}");
}

#[test]
fn without_tags_there_are_no_tags() {
    let store = TestStore::with_function("hello");
    let path = store.join("hello/function.json");
    assert!(!path.exists());
    let untagged = store.get_function("hello", &[]);
    assert_eq!(untagged.succeeded().get("Tags"), None);
    for content in ["{\"Format\": 1}", "{\"Format\": 1, \"Tags\": {}}"] {
        fs::write(&path, content).unwrap();
        assert_eq!(store.get_function("hello", &[]), untagged, "{content}");
    }
}

#[test]
fn a_function_json_that_cannot_be_read_is_named() {
    let store = TestStore::with_function("hello");
    let path = store.join("hello/function.json");
    for (content, cause) in [
        (&b"{\n\"Format\": 1,"[..], "line 2"),
        (b"[]", "object"),
        (b"{\"Format\": 1, \"Tags\": [\"team\"]}", "Tags"),
        (b"{\"Format\": 1, \"Tags\": {\"team\": 7}}", "team"),
        (b"{\"Format\": 1, \"Tags\": {}, \"Tags\": {}}", "Tags"),
        (b"{\"Format\": 1, \"Tags\": {\"\xff\": \"\"}}", "UTF-8"),
    ] {
        fs::write(&path, content).unwrap();
        let ran = store.get_function("hello", &[]);
        let message = ran.failed_with("ServiceException", GET);
        says(message, &[&path.display().to_string(), cause]);
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let ran = store.get_function("hello", &[]);
    let message = ran.failed_with("ServiceException", GET);
    says(message, &[&path.display().to_string()]);
}

#[test]
fn what_is_missing_is_not_found_under_the_arn_that_was_asked_for() {
    let store = store_with_versions();
    for (name, options, arn) in [
        ("hello", &["--qualifier", "3"][..], format!("{ARN}:3")),
        ("hello:nothing", &[], format!("{ARN}:nothing")),
        (
            "hello",
            &["--qualifier", "$latest"],
            format!("{ARN}:$latest"),
        ),
        ("other", &[], ARN.replace("hello", "other")),
        ("other:1", &[], ARN.replace("hello", "other:1")),
        ("hello.old", &[], ARN.replace("hello", "hello.old")),
    ] {
        let ran = store.get_function(name, options);
        let message = ran.failed_with(NOT_FOUND, GET);
        assert!(message.contains(&arn), "{message}");
    }
    let ran = store.get_function("hello:1", &["--qualifier", "2"]);
    says(
        ran.failed_with("InvalidParameterValueException", GET),
        &["1", "2"],
    );
    let ran = store.get_function("hello", &["--qualifier", ""]);
    says(ran.failed(252), &["Qualifier"]);
}

#[test]
fn a_package_that_is_missing_is_named() {
    let store = store_with_versions();
    let path = store.join("hello/$LATEST/code.zip");
    fs::remove_file(&path).unwrap();
    let ran = store.get_function("hello", &[]);
    let message = ran.failed_with("ServiceException", GET);
    says(message, &[&path.display().to_string()]);
}

#[test]
fn a_package_of_a_version_that_is_missing_is_named_and_no_location_given() {
    let store = store_with_versions();
    let path = store.join("hello/versions/1/code.zip");
    fs::remove_file(&path).unwrap();
    for qualifier in ["1", "live"] {
        let ran = store.get_function("hello", &["--qualifier", qualifier]);
        let message = ran.failed_with("ServiceException", GET);
        says(message, &[&path.display().to_string()]);
        // What can be read is read: it has the hash of the package to look for.
        store.get("hello", &["--qualifier", qualifier]).succeeded();
    }
    store.get_function("hello", &[]).succeeded();
}
