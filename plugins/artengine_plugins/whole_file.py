"""Reading small files at once."""

from __future__ import annotations

from pathlib import Path


def read_whole(path: Path, most: int) -> bytes:
    """Read a regular file of at most `most` bytes; a pipe or a device would never end.

    Raises:
        ValueError: when it cannot be read; the message is worded to follow the file's name.
    """
    try:
        if path.exists() and not path.is_file():
            raise ValueError("is not a regular file; give another one")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise ValueError(f"has more than {most >> 20} MB; give a smaller file")
    return data
