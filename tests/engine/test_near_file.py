"""Suggestion of a file with a similar name."""

from __future__ import annotations

from pathlib import Path

import pytest

from artengine.near_file import near_file


def test_a_file_with_a_similar_name_is_suggested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("dashcam.mp4", "bikes.mp4", ".dashcan.mp4"):
        (tmp_path / name).touch()
    assert near_file(tmp_path / "dashcan.mp4") == ' (did you mean "dashcam.mp4"?)'
    monkeypatch.chdir(tmp_path)
    assert near_file("Bikes.MP4") == ' (did you mean "bikes.mp4"?)'
    assert not near_file("tree.avi")


@pytest.mark.parametrize("given", ["none/dashcam.mp4", "dashcam.mp4/x", "a\0b", "", "/"])
def test_paths_without_a_readable_folder_have_no_suggestion(given: str) -> None:
    assert not near_file(given)
