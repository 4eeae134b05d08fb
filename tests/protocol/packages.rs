//! The deployment packages of the tests.

use std::sync::LazyLock;

use crate::model::Package;
use crate::support::zip_of;

/// Two packages of one size, one of another, one that is copied by two threads.
static PACKAGES: LazyLock<[Package; 4]> = LazyLock::new(|| {
    let large: Vec<u8> = (0..=250).cycle().take(1_100_000).collect();
    [&b"one"[..], b"two", b"three and more", &large]
        .map(|content| Package::new(zip_of(&[("app.py", content)])))
});

/// What people place that no upload may be: no zip, nothing at all.
static ONLY_BY_HAND: LazyLock<[Package; 2]> =
    LazyLock::new(|| [&b"no zip"[..], b""].map(|content| Package::new(content.to_vec())));

pub(crate) fn package(index: usize) -> Package {
    PACKAGES[index].clone()
}

pub(crate) fn package_only_by_hand(index: usize) -> Package {
    ONLY_BY_HAND[index].clone()
}
