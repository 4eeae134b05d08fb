//! The way of a request: from the router to its answer.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::rejection::{PathRejection, RawPathParamsRejection};
use axum::extract::{Path, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, on};
use headers::{ContentLength, HeaderMapExt as _};

use super::access_keys::AccessKeys;
use super::calls::Called;
use super::host_check::HostCheck;
use super::limits::{BodyState, Limits, TimedBody};
use super::log_line::{Log, LogLine, MAX_SAID};
use super::package_link::{LinkKey, PackageLink};
use super::places::{Need, Place, Places};
use super::rate::Rate;
use super::readers::Readers;
use super::refusal::Refusal;
use super::routes::{ROUTES, Route};
use super::signature::{Claim, Credential};
use super::{absent, body, download, parameters};
use crate::api::Error;
use crate::api::configuration::FunctionConfiguration;
use crate::api::document::Document;
use crate::api::refused;
use crate::api::shortened::shortened;
use crate::store::{Host, PackageSource, Remembered, Store, Witness};

/// The media type of answers.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The most bytes of an answer that is remembered: more than most configurations have. All of them together
/// then have 4 MB.
const REMEMBERED: usize = 4 * 1024;

/// The most bytes of a body that are read although nobody wants them.
const UNREAD: usize = 64 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// What every request is answered from.
pub(super) struct Door {
    /// The store's path.
    pub(super) store: PathBuf,
    /// This machine.
    pub(super) host: Host,
    /// The access keys of those who may ask; everyone may where there are none.
    pub(super) access_keys: Option<AccessKeys>,
    /// Looks at whom requests were meant for.
    pub(super) host_check: HostCheck,
    /// How many requests are answered in a second; `None` for all.
    pub(super) rate: Option<Rate>,
    /// Signs links to packages.
    pub(super) links: LinkKey,
    /// What clients may take.
    pub(super) limits: Limits,
    /// Bounds what requests hold.
    pub(super) places: Places,
    /// Reads for requests.
    pub(super) readers: Arc<Readers>,
    /// What they answered.
    pub(super) remembered: Remembered<Bytes>,
    /// Where it is told what happens.
    pub(super) log: Log,
}

/// The connection that a request came on.
#[derive(Clone)]
pub(super) struct Remote {
    /// Who sent it.
    pub(super) address: SocketAddr,
    /// What becomes of its body.
    pub(super) body: Arc<BodyState>,
}

/// The id of a request.
#[derive(Clone)]
struct RequestId(Arc<str>);

/// What an operation is asked.
struct Asked {
    route: &'static Route,
    parameters: Document,
    package: Option<PackageSource>,
    /// What the parameters' text needs, until the operation has ended.
    _place: Option<Place>,
    /// Who the request says to be signed by.
    credential: Option<Credential>,
    /// Whom the request was sent to.
    host: String,
    id: Option<RequestId>,
}

