//! The body of a request, read as it comes.

use axum::body::Body;
use sha2::{Digest as _, Sha256};

use super::refusal::Refusal;
use super::routes::Route;
use crate::api::document::Document;
use crate::store::PackageSource;

/// What a body holds.
pub(super) struct Given {
    /// The members of the request, but for the package.
    pub(super) document: Document,
    /// The deployment package.
    pub(super) package: Option<PackageSource>,
    /// The hash of the body as it came.
    pub(super) sha256: [u8; 32],
}

/// Reads a body to its end.
///
/// # Errors
/// `SerializationException` for what is no JSON object.
pub(super) async fn read(route: &Route, body: Body) -> Result<Given, Refusal> {
    let bytes = axum::body::to_bytes(body, 1024 * 1024).await;
    let bytes = bytes.map_err(|error| Refusal::serialization(error.to_string()))?;
    let text = std::str::from_utf8(&bytes);
    let text = text.map_err(|error| Refusal::serialization(error.to_string()))?;
    let document = match text {
        "" => Document::default(),
        _ if !route.has_body() => Document::default(),
        text => Document::parse(text).map_err(|error| Refusal::serialization(error.to_string()))?,
    };
    let package = package_of(route, &document)?;
    Ok(Given {
        document,
        package,
        sha256: Sha256::digest(&bytes).into(),
    })
}

fn package_of(route: &Route, document: &Document) -> Result<Option<PackageSource>, Refusal> {
    use base64::Engine as _;
    let Some((first, rest)) = route.package.and_then(<[_]>::split_first) else {
        return Ok(None);
    };
    let mut value = document.get(first);
    for name in rest {
        value = value.and_then(|value| value.get(name));
    }
    let Some(text) = value.and_then(crate::api::document::Value::as_str) else {
        return Ok(None);
    };
    let bytes = base64::engine::general_purpose::STANDARD.decode(text);
    let bytes = bytes.map_err(|error| Refusal::serialization(error.to_string()))?;
    let source = PackageSource::of_bytes(&bytes, "ZipFile");
    let source = source.map_err(|error| Refusal::serialization(error.to_string()))?;
    Ok(Some(source))
}
