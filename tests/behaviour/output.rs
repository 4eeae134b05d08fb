//! `--output` and `--query`: answers cut up as scripts written for the AWS CLI cut them up.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{ROLE, Ran, TestStore, code_sha256, masked, run, says, zip_of};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";
const TEXT: [&str; 2] = ["--output", "text"];

/// Sees that a command succeeded without a word, and returns what it printed.
#[track_caller]
fn printed(ran: Ran) -> String {
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    ran.stdout
}

/// The hash of a package with this in it.
fn sha256_of(content: &[u8]) -> String {
    code_sha256(&zip_of(&[("app.py", content)]))
}

/// The size of a package with two bytes in it, as all in these tests have.
fn size() -> usize {
    zip_of(&[("app.py", b"v0")]).len()
}

/// The lines below the first of a function that has what every function has.
const NESTED: &str = "\
ARCHITECTURES\tx86_64
EPHEMERALSTORAGE\t512
LOGGINGCONFIG\tText\t/aws/lambda/hello
SNAPSTART\tNone\tOff
TRACINGCONFIG\tPassThrough
";

/// The values of a function's own line, by their members' names: `CodeSha256`, `CodeSize`,
/// Description, `FunctionArn`, `FunctionName`, Handler, `LastModified`, `LastUpdateStatus`,
/// `MemorySize`, `PackageType`, `RevisionId`, Role, Runtime, State, Timeout, Version.
fn own_line(content: &[u8], arn: &str, version: &str) -> String {
    format!(
        "{}\t{}\t\t{arn}\thello\tapp.handler\t<time>\tSuccessful\t128\tZip\t<revision id>\t{ROLE}\t\
         python3.13\tActive\t3\t{version}\n",
        sha256_of(content),
        size()
    )
}

/// That line in a list, where `LastUpdateStatus` and State are left out.
fn line_in_list(content: &[u8], qualifier: &str) -> String {
    format!(
        "{}\t{}\t\t{ARN}:{qualifier}\thello\tapp.handler\t<time>\t128\tZip\t<revision id>\t{ROLE}\t\
         python3.13\t3\t{qualifier}\n",
        sha256_of(content),
        size()
    )
}

#[test]
fn every_operation_prints_text() {
    let store = TestStore::nothing();
    assert_eq!(
        printed(store.run(&[&["init"][..], &TEXT].concat())),
        "123456789012\t1\taws\tus-east-1\n\
         QUOTAS\t262144000\t52428800\t4096\t10240\t5\t3008\t50\t900\t80530636800\n"
    );
    let text = |ran| masked(&printed(ran));
    let tags = ["--tags", "team=blue,Stage=test"];
    assert_eq!(
        text(store.create("hello", &[&TEXT[..], &tags].concat())),
        own_line(b"v0", ARN, "$LATEST") + NESTED
    );
    assert_eq!(
        text(store.publish("hello", &TEXT)),
        own_line(b"v0", &format!("{ARN}:1"), "1") + NESTED
    );
    assert_eq!(
        text(store.update("hello", b"v1", &TEXT)),
        own_line(b"v1", ARN, "$LATEST") + NESTED
    );
    assert_eq!(
        text(store.get("hello", &TEXT)),
        own_line(b"v1", ARN, "$LATEST") + NESTED
    );
    let package = store.join("hello/$LATEST/code.zip");
    let location = format!("file://{}", package.display()).replace('$', "%24");
    assert_eq!(
        text(store.get_function("hello", &TEXT)),
        format!(
            "CODE\t{location}\tS3\nCONFIGURATION\t{}{NESTED}TAGS\ttest\tblue\n",
            own_line(b"v1", ARN, "$LATEST")
        )
    );
    let (latest, first) = (line_in_list(b"v1", "$LATEST"), line_in_list(b"v0", "1"));
    assert_eq!(
        text(store.list("hello", &TEXT)),
        format!("VERSIONS\t{latest}{NESTED}VERSIONS\t{first}{NESTED}")
    );
    for options in [&["--qualifier", "1"][..], &[]] {
        let options = [options, &TEXT].concat();
        assert_eq!(printed(store.delete("hello", &options)), "204\n");
    }
}

