//! Paging as the AWS CLI does it: `--max-items`, `--starting-token`, `--page-size`, `--no-paginate`.
//!
//! Unless it is told otherwise, a command asks for page after page and prints them as one list.
//! `--max-items` ends that list early, with a token that `--starting-token` goes on from. With
//! `--no-paginate`, or with a marker of one's own, one page is printed as it is answered.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde::Deserialize;

use super::exit::{Failure, Outcome};
use super::globals::Globals;
use super::output::Rendering;
use super::parameters::Parameters;
use super::{input, python};
use crate::api::document::{Document, Value};
use crate::api::limits::{DEFAULT_PAGE, MAX_PAGE};
use crate::api::paging::{Page, page_answer};

/// The options of every command that lists.
#[derive(Args, Default)]
pub(super) struct PagingArgs {
    /// Print so many items at the most, and a token to go on from if there are more
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    max_items: Option<String>,
    /// Go on from the `NextToken` that a list ended with
    #[arg(long, value_name = "TOKEN")]
    starting_token: Option<String>,
    /// Make pages of so many items, which text is printed in
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    page_size: Option<String>,
    /// Print the page behind the `NextMarker` of another
    #[arg(long, value_name = "MARKER", hide = true)]
    marker: Option<String>,
}

/// What is to be listed.
pub(super) enum Paging {
    /// One page.
    Once {
        marker: Option<String>,
        max_items: Option<i64>,
    },
    /// Page after page.
    Merged {
        from: Token,
        page_size: Option<i64>,
        max_items: Option<i64>,
    },
}

impl PagingArgs {
    /// Says which pages are wanted. A page of one's own is asked for by parameters, which a file may
    /// give, too; they turn the paging off, as in the AWS CLI.
    pub(super) fn settle(
        self,
        globals: &Globals,
        parameters: &mut Document,
        checks: &mut Parameters,
    ) -> Result<Paging, Failure> {
        if let Some(marker) = input::optional_text("--marker", self.marker)? {
            parameters.set("Marker", Value::string(&marker));
        }
        let starting_token = input::optional_text("--starting-token", self.starting_token)?;
        let page_size = number("--page-size", self.page_size)?;
        let max_items = number("--max-items", self.max_items)?;
        let is_given = |name| parameters.get(name).is_some();
        if globals.no_paginate || is_given("Marker") || is_given("MaxItems") {
            let given = [
                ("--starting-token", starting_token.is_some()),
                ("--page-size", page_size.is_some()),
            ];
            let given = given.iter().filter(|(_, is_given)| *is_given);
            let given: Vec<&str> = given.map(|(option, _)| *option).collect();
            if !given.is_empty() {
                return Err(Failure::Usage(format!(
                    "Cannot specify --no-paginate along with pagination arguments: {}",
                    given.join(", ")
                )));
            }
            if let Some(max_items) = max_items {
                parameters.set("MaxItems", Value::integer(max_items));
            }
            return Ok(Paging::Once {
                marker: parameters.string("Marker"),
                max_items: parameters.integer("MaxItems"),
            });
        }
        checks.minimum("MaxItems", max_items, 1);
        // A page's size is asked for by this member.
        checks.minimum("MaxItems", page_size, 1);
        let from = starting_token.as_deref().map(Token::parse).transpose()?;
        Ok(Paging::Merged {
            from: from.unwrap_or_default(),
            page_size,
            max_items,
        })
    }
}

/// Makes a number of an option's text as the AWS CLI does.
fn number(option: &str, text: Option<String>) -> Result<Option<i64>, Failure> {
    let wrong = |text: &str| {
        let text = python::quoted(text);
        let name = env!("CARGO_PKG_NAME");
        Failure::Usage(format!(
            "{name}: error: argument {option}: invalid int value: {text}"
        ))
    };
    text.map(|text| {
        let number = python::int(&text).ok();
        let number = number.and_then(|number| number.as_integer());
        number.ok_or_else(|| wrong(&text))
    })
    .transpose()
}

