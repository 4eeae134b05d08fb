//! The commands that `aws lambda` has: each option gives a member of an operation's request.
//!
//! What is given becomes a document under the model's names, which is checked as the AWS CLI checks
//! it before any call, and which the operation's request is made of.

use clap::{Arg, ArgAction, ArgMatches, Args as _, FromArgMatches as _};

use super::cli_input::{InputArgs, Skeleton};
use super::commands::Action;
use super::exit::{Failure, Outcome};
use super::globals::Globals;
use super::output::Rendering;
use super::paging::{Paging, PagingArgs};
use super::parameters::Parameters;
use super::python::Dictionary;
use super::{input, notices, refused, skeleton, values};
use crate::api::document::{Document, Value};
use crate::api::shape::Shape;
use crate::store::{PackageSource, Store};

/// A command that `aws lambda` has.
pub(super) struct ApiCommand {
    /// The operation's name in kebab case.
    pub(super) name: &'static str,
    /// The operation's name, as AWS writes it.
    pub(super) operation: &'static str,
    /// The shape of its request.
    pub(super) request: Shape,
    /// Whether its answer is a list that comes in pages.
    pub(super) is_paginated: bool,
    /// What it does, in a line.
    pub(super) about: &'static str,
    /// What is to be known besides; may be empty.
    pub(super) details: &'static str,
    /// Command lines as examples, which a test runs.
    pub(super) examples: &'static str,
    /// Its options, in the order of the help.
    pub(super) options: &'static [&'static [ParameterOption]],
    /// Calls the operation.
    pub(super) run: fn(&Call<'_>) -> Result<Outcome, Failure>,
}

/// An option that gives a member of a request.
pub(super) struct ParameterOption {
    /// The option's name without its dashes.
    option: &'static str,
    /// Another name that the AWS CLI knows and does not show; of a boolean, that of its opposite.
    other: Option<&'static str>,
    /// The member's name in the model; one within another behind a dot.
    member: &'static str,
    value_name: &'static str,
    help: &'static str,
}

/// What a command is called with.
pub(super) struct Call<'a> {
    globals: &'a Globals,
    operation: &'static str,
    /// The members of the request, checked.
    pub(super) parameters: Document,
    /// The deployment package, which may be larger than memory and so is no parameter.
    pub(super) package: Option<PackageSource>,
    /// Which pages of a list are wanted.
    pub(super) paging: Paging,
    /// How the answer is printed.
    pub(super) rendering: Rendering,
}

impl ParameterOption {
    /// Describes the option of this name for a member.
    pub(super) const fn new(
        option: &'static str,
        member: &'static str,
        value_name: &'static str,
        help: &'static str,
    ) -> Self {
        Self {
            option,
            other: None,
            member,
            value_name,
            help,
        }
    }

    /// Describes the options of these names that switch a member on and off.
    pub(super) const fn switch(
        option: &'static str,
        opposite: &'static str,
        member: &'static str,
        help: &'static str,
    ) -> Self {
        Self::new(option, member, "", help).or(opposite)
    }

    /// Gives it another name, which is not shown.
    pub(super) const fn or(self, other: &'static str) -> Self {
        Self {
            other: Some(other),
            ..self
        }
    }

    /// Returns what clap knows of it.
    fn arguments(&self, shape: Shape, is_required: bool) -> Vec<Arg> {
        let argument = Arg::new(self.option).long(self.option).help(self.help);
        if let Shape::Boolean = shape.kind() {
            let switch = argument.action(ArgAction::SetTrue);
            let Some(opposite) = self.other else {
                return vec![switch];
            };
            let off = Arg::new(opposite).long(opposite).hide(true);
            return vec![
                switch.overrides_with(opposite),
                off.action(ArgAction::SetTrue).overrides_with(self.option),
            ];
        }
        let argument = argument
            .value_name(self.value_name)
            .aliases(self.other)
            .required(is_required)
            .action(ArgAction::Set);
        vec![match shape.kind() {
            Shape::List(_) => argument.num_args(0..).action(ArgAction::Append),
            Shape::Integer => argument.allow_negative_numbers(true),
            _ => argument,
        }]
    }

