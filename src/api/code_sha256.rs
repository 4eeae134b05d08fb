//! `CodeSha256`: which bytes a deployment package consists of.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The SHA-256 of a deployment package, as Lambda writes it: base64, padded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct CodeSha256(String);

impl CodeSha256 {
    /// Makes the hash from its 32 bytes.
    pub fn from_digest(digest: &[u8]) -> Self {
        Self(STANDARD.encode(digest))
    }

    /// Returns the base64 form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the hash that a text gives in hexadecimal, as `sha256sum` prints it.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        let digest: Option<Vec<u8>> = (0..64).step_by(2).map(byte).collect();
        digest.map(|digest| Self::from_digest(&digest))
    }
}

impl fmt::Display for CodeSha256 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What identifies a deployment package: its hash and its size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeIdentity {
    /// The hash of its bytes.
    pub sha256: CodeSha256,
    /// How many bytes it has.
    pub size: u64,
}

/// Writes a digest in hexadecimal, lower case.
pub fn hex(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    digest
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn hexadecimal_is_recognised_and_turned_into_base64() {
        let hash = CodeSha256::from_hex(EMPTY).unwrap();
        assert_eq!(
            hash.as_str(),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
        assert_eq!(CodeSha256::from_hex(&EMPTY.to_uppercase()), Some(hash));
        assert_eq!(CodeSha256::from_hex(&EMPTY[1..]), None);
        assert_eq!(CodeSha256::from_hex(&"é".repeat(32)), None);
        assert_eq!(CodeSha256::from_hex(&"+1".repeat(32)), None);
    }

    #[test]
    fn digests_are_written_in_lower_case() {
        assert_eq!(hex(&[0, 0xab, 0xff]), "00abff");
    }
}
