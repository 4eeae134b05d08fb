//! Values that a configuration cannot have: what the client refuses and what the service refuses.

use serde_json::json;

use crate::support::{ROLE, TestStore};

const INVALID: &str = "InvalidParameterValueException";
const UPDATE: &str = "UpdateFunctionConfiguration";
pub(crate) const LAYER: &str = "arn:aws:lambda:us-east-1:123456789012:layer:base:3";

/// Sees that a value is refused by the service, on create and on update, naming this; nothing
/// changes.
#[track_caller]
pub(crate) fn refused(store: &TestStore, options: &[&str], named: &str) {
    let before = store.files();
    for (ran, operation) in [
        (store.create("other", options), "CreateFunction"),
        (store.configure("hello", options), UPDATE),
    ] {
        let message = ran.failed_with(INVALID, operation);
        assert!(message.contains(named), "{options:?}: {message}");
    }
    assert_eq!(store.files(), before);
}

/// Sees that a value is refused by the client, on create and on update, saying this; nothing
/// changes.
#[track_caller]
fn refused_by_client(store: &TestStore, options: &[&str], said: &str) {
    let before = store.files();
    for ran in [
        store.create("other", options),
        store.configure("hello", options),
    ] {
        let message = ran.failed(252);
        assert!(message.contains(said), "{options:?}: {message}");
    }
    assert_eq!(store.files(), before);
}

/// Sees that a value is taken, on create and on update.
#[track_caller]
pub(crate) fn taken(store: &TestStore, options: &[&str]) {
    store.create("other", options).succeeded();
    store.configure("hello", options).succeeded();
    store.delete("other", &[]);
}

#[test]
fn a_value_that_breaks_a_rule_is_refused_by_name() {
    let store = TestStore::with_function("hello");
    let long = "x".repeat(257);
    let groups = format!("LogGroup={}", "x".repeat(513));
    let subnets = format!("SubnetIds={}", vec!["subnet-0"; 17].join(","));
    for (options, named) in [
        (&["--runtime", "cobol85"][..], "Runtime: 'cobol85'"),
        // Names of runtimes are case-sensitive.
        (&["--runtime", "Python3.13"], "Runtime: 'Python3.13'"),
        (&["--runtime", ""], "Runtime"),
        (&["--role", "nobody"], "Role: 'nobody'"),
        (&["--handler", "two words"], "Handler: 'two words'"),
        (&["--handler", ""], "Handler"),
        (&["--description", &long], "Description: has 257"),
        (&["--timeout", "901"], "Timeout: 901"),
        (&["--memory-size", "3009"], "MemorySize: 3009"),
        (&["--kms-key-arn", "key"], "KMSKeyArn: 'key'"),
        (
            &["--dead-letter-config", "TargetArn=queue"],
            "DeadLetterConfig.TargetArn: 'queue'",
        ),
        (
            &["--tracing-config", "Mode=active"],
            "TracingConfig.Mode: 'active'",
        ),
        (&["--snap-start", "ApplyOn=All"], "SnapStart.ApplyOn: 'All'"),
        (
            &["--ephemeral-storage", "Size=10241"],
            "EphemeralStorage.Size: 10241",
        ),
        (
            &["--logging-config", "LogFormat=XML"],
            "LoggingConfig.LogFormat: 'XML'",
        ),
        (
            &["--logging-config", "LogFormat=JSON,SystemLogLevel=TRACE"],
            "LoggingConfig.SystemLogLevel: 'TRACE'",
        ),
        (
            &["--logging-config", "LogGroup=a b"],
            "LoggingConfig.LogGroup",
        ),
        (&["--logging-config", &groups], "LoggingConfig.LogGroup"),
        (
            &["--vpc-config", "SubnetIds=vpc-1,SecurityGroupIds=sg-1"],
            "VpcConfig.SubnetIds: 'vpc-1'",
        ),
        (
            &["--vpc-config", "SecurityGroupIds=sg_1"],
            "VpcConfig.SecurityGroupIds: 'sg_1'",
        ),
        (&["--vpc-config", &subnets], "VpcConfig.SubnetIds: 17"),
        (
            &[
                "--vpc-config",
                "SecurityGroupIds=sg-1,sg-2,sg-3,sg-4,sg-5,sg-6",
            ],
            "VpcConfig.SecurityGroupIds: 6",
        ),
        (
            &["--file-system-configs", "Arn=x,LocalMountPath=/mnt/x"],
            "FileSystemConfigs.Arn: 'x'",
        ),
        (
            &["--environment", "Variables={AWS_REGION=x}"],
            "AWS_REGION is reserved",
        ),
        (
            &["--environment", "Variables={A=x}"],
            "A is no variable's name: that has at least two characters",
        ),
    ] {
        refused(&store, options, named);
    }
}

