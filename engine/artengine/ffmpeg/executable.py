"""Location of the ffmpeg binary."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from artengine.errors import SourceError


@cache
def ffmpeg_executable() -> str:
    """Return the path of the ffmpeg binary: the one packaged with imageio-ffmpeg, unless the
    environment variable `IMAGEIO_FFMPEG_EXE` names another.

    Raises:
        SourceError: when there is none for this machine.
    """
    packaged = "" if os.environ.get("IMAGEIO_FFMPEG_EXE") else _packaged()
    if packaged:
        return packaged
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise SourceError(
            "no ffmpeg was found for this machine; install ffmpeg, or set IMAGEIO_FFMPEG_EXE to it"
        ) from error


def _packaged() -> str:
    """Return the binary inside of imageio-ffmpeg; empty if there is none. Unlike imageio-ffmpeg's
    own function, this does not run it once as a test."""
    package = find_spec("imageio_ffmpeg")
    folders = (package and package.submodule_search_locations) or ()
    found = [file for each in folders for file in Path(each, "binaries").glob("ffmpeg-*")]
    return str(found[0]) if len(found) == 1 and os.access(found[0], os.X_OK) else ""
