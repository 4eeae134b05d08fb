//! The rules of each member of a function's configuration.

use std::collections::HashSet;

use super::{Violations, shown};
use crate::api::configuration::FunctionConfiguration;
use crate::api::document::{Document, Member, Value};
use crate::api::limits::{self, Quotas};
use crate::api::patterns;
use crate::api::requested_configuration::RequestedConfiguration;
use crate::api::timestamp::Timestamp;

impl Violations {
    /// Checks every value of a configuration that a function made of a zip file can have.
    pub fn check_configuration(&mut self, configuration: &FunctionConfiguration, quotas: &Quotas) {
        self.check_required(configuration.document());
        self.check_members(configuration.document().members(), quotas);
    }

    /// Checks that a function made of a zip file gets what it must have.
    pub fn check_required(&mut self, configuration: &Document) {
        for required in ["Runtime", "Role", "Handler"] {
            if configuration.get(required).is_none() {
                self.add(
                    required,
                    "must be given for a function made of a deployment package",
                );
            }
        }
    }

    /// Checks every value that a request gives for a configuration in a region.
    pub fn check_requested(
        &mut self,
        requested: &RequestedConfiguration,
        quotas: &Quotas,
        region: &str,
    ) {
        self.check_members(requested.document().members(), quotas);
        let layers = requested.document().get("Layers").map(Value::items);
        for arn in layers.unwrap_or_default().iter().filter_map(Value::as_str) {
            let elsewhere = arn.split(':').nth(3).filter(|layer| *layer != region);
            // Layers of AWS's own are in no region.
            if elsewhere.is_some_and(|layer| !layer.is_empty()) {
                self.add("Layers", format!("{} is not in {region}", shown(&arn)));
            }
        }
    }

    fn check_members(&mut self, members: &[Member], quotas: &Quotas) {
        for member in members {
            if !member.value().is_null() {
                self.line = Some(member.line()).filter(|line| *line > 0);
                self.check_member(member, quotas);
                self.line = None;
            }
        }
    }

    fn check_member(&mut self, member: &Member, quotas: &Quotas) {
        let (name, value) = (member.name(), member.value());
        let text = value.as_str().unwrap_or_default();
        match name {
            "Runtime" => self.check_choice(name, &text, &limits::RUNTIMES),
            "Role" => {
                self.check_length(name, &text, limits::MAX_ARN);
                self.check_form(
                    name,
                    &text,
                    patterns::is_role,
                    "an IAM role's ARN, arn:aws:iam::123456789012:role/NAME",
                );
            }
            "Handler" => {
                self.check_length(name, &text, limits::MAX_HANDLER);
                self.check_form(
                    name,
                    &text,
                    patterns::is_handler,
                    "a name without blanks, such as index.handler",
                );
            }
            "Description" => self.check_description(&text),
            "LastModified" => {
                let expected = "a time, such as 2026-11-23T10:15:00.123+0000";
                self.check_form(
                    name,
                    &text,
                    |text| Timestamp::parse(text).is_some(),
                    expected,
                );
            }
            "Timeout" => {
                self.check_range(name, value, limits::MIN_TIMEOUT, quotas.timeout, "seconds");
            }
            "MemorySize" => self.check_range(
                name,
                value,
                limits::MIN_MEMORY_SIZE,
                quotas.memory_size,
                "MB",
            ),
            "Environment" => self.check_environment(value, quotas),
            "EphemeralStorage" => self.check_ephemeral_storage(value, quotas),
            "KMSKeyArn" => self.check_resource_arn(name, &text, "a key's ARN"),
            "DeadLetterConfig" => {
                if let Some(arn) = value.get("TargetArn").and_then(Value::as_str) {
                    self.check_resource_arn("DeadLetterConfig.TargetArn", &arn, "an ARN");
                }
            }
            "Layers" => self.check_layers(value, quotas),
            "VpcConfig" => self.check_vpc_config(value),
            "FileSystemConfigs" => self.check_file_systems(value),
            "PackageType" => self.check_choice(name, &text, &["Zip"]),
            "Architectures" => self.check_architectures(value),
            "TracingConfig" => {
                self.check_choice_in(name, value, "Mode", &["Active", "PassThrough"]);
            }
            "SnapStart" => {
                self.check_choice_in(name, value, "ApplyOn", &["PublishedVersions", "None"]);
            }
            "LoggingConfig" => self.check_logging_config(value),
            _ => {}
        }
    }

