//! The store as a whole: finding it, making it, `store.json`.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::documents;
use super::durable::Directory;
use super::error::StoreError;
use super::host::{Host, Notice};
use super::layout::{LATEST, PRIVATE_FILE_MODE, STAGING, STORE_JSON};
use super::staging::StagingArea;
use super::usage::{PATIENCE, lock_usage};
use super::view::is_function;
use crate::api::document::Value;
use crate::api::function_name::FunctionName;
use crate::api::limits::Quotas;
use crate::api::scope::Scope;
use crate::api::shape::{self, Members, Shape};
use crate::api::validation::Violations;

/// The format of `store.json` that this tool writes.
const FORMAT: u64 = 1;

/// The members of `store.json` and their kinds.
const STORE_JSON_MEMBERS: Members = &[
    ("Format", Shape::Integer),
    ("AccountId", Shape::String),
    ("Region", Shape::String),
    ("Partition", Shape::String),
    (
        "Quotas",
        Shape::Structure(&[
            ("TotalCodeSize", Shape::Integer),
            ("CodeSizeZipped", Shape::Integer),
            ("CodeSizeUnzipped", Shape::Integer),
            ("MemorySize", Shape::Integer),
            ("Timeout", Shape::Integer),
            ("EphemeralStorage", Shape::Integer),
            ("EnvironmentSize", Shape::Integer),
            ("Layers", Shape::Integer),
            ("Tags", Shape::Integer),
        ]),
    ),
];

/// What `store.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StoreJson {
    format: u64,
    account_id: String,
    region: String,
    partition: String,
    quotas: Quotas,
}

impl Default for StoreJson {
    fn default() -> Self {
        Self::new(Scope::default(), Quotas::default())
    }
}

impl StoreJson {
    fn new(scope: Scope, quotas: Quotas) -> Self {
        let Scope {
            account_id,
            region,
            partition,
        } = scope;
        Self {
            format: FORMAT,
            account_id,
            region,
            partition,
            quotas,
        }
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self, StoreError> {
        let document = documents::parse(path, bytes)?;
        shape::check(&document, STORE_JSON_MEMBERS)
            .map_err(|error| StoreError::damaged(path, error))?;
        let found: Self =
            serde_json::from_slice(bytes).map_err(|error| StoreError::damaged(path, error))?;
        let mut violations = Violations::default();
        found.scope().check(&mut violations);
        violations
            .into_result()
            .map_err(|error| StoreError::damaged(path, error))?;
        Ok(found)
    }

    fn scope(&self) -> Scope {
        Scope {
            account_id: self.account_id.clone(),
            region: self.region.clone(),
            partition: self.partition.clone(),
        }
    }

    fn value(&self, path: &Path) -> Result<Value, StoreError> {
        let invalid = |error: serde_json::Error| StoreError::io("write", path)(error.into());
        let compact = serde_json::to_string(self).map_err(invalid)?;
        Value::parse(&compact).map_err(|error| StoreError::damaged(path, error))
    }
}

/// A store: a directory of functions, for one account in one region.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// The directory; not yet there for a store that will be made with its first function.
    root: OnceLock<Directory>,
    /// Whether it had nothing of a store in it when it was opened.
    is_new: bool,
    format: u64,
    scope: Scope,
    quotas: Quotas,
    host: Host,
}

impl Store {
    /// Opens the store in a directory.
    ///
    /// # Errors
    /// [`StoreError::NotAStore`] where there is none.
    pub fn open(path: &Path, host: Host) -> Result<Self, StoreError> {
        let root = open_root(path, &host)?.ok_or_else(|| {
            not_a_store(path, "there is nothing. Make a store with lambda-store init, or name another with --store")
        })?;
        refuse_function(&root)?;
        let settings = read_settings(&root)?;
        if settings.is_none() && !has_functions(&root)? {
            refuse_inside_function(&root)?;
            return Err(not_a_store(
                path,
                "it has no store.json and no function in it. Make it one with lambda-store init, or name \
                 another with --store",
            ));
        }
        Ok(Self::new(
            path,
            Some(root),
            settings.unwrap_or_default(),
            host,
        ))
    }

    /// Opens the store in a directory to look for damage in it: a `store.json` that cannot be read is
    /// taken for one that says nothing.
    ///
    /// # Errors
    /// [`StoreError::NotAStore`] where there is none.
    pub fn open_damaged(path: &Path, host: Host) -> Result<Self, StoreError> {
        match Self::open(path, host.clone()) {
            Err(StoreError::Damaged { .. } | StoreError::Io { .. }) => {
                let root = open_root(path, &host)?;
                Ok(Self::new(path, root, StoreJson::default(), host))
            }
            opened => opened,
        }
    }

