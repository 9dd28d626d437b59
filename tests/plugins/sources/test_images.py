"""The images source: order, kinds of pictures, rates and ends."""

from __future__ import annotations

import os
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


def test_pictures_are_in_natural_order_and_at_end_applies(folder: Path) -> None:
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


def test_links_that_lead_outside_the_folder_are_skipped(
    folder: Path, tmp_path_factory: Any
) -> None:
    other = tmp_path_factory.mktemp("other")
    grey(other / "secret.png", 77)
    (folder / "shot3.png").symlink_to(other / "secret.png")
    (folder / "deep").symlink_to(other)
    (folder / "shot4.png").symlink_to(folder / "shot9.png")
    assert values(folder, 9, at_end="stop") == [1, 2, 9, 9, 10, 100]
    assert values(folder / "shot[34].png", 9, at_end="stop") == [9]
    with pytest.raises(SourceError, match="holds no pictures"):
        values(folder / "*" / "*.png", 1)
    # A link that is named explicitly is followed.
    assert values(folder / "shot3.png", 1) == [77]


def test_a_picture_whose_name_looks_like_a_pattern(folder: Path) -> None:
    grey(folder / "a[1].png", 5)
    assert values(folder / "a[1].png", 1) == [5]


def test_frame_rates_repeat_pictures(folder: Path) -> None:
    assert Images(path=str(folder)).open().fps == 25
    assert values(folder, 9, fps=12, at_end="stop") == [1, 2, 9, 10, 100]
    slow = Images(path=str(folder), fps=2, at_end="stop").open(fps=4)
    assert (slow.fps, slow.length) == (4, 10)
    assert [int(p[0, 0, 0]) for p in slow.frames()] == [1, 1, 2, 2, 9, 9, 10, 10, 100, 100]


def test_16_bit_grey_transparent_and_cmyk_pictures(tmp_path: Path) -> None:
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


def test_exif_rotation_and_fit(tmp_path: Path) -> None:
    image = Image.new("RGB", (64, 32), "white")
    image.paste("red", (0, 0, 16, 32))
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: rotate by 90 degrees clockwise
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


def test_broken_pictures_raise_an_error_when_they_are_reached(folder: Path) -> None:
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


def test_a_path_without_pictures_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no pictures"):
        Images(path=str(tmp_path)).open()
    with pytest.raises(SourceError, match="no folder"):
        Images(path=str(tmp_path / "none")).open()
    with pytest.raises(SourceError, match="holds no pictures"):
        Images(path=str(tmp_path / "*.png")).open()


def test_callers_may_change_the_pictures_they_receive(folder: Path) -> None:
    pictures = Images(path=str(folder / "shot9.png")).open().frames()
    next(pictures)[:] = 0
    assert next(pictures)[0, 0, 0] == 9


def test_the_fingerprint_depends_on_the_pictures_only(folder: Path) -> None:
    before = Images(path=str(folder)).fingerprint()
    assert before == Images(path=str(folder), fps=3).fingerprint()
    grey(folder / "shot9.png", 8)
    assert Images(path=str(folder)).fingerprint() != before


