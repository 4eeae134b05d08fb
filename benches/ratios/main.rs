//! What the command costs beside the least that it could cost: `cargo bench` prints the ratios.
//!
//! A time on one machine says little on another, so each is divided by a floor that is measured in
//! the same run: a small program that does only what cannot be left out. Whole processes are timed,
//! one after the other in turn (A B A B …), and what is printed is the median of the ratios round by
//! round, with the least and the greatest. The floors are this very program, run again with
//! `--floor`, so that nothing but Rust is needed.
//!
//! ```text
//! cargo bench                             everything: five minutes, 7 GB of disk
//! cargo bench -- --quick                  three rounds, no 250 MB, no 100,000 versions
//! cargo bench -- sizes start-up           these parts alone
//! cargo bench --features serve -- http uploads
//!                                         the REST API, which only such a build has
//! ```
//!
//! A goal that is not reached is no failure: on a machine that does other work too, the ratios of
//! the small packages move most.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::allow_attributes,
    reason = "printing is what it is for, and files are placed by hand as people do"
)]

mod floors;
mod function;
#[cfg(feature = "serve")]
mod http;
mod lists;
mod measure;
mod memory;
mod parts;
mod table;
#[cfg(feature = "serve")]
mod uploads;
mod verify;

use anyhow::{Context as _, Result, bail};

use parts::{Bench, PARTS};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments
        .next_if(|argument| argument == "--floor")
        .is_some()
    {
        return floors::run(&arguments.collect::<Vec<_>>());
    }
    let mut quick = false;
    let mut is_bench = false;
    let mut chosen = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--bench" => is_bench = true,
            "--quick" => quick = true,
            name => match PARTS.iter().find(|part| part.name == name) {
                Some(part) => chosen.push(part),
                None => bail!("{name} is no part; there are {}, and --quick", names()),
            },
        }
    }
    if !is_bench {
        println!("nothing measured: this is a benchmark, for `cargo bench`");
        return Ok(());
    }
    if chosen.is_empty() {
        chosen = PARTS.iter().collect();
    }
    let bench = Bench::new(quick)?;
    table::print_head(quick);
    for part in chosen {
        (part.run)(&bench).with_context(|| format!("in the part {}", part.name))?;
    }
    Ok(())
}

fn names() -> String {
    PARTS.map(|part| part.name).join(", ")
}
