//! The shapes of the documents in a store, as the service model declares them.
//!
//! The tables say in which order AWS writes members and of which kind each value is. A test holds
//! them against the model.

use super::document::{Document, DocumentError, Member, Value};

/// The kind of a value.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Text.
    String,
    /// Text that is one of these; a client leaves it to the service to tell.
    OneOf(&'static [&'static str]),
    /// Bytes; in JSON text, in base64.
    Blob,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list of values of one shape.
    List(&'static Self),
    /// An object with free names and values of one shape.
    Map(&'static Self),
    /// The same, whose names a request gives in at least a character.
    NamedMap(&'static Self),
    /// An object with known members.
    Structure(Members),
    /// An object with known members, of which a request must have these.
    Requiring(&'static [&'static str], Members),
    /// What a request gives in at least so many characters or items, or as at least this number.
    AtLeast(i64, &'static Self),
}

impl Shape {
    /// Returns the kind of value alone, without what a request must keep besides.
    #[must_use]
    pub fn kind(self) -> Self {
        match self {
            Self::AtLeast(_, shape) => shape.kind(),
            Self::Requiring(_, members) => Self::Structure(members),
            Self::NamedMap(shape) => Self::Map(shape),
            Self::OneOf(_) => Self::String,
            other => other,
        }
    }

    /// Returns the members of a structure, none for anything else.
    #[must_use]
    pub fn members(self) -> Members {
        match self.kind() {
            Self::Structure(members) => members,
            _ => &[],
        }
    }

    /// Says whether a value is of this kind, whatever it holds, and how the kind is named.
    pub fn fits(self, value: &Value) -> (bool, &'static str) {
        match self.kind() {
            Self::String | Self::Blob => (value.kind() == "a string", "a string"),
            Self::Integer => (value.as_integer().is_some(), "a whole number"),
            Self::Number => (value.kind() == "a number", "a number"),
            Self::Boolean => (value.kind() == "a boolean", "true or false"),
            Self::List(_) => (matches!(value, Value::Array(_)), "a list"),
            _ => (matches!(value, Value::Object(_)), "an object"),
        }
    }
}

/// The members of a structure, in the model's order.
pub type Members = &'static [(&'static str, Shape)];

/// `VpcConfigResponse` of the model.
const VPC_CONFIG_RESPONSE: Members = &[
    ("SubnetIds", Shape::List(&Shape::String)),
    ("SecurityGroupIds", Shape::List(&Shape::String)),
    ("VpcId", Shape::String),
    ("Ipv6AllowedForDualStack", Shape::Boolean),
];

/// `DeadLetterConfig` of the model.
pub(super) const DEAD_LETTER_CONFIG: Members = &[("TargetArn", Shape::String)];

/// `EnvironmentError` of the model.
const ENVIRONMENT_ERROR: Members = &[("ErrorCode", Shape::String), ("Message", Shape::String)];

/// `EnvironmentVariables` of the model.
pub(super) const ENVIRONMENT_VARIABLES: Shape = Shape::Map(&Shape::String);

/// `EnvironmentResponse` of the model.
const ENVIRONMENT_RESPONSE: Members = &[
    ("Variables", ENVIRONMENT_VARIABLES),
    ("Error", Shape::Structure(ENVIRONMENT_ERROR)),
];

/// `TracingConfigResponse` of the model.
const TRACING_CONFIG_RESPONSE: Members = &[("Mode", Shape::String)];

/// `Layer` of the model.
const LAYER: Members = &[
    ("Arn", Shape::String),
    ("CodeSize", Shape::Integer),
    ("SigningProfileVersionArn", Shape::String),
    ("SigningJobArn", Shape::String),
];

/// `S3FilesConfig` of the model.
const S3_FILES_CONFIG: Members = &[("DirectS3Read", Shape::String)];

/// `FileSystemConfig` of the model.
const FILE_SYSTEM_CONFIG: Members = &[
    ("Arn", Shape::String),
    ("LocalMountPath", Shape::String),
    ("S3FilesConfig", Shape::Structure(S3_FILES_CONFIG)),
];

/// `ImageConfig` of the model.
pub(super) const IMAGE_CONFIG: Members = &[
    ("EntryPoint", Shape::List(&Shape::String)),
    ("Command", Shape::List(&Shape::String)),
    ("WorkingDirectory", Shape::String),
];

/// `ImageConfigError` of the model.
const IMAGE_CONFIG_ERROR: Members = &[("ErrorCode", Shape::String), ("Message", Shape::String)];

/// `ImageConfigResponse` of the model.
const IMAGE_CONFIG_RESPONSE: Members = &[
    ("ImageConfig", Shape::Structure(IMAGE_CONFIG)),
    ("Error", Shape::Structure(IMAGE_CONFIG_ERROR)),
];

