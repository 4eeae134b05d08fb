//! Holds what was attempted and seen against the histories: nothing lost, repeated or torn.
//!
//! The history of a life puts its changes in order. Each line belongs to one attempt, so its change
//! took effect between the attempt's begin and end, after the change of the line before and before that
//! of the line behind. So it is known of every subject which states it may have had at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lambda_store::api::timestamp::Timestamp;
use serde_json::Value;

use crate::log::{
    Action, Attempt, Edit, Effect, Kind, Life, Listing, Outcome, Records, Seen, Sight, Span,
    Subject,
};
use crate::support::sha256_hex;

/// Functions whose `$LATEST` is edited by hand: its states are not only those of the history.
pub(crate) const EDITED: [&str; 2] = ["edited", SCRIBBLED];

/// The function whose package is written into, and not only replaced.
pub(crate) const SCRIBBLED: &str = "scribbled";

/// What was checked, and all that is wrong.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) wrongs: Vec<String>,
    pub(crate) lines: usize,
    pub(crate) lines_of_unknown: usize,
    pub(crate) versions: usize,
    pub(crate) sights: usize,
    pub(crate) edits_found: usize,
}

/// The state of `$LATEST` with this revision id and package.
pub(crate) fn latest_state(document: &Value) -> String {
    let member = |name: &str| document[name].as_str().unwrap_or_default();
    format!("{} {}", member("RevisionId"), member("CodeSha256"))
}

/// The state of an alias with this revision id, this description, and this version.
pub(crate) fn alias_state(revision_id: &Value, state: &Value) -> String {
    let id = revision_id.as_str().unwrap_or_default();
    let member = |name: &str| state[name].as_str().unwrap_or_default();
    format!(
        "{id} {} {}",
        member("FunctionVersion"),
        member("Description")
    )
}

/// Checks everything.
pub(crate) fn check(records: &Records) -> Verdict {
    let mut checker = Checker::new(records);
    for life in &records.lives {
        checker.live(life);
    }
    checker.tighten();
    checker.check_outcomes();
    let sights = std::mem::take(&mut checker.sights);
    for sight in records.sights.iter().chain(&sights) {
        checker.check_sight(sight);
    }
    for listing in &records.listings {
        checker.check_listing(listing);
    }
    for function in EDITED {
        checker.check_edits(function);
    }
    checker.verdict
}

/// A change as a line of the history tells it, or the deletion of a function.
struct Change {
    span: Span,
    /// When it may have been made, with what is known of the changes before and behind.
    possible: Span,
    operation: String,
    found_edited: Vec<String>,
    attempt: Option<usize>,
}

/// From which change on a subject was in a state.
struct Step {
    change: usize,
    state: Option<String>,
}

