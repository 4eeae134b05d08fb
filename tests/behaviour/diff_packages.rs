//! `diff` of two packages: which entries differ, and in what, and what differs for nothing.

use std::io::Write as _;

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime};

use crate::support::{TestStore, says, stored, zip_of, zip_with};

/// Compares two packages, sees the exit code, and returns what is said of the package: the lines
/// behind the hashes.
#[track_caller]
fn said(old: &[u8], new: &[u8], code: i32) -> String {
    let store = TestStore::made_by_hand("hello");
    let ran = store.diff_packages(old, new, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(code), ""), "{ran:?}");
    let (_, package) = ran.stdout.split_once("    CodeSize ").unwrap();
    package.split_once('\n').unwrap().1.to_owned()
}

/// Returns the document for scripts.
#[track_caller]
fn document(old: &[u8], new: &[u8], code: i32) -> Value {
    let store = TestStore::made_by_hand("hello");
    let ran = store.diff_packages(old, new, &["--output", "json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(code), ""), "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

/// Makes a zip with a writer.
fn written(write: impl FnOnce(&mut zip::ZipWriter<std::io::Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    write(&mut writer);
    writer.finish().unwrap().into_inner()
}

/// Replaces the bytes of a name in both its headers by as many others.
fn renamed(zip: &[u8], name: &[u8], other: &[u8]) -> Vec<u8> {
    assert_eq!(name.len(), other.len());
    let mut zip = zip.to_vec();
    let places: Vec<usize> = (0..zip.len())
        .filter(|at| zip[*at..].starts_with(name))
        .collect();
    assert_eq!(places.len(), 2);
    for place in places {
        zip[place..place + name.len()].copy_from_slice(other);
    }
    zip
}

#[test]
fn entries_are_told_by_path_as_added_removed_and_modified() {
    let old = zip_of(&[
        ("same.py", b"same"),
        ("z.py", b"12345"),
        ("gone.py", b"x"),
        ("lib/content.py", b"abc"),
    ]);
    let new = zip_of(&[
        ("z.py", b"123"),
        ("lib/content.py", b"abd"),
        ("same.py", b"same"),
        ("added.py", b"12"),
        ("lib/empty.py", b""),
    ]);
    insta::assert_snapshot!(said(&old, &new, 1), @"
        added     added.py        2 bytes
        removed   gone.py         1 byte
        modified  lib/content.py  3 bytes, other content
        added     lib/empty.py    0 bytes
        modified  z.py            5 -> 3 bytes

    5 entries changed: 2 added, 1 removed, 2 modified; 1 unchanged; 13 -> 12 bytes unzipped
    ");
}

#[test]
fn a_crc_32_alone_is_no_proof() {
    // Known for their common CRC-32.
    let [old, new] = [&b"plumless"[..], b"buckeroo"].map(|content| zip_of(&[("a", content)]));
    let found = document(&old, &new, 1);
    assert_eq!(found["Entries"][0]["ContentDiffers"], true, "{found}");
}

#[test]
fn what_differs_for_nothing_is_said_and_is_the_same() {
    let text = "a line that is repeated\n".repeat(100);
    let text = text.as_bytes();
    let entries =
        |options: SimpleFileOptions| zip_with(&[("a.py", text, options), ("b.py", b"b", options)]);
    let deflated = |level| {
        stored()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(level))
    };
    let later = DateTime::from_date_and_time(2026, 11, 25, 10, 0, 0).unwrap();
    let plain = entries(stored());
    let order = zip_with(&[("b.py", b"b", stored()), ("a.py", text, stored())]);
    let comment = written(|writer| {
        writer.set_comment("built by hand").unwrap();
        for (name, content) in [("a.py", text), ("b.py", b"b")] {
            writer.start_file(name, stored()).unwrap();
            writer.write_all(content).unwrap();
        }
    });
    for (old, new, words, packing) in [
        (
            &plain,
            entries(stored().last_modified_time(later)),
            "timestamps",
            json!(["Timestamps"]),
        ),
        (
            &plain,
            entries(deflated(6)),
            "compression",
            json!(["Compression"]),
        ),
        (
            &entries(deflated(1)),
            entries(deflated(9)),
            "compression",
            json!(["Compression"]),
        ),
        (&plain, order, "order", json!(["Order"])),
        (&plain, comment, "comments or other details", json!([])),
        (
            &plain,
            entries(deflated(6).last_modified_time(later)),
            "timestamps, compression",
            json!(["Timestamps", "Compression"]),
        ),
    ] {
        assert_ne!(old, &new);
        assert_eq!(
            said(old, &new, 0),
            format!(
                "    The entries are the same, how they are packed is not: {words}\n\nno entry changed; 2 \
                 unchanged; 2401 -> 2401 bytes unzipped\n"
            )
        );
        let found = document(old, &new, 0);
        assert_eq!(
            (&found["Same"], &found["SameBytes"]),
            (&json!(true), &json!(false))
        );
        assert_ne!(found["Old"]["CodeSha256"], found["New"]["CodeSha256"]);
        assert_eq!(found["Summary"]["Packing"], packing);
        let store = TestStore::made_by_hand("hello");
        let counts = store.diff_packages(old, &new, &["--stat"]).stdout;
        says(
            &counts,
            &["old.zip and new.zip hold the same, packed differently"],
        );
    }
}

#[test]
fn zips_of_every_make_are_read() {
    let entries = [("a.py", &b"one\ntwo\n"[..]), ("lib/b.py", b"three\n")];
    let plain = zip_of(&entries);
    let behind_a_program = [&b"#!/usr/bin/env python3\n"[..], &plain].concat();
    let mut streamed = zip::ZipWriter::new_stream(Vec::new());
    let deflated = stored().compression_method(CompressionMethod::Deflated);
    for (name, content) in entries {
        streamed.start_file(name, deflated).unwrap();
        streamed.write_all(content).unwrap();
    }
    let streamed = streamed.finish().unwrap().into_inner();
    let large = written(|writer| {
        for (name, content) in entries {
            writer.start_file(name, stored().large_file(true)).unwrap();
            writer.write_all(content).unwrap();
        }
    });
    for other in [behind_a_program, streamed, large] {
        assert_ne!(other, plain);
        for (old, new) in [(&plain, &other), (&other, &plain)] {
            says(
                &said(old, new, 0),
                &["no entry changed; 2 unchanged; 14 -> 14 bytes"],
            );
        }
        let changed = zip_of(&[("a.py", b"one\n2\n"), ("lib/b.py", b"three\n")]);
        let entries = document(&other, &changed, 1)["Entries"].clone();
        assert_eq!(entries.as_array().unwrap().len(), 1, "{entries}");
        assert!(entries[0]["Old"]["Sha256"].is_string(), "{entries}");
    }
}

#[test]
fn packing_is_no_matter_where_entries_differ() {
    let later = DateTime::from_date_and_time(2026, 11, 25, 10, 0, 0).unwrap();
    let old = zip_of(&[("a", b"a"), ("b", b"b")]);
    let options = stored().last_modified_time(later);
    let new = zip_with(&[("a", b"a", options), ("b", b"c", options)]);
    let found = document(&old, &new, 1);
    assert_eq!(found["Entries"].as_array().unwrap().len(), 1);
    assert_eq!(found["Summary"]["Unchanged"], 1);
    assert_eq!(found["Summary"].get("Packing"), None);
}

#[test]
fn modes_are_compared() {
    let with_mode = |mode| zip_with(&[("run.sh", b"#!/bin/sh", stored().unix_permissions(mode))]);
    insta::assert_snapshot!(said(&with_mode(0o644), &with_mode(0o755), 1), @"
        modified  run.sh  mode 0644 -> 0755

    1 entry changed: 0 added, 0 removed, 1 modified; 0 unchanged; 9 -> 9 bytes unzipped
    ");
    let found = document(&with_mode(0o600), &with_mode(0o755), 1);
    let entry = &found["Entries"][0];
    assert_eq!(
        (
            &entry["Old"]["Mode"],
            &entry["New"]["Mode"],
            &entry["ContentDiffers"]
        ),
        (&json!("0600"), &json!("0755"), &json!(false))
    );
    let other = zip_with(&[("run.sh", b"#!/bin/bash", stored().unix_permissions(0o755))]);
    says(
        &said(&with_mode(0o644), &other, 1),
        &["modified  run.sh  9 -> 11 bytes, mode 0644 -> 0755\n"],
    );
    // Made on MS-DOS or Windows, an entry states none.
    let dos = stored().system(zip::System::Dos);
    let without = zip_with(&[("run.sh", b"#!/bin/sh", dos)]);
    says(
        &said(&without, &with_mode(0o644), 1),
        &["run.sh  mode none -> 0644\n"],
    );
    let found = document(&without, &with_mode(0o644), 1);
    assert_eq!(found["Entries"][0]["Old"].get("Mode"), None);
}

#[test]
fn permissions_alone_make_a_file_like_permissions_with_the_type() {
    let whole = stored()
        .system(zip::System::Unix)
        .external_attributes(0o100_644 << 16);
    let bare = stored()
        .system(zip::System::Unix)
        .external_attributes(0o644 << 16);
    let [whole, bare] = [whole, bare].map(|options| zip_with(&[("a", b"a", options)]));
    assert_ne!(whole, bare);
    says(&said(&whole, &bare, 0), &["The entries are the same"]);
}

#[test]
fn special_bits_of_a_mode_count() {
    let with_mode = |mode: u32| {
        let options = stored().system(zip::System::Unix);
        zip_with(&[("a", b"a", options.external_attributes(mode << 16))])
    };
    says(
        &said(&with_mode(0o100_755), &with_mode(0o104_755), 1),
        &["a  mode 0755 -> 4755\n"],
    );
}

#[test]
fn links_and_directories_are_told_as_such() {
    let old = written(|writer| {
        writer.add_symlink("current", "v1", stored()).unwrap();
        writer.add_symlink("plain", "v1", stored()).unwrap();
        writer.add_directory("empty/", stored()).unwrap();
    });
    let new = written(|writer| {
        writer.add_symlink("current", "v2", stored()).unwrap();
        writer
            .start_file("plain", stored().unix_permissions(0o777))
            .unwrap();
        writer.write_all(b"v1").unwrap();
        writer
            .add_symlink("new", "../../etc/passwd", stored())
            .unwrap();
    });
    insta::assert_snapshot!(said(&old, &new, 1), @"
        modified  current  2 bytes, other content
        removed   empty/   directory, 0 bytes
        added     new      symbolic link, 16 bytes
        modified  plain    symbolic link -> file

    4 entries changed: 1 added, 1 removed, 2 modified; 0 unchanged; 4 -> 20 bytes unzipped
    ");
    let found = document(&old, &new, 1);
    let types = |index: usize, side: &str| found["Entries"][index][side]["Type"].clone();
    assert_eq!(types(0, "Old"), "Symlink");
    assert_eq!(types(1, "Old"), "Directory");
    assert_eq!(
        (types(3, "Old"), types(3, "New")),
        (json!("Symlink"), json!("File"))
    );
}

#[test]
fn entries_of_one_name_are_compared_in_their_order() {
    let twice = |first: &[u8], second: &[u8]| {
        let zip = zip_of(&[("name-a", first), ("between", b"x"), ("name-b", second)]);
        renamed(&zip, b"name-b", b"name-a")
    };
    assert_eq!(
        said(&twice(b"1", b"2"), &twice(b"1", b"three"), 1)
            .lines()
            .next()
            .unwrap(),
        "    modified  name-a (no. 2 of this name)  1 -> 5 bytes"
    );
    let once = zip_of(&[("name-a", b"1"), ("between", b"x")]);
    let found = document(&twice(b"1", b"2"), &once, 1);
    let entries = found["Entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{found}");
    assert_eq!(
        (
            &entries[0]["Path"],
            &entries[0]["Occurrence"],
            &entries[0]["Change"]
        ),
        (&json!("name-a"), &json!(2), &json!("Removed"))
    );
}

#[test]
fn names_are_shown_and_never_followed() {
    let empty = zip_of(&[("kept", b"kept")]);
    let named = |name: &[u8]| {
        let placeholder = "n".repeat(name.len());
        let zip = zip_of(&[("kept", b"kept"), (&placeholder, b"x")]);
        renamed(&zip, placeholder.as_bytes(), name)
    };
    for (name, shown, path) in [
        (
            &b"/etc/lambda-store-test"[..],
            "/etc/lambda-store-test",
            "/etc/lambda-store-test",
        ),
        (b"../../escaped", "../../escaped", "../../escaped"),
        (
            b"a\x1b[2Jb\nc\td",
            "a\\u{1b}[2Jb\\u{a}c\\u{9}d",
            "a\u{1b}[2Jb\nc\td",
        ),
        (b"caf\x82.py", "caf\\x82.py", "caf\\x82.py"),
        ("grüße.py".as_bytes(), "grüße.py", "grüße.py"),
    ] {
        let store = TestStore::made_by_hand("hello");
        let before = crate::support::files_under(&store.beside(""));
        let ran = store.diff_packages(&empty, &named(name), &["--text"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        says(
            &ran.stdout,
            &[
                &format!("    added     {shown}  1 byte\n"),
                &format!("--- /dev/null\n+++ b/{shown}\n"),
            ],
        );
        assert!(!ran.stdout.contains('\u{1b}'));
        let found = document(&empty, &named(name), 1);
        assert_eq!(found["Entries"][0]["Path"], path);
        let mut after = crate::support::files_under(&store.beside(""));
        for package in ["old.zip", "new.zip"] {
            after.remove(std::path::Path::new(package)).unwrap();
        }
        assert!(before == after, "something was unpacked");
    }
    assert!(!std::path::Path::new("/etc/lambda-store-test").exists());
}

#[test]
fn a_long_name_does_not_push_the_others_away() {
    let long = "directory/".repeat(12) + "file.py";
    let new = zip_of(&[("a.py", b"a"), (&long, b"a")]);
    let words = said(&zip_of(&[("kept", b"")]), &new, 1);
    let line = words.lines().next().unwrap();
    assert!(line.chars().count() < 80, "{line}");
    says(&words, &[&format!("{long}  1 byte\n")]);
}
