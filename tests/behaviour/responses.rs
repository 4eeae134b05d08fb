//! Every answer against the shapes of the service model, and its fingerprints against the format.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::shapes::{is_function_configuration, violations};
use crate::support::{ROLE, Ran, TestStore, code_sha256, sha256_hex, zip_of};

/// Members that no model knows, one of them deep inside; where they stand, see [`rich_config`].
const UNKNOWN: [&str; 3] = ["VpcConfig.Zone", "Owner", "Cost"];

/// A configuration with a value for every member of the model that a person can set.
fn rich_config() -> Value {
    json!({
        "Owner": {"Team": ["blue"]},
        "Role": ROLE,
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Description": "ünïcode, \"quotes\" and\ttabs",
        "Timeout": 900,
        "MemorySize": 3008,
        "VpcConfig": {
            "SubnetIds": ["subnet-0a1b", "subnet-0c2d"],
            "SecurityGroupIds": ["sg-01"],
            "VpcId": "vpc-01",
            "Ipv6AllowedForDualStack": true,
            "Zone": "b"
        },
        "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"},
        "Environment": {
            "Variables": {"Zone": "b", "STAGE": "test"},
            "Error": {"ErrorCode": "AccessDeniedException", "Message": "no key"}
        },
        "KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/0123",
        "TracingConfig": {"Mode": "Active"},
        "MasterArn": "arn:aws:lambda:us-east-1:123456789012:function:master",
        "Layers": [
            {
                "Arn": "arn:aws:lambda:us-east-1:123456789012:layer:base:3",
                "CodeSize": 1024,
                "SigningJobArn": "arn:aws:signer:us-east-1:123456789012:/signing-jobs/1"
            },
            {"Arn": "arn:aws:lambda:us-east-1:123456789012:layer:tools:1", "CodeSize": 0}
        ],
        "FileSystemConfigs": [{
            "Arn": "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0",
            "LocalMountPath": "/mnt/data"
        }],
        "SigningProfileVersionArn": "arn:aws:signer:us-east-1:123456789012:/signing-profiles/p/1",
        "SigningJobArn": "arn:aws:signer:us-east-1:123456789012:/signing-jobs/1",
        "PackageType": "Zip",
        "Architectures": ["arm64"],
        "EphemeralStorage": {"Size": 10240},
        "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"},
        "LoggingConfig": {
            "LogFormat": "JSON",
            "ApplicationLogLevel": "TRACE",
            "SystemLogLevel": "WARN",
            "LogGroup": "/our/logs"
        },
        "DurableConfig": {"RetentionPeriodInDays": 90, "ExecutionTimeout": 60},
        "Cost": 1.5
    })
}

/// Runs every operation that answers with a configuration on `hello` and checks what each answers.
#[track_caller]
fn all_answers_fit(store: &TestStore, unknown: &[&str]) {
    let fits = |ran: &Ran| {
        ran.succeeded();
        is_function_configuration(&ran.stdout, unknown)
    };
    fits(&store.get("hello", &[]));
    let first = fits(&store.publish("hello", &["--description", "é\u{1f}\n"]));
    let again = fits(&store.publish("hello", &[]));
    assert_eq!(again, first);
    fits(&store.update("hello", b"v1", &["--dry-run"]));
    fits(&store.update("hello", b"v1", &[]));
    fits(&store.configure("hello", &["--logging-config", "LogFormat=JSON"]));
    fits(&store.configure("hello", &[]));
    fits(&store.get("hello", &["--qualifier", "$LATEST"]));
    let second = fits(&store.update("hello", b"v2", &["--publish"]));
    let number = second["Version"].as_str().unwrap();
    let alias = json!({"Name": "live", "FunctionVersion": number});
    std::fs::create_dir_all(store.join("hello/aliases")).unwrap();
    std::fs::write(store.join("hello/aliases/live.json"), alias.to_string()).unwrap();
    for qualifier in [number, "live"] {
        fits(&store.get("hello", &["--qualifier", qualifier]));
    }
    std::fs::rename(store.join("hello"), store.join("bye")).unwrap();
    fits(&store.get("bye", &[]));
    fits(&store.update("bye", b"v3", &[]));
    fits(&store.configure("bye", &["--vpc-config", "SubnetIds=[],SecurityGroupIds=[]"]));
    fits(&store.publish("bye", &[]));
}

