"""A plugin with a very small model, for tests of the code around a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from artengine.api import Model, hookimpl

if TYPE_CHECKING:
    import keras


class Tiny(Model):
    """One convolution."""

    name: ClassVar[str] = "tiny"

    context: int = 2

    def build(self) -> keras.Model:
        """Build a network from float32 `(B, H, W, 3 * context)` to `(B, H, W, 3)` in 0..1."""
        import keras

        context_frames = keras.Input((None, None, 3 * self.context))
        layer = keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid")
        return keras.Model(context_frames, layer(context_frames))


@hookimpl
def register_models() -> list[type[Model]]:
    """Register `Tiny`."""
    return [Tiny]
