//! What is read through `lambda-store serve` by the AWS CLI is what `lambda-store` prints, byte for byte.

use fancy_regex::Regex;

use crate::fixture;
use crate::served::Served;
use crate::support::Ran;
use crate::vectors::{self, Vector};

const CONFIGURATION: &str = "/2015-03-31/functions/bare/configuration";

/// Forms, pages and errors of lists and names that the compared command lines leave out.
const MORE: [&str; 19] = [
    "get-function --function-name nope --qualifier 1",
    "get-function-configuration --function-name nope",
    "get-function-configuration --function-name hello --qualifier 99 --output yaml",
    "get-function-configuration --function-name arn:aws:lambda:us-east-1:123456789012:function:hello:nope",
    "get-function-configuration --function-name full:1 --output yaml",
    "get-alias --function-name arn:aws:lambda:us-east-1:123456789012:function:hello --name live",
    "list-versions-by-function --function-name nope --output table",
    "list-versions-by-function --function-name arn:aws:lambda:us-east-1:123456789012:function:many \
     --page-size 7 --output text",
    "list-versions-by-function --function-name many --no-paginate --output yaml",
    "list-aliases --function-name nope",
    "list-aliases --function-name hello --function-version 2 --output yaml",
    "list-functions --function-version ALL --output table",
    "list-functions --function-version ALL --output text",
    "list-functions --function-version ALL --output yaml --page-size 3",
    "list-functions --function-version ALL --query 'Functions[].FunctionArn' --page-size 10",
    "list-versions-by-function --function-name hello --query 'Versions[*].[Version, CodeSha256]' --output text",
    "list-aliases --function-name hello --query 'Aliases[].RoutingConfig' --output yaml",
    "get-function --function-name full --query Configuration.Environment --output table",
    "get-alias --function-name hello --name beta --query RoutingConfig",
];

/// Hides where packages are got, which each door says in its own way.
fn without_location(text: &str) -> String {
    let location = Regex::new(r#"(file:///|http://127\.0\.0\.1:\d+/)[^\s"']*"#).unwrap();
    let hidden = location.replace_all(text, "<location>").into_owned();
    if hidden == text || !text.starts_with('-') {
        return hidden;
    }
    // A table is as wide as the longest line in it.
    hidden.replace([' ', '-', '+'], "")
}

fn compared(ran: &Ran) -> Ran {
    Ran {
        stdout: without_location(&ran.stdout),
        ..ran.clone()
    }
}

/// Returns whether a command line asks for something that is read. What a query makes of an answer does not
/// depend on who gave it: four of [`MORE`] do.
fn reads(vector: &Vector) -> bool {
    !vector.writes() && vector.difference.is_none() && !vector.line.contains("--query")
}

#[test]
fn the_aws_cli_on_the_server_reads_what_lambda_store_reads() {
    let mut served = Served::of(fixture::store());
    let mut wrong = Vec::new();
    let vectors = vectors::all().filter(|vector| reads(vector));
    for vector in vectors.copied().chain(MORE.map(Vector::of_ones_own)) {
        let (variables, words) = vector.words();
        let aws = compared(&served.aws(&words, &variables));
        let own = compared(&served.own(&words, &variables));
        if aws != own {
            wrong.push(format!("=== {}\n{aws:#?}\n{own:#?}\n", vector.line));
        }
    }
    assert!(wrong.is_empty(), "{}{}", wrong.concat(), wrong.len());
}

#[test]
fn a_member_that_aws_does_not_have_is_served_and_dropped_by_the_aws_cli() {
    let store = fixture::store();
    store.edit_config("bare", |config| config["Colour"] = "green".into());
    let mut served = Served::of(store);
    let command = "get-function-configuration --function-name bare";
    let (variables, words) = Vector::of_ones_own(command).words();
    let answered = served.server.send("GET", CONFIGURATION, b"").succeeded(200);
    let aws = served.aws(&words, &variables).succeeded();
    let mut own = served.own(&words, &variables).succeeded();
    assert_eq!(own["Colour"], "green");
    assert_eq!(answered, own);
    // With all others in their order.
    own.as_object_mut().unwrap().shift_remove("Colour");
    assert_eq!(aws.to_string(), own.to_string());
}
