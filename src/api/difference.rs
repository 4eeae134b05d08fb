//! Differences between two configurations, as far as a publish compares them, member by member.

use std::collections::HashMap;

use super::configuration::FunctionConfiguration;
use super::document::{Member, Value};
use super::function_name::FunctionName;

/// The member whose values may be secrets: they are never told, only the names.
const SECRET: &str = "Environment";

/// The members that tell of the package.
const PACKAGE: [&str; 2] = ["CodeSha256", "CodeSize"];

/// One member that differs.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Where the member stands, such as `VpcConfig.SubnetIds`.
    pub path: String,
    /// What happened to it.
    pub kind: DifferenceKind,
    /// The earlier value; `None` if there was none, or if it may be a secret.
    pub old: Option<Value>,
    /// The later value; `None` if there is none, or if it may be a secret.
    pub new: Option<Value>,
}

/// What happened to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceKind {
    /// It was not there.
    Added,
    /// It has another value.
    Modified,
    /// It is there no more.
    Removed,
}

/// Which parts of a function differ between two states of it, as far as a publish compares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedParts {
    /// The package has other bytes.
    pub code: bool,
    /// The configuration differs in more than the description.
    pub configuration: bool,
    /// The description differs, which is often given anew with each version.
    pub description: bool,
}

impl ChangedParts {
    /// Compares two configurations, the packages by their hashes.
    pub fn between(earlier: &FunctionConfiguration, later: &FunctionConfiguration) -> Self {
        let code =
            |configuration: &FunctionConfiguration| configuration.document().string("CodeSha256");
        Self {
            code: code(earlier) != code(later),
            configuration: earlier.canonical_settings() != later.canonical_settings(),
            description: earlier.description() != later.description(),
        }
    }

    /// Returns the parts that differences were found in.
    pub fn of(differences: &[Difference]) -> Self {
        let any = |is_part: fn(&str) -> bool| differences.iter().any(|found| is_part(&found.path));
        Self {
            code: any(|path| PACKAGE.contains(&path)),
            configuration: any(|path| !PACKAGE.contains(&path) && path != "Description"),
            description: any(|path| path == "Description"),
        }
    }

    /// Returns whether nothing differs.
    pub fn is_empty(self) -> bool {
        !(self.code || self.configuration || self.description)
    }
}

/// Returns what differs between two configurations of a function that a publish tells apart: the
/// package first, then the members in the model's order, with the defaults of those left out.
pub fn differences(
    function: &FunctionName,
    earlier: &FunctionConfiguration,
    later: &FunctionConfiguration,
) -> Vec<Difference> {
    let mut found = Vec::new();
    for member in PACKAGE {
        let (old, new) = (earlier.document(), later.document());
        compare(member, old.get(member), new.get(member), &mut found);
    }
    let content = |configuration: &FunctionConfiguration| {
        let mut content = configuration.content();
        content.leave_out("CodeSha256");
        content
    };
    let (earlier, later) = (content(earlier), content(later));
    let complete = |content: &FunctionConfiguration| {
        let mut content = content.clone();
        content.complete_answer(function);
        content.into_value()
    };
    compare_members("", &complete(&earlier), &complete(&later), &mut found);
    if found.is_empty() {
        // What an answer hides counts as well, such as a member that is null.
        let (earlier, later) = (earlier.into_value(), later.into_value());
        compare_members("", &earlier, &later, &mut found);
    }
    found
}

