//! Options that a store refuses by name.

use super::Part::{Calls, Code, Stderr, Stdout, Store};
use super::{Vector, differs};

const fn refused(line: &'static str) -> Vector {
    differs(
        "options that a store refuses",
        &[Code, Stdout, Stderr, Calls, Store],
        line,
    )
}

pub const VECTORS: &[Vector] = &[
    refused("update-function-code --function-name hello --s3-bucket b --s3-key k"),
    refused("update-function-code --function-name hello --image-uri x"),
    refused("create-function --function-name new --role r --code S3Bucket=b,S3Key=k"),
    refused("create-function --function-name new --role r --code ImageUri=x"),
    refused("update-function-configuration --function-name hello --image-config Command=a"),
    refused("list-functions --master-region us-east-1"),
    refused("publish-version --function-name bare --publish-to LATEST_PUBLISHED"),
    differs(
        "`--region`",
        &[Code, Stdout, Stderr, Calls],
        "get-function --function-name hello --region eu-west-1",
    ),
];
