"""Bends: operations inside a network, on the output of one of its layers.

Network bending: Broad, Leymarie and Grierson, "Network bending: expressive manipulation of deep
generative models" (2021).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from pydantic import field_validator

from artengine.bend_channels import share_of
from artengine.params import Param, Plugin


class BendControls(Plugin):
    """Settings that every bend has."""

    mask: str = ""
    """Where features are bent: an expression of pictures, such as
    `last.luma > 0.6 and x < progress`. Features are unchanged where it is 0, bent where it is 1,
    and blended in between. Default: everywhere."""


class Bend(Plugin):
    """Base of bends: an operation on the feature map `(B, H, W, C)` of a layer, applied to each of
    the chosen channels."""

    kind: ClassVar[str] = "bend"
    controls: ClassVar[type[Plugin] | None] = BendControls

    spatial: ClassVar[bool] = False
    """Whether the operation moves features in space. A layer without height and width, `(B, C)`,
    cannot have such a bend."""

    layer: str = Param(min_length=1, max_length=200)
    """The layer whose output is bent. `artengine models show` lists a network's layers."""

    channels: str = Param("all", min_length=1, max_length=200)
    """Which channels are bent: "all", numbers and ranges such as "0-15, 20", or a random share such
    as "random 20%", drawn with the film's seed."""

    amount: float = Param(automatable=True)
    """Strength of the bend. Its meaning and range depend on the operation."""

    @field_validator("channels")
    @classmethod
    def _name_channels(cls, given: str) -> str:
        share_of(given)
        return given


class Scale(Bend):
    """Multiplies features: 0 switches them off, above 1 exaggerates what they represent, and below
    0 turns it into its opposite."""

    name: ClassVar[str] = "scale"

    amount: float = Param(ge=-16, le=16, automatable=True)
    """Factor; 1 changes nothing."""


class Noise(Bend):
    """Adds noise that is new in each frame: the network paints things that are not there."""

    name: ClassVar[str] = "noise"

    amount: float = Param(ge=0, le=16, automatable=True)
    """Standard deviation of the noise, as a multiple of the channel's; 0 adds nothing."""


class Shift(Bend):
    """Moves features: what they represent is painted elsewhere. What leaves on one side enters on
    the other."""

    name: ClassVar[str] = "shift"
    spatial: ClassVar[bool] = True

    amount: float = Param(ge=-4, le=4, automatable=True)
    """Distance, in frame widths, or in frame heights along the vertical; 0 changes nothing."""

    angle: float = Param(0.0, ge=-180, le=180, unit="degrees")
    """Direction: 0 is to the right, 90 is down."""


class Rotate(Bend):
    """Rotates features about the centre. The edge is repeated beyond the frame."""

    name: ClassVar[str] = "rotate"
    spatial: ClassVar[bool] = True

    amount: float = Param(ge=-3600, le=3600, unit="degrees", automatable=True)
    """Angle, clockwise; 0 changes nothing."""


class Threshold(Bend):
    """Switches off weak features: only what the network is sure of is painted."""

    name: ClassVar[str] = "threshold"

    amount: float = Param(ge=0, le=1, automatable=True)
    """Features below this share of the strongest one in their channel become 0; 0 changes
    nothing."""


class Invert(Bend):
    """Inverts features: the network paints what it sees least, and omits what it sees most."""

    name: ClassVar[str] = "invert"

    amount: float = Param(ge=0, le=1, automatable=True)
    """Strength: 0 changes nothing; at 1 the weakest and the strongest value of a channel have
    changed places."""


class Swap(Bend):
    """Reverses the order of the chosen channels, so that the first has the features of the last:
    the network mistakes one thing for another."""

    name: ClassVar[str] = "swap"

    amount: float = Param(ge=0, le=1, automatable=True)
    """Strength: 0 changes nothing; at 1 the channels have changed places."""


class Blur(Bend):
    """Blurs features: positions become vague, and textures stay crisp."""

    name: ClassVar[str] = "blur"
    spatial: ClassVar[bool] = True

    amount: float = Param(ge=0, le=1, automatable=True)
    """Standard deviation of the blur, as a share of the frame's shorter side; 0 changes nothing."""


class Zoom(Bend):
    """Enlarges what features represent, but not the textures that it is painted with. The edge is
    repeated beyond the frame."""

    name: ClassVar[str] = "zoom"
    spatial: ClassVar[bool] = True

    amount: float = Param(ge=0.05, le=20, automatable=True)
    """Magnification; 1 changes nothing, and values below 1 shrink."""


BENDS: Mapping[str, type[Bend]] = MappingProxyType(
    {kind.name: kind for kind in (Scale, Noise, Shift, Rotate, Threshold, Invert, Swap, Blur, Zoom)}
)
"""The bends by the name of their operation."""
