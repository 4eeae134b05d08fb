//! Whom a request was meant for, and who sent it: web pages are kept out.
//!
//! A server on loopback is reached by everything that runs on the machine, web pages in its browser
//! among it. Two things that a page can do are refused:
//!
//! - **Rebinding.** A page of `evil.example` may let that name point to 127.0.0.1 after it was loaded;
//!   the browser then takes this server for the page's own and lets the page read what it answers. The
//!   request's `Host` still says `evil.example`, so a `Host` that is no name of this server is
//!   refused. Its port is not looked at: a page cannot choose another one than it connects to, and
//!   a forwarded port has another number at its other end.
//! - **Requests across sites.** A page may send a POST with a body of plain text to any address without
//!   asking before, and only cannot read the answer; the store would have been changed. Browsers say so
//!   themselves, in `Origin` and `Sec-Fetch-Site`. No page comes from this server, so
//!   every `Origin` is another site's. SDKs and tools send neither.
//!
//! A server that listens beyond loopback has names that it does not know, and demands access
//! keys: the signature of each request covers its `Host`, and no page can make one. So there only the
//! form is looked at.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};

use super::refusal::Refusal;

/// Looks at whom requests were meant for.
pub(super) struct HostCheck {
    /// Where the server listens.
    address: IpAddr,
}

impl HostCheck {
    /// Makes the check of a server that listens on this address.
    pub(super) fn new(address: IpAddr) -> Self {
        Self { address }
    }

    /// Refuses a request that was meant for another server, or that a browser sent for a web page.
    ///
    /// # Errors
    /// `MalformedHttpRequestException` 400 for no `Host`, several, or one that is none;
    /// `AccessDeniedException` 403 for another server's, or for a web page.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = the_host(headers)?;
        if !is_loopback(self.address) {
            return Ok(());
        }
        // Of a request that names the server in its first line, that counts (RFC 9112, 3.2.2).
        for authority in [uri.authority(), Some(&host)].into_iter().flatten() {
            if !self.is_mine(authority.host()) {
                return Err(denied(format!(
                    "The Host of the request, {authority}, is not this server's, which listens on {}; use that, \
                     localhost, 127.0.0.1 or [::1] in the client's endpoint URL: no other name is taken, so that \
                     web pages cannot reach the store by names of their own",
                    named(self.address)
                )));
            }
        }
        let from = sent_by_page(headers);
        from.map_or(Ok(()), |from| {
            Err(denied(format!(
                "The request was sent by a browser for a web page ({from}); web pages may not use this \
                 server. Use an SDK or a command line without a browser"
            )))
        })
    }

    fn is_mine(&self, host: &str) -> bool {
        // A name may end in a dot, which says that it is whole.
        let name = host.strip_suffix('.').unwrap_or(host);
        if name.eq_ignore_ascii_case("localhost") {
            return true;
        }
        let bare = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'));
        let address: Option<IpAddr> = match bare {
            Some(bare) => bare.parse::<Ipv6Addr>().ok().map(Into::into),
            None => name.parse::<Ipv4Addr>().ok().map(Into::into),
        };
        let mine = [
            Ipv4Addr::LOCALHOST.into(),
            Ipv6Addr::LOCALHOST.into(),
            self.address,
        ];
        address.is_some_and(|address| mine.contains(&address))
    }
}

/// Returns whether an address is reached from this machine alone, in whichever version of IP it is
/// written.
#[must_use]
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Returns the one `Host` of a request.
fn the_host(headers: &HeaderMap) -> Result<Authority, Refusal> {
    let mut given = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (given.next(), given.next()) else {
        return Err(malformed("The request must have one Host header"));
    };
    let authority = Authority::try_from(host.as_bytes());
    match authority {
        // Names of users are for URLs, not for hosts.
        Ok(authority) if !authority.as_str().contains('@') => Ok(authority),
        _ => Err(malformed(
            "The Host header of the request is no name or address with an optional port",
        )),
    }
}

/// Returns the header by which a browser says that it sends for a web page.
fn sent_by_page(headers: &HeaderMap) -> Option<&'static str> {
    if headers.contains_key(header::ORIGIN) {
        return Some("Origin");
    }
    let site = headers.get("sec-fetch-site")?;
    // `none` is what a person typed.
    let is_own = ["same-origin", "none"].iter().any(|own| site == own);
    (!is_own).then_some("Sec-Fetch-Site")
}

fn named(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

fn denied(message: String) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "AccessDeniedException", message)
}

fn malformed(message: &str) -> Refusal {
    let code = "MalformedHttpRequestException";
    Refusal::new(StatusCode::BAD_REQUEST, code, message)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn checked(address: &str, host: &str) -> Result<(), &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        let check = HostCheck::new(address.parse().unwrap());
        check
            .check(&Uri::from_static("/"), &headers)
            .map_err(|refusal| refusal.code())
    }

    #[test]
    fn names_of_loopback_are_this_servers_with_any_port() {
        for host in [
            "localhost",
            "localhost:9400",
            "LocalHost.:80",
            "127.0.0.1:9400",
            "[::1]:9400",
            "[0:0:0:0:0:0:0:1]",
            "127.0.0.2:1",
        ] {
            assert_eq!(checked("127.0.0.2", host), Ok(()), "{host}");
        }
    }

    #[test]
    fn every_other_name_is_another_servers() {
        for host in [
            "evil.example",
            "localhost.evil.example:9400",
            "evil.localhost",
            "127.0.0.1.evil.example",
            "127.0.0.2",
            "0.0.0.0:9400",
            "2130706433",
            "0x7f.1",
            "[::]",
            "[::ffff:127.0.0.1]",
            "::1",
        ] {
            let refused = checked("127.0.0.1", host);
            assert!(refused.is_err(), "{host}");
        }
    }

    #[test]
    fn loopback_written_as_ip_version_6_is_guarded_as_well() {
        let address = "::ffff:127.0.0.1";
        for host in ["[::ffff:127.0.0.1]:9400", "localhost", "127.0.0.1:9400"] {
            assert_eq!(checked(address, host), Ok(()), "{host}");
        }
        let refused = checked(address, "evil.example");
        assert_eq!(refused, Err("AccessDeniedException"));
    }

    #[test]
    fn a_host_that_is_none_is_malformed_on_every_address() {
        for host in ["", "user@localhost", "local host", "localhost/x", "[::1"] {
            for address in ["127.0.0.1", "0.0.0.0"] {
                let refused = checked(address, host);
                assert_eq!(refused, Err("MalformedHttpRequestException"), "{host}");
            }
        }
    }

    #[test]
    fn beyond_loopback_any_name_may_be_this_servers() {
        assert_eq!(checked("0.0.0.0", "store.example:9400"), Ok(()));
        assert_eq!(checked("192.0.2.7", "store.example"), Ok(()));
    }
}
