//! Where functions live: one account in one region of one partition.

use super::function_name::FunctionName;
use super::patterns::{is_account_id, is_partition, is_region};
use super::validation::{Violations, shown};

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
    /// Notes what is wrong with the parts.
    pub fn check(&self, violations: &mut Violations) {
        for (member, value, fits, expected) in [
            (
                "AccountId",
                &self.account_id,
                is_account_id as fn(&str) -> bool,
                "12 digits",
            ),
            (
                "Region",
                &self.region,
                is_region,
                "a region's name, such as us-east-1",
            ),
            (
                "Partition",
                &self.partition,
                is_partition,
                "a partition's name, such as aws",
            ),
        ] {
            if !fits(value) {
                violations.add(member, format!("{} is not {expected}", shown(value)));
            }
        }
    }

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
