"""Packages to publish: zips of an exact size, of bytes that nothing compresses, the same in every run."""

import random
import zipfile
from pathlib import Path

PIECE = 1 << 20
ENTRY = "data.bin"
# A zip file of one stored entry is its content and this.
OVERHEAD = 30 + 46 + 22 + 2 * len(ENTRY)


def write_package(path: Path, size: int, seed: int) -> None:
    """Writes a package of this many bytes; another seed makes another one."""
    source = random.Random(seed)
    left = size - OVERHEAD
    with zipfile.ZipFile(path, "w") as package, package.open(zipfile.ZipInfo(ENTRY), "w") as entry:
        while left > 0:
            entry.write(source.randbytes(min(left, PIECE)))
            left -= PIECE
    if path.stat().st_size != size:
        raise ValueError(f"a package of {size} bytes came out as {path.stat().st_size}")
