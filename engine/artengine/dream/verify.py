"""Verify a film: render its first frames and some others again, and compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from artengine.catalog import Catalog
from artengine.dream.film_pictures import FilmPictures
from artengine.dream.session import Dream
from artengine.effect import generator
from artengine.errors import UsageError
from artengine.frame import Picture
from artengine.measure.deviation import Deviation, deviation, explains
from artengine.preset import Preset
from artengine.preset.made_with import MadeWith
from artengine.writer import Film, Writer

FIRST = 8
"""Number of frames to compare, from the first one on."""

RANDOM = 8
"""Number of other rendered frames to compare, drawn at random."""

FRAMES = 48
"""Default number of frames to render again."""


@dataclass(frozen=True, slots=True)
class Change:
    """A difference between the recipe and this machine.

    Args:
        what: what differs, such as "engine" or "plugin my-glow".
        then: its value in the recipe.
        now: its value here; empty if there is none.
    """

    what: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class ComparedFrame:
    """A comparison of a frame of the film with the one that was rendered again.

    Args:
        frame: its number, from 0.
        film: deviation of the film's picture from the new frame.
        codec: deviation of the new frame from itself after encoding it as the film was.
        exact: whether both encoded frames are identical.
    """

    frame: int
    film: Deviation
    codec: Deviation
    exact: bool

    @property
    def same(self) -> bool:
        """Whether the codec explains the difference."""
        return self.exact or explains(self.codec, self.film)


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of a verification.

    Args:
        frames: the compared frames, in order.
        rendered: number of frames rendered, from the first on.
        length: number of frames of the film.
        changes: differences between the recipe and this machine.
    """

    frames: tuple[ComparedFrame, ...]
    rendered: int
    length: int
    changes: tuple[Change, ...]

    @property
    def same(self) -> bool:
        """Whether every compared frame is the same."""
        return all(frame.same for frame in self.frames)

    @property
    def exact(self) -> bool:
        """Whether every compared frame is identical."""
        return all(frame.exact for frame in self.frames)

    def as_data(self) -> dict[str, Any]:
        """Return the result in JSON types."""
        return {
            "same": self.same,
            "exact": self.exact,
            "rendered": self.rendered,
            "length": self.length,
            "frames": [
                {
                    "frame": each.frame,
                    "same": each.same,
                    "exact": each.exact,
                    "film": asdict(each.film),
                    "codec": asdict(each.codec),
                }
                for each in self.frames
            ],
            "changes": [asdict(change) for change in self.changes],
        }


def verify(
    preset: Preset,
    catalog: Catalog,
    path: Path,
    *,
    frames: int = FRAMES,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verified:
    """Render the beginning of a film again, and compare.

    Each frame depends on those before it, so all frames up to the last compared one are rendered.
    They are encoded as the film was, to measure the codec's error. If frames differ although
    nothing that the recipe records has changed, the whole film is rendered and compared.

    Args:
        preset: the film's recipe, loaded.
        catalog: the plugins.
        path: the film, or a folder of frames.
        frames: number of frames to render, from the first on.
        seed: seed for drawing the compared frames after the first ones.
        progress: called after each frame with the number of frames done and the total.

    Raises:
        UsageError: when the file does not show the film's frames.
        ArtengineError: of the film, the source, the weights, an effect or a writer.
    """
    found = _compared(preset, catalog, path, frames, seed, progress)
    if found.same or found.changes or found.rendered == found.length:
        return found
    # A codec with a fixed file size spends fewer bytes on calm frames: its error there can only be
    # measured by encoding the whole film.
    return _compared(preset, catalog, path, found.length, seed, progress)


def _compared(
    preset: Preset,
    catalog: Catalog,
    path: Path,
    frames: int,
    seed: int,
    progress: Callable[[int, int], None],
) -> Verified:
    """Render the first frames of a film again, and compare some of them."""
    shown = FilmPictures.open(path, catalog)
    with Dream(preset) as dream, TemporaryDirectory(prefix="artengine-verify-") as folder:
        length = dream.preset.dream.frames
        every = 1 if shown.fps is None else max(1, round(dream.fps / shown.fps))
        if shown.length == 1 and -(-length // every) > 1:
            raise UsageError(f"{path} is one picture; name a film or a folder of frames")
        count = min(frames, length, (shown.length - 1) * every + 1)
        chosen = _chosen(count, every, seed)
        dream.load()
        writer = _writer(dream.preset, catalog, shown.name)
        size = shown.part_size(-(-count // every), Path(folder))
        writer = writer.part(size) if size else writer
        to = Path(folder) / shown.name
        again, kept = _render(dream, writer, to, chosen, count, progress)
        encoded = FilmPictures.open(again, catalog)
        compared = [
            ComparedFrame(
                number,
                deviation(film, kept[number]),
                deviation(new, kept[number]),
                film.shape == new.shape and np.array_equal(film, new),
            )
            for number, film, new in _pairs(shown, encoded, chosen, every)
        ]
        changes = _changes(preset.document.made_with, dream.resolved.made_with)
    return Verified(tuple(compared), count, length, changes)


def _chosen(count: int, every: int, seed: int) -> list[int]:
    """The numbers of the frames to compare, among those that the film shows."""
    shown = list(range(0, count, every))
    rest = shown[FIRST:]
    drawn = generator(seed, "verify", 0).permutation(len(rest))[:RANDOM]
    return shown[:FIRST] + sorted(rest[index] for index in drawn)


def _render(
    dream: Dream,
    writer: Writer,
    path: Path,
    chosen: list[int],
    count: int,
    progress: Callable[[int, int], None],
) -> tuple[Path, Mapping[int, Picture]]:
    """Write the first frames of a dream to a file, and return the chosen ones unencoded."""
    kept: dict[int, Picture] = {}
    sink = writer.open(path, Film(dream.output_size, dream.fps, count))
    try:
        for number, picture in enumerate(islice(dream, count)):
            sink.write(picture)
            if number in chosen:
                kept[number] = picture
            progress(number + 1, count)
    except BaseException:
        sink.abort()
        raise
    sink.close()
    return writer.result(path), kept


def _pairs(
    shown: FilmPictures, encoded: FilmPictures, chosen: list[int], every: int
) -> Iterator[tuple[int, Picture, Picture]]:
    """The chosen frames of the film, and of the new encoding."""
    for number, (film, new) in enumerate(zip(shown, encoded, strict=False)):
        if number * every > chosen[-1]:
            return
        if number * every in chosen:
            yield number * every, film, new


def _writer(preset: Preset, catalog: Catalog, name: str) -> Writer:
    """The writer of the film, with the recipe's parameters if the recipe has that writer."""
    kind = catalog.writer_for(name)
    own = [writer for writer in preset.writers if type(writer) is kind]
    if kind is None:
        raise UsageError(f"{name}: no writer makes such files, and so it cannot be verified")
    return own[0] if own else kind()


def _changes(then: MadeWith, now: MadeWith) -> tuple[Change, ...]:
    """The differences between the recipe and this machine, as far as the recipe records them."""
    pairs = {
        "engine": (then.engine, now.engine),
        "weights": (then.weights, now.weights),
        "source": (then.source, now.source),
        **{f"arithmetic: {k}": (v, now.arithmetic.get(k, "")) for k, v in then.arithmetic.items()},
        **{f"plugin {k}": (v, now.plugins.get(k, "")) for k, v in then.plugins.items()},
    }
    return tuple(
        Change(what, *pair) for what, pair in pairs.items() if pair[0] and len(set(pair)) > 1
    )
