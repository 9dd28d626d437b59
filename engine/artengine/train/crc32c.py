"""CRC-32C, the checksum of records in TFRecord files."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

_POLYNOMIAL = 0x82F63B78
"""Castagnoli's polynomial, bit-reversed."""

_BEGIN = b"Td\x1fd"
"""Prefix that changes the register from 0 to 2**32 - 1, its initial value in CRC-32C. Zeros before
it have no effect."""

_BLOCK = 256
"""Bytes that are looked up at a time."""


def crc32c(data: bytes) -> int:
    """Return the CRC-32C of some bytes; that of b"123456789" is 0xE3069283.

    Without the initial and final inversion, a CRC is linear: that of a block is the exclusive or of
    the contributions of its bytes, which depend on value and position and are held in a table.
    """
    table, first, second, third, fourth = _tables()
    count = -(-(len(_BEGIN) + len(data)) // _BLOCK)
    padded = (_BEGIN + data).rjust(count * _BLOCK, b"\0")
    blocks = np.frombuffer(padded, np.uint8).reshape(count, _BLOCK)
    found = table.take(blocks + np.arange(0, table.size, 256))
    crc = 0
    for own in np.bitwise_xor.reduce(found, axis=1).tolist():
        # Add the previous CRC to the first four bytes of this block.
        crc = own ^ (
            first[crc & 255] ^ second[crc >> 8 & 255] ^ third[crc >> 16 & 255] ^ fourth[crc >> 24]
        )
    return crc ^ 0xFFFFFFFF


@cache
def _tables() -> tuple[npt.NDArray[np.uint32], list[int], list[int], list[int], list[int]]:
    """Return the contributions of byte values at all positions, uint32 `(256, 256)`, and 4 rows."""
    last: npt.NDArray[np.uint32] = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        last = (last >> np.uint32(1)) ^ (last & np.uint32(1)) * np.uint32(_POLYNOMIAL)
    rows = [last]
    while len(rows) < _BLOCK:
        rows.append((rows[-1] >> 8) ^ last[rows[-1] & 255])
    table = np.stack(rows[::-1])
    first, second, third, fourth = table[:4].tolist()
    return table, first, second, third, fourth
