//! Every member of a configuration that an option sets: in shorthand, as JSON and from a file, when
//! a function is made and when it is updated.

use serde_json::{Value, json};

use crate::support::shapes::is_function_configuration;
use crate::support::{Ran, TestStore, masked};

/// An option, and the member that it sets.
struct Field {
    option: &'static str,
    member: &'static str,
    /// Its words, structures in shorthand.
    words: Vec<String>,
    /// The same as JSON; nothing where an option takes plain text.
    json: Option<Value>,
    /// What is answered.
    answer: Value,
}

const LAYER: &str = "arn:aws:lambda:us-east-1:123456789012:layer:base:3";
const OTHER_LAYER: &str = "arn:aws:lambda:us-east-1:123456789012:layer:tools:12";

const ROLE: &str = "arn:aws:iam::123456789012:role/other";
const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/0123";
const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:dead";
const ACCESS_POINT: &str =
    "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0";

/// Every option that both commands have.
fn fields() -> Vec<Field> {
    let mut fields = plain_fields();
    fields.extend(structures());
    fields
}

fn plain_fields() -> Vec<Field> {
    let field = |option, member, text: &str, answer| Field {
        option,
        member,
        words: vec![text.to_owned()],
        json: None,
        answer,
    };
    let text = |option, member, text: &str| field(option, member, text, json!(text));
    vec![
        text("--runtime", "Runtime", "nodejs22.x"),
        text("--role", "Role", ROLE),
        text("--handler", "Handler", "index.handler"),
        text("--description", "Description", "Größe, {a=b} \"x\""),
        text("--kms-key-arn", "KMSKeyArn", KEY),
        field("--timeout", "Timeout", "30", json!(30)),
        field("--memory-size", "MemorySize", "1769", json!(1769)),
    ]
}

