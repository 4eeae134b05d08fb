//! The power goes between two changes that commands make to the disk, and what was not flushed is
//! lost or not, each thing by itself: readers find the state before or the state after, what was
//! reported is there, and the next writers go on as if nothing had happened. Each flush is needed: where
//! one is left out, a state is found that is none of these.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::lossy_disk::{Played, Recording, Tree, write};
use crate::outcome::FUNCTION;
use crate::support::{TestStore, sample};
use crate::undisturbed::{
    CONFIGURE, CREATE_ALIAS, DELETE, DELETE_ALIAS, DELETE_VERSION, Exported, LARGE, PRUNE, PUBLISH,
    Packages, RESTORE, ROLLBACK, SMALL, State, UPDATE_ALIAS, Undisturbed, copy_of,
    create_arguments, exported, update_arguments, with_alias, with_moved_alias,
    with_something_to_publish, with_three_versions, with_two_versions,
};

/// How many states of each operation a sample has, at least; of a sequence, one for each step.
const SAMPLE: usize = 3;

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Commands that make a function.
const CREATORS: [&str; 2] = ["create-function", "import"];

/// The file that is edited by hand.
const EDITED: &str = "hello/$LATEST/config.json";

/// Commands that run one after another on a store.
struct Operation {
    name: String,
    prepared: TestStore,
    steps: Vec<Step>,
    /// Files at the end besides those that every function has.
    further: Vec<&'static str>,
    /// The highest number that was given out before, where this is not that of a version that stands.
    given_out: Option<u64>,
}

/// A command, and what happens before it.
struct Step {
    prelude: Prelude,
    arguments: Vec<String>,
}

