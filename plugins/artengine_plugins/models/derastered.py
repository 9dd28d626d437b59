"""What the models have in common whose pictures are cleaned of patterns that repeat."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from artengine.api import Model


class Derastered(Model):
    """A model that `without_raster` cleans the pictures of."""

    earlier: ClassVar[Mapping[str, Any]] = MappingProxyType({"deraster": False})

    deraster: bool = True
    """Whether patterns that repeat from place to place are taken out of what is painted. Without
    it a dream may look as through a screen door."""
