//! Access keys: signed requests are answered, all others are refused with AWS's codes.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use lambda_store::api::code_sha256::hex;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::server::{Answered, Server};
use crate::signer::Signer;
use crate::support::TestStore;

const FUNCTIONS: &str = "/2015-03-31/functions";
const TOKEN: &str = "session/TOKEN";

/// A server that demands signatures.
struct Guarded {
    server: Server,
    store: TestStore,
    _keys: tempfile::TempDir,
}

fn keys_in(directory: &Path, text: &str) -> PathBuf {
    let path = directory.join("keys");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

const KEYS: &str = "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret/of+EXAMPLE\n\
    [temporary]\naws_access_key_id = ASIAEXAMPLE\naws_secret_access_key = other\naws_session_token = session/TOKEN\n";

impl Guarded {
    fn new() -> Self {
        let store = TestStore::with_function("hello");
        let directory = tempfile::tempdir().unwrap();
        let keys = keys_in(directory.path(), KEYS);
        let server = Server::of(&store, &["--access-keys", keys.to_str().unwrap()]);
        Self {
            server,
            store,
            _keys: directory,
        }
    }

    fn host(&self) -> &str {
        self.server.url().strip_prefix("http://").unwrap()
    }

    /// Sends a request that is signed in its headers.
    fn signed(
        &self,
        signer: &Signer<'_>,
        request: (&str, &str),
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answered {
        let headers = signer.headers(request, self.host(), headers, body);
        self.send(request, &headers, body)
    }

    fn send(&self, request: (&str, &str), headers: &[(String, String)], body: &[u8]) -> Answered {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.server.send_with(request.0, request.1, &headers, body)
    }

    /// Sends a request that is signed in its query, for this many seconds.
    fn presigned(&self, signer: &Signer<'_>, expires: &str) -> Answered {
        let path = signer.presigned("GET", FUNCTIONS, self.host(), expires, b"");
        self.server.send("GET", &path, b"")
    }
}

const LIST: (&str, &str) = ("GET", FUNCTIONS);

fn temporary(session_token: Option<&str>) -> Signer<'_> {
    Signer {
        access_key_id: "ASIAEXAMPLE",
        secret: "other",
        session_token,
        ..Signer::default()
    }
}

#[test]
fn signed_requests_are_answered_in_both_forms() {
    let guarded = Guarded::new();
    let good = Signer::default();
    guarded.signed(&good, LIST, &[], b"").succeeded(200);
    guarded
        .signed(&temporary(Some(TOKEN)), LIST, &[], b"")
        .succeeded(200);
    guarded.presigned(&good, "60").succeeded(200);
    guarded
        .presigned(&temporary(Some(TOKEN)), "604800")
        .succeeded(200);
    // Names that are encoded in the path, and queries in any order.
    let by_arn = format!(
        "{FUNCTIONS}/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Ahello/versions"
    );
    let page = format!("{by_arn}?MaxItems=5&Marker=");
    for path in [by_arn.as_str(), page.as_str()] {
        let answered = guarded.signed(&good, ("GET", path), &[], b"");
        assert_ne!(answered.status, 403, "{answered:?}");
    }
    let body = json!({"Description": "first"}).to_string();
    let sha256 = hex(&Sha256::digest(&body));
    let publish = ("POST", "/2015-03-31/functions/hello/versions");
    let headers = [
        ("content-type", "application/json"),
        ("x-amz-content-sha256", &sha256),
    ];
    let published = guarded.signed(&good, publish, &headers, body.as_bytes());
    assert_eq!(published.succeeded(201)["Description"], "first");
    // Clocks may be apart.
    for clock in [-290, 290] {
        let signer = Signer {
            clock,
            ..good.clone()
        };
        guarded.signed(&signer, LIST, &[], b"").succeeded(200);
    }
    let (code, said) = guarded.server.terminate();
    assert_eq!(code, Some(0));
    assert!(said.contains(r#""accessKeyId":"ASIAEXAMPLE""#), "{said}");
    assert!(
        !said.contains("secret") && !said.contains("TOKEN"),
        "{said}"
    );
}

#[test]
fn a_link_to_a_package_is_signed_already() {
    let guarded = Guarded::new();
    let function = ("GET", "/2015-03-31/functions/hello");
    let found = guarded.signed(&Signer::default(), function, &[], b"");
    let location = found.succeeded(200)["Code"]["Location"].clone();
    let link = location.as_str().unwrap();
    let link = link.strip_prefix(guarded.server.url()).unwrap();
    let package = std::fs::read(guarded.store.join("hello/$LATEST/code.zip")).unwrap();
    assert_eq!(guarded.server.send("GET", link, b"").body, package);
}

#[test]
fn requests_that_are_not_signed_well_are_refused_with_awss_codes() {
    let guarded = Guarded::new();
    let good = Signer::default();
    let missing = "MissingAuthenticationTokenException";
    for path in [FUNCTIONS, "/2015-03-31/functions/hello", "/nowhere"] {
        guarded
            .server
            .send("GET", path, b"")
            .failed_with(403, missing);
    }
    let unrecognized = "UnrecognizedClientException";
    for signer in [
        Signer {
            access_key_id: "AKIDOTHER",
            ..good.clone()
        },
        Signer {
            session_token: Some(TOKEN),
            ..good.clone()
        },
        temporary(None),
        temporary(Some("session/TOKEM")),
    ] {
        guarded
            .signed(&signer, LIST, &[], b"")
            .failed_with(403, unrecognized);
        guarded
            .presigned(&signer, "60")
            .failed_with(403, unrecognized);
    }
    let invalid = "InvalidSignatureException";
    for (signer, expected) in [
        (
            Signer {
                secret: "guessed",
                ..good.clone()
            },
            "does not match the signature you provided",
        ),
        (
            Signer {
                region: "eu-west-1",
                ..good.clone()
            },
            "not 'eu-west-1': this store's is 'us-east-1'",
        ),
        (
            Signer {
                service: "s3",
                ..good.clone()
            },
            "correct service: 'lambda'",
        ),
        (
            Signer {
                clock: -400,
                ..good.clone()
            },
            "Signature expired",
        ),
        (
            Signer {
                clock: 400,
                ..good.clone()
            },
            "Signature not yet current",
        ),
        (
            Signer {
                unsigned: &["host"],
                ..good.clone()
            },
            "'host' must be a 'SignedHeader'",
        ),
    ] {
        let said = guarded
            .signed(&signer, LIST, &[], b"")
            .failed_with(403, invalid);
        assert!(said.contains(expected), "{said}");
        if signer.unsigned.is_empty() {
            let said = guarded.presigned(&signer, "300").failed_with(403, invalid);
            assert!(said.contains(expected), "{said}");
        }
    }
    let signer = Signer {
        unsigned: &["x-amz-meta"],
        ..good.clone()
    };
    let said = guarded.signed(&signer, LIST, &[("x-amz-meta", "1")], b"");
    let said = said.failed_with(403, invalid);
    assert!(said.contains("'x-amz-meta' must be"), "{said}");
    for stated in ["UNSIGNED-PAYLOAD", &hex(&Sha256::digest(b"other"))] {
        let answered = guarded.signed(&good, LIST, &[("x-amz-content-sha256", stated)], b"");
        let said = answered.failed_with(403, invalid);
        assert!(said.contains("x-amz-content-sha256 must be"), "{said}");
    }
}

#[test]
fn what_is_no_whole_signature_is_told_as_such() {
    let guarded = Guarded::new();
    let good = Signer::default();
    let incomplete = "IncompleteSignatureException";
    for expires in ["0", "604801", "soon"] {
        guarded
            .presigned(&good, expires)
            .failed_with(403, incomplete);
    }
    let headers = good.headers(LIST, guarded.host(), &[], b"");
    let authorization = headers.last().unwrap().1.clone();
    for (from, to) in [
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"),
        ("AWS4-HMAC-SHA256 ", "Bearer "),
        (", Signature=", ", Signature=0"),
        (", Signature=", ", Signed="),
        ("SignedHeaders=host", "SignedHeaders=Host"),
        ("/lambda", ""),
        ("Credential=", "Credential=AKIDEXAMPLE, Credential="),
        ("SignedHeaders=", ""),
    ] {
        let mut headers = headers.clone();
        headers.last_mut().unwrap().1 = authorization.replace(from, to);
        let answered = guarded.send(LIST, &headers, b"");
        let said = answered.failed_with(403, incomplete);
        assert!(!said.contains("EXAMPLE"), "{said}");
    }
    let twice = good.presigned("GET", FUNCTIONS, guarded.host(), "60", b"");
    guarded
        .send(("GET", &twice), &headers, b"")
        .failed_with(403, incomplete);
}

#[test]
fn nothing_is_done_for_a_request_that_was_changed_on_its_way() {
    let guarded = Guarded::new();
    let good = Signer::default();
    let publish = ("POST", "/2015-03-31/functions/hello/versions");
    let headers = good.headers(publish, guarded.host(), &[], b"{}");
    let invalid = "InvalidSignatureException";
    guarded
        .send(publish, &headers, b"{ }")
        .failed_with(403, invalid);
    let other = ("POST", "/2015-03-31/functions/hello2/versions");
    guarded
        .send(other, &headers, b"{}")
        .failed_with(403, invalid);
    let query = ("POST", "/2015-03-31/functions/hello/versions?a=b");
    guarded
        .send(query, &headers, b"{}")
        .failed_with(403, invalid);
    let delete = ("DELETE", "/2015-03-31/functions/hello");
    guarded
        .send(delete, &headers, b"{}")
        .failed_with(403, invalid);
    let mut sent = headers.clone();
    sent.retain(|(name, _)| name != "x-amz-date");
    let later = Signer { clock: 60, ..good };
    let later = later.headers(publish, guarded.host(), &[], b"{}");
    sent.extend(later.into_iter().filter(|(name, _)| name == "x-amz-date"));
    guarded
        .send(publish, &sent, b"{}")
        .failed_with(403, invalid);
    let versions = guarded
        .store
        .run(&["list-versions-by-function", "--function-name", "hello"]);
    assert_eq!(
        versions.succeeded()["Versions"].as_array().unwrap().len(),
        1
    );
    guarded.send(publish, &headers, b"{}").succeeded(201);
}

#[test]
fn a_request_for_another_region_is_refused_where_nothing_must_be_signed_too() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let host = server.url().strip_prefix("http://").unwrap();
    let send = |signer: &Signer<'_>| {
        let headers = signer.headers(LIST, host, &[], b"");
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        server.send_with("GET", FUNCTIONS, &headers, b"")
    };
    let anyone = Signer {
        access_key_id: "x",
        secret: "x",
        ..Signer::default()
    };
    send(&anyone).succeeded(200);
    let elsewhere = Signer {
        region: "eu-west-1",
        ..anyone
    };
    let said = send(&elsewhere).failed_with(403, "InvalidSignatureException");
    assert!(
        said.contains("'eu-west-1'") && said.contains("'us-east-1'"),
        "{said}"
    );
    let path = elsewhere.presigned("GET", FUNCTIONS, host, "60", b"");
    server
        .send("GET", &path, b"")
        .failed_with(403, "InvalidSignatureException");
    let basic = [("authorization", "Basic eDp4")];
    server
        .send_with("GET", FUNCTIONS, &basic, b"")
        .succeeded(200);
}

#[test]
fn listening_beyond_this_machine_demands_access_keys_that_can_be_read() {
    let store = TestStore::with_function("hello");
    let directory = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let refused = store.run(&["serve", "--listen", address]);
        let said = refused.failed(252);
        assert!(
            said.contains("--access-keys FILE") && said.contains(address),
            "{said}"
        );
    }
    let serve = |path: &Path| store.run(&["serve", "--access-keys", path.to_str().unwrap()]);
    let absent = directory.path().join("absent");
    let refused = serve(&absent);
    let said = refused.failed(252);
    assert!(
        said.contains("absent") && said.contains("No such file"),
        "{said}"
    );
    let broken = keys_in(directory.path(), "[ci]\naws_secret_access_key = hidden\n");
    let refused = serve(&broken);
    let said = refused.failed(252);
    assert!(said.contains("[ci] has no aws_access_key_id"), "{said}");
    assert!(!said.contains("hidden"), "{said}");

    let keys = keys_in(directory.path(), KEYS);
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o644)).unwrap();
    let options = ["--access-keys", keys.to_str().unwrap()];
    let server = Server::on("0.0.0.0:0", &store, &options);
    assert_eq!(server.send("GET", FUNCTIONS, b"").status, 403);
    let (code, said) = server.terminate();
    assert_eq!(code, Some(0));
    assert!(
        said.contains("can be read by others") && said.contains("chmod 600"),
        "{said}"
    );
}
