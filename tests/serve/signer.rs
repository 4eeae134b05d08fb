//! A client's side of Signature Version 4, written from AWS's description of it, to sign requests with.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use lambda_store::api::code_sha256::hex;
use sha2::{Digest as _, Sha256};

/// How a request is signed; tests spoil what they are about.
#[derive(Clone)]
pub struct Signer<'a> {
    pub access_key_id: &'a str,
    pub secret: &'a str,
    pub session_token: Option<&'a str>,
    pub region: &'a str,
    pub service: &'a str,
    /// Seconds that the clock goes wrong.
    pub clock: i64,
    /// Headers that are sent but not signed.
    pub unsigned: &'a [&'a str],
}

pub type Headers = Vec<(String, String)>;

impl Default for Signer<'_> {
    fn default() -> Self {
        Self {
            access_key_id: "AKIDEXAMPLE",
            secret: "secret/of+EXAMPLE",
            session_token: None,
            region: "us-east-1",
            service: "lambda",
            clock: 0,
            unsigned: &[],
        }
    }
}

impl Signer<'_> {
    /// Returns the headers of a request that is signed in its headers.
    pub fn headers(
        &self,
        request: (&str, &str),
        host: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Headers {
        let stamp = self.stamp();
        let mut sent = vec![("host", host), ("x-amz-date", &stamp)];
        sent.extend(headers);
        sent.extend(
            self.session_token
                .map(|token| ("x-amz-security-token", token)),
        );
        sent.sort_unstable();
        let is_signed = |header: &&(&str, &str)| !self.unsigned.contains(&header.0);
        let signed: Vec<_> = sent.iter().filter(is_signed).copied().collect();
        let (path, query) = request.1.split_once('?').unwrap_or((request.1, ""));
        let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        pairs.sort_unstable();
        let names = names(&signed);
        let signature = self.signature(&stamp, request.0, path, &pairs.join("&"), &signed, body);
        let scope = self.scope(&stamp);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.access_key_id
        );
        let mut all: Headers = owned(&sent);
        all.push(("authorization".to_owned(), authorization));
        all
    }

    /// Returns the path and query of a request that is signed in its query.
    pub fn presigned(
        &self,
        method: &str,
        path: &str,
        host: &str,
        expires: &str,
        body: &[u8],
    ) -> String {
        let stamp = self.stamp();
        let scope = self.scope(&stamp).replace('/', "%2F");
        let mut query = format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}%2F{scope}&X-Amz-Date={stamp}&X-Amz-Expires={expires}",
            self.access_key_id
        );
        if let Some(token) = self.session_token {
            query.push_str("&X-Amz-Security-Token=");
            query.push_str(&token.replace('/', "%2F"));
        }
        query += "&X-Amz-SignedHeaders=host";
        let signature = self.signature(&stamp, method, path, &query, &[("host", host)], body);
        format!("{path}?{query}&X-Amz-Signature={signature}")
    }

    fn signature(
        &self,
        stamp: &str,
        method: &str,
        path: &str,
        query: &str,
        signed: &[(&str, &str)],
        body: &[u8],
    ) -> String {
        let headers = signed
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"));
        let headers = headers.collect::<Vec<_>>().concat();
        let path = path.replace('%', "%25");
        let canonical = format!(
            "{method}\n{path}\n{query}\n{headers}\n{}\n{}",
            names(signed),
            hex(&Sha256::digest(body))
        );
        let scope = self.scope(stamp);
        let canonical = hex(&Sha256::digest(canonical));
        let to_sign = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{canonical}");
        let parts = [
            &stamp[..8],
            self.region,
            self.service,
            "aws4_request",
            &to_sign,
        ];
        let first = format!("AWS4{}", self.secret).into_bytes();
        let last = parts.iter().fold(first, |key, part| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(part.as_bytes());
            mac.finalize().into_bytes().to_vec()
        });
        hex(&last)
    }

    fn stamp(&self) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let signed_at = i64::try_from(now).unwrap() + self.clock;
        let time = jiff::Timestamp::from_second(signed_at).unwrap();
        time.strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    fn scope(&self, stamp: &str) -> String {
        format!(
            "{}/{}/{}/aws4_request",
            &stamp[..8],
            self.region,
            self.service
        )
    }
}

fn names(headers: &[(&str, &str)]) -> String {
    headers
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(";")
}

fn owned(headers: &[(&str, &str)]) -> Headers {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    headers.iter().map(owned).collect()
}
