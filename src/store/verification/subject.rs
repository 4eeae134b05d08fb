//! A function that is to be checked: what stands in it, and the work that it makes.

use std::ffi::OsString;

use super::examine::{AliasSaid, Examiner, LatestFiles, Looked, VersionFiles};
use super::fault::Fault;
use super::history::read_lines;
use super::lines::Lines;
use crate::api::finding::FindingName;
use crate::api::function_name::FunctionName;
use crate::api::qualifier::{AliasName, parse_version};
use crate::store::durable::{Directory, Stamp};
use crate::store::error::StoreError;
use crate::store::layout::{
    ALIASES, CODE_ZIP, CONFIG_JSON, FUNCTION_JSON, HISTORY, LATEST, LOCK, STAGING, Token, VERSIONS,
    alias_json,
};
use crate::store::view::{is_function, read_history, unfinished_changes};

/// Checking a line of the history takes as long as hashing so many times its bytes.
const LINE_WEIGHT: u64 = 16;
/// Checking a document takes as long as hashing so many bytes.
const DOCUMENT_WEIGHT: u64 = 32 * 1024;

/// A function as its directories list it. Nothing is held open: a store may have any number.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) name: FunctionName,
    /// Directories that cannot be read.
    pub(super) faults: Vec<(String, Fault)>,
    /// The changes whose marks stand.
    pub(super) marks: Vec<Token>,
    /// The token of the last line, while its change is unfinished.
    pub(super) pending: Option<Token>,
    /// The numbers of all versions, ascending, and the sizes of their packages.
    pub(super) versions: Vec<(u64, u64)>,
    aliases: Vec<AliasName>,
    has_latest: bool,
    latest_size: u64,
    pub(super) state: State,
}

/// What shows that a change came in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct State {
    pub(super) history: Option<Stamp>,
    staging: Option<Stamp>,
}

/// A piece of the work.
#[derive(Debug, Clone, Copy)]
pub(super) enum Job {
    History,
    Documents,
    Latest,
    Version(u64),
}

/// What a piece of the work came to.
pub(super) enum Part {
    History(Box<Result<Lines, Fault>>),
    Documents(Documents),
    Latest(LatestFiles),
    Version(u64, ExaminedVersion),
}

/// The small files of a function.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// Files of which there is nothing more to say than what is wrong: path and file.
    pub(super) plain: Vec<(String, Looked<()>)>,
    pub(super) aliases: Vec<(String, Looked<AliasSaid>)>,
}

/// A version, and where it stands; `None` where it vanished.
#[derive(Debug)]
pub(super) struct ExaminedVersion {
    pub(super) path: String,
    pub(super) files: Result<Option<VersionFiles>, Fault>,
}

impl ExaminedVersion {
    /// Returns whether anything stands there.
    pub(super) fn stands(&self) -> bool {
        !matches!(self.files, Ok(None))
    }
}

impl Subject {
    /// Looks at what stands under a name; `None` if that is no function.
    pub(super) fn open(root: &Directory, name: &FunctionName) -> Option<Self> {
        let mut subject = Self {
            name: name.clone(),
            faults: Vec::new(),
            marks: Vec::new(),
            pending: None,
            versions: Vec::new(),
            aliases: Vec::new(),
            has_latest: false,
            latest_size: 0,
            state: State::default(),
        };
        let opened = match root.open(name.as_str()) {
            // What is no directory is no function.
            Ok(None) | Err(StoreError::Damaged { .. }) => return None,
            Ok(Some(directory)) => is_function(&directory).map(|is| is.then_some(directory)),
            Err(error) => Err(error),
        };
        match opened {
            Ok(Some(directory)) => subject.list(&directory),
            Ok(None) => return None,
            Err(error) => {
                let fault = Fault::of_directory(&error);
                subject.faults.push((name.to_string(), fault));
            }
        }
        Some(subject)
    }

    /// Notes what the directories of the function hold.
    fn list(&mut self, directory: &Directory) {
        let stamp = |path: &str| directory.stamp(path).ok().flatten();
        self.state.staging = stamp(STAGING);
        self.state.history = stamp(HISTORY);
        self.marks = unfinished_changes(&self.names_of(directory, STAGING));
        self.marks.sort_unstable();
        let tail = read_history(directory).ok().flatten();
        let last = tail.and_then(|tail| tail.last).map(|last| last.line);
        let token = last.as_ref().map(|line| Token::recorded(&line.token));
        self.pending = token.filter(|token| self.marks.contains(token));

        let names = self.names_of(directory, VERSIONS);
        let numbers = names
            .iter()
            .filter_map(|name| parse_version(name.to_str()?));
        let mut numbers: Vec<u64> = numbers.collect();
        if self.pending.is_some() {
            let made = last.iter().flat_map(|line| &line.made);
            numbers.extend(made.map(|made| made.version));
        }
        numbers.sort_unstable();
        numbers.dedup();
        let size = |path: &str| stamp(path).map_or(0, |stamp| stamp.size);
        self.versions = numbers
            .into_iter()
            .map(|number| (number, size(&format!("{VERSIONS}/{number}/{CODE_ZIP}"))))
            .collect();

        let names = self.names_of(directory, ALIASES);
        let aliases = names
            .iter()
            .filter_map(|file| AliasName::parse(file.to_str()?.strip_suffix(".json")?));
        self.aliases = aliases.collect();
        if let Some(token) = &self.pending {
            let changed = last.iter().flat_map(|line| &line.aliases);
            let staged = changed.filter_map(|change| AliasName::parse(&change.name));
            let staged = staged.filter(|name| {
                let entry = token.entry(&format!("alias-{}", alias_json(name.as_str())));
                directory
                    .contains(&format!("{STAGING}/{entry}"))
                    .unwrap_or(false)
            });
            self.aliases.extend(staged);
        }
        self.aliases.sort_unstable();
        self.aliases.dedup();

        self.has_latest = match directory.open(LATEST) {
            Ok(_) => true,
            Err(error) => {
                self.note(LATEST, &error);
                false
            }
        };
        self.latest_size = size(&format!("{LATEST}/{CODE_ZIP}"));
    }

