//! Which words are options and which are their values, as Python's argparse tells them apart for the
//! AWS CLI.
//!
//! The options of every command are taken out first, wherever they stand; then the command takes its
//! own. Both may be abbreviated, and are written out here in full, each with its value, for clap.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use clap::Arg;

use super::globals::{OWN, is_of_every_command};

/// What a word on the command line is to a set of options.
enum Word<'a> {
    /// One of the options, and what follows its `=`.
    Option(&'a Arg, Option<OsString>),
    /// A value, of an option or of none.
    Value,
    /// An option of another set, or of none.
    Other,
}

/// Writes out the options of a command; what is no option of it stays behind them, for clap to tell.
///
/// # Errors
/// If an abbreviation is ambiguous, a value is missing, or a switch has one; in argparse's words.
pub(super) fn settled(
    definition: &clap::Command,
    arguments: Vec<OsString>,
) -> Result<Vec<OsString>, String> {
    let options = definition.get_arguments();
    let (common, own): (Vec<&Arg>, Vec<&Arg>) = options.partition(|arg| is_of_every_command(arg));
    let mut arguments = arguments.into_iter();
    let mut settled: Vec<OsString> = arguments.next().into_iter().collect();
    let words: Vec<OsString> = arguments.collect();
    let words = take(&common, &words, &mut settled)?;
    let rest = take(&own, &words, &mut settled)?;
    settled.extend(rest);
    Ok(settled)
}

/// Takes the options of a set out of words, and returns the others.
fn take(
    options: &[&Arg],
    words: &[OsString],
    settled: &mut Vec<OsString>,
) -> Result<Vec<OsString>, String> {
    let known = words.iter().map(|word| classify(options, word));
    let known: Vec<Word> = known.collect::<Result<_, _>>()?;
    // The values of the last of each list count.
    let mut lists: Vec<(&str, Vec<OsString>)> = Vec::new();
    let mut rest = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let word = &words[at];
        at += 1;
        if word == "--" {
            rest.extend_from_slice(&words[at - 1..]);
            break;
        }
        let Word::Option(arg, given) = &known[at - 1] else {
            rest.push(word.clone());
            continue;
        };
        let name = arg.get_long().unwrap_or_default();
        let following = known[at..].iter().zip(&words[at..]);
        let following = following
            .take_while(|(known, word)| matches!(known, Word::Value) && *word != "--")
            .count();
        let is_list = arg
            .get_num_args()
            .is_some_and(|number| number.max_values() > 1);
        match given {
            Some(_) if !arg.get_action().takes_values() => {
                let given = given.as_deref().unwrap_or_default().to_string_lossy();
                return Err(format!(
                    "argument --{name}: ignored explicit argument {}",
                    super::python::quoted(&given)
                ));
            }
            None if !arg.get_action().takes_values() => settled.push(format!("--{name}").into()),
            given if is_list => {
                let values = match given {
                    Some(value) => vec![value.clone()],
                    None => words[at..at + following].to_vec(),
                };
                at += if given.is_some() { 0 } else { following };
                lists.retain(|(other, _)| *other != name);
                lists.push((name, values));
            }
            Some(value) => settled.push(with_value(name, value)),
            None if following > 0 => {
                settled.push(with_value(name, &words[at]));
                at += 1;
            }
            None if may_be_alone(arg) => settled.push(format!("--{name}").into()),
            None => return Err(format!("argument --{name}: expected one argument")),
        }
    }
    for (name, values) in lists {
        if values.is_empty() {
            settled.push(format!("--{name}").into());
        }
        settled.extend(values.iter().map(|value| with_value(name, value)));
    }
    Ok(rest)
}

fn may_be_alone(arg: &Arg) -> bool {
    arg.get_num_args()
        .is_some_and(|number| number.min_values() == 0)
}

fn with_value(name: &str, value: &OsStr) -> OsString {
    let mut word = OsString::from(format!("--{name}="));
    word.push(value);
    word
}

fn classify<'a>(options: &[&'a Arg], word: &OsStr) -> Result<Word<'a>, String> {
    let bytes = word.as_bytes();
    if !bytes.starts_with(b"-") || bytes.len() == 1 {
        return Ok(Word::Value);
    }
    let text = word.to_string_lossy();
    let (name, _) = text.split_once('=').unwrap_or((&text, ""));
    let equals = bytes.iter().position(|byte| *byte == b'=');
    let value = equals.map(|equals| OsStr::from_bytes(&bytes[equals + 1..]).to_owned());
    if let Some(name) = name.strip_prefix("--") {
        let found = find(options, name)?;
        if let Some(arg) = found {
            return Ok(Word::Option(arg, value));
        }
    }
    Ok(if is_negative_number(&text) || text.contains(' ') {
        Word::Value
    } else {
        Word::Other
    })
}