/// Compares two values, of which one may be absent, and descends into objects.
fn compare(path: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Difference>) {
    let kind = match (old, new) {
        (None, None) => return,
        (None, Some(_)) => DifferenceKind::Added,
        (Some(_), None) => DifferenceKind::Removed,
        (Some(old), Some(new)) if old.canonical() == new.canonical() => return,
        (Some(_), Some(_)) => DifferenceKind::Modified,
    };
    let is_object = |value: &Value| matches!(value, Value::Object(_));
    if old.is_none_or(is_object) && new.is_none_or(is_object) {
        let (nothing, before) = (Value::Object(Vec::new()), found.len());
        let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
        compare_members(&format!("{path}."), old, new, found);
        if found.len() > before {
            return;
        }
    }
    let is_secret = path.split('.').next() == Some(SECRET);
    let told = |value: Option<&Value>| value.filter(|_| !is_secret).cloned();
    found.push(Difference {
        path: path.to_owned(),
        kind,
        old: told(old),
        new: told(new),
    });
}

/// Compares the members of two objects, in the order of the later one, then those that are gone.
fn compare_members(prefix: &str, old: &Value, new: &Value, found: &mut Vec<Difference>) {
    let (before, after) = (by_name(old), by_name(new));
    let gone = old.members().iter().map(Member::name);
    let gone = gone.filter(|name| !after.contains_key(name));
    for name in new.members().iter().map(Member::name).chain(gone) {
        let path = format!("{prefix}{name}");
        let (old, new) = (before.get(name).copied(), after.get(name).copied());
        compare(&path, old, new, found);
    }
}

