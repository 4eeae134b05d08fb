//! Waiters: what is polled, how often, and what ends the waiting, as the service model declares it.
//!
//! The rule alone, without a clock: who polls and pauses is the caller. A test holds the tables
//! against the model.

use std::fmt;
use std::time::Duration;

use super::Error;
use super::document::Value;

/// What is waited for.
#[derive(Debug)]
pub struct Waiter {
    /// The name in the model.
    pub name: &'static str,
    /// The operation that is called again and again.
    pub operation: &'static str,
    /// How long to pause between two calls.
    pub delay: Duration,
    /// How many calls are made at the most.
    pub max_attempts: u32,
    /// What an answer means; the first that matches counts.
    pub acceptors: &'static [Acceptor],
}

/// What the answers mean that match.
#[derive(Debug)]
pub struct Acceptor {
    /// Says which answers are meant.
    pub matcher: Matcher,
    /// What they mean.
    pub state: State,
}

/// Tells answers apart.
#[derive(Debug)]
pub enum Matcher {
    /// Any answer that is no error.
    NoError,
    /// The error of this code.
    Error(&'static str),
    /// An answer that has this text at this path of members.
    Path(&'static str, &'static str),
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// What was waited for is there.
    Success,
    /// It will never be.
    Failure,
    /// It may come yet.
    Retry,
}

/// What comes after an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What was waited for is there.
    Done,
    /// Call again after [`Waiter::delay`].
    Again,
    /// The waiting is over, in vain.
    Failed(WaitError),
}

/// Why a waiter gave up. The texts are those of the AWS CLI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Waiter {waiter} failed: {reason}")]
pub struct WaitError {
    waiter: &'static str,
    reason: String,
}

/// A waiting under way.
#[derive(Debug)]
pub struct Waiting {
    waiter: &'static Waiter,
    /// How many answers came.
    pub attempts: u32,
    last_matched: Option<&'static Acceptor>,
}

impl Waiting {
    /// Begins to wait.
    pub const fn new(waiter: &'static Waiter) -> Self {
        Self {
            waiter,
            attempts: 0,
            last_matched: None,
        }
    }

    /// Takes an answer and says what comes next.
    ///
    /// An error that no acceptor matches ends the waiting; an answer that none matches does not.
    pub fn judge(&mut self, answer: &Result<Value, Error>) -> Verdict {
        self.attempts += 1;
        let acceptors = self.waiter.acceptors;
        let matched = acceptors.iter().find(|one| one.matcher.matches(answer));
        self.last_matched = matched.or(self.last_matched);
        match (matched, answer) {
            (None, Err(error)) => {
                self.failed(format!("An error occurred ({}): {error}", error.code()))
            }
            (Some(acceptor), _) if acceptor.state == State::Success => Verdict::Done,
            (Some(acceptor), _) if acceptor.state == State::Failure => self.failed(format!(
                "Waiter encountered a terminal failure state: {}",
                acceptor.matcher
            )),
            _ if self.attempts < self.waiter.max_attempts => Verdict::Again,
            _ => self.failed(self.last_matched.map_or_else(
                || "Max attempts exceeded".to_owned(),
                |acceptor| {
                    let state = &acceptor.matcher;
                    format!("Max attempts exceeded. Previously accepted state: {state}")
                },
            )),
        }
    }

    fn failed(&self, reason: String) -> Verdict {
        Verdict::Failed(WaitError {
            waiter: self.waiter.name,
            reason,
        })
    }
}

impl Matcher {
    fn matches(&self, answer: &Result<Value, Error>) -> bool {
        match (self, answer) {
            (Self::NoError, answer) => answer.is_ok(),
            (Self::Error(code), Err(error)) => error.code() == *code,
            (Self::Path(path, expected), Ok(answer)) => {
                let found = path
                    .split('.')
                    .try_fold(answer, |value, name| value.get(name));
                found.and_then(Value::as_str).as_deref() == Some(*expected)
            }
            (Self::Error(_), Ok(_)) | (Self::Path(..), Err(_)) => false,
        }
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoError => write!(formatter, "Matched an answer without an error"),
            Self::Error(code) => {
                write!(formatter, "Matched expected service error code: {code}")
            }
            Self::Path(path, expected) => write!(
                formatter,
                "For expression \"{path}\" we matched expected path: \"{expected}\""
            ),
        }
    }
}

