//! The store's quotas of a configuration's values.

use serde_json::{Value, json};

use crate::configuration_values::{LAYER, refused, taken};
use crate::support::TestStore;

/// Makes a store with a function hello and these quotas.
fn with_quotas(quotas: &Value) -> TestStore {
    let store = TestStore::with_function("hello");
    store.write_store_json(&json!({ "Quotas": quotas }));
    store
}

fn environment_of(bytes: usize) -> String {
    // As compact JSON, braces, quotes, colon and name take 9 bytes.
    format!("Variables={{AB={}}}", "x".repeat(bytes - 9))
}

fn layers_of(count: usize) -> String {
    let layer = |index| LAYER.replace("base", &format!("layer-{index}"));
    json!((0..count).map(layer).collect::<Vec<_>>()).to_string()
}

#[test]
fn each_quota_is_that_of_store_json() {
    let size = |megabytes: i64| format!("Size={megabytes}");
    let (memory, time, storage) = ("--memory-size", "--timeout", "--ephemeral-storage");
    for (quota, value, option, fits, beyond) in [
        ("MemorySize", 256, memory, "256".into(), "257".into()),
        ("MemorySize", 10240, memory, "10240".into(), "10241".into()),
        ("Timeout", 10, time, "10".into(), "11".into()),
        ("Timeout", 5400, time, "5400".into(), "5401".into()),
        ("EphemeralStorage", 600, storage, size(600), size(601)),
        ("EphemeralStorage", 20480, storage, size(20480), size(20481)),
        (
            "EnvironmentSize",
            100,
            "--environment",
            environment_of(100),
            environment_of(101),
        ),
        (
            "EnvironmentSize",
            8192,
            "--environment",
            environment_of(8192),
            environment_of(8193),
        ),
        ("Layers", 2, "--layers", layers_of(2), layers_of(3)),
        ("Layers", 6, "--layers", layers_of(6), layers_of(7)),
    ] {
        let store = with_quotas(&json!({ quota: value }));
        taken(&store, &[option, &fits]);
        refused(&store, &[option, &beyond], &value.to_string());
    }
}

#[test]
fn without_store_json_the_quotas_are_those_of_a_new_account() {
    let store = TestStore::with_function("hello");
    let (memory, time, storage) = ("--memory-size", "--timeout", "--ephemeral-storage");
    for (option, fits, beyond, member) in [
        (memory, "3008".into(), "3009".into(), "MemorySize"),
        (time, "900".into(), "901".into(), "Timeout"),
        (
            storage,
            "Size=10240".into(),
            "Size=10241".into(),
            "EphemeralStorage",
        ),
        (
            "--environment",
            environment_of(4096),
            environment_of(4097),
            "Environment",
        ),
        ("--layers", layers_of(5), layers_of(6), "Layers"),
    ] {
        taken(&store, &[option, &fits]);
        refused(&store, &[option, &beyond], member);
    }
}
