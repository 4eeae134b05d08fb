//! A function's configuration: members, defaults, what is written, answered and compared.

use sha2::{Digest as _, Sha256};

use super::code_sha256::{CodeIdentity, hex};
use super::document::{Document, DocumentError, Member, Value};
use super::function_name::FunctionName;
use super::qualifier::LATEST;
use super::revision_id::{Place, RevisionId};
use super::scope::Scope;
use super::shape::{self, FUNCTION_CONFIGURATION};
use super::timestamp::Timestamp;

/// Members that say how a change is coming along. Here a change is complete when the command
/// returns, and a store runs nothing.
const TRANSIENT: [&str; 5] = [
    "StateReason",
    "StateReasonCode",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
    "RuntimeVersionConfig",
];

/// Members that the comparison of content leaves out (`ContentSha256` in the format).
const NOT_CONTENT: [&str; 14] = [
    "Version",
    "LastModified",
    "RevisionId",
    "CodeSize",
    "State",
    "StateReason",
    "StateReasonCode",
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
    "RuntimeVersionConfig",
    "FunctionName",
    "FunctionArn",
    "MasterArn",
];

/// The defaults of a function that is made of a zip file, as canonical JSON, but for
/// `LoggingConfig`, whose default follows from the function's name.
const DEFAULTS: [(&str, &str); 8] = [
    ("Description", "\"\""),
    ("Timeout", "3"),
    ("MemorySize", "128"),
    ("TracingConfig", "{\"Mode\":\"PassThrough\"}"),
    ("PackageType", "\"Zip\""),
    ("Architectures", "[\"x86_64\"]"),
    ("EphemeralStorage", "{\"Size\":512}"),
    ("SnapStart", "{\"ApplyOn\":\"None\"}"),
];

/// The hash of what counts as a change for the next publish, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ContentSha256(String);

/// A function's configuration: what `get-function-configuration` prints.
///
/// It is a [`Document`], because people write it by hand, with members that this tool does not
/// know; those keep their place and their bytes.
#[derive(Debug, Clone, Default)]
pub struct FunctionConfiguration {
    document: Document,
}

impl FunctionConfiguration {
    /// Takes a document as a configuration.
    ///
    /// # Errors
    /// If a known member is of a wrong kind.
    pub fn from_document(document: Document) -> Result<Self, DocumentError> {
        shape::check(&document, FUNCTION_CONFIGURATION)?;
        Ok(Self { document })
    }

    /// Returns the document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Returns the document, to be changed.
    pub(super) fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    /// Returns the document as a value, for printing.
    pub fn into_value(self) -> Value {
        self.document.into_value()
    }

    /// Returns the package that the document says it describes, if it says so.
    pub fn code(&self) -> Option<CodeIdentity> {
        let sha256 = serde_json::from_value(self.document.string("CodeSha256")?.into()).ok()?;
        let size = u64::try_from(self.document.get("CodeSize")?.as_integer()?).ok()?;
        Some(CodeIdentity { sha256, size })
    }

    /// Puts in the package that really stands there.
    pub fn set_code(&mut self, code: &CodeIdentity) {
        self.document.set("CodeSize", Value::integer(code.size));
        self.document
            .set("CodeSha256", Value::string(code.sha256.as_str()));
    }

    /// Returns the function's name that stands in the document.
    pub fn function_name(&self) -> String {
        self.document.string("FunctionName").unwrap_or_default()
    }

    /// Returns the version that stands in the document.
    pub fn version(&self) -> String {
        self.document.string("Version").unwrap_or_default()
    }

    /// Returns the description, empty where there is none.
    pub fn description(&self) -> String {
        self.document.string("Description").unwrap_or_default()
    }

    /// Sets the description.
    pub fn set_description(&mut self, description: &str) {
        self.document.set("Description", Value::string(description));
    }

    /// Returns when code or configuration was last updated, if the document says so.
    pub fn last_modified(&self) -> Option<Timestamp> {
        Timestamp::parse(&self.document.string("LastModified")?)
    }

    /// Sets when code or configuration was last updated.
    pub fn set_last_modified(&mut self, time: Timestamp) {
        self.document
            .set("LastModified", Value::string(&time.to_string()));
    }

    /// Sets when code or configuration was last updated, unless the document says so itself.
    pub fn set_default_last_modified(&mut self, time: Timestamp) {
        self.document
            .set_default("LastModified", || Value::string(&time.to_string()));
    }

    /// Returns the revision id that stands in the document.
    pub fn recorded_revision_id(&self) -> Option<String> {
        self.document.string("RevisionId")
    }

    /// Puts in a revision id.
    pub fn set_revision_id(&mut self, id: &str) {
        self.document.set("RevisionId", Value::string(id));
    }

