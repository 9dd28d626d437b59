"""Render a film: run a dream, and its writers in parallel with the network."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from artengine.catalog import Catalog
from artengine.collecting import collect_as_usual
from artengine.default_runtime import wanted_runtime
from artengine.dream.allocator import ahead, keep_memory
from artengine.dream.aside import Aside
from artengine.dream.curve_mistakes import curve_mistakes
from artengine.dream.curve_values import try_curves
from artengine.dream.loop import Predict
from artengine.dream.output import OutputFrame
from artengine.dream.remarks import curve_remarks
from artengine.dream.session import Dream
from artengine.dream.sinks import Sinks
from artengine.dream.sound import film_sounds
from artengine.dream.stages import Profile
from artengine.dream.targets import Target
from artengine.dream.writer_thread import WriterThread
from artengine.errors import WriterError
from artengine.frame import Size
from artengine.plain_network import import_runtime
from artengine.preset import Preset
from artengine.quickest import Quickest
from artengine.stepping.engines import BrokenEngineError
from artengine.writer import Film

logger = logging.getLogger("artengine")


@dataclass(frozen=True, slots=True)
class Rendered:
    """The result of a render: the finished files, the number of frames, and the time it took.

    `kept` has the existing films that were kept, by the new film that got another name; `profile`
    has the timing of the stages, and `quickest` the timings by which the runtime was chosen if it
    was "auto". `resized` names the effects that change the size of the dream's frames; it is empty
    if there are none.
    """

    files: tuple[Path, ...]
    frames: int
    seconds: float
    stopped: bool
    kept: Mapping[Path, Path] = field(default_factory=dict)
    profile: Profile | None = None
    quickest: Quickest | None = None
    resized: str = ""


def _resized(preset: Preset, dreamt: Size, film: Size) -> str:
    names = preset.output_chain().resizing(dreamt)
    if film == dreamt or not names:
        return ""
    verb = "enlarge" if film[0] >= dreamt[0] and film[1] >= dreamt[1] else "change"
    size, before = (f"{width}x{height}" for width, height in (film, dreamt))
    return f"{size}: {' and '.join(names)} {verb}{'s' if len(names) == 1 else ''} {before}"


def _check_folder(path: Path) -> None:
    parent = path.absolute().parent
    if not parent.is_dir():
        raise WriterError(f"{path}: the folder {parent} does not exist; make it, or choose another")


def _read_ahead(dream: Dream) -> None:
    if ahead(dream.size):
        keep_memory()
    dream.read_ahead()


def render(
    preset: Preset,
    catalog: Catalog,
    targets: Sequence[Target],
    *,
    predict: Predict | None = None,
    recipe: bool = True,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    stop: Callable[[], bool] = lambda: False,
) -> Rendered:
    """Render a preset's film.

    If no runtime is named and the default one has broken since it was tried, a warning is logged
    and Keras is used. Output chain and writers run on their own thread, and decoding on another. A
    film that is stopped or fails keeps the frames written so far, and does not replace an existing
    film.

    Args:
        predict: a network to use in place of the preset's weights.
        recipe: whether to embed recipe and title in the files.
        progress: called after each frame with the number of frames done and the total.
        stop: called before each frame is written; True ends the film there. If it is True before
            the first frame, nothing is written and an existing file is kept.

    Raises:
        ArtengineError: of the source, the weights, a curve, an effect or a writer.
    """
    for target in targets:
        _check_folder(target.path)
    make = partial(
        _rendered,
        preset,
        catalog,
        targets,
        predict=predict,
        recipe=recipe,
        progress=progress,
        stop=stop,
    )
    try:
        return make()
    except BrokenEngineError:
        # Nothing was written yet, and the cached result that the engine works was deleted.
        if wanted_runtime(preset) != "default":
            raise
        return make()


def _rendered(
    preset: Preset,
    catalog: Catalog,
    targets: Sequence[Target],
    *,
    predict: Predict | None,
    recipe: bool,
    progress: Callable[[int, int], None],
    stop: Callable[[], bool],
) -> Rendered:
    folder = targets[0].path.absolute().parent if targets else Path.cwd()
    with curve_mistakes(preset), Dream(preset, predict=predict) as dream:
        preset = dream.preset
        # ffmpeg probes the clip while the runtime is imported.
        with Aside(partial(_read_ahead, dream)):
            if predict is None:
                import_runtime(preset.dream)
        preset.remember_files()
        try_curves(preset, dream.fps)
        for remark in curve_remarks(preset, dream.fps):
            logger.warning("%s", remark)
        # The recipe names the arithmetic, which is known once the network is loaded.
        dream.load()
        total = preset.dream.frames
        film = Film(
            dream.output_size,
            dream.fps,
            total,
            dream.resolved.recipe(folder) if recipe else "",
            preset.title if recipe else "",
            dream.source_time,
            film_sounds(preset),
        )
        sinks = Sinks(targets, film)
        stages = dream.stages
        stopped = False

        def write(frame: OutputFrame) -> None:
            with stages.stage("output"):
                picture = dream.picture(frame)
            picture.flags.writeable = False
            with stages.stage("encoder"):
                sinks.write(picture)
            if sinks.written == 1:
                stages.wrote_first()
            elif sinks.written == 2:
                collect_as_usual()
            catalog.notify("after_frame", index=frame.clock.index, picture=picture)
            progress(sinks.written, total)

        try:
            catalog.notify("before_dream", recipe=preset.table, frames=total)
            began = time.monotonic()
            with WriterThread(write, ahead(dream.output_size)) as writer_thread:
                for turn in dream.turns():
                    if stop():
                        stopped = True
                        break
                    if turn.clock.index == 0:
                        stages.dreamt_first()
                    frame = dream.output_frame(turn)
                    with stages.stage("waiting"):
                        writer_thread.put(frame)
                    # Do not hold references while the next one is dreamt.
                    del turn, frame
        except BaseException as error:
            if sinks.written:
                _close_after(error, sinks)
            else:
                sinks.abort()
            raise
        if stopped and not sinks.written:
            sinks.abort()
        with stages.stage("encoder"):
            files = sinks.close(partial=stopped)
        profile = stages.profile(sinks.written)
    catalog.notify("after_dream", recipe=preset.table, files=files)
    seconds = time.monotonic() - began
    return Rendered(
        tuple(files),
        sinks.written,
        seconds,
        stopped,
        sinks.kept,
        profile,
        dream.resolved.quickest,
        _resized(preset, dream.size, dream.output_size),
    )


def _close_after(error: BaseException, sinks: Sinks) -> None:
    """Finish a failed film; log errors of writers, so that they do not hide the original one."""
    try:
        files = sinks.close(partial=True)
    except Exception as another:
        if another is not error:
            logger.warning("%s", another)
        return
    names = ", ".join(map(str, files))
    kept = (
        "frame until then is" if sinks.written == 1 else f"{sinks.written:,} frames until then are"
    )
    logger.warning("the %s kept as %s", kept, names)
