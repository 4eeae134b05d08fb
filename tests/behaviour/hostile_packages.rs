//! Zip files and archives that are made to take the disk, the memory or the time of who opens them.

use std::io::Write as _;

use crate::support::{TestStore, run_with_little_memory, says, zip_with};

/// What one entry unpacks to.
const UNPACKED: usize = 1024 * 1024;

/// Makes a zip whose directory has so many entries, all of them of the one content that there is.
fn overlapping(count: u16, content: u8) -> Vec<u8> {
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    let mut zip = zip_with(&[("0000", &vec![content; UNPACKED], options)]);
    let is_at = |signature: &[u8], zip: &[u8]| {
        zip.windows(4)
            .rposition(|bytes| bytes == signature)
            .unwrap()
    };
    let (directory, end) = (is_at(b"PK\x01\x02", &zip), is_at(b"PK\x05\x06", &zip));
    let (entry, mut last) = (zip[directory..end].to_vec(), zip[end..].to_vec());
    zip.truncate(directory);
    let name = 46;
    for number in 0..count {
        zip.extend_from_slice(&entry[..name]);
        zip.extend_from_slice(format!("{number:04x}").as_bytes());
        zip.extend_from_slice(&entry[name + 4..]);
    }
    let size = u32::try_from(zip.len() - directory).unwrap();
    last[8..10].copy_from_slice(&count.to_le_bytes());
    last[10..12].copy_from_slice(&count.to_le_bytes());
    last[12..16].copy_from_slice(&size.to_le_bytes());
    zip.extend_from_slice(&last);
    zip
}

fn write(store: &TestStore, name: &str, package: &[u8]) {
    std::fs::write(store.beside(name), package).unwrap();
}

#[test]
fn entries_that_share_their_content_are_no_way_to_fill_a_disk_or_a_day() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    for (name, content) in [("old.zip", b'a'), ("new.zip", b'b')] {
        write(&store, name, &overlapping(65_535, content));
        let update = [
            "update-function-code",
            "--function-name",
            "hello",
            "--zip-file",
            name,
        ];
        for options in [&[][..], &["--dry-run"]] {
            let ran = run_with_little_memory(&store, &[&update, options].concat());
            ran.failed_with("InvalidParameterValueException", "UpdateFunctionCode");
        }
    }
    for options in [&[][..], &["--text"]] {
        let diff = ["diff", "hello", "old.zip", "new.zip"];
        let ran = run_with_little_memory(&store, &[&diff, options].concat());
        says(&ran.stderr, &["old.zip", "overlap"]);
    }
    assert!(store.files() == before);
    // Placed by hand, it is bytes like any others.
    std::fs::write(
        store.join("hello/$LATEST/code.zip"),
        overlapping(65_535, b'a'),
    )
    .unwrap();
    run_with_little_memory(&store, &["publish-version", "--function-name", "hello"]);
    assert_eq!(run_with_little_memory(&store, &["verify"]).code, Some(0));
}

#[test]
fn a_directory_that_lies_about_its_entries_takes_no_memory() {
    let store = TestStore::with_function("hello");
    let honest = overlapping(1, b'a');
    let end = honest.len() - 22;
    let mut many = honest.clone();
    many[end + 8..end + 12].copy_from_slice(&[0xff, 0xfe, 0xff, 0xfe]);
    let mut zip64 = honest[..end].to_vec();
    let start = zip64.len() as u64;
    zip64.extend_from_slice(b"PK\x06\x06");
    for (number, width) in [
        (44, 8),
        (45, 2),
        (45, 2),
        (0, 4),
        (0, 4),
        (1 << 60, 8),
        (1 << 60, 8),
    ] {
        let bytes: u64 = number;
        zip64.extend_from_slice(&bytes.to_le_bytes()[..width]);
    }
    let (size, offset) = (&honest[end + 12..end + 16], &honest[end + 16..end + 20]);
    zip64
        .write_all(&[size, &[0; 4], offset, &[0; 4]].concat())
        .unwrap();
    zip64.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    zip64.extend_from_slice(&start.to_le_bytes());
    zip64.extend_from_slice(&1_u32.to_le_bytes());
    zip64.extend_from_slice(
        b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0",
    );
    let before = store.files();
    for package in [many, zip64] {
        write(&store, "lying.zip", &package);
        let update = [
            "update-function-code",
            "--function-name",
            "hello",
            "--zip-file",
        ];
        let ran = run_with_little_memory(&store, &[&update[..], &["lying.zip"]].concat());
        assert!([252, 254].contains(&ran.code.unwrap()), "{ran:?}");
        run_with_little_memory(&store, &["diff", "hello", "lying.zip", "lying.zip"]);
    }
    assert!(store.files() == before);
}

