//! Comparing a store with the model.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use lambda_store::store::Store;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::aliases::{ALIASES, check_alias_lists, get_alias};
use crate::model::{CodeTime, Function, Model, hex, time_of};
use crate::operations::{get, list_functions, list_versions, status};
use crate::support::files_under;
use crate::world::{World, names_in};

/// The functions of the tests.
pub(crate) const FUNCTIONS: [&str; 2] = ["hello", "other"];

/// How many versions are asked for beyond the last one that has a name anywhere.
const PROBED_BEYOND: u64 = 4;

/// All that readers can see of a store.
pub(crate) type Seen = BTreeMap<String, Value>;

/// Reads all of a store, without finishing anything in it.
pub(crate) fn see(world: &World) -> Seen {
    let mut seen = Seen::new();
    let Some(store) = world.reader() else {
        return seen;
    };
    for function in FUNCTIONS {
        see_function(&store, world, function, &mut seen);
    }
    seen
}

fn see_function(store: &Store, world: &World, function: &str, seen: &mut Seen) {
    let Ok(latest) = get(store, function, None) else {
        assert!(
            get(store, function, Some("1")).is_err(),
            "a version of no function"
        );
        return;
    };
    seen.insert(function.to_owned(), latest);
    seen.insert(format!("{function} status"), status(store, function));
    for number in 1..=last_named(world, function) + PROBED_BEYOND {
        if let Ok(version) = get(store, function, Some(&number.to_string())) {
            seen.insert(format!("{function}:{number:02}"), version);
        }
    }
    for alias in ALIASES {
        if let Some(found) = get_alias(store, function, alias) {
            seen.insert(format!("{function}:{alias} alias"), found);
        }
        if let Ok(target) = get(store, function, Some(alias)) {
            seen.insert(format!("{function}:{alias}"), target);
        }
    }
    if let Ok(text) = std::fs::read_to_string(world.join(function).join("function.json")) {
        let value = serde_json::from_str(&text).unwrap();
        seen.insert(format!("{function}/function.json"), value);
    }
}

/// Returns the highest number of a version that stands in place or is staged.
fn last_named(world: &World, function: &str) -> u64 {
    let in_place = names_in(&world.join(function).join("versions"));
    let staged = world.staged(function);
    let staged = staged
        .iter()
        .filter_map(|entry| Some(entry.split_once("version-")?.1));
    let names = in_place.iter().map(String::as_str).chain(staged);
    names
        .filter_map(|name| name.parse().ok())
        .max()
        .unwrap_or(0)
}

/// Sees that all lists hold what the model says, in their order, whatever the size of a page.
pub(crate) fn check_lists(world: &World, model: &Model, page_size: i64) {
    let Some(store) = world.reader() else {
        return;
    };
    let (mut latest, mut all) = (Vec::new(), Vec::new());
    for (name, function) in &model.functions {
        let unqualified = function.latest_answer(name, world.now(name).files_modified);
        let mut qualified = unqualified.clone();
        let arn = qualified["FunctionArn"].as_str().unwrap().to_owned() + ":$LATEST";
        qualified["FunctionArn"] = arn.into();
        let numbers = function.versions.keys();
        let versions = numbers.map(|number| function.version_answer(name, *number).unwrap());
        let states: Vec<Value> = [qualified]
            .into_iter()
            .chain(versions)
            .map(in_list)
            .collect();
        assert_eq!(list_versions(&store, name, page_size), states);
        check_alias_lists(&store, name, function, page_size);
        latest.push(in_list(unqualified));
        all.extend(states);
    }
    assert_eq!(list_functions(&store, false, page_size), latest);
    assert_eq!(list_functions(&store, true, page_size), all);
}

/// Lists leave the states out.
fn in_list(mut answer: Value) -> Value {
    for state in ["State", "LastUpdateStatus"] {
        answer.as_object_mut().unwrap().shift_remove(state).unwrap();
    }
    answer
}

