"""When garbage is looked for, and what is written though it is not looked for any more."""

from __future__ import annotations

import gc
import gzip
import os
from contextlib import suppress
from pathlib import Path

from artengine.collecting import collect_as_usual, collect_rarely, leave_garbage


def test_garbage_is_looked_for_as_usual_again() -> None:
    before = gc.get_threshold()
    collect_rarely()
    assert gc.get_threshold()[0] > before[0]
    collect_as_usual()
    assert gc.get_threshold() == before


def test_what_files_hold_that_are_left_open_is_written(tmp_path: Path) -> None:
    text = (tmp_path / "a.txt").open("w", encoding="utf-8")
    data = (tmp_path / "b.bin").open("wb")
    with text, data:
        text.write("kept")
        data.write(b"kept")
        # What was imported before the tests is frozen already, and is again afterwards.
        before = gc.get_freeze_count()
        try:
            leave_garbage()
            assert gc.get_freeze_count() > before
        finally:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        assert (tmp_path / "a.txt").read_bytes() == (tmp_path / "b.bin").read_bytes() == b"kept"


def test_a_file_that_compresses_is_whole_though_nothing_closes_it(tmp_path: Path) -> None:
    text = gzip.open(tmp_path / "a.gz", "wt", encoding="utf-8")  # noqa: SIM115
    text.write("kept")
    try:
        assert leave_garbage()
    finally:
        gc.unfreeze()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"kept"


def test_a_pipe_that_nobody_reads_is_not_waited_for_without_end() -> None:
    reads, writes = os.pipe()
    full = os.fdopen(writes, "wb", buffering=1 << 20)
    full.write(b"." * (1 << 19))
    try:
        assert not leave_garbage(patience=0.05)
    finally:
        gc.unfreeze()
        os.close(reads)
        with suppress(BrokenPipeError):
            full.close()
