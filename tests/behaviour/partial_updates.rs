//! What a member means to an update when it is left out, empty, or given in part.

use serde_json::{Value, json};

use crate::support::TestStore;

const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:dead";
const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/0123";
const LAYER: &str = "arn:aws:lambda:us-east-1:123456789012:layer:base:3";
const FILE_SYSTEM: &str = "Arn=arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0,\
     LocalMountPath=/mnt/data";

/// Makes a function with a value for every member that an update may change.
fn with_everything_set() -> TestStore {
    let store = TestStore::new();
    let target = format!("TargetArn={QUEUE}");
    store
        .create(
            "hello",
            &[
                "--description",
                "described",
                "--timeout",
                "30",
                "--memory-size",
                "256",
                "--environment",
                "Variables={FIRST=1,SECOND=2}",
                "--dead-letter-config",
                &target,
                "--kms-key-arn",
                KEY,
                "--layers",
                LAYER,
                "--tracing-config",
                "Mode=Active",
                "--vpc-config",
                "SubnetIds=subnet-0a,SecurityGroupIds=sg-01,Ipv6AllowedForDualStack=true",
                "--ephemeral-storage",
                "Size=1024",
                "--file-system-configs",
                FILE_SYSTEM,
                "--logging-config",
                "LogFormat=JSON,ApplicationLogLevel=DEBUG,SystemLogLevel=WARN,LogGroup=/our/logs",
                "--snap-start",
                "ApplyOn=PublishedVersions",
            ],
        )
        .succeeded();
    store
}

/// Sees that an update turns one member into this (`null`: it is there no more) and leaves all
/// others.
#[track_caller]
fn becomes(store: &TestStore, options: &[&str], member: &str, expected: &Value) {
    let mut whole = store.get("hello", &[]).succeeded();
    let answer = store.configure("hello", options).succeeded();
    for moved in ["LastModified", "RevisionId"] {
        whole[moved] = answer[moved].clone();
    }
    if expected.is_null() {
        whole.as_object_mut().unwrap().shift_remove(member);
    } else {
        whole[member] = expected.clone();
    }
    assert_eq!(answer, whole, "{options:?}");
    assert_eq!(store.get("hello", &[]).succeeded(), answer);
}

/// Sees that an update leaves every member as it is.
#[track_caller]
fn changes_nothing(store: &TestStore, options: &[&str]) {
    let timeout = store.get("hello", &[]).succeeded()["Timeout"].clone();
    becomes(store, options, "Timeout", &timeout);
}

#[test]
fn what_is_left_out_stays() {
    let store = with_everything_set();
    changes_nothing(&store, &[]);
    becomes(&store, &["--timeout", "31"], "Timeout", &json!(31));
    becomes(&store, &["--memory-size", "512"], "MemorySize", &json!(512));
}

#[test]
fn an_empty_description_empties_it() {
    let store = with_everything_set();
    becomes(&store, &["--description", ""], "Description", &json!(""));
}

#[test]
fn an_environment_is_replaced_as_a_whole() {
    let store = with_everything_set();
    let options = ["--environment", "Variables={THIRD=3}"];
    let expected = json!({"Variables": {"THIRD": "3"}});
    becomes(&store, &options, "Environment", &expected);
}

#[test]
fn an_empty_environment_stays_as_an_empty_one() {
    let empty = json!({"Variables": {}});
    for store in [with_everything_set(), TestStore::with_function("hello")] {
        for given in ["Variables={}", "{\"Variables\": {}}"] {
            becomes(&store, &["--environment", given], "Environment", &empty);
        }
    }
}

#[test]
fn layers_are_replaced_and_an_empty_list_removes_them() {
    let other = LAYER.replace("base:3", "tools:1");
    let options = ["--layers", &other, LAYER];
    let expected = json!([{"Arn": other, "CodeSize": 0}, {"Arn": LAYER, "CodeSize": 0}]);
    for empty in [&["--layers"][..], &["--layers", "[]"]] {
        let store = with_everything_set();
        becomes(&store, &options, "Layers", &expected);
        becomes(&store, empty, "Layers", &Value::Null);
        becomes(&store, empty, "Layers", &Value::Null);
    }
}

#[test]
fn a_layer_that_stays_keeps_the_size_that_was_given_by_hand() {
    let store = with_everything_set();
    store.edit_config("hello", |config| {
        config["Layers"][0]["CodeSize"] = json!(1024);
    });
    let other = LAYER.replace("base:3", "tools:1");
    let options = ["--layers", &other, LAYER];
    let expected = json!([{"Arn": other, "CodeSize": 0}, {"Arn": LAYER, "CodeSize": 1024}]);
    becomes(&store, &options, "Layers", &expected);
    // Another version of it is another layer version.
    let next = LAYER.replace("base:3", "base:4");
    let expected = json!([{"Arn": next, "CodeSize": 0}]);
    becomes(&store, &["--layers", &next], "Layers", &expected);
}

