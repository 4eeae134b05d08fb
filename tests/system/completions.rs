//! Completions as bash, zsh and fish make them of the scripts that are printed for them.
//!
//! Each shell reads its script the way that the README tells, and is asked for many lines in one run.
//! It completes the end of each, and answers with a line of what it offers.

use std::collections::BTreeSet;
use std::process::Command;

use fancy_regex::Regex;

use crate::support::{TestStore, command, listed_commands, run};

/// Calls what bash would call, as bash would.
const BASH: &str = r#"
eval "$(lambda-store completions bash)"
function=$(complete -p lambda-store | sed -E 's/.* -F ([^ ]+) .*/\1/')
while IFS= read -r line; do
    COMP_WORDS=($line)
    case $line in *' ') COMP_WORDS+=('');; esac
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    "$function" lambda-store "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    echo "${COMPREPLY[*]}"
done < asked
"#;

/// Completes on a terminal, as zsh does nowhere else; what is offered is written down instead of shown.
const ZSH: &str = r#"
mkdir functions
lambda-store completions zsh > functions/_lambda-store
cat > asking <<'END'
fpath=($PWD/functions $fpath)
autoload -Uz compinit
compinit -u -D
compadd() {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
        builtin compadd "$@"
    else
        local -a offered
        builtin compadd -A offered "$@"
        print -rn -- "$offered " >> answered
    fi
}
ask() {
    while IFS= read -r line; do
        BUFFER=$line
        CURSOR=$#line
        zle complete-word
        print >> answered
    done < asked
    exit
}
zle -N ask
bindkey '^I' ask
END
zmodload zsh/zpty
zpty terminal zsh -f -i
zpty -w terminal 'source ./asking'
zpty -w -n terminal $'\t'
while zpty -r terminal shown; do :; done
cat answered
"#;

const FISH: &str = "
lambda-store completions fish | source
while read line
    echo (complete -C $line | string replace -r '\\t.*' '')
end < asked
";

/// The shells, what starts each without its user's settings, and what it is asked with.
const SHELLS: [(&str, &[&str], &str); 3] = [
    ("bash", &["--norc", "-c"], BASH),
    ("zsh", &["-f", "-c"], ZSH),
    ("fish", &["--no-config", "-c"], FISH),
];

/// Returns what a shell offers at the end of each line.
fn offered(
    (shell, options, script): (&str, &[&str], &str),
    lines: &[String],
) -> Vec<BTreeSet<String>> {
    let directory = TestStore::nothing();
    std::fs::write(directory.beside("asked"), lines.join("\n") + "\n").unwrap();
    let binary = assert_cmd::cargo::cargo_bin!("lambda-store");
    let inherited = std::env::var("PATH").unwrap();
    let output = Command::new(shell)
        .args(options)
        .arg(script)
        .current_dir(directory.beside(""))
        .env_clear()
        .env("HOME", directory.beside(""))
        .env(
            "PATH",
            format!("{}:{inherited}", binary.parent().unwrap().display()),
        )
        .output()
        .unwrap_or_else(|error| panic!("{shell}, of Debian's package of that name: {error}"));
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let answers = String::from_utf8(output.stdout).unwrap();
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    let offered: Vec<_> = answers.lines().map(words).collect();
    assert_eq!(offered.len(), lines.len(), "{shell}: {answers}");
    offered
}

/// Returns the options that a command's help lists.
fn listed_options(name: &str) -> BTreeSet<String> {
    let option = Regex::new("(?m)^  (?:-[a-z], |    )(--[a-z0-9-]+)").unwrap();
    let help = run(command().args([name, "-h"])).stdout;
    let found = option.captures_iter(help.as_str());
    found.map(|option| option.unwrap()[1].to_owned()).collect()
}

#[test]
fn every_shell_completes_the_options_that_the_help_lists_and_no_hidden_ones() {
    let commands = listed_commands();
    let ask = |name: &String| {
        let behind = |lead: &str| format!("lambda-store {lead}{name} --");
        [behind(""), behind("lambda ")]
    };
    let lines: Vec<String> = commands.iter().flat_map(ask).collect();
    for shell in SHELLS {
        let offered = offered(shell, &lines);
        for (name, offered) in commands.iter().zip(offered.chunks(2)) {
            let listed = listed_options(name);
            assert!(listed.len() > 10, "{listed:?}");
            assert_eq!(offered[0], listed, "{name} in {}", shell.0);
            assert_eq!(offered[1], listed, "lambda {name} in {}", shell.0);
        }
    }
}

#[test]
fn every_shell_completes_commands_and_choices() {
    let expected = [
        ("lambda-store publ", "publish-version"),
        ("lambda-store lambda publ", "publish-version"),
        ("lambda-store --store x lambda publ", "publish-version"),
        ("lambda-store publish-version --code", "--code-sha256"),
        (
            "lambda-store --store x publish-version --code",
            "--code-sha256",
        ),
        ("lambda-store publish-version --color a", "auto"),
        ("lambda-store lambda publish-version --color a", "auto"),
        // fish is told no choices but those of options.
        ("lambda-store help publ", "publish-version"),
        ("lambda-store completions z", "zsh"),
    ];
    for shell in SHELLS {
        let asked = if shell.0 == "fish" { 7 } else { expected.len() };
        let lines: Vec<String> = expected[..asked]
            .iter()
            .map(|(line, _)| (*line).to_owned())
            .collect();
        for ((line, expected), offered) in expected.iter().zip(offered(shell, &lines)) {
            let only = BTreeSet::from([(*expected).to_owned()]);
            assert_eq!(offered, only, "{line} in {}", shell.0);
        }
    }
}
