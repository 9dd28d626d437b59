"""Reading and writing TFRecord files of frames without TensorFlow.

A record is its length, the length's checksum, the data and their checksum. The data are an
`Example`, a Protocol Buffers message, with the encoded image of a frame. This module implements
the part of that encoding that frames need.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from artengine.train.crc32c import crc32c

_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")
_BEFORE = _LENGTH.size + _CHECKSUM.size

_VARINT, _BYTES = 0, 2
_IMAGE, _INDEX = b"image", b"index"


def record(data: bytes) -> bytes:
    """Return the record of some data."""
    length = _LENGTH.pack(len(data))
    return length + _masked(length) + data + _masked(data)


def places(path: Path) -> npt.NDArray[np.int64]:
    """Return offset and length in bytes of the data of each record of a file, `(N, 2)`.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when the last record is truncated, or the checksum of a length is wrong.
    """
    found = []
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at < size:
            file.seek(at)
            length = _length(file.read(_BEFORE))
            found.append((at + _BEFORE, length))
            at += _BEFORE + length + _CHECKSUM.size
    if at != size:
        raise ValueError("the last record is cut short")
    return np.array(found, np.int64).reshape(-1, 2)


def read(path: Path, start: int, length: int) -> bytes:
    """Return the data of a record by their offset and length.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when the checksum is wrong.
    """
    with path.open("rb") as file:
        file.seek(start)
        found = file.read(length + _CHECKSUM.size)
    data, checksum = found[:length], found[length:]
    if checksum != _masked(data):
        raise ValueError("the checksum is another")
    return data


def example(image: bytes, index: int) -> bytes:
    """Encode the `Example` of a frame from its encoded image and its number."""
    features = {
        _IMAGE: _field(1, _field(1, image)),  # a list of bytes
        _INDEX: _field(3, _field(1, _varint(index))),  # a list of numbers
    }
    entries = (_field(1, _field(1, name) + _field(2, value)) for name, value in features.items())
    return _field(1, b"".join(entries))


def image_of(data: bytes) -> bytes:
    """Return the encoded image in an `Example`. Raise `ValueError` if there is none."""
    for features in _fields(data, 1):
        for entry in _fields(features, 1):
            if _IMAGE in _fields(entry, 1):
                for value in _fields(entry, 2):
                    for images in _fields(value, 1):
                        return next(_fields(images, 1))
    raise ValueError("the record holds no image")


def _length(before: bytes) -> int:
    if before[_LENGTH.size :] != _masked(before[: _LENGTH.size]):
        raise ValueError("the checksum of a length is another")
    (length,) = _LENGTH.unpack(before[: _LENGTH.size])
    return int(length)


def _masked(data: bytes) -> bytes:
    """Return the masked checksum of a record: rotated by 15 bits, plus a constant."""
    crc = crc32c(data)
    return _CHECKSUM.pack((((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def _field(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    """Encode a number in groups of seven bits, the lowest first."""
    groups = bytearray()
    while value > 127:
        groups.append(value & 127 | 128)
        value >>= 7
    return bytes([*groups, value])


def _fields(data: bytes, wanted: int) -> Iterator[bytes]:
    """Yield the values of a message's byte fields with a field number."""
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        value, at = _read_varint(data, at)
        if key & 7 == _BYTES:
            if key >> 3 == wanted:
                yield data[at : at + value]
            at += value
        elif key & 7 != _VARINT:
            raise ValueError("the record holds what no frame has")


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Decode a number; return it and the offset after it."""
    value = shift = 0
    while True:
        if at >= len(data):
            raise ValueError("the record is cut short")
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value, at
