//! The body of a request, read as it comes.

use std::sync::Arc;

use axum::body::Body;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::door::Door;
use super::places::{MAX_TEXT, Place, Places, Text, parse, too_large};
use super::refusal::Refusal;
use super::routes::Route;
use super::upload::{Piece, Received, Upload};
use crate::api::Error;
use crate::api::document::Document;
use crate::store::{PackageSource, Store};

/// How many pieces of a body wait to be parsed.
const PIECES: usize = 1;

/// What a body holds.
pub(super) struct Given {
    /// The members of the request; a package is an empty string in it.
    pub(super) document: Document,
    /// The deployment package.
    pub(super) package: Option<PackageSource>,
    /// What its text needs, until the request is answered.
    pub(super) place: Option<Place>,
}

/// Reads a body to its end.
///
/// # Errors
/// `RequestEntityTooLargeException`, `RequestTimeoutException`, `TooManyRequestsException` where others have
/// too much text, and what is wrong with a package.
pub(super) async fn receive(
    door: &Arc<Door>,
    route: &'static Route,
    body: Body,
) -> Result<Received, Refusal> {
    match route.package {
        Some(member) if !body.is_end_stream() => upload(door, route, member, body).await,
        _ => text_alone(door, route, body).await,
    }
}

/// Parses what was received, once its text has a place.
///
/// # Errors
/// `SerializationException` for what is no JSON object, `TooManyRequestsException` where others have too much
/// text.
pub(super) async fn parsed(places: &Places, mut received: Received) -> Result<Given, Refusal> {
    if let Some(need) = received.text.whole() {
        received.text.place = Some(places.wait_for(need).await?);
    }
    let document = match &received.json[..] {
        [] => Document::default(),
        json => parse(json)?,
    };
    Ok(Given {
        document,
        package: received.package,
        place: received.text.place,
    })
}

/// Reads a body without a package.
async fn text_alone(door: &Door, route: &Route, mut body: Body) -> Result<Received, Refusal> {
    if body.size_hint().lower() > MAX_TEXT {
        return Err(too_large(route.operation, MAX_TEXT));
    }
    let mut text = Text::new(route.operation);
    let mut bytes = Vec::new();
    while let Some(piece) = next_before(text.end, &mut body).await? {
        let piece = piece?;
        bytes.extend_from_slice(&piece);
        if let Some(need) = text.add(piece.len() as u64)? {
            text.put(door.places.wait_for(need).await?);
        }
    }
    Ok(Received {
        sha256: Sha256::digest(&bytes).into(),
        json: if route.has_body() { bytes } else { Vec::new() },
        package: None,
        text,
    })
}

/// Reads a body that may have a package: a thread parses the pieces as they come.
async fn upload(
    door: &Arc<Door>,
    route: &'static Route,
    member: &'static [&'static str],
    mut body: Body,
) -> Result<Received, Refusal> {
    let (sender, pieces) = mpsc::channel(PIECES);
    let upload_door = Arc::clone(door);
    let received = tokio::task::spawn_blocking(move || {
        let door = upload_door;
        let store = Store::open(&door.store, door.host.clone()).map_err(Error::from)?;
        let upload = Upload {
            operation: route.operation,
            member,
            store: &store,
            places: &door.places,
        };
        upload.read(pieces)
    });
    // Who parses may have seen enough, and tells why.
    while let Ok(room) = sender.reserve().await
        && let Some(piece) = next(&mut body).await
    {
        room.send(piece);
    }
    drop(sender);
    received.await.map_err(|error| Error::Service {
        message: format!("reading the request broke down: {error}"),
    })?
}

/// Returns the next bytes of a body that must come before a time, if there is one.
async fn next_before(end: Option<Instant>, body: &mut Body) -> Result<Option<Piece>, Refusal> {
    match end {
        Some(end) => {
            let piece = timeout_at(end, next(body)).await;
            piece.map_err(|_| Refusal::too_slow())
        }
        None => Ok(next(body).await),
    }
}

/// Returns the next bytes of a body.
async fn next(body: &mut Body) -> Option<Piece> {
    let frame = body.frame().await?;
    let frame = frame.map_err(|error| Refusal::serialization(format!("the body: {error}")));
    // What is no data is a trailer, which says nothing.
    Some(frame.map(|frame| frame.into_data().unwrap_or_else(|_| Bytes::new())))
}
