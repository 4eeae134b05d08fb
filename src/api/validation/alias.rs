//! The rules that an alias must keep.

use super::{Violations, shown};
use crate::api::alias::{AliasConfiguration, AliasTarget, RoutingConfig};
use crate::api::configuration::FunctionConfiguration;
use crate::api::document::Value;
use crate::api::error::Error;
use crate::api::limits::{MAX_VERSION, MAX_WEIGHTED_VERSIONS};
use crate::api::patterns::is_digits;
use crate::api::qualifier::{AliasName, LATEST};

/// The member that holds the weights, as messages name it.
const WEIGHTS: &str = "RoutingConfig.AdditionalVersionWeights";

impl Violations {
    /// Checks the name of an alias, and returns it.
    pub fn check_alias_name(&mut self, text: &str) -> Option<AliasName> {
        let name = AliasName::parse(text).ok_or_else(|| {
            format!(
                "{} is no name of an alias: that is 1 to 128 letters, digits, - and _, not digits alone",
                shown(text)
            )
        });
        self.check("Name", name)
    }

    /// Checks the form of the version that an alias points to. Whether there is such a version is
    /// another question.
    pub fn check_function_version(&mut self, text: &str) {
        let is_version = text == LATEST || text == "$LATEST.PUBLISHED" || is_digits(text);
        if !is_version || text.len() > MAX_VERSION {
            let problem = format!("{} is neither $LATEST nor a version's number", shown(text));
            self.add("FunctionVersion", problem);
        }
    }

    /// Checks the keys and values of the weights.
    pub fn check_routing_config(&mut self, routing: &RoutingConfig) {
        for (version, weight) in &routing.additional_version_weights {
            if !is_digits(version) || version.len() > MAX_VERSION {
                let problem = format!("{} is no version's number", shown(version));
                self.add(WEIGHTS, problem);
            }
            if !(0.0..=1.0).contains(weight) {
                let problem = format!("the weight {weight:?} is not within 0.0 to 1.0");
                self.add(WEIGHTS, problem);
            }
        }
    }

    /// Checks the values of an alias, each for itself.
    pub fn check_alias(&mut self, alias: &AliasConfiguration) {
        self.check_description(&alias.description());
        self.check_routing_config(&alias.routing_config());
    }
}

/// Checks the rules between what an alias points to and what it has weights for.
///
/// # Errors
/// `InvalidParameterValueException`.
pub fn check_routing(alias: &AliasConfiguration) -> Result<(), Error> {
    let weights = alias.routing_config().additional_version_weights;
    let target = alias.target();
    if weights.len() > MAX_WEIGHTED_VERSIONS {
        return Err(Error::invalid(format!(
            "{WEIGHTS}: {} further versions have weights, at most {MAX_WEIGHTED_VERSIONS} may",
            weights.len()
        )));
    }
    if target == AliasTarget::Latest && !weights.is_empty() {
        return Err(Error::invalid(format!(
            "FunctionVersion: an alias that has weights cannot point to {LATEST}; point it to a published \
             version, or clear the weights with an empty RoutingConfig (--routing-config '{{}}')"
        )));
    }
    if weights.contains_key(&target.to_string()) {
        return Err(Error::invalid(format!(
            "{WEIGHTS}: version {target} is what the alias points to, and gets what the others leave; give \
             a weight to another version"
        )));
    }
    Ok(())
}

/// Checks that two versions, which an alias spreads the invocations over, run as one: under the same
/// role, and with the same place for what failed.
///
/// # Errors
/// `InvalidParameterValueException`.
pub fn check_agreement(
    (number, one): (u64, &FunctionConfiguration),
    (other_number, other): (u64, &FunctionConfiguration),
) -> Result<(), Error> {
    let role = |version: &FunctionConfiguration| version.document().string("Role");
    let queue = |version: &FunctionConfiguration| {
        let dead_letters = version.document().get("DeadLetterConfig");
        let arn = dead_letters.and_then(|config| config.get("TargetArn"));
        arn.and_then(Value::as_str).unwrap_or_default()
    };
    let differing = if role(one) != role(other) {
        "roles (Role)"
    } else if queue(one) != queue(other) {
        "dead-letter queues (DeadLetterConfig)"
    } else {
        return Ok(());
    };
    Err(Error::invalid(format!(
        "{WEIGHTS}: versions {number} and {other_number} have different {differing}, so one alias cannot \
         spread the invocations over both"
    )))
}
