//! Every operation, by requests that are made of the service model: what is answered is of the
//! model's shape, and what is of another kind is refused.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::server::{Answered, Server};
use crate::support::shapes::{MODEL, has_shape};
use crate::support::{ROLE, TestStore, zip_of};

/// The operations that a store has, each with good values for what it must be given, in an order in
/// which they succeed one after the other.
fn life() -> Vec<(&'static str, Value)> {
    let package = STANDARD.encode(zip_of(&[("app.py", b"v1")]));
    let other = STANDARD.encode(zip_of(&[("app.py", b"v2")]));
    let create = json!({"FunctionName": "hello", "Runtime": "python3.13", "Role": ROLE,
        "Handler": "app.handler", "Code": {"ZipFile": package}, "Description": "first",
        "Timeout": 5, "MemorySize": 256, "Publish": true, "Tags": {"team": "a"},
        "Environment": {"Variables": {"KEY": "value"}}, "EphemeralStorage": {"Size": 1024},
        "Architectures": ["arm64"], "LoggingConfig": {"LogFormat": "JSON"}});
    vec![
        ("CreateFunction", create),
        (
            "UpdateFunctionCode",
            json!({"FunctionName": "hello", "ZipFile": other, "Architectures": ["x86_64"]}),
        ),
        (
            "UpdateFunctionConfiguration",
            json!({"FunctionName": "hello", "Timeout": 9, "TracingConfig": {"Mode": "Active"}}),
        ),
        (
            "PublishVersion",
            json!({"FunctionName": "hello", "Description": "second"}),
        ),
        (
            "GetFunction",
            json!({"FunctionName": "hello", "Qualifier": "2"}),
        ),
        (
            "GetFunctionConfiguration",
            json!({"FunctionName": "hello", "Qualifier": "$LATEST"}),
        ),
        (
            "ListFunctions",
            json!({"FunctionVersion": "ALL", "MaxItems": 1}),
        ),
        (
            "ListVersionsByFunction",
            json!({"FunctionName": "hello", "Marker": "$LATEST", "MaxItems": 1}),
        ),
        (
            "CreateAlias",
            json!({"FunctionName": "hello", "Name": "live", "FunctionVersion": "1",
                "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}}),
        ),
        (
            "UpdateAlias",
            json!({"FunctionName": "hello", "Name": "live", "FunctionVersion": "2",
                "RoutingConfig": {}}),
        ),
        ("GetAlias", json!({"FunctionName": "hello", "Name": "live"})),
        (
            "ListAliases",
            json!({"FunctionName": "hello", "FunctionVersion": "2"}),
        ),
        (
            "DeleteAlias",
            json!({"FunctionName": "hello", "Name": "live"}),
        ),
        (
            "DeleteFunction",
            json!({"FunctionName": "hello", "Qualifier": "1"}),
        ),
        ("DeleteFunction", json!({"FunctionName": "hello"})),
    ]
}

/// A request as the model says that a client sends it.
struct Sent {
    method: &'static str,
    path: String,
    body: Map<String, Value>,
    has_body: bool,
}

impl Sent {
    fn of(operation: &str, parameters: &Value) -> Self {
        let model = &MODEL["operations"][operation];
        let mut path = model["uri"].as_str().unwrap().to_owned();
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut body = Map::new();
        for member in members_of(operation) {
            let name = member["name"].as_str().unwrap();
            let Some(value) = parameters.get(name) else {
                continue;
            };
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            match member["location"].as_str() {
                Some("uri") => {
                    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
                    path = path.replace(&format!("{{{name}}}"), &text);
                }
                Some(_) => drop(query.append_pair(name, &text)),
                None => drop(body.insert(name.to_owned(), value.clone())),
            }
        }
        let query = query.finish();
        if !query.is_empty() {
            path = format!("{path}?{query}");
        }
        let method = model["method"].as_str().unwrap();
        Self {
            method,
            path,
            body,
            has_body: ["POST", "PUT"].contains(&method),
        }
    }

    fn send(&self, server: &Server) -> Answered {
        let body = Value::Object(self.body.clone()).to_string();
        let body = if self.has_body { body.as_bytes() } else { b"" };
        server.send(self.method, &self.path, body)
    }
}

fn members_of(operation: &str) -> &'static [Value] {
    let input = MODEL["operations"][operation]["input"].as_str().unwrap();
    MODEL["shapes"][input]["members"].as_array().unwrap()
}

/// Returns values that are of another kind than a shape, each by the path of what is wrong.
fn of_wrong_kinds(shape: &str) -> Vec<Value> {
    let shape = &MODEL["shapes"][shape];
    let inner = |name: &str| of_wrong_kinds(shape[name].as_str().unwrap());
    match shape["type"].as_str().unwrap() {
        "string" | "blob" => vec![json!(1), json!(true), json!(["text"]), json!({})],
        "integer" | "long" => vec![json!("3"), json!(3.5), json!(false), json!(1e30)],
        "double" => vec![json!("0.5"), json!([0.5])],
        "boolean" => vec![json!("true"), json!(1)],
        "list" => {
            let items = inner("member").into_iter().map(|item| json!([item]));
            items.chain([json!("text"), json!({})]).collect()
        }
        "map" => {
            let values = inner("value")
                .into_iter()
                .map(|value| json!({"key": value}));
            values.chain([json!("text"), json!([])]).collect()
        }
        _ => {
            let members = shape["members"].as_array().unwrap().iter();
            let values = members.flat_map(|member| {
                let values = of_wrong_kinds(member["shape"].as_str().unwrap());
                let name = member["name"].as_str().unwrap();
                values.into_iter().map(move |value| json!({name: value}))
            });
            values.chain([json!("text"), json!([])]).collect()
        }
    }
}

#[test]
fn every_operation_answers_as_the_model_says() {
    let store = TestStore::new();
    let server = Server::of(&store, &[]);
    let mut ids = HashSet::new();
    let life = life();
    for (operation, parameters) in &life {
        let answered = Sent::of(operation, parameters).send(&server);
        let model = &MODEL["operations"][operation];
        let status = model.get("observedStatus").unwrap_or(&model["status"]);
        assert_eq!(*status, answered.status, "{operation}: {answered:?}");
        let id = answered.header("x-amzn-requestid").unwrap();
        assert!(ids.insert(id.to_owned()), "{operation}: {id}");
        let content_type = answered.header("content-type");
        if answered.status == 204 {
            assert_eq!((content_type, answered.body.as_slice()), (None, &b""[..]));
            continue;
        }
        assert_eq!(content_type, Some("application/json"), "{operation}");
        let length = answered.body.len().to_string();
        assert_eq!(answered.header("content-length"), Some(length.as_str()));
        has_shape(&answered.json(), model["output"].as_str().unwrap());
    }
    let had: HashSet<&str> = life.iter().map(|(operation, _)| *operation).collect();
    assert_eq!(had.len(), 14);
}

#[test]
fn every_operation_tells_what_is_missing_and_what_is_no_name() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    for (operation, mut parameters) in life() {
        if parameters.get("FunctionName").is_none() {
            continue;
        }
        parameters["FunctionName"] = json!("no name");
        let answered = Sent::of(operation, &parameters).send(&server);
        let message = answered.failed_with(400, "InvalidParameterValueException");
        assert!(message.contains("FunctionName"), "{operation}: {message}");
        assert_eq!(answered.json()["Type"], "User", "{operation}");
        if operation != "CreateFunction" {
            parameters["FunctionName"] = json!("missing");
            let answered = Sent::of(operation, &parameters).send(&server);
            let message = answered.failed_with(404, "ResourceNotFoundException");
            assert!(
                message.contains(":function:missing"),
                "{operation}: {message}"
            );
            assert_eq!(answered.json()["Type"], "User", "{operation}");
        }
    }
}