/// A configuration with a value for every member of the model that a person can set.
fn rich_config() -> Value {
    json!({
        "Runtime": "python3.13",
        "Role": ROLE,
        "Handler": "app.handler",
        "CodeSize": 118,
        "Description": "größer, \"quoted\"",
        "Timeout": 900,
        "MemorySize": 3008,
        "LastModified": "2026-11-23T10:15:00.123+0000",
        "CodeSha256": "4ZoiH0uxZBOcLGbMbzTGcuHqK2QxyREjgSMSvIePKiY=",
        "VpcConfig": {
            "SubnetIds": ["subnet-0a1b", "subnet-0c2d"],
            "SecurityGroupIds": ["sg-01"],
            "VpcId": "vpc-01",
            "Ipv6AllowedForDualStack": true
        },
        "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"},
        "Environment": {
            "Variables": {"Zone": "b", "STAGE": "test"},
            "Error": {"ErrorCode": "AccessDeniedException", "Message": "no key"}
        },
        "KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/0123",
        "TracingConfig": {"Mode": "Active"},
        "RevisionId": "0195a3b4-c5d6-8789-8abc-def012345678",
        "Layers": [
            {
                "Arn": "arn:aws:lambda:us-east-1:123456789012:layer:base:3",
                "CodeSize": 1024,
                "SigningJobArn": "arn:aws:signer:us-east-1:123456789012:/signing-jobs/1"
            },
            {"Arn": "arn:aws:lambda:us-east-1:123456789012:layer:tools:1", "CodeSize": 0}
        ],
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "FileSystemConfigs": [{
            "Arn": "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0",
            "LocalMountPath": "/mnt/data"
        }],
        "PackageType": "Zip",
        "Architectures": ["arm64"],
        "EphemeralStorage": {"Size": 10240},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {
            "LogFormat": "JSON",
            "ApplicationLogLevel": "TRACE",
            "SystemLogLevel": "WARN",
            "LogGroup": "/our/logs"
        }
    })
}

/// What is nested in it, as text.
const RICH_NESTED: &str = "\
ARCHITECTURES\tarm64
DEADLETTERCONFIG\tarn:aws:sqs:us-east-1:123456789012:dead
ERROR\tAccessDeniedException\tno key
VARIABLES\ttest\tb
EPHEMERALSTORAGE\t10240
FILESYSTEMCONFIGS\tarn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0\t/mnt/data
LAYERS\tarn:aws:lambda:us-east-1:123456789012:layer:base:3\t1024\tarn:aws:signer:us-east-1:123456789012:/signing-jobs/1
LAYERS\tarn:aws:lambda:us-east-1:123456789012:layer:tools:1\t0\t
LOGGINGCONFIG\tTRACE\tJSON\t/our/logs\tWARN
SNAPSTART\tNone\tOff
TRACINGCONFIG\tActive
VPCCONFIG\tTrue\tvpc-01
SECURITYGROUPIDS\tsg-01
SUBNETIDS\tsubnet-0a1b
SUBNETIDS\tsubnet-0c2d
";

/// A store with a version 3 of `hello` of that configuration, placed by hand.
fn store_with_rich_version() -> TestStore {
    let store = TestStore::made_by_hand("hello");
    store.place_version("hello", 3, b"v3", &rich_config());
    store
}

const RICH: [&str; 2] = ["--qualifier", "3"];

