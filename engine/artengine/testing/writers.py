"""The contract of every writer, whatever it writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from artengine.counts import counted
from artengine.dream.sinks import Sinks
from artengine.dream.targets import Target
from artengine.errors import WriterError
from artengine.frame import Picture, Size
from artengine.sidecar import sidecar
from artengine.testing.check import Trial
from artengine.testing.documented import is_documented
from artengine.testing.expect import ConformanceError, expect
from artengine.writer import Film

RECIPE = 'title = "é\\n=;#"\n\n[dream]\nframes = 2\n' * 9
"""A recipe of several lines, with characters that file formats may mishandle."""


def pictures(count: int, size: Size) -> list[Picture]:
    """Return random pictures, the same at each call."""
    rng = np.random.default_rng(1)
    return [rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8) for _ in range(count)]


def film(size: Size, recipe: str = RECIPE) -> Film:
    """Return the description of a film of that size for a writer."""
    return Film(size, 25.0, None, recipe, "Night = drive")


def _target(trial: Trial, *, overwrite: bool = False, inside: str = "") -> Target:
    suffixes = trial.kind.suffixes
    name = f"film{suffixes[0] if suffixes else ''}"
    return Target(trial.made(), trial.folder / inside / name, overwrite=overwrite)


def write(
    trial: Trial, shown: list[Picture], *, overwrite: bool = False, recipe: str = RECIPE
) -> Path:
    """Write a film of pictures and return its file or folder."""
    size = shown[0].shape[1], shown[0].shape[0]
    sinks = Sinks([_target(trial, overwrite=overwrite)], film(size, recipe))
    for picture in shown:
        sinks.write(picture)
    (file,) = sinks.close()
    return file


def _files_left(trial: Trial) -> set[str]:
    """Return the files in its folder, without the recipes that the engine writes next to films."""
    files = set(trial.folder.iterdir())
    return {entry.name for entry in files - {sidecar(entry) for entry in files}}


def needs_no_parameters(trial: Trial) -> None:
    """It needs no parameters, because the suffix of a file name alone selects it."""
    trial.made()
    for suffix in trial.kind.suffixes:
        expect(suffix == suffix.lower(), f'write the suffix "{suffix}" in small letters')


def writes_where_it_says(trial: Trial) -> None:
    """It writes films of any size and length to the given path, and nothing else."""
    for count, size in ((1, (1, 1)), (3, (33, 17)), (3, (64, 48))):
        made = write(trial, pictures(count, size), overwrite=True)
        expect(
            _files_left(trial) == {made.name},
            f"of {counted(count, 'picture')} of {size[0]}x{size[1]}, it leaves "
            f"{sorted(_files_left(trial))}",
        )


def reads_back_its_recipe(trial: Trial) -> None:
    """`read_recipe` returns the recipe that a film was written with, or an empty text."""
    made = write(trial, pictures(2, (32, 32)))
    files = sorted(made.glob("[!.]*")) if made.is_dir() else [made]
    expect(files, f"{made.name} is empty")
    for file in files:
        read = trial.kind.read_recipe(file)
        expect(read in (RECIPE, ""), f"read_recipe gives back another recipe: {read[:60]!r}")


def leaves_nothing_when_stopped(trial: Trial) -> None:
    """Nothing is left of a film that is aborted."""
    sinks = Sinks([_target(trial)], film((16, 16)))
    sinks.write(pictures(1, (16, 16))[0])
    sinks.abort()
    expect(not _files_left(trial), f"after abort it leaves {sorted(_files_left(trial))}")


def leaves_other_films(trial: Trial) -> None:
    """A second film of the same name gets another one, and the first stays as it is."""
    made = write(trial, pictures(3, (32, 32)))
    before = _bytes(made)
    other = write(trial, pictures(1, (16, 16)))
    expect(_bytes(made) == before, "a second film changes the first")
    expect(other.name == made.name.replace("film", "film-2"), f"the second is called {other.name}")
    expect(_files_left(trial) == {made.name, other.name}, f"it leaves {sorted(_files_left(trial))}")


def _bytes(made: Path) -> object:
    return {file.name: file.read_bytes() for file in made.rglob("*")} or made.read_bytes()


def says_mistakes_on_one_line(trial: Trial) -> None:
    """A missing folder and a picture of another size raise WriterErrors with one-line messages."""
    _rejects("a folder that is missing", lambda: Sinks([_target(trial, inside="no")], film((8, 8))))
    sinks = Sinks([_target(trial)], film((8, 8)))
    _rejects("a picture of another size", lambda: sinks.write(pictures(1, (9, 8))[0]))
    sinks.abort()
    expect(not _files_left(trial), f"after an error it leaves {sorted(_files_left(trial))}")


def _rejects(what: str, work: object) -> None:
    try:
        work()  # type: ignore[operator]
    except WriterError as error:
        expect("\n" not in str(error), f"the error of {what} has several lines")
    else:
        raise ConformanceError(f"{what} is no error; raise WriterError")


PROMISES = (
    is_documented,
    needs_no_parameters,
    writes_where_it_says,
    reads_back_its_recipe,
    leaves_nothing_when_stopped,
    leaves_other_films,
    says_mistakes_on_one_line,
)
"""In the order in which an author should fix them."""