#[test]
fn a_value_has_as_many_characters_as_the_model_allows() {
    let store = TestStore::with_function("hello");
    for (option, before, start, max, member) in [
        ("--role", "", ROLE, 10_000, "Role"),
        (
            "--kms-key-arn",
            "",
            "arn:aws:kms:us-east-1:123456789012:key/",
            10_000,
            "KMSKeyArn",
        ),
        (
            "--dead-letter-config",
            "TargetArn=",
            "arn:aws:sqs:us-east-1:123456789012:",
            10_000,
            "DeadLetterConfig.TargetArn",
        ),
        ("--layers", "", LAYER, 2048, "Layers.Arn"),
        (
            "--vpc-config",
            "SubnetIds=",
            "subnet-",
            1024,
            "VpcConfig.SubnetIds",
        ),
        (
            "--vpc-config",
            "SecurityGroupIds=",
            "sg-",
            1024,
            "VpcConfig.SecurityGroupIds",
        ),
    ] {
        let longest = format!("{before}{start:0<max$}");
        taken(&store, &[option, &longest]);
        let named = format!("{member}: has {} characters", max + 1);
        refused(&store, &[option, &(longest + "0")], &named);
    }
}

#[test]
fn layers_are_known_by_the_form_of_their_arns() {
    let store = TestStore::with_function("hello");
    for (layer, named) in [
        ("base", "'base'"),
        (
            "arn:aws:lambda:us-east-1:123456789012:layer:base",
            "layer:base'",
        ),
        (
            "arn:aws:lambda:us-east-1:123456789012:function:base:3",
            "function:base:3'",
        ),
        (
            "arn:aws:lambda:eu-west-1:123456789012:layer:base:3",
            "us-east-1",
        ),
    ] {
        refused(&store, &["--layers", layer], named);
    }
    // The same layer twice, be it the same version or another.
    for second in [LAYER, &LAYER.replace(":3", ":4")] {
        refused(&store, &["--layers", LAYER, second], "layer:base");
    }
    // Layers of other accounts may be used.
    taken(
        &store,
        &["--layers", &LAYER.replace("123456789012", "999999999999")],
    );
    // Those of AWS's own have no versions.
    let own = |name| format!("arn:aws:lambda:::awslayer:{name}");
    let (linux, other) = (own("AmazonLinux1803"), own("Other"));
    taken(&store, &["--layers", &linux, &other]);
    refused(&store, &["--layers", &linux, &linux], "AmazonLinux1803");
}

#[test]
fn all_that_is_wrong_stands_in_one_message() {
    let store = TestStore::with_function("hello");
    let options = [
        "--timeout",
        "901",
        "--role",
        "nobody",
        "--tracing-config",
        "Mode=x",
        "--layers",
        "base",
    ];
    let ran = store.configure("hel lo", &options);
    let message = ran.failed_with(INVALID, UPDATE);
    for named in [
        "FunctionName",
        "Timeout",
        "Role",
        "TracingConfig.Mode",
        "Layers",
    ] {
        assert!(message.contains(named), "{named} is missing in {message}");
    }
}