    /// Computes the revision id of this state.
    pub fn revision_id(&self, time: Timestamp, place: Place<'_>) -> RevisionId {
        RevisionId::of(time, place, &self.document)
    }

    /// Leaves out a member.
    pub(super) fn leave_out(&mut self, name: &str) {
        self.document.retain(|member| member.name() != name);
    }

    /// Leaves out what lists leave out: states, and what runs.
    pub fn leave_out_states(&mut self) {
        let is_state =
            |name: &str| name == "State" || name == "LastUpdateStatus" || TRANSIENT.contains(&name);
        self.document.retain(|member| !is_state(member.name()));
    }

    /// Says what follows from where the configuration stands: whose it is, and of which version.
    ///
    /// `arn_qualifier` is how the ARN ends; an alias's name and a version's number both occur.
    pub fn set_place(
        &mut self,
        scope: &Scope,
        function: &FunctionName,
        arn_qualifier: Option<&str>,
        version: &str,
    ) {
        let arn = scope.function_arn(function, arn_qualifier);
        self.document
            .set("FunctionName", Value::string(function.as_str()));
        self.document.set("FunctionArn", Value::string(&arn));
        self.document.set("Version", Value::string(version));
    }

    /// Fills in the defaults of today's API, as AWS answers them, for members that are absent.
    ///
    /// A default, once released, is never changed: fingerprints of versions depend on it.
    fn fill_defaults(&mut self, function: &FunctionName) {
        for (name, text) in DEFAULTS {
            self.document.set_default(name, || parsed(text));
        }
        self.document
            .set_default("LoggingConfig", || default_logging_config(function));
        if let Some(Value::Object(members)) = self.document.get("SnapStart") {
            let mut snap_start = Document::of_members(members);
            snap_start.set_default("OptimizationStatus", || Value::string("Off"));
            self.document.set("SnapStart", snap_start.into_value());
        }
        self.fill_layer_sizes();
        self.document
            .set_default("State", || Value::string("Active"));
        self.document
            .set_default("LastUpdateStatus", || Value::string("Successful"));
    }

    /// Makes this the answer to a reader: defaults filled in, members in the model's order, `null`
    /// ones left out as the AWS CLI leaves them out.
    pub fn complete_answer(&mut self, function: &FunctionName) {
        self.fill_defaults(function);
        shape::leave_out_nulls(&mut self.document, FUNCTION_CONFIGURATION);
        shape::order(&mut self.document, FUNCTION_CONFIGURATION);
    }

    /// Makes this the complete document that is written to a file.
    fn complete_file(&mut self, scope: &Scope, function: &FunctionName, version: &str) {
        self.rename_default_log_group(function);
        self.document
            .retain(|member| !TRANSIENT.contains(&member.name()));
        self.document.set("State", Value::string("Active"));
        self.document
            .set("LastUpdateStatus", Value::string("Successful"));
        let arn_qualifier = Some(version).filter(|version| *version != LATEST);
        self.set_place(scope, function, arn_qualifier, version);
        self.complete_answer(function);
    }

    /// Makes this the document of `$LATEST`. It holds no revision id: that moves with the history.
    pub fn complete_latest(&mut self, scope: &Scope, function: &FunctionName) {
        self.document.remove("RevisionId");
        self.settle_snap_start(false);
        self.complete_file(scope, function, LATEST);
    }

    /// Makes this the document of a version that is published now.
    pub fn complete_version(
        &mut self,
        scope: &Scope,
        function: &FunctionName,
        number: u64,
        time: Timestamp,
    ) {
        self.settle_snap_start(true);
        self.complete_file(scope, function, &number.to_string());
        let id = self.revision_id(time, Place::Version(number));
        self.set_revision_id(id.as_str());
        shape::order(&mut self.document, FUNCTION_CONFIGURATION);
    }

    /// Hashes what counts as a change for the next publish.
    pub fn content_sha256(&self) -> ContentSha256 {
        let name = self.document.string("FunctionName");
        let without_status = self.without_optimization_status();
        let document = without_status.as_ref().unwrap_or(&self.document);
        let content = document.canonical_of(|member| is_content(member, name.as_deref()));
        ContentSha256(hex(&Sha256::digest(content)))
    }

    /// Returns what counts as a change for the next publish in canonical form, without the package
    /// and the description.
    pub(super) fn canonical_settings(&self) -> String {
        let name = self.document.string("FunctionName");
        let without_status = self.without_optimization_status();
        let document = without_status.as_ref().unwrap_or(&self.document);
        document.canonical_of(|member| {
            is_content(member, name.as_deref())
                && !["CodeSha256", "Description"].contains(&member.name())
        })
    }

