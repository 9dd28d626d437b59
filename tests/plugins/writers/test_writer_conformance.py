"""What every writer promises, whatever it writes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from artengine.api import Film, Picture, Size, Writer, WriterError
from artengine.catalog import load_catalog
from artengine.dream.sinks import Sinks
from artengine.dream.targets import Target
from artengine.params import check

CATALOG = load_catalog()
RECIPE = 'title = "é\\n=;#"\n\n[dream]\nframes = 2\n' * 9

every = pytest.mark.parametrize("kind", CATALOG.writers.values(), ids=CATALOG.writers.keys())


def film(size: Size, frames: int | None = None) -> Film:
    return Film(size, 25.0, frames, RECIPE, "Night = drive")


def pictures(count: int, width: int, height: int) -> list[Picture]:
    rng = np.random.default_rng(1)
    return [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


def target(kind: type[Writer], folder: Path) -> Path:
    return folder / f"film{kind.suffixes[0] if kind.suffixes else ''}"


def write(
    kind: type[Writer], folder: Path, shown: list[Picture], *, overwrite: bool = False
) -> Path:
    size = shown[0].shape[1], shown[0].shape[0]
    sinks = Sinks([Target(kind(), target(kind, folder), overwrite=overwrite)], film(size))
    for picture in shown:
        sinks.write(picture)
    (file,) = sinks.close()
    return file


def test_those_that_ship_are_among_them() -> None:
    assert {"mp4", "png", "contact-sheet"} <= CATALOG.writers.keys()


@every
def test_is_documented_and_needs_no_parameters(kind: type[Writer]) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.name)
    assert re.match(r"[A-Z][^\n]+\.(\n|$)", kind.__doc__ or "")
    for name, info in kind.model_fields.items():
        assert info.description, f"{kind.name}.{name} has no docstring"
    assert isinstance(check(kind, {}), kind)


@every
def test_its_endings_choose_it(kind: type[Writer]) -> None:
    for suffix in kind.suffixes:
        assert suffix == suffix.lower()
        assert CATALOG.writer_for(f"film{suffix.upper()}") is kind


@every
@pytest.mark.parametrize(("count", "size"), [(1, (1, 1)), (3, (33, 17)), (3, (64, 48))])
def test_what_it_makes_stands_where_it_says(
    kind: type[Writer], count: int, size: Size, tmp_path: Path
) -> None:
    made = write(kind, tmp_path, pictures(count, *size))
    assert [entry.name for entry in tmp_path.iterdir()] == [made.name]
    assert write(kind, tmp_path, pictures(count, *size), overwrite=True) == made
    assert [entry.name for entry in tmp_path.iterdir()] == [made.name]


@every
def test_it_reads_back_the_recipe_it_wrote(kind: type[Writer], tmp_path: Path) -> None:
    made = write(kind, tmp_path, pictures(2, 32, 32))
    files = sorted(made.glob("[!.]*")) if made.is_dir() else [made]
    assert files
    for file in files:
        assert kind.read_recipe(file) in (RECIPE, "")


@every
def test_an_aborted_film_leaves_nothing(kind: type[Writer], tmp_path: Path) -> None:
    sinks = Sinks([Target(kind(), target(kind, tmp_path))], film((16, 16)))
    sinks.write(pictures(1, 16, 16)[0])
    sinks.abort()
    assert list(tmp_path.iterdir()) == []


@every
def test_the_next_take_leaves_the_first(kind: type[Writer], tmp_path: Path) -> None:
    made = write(kind, tmp_path, pictures(3, 32, 32))
    before = {file.name: file.read_bytes() for file in made.rglob("*")} or made.read_bytes()
    other = write(kind, tmp_path, pictures(1, 16, 16))
    after = {file.name: file.read_bytes() for file in made.rglob("*")} or made.read_bytes()
    assert after == before
    assert other.name == made.name.replace("film", "film-2")
    assert {entry.name for entry in tmp_path.iterdir()} == {made.name, other.name}


@every
def test_a_mistake_is_one_line_and_leaves_nothing(kind: type[Writer], tmp_path: Path) -> None:
    with pytest.raises(WriterError) as missing:
        Sinks([Target(kind(), target(kind, tmp_path / "none"))], film((8, 8)))
    sink = Sinks([Target(kind(), target(kind, tmp_path))], film((8, 8)))
    with pytest.raises(WriterError) as wrong:
        sink.write(pictures(1, 9, 8)[0])
    sink.abort()
    for caught in (missing, wrong):
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
