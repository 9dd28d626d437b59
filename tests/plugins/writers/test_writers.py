"""Every writer: whole files with their recipe, or none and one clear error."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from artengine.api import Film, Picture, Sink, Size, SourceError, Writer, WriterError, metadata
from artengine_plugins.sources.video import Video
from artengine_plugins.writers import register_writers
from artengine_plugins.writers.contact_sheet import ContactSheet
from artengine_plugins.writers.frames import MARK
from artengine_plugins.writers.gif import Gif
from artengine_plugins.writers.jpg import Jpg
from artengine_plugins.writers.mp4 import Mp4
from artengine_plugins.writers.png import Png
from artengine_plugins.writers.webm import Webm
from artengine_plugins.writers.webp import Webp

RECIPE = 'title = "é\\n=;#"\n\n[dream]\nframes = 2 # x\n\n[[feedback]]\nuse = "noise"\n' * 9
WRITERS = list(register_writers())
STREAMED = [Mp4, Webm, Gif, Webp]


def moving(count: int, width: int, height: int) -> list[Picture]:
    """Smooth colours that drift, with some noise."""
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


def write(sink: Sink, pictures: list[Picture]) -> None:
    for picture in pictures:
        sink.write(picture)
    sink.close()


def made(writer: Writer, folder: Path, pictures: list[Picture], fps: float = 25.0) -> Path:
    """Write a film, and return its file, or the first of its files."""
    target = folder / f"film{writer.suffixes[0]}"
    write(writer.open(target, film((pictures[0].shape[1], pictures[0].shape[0]), fps)), pictures)
    return target if target.exists() else folder / "film" / f"00000{writer.suffixes[0]}"


def read(path: Path) -> list[Picture]:
    """Every picture of a film or animated picture."""
    if path.suffix in (".mp4", ".webm"):
        return list(Video(path=str(path), at_end="stop").open().frames())
    with Image.open(path) as image:
        found = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            found.append(np.asarray(image.convert("RGB")))
        return found


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
def test_a_film_of_any_size_carries_its_recipe(
    kind: type[Writer], size: Size, tmp_path: Path
) -> None:
    count = 1 if size == (1, 1) else 3
    path = made(kind(), tmp_path, moving(count, *size))
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
def test_pictures_look_like_what_was_written(kind: type[Writer], tmp_path: Path) -> None:
    pictures = moving(8, 128, 96)
    path = made(kind(), tmp_path, pictures)
    back = read(path)
    for one, other in zip(back, pictures, strict=False):
        # Blurred as the eye does, so that a palette's dither is seen as the colour it stands for.
        error = np.abs(blurred(one) - blurred(other)).mean()
        assert error == 0 if kind is Png else error < (6 if kind is Gif else 4)


@pytest.mark.parametrize("kind", [Mp4, Webm])
def test_colours_are_true(kind: type[Mp4 | Webm], tmp_path: Path) -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128), (255, 255, 255)]
    pictures = [np.full((32, 32, 3), colour, np.uint8) for colour in colours]
    for one, colour in zip(read(made(kind(quality=1), tmp_path, pictures)), colours, strict=True):
        assert np.allclose(one, colour, atol=3)


def test_odd_mp4_repeats_its_edge(tmp_path: Path) -> None:
    picture = np.full((3, 3, 3), 200, np.uint8)
    back = read(made(Mp4(quality=1), tmp_path, [picture] * 2))[0]
    assert back.shape == (4, 4, 3)
    assert np.allclose(back, 200, atol=3)


def test_quality_makes_files_smaller(tmp_path: Path) -> None:
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
            sizes.append(made(writer, folder, pictures).stat().st_size)
        assert sizes[0] > sizes[1] * 1.2 or (best.name == "png" and sizes[0] < sizes[1])


def test_a_quick_mp4_is_hardly_larger(tmp_path: Path, bikes: Path) -> None:
    # A clip of which little moves: the right half of its first shot.
    shots = [shot[:, 320:] for shot in islice(Video(path=str(bikes)).open().frames(), 40)]
    sizes = {
        speed: made(Mp4.model_validate({"speed": speed}), tmp_path, shots).stat().st_size
        for speed in ("veryfast", "superfast")
    }
    assert sizes["superfast"] < 1.3 * sizes["veryfast"]


def test_mp4_starts_playing_at_once_and_has_its_title(tmp_path: Path) -> None:
    path = made(Mp4(), tmp_path, moving(3, 32, 32), 30000 / 1001)
    whole = path.read_bytes()
    assert whole.index(b"moov") < whole.index(b"mdat")
    assert metadata(path)["title"] == "Night = drive"
    assert Video(path=str(path)).open().fps == pytest.approx(30000 / 1001, abs=1e-9)


def test_gif_keeps_fewer_and_smaller_frames(tmp_path: Path) -> None:
    path = made(Gif(every=2, width=40), tmp_path, moving(9, 80, 60))
    with Image.open(path) as image:
        assert (image.n_frames, image.size) == (5, (40, 30))  # type: ignore[attr-defined]
        assert image.info["duration"] == 80
        assert image.info["loop"] == 0
    fast = made(Gif(), tmp_path, moving(9, 16, 16), 100)
    with Image.open(fast) as image:
        assert image.n_frames == 5  # type: ignore[attr-defined]
        assert image.info["duration"] == 20


def test_gif_chooses_its_colours_from_the_whole_film(tmp_path: Path) -> None:
    reds, blues = np.zeros((2, 16, 16, 3), np.uint8)
    reds[..., 0] = np.arange(16) * 16
    blues[..., 2] = np.arange(16) * 16
    back = read(made(Gif(dither="none"), tmp_path, [reds] * 5 + [blues] * 5))
    assert np.abs(back[0].astype(int) - reds).max() <= 4
    assert np.abs(back[-1].astype(int) - blues).max() <= 4


@pytest.mark.parametrize("count", [1, 5, 16, 400])
@pytest.mark.parametrize("frames", [None, 400])
def test_contact_sheet_chooses_evenly(count: int, frames: int | None, tmp_path: Path) -> None:
    pictures = [np.full((4, 8, 3), n * 255 // 400, np.uint8) for n in range(count)]
    sheet, target = ContactSheet(columns=4, rows=3, width=164, gap=4), tmp_path / "a.sheet.png"
    write(sheet.open(target, film((8, 4), frames=frames)), pictures)
    page = read(target)[0]
    cells = min(count, 12)
    assert page.shape == (-(-cells // 4) * 22 + 4, 164, 3)
    shown = [int(page[4 + 22 * (n // 4) + 9, 4 + 40 * (n % 4) + 18, 0]) for n in range(cells)]
    wanted = [n * 255 // 400 for n in np.linspace(0, count - 1, cells)]
    assert np.allclose(shown, wanted, atol=255 / 12 / 4)
    assert shown[0] == 0
    assert shown[-1] == (count - 1) * 255 // 400


def test_contact_sheet_as_jpeg(tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    write(ContactSheet().open(target, film((16, 16))), moving(3, 16, 16))
    with Image.open(target) as image:
        assert image.format == "JPEG"
    assert ContactSheet.read_recipe(target) == RECIPE


@pytest.mark.parametrize("kind", [Png, Jpg])
def test_frames_fill_a_folder_and_replace_only_frames(kind: type[Writer], tmp_path: Path) -> None:
    suffix = kind.suffixes[0]
    for count in (5, 3):
        made(kind(), tmp_path, moving(count, 8, 8))
        names = [file.name for file in sorted((tmp_path / "film").iterdir())]
        assert names.pop(0) == MARK
        assert names == [f"{n:05d}{suffix}" for n in range(count)]
    assert [file.name for file in tmp_path.iterdir()] == ["film"]
    (tmp_path / "film" / "diary.txt").write_text("dear diary")
    with pytest.raises(WriterError, match=r"diary\.txt"):
        kind().open(tmp_path / f"film{suffix}", film((8, 8)))
    assert len(list((tmp_path / "film").iterdir())) == 5


def test_numbered_pictures_of_another_origin_are_kept(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    Png().open(tmp_path / "scans.png", film((8, 8))).abort()
    (tmp_path / "scans" / "0000.jpg").write_bytes(b"grandmother")
    with pytest.raises(WriterError, match=r"another origin \(0000\.jpg\)"):
        Png().open(tmp_path / "scans.png", film((8, 8)))
    assert (tmp_path / "scans" / "0000.jpg").read_bytes() == b"grandmother"


@pytest.mark.parametrize("kind", WRITERS)
def test_a_film_whose_name_is_taken_meanwhile_is_kept_beside(
    kind: type[Writer], tmp_path: Path
) -> None:
    target = tmp_path / f"film{kind.suffixes[0]}"
    sink = kind().open(target, film((16, 16)))
    sink.write(moving(1, 16, 16)[0])
    taken = kind().result(target)
    taken.mkdir()
    (taken / "diary.txt").write_text("dear diary")
    with pytest.raises(WriterError, match=r"kept as .*film(\.sheet)?-1") as caught:
        sink.close()
    sink.abort()
    kept = Path(str(caught.value).rpartition("kept as ")[2])
    assert kept.exists()
    assert {file.name for file in tmp_path.iterdir()} == {kept.name, taken.name}
    assert [file.name for file in taken.iterdir()] == ["diary.txt"]


@pytest.mark.parametrize("kind", [*STREAMED, ContactSheet])
def test_a_folder_in_the_way_is_said_before_anything_is_written(
    kind: type[Writer], tmp_path: Path
) -> None:
    (tmp_path / f"film{kind.suffixes[0]}").mkdir()
    with pytest.raises(WriterError, match="is a folder where a file would go"):
        kind().open(tmp_path / f"film{kind.suffixes[0]}", film((8, 8)))


def test_a_replaced_folder_comes_back_when_its_successor_cannot_have_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(Png(), tmp_path, moving(1, 8, 8)).read_bytes()
    sink = Png().open(tmp_path / "film.png", film((8, 8)))
    sink.write(noise(1, 8, 8)[0])
    replace = Path.replace

    def refuses(path: Path, target: Path) -> Path:
        if path.suffix == ".part":
            raise PermissionError(13, "Permission denied")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuses)
    with pytest.raises(WriterError, match=r"permission denied; .* kept as .*film-1"):
        sink.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["film", "film-1"]
    assert (tmp_path / "film" / "00000.png").read_bytes() == first


@pytest.mark.parametrize("name", ["film.MOV", "film.mov", "film.mp4"])
def test_the_ending_chooses_the_container_however_it_is_written(name: str, tmp_path: Path) -> None:
    write(Mp4().open(tmp_path / name, film((16, 16))), moving(2, 16, 16))
    brand = (tmp_path / name).read_bytes()[8:12]
    assert (brand == b"qt  ") == name.lower().endswith(".mov")


@pytest.mark.parametrize("kind", WRITERS)
def test_nothing_has_the_final_name_before_the_end(kind: type[Writer], tmp_path: Path) -> None:
    target = tmp_path / f"film{kind.suffixes[0]}"
    sink = kind().open(target, film((32, 32)))
    for picture in moving(3, 32, 32):
        sink.write(picture)
    assert all(file.name.startswith(".") for file in tmp_path.iterdir())
    sink.abort()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", WRITERS)
def test_an_aborted_film_leaves_the_old_one(kind: type[Writer], tmp_path: Path) -> None:
    path = made(kind(), tmp_path, moving(3, 32, 32))
    before = path.read_bytes()
    sink = kind().open(tmp_path / f"film{kind.suffixes[0]}", film((16, 16)))
    sink.write(moving(1, 16, 16)[0])
    sink.abort()
    assert path.read_bytes() == before
    made(kind(), tmp_path, moving(2, 16, 16))
    assert path.read_bytes() != before
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("kind", WRITERS)
def test_mistakes_give_one_line(kind: type[Writer], tmp_path: Path) -> None:
    name = f"film{kind.suffixes[0]}"
    with pytest.raises(WriterError, match="no such file or directory") as missing:
        kind().open(tmp_path / "none" / name, film((8, 8)))
    sink = kind().open(tmp_path / name, film((8, 8)))
    with pytest.raises(WriterError, match="no frame was written") as empty:
        sink.close()
    sink = kind().open(tmp_path / name, film((8, 8)))
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


@pytest.mark.parametrize("kind", WRITERS)
def test_a_disk_that_takes_no_more_leaves_nothing(kind: type[Writer], tmp_path: Path) -> None:
    with files_no_larger_than(20_000):
        sink = kind().open(tmp_path / f"film{kind.suffixes[0]}", film((160, 160)))
        with pytest.raises(WriterError) as caught:
            write(sink, noise(40, 160, 160))
        sink.abort()
    assert "\n" not in str(caught.value)
    assert "film" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", STREAMED)
def test_an_encoder_that_dies_leaves_nothing(kind: type[Writer], tmp_path: Path) -> None:
    sink = kind().open(tmp_path / f"film{kind.suffixes[0]}", film((64, 64)))
    picture = moving(1, 64, 64)[0]
    sink.write(picture)
    encoder = sink._encoders[0] if kind is Gif else sink._encoder  # type: ignore[attr-defined]
    os.kill(encoder._process.pid, signal.SIGKILL)
    with pytest.raises(WriterError, match="stopped by signal 9"):
        write(sink, [picture] * 400)
    sink.abort()
    assert list(tmp_path.iterdir()) == []


def test_writers_at_once_do_not_hinder_each_other(tmp_path: Path) -> None:
    pictures = moving(6, 32, 32)
    sinks = [kind().open(tmp_path / f"film{kind.suffixes[0]}", film((32, 32))) for kind in WRITERS]
    failing = Mp4().open(tmp_path / "film2.mp4", film((32, 32)))
    failing.write(pictures[0])
    os.kill(failing._encoder._process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    for picture in pictures:
        for sink in sinks:
            sink.write(picture)
    for sink in sinks:
        sink.close()
    failing.abort()
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"film.mp4", "film.webm", "film.gif", "film.webp", "film", "film.sheet.png"}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("content", [b"", b"no film", b"\x89PNG\r\n\x1a\n\0\0"])
def test_what_is_no_film_carries_no_recipe(
    kind: type[Writer], content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / f"a{kind.suffixes[0]}"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"a\."):
        kind.read_recipe(path)
