"""Measuring films: whether a dream stays alive, and how near it stays to its clip.

    from artengine.measure import VideoFile, measure

    report = measure(VideoFile.open("dream.mp4"), VideoFile.open("clip.mp4"))
    print(report.vitality, report.death, report.kinship)

Any iterables of pictures will do. To measure many films by one clip, `read` it once at their size
and make a `Reference` of it.
"""

from artengine.measure.reading import Reading, read
from artengine.measure.report import Reference, Report, measure
from artengine.measure.video_file import VideoFile

__all__ = ["Reading", "Reference", "Report", "VideoFile", "measure", "read"]
