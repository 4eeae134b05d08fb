//! `diff --text`: how entries differ line by line.

use serde_json::Value;

use crate::support::{TestStore, stored, zip_of, zip_with};

/// Compares two packages with `--text`, and returns what follows the counts.
#[track_caller]
fn texts(old: &[u8], new: &[u8]) -> String {
    let ran = TestStore::made_by_hand("hello").diff_packages(old, new, &["--text"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{ran:?}");
    let (_, texts) = ran.stdout.split_once(" unzipped\n").unwrap();
    texts.to_owned()
}

/// Returns how an entry `a.txt` differs.
#[track_caller]
fn text(old: &[u8], new: &[u8]) -> String {
    texts(&zip_of(&[("a.txt", old)]), &zip_of(&[("a.txt", new)]))
}

#[test]
fn texts_are_shown_as_unified_diffs() {
    let old = zip_of(&[
        (
            "app.py",
            b"one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n",
        ),
        ("gone.py", b"gone\n"),
        ("same.py", b"same\n"),
    ]);
    let new = zip_of(&[
        (
            "app.py",
            b"one\ntwo\nthree\nfour\nFIVE\nsix\nseven\neight\nnine\n",
        ),
        ("lib/new.py", b"first\nsecond\n"),
        ("same.py", b"same\n"),
        ("empty.py", b""),
    ]);
    insta::assert_snapshot!(texts(&old, &new), @"

    --- a/app.py
    +++ b/app.py
    @@ -2,7 +2,7 @@
     two
     three
     four
    -five
    +FIVE
     six
     seven
     eight

    --- a/gone.py
    +++ /dev/null
    @@ -1 +0,0 @@
    -gone

    --- /dev/null
    +++ b/lib/new.py
    @@ -0,0 +1,2 @@
    +first
    +second
    ");
}

#[test]
fn a_missing_newline_at_the_end_is_told() {
    assert_eq!(
        text(b"a\nb", b"a\nb\n"),
        "\n--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"
    );
}

#[test]
fn control_characters_are_shown_and_tabs_stay() {
    assert_eq!(
        text(b"\ta\n", b"\ta\x1b[2J\r\n"),
        "\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-\ta\n+\ta\\u{1b}[2J\\u{d}\n"
    );
}

#[test]
fn what_is_no_text_says_so() {
    let large = |last: &str| "0123456789abcde\n".repeat(65_536) + last;
    let (large, larger) = (large(""), large("x\n"));
    assert_eq!(large.len(), 1024 * 1024);
    let lines = |count: usize| "\n".repeat(count);
    for (old, new, why) in [
        (&b"text"[..], &b"a\0b"[..], "binary"),
        (b"a\0b", b"text", "binary"),
        (b"text", b"\xff\xfe", "binary"),
        (
            b"text",
            larger.as_bytes(),
            "larger than 1 MB or 100,000 lines",
        ),
        (
            lines(100_001).as_bytes(),
            b"text",
            "larger than 1 MB or 100,000 lines",
        ),
    ] {
        assert_eq!(
            text(old, new),
            format!("\n--- a/a.txt\n+++ b/a.txt\nnot compared as text: {why}\n")
        );
    }
    // As large as a text may be, and as long.
    let shown = text(large.as_bytes(), &large.as_bytes()[..1024 * 1024 - 16]);
    assert!(shown.contains("\n-0123456789abcde\n"), "{shown}");
    let shown = text(lines(100_000).as_bytes(), lines(99_999).as_bytes());
    assert!(shown.ends_with("\n-\n"), "{shown}");
    let added = texts(
        &zip_of(&[("b", b"b")]),
        &zip_with(&[("a.bin", b"\0", stored()), ("b", b"b", stored())]),
    );
    assert_eq!(
        added,
        "\n--- /dev/null\n+++ b/a.bin\nnot compared as text: binary\n"
    );
}

#[test]
fn a_mode_alone_has_no_text() {
    let with_mode = |mode| zip_with(&[("a.txt", b"text\n", stored().unix_permissions(mode))]);
    assert_eq!(texts(&with_mode(0o644), &with_mode(0o755)), "");
}

#[test]
fn a_link_that_leads_elsewhere_is_a_text() {
    let link = |target: &str| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.add_symlink("current", target, stored()).unwrap();
        writer.finish().unwrap().into_inner()
    };
    let shown = texts(&link("v1"), &link("v2"));
    assert!(
        shown.contains("\n-v1\n\\ No newline at end of file\n+v2\n"),
        "{shown}"
    );
}

#[test]
fn a_text_in_the_document_is_a_patch() {
    let old = zip_of(&[("a.txt", b"one\r\ntwo\r\n"), ("b.bin", b"\0")]);
    let new = zip_of(&[("a.txt", b"one\r\nthree\r\n"), ("b.bin", b"\x01\0")]);
    let store = TestStore::made_by_hand("hello");
    let ran = store.diff_packages(&old, &new, &["--text", "--output", "json"]);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    let patch = "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\r\n-two\r\n+three\r\n";
    assert_eq!(found["Entries"][0]["Text"], patch);
    assert_eq!(found["Entries"][1]["NoText"], "Binary");
    assert_eq!(found["Entries"][1].get("Text"), None);
    let without = store.diff_packages(&old, &new, &["--output", "json"]);
    assert!(!without.stdout.contains("Text"), "{without:?}");
}
