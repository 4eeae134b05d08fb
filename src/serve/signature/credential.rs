//! The credential of a request: whose access key signed it, for which day, region and service.

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::refused::{incomplete, invalid};
use super::stamp::Stamp;
use crate::serve::refusal::Refusal;

/// The service that requests are signed for.
const SERVICE: &str = "lambda";
/// What every scope ends with.
const TERMINATOR: &str = "aws4_request";

/// An access key's id and the scope of a signature: `AKID/20150830/us-east-1/lambda/aws4_request`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::serve) struct Credential {
    /// The access key's id.
    pub(in crate::serve) access_key_id: String,
    /// The day, as `20150830`.
    pub(super) day: String,
    /// The region.
    pub(in crate::serve) region: String,
    /// The service.
    pub(super) service: String,
    terminator: String,
}

impl Credential {
    /// Returns what a request claims to be signed with, whether or not it is; `None` where it claims
    /// nothing.
    pub(in crate::serve) fn claimed(head: &Parts) -> Option<Self> {
        let header = head.headers.get(AUTHORIZATION);
        let header = header.and_then(|header| header.to_str().ok());
        let in_header = header.and_then(|header| {
            let (_, rest) = header.split_once("Credential=")?;
            Self::parse(rest.split([',', ' ']).next()?).ok()
        });
        let in_query = || {
            let query = head.uri.query().unwrap_or_default();
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let (_, text) = pairs.find(|(name, _)| name == "X-Amz-Credential")?;
            Self::parse(&text).ok()
        };
        in_header.or_else(in_query)
    }

    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let parts: Vec<_> = text.split('/').collect();
        let [access_key_id, day, region, service, terminator] = parts[..] else {
            return Err(incomplete(format!(
                "Credential must have five parts, KEY/YYYYMMDD/REGION/{SERVICE}/{TERMINATOR}, but has {}",
                parts.len()
            )));
        };
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            day: day.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            terminator: terminator.to_owned(),
        })
    }

    /// Returns all but the access key's id, as it is signed.
    pub(super) fn scope(&self) -> String {
        let Self {
            day,
            region,
            service,
            terminator,
            ..
        } = self;
        format!("{day}/{region}/{service}/{terminator}")
    }

    /// Sees that the scope is that of a request to this service, at this time.
    ///
    /// # Errors
    /// `InvalidSignatureException` for another.
    pub(super) fn check(&self, stamp: &Stamp) -> Result<(), Refusal> {
        if self.service != SERVICE {
            return Err(invalid(format!(
                "Credential should be scoped to correct service: '{SERVICE}', not '{}'",
                self.service
            )));
        }
        if self.terminator != TERMINATOR {
            return Err(invalid(format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{}'",
                self.terminator
            )));
        }
        if self.day != stamp.day() {
            return Err(invalid(format!(
                "Date in Credential scope does not match the request's: '{}' is not the day of '{}'",
                self.day,
                stamp.text()
            )));
        }
        Ok(())
    }

    /// Sees that the signature was made for a region.
    ///
    /// # Errors
    /// `InvalidSignatureException` for another; it names both.
    pub(in crate::serve) fn check_region(&self, here: &str) -> Result<(), Refusal> {
        if self.region == here {
            return Ok(());
        }
        Err(invalid(format!(
            "Credential should be scoped to a valid region, not '{}': this store's is '{here}'; sign for it, or \
             send the request to a store of that region",
            self.region
        )))
    }
}