    /// Returns the words that it was given; none for a boolean that is not.
    fn words(&self, shape: Shape, matches: &ArgMatches) -> Option<Vec<String>> {
        if let Shape::Boolean = shape.kind() {
            let is_given = |name: &str| matches.get_flag(name);
            let value = is_given(self.option).then_some("true");
            let value = value.or_else(|| self.other.is_some_and(is_given).then_some("false"));
            return value.map(|value| vec![value.to_owned()]);
        }
        matches.contains_id(self.option).then(|| {
            let words = matches.get_many::<String>(self.option);
            words.unwrap_or_default().cloned().collect()
        })
    }
}

/// The options that a command was given, with their words.
type Given = Vec<(&'static ParameterOption, Vec<String>)>;

impl ApiCommand {
    /// Adds its description and its options to a definition.
    pub(super) fn describe(&self, command: clap::Command) -> clap::Command {
        let required: &[&str] = match self.request {
            Shape::Requiring(required, _) => required,
            _ => &[],
        };
        let arguments = self.options().flat_map(|option| {
            option.arguments(self.shape_of(option), required.contains(&option.member))
        });
        let refused = self.refused().into_iter();
        let refused = refused.map(|(name, _)| Arg::new(name).long(name).num_args(0..).hide(true));
        let command = command.args(arguments).args(refused);
        let command = if self.is_paginated {
            PagingArgs::augment_args(command)
        } else {
            command
        };
        // Last, because a set of options brings words on itself.
        let command = command
            .about(self.about)
            .after_help(format!("Examples:\n{}", self.examples));
        if self.details.is_empty() {
            command
        } else {
            command.long_about(format!("{}\n\n{}", self.about, self.details))
        }
    }

    /// Takes its options, and returns what does what they say.
    pub(super) fn action(&'static self, matches: &mut ArgMatches) -> Result<Action, clap::Error> {
        let mut refused = self.refused();
        refused.retain(|(option, _)| matches.contains_id(option));
        let words_of = |option: &'static ParameterOption| {
            let words = option.words(self.shape_of(option), matches);
            words.map(|words| (option, words))
        };
        let given: Given = self.options().filter_map(words_of).collect();
        let paging = if self.is_paginated {
            PagingArgs::from_arg_matches_mut(matches)?
        } else {
            PagingArgs::default()
        };
        let input = InputArgs::from_arg_matches_mut(matches)?;
        Ok(Box::new(move |globals| {
            refused::refuse(&refused)?;
            self.call(globals, given, &input, paging)
        }))
    }

    fn call(
        &self,
        globals: &Globals,
        given: Given,
        input: &InputArgs,
        paging: PagingArgs,
    ) -> Result<Outcome, Failure> {
        let rendering = globals.rendering(self.operation)?;
        let mut checks = Parameters::default();
        let (mut parameters, package) = self.parameters(given, &mut checks)?;
        let format = globals.cli_binary_format;
        let package = input
            .add_to(&mut parameters, self.request, format)?
            .or(package);
        match input.generate_cli_skeleton {
            Some(Skeleton::Input) => {
                return Ok(Outcome::printed(skeleton::request_json(self.request)));
            }
            Some(Skeleton::YamlInput) => return Ok(Outcome::printed(skeleton::request_yaml(self))),
            Some(Skeleton::Output) | None => {}
        }
        let paging = paging.settle(globals, &mut parameters, &mut checks)?;
        checks.check_request(&parameters, self.request);
        checks.into_result()?;
        refused::check(&parameters)?;
        if input.generate_cli_skeleton.is_some() {
            return Ok(rendering.read(&skeleton::answer(self.operation)));
        }
        if globals.debug {
            notices::understood(self.operation, &parameters);
        }
        (self.run)(&Call {
            globals,
            operation: self.operation,
            parameters,
            package,
            paging,
            rendering,
        })
    }

    /// Makes the members of the request of what was given, in the model's order: the first that is
    /// wrong is told, and the checks tell what they find in this order.
    fn parameters(
        &self,
        mut given: Given,
        checks: &mut Parameters,
    ) -> Result<(Document, Option<PackageSource>), Failure> {
        let mut parameters = Document::default();
        let mut package = None;
        given.sort_by_key(|(option, _)| self.position_of(option));
        for (option, words) in given {
            let (name, shape) = (format!("--{}", option.option), self.shape_of(option));
            let value = match (shape.kind(), words.as_slice()) {
                (Shape::Blob, [word]) => {
                    package = Some(input::zip_package(&name, word)?);
                    Value::string(word)
                }
                (Shape::String, [word]) => match input::named(&name, word)? {
                    Some(input::Named::Bytes(bytes)) => {
                        checks.is_bytes(option.member, &bytes);
                        Value::string("bytes")
                    }
                    Some(input::Named::Text(text)) => Value::string(&text),
                    None => Value::string(word),
                },
                (Shape::Boolean, [word]) => Value::boolean(word == "true"),
                (_, words) => {
                    let (value, dictionary) = values::parse(&name, words, shape)?;
                    if dictionary == Dictionary::Ordered {
                        checks.is_from_json(option.member);
                    }
                    value
                }
            };
            match option.member.split_once('.') {
                Some((outer, inner)) => parameters.set(outer, Value::object([(inner, value)])),
                None => parameters.set(option.member, value),
            }
        }
        Ok((parameters, package))
    }

    /// Returns the options that AWS has and a store refuses, with the reason.
    fn refused(&self) -> Vec<(&'static str, &'static str)> {
        let members = self.request.members().iter();
        let mut refused: Vec<_> = members
            .flat_map(|(name, _)| refused::options_of(name))
            .collect();
        // Several members may be given by one.
        refused.dedup_by_key(|(option, _)| *option);
        refused
    }

    /// Returns whether it takes the option of this name.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.options().any(|option| option.option == name)
    }

    /// Returns the help of the option for a member, by the member's path.
    pub(super) fn help_of(&self, member: &str) -> Option<&'static str> {
        let option = self.options().find(|option| option.member == member)?;
        Some(option.help)
    }

    fn options(&self) -> impl Iterator<Item = &'static ParameterOption> {
        self.options.iter().copied().flatten()
    }

    /// Returns where the AWS CLI has an option's member; one within another comes last.
    fn position_of(&self, option: &ParameterOption) -> usize {
        let mut members = self.request.members().iter();
        let position = members.position(|(known, _)| *known == option.member);
        position.unwrap_or(usize::MAX)
    }

    fn shape_of(&self, option: &ParameterOption) -> Shape {
        let mut shape = self.request;
        for name in option.member.split('.') {
            let members = shape.members();
            let known = members.iter().find(|(known, _)| *known == name);
            shape = known.map_or(Shape::String, |(_, shape)| *shape);
        }
        shape
    }
}

impl Call<'_> {
    /// Opens the store.
    pub(super) fn open_store(&self) -> Result<Store, Failure> {
        self.globals.open_store(self.operation)
    }

    /// Opens the store, which is made if there is none.
    pub(super) fn open_or_make_store(&self) -> Result<Store, Failure> {
        self.globals.open_or_make_store(self.operation)
    }

    /// Says what goes on, where `--debug` asks for it.
    pub(super) fn debug(&self, text: &str) {
        if self.globals.debug {
            notices::debug(text);
        }
    }

    /// Returns a conversion for errors of the operation.
    pub(super) fn failure(&self) -> impl Fn(crate::api::Error) -> Failure + use<> {
        Failure::of(self.operation)
    }
}
