//! The command lines that both programs are run with.

mod checks;
mod files;
mod lists;
mod outputs;
mod reads;
mod refused;
mod shorthand;
mod waits;
mod writes;

use std::collections::BTreeMap;

/// Environment variables.
pub type Variables = BTreeMap<String, String>;

/// A part of what a command line comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Code,
    Stdout,
    Stderr,
    /// What was asked for.
    Calls,
    /// What stands in the store afterwards.
    Store,
}

/// A command line, without the word `lambda`, as it is written in a shell; variables may lead it.
#[derive(Clone, Copy, Debug)]
pub struct Vector {
    pub line: &'static str,
    /// Where the programs differ on purpose: what the README calls it, and in what.
    pub difference: Option<(&'static str, &'static [Part])>,
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Vector> {
    [
        checks::VECTORS,
        files::VECTORS,
        lists::VECTORS,
        outputs::VECTORS,
        reads::VECTORS,
        refused::VECTORS,
        shorthand::VECTORS,
        waits::VECTORS,
        writes::VECTORS,
    ]
    .into_iter()
    .flatten()
}

/// Both come to the same.
const fn same(line: &'static str) -> Vector {
    Vector {
        line,
        difference: None,
    }
}

/// They differ on purpose.
const fn differs(row: &'static str, parts: &'static [Part], line: &'static str) -> Vector {
    Vector {
        line,
        difference: Some((row, parts)),
    }
}

/// Both say that it is used wrongly, each in its words.
const fn usage(line: &'static str) -> Vector {
    differs("usage", &[Part::Stderr], line)
}

impl Vector {
    /// Returns the line of somebody who tries one.
    pub fn of_ones_own(line: &str) -> Self {
        same(line.to_owned().leak())
    }

    /// Returns the variables and the words.
    pub fn words(&self) -> (Variables, Vec<String>) {
        let mut words = shlex::split(self.line).unwrap_or_else(|| panic!("{}", self.line));
        let is_variable =
            |word: &String| word.starts_with(|letter: char| letter.is_ascii_uppercase());
        let variables = words.iter().take_while(|word| is_variable(word)).count();
        let variables = words.drain(..variables).map(|word| {
            let (name, value) = word.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        (variables.collect(), words)
    }

    /// Returns whether it may change the store.
    pub fn writes(&self) -> bool {
        let reads = ["get-", "list-", "wait"];
        let (_, words) = self.words();
        !words
            .first()
            .is_some_and(|word| reads.iter().any(|read| word.starts_with(read)))
    }
}
