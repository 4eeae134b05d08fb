//! What a request makes of a configuration: the meaning of a member that is left out, empty or
//! given in part.
//!
//! A member left out stays as it is, and so does a member left out of a structure: structures are
//! merged, one level deep. Lists and maps are replaced. What follows besides is said at each member
//! below. The rules are those of `UpdateFunctionConfiguration`; a create applies them to nothing.

use super::configuration::{FunctionConfiguration, default_logging_config};
use super::document::{Document, DocumentError, Member, Value};
use super::function_name::FunctionName;
use super::request_shape::CONFIGURATION;
use super::shape;

/// The members of a configuration that a request gives, in the form that requests have: layers
/// are ARNs.
#[derive(Debug, Clone, Default)]
pub struct RequestedConfiguration {
    document: Document,
}

impl RequestedConfiguration {
    /// Takes a document as what a request gives. Members that are `null` count as left out.
    ///
    /// # Errors
    /// If a known member is of a wrong kind.
    pub fn from_document(mut document: Document) -> Result<Self, DocumentError> {
        shape::check(&document, CONFIGURATION)?;
        shape::leave_out_nulls(&mut document, CONFIGURATION);
        Ok(Self { document })
    }

    /// Takes what a request gives for a configuration out of its parameters, whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        let is_of_it =
            |member: &&Member| CONFIGURATION.iter().any(|(name, _)| *name == member.name());
        let members = parameters.members().iter().filter(is_of_it);
        let mut members: Vec<Member> = members.cloned().collect();
        for member in &mut members {
            *member.value_mut() = member.value().plainly_spelt();
        }
        let mut document = Document::of_members(&members);
        shape::leave_out_nulls(&mut document, CONFIGURATION);
        Self { document }
    }

    /// Returns the document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Makes of a function's configuration what the request wants it to be.
    pub fn apply(&self, configuration: &mut FunctionConfiguration, function: &FunctionName) {
        configuration.rename_default_log_group(function);
        let document = configuration.document_mut();
        for member in self.document.members() {
            let (name, given) = (member.name(), member.value());
            // A structure of which nothing is given says nothing.
            if matches!(given, Value::Object(members) if members.is_empty()) {
                continue;
            }
            match settled(name, document.get(name), given, function) {
                Some(value) => document.set(name, value),
                None => document.remove(name),
            }
        }
    }
}

/// Returns what becomes of a member; `None` if it is there no more.
fn settled(
    name: &str,
    present: Option<&Value>,
    given: &Value,
    function: &FunctionName,
) -> Option<Value> {
    match name {
        // An empty one goes back to the default key.
        "KMSKeyArn" => Some(given.clone()).filter(|arn| !is_empty_text(arn)),
        // An empty target removes it.
        "DeadLetterConfig" => {
            let is_removed = given.get("TargetArn").is_some_and(is_empty_text);
            Some(merged(present, given)).filter(|_| !is_removed)
        }
        "FileSystemConfigs" => Some(given.clone()).filter(|list| !list.items().is_empty()),
        "Layers" => Some(layers(present, given)).filter(|list| !list.items().is_empty()),
        "VpcConfig" => vpc_config(present, given),
        "LoggingConfig" => Some(logging_config(present, given, function)),
        _ => Some(merged(present, given)),
    }
}

fn is_empty_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.is_empty())
}

/// Sets the members given in a structure that stands there; anything else is replaced.
fn merged(present: Option<&Value>, given: &Value) -> Value {
    match (present, given) {
        (Some(Value::Object(present)), Value::Object(given)) => {
            let mut merged = Document::of_members(present);
            for member in given {
                merged.set(member.name(), member.value().clone());
            }
            merged.into_value()
        }
        _ => given.clone(),
    }
}

/// A layer that the function has keeps what is known of it, such as its size.
fn layers(present: Option<&Value>, given: &Value) -> Value {
    let known = present.map(Value::items).unwrap_or_default();
    let layer_of = |arn: &Value| {
        let text = arn.as_str();
        let is_this = |layer: &&Value| layer.get("Arn").and_then(Value::as_str) == text;
        known
            .iter()
            .find(is_this)
            .cloned()
            .unwrap_or_else(|| Value::object([("Arn", arn.clone())]))
    };
    Value::Array(given.items().iter().map(layer_of).collect())
}

