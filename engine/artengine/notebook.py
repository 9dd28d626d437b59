"""The engine from Python: presets, dreams and clips, for notebooks and scripts."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from artengine.catalog import Catalog, load_catalog
from artengine.dream.session import Dream
from artengine.dream.sinks import Sinks
from artengine.dream.targets import Target
from artengine.errors import UsageError
from artengine.frame import Frame, Picture, size_of, to_picture
from artengine.preset import Preset, parse_overrides, parse_preset
from artengine.preset import load_preset as read_preset
from artengine.writer import Film

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Clip", "Dream", "Preset", "clip", "installed", "load_preset", "show"]


@lru_cache(maxsize=1)
def installed() -> Catalog:
    """Return the catalog of installed plugins; it is cached."""
    return load_catalog()


def load_preset(where: str | Path | Mapping[str, Any], *changes: str) -> Preset:
    """Load a preset.

    Args:
        where: a name, a file, a run folder, or a parsed TOML table.
        changes: overrides as on the command line, such as `"dream.frames=48"`.

    Raises:
        UsageError, PresetError: when there is no such preset, or with every mistake in it.
    """
    overrides = parse_overrides(changes, "load_preset")
    if isinstance(where, Mapping):
        return parse_preset(where, installed(), overrides)
    return read_preset(str(where), installed(), overrides)


def show(picture: Picture | Frame) -> Image.Image:
    """Return a picture or frame `(H, W, 3)` as a PIL image, which notebooks display."""
    from PIL import Image

    return Image.fromarray(_as_picture(picture))


_KINDS = {
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webm": "video/webm",
}


@dataclass(frozen=True, slots=True)
class Clip:
    """A film on disk, or a folder of its frames; notebooks display it as a player."""

    path: Path
    size: tuple[int, int]

    def _repr_html_(self) -> str:
        if self.path.is_dir():
            return f"{html.escape(str(self.path))}: a folder of frames"
        data = base64.b64encode(self.path.read_bytes()).decode()
        kind = _KINDS.get(self.path.suffix.lower(), "video/mp4")
        source = f'src="data:{kind};base64,{data}" width="{self.size[0]}"'
        if kind.startswith("image"):
            return f'<img {source} alt="{html.escape(self.path.name)}">'
        return f"<video {source} controls loop muted autoplay playsinline></video>"


def clip(
    pictures: Iterable[Picture | Frame],
    path: str | Path = "clip.mp4",
    fps: float = 24.0,
    recipe: str = "",
    *,
    overwrite: bool = False,
) -> Clip:
    """Write pictures or frames `(H, W, 3)`, all of the same size, as a film.

    An existing film is kept, and the new one is named `clip-2.mp4`, `clip-3.mp4` and so on.

    Args:
        path: the file; its suffix chooses the writer.
        fps: frames per second.
        recipe: the recipe to embed, as `dream.resolved.recipe(folder)` returns it.
        overwrite: whether to replace an existing film instead.

    Raises:
        UsageError: when no writer has that suffix, or there are no pictures.
        WriterError: when the film cannot be written.
    """
    target = Path(path)
    kind = installed().writer_for(target.name)
    if kind is None:
        raise UsageError(f'{target}: no writer for "{target.suffix}"; for example clip.mp4')
    rest = iter(pictures)
    first = next(rest, None)
    if first is None:
        raise UsageError(f"{target}: there are no pictures to write")
    film = Film(size_of(first), fps, _length(pictures), recipe)
    sinks = Sinks([Target(kind(), target, overwrite=overwrite)], film)
    try:
        for picture in chain([first], rest):
            sinks.write(_as_picture(picture))
    except BaseException:
        sinks.abort()
        raise
    (file,) = sinks.close()
    return Clip(file, film.size)


def _length(pictures: Iterable[Any]) -> int | None:
    return len(pictures) if isinstance(pictures, Sequence) else None


def _as_picture(picture: Picture | Frame) -> Picture:
    if picture.dtype == np.uint8:
        return np.asarray(picture, dtype=np.uint8)
    return to_picture(np.asarray(picture, dtype=np.float32))
