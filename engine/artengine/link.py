"""Links: the effects of a chain, each applied with its controls, and its result checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from artengine.binding import Binding
from artengine.effect import ChainControls, Effect, FrameContext
from artengine.errors import PluginError, reason
from artengine.frame import Frame, Size, is_finite, size_of
from artengine.masks import Truth, View
from artengine.masks.plane import AnyValue, is_bits, simplified, whole
from artengine.masks.tables import MASK
from artengine.mixing import mixed, resized
from artengine.params import CurveError


@dataclass(frozen=True, slots=True)
class Link:
    """One effect of a chain.

    Args:
        binding: the effect with its curves.
        effect: the effect itself.
        controls: its settings in the chain.
        slot: its slot in the chain, such as `feedback/noise/0`.
        label: its address, such as `feedback.noise`.
        resizes: whether the chain lets it change a frame's size.
    """

    binding: Binding
    effect: Effect
    controls: ChainControls
    slot: str
    label: str
    resizes: bool

    def applied(self, frame: Frame, now: FrameContext, truth: Truth) -> Frame:
        """Return the frame after the effect, mixed according to the controls and the mask.

        Args:
            frame: `(H, W, 3)`.
            now: the effect's other inputs.
            truth: the source frame, for masks.

        Raises:
            PluginError: when the effect raises or returns an invalid result, or a mask fails.
        """
        size = self.size_after(size_of(frame))
        try:
            view = self.binding.filled.view(frame, truth)
            share = self._share(view, size)
            if isinstance(share, float) and not share and type(self.effect).state is Effect.state:
                return resized(frame, size)
            with self.binding.fields(view):
                output: object = self.effect.apply(read_only(frame), now)
        except KeyboardInterrupt:
            raise
        except CurveError as error:
            raise PluginError(f"{self.label} failed at frame {now.index}: {error}") from error
        except BaseException as error:
            message = reason(error, type(self.effect).__module__)
            raise PluginError(f"{self.label} failed at frame {now.index}: {message}") from error
        processed = self._checked(output, size, now.index)
        if not is_finite(processed):
            self._refuse_infinite(frame, now)
        return mixed(resized(frame, size), processed, share)

    def _share(self, view: View, size: Size) -> AnyValue:
        """The weight of the effect: a number in 0..1, or a plane `(H, W)` of that size."""
        mix = self.controls.mix
        if not mix or MASK not in self.binding.masks:
            return float(mix)
        share = simplified(self.binding.filled.at(MASK, view))
        if isinstance(share, float):
            return mix * share
        if is_bits(share) and mix == 1 and size == view.size:
            return whole(share, size)
        plane = share.astype(np.float32, copy=False)
        return resized(whole(plane if mix == 1 else plane * np.float32(mix), view.size), size)

    def _refuse_infinite(self, given: Frame, now: FrameContext) -> NoReturn:
        if is_finite(given):
            raise PluginError(
                f"{self.label} returned nan or inf at frame {now.index}; it must keep numbers "
                "finite"
            )
        raise PluginError(
            f"{self.label} was given nan or inf at frame {now.index}: the error is in what "
            "comes before it, the network or its weights"
        )

    def _checked(self, output: object, expected: Size, index: int) -> Frame:
        shape = (expected[1], expected[0], 3)
        if isinstance(output, np.ndarray) and output.dtype == np.float32 and output.shape == shape:
            # A mirrored frame is a view with negative strides, which OpenCV rejects.
            return np.ascontiguousarray(output)
        if isinstance(output, np.ndarray):
            given = f"{output.dtype} {output.shape}"
        else:
            given = type(output).__name__
        raise PluginError(
            f"{self.label} returned {given} at frame {index}; it must be float32 {shape}"
        )

    def size_after(self, size: Size) -> Size:
        """Return the width and height of a frame of `size` after the effect.

        Raises:
            PluginError: when the effect fails, or changes the size and the chain forbids it.
        """
        try:
            width, height = self.effect.output_size(size)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            message = reason(error, type(self.effect).__module__)
            raise PluginError(f"{self.label} cannot tell its size: {message}") from error
        if not self.resizes and (width, height) != size:
            raise PluginError(
                f"{self.label} makes {width}x{height} of {size[0]}x{size[1]}; the network's "
                "frames and state keep their size: move it to [[output]]"
            )
        return width, height

    def state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return a copy of the effect's state.

        Raises:
            PluginError: when a value is not an array.
        """
        state = self.effect.state()
        for name, value in state.items():
            if not isinstance(value, np.ndarray):
                raise PluginError(
                    f"{self.label} has the state {name} as {type(value).__name__}; "
                    "state must be numpy arrays"
                )
        return {name: value.copy() for name, value in state.items()}


def read_only(frame: Frame) -> Frame:
    """Return a read-only view of a frame."""
    view = frame.view()
    view.flags.writeable = False
    return view
