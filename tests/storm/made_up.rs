//! The checker finds each kind of wrong, in records that are made up.

use lambda_store::api::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::checker::check;
use crate::log::{
    Action, Attempt, Edit, Effect, Kind, Life, Listing, Outcome, Pointing, Records, Seen, Sight,
    Span, Subject,
};
use crate::support::sha256_hex;
use crate::worker::{PHOENIX, PLAIN};

const EDITED: &str = "edited";

/// Makes a span.
fn span(begun: u64, ended: u64) -> Span {
    Span { begun, ended }
}

fn time(number: u64) -> Timestamp {
    Timestamp::from_milliseconds(1_795_515_300_000 + number)
}

/// A function whose changes each take ten moments, one after the other.
struct Story {
    records: Records,
    history: Vec<Value>,
    function: &'static str,
}

impl Story {
    /// A function is created, published and given an alias, which then is moved from version 1 to 2.
    fn of(function: &'static str) -> Self {
        let mut story = Self {
            records: Records::default(),
            history: Vec::new(),
            function,
        };
        let create = Action::Create {
            code: "code-1".to_owned(),
        };
        story.add(create, Effect::Latest("id-1".to_owned()), &json!({}));
        story.publish(1);
        let to = json!({"FunctionVersion": "1", "Description": "mark-3"});
        let alias = json!([{"Name": "live", "To": to, "RevisionId": "alias-3"}]);
        let create = pointing("CreateAlias", "mark-3");
        let effect = Effect::Alias("alias-3".to_owned());
        story.add(create, effect, &json!({"Aliases": alias}));
        let update = Action::UpdateCode {
            code: "code-4".to_owned(),
        };
        story.add(update, Effect::Latest("id-4".to_owned()), &json!({}));
        story.publish(2);
        let from = json!({"FunctionVersion": "1", "Description": "mark-3"});
        let to = json!({"FunctionVersion": "2", "Description": "mark-6"});
        let alias = json!([{"Name": "live", "From": from, "To": to, "RevisionId": "alias-6"}]);
        let effect = Effect::Alias("alias-6".to_owned());
        let update = pointing("UpdateAlias", "mark-6");
        story.add(update, effect, &json!({"Aliases": alias}));
        story
    }

    fn publish(&mut self, version: u64) {
        let config = format!("config-{version}");
        let made = json!([{"Version": version, "ConfigSha256": config}]);
        let line = json!({"Made": made, "HighestVersion": version});
        let number = version;
        self.add(Action::Publish, Effect::Version { number, config }, &line);
    }

    fn delete_version(&mut self, number: u64) {
        let effect = Effect::Removed(vec![number]);
        let line = json!({"Removed": [[number, number]]});
        self.add(Action::DeleteVersion { number }, effect, &line);
    }

    /// Adds an attempt that was reported, with its line.
    fn add(&mut self, action: Action, effect: Effect, members: &Value) {
        let number = self.history.len() as u64 + 1;
        let by = format!("worker-{number}");
        let mut line = json!({
            "Time": time(number * 10 + 5),
            "Operation": action.operation(),
            "By": format!("{by}@host"),
            "HighestVersion": 0,
            "Latest": {"RevisionId": "id-1", "CodeSha256": "code-1"},
        });
        if let Some(last) = self.history.last() {
            line["HighestVersion"] = last["HighestVersion"].clone();
            line["Latest"] = last["Latest"].clone();
        }
        if let Effect::Latest(id) = &effect {
            line["Latest"]["RevisionId"] = json!(id);
        }
        if let Action::UpdateCode { code } = &action {
            line["Latest"]["CodeSha256"] = json!(code);
        }
        for (name, value) in members.as_object().unwrap() {
            line[name] = value.clone();
        }
        self.history.push(line);
        self.records.attempts.push(Attempt {
            function: self.function,
            by,
            span: span(number * 10, number * 10 + 9),
            clock: (time(number * 10), time(number * 10 + 9)),
            action,
            condition: None,
            outcome: Outcome::Done(effect),
        });
    }

    fn see(&mut self, span: Span, subject: Subject, seen: Seen) {
        self.records.sights.push(Sight {
            function: self.function,
            span,
            subject,
            seen,
        });
    }