/// What happens before a command.
#[derive(Clone, Copy)]
enum Prelude {
    Nothing,
    /// The function is described by hand in its file.
    Edit(&'static str),
    /// It is described in a file that was flushed and then replaces the other one.
    FlushedEdit(&'static str),
    /// A command makes this directory, and dies before it flushes it.
    Death(&'static str),
}

impl Step {
    fn of(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Self {
            prelude: Prelude::Nothing,
            arguments,
        }
    }

    fn behind(self, prelude: Prelude) -> Self {
        Self { prelude, ..self }
    }
}

impl Operation {
    fn of(name: &str, prepared: TestStore, arguments: &[&str]) -> Self {
        Self::sequence(name, prepared, vec![Step::of(arguments)])
    }

    fn sequence(name: &str, prepared: TestStore, steps: Vec<Step>) -> Self {
        Self {
            name: name.to_owned(),
            prepared,
            steps,
            further: Vec::new(),
            given_out: None,
        }
    }

    fn having_given_out(self, number: u64) -> Self {
        let given_out = Some(number);
        Self { given_out, ..self }
    }

    fn leaving(self, further: &[&'static str]) -> Self {
        let further = further.to_vec();
        Self { further, ..self }
    }
}

/// A step that ran.
struct Ran<'o> {
    /// The store before it, the edit by hand included.
    before: TestStore,
    arguments: Vec<&'o str>,
    stdout: String,
    /// The point between two changes at which it began.
    start: usize,
    /// The point at which it had reported.
    end: usize,
    /// Whether the edit before it, or before an earlier step, was flushed by none.
    is_edited: bool,
}

/// What must hold of the states of one step.
struct Checked<'r> {
    undisturbed: Undisturbed<'r>,
    ran: &'r Ran<'r>,
}

/// Returns what was done to the disk, and by which steps.
fn run(operation: &Operation) -> (Played, Vec<Ran<'_>>) {
    let mut recording = Recording::on(copy_of(&operation.prepared));
    let (mut all, mut is_edited) = (Vec::new(), false);
    for step in &operation.steps {
        match step.prelude {
            Prelude::Nothing => {}
            Prelude::Edit(description) => {
                recording.edit(EDITED, &described(recording.store(), description));
                is_edited = true;
            }
            Prelude::FlushedEdit(description) => {
                recording.replace(EDITED, &described(recording.store(), description));
            }
            Prelude::Death(directory) => recording.forget_flush(directory),
        }
        let start = recording.point();
        let arguments: Vec<&str> = step.arguments.iter().map(String::as_str).collect();
        let before = copy_of(recording.store());
        let stdout = recording.run(&arguments);
        let end = recording.point();
        let replaces = replaces_latest(&arguments);
        all.push(Ran {
            before,
            arguments,
            stdout,
            start,
            end,
            is_edited,
        });
        is_edited &= !replaces;
    }
    (recording.played(), all)
}

fn described(store: &TestStore, description: &str) -> Vec<u8> {
    let mut config = store.json(EDITED);
    config["Description"] = description.into();
    serde_json::to_vec_pretty(&config).unwrap()
}

fn replaces_latest(arguments: &[&str]) -> bool {
    arguments[0].starts_with("update-function") || arguments[0] == "restore"
}

/// Returns what must hold, step by step.
fn checks<'r>(all: &'r [Ran<'r>], operation: &Operation) -> Vec<Checked<'r>> {
    let mut given_out = operation.given_out;
    let checks = all.iter().map(|ran| {
        let mut undisturbed = Undisturbed::run(&ran.before, &ran.arguments, &operation.further);
        if let Some(number) = given_out {
            undisturbed = undisturbed.having_given_out(number);
        }
        given_out = Some(undisturbed.given_out(State::After));
        Checked { undisturbed, ran }
    });
    checks.collect()
}

impl Checked<'_> {
    fn check(&self, tree: &Tree, printed: &str) -> State {
        let store = write(tree);
        self.edit_again(&store);
        self.undisturbed.check(&store, printed)
    }

    /// An edit by hand that was not flushed may be lost, or half there: it is made again.
    fn edit_again(&self, store: &TestStore) {
        if !self.ran.is_edited || !store.join(EDITED).exists() {
            return;
        }
        let lines = |store: &TestStore| {
            let history = std::fs::read(store.join("hello/history.jsonl")).unwrap();
            history.split(|byte| *byte == b'\n').count()
        };
        let was_committed = lines(store) > lines(&self.ran.before);
        if !(replaces_latest(&self.ran.arguments) && was_committed) {
            std::fs::copy(self.ran.before.join(EDITED), store.join(EDITED)).unwrap();
        }
    }
}

/// The states that a loss of power may leave, by the step that was under way or over, with what it had
/// reported by then.
type States<'r> = BTreeMap<(usize, Tree), &'r str>;

/// Returns the distinct states after these many changes, and how many were built.
fn states_of<'r>(
    played: &Played,
    all: &'r [Ran<'_>],
    points: impl Iterator<Item = usize>,
) -> (States<'r>, usize) {
    let (mut states, mut built) = (States::new(), 0);
    for point in points {
        let (trees, count) = played.states(point);
        built += count;
        let step = all.iter().position(|ran| point <= ran.end).unwrap();
        // All that was changed was changed before the result was printed.
        let printed = if point == all[step].end {
            all[step].stdout.as_str()
        } else {
            ""
        };
        states.extend(trees.into_iter().map(|tree| ((step, tree), printed)));
    }
    (states, built)
}

/// Returns the points between two changes that are looked at: all of them, or as many, spread, beginning
/// with another one for each sample.
fn points_of(played: &Played, taken: Option<usize>) -> Vec<usize> {
    let all = 0..played.points();
    let Some(taken) = taken else {
        return all.collect();
    };
    let step = (played.points() / taken).max(1);
    let number = usize::try_from(sample::number().unwrap_or(0)).unwrap();
    all.skip((number * step / 5) % step).step_by(step).collect()
}

/// Opens each state that a loss of power may leave, or one at each of so many points.
fn lost_anywhere(operation: &Operation, taken: Option<usize>) -> Counts {
    let (played, all) = run(operation);
    let checks = checks(&all, operation);
    let points = points_of(&played, taken);
    let mut counts = Counts::default();
    if taken.is_none() {
        let (states, built) = states_of(&played, &all, points.into_iter());
        for ((step, tree), printed) in &states {
            checks[*step].check(tree, printed);
        }
        counts.add(built, states.len(), states.len());
        return counts;
    }
    for point in points {
        let (states, built) = states_of(&played, &all, std::iter::once(point));
        let ((step, tree), printed) = states.iter().nth(point % states.len()).unwrap();
        checks[*step].check(tree, printed);
        counts.add(built, states.len(), 1);
    }
    counts
}