#[test]
fn text_has_values_sorted_by_their_keys_and_what_is_nested_below() {
    let store = store_with_rich_version();
    let own = format!(
        "4ZoiH0uxZBOcLGbMbzTGcuHqK2QxyREjgSMSvIePKiY=\t118\tgrößer, \"quoted\"\t{ARN}:3\thello\t\
         app.handler\tarn:aws:kms:us-east-1:123456789012:key/0123\t2026-11-23T10:15:00.123+0000\t\
         Successful\t3008\tZip\t0195a3b4-c5d6-8789-8abc-def012345678\t{ROLE}\tpython3.13\tActive\t\
         900\t3\n"
    );
    let ran = store.get("hello", &[&RICH[..], &TEXT].concat());
    assert_eq!(printed(ran), format!("{own}{RICH_NESTED}"));

    let package = store.join("hello/versions/3/code.zip");
    let ran = store.get_function("hello", &[&RICH[..], &TEXT].concat());
    assert_eq!(
        printed(ran),
        format!(
            "CODE\tfile://{}\tS3\nCONFIGURATION\t{own}{RICH_NESTED}",
            package.display()
        )
    );
}

#[test]
fn text_has_a_place_in_each_line_of_a_list_for_what_only_some_have() {
    let store = store_with_rich_version();
    // A version without the key that the other has.
    let mut plain = rich_config();
    for member in ["KMSKeyArn", "Layers", "VpcConfig", "FileSystemConfigs"] {
        plain.as_object_mut().unwrap().remove(member);
    }
    plain["Environment"] = json!({"Variables": {}});
    plain["DeadLetterConfig"] = json!({});
    store.place_version("hello", 2, b"v2", &plain);
    let ran = store.list("hello", &TEXT);
    let text = printed(ran);
    let (_, placed) = text.split_once("TRACINGCONFIG\tPassThrough\n").unwrap();
    let own = |number: u64, key: &str| {
        format!(
            "VERSIONS\t4ZoiH0uxZBOcLGbMbzTGcuHqK2QxyREjgSMSvIePKiY=\t118\tgrößer, \"quoted\"\t\
             {ARN}:{number}\thello\tapp.handler\t{key}\t2026-11-23T10:15:00.123+0000\t3008\tZip\t\
             0195a3b4-c5d6-8789-8abc-def012345678\t{ROLE}\tpython3.13\t900\t{number}\n"
        )
    };
    let nested = "ARCHITECTURES\tarm64\nEPHEMERALSTORAGE\t10240\n\
                  LOGGINGCONFIG\tTRACE\tJSON\t/our/logs\tWARN\nSNAPSTART\tNone\tOff\n\
                  TRACINGCONFIG\tActive\n";
    let key = "arn:aws:kms:us-east-1:123456789012:key/0123";
    assert_eq!(
        placed,
        format!("{}{nested}{}{RICH_NESTED}", own(2, ""), own(3, key))
    );
}

