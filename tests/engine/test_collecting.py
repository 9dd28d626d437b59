"""Garbage collection: its frequency, and flushing files when collection is skipped at exit."""

from __future__ import annotations

import gc
import gzip
import os
from contextlib import suppress
from pathlib import Path

from artengine.collecting import collect_as_usual, collect_rarely, leave_garbage


def test_collect_as_usual_restores_the_thresholds() -> None:
    before = gc.get_threshold()
    collect_rarely()
    assert gc.get_threshold()[0] > before[0]
    collect_as_usual()
    assert gc.get_threshold() == before


def test_open_files_are_flushed(tmp_path: Path) -> None:
    text = (tmp_path / "a.txt").open("w", encoding="utf-8")
    data = (tmp_path / "b.bin").open("wb")
    with text, data:
        text.write("kept")
        data.write(b"kept")
        # Objects imported before the tests are frozen already, and are frozen again afterwards.
        before = gc.get_freeze_count()
        try:
            leave_garbage()
            assert gc.get_freeze_count() > before
        finally:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        assert (tmp_path / "a.txt").read_bytes() == (tmp_path / "b.bin").read_bytes() == b"kept"


def test_an_unclosed_compressed_file_is_completed(tmp_path: Path) -> None:
    text = gzip.open(tmp_path / "a.gz", "wt", encoding="utf-8")  # noqa: SIM115
    text.write("kept")
    try:
        assert leave_garbage()
    finally:
        gc.unfreeze()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"kept"


def test_an_unread_pipe_is_not_waited_for_indefinitely() -> None:
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
