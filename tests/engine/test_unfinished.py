"""Files are written under temporary names, and leftovers of killed processes are removed."""

import shutil
from itertools import count
from pathlib import Path

import pytest

from artengine.unfinished import Unfinished, remove_leftovers


def names(folder: Path, first: int = 1) -> list[Path]:
    return [folder / f"film-{number}.mp4" for number in range(first, first + 3)]


@pytest.mark.parametrize("name", ["film.mp4", "夜" * 82 + ".mp4", "a" * 251 + ".mp4"])
def test_a_file_is_written_under_a_hidden_name_and_moved(name: str, tmp_path: Path) -> None:
    unfinished = Unfinished(tmp_path / name)
    assert unfinished.folder.name.startswith(".")
    unfinished.path.write_text("new")
    assert unfinished.move(unfinished.path, [tmp_path / name]) == tmp_path / name
    unfinished.remove()
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "new"


@pytest.mark.parametrize("folder", [False, True])
def test_a_file_that_appears_meanwhile_is_not_replaced(folder: bool, tmp_path: Path) -> None:
    unfinished = Unfinished(tmp_path / "film")
    if folder:
        unfinished.path.mkdir()
        (unfinished.path / "0.png").touch()
    else:
        unfinished.path.write_text("new")
    taken = tmp_path / "film"

    def late() -> object:
        # The file appears after the name was chosen, and before the move.
        yield taken
        yield tmp_path / "film-2"

    taken.write_text("old")
    moved = unfinished.move(unfinished.path, late())  # type: ignore[arg-type]
    assert moved == tmp_path / "film-2"
    assert taken.read_text() == "old"


def test_the_final_rename_does_not_replace_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfinished = Unfinished(tmp_path / "film")
    unfinished.path.write_text("new")
    (tmp_path / "film").write_text("old")
    # Pretend that the file did not exist at the check.
    monkeypatch.setattr("artengine.unfinished.os.path.lexists", lambda path: False)
    names = (tmp_path / f"film{number or ''}" for number in count())
    assert unfinished.move(unfinished.path, names) == tmp_path / "film1"
    assert (tmp_path / "film").read_text() == "old"


def test_files_are_moved_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    unfinished = Unfinished(tmp_path / "film")
    unfinished.path.write_text("new")
    assert unfinished.move(unfinished.path, [tmp_path / "film"]).read_text() == "new"


def test_a_replaced_folder_is_restored_if_its_successor_cannot_be_moved(tmp_path: Path) -> None:
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "0.png").write_text("old")
    unfinished = Unfinished(tmp_path / "film")
    with pytest.raises(FileNotFoundError):
        unfinished.replace(unfinished.path, tmp_path / "film")
    assert (tmp_path / "film" / "0.png").read_text() == "old"
    unfinished.path.mkdir()
    unfinished.replace(unfinished.path, tmp_path / "film")
    unfinished.remove()
    assert list((tmp_path / "film").iterdir()) == []


def test_leftovers_of_a_killed_process_are_removed_and_reported(tmp_path: Path) -> None:
    running, killed, kept = (Unfinished(tmp_path / name) for name in ("a.mp4", "b.mp4", "c.mp4"))
    killed.path.write_bytes(bytes(3_000_000))
    killed._lock.close()  # as the operating system does at the end of a process
    kept.keep()
    others = tmp_path / ".mine.0123abcd.part"
    others.mkdir()
    (tmp_path / ".d.mp4.89abcdef.part").write_text("a file")
    removed: list[str] = []
    remove_leftovers(tmp_path, removed.append)
    assert removed == [f"removed {killed.folder}: 3.0 MB that a killed command left"]
    assert running.folder.exists()
    assert kept.folder.exists()
    assert others.exists()
    assert not killed.folder.exists()


def test_a_link_that_looks_like_a_leftover_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / ".lock").touch()
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / ".a.mp4.0123abcd.part").symlink_to(outside)
    remove_leftovers(folder)
    assert (outside / ".lock").exists()


def test_a_missing_folder_is_no_error(tmp_path: Path) -> None:
    unfinished = Unfinished(tmp_path / "a.mp4")
    shutil.rmtree(unfinished.folder)
    unfinished.remove()
    remove_leftovers(tmp_path / "none")