/// How many states were built, differed from one another, and were opened; none of them was bad.
#[derive(Default)]
struct Counts([usize; 3]);

impl Counts {
    fn add(&mut self, built: usize, distinct: usize, opened: usize) {
        let counts = self.0.iter_mut().zip([built, distinct, opened]);
        counts.for_each(|(count, more)| *count += more);
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [built, distinct, opened] = self.0;
        write!(
            formatter,
            "{built} states built, {distinct} distinct, {opened} opened, 0 bad"
        )
    }
}

/// Loses the power again while the next writer finishes or clears what a first loss left unfinished.
fn lost_twice(operation: &Operation, packages: &Packages) -> Counts {
    let (played, all) = run(operation);
    let checks = checks(&all, operation);
    let points = points_of(&played, sample::number().map(|_| SAMPLE));
    let (states, _) = states_of(&played, &all, points.into_iter());
    let mut unfinished: Vec<_> = states
        .into_iter()
        .filter(|((_, tree), _)| is_unfinished(tree))
        .collect();
    if sample::number().is_some() {
        unfinished.truncate(1);
    }
    let package = packages.package(b'w', SMALL);
    let mut counts = Counts::default();
    for ((step, tree), printed) in unfinished {
        let state = checks[step].check(&tree, printed);
        let prepared = write(&tree);
        let arguments = if prepared.join(FUNCTION).exists() {
            update_arguments(&package, &["--publish"])
        } else if CREATORS.contains(&all[step].arguments[0]) {
            all[step].arguments.clone()
        } else {
            create_arguments(FUNCTION, &package, &[])
        };
        let next = Operation::of("the next writer", prepared, &arguments)
            .leaving(&operation.further)
            .having_given_out(checks[step].undisturbed.given_out(state));
        let Counts([built, distinct, opened]) = lost_anywhere(&next, Some(SAMPLE));
        counts.add(built, distinct, opened);
    }
    counts
}

/// Returns whether a change was begun and is not over, as far as the disk shows it.
fn is_unfinished(tree: &Tree) -> bool {
    tree.iter().any(|(path, file)| {
        let is_torn = file.as_ref().is_some_and(|(bytes, _)| {
            path.ends_with("history.jsonl") && !bytes.is_empty() && !bytes.ends_with(b"\n")
        });
        is_torn || path.extension().is_some_and(|what| what == "change")
    })
}

fn publishing(packages: &Packages) -> Vec<Operation> {
    let sizes = [
        ("publish-version, 1 KB", SMALL),
        ("publish-version, 2 MiB", LARGE),
    ];
    let operation =
        |(name, size)| Operation::of(name, with_something_to_publish(packages, size), &PUBLISH);
    let mut all: Vec<_> = sizes.map(operation).into();
    let prepared = TestStore::made_by_hand(FUNCTION);
    all.push(Operation::of(
        "publish-version, made by hand",
        prepared,
        &PUBLISH,
    ));
    all
}

fn creating(packages: &Packages) -> Vec<Operation> {
    let package = packages.package(b'a', SMALL);
    let operation = |options: &[&str]| {
        let arguments = create_arguments(FUNCTION, &package, options);
        let name = format!("create-function {}", options.join(" "));
        Operation::of(&name, TestStore::nothing(), &arguments)
    };
    let tagged = operation(&["--publish", "--tags", "team=one"]);
    vec![
        operation(&[]),
        operation(&["--publish"]),
        tagged.leaving(&["hello/function.json"]),
    ]
}

fn updating(packages: &Packages) -> Vec<Operation> {
    let prepared = || with_something_to_publish(packages, SMALL);
    let package = packages.package(b'c', SMALL);
    vec![
        Operation::of(
            "update-function-code",
            prepared(),
            &update_arguments(&package, &[]),
        ),
        Operation::of(
            "update-function-code --publish",
            prepared(),
            &update_arguments(&package, &["--publish"]),
        ),
        Operation::of("update-function-configuration", prepared(), &CONFIGURE),
    ]
}