impl Paging {
    /// Lists what an operation answers with, a page per marker and `MaxItems`, under the member that
    /// the items have in its answer.
    pub(super) fn list(
        &self,
        rendering: &Rendering,
        member: &str,
        page: impl Fn(Option<String>, Option<i64>) -> Result<Page, Failure>,
    ) -> Result<Outcome, Failure> {
        let (mut outcome, broken) = match self {
            Self::Once { marker, max_items } => {
                let page = page(marker.clone(), *max_items)?;
                let marker = page.next_marker.as_deref();
                (
                    rendering.read(&page_answer(member, page.items, marker)),
                    page.broken,
                )
            }
            Self::Merged {
                from,
                page_size,
                max_items,
            } if rendering.is_by_page() => {
                let (answers, broken) = answers(from, *page_size, *max_items, member, page)?;
                (rendering.read_answers(&answers), broken)
            }
            Self::Merged {
                from,
                page_size,
                max_items,
            } => {
                let list = merge(from, *page_size, *max_items, page)?;
                let size = page_size.map_or(DEFAULT_PAGE, as_count);
                let token = list.next_marker.as_deref().map(token_of);
                let outcome = rendering.read_list(member, list.items, size, token.as_deref());
                (outcome, list.broken)
            }
        };
        for problem in broken {
            outcome.warn(&format!("left out of the list: {problem}"));
        }
        Ok(outcome)
    }
}

/// Asks for page after page, as [`merge`] does, but returns each as it is answered; the last is cut to
/// as many items as are wanted.
fn answers(
    from: &Token,
    page_size: Option<i64>,
    max_items: Option<i64>,
    member: &str,
    page: impl Fn(Option<String>, Option<i64>) -> Result<Page, Failure>,
) -> Result<(Vec<Value>, Vec<String>), Failure> {
    let mut skipped = from.truncated.unwrap_or_default();
    let mut left = max_items.map_or(usize::MAX, as_count);
    let mut marker = from.marker.clone();
    let (mut answers, mut broken) = (Vec::new(), Vec::new());
    loop {
        let next = page(marker, page_size)?;
        let items: Vec<Value> = next.items.into_iter().skip(skipped).take(left).collect();
        left -= items.len();
        skipped = 0;
        answers.push(page_answer(member, items, next.next_marker.as_deref()));
        broken.extend(next.broken);
        marker = next.next_marker;
        if left == 0 || marker.is_none() {
            return Ok((answers, broken));
        }
    }
}

/// Puts pages together until there are no more, or as many items as are wanted.
fn merge(
    from: &Token,
    page_size: Option<i64>,
    max_items: Option<i64>,
    page: impl Fn(Option<String>, Option<i64>) -> Result<Page, Failure>,
) -> Result<Page, Failure> {
    let mut skipped = from.truncated.unwrap_or_default();
    let mut left = max_items.map_or(usize::MAX, as_count);
    let mut list = Page {
        next_marker: from.marker.clone(),
        items: Vec::new(),
        broken: Vec::new(),
    };
    // Pages are read as large as they can be, as where each begins costs a look; smaller ones are
    // made where they show, in what is printed. A size that is too large is for the operation to
    // tell.
    let size = page_size.map_or(0, as_count).max(MAX_PAGE);
    loop {
        let wanted = size.min(left.saturating_add(skipped));
        let next = page(list.next_marker, i64::try_from(wanted).ok())?;
        left -= next.items.len().saturating_sub(skipped);
        list.items.extend(next.items.into_iter().skip(skipped));
        list.broken.extend(next.broken);
        list.next_marker = next.next_marker;
        skipped = 0;
        if left == 0 || list.next_marker.is_none() {
            return Ok(list);
        }
    }
}

/// Takes a number that was found to be one at the least.
fn as_count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Where a list goes on, as the AWS CLI writes it: base64 of `{"Marker": …}`, with
/// `boto_truncate_amount` where items of the page behind the marker were given already. This tool
/// asks for no more items than it prints, so it writes the marker alone.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    #[serde(rename = "Marker")]
    marker: Option<String>,
    #[serde(rename = "boto_truncate_amount", default)]
    truncated: Option<usize>,
}

impl Token {
    fn parse(text: &str) -> Result<Self, Failure> {
        let json = STANDARD.decode(text).ok();
        let json = json.and_then(|json| String::from_utf8(json).ok());
        let json = json.filter(|json| Value::parse(json).is_ok_and(|json| json.items().is_empty()));
        match json {
            Some(json) if json.trim() != "[]" => serde_json::from_str(&json)
                .map_err(|_| Failure::Usage(format!("Bad starting token: {text}"))),
            // To the AWS CLI, what is no token of its own is the service's marker.
            _ => Ok(Self {
                marker: Some(text.to_owned()),
                truncated: None,
            }),
        }
    }
}

fn token_of(marker: &str) -> String {
    // With the blank that Python writes: so all tokens begin alike.
    let json = format!("{{\"Marker\": {}}}", Value::string(marker).compact());
    STANDARD.encode(json)
}