struct Checker<'a> {
    records: &'a Records,
    attempts: HashMap<(&'a str, &'a str), Vec<usize>>,
    /// The attempts that a line belongs to.
    told: BTreeSet<usize>,
    changes: BTreeMap<&'static str, Vec<Change>>,
    steps: BTreeMap<(&'static str, Subject), Vec<Step>>,
    /// What attempts tell that changed nothing.
    sights: Vec<Sight>,
    conditions: BTreeSet<(&'static str, String)>,
    /// The hashes of all packages that somebody wrote as a whole.
    codes: BTreeSet<&'a str>,
    verdict: Verdict,
}

impl<'a> Checker<'a> {
    fn new(records: &'a Records) -> Self {
        let mut attempts: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (index, attempt) in records.attempts.iter().enumerate() {
            let key = (attempt.function, attempt.by.as_str());
            attempts.entry(key).or_default().push(index);
        }
        Self {
            records,
            attempts,
            told: BTreeSet::new(),
            changes: BTreeMap::new(),
            steps: BTreeMap::new(),
            sights: Vec::new(),
            conditions: BTreeSet::new(),
            codes: codes_in(records),
            verdict: Verdict::default(),
        }
    }

    fn wrong(&mut self, what: String) {
        self.verdict.wrongs.push(what);
    }

    /// Reads the changes of a function's life from its history.
    fn live(&mut self, life: &Life) {
        let function = life.function;
        if !life.history.ends_with('\n') {
            self.wrong(format!("{function}: the history does not end with a line"));
        }
        let mut before: Option<(&str, Value)> = None;
        for text in life.history.lines() {
            let Ok(told) = serde_json::from_str::<Value>(text) else {
                self.wrong(format!("{function}: no line of a history: {text}"));
                continue;
            };
            self.check_chain(function, &told, before.as_ref());
            self.change(function, &told, before.as_ref().map(|(_, line)| line));
            before = Some((text, told));
        }
        if let Some(span) = life.deleted {
            self.end(function, span);
        }
    }

    /// Sees that a line hangs on the one before it, and is later.
    fn check_chain(&mut self, function: &str, line: &Value, previous: Option<&(&str, Value)>) {
        let hash = previous.map(|(text, _)| sha256_hex(text.as_bytes()));
        if line["Previous"].as_str() != hash.as_deref() {
            self.wrong(format!("{function}: the chain is broken at {line}"));
        }
        let time_before = previous.and_then(|(_, line)| line["Time"].as_str());
        if line["Time"].as_str() <= time_before {
            self.wrong(format!(
                "{function}: not later than the line before: {line}"
            ));
        }
    }

    fn change(&mut self, function: &'static str, line: &Value, previous: Option<&Value>) {
        self.verdict.lines += 1;
        let attempt = self.attempt_of(function, line);
        if attempt.is_none() {
            self.wrong(format!("{function}: nobody attempted {line}"));
        }
        let span = attempt.map_or(
            Span {
                begun: 0,
                ended: u64::MAX,
            },
            |index| self.records.attempts[index].span,
        );
        if let Some(index) = attempt {
            self.told.insert(index);
            self.check_condition(index, line, previous);
        }
        let found_edited = line["FoundEdited"].as_array().into_iter().flatten();
        let found_edited = found_edited.filter_map(Value::as_str);
        let change = Change {
            span,
            possible: span,
            operation: line["Operation"].as_str().unwrap_or_default().to_owned(),
            found_edited: found_edited.map(str::to_owned).collect(),
            attempt,
        };
        self.changes.entry(function).or_default().push(change);
        self.apply(function, line, previous);
    }

    /// Finds whose line this is. One that was reported goes before one of which nothing is known.
    fn attempt_of(&mut self, function: &str, line: &Value) -> Option<usize> {
        let by = line["By"].as_str()?.split('@').next()?;
        let candidates = self.attempts.get(&(function, by))?;
        let found = candidates
            .iter()
            .filter(|index| !self.told.contains(index))
            .filter(|index| is_line_of(line, &self.records.attempts[**index]))
            .min_by_key(|index| {
                let attempt = &self.records.attempts[**index];
                (attempt.outcome == Outcome::Unknown, attempt.span.ended)
            })
            .copied()?;
        if self.records.attempts[found].outcome == Outcome::Unknown {
            self.verdict.lines_of_unknown += 1;
        }
        Some(found)
    }

    /// Sees that what was to be changed had the revision id that the change was conditional on.
    fn check_condition(&mut self, index: usize, line: &Value, previous: Option<&Value>) {
        let attempt = &self.records.attempts[index];
        let Some(condition) = &attempt.condition else {
            return;
        };
        let function = attempt.function;
        if !self.conditions.insert((function, condition.clone())) {
            self.wrong(format!(
                "{function}: a second change on the condition {condition}: {line}"
            ));
        }
        let found = match &attempt.action {
            Action::SetAlias(pointing) => {
                let subject = Subject::Alias(pointing.name.to_owned());
                let state = self.last_state(function, &subject).unwrap_or_default();
                state.split(' ').next().unwrap_or_default()
            }
            // An edit by hand is in no line.
            _ if EDITED.contains(&function) => return,
            _ => previous.map_or("", |line| {
                line["Latest"]["RevisionId"].as_str().unwrap_or_default()
            }),
        };
        if found != condition {
            let wrong =
                format!("{function}: on the condition {condition}, and it was {found}: {line}");
            self.wrong(wrong);
        }
    }

    fn last_state(&self, function: &'static str, subject: &Subject) -> Option<&str> {
        let steps = self.steps.get(&(function, subject.clone()))?;
        steps.last()?.state.as_deref()
    }

    /// Notes what a line does to subjects.
    fn apply(&mut self, function: &'static str, line: &Value, previous: Option<&Value>) {
        let latest = latest_state(&line["Latest"]);
        self.check_code_in(function, &latest);
        if self.last_state(function, &Subject::Latest) != Some(&latest) {
            self.step(function, Subject::Latest, Some(latest));
        }
        let mut highest = previous.map_or(0, highest_in);
        for made in line["Made"].as_array().into_iter().flatten() {
            let number = made["Version"].as_u64().unwrap_or_default();
            if number != highest + 1 {
                self.wrong(format!(
                    "{function}: version {number} was made after {highest}: {line}"
                ));
            }
            highest = number;
            self.verdict.versions += 1;
            let config = made["ConfigSha256"].as_str().map(str::to_owned);
            self.step(function, Subject::Version(number), config);
        }
        if highest_in(line) != highest {
            self.wrong(format!(
                "{function}: HighestVersion is not {highest}: {line}"
            ));
        }
        for number in removed_in(line) {
            let subject = Subject::Version(number);
            if self.last_state(function, &subject).is_some() {
                self.step(function, subject, None);
            }
        }
        for alias in line["Aliases"].as_array().into_iter().flatten() {
            self.apply_to_alias(function, alias);
        }
    }

    fn apply_to_alias(&mut self, function: &'static str, alias: &Value) {
        let name = alias["Name"].as_str().unwrap_or_default();
        let subject = Subject::Alias(name.to_owned());
        let before = self.last_state(function, &subject).unwrap_or_default();
        let from = alias.get("From");
        let from = from.map(|from| alias_state(&Value::Null, from));
        let before = before.split_once(' ').map(|(_, state)| format!(" {state}"));
        if from != before {
            self.wrong(format!(
                "{function}: alias {name} was {before:?} and is said to have been {from:?}"
            ));
        }
        let to = alias.get("To");
        let to = to.map(|to| alias_state(&alias["RevisionId"], to));
        self.step(function, subject, to);
    }

    fn step(&mut self, function: &'static str, subject: Subject, state: Option<String>) {
        let change = self.changes[function].len() - 1;
        let steps = self.steps.entry((function, subject)).or_default();
        steps.push(Step { change, state });
    }

    /// Notes the deletion of a function, with all that it has.
    fn end(&mut self, function: &'static str, span: Span) {
        let change = Change {
            span,
            possible: span,
            operation: "Deletion".to_owned(),
            found_edited: Vec::new(),
            attempt: None,
        };
        self.changes.entry(function).or_default().push(change);
        let subjects = self.steps.keys().filter(|(owner, _)| *owner == function);
        let subjects: Vec<Subject> = subjects.map(|(_, subject)| subject.clone()).collect();
        for subject in subjects {
            if self.last_state(function, &subject).is_some() {
                self.step(function, subject, None);
            }
        }
    }

    /// Narrows down when each change was made: in the order of the history.
    fn tighten(&mut self) {
        let mut wrongs = Vec::new();
        for (function, changes) in &mut self.changes {
            let mut begun = 0;
            for change in &mut *changes {
                begun = begun.max(change.span.begun);
                change.possible.begun = begun;
            }
            let mut ended = u64::MAX;
            for change in changes.iter_mut().rev() {
                ended = ended.min(change.span.ended);
                change.possible.ended = ended;
                if change.possible.begun > ended {
                    let operation = &change.operation;
                    wrongs.push(format!(
                        "{function}: {operation} of {:?} stands in another order than it was made in",
                        change.span
                    ));
                }
            }
        }
        self.verdict.wrongs.append(&mut wrongs);
    }

    /// Sees that each attempt that was reported as done has its line, or had nothing to change.
    fn check_outcomes(&mut self) {
        for (index, attempt) in self.records.attempts.iter().enumerate() {
            let Outcome::Done(effect) = &attempt.outcome else {
                continue;
            };
            if self.told.contains(&index) {
                continue;
            }
            let saw = |subject, seen| Sight {
                function: attempt.function,
                span: attempt.span,
                subject,
                seen,
            };
            match (&attempt.action, effect) {
                // Nothing had changed since that version was made.
                (Action::Publish, Effect::Version { number, config }) => {
                    let subject = Subject::Version(*number);
                    self.sights.push(saw(subject, Seen::Is(config.clone())));
                }
                (Action::DeleteVersion { number }, _) => {
                    self.sights
                        .push(saw(Subject::Version(*number), Seen::Nothing));
                }
                (Action::DeleteAlias { name }, _) => {
                    let subject = Subject::Alias((*name).to_owned());
                    self.sights.push(saw(subject, Seen::Nothing));
                }
                (Action::Prune, Effect::Removed(removed)) if removed.is_empty() => {}
                _ => self.verdict.wrongs.push(format!(
                    "{}: reported, and lost: {attempt:?}",
                    attempt.function
                )),
            }
        }
    }

    /// Returns the states that a subject may have had during a span.
    fn states(&self, function: &'static str, subject: &Subject, span: Span) -> Vec<Option<&str>> {
        let (Some(steps), Some(changes)) = (
            self.steps.get(&(function, subject.clone())),
            self.changes.get(function),
        ) else {
            return vec![None];
        };
        let possible = |step: &Step| changes[step.change].possible;
        // Those from before the last one that surely was over, to the last one that may have begun.
        let over = steps.partition_point(|step| possible(step).ended < span.begun);
        let begun = steps.partition_point(|step| possible(step).begun < span.ended);
        let before_all = (over == 0).then_some(None);
        let from = over.saturating_sub(1);
        let states = steps[from..begun.max(from)].iter();
        before_all
            .into_iter()
            .chain(states.map(|step| step.state.as_deref()))
            .collect()
    }

    /// Sees that a state of `$LATEST` has a package that somebody wrote as a whole; where people write
    /// into it, it may have another one.
    fn check_code_in(&mut self, function: &str, state: &str) {
        let code = state.split(' ').next_back().unwrap_or_default();
        if function != SCRIBBLED && !self.codes.contains(code) {
            self.wrong(format!("{function}: nobody wrote the package of {state}"));
        }
    }

    fn check_sight(&mut self, sight: &Sight) {
        self.verdict.sights += 1;
        let (function, subject) = (sight.function, &sight.subject);
        let is_edited = EDITED.contains(&function) && *subject == Subject::Latest;
        match &sight.seen {
            // An edit by hand may be what was seen.
            Seen::Is(state) if is_edited => return self.check_code_in(function, state),
            Seen::NotBeginning(_) if is_edited => return,
            _ => {}
        }
        let states = self.states(function, subject, sight.span);
        if !states.iter().any(|state| sight.seen.fits(*state)) {
            let wrong = format!(
                "{function}: {subject:?} was seen as {:?} in {:?}, and was {states:?}",
                sight.seen, sight.span
            );
            self.wrong(wrong);
        }
    }

    /// Sees that a list has what was there all the time, and nothing that was not.
    fn check_listing(&mut self, listing: &Listing) {
        let (function, span) = (listing.function, listing.span);
        for (subject, state) in &listing.found {
            self.check_sight(&Sight {
                function,
                span,
                subject: subject.clone(),
                seen: Seen::Is(state.clone()),
            });
        }
        let known = self.steps.keys().filter(|(owner, _)| *owner == function);
        let missing: Vec<Subject> = known
            .map(|(_, subject)| subject)
            .filter(|subject| listing.kind.has(subject) && !listing.found.contains_key(subject))
            .filter(|subject| !self.states(function, subject, span).contains(&None))
            .cloned()
            .collect();
        for subject in missing {
            self.wrong(format!(
                "{function}: {subject:?} is missing in a list of {span:?}"
            ));
        }
    }

    /// Sees that each edit by hand is found by the next change of `$LATEST`, where no such change was
    /// under way.
    fn check_edits(&mut self, function: &'static str) {
        let records = self.records;
        let edits: Vec<&Edit> = of(function, &records.edits, |edit| edit.function).collect();
        let attempts = of(function, &records.attempts, |attempt| attempt.function);
        let attempts = attempts.filter(|attempt| attempt.action.takes_latest());
        let under_way: Vec<Span> = attempts.map(|attempt| self.reach(attempt)).collect();
        for edit in &edits {
            let is_apart =
                |span: &Span| span.ended < edit.span.begun || span.begun > edit.span.ended;
            let others = edits.iter().filter(|other| other.span != edit.span);
            let mut others = others.filter(|other| other.file == edit.file);
            if under_way.iter().all(is_apart) && others.all(|other| is_apart(&other.span)) {
                self.check_edit(edit);
            }
        }
    }

    fn check_edit(&mut self, edit: &Edit) {
        let takes_latest = |change: &&Change| {
            let attempt = change.attempt.map(|index| &self.records.attempts[index]);
            attempt.is_some_and(|attempt| attempt.action.takes_latest())
        };
        let mut changes = self.changes.get(edit.function).into_iter().flatten();
        let next =
            changes.find(|change| takes_latest(change) && change.span.begun > edit.span.ended);
        let Some(next) = next else { return };
        if next.found_edited.iter().any(|found| found == edit.file) {
            self.verdict.edits_found += 1;
        } else {
            let wrong = format!(
                "{}: {} of {:?} did not find {edit:?}",
                edit.function, next.operation, next.span
            );
            self.wrong(wrong);
        }
    }

    /// Returns how long a change may have been under way: one that was killed, until another one that
    /// began afterwards had finished it.
    fn reach(&self, attempt: &Attempt) -> Span {
        if attempt.outcome != Outcome::Unknown {
            return attempt.span;
        }
        let changes = self.changes.get(attempt.function).into_iter().flatten();
        let later = changes.filter(|change| {
            let later = change.attempt.map(|index| &self.records.attempts[index]);
            later.is_some_and(|later| later.outcome != Outcome::Unknown)
                && change.span.begun > attempt.span.ended
        });
        let ended = later.map(|change| change.span.ended).min();
        Span {
            begun: attempt.span.begun,
            ended: ended.unwrap_or(u64::MAX),
        }
    }
}

impl Action {
    /// Returns whether it looks for edits by hand of `$LATEST`.
    fn takes_latest(&self) -> bool {
        matches!(
            self,
            Self::UpdateCode { .. } | Self::Configure | Self::Publish | Self::Restore
        )
    }
}

impl Kind {
    fn has(self, subject: &Subject) -> bool {
        match subject {
            Subject::Latest | Subject::Version(_) => self == Self::Versions,
            Subject::Alias(_) => self == Self::Aliases,
        }
    }
}

/// Returns whether a line may be this attempt's.
fn is_line_of(line: &Value, attempt: &Attempt) -> bool {
    let alias = &line["Aliases"][0];
    let is_its_action = line["Operation"] == attempt.action.operation()
        && match &attempt.action {
            Action::Create { code } | Action::UpdateCode { code } => {
                line["Latest"]["CodeSha256"] == **code
            }
            Action::SetAlias(pointing) => {
                let description = pointing.description.as_deref();
                let described = alias["To"]["Description"].as_str();
                alias["Name"] == pointing.name
                    && (description.is_none() || description == described)
            }
            Action::DeleteAlias { name } => alias["Name"] == **name,
            Action::DeleteVersion { number } => removed_in(line) == [*number],
            Action::Configure | Action::Publish | Action::Prune | Action::Restore => true,
        };
    let time = line["Time"].as_str().and_then(Timestamp::parse);
    // Two lines never have one time: the later one's may be ahead of the clock.
    let is_in_time = time.is_some_and(|time| {
        time >= attempt.clock.0 && time.milliseconds() <= attempt.clock.1.milliseconds() + 10
    });
    is_its_action
        && is_in_time
        && match &attempt.outcome {
            Outcome::Done(effect) => effect.is_in(line),
            Outcome::Refused => false,
            Outcome::Unknown => true,
        }
}

impl Effect {
    fn is_in(&self, line: &Value) -> bool {
        match self {
            Self::Latest(id) => line["Latest"]["RevisionId"] == **id,
            Self::Version { number, config } => {
                let made = &line["Made"][0];
                made["Version"] == *number && made["ConfigSha256"] == **config
            }
            Self::Alias(id) => line["Aliases"][0]["RevisionId"] == **id,
            Self::Removed(numbers) => removed_in(line) == *numbers,
            Self::AliasGone => line["Aliases"][0].get("To").is_none(),
        }
    }
}

/// Returns those that belong to a function.
fn of<'r, T>(
    function: &'static str,
    records: &'r [T],
    owner: impl Fn(&T) -> &'static str + 'r,
) -> impl Iterator<Item = &'r T> {
    let records = records.iter();
    records.filter(move |record| owner(record) == function)
}

fn codes_in(records: &Records) -> BTreeSet<&str> {
    let uploaded = records
        .attempts
        .iter()
        .filter_map(|attempt| match &attempt.action {
            Action::Create { code } | Action::UpdateCode { code } => Some(code.as_str()),
            _ => None,
        });
    let edits = records.edits.iter();
    let edited = edits.filter_map(|edit| edit.code.as_deref());
    uploaded.chain(edited).collect()
}

fn highest_in(line: &Value) -> u64 {
    line["HighestVersion"].as_u64().unwrap_or_default()
}

fn removed_in(line: &Value) -> Vec<u64> {
    let ranges = line["Removed"].as_array().into_iter().flatten();
    let ends = |range: &Value| [0, 1].map(|end| range[end].as_u64().unwrap_or_default());
    ranges
        .flat_map(|range| {
            let [first, last] = ends(range);
            first..=last
        })
        .collect()
}
