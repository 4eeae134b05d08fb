//! Random changes, stops and edits by hand, each followed by a look at everything.

use lambda_store::store::Store;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use crate::aliases::{AliasEdit, alias_edit, alias_operation};
use crate::attempt::attempt;
use crate::checks::{FUNCTIONS, Published, check_lists, check_recorded_times, expected, see};
use crate::configuration::given;
use crate::model::{CodeTime, Function, Model, Package, Version, short_config};
use crate::operations::{Hash, Operation, Revision};
use crate::packages;
use crate::support::sample;
use crate::world::{
    EARLY, LATE, Missed, Plan, World, files_modified, names_in, overwrite_code, touch_code,
    write_config,
};

const DESCRIPTIONS: [&str; 3] = ["", "first", "grüße \"<&>\"\n"];

#[derive(Debug, Clone)]
enum Action {
    Perform {
        /// Which of the two handles on the store is used.
        handle: usize,
        operation: Operation,
        plan: Plan,
        /// How much of the line reaches the disk, if the stop comes just before its flush.
        torn: Option<u16>,
    },
    Edit(&'static str, Edit),
    /// Milliseconds, back too.
    MoveClock(i64),
    /// All lists, in pages of this size.
    List(i64),
}

/// What people do to files.
#[derive(Debug, Clone)]
enum Edit {
    Describe(&'static str),
    SetTimeout(i64),
    SetMemory(i64),
    RewriteConfig,
    ShortenConfig(&'static str),
    OverwriteCode(Package),
    ReplaceCode { package: Package, keep_times: bool },
    TouchCode,
    PlaceVersion { above: u64, package: Package },
    Alias(AliasEdit),
    RemoveHistory,
    PlaceFunction(Package),
    LeaveSomething,
}

fn function() -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just(FUNCTIONS[0]), 1 => Just(FUNCTIONS[1])]
}

fn description() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&DESCRIPTIONS[..])
}

fn package() -> impl Strategy<Value = Package> {
    prop_oneof![
        6 => (0..3_usize).prop_map(packages::package),
        1 => Just(packages::package(3)),
    ]
}

fn placed_package() -> impl Strategy<Value = Package> {
    prop_oneof![
        4 => package(),
        1 => (0..2_usize).prop_map(packages::package_only_by_hand),
    ]
}