    /// Returns what counts as a change for the next publish, and nothing else.
    pub(super) fn content(&self) -> Self {
        let name = self.document.string("FunctionName");
        let without_status = self.without_optimization_status();
        let mut document = without_status.unwrap_or_else(|| self.document.clone());
        document.retain(|member| is_content(member, name.as_deref()));
        Self { document }
    }

    /// Returns the document without `SnapStart.OptimizationStatus`, if it has one.
    fn without_optimization_status(&self) -> Option<Document> {
        let Value::Object(members) = self.document.get("SnapStart")? else {
            return None;
        };
        let others = members
            .iter()
            .filter(|member| member.name() != "OptimizationStatus");
        let mut document = self.document.clone();
        document.set("SnapStart", Value::Object(others.cloned().collect()));
        Some(document)
    }

    /// A function that was renamed keeps its default log group under the new name.
    pub(super) fn rename_default_log_group(&mut self, function: &FunctionName) {
        let Some(old) = self.document.string("FunctionName") else {
            return;
        };
        let is_default = self
            .document
            .get("LoggingConfig")
            .is_some_and(|found| found.canonical() == logging_config(&old));
        if is_default {
            self.document
                .set("LoggingConfig", default_logging_config(function));
        }
    }

    /// A layer is known by its ARN; its size is 0 unless it is given.
    fn fill_layer_sizes(&mut self) {
        let Some(Value::Array(layers)) = self.document.get("Layers").cloned() else {
            return;
        };
        let filled = layers.into_iter().map(|layer| match layer {
            Value::Object(mut members) if layer_has_no_size(&members) => {
                members.push(Member::new("CodeSize", Value::integer(0)));
                Value::Object(members)
            }
            other => other,
        });
        self.document.set("Layers", Value::Array(filled.collect()));
    }

    /// Says whether a snapshot is taken: of a version as soon as it is published, if the function
    /// wants that; never of `$LATEST`.
    fn settle_snap_start(&mut self, is_version: bool) {
        let Some(Value::Object(members)) = self.document.get("SnapStart") else {
            return;
        };
        let mut snap_start = Document::of_members(members);
        let applies = snap_start.string("ApplyOn").as_deref() == Some("PublishedVersions");
        let status = if is_version && applies { "On" } else { "Off" };
        snap_start.set("OptimizationStatus", Value::string(status));
        self.document.set("SnapStart", snap_start.into_value());
    }
}

/// Returns whether a member of a function's configuration counts as a change for the next publish.
fn is_content(member: &Member, function: Option<&str>) -> bool {
    !NOT_CONTENT.contains(&member.name()) && !is_default(member, function)
}

/// Returns whether a member has its default, and so is left out of the comparison of content. The
/// default log group is known only where the document says whose it is.
fn is_default(member: &Member, function: Option<&str>) -> bool {
    let has = |default: &str| member.value().canonical() == default;
    match member.name() {
        "LoggingConfig" => function.is_some_and(|function| has(&logging_config(function))),
        name => DEFAULTS
            .iter()
            .any(|(known, default)| *known == name && has(default)),
    }
}

/// Returns the default of `LoggingConfig` as canonical JSON.
fn logging_config(function: &str) -> String {
    format!("{{\"LogFormat\":\"Text\",\"LogGroup\":\"/aws/lambda/{function}\"}}")
}

/// Returns the default of `LoggingConfig`, which follows from the function's name.
pub(super) fn default_logging_config(function: &FunctionName) -> Value {
    parsed(&logging_config(function.as_str()))
}

#[expect(
    clippy::expect_used,
    reason = "the texts stand in this file, and a test parses them all"
)]
fn parsed(default: &str) -> Value {
    Value::parse(default).expect("a default is JSON")
}

