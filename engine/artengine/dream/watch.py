"""Previews of a preset that is being edited, rendered again after each change."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from artengine.dream.continued import continued
from artengine.dream.curve_mistakes import curve_mistakes
from artengine.dream.curve_values import try_curves
from artengine.dream.preview import FRAMES, preview, small
from artengine.dream.session import Dream
from artengine.dream.sinks import Sinks
from artengine.dream.snapshot import Snapshot
from artengine.dream.sound import film_sounds
from artengine.dream.start import with_start
from artengine.dream.takes import is_taken, takes
from artengine.dream.targets import Target, refuse_obstacle
from artengine.errors import ArtengineError
from artengine.frame import Picture
from artengine.preset import Preset
from artengine.resolve import Resolved
from artengine.writer import Film

SHARE = 0.1
"""Maximum share of the time to spend on writing unfinished previews."""

Changed = Callable[[], bool]
Begin = Callable[[float, int], int]


class Previews:
    """A renderer of previews, each of which replaces the files of the one before.

    The network stays loaded as long as it is the same. A preview is the whole film in few small
    frames or, with `begin`, the same number of small frames from there on at the film's pace. The
    film up to there is then dreamt once, and a changed preset continues from a snapshot, unless the
    change affects the start of the dream.

    Files that are a single picture are also written while a preview is dreamt: missing frames are
    filled with darkened frames of the last preview. All files are written at its end.

    Args:
        targets: the writers and their paths.
        begin: returns the first frame of previews, given the film's frames per second and its
            length; None for previews of the whole film.
        recipe: whether to embed the recipe of the film in the files.
    """

    def __init__(
        self, targets: Sequence[Target], *, begin: Begin | None = None, recipe: bool = True
    ) -> None:
        self._targets = [_in_place(target) for target in targets]
        self._early = [target for target in self._targets if _is_picture(target)]
        self._begin, self._recipe = begin, recipe
        self._before: Dream | None = None
        self._start: tuple[Snapshot, Resolved] | None = None
        self._last: tuple[Sequence[Picture], Film] | None = None
        self._unfinished = False

    @property
    def files(self) -> list[Path]:
        """The files and folders that are written."""
        return [target.writer.result(target.path) for target in self._targets]

    def render(self, preset: Preset, changed: Changed = lambda: False) -> int | None:
        """Render the preview of a preset.

        Args:
            preset: the film's preset.
            changed: called before each frame; returns whether the preview is out of date.

        Returns:
            The number of its frames; None if it was abandoned.

        Raises:
            ArtengineError: of the source, the weights, a curve, an effect or a writer. The files
                then have the last complete preview.
        """
        try:
            return self._rendered(with_start(preset), changed)
        except BaseException:
            self.restore()
            raise

    def restore(self) -> None:
        """Write the last complete preview again, if an unfinished one has been written since."""
        if self._unfinished and self._last is not None:
            # If this cannot be written, the unfinished preview was not written either.
            with suppress(ArtengineError):
                _write(self._early, *self._last)
        self._unfinished = False

    def _rendered(self, preset: Preset, changed: Changed) -> int | None:
        with Dream(preset) as whole:
            fps, size = whole.fps, whole.size
            folder = self._targets[0].path.absolute().parent
            recipe = whole.resolved.recipe(folder) if self._recipe else ""
        first = 0 if self._begin is None else self._begin(fps, preset.dream.frames)
        part = preview(preset, fps=fps, size=size) if self._begin is None else small(preset, size)
        with curve_mistakes(part), self._dream(part) as dream:
            dream.preset.remember_files()
            try_curves(dream.preset, dream.fps)
            if not self._reach(dream, first, changed):
                return None
            film = Film(
                dream.output_size,
                dream.fps,
                min(FRAMES, dream.preset.dream.frames - first),
                recipe,
                preset.title if recipe else "",
                sounds=() if self._begin else film_sounds(dream.preset),
            )
            return self._written(dream, film, changed)

    def _dream(self, preset: Preset) -> Dream:
        """Return the dream of a preview, reusing the last one's network if it is the same."""
        truth = self._begin is not None
        dream = Dream(preset, truth=truth, after=self._before)
        # Always continue the original snapshot, so that undoing a change restores the frames.
        resumed = None if self._start is None else continued(*self._start, dream.resolved)
        if resumed is not None:
            dream = Dream(preset, truth=truth, after=self._before, resume=resumed)
        dream.load()
        self._before = dream
        if resumed is None:
            self._start = None
        return dream

    def _reach(self, dream: Dream, first: int, changed: Changed) -> bool:
        """Dream up to the preview's first frame, unless the dream continues a snapshot there.

        Returns:
            False if the preview was abandoned.
        """
        if self._begin is None or self._start is not None:
            return True
        for _ in islice(dream, first):
            if changed():
                return False
        self._start = dream.snapshot(), dream.resolved
        return True

    def _written(self, dream: Dream, film: Film, changed: Changed) -> int | None:
        """Dream the preview's frames and write them."""
        taken: list[Picture] = []
        due = time.monotonic()
        for picture in islice(dream, film.frames):
            if changed():
                return None
            taken.append(picture)
            began = time.monotonic()
            if self._early and began >= due:
                self._unfinished = True
                _write(self._early, [*taken, *self._missing(film, len(taken))], film)
                ended = time.monotonic()
                due = ended + (ended - began) / SHARE
        _write(self._targets, taken, film)
        self._last, self._unfinished = (taken, film), False
        return len(taken)

    def _missing(self, film: Film, count: int) -> Sequence[Picture]:
        """Placeholders for the frames that are not dreamt yet."""
        if self._last is not None:
            pictures, before = self._last
            if (before.size, before.frames) == (film.size, film.frames):
                return [picture // 3 for picture in pictures[count:]]
        width, height = film.size
        return [np.zeros((height, width, 3), np.uint8)] * ((film.frames or count) - count)


def _in_place(target: Target) -> Target:
    """A target that overwrites earlier previews; without `overwrite`, one with a free name."""
    if target.overwrite:
        return target
    names = takes(target.writer, target.path, target.take)
    free = next(path for path in names if not is_taken(target.writer, path))
    return replace(target, path=free, take=1, overwrite=True)


def _is_picture(target: Target) -> bool:
    """Whether its file is a single picture, which is fast to write."""
    one = target.writer.result(target.path) == target.path
    return one and target.path.suffix.lower() in (".png", ".jpg", ".jpeg")


def _write(targets: Sequence[Target], pictures: Sequence[Picture], film: Film) -> None:
    """Write pictures as a film, which replaces existing files once it is complete."""
    for target in targets:
        refuse_obstacle(target)
    sinks = Sinks(targets, film)
    try:
        for picture in pictures:
            sinks.write(picture)
    except BaseException:
        sinks.abort()
        raise
    sinks.close()