fn structures() -> Vec<Field> {
    let field = |option, member, words: &[&str], json: Value, answer: Value| Field {
        option,
        member,
        words: words.iter().map(ToString::to_string).collect(),
        json: Some(json),
        answer,
    };
    // Answered as it is given.
    let alike = |option, member, shorthand: &str, json: Value| {
        field(option, member, &[shorthand], json.clone(), json)
    };
    vec![
        alike(
            "--environment",
            "Environment",
            "Variables={LEVEL=debug,LIST='a,b',EMPTY=''}",
            json!({"Variables": {"LEVEL": "debug", "LIST": "a,b", "EMPTY": ""}}),
        ),
        alike(
            "--dead-letter-config",
            "DeadLetterConfig",
            &format!("TargetArn={QUEUE}"),
            json!({"TargetArn": QUEUE}),
        ),
        alike(
            "--tracing-config",
            "TracingConfig",
            "Mode=Active",
            json!({"Mode": "Active"}),
        ),
        alike(
            "--ephemeral-storage",
            "EphemeralStorage",
            "Size=1024",
            json!({"Size": 1024}),
        ),
        alike(
            "--file-system-configs",
            "FileSystemConfigs",
            &format!("Arn={ACCESS_POINT},LocalMountPath=/mnt/data"),
            json!([{"Arn": ACCESS_POINT, "LocalMountPath": "/mnt/data"}]),
        ),
        field(
            "--vpc-config",
            "VpcConfig",
            &["SubnetIds=subnet-0a,subnet-0b,SecurityGroupIds=sg-01"],
            json!({"SubnetIds": ["subnet-0a", "subnet-0b"], "SecurityGroupIds": ["sg-01"]}),
            json!({
                "SubnetIds": ["subnet-0a", "subnet-0b"],
                "SecurityGroupIds": ["sg-01"],
                "Ipv6AllowedForDualStack": false,
            }),
        ),
        field(
            "--logging-config",
            "LoggingConfig",
            &["LogFormat=JSON,SystemLogLevel=WARN,LogGroup=/our/logs"],
            json!({"LogFormat": "JSON", "SystemLogLevel": "WARN", "LogGroup": "/our/logs"}),
            json!({
                "LogFormat": "JSON",
                "ApplicationLogLevel": "INFO",
                "SystemLogLevel": "WARN",
                "LogGroup": "/our/logs",
            }),
        ),
        field(
            "--snap-start",
            "SnapStart",
            &["ApplyOn=PublishedVersions"],
            json!({"ApplyOn": "PublishedVersions"}),
            json!({"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}),
        ),
        field(
            "--layers",
            "Layers",
            &[LAYER, OTHER_LAYER],
            json!([LAYER, OTHER_LAYER]),
            json!([{"Arn": LAYER, "CodeSize": 0}, {"Arn": OTHER_LAYER, "CodeSize": 0}]),
        ),
    ]
}

/// The forms that a value may be given in.
#[derive(Debug, Clone, Copy)]
enum Form {
    Shorthand,
    ShorthandInAFile,
    Json,
    JsonInAFile,
}

const FORMS: [Form; 4] = [
    Form::Shorthand,
    Form::ShorthandInAFile,
    Form::Json,
    Form::JsonInAFile,
];

impl Field {
    /// Returns the option in a form; plain text has no other than itself, be it in a file.
    fn option(&self, form: Form, store: &TestStore) -> Vec<String> {
        let in_file = |text: &str| {
            let path = store.beside(&format!("{}.{form:?}", self.member));
            std::fs::write(&path, text).unwrap();
            format!("file://{}", path.display())
        };
        let mut option = vec![self.option.to_owned()];
        match (form, &self.words[..], &self.json) {
            (Form::Json, _, Some(json)) => option.push(json.to_string()),
            (Form::JsonInAFile, _, Some(json)) => option.push(in_file(&format!("{json:#}\n"))),
            (Form::ShorthandInAFile | Form::JsonInAFile, [word], _) => option.push(in_file(word)),
            (_, words, _) => option.extend(words.iter().cloned()),
        }
        option
    }
}

/// Returns all options in a form.
fn options_in(form: Form, store: &TestStore) -> Vec<String> {
    let fields = fields();
    let options = fields.iter().map(|field| field.option(form, store));
    options.flatten().collect()
}

fn strs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// Sees that an answer has all members of the model in their order, is what a reader gets, and what
/// stands in the file.
#[track_caller]
fn is_answered_and_stored(store: &TestStore, function: &str, ran: &Ran) -> Value {
    ran.succeeded();
    let answer = is_function_configuration(&ran.stdout, &[]);
    assert_eq!(store.get(function, &[]), *ran);
    let mut stored = answer.clone();
    stored.as_object_mut().unwrap().shift_remove("RevisionId");
    assert_eq!(
        store.json(&format!("{function}/$LATEST/config.json")),
        stored
    );
    answer
}

#[test]
fn every_field_is_set_in_every_form_by_a_create() {
    for form in FORMS {
        let store = TestStore::new();
        let ran = store.create("hello", &strs(&options_in(form, &store)));
        let answer = is_answered_and_stored(&store, "hello", &ran);
        for field in fields() {
            assert_eq!(answer[field.member], field.answer, "{form:?}");
        }
    }
}

#[test]
fn every_field_is_set_in_every_form_by_an_update_and_comes_out_as_by_a_create() {
    let store = TestStore::new();
    let options = options_in(Form::Shorthand, &store);
    let created = store.create("hello", &strs(&options)).succeeded();
    for form in FORMS {
        let store = TestStore::with_function("hello");
        let ran = store.configure("hello", &strs(&options_in(form, &store)));
        let answer = is_answered_and_stored(&store, "hello", &ran);
        assert_eq!(
            masked(&answer.to_string()),
            masked(&created.to_string()),
            "{form:?}"
        );
    }
}

#[test]
fn an_update_sets_the_field_that_is_given_and_no_other() {
    let store = TestStore::with_function("hello");
    let mut expected = store.get("hello", &[]).succeeded();
    for field in fields() {
        let option = field.option(Form::Shorthand, &store);
        let answer = store.configure("hello", &strs(&option)).succeeded();
        for moved in ["LastModified", "RevisionId"] {
            assert_ne!(answer[moved], expected[moved], "{option:?}");
            expected[moved] = answer[moved].clone();
        }
        assert_ne!(answer[field.member], expected[field.member], "{option:?}");
        expected[field.member] = field.answer.clone();
        assert_eq!(answer, expected, "{option:?}");
    }
}

#[test]
fn the_kind_of_package_and_its_architecture_are_set_by_a_create() {
    let store = TestStore::new();
    for (index, (options, architecture)) in [
        (&["--architectures", "arm64"][..], "arm64"),
        (&["--architectures", "[\"arm64\"]"], "arm64"),
        (
            &["--architectures", "x86_64", "--package-type", "Zip"],
            "x86_64",
        ),
        (&["--package-type", "Zip"], "x86_64"),
    ]
    .into_iter()
    .enumerate()
    {
        let function = format!("function-{index}");
        let ran = store.create(&function, options);
        let answer = is_answered_and_stored(&store, &function, &ran);
        assert_eq!(answer["Architectures"], json!([architecture]));
        assert_eq!(answer["PackageType"], "Zip");
    }
}

#[test]
fn the_architecture_changes_with_the_code() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    let arm = ["--architectures", "arm64"];
    let tried = store.update("hello", b"v0", &[&arm[..], &["--dry-run"]].concat());
    assert_eq!(tried.succeeded()["Architectures"], json!(["arm64"]));
    assert_eq!(
        store.get("hello", &[]).succeeded()["Architectures"],
        json!(["x86_64"])
    );

    let ran = store.update("hello", b"v0", &arm);
    let answer = is_answered_and_stored(&store, "hello", &ran);
    assert_eq!(answer["Architectures"], json!(["arm64"]));
    // Left out, it stays.
    let ran = store.update("hello", b"v0", &["--publish"]);
    let version = ran.succeeded();
    assert_eq!(version["Architectures"], json!(["arm64"]));
    assert_eq!(version["Version"], "2");

    // The configuration alone does not change it: that would not fit the code.
    let ran = store.configure("hello", &["--architectures", "x86_64"]);
    assert!(ran.failed(252).contains("update-function-code"), "{ran:?}");
}
