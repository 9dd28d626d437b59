"""Measuring films: whether a dream stays alive, and how close it stays to its clip.

    from artengine.measure import VideoFile, measure

    report = measure(VideoFile.open("dream.mp4"), VideoFile.open("clip.mp4"))
    print(report.vitality, report.death, report.kinship)

Both arguments may be any iterables of pictures. To measure many films against one clip, `read` the
clip once at their size and make a `Reference` of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from artengine.measure.reading import Reading, read
    from artengine.measure.report import Reference, Report, measure
    from artengine.measure.video_file import VideoFile

__all__ = ["Reading", "Reference", "Report", "VideoFile", "measure", "read"]

# Imported lazily: a dream that measures its own vital signs needs none of these.
_PLACES = {
    "Reading": "reading",
    "read": "reading",
    "Reference": "report",
    "Report": "report",
    "measure": "report",
    "VideoFile": "video_file",
}


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"artengine.measure.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
