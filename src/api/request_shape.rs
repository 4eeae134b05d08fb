//! The shapes of what requests give, as the service model declares them, with what a client checks
//! before any call: required members, minimum lengths and minimum numbers.
//!
//! A test holds the tables against the model.

use super::limits::{MIN_EPHEMERAL_STORAGE, MIN_MEMORY_SIZE, MIN_TIMEOUT};
use super::shape::{DEAD_LETTER_CONFIG, ENVIRONMENT_VARIABLES, FILE_SYSTEM_CONFIG, Members, Shape};

/// `VpcConfig` of the model.
const VPC_CONFIG: Members = &[
    ("SubnetIds", Shape::List(&Shape::String)),
    ("SecurityGroupIds", Shape::List(&Shape::String)),
    ("Ipv6AllowedForDualStack", Shape::Boolean),
];

/// `Environment` of the model.
const ENVIRONMENT: Members = &[("Variables", ENVIRONMENT_VARIABLES)];

/// `TracingConfig` of the model.
const TRACING_CONFIG: Members = &[("Mode", Shape::String)];

/// `EphemeralStorage` of the model.
const EPHEMERAL_STORAGE: Members = &[(
    "Size",
    Shape::AtLeast(MIN_EPHEMERAL_STORAGE, &Shape::Integer),
)];

/// `SnapStart` of the model.
const SNAP_START: Members = &[("ApplyOn", Shape::String)];

/// `LoggingConfig` of the model.
const LOGGING_CONFIG: Members = &[
    ("LogFormat", Shape::String),
    ("ApplicationLogLevel", Shape::String),
    ("SystemLogLevel", Shape::String),
    ("LogGroup", Shape::AtLeast(1, &Shape::String)),
];

/// `AliasRoutingConfiguration` of the model.
const ALIAS_ROUTING_CONFIGURATION: Members = &[(
    "AdditionalVersionWeights",
    Shape::Map(&Shape::AtLeast(0, &Shape::Number)),
)];

/// `RoutingConfig` of `CreateAliasRequest` and `UpdateAliasRequest`.
pub const ROUTING_CONFIG: Shape = Shape::Structure(ALIAS_ROUTING_CONFIGURATION);

/// `Tags` of the model.
pub const TAGS: Shape = Shape::Map(&Shape::String);

/// The members of `CreateFunctionRequest`, `UpdateFunctionConfigurationRequest` and
/// `UpdateFunctionCodeRequest` that set a member of a zip function's configuration.
pub const CONFIGURATION: Members = &[
    ("Runtime", Shape::String),
    ("Role", Shape::String),
    ("Handler", Shape::String),
    ("Description", Shape::String),
    ("Timeout", Shape::AtLeast(MIN_TIMEOUT, &Shape::Integer)),
    (
        "MemorySize",
        Shape::AtLeast(MIN_MEMORY_SIZE, &Shape::Integer),
    ),
    ("VpcConfig", Shape::Structure(VPC_CONFIG)),
    ("PackageType", Shape::String),
    ("DeadLetterConfig", Shape::Structure(DEAD_LETTER_CONFIG)),
    ("Environment", Shape::Structure(ENVIRONMENT)),
    ("KMSKeyArn", Shape::String),
    ("TracingConfig", Shape::Structure(TRACING_CONFIG)),
    ("Layers", Shape::List(&Shape::AtLeast(1, &Shape::String))),
    (
        "FileSystemConfigs",
        Shape::List(&Shape::Requiring(
            &["Arn", "LocalMountPath"],
            FILE_SYSTEM_CONFIG,
        )),
    ),
    (
        "Architectures",
        Shape::AtLeast(1, &Shape::List(&Shape::String)),
    ),
    (
        "EphemeralStorage",
        Shape::Requiring(&["Size"], EPHEMERAL_STORAGE),
    ),
    ("SnapStart", Shape::Structure(SNAP_START)),
    ("LoggingConfig", Shape::Structure(LOGGING_CONFIG)),
];

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::api::shape::tests::assert_each_is_the_models;

    /// Members of the requests that are no part of a configuration, or of one of another kind of
    /// function.
    const OTHERS: [&str; 12] = [
        "FunctionName",
        "Code",
        "Publish",
        "PublishTo",
        "Tags",
        "CodeSigningConfigArn",
        "ImageConfig",
        "TenancyConfig",
        "CapacityProviderConfig",
        "DurableConfig",
        "RuntimeConfig",
        "AcceleratorConfig",
    ];

    fn model() -> Json {
        serde_json::from_str(include_str!("../../tests/lambda-shapes.json")).unwrap()
    }

    /// Holds a shape against the model's, with what a request must keep besides.
    fn assert_is_the_models(shapes: &Json, name: &str, shape: Shape) {
        assert_each_is_the_models(shapes, name, shape, &|model, name, shape| {
            let (min, required) = match shape {
                Shape::AtLeast(min, _) => (min, &[][..]),
                Shape::Requiring(required, _) => (0, required),
                _ => (0, &[][..]),
            };
            assert_eq!(model["min"].as_i64().unwrap_or(0), min, "{name}");
            let expected = model["required"].as_array();
            let expected: Vec<_> = expected.into_iter().flatten().collect();
            assert_eq!(required, expected, "{name}");
        });
    }

    #[test]
    fn the_tables_are_the_models() {
        let model = model();
        let shapes = &model["shapes"];
        assert_is_the_models(shapes, "Tags", TAGS);
        assert_is_the_models(shapes, "AliasRoutingConfiguration", ROUTING_CONFIG);
        let create = shapes["CreateFunctionRequest"]["members"].as_array();
        let mut known = CONFIGURATION.iter();
        for member in create.unwrap() {
            let name = member["name"].as_str().unwrap();
            if OTHERS.contains(&name) {
                continue;
            }
            let (known, shape) = known.next().unwrap();
            assert_eq!(*known, name);
            assert_is_the_models(shapes, member["shape"].as_str().unwrap(), *shape);
        }
        assert!(known.next().is_none());
    }

    #[test]
    fn updates_give_what_a_create_gives() {
        let model = model();
        let shapes = &model["shapes"];
        let members_of = |request: &str| {
            let members = shapes[request]["members"].as_array().unwrap().iter();
            members.map(|member| (member["name"].clone(), member["shape"].clone()))
        };
        let create: Vec<_> = members_of("CreateFunctionRequest").collect();
        let names: Vec<_> = CONFIGURATION.iter().map(|(name, _)| *name).collect();
        let update = members_of("UpdateFunctionConfigurationRequest");
        let code = members_of("UpdateFunctionCodeRequest");
        let mut common: Vec<_> = update
            .chain(code)
            .filter(|(name, _)| names.contains(&name.as_str().unwrap()))
            .collect();
        for member in &common {
            assert!(create.contains(member), "{member:?}");
        }
        common.push(("PackageType".into(), "PackageType".into()));
        assert_eq!(common.len(), names.len(), "{common:?}");
    }
}
