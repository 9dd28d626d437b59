"""Base of effects that use past frames."""

from __future__ import annotations

from pydantic import PrivateAttr

from artengine.api import Effect, State
from artengine_plugins.imaging.past import Past


class PastEffect(Effect):
    """Base of effects whose state is a buffer of past frames."""

    _past: Past = PrivateAttr(default_factory=Past)

    def reset(self) -> None:
        """Discard the past."""
        self._past.clear()

    def state(self) -> State:
        """Return the past, float16 `(frames + 1, H, W, 3)`, and the number of frames added."""
        return self._past.state()

    def restore(self, state: State) -> None:
        """Restore the past."""
        self._past.restore(state)
