//! What must hold of a function wherever a command was killed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::{TestStore, masked};

/// The function that is changed.
pub(crate) const FUNCTION: &str = "hello";

/// The alias that is changed.
pub(crate) const ALIAS: &str = "live";

/// What readers answer: by qualifier, null where there is nothing; under its name what the alias is.
pub(crate) type Answers = BTreeMap<String, Value>;

/// Asks for `$LATEST`, for each version up to a number, and for the alias.
pub(crate) fn answers(store: &TestStore, up_to: u64) -> Answers {
    let mut answers = answers_of_function(store, up_to);
    // Most commands have nothing to do with aliases.
    if store.join(FUNCTION).join("aliases").exists() {
        let ran = store.alias("get-alias", ALIAS, &[]);
        if ran.code == Some(254) {
            ran.failed_with("ResourceNotFoundException", "GetAlias");
        } else {
            answers.insert(ALIAS.to_owned(), ran.succeeded());
        }
    }
    answers
}

fn answers_of_function(store: &TestStore, up_to: u64) -> Answers {
    let qualifiers = (1..=up_to).map(|number| number.to_string());
    std::iter::once("$LATEST".to_owned())
        .chain(qualifiers)
        .map(|qualifier| {
            let ran = match qualifier.as_str() {
                "$LATEST" => store.get(FUNCTION, &[]),
                number => store.get(FUNCTION, &["--qualifier", number]),
            };
            let answer = match ran.code {
                // Where nothing has come to be, that is said in so many words.
                Some(253) => {
                    ran.failed(253);
                    Value::Null
                }
                Some(254) => {
                    ran.failed_with("ResourceNotFoundException", "GetFunctionConfiguration");
                    Value::Null
                }
                _ => ran.succeeded(),
            };
            (qualifier, answer)
        })
        .collect()
}

/// Returns the answers as text, without times and revision ids.
pub(crate) fn without_times(answers: &Answers) -> String {
    masked(&serde_json::to_string(answers).unwrap())
}

/// Returns the numbers of the versions among the answers.
fn numbers_of(answers: &Answers) -> BTreeSet<u64> {
    let found = answers.iter().filter(|(_, answer)| !answer.is_null());
    found
        .filter_map(|(qualifier, _)| qualifier.parse().ok())
        .collect()
}

/// Returns the highest version among the answers.
pub(crate) fn highest(answers: &Answers) -> u64 {
    numbers_of(answers).last().copied().unwrap_or(0)
}

/// Sees that each answer tells of the package that stands there, and the history of the versions and
/// the alias.
pub(crate) fn check_answers(store: &TestStore, answers: &Answers) {
    let of_function = answers
        .iter()
        .filter(|(qualifier, answer)| !answer.is_null() && *qualifier != ALIAS);
    for (qualifier, answer) in of_function {
        let package = std::fs::read(package_of(store, qualifier)).unwrap();
        assert_eq!(answer["Version"], **qualifier);
        assert_eq!(answer["CodeSize"], package.len());
        assert_eq!(answer["CodeSha256"], base64_sha256(&package), "{qualifier}");
    }
    let lines = whole_lines(store);
    if let Some(last) = lines.last()
        && !answers["$LATEST"].is_null()
    {
        // A version that the history knows is there, and no other.
        assert_eq!(numbers_of(answers), standing(&lines), "{last}");
        let alias = answers.get(ALIAS).map(|alias| &alias["RevisionId"]);
        assert_eq!(alias, last_id_of_alias(&lines), "{last}");
    }
}

/// Returns whether the last line of the history, where there is one, tells of `$LATEST` as it is, which
/// an edit by hand changes.
pub(crate) fn tells_of_latest(store: &TestStore, answers: &Answers) -> bool {
    let lines = whole_lines(store);
    let (answer, Some(last)) = (&answers["$LATEST"], lines.last()) else {
        return true;
    };
    let members = ["RevisionId", "CodeSha256"];
    answer.is_null()
        || members
            .iter()
            .all(|member| answer[member] == last["Latest"][member])
}

/// Returns where the package of a qualifier stands: while the last change is unfinished, what is
/// staged comes first.
fn package_of(store: &TestStore, qualifier: &str) -> PathBuf {
    let function = store.join(FUNCTION);
    let (place, staged) = match qualifier {
        "$LATEST" => ("$LATEST/code.zip".to_owned(), "code.zip".to_owned()),
        number => (
            format!("versions/{number}/code.zip"),
            format!("version-{number}/code.zip"),
        ),
    };
    let lines = whole_lines(store);
    let token = lines.last().and_then(|line| line["Token"].as_str());
    let staged = token
        .filter(|token| function.join(format!(".staging/{token}.change")).exists())
        .map(|token| function.join(format!(".staging/{token}.{staged}")));
    match staged.filter(|path| path.exists()) {
        Some(staged) => staged,
        None => function.join(place),
    }
}

