"""The configuration of Sphinx for the site of the documentation.

python -m sphinx -W -c docs . build/site

The source folder is the whole repository, so that a link from a page to the gallery, a preset or
the change log works in the repository and on the site. Nothing is copied.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

from artengine import __version__

project = "artengine"
author = "The artengine developers"
version = release = __version__
language = "en"

extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "gallery/README.md",
    "gallery/life.md",
    "gallery/models/README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
]
exclude_patterns = [".*", "build", "dist", "runs"]
source_suffix = {".md": "markdown"}

# Make the same anchors of headings as GitHub.
myst_heading_anchors = 4
# The gallery's table is HTML with pictures.
myst_enable_extensions = ["html_image"]
highlight_language = "text"

html_theme = "furo"
html_title = f"artengine {__version__}"
html_static_path = ["site.css", "effects.jpg"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False

ENTRY = re.compile(r"^- .*?\]\(([^)#]+)\.md\)", re.MULTILINE)


def contents(app: Sphinx, docname: str, source: list[str]) -> None:
    """Add the first page's lists of links to the sidebar, a part for each heading."""
    if docname != root_doc:
        return
    for part in source[0].split("\n## ")[1:]:
        title, _, text = part.partition("\n")
        pages = "\n".join(ENTRY.findall(text))
        source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{pages}\n```\n"


def setup(app: Sphinx) -> None:
    """Register the handler that fills the sidebar."""
    app.connect("source-read", contents)
