"""The machine and the programs, in words, without names that tell whose they are."""

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path


def first_line(*command: str) -> str:
    """Returns the first line that a program prints."""
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()[0]


def of_machine(directory: Path) -> str:
    """Says what the figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kernel = re.match(r"\d+\.\d+", platform.release())
    system = first_line("findmnt", "--noheadings", "--output", "FSTYPE", "--target", str(directory))
    flags = Path("/proc/cpuinfo").read_text()
    hashing = "with" if re.search(r"\b(sha_ni|sha2)\b", flags) else "without"
    return (
        f"{os.cpu_count()} cores {hashing} instructions for SHA-256, {memory:.0f} GiB of memory, "
        f"{system.strip()}, Linux {kernel[0] if kernel else 'of unknown version'}"
    )


def of_programs(git: str, aws: str) -> str:
    """Says which versions were measured."""
    names = [
        first_line("bash", "--version").split(" (")[0],
        " ".join(first_line("openssl", "version").split()[:2]),
    ]
    return ", ".join(
        [
            *names,
            first_line(git, "--version"),
            first_line(aws, "--version").split()[0],
            f"moto {version('moto')}",
        ]
    )
