"""Bends: operations inside of a network, on what one of its layers gives out.

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
    """What is done with a bend, whichever operation it is."""

    mask: str = ""
    """Where features are bent: an expression of pictures, as `last.luma > 0.6 and x < progress`.
    They stay as they are where it is 0, are bent where it is 1, and both blend between. Everywhere
    when left out."""


class Bend(Plugin):
    """Base of bends: an operation on the feature map `(B, H, W, C)` of a layer. The same operation
    is done to each of the channels that are chosen."""

    kind: ClassVar[str] = "bend"
    controls: ClassVar[type[Plugin] | None] = BendControls

    spatial: ClassVar[bool] = False
    """Whether the operation moves features from place to place, which a layer without height and
    width, `(B, C)`, has none of."""

    layer: str = Param(min_length=1, max_length=200)
    """The layer whose output is bent. `artengine models show` lists a network's layers."""

    channels: str = Param("all", min_length=1, max_length=200)
    """Which channels are bent: "all", numbers and ranges as "0-15, 20", or a share that the film's
    seed chooses, as "random 20%"."""

    amount: float = Param(automatable=True)
    """How much is done. What the number means, and where it lies, is told with each operation."""

    @field_validator("channels")
    @classmethod
    def _name_channels(cls, given: str) -> str:
        share_of(given)
        return given


class Scale(Bend):
    """Multiplies features: 0 switches them off, above 1 exaggerates what they stand for, and below
    0 turns it into its opposite."""

    name: ClassVar[str] = "scale"

    amount: float = Param(ge=-16, le=16, automatable=True)
    """What features are multiplied by; at 1 they stay as they are."""


class Noise(Bend):
    """Adds noise that is new in each frame: the network paints what is not there."""

    name: ClassVar[str] = "noise"

    amount: float = Param(ge=0, le=16, automatable=True)
    """Standard deviation of the noise, in those of the channel; at 0 nothing is added."""


class Shift(Bend):
    """Moves features: what they stand for is painted elsewhere. What leaves on one side comes in
    on the other."""

    name: ClassVar[str] = "shift"
    spatial: ClassVar[bool] = True

    amount: float = Param(ge=-4, le=4, automatable=True)
    """How far, in widths of the frame, or in heights along the vertical; at 0 they stay."""

    angle: float = Param(0.0, ge=-180, le=180, unit="degrees")
    """Which way: 0 to the right, 90 down."""


class Rotate(Bend):
    """Turns features about the centre. What lies beyond the edge is the edge."""

    name: ClassVar[str] = "rotate"
    spatial: ClassVar[bool] = True

    amount: float = Param(ge=-3600, le=3600, unit="degrees", automatable=True)
    """How far, clockwise; at 0 they stay."""


class Threshold(Bend):
    """Switches off features that are weak: only what the network is sure of is painted."""

    name: ClassVar[str] = "threshold"

    amount: float = Param(ge=0, le=1, automatable=True)
    """Features below this share of the strongest one of their channel become 0; at 0 they stay."""


class Invert(Bend):
    """Turns features into their opposite: the network paints what it sees nothing of, and leaves
    out what it sees most of."""

    name: ClassVar[str] = "invert"

    amount: float = Param(ge=0, le=1, automatable=True)
    """How far: at 0 they stay, at 1 the weakest and the strongest of a channel have changed
    places."""


class Swap(Bend):
    """Gives each chosen channel the features of another one, the first those of the last: the
    network takes one thing for another."""

    name: ClassVar[str] = "swap"

    amount: float = Param(ge=0, le=1, automatable=True)
    """How far: at 0 they stay, at 1 the channels have changed places."""


class Blur(Bend):
    """Blurs features: things lose their place, and textures stay crisp."""

    name: ClassVar[str] = "blur"
    spatial: ClassVar[bool] = True

    amount: float = Param(ge=0, le=1, automatable=True)
    """Standard deviation of the blur, as a share of the frame's shorter side; at 0 they stay."""


class Zoom(Bend):
    """Enlarges what features stand for, and not the textures that it is painted with. What lies
    beyond the edge is the edge."""

    name: ClassVar[str] = "zoom"
    spatial: ClassVar[bool] = True

    amount: float = Param(ge=0.05, le=20, automatable=True)
    """How many times larger; at 1 they stay, and below it they shrink."""


BENDS: Mapping[str, type[Bend]] = MappingProxyType(
    {kind.name: kind for kind in (Scale, Noise, Shift, Rotate, Threshold, Invert, Swap, Blur, Zoom)}
)
"""The bends by the name of their operation."""