#[test]
fn answers_about_a_created_function_fit_the_model() {
    for options in [
        &[][..],
        &["--publish"],
        &[
            "--publish",
            "--description",
            "ünïcode \"quoted\"\n",
            "--timeout",
            "900",
            "--memory-size",
            "3008",
            "--environment",
            "Variables={STAGE=test,Zone=b}",
            "--tags",
            "team=blue",
        ],
        &["--environment", "Variables={}"],
    ] {
        let store = TestStore::nothing();
        let created = store.create("hello", options);
        created.succeeded();
        is_function_configuration(&created.stdout, &[]);
        all_answers_fit(&store, &[]);
    }
}

#[test]
fn answers_about_a_function_made_by_hand_fit_the_model() {
    let store = TestStore::made_by_hand("hello");
    let config = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE});
    store.place_version("hello", 1, b"v1", &config);
    let placed = store.get("hello", &["--qualifier", "1"]);
    is_function_configuration(&placed.stdout, &[]);
    all_answers_fit(&store, &[]);
}

#[test]
fn answers_with_every_member_fit_the_model() {
    let store = TestStore::made_by_hand("hello");
    store.write_config("hello", &rich_config());
    store.place_version("hello", 1, b"v1", &rich_config());
    let placed = store.get("hello", &["--qualifier", "1"]);
    is_function_configuration(&placed.stdout, &UNKNOWN);
    all_answers_fit(&store, &UNKNOWN);
}

#[test]
fn every_member_set_by_hand_is_answered_and_published() {
    let store = TestStore::made_by_hand("hello");
    store.write_config("hello", &rich_config());
    let latest = store.get("hello", &[]).succeeded();
    let version = store.publish("hello", &[]).succeeded();
    for (name, value) in rich_config().as_object().unwrap() {
        assert_eq!(latest[name], *value, "{name}");
        if name != "SnapStart" {
            assert_eq!(version[name], *value, "{name}");
        }
    }
    // A version is optimized as soon as it is published.
    assert_eq!(version["SnapStart"]["OptimizationStatus"], "On");
}

#[test]
fn members_that_are_null_are_not_answered() {
    let store = TestStore::made_by_hand("hello");
    store.edit_config("hello", |config| {
        for name in ["VpcConfig", "Layers", "Timeout", "Description", "KMSKeyArn"] {
            config[name] = Value::Null;
        }
    });
    all_answers_fit(&store, &[]);
}

#[test]
fn members_within_members_are_in_the_models_order() {
    let store = TestStore::made_by_hand("hello");
    store.edit_config("hello", |config| {
        config["LoggingConfig"] = json!({
            "LogGroup": "/our/logs", "SystemLogLevel": "WARN", "LogFormat": "JSON",
        });
        config["VpcConfig"] = json!({"VpcId": "vpc-01", "SubnetIds": [], "SecurityGroupIds": []});
        config["SnapStart"] = json!({"OptimizationStatus": "Off", "ApplyOn": "None"});
        config["Layers"] = json!([
            {"CodeSize": 7, "Arn": "arn:aws:lambda:us-east-1:123456789012:layer:base:3"}
        ]);
    });
    all_answers_fit(&store, &[]);
}

#[test]
fn a_layer_whose_size_is_not_given_has_0() {
    let store = TestStore::made_by_hand("hello");
    let arn = "arn:aws:lambda:us-east-1:123456789012:layer:base:3";
    store.edit_config("hello", |config| config["Layers"] = json!([{"Arn": arn}]));
    let expected = json!([{"Arn": arn, "CodeSize": 0}]);
    assert_eq!(store.get("hello", &[]).succeeded()["Layers"], expected);
    assert_eq!(store.publish("hello", &[]).succeeded()["Layers"], expected);
}