#[test]
fn names_in_headers_of_their_own_lead_nowhere_either() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    for path in [
        "hello/../../evil",
        "/hello/function.json",
        "hello/../evil/function.json",
    ] {
        let record = |key: &str, value: &str| {
            let rest = format!(" {key}={value}\n");
            let length = rest.len() + 2;
            format!("{length}{rest}").into_bytes()
        };
        for (kind, name) in [
            (tar::EntryType::XHeader, record("path", path)),
            (
                tar::EntryType::GNULongName,
                [path.as_bytes(), b"\0"].concat(),
            ),
        ] {
            let mut archive = tar::Builder::new(Vec::new());
            for (kind, content) in [(kind, &name[..]), (tar::EntryType::Regular, b"{}")] {
                let mut header = tar::Header::new_gnu();
                header.set_path("hello/function.json").unwrap();
                header.set_entry_type(kind);
                header.set_size(content.len() as u64);
                header.set_cksum();
                archive.append(&header, content).unwrap();
            }
            write(&store, "evil.tar", &archive.into_inner().unwrap());
            let ran = run_with_little_memory(&store, &["import", "evil.tar", "--as", "copy"]);
            let said = ran.failed_with("InvalidParameterValueException", "Import");
            says(said, &["leads out"]);
        }
    }
    assert!(store.files() == before);
    assert!(!store.beside("evil").exists());
}

#[test]
fn an_archive_of_a_terabyte_that_takes_no_room_is_refused_at_once() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    for path in ["copy/$LATEST/code.zip", "copy/history.jsonl"] {
        let mut header = tar::Header::new_gnu();
        header.set_path(path).unwrap();
        header.set_size(1 << 40);
        header.set_cksum();
        let file = std::fs::File::create(store.beside("hole.tar")).unwrap();
        (&file).write_all(header.as_bytes()).unwrap();
        file.set_len((1 << 40) + 2048).unwrap();
        let ran = run_with_little_memory(&store, &["import", "hole.tar"]);
        let said = ran.failed_with("CodeStorageExceededException", "Import");
        says(said, &["1099511627776 more", "TotalCodeSize"]);
    }
    for path in ["copy/$LATEST/config.json", "copy/aliases/live.json"] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::GNUSparse);
        header.set_path(path).unwrap();
        header.set_size(0);
        header.as_gnu_mut().unwrap().set_real_size(1 << 40);
        header.set_cksum();
        write(
            &store,
            "sparse.tar",
            &[header.as_bytes(), &[0; 1024][..]].concat(),
        );
        let ran = run_with_little_memory(&store, &["import", "sparse.tar"]);
        ran.failed_with("InvalidParameterValueException", "Import");
    }
    assert!(store.files() == before);
}

#[test]
fn a_zip_in_a_zip_is_bytes_like_any_others() {
    let store = TestStore::with_function("hello");
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    // Unpacked five times over it would have more bytes than any disk.
    let mut package = zip_with(&[("0.zip", &vec![0; 16 * 1024 * 1024], options)]);
    for _ in 0..5 {
        let names = [
            "a.zip", "b.zip", "c.zip", "d.zip", "e.zip", "f.zip", "g.zip", "h.zip",
        ];
        package = zip_with(&names.map(|name| (name, &package[..], options)));
    }
    write(&store, "nested.zip", &package);
    let update = ["update-function-code", "--function-name", "hello"];
    let update = [&update[..], &["--publish", "--zip-file", "nested.zip"]].concat();
    assert_eq!(run_with_little_memory(&store, &update).code, Some(0));
    for arguments in [
        &["diff", "hello", "1", "nested.zip", "--text"][..],
        &["verify"],
    ] {
        assert_eq!(
            run_with_little_memory(&store, arguments).code,
            Some(0),
            "{arguments:?}"
        );
    }
}
