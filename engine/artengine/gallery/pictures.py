"""Reading the JPEG pictures of pieces, which may be a stranger's."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from artengine.frame import Size

_END = b"\xff\xd9"  # the marker that ends a JPEG file


def read_picture(path: Path, *, least: Size | None = None) -> Image.Image:
    """Read one of a piece's pictures, RGB.

    No other of Pillow's formats is let in.

    Args:
        path: the file.
        least: the size that is needed; a larger picture may be read at a half, a quarter or an
            eighth of its size, which is quicker.

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
    """The size of a picture whose file has a beginning and an end, without decoding it.

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
    """The mean colour of a picture, as `#rrggbb`."""
    return f"#{image.resize((1, 1), Image.Resampling.BOX).tobytes().hex()}"