/// Returns the lines of the history that are whole; a writer that was killed may have left a torn
/// one.
fn whole_lines(store: &TestStore) -> Vec<Value> {
    let text = std::fs::read_to_string(store.join(FUNCTION).join("history.jsonl"));
    let text = text.unwrap_or_default();
    text.split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map_while(|line| serde_json::from_str(line).ok())
        .collect()
}

/// Returns the revision id that these lines gave the alias last, if they did not delete it.
fn last_id_of_alias(lines: &[Value]) -> Option<&Value> {
    let changes = lines
        .iter()
        .rev()
        .filter_map(|line| line["Aliases"].as_array());
    changes.flatten().next()?.get("RevisionId")
}

/// Returns the numbers of the versions that these lines made and did not remove.
fn standing(lines: &[Value]) -> BTreeSet<u64> {
    let mut numbers = BTreeSet::new();
    for line in lines {
        for made in line["Made"].as_array().into_iter().flatten() {
            numbers.insert(made["Version"].as_u64().unwrap());
        }
        for range in line["Removed"].as_array().into_iter().flatten() {
            let [first, last] = [0, 1].map(|end| range[end].as_u64().unwrap());
            numbers.retain(|number| !(first..=last).contains(number));
        }
    }
    numbers
}

/// Sees that every line of the history is whole, hangs on the one before it, and is later; that no
/// version was made twice, and that those that stand are as they were made.
pub(crate) fn check_history(store: &TestStore) {
    let text = std::fs::read_to_string(store.join(FUNCTION).join("history.jsonl")).unwrap();
    assert!(text.ends_with('\n'), "{text}");
    let mut previous: Option<(String, String)> = None;
    let mut made = BTreeSet::new();
    let standing = standing(&whole_lines(store));
    for text in text.lines() {
        let line: Value = serde_json::from_str(text).unwrap();
        let time = line["Time"].as_str().unwrap().to_owned();
        match &previous {
            None => assert_eq!(line.get("Previous"), None),
            Some((hash, before)) => {
                assert_eq!(line["Previous"], **hash);
                assert!(time > *before, "{time} after {before}");
            }
        }
        for version in line["Made"].as_array().into_iter().flatten() {
            let number = version["Version"].as_u64().unwrap();
            assert!(made.insert(number), "{number} was made twice");
            assert_eq!(line["HighestVersion"], number);
            if standing.contains(&number) {
                let config = format!("versions/{number}/config.json");
                let config = std::fs::read(store.join(FUNCTION).join(config)).unwrap();
                assert_eq!(version["ConfigSha256"], hex_sha256(&config));
            }
        }
        previous = Some((hex_sha256(text.as_bytes()), time));
    }
}

/// Sees that a staging directory has no entries; one that is missing is an empty one.
pub(crate) fn check_empty(directory: &Path) {
    let entries: Vec<_> = std::fs::read_dir(directory).into_iter().flatten().collect();
    assert!(entries.is_empty(), "{entries:?}");
}

/// Sees that the store holds its one function, the versions that were answered, and nothing besides
/// but these files.
pub(crate) fn check_files(store: &TestStore, answers: &Answers, further: &BTreeSet<PathBuf>) {
    let mut expected = further.clone();
    let function = Path::new(FUNCTION);
    let numbers = numbers_of(answers).into_iter();
    let versions = numbers.map(|number| function.join(format!("versions/{number}")));
    for directory in versions.chain([function.join("$LATEST")]) {
        expected.insert(directory.join("code.zip"));
        expected.insert(directory.join("config.json"));
        expected.insert(directory);
    }
    let names = ["", "versions", "history.jsonl"];
    expected.extend(names.map(|name| function.join(name)));
    if answers.contains_key(ALIAS) {
        expected.insert(function.join("aliases/live.json"));
    }
    let mut found: BTreeSet<PathBuf> = store.files().into_keys().collect();
    // A cache, which may be there or not.
    found.remove(Path::new(".usage"));
    // Where deleted functions go.
    found.remove(Path::new(".trash"));
    // Made for the first alias, whatever comes of it.
    found.remove(&function.join("aliases"));
    assert_eq!(found, expected);
    check_empty(&store.join(FUNCTION).join(".staging"));
    check_empty(&store.join(".staging"));
}

fn base64_sha256(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(bytes))
}

/// Returns a SHA-256 as the history writes it.
pub(crate) fn hex_sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}
