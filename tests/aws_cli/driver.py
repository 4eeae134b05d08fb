#!/usr/bin/python3
"""Runs the AWS CLI again and again, without starting it each time.

A line of JSON on stdin is a call: {"arguments": […], "environment": {…}, "directory": …}. A line on
stdout is what it came to: {"code": …, "stdout": …, "stderr": …}. Each call is a process of its own,
forked off this one, which has imported the AWS CLI and read its data: that is what a start costs.
"""

import functools
import json
import os
import sys
import tempfile
import traceback

import awscli.botocore.loaders
import awscli.clidriver

LOADER = awscli.botocore.loaders.JSONFileLoader
LOADER.load_file = functools.lru_cache(maxsize=None)(LOADER.load_file)
# One loader for all sessions: the key of the cache has it in.
LOADER.__eq__ = lambda self, other: type(self) is type(other)
LOADER.__hash__ = lambda self: hash(type(self))


def read_data():
    """Reads what every call reads."""
    loader = awscli.clidriver.create_clidriver().session.get_component("data_loader")
    for name in ["cli", "endpoints", "partitions"]:
        loader.load_data(name)
    loader.list_available_services("service-2")
    for kind in ["service-2", "paginators-1", "waiters-2"]:
        loader.load_service_model("lambda", kind)


def become(call, stdout, stderr):
    """Makes this process what `aws` would be, and runs it."""
    # The import of the AWS CLI added its own data to the path.
    data_path = os.environ["AWS_DATA_PATH"]
    os.environ.clear()
    os.environ.update(call["environment"], AWS_DATA_PATH=data_path)
    os.chdir(call["directory"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(stdout.fileno(), 1)
    os.dup2(stderr.fileno(), 2)
    sys.argv = ["aws", *call["arguments"]]
    return awscli.clidriver.main()


def run(call):
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = become(call, stdout, stderr)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        ran = {"code": os.waitstatus_to_exitcode(status)}
        for name, file in [("stdout", stdout), ("stderr", stderr)]:
            file.seek(0)
            ran[name] = file.read().decode()
        return ran


def main():
    calls = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    read_data()
    for line in calls:
        print(json.dumps(run(json.loads(line))), file=answers, flush=True)


main()
