//! How long clients may take: for a body that comes, for a place, and for an answer that they read.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// What clients may take of a server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many connections are served at once; more wait to be accepted. Each takes one of the 512
    /// threads that wait for the disk, so that no request waits for another one's thread.
    pub connections: usize,
    /// How long a connection may take until the head of its next request is there: an idle one is
    /// closed then, so that idle clients do not keep others out.
    pub head: Duration,
    /// How long a request waits for a place for its text or its list; and how long the rest of a large text
    /// may take once it has its place.
    pub place: Duration,
    /// How long a body may make no progress.
    pub body_stall: Duration,
    /// How long a body may take: 30 minutes let the largest upload through at 40 KB a second.
    pub body: Duration,
    /// How long a client may read nothing of its answer.
    pub answer_stall: Duration,
    /// How long the rest of a body that nobody wants is read, so that the client sees its answer: closed
    /// at once, the connection would be reset, and the answer lost with it.
    pub rest: Duration,
    /// How long clients may take to end after the server was asked to, besides the time that an
    /// operation may wait for a lock.
    pub end: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            head: Duration::from_secs(20),
            place: Duration::from_secs(10),
            body_stall: Duration::from_secs(30),
            body: Duration::from_secs(30 * 60),
            answer_stall: Duration::from_secs(60),
            rest: Duration::from_secs(10),
            end: Duration::from_secs(30),
        }
    }
}

/// What becomes of the body of a request.
#[derive(Debug, Default)]
pub(super) struct BodyState {
    received: AtomicU64,
    has_rest: AtomicBool,
    is_late: AtomicBool,
}

impl BodyState {
    /// Returns how many bytes of it were read.
    pub(super) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Returns whether some of it was not read.
    pub(super) fn has_rest(&self) -> bool {
        self.has_rest.load(Ordering::Relaxed)
    }

    /// Returns whether it took too long.
    pub(super) fn is_late(&self) -> bool {
        self.is_late.load(Ordering::Relaxed)
    }
}

/// A body that ends with an error if it takes too long.
pub(super) struct TimedBody {
    body: Body,
    state: Arc<BodyState>,
    stall: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
    end: Pin<Box<Sleep>>,
}

impl TimedBody {
    /// Bounds a body, which begins now; one without any bytes is over already.
    pub(super) fn bound(body: Body, limits: &Limits, state: Arc<BodyState>) -> Body {
        let has_rest = !body.is_end_stream();
        state.received.store(0, Ordering::Relaxed);
        state.is_late.store(false, Ordering::Relaxed);
        state.has_rest.store(has_rest, Ordering::Relaxed);
        if !has_rest {
            return body;
        }
        Body::new(Self {
            body,
            state,
            stall: limits.body_stall,
            stalled: None,
            end: Box::pin(sleep_until(Instant::now() + limits.body)),
        })
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.stalled = None;
            let data = frame
                .as_ref()
                .and_then(|frame| frame.as_ref().ok()?.data_ref());
            let length = data.map_or(0, Bytes::len) as u64;
            this.state.received.fetch_add(length, Ordering::Relaxed);
            let is_over = frame.is_none() || this.body.is_end_stream();
            this.state.has_rest.store(!is_over, Ordering::Relaxed);
            if is_over || this.end.deadline() > Instant::now() {
                return Poll::Ready(frame);
            }
        } else {
            let stall = this.stall;
            let stalled = this.stalled.get_or_insert_with(|| Box::pin(sleep(stall)));
            if stalled.as_mut().poll(context).is_pending() {
                ready!(this.end.as_mut().poll(context));
            }
        }
        this.state.is_late.store(true, Ordering::Relaxed);
        let late = io::Error::new(
            io::ErrorKind::TimedOut,
            "the body of the request took too long",
        );
        Poll::Ready(Some(Err(axum::Error::new(late))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection that ends if the client reads nothing, and at whose end the rest of a body is read.
pub(super) struct TimedStream<S> {
    stream: S,
    body: Arc<BodyState>,
    limits: Limits,
    stalled: Option<Pin<Box<Sleep>>>,
    rest: Option<Pin<Box<Sleep>>>,
}

impl<S> TimedStream<S> {
    /// Bounds a connection; the state is that of the body that it brings.
    pub(super) fn new(stream: S, limits: Limits, body: Arc<BodyState>) -> Self {
        Self {
            stream,
            body,
            limits,
            stalled: None,
            rest: None,
        }
    }

    /// Ends a write that has waited too long.
    fn bounded<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let limit = self.limits.answer_stall;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client did not read its answer",
        )))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.bounded(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.bounded(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let rest = match &mut this.rest {
            Some(rest) => rest,
            none => {
                ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
                if !this.body.has_rest() {
                    return Poll::Ready(Ok(()));
                }
                none.insert(Box::pin(sleep(this.limits.rest)))
            }
        };
        let mut space = [0; 16 * 1024];
        while rest.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut space);
            let read = ready!(Pin::new(&mut this.stream).poll_read(context, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}