/// What readers would see if the store were as the model is.
pub(crate) fn expected(world: &World, model: &Model) -> Seen {
    let mut seen = Seen::new();
    for (name, function) in &model.functions {
        let files_modified = world.now(name).files_modified;
        seen.insert(
            (*name).to_owned(),
            function.latest_answer(name, files_modified),
        );
        seen.insert(format!("{name} status"), function.status());
        for number in function.versions.keys() {
            let answer = function.version_answer(name, *number).unwrap();
            seen.insert(format!("{name}:{number:02}"), answer);
        }
        for alias in ALIASES {
            let found = function.alias_answer(name, alias);
            let target = function.aliased_answer(name, alias, files_modified);
            let found = found.map(|found| (format!("{name}:{alias} alias"), found));
            let target = target.map(|target| (format!("{name}:{alias}"), target));
            seen.extend(found.into_iter().chain(target));
        }
        if let Some(settings) = &function.settings {
            seen.insert(format!("{name}/function.json"), settings.clone());
        }
    }
    seen
}

/// The bytes of versions when they were first seen.
#[derive(Default)]
pub(crate) struct Published(BTreeMap<PathBuf, Vec<u8>>);

impl Published {
    /// Sees that no file of a version differs from what it was, or is gone while the version stands.
    pub(crate) fn check(&mut self, world: &World, model: &Model) {
        self.0.retain(|path, _| stands(path, world, model));
        for function in FUNCTIONS {
            let versions = world.join(function).join("versions");
            for (path, bytes) in files_under(&versions) {
                let path = versions.join(path);
                let first = self.0.entry(path.clone()).or_insert_with(|| bytes.clone());
                assert_eq!(*first, bytes, "{} changed", path.display());
            }
        }
        for path in self.0.keys().filter(|path| stands(path, world, model)) {
            assert!(path.exists(), "{} is gone", path.display());
        }
    }
}

/// Returns whether the version that a path belongs to stands, by the model.
fn stands(path: &Path, world: &World, model: &Model) -> bool {
    model.functions.iter().any(|(name, function)| {
        let versions = world.join(name).join("versions");
        let number = path.strip_prefix(versions).ok().and_then(|path| {
            let number = path.iter().next()?;
            number.to_str()?.parse().ok()
        });
        number.is_some_and(|number: u64| function.versions.contains_key(&number))
    })
}

/// Sees that the files of a function are exactly those that the model says, and that a writer left
/// nothing behind.
pub(crate) fn check_files(world: &World, name: &str, function: &Function) {
    assert_eq!(world.staged(name), [""; 0], "left in .staging");
    let directory = world.join(name);
    let mut files = files_under(&directory);
    for made in ["versions", "aliases", "$LATEST"] {
        files.remove(Path::new(made));
    }
    let mut take = |path: String| {
        let metadata = std::fs::metadata(directory.join(&path));
        assert_eq!(metadata.map(|found| found.nlink()).unwrap(), 1, "{path}");
        files.remove(Path::new(&path)).unwrap()
    };
    let json_of = |bytes: Vec<u8>| -> Value { serde_json::from_slice(&bytes).unwrap() };
    assert_eq!(
        json_of(take("$LATEST/config.json".to_owned())),
        Value::Object(function.config.clone())
    );
    assert!(
        *take("$LATEST/code.zip".to_owned()) == *function.code.bytes,
        "$LATEST/code.zip differs"
    );
    for (number, version) in &function.versions {
        assert_eq!(
            json_of(take(format!("versions/{number}/config.json"))),
            Value::Object(version.config.clone()),
            "version {number}"
        );
        assert!(
            *take(format!("versions/{number}/code.zip")) == *version.code.bytes,
            "the package of version {number} differs"
        );
    }
    for (alias, document) in &function.aliases {
        assert_eq!(
            json_of(take(format!("aliases/{alias}.json"))),
            Value::Object(document.clone())
        );
    }
    if let Some(settings) = &function.settings {
        assert_eq!(json_of(take("function.json".to_owned())), *settings);
    }
    if directory.join("history.jsonl").exists() {
        let text = String::from_utf8(take("history.jsonl".to_owned())).unwrap();
        check_history(world, name, function, &text);
    } else {
        assert_eq!(function.history, Vec::<Value>::new());
    }
    for number in function.versions.keys() {
        files.remove(Path::new(&format!("versions/{number}")));
    }
    let others: Vec<&PathBuf> = files.keys().collect();
    assert_eq!(others, Vec::<&PathBuf>::new(), "nobody's files");
}

