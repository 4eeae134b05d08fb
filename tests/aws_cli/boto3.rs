//! boto3, of which Python programs have their AWS, on `lambda-store serve`; `with_boto3.py` tells what it does.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::served::start;
use crate::support::TestStore;

/// What tests/lambda-shapes.json was made of.
const VERSION: &str = "1.44.8";

/// Where it is installed, once.
static BOTO3: LazyLock<PathBuf> = LazyLock::new(|| {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let installed = place.join(format!("boto3-{VERSION}"));
    if !installed.exists() {
        let work = tempfile::tempdir_in(place).unwrap();
        let target = work.path().join("installed");
        let quiet = [
            "--quiet",
            "--root-user-action",
            "ignore",
            "--no-warn-conflicts",
        ];
        let status = Command::new("python3")
            .args(["-m", "pip", "install", "--only-binary", ":all:"])
            .args(quiet)
            .arg("--target")
            .arg(&target)
            .arg(format!("boto3=={VERSION}"))
            .status();
        assert!(status.unwrap().success(), "boto3 could not be installed");
        std::fs::rename(target, &installed).unwrap();
    }
    installed
});

/// Runs a part of the program against a store that is served with these options.
#[track_caller]
fn passes(part: &str, store: &TestStore, options: &[&str]) {
    let server = start(store, options);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/aws_cli/with_boto3.py");
    let path = std::env::var_os("PATH").unwrap();
    let ran = Command::new("python3")
        .args([script, part, server.url()])
        .env_clear()
        .env("PATH", path)
        .env("PYTHONPATH", &*BOTO3)
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{part}: {said}");
}

#[test]
fn a_function_lives_by_boto3() {
    passes("life", &TestStore::new(), &[]);
}

#[test]
fn boto3_signs_what_is_asked_and_is_refused_with_wrong_keys() {
    let store = TestStore::new();
    let keys = store.beside("keys");
    std::fs::write(&keys, KEYS).unwrap();
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o600)).unwrap();
    passes("signed", &store, &["--access-keys", keys.to_str().unwrap()]);
}

const KEYS: &str = "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret/of+EXAMPLE\n\
    [temporary]\naws_access_key_id = ASIAEXAMPLE\naws_secret_access_key = other\n\
    aws_session_token = session/TOKEN+=\n";

#[test]
fn boto3_tries_again_what_was_too_much() {
    passes("throttled", &TestStore::new(), &["--rate", "1"]);
}
