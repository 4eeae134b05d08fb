//! Waiting for what is so already.

use super::Part::{Code, Stderr};
use super::{Vector, differs, same, usage};

pub const VECTORS: &[Vector] = &[
    differs(
        "`wait function-exists`",
        &[Code, Stderr],
        "wait function-exists --function-name hello",
    ),
    same("wait function-active --function-name hello"),
    same("wait function-active-v2 --function-name hello"),
    same("wait function-updated --function-name hello"),
    same("wait function-updated-v2 --function-name hello --output text"),
    same("wait published-version-active --function-name hello --qualifier 1"),
    same("wait function-active-v2 --function-name nope"),
    same("wait function-updated-v2 --function-name nope"),
    same("wait published-version-active --function-name hello --qualifier nope"),
    same("wait function-active-v2 --function-name ''"),
    usage("wait"),
    usage("wait function-exists"),
    usage("wait nonsense --function-name hello"),
    usage("wait function-exists --function-name hello --nonsense"),
];
