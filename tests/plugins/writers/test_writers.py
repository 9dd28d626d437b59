"""Every writer: complete files with their recipe, or no file and one clear error."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from artengine.api import (
    Film,
    Picture,
    Size,
    SourceError,
    Writer,
    WriterError,
    ffmpeg_executable,
    metadata,
)
from artengine.catalog import Catalog
from artengine.dream.sinks import Sinks
from artengine.dream.targets import Target
from artengine_plugins.sources.video import Video
from artengine_plugins.writers import register_writers
from artengine_plugins.writers.contact_sheet import ContactSheet
from artengine_plugins.writers.frames import MARK
from artengine_plugins.writers.gif import Gif
from artengine_plugins.writers.jpg import Jpg
from artengine_plugins.writers.mp4 import Mp4
from artengine_plugins.writers.png import Png
from artengine_plugins.writers.prores import ProRes
from artengine_plugins.writers.webm import Webm
from artengine_plugins.writers.webp import Webp

RECIPE = 'title = "é\\n=;#"\n\n[dream]\nframes = 2 # x\n\n[[feedback]]\nuse = "noise"\n' * 9
WRITERS = list(register_writers())
STREAMED = [Mp4, ProRes, Webm, Gif, Webp]


def moving(count: int, width: int, height: int) -> list[Picture]:
    """Return pictures of smooth colours that drift, with some noise."""
    rng = np.random.default_rng(1)
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]
    pictures = []
    for n in range(count):
        waves = [
            127 + 120 * np.sin((x * a + y * b + 4 * n) / 30) for a, b in ((1, 0), (0, 1), (1, 1))
        ]
        picture = np.stack(np.broadcast_arrays(*waves), axis=-1)
        pictures.append(np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8))
    return pictures


def noise(count: int, width: int, height: int) -> list[Picture]:
    rng = np.random.default_rng(2)
    return [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


def film(size: Size, fps: float = 25.0, frames: int | None = None, recipe: str = RECIPE) -> Film:
    return Film(size, fps, frames, recipe, "Night = drive")


def write(sink: Sinks, pictures: list[Picture]) -> None:
    for picture in pictures:
        sink.write(picture)
    sink.close()


def written_file(writer: Writer, folder: Path, pictures: list[Picture], fps: float = 25.0) -> Path:
    """Write a film and return its file, or the first of its files."""
    target = folder / f"film{writer.suffixes[0]}"
    write(
        open_film(writer, target, film((pictures[0].shape[1], pictures[0].shape[0]), fps)), pictures
    )
    return target if target.exists() else folder / "film" / f"00000{writer.suffixes[0]}"


def open_film(writer: Writer, target: Path, film: Film) -> Sinks:
    return Sinks([Target(writer, target, overwrite=True)], film)


def read(path: Path) -> list[Picture]:
    """Return every picture of a film or an animated picture."""
    if path.suffix in (".mp4", ".mov", ".webm"):
        return list(Video(path=str(path), at_end="stop").open().frames())
    with Image.open(path) as image:
        pictures = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            pictures.append(np.asarray(image.convert("RGB")))
        return pictures


def blurred(picture: Picture) -> npt.NDArray[np.float64]:
    height, width, _ = picture.shape
    squares = picture.reshape(height // 4, 4, width // 4, 4, 3)
    return np.asarray(squares.mean((1, 3)), np.float64)


def test_names_and_suffixes_are_unique() -> None:
    assert len({writer.name for writer in WRITERS}) == len(WRITERS)
    suffixes = [suffix for writer in WRITERS for suffix in writer.suffixes]
    assert len(set(suffixes)) == len(suffixes)


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("size", [(1, 1), (33, 17), (64, 48)])
def test_a_film_of_any_size_holds_its_recipe(
    kind: type[Writer], size: Size, tmp_path: Path
) -> None:
    count = 1 if size == (1, 1) else 3
    path = written_file(kind(), tmp_path, moving(count, *size))
    assert kind.read_recipe(path) == RECIPE
    assert len(list(tmp_path.iterdir())) == 1
    pictures = read(path)
    if kind in STREAMED:
        assert len(pictures) == count
    if kind is Mp4:
        size = size[0] + size[0] % 2, size[1] + size[1] % 2
    if kind is not ContactSheet:
        assert pictures[0].shape == (size[1], size[0], 3)


@pytest.mark.parametrize("kind", [Mp4, Webm, Gif, Webp, Png, Jpg])
def test_decoded_pictures_resemble_those_written(kind: type[Writer], tmp_path: Path) -> None:
    pictures = moving(8, 128, 96)
    path = written_file(kind(), tmp_path, pictures)
    decoded = read(path)
    for one, other in zip(decoded, pictures, strict=False):
        # Blurred, so that the dither of a palette averages to the colour that it stands for.
        error = np.abs(blurred(one) - blurred(other)).mean()
        assert error == 0 if kind is Png else error < (6 if kind is Gif else 4)


@pytest.mark.parametrize("kind", [Mp4, Webm])
def test_colours_are_preserved(kind: type[Mp4 | Webm], tmp_path: Path) -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128), (255, 255, 255)]
    pictures = [np.full((32, 32, 3), colour, np.uint8) for colour in colours]
    for one, colour in zip(
        read(written_file(kind(quality=1), tmp_path, pictures)), colours, strict=True
    ):
        assert np.allclose(one, colour, atol=3)


def test_mp4_pads_odd_sizes_by_repeating_the_edge(tmp_path: Path) -> None:
    picture = np.full((3, 3, 3), 200, np.uint8)
    decoded = read(written_file(Mp4(quality=1), tmp_path, [picture] * 2))[0]
    assert decoded.shape == (4, 4, 3)
    assert np.allclose(decoded, 200, atol=3)


def test_lower_quality_makes_files_smaller(tmp_path: Path) -> None:
    pictures = moving(10, 128, 128)
    for best, worst in (
        (Mp4(), Mp4(quality=40)),
        (Webm(), Webm(quality=60)),
        (Webp(), Webp(quality=5)),
        (Jpg(), Jpg(quality=20)),
        (Gif(), Gif(colours=8)),
        (Png(compression=9), Png(compression=0)),
    ):
        sizes = []
        for number, writer in enumerate((best, worst)):
            folder = tmp_path / f"{writer.name}{number}"
            folder.mkdir()
            sizes.append(written_file(writer, folder, pictures).stat().st_size)
        assert sizes[0] > sizes[1] * 1.2 or (best.name == "png" and sizes[0] < sizes[1])


def test_max_bytes_limits_the_size_of_an_mp4(tmp_path: Path) -> None:
    pictures = noise(12, 128, 128)
    unlimited = written_file(Mp4(), tmp_path, pictures).stat().st_size
    path = written_file(Mp4(max_bytes=unlimited // 3), tmp_path, pictures)
    assert unlimited // 12 < path.stat().st_size <= unlimited // 3
    assert len(read(path)) == 12
    assert Mp4.read_recipe(path) == RECIPE
    assert Video(path=str(path)).open().fps == 25
    assert path.read_bytes().index(b"moov") < path.read_bytes().index(b"mdat")
    generous = written_file(Mp4(max_bytes=10 * unlimited), tmp_path, pictures)
    assert generous.stat().st_size == unlimited


def test_an_mp4_can_be_narrower_than_the_dream(tmp_path: Path) -> None:
    pictures = [np.full((96, 128, 3), (200, 40, 40), np.uint8)] * 3
    decoded = read(written_file(Mp4(width=49), tmp_path, pictures))
    assert [picture.shape for picture in decoded] == [(36, 48, 3)] * 3
    assert np.allclose(decoded[0], pictures[0][0, 0], atol=6)


def test_superfast_mp4s_are_at_most_30_percent_larger_than_veryfast(
    tmp_path: Path, bikes: Path
) -> None:
    # A clip with little motion: the right half of the first shot.
    shots = [shot[:, 320:] for shot in islice(Video(path=str(bikes)).open().frames(), 40)]
    sizes = {
        speed: written_file(Mp4.model_validate({"speed": speed}), tmp_path, shots).stat().st_size
        for speed in ("veryfast", "superfast")
    }
    assert sizes["superfast"] < 1.3 * sizes["veryfast"]


def test_mp4_has_its_index_first_and_a_title(tmp_path: Path) -> None:
    path = written_file(Mp4(), tmp_path, moving(3, 32, 32), 30000 / 1001)
    whole = path.read_bytes()
    assert whole.index(b"moov") < whole.index(b"mdat")
    assert metadata(path)["title"] == "Night = drive"
    assert Video(path=str(path)).open().fps == pytest.approx(30000 / 1001, abs=1e-9)


def test_gif_can_have_fewer_and_smaller_frames(tmp_path: Path) -> None:
    path = written_file(Gif(every=2, width=40), tmp_path, moving(9, 80, 60))
    with Image.open(path) as image:
        assert (image.n_frames, image.size) == (5, (40, 30))  # type: ignore[attr-defined]
        assert image.info["duration"] == 80
        assert image.info["loop"] == 0
    fast = written_file(Gif(), tmp_path, moving(9, 16, 16), 100)
    with Image.open(fast) as image:
        assert image.n_frames == 5  # type: ignore[attr-defined]
        assert image.info["duration"] == 20


def test_gif_chooses_its_colours_from_the_whole_film(tmp_path: Path) -> None:
    reds, blues = np.zeros((2, 16, 16, 3), np.uint8)
    reds[..., 0] = np.arange(16) * 16
    blues[..., 2] = np.arange(16) * 16
    decoded = read(written_file(Gif(dither="none"), tmp_path, [reds] * 5 + [blues] * 5))
    assert np.abs(decoded[0].astype(int) - reds).max() <= 4
    assert np.abs(decoded[-1].astype(int) - blues).max() <= 4


@pytest.mark.parametrize("count", [1, 5, 16, 400])
@pytest.mark.parametrize("frames", [None, 400])
def test_contact_sheet_samples_frames_evenly(
    count: int, frames: int | None, tmp_path: Path
) -> None:
    pictures = [np.full((4, 8, 3), n * 255 // 400, np.uint8) for n in range(count)]
    sheet, target = ContactSheet(columns=4, rows=3, width=164, gap=4), tmp_path / "a.sheet.png"
    write(open_film(sheet, target, film((8, 4), frames=frames)), pictures)
    page = read(target)[0]
    cells = min(count, 12)
    assert page.shape == (-(-cells // 4) * 22 + 4, 164, 3)
    shown = [int(page[4 + 22 * (n // 4) + 9, 4 + 40 * (n % 4) + 18, 0]) for n in range(cells)]
    expected = [n * 255 // 400 for n in np.linspace(0, count - 1, cells)]
    assert np.allclose(shown, expected, atol=255 / 12 / 4)
    assert shown[0] == 0
    assert shown[-1] == (count - 1) * 255 // 400


def test_contact_sheet_as_jpeg(tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    write(open_film(ContactSheet(), target, film((16, 16))), moving(3, 16, 16))
    with Image.open(target) as image:
        assert image.format == "JPEG"
    assert ContactSheet.read_recipe(target) == RECIPE


@pytest.mark.parametrize("kind", [Png, Jpg])
def test_frames_fill_a_folder_and_replace_only_frames(kind: type[Writer], tmp_path: Path) -> None:
    suffix = kind.suffixes[0]
    for count in (5, 3):
        written_file(kind(), tmp_path, moving(count, 8, 8))
        names = [file.name for file in sorted((tmp_path / "film").iterdir())]
        assert names.pop(0) == MARK
        assert names == [f"{n:05d}{suffix}" for n in range(count)]
    assert [file.name for file in tmp_path.iterdir()] == ["film"]
    (tmp_path / "film" / "diary.txt").write_text("dear diary")
    assert "diary.txt" in kind().obstacle(tmp_path / "film")
    assert len(list((tmp_path / "film").iterdir())) == 5


def test_numbered_pictures_of_another_origin_are_an_obstacle(tmp_path: Path) -> None:
    (tmp_path / "0000.jpg").write_bytes(b"grandmother")
    assert "another origin (0000.jpg)" in Png().obstacle(tmp_path)
    (tmp_path / MARK).touch()
    assert Png().obstacle(tmp_path) == ""


@pytest.mark.parametrize("name", ["film.MOV", "film.mov", "film.mp4"])
def test_the_suffix_selects_the_container_in_any_case(name: str, tmp_path: Path) -> None:
    write(open_film(Mp4(), tmp_path / name, film((16, 16))), moving(2, 16, 16))
    brand = (tmp_path / name).read_bytes()[8:12]
    assert (brand == b"qt  ") == name.lower().endswith(".mov")


@pytest.mark.parametrize("kind", WRITERS)
def test_mistakes_raise_errors_of_one_line_and_leave_no_file(
    kind: type[Writer], tmp_path: Path
) -> None:
    name = f"film{kind.suffixes[0]}"
    with pytest.raises(WriterError, match="no such file or directory") as missing:
        open_film(kind(), tmp_path / "none" / name, film((8, 8)))
    sink = open_film(kind(), tmp_path / name, film((8, 8)))
    with pytest.raises(WriterError, match="no frame was written") as empty:
        sink.close()
    sink = open_film(kind(), tmp_path / name, film((8, 8)))
    with pytest.raises(WriterError, match="shape") as wrong:
        sink.write(moving(1, 9, 8)[0])
    sink.abort()
    for caught in (missing, empty, wrong):
        assert "\n" not in str(caught.value)
        assert str(tmp_path / "film") in str(caught.value) or "none" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@contextmanager
def files_no_larger_than(limit: int) -> Iterator[None]:
    resource = pytest.importorskip("resource", reason="no limits on Windows")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("kind", [Mp4, ProRes, Webm])
def test_a_full_disk_keeps_the_film_so_far(kind: type[Writer], tmp_path: Path) -> None:
    with files_no_larger_than(200_000):
        sink = open_film(kind(), tmp_path / f"film{kind.suffixes[0]}", film((160, 160)))
        with pytest.raises(WriterError) as caught:
            write(sink, noise(60, 160, 160))
    assert "\n" not in str(caught.value)
    (kept,) = tmp_path.iterdir()
    assert f"the frames until then are kept as {kept}" in str(caught.value)
    assert len(read(kept)) >= 1
    assert kind.read_recipe(kept) == RECIPE


@pytest.mark.parametrize("kind", WRITERS)
def test_an_almost_full_disk_leaves_no_file(kind: type[Writer], tmp_path: Path) -> None:
    with files_no_larger_than(2_000):
        sink = open_film(kind(), tmp_path / f"film{kind.suffixes[0]}", film((160, 160)))
        with pytest.raises(WriterError) as caught:
            write(sink, noise(4, 160, 160))
    assert "\n" not in str(caught.value)
    assert "film" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [Png, Jpg])
def test_frames_written_before_the_disk_was_full_are_kept(
    kind: type[Writer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = open_film(kind(), tmp_path / f"film{kind.suffixes[0]}", film((16, 16)))
    write_bytes = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name.startswith("00002"):
            write_bytes(path, data[:9])
            raise OSError(ENOSPC, "No space left on device")
        return write_bytes(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(WriterError, match=r"no space left on device; make room.* are kept as"):
        write(sink, noise(4, 16, 16))
    assert sorted(file.name[:5] for file in (tmp_path / "film").glob("[!.]*")) == ["00000", "00001"]


@pytest.mark.parametrize("kind", STREAMED)
def test_a_killed_encoder_leaves_no_broken_file(kind: type[Writer], tmp_path: Path) -> None:
    sink = open_film(kind(), tmp_path / f"film{kind.suffixes[0]}", film((64, 64)))
    picture = moving(1, 64, 64)[0]
    sink.write(picture)
    os.kill(encoder_of(sink), signal.SIGKILL)
    with pytest.raises(WriterError, match="stopped by signal 9"):
        write(sink, [picture] * 400)
    for file in tmp_path.iterdir():
        assert read(file)


def encoder_of(sinks: Sinks) -> int:
    """Return the process ID of the first writer's encoder."""
    sink = sinks._open[0].sink
    encoder = sink._encoders[0] if hasattr(sink, "_encoders") else sink._encoder  # type: ignore[attr-defined]
    return int(encoder._process.pid)