#[test]
fn a_query_picks_from_the_answer() {
    let store = store_with_rich_version();
    for (query, text, json) in [
        ("Version", "3\n", "\"3\"\n"),
        ("CodeSize", "118\n", "118\n"),
        (
            "Description",
            "größer, \"quoted\"\n",
            "\"größer, \\\"quoted\\\"\"\n",
        ),
        ("VpcConfig.Ipv6AllowedForDualStack", "True\n", "true\n"),
        ("CodeSize > `1000`", "False\n", "false\n"),
        ("Nothing", "None\n", "null\n"),
        ("Nothing.Below", "None\n", "null\n"),
        (
            "[Version, Nothing]",
            "3\tNone\n",
            "[\n    \"3\",\n    null\n]\n",
        ),
        (
            "VpcConfig.SubnetIds",
            "subnet-0a1b\tsubnet-0c2d\n",
            "[\n    \"subnet-0a1b\",\n    \"subnet-0c2d\"\n]\n",
        ),
        (
            "VpcConfig.SubnetIds[0]",
            "subnet-0a1b\n",
            "\"subnet-0a1b\"\n",
        ),
        ("Layers[].CodeSize", "1024\t0\n", "[\n    1024,\n    0\n]\n"),
        (
            "Layers[].[CodeSize, SigningJobArn]",
            "1024\tarn:aws:signer:us-east-1:123456789012:/signing-jobs/1\n0\tNone\n",
            "[\n    [\n        1024,\n        \"arn:aws:signer:us-east-1:123456789012:/signing-jobs/1\"\n    ],\n    [\n        0,\n        null\n    ]\n]\n",
        ),
        ("Layers[?CodeSize == `0`].CodeSize", "0\n", "[\n    0\n]\n"),
        ("Layers[?CodeSize == `7`]", "", "[]\n"),
        ("length(Layers)", "2\n", "2\n"),
        (
            "[Version, VpcConfig.SecurityGroupIds]",
            "3\nsg-01\n",
            "[\n    \"3\",\n    [\n        \"sg-01\"\n    ]\n]\n",
        ),
        (
            "{A: Version, B: VpcConfig.SecurityGroupIds}",
            "3\nB\tsg-01\n",
            "{\n    \"A\": \"3\",\n    \"B\": [\n        \"sg-01\"\n    ]\n}\n",
        ),
        (
            "TracingConfig",
            "Active\n",
            "{\n    \"Mode\": \"Active\"\n}\n",
        ),
        (
            "Environment.Error",
            "AccessDeniedException\tno key\n",
            "{\n    \"ErrorCode\": \"AccessDeniedException\",\n    \"Message\": \"no key\"\n}\n",
        ),
        ("`null`", "None\n", "null\n"),
    ] {
        let query = ["--query", query];
        let ran = store.get("hello", &[&RICH[..], &query].concat());
        assert_eq!(printed(ran), json, "{query:?}");
        let ran = store.get("hello", &[&RICH[..], &query, &TEXT].concat());
        assert_eq!(printed(ran), text, "{query:?}");
    }
}

#[test]
fn a_query_of_older_scripts_compares_with_words_in_backticks() {
    let store = TestStore::with_function("hello");
    for (runtime, found) in [("python3.13", "hello\n"), ("python3.9", "")] {
        let query = format!("Functions[?Runtime==`{runtime}`].FunctionName");
        let ran = store.run(&[&["list-functions", "--query", &query], &TEXT[..]].concat());
        assert_eq!(printed(ran), found);
    }
}

#[test]
fn what_a_query_picks_whole_is_text_like_the_answer() {
    let store = store_with_rich_version();
    for (query, text) in [
        (
            "VpcConfig",
            "True\tvpc-01\nSECURITYGROUPIDS\tsg-01\nSUBNETIDS\tsubnet-0a1b\nSUBNETIDS\tsubnet-0c2d\n",
        ),
        (
            "Environment",
            "ERROR\tAccessDeniedException\tno key\nVARIABLES\ttest\tb\n",
        ),
        ("Environment.Variables", "test\tb\n"),
        (
            "Layers",
            "arn:aws:lambda:us-east-1:123456789012:layer:base:3\t1024\tarn:aws:signer:us-east-1:123456789012:/signing-jobs/1\narn:aws:lambda:us-east-1:123456789012:layer:tools:1\t0\t\n",
        ),
    ] {
        let options = [&RICH[..], &TEXT, &["--query", query]].concat();
        assert_eq!(printed(store.get("hello", &options)), text, "{query}");
    }
}

#[test]
fn what_a_query_picks_whole_is_in_the_order_of_the_answer() {
    let store = store_with_rich_version();
    let whole = printed(store.get("hello", &RICH));
    let ran = store.get_function(
        "hello",
        &[&RICH[..], &["--query", "Configuration"]].concat(),
    );
    assert_eq!(printed(ran), whole);
    let ran = store.get("hello", &[&RICH[..], &["--query", "@"]].concat());
    assert_eq!(printed(ran), whole);
    // Maps have no order but the one that they were given.
    let query = [&RICH[..], &["--query", "Environment.Variables"]].concat();
    let expected = "{\n    \"Zone\": \"b\",\n    \"STAGE\": \"test\"\n}\n";
    assert_eq!(printed(store.get("hello", &query)), expected);
}

