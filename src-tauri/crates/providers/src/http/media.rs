//! Opens audio at any byte, and makes sure that it is that byte.
//!
//! A resumed file is only as good as the offset the bytes really begin at. Servers answer a `Range` with all of the
//! file, with another part, or with a part that does not say which (libraries T-11 to T-15); whatever cannot be
//! trusted is asked for again from the beginning, and the stream says so by its offset.

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_RANGE, RANGE,
};
use reqwest::{Method, Response, StatusCode};
use url::Url;

use super::{Call, Credentials, Failure, Lane, Transport, Tries, body, retry};
use crate::error::{Correlation, Error, Result};
use crate::provider::MediaStream;

/// Which part of a file to ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    /// The first byte.
    pub(crate) offset: u64,
    /// Only if the file still has this `ETag`; all of it otherwise.
    pub(crate) if_range: Option<&'a str>,
}

impl Part<'_> {
    /// All of it.
    pub(crate) const WHOLE: Self = Self { offset: 0, if_range: None };
}

/// Whether an `ETag` promises the same bytes (RFC 9110, 8.8.1 and 13.1.5: a weak one must not go into `If-Range`).
fn is_strong(etag: &str) -> bool {
    etag.len() >= 2 && etag.starts_with('"') && etag.ends_with('"')
}

/// What came back for a range.
enum Opened {
    Stream(MediaStream),
    /// The reply cannot be placed in the file.
    StartOver,
}

impl Transport {
    /// Opens audio from a byte on, or from 0 where the server does not play along. Statuses of failure come back as
    /// the error they mean; 401 and 403 stay apart, and neither is checked further.
    pub(crate) async fn open_media(
        &self,
        url: Url,
        part: Part<'_>,
        credentials: &Credentials,
    ) -> Result<MediaStream> {
        let attempt = |part: Part<'_>| {
            let url = url.clone();
            let owned = part.if_range.map(str::to_owned);
            async move {
                let part = Part { offset: part.offset, if_range: owned.as_deref() };
                self.open_once(url, part, credentials).await
            }
        };
        match retry::run(self.options(), Tries::Several, &credentials.gate, || attempt(part))
            .await?
        {
            Opened::Stream(stream) => Ok(stream),
            Opened::StartOver => {
                match retry::run(self.options(), Tries::Several, &credentials.gate, || {
                    attempt(Part::WHOLE)
                })
                .await?
                {
                    Opened::Stream(stream) => Ok(stream),
                    Opened::StartOver => Err(Error::BadReply {
                        reason: "a part of the file, although all of it was asked for".into(),
                        correlation: Correlation::default(),
                    }),
                }
            }
        }
    }

    async fn open_once(
        &self,
        url: Url,
        part: Part<'_>,
        credentials: &Credentials,
    ) -> Result<Opened, Failure> {
        let offset = part.offset;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if offset > 0 {
            headers.insert(RANGE, HeaderValue::from(RangeFrom(offset)));
            if let Some(etag) = part.if_range.filter(|etag| is_strong(etag))
                && let Ok(etag) = HeaderValue::from_str(etag)
            {
                headers.insert(IF_RANGE, etag);
            }
        }
        let call = Call {
            lane: Lane::Media,
            method: Method::GET,
            url,
            headers,
            body: None,
            expects_json: false,
        };
        let past_end = (offset > 0).then_some(StatusCode::RANGE_NOT_SATISFIABLE);
        let response = self.send(&call, credentials, past_end).await?;
        if Some(response.status()) == past_end {
            return Ok(past_the_end(&response, offset));
        }
        let bad = |reason: String| {
            let correlation =
                Correlation { status: Some(response.status().as_u16()), ..Correlation::default() };
            Err(Failure::replied(Error::BadReply { reason, correlation }))
        };
        if let Some(encoding) = text(response.headers(), &CONTENT_ENCODING)
            && !encoding.eq_ignore_ascii_case("identity")
        {
            return bad(format!(
                "audio compressed as {encoding:?}, although it was asked for as it is"
            ));
        }
        let range =
            text(response.headers(), &CONTENT_RANGE).as_deref().and_then(parse_content_range);
        let (begins_at, total_bytes) = match response.status() {
            // With 200 the body should be all of the file; one that names a part contradicts itself.
            StatusCode::OK if offset > 0 && range.is_some() => return Ok(Opened::StartOver),
            StatusCode::OK => (0, response.content_length()),
            StatusCode::PARTIAL_CONTENT => match range {
                Some(range) if range.first == Some(offset) => (offset, range.total),
                _ => return Ok(Opened::StartOver),
            },
            status => return bad(format!("the unexpected status {status}")),
        };
        let host =
            credentials.redactor.hide(response.url().host_str().unwrap_or_default()).into_owned();
        Ok(Opened::Stream(MediaStream {
            offset: begins_at,
            total_bytes,
            content_type: text(response.headers(), &CONTENT_TYPE),
            etag: text(response.headers(), &ETAG),
            bytes: body::watched(response, &host, self.options()),
        }))
    }
}

