"""The video source: HDR, colour matrices, interlacing and transparency are read as in players."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from artengine.api import Picture, ffmpeg_executable
from artengine_plugins.sources.video import Video

WARM = [(255, 255, 255), (255, 255, 0), (255, 0, 255), (255, 0, 0)]
COLD = [(0, 255, 255), (0, 255, 0), (0, 0, 255), (64, 64, 64)]
BARS = [*WARM, *COLD]
TO_2020 = np.array(
    [[0.627404, 0.329283, 0.043313], [0.069097, 0.919540, 0.011362], [0.016391, 0.088013, 0.895595]]
)
TO_P3 = np.array(
    [[0.822462, 0.177538, 0.0], [0.033194, 0.966806, 0.0], [0.017083, 0.072397, 0.910520]]
)
Floats = npt.NDArray[np.float64]


def ffmpeg(*arguments: str | Path, stdin: bytes | None = None) -> None:
    command = [ffmpeg_executable(), "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    if stdin is not None:
        command.remove("-nostdin")
    subprocess.run(command, check=True, input=stdin)


def first_picture(path: Path, **parameters: object) -> Picture:
    table = {"path": str(path), "at_end": "stop", **parameters}
    return next(Video.model_validate(table).open().frames())


def linear(srgb: Floats) -> Floats:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def hlg(light: Floats) -> Floats:
    """The OETF of HLG in BT.2100, with white at 75 % of the signal."""
    scene = np.maximum(light, 0) * 0.26496256
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)


def pq(light: Floats) -> Floats:
    """The inverse EOTF of PQ in BT.2100, with white at 203 cd/m2."""
    power = (np.maximum(light, 0) * 0.0203) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def write_bars(path: Path, signal: Floats, tags: str) -> None:
    """Write a frame of eight 8x8 bars of RGB signals in 0..1 as 10-bit YUV."""
    deep = np.round(np.clip(signal, 0, 1) * 65535).astype("<u2")
    picture = np.repeat(np.repeat(deep[None], 8, 0), 8, 1)
    matrix = "bt2020" if "bt2020" in tags else "bt709"
    stored = f"scale=out_color_matrix={matrix}:flags=accurate_rnd+full_chroma_inp"
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb48le", "-s", "64x8", "-i", "pipe:0"]
    graph = f"{stored},format=yuv444p10le,setparams={tags}"
    ffmpeg(*raw, "-vf", graph, "-c:v", "ffv1", path, stdin=picture.tobytes())


def bar_colours(picture: Picture) -> npt.NDArray[np.int64]:
    return picture[4, 4::8].astype(np.int64)


BRIGHT = "colorspace=bt2020nc:color_primaries=bt2020:color_trc={}"


@pytest.mark.parametrize(("curve", "transfer"), [(hlg, "arib-std-b67"), (pq, "smpte2084")])
def test_hdr_is_tone_mapped_to_sdr(
    curve: object, transfer: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "bars.mkv"
    assert callable(curve)
    light = linear(np.array(BARS) / 255) @ TO_2020.T
    write_bars(path, curve(light), BRIGHT.format(transfer))
    assert np.abs(bar_colours(first_picture(path)) - BARS).max() <= 4
    messages = [record.getMessage() for record in caplog.records]
    name = "HLG" if curve is hlg else "PQ"
    assert f"{path}: it is stored as HDR ({name}); it is tone-mapped to SDR" in messages
    # Without tone mapping the colours are pale and dark.
    assert np.abs(bar_colours(first_picture(path, hdr="off")) - BARS).max() > 60


@pytest.mark.parametrize(("curve", "transfer"), [(hlg, "arib-std-b67"), (pq, "smpte2084")])
def test_highlights_keep_their_order_and_hue(curve: object, transfer: str, tmp_path: Path) -> None:
    path = tmp_path / "bright.mkv"
    assert callable(curve)
    grey = np.array([0.0, 0.02, 0.2, 0.5, 0.9, 1.0, 2.0, 3.5])[:, None] * np.ones(3)
    write_bars(path, curve(grey), BRIGHT.format(transfer))
    colours = bar_colours(first_picture(path))
    assert (np.diff(colours[:, 0]) >= 0).all()
    assert np.ptp(colours, axis=1).max() <= 2
    assert colours[0].max() == 0
    assert colours[-1].min() >= 253


def test_bt2020_without_a_transfer_is_read_as_hlg(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "bars.mkv"
    light = linear(np.array(BARS) / 255) @ TO_2020.T
    write_bars(path, hlg(light), "colorspace=bt2020nc")
    assert np.abs(bar_colours(first_picture(path)) - BARS).max() <= 4
    assert any("does not say how, and is taken for HDR (HLG)" in line for line in caplog.messages)


def test_untagged_hdr_can_be_selected_by_parameter(tmp_path: Path) -> None:
    path = tmp_path / "bars.mkv"
    light = linear(np.array(BARS) / 255) @ TO_2020.T
    write_bars(path, pq(light), "colorspace=bt709")
    colours = bar_colours(first_picture(path, hdr="pq"))
    assert np.abs(colours[[0, 7]] - np.array(BARS)[[0, 7]]).max() <= 4


def test_display_p3_is_converted_to_srgb(tmp_path: Path) -> None:
    path = tmp_path / "p3.mkv"
    light = linear(np.array(BARS) / 255) @ TO_P3.T
    signal = np.clip(light, 0, 1) ** (1 / 2.2)
    write_bars(path, signal, "colorspace=bt709:color_primaries=smpte432:color_trc=bt709")
    # Dark signals have the largest rounding errors.
    assert np.abs(bar_colours(first_picture(path)) - BARS).max() <= 12


@pytest.mark.parametrize(
    ("size", "tag", "matrix"),
    [
        ("1280x720", "unknown", "bt709"),
        ("720x1280", "unknown", "bt709"),
        ("720x576", "unknown", "bt601"),
        ("1280x720", "smpte170m", "bt601"),
        ("64x48", "bt709", "bt709"),
    ],
)
def test_the_colour_matrix_is_tagged_or_depends_on_the_size(
    size: str, tag: str, matrix: str, tmp_path: Path
) -> None:
    path = tmp_path / "red.mkv"
    drawn = f"color=red:s={size}:r=5:d=0.2,format=gbrp,scale=out_color_matrix={matrix}"
    graph = f"{drawn},format=yuv444p,setparams=colorspace={tag}"
    ffmpeg("-f", "lavfi", "-i", graph, "-c:v", "ffv1", path)
    footage = Video(path=str(path)).open((16, 16))
    assert np.abs(next(footage.frames())[8, 8].astype(int) - (255, 0, 0)).max() <= 2


def test_limited_and_full_range_are_read_as_tagged(tmp_path: Path) -> None:
    for wide in ("tv", "pc"):
        path = tmp_path / f"{wide}.mkv"
        graph = (
            f"color=0x204060:s=16x16:r=5:d=0.2,format=gbrp,scale=out_range={wide},format=yuv444p"
        )
        ffmpeg("-f", "lavfi", "-i", graph, "-c:v", "ffv1", "-color_range", wide, path)
        assert np.abs(first_picture(path)[8, 8].astype(int) - (0x20, 0x40, 0x60)).max() <= 2


@pytest.fixture(scope="module")
def interlaced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 pictures of 64x64 at 25 fps: a moving bar, interlaced with the top field first."""
    path = tmp_path_factory.mktemp("interlaced") / "interlaced.mp4"
    bar = "color=white:s=8x64:r=50:d=0.48"
    moving = "[0][1]overlay=x=n*2,format=yuv420p,tinterlace=interleave_top"
    ground = ["-f", "lavfi", "-i", "color=black:s=64x64:r=50:d=0.48", "-f", "lavfi", "-i", bar]
    fields = ["-flags", "+ilme+ildct", "-x264opts", "tff=1"]
    ffmpeg(*ground, "-filter_complex", moving, "-c:v", "libx264", "-qp", "4", *fields, path)
    return path