    /// Opens the store in a directory, or one that is made with its first upload, where nothing
    /// stands, or nothing but names with a dot in them, which no function can have.
    ///
    /// # Errors
    /// [`StoreError::NotAStore`] where other things stand.
    pub fn open_or_make(path: &Path, host: Host) -> Result<Self, StoreError> {
        let Some(root) = open_root(path, &host)? else {
            return Ok(Self {
                is_new: true,
                ..Self::new(path, None, StoreJson::default(), host)
            });
        };
        refuse_function(&root)?;
        let settings = read_settings(&root)?;
        let is_new = settings.is_none() && !has_functions(&root)?;
        if is_new {
            refuse_inside_function(&root)?;
            let other = root.find(|name| !name.as_bytes().contains(&b'.'))?;
            // Looked at once more: another command may just have made the store.
            if let Some(other) = other
                && !has_functions(&root)?
            {
                let why = format!(
                    "other things stand in it, such as {}. Make it one with lambda-store init, or name \
                     another with --store",
                    other.to_string_lossy()
                );
                return Err(not_a_store(path, &why));
            }
        }
        let store = Self::new(path, Some(root), settings.unwrap_or_default(), host);
        Ok(Self { is_new, ..store })
    }

    /// Writes `store.json`, and makes the directory where there is none. Returns
    /// what it says.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] where there is a `store.json`: it is never overwritten.
    /// [`StoreError::Io`] if the disk refuses: there is none then. [`StoreError::OutcomeUnknown`] if
    /// that could not be made sure.
    pub fn init(
        path: &Path,
        scope: Scope,
        quotas: Quotas,
        host: Host,
    ) -> Result<Value, StoreError> {
        let root = open_or_make_root(path, &host)?;
        refuse_function(&root)?;
        refuse_inside_function(&root)?;
        refuse_store_json(&root)?;
        let settings = StoreJson::new(scope, quotas);
        let content = settings.value(&root.path_of(STORE_JSON))?;
        let text = content.render() + "\n";
        let store = Self::new(path, Some(root.clone()), settings, host);
        store.make()?;
        let area = StagingArea::new(&store)?;
        let name = area.token().entry(STORE_JSON);
        area.directory()
            .write_file(&name, PRIVATE_FILE_MODE, text.as_bytes())?;
        // Of two that write it at once, the second one waits here, and finds it.
        let _one_at_a_time = lock_usage(&root, PATIENCE)?;
        refuse_store_json(&root)?;
        area.directory().rename(&name, &root, STORE_JSON)?;
        let Err(failure) = root.flush() else {
            return Ok(content);
        };
        let undone = || -> Result<(), StoreError> {
            root.rename(STORE_JSON, area.directory(), &name)?;
            root.flush()
        };
        Err(match undone() {
            Ok(()) => failure,
            Err(unknown) => {
                area.keep();
                unknown.with_unknown_outcome_but(
                    "Whether there is a store.json now shows the outcome; without one, try again",
                )
            }
        })
    }

    fn new(path: &Path, root: Option<Directory>, settings: StoreJson, host: Host) -> Self {
        let StoreJson {
            format,
            account_id,
            region,
            partition,
            quotas,
        } = settings;
        if format > FORMAT {
            let path = path.join(STORE_JSON);
            (host.notify)(&Notice::NewerFormat {
                path: &path,
                format,
            });
        }
        let scope = Scope {
            account_id,
            region,
            partition,
        };
        let root = root.map_or_else(OnceLock::new, OnceLock::from);
        Self {
            path: path.to_owned(),
            root,
            is_new: false,
            format,
            scope,
            quotas,
            host,
        }
    }

    /// Returns the account, region and partition that the store stands for.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Returns the quotas.
    pub fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// Returns whether anything stands under a function's name.
    ///
    /// # Errors
    /// If the directory cannot be looked at.
    pub fn contains(&self, function: &FunctionName) -> Result<bool, StoreError> {
        self.root()
            .map_or(Ok(false), |root| root.contains(function.as_str()))
    }

    /// Returns the names of the functions, sorted.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn functions(&self) -> Result<Vec<FunctionName>, StoreError> {
        let mut functions = Vec::new();
        for name in self.possible_functions()? {
            if self.is_function(&name)? {
                functions.push(name);
            }
        }
        Ok(functions)
    }

    /// Returns the names that stand in the store and that a function can have, sorted. Reads the
    /// directory and nothing in it.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn possible_functions(&self) -> Result<Vec<FunctionName>, StoreError> {
        let names = self.root().map_or(Ok(Vec::new()), Directory::names)?;
        let mut functions: Vec<FunctionName> = names
            .iter()
            .filter_map(|name| FunctionName::parse(name.to_str()?))
            .collect();
        functions.sort_unstable();
        Ok(functions)
    }

    /// Returns whether a function stands under a name; what is no directory is none.
    ///
    /// # Errors
    /// If the directory cannot be looked at.
    pub fn is_function(&self, name: &FunctionName) -> Result<bool, StoreError> {
        self.root()
            .map_or(Ok(false), |root| is_function_at(root, name))
    }

    /// Returns the path of the store, as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the directory; `None` for a store that nobody has made yet.
    pub(super) fn root(&self) -> Option<&Directory> {
        if self.root.get().is_none()
            && let Ok(Some(made)) = open_root(&self.path, &self.host)
        {
            return Some(self.root.get_or_init(|| made));
        }
        self.root.get()
    }

    /// Returns the directory, made if it is not there yet.
    pub(super) fn made_root(&self) -> Result<&Directory, StoreError> {
        if let Some(root) = self.root.get() {
            return Ok(root);
        }
        let made = open_or_make_root(&self.path, &self.host)?;
        Ok(self.root.get_or_init(|| made))
    }

    /// Returns whether nothing of a store stood there when it was opened.
    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Makes the directory, and flushes the one above it: whoever made it may have died before.
    pub(super) fn make(&self) -> Result<(), StoreError> {
        self.made_root()?;
        let above = Directory::open_path(&self.path.join(".."), self.host.before_step.clone())?;
        above.map_or(Ok(()), |above| above.flush())
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    /// Refuses to write to a store of a newer format.
    ///
    /// # Errors
    /// [`StoreError::NewerFormat`].
    pub fn check_writable(&self) -> Result<(), StoreError> {
        if self.format > FORMAT {
            let path = self.path.join(STORE_JSON);
            return Err(StoreError::NewerFormat {
                path,
                format: self.format,
            });
        }
        Ok(())
    }
}