def test_concurrent_writers_are_independent(tmp_path: Path) -> None:
    pictures = moving(6, 32, 32)
    sinks = [
        open_film(kind(), tmp_path / f"film{kind.suffixes[0]}", film((32, 32))) for kind in WRITERS
    ]
    failing = open_film(Mp4(), tmp_path / "film2.mp4", film((32, 32)))
    failing.write(pictures[0])
    os.kill(encoder_of(failing), signal.SIGKILL)
    for picture in pictures:
        for sink in sinks:
            sink.write(picture)
    for sink in sinks:
        sink.close()
    failing.abort()
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"film"} | {
        f"film{kind.suffixes[0]}" for kind in WRITERS if kind not in (Png, Jpg)
    }


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("content", [b"", b"no film", b"\x89PNG\r\n\x1a\n\0\0"])
def test_reading_a_recipe_from_an_invalid_file_raises(
    kind: type[Writer], content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / f"a{kind.suffixes[0]}"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"a\."):
        kind.read_recipe(path)


LONG = 'title = "a = b; # \\\\"\nabout = "' + "wörter " * 1_500_000 + '"\n'


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("size", [200_000, len(LONG)])
def test_a_recipe_of_any_length_is_read_back(kind: type[Writer], size: int, tmp_path: Path) -> None:
    recipe, path = LONG[:size], tmp_path / f"film{kind.suffixes[0]}"
    write(open_film(kind(), path, film((16, 16), recipe=recipe)), noise(2, 16, 16))
    file = path if path.exists() else next((tmp_path / "film").glob("[0-9]*"))
    assert kind.read_recipe(file) == recipe


