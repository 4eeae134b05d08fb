//! What the files of a function come to when they are held against one another and its history.

use std::collections::BTreeMap;

use super::examine::{AliasSaid, LatestFiles, Looked, RecordedId, VersionFiles};
use super::fault::Fault;
use super::lines::Lines;
use super::subject::{Documents, ExaminedVersion, Part, Subject};
use crate::api::code_sha256::CodeIdentity;
use crate::api::configuration::FunctionConfiguration;
use crate::api::finding::{Finding, FindingName};
use crate::api::revision_id::RevisionId;
use crate::api::timestamp::Timestamp;
use crate::store::durable::Stamp;
use crate::store::layout::{CODE_ZIP, CONFIG_JSON, HISTORY, STAGING, VERSIONS};

/// Everything that was read of a function.
#[derive(Default)]
pub(super) struct Facts {
    history: Option<Result<Lines, Fault>>,
    documents: Documents,
    latest: Option<LatestFiles>,
    pub(super) versions: BTreeMap<u64, ExaminedVersion>,
}

/// A finding that is not told yet: first the file is looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Suspicion {
    pub(super) finding: Finding,
    /// The file's stamp; `None` where nothing stands there.
    stamp: Option<Stamp>,
}

impl Suspicion {
    /// Returns whether a later one is of the same. A history grows with each change; its lines stay.
    pub(super) fn is_seen_again(&self, later: &Self) -> bool {
        let file = |of: &Self| of.stamp.map(|stamp| stamp.identity);
        let is_same_file = match self.finding.line {
            Some(_) => file(self) == file(later),
            None => self.stamp == later.stamp,
        };
        self.finding == later.finding && is_same_file
    }
}

/// What is said of a function.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    pub(super) suspicions: Vec<Suspicion>,
    /// What is no damage.
    pub(super) notes: Vec<Finding>,
}

impl Facts {
    /// Adds what a piece of the work came to.
    pub(super) fn add(&mut self, part: Part) {
        match part {
            Part::History(history) => self.history = Some(*history),
            Part::Documents(documents) => self.documents = documents,
            Part::Latest(latest) => self.latest = Some(latest),
            Part::Version(number, version) => {
                self.versions.insert(number, version);
            }
        }
    }

    /// Returns every package that was hashed: path, stamp and identity.
    pub(super) fn packages(&self) -> impl Iterator<Item = (String, Stamp, &CodeIdentity)> {
        let latest = self.latest.iter();
        let latest = latest.map(|latest| (latest.package_path.clone(), &latest.package));
        let versions = self.versions.values().filter_map(|version| {
            let files = version.files.as_ref().ok()?.as_ref()?;
            Some((format!("{}/{CODE_ZIP}", version.path), &files.package))
        });
        latest.chain(versions).filter_map(|(path, package)| {
            let identity = package.found.as_ref().ok()?;
            Some((path, package.stamp?, identity))
        })
    }
}

/// Judges a function, in the order of its paths.
pub(super) fn judge(subject: &Subject, facts: &Facts) -> Judgement {
    let nothing = Lines::new();
    let lines = match &facts.history {
        Some(Ok(lines)) => lines,
        _ => &nothing,
    };
    let mut judge = Judge {
        subject,
        lines,
        judgement: Judgement::default(),
        later: Vec::new(),
    };
    judge.directories();
    if let Some(latest) = &facts.latest {
        judge.latest(latest);
    }
    for (path, looked) in &facts.documents.plain {
        judge.file(path, looked);
    }
    for (path, looked) in &facts.documents.aliases {
        judge.alias(path, looked, facts);
    }
    if subject.has_listed_versions() {
        judge.versions(facts);
    }
    judge.history(facts.history.as_ref());
    let mut judgement = judge.judgement;
    judgement
        .suspicions
        .sort_by(|a, b| order(&a.finding).cmp(&order(&b.finding)));
    judgement.notes.sort_by(|a, b| order(a).cmp(&order(b)));
    judgement
}

/// Returns what findings of a function are sorted by: the path, versions by their numbers.
fn order(finding: &Finding) -> (&str, u64) {
    let (_, part) = finding.path.split_once('/').unwrap_or_default();
    match part.strip_prefix("versions/") {
        Some(version) => {
            let number = version.split('/').next().unwrap_or_default();
            (VERSIONS, number.parse().unwrap_or_default())
        }
        None => (part, 0),
    }
}

struct Judge<'a> {
    subject: &'a Subject,
    lines: &'a Lines,
    judgement: Judgement,
    /// What was made later than the last line: path and time.
    later: Vec<(String, Timestamp)>,
}