const fn accept(matcher: Matcher, state: State) -> Acceptor {
    Acceptor { matcher, state }
}

/// What the states of a function mean to the waiters that look at this path.
const fn states(path: &'static str) -> [Acceptor; 3] {
    [
        accept(Matcher::Path(path, "Active"), State::Success),
        accept(Matcher::Path(path, "Failed"), State::Failure),
        accept(Matcher::Path(path, "Pending"), State::Retry),
    ]
}

/// What the states of an update mean to the waiters that look at this path.
const fn updates(path: &'static str) -> [Acceptor; 3] {
    [
        accept(Matcher::Path(path, "Successful"), State::Success),
        accept(Matcher::Path(path, "Failed"), State::Failure),
        accept(Matcher::Path(path, "InProgress"), State::Retry),
    ]
}

/// Waits until there is the function.
pub static FUNCTION_EXISTS: Waiter = Waiter {
    name: "FunctionExists",
    operation: "GetFunction",
    delay: Duration::from_secs(1),
    max_attempts: 20,
    acceptors: &[
        accept(Matcher::NoError, State::Success),
        accept(Matcher::Error("ResourceNotFoundException"), State::Retry),
    ],
};

/// Waits until the function is active.
pub static FUNCTION_ACTIVE_V2: Waiter = Waiter {
    name: "FunctionActiveV2",
    operation: "GetFunction",
    delay: Duration::from_secs(1),
    max_attempts: 300,
    acceptors: &states("Configuration.State"),
};

/// Waits until the function is active, the older way.
pub static FUNCTION_ACTIVE: Waiter = Waiter {
    name: "FunctionActive",
    operation: "GetFunctionConfiguration",
    delay: Duration::from_secs(5),
    max_attempts: 60,
    acceptors: &states("State"),
};

/// Waits until the function's last update is done.
pub static FUNCTION_UPDATED_V2: Waiter = Waiter {
    name: "FunctionUpdatedV2",
    operation: "GetFunction",
    delay: Duration::from_secs(1),
    max_attempts: 300,
    acceptors: &updates("Configuration.LastUpdateStatus"),
};

/// Waits until the function's last update is done, the older way.
pub static FUNCTION_UPDATED: Waiter = Waiter {
    name: "FunctionUpdated",
    operation: "GetFunctionConfiguration",
    delay: Duration::from_secs(5),
    max_attempts: 60,
    acceptors: &updates("LastUpdateStatus"),
};

