//! What each operation is asked and answers, by resource.
//!
//! A request holds its parameters as they came; the operation checks them, all together. A
//! deployment package travels beside its request, because it is a file and not a value. What AWS has
//! is made of a document, under the model's names, whose kinds were checked.

mod alias;
mod archive;
mod diff;
mod function;
mod log;
mod prune;
mod restore;
mod rollback;
mod status;
mod verify;
mod version;

pub use alias::{
    CreateAliasRequest, DeleteAliasRequest, GetAliasRequest, ListAliasesRequest,
    ListAliasesResponse, UpdateAliasRequest,
};
pub use archive::{ExportRequest, ImportFromAwsRequest, ImportRequest, ImportResponse};
pub use diff::{DiffRequest, DiffResponse, DiffSide, DiffState};
pub use function::{
    CreateFunctionRequest, DeleteFunctionRequest, GetFunctionConfigurationRequest,
    GetFunctionRequest, GetFunctionResponse, ListFunctionsRequest, ListFunctionsResponse,
    UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest,
};
pub use log::{
    AliasMove, AliasShare, LogChange, LogEntry, LogRequest, LogResponse, LogVersion, LoggedLatest,
    Origin, VersionContent,
};
pub use prune::{PlannedVersion, PruneRequest, PruneResponse};
pub use restore::RestoreRequest;
pub use rollback::{RollbackRequest, RollbackResponse};
pub use status::{Comparison, NextPublish, StatusRequest, StatusResponse};
pub use verify::{VerifyRequest, VerifyResponse};
pub use version::{
    ListVersionsByFunctionRequest, ListVersionsByFunctionResponse, PublishVersionRequest,
    PublishVersionResponse,
};
