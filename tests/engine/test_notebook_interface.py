"""Clips from Python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from artengine.catalog import Catalog
from artengine.errors import PresetError, SourceError, UsageError
from artengine.notebook import clip
from artengine.notebook import load_preset as from_python
from artengine.preset import load_preset, parse_preset

PICTURES = [np.full((16, 24, 3), value, np.uint8) for value in (0, 120, 240)]
TABLE = {
    "source": {"use": "synthetic"},
    "model": {"use": "swift"},
    "dream": {"frames": 3},
    "feedback": [{"use": "noise", "amount": {"keys": {"0f": 0.0, "2f": 0.3}}}],
}


@pytest.mark.parametrize(
    ("name", "written", "shown"),
    [
        ("a.mp4", "a.mp4", "<video"),
        ("a.MOV", "a.MOV", "<video"),
        ("a.gif", "a.gif", "<img"),
        ("a.sheet.png", "a.sheet.png", 'src="data:image/png'),
        ("a.png", "a", "a: a folder of frames"),
    ],
)
def test_a_clip_has_the_path_and_html_of_its_file(
    name: str, written: str, shown: str, tmp_path: Path
) -> None:
    result = clip(PICTURES, tmp_path / name)
    assert result.path == tmp_path / written
    assert result.path.exists()
    assert shown in result._repr_html_()


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.gif", "a.webp", "a.png", "a.sheet.jpg"])
def test_a_film_with_a_recipe_is_a_preset(name: str, catalog: Catalog, tmp_path: Path) -> None:
    recipe = parse_preset(TABLE, catalog, name="night").recipe()
    result = clip(PICTURES, tmp_path / name, recipe=recipe).path
    film = result / "00000.png" if result.is_dir() else result
    again = load_preset(film, catalog)
    assert again.recipe() == recipe
    assert again.title == "night"
    assert load_preset(film, catalog, ["dream.frames=7"]).dream.frames == 7


def test_a_film_without_a_recipe_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    clip(PICTURES, tmp_path / "a.gif")
    with pytest.raises(UsageError, match="carries no recipe"):
        load_preset(tmp_path / "a.gif", catalog)
    (tmp_path / "b.gif").write_bytes(b"no film")
    with pytest.raises(SourceError, match="cannot be read"):
        load_preset(tmp_path / "b.gif", catalog)


def test_an_untrusted_film_may_read_no_more_than_an_untrusted_preset(
    catalog: Catalog, tmp_path: Path
) -> None:
    recipe = '[source]\nuse = "video"\npath = "/etc/passwd"\n[model]\nuse = "swift"\n'
    clip(PICTURES, tmp_path / "a.gif", recipe=recipe)
    with pytest.raises(PresetError, match=r"a\.gif: source\.path: .*outside of the folders"):
        load_preset(tmp_path / "a.gif", catalog)
    clip(PICTURES, tmp_path / "b.gif", recipe="holiday = in Spain")
    with pytest.raises(PresetError, match=r"b\.gif: line 1"):
        load_preset(tmp_path / "b.gif", catalog)


@pytest.mark.parametrize("change", ["dream.frame=48", "feedback.nose.amount=1", "frames"])
def test_mistakes_from_python_name_the_function(change: str) -> None:
    with pytest.raises((PresetError, UsageError)) as caught:
        from_python("night-drive", change)
    assert str(caught.value).startswith("load_preset: ")
    assert "--set" not in str(caught.value)
