//! Lists: pages, tokens, filters.

use super::Part::{Calls, Code, Stderr, Stdout};
use super::{Vector, differs, same, usage};

pub const VECTORS: &[Vector] = &[
    same("list-functions"),
    same("list-functions --function-version ALL"),
    same("list-functions --no-paginate"),
    same("list-functions --max-items 1000"),
    same("list-functions --page-size 1"),
    same("list-functions --page-size 3 --query 'Functions[].FunctionName'"),
    same("list-functions --page-size 2 --query 'Functions[].FunctionName' --output text"),
    same(
        "list-functions --page-size 2 --query 'Functions[].[FunctionName, CodeSize]' --output table",
    ),
    same("list-functions --page-size 2 --query 'Functions[].FunctionName' --output yaml-stream"),
    same("list-functions --no-paginate --max-items 2"),
    same("list-functions --no-paginate --page-size 2"),
    same("list-functions --no-paginate --starting-token x"),
    same("list-functions --no-paginate --page-size 2 --starting-token x"),
    same("list-functions --marker hello"),
    same("list-functions --marker hello --page-size 2"),
    differs(
        "`--max-items` below 1",
        &[Code, Stdout, Stderr, Calls],
        "list-functions --max-items 0",
    ),
    same("list-functions --page-size 0"),
    differs(
        "`--max-items` below 1",
        &[Code, Stdout, Stderr, Calls],
        "list-functions --max-items -1",
    ),
    usage("list-functions --max-items ''"),
    usage("list-functions --max-items many"),
    usage("list-functions --page-size 1.5"),
    same("list-functions --starting-token nonsense"),
    same("list-functions --starting-token ''"),
    // {"Marker": null, "boto_truncate_amount": 2}
    same(
        "list-functions --starting-token eyJNYXJrZXIiOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAyfQ==",
    ),
    same(
        "list-functions --starting-token eyJNYXJrZXIiOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAyfQ== --output text",
    ),
    same(
        "list-functions --max-items 1 --starting-token eyJNYXJrZXIiOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAyfQ== \
         --query 'Functions[].FunctionName'",
    ),
    differs("`NextToken`", &[Stdout], "list-functions --max-items 2"),
    differs(
        "`NextToken`",
        &[Stdout],
        "list-functions --max-items 2 --output text",
    ),
    same("list-functions --max-items 2 --query 'Functions[].FunctionName'"),
    same("list-functions --max-items 4 --query 'NextToken'"),
    same("list-versions-by-function --function-name hello"),
    same("list-versions-by-function --function-name hello --output text"),
    same("list-versions-by-function --function-name many"),
    same("list-versions-by-function --function-name many --output text"),
    same("list-versions-by-function --function-name many --output yaml"),
    same("list-versions-by-function --function-name many --output yaml-stream"),
    same("list-versions-by-function --function-name many --output table"),
    same(
        "list-versions-by-function --function-name many --no-paginate --query 'Versions[].Version' --output text",
    ),
    same("list-versions-by-function --function-name many --no-paginate --query 'length(Versions)'"),
    same("list-versions-by-function --function-name many --query 'length(Versions)'"),
    same("list-versions-by-function --function-name many --query 'length(Versions)' --output text"),
    same("list-versions-by-function --function-name many --query 'Versions[-1].Version'"),
    same(
        "list-versions-by-function --function-name many --query 'Versions[-1].Version' --output text",
    ),
    same(
        "list-versions-by-function --function-name many --page-size 20 --query 'Versions[0].Version' --output text",
    ),
    same(
        "list-versions-by-function --function-name many --page-size 20 --query 'Versions[0].Version' --output json",
    ),
    same(
        "list-versions-by-function --function-name many --no-paginate --max-items 3 --query NextMarker",
    ),
    same("list-versions-by-function --function-name many --no-paginate --max-items 0"),
    same("list-versions-by-function --function-name many --no-paginate --max-items -3"),
    same("list-versions-by-function --function-name nope"),
    same("list-aliases --function-name hello"),
    same("list-aliases --function-name hello --function-version 2"),
    same("list-aliases --function-name hello --function-version '$LATEST'"),
    same("list-aliases --function-name hello --function-version ''"),
    same("list-aliases --function-name hello --function-version nope"),
    same("list-aliases --function-name bare"),
    same("list-aliases --function-name bare --output text"),
    same("list-aliases --function-name bare --output table"),
    same("list-aliases --function-name bare --output yaml"),
    same("list-aliases --function-name bare --output yaml-stream"),
    same("list-aliases --function-name nope --output text"),
    same(
        "list-aliases --function-name hello --max-items 1 --query 'Aliases[].Name' --output text --no-paginate",
    ),
];
