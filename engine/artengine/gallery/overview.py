"""The overview: all posters in one picture, for pages that link to the gallery."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from io import BytesIO

from PIL import Image, ImageOps

from artengine.gallery.pictures import read_picture
from artengine.gallery.piece import POSTER, THUMBNAIL, THUMBNAIL_WIDTH, Piece

WIDTH = 1600  # of the picture at most, in pixels
GAP = 8  # between posters, in pixels
MOST_BYTES = 300_000

_GROUND = (12, 12, 14)
_QUALITIES = (86, 80, 74, 68, 60, 50, 40, 30)


def overview(
    pieces: Sequence[Piece], progress: Callable[[int, int], None] = lambda _done, _total: None
) -> bytes:
    """Return a grid of the posters, in the order of the pieces, as a JPEG file.

    All are cropped to the median aspect ratio. The JPEG quality is the highest at which the file
    has at most `MOST_BYTES`.

    Args:
        pieces: one or more pieces.
        progress: called with the number of finished posters and the total.
    """
    columns = _columns(len(pieces))
    shapes = sorted(piece.poster_size[0] / piece.poster_size[1] for piece in pieces)
    shape = min(4.0, max(0.25, shapes[len(shapes) // 2]))
    width = (WIDTH - GAP * (columns - 1)) // columns
    height = max(1, round(width / shape))
    rows = math.ceil(len(pieces) / columns)
    size = columns * (width + GAP) - GAP, rows * (height + GAP) - GAP
    sheet = Image.new("RGB", size, _GROUND)
    for number, piece in enumerate(pieces):
        row, column = divmod(number, columns)
        name = POSTER if width > THUMBNAIL_WIDTH else THUMBNAIL
        picture = read_picture(piece.path(name), least=(width, height))
        poster = ImageOps.fit(picture, (width, height))
        # A shorter last row is centred.
        absent = columns - min(columns, len(pieces) - row * columns)
        left = column * (width + GAP) + absent * (width + GAP) // 2
        sheet.paste(poster, (left, row * (height + GAP)))
        progress(number + 1, len(pieces))
    return _within(sheet, MOST_BYTES)


def _columns(count: int) -> int:
    """The number of columns: about that of rows, with the last row as full as possible."""
    square = math.ceil(math.sqrt(count))
    return min((square, square + 1), key=lambda columns: -count % columns)


def _within(sheet: Image.Image, most: int) -> bytes:
    """Encode a picture in at most `most` bytes, or else at the lowest quality."""
    for quality in _QUALITIES:
        file = BytesIO()
        sheet.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
        if file.tell() <= most:
            break
    return file.getvalue()
