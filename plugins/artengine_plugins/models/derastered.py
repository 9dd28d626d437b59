"""Base of the models that remove periodic patterns from their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from artengine.api import Model


class Derastered(Model):
    """A model whose pictures go through `without_raster`."""

    earlier: ClassVar[Mapping[str, Any]] = MappingProxyType({"deraster": False})

    deraster: bool = True
    """Whether to remove periodic patterns from the painted picture. Without it a dream may look as
    if seen through a screen door."""
