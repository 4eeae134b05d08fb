"""Those that publish in turn.

Each prepares a place of its own anew, in which version 1 is published and another package waits to be. Then
it is timed publishing that, and has to show version 2 with its bytes.
"""

import filecmp
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

HERE = Path(__file__).parent
NAME = "bench"
ROLE = {"RoleName": NAME, "AssumeRolePolicyDocument": "{}"}
CONFIG = {
    "Runtime": "python3.13",
    "Role": f"arn:aws:iam::123456789012:role/{NAME}",
    "Handler": "app.handler",
}
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class Refused(Exception):
    """A contender does not take a package of this size."""


class Contender(Protocol):
    """One of those that are timed in turn."""

    label: str

    def prepare(self, place: Path, first: Path, package: Path) -> None:
        """Publishes the first package, and puts the other one where it is published from."""

    def publish(self, place: Path) -> float:
        """Publishes, and returns the seconds that it took."""

    def check(self, place: Path, package: Path) -> None:
        """Sees that the package is version 2."""


def environment(place: Path) -> dict[str, str]:
    """Returns the same variables for each, so that no one's settings are measured."""
    return {"PATH": os.environ["PATH"], "HOME": str(place), "LC_ALL": "C.UTF-8"}


def run(command: list[str], variables: dict[str, str]) -> None:
    """Runs a program with nowhere to read from, and a stdout that costs nothing."""
    null = os.open(os.devnull, os.O_RDWR)
    try:
        streams = [(os.POSIX_SPAWN_DUP2, null, stream) for stream in (0, 1)]
        child = os.posix_spawn(command[0], command, variables, file_actions=streams)
        status = wait_for(child)
    finally:
        os.close(null)
    if status != 0:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), command)


def wait_for(child: int) -> int:
    """Waits for a program; one that is not waited for to its end is ended, before its place is removed."""
    try:
        return os.waitpid(child, 0)[1]
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise


def timed(commands: list[list[str]], variables: dict[str, str]) -> float:
    """Times programs one after the other, from the first one's start to the last one's end.

    What others left unwritten is written first, so that their flushes wait for their own bytes alone.
    """
    os.sync()
    began = time.perf_counter()
    for command in commands:
        run(command, variables)
    return time.perf_counter() - began


def check_same(stored: Path, package: Path) -> None:
    """Sees that the bytes of the package are there."""
    if not filecmp.cmp(stored, package, shallow=False):
        raise ValueError(f"{stored} is not what was published")


def place_package(package: Path, directory: Path) -> None:
    """Replaces the package that is published from, as a build does."""
    shutil.copyfile(package, directory / "new.zip")
    (directory / "new.zip").rename(directory / "code.zip")


class LambdaStore:
    """`lambda-store publish-version` of a package that was put under `$LATEST` by hand."""

    label = "lambda-store"

    def __init__(self, program: str) -> None:
        self.program = program

    def prepare(self, place: Path, first: Path, package: Path) -> None:
        """Makes a function by hand, and publishes it."""
        latest = place / NAME / "$LATEST"
        latest.mkdir(parents=True)
        (latest / "config.json").write_text(json.dumps(CONFIG))
        place_package(first, latest)
        self.publish(place)
        place_package(package, latest)

    def publish(self, place: Path) -> float:
        """Publishes the next version."""
        command = [self.program, "--store", str(place), "publish-version", "--function-name", NAME]
        return timed([command], environment(place))

    def check(self, place: Path, package: Path) -> None:
        """Compares the version with the package."""
        check_same(place / NAME / "versions/2/code.zip", package)


class CarefulScript:
    """publish.sh, which lies beside."""

    label = "careful shell script"

    def prepare(self, place: Path, first: Path, package: Path) -> None:
        """Makes a directory as the script wants it, and publishes from it."""
        latest = place / "latest"
        latest.mkdir()
        (latest / "config.json").write_text(json.dumps(CONFIG))
        place_package(first, latest)
        self.publish(place)
        place_package(package, latest)

    def publish(self, place: Path) -> float:
        """Publishes the next version."""
        return timed([[str(HERE / "publish.sh"), str(place)]], environment(place))

    def check(self, place: Path, package: Path) -> None:
        """Compares the version with the package."""
        check_same(place / "versions/2/code.zip", package)


