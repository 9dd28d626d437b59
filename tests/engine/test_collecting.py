"""When garbage is looked for, and what is written though it is not looked for any more."""

from __future__ import annotations

import gc
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
