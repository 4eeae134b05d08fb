//! Every command that writes to a store, and a store on which each of them can.

use crate::outcome::{ALIAS, FUNCTION, check_history};
use crate::support::TestStore;
use crate::undisturbed::{
    CONFIGURE, CREATE_ALIAS, DELETE, DELETE_ALIAS, Exported, PRUNE, PUBLISH, Packages, ROLLBACK,
    UPDATE_ALIAS, create_arguments, exported, update_arguments,
};

/// A command and its operation.
pub(crate) struct Writer {
    pub(crate) operation: &'static str,
    pub(crate) arguments: Vec<String>,
}

impl Writer {
    fn new(operation: &'static str, arguments: &[&str]) -> Self {
        Self {
            operation,
            arguments: arguments.iter().map(|&text| text.to_owned()).collect(),
        }
    }

    /// Returns whether it stores a package, or a copy of one.
    pub(crate) fn stores_package(&self) -> bool {
        let operations = [
            "CreateFunction",
            "UpdateFunctionCode",
            "PublishVersion",
            "Restore",
            "Import",
        ];
        operations.contains(&self.operation)
    }

    pub(crate) fn arguments(&self) -> Vec<&str> {
        self.arguments.iter().map(String::as_str).collect()
    }
}

/// Makes a function, in a store that may have a directory to stand in, with four versions, something
/// to publish, and an alias that was moved from the first version to the second one.
pub(crate) fn prepare(store: &TestStore, packages: &Packages, size: usize) {
    let package = |letter| packages.package(letter, size);
    store
        .run(&create_arguments(FUNCTION, &package(b'a'), &["--publish"]))
        .succeeded();
    for letter in *b"bcf" {
        let package = package(letter);
        store
            .run(&update_arguments(&package, &["--publish"]))
            .succeeded();
    }
    store.run(&CREATE_ALIAS).succeeded();
    store.run(&UPDATE_ALIAS).succeeded();
    store
        .run(&update_arguments(&package(b'd'), &[]))
        .succeeded();
}

/// Returns every command that writes, with packages of this size.
pub(crate) fn writers(packages: &Packages, size: usize) -> Vec<Writer> {
    let package = packages.package(b'e', size);
    let Exported {
        function, answers, ..
    } = exported(packages);
    let [_, latest] = answers;
    let imported = packages.package(b'b', crate::undisturbed::SMALL);
    let delete_version = [&DELETE[..], &["--qualifier", "3"]].concat();
    let create_alias = [
        "create-alias",
        "--function-name",
        FUNCTION,
        "--name",
        "next",
    ];
    let create_alias = [&create_alias[..], &["--function-version", "1"]].concat();
    let update_alias = ["update-alias", "--function-name", FUNCTION, "--name", ALIAS];
    let update_alias = [&update_alias[..], &["--function-version", "3"]].concat();
    let import = ["import", &function, "--as", "imported"];
    let from_aws = ["import", "--from-aws", &latest, "--zip-file", &imported];
    let from_aws = [&from_aws[..], &["--as", "imported"]].concat();
    vec![
        Writer::new("CreateFunction", &create_arguments("other", &package, &[])),
        Writer::new(
            "CreateFunction",
            &create_arguments("other", &package, &["--publish"]),
        ),
        Writer::new("UpdateFunctionCode", &update_arguments(&package, &[])),
        Writer::new(
            "UpdateFunctionCode",
            &update_arguments(&package, &["--publish"]),
        ),
        Writer::new("UpdateFunctionConfiguration", &CONFIGURE),
        Writer::new("PublishVersion", &PUBLISH),
        Writer::new("Restore", &["restore", FUNCTION, "1"]),
        Writer::new("CreateAlias", &create_alias),
        Writer::new("UpdateAlias", &update_alias),
        Writer::new("Rollback", &ROLLBACK),
        Writer::new("DeleteAlias", &DELETE_ALIAS),
        Writer::new("Import", &import),
        Writer::new("Import", &from_aws),
        Writer::new("DeleteFunction", &delete_version),
        Writer::new("Prune", &PRUNE),
        Writer::new("DeleteFunction", &DELETE),
    ]
}

/// Runs all commands that write one after the other, each new function under a name of its own, and
/// sees that they succeed and leave a sound store.
pub(crate) fn run_all(store: &TestStore, writers: Vec<Writer>) {
    for (index, mut writer) in writers.into_iter().enumerate() {
        for argument in &mut writer.arguments {
            if ["other", "imported"].contains(&argument.as_str()) {
                argument.push_str(&index.to_string());
            }
        }
        let ran = store.run(&writer.arguments());
        assert_eq!(ran.code, Some(0), "{:?}: {ran:?}", writer.arguments);
        if store.join(FUNCTION).exists() {
            check_history(store);
        }
        let verified = store.run(&["verify"]);
        assert_eq!(verified.code, Some(0), "{verified:?}");
    }
}