/// Returns an object's members by their names: somebody may have written a great many.
fn by_name(object: &Value) -> HashMap<&str, &Value> {
    let members = object.members().iter();
    members
        .map(|member| (member.name(), member.value()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::*;

    fn configuration(text: &str) -> FunctionConfiguration {
        FunctionConfiguration::from_document(Document::parse(text).unwrap()).unwrap()
    }

    fn told(old: &str, new: &str) -> Vec<String> {
        let function = FunctionName::parse("hello").unwrap();
        let (old, new) = (configuration(old), configuration(new));
        let text = |value: Option<Value>| value.map_or_else(|| "-".to_owned(), |v| v.compact());
        differences(&function, &old, &new)
            .into_iter()
            .map(
                |Difference {
                     path,
                     kind,
                     old,
                     new,
                 }| { format!("{kind:?} {path} {} {}", text(old), text(new)) },
            )
            .collect()
    }

    #[test]
    fn members_are_told_by_path_with_their_defaults_and_lists_as_a_whole() {
        for (old, new, expected) in [
            ("{}", r#"{"Timeout": 10}"#, vec!["Modified Timeout 3 10"]),
            (
                r#"{"MemorySize": 256}"#,
                "{}",
                vec!["Modified MemorySize 256 128"],
            ),
            (r#"{"Timeout": 3}"#, "{}", vec![]),
            (
                r#"{"Handler": "a"}"#,
                r#"{"Runtime": "x", "Handler": "b"}"#,
                vec!["Added Runtime - \"x\"", "Modified Handler \"a\" \"b\""],
            ),
            (
                r#"{"VpcConfig": {"SubnetIds": ["a"], "VpcId": "v"}}"#,
                r#"{"VpcConfig": {"SubnetIds": ["a", "b"]}}"#,
                vec![
                    r#"Modified VpcConfig.SubnetIds ["a"] ["a","b"]"#,
                    "Removed VpcConfig.VpcId \"v\" -",
                ],
            ),
            (
                "{}",
                r#"{"Unknown": {"A": {"B": 1.50}}}"#,
                vec!["Added Unknown.A.B - 1.50"],
            ),
            ("{}", r#"{"Unknown": {}}"#, vec!["Added Unknown - {}"]),
            (
                r#"{"Unknown": {}}"#,
                r#"{"Unknown": 1}"#,
                vec!["Modified Unknown {} 1"],
            ),
        ] {
            assert_eq!(told(old, new), expected, "{old} {new}");
        }
    }

    #[test]
    fn the_package_comes_first() {
        assert_eq!(
            told(
                r#"{"Timeout": 4, "CodeSize": 1, "CodeSha256": "a"}"#,
                r#"{"Timeout": 5, "CodeSize": 2, "CodeSha256": "b"}"#
            ),
            [
                "Modified CodeSha256 \"a\" \"b\"",
                "Modified CodeSize 1 2",
                "Modified Timeout 4 5"
            ]
        );
    }

    #[test]
    fn the_parts_that_changed_are_those_that_differences_are_found_in() {
        let function = FunctionName::parse("hello").unwrap();
        let base = r#""FunctionName": "hello", "Version": "1", "CodeSha256": "a", "CodeSize": 1"#;
        let earlier = configuration(&format!("{{{base}}}"));
        for (later, expected) in [
            (base.to_owned(), ""),
            (base.replace("\"a\"", "\"b\""), "code"),
            (format!(r#"{base}, "Timeout": 4"#), "configuration"),
            (format!(r#"{base}, "Unknown": null"#), "configuration"),
            (format!(r#"{base}, "Timeout": 3, "State": "Active""#), ""),
            (format!(r#"{base}, "Description": "x""#), "description"),
            (base.replace("\"1\"", "\"2\""), ""),
            (
                base.replace("\"a\"", "\"b\"") + r#", "Timeout": 4, "Description": "x""#,
                "code configuration description",
            ),
        ] {
            let later = configuration(&format!("{{{later}}}"));
            let parts = ChangedParts::between(&earlier, &later);
            let told = [
                (parts.code, "code"),
                (parts.configuration, "configuration"),
                (parts.description, "description"),
            ];
            let told = told.iter().filter(|(is, _)| *is).map(|(_, part)| *part);
            assert_eq!(told.collect::<Vec<_>>().join(" "), expected);
            let found = differences(&function, &earlier, &later);
            assert_eq!(ChangedParts::of(&found), parts);
            assert_eq!(parts.is_empty(), found.is_empty());
        }
    }

    #[test]
    fn what_is_below_the_environment_is_told_by_name_only() {
        let with = |environment: &str| format!(r#"{{"Environment": {environment}}}"#);
        for (old, new, expected) in [
            (
                with(r#"{"Variables": {"A": "secret", "B": "secret", "C": "secret"}}"#),
                with(r#"{"Variables": {"D": "secret", "A": "secret", "B": "SECRET"}}"#),
                vec![
                    "Added Environment.Variables.D - -",
                    "Modified Environment.Variables.B - -",
                    "Removed Environment.Variables.C - -",
                ],
            ),
            (
                "{}".to_owned(),
                with(r#"{"Variables": {"A": "secret"}}"#),
                vec!["Added Environment.Variables.A - -"],
            ),
            (
                with(r#"{"Mistyped": {"A": "secret"}}"#),
                with(r#"{"Mistyped": ["secret"]}"#),
                vec!["Modified Environment.Mistyped - -"],
            ),
            ("{}".to_owned(), with("{}"), vec!["Added Environment - -"]),
        ] {
            assert_eq!(told(&old, &new), expected);
        }
    }

    #[test]
    fn what_only_a_publish_sees_is_told_where_there_is_nothing_else() {
        assert_eq!(told("{}", r#"{"Layers": null}"#), ["Added Layers - null"]);
        let (sized, short) = (
            r#"{"Layers": [{"Arn": "a", "CodeSize": 0}]}"#,
            r#"{"Layers": [{"Arn": "a"}]}"#,
        );
        assert_eq!(told(sized, short).len(), 1);
        let other = r#"{"Timeout": 4, "Layers": [{"Arn": "a"}]}"#;
        assert_eq!(told(sized, other), ["Modified Timeout 3 4"]);
    }

    #[test]
    fn what_no_publish_compares_is_no_difference() {
        let old = r#"{"FunctionName": "old", "Version": "1", "State": "Active", "LastModified": "x",
            "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/old"}}"#;
        let new = r#"{"SnapStart": {"ApplyOn": "PublishedVersions"}}"#;
        assert_eq!(told(old, new), [""; 0]);
    }
}
