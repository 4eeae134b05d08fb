//! The operations of the service model that a store does not have, as they go over HTTP: they are
//! refused by their names and with the reason, where another path or method is only unknown.
//!
//! A test holds the table against the model, and against the reasons.

use axum::http::{Method, StatusCode, Uri};

use super::refusal::Refusal;
use crate::api::refused;

/// Each operation's name, its method, and its path, with the names of members in braces. What its
/// query must hold stands behind the path.
const OPERATIONS: &[(&str, &str, &str)] = &[
    (
        "Invoke",
        "POST",
        "/2015-03-31/functions/{FunctionName}/invocations",
    ),
    (
        "InvokeAsync",
        "POST",
        "/2014-11-13/functions/{FunctionName}/invoke-async",
    ),
    (
        "InvokeWithResponseStream",
        "POST",
        "/2021-11-15/functions/{FunctionName}/response-streaming-invocations",
    ),
    (
        "PublishLayerVersion",
        "POST",
        "/2018-10-31/layers/{LayerName}/versions",
    ),
    (
        "GetLayerVersion",
        "GET",
        "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}",
    ),
    (
        "GetLayerVersionByArn",
        "GET",
        "/2018-10-31/layers?find=LayerVersion",
    ),
    ("ListLayers", "GET", "/2018-10-31/layers"),
    (
        "ListLayerVersions",
        "GET",
        "/2018-10-31/layers/{LayerName}/versions",
    ),
    (
        "DeleteLayerVersion",
        "DELETE",
        "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}",
    ),
    (
        "AddLayerVersionPermission",
        "POST",
        "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy",
    ),
    (
        "GetLayerVersionPolicy",
        "GET",
        "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy",
    ),
    (
        "RemoveLayerVersionPermission",
        "DELETE",
        "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}",
    ),
    ("TagResource", "POST", "/2017-03-31/tags/{Resource}"),
    ("UntagResource", "DELETE", "/2017-03-31/tags/{Resource}"),
    ("ListTags", "GET", "/2017-03-31/tags/{Resource}"),
    (
        "AddPermission",
        "POST",
        "/2015-03-31/functions/{FunctionName}/policy",
    ),
    (
        "RemovePermission",
        "DELETE",
        "/2015-03-31/functions/{FunctionName}/policy/{StatementId}",
    ),
    (
        "GetPolicy",
        "GET",
        "/2015-03-31/functions/{FunctionName}/policy",
    ),
    (
        "PutResourcePolicy",
        "PUT",
        "/2026-07-09/resource-policy/{ResourceArn}",
    ),
    (
        "GetResourcePolicy",
        "GET",
        "/2026-07-09/resource-policy/{ResourceArn}",
    ),
    (
        "DeleteResourcePolicy",
        "DELETE",
        "/2026-07-09/resource-policy/{ResourceArn}",
    ),
    (
        "PutFunctionConcurrency",
        "PUT",
        "/2017-10-31/functions/{FunctionName}/concurrency",
    ),
    (
        "GetFunctionConcurrency",
        "GET",
        "/2019-09-30/functions/{FunctionName}/concurrency",
    ),
    (
        "DeleteFunctionConcurrency",
        "DELETE",
        "/2017-10-31/functions/{FunctionName}/concurrency",
    ),
    (
        "PutProvisionedConcurrencyConfig",
        "PUT",
        "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
    ),
    (
        "ListProvisionedConcurrencyConfigs",
        "GET",
        "/2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL",
    ),
    (
        "GetProvisionedConcurrencyConfig",
        "GET",
        "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
    ),
    (
        "DeleteProvisionedConcurrencyConfig",
        "DELETE",
        "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
    ),
    (
        "PutFunctionScalingConfig",
        "PUT",
        "/2025-11-30/functions/{FunctionName}/function-scaling-config",
    ),
    (
        "GetFunctionScalingConfig",
        "GET",
        "/2025-11-30/functions/{FunctionName}/function-scaling-config",
    ),
    ("GetAccountSettings", "GET", "/2016-08-19/account-settings"),
    (
        "PutFunctionEventInvokeConfig",
        "PUT",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
    ),
    (
        "UpdateFunctionEventInvokeConfig",
        "POST",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
    ),
    (
        "GetFunctionEventInvokeConfig",
        "GET",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
    ),
    (
        "DeleteFunctionEventInvokeConfig",
        "DELETE",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
    ),
    (
        "ListFunctionEventInvokeConfigs",
        "GET",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config/list",
    ),
    (
        "CreateFunctionUrlConfig",
        "POST",
        "/2021-10-31/functions/{FunctionName}/url",
    ),
    (
        "GetFunctionUrlConfig",
        "GET",
        "/2021-10-31/functions/{FunctionName}/url",
    ),
    (
        "UpdateFunctionUrlConfig",
        "PUT",
        "/2021-10-31/functions/{FunctionName}/url",
    ),
    (
        "DeleteFunctionUrlConfig",
        "DELETE",
        "/2021-10-31/functions/{FunctionName}/url",
    ),
    (
        "ListFunctionUrlConfigs",
        "GET",
        "/2021-10-31/functions/{FunctionName}/urls",
    ),
    (
        "CreateEventSourceMapping",
        "POST",
        "/2015-03-31/event-source-mappings",
    ),
    (
        "ListEventSourceMappings",
        "GET",
        "/2015-03-31/event-source-mappings",
    ),
    (
        "GetEventSourceMapping",
        "GET",
        "/2015-03-31/event-source-mappings/{UUID}",
    ),
    (
        "UpdateEventSourceMapping",
        "PUT",
        "/2015-03-31/event-source-mappings/{UUID}",
    ),
    (
        "DeleteEventSourceMapping",
        "DELETE",
        "/2015-03-31/event-source-mappings/{UUID}",
    ),
    (
        "CreateCodeSigningConfig",
        "POST",
        "/2020-04-22/code-signing-configs",
    ),
    (
        "ListCodeSigningConfigs",
        "GET",
        "/2020-04-22/code-signing-configs",
    ),
    (
        "GetCodeSigningConfig",
        "GET",
        "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
    ),
    (
        "UpdateCodeSigningConfig",
        "PUT",
        "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
    ),
    (
        "DeleteCodeSigningConfig",
        "DELETE",
        "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
    ),
    (
        "ListFunctionsByCodeSigningConfig",
        "GET",
        "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions",
    ),
    (
        "PutFunctionCodeSigningConfig",
        "PUT",
        "/2020-06-30/functions/{FunctionName}/code-signing-config",
    ),
    (
        "GetFunctionCodeSigningConfig",
        "GET",
        "/2020-06-30/functions/{FunctionName}/code-signing-config",
    ),
    (
        "DeleteFunctionCodeSigningConfig",
        "DELETE",
        "/2020-06-30/functions/{FunctionName}/code-signing-config",
    ),
    (
        "PutRuntimeManagementConfig",
        "PUT",
        "/2021-07-20/functions/{FunctionName}/runtime-management-config",
    ),
    (
        "GetRuntimeManagementConfig",
        "GET",
        "/2021-07-20/functions/{FunctionName}/runtime-management-config",
    ),
    (
        "PutFunctionRecursionConfig",
        "PUT",
        "/2024-08-31/functions/{FunctionName}/recursion-config",
    ),
    (
        "GetFunctionRecursionConfig",
        "GET",
        "/2024-08-31/functions/{FunctionName}/recursion-config",
    ),
    (
        "CreateCapacityProvider",
        "POST",
        "/2025-11-30/capacity-providers",
    ),
    (
        "ListCapacityProviders",
        "GET",
        "/2025-11-30/capacity-providers",
    ),
    (
        "GetCapacityProvider",
        "GET",
        "/2025-11-30/capacity-providers/{CapacityProviderName}",
    ),
    (
        "UpdateCapacityProvider",
        "PUT",
        "/2025-11-30/capacity-providers/{CapacityProviderName}",
    ),
    (
        "DeleteCapacityProvider",
        "DELETE",
        "/2025-11-30/capacity-providers/{CapacityProviderName}",
    ),
    (
        "ListFunctionVersionsByCapacityProvider",
        "GET",
        "/2025-11-30/capacity-providers/{CapacityProviderName}/function-versions",
    ),
    (
        "GetDurableExecution",
        "GET",
        "/2025-12-01/durable-executions/{DurableExecutionArn}",
    ),
    (
        "DeleteDurableExecution",
        "DELETE",
        "/2025-12-01/durable-executions/{DurableExecutionArn}",
    ),
    (
        "GetDurableExecutionHistory",
        "GET",
        "/2025-12-01/durable-executions/{DurableExecutionArn}/history",
    ),
    (
        "GetDurableExecutionState",
        "GET",
        "/2025-12-01/durable-executions/{DurableExecutionArn}/state",
    ),
    (
        "CheckpointDurableExecution",
        "POST",
        "/2025-12-01/durable-executions/{DurableExecutionArn}/checkpoint",
    ),
    (
        "PauseDurableExecution",
        "POST",
        "/2025-12-01/durable-executions/{DurableExecutionArn}/pause",
    ),
    (
        "ResumeDurableExecution",
        "POST",
        "/2025-12-01/durable-executions/{DurableExecutionArn}/resume",
    ),
    (
        "StopDurableExecution",
        "POST",
        "/2025-12-01/durable-executions/{DurableExecutionArn}/stop",
    ),
    (
        "ListDurableExecutionsByFunction",
        "GET",
        "/2025-12-01/functions/{FunctionName}/durable-executions",
    ),
    (
        "SendDurableExecutionCallbackSuccess",
        "POST",
        "/2025-12-01/durable-execution-callbacks/{CallbackId}/succeed",
    ),
    (
        "SendDurableExecutionCallbackFailure",
        "POST",
        "/2025-12-01/durable-execution-callbacks/{CallbackId}/fail",
    ),
    (
        "SendDurableExecutionCallbackHeartbeat",
        "POST",
        "/2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat",
    ),
];