impl Judge<'_> {
    fn directories(&mut self) {
        for (path, fault) in &self.subject.faults {
            self.fault(path, None, fault);
        }
        for mark in &self.subject.marks {
            let path = self.subject.path(&format!("{STAGING}/{}", mark.change()));
            let problem = "a command is changing the function, or died while it did";
            self.tell(&path, None, FindingName::ChangeUnfinished, problem);
        }
    }

    fn history(&mut self, history: Option<&Result<Lines, Fault>>) {
        let path = self.subject.path(HISTORY);
        let stamp = self.subject.state.history;
        if let Some(Err(fault)) = history {
            self.fault(&path, stamp, fault);
        }
        for fault in &self.lines.faults {
            let finding = Finding {
                line: Some(fault.line),
                ..self.finding(&path, fault.name, fault.problem.clone())
            };
            let suspicion = Suspicion { finding, stamp };
            self.judgement.suspicions.push(suspicion);
        }
        if let Some(last) = &self.lines.last
            && let Some((first, time)) = self.later.first()
            && self.lines.is_certain()
        {
            let others = match self.later.len() - 1 {
                0 => String::new(),
                count => format!(" (and {count} more)"),
            };
            let problem = format!(
                "the last line is of {}, and a change at {time} that no line tells of made {first}{others}",
                last.time
            );
            self.tell_of_history(FindingName::HistoryCutShort, problem);
        }
    }

    fn latest(&mut self, latest: &LatestFiles) {
        self.file(&latest.config_path, &latest.config);
        self.file(&latest.package_path, &latest.package);
        let (Ok(said), Ok(code)) = (&latest.config.found, &latest.package.found) else {
            return;
        };
        self.place(&latest.config_path, &said.misplaced);
        let Some(last) = &self.lines.last else { return };
        let fact = &last.latest;
        let stamp = latest.package.stamp;
        if stamp.is_some_and(|stamp| fact.is_believed(stamp)) && fact.code_sha256 != code.sha256 {
            let problem = format!(
                "it has the size and times that the history knows, and not the hash: that was {}, and is {}",
                fact.code_sha256, code.sha256
            );
            self.tell(
                &latest.package_path,
                stamp,
                FindingName::CodeDiffers,
                problem,
            );
        }
        let mut configuration = said.configuration.clone();
        configuration.set_code(code);
        if let Some(problem) = fact.refutation(&configuration) {
            self.tell_of_history(FindingName::LatestIdDiffers, problem);
        }
        self.last_published(&configuration, &fact.revision_id);
    }

    /// While `$LATEST` is as the last publish left it, its content is what that publish saw.
    fn last_published(&mut self, configuration: &FunctionConfiguration, recorded: &RevisionId) {
        let Some(publisher) = &self.lines.publisher else {
            return;
        };
        if publisher.is_refuted_by(recorded, configuration) {
            let problem = "$LATEST is as the last publish left it, and has another ContentSha256 than \
                           LastPublished";
            self.tell_of_history(FindingName::LastPublishedDiffers, problem.to_owned());
        }
    }

    fn alias(&mut self, path: &str, looked: &Looked<AliasSaid>, facts: &Facts) {
        if self.is_removed_alias(path) {
            return;
        }
        self.file(path, looked);
        let Ok(said) = &looked.found else { return };
        self.id(path, looked.stamp, &said.id, true);
        self.place(path, &said.misplaced);
        let missing = said
            .versions
            .iter()
            .filter(|number| !self.is_there(**number, facts));
        let missing: Vec<String> = missing.map(ToString::to_string).collect();
        if !missing.is_empty() {
            let problem = format!(
                "it points to version {}, which is not there",
                missing.join(", ")
            );
            self.tell(path, looked.stamp, FindingName::AliasTargetMissing, problem);
        }
    }

    /// Returns whether the last change deletes an alias whose file stands in place still.
    fn is_removed_alias(&self, path: &str) -> bool {
        let last = self
            .lines
            .last
            .iter()
            .filter(|_| self.subject.pending.is_some());
        let changes = last.flat_map(|line| &line.aliases);
        let mut gone = changes.filter(|change| change.to.is_none());
        gone.any(|change| path.ends_with(&format!("/{}.json", change.name)))
    }

    /// Returns whether a version is there for readers.
    fn is_there(&self, number: u64, facts: &Facts) -> bool {
        let is_being_removed = self.subject.pending.is_some() && self.lines.has_removed(number);
        let stands = facts
            .versions
            .get(&number)
            .is_some_and(ExaminedVersion::stands);
        stands && !is_being_removed || !self.subject.has_listed_versions()
    }

    fn versions(&mut self, facts: &Facts) {
        let missing = self.lines.made.keys().filter(|number| {
            let examined = facts.versions.get(*number);
            !examined.is_some_and(ExaminedVersion::stands)
        });
        if self.lines.is_certain() {
            for number in missing {
                let path = self.subject.path(&format!("{VERSIONS}/{number}"));
                let problem = "a line of the history made the version, and none removed it";
                self.tell(&path, None, FindingName::VersionMissing, problem);
            }
        }
        for (number, version) in &facts.versions {
            if !version.stands() {
                continue;
            }
            if !self.lines.has_removed(*number) {
                self.version(*number, version);
            } else if self.lines.is_certain() && self.subject.marks.is_empty() {
                let problem = "a line of the history removed the version";
                let name = FindingName::RemovedVersionPresent;
                self.tell(&version.path, None, name, problem);
            }
        }
    }

    fn version(&mut self, number: u64, version: &ExaminedVersion) {
        let files = match &version.files {
            Ok(Some(files)) => files,
            Ok(None) => return,
            Err(fault) => return self.fault(&version.path, None, fault),
        };
        self.file(&format!("{}/{CODE_ZIP}", version.path), &files.package);
        let path = format!("{}/{CONFIG_JSON}", version.path);
        self.file(&path, &files.config);
        let Ok(config) = &files.config.found else {
            return;
        };
        let stamp = files.config.stamp;
        let made = self.lines.made.get(&number);
        if made.is_some_and(|made| *made != config.sha256) {
            let problem = "it is not the file that the line of the history that made it names";
            return self.tell(&path, stamp, FindingName::ConfigDiffers, problem);
        }
        let said = match &config.said {
            Ok(said) => said,
            Err(fault) => return self.fault(&path, stamp, fault),
        };
        self.id(&path, stamp, &said.id, made.is_none());
        self.place(&path, &said.misplaced);
        self.code(version, files);
    }

    /// Holds the package of a version against what its configuration says.
    fn code(&mut self, version: &ExaminedVersion, files: &VersionFiles) {
        let (Ok(config), Ok(code)) = (&files.config.found, &files.package.found) else {
            return;
        };
        let Ok(said) = &config.said else { return };
        let (hash, size) = (code.sha256.as_str(), code.size.to_string());
        let named_hash = said.code_sha256.as_deref().unwrap_or(hash);
        let named_size = said.code_size.as_deref().unwrap_or(&size);
        if named_hash != hash || named_size != size {
            let problem = format!(
                "config.json names {named_hash} with {named_size} bytes, and the package has {hash} with \
                 {size}"
            );
            let path = format!("{}/{CODE_ZIP}", version.path);
            let stamp = files.package.stamp;
            self.tell(&path, stamp, FindingName::CodeDiffers, problem);
        }
    }

    /// Judges a revision id; of a file that no line names, its time too.
    fn id(&mut self, path: &str, stamp: Option<Stamp>, id: &RecordedId, is_unnamed: bool) {
        match id {
            RecordedId::Absent => {}
            RecordedId::Right(time) => {
                let last = self.lines.last.as_ref().map(|line| line.time);
                if is_unnamed && last.is_some_and(|last| *time > last) {
                    self.later.push((path.to_owned(), *time));
                }
            }
            RecordedId::Wrong { recorded, right } => {
                let problem =
                    format!("RevisionId is {recorded}, and the fingerprint of the file is {right}");
                self.tell(path, stamp, FindingName::FingerprintDiffers, problem);
            }
        }
    }

    fn place(&mut self, path: &str, misplaced: &[String]) {
        if !misplaced.is_empty() {
            let problem = format!("{}, and the file stands here", misplaced.join(", "));
            let note = self.finding(path, FindingName::PlaceDiffers, problem);
            self.judgement.notes.push(note);
        }
    }

    fn file<T>(&mut self, path: &str, looked: &Looked<T>) {
        if let Err(fault) = &looked.found {
            self.fault(path, looked.stamp, fault);
        }
    }

    fn tell_of_history(&mut self, name: FindingName, problem: String) {
        let path = self.subject.path(HISTORY);
        self.tell(&path, self.subject.state.history, name, problem);
    }

    fn fault(&mut self, path: &str, stamp: Option<Stamp>, fault: &Fault) {
        self.tell(path, stamp, fault.name, &*fault.problem);
    }

    fn tell(
        &mut self,
        path: &str,
        stamp: Option<Stamp>,
        name: FindingName,
        problem: impl Into<String>,
    ) {
        let finding = self.finding(path, name, problem.into());
        let suspicion = Suspicion { finding, stamp };
        self.judgement.suspicions.push(suspicion);
    }

    fn finding(&self, path: &str, name: FindingName, problem: String) -> Finding {
        Finding {
            function: Some(self.subject.name.clone()),
            path: path.to_owned(),
            line: None,
            name,
            problem,
        }
    }
}
