"""The masks of bends, computed before each step of the network."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from artengine.binding import Binding
from artengine.curves import CurveError, Scope, SignalContext
from artengine.curves.tree import Number
from artengine.errors import PluginError, SourceError
from artengine.frame import Frame, size_of
from artengine.masks import FilmOf, Mask, MaskSet, Truth, Value
from artengine.masks.mask import is_picture
from artengine.masks.plane import bounded, whole
from artengine.masks.tables import MASK


@dataclass(frozen=True, slots=True)
class BentPlaces:
    """The masks of a preset's bends.

    Args:
        masks: masks by address; a bend without a mask is applied everywhere.
        film_of: opens the films that they read.
    """

    masks: Mapping[str, Mask] = field(default_factory=dict)
    film_of: FilmOf | None = None

    @classmethod
    def of(cls, bends: Mapping[str, Binding], film_of: FilmOf) -> BentPlaces:
        """Collect the masks from bends by address."""
        found = {
            f"{address}.{MASK}": binding.masks[MASK]
            for address, binding in bends.items()
            if MASK in binding.masks and not _is_everywhere(binding.masks[MASK])
        }
        return cls(found, film_of)

    @property
    def uses_truth(self) -> bool:
        """Whether any of them reads the source."""
        return MaskSet(dict(self.masks)).uses_truth


class BendMasks:
    """The masks of bends in a dream at one size.

    Args:
        places: the masks.
        scope: the constants of the film.
        shares: the weights of the bends that the network reads, by the mask's address; 0..1, a
            number or `(H, W)`. The mapping is shared with the dream at another size.
    """

    def __init__(
        self, places: BentPlaces, scope: Scope, shares: MutableMapping[str, npt.NDArray[np.float32]]
    ) -> None:
        self._masks = MaskSet(dict(places.masks), places.film_of)
        self._scope = scope
        self._shares = shares

    def look(self, frame: Frame, truth: Frame | None, now: SignalContext) -> None:
        """Compute the masks for the next step.

        Args:
            frame: the newest frame of the context, `(H, W, 3)`.
            truth: the current source frame; None if it is not read.
            now: the film's time, and its named signals.

        Raises:
            PluginError: when one of them fails.
        """
        if not self._masks:
            return
        try:
            self._masks.advance(now, self._scope)
            view = self._masks.view(frame, Truth(truth), of_last=True)
            for address, mask in self._masks.masks.items():
                share: Value = bounded(self._masks.at(address, view), 0.0, 1.0)
                if is_picture(mask.root):
                    share = whole(np.asarray(share, np.float32), size_of(frame))
                self._shares[address] = np.asarray(share, np.float32)
        except (CurveError, SourceError) as error:
            raise PluginError(f"at frame {now.clock.index}: {error}") from error

    def reset(self) -> None:
        """Clear the state, as before a film's first frame."""
        self._masks.reset()

    def state(self) -> dict[str, dict[str, npt.NDArray[np.generic]]]:
        """Return the state of the masks, and the pictures that they saw last."""
        return {"masks": {**self._masks.state()}, "seen": self._masks.seen()}

    def restore(self, state: Mapping[str, Mapping[str, npt.NDArray[np.generic]]]) -> None:
        """Restore a state that `state` returned."""
        self._masks.restore(state.get("masks", {}), state.get("seen", {}))


def _is_everywhere(mask: Mask) -> bool:
    return isinstance(mask.root, Number) and mask.root.value >= 1