/// `EphemeralStorage` of the model.
const EPHEMERAL_STORAGE: Members = &[("Size", Shape::Integer)];

/// `SnapStartResponse` of the model.
const SNAP_START_RESPONSE: Members = &[
    ("ApplyOn", Shape::String),
    ("OptimizationStatus", Shape::String),
];

/// `RuntimeVersionError` of the model.
const RUNTIME_VERSION_ERROR: Members = &[("ErrorCode", Shape::String), ("Message", Shape::String)];

/// `RuntimeVersionConfig` of the model.
const RUNTIME_VERSION_CONFIG: Members = &[
    ("RuntimeVersionArn", Shape::String),
    ("Error", Shape::Structure(RUNTIME_VERSION_ERROR)),
];

/// `LoggingConfig` of the model.
const LOGGING_CONFIG: Members = &[
    ("LogFormat", Shape::String),
    ("ApplicationLogLevel", Shape::String),
    ("SystemLogLevel", Shape::String),
    ("LogGroup", Shape::String),
];

/// `TenancyConfig` of the model.
const TENANCY_CONFIG: Members = &[("TenantIsolationMode", Shape::String)];

/// `LambdaManagedInstancesCapacityProviderConfig` of the model.
const LAMBDA_MANAGED_INSTANCES_CAPACITY_PROVIDER_CONFIG: Members = &[
    ("CapacityProviderArn", Shape::String),
    ("PerExecutionEnvironmentMaxConcurrency", Shape::Integer),
    ("ExecutionEnvironmentMemoryGiBPerVCpu", Shape::Number),
];

/// `CapacityProviderConfig` of the model.
const CAPACITY_PROVIDER_CONFIG: Members = &[(
    "LambdaManagedInstancesCapacityProviderConfig",
    Shape::Structure(LAMBDA_MANAGED_INSTANCES_CAPACITY_PROVIDER_CONFIG),
)];

/// `DurableConfig` of the model.
const DURABLE_CONFIG: Members = &[
    ("KMSKeyArn", Shape::String),
    ("RetentionPeriodInDays", Shape::Integer),
    ("ExecutionTimeout", Shape::Integer),
];

/// `FunctionRuntimeConfig` of the model.
const FUNCTION_RUNTIME_CONFIG: Members = &[
    ("RuntimeArn", Shape::String),
    ("RuntimeAlias", Shape::String),
];

/// `AcceleratorConfig` of the model.
const ACCELERATOR_CONFIG: Members = &[("AcceleratorMemorySize", Shape::Integer)];

/// `FunctionConfiguration` of the model.
pub const FUNCTION_CONFIGURATION: Members = &[
    ("FunctionName", Shape::String),
    ("FunctionArn", Shape::String),
    ("Runtime", Shape::String),
    ("Role", Shape::String),
    ("Handler", Shape::String),
    ("CodeSize", Shape::Integer),
    ("Description", Shape::String),
    ("Timeout", Shape::Integer),
    ("MemorySize", Shape::Integer),
    ("LastModified", Shape::String),
    ("CodeSha256", Shape::String),
    ("Version", Shape::String),
    ("VpcConfig", Shape::Structure(VPC_CONFIG_RESPONSE)),
    ("DeadLetterConfig", Shape::Structure(DEAD_LETTER_CONFIG)),
    ("Environment", Shape::Structure(ENVIRONMENT_RESPONSE)),
    ("KMSKeyArn", Shape::String),
    ("TracingConfig", Shape::Structure(TRACING_CONFIG_RESPONSE)),
    ("MasterArn", Shape::String),
    ("RevisionId", Shape::String),
    ("Layers", Shape::List(&Shape::Structure(LAYER))),
    ("State", Shape::String),
    ("StateReason", Shape::String),
    ("StateReasonCode", Shape::String),
    ("LastUpdateStatus", Shape::String),
    ("LastUpdateStatusReason", Shape::String),
    ("LastUpdateStatusReasonCode", Shape::String),
    (
        "FileSystemConfigs",
        Shape::List(&Shape::Structure(FILE_SYSTEM_CONFIG)),
    ),
    ("SigningProfileVersionArn", Shape::String),
    ("SigningJobArn", Shape::String),
    ("PackageType", Shape::String),
    (
        "ImageConfigResponse",
        Shape::Structure(IMAGE_CONFIG_RESPONSE),
    ),
    ("Architectures", Shape::List(&Shape::String)),
    ("EphemeralStorage", Shape::Structure(EPHEMERAL_STORAGE)),
    ("SnapStart", Shape::Structure(SNAP_START_RESPONSE)),
    (
        "RuntimeVersionConfig",
        Shape::Structure(RUNTIME_VERSION_CONFIG),
    ),
    ("LoggingConfig", Shape::Structure(LOGGING_CONFIG)),
    ("TenancyConfig", Shape::Structure(TENANCY_CONFIG)),
    (
        "CapacityProviderConfig",
        Shape::Structure(CAPACITY_PROVIDER_CONFIG),
    ),
    ("ConfigSha256", Shape::String),
    ("DurableConfig", Shape::Structure(DURABLE_CONFIG)),
    ("RuntimeConfig", Shape::Structure(FUNCTION_RUNTIME_CONFIG)),
    ("AcceleratorConfig", Shape::Structure(ACCELERATOR_CONFIG)),
];