fn layer_has_no_size(layer: &[Member]) -> bool {
    !layer.iter().any(|member| member.name() == "CodeSize")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration(text: &str) -> FunctionConfiguration {
        FunctionConfiguration::from_document(Document::parse(text).unwrap()).unwrap()
    }

    fn hello() -> FunctionName {
        FunctionName::parse("hello").unwrap()
    }

    const SHORT: &str =
        r#"{"Extra": 1.50, "Role": "r", "Handler": "h", "Runtime": "x", "Layers": null}"#;

    #[test]
    fn a_short_configuration_is_answered_with_todays_defaults_in_the_models_order() {
        let mut answer = configuration(SHORT);
        answer.set_place(&Scope::default(), &hello(), None, LATEST);
        answer.complete_answer(&hello());
        insta::assert_snapshot!(answer.document().render(), @r#"
        {
            "FunctionName": "hello",
            "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:hello",
            "Runtime": "x",
            "Role": "r",
            "Handler": "h",
            "Description": "",
            "Timeout": 3,
            "MemorySize": 128,
            "Version": "$LATEST",
            "TracingConfig": {
                "Mode": "PassThrough"
            },
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "PackageType": "Zip",
            "Architectures": [
                "x86_64"
            ],
            "EphemeralStorage": {
                "Size": 512
            },
            "SnapStart": {
                "ApplyOn": "None",
                "OptimizationStatus": "Off"
            },
            "LoggingConfig": {
                "LogFormat": "Text",
                "LogGroup": "/aws/lambda/hello"
            },
            "Extra": 1.50
        }
        "#);
    }

    #[test]
    fn a_version_is_written_complete_and_proves_its_own_revision_id() {
        let mut version = configuration(SHORT);
        let time = Timestamp::from_milliseconds(5);
        version.complete_version(&Scope::default(), &hello(), 2, time);
        let id = version.recorded_revision_id().unwrap();
        assert_eq!(RevisionId::time_of(&id), time);
        assert_eq!(version.revision_id(time, Place::Version(2)).as_str(), id);
        assert_eq!(version.document().string("Version").unwrap(), "2");
        assert_eq!(version.document().members().last().unwrap().name(), "Extra");
    }

    #[test]
    fn known_nulls_are_left_out_at_any_depth_and_unknown_ones_kept() {
        let mut answer = configuration(
            r#"{"VpcConfig": {"SubnetIds": null, "Own": null}, "Environment": {"Variables": null}, "Own": null}"#,
        );
        answer.complete_answer(&hello());
        let compact = |name: &str| answer.document().member(name).unwrap().value().compact();
        assert_eq!(compact("VpcConfig"), r#"{"Own":null}"#);
        assert_eq!(compact("Environment"), "{}");
        assert_eq!(compact("Own"), "null");
    }

    #[test]
    fn latest_is_written_without_a_revision_id_and_without_what_runs() {
        let mut latest = configuration(
            r#"{"RevisionId": "x", "State": "Pending", "StateReason": "y", "RuntimeVersionConfig": {}}"#,
        );
        latest.complete_latest(&Scope::default(), &hello());
        for gone in ["RevisionId", "StateReason", "RuntimeVersionConfig"] {
            assert!(latest.document().get(gone).is_none(), "{gone}");
        }
        assert_eq!(latest.document().string("State").unwrap(), "Active");
    }

    #[test]
    fn content_leaves_out_defaults_and_what_a_publish_sets_itself() {
        let short = configuration(SHORT).content_sha256();
        let mut version = configuration(SHORT.replace(", \"Layers\": null", "").as_str());
        let unpublished = version.content_sha256();
        assert_ne!(short, unpublished, "a null is covered by what it is");
        version.complete_version(
            &Scope::default(),
            &hello(),
            2,
            Timestamp::from_milliseconds(5),
        );
        assert_eq!(version.content_sha256(), unpublished);
        version.set_description("first");
        assert_ne!(version.content_sha256(), unpublished);
    }

    #[test]
    fn a_renamed_function_keeps_its_content_and_gets_its_own_log_group() {
        let mut renamed = configuration(SHORT);
        renamed.complete_latest(&Scope::default(), &hello());
        let before = renamed.content_sha256();
        renamed.complete_latest(&Scope::default(), &FunctionName::parse("bye").unwrap());
        assert_eq!(renamed.content_sha256(), before);
        let group = renamed
            .document()
            .get("LoggingConfig")
            .unwrap()
            .get("LogGroup")
            .unwrap();
        assert_eq!(group.as_str().unwrap(), "/aws/lambda/bye");
    }

    #[test]
    fn snap_start_is_on_in_versions_and_off_in_latest() {
        let status = |configuration: &FunctionConfiguration| {
            let snap_start = configuration.document().get("SnapStart").unwrap().clone();
            snap_start
                .get("OptimizationStatus")
                .unwrap()
                .as_str()
                .unwrap()
        };
        for (there, published) in [
            (r#"{"ApplyOn": "PublishedVersions"}"#, "On"),
            (
                r#"{"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}"#,
                "On",
            ),
            (r#"{"ApplyOn": "None", "OptimizationStatus": "On"}"#, "Off"),
        ] {
            let text = format!("{{\"SnapStart\": {there}}}");
            let (mut latest, mut version) = (configuration(&text), configuration(&text));
            latest.complete_latest(&Scope::default(), &hello());
            version.complete_version(&Scope::default(), &hello(), 1, Timestamp::default());
            assert_eq!(
                (status(&latest).as_str(), status(&version).as_str()),
                ("Off", published)
            );
            assert_eq!(latest.content_sha256(), version.content_sha256());
        }
    }
}
