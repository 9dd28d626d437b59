"""Atomic writes: files are either complete or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from artengine.atomic import atomic_write


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with atomic_write(path) as unfinished:
        unfinished.write_text("new")
        assert path.read_text() == "old"
        assert unfinished.name.startswith(".")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def interrupt_write(path: Path, error: type[BaseException]) -> None:
    with atomic_write(path) as unfinished:
        unfinished.write_text("ne")
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_interrupted_write_keeps_the_old_file(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(error):
        interrupt_write(path, error)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_target_that_cannot_be_replaced_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt" / "in").mkdir(parents=True)
    with pytest.raises(OSError, match=r"a\.txt"), atomic_write(tmp_path / "a.txt") as unfinished:
        unfinished.write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_the_temporary_name_of_a_long_name_fits(tmp_path: Path) -> None:
    path = tmp_path / ("夜" * 83 + ".mp4")
    with atomic_write(path) as unfinished:
        unfinished.write_text("new")
    assert path.read_text() == "new"
