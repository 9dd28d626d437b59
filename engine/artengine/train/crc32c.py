"""CRC-32C, the checksum of records in TFRecord files."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

_POLYNOMIAL = 0x82F63B78
"""Castagnoli's, its bits reversed."""

_BEGIN = b"Td\x1fd"
"""Brings the checksum of nothing from 0 to 2**32 - 1, with which it begins. Before it zeros count
for nothing."""

_BLOCK = 256
"""Bytes that are looked up at once."""


def crc32c(data: bytes) -> int:
    """The checksum of some bytes: that of b"123456789" is 0xE3069283.

    A checksum without beginning and end is linear: that of a block is the exclusive or of what each
    of its bytes gives at its place, which a table holds.
    """
    table, first, second, third, fourth = _tables()
    count = -(-(len(_BEGIN) + len(data)) // _BLOCK)
    padded = (_BEGIN + data).rjust(count * _BLOCK, b"\0")
    blocks = np.frombuffer(padded, np.uint8).reshape(count, _BLOCK)
    found = table.take(blocks + np.arange(0, table.size, 256))
    crc = 0
    for own in np.bitwise_xor.reduce(found, axis=1).tolist():
        # What came before stands for the first four bytes of this block.
        crc = own ^ (
            first[crc & 255] ^ second[crc >> 8 & 255] ^ third[crc >> 16 & 255] ^ fourth[crc >> 24]
        )
    return crc ^ 0xFFFFFFFF


@cache
def _tables() -> tuple[npt.NDArray[np.uint32], list[int], list[int], list[int], list[int]]:
    """What each value gives at each place of a block, uint32 `(256, 256)`; and the first rows."""
    last: npt.NDArray[np.uint32] = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        last = (last >> np.uint32(1)) ^ (last & np.uint32(1)) * np.uint32(_POLYNOMIAL)
    rows = [last]
    while len(rows) < _BLOCK:
        rows.append((rows[-1] >> 8) ^ last[rows[-1] & 255])
    table = np.stack(rows[::-1])
    first, second, third, fourth = table[:4].tolist()
    return table, first, second, third, fourth