/// Returns the answer to what no route is for, and the operation that it is about, if it is one.
///
/// An operation that the store does not have is an `UnknownOperationException` with status 404: so
/// AWS's own services answer to operations that they do not have. Clients do not take it for a missing
/// function, as those go by the code, do not try again, and show the message.
pub(super) fn refuse(method: &Method, uri: &Uri) -> (Option<&'static str>, Refusal) {
    let found = operation_of(method, uri)
        .and_then(|operation| Some((operation, refused::reason_of_operation(operation)?)));
    let Some((operation, reason)) = found else {
        return (None, unknown());
    };
    let (status, code) = (StatusCode::NOT_FOUND, "UnknownOperationException");
    let message = refused::refusal(operation, reason);
    (Some(operation), Refusal::new(status, code, message))
}

/// The answer to what is no operation, whichever of path and method is the reason.
pub(super) fn unknown() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "AccessDeniedException",
        "Unable to determine service/operation name to be authorized",
    )
}

/// Returns the operation that a request means. One that must have something in its query stands
/// before the one of the same path that need not.
fn operation_of(method: &Method, uri: &Uri) -> Option<&'static str> {
    let queried = |(_, _, path): &&(&str, &str, &str)| {
        let wanted = path.split_once('?').map(|(_, query)| query);
        let mut given = uri.query().unwrap_or_default().split('&');
        wanted.is_none_or(|wanted| given.any(|part| part == wanted))
    };
    let found = OPERATIONS
        .iter()
        .filter(|(_, known, path)| *known == method.as_str() && fits(path, uri.path()))
        .find(queried)?;
    Some(found.0)
}