fn revision() -> impl Strategy<Value = Revision> {
    prop_oneof![
        4 => Just(Revision::Any),
        2 => Just(Revision::Present),
        1 => Just(Revision::Former),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let create = (
        function(),
        package(),
        any::<bool>(),
        given(),
        prop::sample::select(vec![vec![], vec![("team", "red"), ("a b", "1/2")]]),
    );
    let create = create.prop_map(|(function, code, publish, given, tags)| Operation::Create {
        function,
        code,
        publish,
        given,
        tags,
    });
    let configure = (function(), given(), revision());
    let configure = configure.prop_map(|(function, given, revision)| Operation::Configure {
        function,
        given,
        revision,
    });
    let architecture = prop_oneof![
        6 => Just(None),
        1 => prop::sample::select(vec![Some("arm64"), Some("x86_64")]),
    ];
    let update = (
        function(),
        package(),
        architecture,
        any::<bool>(),
        prop::bool::weighted(0.1),
        revision(),
    );
    let update = update.prop_map(
        |(function, code, architecture, publish, dry_run, revision)| Operation::Update {
            function,
            code,
            architecture,
            publish,
            dry_run,
            revision,
        },
    );
    let hash = prop_oneof![4 => Just(Hash::Any), 2 => Just(Hash::Right), 1 => Just(Hash::Wrong)];
    let publish = (
        function(),
        prop::option::of(description()),
        hash,
        revision(),
    );
    let publish = publish.prop_map(
        |(function, description, hash, revision)| Operation::Publish {
            function,
            description,
            hash,
            revision,
        },
    );
    let restore = (function(), 1..5_u64, prop::bool::weighted(0.1), revision());
    let restore = restore.prop_map(
        |(function, version, dry_run, revision)| Operation::Restore {
            function,
            version,
            dry_run,
            revision,
        },
    );
    let prune = (function(), 0..4_usize, prop::bool::weighted(0.9));
    let prune = prune.prop_map(|(function, keep_last, apply)| Operation::Prune {
        function,
        keep_last,
        apply,
    });
    let alias = alias_operation(function(), revision(), description());
    prop_oneof![
        1 => create,
        4 => update,
        4 => configure,
        5 => publish,
        3 => restore,
        2 => prune,
        5 => alias,
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => description().prop_map(Edit::Describe),
        1 => prop::sample::select(vec![3, 9]).prop_map(Edit::SetTimeout),
        1 => prop::sample::select(vec![128, 256]).prop_map(Edit::SetMemory),
        1 => Just(Edit::RewriteConfig),
        1 => description().prop_map(Edit::ShortenConfig),
        2 => placed_package().prop_map(Edit::OverwriteCode),
        3 => (placed_package(), any::<bool>())
            .prop_map(|(package, keep_times)| Edit::ReplaceCode { package, keep_times }),
        1 => Just(Edit::TouchCode),
        1 => (1..4_u64, placed_package())
            .prop_map(|(above, package)| Edit::PlaceVersion { above, package }),
        3 => alias_edit(description()).prop_map(Edit::Alias),
        1 => Just(Edit::RemoveHistory),
        1 => placed_package().prop_map(Edit::PlaceFunction),
        1 => Just(Edit::LeaveSomething),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    // Most operations have some twenty steps, the longest over forty.
    let plan = prop_oneof![
        4 => Just(Plan::Work),
        4 => (0..24_u64).prop_map(Plan::StopAfter),
        2 => (0..48_u64).prop_map(Plan::StopAfter),
        2 => (1..32_u64, 1..4_u64).prop_map(|(at, count)| Plan::Fail { at, count }),
    ];
    let torn = prop::option::of(any::<u16>());
    let perform = (0..2_usize, operation(), plan, torn);
    let perform = perform.prop_map(|(handle, operation, plan, torn)| Action::Perform {
        handle,
        operation,
        plan,
        torn,
    });
    let clock = prop_oneof![
        Just(0),
        Just(1),
        1..5000_i64,
        -5000..0_i64,
        Just(-86_400_000),
    ];
    prop_oneof![
        10 => perform,
        4 => (function(), edit()).prop_map(|(function, edit)| Action::Edit(function, edit)),
        2 => clock.prop_map(Action::MoveClock),
        2 => (1..8_i64).prop_map(Action::List),
    ]
}

/// What there is at the beginning: most often a function, or there is little to disturb.
fn first_action() -> impl Strategy<Value = Action> {
    let created = (package(), any::<bool>()).prop_map(|(code, publish)| Action::Perform {
        handle: 0,
        operation: Operation::create(FUNCTIONS[0], code, publish),
        plan: Plan::Work,
        torn: None,
    });
    let placed = placed_package()
        .prop_map(|package| Action::Edit(FUNCTIONS[0], Edit::PlaceFunction(package)));
    prop_oneof![4 => created, 3 => placed, 1 => action()]
}

/// A store and its model, through a sequence of actions.
struct Run {
    world: World,
    model: Model,
    published: Published,
    handles: [Option<Store>; 2],
    is_settled: bool,
}

impl Run {
    fn new(clock: u64) -> Self {
        let world = World::new(clock);
        // A handle on a store that does not stand yet is another test's.
        std::fs::create_dir(world.path()).unwrap();
        Self {
            world,
            model: Model::default(),
            published: Published::default(),
            handles: [None, None],
            is_settled: clock == LATE,
        }
    }

    fn act(&mut self, action: &Action) {
        match action {
            Action::Perform {
                handle,
                operation,
                plan,
                torn,
            } => self.perform(*handle, operation, *plan, *torn),
            Action::Edit(function, edit) => self.edit(function, edit),
            Action::MoveClock(milliseconds) => self.world.move_clock(*milliseconds),
            Action::List(page_size) => check_lists(&self.world, &self.model, *page_size),
        }
        assert_eq!(see(&self.world), expected(&self.world, &self.model));
        self.published.check(&self.world, &self.model);
    }

    fn perform(&mut self, handle: usize, operation: &Operation, plan: Plan, torn: Option<u16>) {
        self.world.set_plan(Plan::Work);
        let store = self.handles[handle].take();
        let store = store.unwrap_or_else(|| self.world.open());
        let mut model = std::mem::take(&mut self.model);
        let known = model.functions.get(operation.function());
        let known = known.map_or(0, |function| function.history.len());
        let tear = |missed: &Missed| {
            let is_before_flush =
                missed.action == "flush" && missed.path.ends_with("history.jsonl");
            if let Some(torn) = torn
                && is_before_flush
                && matches!(plan, Plan::StopAfter(_))
            {
                self.tear_last_line(operation.function(), known, torn);
            }
        };
        let attempt = attempt(&self.world, &mut model, &store, operation, plan, tear);
        self.model = model;
        // A killed process takes its handle with it; one that met an error goes on.
        if attempt.missed.is_none() || matches!(plan, Plan::Fail { .. }) {
            self.handles[handle] = Some(store);
        }
        if attempt.missed.is_none() && attempt.is_changed && operation.looks_at_latest() {
            let name = operation.function();
            let function = &self.model.functions[name];
            check_recorded_times(&self.world, name, function, self.is_settled);
        }
    }

    /// What a power loss leaves of a line that was written and not flushed.
    fn tear_last_line(&self, function: &str, known: usize, torn: u16) {
        let path = self.world.join(function).join("history.jsonl");
        let Ok(content) = std::fs::read(&path) else {
            return;
        };
        let mut lines = content.split_inclusive(|byte| *byte == b'\n');
        let whole: usize = lines.by_ref().take(known).map(<[u8]>::len).sum();
        let written = content.len() - whole;
        if written > 0 {
            let kept = whole + usize::from(torn) % written;
            std::fs::write(&path, &content[..kept]).unwrap();
        }
    }

    fn edit(&mut self, name: &'static str, edit: &Edit) {
        let world = &self.world;
        let directory = world.join(name);
        let latest = directory.join("$LATEST");
        let Some(function) = self.model.functions.get_mut(name) else {
            if let Edit::PlaceFunction(package) = edit {
                std::fs::create_dir_all(&latest).unwrap();
                let config = short_config("by hand");
                write_config(&latest, &config);
                std::fs::write(latest.join("code.zip"), &package.bytes).unwrap();
                let function = Function::by_hand(config, package.clone());
                self.model.functions.insert(name, function);
            }
            return;
        };
        let (code, config) = (latest.join("code.zip"), &mut function.config);
        match edit {
            Edit::Describe(_)
            | Edit::SetTimeout(_)
            | Edit::SetMemory(_)
            | Edit::RewriteConfig
            | Edit::ShortenConfig(_) => {
                // An edit of what a change is about to replace may be lost.
                if world.is_replaced(name, "config.json") {
                    return;
                }
                match edit {
                    Edit::Describe(text) => config["Description"] = (*text).into(),
                    Edit::SetTimeout(seconds) => {
                        config.insert("Timeout".to_owned(), (*seconds).into());
                    }
                    Edit::SetMemory(megabytes) => {
                        config.insert("MemorySize".to_owned(), (*megabytes).into());
                    }
                    Edit::ShortenConfig(text) => *config = short_config(text),
                    _ => {}
                }
                write_config(&latest, config);
            }
            Edit::OverwriteCode(_) | Edit::ReplaceCode { .. } | Edit::TouchCode => {
                if world.is_replaced(name, "code.zip") {
                    return;
                }
                match edit {
                    Edit::OverwriteCode(package) => {
                        overwrite_code(&code, package);
                        function.code = package.clone();
                    }
                    Edit::ReplaceCode {
                        package,
                        keep_times,
                    } => {
                        // The tool's own packages are told by size and modification time alone.
                        let keep_times = *keep_times && function.code_time == CodeTime::ByHand;
                        world.replace_code(&code, package, keep_times);
                        function.code = package.clone();
                    }
                    _ => touch_code(&code),
                }
                function.code_time = CodeTime::ByHand;
            }
            Edit::PlaceVersion { above, package } => {
                let number = function.highest() + above;
                if world.pending(name).is_some() || function.versions.contains_key(&number) {
                    return;
                }
                let version = directory.join(format!("versions/{number}"));
                let config = short_config("placed");
                std::fs::create_dir_all(&version).unwrap();
                write_config(&version, &config);
                std::fs::write(version.join("code.zip"), &package.bytes).unwrap();
                let placed = Version {
                    config,
                    code: package.clone(),
                    files_modified: files_modified(&version),
                };
                function.versions.insert(number, placed);
            }
            Edit::Alias(edit) => {
                // An edit of what a change is about to replace or remove may be lost.
                if world.pending(name).is_none() {
                    edit.make(&directory, function);
                }
            }
            Edit::RemoveHistory => {
                let staged = world.staged(name);
                if function.history.is_empty()
                    || staged.iter().any(|entry| entry.ends_with(".change"))
                {
                    return;
                }
                std::fs::remove_file(directory.join("history.jsonl")).unwrap();
                function.forget_history();
            }
            // Editors and people leave things where they work; a writer's own directory is cleared.
            Edit::LeaveSomething => {
                let staging = directory.join(".staging");
                if staging.exists() {
                    std::fs::write(staging.join("config.json~"), "old").unwrap();
                }
            }
            Edit::PlaceFunction(_) => {}
        }
    }

    /// Lets a writer finish each function, and looks at all files.
    fn finish(mut self) {
        for name in FUNCTIONS {
            if self.model.functions.contains_key(name) {
                let operation = Operation::update(name, packages::package(0), true);
                let perform = Action::Perform {
                    handle: 0,
                    operation,
                    plan: Plan::Work,
                    torn: None,
                };
                self.act(&perform);
            }
        }
        assert!(names_in(&self.world.path()).iter().all(|name| {
            [".staging", ".usage", ".usage.lock", "hello", "other"].contains(&name.as_str())
        }));
    }
}

/// How many sequences a sample has.
const CASES: u32 = 200;
/// How many are tried with `PROOFS=full`; another number with `PROPTEST_CASES`.
const CASES_IN_FULL: u32 = 10_000;

fn configuration() -> ProptestConfig {
    let default = match sample::number() {
        Some(_) => CASES,
        None => CASES_IN_FULL,
    };
    let given = std::env::var("PROPTEST_CASES").ok();
    let cases = given.map_or(default, |given| given.parse().unwrap());
    println!("{cases} random sequences; {CASES_IN_FULL} with PROOFS=full");
    ProptestConfig {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        max_shrink_iters: 2000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(configuration())]

    #[test]
    fn whatever_happens_the_store_is_as_the_model(
        is_late in any::<bool>(),
        first in first_action(),
        actions in prop::collection::vec(action(), 1..30),
    ) {
        let mut run = Run::new(if is_late { LATE } else { EARLY });
        for action in [&first].into_iter().chain(&actions) {
            run.act(action);
        }
        run.finish();
    }
}
