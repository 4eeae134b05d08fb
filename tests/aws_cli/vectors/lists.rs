//! Lists: pages, tokens.

use super::{Vector, same, usage};

pub const VECTORS: &[Vector] = &[
    same("list-functions"),
    same("list-functions --output text"),
    same("list-functions --output table"),
    same("list-functions --query 'Functions[].FunctionName'"),
    same("list-aliases --function-name hello"),
    same("list-aliases --function-name bare"),
    same(
        "list-versions-by-function --function-name many --query 'Versions[].Version' --output text",
    ),
    same("get-alias --function-name hello --name nope"),
    same("publish-version --function-name hello --description 'Grüße'"),
    same("update-function-code --function-name hello --zip-file fileb://code.zip --publish"),
    usage("list-aliases"),
];