#[test]
fn the_check_of_answers_finds_what_is_wrong() {
    let store = TestStore::made_by_hand("hello");
    store.write_config("hello", &rich_config());
    let ran = store.get("hello", &[]);
    let answer = ran.succeeded();
    assert_eq!(violations(&ran.stdout, &UNKNOWN), [""; 0]);
    assert_eq!(violations(&ran.stdout, &UNKNOWN[1..]).len(), 1);
    assert_eq!(
        violations(&ran.stdout, &["VpcConfig.Zone", "Owner", "Cost", "More"]).len(),
        1
    );
    for (path, wrong) in [
        ("/Timeout", json!(901)),
        ("/Timeout", json!("3")),
        ("/MemorySize", json!(127)),
        ("/EphemeralStorage/Size", json!(10241)),
        ("/Runtime", json!("cobol85")),
        ("/Role", json!("nobody")),
        ("/Handler", json!("two words")),
        ("/FunctionArn", json!("arn:aws:lambda:hello")),
        ("/RevisionId", json!("0195a3b4-c5d6-4789-8abc-def012345678")),
        ("/LastModified", json!("2026-01-01T00:00:00Z")),
        ("/CodeSha256", json!("abc=")),
        ("/Version", json!("$latest")),
        ("/Layers/0/Arn", json!("no layer")),
        ("/Layers/0/CodeSize", json!(-1)),
        ("/VpcConfig/SubnetIds/1", json!("sg-1")),
        ("/VpcConfig/Ipv6AllowedForDualStack", json!(1)),
        ("/Environment/Variables/Zone", json!(1)),
        (
            "/FileSystemConfigs/0",
            json!({"Arn": answer["FileSystemConfigs"][0]["Arn"]}),
        ),
        ("/Architectures", json!([])),
        ("/KMSKeyArn", Value::Null),
        ("/State", json!("Ready")),
    ] {
        let mut changed = answer.clone();
        *changed.pointer_mut(path).unwrap() = wrong;
        let found = violations(&changed.to_string(), &UNKNOWN);
        assert_eq!(found.len(), 1, "{path}: {found:?}");
    }
    let mut moved = answer.clone();
    let name = moved.as_object_mut().unwrap().shift_remove("FunctionName");
    moved["FunctionName"] = name.unwrap();
    assert_eq!(violations(&moved.to_string(), &UNKNOWN).len(), 1);
    moved.as_object_mut().unwrap().remove("FunctionName");
    assert_eq!(violations(&moved.to_string(), &UNKNOWN).len(), 1);
}

/// A JSON text taken apart as the format's canonical form needs it: numbers as they stand.
enum Json {
    Object(Vec<(String, Self)>),
    Array(Vec<Self>),
    String(String),
    Other(String),
}

impl Json {
    fn parse(text: &str) -> Self {
        let mut rest = text;
        let parsed = Self::take(&mut rest);
        assert_eq!(rest.trim(), "");
        parsed
    }

    fn take(rest: &mut &str) -> Self {
        *rest = rest.trim_start();
        match rest.as_bytes()[0] {
            b'{' => Self::Object(take_list(rest, |rest| {
                let Self::String(name) = Self::take(rest) else {
                    panic!("no name: {rest}")
                };
                *rest = rest.trim_start().strip_prefix(':').unwrap();
                (name, Self::take(rest))
            })),
            b'[' => Self::Array(take_list(rest, Self::take)),
            b'"' => {
                let mut is_escaped = false;
                let end = rest[1..].find(|c: char| {
                    let is_end = c == '"' && !is_escaped;
                    is_escaped = c == '\\' && !is_escaped;
                    is_end
                });
                let (quoted, after) = rest.split_at(end.unwrap() + 2);
                *rest = after;
                Self::String(serde_json::from_str(quoted).unwrap())
            }
            _ => {
                let end = rest.find(|c: char| ",]}".contains(c) || c.is_whitespace());
                let (literal, after) = rest.split_at(end.unwrap_or(rest.len()));
                *rest = after;
                Self::Other(literal.to_owned())
            }
        }
    }

    fn canonical(&self) -> String {
        let joined = |parts: Vec<String>| parts.join(",");
        match self {
            Self::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by(|(a, _), (b, _)| a.chars().cmp(b.chars()));
                let members = members
                    .into_iter()
                    .map(|(name, value)| format!("{}:{}", escaped(name), value.canonical()));
                format!("{{{}}}", joined(members.collect()))
            }
            Self::Array(items) => {
                format!("[{}]", joined(items.iter().map(Self::canonical).collect()))
            }
            Self::String(text) => escaped(text),
            Self::Other(literal) => literal.clone(),
        }
    }

    /// Returns the object without some members.
    fn without(self, left_out: &[&str]) -> Self {
        let Self::Object(mut members) = self else {
            panic!("no object")
        };
        members.retain(|(name, _)| !left_out.contains(&name.as_str()));
        Self::Object(members)
    }

    /// Returns the object with the package that stands there.
    fn with_code(self, package: &[u8]) -> Self {
        let Self::Object(mut members) = self.without(&["CodeSha256", "CodeSize"]) else {
            panic!("no object")
        };
        let hash = Self::String(code_sha256(package));
        members.push(("CodeSha256".to_owned(), hash));
        let size = package.len().to_string();
        members.push(("CodeSize".to_owned(), Self::Other(size)));
        Self::Object(members)
    }
}

