//! `diff` of packages that are damaged, cannot be unpacked, or are made to harm who unpacks them.

use std::io::Write as _;

use serde_json::{Value, json};
use zip::CompressionMethod;

use crate::support::{Ran, TestStore, run, says, stored, zip_of, zip_with};

/// Offsets in an entry of the directory, which begins with its signature.
const ENTRY: &[u8] = b"PK\x01\x02";
const FLAGS: usize = 8;
const METHOD: usize = 10;
const CRC_32: usize = 16;
const SIZE: usize = 24;
const HEADER: usize = 42;

/// The most memory, in KiB, that a process may take for data.
const MEMORY: u32 = 64 * 1024;

/// Overwrites bytes in the first entry of the directory.
fn patched(zip: &[u8], offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip.to_vec();
    let entry = (0..zip.len())
        .find(|at| zip[*at..].starts_with(ENTRY))
        .unwrap();
    zip[entry + offset..][..bytes.len()].copy_from_slice(bytes);
    zip
}

/// Overwrites the first place where some bytes stand, which is in the content.
fn content_replaced(zip: &[u8], bytes: &[u8], others: &[u8]) -> Vec<u8> {
    let mut zip = zip.to_vec();
    let at = (0..zip.len())
        .find(|at| zip[*at..].starts_with(bytes))
        .unwrap();
    zip[at..at + others.len()].copy_from_slice(others);
    zip
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let options = stored().compression_method(CompressionMethod::Deflated);
    zip_with(&[("app.py", content, options)])
}

#[track_caller]
fn differs(old: &[u8], new: &[u8], options: &[&str]) -> String {
    let ran = TestStore::made_by_hand("hello").diff_packages(old, new, options);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{ran:?}");
    ran.stdout
}

#[track_caller]
fn document(old: &[u8], new: &[u8]) -> Value {
    serde_json::from_str(&differs(old, new, &["--output", "json"])).unwrap()
}

#[test]
fn a_damaged_entry_is_named_with_what_is_wrong() {
    let text = "some text that is long enough to be deflated, deflated, deflated".as_bytes();
    let (plain, packed) = (zip_of(&[("app.py", text)]), deflated(text));
    let size = u32::try_from(text.len()).unwrap();
    for (damaged, how) in [
        (content_replaced(&plain, b"long", b"lang"), "CRC-32"),
        (
            patched(&plain, CRC_32, b"\0\0\0\0"),
            "and the directory says 00000000",
        ),
        (
            patched(&packed, SIZE, &(size - 1).to_le_bytes()),
            "more than the 63 bytes",
        ),
        (
            patched(&packed, SIZE, &(size + 1).to_le_bytes()),
            "ends after 64 bytes",
        ),
        (
            patched(&plain, HEADER, &1_u32.to_le_bytes()),
            "header is not where",
        ),
        (
            patched(&plain, HEADER, &0x7fff_ffff_u32.to_le_bytes()),
            "header is not where",
        ),
        (
            patched(&plain, METHOD, &8_u16.to_le_bytes()),
            "deflate stream",
        ),
    ] {
        let words = differs(&packed, &damaged, &["--text"]);
        says(
            &words,
            &[
                "modified  app.py",
                "damaged in new.zip: ",
                how,
                "not compared as text: it cannot be read",
            ],
        );
        says(
            &differs(&damaged, &packed, &[]),
            &["damaged in old.zip: ", how],
        );
        let found = document(&packed, &damaged);
        let entry = &found["Entries"][0];
        assert_eq!(entry["ContentDiffers"], true, "{found}");
        assert!(entry["New"]["Broken"].is_string(), "{found}");
        assert!(entry["Old"]["Sha256"].is_string(), "{found}");
        // One that only one side has is read, too.
        let other = zip_of(&[("other.py", b"x")]);
        says(
            &differs(&other, &damaged, &[]),
            &["added     app.py", "damaged in new.zip"],
        );
    }
}

#[test]
fn a_file_that_ends_within_an_entry_is_no_zip() {
    let whole = zip_of(&[("app.py", &[b'x'; 1000])]);
    let store = TestStore::made_by_hand("hello");
    for end in [0, 1, 500, whole.len() - 1] {
        let ran = store.diff_packages(&whole, &whole[..end], &[]);
        let message = ran.failed_with("InvalidParameterValueException", "Diff");
        says(message, &["new.zip", "no zip file that can be read"]);
    }
}