/// Checks what a `store.json` says.
pub(super) fn check_settings(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    StoreJson::parse(path, bytes).map(drop)
}

fn open_root(path: &Path, host: &Host) -> Result<Option<Directory>, StoreError> {
    match Directory::open_path(path, host.before_step.clone()) {
        Err(StoreError::Io { cause, .. }) if cause.kind() == std::io::ErrorKind::NotADirectory => {
            Err(not_a_store(path, "it is not a directory"))
        }
        Ok(Some(root)) => root.witnessed(host.witness.clone()).map(Some),
        missing => missing,
    }
}

/// Opens a directory, made with all that lead to it if it is missing; what is made is flushed into
/// the directory above it.
fn open_or_make_root(path: &Path, host: &Host) -> Result<Directory, StoreError> {
    if let Some(root) = open_root(path, host)? {
        return Ok(root);
    }
    let above = match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above.to_owned(),
        _ => PathBuf::from("."),
    };
    let parent = open_or_make_root(&above, host)?;
    Directory::make_path(path, host.before_step.as_ref())?;
    parent.flush()?;
    open_root(path, host)?.ok_or_else(|| not_a_store(path, "it was removed meanwhile"))
}

fn read_settings(root: &Directory) -> Result<Option<StoreJson>, StoreError> {
    match root.read(STORE_JSON)? {
        Some((bytes, _)) => StoreJson::parse(&root.path_of(STORE_JSON), &bytes).map(Some),
        None => Ok(None),
    }
}

/// Returns whether a function stands under a name; what is no directory is none.
fn is_function_at(root: &Directory, name: &FunctionName) -> Result<bool, StoreError> {
    match root.open(name.as_str()) {
        Ok(Some(directory)) => is_function(&directory),
        Ok(None) | Err(StoreError::Damaged { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A store without a `store.json` has a `.staging`, or a function.
fn has_functions(root: &Directory) -> Result<bool, StoreError> {
    if root.contains(STAGING)? {
        return Ok(true);
    }
    let mut unreadable = None;
    let found = root.find(|name| {
        let Some(name) = name.to_str().and_then(FunctionName::parse) else {
            return false;
        };
        let looked = match root.open(name.as_str()) {
            Ok(Some(directory)) => directory.contains(LATEST),
            // What is no directory is no function.
            Ok(None) | Err(StoreError::Damaged { .. }) => Ok(false),
            Err(error) => Err(error),
        };
        looked.unwrap_or_else(|error| {
            unreadable = Some(error);
            false
        })
    })?;
    unreadable
        .filter(|_| found.is_none())
        .map_or(Ok(found.is_some()), Err)
}

/// A function's directory is easily taken for the store.
fn refuse_function(root: &Directory) -> Result<(), StoreError> {
    if root.contains(LATEST)? {
        let why = "it is the directory of a function. Name the directory above it with --store";
        return Err(not_a_store(root.path(), why));
    }
    Ok(())
}

/// So are the directories in it, and what is made of one would be mistaken for a part of the function.
fn refuse_inside_function(root: &Directory) -> Result<(), StoreError> {
    for above in ["..", "../.."] {
        // What cannot be looked at is somebody else's, and no function of this store.
        let above = Directory::open_path(&root.path().join(above), None);
        let has_latest = |above: &Directory| above.contains(LATEST).unwrap_or(false);
        if above.ok().flatten().as_ref().is_some_and(has_latest) {
            let why = "it stands in the directory of a function. Name the directory above that with --store";
            return Err(not_a_store(root.path(), why));
        }
    }
    Ok(())
}

fn refuse_store_json(root: &Directory) -> Result<(), StoreError> {
    if root.contains(STORE_JSON)? {
        Err(StoreError::AlreadyExists {
            path: root.path_of(STORE_JSON),
        })
    } else {
        Ok(())
    }
}

fn not_a_store(path: &Path, why: &str) -> StoreError {
    StoreError::NotAStore {
        path: path.to_owned(),
        why: why.to_owned(),
    }
}
