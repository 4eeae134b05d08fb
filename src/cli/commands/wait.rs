//! `wait`: polls a function until it is there, active or updated.

use super::{CommandGroup, get_function, get_function_configuration};
use crate::api::document::Value;
use crate::api::request_shape;
use crate::api::waiter::{
    FUNCTION_ACTIVE, FUNCTION_ACTIVE_V2, FUNCTION_EXISTS, FUNCTION_UPDATED, FUNCTION_UPDATED_V2,
    PUBLISHED_VERSION_ACTIVE, Verdict, Waiter, Waiting,
};
use crate::cli::api_command::{ApiCommand, Call, ParameterOption};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::{FUNCTION_NAME, QUALIFIER};

/// The commands.
pub(super) static GROUP: CommandGroup = CommandGroup {
    name: "wait",
    about: "Wait until a function is there, active or updated",
    details: "Looks again and again, prints nothing, and exits with 0 once it is so, with 255 if it \
        cannot become so or takes too long. In a store, a change is complete when its command \
        returns; so there is something to wait for where another process is yet to make the \
        function, or where a configuration made by hand or imported says so.",
    examples: "  lambda-store wait function-exists --function-name hello\n  \
        lambda-store wait function-updated-v2 --function-name hello &&\n    \
        lambda-store publish-version --function-name hello\n  \
        lambda-store wait published-version-active --function-name hello --qualifier live",
    commands: &[
        waiter(
            "function-exists",
            &FUNCTION_EXISTS,
            "Wait until there is a function: look every second, 20 times at the most",
            "  lambda-store wait function-exists --function-name hello",
            |call| wait(call, &FUNCTION_EXISTS, get_function::answer),
        ),
        waiter(
            "function-active-v2",
            &FUNCTION_ACTIVE_V2,
            "Wait until the State of a function is Active: look every second, 300 times at the most",
            "  lambda-store wait function-active-v2 --function-name hello",
            |call| wait(call, &FUNCTION_ACTIVE_V2, get_function::answer),
        ),
        waiter(
            "function-updated-v2",
            &FUNCTION_UPDATED_V2,
            "Wait until the LastUpdateStatus of a function is Successful: look every second, 300 \
                times at the most",
            "  lambda-store wait function-updated-v2 --function-name hello",
            |call| wait(call, &FUNCTION_UPDATED_V2, get_function::answer),
        ),
        waiter(
            "published-version-active",
            &PUBLISHED_VERSION_ACTIVE,
            "Wait until the State of a version is Active: look every 5 seconds, 312 times at the most",
            "  lambda-store wait published-version-active --function-name hello --qualifier 3",
            |call| {
                let answer = get_function_configuration::answer;
                wait(call, &PUBLISHED_VERSION_ACTIVE, answer)
            },
        ),
        waiter(
            "function-active",
            &FUNCTION_ACTIVE,
            "Wait until the State of a function is Active: look every 5 seconds, 60 times at the most",
            "  lambda-store wait function-active --function-name hello",
            |call| wait(call, &FUNCTION_ACTIVE, get_function_configuration::answer),
        ),
        waiter(
            "function-updated",
            &FUNCTION_UPDATED,
            "Wait until the LastUpdateStatus of a function is Successful: look every 5 seconds, 60 \
                times at the most",
            "  lambda-store wait function-updated --function-name hello",
            |call| wait(call, &FUNCTION_UPDATED, get_function_configuration::answer),
        ),
    ],
};

const OPTIONS: &[&[ParameterOption]] = &[&[FUNCTION_NAME, QUALIFIER]];

const fn waiter(
    name: &'static str,
    waiter: &Waiter,
    about: &'static str,
    examples: &'static str,
    run: fn(&Call<'_>) -> Result<Outcome, Failure>,
) -> ApiCommand {
    ApiCommand {
        name,
        operation: waiter.operation,
        request: request_shape::FUNCTION_AND_QUALIFIER,
        is_paginated: false,
        about,
        details: "",
        examples,
        options: OPTIONS,
        run,
    }
}

/// Asks until the waiter has what it waits for. The store is opened anew each time, and not held in
/// between.
fn wait(
    call: &Call<'_>,
    waiter: &'static Waiter,
    ask: fn(&Call<'_>) -> Result<Value, Failure>,
) -> Result<Outcome, Failure> {
    let mut waiting = Waiting::new(waiter);
    loop {
        let answer = match ask(call) {
            Err(Failure::Operation { error, .. }) => Err(error),
            answered => Ok(answered?),
        };
        match waiting.judge(&answer) {
            Verdict::Done => return Ok(Outcome::default()),
            Verdict::Failed(error) => return Err(Failure::Wait(error)),
            Verdict::Again => {
                call.debug(&format!(
                    "{}: not yet, attempt {} of {}; again in {} s",
                    waiter.name,
                    waiting.attempts,
                    waiter.max_attempts,
                    waiter.delay.as_secs()
                ));
                std::thread::sleep(waiter.delay);
            }
        }
    }
}
