"""Reading picture files as upright 8-bit sRGB."""

from __future__ import annotations

import io
import logging
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from artengine.api import SourceError

logger = logging.getLogger(__name__)

# Only picture formats: Pillow passes some others to external programs.
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "PPM")
SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib"}
    | {".tif", ".tiff", ".gif", ".ppm", ".pgm", ".pbm"}
)
"""File name suffixes of the pictures that are read."""

UNREAD_SUFFIXES = frozenset(
    {".heic", ".heif", ".hif", ".avif", ".jxl", ".jp2", ".j2k", ".psd", ".svg", ".exr", ".hdr"}
    | {".tga", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2", ".raw"}
)
"""File name suffixes of pictures that are not read."""

_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}


def read_picture(file: Path, background: tuple[int, int, int] = (0, 0, 0)) -> Image.Image:
    """Read a picture file as upright 8-bit sRGB.

    The picture is rotated by its EXIF data and converted from its colour profile to sRGB; 16-bit
    and grey pictures become 8-bit colour, and transparent ones are laid over `background`.

    Raises:
        SourceError: when the file is not a picture or is broken.
    """
    if file.exists() and not file.is_file():
        # A pipe or a device would never end.
        raise SourceError(f"{file} is not a regular file; give a JPEG or PNG")
    try:
        with Image.open(file, formats=_FORMATS) as opened:
            profile = opened.info.get("icc_profile")
            image = _to_eight_bits(ImageOps.exif_transpose(opened))
    except UnidentifiedImageError as error:
        raise SourceError(
            f"{file} is not a picture that can be read; "
            "convert it to JPEG or PNG, or replace or remove it"
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise SourceError(f"{file} is broken: {error}; replace or remove it") from error
    alpha = None
    if image.has_transparency_data:
        image = image.convert("LA" if image.mode == "LA" else "RGBA")
        alpha = image.getchannel("A")
    colour = _to_srgb(image, profile, file) if profile else image.convert("RGB")
    if alpha is None:
        return colour
    ground = Image.new("RGBA", colour.size, (*background, 255))
    colour.putalpha(alpha)
    return Image.alpha_composite(ground, colour).convert("RGB")


def _to_eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Scale 16-bit greys, which Pillow would clip at 255.
        grey = np.clip(np.asarray(image, np.float64) / 257, 0, 255)
        return Image.fromarray(np.round(grey).astype(np.uint8))
    if image.mode == "F":
        grey = np.clip(np.nan_to_num(np.asarray(image, np.float64)), 0, 1) * 255
        return Image.fromarray(np.round(grey).astype(np.uint8))
    return image


def _to_srgb(image: Image.Image, profile: bytes, file: Path) -> Image.Image:
    """Convert the colours of a picture from its profile; alpha is dropped."""
    try:
        mode, transform = _transform(profile)
        if transform is None:
            return image.convert("RGB")
        converted = ImageCms.applyTransform(image.convert(mode), transform)
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        _warn_of_profile(file, str(error))
        return image.convert("RGB")
    return converted if converted is not None else image.convert("RGB")


@lru_cache(maxsize=8)
def _transform(profile: bytes) -> tuple[str, ImageCms.ImageCmsTransform | None]:
    """Return the mode of a profile and its transform to sRGB; None if it is sRGB.

    Raises:
        ImageCms.PyCMSError: when it is broken, or for another kind of colours.
    """
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = _MODES.get(opened.profile.xcolor_space.strip())
    if mode is None:
        raise ImageCms.PyCMSError(f"a profile for {opened.profile.xcolor_space.strip()}")
    if ImageCms.getProfileDescription(opened).strip().startswith("sRGB"):
        return mode, None
    return mode, ImageCms.buildTransform(
        opened,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


@cache
def _warn_of_profile(file: Path, reason: str) -> None:
    logger.warning("%s: its colour profile cannot be used (%s); read as sRGB", file, reason)
