//! The operations of the tests: for the model by their meaning, for the store as requests.

use lambda_store::api::Error;
use lambda_store::api::configuration::FunctionConfiguration;
use lambda_store::api::messages::{
    Comparison, CreateFunctionRequest, GetFunctionConfigurationRequest, ListFunctionsRequest,
    ListVersionsByFunctionRequest, NextPublish, PublishVersionRequest, StatusRequest,
    UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest,
};
use lambda_store::operations;
use lambda_store::store::{PackageSource, Store};
use serde_json::{Value, json};

use crate::aliases::AliasOperation;
use crate::model::{Members, Model, Package, short_config};
use crate::own_operations::{perform_prune, perform_restore};
use crate::support::requested_configuration;
use crate::world::World;

/// Which revision id a request expects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Revision {
    Any,
    Present,
    Former,
}

/// Which hash a publish expects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Hash {
    Any,
    Right,
    Wrong,
}

#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Create {
        function: &'static str,
        code: Package,
        publish: bool,
        /// Members of the configuration, besides those that it must have.
        given: Members,
        tags: Vec<(&'static str, &'static str)>,
    },
    Configure {
        function: &'static str,
        given: Members,
        revision: Revision,
    },
    Update {
        function: &'static str,
        code: Package,
        architecture: Option<&'static str>,
        publish: bool,
        dry_run: bool,
        revision: Revision,
    },
    Publish {
        function: &'static str,
        description: Option<&'static str>,
        hash: Hash,
        revision: Revision,
    },
    Restore {
        function: &'static str,
        version: u64,
        dry_run: bool,
        revision: Revision,
    },
    Prune {
        function: &'static str,
        keep_last: usize,
        apply: bool,
    },
    Alias(AliasOperation),
}

/// What an operation answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) configuration: Value,
    pub(crate) unchanged_since: Option<u64>,
}

impl Answer {
    pub(crate) fn new(configuration: Value) -> Self {
        Self {
            configuration,
            unchanged_since: None,
        }
    }
}

impl Operation {
    pub(crate) fn publish(function: &'static str) -> Self {
        Self::Publish {
            function,
            description: None,
            hash: Hash::Any,
            revision: Revision::Any,
        }
    }

    pub(crate) fn update(function: &'static str, code: Package, publish: bool) -> Self {
        Self::Update {
            function,
            code,
            architecture: None,
            publish,
            dry_run: false,
            revision: Revision::Any,
        }
    }

    pub(crate) fn create(function: &'static str, code: Package, publish: bool) -> Self {
        Self::Create {
            function,
            code,
            publish,
            given: Members::new(),
            tags: vec![("team", "red")],
        }
    }

    /// Sets a member and removes another, if it is there.
    pub(crate) fn configure(function: &'static str) -> Self {
        let given = json!({"Environment": {"Variables": {"LEVEL": "debug"}}, "Layers": []});
        Self::Configure {
            function,
            given: given.as_object().unwrap().clone(),
            revision: Revision::Any,
        }
    }

    pub(crate) fn restore(function: &'static str, version: u64) -> Self {
        Self::Restore {
            function,
            version,
            dry_run: false,
            revision: Revision::Any,
        }
    }

    pub(crate) fn prune(function: &'static str, keep_last: usize) -> Self {
        Self::Prune {
            function,
            keep_last,
            apply: true,
        }
    }

    pub(crate) fn function(&self) -> &'static str {
        match self {
            Self::Create { function, .. }
            | Self::Configure { function, .. }
            | Self::Update { function, .. }
            | Self::Publish { function, .. }
            | Self::Restore { function, .. }
            | Self::Prune { function, .. } => function,
            Self::Alias(operation) => operation.function,
        }
    }

    /// Whether the operation uploads a package, and so sweeps what others left of theirs.
    pub(crate) fn uploads(&self) -> bool {
        matches!(
            self,
            Self::Create { .. } | Self::Update { dry_run: false, .. }
        )
    }

    /// Whether the operation only says what it would do.
    pub(crate) fn is_tried_out(&self) -> bool {
        matches!(
            self,
            Self::Update { dry_run: true, .. }
                | Self::Restore { dry_run: true, .. }
                | Self::Prune { apply: false, .. }
        )
    }

    /// Whether the operation looks at `$LATEST`, and records what it is.
    pub(crate) fn looks_at_latest(&self) -> bool {
        !matches!(self, Self::Prune { .. } | Self::Alias(_))
    }

    /// Performs the operation on a store; the model says what the present state is.
    pub(crate) fn perform(
        &self,
        store: &Store,
        world: &World,
        model: &Model,
    ) -> Result<Answer, Error> {
        let present = model.functions.get(self.function());
        let revision_id = |revision: Revision| match (revision, present) {
            (Revision::Any, _) | (_, None) => None,
            (Revision::Present, Some(function)) => Some(function.revision_id()),
            (Revision::Former, Some(function)) => Some(function.former_revision_id()),
        };
        match self {
            Self::Alias(operation) => operation.perform(store, model),
            Self::Create {
                function,
                code,
                publish,
                given,
                tags,
            } => {
                let mut members = short_config("made");
                members.extend(given.clone());
                let request = CreateFunctionRequest {
                    function_name: (*function).to_owned(),
                    configuration: requested_configuration(&members.into()),
                    tags: tags
                        .iter()
                        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                        .collect(),
                    publish: *publish,
                };
                operations::create_function(store, &request, Some(&source(world, code)))
                    .map(|made| answer(&made))
            }
            Self::Configure {
                function,
                given,
                revision,
            } => {
                let request = UpdateFunctionConfigurationRequest {
                    function_name: (*function).to_owned(),
                    configuration: requested_configuration(&given.clone().into()),
                    revision_id: revision_id(*revision),
                };
                operations::update_function_configuration(store, &request)
                    .map(|changed| answer(&changed))
            }
            Self::Update {
                function,
                code,
                architecture,
                publish,
                dry_run,
                revision,
            } => {
                let request = UpdateFunctionCodeRequest {
                    function_name: (*function).to_owned(),
                    configuration: architecture.map_or_else(Default::default, |name| {
                        requested_configuration(&json!({ "Architectures": [name] }))
                    }),
                    publish: *publish,
                    dry_run: *dry_run,
                    revision_id: revision_id(*revision),
                };
                operations::update_function_code(store, &request, Some(&source(world, code)))
                    .map(|made| answer(&made))
            }
            Self::Publish {
                function,
                description,
                hash,
                revision,
            } => {
                let right = present.map(|function| function.code.sha256.clone());
                let request = PublishVersionRequest {
                    function_name: (*function).to_owned(),
                    code_sha256: match hash {
                        Hash::Any => None,
                        Hash::Right => right,
                        Hash::Wrong => Some(Package::new(b"other".to_vec()).sha256),
                    },
                    description: description.map(ToOwned::to_owned),
                    revision_id: revision_id(*revision),
                };
                let response = operations::publish_version(store, &request)?;
                Ok(Answer {
                    unchanged_since: response.unchanged_since,
                    ..answer(&response.configuration)
                })
            }
            Self::Restore {
                function,
                version,
                dry_run,
                revision,
            } => perform_restore(store, function, *version, *dry_run, revision_id(*revision)),
            Self::Prune {
                function,
                keep_last,
                apply,
            } => perform_prune(store, function, *keep_last, *apply),
        }
    }
}

