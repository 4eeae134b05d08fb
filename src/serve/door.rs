//! The way of a request: from the router to its answer.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::on;

use super::calls::{Answer, Called};
use super::log_line::LogLine;
use super::refusal::Refusal;
use super::routes::{ROUTES, Route};
use super::{absent, body, parameters};
use crate::api::Error;
use crate::api::document::Document;
use crate::api::refused;
use crate::store::{Host, PackageSource, Store};

/// The media type of answers.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How much is read of the body of a request that is no operation's.
const UNREAD: usize = 64 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// What every request is answered from.
pub(super) struct Door {
    /// The store's path.
    pub(super) store: PathBuf,
    /// This machine.
    pub(super) host: Host,
}

/// Who sent a request.
#[derive(Clone, Copy)]
pub(super) struct Remote(pub(super) SocketAddr);

/// What an answer was about, for the log.
#[derive(Clone, Copy)]
struct About {
    operation: Option<&'static str>,
    error: Option<&'static str>,
}

impl Door {
    /// Returns what answers requests.
    pub(super) fn router(self: &Arc<Self>) -> Router {
        let mut router = Router::new();
        for route in &ROUTES {
            let door = Arc::clone(self);
            let handler = move |path: Result<RawPathParams, RawPathParamsRejection>,
                                request: Request| async move {
                answered(
                    Some(route.operation),
                    door.answer(route, path, request).await,
                )
            };
            router = router.route(route.path, on(route.method, handler.clone()));
            if route.operation == "ListFunctions" {
                // Older clients write it so.
                let path = format!("{}/", route.path);
                router = router.route(&path, on(route.method, handler));
            }
        }
        let unknown = |request: Request| async move {
            let (operation, refusal) = absent::refuse(request.method(), request.uri());
            // A connection whose body nobody read is closed under the client's next request.
            drop(axum::body::to_bytes(request.into_body(), UNREAD).await);
            answered(operation, Err(refusal))
        };
        router
            .fallback(unknown)
            .method_not_allowed_fallback(unknown)
            .layer(middleware::from_fn_with_state(Arc::clone(self), told))
    }

    async fn answer(
        self: Arc<Self>,
        route: &'static Route,
        path: Result<RawPathParams, RawPathParamsRejection>,
        request: Request,
    ) -> Result<Response, Refusal> {
        // The router takes HEAD for what answers GET; the model has no such method.
        if request.method() == Method::HEAD {
            return Err(absent::unknown());
        }
        let path = path.map_err(|error| Refusal::serialization(error.body_text()))?;
        let (head, body) = request.into_parts();
        let given = body::read(route, body).await?;
        let query = head.uri.query().unwrap_or_default();
        let parameters = parameters::of(route, &path, query, given.document)?;
        let work = move || self.call(route, &parameters, given.package.as_ref());
        let answer = tokio::task::spawn_blocking(work).await;
        let answer = answer.map_err(|error| Error::Service {
            message: format!("{} broke down: {error}", route.operation),
        })??;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = route.status;
        if let Some(answer) = answer {
            response.headers_mut().insert(header::CONTENT_TYPE, JSON);
            *response.body_mut() = Body::from(answer.compact());
        }
        Ok(response)
    }

    /// Calls an operation; this waits for the disk and for locks.
    fn call(
        &self,
        route: &Route,
        parameters: &Document,
        package: Option<&PackageSource>,
    ) -> Answer {
        let refused = refused::given(parameters);
        if !refused.is_empty() {
            let lines = refused
                .iter()
                .map(|(path, reason)| refused::refusal(path, reason));
            return Err(Error::invalid(lines.collect::<Vec<_>>().join("; ")));
        }
        let store = Store::open(&self.store, self.host.clone())?;
        (route.call)(&Called {
            store: &store,
            parameters,
            package,
            link: &|response| response.package_path.display().to_string(),
        })
    }
}

/// Notes what an answer was about.
fn answered(operation: Option<&'static str>, answer: Result<Response, Refusal>) -> Response {
    let error = answer.as_ref().err().map(Refusal::code);
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    response.extensions_mut().insert(About { operation, error });
    response
}

/// Gives each request an id, and tells what became of it.
async fn told(
    axum::extract::State(door): axum::extract::State<Arc<Door>>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let id = uuid::Uuid::new_v4().to_string();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let remote = request.extensions().get::<Remote>().copied();
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let about = response.extensions_mut().remove::<About>();
    LogLine {
        time: door.host.now().to_string(),
        request_id: &id,
        remote: remote.map_or_else(String::new, |Remote(address)| address.to_string()),
        method: method.as_str(),
        path: &path,
        operation: about.and_then(|about| about.operation),
        status: response.status().as_u16(),
        error: about.and_then(|about| about.error),
        milliseconds: began.elapsed().as_millis(),
    }
    .write();
    response
}
