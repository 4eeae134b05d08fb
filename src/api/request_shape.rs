//! The shapes of what requests give, as the service model declares them, with what a client checks
//! before any call: required members, minimum lengths and minimum numbers.
//!
//! A test holds the tables against the model.

use super::limits::{MIN_EPHEMERAL_STORAGE, MIN_MEMORY_SIZE, MIN_TIMEOUT, RUNTIMES};
use super::shape::{DEAD_LETTER_CONFIG, ENVIRONMENT_VARIABLES, IMAGE_CONFIG, Members, Shape};

const STRING: Shape = Shape::String;

/// Text of at least one character.
const FILLED: Shape = Shape::AtLeast(1, &Shape::String);

/// A whole number of at least 1.
const POSITIVE: Shape = Shape::AtLeast(1, &Shape::Integer);

type NamedShape = (&'static str, Shape);

const FUNCTION_NAME: NamedShape = ("FunctionName", FILLED);
const ALIAS_NAME: NamedShape = ("Name", FILLED);
const QUALIFIER: NamedShape = ("Qualifier", FILLED);
const FUNCTION_VERSION: NamedShape = ("FunctionVersion", FILLED);
const REVISION_ID: NamedShape = ("RevisionId", STRING);
const PUBLISH: NamedShape = ("Publish", Shape::Boolean);
const PUBLISH_TO: NamedShape = ("PublishTo", Shape::OneOf(&["LATEST_PUBLISHED"]));
const MARKER: NamedShape = ("Marker", STRING);
const MAX_ITEMS: NamedShape = ("MaxItems", POSITIVE);

const RUNTIME: NamedShape = ("Runtime", Shape::OneOf(&RUNTIMES));
const ROLE: NamedShape = ("Role", STRING);
const HANDLER: NamedShape = ("Handler", STRING);
const DESCRIPTION: NamedShape = ("Description", STRING);
const TIMEOUT: NamedShape = ("Timeout", Shape::AtLeast(MIN_TIMEOUT, &Shape::Integer));
const MEMORY_SIZE: NamedShape = (
    "MemorySize",
    Shape::AtLeast(MIN_MEMORY_SIZE, &Shape::Integer),
);
const PACKAGE_TYPE: NamedShape = ("PackageType", Shape::OneOf(&["Zip", "Image"]));
const DEAD_LETTER: NamedShape = ("DeadLetterConfig", Shape::Structure(DEAD_LETTER_CONFIG));
const KMS_KEY_ARN: NamedShape = ("KMSKeyArn", STRING);
const LAYERS: NamedShape = ("Layers", Shape::List(&FILLED));
const ARCHITECTURES: NamedShape = (
    "Architectures",
    Shape::AtLeast(1, &Shape::List(&Shape::OneOf(ARCHITECTURE))),
);

/// `Architecture` of the model.
const ARCHITECTURE: &[&str] = &["x86_64", "arm64"];

/// `VpcConfig` of the model.
const VPC_CONFIG: NamedShape = (
    "VpcConfig",
    Shape::Structure(&[
        ("SubnetIds", Shape::List(&STRING)),
        ("SecurityGroupIds", Shape::List(&STRING)),
        ("Ipv6AllowedForDualStack", Shape::Boolean),
    ]),
);

/// `Environment` of the model.
const ENVIRONMENT: NamedShape = (
    "Environment",
    Shape::Structure(&[("Variables", ENVIRONMENT_VARIABLES)]),
);

/// `TracingConfig` of the model.
const TRACING_CONFIG: NamedShape = (
    "TracingConfig",
    Shape::Structure(&[("Mode", Shape::OneOf(&["Active", "PassThrough"]))]),
);

/// `FileSystemConfig` of the model, as a request has it.
const FILE_SYSTEM_CONFIG: Members = &[
    ("Arn", STRING),
    ("LocalMountPath", STRING),
    (
        "S3FilesConfig",
        Shape::Structure(&[(
            "DirectS3Read",
            Shape::OneOf(&["ENABLED", "DISABLED", "AUTO"]),
        )]),
    ),
];

const FILE_SYSTEM_CONFIGS: NamedShape = (
    "FileSystemConfigs",
    Shape::List(&Shape::Requiring(
        &["Arn", "LocalMountPath"],
        FILE_SYSTEM_CONFIG,
    )),
);

/// `EphemeralStorage` of the model.
const EPHEMERAL_STORAGE: NamedShape = (
    "EphemeralStorage",
    Shape::Requiring(
        &["Size"],
        &[(
            "Size",
            Shape::AtLeast(MIN_EPHEMERAL_STORAGE, &Shape::Integer),
        )],
    ),
);

/// `SnapStart` of the model.
const SNAP_START: NamedShape = (
    "SnapStart",
    Shape::Structure(&[("ApplyOn", Shape::OneOf(&["PublishedVersions", "None"]))]),
);

/// `LoggingConfig` of the model.
const LOGGING_CONFIG: NamedShape = (
    "LoggingConfig",
    Shape::Structure(&[
        ("LogFormat", Shape::OneOf(&["JSON", "Text"])),
        (
            "ApplicationLogLevel",
            Shape::OneOf(&["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]),
        ),
        ("SystemLogLevel", Shape::OneOf(&["DEBUG", "INFO", "WARN"])),
        ("LogGroup", FILLED),
    ]),
);

const S3_BUCKET: NamedShape = ("S3Bucket", Shape::AtLeast(3, &STRING));
const S3_KEY: NamedShape = ("S3Key", FILLED);
const S3_OBJECT_VERSION: NamedShape = ("S3ObjectVersion", FILLED);
const S3_OBJECT_STORAGE_MODE: NamedShape =
    ("S3ObjectStorageMode", Shape::OneOf(&["COPY", "REFERENCE"]));
const IMAGE_URI: NamedShape = ("ImageUri", STRING);
const SOURCE_KMS_KEY_ARN: NamedShape = ("SourceKMSKeyArn", STRING);
const ZIP_FILE: NamedShape = ("ZipFile", Shape::Blob);

/// `FunctionCode` of the model.
const CODE: NamedShape = (
    "Code",
    Shape::Structure(&[
        ZIP_FILE,
        S3_BUCKET,
        S3_KEY,
        S3_OBJECT_VERSION,
        S3_OBJECT_STORAGE_MODE,
        IMAGE_URI,
        SOURCE_KMS_KEY_ARN,
    ]),
);

const IMAGE: NamedShape = ("ImageConfig", Shape::Structure(IMAGE_CONFIG));

/// `TenancyConfig` of the model.
const TENANCY_CONFIG: NamedShape = (
    "TenancyConfig",
    Shape::Requiring(
        &["TenantIsolationMode"],
        &[("TenantIsolationMode", Shape::OneOf(&["PER_TENANT"]))],
    ),
);

/// `LambdaManagedInstancesCapacityProviderConfig` of the model.
const MANAGED_INSTANCES: Shape = Shape::Requiring(
    &["CapacityProviderArn"],
    &[
        ("CapacityProviderArn", FILLED),
        ("PerExecutionEnvironmentMaxConcurrency", POSITIVE),
        (
            "ExecutionEnvironmentMemoryGiBPerVCpu",
            Shape::AtLeast(2, &Shape::Number),
        ),
    ],
);

/// `CapacityProviderConfig` of the model.
const CAPACITY_PROVIDER_CONFIG: NamedShape = (
    "CapacityProviderConfig",
    Shape::Requiring(
        &["LambdaManagedInstancesCapacityProviderConfig"],
        &[(
            "LambdaManagedInstancesCapacityProviderConfig",
            MANAGED_INSTANCES,
        )],
    ),
);

/// `DurableConfig` of the model.
const DURABLE_CONFIG: NamedShape = (
    "DurableConfig",
    Shape::Structure(&[
        ("KMSKeyArn", STRING),
        ("RetentionPeriodInDays", POSITIVE),
        ("ExecutionTimeout", POSITIVE),
    ]),
);

/// `FunctionRuntimeConfig` of the model.
const RUNTIME_CONFIG: NamedShape = (
    "RuntimeConfig",
    Shape::Requiring(
        &["RuntimeArn", "RuntimeAlias"],
        &[
            ("RuntimeArn", Shape::AtLeast(48, &STRING)),
            ("RuntimeAlias", FILLED),
        ],
    ),
);

/// `AcceleratorConfig` of the model.
const ACCELERATOR_CONFIG: NamedShape = (
    "AcceleratorConfig",
    Shape::Requiring(
        &["AcceleratorMemorySize"],
        &[("AcceleratorMemorySize", Shape::Integer)],
    ),
);

/// `RoutingConfig` of `CreateAliasRequest` and `UpdateAliasRequest`.
const ROUTING_CONFIG: NamedShape = (
    "RoutingConfig",
    Shape::Structure(&[(
        "AdditionalVersionWeights",
        Shape::NamedMap(&Shape::AtLeast(0, &Shape::Number)),
    )]),
);

const TAGS: NamedShape = ("Tags", Shape::NamedMap(&STRING));

/// The members of requests that set a member of a zip function's configuration.
pub const CONFIGURATION: Members = &[
    RUNTIME,
    ROLE,
    HANDLER,
    DESCRIPTION,
    TIMEOUT,
    MEMORY_SIZE,
    VPC_CONFIG,
    PACKAGE_TYPE,
    DEAD_LETTER,
    ENVIRONMENT,
    KMS_KEY_ARN,
    TRACING_CONFIG,
    LAYERS,
    FILE_SYSTEM_CONFIGS,
    ARCHITECTURES,
    EPHEMERAL_STORAGE,
    SNAP_START,
    LOGGING_CONFIG,
];

/// `CreateFunctionRequest` of the model.
pub const CREATE_FUNCTION: Shape = Shape::Requiring(
    &["FunctionName", "Role", "Code"],
    &[
        FUNCTION_NAME,
        RUNTIME,
        ROLE,
        HANDLER,
        CODE,
        DESCRIPTION,
        TIMEOUT,
        MEMORY_SIZE,
        PUBLISH,
        PUBLISH_TO,
        VPC_CONFIG,
        PACKAGE_TYPE,
        DEAD_LETTER,
        ENVIRONMENT,
        KMS_KEY_ARN,
        TRACING_CONFIG,
        TAGS,
        LAYERS,
        FILE_SYSTEM_CONFIGS,
        ("CodeSigningConfigArn", STRING),
        IMAGE,
        ARCHITECTURES,
        EPHEMERAL_STORAGE,
        SNAP_START,
        LOGGING_CONFIG,
        TENANCY_CONFIG,
        CAPACITY_PROVIDER_CONFIG,
        DURABLE_CONFIG,
        RUNTIME_CONFIG,
        ACCELERATOR_CONFIG,
    ],
);

/// `UpdateFunctionCodeRequest` of the model.
pub const UPDATE_FUNCTION_CODE: Shape = Shape::Requiring(
    &["FunctionName"],
    &[
        FUNCTION_NAME,
        ZIP_FILE,
        S3_BUCKET,
        S3_KEY,
        S3_OBJECT_VERSION,
        S3_OBJECT_STORAGE_MODE,
        IMAGE_URI,
        ARCHITECTURES,
        PUBLISH,
        PUBLISH_TO,
        ("DryRun", Shape::Boolean),
        REVISION_ID,
        SOURCE_KMS_KEY_ARN,
    ],
);

/// `UpdateFunctionConfigurationRequest` of the model.
pub const UPDATE_FUNCTION_CONFIGURATION: Shape = Shape::Requiring(
    &["FunctionName"],
    &[
        FUNCTION_NAME,
        ROLE,
        HANDLER,
        DESCRIPTION,
        TIMEOUT,
        MEMORY_SIZE,
        VPC_CONFIG,
        ENVIRONMENT,
        RUNTIME,
        DEAD_LETTER,
        KMS_KEY_ARN,
        TRACING_CONFIG,
        REVISION_ID,
        LAYERS,
        FILE_SYSTEM_CONFIGS,
        IMAGE,
        EPHEMERAL_STORAGE,
        SNAP_START,
        LOGGING_CONFIG,
        CAPACITY_PROVIDER_CONFIG,
        DURABLE_CONFIG,
        RUNTIME_CONFIG,
        ACCELERATOR_CONFIG,
    ],
);

/// `PublishVersionRequest` of the model.
pub const PUBLISH_VERSION: Shape = Shape::Requiring(
    &["FunctionName"],
    &[
        FUNCTION_NAME,
        ("CodeSha256", STRING),
        DESCRIPTION,
        REVISION_ID,
        PUBLISH_TO,
    ],
);

/// `GetFunctionRequest`, `GetFunctionConfigurationRequest` and `DeleteFunctionRequest` of the model,
/// which are alike.
pub const FUNCTION_AND_QUALIFIER: Shape =
    Shape::Requiring(&["FunctionName"], &[FUNCTION_NAME, QUALIFIER]);

/// `ListFunctionsRequest` of the model.
pub const LIST_FUNCTIONS: Shape = Shape::Structure(&[
    ("MasterRegion", FILLED),
    ("FunctionVersion", Shape::OneOf(&["ALL"])),
    MARKER,
    MAX_ITEMS,
]);

/// `ListVersionsByFunctionRequest` of the model.
pub const LIST_VERSIONS_BY_FUNCTION: Shape =
    Shape::Requiring(&["FunctionName"], &[FUNCTION_NAME, MARKER, MAX_ITEMS]);

/// `CreateAliasRequest` of the model.
pub const CREATE_ALIAS: Shape = Shape::Requiring(
    &["FunctionName", "Name", "FunctionVersion"],
    &[
        FUNCTION_NAME,
        ALIAS_NAME,
        FUNCTION_VERSION,
        DESCRIPTION,
        ROUTING_CONFIG,
    ],
);

/// `UpdateAliasRequest` of the model.
pub const UPDATE_ALIAS: Shape = Shape::Requiring(
    &["FunctionName", "Name"],
    &[
        FUNCTION_NAME,
        ALIAS_NAME,
        FUNCTION_VERSION,
        DESCRIPTION,
        ROUTING_CONFIG,
        REVISION_ID,
    ],
);

/// `GetAliasRequest` and `DeleteAliasRequest` of the model, which are alike.
pub const FUNCTION_AND_ALIAS: Shape =
    Shape::Requiring(&["FunctionName", "Name"], &[FUNCTION_NAME, ALIAS_NAME]);

/// `ListAliasesRequest` of the model.
pub const LIST_ALIASES: Shape = Shape::Requiring(
    &["FunctionName"],
    &[FUNCTION_NAME, FUNCTION_VERSION, MARKER, MAX_ITEMS],
);

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::api::shape::tests::assert_each_is_the_models;

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
            let key = model["key"].as_str().map(|key| &shapes[key]["min"]);
            let is_named = key.is_some_and(|min| min.as_i64() == Some(1));
            assert_eq!(matches!(shape, Shape::NamedMap(_)), is_named, "{name}");
            let choices = model["enum"].as_array();
            let choices: Vec<_> = choices.into_iter().flatten().collect();
            let known = match shape {
                Shape::OneOf(known) => known,
                _ => &[],
            };
            assert_eq!(known, choices, "{name}");
        });
    }

    #[test]
    fn the_tables_are_the_models() {
        let model = model();
        for (operation, shape) in [
            ("CreateFunction", CREATE_FUNCTION),
            ("UpdateFunctionCode", UPDATE_FUNCTION_CODE),
            ("UpdateFunctionConfiguration", UPDATE_FUNCTION_CONFIGURATION),
            ("PublishVersion", PUBLISH_VERSION),
            ("GetFunction", FUNCTION_AND_QUALIFIER),
            ("GetFunctionConfiguration", FUNCTION_AND_QUALIFIER),
            ("DeleteFunction", FUNCTION_AND_QUALIFIER),
            ("ListFunctions", LIST_FUNCTIONS),
            ("ListVersionsByFunction", LIST_VERSIONS_BY_FUNCTION),
            ("CreateAlias", CREATE_ALIAS),
            ("UpdateAlias", UPDATE_ALIAS),
            ("GetAlias", FUNCTION_AND_ALIAS),
            ("DeleteAlias", FUNCTION_AND_ALIAS),
            ("ListAliases", LIST_ALIASES),
        ] {
            let input = model["operations"][operation]["input"].as_str().unwrap();
            assert_is_the_models(&model["shapes"], input, shape);
        }
    }
}
