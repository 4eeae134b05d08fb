//! One of those who write and read: what it asks for at random, and what it notes of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize as _;
use serde_json::{Map, Value};

use crate::chance::Chance;
use crate::checker::{EDITED, alias_state, latest_state};
use crate::doors::{Answer, Doors, Kill, Package, Question, Refusal};
use crate::log::{
    Action, Attempt, Effect, Kind, Listing, Log, Outcome, Pointing, Seen, Sight, Span, Subject,
};
use crate::support::{ROLE, TestStore, code_sha256, sha256_hex, zip_of};

/// The function that nothing special happens to.
pub(crate) const PLAIN: &str = "plain";

/// The function that is deleted and made again.
pub(crate) const PHOENIX: &str = "phoenix";

const ALIASES: [&str; 2] = ["live", "next"];

/// Longer than a command runs, most times.
const LONGEST_RUN: u64 = 40_000;

/// So large that it is copied piece by piece.
const CONTENT: usize = 150_000;

/// What all share.
pub(crate) struct Storm<'a> {
    pub(crate) store: &'a TestStore,
    pub(crate) doors: Doors<'a>,
    pub(crate) log: Log,
    pub(crate) end: Instant,
    /// The highest version of each function that was reported last.
    pub(crate) highest: BTreeMap<&'static str, AtomicU64>,
    /// How many commands were killed before their end.
    pub(crate) killed: AtomicU64,
    /// How often each thing was answered, or refused with an error.
    pub(crate) answered: std::sync::Mutex<BTreeMap<String, u64>>,
}

