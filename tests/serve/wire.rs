//! What a request may look like on the wire, and what is answered to what it may not.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::server::{Answered, Server};
use crate::support::{TestStore, says};

const FUNCTIONS: &str = "/2015-03-31/functions";

/// The method and the path of a request, a relative one below that of functions; its body; and what
/// the message of the refusal says, parts separated by bars.
type Case<'a> = (&'a str, &'a str, &'a str);

/// Sends requests to a server in front of a function `hello` with a version, and sees that each is
/// refused with this status and code, and that nothing has been done in the end.
#[track_caller]
fn are_refused((status, code): (u16, &str), cases: &[Case<'_>]) {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    let server = Server::of(&store, &[]);
    for (request, body, parts) in cases {
        let (method, path) = request.split_once(' ').unwrap();
        let path = match path.strip_prefix('.') {
            Some(below) => format!("{FUNCTIONS}{below}"),
            None => path.to_owned(),
        };
        let answered = server.send(method, &path, body.as_bytes());
        assert_eq!(answered.status, status, "{request} {body}: {answered:?}");
        let message = answered.failed_with(status, code);
        says(&message, &parts.split('|').collect::<Vec<_>>());
        assert_eq!(answered.header("content-type"), Some("application/json"));
        assert!(answered.header("x-amzn-requestid").is_some(), "{request}");
    }
    assert_eq!(store.history("hello").len(), 2);
}

const INVALID: (u16, &str) = (400, "InvalidParameterValueException");
const SERIALIZATION: (u16, &str) = (400, "SerializationException");

#[test]
fn paths_and_methods_that_are_no_operation_are_refused() {
    let unable = "Unable to determine service/operation name";
    let requests = [
        "GET /",
        "GET /2015-03-31",
        "GET /2014-11-13/functions/hello",
        "GET /2015-03-31/Functions",
        "GET ./hello/",
        "GET ./../functions",
        "GET ./hello/nothing",
        "GET ./hello/aliases/a/b",
        "GET ./hello/code",
        "POST ./",
        "POST ./hello",
        "PUT ./hello/versions",
        "PATCH ./hello",
        "OPTIONS ./hello",
    ];
    let cases = requests.map(|request| (request, "", unable));
    are_refused((403, "AccessDeniedException"), &cases);
}

#[test]
fn operations_that_a_store_does_not_have_are_refused_by_name_with_the_reason() {
    let tags =
        "GET /2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Ahello";
    are_refused(
        (404, "UnknownOperationException"),
        &[
            (
                "POST ./hello/invocations",
                "{}",
                "Invoke is refused|does not run",
            ),
            (
                "GET ./hello/policy?Qualifier=1",
                "",
                "GetPolicy|no policies",
            ),
            ("DELETE ./hello/policy/one", "", "RemovePermission"),
            (tags, "", "ListTags|--tags|get-function"),
            ("GET /2018-10-31/layers", "", "ListLayers|Layers"),
            (
                "GET /2016-08-19/account-settings",
                "",
                "GetAccountSettings|store.json",
            ),
        ],
    );
}

#[test]
fn names_and_values_in_paths_and_queries_are_checked() {
    are_refused(
        INVALID,
        &[
            ("GET ./a%2Fb", "", "FunctionName|'a/b'"),
            ("GET ./%20/configuration", "", "FunctionName|' '"),
            ("GET ./hello?Qualifier=", "", "Qualifier"),
            ("GET ./hello?Qualifier", "", "Qualifier"),
            ("GET ./hello?Qualifier=1+1", "", "'1 1'"),
            ("GET ./hello?Qualifier=%FF", "", "Qualifier"),
            ("GET ./hello:1?Qualifier=2", "", "1|2"),
            ("GET ./hello/aliases/7", "", "Name|'7'"),
            ("GET ./hello/versions?MaxItems=0", "", "MaxItems|0"),
            ("GET ./hello/versions?MaxItems=10001", "", "MaxItems"),
            ("GET ./hello/versions?Marker=x", "", "Marker|'x'"),
            ("GET .?FunctionVersion=all", "", "FunctionVersion|'all'"),
            ("GET .?MasterRegion=ALL", "", "MasterRegion is refused"),
            ("DELETE ./hello?Qualifier=$LATEST", "", "$LATEST"),
            ("PUT ./hello:1/code", r#"{"ZipFile": "UEs="}"#, "hello:1"),
        ],
    );
    are_refused(
        SERIALIZATION,
        &[
            ("GET ./a%FF", "", "UTF-8|FunctionName"),
            ("GET ./hello/versions?MaxItems=abc", "", "MaxItems|abc"),
            ("GET ./hello/versions?MaxItems=", "", "MaxItems"),
            ("GET ./hello/versions?MaxItems=1.0", "", "MaxItems"),
        ],
    );
    are_refused(
        (404, "ResourceNotFoundException"),
        &[
            ("GET ./hel.lo", "", "function:hel.lo"),
            ("GET ./%2e%2e", "", "function:.."),
            ("GET ./hello:7", "", "function:hello:7"),
        ],
    );
}

#[test]
fn rules_that_clients_check_are_the_operations_own_too() {
    let zip = r#"{"Code": {"ZipFile": "UEs="}}"#;
    let empty = r#"{"FunctionName": "", "Role": "", "Handler": "", "Runtime": "",
        "Code": {"ZipFile": "UEs="}, "Tags": {"": "x"}}"#;
    let bucket = r#"{"FunctionName": "new", "Code": {"S3Bucket": "b", "S3Key": "k"}}"#;
    let weights = r#"{"Name": "live", "FunctionVersion": "1",
        "RoutingConfig": {"AdditionalVersionWeights": {"": 0.5, "2": -0.5}}}"#;
    let latest = r#"{"Name": "live", "FunctionVersion": "$LATEST",
        "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}}"#;
    let (update, alias) = ("PUT ./hello/configuration", "POST ./hello/aliases");
    are_refused(
        INVALID,
        &[
            ("POST .", zip, "FunctionName|Role|Handler|Runtime"),
            ("POST .", empty, "FunctionName|Role|Handler|Runtime|Tags"),
            (
                "POST .",
                "",
                "FunctionName|Role|Code.ZipFile: must be given",
            ),
            ("POST .", r#"{"Code": {"S3Bucket": null}}"#, "Code.ZipFile"),
            ("POST .", bucket, "Code.S3Bucket|Code.S3Key|ZipFile"),
            ("PUT ./hello/code", "{}", "ZipFile: must be given"),
            (
                "PUT ./hello/code",
                r#"{"Architectures": ["x"]}"#,
                "Architectures|ZipFile: must be given",
            ),
            (
                update,
                r#"{"Timeout": 0}"#,
                "1 value breaks a rule: Timeout: 0",
            ),
            (
                update,
                r#"{"Timeout": -1, "MemorySize": 1}"#,
                "-1|MemorySize: 1",
            ),
            (
                update,
                r#"{"EphemeralStorage": {}}"#,
                "EphemeralStorage.Size",
            ),
            (
                update,
                r#"{"EphemeralStorage": {"Size": null}}"#,
                "Size: must be",
            ),
            (
                update,
                r#"{"FileSystemConfigs": [{}]}"#,
                "Arn|LocalMountPath",
            ),
            (update, r#"{"Layers": [""]}"#, "Layers"),
            (update, r#"{"LoggingConfig": {"LogGroup": ""}}"#, "LogGroup"),
            (update, r#"{"Runtime": "cobol"}"#, "'cobol' is none of"),
            (alias, "{}", "Name|FunctionVersion"),
            (
                alias,
                r#"{"Name": "", "FunctionVersion": ""}"#,
                "Name|FunctionVersion",
            ),
            (alias, weights, "'' is no version|-0.5"),
            (alias, latest, "$LATEST|RoutingConfig"),
        ],
    );
}

#[test]
fn a_body_that_is_no_json_of_the_models_kinds_is_refused() {
    let deep = format!(
        "{{\"Other\": {}{}}}",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let (update, publish) = ("PUT ./hello/configuration", "POST ./hello/versions");
    are_refused(
        SERIALIZATION,
        &[
            (update, r#"{"Timeout": 3.0}"#, "Timeout|3.0"),
            (update, r#"{"Timeout": 1e1}"#, "Timeout|1e1"),
            (update, r#"{"Timeout": 99999999999999999999}"#, "Timeout"),
            (update, r#"{"Timeout": 1, "Timeout": 2}"#, "Timeout|twice"),
            (update, r#"{"Layers": [null]}"#, "Layers"),
            (publish, &deep, "nested deeper"),
            (publish, "\u{feff}{}", "not JSON"),
            (publish, r#"{"Description": "\ud800"}"#, "not JSON"),
        ],
    );
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
fn methods_and_forms_that_no_client_sends_are_refused_alike() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let address = server.url().trim_start_matches("http://");
    for line in [
        "OPTIONS *".to_owned(),
        format!("CONNECT {address}"),
        format!("HEAD {FUNCTIONS}/hello"),
        "TRACE /".to_owned(),
        format!("BREW {FUNCTIONS}/hello"),
        format!("delete {FUNCTIONS}/hello"),
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

#[test]
fn what_a_client_escapes_stands_in_the_store_as_text() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    // As Python's clients send it.
    let text = r#""Gr\u00fcn \ud83d\ude80 \u0022\/""#;
    let send = |method: &str, path: &str, body: &str| {
        let answered = server.send(
            method,
            &format!("{FUNCTIONS}/hello/{path}"),
            body.as_bytes(),
        );
        assert!(answered.status < 300, "{answered:?}");
    };
    let variables = format!(r#"{{"Variables": {{"AB": {text}}}}}"#);
    let configuration = format!(r#"{{"Description": {text}, "Environment": {variables}}}"#);
    send("PUT", "configuration", &configuration);
    send("POST", "versions", &format!(r#"{{"Description": {text}}}"#));
    let alias = format!(r#"{{"Name": "live", "FunctionVersion": "1", "Description": {text}}}"#);
    send("POST", "aliases", &alias);
    for (path, count) in [
        ("$LATEST/config.json", 2),
        ("versions/1/config.json", 2),
        ("aliases/live.json", 1),
    ] {
        let written = store.text(&format!("hello/{path}"));
        let found = written.matches(r#""Grün 🚀 \"/""#).count();
        assert_eq!(found, count, "{written}");
    }
}
