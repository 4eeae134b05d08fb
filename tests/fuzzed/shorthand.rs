//! The AWS CLI's shorthand for parameters with members.

use std::path::Path;

use crate::command::run;

/// Commands with an option that takes shorthand.
const OPTIONS: [(&str, &str); 11] = [
    ("update-function-configuration", "--environment"),
    ("update-function-configuration", "--vpc-config"),
    ("update-function-configuration", "--file-system-configs"),
    ("update-function-configuration", "--layers"),
    ("update-function-configuration", "--tracing-config"),
    ("update-function-configuration", "--ephemeral-storage"),
    ("update-function-configuration", "--logging-config"),
    ("update-function-configuration", "--snap-start"),
    ("update-function-configuration", "--dead-letter-config"),
    ("update-alias", "--routing-config"),
    ("create-function", "--tags"),
];

/// Gives what follows the first byte to the option that this byte takes. No store stands there, so
/// nothing comes of it: it cannot be parsed, here or by what the AWS CLI is written in, or there is no store.
pub fn check(bytes: &[u8]) {
    let Some((option, text)) = bytes.split_first() else {
        return;
    };
    let (command, option) = OPTIONS[usize::from(*option) % OPTIONS.len()];
    let text = String::from_utf8_lossy(text).replace('\0', "");
    // Files of whoever types the command, which the AWS CLI reads, too.
    if text.contains("file://") || text.contains("fileb://") {
        return;
    }
    let value = format!("{option}={text}");
    let name = ["--name=live"];
    let name = &name[..usize::from(command == "update-alias")];
    let arguments = [&[command, "--function-name=hello"][..], name, &[&value]].concat();
    let outcome = run(Path::new("/dev/null/no-store"), &arguments);
    assert!([252, 253, 255].contains(&outcome.code), "{outcome:?}");
}
