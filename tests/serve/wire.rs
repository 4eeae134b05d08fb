//! What a request may look like on the wire, and what is answered to what it may not.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::server::{Answered, Server};
use crate::support::{TestStore, says};

const FUNCTIONS: &str = "/2015-03-31/functions";

/// A request, and the status and the code that it is refused with, and what the message says.
type Case<'a> = (&'a str, &'a str, &'a [u8], (u16, &'a str), &'a [&'a str]);

/// Sends requests to a server in front of a function `hello` with a version, and sees that each is
/// refused as told and that nothing has been done in the end.
fn are_refused(cases: &[Case<'_>]) {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    let server = Server::of(&store, &[]);
    for (method, path, body, (status, code), parts) in cases {
        let answered = server.send(method, path, body);
        assert_eq!(answered.status, *status, "{method} {path}: {answered:?}");
        let message = answered.failed_with(*status, code);
        says(&message, parts);
        assert_eq!(answered.header("content-type"), Some("application/json"));
        assert!(answered.header("x-amzn-requestid").is_some(), "{path}");
    }
    assert_eq!(store.history("hello").len(), 2);
}

const INVALID: (u16, &str) = (400, "InvalidParameterValueException");
const SERIALIZATION: (u16, &str) = (400, "SerializationException");
const UNKNOWN: (u16, &str) = (403, "AccessDeniedException");
const NOT_FOUND: (u16, &str) = (404, "ResourceNotFoundException");

#[test]
fn paths_and_methods_that_are_no_operation_are_refused() {
    let unable: &[&str] = &["Unable to determine service/operation name"];
    are_refused(&[
        ("GET", "/", b"", UNKNOWN, unable),
        ("GET", "/2015-03-31", b"", UNKNOWN, unable),
        ("GET", "/2014-11-13/functions/hello", b"", UNKNOWN, unable),
        ("GET", "/2015-03-31/Functions", b"", UNKNOWN, unable),
        ("GET", "/2015-03-31/functions/hello/", b"", UNKNOWN, unable),
        (
            "GET",
            "/2015-03-31/functions/../functions",
            b"",
            UNKNOWN,
            unable,
        ),
        (
            "GET",
            "/2015-03-31/functions/hello/nothing",
            b"",
            UNKNOWN,
            unable,
        ),
        (
            "GET",
            "/2015-03-31/functions/hello/aliases/a/b",
            b"",
            UNKNOWN,
            unable,
        ),
        (
            "GET",
            "/2015-03-31/functions/hello/code",
            b"",
            UNKNOWN,
            unable,
        ),
        ("POST", "/2015-03-31/functions/", b"{}", UNKNOWN, unable),
        (
            "POST",
            "/2015-03-31/functions/hello",
            b"{}",
            UNKNOWN,
            unable,
        ),
        (
            "PUT",
            "/2015-03-31/functions/hello/versions",
            b"{}",
            UNKNOWN,
            unable,
        ),
        (
            "PATCH",
            "/2015-03-31/functions/hello",
            b"{}",
            UNKNOWN,
            unable,
        ),
        (
            "OPTIONS",
            "/2015-03-31/functions/hello",
            b"",
            UNKNOWN,
            unable,
        ),
        ("BREW", "/2015-03-31/functions/hello", b"", UNKNOWN, unable),
        (
            "delete",
            "/2015-03-31/functions/hello",
            b"",
            UNKNOWN,
            unable,
        ),
    ]);
}

#[test]
fn operations_that_a_store_does_not_have_are_refused_by_name_with_the_reason() {
    const ABSENT: (u16, &str) = (404, "UnknownOperationException");
    let hello = |rest: &str| format!("{FUNCTIONS}/hello/{rest}");
    are_refused(&[
        (
            "POST",
            &hello("invocations"),
            b"{}",
            ABSENT,
            &["Invoke is refused", "does not run"],
        ),
        (
            "GET",
            &hello("policy?Qualifier=1"),
            b"",
            ABSENT,
            &["GetPolicy", "no policies"],
        ),
        (
            "DELETE",
            &hello("policy/one"),
            b"",
            ABSENT,
            &["RemovePermission"],
        ),
        (
            "GET",
            "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Ahello",
            b"",
            ABSENT,
            &["ListTags", "--tags", "get-function"],
        ),
        (
            "GET",
            "/2018-10-31/layers",
            b"",
            ABSENT,
            &["ListLayers", "Layers"],
        ),
        (
            "GET",
            "/2016-08-19/account-settings",
            b"",
            ABSENT,
            &["store.json"],
        ),
    ]);
}

#[test]
fn names_and_values_in_paths_and_queries_are_checked() {
    let function = |rest: &str| format!("{FUNCTIONS}/{rest}");
    are_refused(&[
        (
            "GET",
            &function("a%2Fb"),
            b"",
            INVALID,
            &["FunctionName", "'a/b'"],
        ),
        (
            "GET",
            &function("a%FF"),
            b"",
            SERIALIZATION,
            &["UTF-8", "FunctionName"],
        ),
        (
            "GET",
            &function("%20/configuration"),
            b"",
            INVALID,
            &["FunctionName", "' '"],
        ),
        (
            "GET",
            &function("hel.lo"),
            b"",
            NOT_FOUND,
            &["function:hel.lo"],
        ),
        ("GET", &function("%2e%2e"), b"", NOT_FOUND, &["function:.."]),
        (
            "GET",
            &function("hello:7"),
            b"",
            NOT_FOUND,
            &["function:hello:7"],
        ),
        (
            "GET",
            &function("hello?Qualifier="),
            b"",
            INVALID,
            &["Qualifier"],
        ),
        (
            "GET",
            &function("hello?Qualifier"),
            b"",
            INVALID,
            &["Qualifier"],
        ),
        (
            "GET",
            &function("hello?Qualifier=1+1"),
            b"",
            INVALID,
            &["'1 1'"],
        ),
        (
            "GET",
            &function("hello?Qualifier=%FF"),
            b"",
            INVALID,
            &["Qualifier"],
        ),
        (
            "GET",
            &function("hello:1?Qualifier=2"),
            b"",
            INVALID,
            &["1", "2"],
        ),
        (
            "GET",
            &function("hello/aliases/7"),
            b"",
            INVALID,
            &["Name", "'7'"],
        ),
        (
            "GET",
            &function("hello/versions?MaxItems=abc"),
            b"",
            SERIALIZATION,
            &["MaxItems", "abc"],
        ),
        (
            "GET",
            &function("hello/versions?MaxItems="),
            b"",
            SERIALIZATION,
            &["MaxItems"],
        ),
        (
            "GET",
            &function("hello/versions?MaxItems=1.0"),
            b"",
            SERIALIZATION,
            &["MaxItems"],
        ),
        (
            "GET",
            &function("hello/versions?MaxItems=0"),
            b"",
            INVALID,
            &["MaxItems", "0"],
        ),
        (
            "GET",
            &function("hello/versions?MaxItems=10001"),
            b"",
            INVALID,
            &["MaxItems"],
        ),
        (
            "GET",
            &function("hello/versions?Marker=x"),
            b"",
            INVALID,
            &["Marker", "'x'"],
        ),
        (
            "GET",
            &function("?FunctionVersion=all"),
            b"",
            INVALID,
            &["FunctionVersion", "'all'"],
        ),
        (
            "GET",
            &function("?MasterRegion=ALL"),
            b"",
            INVALID,
            &["MasterRegion is refused"],
        ),
        (
            "DELETE",
            &function("hello?Qualifier=$LATEST"),
            b"",
            INVALID,
            &["$LATEST"],
        ),
        (
            "PUT",
            &function("hello:1/code"),
            b"{\"ZipFile\": \"UEs=\"}",
            INVALID,
            &["hello:1"],
        ),
    ]);
}

#[test]
fn a_body_that_breaks_rules_which_clients_check_is_refused() {
    let (create, update) = (FUNCTIONS, format!("{FUNCTIONS}/hello/configuration"));
    let (aliases, versions) = (
        format!("{FUNCTIONS}/hello/aliases"),
        format!("{FUNCTIONS}/hello/versions"),
    );
    let deep = format!(
        "{{\"Other\": {}{}}}",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let zip = br#"{"Code": {"ZipFile": "UEs="}}"#;
    let empty = br#"{"FunctionName": "", "Role": "", "Handler": "", "Runtime": "",
        "Code": {"ZipFile": "UEs="}, "Tags": {"": "x"}}"#;
    let bucket = br#"{"FunctionName": "new", "Code": {"S3Bucket": "b", "S3Key": "k"}}"#;
    let weights = br#"{"Name": "live", "FunctionVersion": "1",
        "RoutingConfig": {"AdditionalVersionWeights": {"": 0.5, "2": -0.5}}}"#;
    let latest = br#"{"Name": "live", "FunctionVersion": "$LATEST",
        "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}}"#;
    are_refused(&[
        (
            "POST",
            create,
            zip,
            INVALID,
            &["FunctionName", "Role", "Handler", "Runtime"],
        ),
        (
            "POST",
            create,
            empty,
            INVALID,
            &["FunctionName", "Role", "Handler", "Runtime", "Tags"],
        ),
        (
            "POST",
            create,
            b"",
            INVALID,
            &["Code.ZipFile: must be given"],
        ),
        (
            "POST",
            create,
            br#"{"Code": {"S3Bucket": null}}"#,
            INVALID,
            &["Code.ZipFile"],
        ),
        (
            "POST",
            create,
            bucket,
            INVALID,
            &["Code.S3Bucket", "Code.S3Key", "ZipFile"],
        ),
        (
            "PUT",
            &format!("{FUNCTIONS}/hello/code"),
            b"{}",
            INVALID,
            &["ZipFile: must be given"],
        ),
        (
            "PUT",
            &update,
            br#"{"Timeout": 0}"#,
            INVALID,
            &["1 value breaks a rule: Timeout: 0"],
        ),
        (
            "PUT",
            &update,
            br#"{"Timeout": -1, "MemorySize": 1}"#,
            INVALID,
            &["-1", "MemorySize: 1"],
        ),
        (
            "PUT",
            &update,
            br#"{"EphemeralStorage": {}}"#,
            INVALID,
            &["EphemeralStorage.Size"],
        ),
        (
            "PUT",
            &update,
            br#"{"EphemeralStorage": {"Size": null}}"#,
            INVALID,
            &["Size: must be"],
        ),
        (
            "PUT",
            &update,
            br#"{"FileSystemConfigs": [{}]}"#,
            INVALID,
            &["Arn", "LocalMountPath"],
        ),
        ("PUT", &update, br#"{"Layers": [""]}"#, INVALID, &["Layers"]),
        (
            "PUT",
            &update,
            br#"{"LoggingConfig": {"LogGroup": ""}}"#,
            INVALID,
            &["LogGroup"],
        ),
        (
            "PUT",
            &update,
            br#"{"Runtime": "cobol"}"#,
            INVALID,
            &["'cobol' is none of"],
        ),
        (
            "PUT",
            &update,
            br#"{"Timeout": 3.0}"#,
            SERIALIZATION,
            &["Timeout", "3.0"],
        ),
        (
            "PUT",
            &update,
            br#"{"Timeout": 1e1}"#,
            SERIALIZATION,
            &["Timeout", "1e1"],
        ),
        (
            "PUT",
            &update,
            b"{\"Timeout\": 99999999999999999999}",
            SERIALIZATION,
            &["Timeout"],
        ),
        (
            "PUT",
            &update,
            b"{\"Timeout\": 1, \"Timeout\": 2}",
            SERIALIZATION,
            &["Timeout", "twice"],
        ),
        (
            "PUT",
            &update,
            br#"{"Layers": [null]}"#,
            SERIALIZATION,
            &["Layers"],
        ),
        (
            "POST",
            &aliases,
            b"{}",
            INVALID,
            &["Name", "FunctionVersion"],
        ),
        (
            "POST",
            &aliases,
            br#"{"Name": "", "FunctionVersion": ""}"#,
            INVALID,
            &["Name"],
        ),
        (
            "POST",
            &aliases,
            weights,
            INVALID,
            &["'' is no version", "-0.5"],
        ),
        (
            "POST",
            &aliases,
            latest,
            INVALID,
            &["$LATEST", "RoutingConfig"],
        ),
        (
            "POST",
            &versions,
            deep.as_bytes(),
            SERIALIZATION,
            &["nested deeper"],
        ),
        (
            "POST",
            &versions,
            b"\xef\xbb\xbf{}",
            SERIALIZATION,
            &["not JSON"],
        ),
        (
            "POST",
            &versions,
            b"{\"Description\": \"\\ud800\"}",
            SERIALIZATION,
            &["not JSON"],
        ),
    ]);
}

#[test]
fn requests_are_read_as_generously_as_aws_reads_them() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Ahello";
    let function = |rest: &str| format!("{FUNCTIONS}/{rest}");
    for path in [
        function("hello:%24LATEST"),
        function("hello:$LATEST"),
        function("%68ello"),
        function(arn),
        function(&format!("{arn}%3A%24LATEST")),
        function("123456789012:function:hello"),
        function("hello?Qualifier=1&Qualifier=%24LATEST"),
        function("hello?Unknown=1&FunctionName=other&&=x&"),
        format!("{}{FUNCTIONS}/hello", server.url()),
    ] {
        let path = path.trim_start_matches(server.url());
        let found = server.send("GET", path, b"").succeeded(200);
        assert_eq!(found["Configuration"]["FunctionName"], "hello", "{path}");
    }
    for path in ["", "/", "?MaxItems=2", "/?MaxItems=2"] {
        let found = server.send("GET", &format!("{FUNCTIONS}{path}"), b"");
        let found = found.succeeded(200);
        assert_eq!(found["Functions"].as_array().unwrap().len(), 1, "{path}");
    }
    // Members that are unknown, null, or in the path already say nothing, whatever they hold.
    let path = function("hello/configuration");
    let before = server.send("GET", &path, b"").succeeded(200);
    let given = json!({
        "Description": null, "Timeout": 7, "Other": {"Timeout": ["x"]}, "FunctionName": 5,
        "VpcConfig": {"SubnetIds": null, "Other": 1}, "Environment": null, "ImageConfig": null,
        "LoggingConfig": {"LogGroup": null, "LogFormat": null}, "RevisionId": null,
    });
    for headers in [
        &[][..],
        &[("content-type", "application/x-amz-json-1.1")],
        &[("content-type", "text/html; charset=latin1")],
    ] {
        let given = given.to_string();
        let answered = server.send_with("PUT", &path, headers, given.as_bytes());
        let mut after = answered.succeeded(200);
        assert_eq!(after["Timeout"], 7);
        for member in ["Timeout", "LastModified", "RevisionId"] {
            after[member] = before[member].clone();
        }
        assert_eq!(after, before);
    }
    for body in [&b""[..], b"{}", b" {\"Description\": null}\n"] {
        let published = server.send("POST", &function("hello/versions"), body);
        assert_eq!(published.succeeded(201)["Version"], "1");
    }
    // A version that is not there is deleted already, and a body says nothing in a DELETE.
    for version in ["1", "1", "9"] {
        let path = function(&format!("hello?Qualifier={version}"));
        let deleted = server.send("DELETE", &path, b"{\"x");
        assert_eq!((deleted.status, deleted.body.as_slice()), (204, &b""[..]));
        assert_eq!(deleted.header("content-type"), None);
    }
}

#[test]
fn forms_of_requests_that_only_proxies_send_are_refused_alike() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let address = server.url().trim_start_matches("http://");
    for line in [
        "OPTIONS *".to_owned(),
        format!("CONNECT {address}"),
        format!("HEAD {FUNCTIONS}/hello"),
        "TRACE /".to_owned(),
    ] {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!("{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 403 "), "{line}: {answer}");
        assert!(
            head.contains("\r\nx-amzn-errortype: AccessDeniedException\r\n"),
            "{answer}"
        );
        assert!(head.contains("\r\nx-amzn-requestid: "), "{answer}");
        assert_eq!(body.is_empty(), line.starts_with("HEAD"), "{answer}");
    }
}