fn restoring_and_pruning(packages: &Packages) -> Vec<Operation> {
    let prepared = |size| with_three_versions(packages, size);
    vec![
        Operation::of("restore, 1 KB", prepared(SMALL), &RESTORE),
        Operation::of("restore, 2 MiB", prepared(LARGE), &RESTORE),
        Operation::of("prune --apply", prepared(SMALL), &PRUNE),
    ]
}

fn deleting(packages: &Packages) -> Vec<Operation> {
    let prepared = || with_two_versions(packages);
    vec![
        Operation::of("delete-function of a version", prepared(), &DELETE_VERSION),
        Operation::of("delete-function", prepared(), &DELETE),
    ]
}

fn changing_an_alias(packages: &Packages) -> Vec<Operation> {
    vec![
        Operation::of("create-alias", with_two_versions(packages), &CREATE_ALIAS),
        Operation::of("update-alias", with_alias(packages), &UPDATE_ALIAS),
        Operation::of("delete-alias", with_alias(packages), &DELETE_ALIAS),
        Operation::of("rollback", with_moved_alias(packages), &ROLLBACK),
    ]
}

fn importing(packages: &Packages) -> Vec<Operation> {
    let Exported {
        function,
        version,
        answers: [answer, _],
        package,
    } = exported(packages);
    let from_aws = ["import", "--from-aws", &answer, "--zip-file", &package];
    let new = |name, arguments: &[&str]| {
        Operation::of(name, TestStore::new(), arguments).leaving(&["store.json"])
    };
    let into = |name, arguments: &[&str]| {
        Operation::of(name, with_something_to_publish(packages, SMALL), arguments)
    };
    vec![
        new("import of a function", &["import", &function]),
        new("import of a version alone", &["import", &version]),
        new("import --from-aws, new", &from_aws),
        into("import into a function", &["import", &version]),
        into("import --from-aws into a function", &from_aws),
    ]
}

type Group = fn(&Packages) -> Vec<Operation>;

/// What commands do by themselves.
const ALL: [Group; 7] = [
    publishing,
    creating,
    updating,
    restoring_and_pruning,
    deleting,
    changing_an_alias,
    importing,
];

/// Commands one after another, with edits by hand between them.
fn sequences(packages: &Packages) -> Vec<Operation> {
    let package = packages.package(b'a', SMALL);
    let other = packages.package(b'b', SMALL);
    let create = create_arguments(FUNCTION, &package, &["--publish"]);
    let update = update_arguments(&other, &["--publish"]);
    let life = vec![
        Step::of(&create),
        Step::of(&PUBLISH).behind(Prelude::Edit("edited once")),
        Step::of(&update),
        Step::of(&CREATE_ALIAS),
        Step::of(&PUBLISH).behind(Prelude::Edit("edited again")),
        Step::of(&UPDATE_ALIAS),
        Step::of(&CONFIGURE),
        Step::of(&RESTORE).behind(Prelude::Edit("edited in vain")),
        Step::of(&DELETE_ALIAS),
        Step::of(&PRUNE),
        Step::of(&DELETE),
        Step::of(&create),
        Step::of(&PUBLISH).behind(Prelude::Edit("edited in another life")),
    ];
    let short = vec![
        Step::of(&update),
        Step::of(&PUBLISH).behind(Prelude::Edit("edited")),
        Step::of(&PRUNE),
    ];
    let two = with_two_versions(packages);
    vec![
        Operation::sequence("the life of a function", TestStore::nothing(), life),
        Operation::sequence(
            "update, edit, publish, prune",
            with_something_to_publish(packages, SMALL),
            short,
        ),
        Operation::sequence(
            "delete, create",
            two,
            vec![Step::of(&DELETE), Step::of(&create)],
        ),
    ]
}

/// Loses the power in each of these operations.
fn all_lost(operations: Group) {
    let packages = Packages::new();
    for operation in operations(&packages) {
        let taken = sample::number().map(|_| SAMPLE.max(operation.steps.len()));
        println!("{}: {}", operation.name, lost_anywhere(&operation, taken));
    }
}

#[test]
fn power_is_lost_while_publishing() {
    all_lost(publishing);
}

#[test]
fn power_is_lost_while_creating() {
    all_lost(creating);
}

#[test]
fn power_is_lost_while_updating() {
    all_lost(updating);
}

