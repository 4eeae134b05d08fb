//! The plain model: functions as values in memory, and what each operation makes of them.
//!
//! All that a store answers is computed here anew from the format's text: defaults, revision ids,
//! what counts as unchanged, the lines of the history.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use lambda_store::api::timestamp::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::configuration::{apply, is_refused};
use crate::operations::{Answer, Hash, Operation, Revision};
use crate::support::ROLE;

pub(crate) type Members = Map<String, Value>;

/// Bytes of a package, and their hash as Lambda writes it.
#[derive(Clone)]
pub(crate) struct Package {
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) sha256: String,
}

impl Package {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let sha256 = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&bytes));
        Self {
            bytes: bytes.into(),
            sha256,
        }
    }
}

impl PartialEq for Package {
    fn eq(&self, other: &Self) -> bool {
        self.sha256 == other.sha256
    }
}

impl std::fmt::Debug for Package {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} bytes, {}",
            self.bytes.len(),
            &self.sha256[..6]
        )
    }
}

/// A version as it stands under `versions/`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Version {
    pub(crate) config: Members,
    pub(crate) code: Package,
    /// The later of the two files' times, which a version placed by hand is answered with.
    pub(crate) files_modified: u64,
}

/// Whose time the package of `$LATEST` has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CodeTime {
    /// The tool's: that of the change that wrote it.
    Written(u64),
    /// The one it got when it was placed or touched by hand.
    ByHand,
    /// The tool's, and nobody knows it any more: whether it is old enough depends on the clock.
    Forgotten,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Function {
    /// `$LATEST/config.json`, member by member.
    pub(crate) config: Members,
    pub(crate) code: Package,
    pub(crate) code_time: CodeTime,
    pub(crate) versions: BTreeMap<u64, Version>,
    /// The aliases' files, member by member.
    pub(crate) aliases: BTreeMap<&'static str, Members>,
    /// `function.json`, where there is one.
    pub(crate) settings: Option<Value>,
    /// The lines of the history, without what is random or follows from the files' bytes.
    pub(crate) history: Vec<Value>,
    /// When `$LATEST`'s revision id last moved.
    moved: u64,
    /// What the last line knew of the configuration and the package.
    recorded: Option<(Members, Package)>,
    highest: u64,
    published: Option<(u64, String)>,
}

/// All functions of a store.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Model {
    pub(crate) functions: BTreeMap<&'static str, Function>,
}

/// What an operation finds outside of the store's documents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) clock: u64,
    /// The later of the times of the two files of `$LATEST`.
    pub(crate) files_modified: u64,
}

/// Members that a revision id does not cover.
const NOT_COVERED: [&str; 5] = [
    "RevisionId",
    "FunctionName",
    "FunctionArn",
    "AliasArn",
    "Version",
];

pub(crate) fn time_text(milliseconds: u64) -> String {
    Timestamp::from_milliseconds(milliseconds).to_string()
}

pub(crate) fn time_of(text: &str) -> u64 {
    Timestamp::parse(text).unwrap().milliseconds()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Canonical JSON, as the format has it.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let members: Vec<String> = names
                .iter()
                .map(|name| {
                    let value = canonical(&members[name.as_str()]);
                    format!("{}:{value}", Value::from(name.as_str()))
                })
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        scalar => scalar.to_string(),
    }
}

