//! Colour on a terminal: `--color`, `NO_COLOR`.

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;

/// The values of `--color`, those of the AWS CLI.
#[derive(Clone, Copy, Default, ValueEnum)]
pub(super) enum Color {
    /// Colour, whatever stdout is.
    On,
    /// No colour.
    Off,
    /// Colour on a terminal, unless the environment says otherwise (`NO_COLOR`, `TERM=dumb`).
    #[default]
    Auto,
}

/// What a text is about, which decides how it looks.
#[derive(Clone, Copy)]
pub(super) enum Tone {
    /// Nothing is to be done.
    Fine,
    /// Something is to be done, or to be looked at.
    Notable,
    /// Something fails, or is gone.
    Bad,
    /// A heading.
    Heading,
    /// Where in a text something stands.
    Place,
    /// A name that somebody gave to something.
    Name,
    /// What is told by the way.
    Aside,
}

/// Gives texts for stdout their colours, or none.
#[derive(Clone, Copy)]
pub(super) struct Painter {
    is_on: bool,
}

impl Painter {
    /// Takes the value of `--color`.
    pub(super) fn new(color: Color) -> Self {
        let is_on = match color {
            Color::On => true,
            Color::Off => false,
            Color::Auto => AutoStream::choice(&std::io::stdout()) != ColorChoice::Never,
        };
        Self { is_on }
    }

    /// Returns whether texts have colours.
    pub(super) fn is_on(self) -> bool {
        self.is_on
    }

    /// Returns a text in the colour of its tone.
    pub(super) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.is_on {
            return text.to_owned();
        }
        let style: Style = match tone {
            Tone::Fine => AnsiColor::Green.on_default(),
            Tone::Notable => AnsiColor::Yellow.on_default(),
            Tone::Bad => AnsiColor::Red.on_default(),
            Tone::Heading => Style::new().bold(),
            Tone::Place => AnsiColor::Cyan.on_default(),
            Tone::Name => AnsiColor::Cyan.on_default().bold(),
            Tone::Aside => Style::new().dimmed(),
        };
        format!("{style}{text}{style:#}")
    }
}
