"""Which ffmpeg binary is used."""

from __future__ import annotations

from functools import cache

from artengine.errors import SourceError


@cache
def ffmpeg_executable() -> str:
    """Path of the ffmpeg binary: the one packaged with imageio-ffmpeg, unless the environment
    variable `IMAGEIO_FFMPEG_EXE` names another.

    Raises:
        SourceError: when there is none for this machine.
    """
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise SourceError(
            "no ffmpeg was found for this machine; install ffmpeg, or set IMAGEIO_FFMPEG_EXE to it"
        ) from error