/// `AliasRoutingConfiguration` of the model.
const ALIAS_ROUTING_CONFIGURATION: Members =
    &[("AdditionalVersionWeights", Shape::Map(&Shape::Number))];

/// `AliasConfiguration` of the model.
pub const ALIAS_CONFIGURATION: Members = &[
    ("AliasArn", Shape::String),
    ("Name", Shape::String),
    ("FunctionVersion", Shape::String),
    ("Description", Shape::String),
    (
        "RoutingConfig",
        Shape::Structure(ALIAS_ROUTING_CONFIGURATION),
    ),
    ("RevisionId", Shape::String),
];

/// Checks that every known member of a document is of its kind. Unknown members are anything; a
/// known one that is `null` counts as absent.
///
/// # Errors
/// The first member of a wrong kind, by its path.
pub fn check(document: &Document, members: Members) -> Result<(), DocumentError> {
    check_members(document.members(), members, None)
}

/// Leaves out known members that are `null`, at any depth, as the AWS CLI does.
pub fn leave_out_nulls(document: &mut Document, members: Members) {
    leave_out_null_members(document.members_mut(), members);
}

fn leave_out_null_members(found: &mut Vec<Member>, members: Members) {
    let mut known = Lookup::new(members);
    found.retain_mut(|member| match known.position(member.name()) {
        Some(_) if member.value().is_null() => false,
        Some(index) => {
            leave_out_nulls_in(member.value_mut(), members[index].1);
            true
        }
        None => true,
    });
}

fn leave_out_nulls_in(value: &mut Value, shape: Shape) {
    match (value, shape.kind()) {
        (Value::Object(found), Shape::Structure(members)) => leave_out_null_members(found, members),
        (Value::Array(items), Shape::List(shape)) => {
            for item in items {
                leave_out_nulls_in(item, *shape);
            }
        }
        _ => {}
    }
}

/// Puts known members into the model's order, and unknown ones behind them as they stand.
pub fn order(document: &mut Document, members: Members) {
    order_members(document.members_mut(), members);
}

fn order_members(found: &mut [Member], members: Members) {
    let mut known = Lookup::new(members);
    let mut position = |member: &Member| known.position(member.name()).unwrap_or(usize::MAX);
    if !found.is_sorted_by_key(&mut position) {
        found.sort_by_cached_key(position);
    }
    for member in found {
        if let Some(index) = known.position(member.name()) {
            order_value(member.value_mut(), members[index].1);
        }
    }
}

fn order_value(value: &mut Value, shape: Shape) {
    match (value, shape.kind()) {
        (Value::Object(found), Shape::Structure(members)) => order_members(found, members),
        (Value::Array(items), Shape::List(shape)) => {
            for item in items {
                order_value(item, *shape);
            }
        }
        _ => {}
    }
}

/// Finds the members of a structure by their names. In the model's order, which is that of the files
/// that the tool writes, the next one is found at once.
struct Lookup {
    members: Members,
    next: usize,
}

impl Lookup {
    fn new(members: Members) -> Self {
        Self { members, next: 0 }
    }

    fn position(&mut self, name: &str) -> Option<usize> {
        let (before, after) = self.members.split_at(self.next);
        let found_in = |part: Members| part.iter().position(|(known, _)| *known == name);
        let found = found_in(after).map(|index| index + before.len());
        let found = found.or_else(|| found_in(before))?;
        self.next = found + 1;
        Some(found)
    }
}

/// The way to a value, put together only where it is named.
#[derive(Clone, Copy)]
struct Path<'a> {
    parent: Option<&'a Self>,
    name: &'a str,
}

impl std::fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(parent) = self.parent {
            write!(formatter, "{parent}.")?;
        }
        formatter.write_str(self.name)
    }
}