fn take_list<T>(rest: &mut &str, take: impl Fn(&mut &str) -> T) -> Vec<T> {
    *rest = &rest[1..];
    let mut items = Vec::new();
    loop {
        *rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(['}', ']']) {
            *rest = after;
            return items;
        }
        *rest = rest.strip_prefix(',').unwrap_or(rest);
        items.push(take(rest));
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\u{8}' => out += "\\b",
            '\u{c}' => out += "\\f",
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            control if u32::from(control) < 0x20 => {
                write!(out, "\\u{:04x}", u32::from(control)).unwrap();
            }
            other => out.push(other),
        }
    }
    out + "\""
}

/// The format's "Revision ids".
fn revision_id(milliseconds: u64, place: &str, document: Json) -> String {
    let document = document
        .without(&[
            "RevisionId",
            "FunctionName",
            "FunctionArn",
            "AliasArn",
            "Version",
        ])
        .canonical();
    let hash = Sha256::digest(format!("{milliseconds}\n{place}\n{document}"));
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&hash[..10]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    uuid::Uuid::from_bytes(bytes).to_string()
}

/// Returns the time that stands in a revision id.
fn time_of(id: &Value) -> u64 {
    let digits: String = id.as_str().unwrap().replace('-', "");
    u64::from_str_radix(&digits[..12], 16).unwrap()
}

/// The format's `ContentSha256`.
fn content_sha256(document: Json) -> String {
    let Json::Object(members) = document else {
        panic!("no object")
    };
    let function = members.iter().find_map(|(name, value)| match value {
        Json::String(text) if name == "FunctionName" => Some(text.clone()),
        _ => None,
    });
    let log_group = format!(
        r#"{{"LogFormat":"Text","LogGroup":"/aws/lambda/{}"}}"#,
        function.unwrap_or_default()
    );
    let content = members
        .into_iter()
        .map(|(name, value)| match name.as_str() {
            "SnapStart" => (name, value.without(&["OptimizationStatus"])),
            _ => (name, value),
        })
        .filter(|(name, value)| {
            let value = value.canonical();
            let is_default = match name.as_str() {
                "Description" => value == r#""""#,
                "Timeout" => value == "3",
                "MemorySize" => value == "128",
                "PackageType" => value == r#""Zip""#,
                "TracingConfig" => value == r#"{"Mode":"PassThrough"}"#,
                "Architectures" => value == r#"["x86_64"]"#,
                "EphemeralStorage" => value == r#"{"Size":512}"#,
                "SnapStart" => value == r#"{"ApplyOn":"None"}"#,
                "LoggingConfig" => value == log_group,
                _ => false,
            };
            !is_default
        })
        .collect();
    let content = Json::Object(content).without(&[
        "Version",
        "LastModified",
        "RevisionId",
        "CodeSize",
        "State",
        "StateReason",
        "StateReasonCode",
        "LastUpdateStatus",
        "LastUpdateStatusReason",
        "LastUpdateStatusReasonCode",
        "RuntimeVersionConfig",
        "FunctionName",
        "FunctionArn",
        "MasterArn",
    ]);
    sha256_hex(content.canonical().as_bytes())
}