/// Without subnets and security groups a function is detached; one that never was attached has
/// nothing to show for it. Which VPC a subnet is in, a store cannot know.
fn vpc_config(present: Option<&Value>, given: &Value) -> Option<Value> {
    let mut vpc = Document::of_members(merged(present, given).members());
    let none = || Value::Array(Vec::new());
    vpc.set_default("SubnetIds", none);
    vpc.set_default("SecurityGroupIds", none);
    vpc.set_default("Ipv6AllowedForDualStack", || Value::boolean(false));
    let subnets = vpc.get("SubnetIds").map(Value::canonical);
    let groups = vpc.get("SecurityGroupIds").map(Value::canonical);
    let is_empty = |list: &Option<String>| list.as_deref() == Some("[]");
    if is_empty(&subnets) && is_empty(&groups) {
        present?;
        vpc.set("VpcId", Value::string(""));
        vpc.set("Ipv6AllowedForDualStack", Value::boolean(false));
    } else if present
        .and_then(|vpc| vpc.get("SubnetIds"))
        .map(Value::canonical)
        != subnets
    {
        vpc.remove("VpcId");
    }
    Some(vpc.into_value())
}

/// JSON has levels, text has none.
fn logging_config(present: Option<&Value>, given: &Value, function: &FunctionName) -> Value {
    let default = default_logging_config(function);
    let present = present.map_or_else(
        || default.clone(),
        |present| merged(Some(&default), present),
    );
    let mut logging = Document::of_members(merged(Some(&present), given).members());
    let is_json = logging.string("LogFormat").as_deref() == Some("JSON");
    for level in ["ApplicationLogLevel", "SystemLogLevel"] {
        if is_json {
            logging.set_default(level, || Value::string("INFO"));
        } else {
            logging.remove(level);
        }
    }
    logging.into_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies a request to a configuration, and returns a member.
    fn applied(configuration: &str, request: &str, name: &str) -> Option<String> {
        let document = Document::parse(configuration).unwrap();
        let mut configuration = FunctionConfiguration::from_document(document).unwrap();
        let requested = Document::parse(request).unwrap();
        let requested = RequestedConfiguration::from_document(requested).unwrap();
        requested.apply(&mut configuration, &FunctionName::parse("hello").unwrap());
        let found = configuration.document().member(name);
        found.map(|member| member.value().canonical())
    }

    #[track_caller]
    fn assert_applied(name: &str, present: Option<&str>, given: &str, expected: Option<&str>) {
        let present = present.map_or("{}".to_owned(), |value| format!("{{\"{name}\": {value}}}"));
        let found = applied(&present, &format!("{{\"{name}\": {given}}}"), name);
        assert_eq!(found.as_deref(), expected, "{given} upon {present}");
    }

    #[test]
    fn what_is_left_out_stays_and_unknown_members_stay_too() {
        let there = r#"{"Timeout": 5, "Own": 1.50, "TracingConfig": {"Mode": "Active", "Own": 2}}"#;
        for (name, expected) in [
            ("Timeout", "5"),
            ("Own", "1.50"),
            ("TracingConfig", r#"{"Mode":"PassThrough","Own":2}"#),
        ] {
            let request = r#"{"TracingConfig": {"Mode": "PassThrough"}, "Timeout": null}"#;
            let found = applied(there, request, name);
            assert_eq!(found.as_deref(), Some(expected));
        }
        assert_applied(
            "TracingConfig",
            Some(r#"{"Mode":"Active"}"#),
            "{}",
            Some(r#"{"Mode":"Active"}"#),
        );
        assert_applied("TracingConfig", None, "{}", None);
    }

    #[test]
    fn an_environment_is_replaced_as_a_whole_and_kept_when_it_is_empty() {
        let present = Some(r#"{"Variables":{"A1":"1","B1":"2"}}"#);
        let other = r#"{"Variables":{"C1":"3"}}"#;
        assert_applied("Environment", present, other, Some(other));
        let empty = r#"{"Variables":{}}"#;
        assert_applied("Environment", present, empty, Some(empty));
        assert_applied("Environment", None, empty, Some(empty));
    }

    #[test]
    fn what_is_removed_by_an_empty_value_is_there_no_more() {
        for (name, present, given) in [
            ("KMSKeyArn", "\"arn:aws:kms:x\"", "\"\""),
            (
                "DeadLetterConfig",
                r#"{"TargetArn":"arn:aws:sqs:x"}"#,
                r#"{"TargetArn":""}"#,
            ),
            ("Layers", r#"[{"Arn":"a"}]"#, "[]"),
            ("FileSystemConfigs", r#"[{"Arn":"a"}]"#, "[]"),
        ] {
            assert_applied(name, Some(present), given, None);
            assert_applied(name, None, given, None);
        }
    }

    #[test]
    fn layers_are_replaced_and_keep_what_is_known_of_them() {
        let present = Some(r#"[{"Arn":"a","CodeSize":7},{"Arn":"b","CodeSize":8}]"#);
        let expected = Some(r#"[{"Arn":"c"},{"Arn":"a","CodeSize":7}]"#);
        assert_applied("Layers", present, r#"["c", "a"]"#, expected);
    }

    #[test]
    fn a_vpc_is_merged_and_shown_empty_once_it_was_set_and_cleared() {
        let cleared =
            r#"{"Ipv6AllowedForDualStack":false,"SecurityGroupIds":[],"SubnetIds":[],"VpcId":""}"#;
        let set = r#"{"Ipv6AllowedForDualStack":true,"SecurityGroupIds":["sg-1"],"SubnetIds":["subnet-1"],"VpcId":"vpc-1"}"#;
        let empty = r#"{"SubnetIds":[],"SecurityGroupIds":[]}"#;
        for (present, given, expected) in [
            (None, empty, None),
            (Some(set), empty, Some(cleared)),
            (Some(cleared), empty, Some(cleared)),
            (Some(set), r#"{"SubnetIds":["subnet-1"]}"#, Some(set)),
            (
                Some(set),
                r#"{"SubnetIds":["subnet-2"]}"#,
                Some(
                    r#"{"Ipv6AllowedForDualStack":true,"SecurityGroupIds":["sg-1"],"SubnetIds":["subnet-2"]}"#,
                ),
            ),
            (
                None,
                r#"{"SubnetIds":["subnet-2"]}"#,
                Some(
                    r#"{"Ipv6AllowedForDualStack":false,"SecurityGroupIds":[],"SubnetIds":["subnet-2"]}"#,
                ),
            ),
        ] {
            assert_applied("VpcConfig", present, given, expected);
        }
    }

    #[test]
    fn logging_is_merged_and_has_levels_with_json_alone() {
        let text = r#"{"LogFormat":"Text","LogGroup":"/aws/lambda/hello"}"#;
        let json = r#"{"ApplicationLogLevel":"INFO","LogFormat":"JSON","LogGroup":"/aws/lambda/hello","SystemLogLevel":"INFO"}"#;
        let warn = json.replace(r#"SystemLogLevel":"INFO"#, r#"SystemLogLevel":"WARN"#);
        let own = json.replace("/aws/lambda/hello", "own");
        for (present, given, expected) in [
            (None, r#"{"LogFormat":"JSON"}"#, json),
            (Some(text), r#"{"LogFormat":"JSON"}"#, json),
            (Some(json), r#"{"SystemLogLevel":"WARN"}"#, &warn),
            (Some(&warn), r#"{"LogFormat":"JSON"}"#, &warn),
            (Some(json), r#"{"LogGroup":"own"}"#, &own),
            (Some(&warn), r#"{"LogFormat":"Text"}"#, text),
            (None, r#"{"LogGroup":"/aws/lambda/hello"}"#, text),
        ] {
            assert_applied("LoggingConfig", present, given, Some(expected));
        }
    }

    #[test]
    fn the_default_log_group_of_an_old_name_is_not_kept() {
        let there = r#"{"FunctionName": "old", "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/old"}}"#;
        let found = applied(
            there,
            r#"{"LoggingConfig": {"LogFormat": "JSON"}}"#,
            "LoggingConfig",
        );
        assert!(found.unwrap().contains("/aws/lambda/hello"));
    }

    #[test]
    fn a_member_of_a_wrong_kind_is_refused() {
        let document = Document::parse(r#"{"Layers": [{"Arn": "x"}]}"#).unwrap();
        let error = RequestedConfiguration::from_document(document).unwrap_err();
        assert_eq!(error.problem, "Layers must be a string, found an object");
    }
}