fn check_members(
    found: &[Member],
    members: Members,
    parent: Option<&Path<'_>>,
) -> Result<(), DocumentError> {
    let mut known = Lookup::new(members);
    for member in found.iter().filter(|member| !member.value().is_null()) {
        if let Some(index) = known.position(member.name()) {
            let name = member.name();
            let path = Path { parent, name };
            check_value(member.value(), members[index].1, &path, member.line())?;
        }
    }
    Ok(())
}

fn check_value(
    value: &Value,
    shape: Shape,
    path: &Path<'_>,
    line: usize,
) -> Result<(), DocumentError> {
    let (fits, expected) = shape.fits(value);
    let shape = shape.kind();
    if !fits {
        // A number is shown where its form matters; other values may be secrets.
        let is_fraction = matches!(shape, Shape::Integer) && value.kind() == "a number";
        let found = if is_fraction {
            value.compact()
        } else {
            value.kind().to_owned()
        };
        return Err(DocumentError {
            line,
            problem: format!("{path} must be {expected}, found {found}"),
        });
    }
    match shape {
        Shape::List(shape) => value
            .items()
            .iter()
            .try_for_each(|item| check_value(item, *shape, path, line)),
        Shape::Map(shape) => value.members().iter().try_for_each(|member| {
            let path = Path {
                parent: Some(path),
                name: member.name(),
            };
            check_value(member.value(), *shape, &path, member.line())
        }),
        Shape::Structure(members) => check_members(value.members(), members, Some(path)),
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::Value as Json;

    use super::*;

    /// Holds a shape, and all that is in it, against the model's of a name.
    pub(in crate::api) fn assert_is_the_models(shapes: &Json, name: &str, shape: Shape) {
        assert_each_is_the_models(shapes, name, shape, &|_, _, _| ());
    }

    /// The same, each shape and its model besides given to a check.
    pub(in crate::api) fn assert_each_is_the_models(
        shapes: &Json,
        name: &str,
        shape: Shape,
        check: &dyn Fn(&Json, &str, Shape),
    ) {
        let model = &shapes[name];
        check(model, name, shape);
        let inner = |model: &Json, shape: Shape| {
            assert_each_is_the_models(shapes, model.as_str().unwrap(), shape, check);
        };
        match (shape.kind(), model["type"].as_str().unwrap()) {
            (Shape::String, "string")
            | (Shape::Blob, "blob")
            | (Shape::Integer, "integer" | "long")
            | (Shape::Number, "double")
            | (Shape::Boolean, "boolean") => {}
            (Shape::List(item), "list") => inner(&model["member"], *item),
            (Shape::Map(value), "map") => inner(&model["value"], *value),
            (Shape::Structure(members), "structure") => {
                let expected = model["members"].as_array().unwrap();
                let names: Vec<_> = expected
                    .iter()
                    .map(|member| member["name"].as_str().unwrap())
                    .collect();
                assert_eq!(
                    members.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
                    names
                );
                for ((_, shape), member) in members.iter().zip(expected) {
                    inner(&member["shape"], *shape);
                }
            }
            (shape, model) => panic!("{name} is {model} in the model, {shape:?} here"),
        }
    }

    #[test]
    fn the_tables_are_the_models() {
        let model: Json =
            serde_json::from_str(include_str!("../../tests/lambda-shapes.json")).unwrap();
        for (name, members) in [
            ("FunctionConfiguration", FUNCTION_CONFIGURATION),
            ("AliasConfiguration", ALIAS_CONFIGURATION),
        ] {
            assert_is_the_models(&model["shapes"], name, Shape::Structure(members));
        }
    }

    #[test]
    fn a_value_of_a_wrong_kind_is_named_by_line_and_path() {
        for (text, message) in [
            (
                "{\"Timeout\": \"3\"}",
                "line 1: Timeout must be a whole number, found a string",
            ),
            (
                "{\n\"Timeout\": 3.0}",
                "line 2: Timeout must be a whole number, found 3.0",
            ),
            (
                "{\"Layers\": {}}",
                "line 1: Layers must be a list, found an object",
            ),
            (
                "{\"Environment\": {\"Variables\": {\n\"A\": 1}}}",
                "line 2: Environment.Variables.A must be a string, found a number",
            ),
            (
                "{\"VpcConfig\": {\"SubnetIds\": [null]}}",
                "line 1: VpcConfig.SubnetIds must be a string, found null",
            ),
        ] {
            let error = check(&Document::parse(text).unwrap(), FUNCTION_CONFIGURATION).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
        let fine = "{\"Layers\": null, \"Unknown\": [1, {}], \"VpcConfig\": {\"Unknown\": 1}}";
        check(&Document::parse(fine).unwrap(), FUNCTION_CONFIGURATION).unwrap();
    }
}