    fn names_of(&mut self, directory: &Directory, part: &str) -> Vec<OsString> {
        directory.names_of(part).unwrap_or_else(|error| {
            self.note(part, &error);
            Vec::new()
        })
    }

    fn note(&mut self, part: &str, error: &StoreError) {
        let fault = Fault::of_directory(error);
        self.faults.push((self.path(part), fault));
    }

    /// Returns the path of a part of the function.
    pub(super) fn path(&self, part: &str) -> String {
        format!("{}/{part}", self.name)
    }

    /// Returns whether it is known which versions stand.
    pub(super) fn has_listed_versions(&self) -> bool {
        let path = self.path(VERSIONS);
        !self.faults.iter().any(|(faulty, _)| *faulty == path)
    }

    /// Returns how many bytes its packages have.
    pub(super) fn size(&self) -> u64 {
        let versions: u64 = self.versions.iter().map(|(_, size)| *size).sum();
        self.latest_size + versions
    }

    /// Returns the work that it makes, each piece with its weight.
    pub(super) fn jobs(&self) -> Vec<(u64, Job)> {
        if self
            .faults
            .iter()
            .any(|(path, _)| *path == self.name.as_str())
        {
            return Vec::new();
        }
        let history = self.state.history.map_or(0, |stamp| stamp.size);
        let documents = self.aliases.len() as u64 + 1;
        let mut jobs = vec![
            (history.saturating_mul(LINE_WEIGHT), Job::History),
            (documents * DOCUMENT_WEIGHT, Job::Documents),
        ];
        if self.has_latest {
            jobs.push((
                self.latest_size.saturating_add(DOCUMENT_WEIGHT),
                Job::Latest,
            ));
        }
        let versions = self.versions.iter();
        jobs.extend(
            versions.map(|(number, size)| {
                (size.saturating_add(DOCUMENT_WEIGHT), Job::Version(*number))
            }),
        );
        jobs
    }

    /// Does a piece of the work.
    pub(super) fn run(&self, job: Job, examiner: &Examiner<'_>) -> Part {
        match job {
            Job::History => Part::History(Box::new(self.read_history(examiner))),
            Job::Documents => Part::Documents(self.read_documents(examiner)),
            Job::Latest => {
                let place = |name: &str| self.place(examiner, &format!("{LATEST}/{name}"), name);
                Part::Latest(examiner.latest(&self.name, place(CONFIG_JSON), place(CODE_ZIP)))
            }
            Job::Version(number) => {
                let in_place = format!("{VERSIONS}/{number}");
                let path = self.place(examiner, &in_place, &format!("version-{number}"));
                let files = examiner.version(&self.name, number, &path);
                Part::Version(number, ExaminedVersion { path, files })
            }
        }
    }

    fn read_history(&self, examiner: &Examiner<'_>) -> Result<Lines, Fault> {
        let path = self.path(HISTORY);
        match examiner.root.open_file(&path) {
            Ok(None) => Ok(Lines::new()),
            Ok(Some((file, _))) => read_lines(file, &self.marks).map_err(|cause| {
                Fault::new(FindingName::Unreadable, format!("cannot read it: {cause}"))
            }),
            Err(error) => Err(Fault::of_file(&error)),
        }
    }

    fn read_documents(&self, examiner: &Examiner<'_>) -> Documents {
        let mut documents = Documents::default();
        let path = self.place(examiner, FUNCTION_JSON, FUNCTION_JSON);
        if let Some(looked) = examiner.function_json(&path) {
            documents.plain.push((path, looked));
        }
        let path = self.path(LOCK);
        if let Some(looked) = examiner.is_file(&path) {
            documents.plain.push((path, looked));
        }
        for alias in &self.aliases {
            let file = alias_json(alias.as_str());
            let in_place = format!("{ALIASES}/{file}");
            let path = self.place(examiner, &in_place, &format!("alias-{file}"));
            if let Some(looked) = examiner.alias(&self.name, alias, &path) {
                documents.aliases.push((path, looked));
            }
        }
        documents
    }

    /// Returns where a reader takes something from: where it was staged by the last change, while
    /// that is unfinished, or in its place.
    fn place(&self, examiner: &Examiner<'_>, in_place: &str, entry: &str) -> String {
        if let Some(token) = &self.pending {
            let staged = self.path(&format!("{STAGING}/{}", token.entry(entry)));
            if examiner.root.contains(&staged).unwrap_or(false) {
                return staged;
            }
        }
        self.path(in_place)
    }
}
