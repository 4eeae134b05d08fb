//! Rendering answers as the AWS CLI renders them.

use crate::api::configuration::FunctionConfiguration;

/// Renders a configuration as JSON with four spaces.
pub(super) fn configuration(configuration: &FunctionConfiguration) -> String {
    configuration.document().render()
}