#[test]
fn power_is_lost_while_restoring_and_pruning() {
    all_lost(restoring_and_pruning);
}

#[test]
fn power_is_lost_while_deleting() {
    all_lost(deleting);
}

#[test]
fn power_is_lost_while_changing_an_alias() {
    all_lost(changing_an_alias);
}

#[test]
fn power_is_lost_while_importing() {
    all_lost(importing);
}

#[test]
fn power_is_lost_in_sequences() {
    all_lost(sequences);
}

#[test]
fn power_is_lost_again_during_recovery() {
    let packages = Packages::new();
    for operation in ALL.iter().flat_map(|operations| operations(&packages)) {
        let counts = lost_twice(&operation, &packages);
        println!("the writer after {}: {counts}", operation.name);
    }
}

#[test]
fn power_is_lost_while_making_a_store() {
    let mut recording = Recording::on(TestStore::nothing());
    let printed = recording.run(&["init"]);
    let text = recording.store().text("store.json");
    let played = recording.played();
    let mut counts = Counts::default();
    for point in 0..played.points() {
        let (trees, built) = played.states(point);
        for tree in &trees {
            let store = write(tree);
            let is_reported = point + 1 == played.points();
            assert!(is_reported <= store.join("store.json").exists());
            if !store.join("store.json").exists() {
                assert_eq!(store.run(&["init"]).stdout, printed);
            }
            assert_eq!(store.text("store.json"), text);
            store.create(FUNCTION, &[]).succeeded();
        }
        counts.add(built, trees.len(), trees.len());
    }
    println!("init: {counts}");
}

/// Commands on what another one left that died, and behind which what is flushed by hand must stay.
fn after_deaths_and_before_edits(packages: &Packages) -> Vec<Operation> {
    let package = packages.package(b'c', SMALL);
    let Exported {
        version,
        answers: [answer, _],
        package: imported,
        ..
    } = exported(packages);
    let (update, publish) = (
        update_arguments(&package, &[]),
        update_arguments(&package, &["--publish"]),
    );
    let import = ["import", &version];
    let from_aws = ["import", "--from-aws", &answer, "--zip-file", &imported];
    let on_latest: [&[&str]; 5] = [&update, &publish, &CONFIGURE, &import, &from_aws];
    let others: [&[&str]; 7] = [
        &PUBLISH,
        &RESTORE,
        &PRUNE,
        &DELETE_VERSION,
        &CREATE_ALIAS,
        &UPDATE_ALIAS,
        &DELETE_ALIAS,
    ];
    let prepared = |arguments: &[&str]| match arguments[0] {
        "restore" | "prune" => with_three_versions(packages, SMALL),
        "create-alias" | "delete-function" => with_two_versions(packages),
        "rollback" => with_moved_alias(packages),
        "update-alias" | "delete-alias" => with_alias(packages),
        _ => with_something_to_publish(packages, SMALL),
    };
    let after_death = |arguments: &&[&str]| {
        let step = Step::of(arguments).behind(Prelude::Death("hello/.staging"));
        let name = format!("{} after a death", arguments[0]);
        Operation::sequence(&name, prepared(arguments), vec![step])
    };
    let before_edit = |arguments: &&[&str]| {
        let next = Step::of(&PUBLISH).behind(Prelude::FlushedEdit("edited and flushed"));
        let name = format!("{} before an edit", arguments[0]);
        let steps = vec![Step::of(arguments), next];
        Operation::sequence(&name, prepared(arguments), steps)
    };
    let rollback: &[&str] = &ROLLBACK;
    let after = on_latest
        .iter()
        .chain(&others)
        .chain([&rollback])
        .map(after_death);
    let restore: &[&str] = &RESTORE;
    let before = on_latest[..3].iter().chain([&restore]).map(before_edit);
    after.chain(before).collect()
}

