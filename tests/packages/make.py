#!/usr/bin/env python3
"""Makes real deployment packages: of PyPI's and npm's packages with all that they depend on.

    make.py DIRECTORY

What DIRECTORY has already is kept, unless this script is newer. Needs the network, pip and npm, each
with the registry that it is set up for. A package is complete once it has its name: it is made beside
and renamed.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# A package's name, how it is installed, and what. `too-large` is beyond 250 MB once unzipped.
PACKAGES = {
    "pypi.zip": ("pip", ["boto3==1.44.8", "pandas==2.3.2", "numpy==2.2.6"]),
    "npm.zip": ("npm", ["aws-sdk@2.1693.0"]),
    "too-large.zip": ("npm", ["aws-sdk@2.1693.0", "googleapis@188.0.0"]),
}


def install_command(installer, what, target):
    if installer == "npm":
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
        return ["npm", "install", "--silent", *options, "--prefix", target, *what]
    # The wheels that Lambda's python3.13 takes, whatever machine this is.
    platform = ["--platform", "manylinux2014_x86_64", "--python-version", "3.13"]
    options = ["--quiet", "--no-warn-conflicts", "--no-compile", "--only-binary", ":all:", "--root-user-action", "ignore"]
    return [sys.executable, "-m", "pip", "install", *options, *platform, "--target", target, *what]


def pack(directory, path):
    """Zips what stands below a directory: the same files make the same bytes."""
    files = sorted(file for file in Path(directory).rglob("*") if file.is_file())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(str(file.relative_to(directory)), (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, file.read_bytes())


def make(directory, name):
    made = directory / name
    if made.exists() and made.stat().st_mtime > Path(__file__).stat().st_mtime:
        return
    with tempfile.TemporaryDirectory(dir=directory) as work:
        installed = os.path.join(work, "installed")
        os.mkdir(installed)
        subprocess.run(install_command(*PACKAGES[name], installed), check=True)
        pack(installed, os.path.join(work, name))
        os.rename(os.path.join(work, name), made)


def main():
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        for made in [pool.submit(make, directory, name) for name in PACKAGES]:
            made.result()


main()
