//! What each operation is asked and answers, by resource.
//!
//! A request holds its parameters as they came; the operation checks them, all together. A
//! deployment package travels beside its request, because it is a file and not a value.

mod archive;
mod function;
mod status;
mod version;

pub use archive::{ExportRequest, ImportFromAwsRequest, ImportRequest, ImportResponse};
pub use function::{
    CreateFunctionRequest, DeleteFunctionRequest, GetFunctionConfigurationRequest,
    GetFunctionRequest, GetFunctionResponse, ListFunctionsRequest, ListFunctionsResponse,
    UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest,
};
pub use status::{Comparison, NextPublish, StatusRequest, StatusResponse};
pub use version::{
    ListVersionsByFunctionRequest, ListVersionsByFunctionResponse, PublishVersionRequest,
    PublishVersionResponse,
};
