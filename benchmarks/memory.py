"""Measure the peak memory of a dream.

    python benchmarks/memory.py PRESET [WIDTHxHEIGHT ...] [--frames 3] [--set NAME=VALUE]

For each size, or for the preset's own, `artengine dream` renders the preset in a separate process,
and the peak memory of this process is printed, as Linux or macOS counts it. It does not include
ffmpeg's processes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Dream and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("preset")
    parser.add_argument("sizes", nargs="*", metavar="WIDTHxHEIGHT")
    parser.add_argument("--frames", type=int, default=3)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="sets")
    options = parser.parse_args()
    for size in options.sizes or [""]:
        words = [
            options.preset,
            "--frames",
            str(options.frames),
            *(["--size", size] if size else []),
        ]
        for changed in options.sets:
            words += ["--set", changed]
        began = time.monotonic()
        code, peak = peak_of(words)
        if code:
            sys.exit(code)
        print(f"{size or 'own size'}: {peak / 2**20:,.0f} MiB, {time.monotonic() - began:.0f} s")


def peak_of(words: list[str]) -> tuple[int, int]:
    """Dream with these arguments; return the command's exit code and its peak in bytes."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "artengine", "dream", *words]
        process = subprocess.Popen(
            [*command, "-o", str(Path(scratch) / "film.mp4")], stdout=subprocess.DEVNULL
        )
        # `wait` would not return the resource usage of this child.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return process.returncode, used.ru_maxrss * unit


if __name__ == "__main__":
    main()