#[test]
fn what_cannot_be_unpacked_is_compared_as_it_is_stored() {
    let plain = zip_of(&[("app.py", b"some bytes")]);
    let other = zip_of(&[("app.py", b"more bytes")]);
    for (offset, bytes, why) in [
        (FLAGS, 1_u16, "encrypted"),
        (METHOD, 12, "compressed with Bzip2"),
        (METHOD, 4711, "compressed with"),
    ] {
        let [mine, others] = [&plain, &other].map(|zip| patched(zip, offset, &bytes.to_le_bytes()));
        let words = differs(&mine, &others, &["--text"]);
        says(
            &words,
            &[
                why,
                "in old.zip, compared as it is stored",
                "in new.zip, compared as it is stored",
            ],
        );
        let found = document(&mine, &others);
        let packed = found["Entries"][0]["Old"]["Packed"].as_str().unwrap();
        assert!(packed.starts_with(why), "{found}");
        // The same bytes are the same, whatever they are.
        let later = patched(&mine, 12, &[1, 0]);
        let store = TestStore::made_by_hand("hello");
        assert_eq!(store.diff_packages(&mine, &later, &[]).code, Some(0));
        // Nobody knows if these are.
        says(
            &differs(&mine, &plain, &[]),
            &["modified  app.py", why, "in old.zip"],
        );
    }
}

/// Compares two packages with little memory, and sees that nothing is written.
fn with_little_memory(old: &[u8], new: &[u8], options: &str) -> Ran {
    let store = TestStore::made_by_hand("hello");
    for (name, package) in [("old.zip", old), ("new.zip", new)] {
        std::fs::write(store.beside(name), package).unwrap();
    }
    let binary = assert_cmd::cargo::cargo_bin!("lambda-store");
    let script = format!(
        "ulimit -d {MEMORY} && ulimit -f 0 && exec {} diff hello old.zip new.zip {options} --output json",
        binary.display()
    );
    let mut command = assert_cmd::Command::new("/bin/sh");
    command
        .args(["-c", &script])
        .current_dir(store.beside(""))
        .env_clear()
        .env("LAMBDA_STORE", store.path());
    run(&mut command)
}

/// Makes a zip with one entry of 200 MB of zeros, of which the last byte is given.
fn bomb(level: i64, last: u8) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = stored()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(level));
    writer.start_file("zeros", options).unwrap();
    let zeros = vec![0; 1024 * 1024];
    for _ in 0..200 {
        writer.write_all(&zeros).unwrap();
    }
    writer.write_all(&[last]).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn an_entry_that_unpacks_to_more_than_memory_is_compared_as_a_stream() {
    let (bomb_1, bomb_6, other) = (bomb(1, 0), bomb(6, 0), bomb(6, 1));
    assert_ne!(bomb_1, bomb_6);
    let ran = with_little_memory(&bomb_1, &bomb_6, "--text");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let ran = with_little_memory(&bomb_1, &other, "--text");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{ran:?}");
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    let entry = &found["Entries"][0];
    assert_eq!(
        (&entry["Old"]["Size"], &entry["NoText"]),
        (&json!(209_715_201), &json!("Binary"))
    );
    // Of one that hides how large it is no more is unpacked than it admits.
    let lying = patched(&bomb_6, SIZE, &10_u32.to_le_bytes());
    let ran = with_little_memory(&bomb_1, &lying, "");
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    let broken = found["Entries"][0]["New"]["Broken"].as_str().unwrap();
    says(broken, &["more than the 10 bytes"]);
}

#[test]
fn the_longest_texts_are_compared_in_little_memory() {
    let text = |factor: usize| {
        let lines = (0..100_000).map(|line| format!("{:09}\n", line * factor % 9_973));
        zip_of(&[("long.txt", lines.collect::<Vec<_>>().concat().as_bytes())])
    };
    let ran = with_little_memory(&text(7), &text(11), "--text");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{ran:?}");
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    let patch = found["Entries"][0]["Text"].as_str().unwrap();
    assert!(patch.starts_with("--- a/long.txt\n"), "{found}");
}

#[test]
fn a_hundred_thousand_entries_fit_into_memory() {
    let zip = |minute: u8| {
        let time = zip::DateTime::from_date_and_time(2026, 11, 25, 10, minute, 0).unwrap();
        let options = stored().last_modified_time(time);
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for number in 0..100_000 {
            let name = format!("node_modules/package-{}/file-{number}.js", number / 100);
            writer.start_file(name, options).unwrap();
            writer.write_all(b"module").unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    let ran = with_little_memory(&zip(0), &zip(2), "");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found["Summary"]["Unchanged"], 100_000);
    assert_eq!(found["Summary"]["Packing"], json!(["Timestamps"]));
}