/// Waits until a published version is active.
pub static PUBLISHED_VERSION_ACTIVE: Waiter = Waiter {
    name: "PublishedVersionActive",
    operation: "GetFunctionConfiguration",
    delay: Duration::from_secs(5),
    max_attempts: 312,
    acceptors: &states("State"),
};

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    static ALL: [&Waiter; 6] = [
        &FUNCTION_EXISTS,
        &FUNCTION_ACTIVE_V2,
        &FUNCTION_ACTIVE,
        &FUNCTION_UPDATED_V2,
        &FUNCTION_UPDATED,
        &PUBLISHED_VERSION_ACTIVE,
    ];

    #[test]
    fn the_tables_are_the_models() {
        let model: Json =
            serde_json::from_str(include_str!("../../tests/lambda-shapes.json")).unwrap();
        let waiters = model["waiters"].as_object().unwrap();
        assert_eq!(waiters.len(), ALL.len());
        for waiter in ALL {
            let expected = &waiters[waiter.name];
            assert_eq!(expected["operation"], waiter.operation);
            assert_eq!(expected["delay"], waiter.delay.as_secs());
            assert_eq!(expected["maxAttempts"], waiter.max_attempts);
            let acceptors: Vec<Json> = waiter.acceptors.iter().map(as_in_the_model).collect();
            assert_eq!(expected["acceptors"], json!(acceptors), "{}", waiter.name);
        }
    }

    fn as_in_the_model(acceptor: &Acceptor) -> Json {
        let state = format!("{:?}", acceptor.state).to_lowercase();
        match acceptor.matcher {
            Matcher::NoError => json!({"matcher": "error", "state": state, "expected": false}),
            Matcher::Error(code) => json!({"matcher": "error", "state": state, "expected": code}),
            Matcher::Path(path, expected) => {
                json!({"matcher": "path", "argument": path, "state": state, "expected": expected})
            }
        }
    }

    type Answer = Result<Value, Error>;

    fn value(json: &Json) -> Value {
        Value::parse(&json.to_string()).unwrap()
    }

    fn missing() -> Answer {
        Err(Error::ResourceNotFound {
            message: "no such function".to_owned(),
        })
    }

    /// Answers a waiter alike until it ends; returns how many answers it took, and its end.
    fn ended(waiter: &'static Waiter, given: &Answer) -> (u32, Verdict) {
        let mut waiting = Waiting::new(waiter);
        loop {
            let verdict = waiting.judge(given);
            if verdict != Verdict::Again {
                return (waiting.attempts, verdict);
            }
        }
    }

    #[track_caller]
    fn said(ended: (u32, Verdict), attempts: u32, text: &str) {
        let (made, Verdict::Failed(error)) = ended else {
            panic!("{ended:?} is no failure");
        };
        assert_eq!((made, error.to_string().as_str()), (attempts, text));
    }

    #[test]
    fn what_is_there_ends_the_waiting_at_once() {
        let whole = json!({"State": "Active", "LastUpdateStatus": "Successful"});
        for waiter in ALL {
            let given = match waiter.operation {
                "GetFunction" => json!({"Configuration": whole}),
                _ => whole.clone(),
            };
            let ended = ended(waiter, &Ok(value(&given)));
            assert_eq!(ended, (1, Verdict::Done), "{}", waiter.name);
        }
    }

    #[test]
    fn a_failure_ends_the_waiting_at_once() {
        let given = Ok(value(&json!({"State": "Failed"})));
        let text = "Waiter FunctionActive failed: Waiter encountered a terminal failure state: For \
                    expression \"State\" we matched expected path: \"Failed\"";
        said(ended(&FUNCTION_ACTIVE, &given), 1, text);
    }

    #[test]
    fn an_error_that_is_not_waited_out_ends_the_waiting_at_once() {
        let text = "Waiter FunctionActiveV2 failed: An error occurred (ResourceNotFoundException): no \
                    such function";
        said(ended(&FUNCTION_ACTIVE_V2, &missing()), 1, text);
        let text =
            "Waiter FunctionExists failed: An error occurred (InvalidParameterValueException): bad";
        let given = Err(Error::invalid("bad"));
        said(ended(&FUNCTION_EXISTS, &given), 1, text);
    }

    #[test]
    fn the_waiting_is_given_up_after_so_many_attempts() {
        let text = "Waiter FunctionExists failed: Max attempts exceeded. Previously accepted state: \
                    Matched expected service error code: ResourceNotFoundException";
        said(ended(&FUNCTION_EXISTS, &missing()), 20, text);
        let text = "Waiter PublishedVersionActive failed: Max attempts exceeded. Previously accepted \
                    state: For expression \"State\" we matched expected path: \"Pending\"";
        let given = Ok(value(&json!({"State": "Pending"})));
        said(ended(&PUBLISHED_VERSION_ACTIVE, &given), 312, text);
    }

    #[test]
    fn an_answer_that_means_nothing_to_a_waiter_is_waited_out() {
        let text = "Waiter FunctionUpdated failed: Max attempts exceeded";
        for given in [
            json!({}),
            json!({"LastUpdateStatus": null}),
            json!({"LastUpdateStatus": {"Successful": true}}),
            json!({"State": "Active"}),
            json!({"Configuration": {"LastUpdateStatus": "Successful"}}),
        ] {
            said(ended(&FUNCTION_UPDATED, &Ok(value(&given))), 60, text);
        }
    }

    #[test]
    fn what_comes_while_waiting_ends_it() {
        let mut waiting = Waiting::new(&FUNCTION_EXISTS);
        for _ in 0..19 {
            assert_eq!(waiting.judge(&missing()), Verdict::Again);
        }
        assert_eq!(waiting.judge(&Ok(value(&json!({})))), Verdict::Done);
    }
}
