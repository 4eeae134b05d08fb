"""Runs the rounds, and shows their figures; compare.py gets everything ready and starts it.

measure.py LAMBDA-STORE GIT AWS DIRECTORY ROUNDS
"""

import logging
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from contenders import AwsCli, CarefulScript, Contender, Git, LambdaStore, Refused, aws_cli
from machine import of_machine, of_programs
from packages import write_package
from plot import plot
from table import Row, size_in_words, table

SIZES = (1 << 10, 10 << 20, 50 << 20, 250 << 20)
PLOT = Path(__file__).with_name("publish.svg")


def main(program: str, git: str, aws: str, directory: str, rounds: str) -> None:
    """Measures every size, prints the table and draws the plot."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with aws_cli(aws) as moto, tempfile.TemporaryDirectory(dir=directory) as work:
        everyone = contenders(program, git, moto)
        rows = [measure(everyone, size, int(rounds), Path(work)) for size in SIZES]
    print(f"{rounds} rounds, in turn; medians, and of the ratios the least and the greatest.")
    print(f"{of_machine(Path(directory))}.")
    print(f"{of_programs(git, aws)}.\n")
    print(table(rows))
    print(
        "\n1 MB is 1,048,576 bytes. git adds and commits with core.fsync=all, which leaves out directories."
    )
    print("moto, the server that the AWS CLI talks to, keeps everything in memory: it flushes nothing.")
    plot(rows, PLOT)


def contenders(program: str, git: str, moto: AwsCli) -> list[Contender]:
    """Returns all, with the one that the others are compared with before them."""
    return [
        LambdaStore(program),
        CarefulScript(),
        Git(git, "git, not compressing", "core.compression=0"),
        Git(git, "git"),
        moto,
    ]


def measure(everyone: list[Contender], size: int, rounds: int, work: Path) -> Row:
    """Lets all publish packages of one size in turn, after a round to warm up that does not count."""
    row = Row(size, {contender.label: [] for contender in everyone})
    first, package = work / "first.zip", work / "package.zip"
    write_package(first, min(SIZES), seed=0)
    for number in range(rounds + 1):
        print(f"{size_in_words(size)}, round {number} of {rounds}", file=sys.stderr)
        write_package(package, size, seed=number + 1)
        for contender in list(everyone):
            try:
                took = one_round(contender, work / "place", first, package)
            except Refused as refusal:
                print(f"{contender.label} refused {size_in_words(size)}: {refusal}", file=sys.stderr)
                everyone = [other for other in everyone if other is not contender]
                continue
            if number > 0:
                row.seconds[contender.label].append(took)
    return row


def one_round(contender: Contender, place: Path, first: Path, package: Path) -> float:
    """Lets one publish, in a place that is made for it and removed."""
    place.mkdir()
    try:
        contender.prepare(place, first, package)
        took = contender.publish(place)
        contender.check(place, package)
        return took
    finally:
        shutil.rmtree(place)


main(*sys.argv[1:])
