//! The calls of the operations: from checked parameters to what is answered.

use crate::api::Error;
use crate::api::document::{Document, Value};
use crate::api::messages::{
    CreateAliasRequest, CreateFunctionRequest, DeleteAliasRequest, DeleteFunctionRequest,
    GetAliasRequest, GetFunctionConfigurationRequest, GetFunctionRequest, GetFunctionResponse,
    ListAliasesRequest, ListFunctionsRequest, ListVersionsByFunctionRequest, PublishVersionRequest,
    UpdateAliasRequest, UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest,
};
use crate::api::paging::{Page, as_the_service_answers, page_answer};
use crate::operations;
use crate::store::{PackageSource, Store};

/// What an operation is called with.
pub(super) struct Called<'a> {
    /// The store.
    pub(super) store: &'a Store,
    /// The members of the request, whose kinds were checked.
    pub(super) parameters: &'a Document,
    /// The deployment package, which may be larger than memory and so is no parameter.
    pub(super) package: Option<&'a PackageSource>,
    /// Told of what a list leaves out, and why.
    pub(super) left_out: &'a dyn Fn(&str),
    /// Makes the link to the package of an answer.
    pub(super) link: &'a dyn Fn(&GetFunctionResponse) -> String,
}

/// What an operation answers; nothing where the answer has no body.
pub(super) type Answer = Result<Option<Value>, Error>;

/// The call of an operation.
pub(super) type Call = fn(&Called<'_>) -> Answer;

pub(super) fn create_function(called: &Called<'_>) -> Answer {
    let request = CreateFunctionRequest::of_parameters(called.parameters);
    let created = operations::create_function(called.store, &request, called.package)?;
    Ok(Some(created.into_value()))
}

pub(super) fn update_function_code(called: &Called<'_>) -> Answer {
    let request = UpdateFunctionCodeRequest::of_parameters(called.parameters);
    let updated = operations::update_function_code(called.store, &request, called.package)?;
    Ok(Some(updated.into_value()))
}

pub(super) fn update_function_configuration(called: &Called<'_>) -> Answer {
    let request = UpdateFunctionConfigurationRequest::of_parameters(called.parameters);
    let updated = operations::update_function_configuration(called.store, &request)?;
    Ok(Some(updated.into_value()))
}

pub(super) fn publish_version(called: &Called<'_>) -> Answer {
    let request = PublishVersionRequest::of_parameters(called.parameters);
    let published = operations::publish_version(called.store, &request)?;
    Ok(Some(published.configuration.into_value()))
}

pub(super) fn get_function(called: &Called<'_>) -> Answer {
    let request = GetFunctionRequest::of_parameters(called.parameters);
    let response = operations::get_function(called.store, &request)?;
    let location = (called.link)(&response);
    Ok(Some(response.into_value(&location)))
}

pub(super) fn get_function_configuration(called: &Called<'_>) -> Answer {
    let request = GetFunctionConfigurationRequest::of_parameters(called.parameters);
    let found = operations::get_function_configuration(called.store, &request)?;
    Ok(Some(found.into_value()))
}

pub(super) fn list_functions(called: &Called<'_>) -> Answer {
    let mut request = ListFunctionsRequest::of_parameters(called.parameters);
    request.max_items = as_the_service_answers(request.max_items);
    let response = operations::list_functions(called.store, &request)?;
    Ok(Some(called.listed("Functions", response.into_page())))
}

pub(super) fn list_versions_by_function(called: &Called<'_>) -> Answer {
    let mut request = ListVersionsByFunctionRequest::of_parameters(called.parameters);
    request.max_items = as_the_service_answers(request.max_items);
    let response = operations::list_versions_by_function(called.store, &request)?;
    Ok(Some(called.listed("Versions", response.into_page())))
}

pub(super) fn delete_function(called: &Called<'_>) -> Answer {
    let request = DeleteFunctionRequest::of_parameters(called.parameters);
    operations::delete_function(called.store, &request)?;
    Ok(None)
}

pub(super) fn create_alias(called: &Called<'_>) -> Answer {
    let request = CreateAliasRequest::of_parameters(called.parameters);
    let created = operations::create_alias(called.store, &request)?;
    Ok(Some(created.into_value()))
}

pub(super) fn update_alias(called: &Called<'_>) -> Answer {
    let request = UpdateAliasRequest::of_parameters(called.parameters);
    let updated = operations::update_alias(called.store, &request)?;
    Ok(Some(updated.into_value()))
}

pub(super) fn get_alias(called: &Called<'_>) -> Answer {
    let request = GetAliasRequest::of_parameters(called.parameters);
    let found = operations::get_alias(called.store, &request)?;
    Ok(Some(found.into_value()))
}

pub(super) fn list_aliases(called: &Called<'_>) -> Answer {
    let mut request = ListAliasesRequest::of_parameters(called.parameters);
    request.max_items = as_the_service_answers(request.max_items);
    let response = operations::list_aliases(called.store, &request)?;
    Ok(Some(called.listed("Aliases", response.into_page())))
}

pub(super) fn delete_alias(called: &Called<'_>) -> Answer {
    let request = DeleteAliasRequest::of_parameters(called.parameters);
    operations::delete_alias(called.store, &request)?;
    Ok(None)
}

impl Called<'_> {
    /// Makes the answer of a list, and tells of what it leaves out.
    fn listed(&self, member: &str, page: Page) -> Value {
        page.broken
            .iter()
            .for_each(|problem| (self.left_out)(problem));
        page_answer(member, page.items, page.next_marker.as_deref())
    }
}
