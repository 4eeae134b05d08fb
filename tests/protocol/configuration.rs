//! What requests give for a configuration, and what the model makes of it: what
//! `UpdateFunctionConfiguration` means by members left out, empty or in part.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::model::Members;

/// A timeout over the quota.
const TOO_LONG: i64 = 901;

/// Returns values that a request may give, some of them empty or in part. The last one breaks a rule.
fn choices() -> Vec<(&'static str, Value)> {
    let layer = |name: &str| format!("arn:aws:lambda:us-east-1:123456789012:layer:{name}:1");
    vec![
        ("Description", json!("")),
        ("Description", json!("grüße \"<&>\"\n")),
        ("Timeout", json!(3)),
        ("Timeout", json!(7)),
        ("MemorySize", json!(256)),
        ("Runtime", json!("nodejs22.x")),
        ("Handler", json!("index.handler")),
        ("Environment", json!({"Variables": {}})),
        (
            "Environment",
            json!({"Variables": {"FIRST": "1", "SECOND": "é"}}),
        ),
        ("Environment", json!({})),
        (
            "KMSKeyArn",
            json!("arn:aws:kms:us-east-1:123456789012:key/01"),
        ),
        ("KMSKeyArn", json!("")),
        (
            "DeadLetterConfig",
            json!({"TargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"}),
        ),
        ("DeadLetterConfig", json!({"TargetArn": ""})),
        ("TracingConfig", json!({"Mode": "Active"})),
        ("TracingConfig", json!({"Mode": "PassThrough"})),
        ("Layers", json!([layer("base"), layer("tools")])),
        ("Layers", json!([])),
        (
            "VpcConfig",
            json!({"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}),
        ),
        ("VpcConfig", json!({"SubnetIds": ["subnet-2"]})),
        (
            "VpcConfig",
            json!({"SubnetIds": [], "SecurityGroupIds": []}),
        ),
        ("EphemeralStorage", json!({"Size": 1024})),
        ("SnapStart", json!({"ApplyOn": "PublishedVersions"})),
        ("SnapStart", json!({"ApplyOn": "None"})),
        ("LoggingConfig", json!({"LogFormat": "JSON"})),
        ("LoggingConfig", json!({"LogFormat": "Text"})),
        ("LoggingConfig", json!({"LogGroup": "/our/logs"})),
        ("Timeout", json!(TOO_LONG)),
    ]
}

/// Makes what a request gives: some members, so many that a later request of a short sequence often
/// gives one of them again, and most often none that breaks a rule.
pub(crate) fn given() -> impl Strategy<Value = Members> {
    let fine = choices().len() - 1;
    prop_oneof![
        12 => prop::sample::subsequence((0..fine).collect::<Vec<_>>(), 0..10),
        1 => prop::sample::subsequence((0..=fine).collect::<Vec<_>>(), 1..20),
    ]
    .prop_map(|picked| {
        let mut choices = choices();
        let picked = picked
            .into_iter()
            .map(|index| std::mem::take(&mut choices[index]));
        picked
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    })
}

/// Whether the service refuses it.
pub(crate) fn is_refused(given: &Members) -> bool {
    given.get("Timeout") == Some(&json!(TOO_LONG))
}

/// Makes of a configuration what a request wants.
pub(crate) fn apply(config: &mut Members, function: &str, given: &Members) {
    for (name, value) in given {
        let is_empty_structure = *value == json!({});
        let becomes = match name.as_str() {
            _ if is_empty_structure => continue,
            "KMSKeyArn" if value == "" => None,
            "DeadLetterConfig" if value["TargetArn"] == "" => None,
            "Layers" if *value == json!([]) => None,
            "Layers" => {
                let arns = value.as_array().unwrap().iter();
                Some(arns.map(|arn| json!({"Arn": arn, "CodeSize": 0})).collect())
            }
            "SnapStart" => Some(json!({"ApplyOn": value["ApplyOn"], "OptimizationStatus": "Off"})),
            "VpcConfig" => vpc(config.get(name), value),
            "LoggingConfig" => Some(logging(config.get(name), function, value)),
            _ => Some(value.clone()),
        };
        match becomes {
            Some(value) => drop(config.insert(name.clone(), value)),
            None => drop(config.shift_remove(name)),
        }
    }
}

/// Lists given replace those that are there; of both empty, a function that never had one shows
/// nothing.
fn vpc(present: Option<&Value>, given: &Value) -> Option<Value> {
    let list = |name: &str| {
        let there = given.get(name).or_else(|| present?.get(name));
        there.cloned().unwrap_or_else(|| json!([]))
    };
    let mut vpc = json!({
        "SubnetIds": list("SubnetIds"),
        "SecurityGroupIds": list("SecurityGroupIds"),
        "Ipv6AllowedForDualStack": false,
    });
    if vpc["SubnetIds"] == json!([]) && vpc["SecurityGroupIds"] == json!([]) {
        present?;
        vpc["VpcId"] = json!("");
    }
    Some(vpc)
}

fn logging(present: Option<&Value>, function: &str, given: &Value) -> Value {
    let mut logging = present.cloned().unwrap_or_else(
        || json!({"LogFormat": "Text", "LogGroup": format!("/aws/lambda/{function}")}),
    );
    for (name, value) in given.as_object().unwrap() {
        logging[name] = value.clone();
    }
    let members = logging.as_object_mut().unwrap();
    for level in ["ApplicationLogLevel", "SystemLogLevel"] {
        if members["LogFormat"] == "JSON" {
            members.entry(level).or_insert(json!("INFO"));
        } else {
            members.shift_remove(level);
        }
    }
    logging
}