def test_quicktime_holds_a_long_recipe(tmp_path: Path) -> None:
    write(open_film(Mp4(), tmp_path / "a.mov", film((16, 16), recipe=LONG)), noise(2, 16, 16))
    assert Mp4.read_recipe(tmp_path / "a.mov") == LONG


def test_a_recipe_too_long_for_jpeg_is_written_to_a_sidecar(
    tmp_path: Path, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "film.sheet.jpg"
    recipe = "# " + "x" * 65_532
    write(open_film(ContactSheet(), path, film((16, 16), recipe=recipe)), noise(2, 16, 16))
    sidecar = tmp_path / "film.sheet.jpg.recipe.toml"
    assert sidecar.read_text() == recipe
    assert f"its recipe of 65534 bytes: it is in {sidecar}" in caplog.text
    write(open_film(ContactSheet(), path, film((16, 16))), noise(2, 16, 16))
    assert not sidecar.exists()


@pytest.mark.parametrize("writer", [Mp4(), ProRes(), Webm()], ids=["mp4", "prores", "webm"])
def test_films_are_tagged_with_their_colour_space(writer: Writer, tmp_path: Path) -> None:
    path = written_file(writer, tmp_path, moving(2, 32, 32))
    report = subprocess.run(
        [ffmpeg_executable(), "-hide_banner", "-i", path], check=False, capture_output=True
    ).stderr.decode()
    stream = next(line for line in report.splitlines() if " Video: " in line)
    # ffmpeg prints one name if matrix, primaries and transfer are the same.
    assert "(tv, bt709, progressive)" in stream
    assert "unknown" not in stream
    boxes = path.read_bytes()
    assert path.suffix == ".webm" or b"colrnclx" in boxes or b"colrnclc" in boxes