    fn check_resource_arn(&mut self, name: &str, arn: &str, expected: &str) {
        self.check_length(name, arn, limits::MAX_ARN);
        self.check_form(name, arn, patterns::is_resource_arn, expected);
    }

    /// Values may be secrets: only names are told.
    fn check_environment(&mut self, environment: &Value, quotas: &Quotas) {
        let Some(variables) = environment
            .get("Variables")
            .filter(|found| !found.is_null())
        else {
            return;
        };
        for variable in variables.members() {
            let name = variable.name();
            if limits::RESERVED_VARIABLES.contains(&name) {
                self.add(
                    "Environment",
                    format!("{name} is reserved, Lambda sets it itself"),
                );
            } else if !patterns::is_variable_name(name) {
                self.add(
                    "Environment",
                    format!(
                        "{name} is no variable's name: that has at least two characters, a letter \
                         first, then letters, digits and _"
                    ),
                );
            }
        }
        let size = variables.canonical().len();
        let max = quotas.environment_size;
        if size > max {
            self.add(
                "Environment",
                format!("{size} bytes, as compact JSON, are more than {max}"),
            );
        }
    }

    fn check_ephemeral_storage(&mut self, storage: &Value, quotas: &Quotas) {
        let (min, max) = (limits::MIN_EPHEMERAL_STORAGE, quotas.ephemeral_storage);
        match storage.get("Size") {
            Some(size) => self.check_range("EphemeralStorage.Size", size, min, max, "MB"),
            None => self.add("EphemeralStorage.Size", "must be given"),
        }
    }

    fn check_layers(&mut self, layers: &Value, quotas: &Quotas) {
        let count = layers.items().len();
        if count > quotas.layers {
            self.add(
                "Layers",
                format!("{count} are more than the quota, {}", quotas.layers),
            );
        }
        let mut seen = HashSet::new();
        for layer in layers.items() {
            // A request gives the ARN alone.
            let arn = layer
                .get("Arn")
                .unwrap_or(layer)
                .as_str()
                .unwrap_or_default();
            self.check_length("Layers.Arn", &arn, limits::MAX_LAYER_VERSION_ARN);
            let expected = "the ARN of a layer's version, arn:…:layer:NAME:NUMBER";
            self.check_form("Layers.Arn", &arn, patterns::is_layer_version_arn, expected);
            // A layer of AWS's own has no versions.
            let name = arn
                .rsplit_once(':')
                .map(|(name, _)| name)
                .filter(|name| name.contains(":layer:"))
                .unwrap_or(&arn)
                .to_owned();
            if !seen.insert(name.clone()) {
                self.add(
                    "Layers",
                    format!("{name} is given twice; a function has one version of a layer"),
                );
            }
        }
    }

    fn check_vpc_config(&mut self, vpc: &Value) {
        for (name, max, fits, expected) in [
            (
                "SubnetIds",
                limits::MAX_SUBNETS,
                patterns::is_subnet_id as fn(&str) -> bool,
                "a subnet's id, subnet-…",
            ),
            (
                "SecurityGroupIds",
                limits::MAX_SECURITY_GROUPS,
                patterns::is_security_group_id,
                "a security group's id, sg-…",
            ),
        ] {
            let ids = vpc.get(name).map(Value::items).unwrap_or_default();
            let name = format!("VpcConfig.{name}");
            if ids.len() > max {
                self.add(&name, format!("{} are more than {max}", ids.len()));
            }
            for id in ids.iter().filter_map(Value::as_str) {
                self.check_length(&name, &id, limits::MAX_VPC_ID);
                self.check_form(&name, &id, fits, expected);
            }
        }
    }

