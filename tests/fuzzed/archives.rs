//! Archives that `import` reads.

use crate::command::Store;

/// Imports an archive of these bytes into an empty store. What is taken is sound, and can be exported and
/// imported again.
pub fn check(bytes: &[u8]) {
    let (store, another) = (Store::with(&[]), Store::with(&[]));
    let places = tempfile::tempdir().unwrap();
    let path = |name: &str| places.path().join(name).display().to_string();
    std::fs::write(path("given.tar"), bytes).unwrap();
    for store in [&store, &another] {
        std::fs::create_dir(store.path().join(".staging")).unwrap();
    }
    let imported = store.run(&["import", &path("given.tar")]);
    if imported.code != 0 {
        let left = walkdir::WalkDir::new(store.path()).min_depth(1);
        let left: Vec<_> = left.into_iter().map(Result::unwrap).collect();
        let is_own = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
        assert!(
            left.iter().all(|entry| is_own(entry.file_name())),
            "{left:?}"
        );
        return;
    }
    let verified = store.run(&["verify"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    let functions = std::fs::read_dir(store.path()).unwrap();
    let names = functions.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let name = names
        .into_iter()
        .find(|name| !name.starts_with('.'))
        .unwrap();
    let exported = store.run(&["export", &name, &path("exported.tar")]);
    assert_eq!(exported.code, 0, "{exported:?}");
    let again = another.run(&["import", &path("exported.tar")]);
    assert_eq!(again.code, 0, "{again:?}");
}