def combing(pictures: list[Picture]) -> float:
    """Return the mean difference between rows and the rows above and below."""
    rows = np.stack(pictures).astype(int)
    return float(np.abs(2 * rows[:, 1:-1:2] - rows[:, :-2:2] - rows[:, 2::2]).mean())


def test_interlaced_pictures_are_deinterlaced(interlaced: Path) -> None:
    def read(deinterlace: str) -> list[Picture]:
        table = {"path": str(interlaced), "at_end": "stop", "deinterlace": deinterlace}
        footage = Video.model_validate(table).open()
        pictures = list(footage.frames())
        assert footage.length == len(pictures) == 12
        assert np.array_equal(next(footage.frames(7)), pictures[7])
        return pictures

    combed = combing(read("off"))
    assert combed > 10
    assert combing(read("auto")) < combed / 10
    assert combing(read("on")) < combed / 10


def test_progressive_pictures_are_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "plain.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x48:r=5:d=0.6", "-c:v", "ffv1", path)
    plain, off = first_picture(path), first_picture(path, deinterlace="off")
    assert np.array_equal(plain, off)


HIDDEN = "color=black:s=32x32:r=5:d=0.4,format=rgba,geq=r=0:g=255:b=0:a=0"
SQUARE = "drawbox=8:8:16:16:red@1:fill:replace=1"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("png.mov", "-c:v png"),
        ("prores.mov", "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le"),
        ("vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuva420p"),
    ],
)
def test_transparency_shows_the_background_and_no_hidden_colour(
    name: str, options: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", f"{HIDDEN},{SQUARE}", *options.split(), path)
    for background, ground in (("#000000", (0, 0, 0)), ("#4080c0", (64, 128, 192))):
        picture = first_picture(path, background=background)
        assert np.abs(picture[2, 2].astype(int) - ground).max() <= 1
        assert np.abs(picture[16, 16].astype(int) - (255, 0, 0)).max() <= 6
        half = Video(path=str(path), background=background).open((8, 8))
        edge = next(half.frames())[1:7, 1:7, 1]
        assert edge.max() <= max(ground[1], 0) + 24


def test_half_transparent_colours_are_blended(tmp_path: Path) -> None:
    path = tmp_path / "half.mov"
    drawn = "color=black:s=16x16:r=5:d=0.2,format=rgba,geq=r=200:g=100:b=50:a=128"
    ffmpeg("-f", "lavfi", "-i", drawn, "-c:v", "png", path)
    assert np.abs(first_picture(path)[8, 8].astype(int) - (100, 50, 25)).max() <= 2
    over = first_picture(path, background="ffffff")[8, 8].astype(int)
    assert np.abs(over - (227, 177, 152)).max() <= 2


def test_padding_has_the_background_colour(tmp_path: Path) -> None:
    path = tmp_path / "wide.mkv"
    ffmpeg("-f", "lavfi", "-i", "color=white:s=32x16:r=5:d=0.2,format=gbrp", "-c:v", "ffv1", path)
    video = Video(path=str(path), fit="pad", background="#4080c0")
    picture = next(video.open((32, 32)).frames())
    assert picture[2, 16].tolist() == [64, 128, 192]
    assert picture[16, 16].min() >= 254
