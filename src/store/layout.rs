//! Every name in a store, once.

use std::ffi::OsStr;
use std::hash::{BuildHasher as _, RandomState};

use crate::api::qualifier::{AliasName, parse_version};

/// `STORE/store.json`
pub(super) const STORE_JSON: &str = "store.json";
/// `STORE/.staging/` and `STORE/NAME/.staging/`
pub(super) const STAGING: &str = ".staging";
/// `STORE/.trash/`
pub(super) const TRASH: &str = ".trash";
/// `STORE/.usage`
pub(super) const USAGE: &str = ".usage";
/// `STORE/.usage.lock`
pub(super) const USAGE_LOCK: &str = ".usage.lock";
/// `STORE/NAME/$LATEST/`
pub(super) const LATEST: &str = "$LATEST";
/// `STORE/NAME/versions/`
pub(super) const VERSIONS: &str = "versions";
/// `STORE/NAME/aliases/`
pub(super) const ALIASES: &str = "aliases";
/// The deployment package, in `$LATEST/` and `versions/N/`.
pub(super) const CODE_ZIP: &str = "code.zip";
/// The configuration, in `$LATEST/` and `versions/N/`.
pub(super) const CONFIG_JSON: &str = "config.json";
/// `STORE/NAME/function.json`
pub(super) const FUNCTION_JSON: &str = "function.json";
/// `STORE/NAME/history.jsonl`
pub(super) const HISTORY: &str = "history.jsonl";

/// How much room the disk keeps behind the last line, in bytes. At least half of it is always there: on a
/// full disk the line of the change that frees some still fits, with a dozen of others before it.
pub(super) const ROOM_FOR_LINES: u64 = 16 * 1024;
/// `STORE/NAME/.lock`
pub(super) const LOCK: &str = ".lock";

/// The mode of documents, the history and locks: values of an environment may be secrets.
pub(super) const PRIVATE_FILE_MODE: u32 = 0o640;
/// The mode of a version's configuration.
pub(super) const VERSION_CONFIG_MODE: u32 = 0o440;
/// The mode of the package under `$LATEST`.
pub(super) const PACKAGE_MODE: u32 = 0o644;
/// The mode of a version's package.
pub(super) const VERSION_PACKAGE_MODE: u32 = 0o444;

/// The name of an alias's file.
pub(super) fn alias_json(alias: &str) -> String {
    format!("{alias}.json")
}

/// Letters and digits that name one change, or one upload, among all that are under way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Token(String);

impl Token {
    /// How many letters and digits a token has.
    const LENGTH: usize = 8;

    /// Makes a fresh token, at random: std seeds its hashers from the system.
    pub(super) fn random() -> Self {
        const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let number = RandomState::new().hash_one(());
        let letter = |position: u32| {
            let index = number / 36_u64.pow(position) % 36;
            char::from(LETTERS[usize::try_from(index).unwrap_or_default()])
        };
        Self((0..8).map(letter).collect())
    }

    /// Takes a token as it stands in a line of the history.
    pub(super) fn recorded(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Returns the token that an entry of a staging directory begins with.
    pub(super) fn of_entry(name: &OsStr) -> Option<Self> {
        let (token, _) = name.to_str()?.split_once('.')?;
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        (token.len() == Self::LENGTH && token.bytes().all(is_letter))
            .then(|| Self(token.to_owned()))
    }

    /// Returns the token of the change whose mark an entry is.
    pub(super) fn of_mark(name: &OsStr) -> Option<Self> {
        Self::of_entry(name).filter(|token| *name == *token.change())
    }

    /// Returns the token's text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of a staged entry: the token, a dot, what it is.
    pub(super) fn entry(&self, what: &str) -> String {
        format!("{}.{what}", self.0)
    }

    /// Returns the mark that a change is unfinished.
    pub(super) fn change(&self) -> String {
        self.entry("change")
    }

    /// Returns the name that a version is staged under.
    pub(super) fn version(&self, number: u64) -> String {
        self.entry(&format!("version-{number}"))
    }
}

/// Where an entry of a function's staging directory belongs: the directory within the function
/// (`None` for the function itself) and the name there. `None` for what is not staged to be put in
/// place.
pub(super) fn destination(entry: &str) -> Option<(Option<&'static str>, String)> {
    let (_, what) = entry.split_once('.')?;
    match what {
        CODE_ZIP | CONFIG_JSON => Some((Some(LATEST), what.to_owned())),
        FUNCTION_JSON => Some((None, what.to_owned())),
        _ => {
            if let Some(number) = what.strip_prefix("version-") {
                parse_version(number).map(|_| (Some(VERSIONS), number.to_owned()))
            } else {
                let file = what.strip_prefix("alias-")?;
                AliasName::parse(file.strip_suffix(".json")?)?;
                Some((Some(ALIASES), file.to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staged_entries_know_where_they_belong() {
        let latest = |name: &str| Some((Some("$LATEST"), name.to_owned()));
        assert_eq!(destination("k3j9x2ab.code.zip"), latest("code.zip"));
        assert_eq!(destination("k3j9x2ab.config.json"), latest("config.json"));
        assert_eq!(
            destination("k3j9x2ab.function.json"),
            Some((None, "function.json".to_owned()))
        );
        assert_eq!(
            destination("k3j9x2ab.version-6"),
            Some((Some("versions"), "6".to_owned()))
        );
        assert_eq!(
            destination("k3j9x2ab.alias-live.json"),
            Some((Some("aliases"), "live.json".to_owned()))
        );
        for not_staged in [
            "k3j9x2ab.change",
            "k3j9x2ab.removed-version-1",
            "k3j9x2ab.removed-alias-x.json",
            "k3j9x2ab.version-..",
            "k3j9x2ab.alias-...json",
        ] {
            assert_eq!(destination(not_staged), None, "{not_staged}");
        }
    }

    #[test]
    fn tokens_are_eight_letters_and_digits_and_differ() {
        let tokens: Vec<Token> = (0..50).map(|_| Token::random()).collect();
        for (index, token) in tokens.iter().enumerate() {
            assert_eq!(
                Token::of_entry(OsStr::new(&token.change())).as_ref(),
                Some(token)
            );
            assert!(!tokens[..index].contains(token));
        }
        for name in [".DS_Store", "k3j9.change", "K3J9X2AB.change", "k3j9x2ab"] {
            assert_eq!(Token::of_entry(OsStr::new(name)), None, "{name}");
        }
    }
}
