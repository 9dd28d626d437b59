"""Removing recipes from finished files leaves the pictures bit-identical."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artengine.api import Film, Picture, SourceError, Writer, metadata
from artengine.ffmpeg import Decoder
from artengine_plugins.writers import register_writers
from artengine_plugins.writers.mp4 import Mp4

RECIPE = 'title = "é\\n=;#"\n[dream]\nframes = 2\n' * 200
WRITERS = list(register_writers())
FORMATS = [(kind, suffix) for kind in WRITERS for suffix in kind.suffixes]
FILMS = (".mp4", ".m4v", ".mov", ".webm")
PICTURES = [(kind, suffix) for kind, suffix in FORMATS if not suffix.endswith(FILMS)]


def written_file(kind: type[Writer], suffix: str, folder: Path) -> Path:
    path = folder / f"film{suffix}"
    sink = kind().open(path, Film((32, 24), 25.0, 3, RECIPE, "Night"))
    rng = np.random.default_rng(1)
    for _ in range(3):
        sink.write(rng.integers(0, 256, (24, 32, 3), dtype=np.uint8))
    sink.close()
    return path if path.exists() else folder / "film" / f"00000{suffix}"


def pictures(path: Path) -> list[Picture]:
    if path.suffix in FILMS:
        with Decoder(path, (32, 24)) as decoded:
            return list(decoded)
    with Image.open(path) as image:
        pages = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            pages.append(np.asarray(image.convert("RGB")))
        return pages


@pytest.mark.parametrize(("kind", "suffix"), FORMATS, ids=[suffix for _, suffix in FORMATS])
def test_a_stripped_file_has_the_same_pictures_and_no_metadata(
    kind: type[Writer], suffix: str, tmp_path: Path
) -> None:
    path = written_file(kind, suffix, tmp_path)
    assert kind.read_recipe(path) == RECIPE
    before, target = path.read_bytes(), tmp_path / f"plain{suffix}"
    kind.strip_recipe(path, target)
    assert path.read_bytes() == before
    assert kind.read_recipe(target) == ""
    plain = target.read_bytes()
    for secret in (b"frames = 2", b"Night", "frames = 2".encode("utf-16-le")):
        assert secret not in plain
    stripped, expected = pictures(target), pictures(path)
    assert len(stripped) == len(expected)
    for a, b in zip(stripped, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_stripped_film_has_no_title(tmp_path: Path) -> None:
    path = written_file(Mp4, ".mp4", tmp_path)
    assert metadata(path)["title"] == "Night"
    Mp4.strip_recipe(path, tmp_path / "plain.mp4")
    assert not {"title", "comment"} & metadata(tmp_path / "plain.mp4").keys()


@pytest.mark.parametrize(("kind", "suffix"), PICTURES, ids=[suffix for _, suffix in PICTURES])
def test_a_damaged_picture_raises_an_error_of_one_line(
    kind: type[Writer], suffix: str, tmp_path: Path
) -> None:
    path = written_file(kind, suffix, tmp_path)
    whole = path.read_bytes()
    damaged = [b"", whole[:3], whole[:20], whole[:-5]]
    if suffix.endswith((".jpg", ".jpeg")):
        damaged[-1] = b"\xff\xd8\0\0" + whole
    if suffix == ".gif":
        damaged[-1] = whole[:3000]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(SourceError, match=r"cannot be read as a picture: .") as caught:
            kind.strip_recipe(path, tmp_path / f"plain{suffix}")
        assert "\n" not in str(caught.value)
