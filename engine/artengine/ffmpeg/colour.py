"""The colour encoding of a video stream, and its conversion to sRGB."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from artengine.ffmpeg.tone import sdr_filters
from artengine.frame import Size

Hdr = Literal["off", "hlg", "pq"]
"""The HDR transfer function: none (SDR), hybrid log-gamma or the perceptual quantiser, both of
BT.2100."""

_HDR: dict[str, Hdr] = {"arib-std-b67": "hlg", "smpte2084": "pq"}
_WIDE = {"bt2020", "smpte431", "smpte432"}
_WITH_ALPHA = re.compile(r"yuva|gbrap|rgba|bgra|argb|abgr|ya\d|ayuv|vuya|pal8")


@dataclass(frozen=True, slots=True)
class Colour:
    """The colour encoding of a video stream.

    Args:
        pixel_format: ffmpeg's name, such as `yuv420p10le`.
        matrix: ffmpeg's name of the YUV matrix; empty if the stream has no tag, or for RGB.
        primaries: ffmpeg's name of the primaries; empty if the stream has no tag.
        hdr: the HDR transfer function.
        assumed: the reason if `hdr` is an assumption, for a message; empty if it is tagged.
        alpha: whether pictures are transparent, with colours premultiplied by alpha or not.
    """

    pixel_format: str = ""
    matrix: str = ""
    primaries: str = ""
    hdr: Hdr = "off"
    assumed: str = ""
    alpha: Literal["none", "straight", "premultiplied"] = "none"

    def filters(self, size: Size) -> list[str]:
        """Return the filters before any scaling: the matrix if the stream has no tag for it.

        Without tags, players decode HD by BT.709 and everything smaller by BT.601.
        """
        if self.matrix or not self.pixel_format.startswith(("yuv", "nv", "p0", "uyvy", "yuyv")):
            return []
        if self.primaries == "bt2020":
            return ["setparams=colorspace=bt2020nc"]
        width, height = size
        return ["setparams=colorspace=bt709"] if height >= 720 or width >= 1280 else []

    def to_srgb(self) -> list[str]:
        """Return the filters after scaling from HDR and wide gamuts to SDR; none for BT.709 SDR."""
        return sdr_filters(self.primaries, self.hdr)


def colour_of(line: dict[str, str]) -> Colour:
    """Return the colour encoding of a picture, from its fields in ffmpeg's `showinfo`."""
    pixel_format = line.get("fmt", "")
    matrix, primaries, transfer = (
        _known(line.get(key, "")) for key in ("color_space", "color_primaries", "color_trc")
    )
    hdr, assumed = _HDR.get(transfer, "off"), ""
    if matrix.startswith("bt2020"):
        primaries = primaries or "bt2020"
        if not transfer and re.search(r"p1[0-6]", pixel_format):
            # BT.2020 without a transfer function: films of phones that lost a tag. SDR in BT.2020
            # is very rare, and PQ always comes with its tag.
            hdr, assumed = "hlg", "it is stored in BT.2020 and does not say how"
    mode = line.get("alpha_mode", "")
    alpha: Literal["none", "straight", "premultiplied"] = "none"
    if _WITH_ALPHA.match(pixel_format):
        alpha = "premultiplied" if mode == "premultiplied" else "straight"
    return Colour(
        pixel_format=pixel_format,
        matrix=matrix,
        primaries=primaries if primaries in _WIDE else "",
        hdr=hdr,
        assumed=assumed,
        alpha=alpha,
    )


def _known(name: str) -> str:
    return "" if name in {"unknown", "unspecified", "reserved", "gbr"} else name