/// One of those who write and read.
pub(crate) struct Worker<'a> {
    pub(crate) storm: &'a Storm<'a>,
    pub(crate) chance: Chance,
    /// Whether some of its commands are killed.
    is_killed: bool,
    name: String,
    asked: u64,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(storm: &'a Storm<'a>, name: &str, seed: u64) -> Self {
        Self {
            storm,
            chance: Chance::new(seed),
            is_killed: true,
            name: name.to_owned(),
            asked: 0,
        }
    }

    /// Makes one whose commands all run to their end.
    pub(crate) fn unharmed(storm: &'a Storm<'a>, name: &str, seed: u64) -> Self {
        Self {
            is_killed: false,
            ..Self::new(storm, name, seed)
        }
    }

    /// Writes and reads until the storm is over.
    pub(crate) fn work(&mut self, functions: &[&'static str]) {
        while self.is_on() {
            let function = self.chance.of(functions);
            self.act(function);
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        Instant::now() < self.storm.end
    }

    /// Does something with a function.
    pub(crate) fn act(&mut self, function: &'static str) {
        match self.chance.below(40) {
            0..7 => self.update_code(function),
            7..10 => self.configure(function),
            10..14 => self.publish(function),
            14..17 => self.create_alias(function),
            17..20 => self.update_alias(function),
            20 => self.delete_alias(function),
            21 => self.rollback(function),
            22 => self.restore(function),
            23 => self.delete_version(function),
            24..26 => self.prune(function),
            26 if function == PHOENIX => self.create(function),
            26..29 => drop(self.read_latest(function)),
            29..33 => self.read_version(function),
            33..36 => drop(self.read_alias(function)),
            36..39 => self.list_versions(function),
            _ => self.list_aliases(function),
        }
    }

    pub(crate) fn create(&mut self, function: &'static str) {
        let package = self.package();
        let code = package.code.clone();
        let question = Question::create(function, &package, ROLE);
        self.change(function, Action::Create { code }, &question, None);
    }

    fn update_code(&mut self, function: &'static str) {
        let condition = self.condition(function);
        let package = self.package();
        let publish = self.chance.once_in(2);
        let question =
            Question::update_code(function, &package, publish).on_condition(condition.as_ref());
        let action = Action::UpdateCode { code: package.code };
        self.change(function, action, &question, condition);
    }

    pub(crate) fn configure(&mut self, function: &'static str) {
        let condition = self.condition(function);
        let question = Question::configure(function, &self.mark()).on_condition(condition.as_ref());
        self.change(function, Action::Configure, &question, condition);
    }

    fn publish(&mut self, function: &'static str) {
        let condition = self.condition(function);
        let question = Question::publish(function, &self.mark()).on_condition(condition.as_ref());
        self.change(function, Action::Publish, &question, condition);
    }

    fn create_alias(&mut self, function: &'static str) {
        let (name, version, mark) = (
            self.chance.of(&ALIASES),
            self.version(function),
            self.mark(),
        );
        let question = Question::create_alias(function, name, &version.to_string(), &mark);
        let action = pointing("CreateAlias", name, Some(mark));
        let (span, answer) = self.change(function, action, &question, None);
        self.note_missing(function, span, version, &answer);
    }

    fn update_alias(&mut self, function: &'static str) {
        let condition = self.chance.once_in(2);
        let read = if condition {
            self.read_alias(function)
        } else {
            None
        };
        let (name, condition) = match read {
            Some((name, id)) => (name, Some(id)),
            None => (self.chance.of(&ALIASES), None),
        };
        let (version, mark) = (self.version(function).to_string(), self.mark());
        let question = Question::update_alias(function, name, &version, &mark)
            .on_condition(condition.as_ref());
        let action = pointing("UpdateAlias", name, Some(mark));
        self.change(function, action, &question, condition);
    }

    fn delete_alias(&mut self, function: &'static str) {
        let name = self.chance.of(&ALIASES);
        let question = Question::delete_alias(function, name);
        self.change(function, Action::DeleteAlias { name }, &question, None);
    }

    fn rollback(&mut self, function: &'static str) {
        let name = self.chance.of(&ALIASES);
        let question = Question::command(&["rollback", function, "--alias", name]);
        self.change(function, pointing("Rollback", name, None), &question, None);
    }

    fn restore(&mut self, function: &'static str) {
        let version = self.version(function);
        let question = Question::command(&["restore", function, &version.to_string()]);
        let (span, answer) = self.change(function, Action::Restore, &question, None);
        self.note_missing(function, span, version, &answer);
    }

    fn delete_version(&mut self, function: &'static str) {
        let number = self.version(function);
        let question = Question::delete_version(function, number);
        self.change(function, Action::DeleteVersion { number }, &question, None);
    }

    fn prune(&mut self, function: &'static str) {
        let rule = ["--keep-last", "5", "--apply", "--output", "json"];
        let question = Question::command(&[&["prune", function], &rule[..]].concat());
        self.change(function, Action::Prune, &question, None);
    }

    /// Reads `$LATEST`, and returns its revision id.
    fn read_latest(&mut self, function: &'static str) -> Option<String> {
        let (span, answer) = self.read(&Question::get(function));
        let document = self.found(function, span, Subject::Latest, answer)?;
        self.see(
            function,
            span,
            Subject::Latest,
            Seen::Is(latest_state(&document)),
        );
        Some(text_of(&document["RevisionId"]))
    }

    fn read_version(&mut self, function: &'static str) {
        let number = self.version(function);
        let (span, answer) = self.read(&Question::get_version(function, number));
        let subject = Subject::Version(number);
        if let Some(document) = self.found(function, span, subject.clone(), answer) {
            assert_eq!(document["Version"], number.to_string());
            self.see(function, span, subject, Seen::Is(file_hash(&document)));
        }
    }

    /// Reads an alias, and returns its name and its revision id.
    fn read_alias(&mut self, function: &'static str) -> Option<(&'static str, String)> {
        let name = self.chance.of(&ALIASES);
        let (span, answer) = self.read(&Question::get_alias(function, name));
        let subject = Subject::Alias(name.to_owned());
        let document = self.found(function, span, subject.clone(), answer)?;
        let state = alias_state(&document["RevisionId"], &document);
        self.see(function, span, subject, Seen::Is(state));
        Some((name, text_of(&document["RevisionId"])))
    }

    pub(crate) fn list_versions(&mut self, function: &'static str) {
        let question = Question::list_versions(function);
        self.list(function, &question, Kind::Versions, |item| {
            match text_of(&item["Version"]).as_str() {
                "$LATEST" => (Subject::Latest, latest_state(item)),
                number => {
                    let subject = Subject::Version(number.parse().unwrap());
                    (subject, file_hash(&with_states(item)))
                }
            }
        });
    }

    pub(crate) fn list_aliases(&mut self, function: &'static str) {
        let question = Question::list_aliases(function);
        self.list(function, &question, Kind::Aliases, |item| {
            let subject = Subject::Alias(text_of(&item["Name"]));
            (subject, alias_state(&item["RevisionId"], item))
        });
    }

    /// Reads a list, which is in order and has nothing twice.
    fn list(
        &mut self,
        function: &'static str,
        question: &Question,
        kind: Kind,
        parsed: impl Fn(&Value) -> (Subject, String),
    ) {
        let (span, answer) = self.read(question);
        let member = match kind {
            Kind::Versions => "Versions",
            Kind::Aliases => "Aliases",
        };
        let Some(list) = self.found(function, span, Subject::Latest, answer) else {
            return;
        };
        assert_eq!(list.get("NextMarker"), None, "more than a page");
        let items = list[member].as_array().unwrap();
        let items: Vec<(Subject, String)> = items.iter().map(parsed).collect();
        assert!(items.is_sorted_by(|a, b| a.0 < b.0), "{list}");
        let found = items.into_iter().collect();
        self.storm.log.write(|records| {
            records.listings.push(Listing {
                function,
                span,
                kind,
                found,
            });
        });
    }

    /// Returns what was found; where nothing was, that is noted.
    fn found(
        &self,
        function: &'static str,
        span: Span,
        subject: Subject,
        answer: Answer,
    ) -> Option<Value> {
        match answer {
            Answer::Done(document) => return Some(document),
            Answer::Refused(refusal) if refusal.code == "ResourceNotFoundException" => {
                self.see(function, span, subject, Seen::Nothing);
            }
            Answer::Refused(refusal) => {
                assert_eq!(refusal.code, "TooManyRequestsException", "{refusal:?}");
            }
            Answer::Unknown => {}
        }
        None
    }

    /// Notes that a version was not there, which goes with its function.
    fn note_missing(&self, function: &'static str, span: Span, version: u64, answer: &Answer) {
        if let Answer::Refused(refusal) = answer
            && refusal.code == "ResourceNotFoundException"
        {
            self.see(function, span, Subject::Version(version), Seen::Nothing);
        }
    }

    fn see(&self, function: &'static str, span: Span, subject: Subject, seen: Seen) {
        let sight = Sight {
            function,
            span,
            subject,
            seen,
        };
        self.storm.log.write(|records| records.sights.push(sight));
    }

    /// Asks for a reading, and returns how long it went on.
    fn read(&mut self, question: &Question) -> (Span, Answer) {
        let begun = self.storm.log.begin();
        let (_, answer) = self.ask(question, None);
        (self.storm.log.since(begun), answer)
    }

    /// Attempts a change, and notes it.
    fn change(
        &mut self,
        function: &'static str,
        action: Action,
        question: &Question,
        condition: Option<String>,
    ) -> (Span, Answer) {
        let kill = self.kill(function);
        let begun = self.storm.log.begin();
        let (by, answer) = self.ask(question, kill);
        let clock = begun.clock();
        let span = self.storm.log.since(begun);
        let outcome = match &answer {
            Answer::Done(document) => Outcome::Done(effect_of(&action, document)),
            Answer::Refused(refusal) => {
                if !is_disturbed(function, refusal)
                    && let Some((subject, seen)) = reason(&action, refusal, condition.as_ref())
                {
                    self.see(function, span, subject, seen);
                }
                Outcome::Refused
            }
            Answer::Unknown => Outcome::Unknown,
        };
        if let Outcome::Done(Effect::Version { number, .. }) = &outcome {
            self.storm.highest[function].store(*number, Ordering::Relaxed);
        }
        let attempt = Attempt {
            function,
            by,
            span,
            clock,
            action,
            condition,
            outcome,
        };
        self.storm
            .log
            .write(|records| records.attempts.push(attempt));
        (span, answer)
    }

    /// Returns whether and when a command that changes a function is killed.
    pub(crate) fn kill(&mut self, function: &'static str) -> Option<Kill> {
        match self.chance.below(10) {
            _ if !self.is_killed => None,
            0 => {
                let time = Duration::from_micros(self.chance.below(LONGEST_RUN));
                Some(Kill::After(time))
            }
            1 => Some(Kill::AtChangeOf(function)),
            _ => None,
        }
    }

    /// Asks at one of the doors, a command to be killed like that, and returns as which user.
    pub(crate) fn ask(&mut self, question: &Question, kill: Option<Kill>) -> (String, Answer) {
        self.asked += 1;
        let request = question.request.as_ref();
        let (by, answer) = if let Some(request) = request.filter(|_| self.chance.once_in(2)) {
            let serving = self.storm.doors.serving();
            (serving.user.clone(), serving.send(request))
        } else {
            let user = self.mark();
            let answer = self.storm.doors.run(&question.arguments, &user, kill);
            if matches!(answer, Answer::Unknown) {
                self.storm.killed.fetch_add(1, Ordering::Relaxed);
            }
            (user, answer)
        };
        let what = match &answer {
            Answer::Done(_) => "done".to_owned(),
            Answer::Refused(refusal) => refusal.code.clone(),
            Answer::Unknown => "unknown".to_owned(),
        };
        let key = format!("{} {what}", question.arguments[0]);
        *self.storm.answered.lock().unwrap().entry(key).or_default() += 1;
        (by, answer)
    }

    /// Reads the revision id of `$LATEST`, sometimes, to make a change conditional on it.
    fn condition(&mut self, function: &'static str) -> Option<String> {
        let wanted = self.chance.once_in(4);
        wanted.then(|| self.read_latest(function)).flatten()
    }

    /// Returns the number of one of the last versions.
    fn version(&mut self, function: &'static str) -> u64 {
        let highest = self.storm.highest[function].load(Ordering::Relaxed);
        (highest + 1).saturating_sub(self.chance.below(8)).max(1)
    }

    /// Returns what nobody else writes, nor this one a second time.
    pub(crate) fn mark(&self) -> String {
        format!("{}-{}", self.name, self.asked)
    }

    /// Returns another mark than before.
    pub(crate) fn next_mark(&mut self) -> String {
        self.asked += 1;
        self.mark()
    }

    /// Makes a package that nobody else makes; they are all of one size.
    pub(crate) fn package(&mut self) -> Package {
        let bytes = package_of(&self.next_mark());
        let path: PathBuf = self.storm.store.beside(&format!("{}.zip", self.name));
        std::fs::write(&path, &bytes).unwrap();
        Package {
            path,
            code: code_sha256(&bytes),
            bytes,
        }
    }
}

/// Makes a package of a mark, repeated.
pub(crate) fn package_of(mark: &str) -> Vec<u8> {
    let line = format!("# {mark:>30}\n");
    let content = line.repeat(CONTENT / line.len());
    zip_of(&[("app.py", content.as_bytes())])
}

fn pointing(operation: &'static str, name: &'static str, description: Option<String>) -> Action {
    Action::SetAlias(Pointing {
        operation,
        name,
        description,
    })
}

/// Returns what a change reports.
fn effect_of(action: &Action, document: &Value) -> Effect {
    let id = || text_of(&document["RevisionId"]);
    match action {
        Action::SetAlias(_) => Effect::Alias(id()),
        Action::DeleteAlias { .. } => Effect::AliasGone,
        Action::DeleteVersion { number } => Effect::Removed(vec![*number]),
        Action::Prune => {
            let versions = document["Versions"].as_array().unwrap().iter();
            let removed = versions.filter(|version| version["Action"] == "Remove");
            let numbers = removed.map(|version| text_of(&version["Version"]).parse().unwrap());
            Effect::Removed(numbers.collect())
        }
        _ if document["Version"] == "$LATEST" => Effect::Latest(id()),
        _ => Effect::Version {
            number: text_of(&document["Version"]).parse().unwrap(),
            config: file_hash(document),
        },
    }
}

/// Returns whether a change gave way to an edit by hand.
fn is_disturbed(function: &str, refusal: &Refusal) -> bool {
    EDITED.contains(&function)
        && refusal.code == "ServiceException"
        && refusal
            .message
            .contains("was edited while the change was under way")
}

/// Returns what must have been so for a change to be refused with this error, if that is known.
fn reason(
    action: &Action,
    refusal: &Refusal,
    condition: Option<&String>,
) -> Option<(Subject, Seen)> {
    match (refusal.code.as_str(), action) {
        // Of a change to an alias it may be the function, the version or the alias.
        ("TooManyRequestsException", _)
        | ("ResourceNotFoundException", Action::SetAlias(_) | Action::Restore) => None,
        ("PreconditionFailedException", _) => {
            let subject = match action {
                Action::SetAlias(pointing) => Subject::Alias(pointing.name.to_owned()),
                _ => Subject::Latest,
            };
            let condition = condition.unwrap_or_else(|| panic!("there was none: {action:?}"));
            Some((subject, Seen::NotBeginning(condition.clone())))
        }
        ("ResourceConflictException", Action::Create { .. }) => {
            Some((Subject::Latest, Seen::Something))
        }
        ("ResourceConflictException", Action::SetAlias(pointing))
            if pointing.operation == "CreateAlias" =>
        {
            Some((Subject::Alias(pointing.name.to_owned()), Seen::Something))
        }
        ("ResourceConflictException", Action::DeleteVersion { number }) => {
            Some((Subject::Version(*number), Seen::Something))
        }
        ("ResourceNotFoundException", _) if !matches!(action, Action::Create { .. }) => {
            Some((Subject::Latest, Seen::Nothing))
        }
        _ => panic!("{action:?}: {refusal:?}"),
    }
}

/// Returns the hash of a version's file, which has the document as the command prints it.
fn file_hash(document: &Value) -> String {
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    document.serialize(&mut serializer).unwrap();
    text.push(b'\n');
    sha256_hex(&text)
}

/// Adds the members that a list leaves out.
fn with_states(item: &Value) -> Value {
    let mut document = Map::new();
    for (name, value) in item.as_object().unwrap() {
        let mut value = value.clone();
        if name == "SnapStart" {
            value["OptimizationStatus"] = "Off".into();
        }
        document.insert(name.clone(), value);
        if name == "RevisionId" {
            document.insert("State".to_owned(), "Active".into());
            document.insert("LastUpdateStatus".to_owned(), "Successful".into());
        }
    }
    document.into()
}

fn text_of(value: &Value) -> String {
    let text = value.as_str();
    text.unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}