    fn check_file_systems(&mut self, file_systems: &Value) {
        let count = file_systems.items().len();
        if count > limits::MAX_FILE_SYSTEMS {
            self.add(
                "FileSystemConfigs",
                format!("{count} are more than {}", limits::MAX_FILE_SYSTEMS),
            );
        }
        for file_system in file_systems.items() {
            for (member, fits, expected) in [
                (
                    "Arn",
                    patterns::is_file_system_arn as fn(&str) -> bool,
                    "an access point's ARN",
                ),
                (
                    "LocalMountPath",
                    patterns::is_local_mount_path,
                    "a path /mnt/NAME",
                ),
            ] {
                match file_system.get(member) {
                    Some(_) => {
                        self.check_text("FileSystemConfigs", file_system, member, fits, expected);
                    }
                    None => self.add(&format!("FileSystemConfigs.{member}"), "must be given"),
                }
            }
            if let Some(s3_files) = file_system.get("S3FilesConfig") {
                let choices = ["ENABLED", "DISABLED", "AUTO"];
                let name = "FileSystemConfigs.S3FilesConfig";
                self.check_choice_in(name, s3_files, "DirectS3Read", &choices);
            }
        }
    }

    fn check_architectures(&mut self, architectures: &Value) {
        if architectures.items().len() != 1 {
            self.add(
                "Architectures",
                "exactly one of x86_64, arm64 must be given",
            );
        }
        for architecture in architectures.items().iter().filter_map(Value::as_str) {
            self.check_choice("Architectures", &architecture, &["x86_64", "arm64"]);
        }
    }

