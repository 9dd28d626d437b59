"""Draw the pictures of docs/looks.md: four frames of each preset in docs/looks.

python docs/looks.py [NAME...]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from PIL import Image

from artengine import Dream, load_preset
from artengine.frame import Picture

FOLDER = Path(__file__).parent / "looks"
SHARES = (0.05, 0.35, 0.65, 0.95)
HEIGHT = 220


def main(names: list[str]) -> None:
    """Draw the presets of these names, or all."""
    for path in sorted(FOLDER.glob("*.toml")):
        if not names or path.stem in names:
            preset = load_preset(path)
            wanted = [round(share * preset.dream.frames) for share in SHARES]
            with Dream(preset) as dream:
                tiles = [tile(picture) for picture in chosen(dream, wanted)]
            sheet = Image.new("RGB", (sum(each.width + 4 for each in tiles) - 4, HEIGHT))
            left = 0
            for each in tiles:
                sheet.paste(each, (left, 0))
                left += each.width + 4
            sheet.save(path.with_suffix(".jpg"), quality=70)


def chosen(dream: Dream, wanted: list[int]) -> Iterator[Picture]:
    """Yield the frames with these numbers."""
    for index, picture in enumerate(islice(dream, wanted[-1] + 1)):
        if index in wanted:
            yield picture


def tile(picture: Picture) -> Image.Image:
    """Scale a frame to the height of the sheet."""
    image = Image.fromarray(picture)
    return image.resize(
        (round(image.width * HEIGHT / image.height), HEIGHT), Image.Resampling.LANCZOS
    )


if __name__ == "__main__":
    main(sys.argv[1:])
