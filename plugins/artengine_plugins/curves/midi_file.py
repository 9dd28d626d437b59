"""Notes and controllers of a MIDI file as a curve."""

from __future__ import annotations

import io
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar, Literal

from artengine.api import Curve, CurveError, Param, Scope, Signal, SignalContext
from artengine_plugins.whole_file import read_whole

LARGEST = 1 << 20
"""Size of the largest file in bytes."""

_LONG_NUMBER = re.compile(rb"[\x80-\xff]{2000}")
"""A MIDI number continues while bytes are above 127, for at most three of them; other data may look
alike. mido reads numbers of any length, in quadratic time."""

_LAST_TICK = 1 << 40
"""Latest tick of a message."""


class Midi(Curve):
    """Notes or a controller of a MIDI file, as `{ midi = "song.mid", note = 36 }`.

    The value is 0 to 1. Times follow the file's own tempo. A note shorter than a frame shows in the
    frame that it falls in. To let notes fade, give the curve a name and write
    `lag(NAME, 0, 0.3)`.
    """

    name: ClassVar[str] = "midi"
    key: ClassVar[str] = "midi"

    midi: str = Param(path=True)
    """Path of the file, such as `song.mid`."""

    note: int | None = Param(None, ge=0, le=127)
    """The note to follow, 60 for the middle C; every note when left out. Drums are notes too: 36 is
    the bass drum and 38 the snare of most files, on channel 10."""

    controller: int | None = Param(None, ge=0, le=127)
    """A controller to follow instead of notes, such as 1 for the modulation wheel."""

    channel: int | None = Param(None, ge=1, le=16)
    """The channel to follow; every channel when left out."""

    gives: Literal["velocity", "gate", "pitch"] = "velocity"
    """Value of the notes: the velocity of the loudest note that sounds, 1 while any note sounds, or
    the number of the newest note, as a share of 127."""

    start: float = Param(0.0, ge=-86_400, le=86_400, unit="seconds")
    """Time in the file at which the film begins."""

    def compile(self, scope: Scope) -> Signal:
        """Read the file."""
        path = Path(self.midi)
        try:
            messages = _messages(read_whole(path, LARGEST))
        except ValueError as error:
            raise CurveError(f"{path.name} {error}") from error
        heard = [each for each in messages if self.channel in (None, each[1].channel + 1)]
        points = list((self._notes if self.controller is None else self._controlled)(heard))
        if not points:
            what = "notes" if self.controller is None else "controllers"
            raise CurveError(f"{path.name} has no such {what}; it has {_contents(messages)}")
        peaks = self.controller is None and self.gives != "pitch"
        return MidiSignal([time - self.start for time, _ in points], [v for _, v in points], peaks)

    def _controlled(self, messages: Sequence[tuple[float, Any]]) -> Iterator[tuple[float, float]]:
        for time, message in messages:
            if message.type == "control_change" and message.control == self.controller:
                yield time, message.value / 127

    def _notes(self, messages: Sequence[tuple[float, Any]]) -> Iterator[tuple[float, float]]:
        sounding: dict[tuple[int, int], int] = {}
        velocities = Counter[int]()
        for time, message in messages:
            if not message.type.startswith("note_") or self.note not in (None, message.note):
                continue
            struck = message.type == "note_on" and message.velocity > 0
            ended = sounding.pop((message.channel, message.note), None)
            if ended is not None:
                velocities -= Counter([ended])
            if struck:
                sounding[message.channel, message.note] = message.velocity
                velocities[message.velocity] += 1
            if self.gives == "pitch":
                if struck:
                    yield time, message.note / 127
            else:
                loudest = max(velocities, default=0)
                yield time, float(loudest > 0) if self.gives == "gate" else loudest / 127


class MidiSignal(Signal):
    """Values that hold from given times on.

    Args:
        times: seconds, in order.
        values: one value for each time.
        peaks: whether a frame shows its largest value instead of the last one.
    """

    def __init__(self, times: Sequence[float], values: Sequence[float], peaks: bool) -> None:
        self._times, self._values, self._peaks = times, values, peaks

    def at(self, now: SignalContext) -> float:
        """Return the value now; 0 before the first time."""
        clock = now.clock
        # A frame spans half a frame around its time, so no event is more than that late.
        begins, ends = (clock.index - 0.5) / clock.fps, (clock.index + 0.5) / clock.fps
        first, end = bisect_left(self._times, begins), bisect_left(self._times, ends)
        if end == 0:
            return 0.0
        return max(self._values[max(0, first - 1) : end]) if self._peaks else self._values[end - 1]


@lru_cache(maxsize=2)
def _messages(data: bytes) -> list[tuple[float, Any]]:
    """Return the messages of every channel with their times in seconds, in order.

    Raises:
        ValueError: when it is not a MIDI file; the message is worded to follow the file's name.
    """
    import mido

    if _LONG_NUMBER.search(data):
        raise ValueError("is no MIDI file that can be read: a number in it has too many bytes")
    try:
        file = mido.MidiFile(file=io.BytesIO(data), clip=True)
    except Exception as error:
        said = str(error) or ("it ends too early" if isinstance(error, EOFError) else repr(error))
        raise ValueError(f"is no MIDI file that can be read: {said}") from error
    if file.ticks_per_beat <= 0:
        counts = "SMPTE frames" if file.ticks_per_beat else "ticks of which a beat has none"
        raise ValueError(f"counts in {counts}; save it in ticks per beat")
    # mido's own merging copies every message several times, which takes most of the time.
    placed = []
    for track in file.tracks:
        ticks = 0
        for message in track:
            ticks += message.time
            played = not message.is_meta and hasattr(message, "channel")
            if ticks > _LAST_TICK:
                raise ValueError("has messages that come too late; save it again")
            if played or message.type == "set_tempo":
                placed.append((ticks, message))
    placed.sort(key=itemgetter(0))
    found, seconds, before, tempo = [], 0.0, 0, 500_000
    for ticks, message in placed:
        seconds += (ticks - before) * tempo / (1e6 * file.ticks_per_beat)
        before = ticks
        if message.type == "set_tempo":
            tempo = message.tempo
        else:
            found.append((seconds, message))
    return found


def _contents(messages: Sequence[tuple[float, Any]]) -> str:
    """Describe the notes, controllers and channels of a file in words."""
    notes = sorted({m.note for _, m in messages if m.type == "note_on"})
    controllers = sorted({m.control for _, m in messages if m.type == "control_change"})
    channels = sorted({m.channel + 1 for _, m in messages})
    kinds = (("notes", notes), ("controllers", controllers), ("channels", channels))
    return (
        ", ".join(
            f"the {kind} {', '.join(map(str, numbers[:12]))}{' ...' if len(numbers) > 12 else ''}"
            for kind, numbers in kinds
            if numbers
        )
        or "none"
    )
