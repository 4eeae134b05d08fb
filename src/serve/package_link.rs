//! Links to packages: signed with a key that lives as long as the process, and good for ten minutes.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

use crate::api::code_sha256::{CodeSha256, hex};
use crate::api::timestamp::Timestamp;

/// How long a link is good for, in milliseconds: as long as AWS's.
const LIFETIME: u64 = 10 * 60 * 1000;

/// What links are signed with.
pub(super) struct LinkKey(Hmac<Sha256>);

/// A package as a link names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PackageLink {
    /// The function's name.
    pub(super) function: String,
    /// `$LATEST` or a version.
    pub(super) version: String,
    /// The package's hash.
    pub(super) sha256: String,
}

/// Why a link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotFollowed {
    /// It was not made by this process, or was changed.
    Forged,
    /// Its time is over.
    Expired,
}

impl LinkKey {
    /// Makes a key that nobody knows.
    pub(super) fn random() -> Self {
        let mut bytes = [0; 32];
        let (first, second) = bytes.split_at_mut(16);
        first.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        second.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        Self::of(&bytes)
    }

    fn of(bytes: &[u8; 32]) -> Self {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block[..bytes.len()].copy_from_slice(bytes);
        Self(Hmac::new(&block))
    }

    /// Makes a link's path and query.
    pub(super) fn sign(&self, link: &PackageLink, now: Timestamp) -> String {
        let expires = now.milliseconds().saturating_add(LIFETIME);
        let signature = self.mac(link, expires).finalize().into_bytes();
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut path = format!(
            "/packages/{}/{}/code.zip",
            encoded(&link.function),
            encoded(&link.version)
        );
        let sha256 = encoded(&link.sha256);
        // Writing to a string does not fail.
        let _ = write!(
            path,
            "?Expires={expires}&CodeSha256={sha256}&Signature={}",
            hex(&signature)
        );
        path
    }

    /// Reads what a link's path and query say, if this process said it and it is not too old.
    pub(super) fn follow(
        &self,
        (function, version): (&str, &str),
        query: &str,
        now: Timestamp,
    ) -> Result<PackageLink, NotFollowed> {
        let value = |wanted: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let found = pairs.find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.into_owned())
        };
        let given = (value("Expires"), value("CodeSha256"), value("Signature"));
        let (Some(expires), Some(sha256), Some(signature)) = given else {
            return Err(NotFollowed::Forged);
        };
        let expires = expires.parse::<u64>().map_err(|_| NotFollowed::Forged)?;
        let link = PackageLink {
            function: function.to_owned(),
            version: version.to_owned(),
            sha256,
        };
        let signature = CodeSha256::from_hex(&signature).ok_or(NotFollowed::Forged)?;
        let signature = decoded(&signature).ok_or(NotFollowed::Forged)?;
        let checked = self.mac(&link, expires).verify_slice(&signature);
        checked.map_err(|_| NotFollowed::Forged)?;
        if now.milliseconds() >= expires {
            return Err(NotFollowed::Expired);
        }
        Ok(link)
    }

    fn mac(&self, link: &PackageLink, expires: u64) -> Hmac<Sha256> {
        let (function, version, sha256) = (&link.function, &link.version, &link.sha256);
        self.0
            .clone()
            .chain_update(format!("{function}\n{version}\n{expires}\n{sha256}"))
    }
}

fn decoded(sha256: &CodeSha256) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    engine.decode(sha256.as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_for_ten_minutes_and_only_as_it_was_made() {
        let key = LinkKey::of(&[7; 32]);
        let link = PackageLink {
            function: "hello".to_owned(),
            version: "$LATEST".to_owned(),
            sha256: "a+b/c=".to_owned(),
        };
        let at = Timestamp::from_milliseconds;
        let text = key.sign(&link, at(1_000));
        let (path, query) = text.split_once('?').unwrap();
        assert_eq!(path, "/packages/hello/%24LATEST/code.zip");
        let named = ("hello", "$LATEST");
        assert_eq!(key.follow(named, query, at(600_999)), Ok(link.clone()));
        let expired = key.follow(named, query, at(601_000));
        assert_eq!(expired, Err(NotFollowed::Expired));
        let forged = Err(NotFollowed::Forged);
        assert_eq!(key.follow(("hello", "1"), query, at(1_000)), forged);
        assert_eq!(key.follow(("other", "$LATEST"), query, at(1_000)), forged);
        let later = query.replace("Expires=601000", "Expires=901000");
        assert_ne!(later, query);
        assert_eq!(key.follow(named, &later, at(1_000)), forged);
        assert_eq!(key.follow(named, "", at(1_000)), forged);
        let other = LinkKey::random().sign(&link, at(1_000));
        let (_, other) = other.split_once('?').unwrap();
        assert_eq!(key.follow(named, other, at(1_000)), forged);
    }
}
