//! What a reader sees: one consistent state of a function, without a lock.
//!
//! The last line of the history names the state. A reader reads it, reads what it wants, and reads
//! the line again, opening everything anew by path: if it is still the same, what was read belongs
//! together. While that line's change is unfinished (its `.change` stands), a staged file comes
//! before the one it will replace, and what the line removes is gone.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

use super::documents::{PublishedVersion, missing_of_version, read_tags};
use super::durable::Directory;
use super::error::StoreError;
use super::history::{FORMAT, LastLine, LastPublished, Line, Tail};
use super::host::{Host, Notice, Notify};
use super::latest::Latest;
use super::layout::{
    CODE_ZIP, CONFIG_JSON, FUNCTION_JSON, HISTORY, LATEST, STAGING, Token, VERSIONS,
};
use super::registry::Store;
use crate::api::function_name::FunctionName;
use crate::api::qualifier::parse_version;
use crate::api::timestamp::Timestamp;

/// The first pause of a reader that a change overtook, which doubles up to [`LONGEST_PAUSE`].
const SHORTEST_PAUSE: Duration = Duration::from_micros(200);
/// The longest pause: far less than a person notices.
const LONGEST_PAUSE: Duration = Duration::from_millis(5);

/// One state of a function, to be read from.
#[derive(Clone)]
pub struct View {
    directory: Directory,
    last: Option<LastLine>,
    /// The staging directory and the token of the last change, while that is unfinished.
    pending: Option<(Directory, Token)>,
    /// When the state was looked at.
    seen: Timestamp,
    notify: Notify,
    /// The directory of the versions, once it was opened.
    versions: OnceCell<Option<Directory>>,
}

/// What a reader found, if no change came in between.
enum Reading<T> {
    Found(T),
    NoFunction,
}