#[test]
fn an_empty_result_is_not_printed() {
    let store = TestStore::made_by_hand("hello");
    store.edit_config("hello", |config| {
        config["Environment"] = json!({"Variables": {}});
    });
    for format in [&[][..], &TEXT] {
        let query = ["--query", "Environment.Variables"];
        let ran = store.get("hello", &[&query, format].concat());
        assert_eq!(printed(ran), "");
    }
}

/// Runs every operation in turn with further options, in a way that succeeds without them; says
/// whether it changes the store.
fn every_operation(store: &TestStore, options: &[&str]) -> Vec<(&'static str, bool, Ran)> {
    let with = |more: &[&'static str]| [more, options].concat();
    vec![
        ("CreateFunction", true, store.create("hello", options)),
        ("PublishVersion", true, store.publish("hello", options)),
        (
            "PublishVersion, unchanged",
            false,
            store.publish("hello", options),
        ),
        (
            "UpdateFunctionCode",
            true,
            store.update("hello", b"v1", options),
        ),
        (
            "UpdateFunctionCode, publishing",
            true,
            store.update("hello", b"v2", &with(&["--publish"])),
        ),
        (
            "UpdateFunctionCode, dry",
            false,
            store.update("hello", b"v3", &with(&["--dry-run"])),
        ),
        (
            "GetFunctionConfiguration",
            false,
            store.get("hello", options),
        ),
        ("GetFunction", false, store.get_function("hello", options)),
        (
            "ListVersionsByFunction",
            false,
            store.list("hello", options),
        ),
        (
            "CreateAlias",
            true,
            store.create_alias("live", "2", options),
        ),
        ("UpdateAlias", true, store.update_alias("live", options)),
        ("GetAlias", false, store.alias("get-alias", "live", options)),
        ("ListAliases", false, store.list_aliases(options)),
        (
            "DeleteAlias",
            true,
            store.alias("delete-alias", "live", options),
        ),
        (
            "DeleteFunction, a version",
            true,
            store.delete("hello", &with(&["--qualifier", "1"])),
        ),
        ("DeleteFunction", true, store.delete("hello", options)),
    ]
}

#[test]
fn every_operation_takes_a_query() {
    let store = TestStore::nothing();
    let pick = |query| ["--query", query, "--output", "text"];
    let ran = store.run(&[&["init"][..], &pick("Region")].concat());
    assert_eq!(printed(ran), "us-east-1\n");
    let ran = store.create("hello", &pick("FunctionArn"));
    assert_eq!(printed(ran), format!("{ARN}\n"));
    let ran = store.publish("hello", &pick("Version"));
    assert_eq!(printed(ran), "1\n");
    let ran = store.update("hello", b"v1", &pick("CodeSha256"));
    assert_eq!(printed(ran), sha256_of(b"v1") + "\n");
    let dry = [&["--dry-run"][..], &pick("CodeSha256")].concat();
    assert_eq!(
        printed(store.update("hello", b"v2", &dry)),
        sha256_of(b"v2") + "\n"
    );
    let publish = [&["--publish"][..], &pick("Version")].concat();
    assert_eq!(printed(store.update("hello", b"v2", &publish)), "2\n");
    let ran = store.get("hello", &pick("Handler"));
    assert_eq!(printed(ran), "app.handler\n");
    let ran = store.get_function(
        "hello",
        &pick("[Configuration.Version, Code.RepositoryType]"),
    );
    assert_eq!(printed(ran), "$LATEST\tS3\n");
    let ran = store.list("hello", &pick("Versions[].Version"));
    assert_eq!(printed(ran), "$LATEST\t1\t2\n");
    let ran = store.delete(
        "hello",
        &[&["--qualifier", "1"][..], &pick("StatusCode")].concat(),
    );
    assert_eq!(printed(ran), "204\n");
    let ran = store.delete("hello", &pick("StatusCode"));
    assert_eq!(printed(ran), "204\n");
}

#[test]
fn what_a_query_does_not_find_is_null_or_none_for_every_operation() {
    let store = TestStore::new();
    for (format, nothing) in [("json", "null\n"), ("text", "None\n")] {
        let options = ["--query", "Nothing", "--output", format];
        for (operation, _, ran) in every_operation(&store, &options) {
            assert_eq!(printed(ran), nothing, "{operation}");
        }
    }
}

#[test]
fn a_query_or_a_format_that_is_wrong_is_found_before_anything_is_done() {
    for (options, named) in [
        (["--query", "[Version"], "--query"),
        (["--query", "Version."], "--query"),
        (["--query", "a b"], "--query"),
        (["--query", ""], "--query"),
        (["--output", "paper"], "paper"),
        (["--output", ""], "--output"),
        (["--output", "JSON"], "JSON"),
    ] {
        // Where nothing stands, nothing is made.
        let nothing = TestStore::nothing();
        for ran in [
            nothing.create("hello", &options),
            nothing.run(&[&["init"][..], &options].concat()),
        ] {
            says(ran.failed(252), &[named]);
        }
        assert!(!nothing.path().exists(), "{options:?}");

        let store = TestStore::nothing();
        store.create("hello", &["--publish"]).succeeded();
        store.update("hello", b"v1", &["--publish"]).succeeded();
        store.write_code("hello", b"by hand");
        let before = store.files();
        for (operation, _, ran) in every_operation(&store, &options) {
            assert_eq!(
                (ran.code, ran.stdout.as_str()),
                (Some(252), ""),
                "{operation}"
            );
            says(&ran.stderr, &[named]);
        }
        assert_eq!(store.files(), before, "{options:?}");
    }
}

#[test]
fn a_query_that_fails_on_the_answer_tells_what_is_done() {
    let store = TestStore::new();
    let options = ["--query", "abs(@)"];
    for (operation, changed, ran) in every_operation(&store, &options) {
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(255), ""),
            "{operation}"
        );
        let said = ran.stderr.contains("the change is done");
        assert_eq!(said, changed, "{operation}: {}", ran.stderr);
    }
    // And it is done: each of them found what the one before it had made.
    assert!(!store.join("hello").exists());
}

