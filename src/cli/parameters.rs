//! The checks that the AWS CLI makes before any call: required members, kinds, unknown members and
//! minima, never maxima, patterns or choices. The lines are the AWS CLI's, in its order.

use super::exit::Failure;
use super::python::{self, Dictionary};
use crate::api::document::{Document, Member, Value};
use crate::api::shape::{Members, Shape};

/// The violations found so far, a line each.
#[derive(Default)]
pub(super) struct Parameters {
    lines: Vec<String>,
    /// The parameters that were given as JSON, each on an option of its own.
    from_json: Vec<&'static str>,
}

impl Parameters {
    /// Notes that a parameter was given as JSON on an option, which shows where a line shows it.
    pub(super) fn is_from_json(&mut self, parameter: &'static str) {
        self.from_json.push(parameter);
    }

    /// Notes that text was given as the bytes of a file, which the AWS CLI takes for no text.
    pub(super) fn is_bytes(&mut self, parameter: &str, bytes: &[u8]) {
        let shown = python::bytes(bytes);
        self.wrong_type(parameter, &shown, "bytes", Shape::String);
    }

    /// Checks that a string is not empty, where the model demands a character.
    pub(super) fn not_empty(&mut self, parameter: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.check_length(parameter, value.chars().count(), 1);
        }
    }

    /// Checks the minimum of a number.
    pub(super) fn minimum(&mut self, parameter: &str, value: Option<i64>, min: i64) {
        if let Some(value) = value.filter(|value| *value < min) {
            self.lines.push(format!(
                "Invalid value for parameter {parameter}, value: {value}, valid min value: {min}"
            ));
        }
    }

    /// Checks the parameters of a request.
    pub(super) fn check_request(&mut self, parameters: &Document, request: Shape) {
        self.check_structure("", parameters.members(), request);
    }

    /// Checks a parameter and all within it.
    fn check(&mut self, parameter: &str, value: &Value, shape: Shape) {
        let (fits, _) = shape.fits(value);
        if !fits {
            self.unfit(parameter, value, shape.kind());
            return;
        }
        match shape {
            Shape::AtLeast(min, shape) => {
                self.check_min(parameter, value, min, *shape);
                self.check(parameter, value, *shape);
            }
            Shape::Requiring(..) | Shape::Structure(_) => {
                self.check_structure(parameter, value.members(), shape);
            }
            Shape::Map(item) | Shape::NamedMap(item) => {
                for member in value.members() {
                    let name = member.name();
                    if let Shape::NamedMap(_) = shape {
                        let key = format!("{parameter} (key: {name})");
                        self.check_length(&key, name.chars().count(), 1);
                    }
                    self.check(&format!("{parameter}.{name}"), member.value(), *item);
                }
            }
            Shape::List(shape) => {
                for (index, item) in value.items().iter().enumerate() {
                    self.check(&format!("{parameter}[{index}]"), item, *shape);
                }
            }
            Shape::String
            | Shape::OneOf(_)
            | Shape::Blob
            | Shape::Integer
            | Shape::Number
            | Shape::Boolean => {}
        }
    }

    /// Checks members: first which are missing, then which are unknown, then what the others hold.
    /// The parent is empty for the parameters of the request itself.
    fn check_structure(&mut self, parent: &str, given: &[Member], shape: Shape) {
        let members = shape.members();
        let parent_name = if parent.is_empty() { "input" } else { parent };
        if let Shape::Requiring(required, _) = shape {
            let is_given = |name: &str| given.iter().any(|member| member.name() == name);
            for name in required.iter().filter(|name| !is_given(name)) {
                let line = format!("Missing required parameter in {parent_name}: \"{name}\"");
                self.lines.push(line);
            }
        }
        let shape_of = |member: &Member| shape_in(members, member.name());
        for member in given.iter().filter(|member| shape_of(member).is_none()) {
            let names: Vec<&str> = members.iter().map(|(known, _)| *known).collect();
            self.lines.push(format!(
                "Unknown parameter in {parent_name}: \"{}\", must be one of: {}",
                member.name(),
                names.join(", ")
            ));
        }
        for member in given {
            if let Some(shape) = shape_of(member) {
                let name = member.name();
                let parameter = if parent.is_empty() {
                    name.to_owned()
                } else {
                    format!("{parent}.{name}")
                };
                self.check(&parameter, member.value(), shape);
            }
        }
    }

    fn unfit(&mut self, parameter: &str, value: &Value, kind: Shape) {
        let top = parameter.split(['.', '[']).next().unwrap_or_default();
        let dictionary = if self.from_json.contains(&top) {
            Dictionary::Ordered
        } else {
            Dictionary::Plain
        };
        let class = python::class(value, dictionary);
        let shown = if top == "Environment" {
            // It may be a secret.
            "***".to_owned()
        } else {
            python::text(value, dictionary)
        };
        if class == "int" && matches!(kind, Shape::Integer) {
            // Any number is one to the AWS CLI, which leaves the rest to the service.
            self.lines.push(format!(
                "Invalid value for parameter {parameter}, value: {shown}, valid max value: {}",
                i64::MAX
            ));
        } else {
            self.wrong_type(parameter, &shown, class, kind);
        }
    }

    fn wrong_type(&mut self, parameter: &str, shown: &str, class: &str, kind: Shape) {
        let valid = match kind {
            Shape::Integer => "<class 'int'>",
            Shape::Number => "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>",
            Shape::Boolean => "<class 'bool'>",
            Shape::List(_) => "<class 'list'>, <class 'tuple'>",
            Shape::Map(_) | Shape::Structure(_) => "<class 'dict'>",
            Shape::Blob => "<class 'bytes'>, <class 'bytearray'>, file-like object",
            _ => "<class 'str'>",
        };
        self.lines.push(format!(
            "Invalid type for parameter {parameter}, value: {shown}, type: <class '{class}'>, valid \
             types: {valid}"
        ));
    }

    fn check_min(&mut self, parameter: &str, value: &Value, min: i64, shape: Shape) {
        match shape.kind() {
            Shape::Integer => self.minimum(parameter, value.as_integer(), min),
            Shape::Number => self.minimum_of_number(parameter, value, min),
            _ => {
                let text = value.as_str().map(|text| text.chars().count());
                self.check_length(parameter, text.unwrap_or(value.items().len()), min);
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "the model's minima are small")]
    fn minimum_of_number(&mut self, parameter: &str, value: &Value, min: i64) {
        let min = min as f64;
        if value.as_number().is_some_and(|number| number < min) {
            let shown = python::text(value, Dictionary::Plain);
            self.lines.push(format!(
                "Invalid value for parameter {parameter}, value: {shown}, valid min value: {min:?}"
            ));
        }
    }

    fn check_length(&mut self, parameter: &str, length: usize, min: i64) {
        if i64::try_from(length).is_ok_and(|length| length < min) {
            self.lines.push(format!(
                "Invalid length for parameter {parameter}, value: {length}, valid min length: {min}"
            ));
        }
    }

    /// Returns a failure that lists all violations, if there are any.
    pub(super) fn into_result(self) -> Result<(), Failure> {
        if self.lines.is_empty() {
            return Ok(());
        }
        Err(Failure::Usage(format!(
            "Parameter validation failed:\n{}",
            self.lines.join("\n")
        )))
    }
}