def log_text(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(record.getMessage() for record in caplog.records)


def test_jfif_is_read_and_heic_is_reported(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    Image.new("RGB", (8, 6), (50, 50, 50)).save(folder / "shot50.jfif", "JPEG")
    for number in range(5):
        (folder / f"phone{number}.HEIC").write_bytes(b"ftypheic")
    assert 50 in values(folder, 6, at_end="stop")
    log = log_text(caplog)
    assert "phone0.HEIC, phone1.HEIC, phone2.HEIC and 2 more are left out" in log
    assert ".heic is not read; convert to JPEG or PNG" in log


def test_a_folder_of_heic_only_reports_why_it_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(b"ftypheic")
    with pytest.raises(SourceError, match=r"holds no pictures.*a\.heic is left out.*not read"):
        Images(path=str(tmp_path)).open()
    with pytest.raises(SourceError, match=r"a\.heic is not a picture that can be read; convert"):
        Images(path=str(tmp_path / "a.heic")).open()


def test_links_into_the_working_folder_are_followed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    favourites = folder / "favourites"
    favourites.mkdir()
    for number in (1, 9):
        (favourites / f"shot{number}.png").symlink_to(folder / f"shot{number}.png")
    with pytest.raises(SourceError, match="links are followed only within the folder and the work"):
        Images(path=str(favourites)).open()
    monkeypatch.chdir(folder)
    assert values(favourites, 9, at_end="stop") == [1, 9]
    assert values(favourites / "*.png", 9, at_end="stop") == [1, 9]


def test_a_folder_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    shoot = tmp_path / "shoot [2024]"
    shoot.mkdir()
    grey(shoot / "a.png", 5)
    grey(shoot / "b.jpg", 90)
    assert values(shoot / "*.png", 9, at_end="stop") == [5]
    assert values(shoot, 1) == [5]
    (tmp_path / "shoot 2").mkdir()
    grey(tmp_path / "shoot 2" / "a.png", 7)
    assert values(tmp_path / "shoot [23]" / "*.png", 9, at_end="stop") == [7]


def test_hidden_files_of_macos_are_skipped(folder: Path) -> None:
    (folder / "._shot1.png").write_bytes(b"\0\5\x16\7")
    (folder / ".trash").mkdir()
    grey(folder / ".trash" / "shot0.png", 0)
    order = [1, 2, 9, 10, 100]
    assert values(folder, 9, at_end="stop") == order
    assert values(folder / "*.png", 9, at_end="stop") == order
    assert values(folder / "**" / "*.png", 9, at_end="stop") == order
    assert values(folder / ".hid*.png", 9, at_end="stop") == [255]


def display_p3() -> bytes:
    """A matrix profile of Display P3: an sRGB profile with other primaries and another name."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.2412, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.1571, 0.06657, 0.78407),
    }
    for number in range(int.from_bytes(profile[128:132])):
        at = 132 + 12 * number
        tag, offset = bytes(profile[at : at + 4]), int.from_bytes(profile[at + 4 : at + 8])
        if tag in primaries:
            fixed = [round(value * 65536).to_bytes(4, signed=True) for value in primaries[tag]]
            profile[offset + 8 : offset + 20] = b"".join(fixed)
        elif tag == b"desc":
            at = profile.index("sRGB".encode("utf-16-be"), offset)
            profile[at : at + 8] = "DspP".encode("utf-16-be")
    return bytes(profile)


def test_colour_profiles_are_converted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    profile = display_p3()
    stored = (234, 51, 35)  # sRGB's red in Display P3
    Image.new("RGB", (8, 6), stored).save(tmp_path / "a.png", icc_profile=profile)
    Image.new("RGBA", (8, 6), (*stored, 128)).save(tmp_path / "b.png", icc_profile=profile)
    Image.new("RGB", (8, 6), stored).save(tmp_path / "c.png", icc_profile=b"broken")
    footage = Images(path=str(tmp_path), at_end="stop").open()
    first, half, broken = (picture[3, 4].astype(int) for picture in footage.frames())
    assert np.abs(first - (255, 0, 0)).max() <= 3
    assert np.abs(half - (128, 0, 0)).max() <= 3
    assert broken.tolist() == list(stored)
    assert "c.png: its colour profile cannot be used" in log_text(caplog)


def test_an_srgb_profile_changes_nothing(tmp_path: Path) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (8, 6), (234, 51, 35)).save(tmp_path / "a.png", icc_profile=profile)
    picture = next(Images(path=str(tmp_path)).open().frames())
    assert picture[3, 4].tolist() == [234, 51, 35]


def test_the_background_fills_transparency_and_padding(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 4), (0, 255, 0, 0)).save(tmp_path / "a.png")
    images = Images(path=str(tmp_path), background="#4080c0", fit="pad")
    picture = next(images.open((8, 8)).frames())
    assert (picture == (64, 128, 192)).all()


def test_a_named_pipe_is_rejected(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(pipe)
    with pytest.raises(SourceError, match=r"there is no folder .*pipe; check the path"):
        Images(path=str(pipe)).open()


def test_an_invalid_pattern_is_rejected(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"\*\*\*\.png is no pattern: "):
        Images(path=str(folder / "***.png")).open()
