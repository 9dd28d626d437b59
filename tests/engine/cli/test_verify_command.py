"""`artengine verify`: films are rendered again and compared, through every codec."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from artengine import __version__
from artengine.cli import main
from artengine.ffmpeg import metadata
from artengine.sidecar import write_sidecar

FILMS = ("a.mp4", "a.webm", "a.gif", "a.webp", "b.png", "c.jpg")


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory, tiny_project: Path) -> Iterator[Path]:
    """A folder with a film in every format, and one without a recipe."""
    folder = tmp_path_factory.mktemp("films")
    shutil.copytree(tiny_project, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("ARTENGINE_HOME", str(folder / "home"))
        (folder / "home" / "plugins").mkdir(parents=True)
        shutil.copy(folder / "tiny_model.py", folder / "home" / "plugins")
        args = ["dream", "tiny.toml", "--frames", "12", "--set", "feedback.noise.amount=0.2"]
        assert main([*args, *(word for name in FILMS for word in ("-o", name))]) == 0
        assert main([*args, "--no-recipe", "-o", "no.mp4"]) == 0
        shutil.copy("tiny.weights.h5", "elsewhere.weights.h5")
        yield folder


def recipe(changes: Mapping[str, str]) -> str:
    text = metadata(Path("a.mp4"))["comment"]
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def test_films_of_every_format_are_reproduced(
    films: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [*FILMS[:4], "b", "c"]
    assert main(["verify", *paths]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0] for line in lines] == paths
    assert lines[0] == "a.mp4: the same to the last bit (12 of the first 12 frames compared)"
    assert all(": the same" in line for line in lines)


def test_a_part_is_reproduced_within_the_codec_s_error(
    films: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ["verify", "a.mp4", "a.gif", "b/00003.png", "--frames", "10", "--json"]
    assert main(args) == 0
    output = json.loads(capsys.readouterr().out)
    for each in output:
        assert all(frame["same"] for frame in each["frames"])
        assert (each["same"], each["rendered"], each["length"]) == (True, 10, 12)
        assert [frame["frame"] for frame in each["frames"]] == list(range(10))
        assert each["changes"] == []
    mp4, _, png = output
    assert all(frame["codec"]["mean"] > 0 for frame in mp4["frames"])
    assert all(frame["exact"] and frame["codec"]["mean"] == 0 for frame in png["frames"])


def test_a_film_that_differs_is_reported_with_the_amount_and_the_cause(
    films: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {
        "seed = 5": "seed = 6",
        f'engine = "{__version__}"': 'engine = "0.1.7"',
        'runtime = "keras", ': 'runtime = "abacus", ',
    }
    write_sidecar(Path("no.mp4"), recipe(other))
    assert main(["verify", "no.mp4"]) == 10
    captured = capsys.readouterr()
    first, _, *rows = captured.out.splitlines()
    assert first == "no.mp4: differs from frame 0 on (12 of the first 12 frames compared)"
    assert sum(row.endswith("differs") for row in rows) > 8
    assert f"  engine: 0.1.7 made it, here it is {__version__}" in rows
    assert "  arithmetic: runtime: abacus made it, here it is keras" in rows
    assert captured.err.endswith("error: no.mp4: not what its recipe makes here\n")


def test_weights_are_found_by_their_content(
    films: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("tiny.weights.h5").rename("hidden.weights.h5")
    try:
        moved = Path("home/deep/moved.weights.h5")
        moved.parent.mkdir()
        Path("elsewhere.weights.h5").rename(moved)
        shutil.copy("tiny.json", moved.with_name("moved.json"))
        assert main(["verify", "a.mp4"]) == 0
        moved.unlink()
        capsys.readouterr()
        assert main(["verify", "a.mp4"]) == 7
        err = capsys.readouterr().err
        assert "tiny.weights.h5 is not on this machine: no file here has the content" in err
        assert main(["dream", "a.mp4", "-o", "again.mp4"]) == 7
    finally:
        Path("hidden.weights.h5").rename("tiny.weights.h5")


@pytest.mark.parametrize(
    ("film", "message"),
    [
        ("gone.mp4", "there is no film at gone.mp4"),
        ("plain.mp4", "plain.mp4 carries no recipe; give a film that carries one"),
        ("home", "home holds no film; name a film or a folder of frames"),
        ("tiny.toml", "tiny.toml is a preset or recipe and no film; verify takes a film"),
        ("sheet.sheet.png", "sheet.sheet.png is one picture"),
    ],
)
def test_mistakes_are_one_line(
    film: str, message: str, films: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy("b/00000.png", "sheet.sheet.png")
    shutil.copy("no.mp4", "plain.mp4")
    assert main(["verify", film]) in (2, 5)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("error: ")
    assert message in lines[-1]
