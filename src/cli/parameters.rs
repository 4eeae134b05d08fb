//! The checks that the AWS CLI makes before any call: required members, kinds, unknown members and
//! minima, never maxima, patterns or choices.

use super::exit::Failure;
use crate::api::document::{Document, Member, Value};
use crate::api::shape::{Members, Shape};

/// The violations found so far, a line each.
#[derive(Default)]
pub(super) struct Parameters(Vec<String>);

impl Parameters {
    /// Checks that a string is not empty, where the model demands a character.
    pub(super) fn not_empty(&mut self, parameter: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.check_length(parameter, value.chars().count(), 1);
        }
    }

    /// Checks the minimum of a number.
    pub(super) fn minimum(&mut self, parameter: &str, value: Option<i64>, min: i64) {
        if let Some(value) = value.filter(|value| *value < min) {
            self.0.push(format!(
                "Invalid value for parameter {parameter}, value: {value}, valid min value: {min}"
            ));
        }
    }

    /// Checks the parameters of a request.
    pub(super) fn check_request(&mut self, parameters: &Document, request: Shape) {
        if let Shape::Requiring(required, _) = request {
            self.check_required("input", parameters.members(), required);
        }
        self.check_members(None, parameters.members(), request.members());
    }

    /// Checks a parameter and all within it.
    fn check(&mut self, parameter: &str, value: &Value, shape: Shape) {
        let (fits, expected) = shape.fits(value);
        if !fits {
            // The value itself may be a secret.
            self.0.push(format!(
                "Invalid type for parameter {parameter}, must be {expected}, found {}",
                value.kind()
            ));
            return;
        }
        match shape {
            Shape::AtLeast(min, shape) => {
                self.check_min(parameter, value, min);
                self.check(parameter, value, *shape);
            }
            Shape::Requiring(required, members) => {
                self.check_required(parameter, value.members(), required);
                self.check_members(Some(parameter), value.members(), members);
            }
            Shape::Structure(members) => {
                self.check_members(Some(parameter), value.members(), members);
            }
            Shape::Map(shape) => {
                for member in value.members() {
                    let name = format!("{parameter}.{}", member.name());
                    self.check(&name, member.value(), *shape);
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

    fn check_required(&mut self, parent: &str, given: &[Member], required: &[&str]) {
        let is_given = |name: &str| given.iter().any(|member| member.name() == name);
        for name in required.iter().filter(|name| !is_given(name)) {
            let line = format!("Missing required parameter in {parent}: \"{name}\"");
            self.0.push(line);
        }
    }

    /// `parent` is none for the parameters of the request itself.
    fn check_members(&mut self, parent: Option<&str>, given: &[Member], known: Members) {
        for member in given {
            let name = member.name();
            if let Some((_, shape)) = known.iter().find(|(known, _)| *known == name) {
                let parameter =
                    parent.map_or_else(|| name.to_owned(), |parent| format!("{parent}.{name}"));
                self.check(&parameter, member.value(), *shape);
            } else {
                let names: Vec<&str> = known.iter().map(|(known, _)| *known).collect();
                self.0.push(format!(
                    "Unknown parameter in {}: \"{name}\", must be one of: {}",
                    parent.unwrap_or("input"),
                    names.join(", ")
                ));
            }
        }
    }

    fn check_min(&mut self, parameter: &str, value: &Value, min: i64) {
        if let Some(number) = value.as_integer() {
            self.minimum(parameter, Some(number), min);
        } else if let Some(number) = value.as_number() {
            self.minimum_of_number(parameter, number, min);
        } else {
            let text = value.as_str().map(|text| text.chars().count());
            self.check_length(parameter, text.unwrap_or(value.items().len()), min);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "the model's minima are small")]
    fn minimum_of_number(&mut self, parameter: &str, value: f64, min: i64) {
        let min = min as f64;
        if value < min {
            self.0.push(format!(
                "Invalid value for parameter {parameter}, value: {value:?}, valid min value: {min:?}"
            ));
        }
    }

    fn check_length(&mut self, parameter: &str, length: usize, min: i64) {
        if i64::try_from(length).is_ok_and(|length| length < min) {
            self.0.push(format!(
                "Invalid length for parameter {parameter}, value: {length}, valid min length: {min}"
            ));
        }
    }

    /// Returns a failure that lists all violations, if there are any.
    pub(super) fn into_result(self) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Failure::Usage(format!(
            "Parameter validation failed:\n{}",
            self.0.join("\n")
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::request_shape::{CONFIGURATION, UPDATE_ALIAS};

    fn lines(parameters: &str) -> Vec<String> {
        let mut found = Parameters::default();
        let request = Shape::Structure(CONFIGURATION);
        found.check_request(&Document::parse(parameters).unwrap(), request);
        found.0
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
                "Invalid type for parameter Environment.Variables.KEY, must be a string, found a \
                 number",
            ),
            (
                r#"{"EphemeralStorage": {"Size": null}}"#,
                "Invalid type for parameter EphemeralStorage.Size, must be a whole number, found \
                 null",
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
            found.0,
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
