//! Values and requests from files, and skeletons of requests.

use super::Part::{Calls, Code, Stderr, Stdout, Store};
use super::{Vector, differs, same, usage};

pub const VECTORS: &[Vector] = &[
    same("publish-version --function-name bare --description file://description.txt"),
    same("publish-version --function-name bare --description=file://unicode.txt"),
    same("publish-version --function-name bare --description file://empty.txt"),
    same("publish-version --function-name bare --description fileb://description.txt"),
    same("get-function --function-name file://unicode.txt"),
    differs(
        "what is wrong with a file",
        &[Stderr],
        "publish-version --function-name bare --description file://nope.txt",
    ),
    same("publish-version --function-name bare --description file://."),
    differs(
        "what is wrong with a file",
        &[Stderr],
        "update-function-code --function-name hello --zip-file fileb://nope.zip",
    ),
    same("update-function-code --function-name hello --zip-file file://code.zip"),
    same("update-function-code --function-name hello --zip-file fileb://not-a.zip"),
    same("update-function-code --function-name hello --zip-file fileb://empty.txt"),
    differs(
        "what is wrong with a file",
        &[Stderr],
        "update-function-configuration --function-name hello --environment file://nope.json",
    ),
    differs(
        "what is wrong with a file",
        &[Stderr],
        "get-function-configuration --cli-input-json file://nope.json",
    ),
    differs(
        "`fileb://` for what is no text alone",
        &[Code, Stdout, Stderr, Calls, Store],
        "update-function-configuration --function-name hello --environment fileb://environment.json",
    ),
    differs(
        "`fileb://` for what is no text alone",
        &[Code, Stderr],
        "update-function-configuration --function-name hello --tracing-config fileb://environment.json",
    ),
    differs(
        "`fileb://` for what is no text alone",
        &[Stderr],
        "update-function-configuration --function-name hello --timeout fileb://not-a.zip",
    ),
    differs(
        "a file for a list",
        &[Stderr, Calls],
        "update-function-configuration --function-name hello --layers file://environment.txt",
    ),
    differs(
        "a file for a list",
        &[Stderr],
        "update-function-configuration --function-name hello --file-system-configs file://environment.txt",
    ),
    same("update-function-configuration --function-name hello --timeout file://description.txt"),
    same(
        "update-function-configuration --function-name hello --tracing-config file://environment.txt",
    ),
    same("update-function-configuration --function-name hello --vpc-config file://empty.txt"),
    same("update-function-configuration --function-name hello --logging-config file://."),
    same("update-function-configuration --function-name hello --snap-start ünïcödé"),
    same("update-function-configuration --cli-input-json file://request.json"),
    same("update-function-configuration --cli-input-yaml file://request.yaml"),
    same("update-function-configuration --cli-input-json file://request.json --timeout 9"),
    same("update-function-configuration --cli-input-json file://request.json --function-name bare"),
    same("update-function-configuration --cli-input-json file://unknown.json"),
    differs(
        "a request that is no JSON or YAML",
        &[Stderr],
        "update-function-configuration --cli-input-json file://wrong.json",
    ),
    differs(
        "a request that is no JSON or YAML",
        &[Stderr],
        "update-function-configuration --cli-input-yaml file://wrong.json",
    ),
    differs(
        "a request that is no JSON or YAML",
        &[Stderr],
        "update-function-configuration --cli-input-json file://request.yaml",
    ),
    same(
        "update-function-configuration --cli-input-json file://request.json --cli-input-yaml file://request.yaml",
    ),
    same(
        r#"get-function-configuration --cli-input-json '{"FunctionName": "hello", "Qualifier": "2"}'"#,
    ),
    same(
        r#"get-function-configuration --cli-input-json '{"FunctionName": "hello", "Qualifier": "2"}' --qualifier 3"#,
    ),
    same(r#"get-function-configuration --cli-input-json '{"FunctionName": 7}'"#),
    same(r#"get-function-configuration --cli-input-json '{"FunctionName": null}'"#),
    same("get-function-configuration --cli-input-json '{}'"),
    same(
        r#"get-function-configuration --cli-input-json '{"FunctionName": "hello", "Nonsense": 1}'"#,
    ),
    same(r#"get-function-configuration --cli-input-json '{"functionName": "hello"}'"#),
    same("get-function-configuration --cli-input-json '[]'"),
    same("get-function-configuration --cli-input-json '\"x\"'"),
    differs(
        "a request that is no JSON or YAML",
        &[Stderr],
        "get-function-configuration --cli-input-json ''",
    ),
    same("get-function-configuration --cli-input-yaml 'FunctionName: hello'"),
    same("get-function-configuration --cli-input-yaml '{FunctionName: hello, Qualifier: \"2\"}'"),
    same("get-function-configuration --cli-input-yaml 'FunctionName: hello\nQualifier: 2'"),
    differs(
        "a request that is no JSON or YAML",
        &[Stderr],
        "get-function-configuration --cli-input-yaml '[hello'",
    ),
    same("get-function-configuration --cli-input-yaml ''"),
    same(r#"list-functions --cli-input-json '{"MaxItems": 2}' --query 'Functions[].FunctionName'"#),
    same(
        r#"list-functions --cli-input-json '{"FunctionVersion": "ALL"}' --query 'Functions[].Version'"#,
    ),
    same(
        r#"update-alias --cli-input-json '{"FunctionName": "hello", "Name": "live", "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.1}}}'"#,
    ),
    same(
        r#"update-function-configuration --cli-input-json '{"FunctionName": "hello", "Timeout": "7"}'"#,
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        r#"update-function-configuration --cli-input-json '{"FunctionName": "hello", "Timeout": 0, "Layers": [""], "Environment": {"Variables": {"A": 1}}}'"#,
    ),
    same(
        r#"update-function-code --cli-input-json '{"FunctionName": "hello", "DryRun": true}' --zip-file fileb://code.zip"#,
    ),
    same(
        r#"update-function-code --cli-input-json '{"FunctionName": "hello", "Publish": true}' --zip-file fileb://code.zip --no-publish --query Version"#,
    ),
    same("update-function-code --cli-input-json file://package.json"),
    differs(
        "a package that is no base64",
        &[Code, Stdout, Stderr, Calls],
        r#"update-function-code --cli-input-json '{"FunctionName": "hello", "ZipFile": "aGVs*bG8="}'"#,
    ),
    same(
        r#"update-function-code --cli-input-json '{"FunctionName": "hello", "ZipFile": "aGVsbG8"}'"#,
    ),
    same(
        r#"update-function-code --cli-input-json '{"FunctionName": "hello", "ZipFile": {"!!binary": "aGVsbG8="}}'"#,
    ),
    differs(
        "a member twice in a request, or no number",
        &[Code, Stdout, Stderr, Calls],
        r#"get-function-configuration --cli-input-json '{"FunctionName": "bare", "FunctionName": "hello"}'"#,
    ),
    differs(
        "a member twice in a request, or no number",
        &[Stderr],
        r#"update-function-configuration --cli-input-json '{"FunctionName": "hello", "Timeout": NaN}'"#,
    ),
    differs(
        "a date in YAML",
        &[Code, Stdout, Stderr, Calls, Store],
        "update-function-configuration --cli-input-yaml '{FunctionName: hello, Description: 2026-01-01}'",
    ),
    same("create-function --generate-cli-skeleton"),
    same("create-function --generate-cli-skeleton input"),
    usage("create-function --generate-cli-skeleton output"),
    same("get-function --generate-cli-skeleton"),
    differs(
        "a skeleton of the answer",
        &[Code, Stdout, Stderr],
        "get-function --function-name hello --generate-cli-skeleton output",
    ),
    usage("get-function --generate-cli-skeleton output"),
    same("get-function-configuration --generate-cli-skeleton"),
    same("update-function-code --generate-cli-skeleton"),
    same("update-function-configuration --generate-cli-skeleton"),
    same("publish-version --generate-cli-skeleton"),
    same("publish-version --function-name x --generate-cli-skeleton"),
    differs(
        "a skeleton of the answer",
        &[Code, Stdout, Stderr],
        "publish-version --function-name x --generate-cli-skeleton output --query Version",
    ),
    same("list-functions --generate-cli-skeleton"),
    differs(
        "a skeleton of the answer",
        &[Code, Stdout, Stderr],
        "list-functions --generate-cli-skeleton output",
    ),
    same("list-versions-by-function --generate-cli-skeleton"),
    same("list-aliases --function-name hello --generate-cli-skeleton output"),
    same("delete-function --generate-cli-skeleton"),
    same("delete-function --function-name x --generate-cli-skeleton output"),
    same("create-alias --generate-cli-skeleton"),
    same("update-alias --generate-cli-skeleton"),
    same("get-alias --generate-cli-skeleton"),
    same("delete-alias --generate-cli-skeleton"),
    differs(
        "the comments of a yaml-input skeleton",
        &[Stdout],
        "publish-version --generate-cli-skeleton yaml-input",
    ),
    usage("publish-version --generate-cli-skeleton nonsense"),
];
