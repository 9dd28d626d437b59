"""Files of masks: relative to the preset, restricted like other files, recorded in recipes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from artengine.catalog import Catalog
from artengine.curves import Clock
from artengine.digest import digest_of
from artengine.preset import Preset, load_preset, to_toml
from artengine.preset.portable import portable, with_digests

Problems = Callable[..., list[str]]


def write(folder: Path, mask: str, chain: str = "output") -> Path:
    file = folder / "p.toml"
    text = f'[source]\nuse = "synthetic"\n[model]\nuse = "convlstm"\n[[{chain}]]\nuse = "invert"\n'
    file.write_text(f'{text}mask = """{mask}"""\n', encoding="utf-8")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A preset's folder with a picture whose left quarter is white."""
    folder = tmp_path / "it's a pack"
    folder.mkdir()
    picture = np.zeros((16, 32, 3), np.uint8)
    picture[:, :8] = 255
    assert cv2.imwrite(str(folder / "left.png"), picture)
    return folder


def mean_of(preset: Preset) -> float:
    frame = np.zeros((16, 32, 3), np.float32)
    return float(preset.output_chain().apply(frame, Clock(0, 24.0), None).mean())


def test_a_file_is_found_next_to_the_preset_and_recorded_by_its_recipe(
    folder: Path, catalog: Catalog
) -> None:
    preset = load_preset(write(folder, "x < 0.5 and file('left.png')"), catalog)
    assert preset.files == {"output.invert.mask": str(folder / "left.png")}
    assert mean_of(preset) == 0.25
    table, paths = portable(preset, folder)
    (short,) = paths
    assert short == "left.png"
    assert table["output"][0]["mask"] == "x < 0.5 and file('left.png')"
    assert digest_of(Path(paths[short])) in with_digests(preset)["output"][0]["mask"]
    again = folder / "again.toml"
    again.write_text(to_toml(table), encoding="utf-8")
    assert mean_of(load_preset(again, catalog)) == 0.25
    moved = preset.with_values({"output.invert.mix": 0.5})
    assert mean_of(moved) == 0.125


@pytest.mark.parametrize(
    ("mask", "chain", "message"),
    [
        ("file('../secret.png')", "output", "outside of the folders that a preset may read"),
        ("file('film.mp4') > 0.5", "state", "film.mp4 is a film, which would be read once for"),
        ("x < file('left.png') + lumma", "output", r"column 24: there is no \"lumma\""),
    ],
)
def test_files_that_a_preset_may_not_read_are_reported(
    mask: str, chain: str, message: str, folder: Path, problems: Problems
) -> None:
    (folder.parent / "secret.png").touch()
    lines = [line for line in problems(write(folder, mask, chain)) if "mask" in line]
    assert len(lines) == 1
    assert message.replace("\\", "") in lines[0].replace("\\", "")
    assert f"{chain}.invert.mask: " in lines[0]


def test_a_folder_with_an_unquotable_name_is_reported(tmp_path: Path, problems: Problems) -> None:
    folder = tmp_path / 'it\'s "ours"'
    folder.mkdir()
    (message,) = problems(write(folder, "file('left.png')"))
    assert message.endswith("holds both kinds of quotes; rename it")