/// Says whether a path is of this form.
fn fits(form: &str, path: &str) -> bool {
    let form = form.split('?').next().unwrap_or_default();
    let mut parts = path.split('/');
    let each_fits = form.split('/').all(|wanted| {
        let given = parts.next();
        given.is_some_and(|part| part == wanted || (wanted.starts_with('{') && !part.is_empty()))
    });
    each_fits && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::super::routes::ROUTES;
    use super::*;

    #[test]
    fn every_operation_of_the_model_is_answered_or_refused_by_name() {
        let model: Json =
            serde_json::from_str(include_str!("../../tests/lambda-shapes.json")).unwrap();
        for (name, operation) in model["operations"].as_object().unwrap() {
            let row = OPERATIONS.iter().find(|(known, _, _)| known == name);
            let is_answered = ROUTES.iter().any(|route| route.operation == name);
            assert_eq!(row.is_none(), is_answered, "{name}");
            if let Some((_, method, path)) = row {
                assert_eq!(operation["method"], *method, "{name}");
                assert_eq!(operation["uri"], *path, "{name}");
            }
        }
    }

    #[test]
    fn every_refused_operation_has_a_row_and_is_found_by_it() {
        for (name, method, path) in OPERATIONS {
            let uri = path.replace(['{', '}'], "").parse().unwrap();
            let (operation, refusal) = refuse(&method.parse().unwrap(), &uri);
            assert_eq!(operation, Some(*name));
            assert_eq!(refusal.code(), "UnknownOperationException", "{name}");
        }
        let refused = refused::OPERATIONS.iter().flat_map(|(names, _)| *names);
        for name in refused {
            assert!(
                OPERATIONS.iter().any(|(known, _, _)| known == name),
                "{name}"
            );
        }
    }

    #[test]
    fn a_query_tells_operations_of_one_path_apart() {
        for (path, expected) in [
            ("/2018-10-31/layers", Some("ListLayers")),
            ("/2018-10-31/layers?Marker=x", Some("ListLayers")),
            (
                "/2018-10-31/layers?find=LayerVersion&Arn=x",
                Some("GetLayerVersionByArn"),
            ),
            ("/2018-10-31/layers/", None),
            ("/2015-03-31/functions//policy", None),
            ("/2015-03-31/functions/a/policy/", None),
        ] {
            let found = operation_of(&Method::GET, &path.parse().unwrap());
            assert_eq!(found, expected, "{path}");
        }
    }
}
