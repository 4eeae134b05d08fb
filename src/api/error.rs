//! The errors of the API, with AWS's codes and statuses.

use super::function_name::FunctionName;
use super::qualifier::AliasName;
use super::revision_id::RevisionId;
use super::scope::Scope;

/// Whose fault an error is, as the wire says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request was wrong.
    User,
    /// The service, here the store or its disk, failed.
    Service,
}

/// What an operation answers when it does not do what was asked.
///
/// A variant per code of the API reference. Codes, statuses and members are AWS's; the messages
/// are this project's own words, and say what was wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The deployment packages of the store would exceed its quota, all together.
    #[error("{message}")]
    CodeStorageExceeded {
        /// How much is stored, how much is allowed, and what to do.
        message: String,
    },
    /// A parameter, or a value in a configuration, breaks a rule.
    #[error("{message}")]
    InvalidParameterValue {
        /// Every rule that was broken.
        message: String,
    },
    /// The revision id given is not the present one.
    #[error(
        "The revision id given, {given}, is not the present one, {actual}: somebody changed {what} \
         in between. Look at it with {look} and try again with the id found there"
    )]
    PreconditionFailed {
        /// What the revision id belongs to.
        what: String,
        /// The revision id in the request.
        given: String,
        /// The revision id now.
        actual: RevisionId,
        /// The command that shows the present id.
        look: &'static str,
    },
    /// What the request changes is in the way.
    #[error("{message}")]
    ResourceConflict {
        /// What is there already, and what to do.
        message: String,
    },
    /// There is no such function, version or alias.
    #[error("{message}")]
    ResourceNotFound {
        /// What was not found, by its ARN.
        message: String,
    },
    /// The disk or the store failed; the message names the path and the cause.
    #[error("{message}")]
    Service {
        /// What failed, and what to do.
        message: String,
    },
    /// The function's lock was not had in time, or a reader was overtaken by writers all the time.
    #[error("{message}")]
    TooManyRequests {
        /// Who was waited for, and what to do.
        message: String,
    },
}

impl Error {
    /// Returns AWS's code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CodeStorageExceeded { .. } => "CodeStorageExceededException",
            Self::InvalidParameterValue { .. } => "InvalidParameterValueException",
            Self::PreconditionFailed { .. } => "PreconditionFailedException",
            Self::ResourceConflict { .. } => "ResourceConflictException",
            Self::ResourceNotFound { .. } => "ResourceNotFoundException",
            Self::Service { .. } => "ServiceException",
            Self::TooManyRequests { .. } => "TooManyRequestsException",
        }
    }

    /// Returns the status that the API reference gives the code.
    pub fn http_status(&self) -> u16 {
        match self {
            Self::CodeStorageExceeded { .. } | Self::InvalidParameterValue { .. } => 400,
            Self::PreconditionFailed { .. } => 412,
            Self::ResourceConflict { .. } => 409,
            Self::ResourceNotFound { .. } => 404,
            Self::Service { .. } => 500,
            Self::TooManyRequests { .. } => 429,
        }
    }

    /// Returns whose fault the error is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::CodeStorageExceeded { .. }
            | Self::InvalidParameterValue { .. }
            | Self::PreconditionFailed { .. }
            | Self::ResourceConflict { .. }
            | Self::ResourceNotFound { .. }
            | Self::TooManyRequests { .. } => Fault::User,
            Self::Service { .. } => Fault::Service,
        }
    }

    /// Makes the error for one parameter that breaks a rule.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::InvalidParameterValue {
            message: message.into(),
        }
    }

    /// Makes the error for a function, version or alias that is not there; `nearest` are names that
    /// may have been meant.
    pub fn function_not_found(
        scope: &Scope,
        name: &str,
        qualifier: Option<&str>,
        nearest: &[String],
    ) -> Self {
        Self::not_found("Function", scope, name, qualifier, &did_you_mean(nearest))
    }

    /// Makes the error for an alias that is there, and whose version is not.
    pub fn target_not_found(
        scope: &Scope,
        function: &FunctionName,
        alias: &AliasName,
        version: u64,
    ) -> Self {
        let hint = format!(
            ". {alias} points to version {version}, which is not there; point it elsewhere with update-alias"
        );
        let (function, alias) = (function.as_str(), alias.as_str());
        Self::not_found("Function", scope, function, Some(alias), &hint)
    }

    /// Makes the error for an alias that is not there; `nearest` are names that may have been meant.
    pub fn alias_not_found(
        scope: &Scope,
        function: &FunctionName,
        alias: &AliasName,
        nearest: &[String],
    ) -> Self {
        let (function, alias) = (function.as_str(), alias.as_str());
        Self::not_found(
            "Alias",
            scope,
            function,
            Some(alias),
            &did_you_mean(nearest),
        )
    }

    fn not_found(
        what: &str,
        scope: &Scope,
        name: &str,
        qualifier: Option<&str>,
        hint: &str,
    ) -> Self {
        let Scope {
            account_id,
            region,
            partition,
        } = scope;
        let qualifier = qualifier.map_or_else(String::new, |qualifier| format!(":{qualifier}"));
        let arn =
            format!("arn:{partition}:lambda:{region}:{account_id}:function:{name}{qualifier}");
        Self::ResourceNotFound {
            message: format!("{what} not found: {arn}{hint}"),
        }
    }

    /// Makes the error for an ARN of another account, region or partition.
    pub(super) fn elsewhere(what: &str, given: &str, here: &str) -> Self {
        Self::ResourceNotFound {
            message: format!(
                "The function named is in the {what} {given}, this store is the {what} {here}; one \
                 store is one account and region"
            ),
        }
    }
}

fn did_you_mean(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        _ => format!(". Did you mean {}?", nearest.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_statuses_are_the_models() {
        let shapes: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/lambda-shapes.json")).unwrap();
        let message = String::new;
        let actual = RevisionId::of(
            super::super::timestamp::Timestamp::default(),
            super::super::revision_id::Place::Latest,
            &super::super::document::Document::default(),
        );
        for error in [
            Error::CodeStorageExceeded { message: message() },
            Error::invalid(""),
            Error::PreconditionFailed {
                what: message(),
                given: message(),
                actual,
                look: "",
            },
            Error::ResourceConflict { message: message() },
            Error::ResourceNotFound { message: message() },
            Error::Service { message: message() },
            Error::TooManyRequests { message: message() },
        ] {
            let model = &shapes["shapes"][error.code()];
            assert_eq!(model["httpStatus"], error.http_status(), "{}", error.code());
            let fault = if error.fault() == Fault::Service {
                "server"
            } else {
                "client"
            };
            assert_eq!(model["fault"], fault, "{}", error.code());
        }
    }
}