/// 416: fine when we have exactly all of it, otherwise what we have is not a beginning of this file.
fn past_the_end(response: &Response, offset: u64) -> Opened {
    let range = text(response.headers(), &CONTENT_RANGE).as_deref().and_then(parse_content_range);
    match range.and_then(|range| range.total) {
        Some(total) if total == offset => Opened::Stream(MediaStream {
            offset,
            total_bytes: Some(total),
            content_type: None,
            etag: text(response.headers(), &ETAG),
            bytes: stream::empty::<Result<Bytes>>().boxed(),
        }),
        _ => Opened::StartOver,
    }
}

/// `bytes=N-`.
struct RangeFrom(u64);

impl From<RangeFrom> for HeaderValue {
    fn from(range: RangeFrom) -> Self {
        // Digits are always a header value; the fallback asks for everything, which is read as such.
        Self::from_str(&format!("bytes={}-", range.0))
            .unwrap_or_else(|_| Self::from_static("bytes=0-"))
    }
}

/// `Content-Range`, of bytes.
#[derive(Debug, PartialEq, Eq)]
struct ContentRange {
    /// The first byte; `None` in a 416 (`bytes */1000`).
    first: Option<u64>,
    /// Size of the whole file, if it says.
    total: Option<u64>,
}

fn parse_content_range(text: &str) -> Option<ContentRange> {
    let (unit, rest) = text.trim().split_once(' ')?;
    let (range, total) = rest.trim().split_once('/')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let total = match total.trim() {
        "*" => None,
        digits => Some(digits.parse::<u64>().ok()?),
    };
    let first = match range.trim() {
        "*" => None,
        range => {
            let (first, last) = range.split_once('-')?;
            let (first, last) =
                (first.trim().parse::<u64>().ok()?, last.trim().parse::<u64>().ok()?);
            if last < first || total.is_some_and(|total| last >= total) {
                return None;
            }
            Some(first)
        }
    };
    Some(ContentRange { first, total })
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn content_range_is_read_strictly() {
        let read = |text| parse_content_range(text).map(|range| (range.first, range.total));
        assert_eq!(read("bytes 5-9/10"), Some((Some(5), Some(10))));
        assert_eq!(read("Bytes 0-0/*"), Some((Some(0), None)));
        assert_eq!(read("bytes */10"), Some((None, Some(10))));
        for text in [
            "",
            "bytes",
            "bytes 5-9",
            "bytes 9-5/10",
            "bytes 5-10/10",
            "items 0-1/2",
            "bytes -5/10",
            "bytes a-b/c",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn content_range_never_panics(text in "(bytes )?[-0-9*/ a]{0,40}") {
            let _ = parse_content_range(&text);
        }
    }
}