    fn check_logging_config(&mut self, logging: &Value) {
        let name = "LoggingConfig";
        let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
        self.check_choice_in(name, logging, "LogFormat", &["JSON", "Text"]);
        self.check_choice_in(name, logging, "ApplicationLogLevel", &levels);
        self.check_choice_in(name, logging, "SystemLogLevel", &levels[1..4]);
        self.check_text(
            name,
            logging,
            "LogGroup",
            patterns::is_log_group,
            "a log group's name",
        );
        if let Some(group) = logging.get("LogGroup").and_then(Value::as_str) {
            self.check_length("LoggingConfig.LogGroup", &group, limits::MAX_LOG_GROUP);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: &str = r#""Runtime": "python3.12", "Handler": "app.handler", "Role": "arn:aws:iam::123456789012:role/demo""#;

    fn check(members: &str) -> Result<(), String> {
        let text = format!(
            "{{{FINE}{}{members}}}",
            if members.is_empty() { "" } else { ",\n" }
        );
        let configuration =
            FunctionConfiguration::from_document(Document::parse(&text).unwrap()).unwrap();
        let mut violations = Violations::default();
        violations.check_configuration(&configuration, &Quotas::default());
        violations
            .into_result_in("config.json")
            .map_err(|error| error.to_string())
    }

    #[test]
    fn all_choices_are_told() {
        let mut violations = Violations::default();
        violations.check_choice("Runtime", "cobol", &limits::RUNTIMES);
        let message = violations.into_result().unwrap_err().to_string();
        for runtime in limits::RUNTIMES {
            assert!(message.contains(runtime), "{message}");
        }
    }

    #[test]
    fn values_at_the_edge_of_a_rule_pass() {
        let description = "é".repeat(256);
        for members in [
            "",
            r#""Timeout": 900, "MemorySize": 3008"#,
            r#""Timeout": 1, "MemorySize": 128, "EphemeralStorage": {"Size": 512}"#,
            &format!(r#""Description": "{description}""#),
            r#""KMSKeyArn": "", "DeadLetterConfig": {"TargetArn": ""}"#,
            r#""VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""}"#,
            r#""LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "WARN", "LogGroup": "/a/b"}"#,
        ] {
            check(members).unwrap();
        }
    }

    #[test]
    fn each_broken_rule_is_told_with_its_line() {
        for (members, said) in [
            (
                r#""Timeout": 901"#,
                "line 2: Timeout: 901 is not within 1 to 900 seconds",
            ),
            (
                r#""Timeout": 0"#,
                "line 2: Timeout: 0 is not within 1 to 900 seconds",
            ),
            (
                r#""MemorySize": 127"#,
                "MemorySize: 127 is not within 128 to 3008 MB",
            ),
            (
                r#""EphemeralStorage": {}"#,
                "EphemeralStorage.Size: must be given",
            ),
            (
                r#""PackageType": "Image""#,
                "PackageType: 'Image' is none of Zip",
            ),
            (
                r#""Architectures": []"#,
                "Architectures: exactly one of x86_64, arm64",
            ),
            (
                r#""Architectures": ["mips"]"#,
                "Architectures: 'mips' is none of x86_64, arm64",
            ),
            (
                r#""TracingConfig": {"Mode": "active"}"#,
                "TracingConfig.Mode: 'active' is none of",
            ),
            (
                r#""SnapStart": {"ApplyOn": "All"}"#,
                "SnapStart.ApplyOn: 'All' is none of",
            ),
            (
                r#""LoggingConfig": {"SystemLogLevel": "TRACE"}"#,
                "SystemLogLevel: 'TRACE'",
            ),
            (
                r#""Layers": [{"Arn": "x"}]"#,
                "Layers.Arn: 'x' is not the ARN of a layer's version",
            ),
            (
                r#""VpcConfig": {"SubnetIds": ["x"]}"#,
                "VpcConfig.SubnetIds: 'x' is not a subnet's id",
            ),
            (
                r#""FileSystemConfigs": [{"Arn": "arn:aws:x:"}]"#,
                "LocalMountPath: must be given",
            ),
            (
                r#""Environment": {"Variables": {"A": "1"}}"#,
                "A is no variable's name",
            ),
            (
                r#""Environment": {"Variables": {"AWS_REGION": "x"}}"#,
                "AWS_REGION is reserved",
            ),
        ] {
            let message = check(members).unwrap_err();
            assert!(message.contains(said), "{message}");
        }
    }

    #[test]
    fn all_violations_stand_in_one_message() {
        let message = check(r#""Timeout": 901, "Description": null, "MemorySize": 1"#).unwrap_err();
        assert_eq!(
            message,
            "2 values in config.json break rules: line 2: Timeout: 901 is not within 1 to 900 \
             seconds; line 2: MemorySize: 1 is not within 128 to 3008 MB"
        );
    }

    #[test]
    fn an_environment_is_measured_as_compact_json() {
        let environment = |length: usize| {
            format!(
                r#""Environment": {{ "Variables": {{ "KEY" : "{}" }} }}"#,
                "x".repeat(length)
            )
        };
        let around = r#"{"KEY":""}"#.len();
        check(&environment(4096 - around)).unwrap();
        assert!(
            check(&environment(4097 - around))
                .unwrap_err()
                .contains("4097 bytes")
        );
        assert!(
            !check(&environment(4097 - around))
                .unwrap_err()
                .contains("xxx")
        );
    }

    #[test]
    fn what_a_zip_function_needs_must_be_there() {
        let mut violations = Violations::default();
        let empty = FunctionConfiguration::default();
        violations.check_configuration(&empty, &Quotas::default());
        let message = violations.into_result().unwrap_err().to_string();
        for required in ["Runtime", "Role", "Handler"] {
            assert!(
                message.contains(&format!("{required}: must be given")),
                "{message}"
            );
        }
    }
}
