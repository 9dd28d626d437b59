"""Write the pages that are generated from the code.

python docs/generate.py
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pages import commands, effects, hooks, interface, reference

from artengine.catalog import Catalog, load_catalog

FOLDER = Path(__file__).parent

PAGES: dict[str, Callable[[Catalog], str]] = {
    "api.md": interface.page,
    "cli.md": commands.page,
    "effects.md": effects.page,
    "hooks.md": hooks.page,
    "reference.md": reference.page,
}


def main() -> None:
    """Write every page."""
    catalog = load_catalog(user_folder=False)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(catalog), encoding="utf-8")


if __name__ == "__main__":
    main()
