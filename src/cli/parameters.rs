//! The checks that the AWS CLI makes before any call: kinds and minima, never maxima or patterns.

use super::exit::Failure;
use crate::api::document::{Document, Value};
use crate::api::limits::{MIN_MEMORY_SIZE, MIN_TIMEOUT};
use crate::api::shape::{self, Shape};

/// The violations found so far, a line each.
#[derive(Default)]
pub(super) struct Parameters(Vec<String>);

impl Parameters {
    /// Checks that a string is not empty, where the model demands a character.
    pub(super) fn not_empty(&mut self, parameter: &str, value: Option<&str>) {
        if value == Some("") {
            self.0.push(format!(
                "Invalid length for parameter {parameter}, value: 0, valid min length: 1"
            ));
        }
    }

    /// Checks the minimum of `Timeout` and `MemorySize`.
    pub(super) fn numbers(&mut self, timeout: Option<i64>, memory_size: Option<i64>) {
        for (parameter, value, min) in [
            ("Timeout", timeout, MIN_TIMEOUT),
            ("MemorySize", memory_size, MIN_MEMORY_SIZE),
        ] {
            self.minimum(parameter, value, min);
        }
    }

    /// Checks the minimum of a number.
    pub(super) fn minimum(&mut self, parameter: &str, value: Option<i64>, min: i64) {
        if let Some(value) = value.filter(|value| *value < min) {
            self.0.push(format!(
                "Invalid value for parameter {parameter}, value: {value}, valid min value: {min}"
            ));
        }
    }

    /// Checks that a value is a string.
    pub(super) fn string(&mut self, parameter: &str, value: &Value) {
        if value.as_str().is_none() {
            let found = value.kind();
            self.0.push(format!(
                "Invalid type for parameter {parameter}, must be a string, found {found}"
            ));
        }
    }

    /// Checks the kinds and the names of a structure's members.
    pub(super) fn structure(
        &mut self,
        parameter: &str,
        value: &Document,
        members: &'static [(&'static str, Shape)],
    ) {
        let known: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
        for member in value.members() {
            if !known.contains(&member.name()) {
                self.0.push(format!(
                    "Unknown parameter in {parameter}: \"{}\", must be one of: {}",
                    member.name(),
                    known.join(", ")
                ));
            }
        }
        if let Err(error) = shape::check(value, members) {
            self.0.push(format!(
                "Invalid type for parameter {parameter}.{}",
                error.problem
            ));
        }
    }

    /// Returns a failure that lists all violations, if there are any.
    pub(super) fn into_result(self) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Failure::Usage(format!(
            "Parameter validation failed:\n{}",
            self.0.join("\n")
        )))
    }
}