/// Sees that ids and hashes of a store's `hello` are those that its files make.
#[track_caller]
fn fingerprints_are_those_of_the_files(store: &TestStore) {
    let read = |path: &str| Json::parse(&store.text(path));
    let package = std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap();
    let latest = || read("hello/$LATEST/config.json").with_code(&package);

    // Before any history the time is 0.
    let made_by_hand = !store.join("hello/history.jsonl").exists();
    if made_by_hand {
        let expected = revision_id(0, "$LATEST", latest());
        assert_eq!(store.revision_id("hello"), expected);
    }

    let version = store
        .publish("hello", &["--description", "é \u{1}\n\"x\""])
        .succeeded();
    let number = version["Version"].as_str().unwrap();
    let line = store.history("hello").pop().unwrap();
    let time: jiff::Timestamp = line["Time"].as_str().unwrap().parse().unwrap();
    let time = u64::try_from(time.as_millisecond()).unwrap();
    assert_eq!(time_of(&version["RevisionId"]), time);
    let file = read(&format!("hello/versions/{number}/config.json"));
    assert_eq!(version["RevisionId"], revision_id(time, number, file));
    assert_eq!(
        line["LastPublished"]["ContentSha256"],
        content_sha256(latest())
    );

    let expected = revision_id(time, "$LATEST", latest());
    assert_eq!(line["Latest"]["RevisionId"], expected);
    assert_eq!(store.revision_id("hello"), expected);

    // An edit by hand: the time stays, the rest is that of what is there.
    store.edit_config("hello", |config| config["Timeout"] = json!(77));
    store.write_code("hello", b"by hand");
    let package = zip_of(&[("app.py", b"by hand")]);
    let latest = || read("hello/$LATEST/config.json").with_code(&package);
    let expected = revision_id(time, "$LATEST", latest());
    assert_eq!(store.revision_id("hello"), expected);
}

#[test]
fn fingerprints_of_a_created_function_can_be_computed_from_its_files() {
    fingerprints_are_those_of_the_files(&TestStore::with_function("hello"));
    let store = TestStore::nothing();
    store
        .create("hello", &["--environment", "Variables={Zone=b,STAGE=é}"])
        .succeeded();
    store.update("hello", b"v1", &[]).succeeded();
    fingerprints_are_those_of_the_files(&store);
}

#[test]
fn fingerprints_of_a_function_made_by_hand_can_be_computed_from_its_files() {
    fingerprints_are_those_of_the_files(&TestStore::made_by_hand("hello"));
    let rich = TestStore::made_by_hand("hello");
    rich.write_config("hello", &rich_config());
    fingerprints_are_those_of_the_files(&rich);
}

#[test]
fn fingerprints_cover_numbers_as_they_stand_and_strings_as_they_mean() {
    let store = TestStore::made_by_hand("hello");
    let text = format!(
        "{{\"Runtime\": \"python3.13\", \"Handler\": \"app.handler\", \"Role\": \"{ROLE}\",\n\
         \"Numbers\": [1.50e3, -0.0, 1E5, 123456789012345678901234567890],\n\
         \"\\u0045sc\": \"\\u00e9\\/\\u001f\\u007f\\b \\ud83d\\ude00\",\n\
         \"\u{ff5e}\": 1, \"\u{1f600}\": {{\"z\": null, \"a\": [{{}}, [], true]}}, \"a\": false}}"
    );
    std::fs::write(store.join("hello/$LATEST/config.json"), text).unwrap();
    let package = std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap();
    let latest = || Json::parse(&store.text("hello/$LATEST/config.json")).with_code(&package);
    assert_eq!(
        store.revision_id("hello"),
        revision_id(0, "$LATEST", latest())
    );
    let version = store.publish("hello", &[]).succeeded();
    let file = Json::parse(&store.text("hello/versions/1/config.json"));
    let time = time_of(&version["RevisionId"]);
    assert_eq!(version["RevisionId"], revision_id(time, "1", file));
    let line = store.history("hello").pop().unwrap();
    assert_eq!(
        line["LastPublished"]["ContentSha256"],
        content_sha256(latest())
    );
}

#[test]
fn a_version_placed_by_hand_has_the_id_that_its_file_makes() {
    let store = TestStore::made_by_hand("hello");
    store.place_version("hello", 3, b"v3", &rich_config());
    let answer = store.get("hello", &["--qualifier", "3"]).succeeded();
    let file = Json::parse(&store.text("hello/versions/3/config.json"));
    assert_eq!(answer["RevisionId"], revision_id(0, "3", file));
}

#[test]
fn a_version_keeps_its_id_under_another_name() {
    let store = TestStore::with_function("hello");
    let version = store.publish("hello", &[]).succeeded();
    std::fs::rename(store.join("hello"), store.join("bye")).unwrap();
    let answer = store.get("bye", &["--qualifier", "1"]).succeeded();
    assert_eq!(answer["RevisionId"], version["RevisionId"]);
}
