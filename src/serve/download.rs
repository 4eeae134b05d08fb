//! What a link to a package leads to: its bytes, whole or in part.

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::os::unix::fs::FileExt as _;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use headers::{AcceptRanges, ContentLength, ContentRange, ETag, HeaderMapExt as _};
use headers::{IfNoneMatch, IfRange, Range};

use super::package_link::{NotFollowed, PackageLink};
use super::refusal::Refusal;
use crate::api::Error;
use crate::operations::{self, Download};
use crate::store::Store;

/// How much of a package is read at once. Of a slow client's download two such pieces are in memory.
const PIECE: usize = 64 * 1024;

/// Makes the error for a link that is not followed.
pub(super) fn not_followed(reason: NotFollowed) -> Refusal {
    let message = match reason {
        NotFollowed::Forged => {
            "the signature of this link is not one of this server, which signs anew each time that it \
             is started; ask GetFunction for a link"
        }
        NotFollowed::Expired => "Request has expired; ask GetFunction for a new link",
    };
    Refusal::new(StatusCode::FORBIDDEN, "AccessDeniedException", message)
}

/// Opens what a link names; this waits for the disk.
///
/// # Errors
/// `ResourceNotFoundException` where it is gone or was replaced.
pub(super) fn open(store: &Store, link: &PackageLink) -> Result<Download, Error> {
    let download = operations::download(store, &link.function, &link.version)?;
    let found = download.code.as_ref();
    if found.is_none_or(|code| code.sha256.as_str() != link.sha256) {
        let (function, version) = (&link.function, &link.version);
        return Err(Error::ResourceNotFound {
            message: format!(
                "the package of {function} {version} changed since this link was made; ask GetFunction \
                 for a new one"
            ),
        });
    }
    Ok(download)
}

/// Answers with a package, or with the range of it that is asked for. Of several ranges the whole
/// is sent, as RFC 9110 allows.
///
/// # Errors
/// `ServiceException` if it cannot be read.
pub(super) fn answer(download: Download, asked: &HeaderMap) -> Result<Response, Error> {
    let size = download.package.size()?;
    let code = download.code.filter(|code| code.size == size);
    let path = download.package.path().display().to_string();
    let failed = |cause: String| Error::Service {
        message: format!("cannot send {path}: {cause}"),
    };
    let code = code.ok_or_else(|| {
        failed("it has another size than config.json says; look at it with verify".to_owned())
    })?;
    let tag = format!("\"{}\"", code.sha256.as_str());
    let tag = tag.parse::<ETag>();
    let tag = tag.map_err(|error| failed(error.to_string()))?;
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.typed_insert(AcceptRanges::bytes());
    headers.typed_insert(tag.clone());
    let unchanged = asked.typed_get::<IfNoneMatch>();
    if unchanged.is_some_and(|known| !known.precondition_passes(&tag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    let (start, end) = match part(asked, &tag, size) {
        Part::Whole => (0, size),
        Part::Range(start, end) => {
            let range = ContentRange::bytes(start..end, size);
            headers.typed_insert(range.map_err(|error| failed(error.to_string()))?);
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            (start, end)
        }
        Part::Nothing => {
            response
                .headers_mut()
                .typed_insert(ContentRange::unsatisfied_bytes(size));
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            return Ok(response);
        }
    };
    let headers = response.headers_mut();
    headers.typed_insert(ContentLength(end - start));
    let (zip, name) = ("application/zip", "attachment; filename=\"code.zip\"");
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(zip));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    let file = download.package.into_file();
    *response.body_mut() = Body::from_stream(stream::try_unfold((file, start), move |state| {
        next_piece(state, end)
    }));
    Ok(response)
}

/// Reads what comes next of a file, up to an end, on a thread that may wait.
async fn next_piece(
    (file, start): (File, u64),
    end: u64,
) -> io::Result<Option<(Bytes, (File, u64))>> {
    if start == end {
        return Ok(None);
    }
    let read = tokio::task::spawn_blocking(move || {
        let length = usize::try_from(end - start).map_or(PIECE, |left| left.min(PIECE));
        let mut piece = vec![0; length];
        file.read_exact_at(&mut piece, start)?;
        Ok(Some((piece.into(), (file, start + length as u64))))
    });
    read.await.map_err(io::Error::other)?
}

/// Which part of a package is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From the first byte to before the last.
    Range(u64, u64),
    /// One that it does not have.
    Nothing,
}

fn part(asked: &HeaderMap, tag: &ETag, size: u64) -> Part {
    let Some(range) = asked.typed_get::<Range>() else {
        return Part::Whole;
    };
    let condition = asked.typed_get::<IfRange>();
    if condition.is_some_and(|known| known.is_modified(Some(tag), None)) {
        return Part::Whole;
    }
    let text = asked.get(header::RANGE).map(HeaderValue::as_bytes);
    if text.is_some_and(|text| text.contains(&b',')) {
        return Part::Whole;
    }
    // A suffix longer than the package is the whole of it, which the library leaves out.
    let suffix = text.and_then(|text| text.strip_prefix(b"bytes=-"));
    let suffix = suffix.and_then(|text| std::str::from_utf8(text).ok()?.trim().parse::<u64>().ok());
    if suffix.is_some_and(|suffix| suffix > size) && size > 0 {
        return Part::Range(0, size);
    }
    let (start, end) = match range.satisfiable_ranges(size).next() {
        Some((Bound::Included(start), Bound::Included(last))) if last < start => {
            return Part::Whole;
        }
        Some((Bound::Included(start), Bound::Included(last))) => {
            (start, last.saturating_add(1).min(size))
        }
        Some((Bound::Included(start), _)) => (start, size),
        // What cannot be understood is as if it were not there.
        _ => return Part::Whole,
    };
    if start < end {
        Part::Range(start, end)
    } else {
        Part::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_what_rfc_9110_says() {
        let tag = "\"x\"".parse::<ETag>().unwrap();
        let part = |range: &str| {
            let mut asked = HeaderMap::new();
            asked.insert(header::RANGE, range.parse().unwrap());
            part(&asked, &tag, 10)
        };
        assert_eq!(part("bytes=0-0"), Part::Range(0, 1));
        assert_eq!(part("bytes=2-5"), Part::Range(2, 6));
        assert_eq!(part("bytes=9-"), Part::Range(9, 10));
        assert_eq!(part("bytes=5-99"), Part::Range(5, 10));
        assert_eq!(part("bytes=-3"), Part::Range(7, 10));
        assert_eq!(part("bytes=-99"), Part::Range(0, 10));
        assert_eq!(part("bytes=10-"), Part::Nothing);
        assert_eq!(part("bytes=10-12"), Part::Nothing);
        assert_eq!(part("bytes=-0"), Part::Nothing);
        assert_eq!(part("bytes=5-2"), Part::Whole);
        assert_eq!(part("bytes=0-1,4-5"), Part::Whole);
        assert_eq!(part("bytes=x"), Part::Whole);
        assert_eq!(part("lines=1-2"), Part::Whole);
    }
}
