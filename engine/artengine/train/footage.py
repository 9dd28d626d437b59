"""Complete prepared footage, and its split into a training and a held-out part."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Self

from artengine.counts import counted
from artengine.errors import TrainingError
from artengine.train.manifest import Manifest, earlier_identities
from artengine.train.spans import Spans


@dataclass(frozen=True)
class PreparedFootage:
    """A folder of prepared frames, and its manifest.

    Args:
        folder: the folder that `prepare` filled.
        manifest: the folder's finished manifest.
    """

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Read a folder's manifest.

        Raises:
            TrainingError: when there is none, or the preparation is incomplete.
        """
        manifest = Manifest.read(folder)
        if manifest is None:
            raise TrainingError(
                f"{folder}: holds no prepared footage; run artengine prepare on a video"
            )
        if not manifest.finished:
            raise TrainingError(
                f"{folder}: the footage was not prepared to its end, or has lost files; run the "
                "same artengine prepare again; it continues where it stopped"
            )
        return cls(folder, manifest)

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that identify these frames."""
        return _digest(self.manifest.identity)

    @property
    def earlier_digests(self) -> list[str]:
        """Digests of the same footage, prepared by versions that decoded clips differently."""
        return [_digest(each) for each in earlier_identities(self.manifest.identity)]

    def held_out_from(self, span: int, validation: float) -> int:
        """Return the first frame of the held-out part, which is at least the share `validation` and
        holds at least one window of `span` frames.

        Raises:
            TrainingError: when there is too little footage for a window in each part.
        """
        cuts, frames = self.manifest.cuts, self.manifest.frames
        scenes = list(zip((0, *cuts), (*cuts, frames), strict=True))
        latest = max((end - span for start, end in scenes if end - start >= span), default=0)
        split = min(frames - round(frames * validation), latest)
        if Spans.between(0, split, cuts, span).total == 0:
            longest = max(end - start for start, end in scenes)
            least = next(n for n in count(2 * span) if n - round(n * validation) >= span)
            raise TrainingError(
                f"{', '.join(self.manifest.files) or self.folder}: holds "
                f"{counted(frames, 'frame')}, at most {longest} of them without a cut; a window "
                f"takes {span} in a row, and there must be one to learn from and another to "
                f"measure on; give {least} frames or more without a cut, less context or a "
                "smaller stride"
            )
        return split


def _digest(identity: str) -> str:
    return sha256(identity.encode()).hexdigest()[:16]