impl Asked {
    /// Returns all that an answer depends on besides the store.
    fn key(&self) -> String {
        let region = self.credential.as_ref().map(|signed| &*signed.region);
        let parameters = self.parameters.canonical_of(|_| true);
        format!(
            "{} {} {parameters}",
            self.route.operation,
            region.unwrap_or_default()
        )
    }
}

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
        let door = Arc::clone(self);
        let unknown = move |request: Request| async move {
            let (head, body) = request.into_parts();
            let (operation, refusal) = absent::refuse(&head.method, &head.uri);
            let refusal = door.claim(&head).err().unwrap_or(refusal);
            // A connection whose body nobody read is closed under the client's next request.
            drop(axum::body::to_bytes(body, UNREAD).await);
            answered(operation, Err(refusal))
        };
        router
            .fallback(unknown.clone())
            .method_not_allowed_fallback(unknown)
            .layer(middleware::from_fn_with_state(Arc::clone(self), guarded))
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
        let claim = self.claim(&head)?;
        self.admit(route)?;
        let received = body::receive(&self, route, body).await?;
        if let Some(claim) = claim {
            claim.verify(&received.sha256)?;
        }
        let given = body::parsed(&self.places, received).await?;
        let query = head.uri.query().unwrap_or_default();
        let asked = Asked {
            route,
            parameters: parameters::of(route, &path, query, given.document)?,
            package: given.package,
            _place: given.place,
            credential: Credential::claimed(&head),
            host: host_of(&head),
            id: head.extensions.get::<RequestId>().cloned(),
        };
        let answer = self.answer_of(asked).await?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = route.status;
        if let Some(answer) = answer {
            response.headers_mut().insert(header::CONTENT_TYPE, JSON);
            *response.body_mut() = Body::from(answer);
        }
        Ok(response)
    }

    /// Has a thread answer what is asked.
    async fn answer_of(self: Arc<Self>, asked: Asked) -> Result<Option<Bytes>, Refusal> {
        let route = asked.route;
        let broke_down = || Error::Service {
            message: format!("{} broke down", route.operation),
        };
        if !route.only_reads() {
            // Its answer needs no place: once it is made it could not be refused.
            let change = tokio::task::spawn_blocking(move || self.call(&asked, None));
            return change.await.map_err(|_| broke_down())?;
        }
        let list = if route.lists() {
            Some(self.places.wait_for(Need::List).await?)
        } else {
            None
        };
        let door = Arc::clone(&self);
        let read = move || {
            let _list = list;
            door.read(&asked)
        };
        let answer = self.readers.read(read).await.ok_or_else(broke_down)??;
        answer.map(|answer| self.places.placed(answer)).transpose()
    }

    /// Refuses what is too much for a second.
    fn admit(&self, route: &Route) -> Result<(), Refusal> {
        let Some(rate) = &self.rate else {
            return Ok(());
        };
        let admitted = rate.admit(route.operation, Instant::now());
        admitted.map_err(|seconds| {
            let (limit, operation) = (rate.limit(), route.operation);
            let message = format!(
                "More than {limit} requests of {operation} in a second, which is what --rate allows; try \
                 again in {seconds} s"
            );
            Refusal::from(Error::TooManyRequests { message }).retry_after(seconds)
        })
    }

    /// Reads the signature of a request, where requests must be signed.
    fn claim(&self, head: &Parts) -> Result<Option<Claim>, Refusal> {
        let keys = self.access_keys.as_ref();
        keys.map(|keys| Claim::of(head, keys, self.host.now()))
            .transpose()
    }

    /// Answers a read as it was answered before, if that is still right; else by its operation.
    fn read(&self, asked: &Asked) -> Result<Option<Bytes>, Refusal> {
        let key = asked.key();
        if let Some(answer) = self.remembered.get(&key) {
            return Ok(Some(answer));
        }
        let (began, witness) = (self.host.now(), Witness::default());
        let answer = self.call(asked, Some(&witness))?;
        if let Some(answer) = answer.as_ref().filter(|answer| answer.len() <= REMEMBERED) {
            let evidence = (began, &witness);
            self.remembered.put(key, answer.clone(), evidence);
        }
        Ok(answer)
    }

    /// Calls an operation; this waits for the disk and for locks. The witness is told what the answer
    /// depends on.
    fn call(&self, asked: &Asked, witness: Option<&Witness>) -> Result<Option<Bytes>, Refusal> {
        let note_more = || witness.into_iter().for_each(Witness::note_more);
        let refused = refused::given(&asked.parameters);
        if !refused.is_empty() {
            let lines = refused
                .iter()
                .map(|(path, reason)| refused::refusal(path, reason));
            return Err(Error::invalid(lines.collect::<Vec<_>>().join("; ")).into());
        }
        let id = asked.id.clone().map(|RequestId(id)| id);
        let tell = self.log.teller(id);
        let (notify, noticing) = (tell.notify(), witness.cloned());
        let host = Host {
            // What is told once for each answer is told again.
            notify: Arc::new(move |notice| {
                noticing.iter().for_each(Witness::note_more);
                notify(notice);
            }),
            witness: witness.cloned(),
            ..self.host.clone()
        };
        let store = Store::open(&self.store, host).map_err(Error::from)?;
        if let Some(credential) = &asked.credential {
            credential.check_region(&store.scope().region)?;
        }
        let answer = (asked.route.call)(&Called {
            store: &store,
            parameters: &asked.parameters,
            package: asked.package.as_ref(),
            left_out: &|problem| tell.event("LeftOut", problem),
            link: &|response| {
                // It runs out.
                note_more();
                self.link(&asked.host, &response.configuration)
            },
        })?;
        Ok(answer.map(|answer| answer.compact().into()))
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
        let mut asked = request.headers().clone();
        if request.method() == Method::HEAD {
            // RFC 9110, 14.2: ranges are defined for GET alone.
            asked.remove(header::RANGE);
        }
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

/// Returns whom a request was sent to, as it says.
fn host_of(head: &Parts) -> String {
    let host = head.headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    host.unwrap_or_default().to_owned()
}

/// Notes what an answer was about.
fn answered(operation: Option<&'static str>, answer: Result<Response, Refusal>) -> Response {
    let error = answer.as_ref().err().map(Refusal::code);
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    response.extensions_mut().insert(About { operation, error });
    response
}

/// Keeps out what was meant for another server, and who takes too long.
async fn guarded(
    axum::extract::State(door): axum::extract::State<Arc<Door>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(Remote { body: state, .. }) = request.extensions().get::<Remote>().cloned() else {
        return next.run(request).await;
    };
    let bounded = |body| TimedBody::bound(body, &door.limits, Arc::clone(&state));
    let request = request.map(bounded);
    let checked = door.host_check.check(request.uri(), request.headers());
    let response = match checked {
        Ok(()) => next.run(request).await,
        Err(refusal) => answered(None, Err(refusal)),
    };
    let mut response = if state.is_late() {
        answered(None, Err(Refusal::too_slow()))
    } else {
        response
    };
    if state.has_rest() {
        // The next request could not be told from the rest of this one.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// Gives each request an id, and tells what became of it.
async fn told(
    axum::extract::State(door): axum::extract::State<Arc<Door>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id: Arc<str> = uuid::Uuid::new_v4().to_string().into();
    let extensions = request.extensions_mut();
    extensions.insert(RequestId(Arc::clone(&id)));
    let remote = extensions.get::<Remote>().cloned();
    let (head, body) = request.into_parts();
    let claimed = Credential::claimed(&head).filter(|_| door.access_keys.is_some());
    let request = Request::from_parts(head, body);
    let mut line = PendingLine {
        began: Instant::now(),
        method: request.method().clone(),
        path: shortened(request.uri().path(), MAX_SAID).into_owned(),
        id,
        remote,
        access_key_id: claimed
            .map(|claimed| shortened(&claimed.access_key_id, MAX_SAID).into_owned()),
        about: None,
        answer: None,
        door,
    };
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::from_str(&line.id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    line.about = response.extensions_mut().remove::<About>();
    // What answers a HEAD still has the body here that is not sent.
    let length = if line.method == Method::HEAD {
        Some(0)
    } else {
        length_of(&response)
    };
    line.answer = Some((response.status(), length));
    response
}

/// Returns how many bytes an answer has: those of a package are still in its file.
fn length_of(response: &Response) -> Option<u64> {
    let announced = || Some(response.headers().typed_get::<ContentLength>()?.0);
    response.body().size_hint().exact().or_else(announced)
}

/// The line about a request, which is written when this is dropped: also when the client went away
/// before the answer was known.
struct PendingLine {
    door: Arc<Door>,
    id: Arc<str>,
    remote: Option<Remote>,
    access_key_id: Option<String>,
    method: Method,
    path: String,
    began: Instant,
    about: Option<About>,
    answer: Option<(StatusCode, Option<u64>)>,
}

impl Drop for PendingLine {
    fn drop(&mut self) {
        let remote = self.remote.as_ref();
        let Door { host, log, .. } = &*self.door;
        log.request(&LogLine {
            time: host.now().to_string(),
            request_id: &self.id,
            remote: remote.map_or_else(String::new, |remote| remote.address.to_string()),
            method: self.method.as_str(),
            path: &self.path,
            access_key_id: self.access_key_id.as_deref(),
            operation: self.about.and_then(|about| about.operation),
            status: self.answer.map(|(status, _)| status.as_u16()),
            error: self.about.and_then(|about| about.error),
            milliseconds: self.began.elapsed().as_millis(),
            bytes_received: remote.map_or(0, |remote| remote.body.received()),
            bytes_answered: self.answer.and_then(|(_, bytes)| bytes),
        });
    }
}
