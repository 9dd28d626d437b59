"""Read the JPEG pictures of pieces, which are untrusted."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from artengine.frame import Size

_END = b"\xff\xd9"  # the marker that ends a JPEG file


def read_picture(path: Path, *, least: Size | None = None) -> Image.Image:
    """Read one of a piece's pictures, RGB.

    Pillow's other formats are rejected.

    Args:
        path: the file.
        least: the required size; a larger picture may be decoded at a half, a quarter or an eighth
            of its size, which is faster.

    Raises:
        OSError, ValueError: when it is broken.
    """
    try:
        with Image.open(path, formats=("JPEG",)) as image:
            if least is not None:
                image.draft("RGB", least)
            return image.convert("RGB")
    except (SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error


def picture_size(path: Path) -> Size:
    """Return the size of a picture without decoding it; check that its file is not truncated.

    Raises:
        OSError, ValueError: when it is broken.
    """
    try:
        with Image.open(path, formats=("JPEG",)) as image:
            size = image.size
    except (SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error
    with path.open("rb") as file:
        file.seek(-min(64, path.stat().st_size), 2)
        if _END not in file.read():
            raise ValueError("the file breaks off")
    return size


def mean_colour(image: Image.Image) -> str:
    """Return the mean colour of a picture, as `#rrggbb`."""
    return f"#{image.resize((1, 1), Image.Resampling.BOX).tobytes().hex()}"
