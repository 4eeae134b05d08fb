#!/usr/bin/env python3
"""Measures publishing with lambda-store, with a careful shell script, with git and with the AWS CLI, in turn.

    python3 benches/against_others/compare.py [--rounds N]

Prints a table of times and ratios, and draws publish.svg beside this file. Needs Linux, Rust, Python 3.11
with venv, git, openssl and version 2 of the AWS CLI; the network, once, for the crates and for what
requirements.txt names. All that it makes besides is in target/against_others: the virtual environment stays
there, the packages and what is published do not.
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = ROOT / "target"
CACHE = TARGET / "against_others"
ENVIRONMENT = CACHE / "venv"
PYTHON = str(ENVIRONMENT / "bin/python")
REQUIREMENTS = HERE / "requirements.txt"
INSTALLED = ENVIRONMENT / REQUIREMENTS.name
PROGRAMS = {
    "cargo": "rustup, or Debian's cargo",
    "bash": "Debian's bash",
    "flock": "Debian's util-linux",
    "findmnt": "Debian's util-linux",
    "openssl": "Debian's openssl",
    "cmp": "Debian's diffutils",
    "git": "Debian's git",
}


def main() -> None:
    """Gets ready, and becomes measure.py in the virtual environment."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=9,
        metavar="N",
        help="rounds that count, after one to warm up (default: 9)",
    )
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error("--rounds has to be 1 or more")
    git, aws = find_programs()
    make_environment()
    program = build()
    # Without compiled files beside the sources.
    os.execv(PYTHON, [PYTHON, "-B", str(HERE / "measure.py"), program, git, aws, str(CACHE), str(rounds)])


def find_programs() -> tuple[str, str]:
    """Returns the paths of git and the AWS CLI; ends with what is missing and how to get it."""
    missing = [f"{name} ({source})" for name, source in PROGRAMS.items() if shutil.which(name) is None]
    aws = next(filter(is_version_2, ["/usr/bin/aws", "/usr/local/bin/aws"]), "")
    if not aws:
        missing.append("version 2 of the AWS CLI (Debian's awscli)")
    if importlib.util.find_spec("ensurepip") is None:
        missing.append("ensurepip (Debian's python3-venv)")
    if sys.version_info < (3, 11):
        missing.append("Python 3.11 or later")
    if missing:
        sys.exit(f"missing: {', '.join(missing)}")
    return shutil.which("git") or "", aws


def is_version_2(aws: str) -> bool:
    """Says if this is the AWS CLI of version 2: a version 1 may come first in the PATH."""
    if shutil.which(aws) is None:
        return False
    ran = subprocess.run([aws, "--version"], capture_output=True, text=True, check=False)
    return ran.stdout.startswith("aws-cli/2")


def make_environment() -> None:
    """Makes the virtual environment, unless it has what is required already."""
    if INSTALLED.exists() and INSTALLED.read_text() == REQUIREMENTS.read_text():
        return
    print("Making a virtual environment", file=sys.stderr)
    venv.create(ENVIRONMENT, clear=True, with_pip=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--requirement"]
    subprocess.run([*pip, str(REQUIREMENTS)], check=True)
    shutil.copyfile(REQUIREMENTS, INSTALLED)


def build() -> str:
    """Builds the command as a user does, and returns its path."""
    options = ["--release", "--locked", "--quiet", "--target-dir", str(TARGET)]
    subprocess.run(["cargo", "build", *options], cwd=ROOT, check=True)
    return str(TARGET / "release/lambda-store")


main()