#[test]
fn errors_have_the_members_of_their_shapes() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let members = |answered: Answered| {
        let names = answered.json().as_object().unwrap().clone();
        names.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let alias = br#"{"Name": "live", "FunctionVersion": "$LATEST"}"#;
    let aliases = format!("{FUNCTIONS}/hello/aliases");
    server.send("POST", &aliases, alias).succeeded(201);
    let update = format!("{FUNCTIONS}/hello/configuration");
    for (method, path, body, status, expected) in [
        (
            "GET",
            &format!("{FUNCTIONS}/a%20b"),
            &b""[..],
            400,
            &["Type", "message"][..],
        ),
        (
            "GET",
            &format!("{FUNCTIONS}/none"),
            b"",
            404,
            &["Type", "Message"],
        ),
        ("POST", &aliases, alias, 409, &["Type", "message"]),
        (
            "PUT",
            &update,
            br#"{"RevisionId": "x"}"#,
            412,
            &["Type", "message"],
        ),
        ("PUT", &update, b"{", 400, &["Message"]),
        (
            "PUT",
            &format!("{FUNCTIONS}/hello"),
            b"{}",
            403,
            &["Message"],
        ),
        (
            "GET",
            &format!("{FUNCTIONS}/hello/policy"),
            b"",
            404,
            &["message"],
        ),
    ] {
        let answered = server.send(method, path, body);
        assert_eq!(answered.status, status, "{answered:?}");
        assert_eq!(members(answered), expected, "{method} {path}");
    }
    // What the disk does is the service's fault.
    std::fs::write(store.join("hello/$LATEST/config.json"), "{").unwrap();
    let answered = server.send("GET", &update, b"");
    answered.failed_with(500, "ServiceException");
    assert_eq!(answered.json()["Type"], "Service");
    assert_eq!(members(answered), ["Type", "Message"]);
}
