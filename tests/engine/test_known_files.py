"""Files found by their digest: a changed file is never found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from artengine import folders, known_files
from artengine.digest import digest_of
from artengine.known_files import find_file, note_files


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file in it, and an empty index elsewhere."""
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "home"))
    (tmp_path / "clips" / "deep").mkdir(parents=True)
    (tmp_path / "clips" / "deep" / "ride.mp4").write_bytes(b"ride")
    return tmp_path / "clips"


def index() -> list[str]:
    return (folders.home() / "digests.txt").read_text(encoding="utf-8").splitlines()


def test_a_recorded_file_is_found_until_it_changes(places: Path) -> None:
    ride, copy = places / "deep" / "ride.mp4", places / "copy.mp4"
    digest = digest_of(ride)
    assert find_file(digest, ".mp4") is None
    note_files([ride, places, places / "gone.mp4", "a\nb.mp4"])
    note_files([str(ride)])
    assert len(index()) == 1
    assert find_file(digest, ".mov") == ride
    shutil.copy(ride, copy)
    note_files([copy])
    assert find_file(digest, ".mp4") == copy
    copy.write_bytes(b"other")
    assert find_file(digest, ".mp4") == ride
    ride.unlink()
    assert find_file(digest, ".mp4") is None


def test_folders_are_searched_once(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ride = places / "deep" / "ride.mp4"
    (places / "other.mp4").write_bytes(b"other")
    digest = digest_of(ride)
    assert find_file(digest, ".weights.h5", [places]) is None
    assert find_file(digest, ".mp4", [places], size=9) is None
    assert find_file(digest, ".MP4", [places.parent / "gone", places], size=4) == ride
    assert find_file(digest, ".mp4") == ride
    # Recorded files that have not changed are not read again.
    assert find_file("sha256:none", ".mp4", [places]) is None
    monkeypatch.delattr(known_files, "digest_of")
    assert find_file("sha256:none", ".mp4", [places]) is None


def test_invalid_lines_of_the_index_are_ignored(places: Path) -> None:
    ride = places / "deep" / "ride.mp4"
    folders.home().mkdir()
    (folders.home() / "digests.txt").write_bytes(
        b"\xff\t\nsha256:x\tmany\tno\tpath\n\n" + b"a" * 99
    )
    note_files([ride])
    assert find_file(digest_of(ride), ".mp4") == ride


def test_a_long_index_is_truncated(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_files, "MOST_LINES", 4)
    for number in range(5):
        (places / f"{number}.mp4").write_text(str(number), encoding="utf-8")
        note_files([places / f"{number}.mp4"])
    assert [line.rpartition("/")[2] for line in index()] == ["3.mp4", "4.mp4"]


def test_an_unwritable_home_is_no_error(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTENGINE_HOME", str(places / "deep" / "ride.mp4" / "home"))
    note_files([places / "deep" / "ride.mp4"])
    assert find_file(digest_of(places / "deep" / "ride.mp4"), ".mp4") is None
