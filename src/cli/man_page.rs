//! Man pages, made of the definitions that the help is made of.

use std::io;

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::exit::EXIT_CODES;
use super::whole_definition;

/// What stands before the examples in what a command's help ends with.
const EXAMPLES: &str = "Examples:\n";

/// A page of the manual.
pub(super) struct ManPage {
    /// The name of its file, such as `lambda-store-status.1`.
    pub(super) file_name: String,
    /// Its text, for the macros of man.
    pub(super) text: Vec<u8>,
}

/// Returns the page of the tool and those of all commands.
///
/// # Errors
/// Of writing, which is to memory only.
pub(super) fn man_pages() -> io::Result<Vec<ManPage>> {
    let mut tool = whole_definition();
    // Gives each command its whole name.
    tool.build();
    let mut pages = Vec::new();
    add_pages(&tool, None, &mut pages)?;
    Ok(pages)
}

/// Adds the page of a command, and those of the commands within.
fn add_pages(
    command: &clap::Command,
    within: Option<&str>,
    pages: &mut Vec<ManPage>,
) -> io::Result<()> {
    pages.push(man_page(command, within)?);
    for subcommand in command.get_subcommands() {
        add_pages(subcommand, Some(name(command)), pages)?;
    }
    Ok(())
}

/// Returns the name of a command's page.
fn name(command: &clap::Command) -> &str {
    let whole = command.get_display_name();
    whole.unwrap_or_else(|| command.get_name())
}

fn man_page(command: &clap::Command, within: Option<&str>) -> io::Result<ManPage> {
    let man = Man::new(with_short_usage(command.clone()))
        .title(name(command).to_uppercase())
        // No date: one that is empty is not quoted by itself.
        .date("\"\"")
        .source(concat!(
            env!("CARGO_PKG_NAME"),
            " ",
            env!("CARGO_PKG_VERSION")
        ))
        .manual("lambda-store manual");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    let mut end = Roff::new();
    add_examples(&mut end, command);
    add_exit_status(&mut end);
    if let Some(within) = within {
        end.control("SH", ["SEE ALSO"]);
        end.text([bold(within), roman("(1)")]);
    }
    end.to_writer(&mut text)?;
    Ok(ManPage {
        file_name: man.get_filename(),
        text,
    })
}

/// Gives a command the usage of its help, where most options are only `[OPTIONS]`.
fn with_short_usage(mut command: clap::Command) -> clap::Command {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    command.override_usage(usage)
}

fn add_examples(page: &mut Roff, command: &clap::Command) {
    let after = command.get_after_help().map(ToString::to_string);
    let Some(examples) = after
        .as_deref()
        .and_then(|after| after.strip_prefix(EXAMPLES))
    else {
        return;
    };
    page.control("SH", ["EXAMPLES"]).control("EX", []);
    for line in examples.lines() {
        page.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    page.control("EE", []);
}

fn add_exit_status(page: &mut Roff) {
    page.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in EXIT_CODES {
        page.control("TP", []);
        page.text([bold(code.to_string())]);
        page.text([roman(meaning)]);
    }
}