    fn list(&mut self, span: Span, numbers: &[u64]) {
        let found = numbers.iter().map(|number| {
            let config = format!("config-{number}");
            (Subject::Version(*number), config)
        });
        let latest = (Subject::Latest, "id-4 code-4".to_owned());
        self.records.listings.push(Listing {
            function: self.function,
            span,
            kind: Kind::Versions,
            found: found.chain([latest]).collect(),
        });
    }

    fn edit(&mut self, span: Span) {
        self.records.edits.push(Edit {
            function: self.function,
            span,
            file: "code.zip",
            code: Some("code-by-hand".to_owned()),
        });
    }

    fn wrongs(&self, deleted: Option<Span>) -> Vec<String> {
        self.wrongs_with(chained(&self.history), deleted)
    }

    fn wrongs_with(&self, history: String, deleted: Option<Span>) -> Vec<String> {
        let mut records = self.records.clone();
        records.lives.push(Life {
            function: self.function,
            history,
            deleted,
        });
        check(&records).wrongs
    }

    #[track_caller]
    fn is_right(&self) {
        assert_eq!(self.wrongs(None), [""; 0]);
    }

    /// Sees that this is found, and nothing else.
    #[track_caller]
    fn is_wrong(&self, what: &str) {
        found(&self.wrongs(None), what);
    }
}

#[track_caller]
fn found(wrongs: &[String], what: &str) {
    assert!(wrongs.len() == 1 && wrongs[0].contains(what), "{wrongs:#?}");
}

fn pointing(operation: &'static str, mark: &str) -> Action {
    Action::SetAlias(Pointing {
        operation,
        name: "live",
        description: Some(mark.to_owned()),
    })
}

fn live() -> Subject {
    Subject::Alias("live".to_owned())
}

fn is(state: &str) -> Seen {
    Seen::Is(state.to_owned())
}

/// Writes lines, each with the hash of the one before.
fn chained(lines: &[Value]) -> String {
    let mut text = String::new();
    let mut previous: Option<String> = None;
    for line in lines {
        let mut line = line.clone();
        if let Some(hash) = previous {
            line["Previous"] = json!(hash);
        }
        let line = line.to_string();
        previous = Some(sha256_hex(line.as_bytes()));
        text = text + &line + "\n";
    }
    text
}

#[test]
fn what_is_right_is_right() {
    let mut story = Story::of(PLAIN);
    story.see(span(1, 2), Subject::Latest, Seen::Nothing);
    // While the function was created, either may be seen.
    story.see(span(12, 13), Subject::Latest, Seen::Nothing);
    story.see(span(12, 13), Subject::Latest, is("id-1 code-1"));
    story.see(span(60, 69), live(), is("alias-3 1 mark-3"));
    story.see(span(60, 69), live(), is("alias-6 2 mark-6"));
    story.list(span(60, 69), &[1, 2]);
    story.delete_version(1);
    story.list(span(72, 73), &[1, 2]);
    story.list(span(72, 73), &[2]);
    story.list(span(81, 82), &[2]);
    story.see(span(81, 82), Subject::Version(1), Seen::Nothing);
    story.is_right();
}

#[test]
fn a_change_that_was_reported_and_has_no_line_is_found() {
    let mut story = Story::of(PLAIN);
    story.history.pop();
    story.is_wrong("reported, and lost");
}

#[test]
fn a_line_that_tells_something_else_than_was_reported_is_found() {
    let mut story = Story::of(PLAIN);
    let config = "another".to_owned();
    story.records.attempts[1].outcome = Outcome::Done(Effect::Version { number: 1, config });
    let wrongs = story.wrongs(None);
    assert!(
        wrongs
            .iter()
            .any(|wrong| wrong.contains("nobody attempted"))
    );
    assert!(
        wrongs
            .iter()
            .any(|wrong| wrong.contains("was seen as Is(\"another\")"))
    );
}

#[test]
fn a_change_that_nobody_attempted_is_found() {
    let mut story = Story::of(PLAIN);
    story.records.attempts.pop();
    story.is_wrong("nobody attempted");
}