fn shape_in(members: Members, name: &str) -> Option<Shape> {
    let known = members.iter().find(|(known, _)| *known == name);
    known.map(|(_, shape)| *shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::request_shape::{CONFIGURATION, UPDATE_ALIAS};

    fn lines(parameters: &str) -> Vec<String> {
        let mut found = Parameters::default();
        let request = Shape::Structure(CONFIGURATION);
        found.check_request(&Document::parse(parameters).unwrap(), request);
        found.lines
    }

    #[test]
    fn each_line_is_the_aws_clis() {
        for (parameters, line) in [
            (
                r#"{"Timeout": 0}"#,
                "Invalid value for parameter Timeout, value: 0, valid min value: 1",
            ),
            (
                r#"{"EphemeralStorage": {"Size": 511}}"#,
                "Invalid value for parameter EphemeralStorage.Size, value: 511, valid min value: 512",
            ),
            (
                r#"{"EphemeralStorage": {}}"#,
                "Missing required parameter in EphemeralStorage: \"Size\"",
            ),
            (
                r#"{"FileSystemConfigs": [{"Arn": "x"}]}"#,
                "Missing required parameter in FileSystemConfigs[0]: \"LocalMountPath\"",
            ),
            (
                r#"{"Layers": ["x", ""]}"#,
                "Invalid length for parameter Layers[1], value: 0, valid min length: 1",
            ),
            (
                r#"{"Architectures": []}"#,
                "Invalid length for parameter Architectures, value: 0, valid min length: 1",
            ),
            (
                r#"{"VpcConfig": {"VpcId": "x"}}"#,
                "Unknown parameter in VpcConfig: \"VpcId\", must be one of: SubnetIds, \
                 SecurityGroupIds, Ipv6AllowedForDualStack",
            ),
            (
                r#"{"Environment": {"Variables": {"KEY": 1}}}"#,
                "Invalid type for parameter Environment.Variables.KEY, value: ***, type: \
                 <class 'int'>, valid types: <class 'str'>",
            ),
            (
                r#"{"EphemeralStorage": {"Size": null}}"#,
                "Invalid type for parameter EphemeralStorage.Size, value: None, type: \
                 <class 'NoneType'>, valid types: <class 'int'>",
            ),
        ] {
            assert_eq!(lines(parameters), [line], "{parameters}");
        }
    }

    #[test]
    fn a_fraction_has_a_minimum_too() {
        let mut found = Parameters::default();
        let weights = r#"{"AdditionalVersionWeights": {"2": -0.1, "3": 0, "4": 0.0, "5": 2.5}}"#;
        let parameters =
            format!(r#"{{"FunctionName": "f", "Name": "a", "RoutingConfig": {weights}}}"#);
        found.check_request(&Document::parse(&parameters).unwrap(), UPDATE_ALIAS);
        assert_eq!(
            found.lines,
            [
                "Invalid value for parameter RoutingConfig.AdditionalVersionWeights.2, value: -0.1, \
              valid min value: 0.0"
            ]
        );
    }

    #[test]
    fn maxima_patterns_and_choices_are_left_to_the_operation() {
        let parameters =
            r#"{"Timeout": 901, "Role": "", "TracingConfig": {"Mode": "x"}, "Layers": []}"#;
        assert_eq!(lines(parameters), [""; 0]);
    }
}