/// Asks a store for a configuration; an error is told by its code.
pub(crate) fn get(
    store: &Store,
    function: &str,
    qualifier: Option<&str>,
) -> Result<Value, &'static str> {
    let request = GetFunctionConfigurationRequest {
        function_name: function.to_owned(),
        qualifier: qualifier.map(ToOwned::to_owned),
    };
    match operations::get_function_configuration(store, &request) {
        Ok(configuration) => Ok(answer(&configuration).configuration),
        Err(Error::ResourceNotFound { .. }) => Err("ResourceNotFoundException"),
        Err(other) => panic!("reading {function} {qualifier:?}: {other}"),
    }
}

/// Asks a store what the next publish does, and why.
pub(crate) fn status(store: &Store, function: &str) -> Value {
    let request = StatusRequest {
        function_name: function.to_owned(),
    };
    let status = operations::status(store, &request).unwrap();
    let (action, version) = match status.publish.unwrap() {
        NextPublish::Make(version) => ("Make", version),
        NextPublish::Return(version) => ("Return", version),
    };
    let reason = match status.comparison.unwrap() {
        Comparison::NeverPublished => "NeverPublished",
        Comparison::Deleted { .. } => "Deleted",
        Comparison::Unchanged { .. } => "Unchanged",
        Comparison::Changed { differences, .. } => {
            assert!(!differences.is_empty(), "changed, and nobody knows what");
            "Changed"
        }
    };
    json!({
        "Action": action,
        "Version": version,
        "Reason": reason,
        "FoundEdited": status.found_edited,
        "CodeSha256": status.code.sha256.as_str(),
        "RevisionId": status.revision_id.as_str(),
    })
}

/// Lists the versions of a function page by page, and puts the pages together.
pub(crate) fn list_versions(store: &Store, function: &str, page_size: i64) -> Vec<Value> {
    pages(page_size, |marker| {
        let request = ListVersionsByFunctionRequest {
            function_name: function.to_owned(),
            marker,
            max_items: Some(page_size),
        };
        let page = operations::list_versions_by_function(store, &request).unwrap();
        assert_eq!(page.broken, [""; 0]);
        (page.versions, page.next_marker)
    })
}

/// Lists all functions page by page, each with its versions if asked for, and puts the pages
/// together.
pub(crate) fn list_functions(store: &Store, all_versions: bool, page_size: i64) -> Vec<Value> {
    pages(page_size, |marker| {
        let request = ListFunctionsRequest {
            function_version: all_versions.then(|| "ALL".to_owned()),
            marker,
            max_items: Some(page_size),
        };
        let page = operations::list_functions(store, &request).unwrap();
        assert_eq!(page.broken, [""; 0]);
        (page.functions, page.next_marker)
    })
}

/// Asks for pages until there is no marker; all but the last one must be full.
fn pages(
    page_size: i64,
    ask: impl Fn(Option<String>) -> (Vec<FunctionConfiguration>, Option<String>),
) -> Vec<Value> {
    let mut items = Vec::new();
    let mut marker = None;
    loop {
        let (page, next) = ask(marker);
        let length = i64::try_from(page.len()).unwrap();
        assert!(length == page_size || (length < page_size && next.is_none()));
        items.extend(page.iter().map(|item| answer(item).configuration));
        match next {
            Some(_) => marker = next,
            None => return items,
        }
    }
}

fn source(world: &World, code: &Package) -> PackageSource {
    PackageSource::open(&world.package_file(code)).unwrap()
}

/// Takes a configuration as an answer.
pub(crate) fn answer(configuration: &FunctionConfiguration) -> Answer {
    let text = configuration.document().render();
    Answer::new(serde_json::from_str(&text).unwrap())
}