#[test]
fn a_change_that_was_refused_and_made_is_found() {
    let mut story = Story::of(PLAIN);
    story.records.attempts[5].outcome = Outcome::Refused;
    story.is_wrong("nobody attempted");
}

#[test]
fn a_change_of_unknown_outcome_may_be_made_once_or_not() {
    let mut story = Story::of(PLAIN);
    story.records.attempts[5].outcome = Outcome::Unknown;
    story.is_right();
    let last = story.history.pop().unwrap();
    story.is_right();
    let mut again = last.clone();
    again["Time"] = json!(time(66));
    again["Aliases"][0]["From"] = last["Aliases"][0]["To"].clone();
    story.history.extend([last, again]);
    story.is_wrong("nobody attempted");
}

#[test]
fn a_number_that_is_given_out_twice_or_left_out_is_found() {
    for number in [1, 3] {
        let mut story = Story::of(PLAIN);
        let config = "config-2".to_owned();
        story.records.attempts[4].outcome = Outcome::Done(Effect::Version { number, config });
        story.history[4]["Made"][0]["Version"] = json!(number);
        story.history[4]["HighestVersion"] = json!(number);
        story.history[5]["HighestVersion"] = json!(number);
        story.is_wrong(&format!("version {number} was made after 1"));
    }
}

#[test]
fn a_line_that_forgets_the_highest_number_is_found() {
    let mut story = Story::of(PLAIN);
    story.history[5]["HighestVersion"] = json!(1);
    story.is_wrong("HighestVersion is not 2");
}

#[test]
fn a_torn_answer_is_found() {
    let mut story = Story::of(PLAIN);
    story.see(span(45, 46), Subject::Latest, is("id-4 code-1"));
    story.is_wrong("Latest was seen as");
}

#[test]
fn a_version_that_differs_from_what_was_made_is_found() {
    let mut story = Story::of(PLAIN);
    story.see(span(70, 71), Subject::Version(1), is("config-2"));
    story.is_wrong("Version(1) was seen as");
}

#[test]
fn an_answer_that_was_right_once_is_found() {
    let mut story = Story::of(PLAIN);
    story.see(span(50, 51), Subject::Latest, is("id-1 code-1"));
    story.is_wrong("Latest was seen as");
}

#[test]
fn an_answer_that_is_right_later_is_found() {
    let mut story = Story::of(PLAIN);
    story.see(span(30, 35), Subject::Latest, is("id-4 code-4"));
    story.is_wrong("Latest was seen as");
}

#[test]
fn an_alias_that_vanished_is_found() {
    let mut story = Story::of(PLAIN);
    story.see(span(62, 63), live(), Seen::Nothing);
    story.is_wrong("Alias(\"live\") was seen as Nothing");
}

#[test]
fn an_alias_that_points_where_it_never_did_is_found() {
    let mut story = Story::of(PLAIN);
    story.see(span(62, 63), live(), is("alias-6 1 mark-6"));
    story.is_wrong("Alias(\"live\") was seen as");
}

#[test]
fn an_alias_that_was_changed_by_no_line_is_found() {
    let mut story = Story::of(PLAIN);
    story.history[5]["Aliases"][0]["From"]["FunctionVersion"] = json!("2");
    story.is_wrong("is said to have been");
}

#[test]
fn a_version_that_is_missing_in_a_list_is_found() {
    let mut story = Story::of(PLAIN);
    story.list(span(70, 71), &[2]);
    story.is_wrong("Version(1) is missing in a list");
}

#[test]
fn a_version_that_is_listed_and_nobody_made_is_found() {
    let mut story = Story::of(PLAIN);
    story.list(span(70, 71), &[1, 2, 3]);
    story.is_wrong("Version(3) was seen as");
}

#[test]
fn a_version_that_comes_back_is_found() {
    let mut story = Story::of(PLAIN);
    story.delete_version(1);
    story.see(span(80, 81), Subject::Version(1), is("config-1"));
    story.is_wrong("Version(1) was seen as");
}

#[test]
fn a_deletion_that_was_reported_and_not_made_is_found() {
    let mut story = Story::of(PLAIN);
    story.delete_version(1);
    story.history.pop();
    story.is_wrong("Version(1) was seen as Nothing");
}

