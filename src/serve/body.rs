//! The body of a request, read as it comes.

use std::sync::Arc;

use axum::body::Body;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use super::door::Door;
use super::large_texts::{Place, SMALL_TEXT};
use super::refusal::Refusal;
use super::routes::Route;
use super::upload::{Piece, Upload, too_large};
use crate::api::Error;
use crate::api::document::Document;
use crate::store::{PackageSource, Store};

/// The most bytes of a body besides a package in base64: what AWS allows, 70,167,211 bytes for the
/// whole where a package may have 52,428,800.
pub(super) const MAX_TEXT: u64 = 262_144;
/// How many pieces of a body wait to be parsed.
const PIECES: usize = 2;

/// What a body holds.
#[derive(Debug)]
pub(super) struct Given {
    /// The members of the request; a package is an empty string in it.
    pub(super) document: Document,
    /// The deployment package.
    pub(super) package: Option<PackageSource>,
    /// What so much text needs, until the request is answered.
    pub(super) place: Option<Place>,
    /// The SHA-256 of the whole body.
    pub(super) sha256: [u8; 32],
}

/// Reads a body to its end.
///
/// # Errors
/// `SerializationException` for what is no JSON object, `RequestEntityTooLargeException`, and what
/// is wrong with a package.
pub(super) async fn read(
    door: &Arc<Door>,
    route: &'static Route,
    body: Body,
) -> Result<Given, Refusal> {
    match route.package {
        Some(member) if !body.is_end_stream() => upload(door, route, member, body).await,
        _ => small(door, route, body).await,
    }
}

/// Reads a body without a package.
async fn small(door: &Door, route: &Route, mut body: Body) -> Result<Given, Refusal> {
    let mut bytes = Vec::new();
    let mut place = None;
    while let Some(piece) = next(&mut body).await {
        bytes.extend_from_slice(&piece?);
        if bytes.len() as u64 > MAX_TEXT {
            return Err(too_large(route.operation, MAX_TEXT));
        }
        if bytes.len() as u64 > SMALL_TEXT && place.is_none() {
            place = Some(door.large_texts.place().await?);
        }
    }
    let document = if bytes.is_empty() || !route.has_body() {
        Document::default()
    } else {
        let text = std::str::from_utf8(&bytes);
        let text = text.map_err(|error| Refusal::serialization(error.to_string()))?;
        Document::parse(text).map_err(|error| Refusal::serialization(error.to_string()))?
    };
    Ok(Given {
        document,
        package: None,
        place,
        sha256: Sha256::digest(&bytes).into(),
    })
}

/// Reads a body that may have a package: a thread parses the pieces as they come.
async fn upload(
    door: &Arc<Door>,
    route: &'static Route,
    member: &'static [&'static str],
    mut body: Body,
) -> Result<Given, Refusal> {
    let (sender, pieces) = mpsc::channel(PIECES);
    let door = Arc::clone(door);
    let parsed = tokio::task::spawn_blocking(move || {
        let store = Store::open(&door.store, door.host.clone()).map_err(Error::from)?;
        let upload = Upload {
            operation: route.operation,
            member,
            store: &store,
            large_texts: &door.large_texts,
        };
        upload.read(pieces)
    });
    while let Some(piece) = next(&mut body).await {
        // Who parses has seen enough, and tells why.
        if sender.send(piece).await.is_err() {
            break;
        }
    }
    drop(sender);
    parsed.await.map_err(|error| {
        Refusal::from(Error::Service {
            message: format!("reading the request broke down: {error}"),
        })
    })?
}

/// Returns the next bytes of a body.
async fn next(body: &mut Body) -> Option<Piece> {
    let frame = body.frame().await?;
    let frame = frame.map_err(|error| Refusal::serialization(format!("the body: {error}")));
    // What is no data is a trailer, which says nothing.
    Some(frame.map(|frame| frame.into_data().unwrap_or_else(|_| Bytes::new())))
}
