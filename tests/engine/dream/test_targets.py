"""Targets of films: existing files are replaced only on request, and inputs never."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from artengine.catalog import Catalog
from artengine.dream.sinks import Sinks
from artengine.dream.takes import takes
from artengine.dream.targets import Target, targets
from artengine.errors import UsageError
from artengine.preset import Preset, load_preset
from artengine.writer import Film
from artengine_plugins.writers.contact_sheet import ContactSheet
from artengine_plugins.writers.mp4 import Mp4
from artengine_plugins.writers.png import Png

PRESET = """
[source]
use = "{use}"
path = "{path}"
[model]
use = "swift"
"""


def load(catalog: Catalog, folder: Path, path: str = "beach.mp4", use: str = "video") -> Preset:
    file = folder / "beach.toml"
    file.write_text(PRESET.format(use=use, path=path))
    return load_preset(file, catalog)


def write_film(folder: Path, *to: Target) -> list[Path]:
    return write_films(to)[0]


def write_films(to: Sequence[Target]) -> tuple[list[Path], dict[Path, Path]]:
    sinks = Sinks(to, Film((16, 16), 10.0, None, "title = 'x'"))
    sinks.write(np.zeros((16, 16, 3), np.uint8))
    return sinks.close(), sinks.kept


def test_a_preset_named_like_its_clip_does_not_overwrite_it(
    catalog: Catalog, tmp_path: Path
) -> None:
    clip = tmp_path / "beach.mp4"
    clip.write_bytes(b"the clip")
    preset = load(catalog, tmp_path)
    for outputs in ([], [clip]):
        to = targets(preset, catalog, outputs, tmp_path)
        (result,) = write_film(tmp_path, *to)
        assert result.name.startswith("beach-")
    assert clip.read_bytes() == b"the clip"
    assert sorted(file.name for file in tmp_path.glob("*.mp4")) == [
        "beach-2.mp4", "beach-3.mp4", "beach.mp4",
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["itself", "symlink", "hard link", "other folder"])
def test_an_input_is_not_replaced_even_with_overwrite(
    how: str, catalog: Catalog, tmp_path: Path
) -> None:
    clip, output = tmp_path / "beach.mp4", tmp_path / "out.mp4"
    clip.write_bytes(b"the clip")
    if how == "itself":
        output = clip
    elif how == "symlink":
        output.symlink_to(clip)
    elif how == "hard link":
        output.hardlink_to(clip)
    else:
        (tmp_path / "linked").symlink_to(tmp_path)
        output = tmp_path / "linked" / "beach.mp4"
    preset = load(catalog, tmp_path)
    with pytest.raises(UsageError, match=r"is not overwritten, because the film is made from .*"):
        targets(preset, catalog, [output], tmp_path, overwrite=True)
    (result,) = write_film(tmp_path, *targets(preset, catalog, [output], tmp_path))
    assert result.name == f"{output.stem}-2.mp4"
    assert clip.read_bytes() == b"the clip"


def test_input_pictures_are_not_replaced(catalog: Catalog, tmp_path: Path) -> None:
    folder = tmp_path / "shots"
    (result,) = write_film(tmp_path, Target(Png(), folder.with_suffix(".png")))
    assert result == folder
    for path in ("shots", "shots/*.png"):
        preset = load(catalog, tmp_path, path, "images")
        with pytest.raises(UsageError, match="is not overwritten"):
            targets(preset, catalog, [tmp_path / "shots.png"], tmp_path, overwrite=True)


def test_a_film_used_as_a_preset_is_not_replaced(catalog: Catalog, tmp_path: Path) -> None:
    recipe = '[source]\nuse = "synthetic"\n[model]\nuse = "swift"\n[[writers]]\nuse = "mp4"\n'
    path = tmp_path / "night.mp4"
    sinks = Sinks([Target(Mp4(), path)], Film((16, 16), 10.0, None, recipe))
    sinks.write(np.zeros((16, 16, 3), np.uint8))
    sinks.close()
    preset = load_preset(path, catalog)
    (target,) = targets(preset, catalog, [], tmp_path)
    assert (target.path, target.take) == (path, 2)
    with pytest.raises(UsageError, match="is not overwritten"):
        targets(preset, catalog, [], tmp_path, overwrite=True)


def test_overwrite_replaces_a_film_and_a_folder_of_frames(catalog: Catalog, tmp_path: Path) -> None:
    preset = load(catalog, tmp_path)
    (tmp_path / "a.mp4").write_bytes(b"yesterday's")
    for output in ("a.mp4", "b.png", "b.png"):
        to = targets(preset, catalog, [tmp_path / output], tmp_path, overwrite=True)
        write_film(tmp_path, *to)
    assert (tmp_path / "a.mp4").stat().st_size > 100
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.mp4", "b", "beach.toml"]
    (tmp_path / "b" / "diary.txt").touch()
    with pytest.raises(UsageError, match=r"diary\.txt\) and is kept"):
        targets(preset, catalog, [tmp_path / "b.png"], tmp_path, overwrite=True)


def test_films_rendered_together_share_a_number(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "beach.mp4").touch()
    (tmp_path / "a.mp4").touch()
    (tmp_path / "a-2.gif").touch()
    to = targets(
        load(catalog, tmp_path), catalog, [tmp_path / "a.mp4", tmp_path / "a.gif"], tmp_path
    )
    assert [target.take for target in to] == [3, 3]
    files, kept = write_films(to)
    assert [file.name for file in files] == ["a-3.mp4", "a-3.gif"]
    # There was no a.gif to keep.
    assert kept == {tmp_path / "a-3.mp4": tmp_path / "a.mp4"}


def test_numbered_names_keep_the_file_extension_and_the_length_limit() -> None:
    def second(writer: Mp4 | ContactSheet | Png, name: str) -> str:
        return next(takes(writer, Path(name), 2)).name

    assert second(Mp4(), "night.mp4") == "night-2.mp4"
    assert second(Mp4(), "night.v1.MOV") == "night.v1-2.MOV"
    assert second(ContactSheet(), "night.sheet.png") == "night-2.sheet.png"
    long = second(Mp4(), "夜" * 83 + ".mp4")
    assert long == "夜" * 83 + "-2.mp4"
    assert len(second(Mp4(), "a" * 251 + ".mp4")) == 255


def test_a_dangling_link_and_a_sidecar_occupy_a_name(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").symlink_to(tmp_path / "gone.mp4")
    (tmp_path / "a-2.mp4.recipe.toml").touch()
    (target,) = targets(load(catalog, tmp_path), catalog, [tmp_path / "a.mp4"], tmp_path)
    assert target.take == 3


def test_two_outputs_of_one_name_are_refused(catalog: Catalog, tmp_path: Path) -> None:
    outputs = [tmp_path / "a.png", tmp_path / "A.jpg"]
    with pytest.raises(UsageError, match="would be the same file"):
        targets(load(catalog, tmp_path), catalog, outputs, tmp_path)


def test_errors_of_long_names_are_short(catalog: Catalog, tmp_path: Path) -> None:
    preset = load(catalog, tmp_path)
    for name in ("a" * 300 + ".mp4", "a." + "b" * 300, "夜" * 90 + ".mp4"):
        with pytest.raises(UsageError) as caught:
            targets(preset, catalog, [Path(name)], tmp_path)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 300
    (result,) = write_film(
        tmp_path, *targets(preset, catalog, [tmp_path / f"{'夜' * 82}.mp4"], tmp_path)
    )
    assert result.exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "an output has no name; write one with an ending, as film.mp4"),
        ("a\nb.mp4", "a b.mp4: the name holds a control character, such as a line feed; choose "),
        ("a\x1b[2J.mp4", "a\\x1b[2J.mp4: the name holds a control character, "),
        ("b.\x7f", "b.\\x7f: the name holds a control character, "),
    ],
)
def test_outputs_without_a_plain_name_are_refused(
    name: str, message: str, catalog: Catalog, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        targets(load(catalog, tmp_path), catalog, [Path(name)], tmp_path)
    assert str(caught.value).startswith(message)


def test_names_are_compared_like_the_file_system_does(catalog: Catalog, tmp_path: Path) -> None:
    clip = tmp_path / "beach.mp4"
    clip.write_bytes(b"the clip")
    if not (tmp_path / "BEACH.MP4").exists():
        pytest.skip("this file system is case-sensitive")
    with pytest.raises(UsageError, match="is not overwritten"):
        targets(
            load(catalog, tmp_path), catalog, [tmp_path / "BEACH.MP4"], tmp_path, overwrite=True
        )


def test_a_failing_writer_is_reported_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    to = [Target(Mp4(), tmp_path / "a.mp4"), Target(Png(), tmp_path / "b.png")]
    sinks = Sinks(to, Film((16, 16), 10.0, None))
    os.kill(sinks._open[0].sink._encoder._process.pid, 9)  # type: ignore[attr-defined]
    sinks._open[0].sink._encoder._process.wait()  # type: ignore[attr-defined]
    for _ in range(300):
        sinks.write(np.zeros((16, 16, 3), np.uint8))
    assert "stopped by signal 9" in caplog.text
    assert caplog.text.rstrip().endswith("; the other files are continued")
    sinks.abort()


def test_a_self_referencing_link_is_no_input(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "loop.png").symlink_to("loop.png")
    preset = load(catalog, tmp_path, "*.png", "images")
    assert targets(preset, catalog, [tmp_path / "film.mp4"], tmp_path, overwrite=True)