#[test]
fn changes_in_another_order_than_they_were_made_in_are_found() {
    let mut story = Story::of(PLAIN);
    // It was over before the publish began whose line comes first.
    story.records.attempts[5].span = span(41, 42);
    let wrongs = story.wrongs(None);
    let is_found = |wrong: &String| wrong.contains("another order");
    assert!(wrongs.iter().any(is_found), "{wrongs:#?}");
}

#[test]
fn a_broken_chain_and_a_time_that_goes_back_are_found() {
    let mut story = Story::of(PLAIN);
    let text = chained(&story.history).replacen("\"By\":\"worker-1@", "\"By\": \"worker-1@", 1);
    found(&story.wrongs_with(text, None), "the chain is broken");
    let text = chained(&story.history);
    let torn = &text[..text.len() - 1];
    found(
        &story.wrongs_with(torn.to_owned(), None),
        "does not end with a line",
    );
    story.history[4]["Time"] = story.history[3]["Time"].clone();
    story.records.attempts[4].clock = (time(0), time(100));
    story.is_wrong("not later than the line before");
}

#[test]
fn a_condition_that_did_not_hold_is_found() {
    let mut story = Story::of(PLAIN);
    story.records.attempts[3].condition = Some("id-1".to_owned());
    story.records.attempts[5].condition = Some("alias-3".to_owned());
    story.is_right();
    story.records.attempts[3].condition = Some("id-0".to_owned());
    story.is_wrong("on the condition id-0, and it was id-1");
    story.records.attempts[3].condition = None;
    story.records.attempts[5].condition = Some("alias-2".to_owned());
    story.is_wrong("on the condition alias-2, and it was alias-3");
}

#[test]
fn a_second_change_on_one_condition_is_found() {
    let mut story = Story::of(EDITED);
    story.records.attempts[3].condition = Some("id-1".to_owned());
    story.is_right();
    story.records.attempts[4].condition = Some("id-1".to_owned());
    story.is_wrong("a second change on the condition id-1");
}

#[test]
fn a_refusal_without_a_reason_is_found() {
    let mut story = Story::of(PLAIN);
    let condition = Seen::NotBeginning("alias-3".to_owned());
    story.see(span(62, 63), live(), condition.clone());
    story.is_right();
    story.see(span(45, 46), live(), condition);
    story.is_wrong("was seen as NotBeginning");
}

#[test]
fn an_edit_that_the_next_change_does_not_find_is_found() {
    let mut story = Story::of(EDITED);
    // With another change under way it may be lost.
    story.edit(span(45, 46));
    story.is_right();
    story.edit(span(31, 32));
    story.is_wrong("UpdateFunctionCode of Span { begun: 40, ended: 49 } did not find");
    story.history[3]["FoundEdited"] = json!(["code.zip"]);
    story.is_right();
}

#[test]
fn an_edit_may_be_lost_to_a_killed_change_until_another_one_has_finished_it() {
    let mut story = Story::of(EDITED);
    story.records.attempts[1].outcome = Outcome::Unknown;
    // The alias is made from 30 to 39, and with it the publish is finished.
    story.edit(span(31, 32));
    story.is_right();
    story.records.attempts[1].outcome = Outcome::Refused;
    let wrongs = story.wrongs(None);
    assert!(
        wrongs.iter().any(|wrong| wrong.contains("did not find")),
        "{wrongs:#?}"
    );
}

#[test]
fn a_package_that_nobody_wrote_is_found() {
    let mut story = Story::of(EDITED);
    story.edit(span(50, 51));
    story.see(span(52, 53), Subject::Latest, is("some-id code-by-hand"));
    story.is_right();
    story.see(span(52, 53), Subject::Latest, is("some-id torn"));
    story.is_wrong("nobody wrote the package");
}

#[test]
fn a_function_that_outlives_its_deletion_is_found() {
    let mut story = Story::of(PHOENIX);
    let deleted = Some(span(70, 79));
    story.see(span(80, 81), Subject::Version(1), Seen::Nothing);
    assert_eq!(story.wrongs(deleted), [""; 0]);
    story.see(span(80, 81), Subject::Version(2), is("config-2"));
    found(&story.wrongs(deleted), "Version(2) was seen as");
}
