//! The options that say what an alias is, for every command that has them.

use clap::Args;

use super::exit::Failure;
use super::parameters::Parameters;
use super::{input, values};
use crate::api::alias::RoutingConfig;
use crate::api::request_shape::ROUTING_CONFIG;

/// The options that name an alias.
#[derive(Args)]
pub(super) struct AliasArgs {
    /// Name the function, by name or ARN
    #[arg(long, value_name = "NAME")]
    function_name: String,
    /// Name the alias
    #[arg(long, value_name = "ALIAS")]
    name: String,
}

impl AliasArgs {
    /// Checks the options, together with the other parameters of the command.
    pub(super) fn check(&self, parameters: &mut Parameters) {
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.not_empty("Name", Some(&self.name));
    }

    /// Returns the name of the function and that of the alias.
    pub(super) fn names(&self) -> Result<(String, String), Failure> {
        Ok((
            input::text("--function-name", &self.function_name)?,
            input::text("--name", &self.name)?,
        ))
    }
}

/// Takes what `--routing-config` gives, and checks it together with the other parameters.
pub(super) fn routing_config(
    given: Option<String>,
    parameters: &mut Parameters,
) -> Result<Option<RoutingConfig>, Failure> {
    let Some(word) = given else { return Ok(None) };
    let value = values::parse("--routing-config", &[word], ROUTING_CONFIG)?;
    parameters.check("RoutingConfig", &value, ROUTING_CONFIG);
    Ok(Some(RoutingConfig::of_value(&value)))
}
