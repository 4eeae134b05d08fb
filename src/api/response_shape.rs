//! The shapes of what operations answer, as the service model declares them.
//!
//! A test holds the tables against the model.

use super::shape::{ALIAS_CONFIGURATION, FUNCTION_CONFIGURATION, Members, Shape};

const STRING: Shape = Shape::String;

/// A list of `FunctionConfiguration`.
const FUNCTIONS: Shape = Shape::List(&Shape::Structure(FUNCTION_CONFIGURATION));

/// `ResolvedS3Object` of the model.
const RESOLVED_S3_OBJECT: Members = &[
    ("S3Bucket", STRING),
    ("S3Key", STRING),
    ("S3ObjectVersion", STRING),
];

/// `FunctionCodeLocationError` and `TagsError` of the model, which are alike.
const ERROR: Members = &[("ErrorCode", STRING), ("Message", STRING)];

/// `FunctionCodeLocation` of the model.
const FUNCTION_CODE_LOCATION: Members = &[
    ("RepositoryType", STRING),
    ("Location", STRING),
    ("ImageUri", STRING),
    ("ResolvedImageUri", STRING),
    ("ResolvedS3Object", Shape::Structure(RESOLVED_S3_OBJECT)),
    ("SourceKMSKeyArn", STRING),
    ("Error", Shape::Structure(ERROR)),
];

/// `Concurrency` of the model.
const CONCURRENCY: Members = &[("ReservedConcurrentExecutions", Shape::Integer)];

/// `GetFunctionResponse` of the model.
const GET_FUNCTION: Members = &[
    ("Configuration", Shape::Structure(FUNCTION_CONFIGURATION)),
    ("Code", Shape::Structure(FUNCTION_CODE_LOCATION)),
    ("Tags", Shape::Map(&STRING)),
    ("TagsError", Shape::Structure(ERROR)),
    ("Concurrency", Shape::Structure(CONCURRENCY)),
];

/// What each operation answers that `aws lambda` has a command for.
const RESPONSES: [(&str, Members); 14] = [
    ("CreateFunction", FUNCTION_CONFIGURATION),
    ("UpdateFunctionCode", FUNCTION_CONFIGURATION),
    ("UpdateFunctionConfiguration", FUNCTION_CONFIGURATION),
    ("PublishVersion", FUNCTION_CONFIGURATION),
    ("GetFunction", GET_FUNCTION),
    ("GetFunctionConfiguration", FUNCTION_CONFIGURATION),
    (
        "ListFunctions",
        &[("NextMarker", STRING), ("Functions", FUNCTIONS)],
    ),
    (
        "ListVersionsByFunction",
        &[("NextMarker", STRING), ("Versions", FUNCTIONS)],
    ),
    ("DeleteFunction", &[("StatusCode", Shape::Integer)]),
    ("CreateAlias", ALIAS_CONFIGURATION),
    ("UpdateAlias", ALIAS_CONFIGURATION),
    ("GetAlias", ALIAS_CONFIGURATION),
    (
        "ListAliases",
        &[
            ("NextMarker", STRING),
            (
                "Aliases",
                Shape::List(&Shape::Structure(ALIAS_CONFIGURATION)),
            ),
        ],
    ),
    ("DeleteAlias", &[]),
];

/// The lists of text in answers, and the model's names of the shapes of their items.
const ITEMS: [(&str, &str); 5] = [
    ("SubnetIds", "SubnetId"),
    ("SecurityGroupIds", "SecurityGroupId"),
    ("EntryPoint", "String"),
    ("Command", "String"),
    ("Architectures", "Architecture"),
];

/// Returns the members of what an operation answers, none if it answers nothing.
pub fn response_of(operation: &str) -> Members {
    let known = RESPONSES.iter().find(|(known, _)| *known == operation);
    known.map_or(&[], |(_, members)| *members)
}

/// Returns the model's name of the items in a list of text, by the list's member.
pub fn item_name(member: &str) -> &'static str {
    let known = ITEMS.iter().find(|(known, _)| *known == member);
    known.map_or("", |(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::api::shape::tests::assert_is_the_models;

    fn model() -> Json {
        serde_json::from_str(include_str!("../../tests/lambda-shapes.json")).unwrap()
    }

    #[test]
    fn the_tables_are_the_models() {
        let model = model();
        for (operation, members) in RESPONSES {
            match model["operations"][operation]["output"].as_str() {
                Some(name) => {
                    assert_is_the_models(&model["shapes"], name, Shape::Structure(members));
                }
                None => assert!(members.is_empty(), "{operation}"),
            }
        }
    }

    /// Looks at each list of text in a shape of the model.
    fn assert_items_are_named(shapes: &Json, name: &str) {
        let shape = &shapes[name];
        for member in shape["members"].as_array().into_iter().flatten() {
            let (member, name) = (&member["name"], member["shape"].as_str().unwrap());
            if let Some(item) = shapes[name]["member"].as_str()
                && shapes[item]["type"] == "string"
            {
                assert_eq!(item_name(member.as_str().unwrap()), item, "{member}");
            }
            assert_items_are_named(shapes, name);
        }
        if let Some(item) = shape["member"].as_str() {
            assert_items_are_named(shapes, item);
        }
    }

    #[test]
    fn the_items_of_every_list_of_text_have_the_models_name() {
        let model = model();
        for (operation, _) in RESPONSES {
            if let Some(name) = model["operations"][operation]["output"].as_str() {
                assert_items_are_named(&model["shapes"], name);
            }
        }
    }
}