fn without(members: &Members, names: &[&str]) -> Members {
    let kept = members
        .iter()
        .filter(|(name, _)| !names.contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// A revision id: UUID version 8 of a time and the hash over time, place and document.
pub(crate) fn fingerprint(time: u64, place: &str, members: &Members) -> String {
    let covered = canonical(&Value::Object(without(members, &NOT_COVERED)));
    let hash = Sha256::digest(format!("{time}\n{place}\n{covered}"));
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&time.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&hash[..10]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex(&bytes);
    [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ]
    .join("-")
}

/// What counts as a change for the next publish.
fn content(members: &Members) -> String {
    let mut content = without(
        members,
        &[
            "Version",
            "LastModified",
            "RevisionId",
            "CodeSize",
            "State",
            "LastUpdateStatus",
            "FunctionName",
            "FunctionArn",
        ],
    );
    if let Some(snap_start) = content.get_mut("SnapStart") {
        snap_start
            .as_object_mut()
            .unwrap()
            .retain(|name, _| name != "OptimizationStatus");
    }
    let name = members.get("FunctionName").and_then(Value::as_str);
    for (member, default) in defaults(name.unwrap_or_default()) {
        if content.get(member) == Some(&default) {
            content.retain(|name, _| name != member);
        }
    }
    hex(&Sha256::digest(canonical(&Value::Object(content))))
}

fn defaults(function: &str) -> [(&'static str, Value); 9] {
    [
        ("Description", json!("")),
        ("Timeout", json!(3)),
        ("MemorySize", json!(128)),
        ("PackageType", json!("Zip")),
        ("TracingConfig", json!({"Mode": "PassThrough"})),
        ("Architectures", json!(["x86_64"])),
        ("EphemeralStorage", json!({"Size": 512})),
        ("SnapStart", json!({"ApplyOn": "None"})),
        (
            "LoggingConfig",
            json!({"LogFormat": "Text", "LogGroup": format!("/aws/lambda/{function}")}),
        ),
    ]
}

/// Fills in what a complete document has, and whose it is.
pub(crate) fn complete(
    members: &mut Members,
    function: &str,
    version: &str,
    arn_qualifier: Option<&str>,
) {
    for (name, value) in defaults(function) {
        members.entry(name).or_insert(value);
    }
    let snap_start = members["SnapStart"].as_object_mut().unwrap();
    snap_start
        .entry("OptimizationStatus")
        .or_insert(json!("Off"));
    let qualifier = arn_qualifier.map_or_else(String::new, |qualifier| format!(":{qualifier}"));
    let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:{function}{qualifier}");
    for (name, value) in [
        ("State", "Active"),
        ("LastUpdateStatus", "Successful"),
        ("FunctionName", function),
        ("FunctionArn", &arn),
        ("Version", version),
    ] {
        members.insert(name.to_owned(), json!(value));
    }
}

pub(crate) fn set_code(members: &mut Members, code: &Package) {
    members.insert("CodeSize".to_owned(), json!(code.bytes.len()));
    members.insert("CodeSha256".to_owned(), json!(code.sha256));
}

/// What a person writes who makes a function by hand.
pub(crate) fn short_config(description: &str) -> Members {
    let config = json!({
        "Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE, "Description": description,
    });
    config.as_object().unwrap().clone()
}

impl Function {
    /// A function placed by hand.
    pub(crate) fn by_hand(config: Members, code: Package) -> Self {
        Self {
            config,
            code,
            code_time: CodeTime::ByHand,
            versions: BTreeMap::new(),
            aliases: BTreeMap::new(),
            settings: None,
            history: Vec::new(),
            moved: 0,
            recorded: None,
            highest: 0,
            published: None,
        }
    }

    /// Forgets what only the history knew.
    pub(crate) fn forget_history(&mut self) {
        self.history.clear();
        self.moved = 0;
        self.recorded = None;
        if self.code_time != CodeTime::ByHand {
            self.code_time = CodeTime::Forgotten;
        }
    }

    /// `$LATEST` with the package that is really there.
    fn latest(&self) -> Members {
        let mut members = self.config.clone();
        set_code(&mut members, &self.code);
        members
    }

    pub(crate) fn revision_id(&self) -> String {
        fingerprint(self.moved, "$LATEST", &self.latest())
    }

    /// The answer to a question about `$LATEST`.
    pub(crate) fn latest_answer(&self, name: &str, files_modified: u64) -> Value {
        let mut answer = self.latest();
        answer.insert("RevisionId".to_owned(), json!(self.revision_id()));
        answer
            .entry("LastModified")
            .or_insert_with(|| json!(time_text(files_modified)));
        complete(&mut answer, name, "$LATEST", None);
        Value::Object(answer)
    }

    /// The answer to a question about a version.
    pub(crate) fn version_answer(&self, name: &str, number: u64) -> Option<Value> {
        let version = self.versions.get(&number)?;
        let mut answer = version.config.clone();
        let number = number.to_string();
        let id = fingerprint(0, &number, &answer);
        answer.entry("RevisionId").or_insert(json!(id));
        set_code(&mut answer, &version.code);
        answer
            .entry("LastModified")
            .or_insert_with(|| json!(time_text(version.files_modified)));
        complete(&mut answer, name, &number, Some(&number));
        Some(Value::Object(answer))
    }

    /// The highest number ever given out, as the next publish knows it.
    pub(crate) fn highest(&self) -> u64 {
        if self.history.is_empty() {
            self.versions.keys().max().copied().unwrap_or(0)
        } else {
            self.highest
        }
    }

    /// The number and the content of the last publish. Without a history that is the highest
    /// version, whose description is left out of the comparison.
    fn published(&self) -> Option<(u64, String)> {
        if !self.history.is_empty() {
            return self.published.clone();
        }
        let (number, version) = self.versions.last_key_value()?;
        let mut members = version.config.clone();
        set_code(&mut members, &version.code);
        let description = self.config.get("Description").cloned();
        members.insert(
            "Description".to_owned(),
            description.unwrap_or_else(|| json!("")),
        );
        Some((*number, content(&members)))
    }

    /// The version that a publish of this content repeats.
    fn repeated(&self, members: &Members) -> Option<u64> {
        let (number, seen) = self.published()?;
        let version = self.versions.get(&number)?;
        let mut made = version.config.clone();
        set_code(&mut made, &version.code);
        let content_now = content(members);
        (content_now == seen || content_now == content(&made)).then_some(number)
    }

    /// What the next publish does, and why.
    pub(crate) fn status(&self) -> Value {
        let latest = self.latest();
        let (action, version, reason) = match (self.repeated(&latest), self.published()) {
            (Some(number), _) => ("Return", number, "Unchanged"),
            (None, None) => ("Make", self.next_number(), "NeverPublished"),
            (None, Some((number, _))) if self.versions.contains_key(&number) => {
                ("Make", self.next_number(), "Changed")
            }
            (None, Some(_)) => ("Make", self.next_number(), "Deleted"),
        };
        json!({
            "Action": action,
            "Version": version,
            "Reason": reason,
            "FoundEdited": self.found_edited(),
            "CodeSha256": self.code.sha256,
            "RevisionId": self.revision_id(),
        })
    }

    fn next_number(&self) -> u64 {
        let mut number = self.highest() + 1;
        while self.versions.contains_key(&number) {
            number += 1;
        }
        number
    }

    /// The time of a change: strictly after the last one, whatever the clock says.
    pub(crate) fn next_time(&self, clock: u64) -> u64 {
        let last = self.history.last();
        last.map_or(clock, |line| {
            clock.max(time_of(line["Time"].as_str().unwrap()) + 1)
        })
    }

    /// When `$LATEST` is last modified by a change: strictly after the last time.
    pub(crate) fn next_last_modified(&self, time: u64, now: Now) -> u64 {
        let stated = self.config.get("LastModified");
        let last = stated.map_or(now.files_modified, |stated| {
            time_of(stated.as_str().unwrap())
        });
        time.max(last + 1)
    }

    pub(crate) fn found_edited(&self) -> Vec<&'static str> {
        let Some((config, code)) = &self.recorded else {
            return Vec::new();
        };
        let covered = |members: &Members| {
            let also = ["CodeSha256", "CodeSize"];
            without(&without(members, &NOT_COVERED), &also)
        };
        let edited = [
            ("code.zip", *code != self.code),
            ("config.json", covered(config) != covered(&self.config)),
        ];
        edited
            .iter()
            .filter(|(_, is_edited)| *is_edited)
            .map(|(name, _)| *name)
            .collect()
    }

    /// Makes a version of a configuration and notes that it was published of `seen`.
    fn add_version(&mut self, name: &str, number: u64, time: u64, seen: &Members, config: Members) {
        let mut config = config;
        let text = number.to_string();
        complete(&mut config, name, &text, Some(&text));
        if config["SnapStart"]["ApplyOn"] == "PublishedVersions" {
            config["SnapStart"]["OptimizationStatus"] = json!("On");
        }
        let id = fingerprint(time, &text, &config);
        config.insert("RevisionId".to_owned(), json!(id));
        let version = Version {
            config,
            code: self.code.clone(),
            files_modified: 0,
        };
        self.versions.insert(number, version);
        self.highest = number;
        self.published = Some((number, content(seen)));
    }

    /// Ends a change: `$LATEST`'s id moves, and a line tells what was done.
    fn end_change(&mut self, operation: &str, time: u64, made: Option<u64>, found_edited: &[&str]) {
        let made = made.map(|number| {
            (
                "Made",
                json!([{"Version": number, "Published": time_text(time)}]),
            )
        });
        self.end_change_telling(operation, time, made, found_edited);
    }

    /// Ends a change whose line tells one thing more.
    pub(crate) fn end_change_telling(
        &mut self,
        operation: &str,
        time: u64,
        told: Option<(&str, Value)>,
        found_edited: &[&str],
    ) {
        self.moved = time;
        let mut line = json!({"Format": 1, "Time": time_text(time), "Operation": operation});
        if let Some((member, value)) = told {
            line[member] = value;
        }
        if !found_edited.is_empty() {
            line["FoundEdited"] = json!(found_edited);
        }
        let latest = self.know_latest();
        self.push_line(line, latest);
    }

    /// Ends a change that does not look at `$LATEST`: what was known of it stays known.
    pub(crate) fn end_change_beside_latest(&mut self, line: Value) {
        let known = self.history.last().map(|line| line["Latest"].clone());
        let latest = known.unwrap_or_else(|| self.know_latest());
        self.push_line(line, latest);
    }

    /// Raises the highest number to one that a change meets.
    pub(crate) fn raise_highest(&mut self, number: u64) {
        self.highest = self.highest.max(number);
    }

    /// Records `$LATEST` as it is.
    fn know_latest(&mut self) -> Value {
        self.recorded = Some((self.config.clone(), self.code.clone()));
        json!({
            "RevisionId": self.revision_id(),
            "CodeSha256": self.code.sha256,
            "CodeSize": self.code.bytes.len(),
        })
    }

    fn push_line(&mut self, mut line: Value, latest: Value) {
        line["HighestVersion"] = json!(self.highest);
        if let Some((number, content)) = &self.published {
            line["LastPublished"] = json!({"Version": number, "ContentSha256": content});
        }
        line["Latest"] = latest;
        self.history.push(line);
    }

    /// Takes over the facts that the directories show, once, as a change without a history does.
    pub(crate) fn settle_facts(&mut self) {
        (self.highest, self.published) = (self.highest(), self.published());
    }
}

impl Model {
    /// Performs an operation; an error is told by its code, and changes nothing.
    pub(crate) fn perform(
        &mut self,
        operation: &Operation,
        now: Now,
    ) -> Result<Answer, &'static str> {
        match operation {
            Operation::Create { .. } => self.create(operation, now),
            Operation::Configure { .. } => self.configure(operation, now),
            Operation::Update { .. } => self.update(operation, now),
            Operation::Publish { .. } => self.publish(operation, now),
            Operation::Restore { .. } => self.restore(operation, now),
            Operation::Prune { .. } => self.prune(operation, now),
            Operation::Alias(operation) => self.change_alias(operation, now),
        }
    }

    fn create(&mut self, operation: &Operation, now: Now) -> Result<Answer, &'static str> {
        let Operation::Create {
            function: name,
            code,
            publish,
            given,
            tags,
        } = operation
        else {
            unreachable!()
        };
        if is_refused(given) {
            return Err("InvalidParameterValueException");
        }
        if self.functions.contains_key(name) {
            return Err("ResourceConflictException");
        }
        let time = now.clock;
        let mut config = short_config("made");
        apply(&mut config, name, given);
        config.insert("LastModified".to_owned(), json!(time_text(time)));
        set_code(&mut config, code);
        complete(&mut config, name, "$LATEST", None);
        let mut function = Function::by_hand(config.clone(), code.clone());
        function.code_time = CodeTime::Written(time);
        if !tags.is_empty() {
            let tags: Members = tags
                .iter()
                .map(|(key, value)| ((*key).to_owned(), json!(value)))
                .collect();
            function.settings = Some(json!({"Format": 1, "Tags": tags}));
        }
        if *publish {
            function.add_version(name, 1, time, &config, config.clone());
        }
        function.end_change("CreateFunction", time, publish.then_some(1), &[]);
        let configuration = if *publish {
            // AWS answers with version 1 under the function's own ARN.
            let mut answer = function.version_answer(name, 1).unwrap();
            answer["FunctionArn"] = function.config["FunctionArn"].clone();
            answer
        } else {
            function.latest_answer(name, 0)
        };
        self.functions.insert(name, function);
        Ok(Answer::new(configuration))
    }

    fn update(&mut self, operation: &Operation, now: Now) -> Result<Answer, &'static str> {
        let Operation::Update {
            function: name,
            code,
            architecture,
            publish,
            dry_run,
            revision,
        } = operation
        else {
            unreachable!()
        };
        let function = self.function(name)?;
        check_revision(function, *revision)?;
        if *dry_run {
            let mut answer = function.latest_answer(name, now.files_modified);
            set_code(answer.as_object_mut().unwrap(), code);
            if let Some(architecture) = architecture {
                answer["Architectures"] = json!([architecture]);
            }
            return Ok(Answer::new(answer));
        }
        let time = function.next_time(now.clock);
        let found_edited = function.found_edited();
        function.settle_facts();
        let last_modified = function.next_last_modified(time, now);
        function.code = code.clone();
        function.code_time = CodeTime::Written(time);
        let mut config = function.latest();
        if let Some(architecture) = architecture {
            config.insert("Architectures".to_owned(), json!([architecture]));
        }
        config.insert("LastModified".to_owned(), json!(time_text(last_modified)));
        complete(&mut config, name, "$LATEST", None);
        let mut made = None;
        let mut repeated = None;
        if *publish {
            repeated = function.repeated(&config);
            if repeated.is_none() {
                let number = function.next_number();
                function.add_version(name, number, time, &config, config.clone());
                made = Some(number);
            }
        }
        function.config = config;
        function.end_change("UpdateFunctionCode", time, made, &found_edited);
        Ok(Answer::new(match made.or(repeated) {
            Some(number) => function.version_answer(name, number).unwrap(),
            None => function.latest_answer(name, 0),
        }))
    }

    fn configure(&mut self, operation: &Operation, now: Now) -> Result<Answer, &'static str> {
        let Operation::Configure {
            function: name,
            given,
            revision,
        } = operation
        else {
            unreachable!()
        };
        if is_refused(given) {
            return Err("InvalidParameterValueException");
        }
        let function = self.function(name)?;
        check_revision(function, *revision)?;
        let time = function.next_time(now.clock);
        let found_edited = function.found_edited();
        function.settle_facts();
        let last_modified = function.next_last_modified(time, now);
        let mut config = function.latest();
        apply(&mut config, name, given);
        config.insert("LastModified".to_owned(), json!(time_text(last_modified)));
        complete(&mut config, name, "$LATEST", None);
        function.config = config;
        function.end_change("UpdateFunctionConfiguration", time, None, &found_edited);
        Ok(Answer::new(function.latest_answer(name, 0)))
    }

    fn publish(&mut self, operation: &Operation, now: Now) -> Result<Answer, &'static str> {
        let Operation::Publish {
            function: name,
            description,
            hash,
            revision,
        } = operation
        else {
            unreachable!()
        };
        let function = self.function(name)?;
        check_revision(function, *revision)?;
        if *hash == Hash::Wrong {
            return Err("InvalidParameterValueException");
        }
        let latest = function.latest();
        if let Some(number) = function.repeated(&latest) {
            let mut answer = Answer::new(function.version_answer(name, number).unwrap());
            answer.unchanged_since = Some(number);
            return Ok(answer);
        }
        let time = function.next_time(now.clock);
        let found_edited = function.found_edited();
        function.settle_facts();
        let number = function.next_number();
        let mut config = latest.clone();
        config
            .entry("LastModified")
            .or_insert_with(|| json!(time_text(now.files_modified)));
        if let Some(description) = description {
            config.insert("Description".to_owned(), json!(description));
        }
        function.add_version(name, number, time, &latest, config);
        function.end_change("PublishVersion", time, Some(number), &found_edited);
        Ok(Answer::new(function.version_answer(name, number).unwrap()))
    }

    pub(crate) fn function(&mut self, name: &str) -> Result<&mut Function, &'static str> {
        self.functions
            .get_mut(name)
            .ok_or("ResourceNotFoundException")
    }
}

pub(crate) fn check_revision(function: &Function, revision: Revision) -> Result<(), &'static str> {
    match revision {
        Revision::Any | Revision::Present => Ok(()),
        Revision::Former if function.former_revision_id() == function.revision_id() => Ok(()),
        Revision::Former => Err("PreconditionFailedException"),
    }
}

impl Function {
    /// A revision id that `$LATEST` had once, and has no more after any change or edit.
    pub(crate) fn former_revision_id(&self) -> String {
        let former = self.history.iter().rev().nth(1);
        former.map_or_else(
            || "00000000-0000-8000-8000-000000000000".to_owned(),
            |line| line["Latest"]["RevisionId"].as_str().unwrap().to_owned(),
        )
    }
}