impl Store {
    /// Reads from one consistent state of a function; `None` if there is no such function.
    ///
    /// What is read is thrown away, and read again, if a change came in between; so `read` may see
    /// states that do not belong together, but its last result does.
    ///
    /// # Errors
    /// What `read` fails with, and [`StoreError::Overtaken`] if changes came in between for as long
    /// as the host's `lock_timeout`.
    pub fn read<T>(
        &self,
        function: &FunctionName,
        read: impl Fn(&View) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let timeout = self.host().lock_timeout;
        let started = Instant::now();
        let mut pause = SHORTEST_PAUSE;
        loop {
            match self.read_once(function, &read)? {
                Some(Reading::Found(found)) => return Ok(Some(found)),
                Some(Reading::NoFunction) => return Ok(None),
                None if started.elapsed() < timeout => std::thread::sleep(pause),
                None => {
                    return Err(StoreError::Overtaken {
                        path: self.path().join(function.as_str()),
                        seconds: started.elapsed().as_secs(),
                    });
                }
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Reads once; `None` says that a change came in between.
    fn read_once<T>(
        &self,
        function: &FunctionName,
        read: impl Fn(&View) -> Result<T, StoreError>,
    ) -> Result<Option<Reading<T>>, StoreError> {
        let before = self.read_tail(function);
        let found = match &before {
            Ok(Some((directory, tail))) => View::open(self, directory.clone(), tail)
                .and_then(|view| read(&view))
                .map(Reading::Found),
            _ => Ok(Reading::NoFunction),
        };
        match (before, self.read_tail(function)) {
            (Ok(before), Ok(after)) if end(before.as_ref()) == end(after.as_ref()) => {
                found.map(Some)
            }
            (Err(error), Err(_)) => Err(error),
            (Ok(_), Err(error)) if error.is_refusal() => Err(error),
            _ => Ok(None),
        }
    }

    /// Opens a function by its path and reads the end of its history.
    fn read_tail(&self, function: &FunctionName) -> Result<Option<(Directory, Tail)>, StoreError> {
        let Some(root) = self.root() else {
            return Ok(None);
        };
        let Some(directory) = root.open(function.as_str())? else {
            return Ok(None);
        };
        if !is_function(&directory)? {
            return Ok(None);
        }
        let tail = read_history(&directory)?.unwrap_or_default();
        Ok(Some((directory, tail)))
    }
}

impl View {
    fn open(store: &Store, directory: Directory, tail: &Tail) -> Result<Self, StoreError> {
        let staging = directory.open(STAGING)?;
        let history = directory.path_of(HISTORY);
        let token = tail
            .last
            .as_ref()
            .map(|last| Token::recorded(&last.line.token));
        if !tail.torn.is_empty() {
            let names = staging.as_ref().map_or(Ok(Vec::new()), Directory::names)?;
            if !explains_torn_line(&unfinished_changes(&names), tail) {
                return Err(Tail::damaged_end(&history));
            }
        }
        if let Some(LastLine {
            line: Line { format, .. },
            ..
        }) = &tail.last
            && *format > FORMAT
        {
            (store.host().notify)(&Notice::NewerFormat {
                path: &history,
                format: *format,
            });
        }
        let pending = match (staging, token) {
            (Some(staging), Some(token)) if staging.contains(&token.change())? => {
                Some((staging, token))
            }
            _ => None,
        };
        Ok(Self {
            directory,
            last: tail.last.clone(),
            pending,
            seen: store.host().now(),
            notify: store.host().notify.clone(),
            versions: OnceCell::new(),
        })
    }

    /// Makes the view of a writer, who has finished the last change.
    pub(super) fn settled(directory: Directory, last: Option<LastLine>, host: &Host) -> Self {
        Self {
            directory,
            last,
            pending: None,
            seen: host.now(),
            notify: host.notify.clone(),
            versions: OnceCell::new(),
        }
    }

    /// Returns the function's directory.
    pub(super) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Returns when the state was looked at.
    pub fn seen(&self) -> Timestamp {
        self.seen
    }

    /// Returns who is told how far work is.
    pub(super) fn notify(&self) -> &Notify {
        &self.notify
    }

    /// Returns the last line of the history, and where it stands.
    pub(super) fn last(&self) -> Option<&LastLine> {
        self.last.as_ref()
    }

    /// Returns the last line of the history.
    pub(super) fn last_line(&self) -> Option<&Line> {
        self.last.as_ref().map(|last| &last.line)
    }

    /// Reads `$LATEST`.
    ///
    /// # Errors
    /// If one of its files is missing, or is not what it must be.
    pub fn latest(&self) -> Result<Latest, StoreError> {
        let latest = self.directory.open(LATEST)?.ok_or_else(|| {
            let path = self.directory.path_of(LATEST);
            StoreError::damaged(
                &path,
                "the directory is missing, only the function's history is there",
            )
        })?;
        let recorded = self.last_line().map(|line| line.latest.clone());
        Latest::read(
            &self.places(&latest, CONFIG_JSON),
            &self.places(&latest, CODE_ZIP),
            recorded,
            (self.seen, self.notify.clone()),
        )
    }

    /// Reads a published version; `None` if there is none of this number.
    ///
    /// # Errors
    /// If one of its files is missing, or is not what it must be.
    pub fn version(&self, number: u64) -> Result<Option<PublishedVersion>, StoreError> {
        match self.open_version(number)? {
            Some(directory) => PublishedVersion::read(&directory, number, &self.notify).map(Some),
            None => Ok(None),
        }
    }

    /// Opens the directory of a published version; `None` if there is none of this number.
    pub(super) fn open_version(&self, number: u64) -> Result<Option<Directory>, StoreError> {
        if self.is_being_removed(number) {
            return Ok(None);
        }
        if let Some((staging, token)) = &self.pending
            && let Some(directory) = staging.open(&token.version(number))?
        {
            return Ok(Some(directory));
        }
        let versions = self.versions()?;
        versions.map_or(Ok(None), |versions| versions.open(&number.to_string()))
    }

    /// Reads a published version and sees that its package is there, too; `None` if there is none of
    /// this number.
    ///
    /// # Errors
    /// If one of its files is missing, or is not what it must be.
    pub fn whole_version(&self, number: u64) -> Result<Option<PublishedVersion>, StoreError> {
        let version = self.version(number)?;
        if version.is_some() {
            self.check_package(number)?;
        }
        Ok(version)
    }

    /// Sees that the package of a published version that was read stands there. Its bytes are not
    /// looked at.
    ///
    /// # Errors
    /// If it does not.
    pub fn check_package(&self, number: u64) -> Result<(), StoreError> {
        for (directory, name) in self.version_places(number)? {
            if directory.contains_file(&format!("{name}/{CODE_ZIP}"))? {
                return Ok(());
            }
        }
        let path = format!("{VERSIONS}/{number}/{CODE_ZIP}");
        Err(missing_of_version(&self.directory.path_of(&path), number))
    }

    /// Returns whether something stands where a version belongs, sound or not.
    ///
    /// # Errors
    /// If it cannot be looked for.
    pub fn contains_version(&self, number: u64) -> Result<bool, StoreError> {
        if self.is_being_removed(number) {
            return Ok(false);
        }
        for (directory, name) in self.version_places(number)? {
            if directory.contains(&name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns whether the last change removes a version and is unfinished.
    fn is_being_removed(&self, number: u64) -> bool {
        let removed = self.unfinished().map(|(_, _, line)| &line.removed);
        let mut removed = removed.into_iter().flatten();
        removed.any(|(first, last)| (*first..=*last).contains(&number))
    }

    /// Returns where a version may stand: staged first, then in place.
    fn version_places(&self, number: u64) -> Result<Vec<(&Directory, String)>, StoreError> {
        let staged = self.pending.as_ref();
        let staged = staged.map(|(staging, token)| (staging, token.version(number)));
        let in_place = self
            .versions()?
            .map(|versions| (versions, number.to_string()));
        Ok(staged.into_iter().chain(in_place).collect())
    }

    /// Reads the function's tags.
    ///
    /// # Errors
    /// If `function.json` is not what it must be.
    pub fn tags(&self) -> Result<Vec<(String, String)>, StoreError> {
        for (directory, name) in self.places(&self.directory, FUNCTION_JSON) {
            if let Some(tags) = read_tags(directory, &name)? {
                return Ok(tags);
            }
        }
        Ok(Vec::new())
    }

    /// Returns the numbers of all versions, ascending. Reads the directory of the versions once.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn version_numbers(&self) -> Result<Vec<u64>, StoreError> {
        let names = self.versions()?.map_or(Ok(Vec::new()), Directory::names)?;
        let in_place = names
            .iter()
            .filter_map(|name| parse_version(name.to_str()?));
        let made = self.last_line().filter(|_| self.pending.is_some());
        let staged = made
            .into_iter()
            .flat_map(|line| line.made.iter().map(|made| made.version));
        let mut numbers: Vec<u64> = in_place.chain(staged).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    /// Returns whether what the last change staged still stands there, in part or whole.
    pub(super) fn is_unfinished(&self) -> bool {
        self.pending.is_some()
    }

    /// Returns where the last change staged things, under which token, and its line, while it is
    /// unfinished.
    pub(super) fn unfinished(&self) -> Option<(&Directory, &Token, &Line)> {
        let (staging, token) = self.pending.as_ref()?;
        Some((staging, token, self.last_line()?))
    }

    /// Returns the bytes of all packages, `$LATEST` and versions, staged or in place.
    ///
    /// # Errors
    /// If they cannot be looked at.
    pub(super) fn stored_bytes(&self) -> Result<u64, StoreError> {
        let mut stored = self.latest()?.package_size();
        for number in self.version_numbers()? {
            for (directory, name) in self.version_places(number)? {
                if let Some(package) = directory.stamp(&format!("{name}/{CODE_ZIP}"))? {
                    stored += package.size;
                    break;
                }
            }
        }
        Ok(stored)
    }

    /// Returns what the last publish made and saw.
    ///
    /// Without a history that is the highest version; its description may have been given when it
    /// was published, so that of `$LATEST` stands in for it.
    ///
    /// # Errors
    /// If the highest version cannot be read.
    pub fn last_published(&self, latest: &Latest) -> Result<Option<LastPublished>, StoreError> {
        if let Some(line) = self.last_line() {
            return Ok(line.last_published.clone());
        }
        let Some(version) = self.version(self.highest_version()?)? else {
            return Ok(None);
        };
        let mut configuration = version.configuration;
        configuration.set_description(&latest.stored_configuration().description());
        let content_sha256 = configuration.content_sha256();
        Ok(Some(LastPublished {
            version: version.number,
            content_sha256,
        }))
    }

    /// Returns the number that the next version made gets: one that was never given out.
    ///
    /// # Errors
    /// If the numbers are used up, or the versions cannot be looked at.
    pub fn next_version(&self) -> Result<u64, StoreError> {
        self.version_after(self.highest_version()?)
    }

    /// Returns the first free number above one. Probed, never found by reading the directory; a
    /// version placed by hand is skipped.
    pub(super) fn version_after(&self, highest: u64) -> Result<u64, StoreError> {
        let mut number = highest;
        loop {
            number = number.checked_add(1).ok_or_else(|| {
                let path = self.directory.path_of(HISTORY);
                let problem = format!("the highest version, {number}, has no next one");
                StoreError::damaged(&path, problem)
            })?;
            let stands = match self.versions()? {
                Some(versions) => versions.contains(&number.to_string())?,
                None => false,
            };
            if !stands {
                return Ok(number);
            }
        }
    }

    /// Returns the highest number ever given out; without a history, the highest there is.
    ///
    /// # Errors
    /// If the versions cannot be looked at.
    pub fn highest_version(&self) -> Result<u64, StoreError> {
        if let Some(line) = self.last_line() {
            return Ok(line.highest_version);
        }
        let Some(versions) = self.versions()? else {
            return Ok(0);
        };
        let names = versions.names()?;
        let numbers = names
            .iter()
            .filter_map(|name| parse_version(name.to_str()?));
        Ok(numbers.max().unwrap_or(0))
    }

    /// Checks that a writer would begin a change of this state, and not refuse its history.
    ///
    /// # Errors
    /// Why it would refuse.
    pub fn check_history(&self) -> Result<(), StoreError> {
        let tail = read_history(&self.directory)?.unwrap_or_default();
        let marks = unfinished_changes(&self.directory.names_of(STAGING)?);
        check_writable(&tail, &marks, &self.directory.path_of(HISTORY))
    }

    /// Returns the directory of the versions; `None` if there is none yet.
    pub(super) fn versions(&self) -> Result<Option<&Directory>, StoreError> {
        if self.versions.get().is_none() {
            // Nobody else can have set it meanwhile.
            drop(self.versions.set(self.directory.open(VERSIONS)?));
        }
        Ok(self.versions.get().and_then(Option::as_ref))
    }

    /// Returns where a file may stand: staged first, then in place.
    pub(super) fn places<'a>(
        &'a self,
        directory: &'a Directory,
        name: &str,
    ) -> Vec<(&'a Directory, String)> {
        let staged = self
            .pending
            .as_ref()
            .map(|(staging, token)| (staging, token.entry(name)));
        staged
            .into_iter()
            .chain([(directory, name.to_owned())])
            .collect()
    }
}

/// Returns whether a directory is a function's: it has `$LATEST`, or a history.
pub(super) fn is_function(directory: &Directory) -> Result<bool, StoreError> {
    Ok(directory.contains(LATEST)? || directory.contains(HISTORY)?)
}

fn end(found: Option<&(Directory, Tail)>) -> Option<&Tail> {
    found.map(|(_, tail)| tail)
}

/// Reads the end of a function's history; `None` if there is no file.
pub(super) fn read_history(directory: &Directory) -> Result<Option<Tail>, StoreError> {
    let path = directory.path_of(HISTORY);
    match directory.open_file(HISTORY)? {
        Some((file, stamp)) => Tail::read(&file, stamp.size, &path).map(Some),
        None => Ok(None),
    }
}

/// Returns the tokens of the changes whose marks stand among the names of a staging directory.
pub(super) fn unfinished_changes(names: &[OsString]) -> Vec<Token> {
    names
        .iter()
        .filter_map(|name| Token::of_mark(name))
        .collect()
}

/// Checks that the history is one that a writer goes on with; `marks` are those of unfinished
/// changes.
pub(super) fn check_writable(tail: &Tail, marks: &[Token], path: &Path) -> Result<(), StoreError> {
    if let Some(last) = tail.last.as_ref().filter(|last| last.line.format > FORMAT) {
        return Err(StoreError::NewerFormat {
            path: path.to_owned(),
            format: last.line.format,
        });
    }
    if !tail.torn.is_empty() && !explains_torn_line(marks, tail) {
        return Err(Tail::damaged_end(path));
    }
    tail.check_chain(path)
}

/// Returns whether a change that is unfinished, and is not that of the last whole line, may have
/// begun the line behind it. Without one, a last line that is not whole is damage.
fn explains_torn_line(marks: &[Token], tail: &Tail) -> bool {
    let last = tail.last.as_ref().map(|last| last.line.token.as_str());
    marks.iter().any(|mark| Some(mark.as_str()) != last)
}
