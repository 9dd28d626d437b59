"""The report on a film: its measurements against its clip, as a table and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from artengine.counts import counted
from artengine.frame import Frame, Picture
from artengine.measure.flicker import MOST_FACTOR, Changes, changes, flicker
from artengine.measure.kinship import Kin, kin, kinship
from artengine.measure.life import BAND, BANDED, FIRST, LEAST_DRIFT, LEAST_RETURN, Life, life
from artengine.measure.novelty import Memory, Novelty, novelty
from artengine.measure.progress import Order, progress
from artengine.measure.raster import raster
from artengine.measure.reading import Reading, read
from artengine.measure.runaway import Ranges, runaway
from artengine.measure.video_file import VideoFile

MOST_RASTER = 3.0
"""How far a film's raster may lie above its clip's without being visible, in decibels."""


@dataclass(frozen=True, slots=True)
class Report:
    """The measurements of a film against its clip.

    Args:
        life: which of its frames are alive.
        kinship: how close its pictures stay to the clip's, 0..1.
        raster: of the film and of its clip, in decibels; None for frames under 64 pixels a side.
        runaway: share of its regions that leave the clip's range, 0..1.
        flicker: its change over 1, 4 and 16 frames, as multiples of the clip's change; None if one
            of them has no change to compare.
        progress: clip frames by which it advances per frame, -4..4; None if the clip does not move.
        novelty: its novelty; None if it has under 8 frames from frame 48 on.
    """

    life: Life
    kinship: float
    raster: tuple[float | None, float | None]
    runaway: float
    flicker: Changes = field(default_factory=dict)
    progress: float | None = None
    novelty: Novelty | None = None

    @property
    def vitality(self) -> float:
        """Share of alive frames from frame 48 on, 0..1."""
        return self.life.vitality

    @property
    def death(self) -> int | None:
        """The first of 48 dead frames in a row, from frame 48 on; None when it lives."""
        return self.life.death

    @property
    def frames(self) -> int:
        """The length of the film."""
        return len(self.life.film)

    def as_data(self) -> dict[str, Any]:
        """Return the report as plain data, ready for JSON.

        `medians` are the clip's, `film_medians` the film's from frame 48 on; `kept` is the share of
        frames from there on that meet each condition of life.
        """
        return {
            "vitality": self.vitality,
            "death": self.death,
            "frames": self.frames,
            "kinship": self.kinship,
            "raster": self.raster[0],
            "clip_raster": self.raster[1],
            "runaway": self.runaway,
            "flicker": {str(apart): ratio for apart, ratio in self.flicker.items()},
            "progress": self.progress,
            "novelty": self.novelty and self.novelty.novelty,
            "longest_replay": self.novelty and self.novelty.longest_replay,
            "coverage": self.novelty and self.novelty.coverage,
            "kept": {name: float(kept[FIRST:].mean()) for name, kept in self.life.kept.items()},
            "medians": self.life.medians,
            "film_medians": self.life.film.medians(FIRST),
        }

    def as_text(self) -> str:
        """Return the report as a table, with the verdict last."""
        data = self.as_data()
        bounds = self._bounds()
        lines = [f"{'median':<15}{'film':>10}{'clip':>10}   {'alive':<18}{'frames that are':>15}"]
        for name, clip in data["medians"].items():
            film = data["film_medians"][name]
            line = f"{name:<15}{film:>10.4g}{clip:>10.4g}"
            if name in bounds:
                line += f"   {bounds[name]:<18}{data['kept'][name]:>15.0%}"
            lines.append(line)
        return "\n".join([*lines, "", *self._verdict(data["kept"])])

    def _bounds(self) -> dict[str, str]:
        clip = self.life.medians
        banded = {
            name: f"{BAND[0] * clip[name]:.3g} to {BAND[1] * clip[name]:.3g}" for name in BANDED
        }
        least = f"from {LEAST_RETURN * clip['motion']:.3g}"
        return {**banded, "return": least, "drift": f"from {LEAST_DRIFT:g} x motion"}

    def _verdict(self, kept: dict[str, float]) -> list[str]:
        fate = "it does not die" if self.death is None else f"it dies at frame {self.death}"
        measured = counted(self.frames - FIRST, "frame")
        lines = [f"vitality  {self.vitality:.2f}   of {measured} from frame {FIRST} on; {fate}"]
        faults = [f"{fault} ({share:.0%})" for fault, share in self._faults(kept) if share >= 0.005]
        if faults:
            lines.append(f"          not alive for {', '.join(faults)}")
        lines.append(f"kinship   {self.kinship:.2f}   1 is as near as the clip is to itself")
        film, clip = self.raster
        if film is not None and clip is not None:
            above = "the clip's own" if film < clip + MOST_RASTER else "a grid of pixels shows"
            lines.append(f"raster    {film:.1f} dB, the clip {clip:.1f} dB; {above}")
        lines.append(f"runaway   {self.runaway:.1%} of the regions leave the clip's range")
        lines.extend(self._over_time())
        flat = [name for name in BANDED if self.life.medians[name] == 0]
        if flat:
            lines.append(
                f"in most of the clip there is no {' and no '.join(flat)}, so that no frame counts "
                "as alive beside it; give another clip"
            )
        return lines

    def _over_time(self) -> Iterator[str]:
        """Yield a line for each known measure of change over time."""
        known = {apart: ratio for apart, ratio in self.flicker.items() if ratio is not None}
        if known:
            ratios = ", ".join(f"{ratio:.2f}" for ratio in known.values())
            over = ", ".join(map(str, known))
            off = any(not 1 / MOST_FACTOR <= ratio <= MOST_FACTOR for ratio in known.values())
            verdict = "it moves in another way" if off else "it moves as the clip does"
            apart = f"between frames {over} apart"
            yield f"flicker   {ratios} times the clip's change, {apart}; {verdict}"
        if self.progress is not None:
            yield f"progress  {self.progress:.2f} clip frames a frame; a replay has 1"
        if self.novelty is not None:
            yield (
                f"novelty   {self.novelty.novelty:.2f}   1 is as new as more footage would be; "
                f"longest replay {counted(self.novelty.longest_replay, 'frame')}, "
                f"{self.novelty.coverage:.0%} of the clip visited"
            )

    def _faults(self, kept: dict[str, float]) -> Iterator[tuple[str, float]]:
        """Yield the reasons for dead frames, with the share of frames of each."""
        for name in BANDED:
            curve = getattr(self.life.film, name)[FIRST:]
            least = BAND[0] * self.life.medians[name]
            little = float(((curve < least) | (curve == 0)).mean())
            yield f"too little {name}", little
            yield f"too much {name}", 1 - kept[name] - little
        yield "coming back to where they were", 1 - kept["return"]
        yield "going nowhere", 1 - kept["drift"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A clip, read once, against which any number of films can be measured.

    Args:
        medians: the clip's medians.
        kin: its pictures, prepared for kinship.
        raster: its raster, in decibels.
        ranges: the ranges of its regions.
        changes: its change over 1, 4 and 16 frames.
        order: its frames in order, for progress.
        memory: its moments and patches, for novelty.
    """

    medians: dict[str, float]
    kin: Kin
    raster: float | None
    ranges: Ranges
    changes: Changes
    order: Order
    memory: Memory

    @classmethod
    def of(cls, clip: Reading) -> Reference:
        """Prepare a clip that was read at the films' size. Raises `SourceError`."""
        thumbnails = clip.thumbnails.stacked()
        return cls(
            clip.curves.medians(),
            kin(clip.samples),
            raster(clip.raster_samples),
            clip.regions.ranges(),
            changes(thumbnails),
            Order.of(thumbnails),
            Memory.of(thumbnails),
        )

    def measure(self, film: Reading) -> Report:
        """Measure a film.

        Raises:
            SourceError: when the film has fewer than 49 frames.
        """
        found = life(film.curves, self.medians)
        thumbnails = film.thumbnails.stacked()
        return Report(
            found,
            kinship(film.samples, self.kin, first=FIRST),
            (raster(film.raster_samples), self.raster),
            runaway(film.regions, self.ranges, first=FIRST),
            flicker(changes(thumbnails, FIRST), self.changes),
            progress(thumbnails, self.order, FIRST),
            novelty(thumbnails, self.memory, FIRST),
        )


def measure(film: Iterable[Picture | Frame], clip: Iterable[Picture | Frame]) -> Report:
    """Measure a film against its clip, which is read at the film's size.

    Args:
        film: frames `(H, W, 3)`, as `read` takes them, or a `VideoFile`.
        clip: the same.

    Raises:
        SourceError: when one of them is too short or too small.
        UsageError: when frames are of another shape or type.
    """
    found = read(film)
    if isinstance(clip, VideoFile):
        clip = clip.at(found.size)
    return Reference.of(read(clip, found.size)).measure(found)
