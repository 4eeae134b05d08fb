//! A whole life of a function, by commands of the AWS CLI on `lambda-store serve`.

use serde_json::{Value, json};

use crate::served::Served;
use crate::support::{ROLE, Ran, TestStore, code_sha256, zip_of};
use crate::vectors::{Variables, Vector};

impl Served {
    fn ran(&mut self, line: &str) -> Ran {
        let (_, words) = Vector::of_ones_own(line).words();
        self.aws(&words, &Variables::new())
    }

    /// Runs a command that answers with a document.
    #[track_caller]
    fn answer(&mut self, line: &str) -> Value {
        self.ran(line).succeeded()
    }

    /// Runs a command that has nothing to say, such as `wait`.
    #[track_caller]
    fn done(&mut self, line: &str) {
        let ran = self.ran(line);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{line}");
    }

    /// Sees that a document is what `lambda-store` reads from the store, printed as the AWS CLI prints it.
    #[track_caller]
    fn is_stored(&mut self, answered: &Value, line: &str) {
        let (variables, words) = Vector::of_ones_own(line).words();
        let own = self.own(&words, &variables);
        assert_eq!(answered.to_string(), own.succeeded().to_string(), "{line}");
        assert_eq!(self.aws(&words, &variables), own, "{line}");
    }

    /// Changes the alias `live`, and returns the version it is for and the weights of others.
    #[track_caller]
    fn moved(&mut self, options: &str) -> (Value, Value) {
        let named = "--function-name life --name live";
        let alias = self.answer(&format!("update-alias {named} {options}"));
        self.is_stored(&alias, &format!("get-alias {named}"));
        let weights = alias["RoutingConfig"]["AdditionalVersionWeights"].clone();
        (alias["FunctionVersion"].clone(), weights)
    }

    /// Returns what stands under a name in each item of a list.
    #[track_caller]
    fn listed(&mut self, line: &str, name: &str) -> Vec<String> {
        let answer = self.answer(line);
        let items = answer.as_object().unwrap().values().next().unwrap();
        let names = items.as_array().unwrap().iter().map(|item| &item[name]);
        names
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    }
}

const READ: &str = "get-function-configuration --function-name life";
const VERSIONS: &str = "list-versions-by-function --function-name life --page-size 1";

#[test]
fn a_function_lives_by_the_aws_cli() {
    let store = TestStore::new();
    let (first, second) = (store.zip("1.zip", b"first"), store.zip("2.zip", b"second"));
    let sha256_of = |content: &[u8]| code_sha256(&zip_of(&[("app.py", content)]));
    let mut served = Served::of(store);

    let created = served.answer(&format!(
        "create-function --function-name life --runtime python3.13 --handler app.handler --role {ROLE} \
         --zip-file {first}"
    ));
    assert_eq!(created["Version"], "$LATEST");
    assert_eq!(created["CodeSha256"], sha256_of(b"first"));
    served.done("wait function-active-v2 --function-name life");
    let read = served.answer(READ);
    served.is_stored(&read, READ);

    let configured = served.answer(
        "update-function-configuration --function-name life --timeout 9 --description 'Grüße 🚀' \
         --environment 'Variables={STAGE=Grün}'",
    );
    served.done("wait function-updated-v2 --function-name life");
    served.is_stored(&configured, READ);
    assert_eq!(configured["Timeout"], 9);
    assert_eq!(configured["Description"], "Grüße 🚀");
    assert_eq!(
        configured["Environment"],
        json!({"Variables": {"STAGE": "Grün"}})
    );

    let published = served.answer("publish-version --function-name life --description one");
    assert_eq!(published["Version"], "1");
    assert_eq!(published["Description"], "one");
    served.done("wait published-version-active --function-name life --qualifier 1");
    served.is_stored(&published, &format!("{READ} --qualifier 1"));

    let before = served.answer(READ);
    let update = format!("update-function-code --function-name life --zip-file {second}");
    let tried = served.answer(&format!("{update} --dry-run"));
    assert_eq!(tried["CodeSha256"], sha256_of(b"second"));
    assert_eq!(served.answer(READ), before);
    let wrong = "--revision-id 00000000-0000-0000-0000-000000000000";
    let refused = served.ran(&format!("{update} {wrong}"));
    refused.failed_with("PreconditionFailedException", "UpdateFunctionCode");
    let revision = before["RevisionId"].as_str().unwrap();
    let updated = served.answer(&format!("{update} --revision-id {revision} --publish"));
    assert_eq!(updated["Version"], "2");
    assert_eq!(updated["CodeSha256"], sha256_of(b"second"));
    served.is_stored(&updated, &format!("{READ} --qualifier 2"));

    let alias = served.answer("create-alias --function-name life --name live --function-version 1");
    served.is_stored(&alias, "get-alias --function-name life --name live");
    for weight in [0.1, 0.5] {
        let shift = format!("--routing-config AdditionalVersionWeights={{2={weight}}}");
        assert_eq!(
            served.moved(&shift),
            ("1".into(), json!({"2": weight})),
            "a share of the calls goes to the new version"
        );
    }
    let whole = "--function-version 2 --routing-config AdditionalVersionWeights={}";
    assert_eq!(served.moved(whole), ("2".into(), Value::Null));
    assert_eq!(
        served.moved("--function-version 1"),
        ("1".into(), Value::Null)
    );
    let live = served.answer(&format!("{READ} --qualifier live"));
    assert_eq!(live["Version"], "1");
    served.store.check_chain("life");

    assert_eq!(served.listed(VERSIONS, "Version"), ["$LATEST", "1", "2"]);
    let delete = "delete-function --function-name life";
    let refused = served.ran(&format!("{delete} --qualifier 1"));
    refused.failed_with("ResourceConflictException", "DeleteFunction");
    served.done("delete-alias --function-name life --name live");
    let aliases = served.listed("list-aliases --function-name life", "Name");
    assert!(aliases.is_empty(), "{aliases:?}");
    served.done(&format!("{delete} --qualifier 1"));
    assert_eq!(served.listed(VERSIONS, "Version"), ["$LATEST", "2"]);
    served.done(delete);
    let gone = served.ran(READ);
    gone.failed_with("ResourceNotFoundException", "GetFunctionConfiguration");
    let functions = served.listed("list-functions", "FunctionName");
    assert!(functions.is_empty(), "{functions:?}");
}