/// Finds the option of a name, or the only one that begins so.
fn find<'a>(options: &[&'a Arg], name: &str) -> Result<Option<&'a Arg>, String> {
    let names = options.iter().flat_map(|arg| {
        let long = arg.get_long().into_iter();
        let aliases = arg.get_all_aliases().unwrap_or_default();
        let names = long.chain(aliases);
        names.map(|name| (name, *arg))
    });
    let names: Vec<(&str, &Arg)> = names.collect();
    if let Some((_, arg)) = names.iter().find(|(known, _)| *known == name) {
        return Ok(Some(arg));
    }
    let begins = |(known, _): &&(&str, &Arg)| {
        !name.is_empty() && known.starts_with(name) && !OWN.contains(known)
    };
    let found: Vec<&(&str, &Arg)> = names.iter().filter(begins).collect();
    match found.as_slice() {
        [] => Ok(None),
        [(_, arg), others @ ..]
            if others
                .iter()
                .all(|(_, other)| other.get_id() == arg.get_id()) =>
        {
            Ok(Some(arg))
        }
        several => {
            let names = several.iter().map(|(name, _)| format!("--{name}"));
            let names = names.collect::<Vec<_>>().join(", ");
            Err(format!("ambiguous option: --{name} could match {names}"))
        }
    }
}

/// `-1`, `-1.5` and `-.5` are values.
fn is_negative_number(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or_default();
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match number.split_once('.') {
        Some((whole, part)) => are_digits(whole) && !part.is_empty() && are_digits(part),
        None => !number.is_empty() && are_digits(number),
    }
}

#[cfg(test)]
mod tests {
    use clap::{ArgAction, Args as _};

    use super::*;
    use crate::cli::globals::Globals;

    fn words(given: &[&str]) -> Result<Vec<String>, String> {
        let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
        let option = |name: &'static str| Arg::new(name).long(name);
        let definition = clap::Command::new("x").args([
            option("function-name"),
            option("description").alias("descriptive"),
            option("layers").num_args(0..),
            option("qualifier"),
            option("layer-sets"),
            switch("publish"),
            switch("no-publish"),
        ]);
        let definition = Globals::augment_args(definition);
        let given = ["x"].iter().chain(given).map(OsString::from).collect();
        let settled = settled(&definition, given)?;
        let settled = settled.into_iter().skip(1);
        Ok(settled.map(|word| word.into_string().unwrap()).collect())
    }

    #[test]
    fn words_are_told_apart_as_argparse_does() {
        for (given, expected) in [
            (&["--function", "f"][..], &["--function-name=f"][..]),
            (&["--f=g"], &["--function-name=g"]),
            (&["--function-name="], &["--function-name="]),
            (&["--function-name", "-"], &["--function-name=-"]),
            (&["--function-name", "-1.5"], &["--function-name=-1.5"]),
            (&["--function-name", "- x"], &["--function-name=- x"]),
            (&["--function-name=-x"], &["--function-name=-x"]),
            (&["--function-name", "--a b"], &["--function-name=--a b"]),
            (
                &["--function-name", "a", "--pu"],
                &["--function-name=a", "--publish"],
            ),
            (&["--no-pu"], &["--no-publish"]),
            // Those of every command come first.
            (&["--q", "x"], &["--query=x"]),
            (&["--descr", "x"], &["--description=x"]),
            (&["--qual", "x"], &["--qualifier=x"]),
            (&["--de"], &["--debug"]),
            (
                &["--function-name", "--debug", "f"],
                &["--debug", "--function-name=f"],
            ),
            (
                &["--layers", "a", "-1", "- x"],
                &["--layers=a", "--layers=-1", "--layers=- x"],
            ),
            (
                &["--layers", "a", "--region", "r", "b"],
                &["--region=r", "--layers=a", "--layers=b"],
            ),
            (&["--layers", "a", "--layers"], &["--layers"]),
            (&["--layers=a", "b"], &["--layers=a", "b"]),
            (&["--publish", "true"], &["--publish", "true"]),
            // Our own are no abbreviation's.
            (&["--sto", "x"], &["--sto", "x"]),
            (
                &["--store", "x", "--lock-timeout", "-1"],
                &["--store=x", "--lock-timeout=-1"],
            ),
            (&["--", "--layers", "a"], &["--", "--layers", "a"]),
            (&["--unknown", "a", "-h"], &["--unknown", "a", "-h"]),
        ] {
            assert_eq!(words(given).unwrap(), expected, "{given:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_its_words() {
        for (given, said) in [
            (
                &["--function-name"][..],
                "argument --function-name: expected one argument",
            ),
            (
                &["--function-name", "-x"],
                "argument --function-name: expected one argument",
            ),
            (
                &["--function-name", "--debug"],
                "argument --function-name: expected one argument",
            ),
            (&["--region"], "argument --region: expected one argument"),
            (
                &["--publish=true"],
                "argument --publish: ignored explicit argument 'true'",
            ),
            (
                &["--la", "x"],
                "ambiguous option: --la could match --layers, --layer-sets",
            ),
        ] {
            assert_eq!(words(given), Err(said.to_owned()), "{given:?}");
        }
    }
}
