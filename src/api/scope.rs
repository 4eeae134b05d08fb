//! Where functions live: one account in one region of one partition.

use super::function_name::FunctionName;

/// The account, region and partition that a store stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The account's 12 digits.
    pub account_id: String,
    /// The region, such as `us-east-1`.
    pub region: String,
    /// The partition, such as `aws`.
    pub partition: String,
}

impl Scope {
    /// Returns the ARN of a function, with a qualifier where one is given.
    pub fn function_arn(&self, function: &FunctionName, qualifier: Option<&str>) -> String {
        let Self {
            account_id,
            region,
            partition,
        } = self;
        let arn = format!("arn:{partition}:lambda:{region}:{account_id}:function:{function}");
        match qualifier {
            Some(qualifier) => format!("{arn}:{qualifier}"),
            None => arn,
        }
    }
}

impl Default for Scope {
    /// The scope of a store without a `store.json`.
    fn default() -> Self {
        Self {
            account_id: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            partition: "aws".to_owned(),
        }
    }
}
