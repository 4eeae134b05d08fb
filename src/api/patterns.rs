//! The patterns of the service model, as predicates.
//!
//! They are few and simple; spelling them out keeps a regex engine, and the time to start it, out
//! of every command. A test compares them with the model's own patterns.

use std::ops::RangeInclusive;

/// `[a-zA-Z0-9-_]+`
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_name_byte)
}

/// `[a-zA-Z0-9-_.]+`: names that operations which only read let through.
pub fn is_dotted_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| is_name_byte(byte) || byte == b'.')
}

/// `[0-9]+`
pub fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `\d{12}`
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && is_digits(text)
}

/// `aws[a-zA-Z-]*`
pub fn is_partition(text: &str) -> bool {
    text.strip_prefix("aws").is_some_and(|rest| {
        rest.bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
    })
}

/// `(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}`
pub fn is_region(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let parts: Vec<&str> = text
        .strip_prefix("eusc-")
        .unwrap_or(text)
        .split('-')
        .collect();
    let (country, kind, place, number) = match parts[..] {
        [country, place, number] => (country, None, place, number),
        [country, kind, place, number] => (country, Some(kind), place, number),
        _ => return false,
    };
    let is_kind = |kind: &str| {
        kind == "gov"
            || kind
                .strip_prefix("iso")
                .is_some_and(|x| x.is_empty() || x.len() == 1 && is_word(x))
    };
    country.len() == 2
        && is_word(country)
        && kind.is_none_or(is_kind)
        && is_word(place)
        && number.len() == 1
        && is_digits(number)
}

/// `[a-zA-Z]([a-zA-Z0-9_])+`: the name of an environment variable.
pub fn is_variable_name(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `[^\s]+`
pub fn is_handler(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace)
}

/// `arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`
pub fn is_role(text: &str) -> bool {
    let Some(rest) = after_arn_partition(text) else {
        return false;
    };
    let Some(rest) = rest.strip_prefix("iam::") else {
        return false;
    };
    let Some((account, rest)) = rest.split_once(':') else {
        return false;
    };
    let is_path_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte);
    is_account_id(account)
        && rest
            .strip_prefix("role")
            .is_some_and(|path| !path.is_empty() && path.bytes().all(is_path_byte))
}

/// `(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()`: the ARN of a key or a queue, or nothing.
pub fn is_resource_arn(text: &str) -> bool {
    let is_service = |service: &str| {
        let is_byte =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        !service.is_empty() && service.bytes().all(is_byte)
    };
    text.is_empty()
        || after_arn_partition(text)
            .and_then(|rest| rest.split_once(':'))
            .is_some_and(|(service, rest)| is_service(service) && !rest.contains('\n'))
}