/// Says which flush it is: by the command, what is flushed, and which flush of that it is.
fn names_of_flushes(played: &Played, all: &[Ran<'_>]) -> Vec<(usize, String)> {
    let mut counts: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let named = played.flushes().into_iter().filter_map(|flush| {
        let of_step = |ran: &Ran<'_>| (ran.start..ran.end).contains(&flush);
        let step = all.iter().position(of_step)?;
        let path = masked_tokens(&played.flushed_by(flush));
        let count = counts.entry((step, path.clone())).or_default();
        *count += 1;
        let name = format!("{}: {path} {count}", command_of(&all[step]));
        Some((flush, name))
    });
    named.collect()
}

fn command_of(ran: &Ran<'_>) -> String {
    let options = ["--publish", "--from-aws", "--qualifier"];
    let given = ran.arguments.iter().filter(|word| options.contains(word));
    // What is imported is a whole function, or a version.
    let paths = ran.arguments.iter().map(Path::new);
    let archive = paths.filter(|path| path.extension().is_some_and(|what| what == "tar"));
    let archive = archive.filter_map(|path| path.file_name()?.to_str());
    let words = std::iter::once(ran.arguments[0]).chain(given.copied());
    words.chain(archive).collect::<Vec<_>>().join(" ")
}

fn masked_tokens(path: &Path) -> String {
    let names = path.iter().map(|name| {
        let name = name.to_str().unwrap();
        match name.split_once('.') {
            Some((token, what)) if token.len() == 8 && token != "function" => {
                format!("TOKEN.{what}")
            }
            _ => name.to_owned(),
        }
    });
    names.collect::<Vec<_>>().join("/")
}

/// Returns whether a state is one that must not be. The panic that tells so is not printed.
fn is_bad(checked: &Checked<'_>, tree: &Tree, printed: &str) -> bool {
    IS_QUIET.set(true);
    let opened = catch_unwind(AssertUnwindSafe(|| checked.check(tree, printed)));
    IS_QUIET.set(false);
    opened.is_err()
}

/// Keeps panics that are looked for from being printed.
fn be_quiet_when_asked() {
    let printed = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !IS_QUIET.get() {
            printed(panic);
        }
    }));
}

/// Notes which flushes an operation makes, and whether a bad state is found where one of them is left
/// out, or some together, unless that was found already.
fn note_missed(operation: &Operation, noted: &mut BTreeMap<String, bool>) {
    let (played, all) = run(operation);
    let checks = checks(&all, operation);
    let flushes = names_of_flushes(&played, &all);
    let together = left_out_together(&flushes);
    let alone = flushes.into_iter().map(|(flush, name)| (vec![flush], name));
    let mut left_out: Vec<_> = alone.chain(together).collect();
    left_out.retain(|(_, name)| noted.get(name) != Some(&true));
    if left_out.is_empty() {
        return;
    }
    let (good, _) = states_of(&played, &all, 0..played.points());
    for (flushes, name) in left_out {
        let without = played.without(&flushes);
        let is_missed = (flushes[0] + 1..played.points()).any(|point| {
            let (states, _) = states_of(&without, &all, std::iter::once(point));
            states.iter().any(|((step, tree), printed)| {
                let is_good = good
                    .get(&(*step, tree.clone()))
                    .is_some_and(|told| told == printed);
                !is_good && is_bad(&checks[*step], tree, printed)
            })
        });
        let told = if is_missed { "missed" } else { "not missed" };
        println!("{}: without the flush {name}: {told}", operation.name);
        noted.insert(name, is_missed);
    }
}

/// Flushes of which one is enough, by the beginning of the command: none of them is missed alone, and
/// together they are.
const ONE_IS_ENOUGH: [(&str, &[&str]); 3] = [
    // A directory has one name at any time, so that a flush of either place settles the renaming. It is
    // reported after the first two; the others are those of whoever clears what another one left.
    (
        "delete-function",
        &["store/.trash 1", "store 1", "store/.trash 2", "store 2"],
    ),
    // Who makes the directory of the store flushes the one above it, and so does who first writes there,
    // for who made it may have died.
    ("create-function", &[" 1", " 2"]),
    // The second one is for the time that the package is given: without it, the package is hashed again.
    (
        "import function.tar",
        &[
            "store/.staging/TOKEN.function/$LATEST/code.zip 1",
            "store/.staging/TOKEN.function/$LATEST/code.zip 2",
        ],
    ),
];