#[test]
fn the_client_checks_members_kinds_and_minima_as_the_aws_cli_does() {
    let store = TestStore::with_function("hello");
    let failed = "Parameter validation failed:\n";
    for (options, line) in [
        (
            ["--timeout", "0"],
            "Invalid value for parameter Timeout, value: 0, valid min value: 1",
        ),
        (
            ["--memory-size", "127"],
            "Invalid value for parameter MemorySize, value: 127, valid min value: 128",
        ),
        (
            ["--ephemeral-storage", "Size=511"],
            "Invalid value for parameter EphemeralStorage.Size, value: 511, valid min value: 512",
        ),
        (
            ["--ephemeral-storage", "{}"],
            "Missing required parameter in EphemeralStorage: \"Size\"",
        ),
        (
            ["--file-system-configs", "LocalMountPath=/mnt/x"],
            "Missing required parameter in FileSystemConfigs[0]: \"Arn\"",
        ),
        (
            ["--environment", "Varables={AB=1}"],
            "Unknown parameter in Environment: \"Varables\", must be one of: Variables",
        ),
        (
            ["--vpc-config", "VpcId=vpc-1"],
            "Unknown parameter in VpcConfig: \"VpcId\", must be one of: SubnetIds, \
             SecurityGroupIds, Ipv6AllowedForDualStack",
        ),
        (
            ["--snap-start", "ApplyOn=None,OptimizationStatus=On"],
            "Unknown parameter in SnapStart: \"OptimizationStatus\", must be one of: ApplyOn",
        ),
        (
            ["--logging-config", "LogGroup="],
            "Invalid length for parameter LoggingConfig.LogGroup, value: 0, valid min length: 1",
        ),
        (
            ["--layers", ""],
            "Invalid length for parameter Layers[0], value: 0, valid min length: 1",
        ),
    ] {
        refused_by_client(&store, &options, &format!("{failed}{line}\n"));
    }
    for (options, parameter) in [
        (["--environment", "Variables=x"], "Environment.Variables"),
        (
            ["--environment", "{\"Variables\": {\"AB\": 1}}"],
            "Environment.Variables.AB",
        ),
        (
            ["--environment", "{\"Variables\": null}"],
            "Environment.Variables",
        ),
        (
            ["--ephemeral-storage", "{\"Size\": \"512\"}"],
            "EphemeralStorage.Size",
        ),
        (["--layers", "[{\"Arn\": \"x\"}]"], "Layers[0]"),
        (
            ["--vpc-config", "{\"SubnetIds\": \"subnet-1\"}"],
            "VpcConfig.SubnetIds",
        ),
        (
            ["--vpc-config", "Ipv6AllowedForDualStack=yes"],
            "VpcConfig.Ipv6AllowedForDualStack",
        ),
    ] {
        let line = format!("{failed}Invalid type for parameter {parameter}, ");
        refused_by_client(&store, &options, &line);
    }
}

#[test]
fn every_line_of_the_clients_checks_is_told_at_once() {
    let store = TestStore::with_function("hello");
    let options = [
        "--timeout",
        "0",
        "--memory-size",
        "1",
        "--tracing-config",
        "Mod=x",
    ];
    let ran = store.configure("hello", &options);
    for parameter in ["Timeout", "MemorySize", "TracingConfig"] {
        assert!(ran.failed(252).contains(parameter), "{}", ran.stderr);
    }
}

#[test]
fn what_cannot_be_parsed_names_the_option() {
    let store = TestStore::with_function("hello");
    for options in [
        ["--environment", "Variables"],
        ["--environment", "Variables={AB=1"],
        ["--environment", "Variables={AB=1,AB=2}"],
        ["--environment", "{\"Variables\": "],
        ["--environment", "{\"Variables\": {}, \"Variables\": {}}"],
        ["--environment", "[]"],
        ["--environment", ""],
        ["--layers", "[\"x\""],
        ["--vpc-config", "file:///nowhere.json"],
        ["--runtime", "file:///nowhere.txt"],
        ["--layers", "file:///nowhere.json"],
    ] {
        let said = format!("Error parsing parameter '{}': ", options[0]);
        refused_by_client(&store, &options, &said);
    }
}

#[test]
fn a_list_of_no_or_two_architectures_is_refused() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let (two, none) = (["--architectures", "x86_64", "arm64"], ["--architectures"]);
    let unknown = ["--architectures", "mips"];
    for options in [&two[..], &unknown] {
        store
            .create("other", options)
            .failed_with(INVALID, "CreateFunction");
        let ran = store.update("hello", b"v1", options);
        let message = ran.failed_with(INVALID, "UpdateFunctionCode");
        assert!(message.contains("Architectures"), "{message}");
    }
    let line = "Invalid length for parameter Architectures, value: 0, valid min length: 1";
    for ran in [
        store.create("other", &none),
        store.update("hello", b"v1", &none),
    ] {
        assert!(ran.failed(252).contains(line), "{}", ran.stderr);
    }
    let ran = store.create("other", &["--package-type", "Image"]);
    let message = ran.failed_with(INVALID, "CreateFunction");
    assert!(message.contains("PackageType"), "{message}");
    assert_eq!(store.files(), before);
}

#[test]
fn a_bad_value_that_stays_is_refused_and_one_that_is_replaced_is_not() {
    let store = TestStore::with_function("hello");
    store.edit_config("hello", |config| config["Timeout"] = json!(901));
    let before = store.files();
    let ran = store.configure("hello", &["--memory-size", "256"]);
    let message = ran.failed_with(INVALID, UPDATE);
    assert!(
        message.contains("Timeout") && message.contains("config.json"),
        "{message}"
    );
    assert_eq!(store.files(), before);
    store.configure("hello", &["--timeout", "900"]).succeeded();
}