/// Sees that each line says what the model says, that the chain is whole, and that what is given
/// out once was.
fn check_history(world: &World, name: &str, function: &Function, text: &str) {
    assert!(text.is_empty() || text.ends_with('\n'));
    let mut lines = Vec::new();
    let mut previous = Value::Null;
    let mut last_time = 0;
    let (mut ids, mut tokens, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    for text in text.lines() {
        let mut line: Value = serde_json::from_str(text).unwrap();
        let mut take = |member: &str| {
            let members = line.as_object_mut().unwrap();
            members.shift_remove(member).unwrap_or_default()
        };
        assert_eq!(take("Previous"), previous, "{text}");
        previous = json!(hex(&Sha256::digest(text)));
        assert_eq!(take("By"), "tester@here");
        tokens.push(take("Token").to_string());
        let time = time_of(line["Time"].as_str().unwrap());
        assert!(time > last_time, "{text}");
        last_time = time;
        let made = line.get_mut("Made").and_then(Value::as_array_mut);
        for made in made.into_iter().flatten() {
            let number = made["Version"].as_u64().unwrap();
            numbers.push(number.to_string());
            let config = world
                .join(name)
                .join(format!("versions/{number}/config.json"));
            let members = made.as_object_mut().unwrap();
            let recorded = members.shift_remove("ConfigSha256");
            if function.versions.contains_key(&number) {
                let sha256 = hex(&Sha256::digest(std::fs::read(config).unwrap()));
                assert_eq!(recorded, Some(json!(sha256)));
            }
        }
        // A change of an alias leaves the id of `$LATEST`, and gives one to the alias; a prune leaves
        // it, too.
        match line.get("Aliases") {
            None if line["Operation"] == "Prune" => {}
            None => ids.push(line["Latest"]["RevisionId"].to_string()),
            Some(changes) => {
                let id = changes[0].get("RevisionId");
                ids.extend(id.map(Value::to_string));
            }
        }
        let latest = line["Latest"].as_object_mut().unwrap();
        latest.shift_remove("CodeModified");
        latest.shift_remove("CodeChanged");
        lines.push(line);
    }
    assert_eq!(lines, function.history);
    for mut given_out in [ids, tokens, numbers] {
        let count = given_out.len();
        given_out.sort();
        given_out.dedup();
        assert_eq!(given_out.len(), count, "given out twice: {given_out:?}");
    }
}

/// Sees that the last line records the times of the package as they are; called right after a
/// change. `is_settled` says that what was placed by hand counts as old enough.
pub(crate) fn check_recorded_times(
    world: &World,
    name: &str,
    function: &Function,
    is_settled: bool,
) {
    let text = std::fs::read_to_string(world.join(name).join("history.jsonl")).unwrap();
    let line: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let found = std::fs::metadata(world.join(name).join("$LATEST/code.zip")).unwrap();
    let recorded = |member: &str| line["Latest"].get(member).and_then(Value::as_str);
    let modified = format!("{}.{:09}", found.mtime(), found.mtime_nsec());
    match function.code_time {
        CodeTime::Written(time) => {
            let written = format!("{}.{:03}000000", time / 1000, time % 1000);
            assert_eq!(modified, written);
            assert_eq!(recorded("CodeModified"), Some(written.as_str()));
            assert_eq!(recorded("CodeChanged"), None);
        }
        CodeTime::ByHand => {
            let changed = format!("{}.{:09}", found.ctime(), found.ctime_nsec());
            let expected = |time| Some(time).filter(|_| is_settled);
            assert_eq!(recorded("CodeModified"), expected(modified.as_str()));
            assert_eq!(recorded("CodeChanged"), expected(changed.as_str()));
        }
        CodeTime::Forgotten => {}
    }
}

/// Sees that nothing is left of uploads and of functions that were being made.
pub(crate) fn check_nothing_uploading(world: &World) {
    let left = names_in(&world.join(".staging"));
    assert_eq!(left, [""; 0], "left in STORE/.staging");
}
