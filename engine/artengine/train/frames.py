"""Random access to the frames of prepared footage."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
import numpy.typing as npt

from artengine.errors import TrainingError
from artengine.frame import Picture
from artengine.train import records
from artengine.train.manifest import Manifest, shard_name

KEPT_BYTES = 256 * 2**20
"""Size of the cache of decoded frames in bytes; a short clip is decoded only once."""


class Frames:
    """Reads any frame of prepared footage, uint8 `(H, W, 3)`.

    The offsets of frames in a shard are read once; the most recently used frames are cached, up to
    256 MB. It is safe to use from several threads.

    Args:
        folder: the folder that `prepare` filled.
        manifest: its manifest.

    Raises:
        TrainingError: when a frame cannot be read.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._folder, self._manifest = folder, manifest
        width, height = manifest.size
        self._most = max(1, KEPT_BYTES // (width * height * 3))
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._places: dict[int, npt.NDArray[np.int64]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return self._manifest.frames

    def __getitem__(self, number: int) -> Picture:
        with self._lock:
            kept = self._kept.get(number)
            if kept is not None:
                self._kept.move_to_end(number)
                return kept
        picture = self._decoded(number)
        picture.flags.writeable = False
        with self._lock:
            self._kept[number] = picture
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return picture

    def _decoded(self, number: int) -> Picture:
        shard = int(np.searchsorted(self._ends, number, side="right"))
        path = self._folder / shard_name(shard)
        try:
            if shard not in self._places:
                self._places[shard] = records.places(path)
            first = int(self._ends[shard]) - self._manifest.shards[shard].frames
            start, length = self._places[shard][number - first].tolist()
            image = records.image_of(records.read(path, start, length))
            bgr = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
        except (OSError, ValueError, IndexError, cv2.error) as error:
            raise _damaged(self._folder, path) from error
        if bgr is None:
            raise _damaged(self._folder, path)
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)

    @cached_property
    def _ends(self) -> npt.NDArray[np.int64]:
        """The number after each shard's last frame."""
        return np.cumsum([shard.frames for shard in self._manifest.shards], dtype=np.int64)


def _damaged(folder: Path, path: Path) -> TrainingError:
    return TrainingError(
        f"{path}: is damaged or gone; remove the folder {folder} and prepare again"
    )
