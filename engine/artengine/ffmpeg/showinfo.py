"""Parsing of ffmpeg's `showinfo` filter: time stamps, sizes and colour of pictures."""

from __future__ import annotations

import re
from fractions import Fraction

FILTER = "sidedata=mode=delete,showinfo=checksum=0"
"""Side data is dropped first: a stranger's file may hold much of it, and it would be printed."""

_LINE = re.compile(r"\[Parsed_showinfo_\d+ @ (?:0x)?[0-9a-fA-F]+\] (?:\[info\] )?(.*)")
_TIME_BASE = re.compile(r"config in time_base: (\d+)/(\d+), frame_rate: (\d+)/(\d+)")
_FIELD = re.compile(r"(\w+): *([^\s:]+(?::[^\s:]+)?)(?=\s|$)")


class ShownPictures:
    """Parses a log with `showinfo` lines, one line at a time.

    Attributes:
        rate: the stream's frame rate as ffmpeg guesses it; None if it has no guess.
        latest: the fields of the latest picture, by ffmpeg's names.
        interlaced: whether a picture so far holds two fields.
    """

    def __init__(self) -> None:
        self.rate: Fraction | None = None
        self.latest: dict[str, str] = {}
        self.interlaced = False
        self._base = Fraction(0)

    def read(self, line: str) -> bool:
        """Parse a line of the log; return whether it is the first line of a picture."""
        found = _LINE.match(line)
        if found is None:
            return False
        base = _TIME_BASE.match(found[1])
        if base is not None:
            ticks, per, frames, seconds = map(int, base.groups())
            self._base = Fraction(ticks, per or 1)
            self.rate = Fraction(frames, seconds) if frames and seconds else None
            return False
        fields = dict(_FIELD.findall(found[1]))
        if "n" in fields:
            self.latest = fields
            self.interlaced = self.interlaced or fields.get("i") in {"T", "B"}
            return True
        self.latest.update(fields)
        return False

    @property
    def stamp(self) -> Fraction | None:
        """The time of the latest picture, in seconds; None if the file has none."""
        return self._seconds("pts")

    @property
    def duration(self) -> Fraction | None:
        """The duration of the latest picture, in seconds; None if the file has none."""
        return self._seconds("duration") or None

    def _seconds(self, key: str) -> Fraction | None:
        ticks = self.latest.get(key, "")
        return int(ticks) * self._base if re.fullmatch(r"-?\d+", ticks) else None
