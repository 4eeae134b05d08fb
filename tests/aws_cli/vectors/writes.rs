//! Changes: what is made, what is answered, what is refused.

use super::Part::{Calls, Code, Stderr, Stdout, Store};
use super::{Vector, differs, same};

pub const VECTORS: &[Vector] = &[
    same("publish-version --function-name bare"),
    same("publish-version --function-name bare --description 'Grüße, \"quoted\"'"),
    same("publish-version --function-name bare --description ''"),
    same("publish-version --function-name bare --description=--dashes"),
    same(
        "publish-version --function-name bare --description 'two\nlines\tand a tab' --output text",
    ),
    same("publish-version --function-name bare --query Version --output text"),
    same("publish-version --function-name bare --output table"),
    same("publish-version --function-name bare --output yaml"),
    same("publish-version --function-name bare --output yaml-stream"),
    same("publish-version --function-name hello"),
    same("publish-version --function-name bare --code-sha256 nonsense"),
    differs(
        "`--code-sha-256`",
        &[Code, Stderr, Calls],
        "publish-version --function-name bare --code-sha-256 nonsense",
    ),
    same("publish-version --function-name bare --code-sha256 ''"),
    same("publish-version --function-name bare --revision-id nonsense"),
    same(
        "publish-version --function-name bare --revision-id nonsense --description a --description b",
    ),
    same("publish-version --function-name nope"),
    same("publish-version --function-name hello:2"),
    same("update-function-code --function-name hello --zip-file fileb://code.zip"),
    same(
        "update-function-code --function-name hello --zip-file fileb://code.zip --publish --query Version",
    ),
    same(
        "update-function-code --function-name hello --zip-file fileb://code.zip --no-publish --query Version",
    ),
    same(
        "update-function-code --function-name hello --zip-file fileb://code.zip --publish --no-publish --query Version",
    ),
    same(
        "update-function-code --function-name hello --zip-file fileb://code.zip --no-publish --publish --query Version",
    ),
    same(
        "update-function-code --function-name hello --zip-file fileb://code.zip --dry-run --query CodeSha256 --output text",
    ),
    same(
        "update-function-code --function-name hello --zip-file fileb://code.zip --dry-run --no-dry-run",
    ),
    same(
        "update-function-code --function-name hello --zip-file=fileb://code.zip --architectures arm64",
    ),
    same(
        "update-function-code --function-name hello --zip-file fileb://code.zip --architectures x86_64 arm64",
    ),
    same("update-function-code --function-name hello --zip-file fileb://code.zip --architectures"),
    same(
        "update-function-code --function-name hello --zip-file fileb://code.zip --revision-id nonsense",
    ),
    same("update-function-code --function-name nope --zip-file fileb://code.zip"),
    same("update-function-code --function-name hello"),
    same(
        r#"update-function-configuration --function-name hello --environment '{"Variables": {"AB": "Gr\u00fc\u00dfe \"\ud83d\ude80\""}}'"#,
    ),
    same("update-function-configuration --function-name hello --timeout 7"),
    same(
        "update-function-configuration --function-name hello --timeout=7 --memory-size 256 --description new",
    ),
    same("update-function-configuration --function-name hello --timeout 901"),
    same("update-function-configuration --function-name hello --runtime cobol"),
    same("update-function-configuration --function-name full --description ''"),
    same("update-function-configuration --function-name full --layers"),
    same("update-function-configuration --function-name full --output text"),
    same("update-function-configuration --function-name hello --handler a.b --role nonsense"),
    same("create-alias --function-name hello --name new --function-version 1"),
    same(
        "create-alias --function-name hello --name new --function-version '$LATEST' --description 'ü'",
    ),
    same("create-alias --function-name hello --name new --function-version 9"),
    same("create-alias --function-name hello --name live --function-version 1"),
    same("create-alias --function-name hello --name 7 --function-version 1"),
    same("create-alias --function-name hello --name new --function-version 1 --output text"),
    same("update-alias --function-name hello --name live --function-version 3"),
    same("update-alias --function-name hello --name live --description ''"),
    same("update-alias --function-name hello --name live --routing-config '{}'"),
    same(
        "update-alias --function-name hello --name beta --routing-config AdditionalVersionWeights={}",
    ),
    same("update-alias --function-name hello --name live --revision-id nonsense"),
    same("update-alias --function-name hello --name nope"),
    same("delete-alias --function-name hello --name live"),
    same("delete-alias --function-name hello --name nope"),
    same("delete-alias --function-name hello --name live --output text"),
    same("delete-function --function-name bare"),
    same("delete-function --function-name bare --output text"),
    same("delete-function --function-name bare --output table"),
    same("delete-function --function-name bare --output yaml"),
    same("delete-function --function-name bare --query StatusCode"),
    same("delete-function --function-name hello --qualifier 1"),
    same("delete-function --function-name hello --qualifier 2"),
    same("delete-function --function-name hello --qualifier '$LATEST'"),
    same("delete-function --function-name hello:1"),
    same("delete-function --function-name nope"),
    same(
        "create-function --function-name new --runtime python3.13 --handler app.handler \
         --role arn:aws:iam::123456789012:role/new --zip-file fileb://code.zip",
    ),
    same(
        "create-function --function-name new --runtime python3.13 --handler app.handler \
         --role arn:aws:iam::123456789012:role/new --zip-file fileb://code.zip --publish --timeout 9 --memory-size 512 \
         --tags one=1,two=2 --environment Variables={KEY=value} --output text",
    ),
    same(
        "create-function --function-name hello --runtime python3.13 --handler app.handler \
         --role arn:aws:iam::123456789012:role/new --zip-file fileb://code.zip",
    ),
    same(
        "create-function --function-name new --runtime cobol --handler app.handler --role nonsense --zip-file fileb://code.zip",
    ),
    same(
        "create-function --function-name new --role arn:aws:iam::123456789012:role/new --zip-file fileb://code.zip",
    ),
    differs(
        "a path alone for `--zip-file`",
        &[Code, Stdout, Stderr, Calls, Store],
        "update-function-code --function-name hello --zip-file code.zip",
    ),
];
