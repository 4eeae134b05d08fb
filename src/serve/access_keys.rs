//! The access keys that requests are signed with: a credentials file of the AWS CLI's form.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use ini::{Ini, ParseOption, Properties};
use thiserror::Error;

const ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";
const TOKEN: &str = "aws_session_token";

/// The access keys that a server takes requests of, by their ids.
///
/// It cannot be printed, as it holds secrets.
pub struct AccessKeys {
    keys: BTreeMap<String, AccessKey>,
    /// Whether others than the file's owner can read it.
    others_may_read: bool,
}

/// What a request is signed with.
pub(super) struct AccessKey {
    /// What the signature is made with.
    pub(super) secret: String,
    /// What requests must hold besides, if the key is a temporary one.
    pub(super) session_token: Option<String>,
}

/// Why a file gives no access keys. Nothing that stands in the file is shown but names.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AccessKeysError {
    /// The file cannot be read.
    #[error(
        "cannot read {}: {cause}; name a file with access keys, of the form of ~/.aws/credentials",
        path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What failed.
        cause: io::Error,
    },
    /// The file is of another form.
    #[error(
        "{} is no credentials file: what stands at or before line {line} is no [profile], no name = value and no \
         comment; write it as ~/.aws/credentials is written",
        path.display()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line where that is seen, from 1.
        line: usize,
    },
    /// A profile has no good access key.
    #[error("{}: [{profile}] {problem}", path.display())]
    Profile {
        /// The file.
        path: PathBuf,
        /// The profile.
        profile: String,
        /// What is wrong with it, and the way out.
        problem: String,
    },
    /// The file has no profile, or names outside of one.
    #[error(
        "{} {problem}; begin each access key with a line [profile], and give it {ID} and {SECRET}",
        path.display()
    )]
    NoProfile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl AccessKeys {
    /// Reads a credentials file of the AWS CLI's form: each profile is an access key. Other names
    /// than those of the key are left alone, as the AWS CLI leaves them.
    ///
    /// # Errors
    /// If it cannot be read, holds no access key, or one that is not whole.
    pub fn read(path: &Path) -> Result<Self, AccessKeysError> {
        let unreadable = |cause| AccessKeysError::Unreadable {
            path: path.to_owned(),
            cause,
        };
        let mut file = File::open(path).map_err(unreadable)?;
        let mode = file.metadata().map_err(unreadable)?.mode();
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(unreadable)?;
        Ok(Self {
            others_may_read: mode & 0o044 != 0,
            ..Self::parse(&text, path)?
        })
    }

    /// Returns whether others than the file's owner can read it.
    pub fn others_may_read(&self) -> bool {
        self.others_may_read
    }

    /// Returns the access key of this id.
    pub(super) fn get(&self, id: &str) -> Option<&AccessKey> {
        self.keys.get(id)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, AccessKeysError> {
        let no_profile = |problem| AccessKeysError::NoProfile {
            path: path.to_owned(),
            problem,
        };
        let mut keys = BTreeMap::new();
        for (profile, properties) in &parse_ini(text, path)? {
            let Some(profile) = profile else {
                if properties.is_empty() {
                    continue;
                }
                return Err(no_profile("has names that stand in no profile"));
            };
            let wrong = |problem| AccessKeysError::Profile {
                path: path.to_owned(),
                profile: profile.to_owned(),
                problem,
            };
            let (id, key) = key_of(properties).map_err(wrong)?;
            if keys.insert(id, key).is_some() {
                let problem = format!("has the {ID} of a profile before it; keep one of them");
                return Err(wrong(problem));
            }
        }
        if keys.is_empty() {
            return Err(no_profile("holds no access key"));
        }
        Ok(Self {
            keys,
            others_may_read: false,
        })
    }
}

fn parse_ini(text: &str, path: &Path) -> Result<Ini, AccessKeysError> {
    // A secret is what stands there: it has no quotes and no escapes.
    let as_it_is = ParseOption {
        enabled_quote: false,
        enabled_escape: false,
        ..ParseOption::default()
    };
    Ini::load_from_str_opt(text, as_it_is).map_err(|error| AccessKeysError::Malformed {
        path: path.to_owned(),
        line: error.line,
    })
}

/// Returns the access key of a profile, or what is wrong with it.
fn key_of(properties: &Properties) -> Result<(String, AccessKey), String> {
    let required = |name: &str| {
        let missing = || format!("has no {name}; add a line {name} = …");
        value_of(properties, name)?.ok_or_else(missing)
    };
    let id = required(ID)?;
    let is_of_an_id = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if !id.chars().all(is_of_an_id) {
        let problem =
            "whose letters are not all A to Z, a to z, 0 to 9 and _; write it as AWS does";
        return Err(format!("has an {ID} {problem}"));
    }
    let key = AccessKey {
        secret: required(SECRET)?,
        session_token: value_of(properties, TOKEN)?,
    };
    Ok((id, key))
}

/// Returns the value of a name, whose case does not count.
fn value_of(properties: &Properties, name: &str) -> Result<Option<String>, String> {
    let named = properties
        .iter()
        .filter(|(known, _)| known.eq_ignore_ascii_case(name));
    let values: Vec<_> = named.map(|(_, value)| value.trim()).collect();
    match values[..] {
        [] | [""] => Ok(None),
        [value] => Ok(Some(value.to_owned())),
        _ => Err(format!("has {name} twice; keep one of them")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<AccessKeys, String> {
        AccessKeys::parse(text, Path::new("keys")).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(text: &str) -> String {
        parse(text).err().unwrap()
    }

    #[test]
    fn every_profile_is_a_key_and_values_are_as_they_stand() {
        let keys = parse(
            "# comment\n[default]\naws_access_key_id = AKIDEXAMPLE\n\
             aws_secret_access_key=wJalr\\XUtn\"FEMI/K7MDENG+bPx#R;fi=\nregion = eu-west-1\n\n\
             ; comment\n[ci]\nAWS_ACCESS_KEY_ID: ASIAEXAMPLE\r\nAws_Secret_Access_Key: b:c  \r\n\
             aws_session_token = AQoDYXdz//==\n",
        );
        let keys = keys.unwrap_or_else(|error| panic!("{error}"));
        let default = keys.get("AKIDEXAMPLE").unwrap();
        assert_eq!(default.secret, "wJalr\\XUtn\"FEMI/K7MDENG+bPx#R;fi=");
        assert_eq!(default.session_token, None);
        let ci = keys.get("ASIAEXAMPLE").unwrap();
        assert_eq!(ci.secret, "b:c");
        assert_eq!(ci.session_token.as_deref(), Some("AQoDYXdz//=="));
        assert!(keys.get("OTHER").is_none());
    }

    #[test]
    fn what_is_missing_is_named_and_no_secret_is_shown() {
        let no_id = refused("[ci]\naws_secret_access_key = hidden\n");
        assert_eq!(
            no_id,
            "keys: [ci] has no aws_access_key_id; add a line aws_access_key_id = …"
        );
        let no_secret = refused("[ci]\naws_access_key_id = A\naws_secret_access_key =\n");
        assert!(
            no_secret.contains("[ci] has no aws_secret_access_key;"),
            "{no_secret}"
        );
        let key = "aws_access_key_id = A\naws_secret_access_key = hidden\n";
        let twice = refused(&format!("[a]\n{key}[b]\n{key}"));
        assert!(
            twice.contains("[b] has the aws_access_key_id of a profile before"),
            "{twice}"
        );
        let repeated = refused(&format!("[a]\n{key}aws_secret_access_key = hidden2\n"));
        assert!(
            repeated.contains("[a] has aws_secret_access_key twice"),
            "{repeated}"
        );
        let outside = refused(key);
        assert!(outside.contains("stand in no profile"), "{outside}");
        let swapped = refused("[a]\naws_access_key_id = hid/den\naws_secret_access_key = hidden\n");
        assert!(
            swapped.contains("[a] has an aws_access_key_id whose letters"),
            "{swapped}"
        );
        for empty in ["", "# nothing\n"] {
            assert!(refused(empty).contains("holds no access key"));
        }
        for malformed in ["[a]\nhidden\n", "[a\naws_access_key_id = hidden\n"] {
            let said = refused(malformed);
            assert!(said.contains("at or before line "), "{malformed:?}: {said}");
            assert!(!said.contains("hidden"), "{said}");
        }
        let all = [no_id, no_secret, twice, repeated, outside, swapped];
        assert!(all.iter().all(|said| !said.contains("hid")), "{all:?}");
    }
}
