#!/usr/bin/env python3
"""Makes the folder that AWS_DATA_PATH names: the service model of Lambda of today's botocore.

    make_model.py DIRECTORY

Debian's AWS CLI has a model of its own, which is too old, and reads files that are not compressed only.
What DIRECTORY has already is kept, unless this script is newer. Needs the network and pip, with the
registry that it is set up for. The model is complete once it has its name: it is made beside and renamed.
"""

import gzip
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# What tests/lambda-shapes.json was made of.
BOTOCORE = "botocore==1.44.8"
MODEL = "botocore/data/lambda/"


def main():
    directory = Path(sys.argv[1])
    made = directory / "lambda"
    if made.exists() and made.stat().st_mtime > Path(__file__).stat().st_mtime:
        return
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory) as work:
        options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--dest", work]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, BOTOCORE], check=True)
        model = Path(work) / "lambda"
        with zipfile.ZipFile(next(Path(work).glob("*.whl"))) as wheel:
            for name in filter(lambda name: name.startswith(MODEL), wheel.namelist()):
                content = wheel.read(name)
                path = model / name.removeprefix(MODEL)
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.suffix == ".gz":
                    path, content = path.with_suffix(""), gzip.decompress(content)
                path.write_bytes(content)
        if made.exists():
            os.rename(made, Path(work) / "outdated")
        os.rename(model, made)


main()
