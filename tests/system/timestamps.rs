//! A file system whose times are whole seconds: what somebody edits in the second in which the tool
//! wrote is seen all the same.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_store::api::messages::UpdateFunctionCodeRequest;
use lambda_store::api::timestamp::Timestamp;
use lambda_store::operations;
use lambda_store::store::{Host, PackageSource, Store};
use serde_json::Value;

use crate::outcome::FUNCTION;
use crate::small_disk::{FileSystem, SmallDisk};
use crate::support::{TestStore, code_sha256, modified, zip_of};
use crate::undisturbed::{Packages, SMALL};
use crate::writers::{prepare, run_all, writers};

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Does something until it begins and ends in one second, and returns what came of it.
fn in_one_second<T>(mut act: impl FnMut() -> T) -> T {
    loop {
        let start = seconds(SystemTime::now());
        let result = act();
        if seconds(SystemTime::now()) == start {
            return result;
        }
    }
}

fn on_disk_of_seconds() -> (SmallDisk, TestStore) {
    let disk = SmallDisk::new(FileSystem::Ext4OfSeconds);
    let store = TestStore::nothing_in(&disk.path());
    let packages = Packages::new();
    prepare(&store, &packages, SMALL);
    let written = modified(&store.join("hello/$LATEST/config.json"));
    let fraction = written.duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    assert_eq!(fraction, 0, "the disk keeps more than seconds");
    (disk, store)
}

#[track_caller]
fn check_is_seen(store: &TestStore, package: &[u8]) {
    let expected = code_sha256(package);
    assert_eq!(store.get(FUNCTION, &[]).succeeded()["CodeSha256"], expected);
    let published = store.publish(FUNCTION, &[]).succeeded();
    assert_eq!(published["CodeSha256"], expected);
    let code = format!("hello/versions/{}/code.zip", text(&published, "Version"));
    assert_eq!(std::fs::read(store.join(&code)).unwrap(), package);
}

fn text<'a>(answer: &'a Value, member: &str) -> &'a str {
    answer[member].as_str().unwrap()
}

#[test]
fn a_package_edited_in_the_second_of_the_tools_own_write_is_seen() {
    let (_disk, store) = on_disk_of_seconds();
    let edited = in_one_second(|| {
        store.update(FUNCTION, &[b'x'; SMALL], &[]).succeeded();
        store.write_code(FUNCTION, &[b'y'; SMALL]);
        zip_of(&[("app.py", &[b'y'; SMALL])])
    });
    check_is_seen(&store, &edited);
}

/// Updates the code through the library, at a time that the clock shows.
fn update_at(time: SystemTime, store: &TestStore, package: &Path) {
    let time = time.duration_since(UNIX_EPOCH).unwrap().as_millis();
    let time = Timestamp::from_milliseconds(u64::try_from(time).unwrap());
    let host = Host {
        clock: Arc::new(move || time),
        ..Host::new("alice@here".to_owned())
    };
    let store = Store::open_or_make(&store.path(), host).unwrap();
    let request = UpdateFunctionCodeRequest {
        function_name: FUNCTION.to_owned(),
        configuration: lambda_store::api::requested_configuration::RequestedConfiguration::default(
        ),
        publish: false,
        dry_run: false,
        revision_id: None,
    };
    let package = PackageSource::open(package).unwrap();
    operations::update_function_code(&store, &request, Some(&package)).unwrap();
}

/// A change in the first millisecond of a second has a time that the file system keeps whole.
#[test]
fn a_package_edited_in_the_second_of_a_write_at_its_very_beginning_is_seen() {
    let (_disk, store) = on_disk_of_seconds();
    let upload = store.beside("upload.zip");
    std::fs::write(&upload, zip_of(&[("app.py", &[b'x'; SMALL])])).unwrap();
    let edited = in_one_second(|| {
        let second = UNIX_EPOCH + Duration::from_secs(seconds(SystemTime::now()));
        update_at(second, &store, &upload);
        store.write_code(FUNCTION, &[b'y'; SMALL]);
        zip_of(&[("app.py", &[b'y'; SMALL])])
    });
    check_is_seen(&store, &edited);
}

#[test]
fn a_configuration_edited_in_the_second_of_the_tools_own_write_is_seen() {
    let (_disk, store) = on_disk_of_seconds();
    in_one_second(|| {
        store
            .configure(FUNCTION, &["--description", "one"])
            .succeeded();
        store.edit_config(FUNCTION, |config| config["Description"] = "two".into());
    });
    assert_eq!(store.get(FUNCTION, &[]).succeeded()["Description"], "two");
    let published = store.publish(FUNCTION, &[]).succeeded();
    assert_eq!(published["Description"], "two");
    let line = store.history(FUNCTION).pop().unwrap();
    assert_eq!(line["FoundEdited"], serde_json::json!(["config.json"]));
}

#[test]
fn every_command_works_where_times_are_whole_seconds() {
    let (_disk, store) = on_disk_of_seconds();
    run_all(&store, writers(&Packages::new(), SMALL));
}