/// `arn:(aws[a-zA-Z-]*)?:lambda:REGION:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+`, or a layer of AWS's own,
/// `arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+`.
pub fn is_layer_version_arn(text: &str) -> bool {
    let is_partition_of_awslayer = |partition: &str| {
        !partition.is_empty()
            && partition
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match text.split(':').collect::<Vec<_>>()[..] {
        ["arn", partition, "lambda", "", "", "awslayer", name] => {
            is_partition_of_awslayer(partition) && is_name(name)
        }
        [
            "arn",
            partition,
            "lambda",
            region,
            account,
            "layer",
            name,
            number,
        ] => {
            (partition.is_empty() || is_partition(partition))
                && is_region(region)
                && is_account_id(account)
                && is_name(name)
                && is_digits(number)
        }
        _ => false,
    }
}

/// `subnet-[0-9a-z]*`
pub fn is_subnet_id(text: &str) -> bool {
    text.strip_prefix("subnet-").is_some_and(|id| {
        id.bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    })
}

/// `sg-[0-9a-zA-Z]*`
pub fn is_security_group_id(text: &str) -> bool {
    text.strip_prefix("sg-")
        .is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// `[\.\-_/#A-Za-z0-9]+`: the name of a log group.
pub fn is_log_group(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| is_name_byte(byte) || b"./#".contains(&byte))
}

/// The ARN of an access point, of EFS (`…:elasticfilesystem:REGION:ACCOUNT:access-point/fsap-…`) or
/// of S3 Files (`…:s3files:…:file-system/fs-…/access-point/fsap-…`), at most 256 characters.
pub fn is_file_system_arn(text: &str) -> bool {
    let is_id = |id: &str, kind: &str, lengths: RangeInclusive<usize>| {
        id.strip_prefix(kind).is_some_and(|digits| {
            let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            lengths.contains(&digits.len()) && digits.bytes().all(is_digit)
        })
    };
    let is_of_s3_files = |place: &str, path: &str| {
        let is_place_byte =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-:".contains(&byte);
        !place.is_empty()
            && place.bytes().all(is_place_byte)
            && match path.split('/').collect::<Vec<_>>()[..] {
                [system, "access-point", point] => {
                    is_id(system, "fs-", 17..=40) && is_id(point, "fsap-", 17..=40)
                }
                _ => false,
            }
    };
    let segments: Vec<&str> = text.split(':').collect();
    let is_one = match segments[..] {
        ["arn", partition, "elasticfilesystem", region, account, path] => {
            is_partition(partition)
                && is_region(region)
                && is_account_id(account)
                && path
                    .strip_prefix("access-point/")
                    .is_some_and(|id| is_id(id, "fsap-", 17..=17))
        }
        _ => text.split_once(":s3files:").is_some_and(|(start, rest)| {
            let is_start = start.strip_prefix("arn:aws").is_some_and(|partition| {
                partition
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            });
            is_start
                && rest
                    .split_once(":file-system/")
                    .is_some_and(|(place, path)| is_of_s3_files(place, path))
        }),
    };
    is_one && text.len() <= 256
}

/// `/mnt/[a-zA-Z0-9-_.]+`, at most 160 characters.
pub fn is_local_mount_path(text: &str) -> bool {
    text.len() <= 160 && text.strip_prefix("/mnt/").is_some_and(is_dotted_name)
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`: the key or the value of a tag.
pub fn is_tag_text(text: &str) -> bool {
    use unicode_properties::{GeneralCategoryGroup as Group, UnicodeGeneralCategory as _};
    text.chars().all(|letter| {
        let group = letter.general_category_group();
        matches!(group, Group::Letter | Group::Separator | Group::Number)
            || "_.:/=+-@".contains(letter)
    })
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Returns what follows `arn:PARTITION:`, where the partition may be left out.
fn after_arn_partition(text: &str) -> Option<&str> {
    let (partition, rest) = text.strip_prefix("arn:")?.split_once(':')?;
    (partition.is_empty() || is_partition(partition)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use fancy_regex::Regex;
    use proptest::prelude::*;
    use proptest::strategy::ValueTree as _;

    use super::*;

    /// Returns a pattern of the service model, made to match whole strings.
    fn model(shape: &str) -> Regex {
        let shapes: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/lambda-shapes.json")).unwrap();
        let pattern = shapes["shapes"][shape]["pattern"].as_str().unwrap();
        Regex::new(&format!("^(?:{pattern})$")).unwrap()
    }

    /// A predicate, the shape whose pattern it spells out, and a generator of likely texts.
    type Row = (fn(&str) -> bool, &'static str, &'static str);

    const ROWS: [Row; 12] = [
        (
            is_file_system_arn,
            "FileSystemArn",
            "arn:(aws|aws-cn|x):elasticfilesystem:(us-east-1|):(123456789012|):(access-point/|)(fsap-|)[0-9a-g]{16,18}",
        ),
        (
            is_file_system_arn,
            "FileSystemArn",
            "arn:(aws|aws-cn|x):s3files:[a-z:A]{0,3}:file-system/fs-[0-9a-f]{16,18}/(access-point/|)fsap-[0-9a-f]{16,18}",
        ),
        (
            is_role,
            "RoleArn",
            "(arn:)?(aws|aws-cn|x)?:iam::[0-9]{11,13}:(role)?/?[a-z+=,.@_/ -]{0,4}",
        ),
        (is_handler, "Handler", "[a-z.\\s/]{0,5}"),
        (
            is_variable_name,
            "EnvironmentVariableName",
            "[a-zA-Z0-9_é-]{0,4}",
        ),
        (
            is_resource_arn,
            "KMSKeyArn",
            "(arn:)?(aws|)?:[a-z0-9.-]{0,3}:?[a-z:]{0,3}",
        ),
        (
            is_layer_version_arn,
            "LayerVersionArn",
            "arn:(aws|aws-cn|x|)?:lambda:(us-east-1|)?:(123456789012|)?:(awslayer|layer):[a-z.]{0,2}(:[0-9]{0,2})?",
        ),
        (is_subnet_id, "SubnetId", "(subnet-|sg-)[0-9a-zA-Z.]{0,2}"),
        (
            is_security_group_id,
            "SecurityGroupId",
            "(subnet-|sg-)[0-9a-zA-Z.]{0,2}",
        ),
        (is_log_group, "LogGroup", "[a-z./#_ -]{0,4}"),
        (
            is_local_mount_path,
            "LocalMountPath",
            "(/mnt/|/)[a-z./_ -]{0,4}",
        ),
        (
            is_tag_text,
            "TagKey",
            "[\\p{L}\\p{N} \u{a0}_.:/=+@#!\\n-]{0,4}",
        ),
    ];

    #[test]
    fn each_predicate_agrees_with_the_models_pattern() {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        for (predicate, shape, likely) in ROWS {
            let pattern = model(shape);
            let texts = prop_oneof![
                proptest::string::string_regex(likely).unwrap(),
                any::<String>()
            ];
            for _ in 0..2000 {
                let text = texts.new_tree(&mut runner).unwrap().current();
                let expected = pattern.is_match(&text).unwrap();
                assert_eq!(predicate(&text), expected, "{shape}: {text:?}");
            }
        }
    }

    #[test]
    fn regions_agree_with_the_models_pattern() {
        let region =
            Regex::new(r"^(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}$").unwrap();
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let texts = proptest::string::string_regex(
            "(eusc-)?[a-z]{1,3}(-gov|-iso|-isob|-isoab|-x)?(-[a-z]{0,3})?(-[0-9]{0,2})?",
        )
        .unwrap();
        for _ in 0..5000 {
            let text = texts.new_tree(&mut runner).unwrap().current();
            assert_eq!(
                is_region(&text),
                region.is_match(&text).unwrap(),
                "{text:?}"
            );
        }
    }
}
