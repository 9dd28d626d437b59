"""`artengine measure`: measure whether a film stays alive and close to its clip."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from artengine.cli.options import AsJson
from artengine.cli.streams import answer, tell

if TYPE_CHECKING:
    from artengine.frame import Picture, Size
    from artengine.measure import Reading, Report


def _existing(film: Path) -> Path:
    """Refuse a film that does not exist, before missing options are reported."""
    from artengine.errors import SourceError
    from artengine.near_file import near_file

    if not film.exists():
        raise SourceError(f"there is no file {film}{near_file(film) or '; check the path'}")
    return film


def measure(
    film: Annotated[
        Path,
        typer.Argument(
            metavar="FILM", help="A video file, or a folder of pictures.", callback=_existing
        ),
    ],
    source: Annotated[
        Path,
        typer.Option(
            metavar="CLIP",
            help="The clip that the film was dreamt from: a video file or a folder of pictures.",
        ),
    ],
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Plot the measures of every frame into a PNG."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure whether a film stays alive and close to its clip.

    Vitality is the share of frames, from frame 48 on, that move, have contrast and have detail,
    each about as much as the clip, and that neither repeat in a short loop nor flicker. A film dies
    at the first of 48 dead frames in a row.

    Kinship compares the pictures of the film with those of the clip: 1 means as similar as the two
    halves of the clip are to each other, 0 means that nothing is alike.

    Flicker is how much the film changes over 1, 4 and 16 frames, each as a multiple of the clip's
    own change: 0.67 to 1.5 if the film moves as the clip does. Progress is the number of clip
    frames that the film advances per frame: 1 for a replay, 0 for a film that goes nowhere.

    Novelty is 0 for a film that replays its clip, even mirrored, slowed or shuffled, and for one
    that shows nothing of the clip, such as noise. It is 1 for a film that combines parts of the
    clip in ways as new as more footage of it would. The longest replay and the share of the clip
    that the film visits are printed next to it.

    The clip is stretched to the film's size. For a film of another shape, cut the clip to that
    shape first. A film needs at least 49 frames, and a clip 16.

    Examples:

        artengine measure daybreak.mp4 --source clip.mp4

        artengine measure daybreak.mp4 --source clip.mp4 --plot life.png

        artengine measure frames/ --source clip.mp4 --json
    """
    from artengine.measure import Reference
    from artengine.measure.life import FIRST, check_length, check_size

    if plot is not None:
        _check_plot(plot)
    opened = _Film.open(film)
    with _named(film):
        check_size(opened.size)
        # A file may deliver one frame more than it states.
        if opened.length is not None and opened.length < FIRST:
            check_length(opened.length)
    with _named(source):
        clip = _Film.open(source)
    with _named(film):
        found = opened.read("reading the film", opened.size)
        check_length(len(found.curves))
    with _named(source):
        reference = Reference.of(clip.read("reading the clip", opened.size))
    report = reference.measure(found)
    if as_json:
        import json

        named = {"film": str(film), "source": str(source), "size": list(opened.size)}
        answer(json.dumps(named | report.as_data(), indent=2))
    else:
        answer(report.as_text())
    _tell_of_shapes(clip.shown, opened.shown)
    if plot is not None:
        _draw(report, plot, f"{film.name} beside {source.name}")


def _tell_of_shapes(clip: Size, film: Size) -> None:
    """Report if the clip had to be stretched, which counts against the film."""
    from artengine.frame import same_shape

    if not same_shape(clip, film):
        tell(
            f"the clip's {clip[0]}x{clip[1]} was stretched to the film's {film[0]}x{film[1]}, of "
            "another shape; where the film shows a part of the clip, cut the clip to that part "
            "first"
        )


class _Film:
    """A film or clip that was opened, from a file or a folder."""

    def __init__(
        self,
        path: Path,
        size: Size,
        shown: Size,
        length: int | None,
        frames_at: Callable[[Size], Iterator[Picture]],
    ) -> None:
        self.path, self.size, self.shown, self.length = path, size, shown, length
        self._frames_at = frames_at

    @classmethod
    def open(cls, path: Path) -> _Film:
        """Open it at its own size. Raises `SourceError`."""
        if path.is_dir():
            from artengine.catalog import load_catalog
            from artengine.errors import SourceError
            from artengine.preset.find import is_file
            from artengine.train.run import Run

            if is_file(Run(path).log):
                raise SourceError(
                    f"{path}: is a training's run and no film; "
                    f"dream it first: artengine dream {path}"
                )

            kind = load_catalog().get("source", "images")
            images = kind.model_validate({"path": str(path), "fit": "stretch"}).once()
            footage = images.open()
            size, length = footage.size, footage.length
            return cls(path, size, size, length, lambda size: images.open(size).frames())
        from artengine.measure import VideoFile

        file = VideoFile.open(path)
        shown = file.info.size
        return cls(path, file.size, shown, file.length, lambda size: iter(file.at(size)))

    def read(self, title: str, size: Size) -> Reading:
        """Read all of it at a size, with a progress bar. Raises `SourceError`."""
        from artengine.cli.progress import bar
        from artengine.measure import read

        def update(done: int) -> None:
            # The length that a file states may be off by a frame.
            show(done, self.length and max(done, self.length))

        with (
            closing(cast("Generator[Picture]", self._frames_at(size))) as frames,
            bar(title, "frames") as show,
        ):
            found = read(frames, size, update)
            show(len(found.curves), len(found.curves))
            return found


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Prefix errors with the file that they are about."""
    from artengine.errors import SourceError

    try:
        yield
    except SourceError as error:
        message = str(error)
        raise SourceError(message if str(path) in message else f"{path}: {message}") from error


def _check_plot(path: Path) -> None:
    """Refuse a plot that could not be written, before anything is read."""
    from artengine.errors import UsageError, WriterError

    if path.suffix.lower() != ".png":
        raise UsageError(f"--plot: {path} does not end in .png; plots are written as PNG")
    if not path.parent.is_dir():
        raise WriterError(f"{path}: there is no folder {path.parent}; make it first")


def _draw(report: Report, path: Path, title: str) -> None:
    from artengine.errors import WriterError
    from artengine.measure.plot import draw

    try:
        draw(report, path, title)
    except OSError as error:
        raise WriterError(f"{path} cannot be written: {error.strerror}; choose another") from error
    tell(f"plot: {path}")