#[test]
fn a_value_of_another_kind_than_the_models_is_refused_wherever_it_stands() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let mut count = 0;
    for (operation, parameters) in life() {
        let mut sent = Sent::of(operation, &parameters);
        if !sent.has_body {
            continue;
        }
        for body in [&b"{"[..], b"[]", b"\"text\"", b"null", b"\xff", b"{} {}"] {
            let answered = server.send(sent.method, &sent.path, body);
            answered.failed_with(400, "SerializationException");
        }
        let in_body = members_of(operation)
            .iter()
            .filter(|member| member.get("location").is_none());
        for member in in_body {
            let name = member["name"].as_str().unwrap();
            for wrong in of_wrong_kinds(member["shape"].as_str().unwrap()) {
                sent.body = Map::from_iter([(name.to_owned(), wrong)]);
                let answered = sent.send(&server);
                let message = answered.failed_with(400, "SerializationException");
                assert!(
                    message.contains(name),
                    "{operation} {:?}: {message}",
                    sent.body
                );
                count += 1;
            }
        }
    }
    assert!(count > 300, "{count}");
    // Nothing of it was done.
    assert_eq!(store.history("hello").len(), 1);
}

#[test]
fn a_page_of_a_list_has_as_many_items_as_the_service_answers() {
    let store = TestStore::with_function("hello");
    for number in 100..200 {
        store.place_function(&format!("placed-{number}"));
    }
    let server = Server::of(&store, &[]);
    let page = |query: &str| {
        let path = format!("/2015-03-31/functions{query}");
        let page = server.send("GET", &path, b"").succeeded(200);
        let items = page["Functions"].as_array().unwrap().len();
        (items, page["NextMarker"].as_str().map(str::to_owned))
    };
    for (max_items, items) in [
        ("", 50),
        ("?MaxItems=10000", 50),
        ("?MaxItems=51", 50),
        ("?MaxItems=49", 49),
    ] {
        let (found, next) = page(max_items);
        assert_eq!(found, items, "{max_items}");
        let next = next.unwrap();
        let (found, next) = page(&format!("?MaxItems=10000&Marker={next}"));
        assert_eq!(found, 50);
        assert!(next.is_some());
    }
}