#[test]
fn empty_lists_detach_from_a_vpc() {
    let detached = json!({
        "SubnetIds": [],
        "SecurityGroupIds": [],
        "VpcId": "",
        "Ipv6AllowedForDualStack": false,
    });
    for empty in [
        "SubnetIds=[],SecurityGroupIds=[]",
        "{\"SubnetIds\": [], \"SecurityGroupIds\": []}",
    ] {
        let store = with_everything_set();
        becomes(&store, &["--vpc-config", empty], "VpcConfig", &detached);
        becomes(&store, &["--vpc-config", empty], "VpcConfig", &detached);
        // A function that never was attached has nothing to detach from.
        let store = TestStore::with_function("hello");
        becomes(&store, &["--vpc-config", empty], "VpcConfig", &Value::Null);
    }
}

#[test]
fn a_vpc_given_in_part_keeps_the_rest() {
    let store = with_everything_set();
    let options = ["--vpc-config", "SubnetIds=subnet-0b,subnet-0c"];
    let expected = json!({
        "SubnetIds": ["subnet-0b", "subnet-0c"],
        "SecurityGroupIds": ["sg-01"],
        "Ipv6AllowedForDualStack": true,
    });
    becomes(&store, &options, "VpcConfig", &expected);
}

#[test]
fn an_empty_key_goes_back_to_the_default_key() {
    let store = with_everything_set();
    becomes(&store, &["--kms-key-arn", ""], "KMSKeyArn", &Value::Null);
    becomes(&store, &["--kms-key-arn", ""], "KMSKeyArn", &Value::Null);
}

#[test]
fn an_empty_target_removes_the_dead_letter_queue() {
    for empty in ["TargetArn=", "{\"TargetArn\": \"\"}"] {
        let store = with_everything_set();
        let options = ["--dead-letter-config", empty];
        becomes(&store, &options, "DeadLetterConfig", &Value::Null);
        becomes(&store, &options, "DeadLetterConfig", &Value::Null);
    }
}

#[test]
fn an_empty_list_removes_the_file_system() {
    for empty in [
        &["--file-system-configs"][..],
        &["--file-system-configs", "[]"],
    ] {
        let store = with_everything_set();
        becomes(&store, empty, "FileSystemConfigs", &Value::Null);
    }
}

#[test]
fn logging_is_merged_member_by_member() {
    let store = with_everything_set();
    let mut expected = json!({
        "LogFormat": "JSON",
        "ApplicationLogLevel": "DEBUG",
        "SystemLogLevel": "WARN",
        "LogGroup": "/our/logs",
    });
    for (given, member, value) in [
        ("SystemLogLevel=DEBUG", "SystemLogLevel", "DEBUG"),
        ("ApplicationLogLevel=ERROR", "ApplicationLogLevel", "ERROR"),
        ("LogGroup=/other", "LogGroup", "/other"),
        ("LogFormat=JSON", "LogFormat", "JSON"),
    ] {
        expected[member] = json!(value);
        let options = ["--logging-config", given];
        becomes(&store, &options, "LoggingConfig", &expected);
    }
    // Back to text, the levels go; to JSON again, they are the default.
    let text = json!({"LogFormat": "Text", "LogGroup": "/other"});
    let options = ["--logging-config", "LogFormat=Text"];
    becomes(&store, &options, "LoggingConfig", &text);
    let json = json!({
        "LogFormat": "JSON",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "INFO",
        "LogGroup": "/other",
    });
    let options = ["--logging-config", "LogFormat=JSON"];
    becomes(&store, &options, "LoggingConfig", &json);
}

#[test]
fn a_structure_of_which_nothing_is_given_stays() {
    let store = with_everything_set();
    for option in [
        "--environment",
        "--dead-letter-config",
        "--tracing-config",
        "--vpc-config",
        "--logging-config",
        "--snap-start",
    ] {
        changes_nothing(&store, &[option, "{}"]);
    }
}

#[test]
fn values_are_set_back_to_their_defaults_by_name() {
    let store = with_everything_set();
    for (options, member, expected) in [
        (
            ["--tracing-config", "Mode=PassThrough"],
            "TracingConfig",
            json!({"Mode": "PassThrough"}),
        ),
        (
            ["--ephemeral-storage", "Size=512"],
            "EphemeralStorage",
            json!({"Size": 512}),
        ),
        (
            ["--snap-start", "ApplyOn=None"],
            "SnapStart",
            json!({"ApplyOn": "None", "OptimizationStatus": "Off"}),
        ),
    ] {
        becomes(&store, &options, member, &expected);
    }
}
