"""The images source: order, kinds of pictures, rates and ends."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from artengine.api import SourceError
from artengine_plugins.sources.images import Images


def grey(path: Path, value: int, size: tuple[int, int] = (8, 6)) -> None:
    Image.new("RGB", size, (value, value, value)).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in (10, 9, 1, 2, 100):
        grey(tmp_path / f"shot{number}.png", number)
    (tmp_path / "notes.txt").write_text("no picture")
    grey(tmp_path / ".hidden.png", 255)
    return tmp_path


def values(
    path: Path, count: int, start: int = 0, fps: float | None = None, **more: Any
) -> list[int]:
    footage = Images(path=str(path), **more).open(fps=fps)
    return [int(picture[0, 0, 0]) for picture in islice(footage.frames(start), count)]


def test_natural_order_and_ends(folder: Path) -> None:
    order = [1, 2, 9, 10, 100]
    assert values(folder, 12) == (order * 3)[:12]
    assert values(folder, 12, at_end="stop") == order
    assert values(folder, 12, at_end="ping-pong") == [1, 2, 9, 10, 100, 10, 9, 2, 1, 2, 9, 10]
    assert values(folder, 4, start=7, at_end="ping-pong") == [2, 1, 2, 9]
    assert values(folder, 4, start=8) == [10, 100, 1, 2]
    assert Images(path=str(folder)).open().length == 5
    once = Images(path=str(folder)).once().open()
    assert len(list(once.frames(2))) == 3


def test_patterns_and_single_pictures(folder: Path) -> None:
    assert values(folder / "shot1*.png", 9, at_end="stop") == [1, 10, 100]
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    grey(deep / "x.jpg", 50)
    assert values(folder / "**" / "*.jpg", 9, at_end="stop") == [50]
    assert values(folder / "shot9.png", 3) == [9, 9, 9]


def test_links_that_lead_out_are_passed_over(folder: Path, tmp_path_factory: Any) -> None:
    other = tmp_path_factory.mktemp("other")
    grey(other / "secret.png", 77)
    (folder / "shot3.png").symlink_to(other / "secret.png")
    (folder / "deep").symlink_to(other)
    (folder / "shot4.png").symlink_to(folder / "shot9.png")
    assert values(folder, 9, at_end="stop") == [1, 2, 9, 9, 10, 100]
    assert values(folder / "shot[34].png", 9, at_end="stop") == [9]
    with pytest.raises(SourceError, match="holds no pictures"):
        values(folder / "*" / "*.png", 1)
    # One that is named itself is what was asked for.
    assert values(folder / "shot3.png", 1) == [77]


def test_a_name_that_looks_like_a_pattern_is_a_picture(folder: Path) -> None:
    grey(folder / "a[1].png", 5)
    assert values(folder / "a[1].png", 1) == [5]


def test_rates(folder: Path) -> None:
    assert Images(path=str(folder)).open().fps == 25
    assert values(folder, 9, fps=12, at_end="stop") == [1, 2, 9, 10, 100]
    slow = Images(path=str(folder), fps=2, at_end="stop").open(fps=4)
    assert (slow.fps, slow.length) == (4, 10)
    assert [int(p[0, 0, 0]) for p in slow.frames()] == [1, 1, 2, 2, 9, 9, 10, 10, 100, 100]


def test_sixteen_bits_grey_and_transparency(tmp_path: Path) -> None:
    deep = np.full((6, 8), 257 * 128, np.uint16)
    Image.fromarray(deep).save(tmp_path / "a.png")
    Image.new("L", (8, 6), 77).save(tmp_path / "b.png")
    Image.new("RGBA", (8, 6), (200, 100, 50, 128)).save(tmp_path / "c.png")
    Image.new("LA", (8, 6), (200, 0)).save(tmp_path / "d.png")
    Image.new("CMYK", (8, 6), (0, 255, 255, 0)).save(tmp_path / "e.jpg")
    Image.new("F", (8, 6), 0.5).save(tmp_path / "f.tif")
    pictures = list(Images(path=str(tmp_path), at_end="stop").open().frames())
    middles = [picture[3, 4].tolist() for picture in pictures]
    assert middles[:2] == [[128] * 3, [77] * 3]
    assert np.allclose(middles[2], [100, 50, 25], atol=1)
    assert middles[3] == [0, 0, 0]
    assert middles[4][0] > 230
    assert middles[4][1] < 40
    assert middles[5] == [128] * 3
    assert all(picture.dtype == np.uint8 for picture in pictures)


def test_exif_turns_and_fit(tmp_path: Path) -> None:
    image = Image.new("RGB", (64, 32), "white")
    image.paste("red", (0, 0, 16, 32))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    image.save(tmp_path / "a.jpg", exif=exif, quality=100)
    footage = Images(path=str(tmp_path)).open()
    assert footage.size == (32, 64)
    top = next(footage.frames())[4, 16]
    assert top[0] > 200 > 100 > top[1]
    image.save(tmp_path / "a.jpg", quality=100)
    sizes = {}
    for fit in ("crop", "pad", "stretch"):
        source = Images.model_validate({"path": str(tmp_path), "fit": fit})
        sizes[fit] = next(source.open((32, 32)).frames())
    assert sizes["crop"][:, 4:].min() > 240
    assert sizes["pad"][2].max() < 10
    assert sizes["stretch"][2, 2, 1] < 60


def test_broken_pictures_are_named_when_their_turn_comes(folder: Path) -> None:
    (folder / "shot3.png").write_bytes((folder / "shot2.png").read_bytes()[:40])
    footage = Images(path=str(folder)).open((4, 4))
    pictures = footage.frames()
    assert next(pictures) is not None
    assert next(pictures) is not None
    with pytest.raises(SourceError, match=r"shot3\.png.*replace or remove") as caught:
        next(pictures)
    assert "\n" not in str(caught.value)
    (folder / "shot1.png").write_bytes(b"")
    with pytest.raises(SourceError, match=r"shot1\.png"):
        Images(path=str(folder)).open()


def test_no_pictures(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no pictures"):
        Images(path=str(tmp_path)).open()
    with pytest.raises(SourceError, match="no folder"):
        Images(path=str(tmp_path / "none")).open()
    with pytest.raises(SourceError, match="holds no pictures"):
        Images(path=str(tmp_path / "*.png")).open()


def test_a_picture_is_the_callers_own(folder: Path) -> None:
    pictures = Images(path=str(folder / "shot9.png")).open().frames()
    next(pictures)[:] = 0
    assert next(pictures)[0, 0, 0] == 9


def test_fingerprints(folder: Path) -> None:
    before = Images(path=str(folder)).fingerprint()
    assert before == Images(path=str(folder), fps=3).fingerprint()
    grey(folder / "shot9.png", 8)
    assert Images(path=str(folder)).fingerprint() != before
