//! The way of a request: from the router to its answer.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, RawPathParamsRejection};
use axum::extract::{Path, RawPathParams, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, on};

use super::calls::{Answer, Called};
use super::log_line::LogLine;
use super::package_link::{LinkKey, PackageLink};
use super::refusal::Refusal;
use super::routes::{ROUTES, Route};
use super::{body, download, parameters};
use crate::api::Error;
use crate::api::configuration::FunctionConfiguration;
use crate::api::document::Document;
use crate::api::refused;
use crate::store::{Host, PackageSource, Store};

/// The media type of answers.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// What every request is answered from.
pub(super) struct Door {
    /// The store's path.
    pub(super) store: PathBuf,
    /// This machine.
    pub(super) host: Host,
    /// Signs links to packages.
    pub(super) links: LinkKey,
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
        let door = Arc::clone(self);
        let handler = move |path: Result<Path<(String, String)>, PathRejection>,
                            request: Request| async move {
            answered(None, door.send(path, request).await)
        };
        router = router.route("/packages/{FunctionName}/{Version}/code.zip", get(handler));
        let unknown = || async { answered(None, Err(unknown_route())) };
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
        let path = path.map_err(|error| Refusal::serialization(error.body_text()))?;
        let (head, body) = request.into_parts();
        let given = body::read(&self, route, body).await?;
        let query = head.uri.query().unwrap_or_default();
        let parameters = parameters::of(route, &path, query, given.document)?;
        let host = head.headers.get(header::HOST);
        let host = host.and_then(|host| host.to_str().ok());
        let host = host.unwrap_or_default().to_owned();
        let work = move || self.call(route, &parameters, given.package.as_ref(), &host);
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
        host: &str,
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
            link: &|response| self.link(host, &response.configuration),
        })
    }

    /// Makes the link to a package.
    fn link(&self, host: &str, configuration: &FunctionConfiguration) -> String {
        let code = configuration.code();
        let link = PackageLink {
            function: configuration.function_name(),
            version: configuration.version(),
            sha256: code.map_or_else(String::new, |code| code.sha256.as_str().to_owned()),
        };
        format!("http://{host}{}", self.links.sign(&link, self.host.now()))
    }

    /// Answers with the package that a link names.
    async fn send(
        self: Arc<Self>,
        path: Result<Path<(String, String)>, PathRejection>,
        request: Request,
    ) -> Result<Response, Refusal> {
        let Path((function, version)) =
            path.map_err(|error| Refusal::serialization(error.body_text()))?;
        let query = request.uri().query().unwrap_or_default();
        let now = self.host.now();
        let link = self.links.follow((&function, &version), query, now);
        let link = link.map_err(download::not_followed)?;
        let asked = request.headers().clone();
        let work = move || {
            let store = Store::open(&self.store, self.host.clone())?;
            download::answer(download::open(&store, &link)?, &asked)
        };
        let answer = tokio::task::spawn_blocking(work).await;
        let answer = answer.map_err(|error| Error::Service {
            message: format!("the download broke down: {error}"),
        })??;
        Ok(answer)
    }
}

/// The answer to what is no operation, whichever of path and method is the reason.
fn unknown_route() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "AccessDeniedException",
        "Unable to determine service/operation name to be authorized",
    )
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
