#!/usr/bin/env python3
"""Measures publishing with lambda-store, with a careful shell script, with git and with the AWS CLI, in turn.

    python3 benches/against_others/compare.py [--rounds N]

Prints a table of times and ratios, and draws publish.svg beside this file. Needs Linux, Rust, Python 3.11
with venv, git, openssl and version 2 of the AWS CLI; the network, once, for the crates and for what
requirements.txt names. All that it makes besides is in target/against_others: the virtual environment stays
there, the packages and what is published do not.
"""

import argparse
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = ROOT / "target"
CACHE = TARGET / "against_others"
ENVIRONMENT = CACHE / "venv"
REQUIREMENTS = HERE / "requirements.txt"
INSTALLED = ENVIRONMENT / REQUIREMENTS.name
SIZES = (1 << 10, 10 << 20, 50 << 20, 250 << 20)
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
    """Does all of it, first in the Python that runs this, then in that of the virtual environment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, metavar="N", help="rounds that count, after one to warm up (default: 9)")
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error("--rounds has to be 1 or more")
    git, aws = find_programs()
    if Path(sys.prefix) != ENVIRONMENT:
        make_environment()
        python = str(ENVIRONMENT / "bin/python")
        os.execv(python, [python, *sys.argv])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    compare(build(), git, aws, rounds)


def find_programs() -> tuple[str, str]:
    """Returns the paths of git and the AWS CLI; ends with what is missing and how to get it."""
    missing = [f"{name} ({source})" for name, source in PROGRAMS.items() if shutil.which(name) is None]
    aws = next(filter(is_version_2, ["/usr/bin/aws", "/usr/local/bin/aws"]), "")
    if not aws:
        missing.append("version 2 of the AWS CLI (Debian's awscli)")
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
    pip = [ENVIRONMENT / "bin/python", "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--requirement", REQUIREMENTS], check=True)
    shutil.copyfile(REQUIREMENTS, INSTALLED)


def build() -> Path:
    """Builds the command as a user does, and returns its path."""
    options = ["--release", "--locked", "--quiet", "--target-dir", TARGET]
    subprocess.run(["cargo", "build", *options], cwd=ROOT, check=True)
    return TARGET / "release/lambda-store"


def compare(program: Path, git: str, aws: str, rounds: int) -> None:
    """Measures every size, and shows the figures."""
    import contenders
    import machine
    from plot import plot
    from table import Row, table

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    rows = []
    with contenders.aws_cli(aws) as moto, tempfile.TemporaryDirectory(dir=CACHE) as work:
        everyone = [
            contenders.LambdaStore(program),
            contenders.CarefulScript(),
            contenders.Git(git, "git, not compressing", "core.compression=0"),
            contenders.Git(git, "git"),
            moto,
        ]
        for size in SIZES:
            row = Row(size, {contender.label: [] for contender in everyone})
            measure(everyone, row, rounds, Path(work))
            rows.append(row)
    print(f"\n{rounds} rounds, in turn; medians, and of the ratios the least and the greatest (1 MB is 1,048,576 bytes).")
    print(f"{machine.of_machine(CACHE)}; {machine.of_programs(git, aws)}.\n")
    print(table(rows))
    print("\ngit: `git add` and `git commit` with core.fsync=all. moto keeps all in memory, and flushes nothing.")
    plot(rows, HERE / "publish.svg")


def measure(everyone: list, row, rounds: int, work: Path) -> None:
    """Lets all publish a package of one size, once to warm up, then in turn."""
    from contenders import Refused
    from packages import write_package

    first, package = work / "first.zip", work / "package.zip"
    write_package(first, 1024, seed=0)
    left = list(everyone)
    for number in range(rounds + 1):
        print(f"{row.size:,} bytes, round {number} of {rounds}", file=sys.stderr)
        write_package(package, row.size, seed=number + 1)
        for contender in list(left):
            try:
                took = one_round(contender, work / "place", first, package)
            except Refused as refusal:
                print(f"{contender.label} refused {row.size:,} bytes: {refusal}")
                left.remove(contender)
                continue
            if number > 0:
                row.seconds[contender.label].append(took)


def one_round(contender, place: Path, first: Path, package: Path) -> float:
    """Lets one publish in a place that is made for it, and removed."""
    place.mkdir()
    try:
        contender.prepare(place, first, package)
        took = contender.publish(place)
        contender.check(place, package)
        return took
    finally:
        shutil.rmtree(place)


main()
