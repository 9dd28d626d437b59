"""What every source promises, whatever it films."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from artengine.api import Picture, Size, Source
from artengine.catalog import load_catalog
from artengine.params import check, is_path

SOURCES = load_catalog().sources

every = pytest.mark.parametrize("kind", SOURCES.values(), ids=SOURCES.keys())


def made(kind: type[Source], clip: Path) -> Source:
    """A source of a real clip, where it needs one, and as it is by default otherwise."""
    files = [name for name, info in kind.model_fields.items() if is_path(info)]
    source = check(kind, dict.fromkeys(files, str(clip)))
    assert isinstance(source, kind), source
    return source


@pytest.fixture(scope="session")
def footage(bikes: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a source that reads files is given, by its name; a clip where there is no entry."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("shots")
    for number in range(12):
        value = np.full((24, 40, 3), 20 * number, np.uint8)
        Image.fromarray(value).save(folder / f"{number:03d}.png")
    return {"images": folder, "": bikes}


@pytest.fixture
def source(kind: type[Source], footage: dict[str, Path]) -> Source:
    return made(kind, footage.get(kind.name, footage[""]))


def shots(source: Source, size: Size | None, start: int, count: int) -> Sequence[Picture]:
    with closing(source.open(size).frames(start)) as frames:  # type: ignore[type-var]
        return list(islice(frames, count))


def test_those_that_ship_are_among_them() -> None:
    assert {"video", "images", "synthetic"} <= SOURCES.keys()


@every
def test_is_documented(kind: type[Source]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.name)
    assert re.match(r"[A-Z][^\n]+\.(\n|$)", kind.__doc__ or "")
    for name, info in kind.model_fields.items():
        assert info.description, f"{kind.name}.{name} has no docstring"


@every
@pytest.mark.parametrize("size", [None, (1, 1), (17, 33), (64, 40)])
def test_pictures_are_of_the_size_it_says(source: Source, size: Size | None) -> None:
    opened = source.open(size)
    assert size is None or opened.size == size
    assert opened.fps > 0
    found = shots(source, size, 0, 3)
    assert len(found) == 3
    for picture in found:
        assert picture.dtype == np.uint8
        assert picture.shape == (opened.size[1], opened.size[0], 3)


@every
def test_gives_the_rate_that_is_asked_for(source: Source) -> None:
    assert source.open((32, 24), 12.5).fps == pytest.approx(12.5)


@every
def test_begins_anywhere(source: Source) -> None:
    whole = shots(source, (48, 32), 0, 9)
    for start in (1, 5):
        np.testing.assert_array_equal(shots(source, (48, 32), start, 9 - start), whole[start:])
    assert any((picture != whole[0]).any() for picture in whole)


@every
def test_iterators_of_one_footage_do_not_disturb_each_other(source: Source) -> None:
    opened = source.open((48, 32))
    one, other = opened.frames(), opened.frames(2)
    pairs = [(next(one), next(other)) for _ in range(4)]
    for n in range(2):
        np.testing.assert_array_equal(pairs[n + 2][0], pairs[n][1])


@every
def test_content_is_told_apart_by_text(source: Source) -> None:
    facts = source.fingerprint()
    assert facts == source.fingerprint()
    assert all(isinstance(name, str) and isinstance(said, str) for name, said in facts.items())


@every
def test_once_does_not_repeat(source: Source) -> None:
    opened = source.once().open((16, 16))
    if opened.finite and opened.length is not None:
        assert sum(1 for _ in opened.frames()) == opened.length