#[test]
fn the_change_whose_result_a_query_failed_on_is_there() {
    let store = TestStore::with_function("hello");
    let ran = store.publish("hello", &["--query", "abs(Version)"]);
    says(ran.failed(255), &["the change is done"]);
    assert_eq!(
        store.get("hello", &["--qualifier", "1"]).succeeded()["Version"],
        "1"
    );
    let ran = store.run(&["init", "--query", "abs(Region)"]);
    says(ran.failed(255), &["the change is done"]);
    assert!(store.join("store.json").exists());
}

/// The recipe of a Makefile written for the real `aws`, as make hands it to a shell.
const RELEASE: &str =
    "$AWS lambda publish-version --function-name hello --query Version --output text";

fn release(directory: &Path) -> Ran {
    let binary = assert_cmd::cargo::cargo_bin!("lambda-store");
    let mut shell = assert_cmd::Command::new("/bin/sh");
    shell
        .env_clear()
        .env("AWS", "lambda-store")
        .env("PATH", binary.parent().unwrap())
        .current_dir(directory)
        .args(["-c", RELEASE]);
    run(&mut shell)
}

#[test]
fn a_recipe_written_for_aws_releases_once() {
    let store = TestStore::made_by_hand("hello");
    let directory = store.beside("");
    assert_eq!(printed(release(&directory)), "1\n");
    // Run again with nothing changed, it releases nothing.
    assert_eq!(printed(release(&directory)), "1\n");
    for (content, number) in [(b"v1", "2\n"), (b"v2", "3\n")] {
        store.update("hello", content, &[]).succeeded();
        assert_eq!(printed(release(&directory)), number);
    }
    assert_eq!(store.history("hello").len(), 5);
}