class Git:
    """`git add` and `git commit`, with everything flushed that git can flush."""

    settings: tuple[str, ...] = (
        "core.fsync=all",
        "core.fsyncMethod=fsync",
        "gc.auto=0",
        "maintenance.auto=false",
        "user.name=bench",
        "user.email=bench",
    )

    def __init__(self, program: str, label: str, *settings: str) -> None:
        self.program = program
        self.label = label
        self.settings = (*self.settings, *settings)

    def prepare(self, place: Path, first: Path, package: Path) -> None:
        """Makes a repository with one commit."""
        run(self.git(place, "init", "--quiet"), self.variables(place))
        for setting in self.settings:
            run(self.git(place, "config", *setting.split("=")), self.variables(place))
        (place / "config.json").write_text(json.dumps(CONFIG))
        place_package(first, place)
        self.publish(place)
        place_package(package, place)

    def publish(self, place: Path) -> float:
        """Adds and commits what has changed."""
        add = self.git(place, "add", "code.zip", "config.json")
        commit = self.git(place, "commit", "--quiet", "--message", "Publish")
        return timed([add, commit], self.variables(place))

    def check(self, place: Path, package: Path) -> None:
        """Compares the content of the last commit with the package."""
        committed = place / "committed.zip"
        with committed.open("wb") as out:
            command = self.git(place, "show", "HEAD:code.zip")
            subprocess.run(command, env=self.variables(place), stdout=out, check=True)
        check_same(committed, package)
        run(self.git(place, "rev-parse", "--quiet", "--verify", "HEAD~1"), self.variables(place))

    def git(self, place: Path, *arguments: str) -> list[str]:
        """Returns a command of git in the repository."""
        return [self.program, "-C", str(place), *arguments]

    def variables(self, place: Path) -> dict[str, str]:
        """Returns variables that keep the machine's own settings out."""
        return environment(place) | {"GIT_CONFIG_NOSYSTEM": "1"}


class AwsCli:
    """`aws lambda publish-version`, with moto's server behind it, which keeps everything in memory."""

    label = "AWS CLI, moto"

    def __init__(self, program: str, endpoint: str, functions: BaseClient) -> None:
        self.program = program
        self.endpoint = endpoint
        self.functions = functions

    def prepare(self, place: Path, first: Path, package: Path) -> None:
        """Makes a function with a version, and updates its code."""
        if any(function["FunctionName"] == NAME for function in self.functions.list_functions()["Functions"]):
            self.functions.delete_function(FunctionName=NAME)
        code = {"ZipFile": first.read_bytes()}
        try:
            self.functions.create_function(FunctionName=NAME, Code=code, Publish=True, **CONFIG)
            self.functions.update_function_code(FunctionName=NAME, ZipFile=package.read_bytes())
        except ClientError as error:
            raise Refused(str(error)) from error

    def publish(self, place: Path) -> float:
        """Publishes the next version."""
        command = [
            self.program,
            "--endpoint-url",
            self.endpoint,
            "lambda",
            "publish-version",
            "--function-name",
            NAME,
        ]
        return timed([command], environment(place) | CREDENTIALS)

    def check(self, place: Path, package: Path) -> None:
        """Sees that version 2 is of the size of the package."""
        made = self.functions.get_function_configuration(FunctionName=NAME, Qualifier="2")
        if made["CodeSize"] != package.stat().st_size:
            raise ValueError(f"moto has {made['CodeSize']} bytes of {package}")


@contextmanager
def aws_cli(program: str) -> Iterator[AwsCli]:
    """Starts moto's server for the AWS CLI, and stops it."""
    os.environ.update(CREDENTIALS)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        boto3.client("iam", endpoint_url=endpoint).create_role(**ROLE)
        yield AwsCli(program, endpoint, boto3.client("lambda", endpoint_url=endpoint))
    finally:
        server.stop()
