"""Blend: lay the footage, a picture or a film over the dream."""

from __future__ import annotations

from typing import ClassVar

from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.blend_modes import BlendMode, blended
from artengine_plugins.imaging.layer import Layer
from artengine_plugins.imaging.mix import mix


class Blend(Effect):
    """The real footage, a picture or another film shines through the dream, as a layer over it."""

    name: ClassVar[str] = "blend"

    amount: float = Param(0.25, ge=0, le=1, field=True)
    """How much of the blended picture is taken: only the dream at 0, only the blend at 1."""

    mode: BlendMode = "normal"
    """How the layer is combined with the dream. `normal` covers it; `add`, `screen`, `lighten` and
    `colour-dodge` brighten; `subtract`, `multiply`, `darken` and `colour-burn` darken;
    `difference` and `exclusion` invert where the layer is bright; `overlay`, `hard-light`,
    `soft-light`, `vivid-light`, `linear-light` and `pin-light` raise contrast; `hard-mix` leaves
    eight colours; `colour` takes the layer's colours and keeps the dream's light; `luminosity`
    takes the layer's light and keeps the dream's colours."""

    path: str = Param("", path=True)
    """A picture or video file to lay over the dream, cropped to its shape; a video starts again
    after its end. The source when left out."""

    _layer: Layer = PrivateAttr(default_factory=Layer)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Blend the layer over the frame."""
        layer = self._layer.at(self.path, frame, now)
        return mix(frame, blended(frame, layer, self.mode), self.amount)

    def reset(self) -> None:
        """Close the file."""
        self._layer.close()
