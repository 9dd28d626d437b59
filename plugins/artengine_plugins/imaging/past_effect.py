"""Effects that remember the frames before this one."""

from __future__ import annotations

from pydantic import PrivateAttr

from artengine.api import Effect, State
from artengine_plugins.imaging.past import Past


class PastEffect(Effect):
    """Base of effects whose state is the frames before this one."""

    _past: Past = PrivateAttr(default_factory=Past)

    def reset(self) -> None:
        """Forget the past."""
        self._past.clear()

    def state(self) -> State:
        """The past, float16 `(frames + 1, H, W, 3)`, and how many frames there have been."""
        return self._past.state()

    def restore(self, state: State) -> None:
        """Remember the past again."""
        self._past.restore(state)
