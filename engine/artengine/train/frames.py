"""Single frames of prepared footage, by their number."""

from __future__ import annotations

import struct
from collections import OrderedDict
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from artengine.frame import Picture
from artengine.train.manifest import Manifest, shard_name
from artengine.train.read_errors import damaged

KEPT_BYTES = 256 * 2**20
"""How many bytes of decoded frames are kept: a short clip is decoded once."""

_LENGTH = struct.Struct("<Q")

# Around a record of a TFRecord file stand its length, that number's checksum, and its own.
_BEFORE, _AFTER = 12, 4


class Frames:
    """Gives any frame of prepared footage, uint8 `(H, W, 3)`.

    Where each frame lies in its shard is looked up once; the newest ones asked for stay decoded,
    up to 256 MB.

    Args:
        folder: what `prepare` filled.
        manifest: of that folder.

    Raises:
        TrainingError: when a frame cannot be read.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._folder, self._manifest = folder, manifest
        width, height = manifest.size
        self._most = max(1, KEPT_BYTES // (width * height * 3))
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._places: dict[int, list[tuple[int, int]]] = {}

    def __len__(self) -> int:
        return self._manifest.frames

    def __getitem__(self, number: int) -> Picture:
        picture = self._kept.get(number)
        if picture is None:
            picture = self._decoded(number)
            picture.flags.writeable = False
            self._kept[number] = picture
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(number)
        return picture

    def _decoded(self, number: int) -> Picture:
        from tensorflow.train import Example

        shard = int(np.searchsorted(self._ends, number, side="right"))
        path = self._folder / shard_name(shard)
        try:
            if shard not in self._places:
                self._places[shard] = _places(path)
            first = int(self._ends[shard]) - self._manifest.shards[shard].frames
            start, length = self._places[shard][number - first]
            with path.open("rb") as file:
                file.seek(start)
                record = Example.FromString(file.read(length))
            image = np.frombuffer(record.features.feature["image"].bytes_list.value[0], np.uint8)
            bgr = cv2.imdecode(image, cv2.IMREAD_COLOR)
        except Exception as error:
            # Bytes that are not what they were make each of these fail in a way of its own.
            raise damaged(self._folder, path) from error
        if bgr is None:
            raise damaged(self._folder, path)
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)

    @cached_property
    def _ends(self) -> npt.NDArray[np.int64]:
        """Number after the last frame of each shard."""
        return np.cumsum([shard.frames for shard in self._manifest.shards], dtype=np.int64)


def _places(path: Path) -> list[tuple[int, int]]:
    """Where each record of a TFRecord file begins, and its length, in bytes."""
    places = []
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at < size:
            file.seek(at)
            (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
            places.append((at + _BEFORE, length))
            at += _BEFORE + length + _AFTER
    return places