/// Flushes of which none is needed, not even where all of them are left out. The mark of a creation has
/// the next writer flush the renaming of one that was killed; a loss of power settles that renaming, and
/// then it is all the same whether the mark stands. A history that is imported is flushed once more with
/// the line of the import.
const NONE_IS_NEEDED: [(&str, &[&str]); 5] = [
    ("create-function", &[MARK_MADE, "store/hello/.staging 1"]),
    (
        "import function.tar",
        &[MARK_MADE, "store/hello/.staging 1"],
    ),
    ("import version.tar", &[MARK_MADE]),
    ("import --from-aws", &[MARK_MADE]),
    (
        "import function.tar",
        &["store/.staging/TOKEN.function/history.jsonl 1"],
    ),
];

const MARK_MADE: &str = "store/.staging/TOKEN.function/.staging 1";

/// A flush that no loss of power shows to be left out of these commands. A change whose `.change` stands
/// again is finished again, and removes what was placed by hand since: of the commands that change
/// `$LATEST` that is seen here, and of all by the test of the protocol
/// `flushed::nothing_is_touched_or_finished_before_what_it_needs_is_on_the_disk`.
const FOUND_ELSEWHERE: (&[&str], &str) = (
    &[
        "create-alias",
        "delete-alias",
        "delete-function",
        "import",
        "prune",
        "publish-version",
        "rollback",
        "update-alias",
    ],
    "store/hello/.staging 2",
);

/// Returns which flushes are left out together, as far as an operation has them all.
fn left_out_together(flushes: &[(usize, String)]) -> Vec<(Vec<usize>, String)> {
    let groups = ONE_IS_ENOUGH.iter().chain(&NONE_IS_NEEDED);
    let groups = groups.filter_map(|group| {
        let (found, names): (Vec<usize>, Vec<&str>) = flushes
            .iter()
            .filter(|(_, name)| is_of(name, group))
            .map(|(flush, name)| (*flush, name.as_str()))
            .unzip();
        let are_some = found.len() > 1 && found.len() == group.1.len();
        are_some.then(|| (found, names.join(", ")))
    });
    groups.collect()
}

/// Returns whether a flush is one of these of a command.
fn is_of(name: &str, (beginning, paths): &(&str, &[&str])) -> bool {
    let (command, path) = name.split_once(": ").unwrap();
    command.starts_with(beginning) && paths.contains(&path)
}

/// Returns whether nothing is to be found where just these flushes are left out.
fn are_known_as_unmissed(names: &str) -> bool {
    let names: Vec<&str> = names.split(", ").collect();
    let are_of = |group: &(&str, &[&str])| names.iter().all(|name| is_of(name, group));
    let (commands, path) = FOUND_ELSEWHERE;
    let is_found_elsewhere = |command: &&str| is_of(names[0], &(*command, &[path]));
    NONE_IS_NEEDED.iter().any(are_of)
        || names.len() == 1
            && (ONE_IS_ENOUGH.iter().any(are_of) || commands.iter().any(is_found_elsewhere))
}

#[test]
fn every_flush_is_missed() {
    be_quiet_when_asked();
    let packages = Packages::new();
    let mut noted = BTreeMap::new();
    // A command has a flush of each kind after a death and before an edit; the edit is published.
    let is_sampled = |operation: &Operation| {
        let sampled = [CONFIGURE[0], PUBLISH[0]];
        sampled
            .iter()
            .any(|command| operation.name.starts_with(command))
    };
    let operations: Vec<_> = if sample::number().is_some() {
        let operations = after_deaths_and_before_edits(&packages).into_iter();
        operations.filter(is_sampled).collect()
    } else {
        let groups = std::iter::once(&(after_deaths_and_before_edits as Group)).chain(&ALL);
        groups
            .flat_map(|operations| operations(&packages))
            .collect()
    };
    for operation in &operations {
        note_missed(operation, &mut noted);
    }
    let unmissed: BTreeSet<&String> = noted
        .iter()
        .filter_map(|(name, is_missed)| (!is_missed).then_some(name))
        .collect();
    println!(
        "{} kinds of flushes left out, {} of them missed",
        noted.len(),
        noted.len() - unmissed.len()
    );
    let known: BTreeSet<&String> = noted
        .keys()
        .filter(|names| are_known_as_unmissed(names))
        .collect();
    assert_eq!(unmissed, known);
}
