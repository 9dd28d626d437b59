"""The masks and fields of one effect, compiled for a film and computed once for each frame."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from time import thread_time

import numpy as np
import numpy.typing as npt

from artengine.curves import Clock, Scope, SignalContext
from artengine.curves.driven import SLOW, Remembered
from artengine.errors import SourceError
from artengine.frame import Frame, size_of
from artengine.masks.compiled import CompiledMask
from artengine.masks.films import FilmOf, Player
from artengine.masks.mask import Mask
from artengine.masks.names import LAST, LAST_TRUTH, TRUTH
from artengine.masks.plane import AnyValue
from artengine.masks.seen import Seen
from artengine.masks.view import Truth, View
from artengine.params import CurveError

logger = logging.getLogger("artengine")

_TRIAL_SIZE = (64, 64)
"""The size at which files are tried before a film begins."""

_NO_TIME = SignalContext(Clock(0, 1.0))


class MaskSet:
    """Masks and fields by the name of the parameter or mask that they fill.

    The previous frame is kept here if one of them looks at it.

    Args:
        masks: the masks. `adopt` changes this mapping in place.
        film_of: opens the files that they read.
    """

    def __init__(self, masks: dict[str, Mask], film_of: FilmOf | None = None) -> None:
        self.masks = masks
        self._film_of = film_of
        self._scope: Scope | None = None
        self._compiled: dict[str, CompiledMask] = {}
        self._restored: dict[str, npt.NDArray[np.float64]] = {}
        self._players: dict[str, Player] = {}
        self._now = _NO_TIME
        self._seen: dict[str, Seen] = {}
        self._slow: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.masks)

    @property
    def looks(self) -> frozenset[str]:
        """Everything that any of them looks at."""
        return frozenset().union(*(mask.looks for mask in self.masks.values()))

    @property
    def uses_truth(self) -> bool:
        """Whether any of them looks at the source."""
        return TRUTH in self.looks

    def adopt(self, name: str, mask: Mask | None) -> None:
        """Replace the mask of a name by another one, or by none."""
        for kept in (self.masks, self._compiled, self._restored):
            kept.pop(name, None)
        if mask is not None:
            self.masks[name] = mask
        self._seen = {what: seen for what, seen in self._seen.items() if what in self.looks}

    def advance(self, now: SignalContext, scope: Scope) -> None:
        """Advance to a frame; calling it again for the same frame changes nothing.

        Raises:
            CurveError: when a number in one of them cannot be calculated.
        """
        if scope != self._scope:
            self._scope, self._now = scope, _NO_TIME
            self._compiled.clear()
        new = now.clock != self._now.clock
        self._now = now
        for name, mask in self.masks.items():
            known = name in self._compiled
            try:
                if not known:
                    self._compiled[name] = self._compile(name, mask, scope)
                if new or not known:
                    self._compiled[name].advance(now)
            except CurveError as error:
                raise CurveError(f"{name}: {error}") from error

    def _compile(self, name: str, mask: Mask, scope: Scope) -> CompiledMask:
        compiled = CompiledMask(mask, scope.inside(name))
        if name in self._restored:
            compiled.restore(self._restored.pop(name).tolist())
        return compiled

    def view(self, frame: Frame, truth: Truth, *, of_last: bool = False) -> View:
        """Return the view of the masks for the frame that the effect receives.

        Args:
            frame: `(H, W, 3)`; it must not be written to later.
            truth: the source frame.
            of_last: whether `frame` is the previous one, because the current one is not made yet.
        """
        dream = Seen(frame)
        source = truth.at(size_of(frame)) or dream
        view = View(
            self._now,
            dream,
            source,
            dream if of_last else self._previous(LAST, dream),
            self._previous(LAST_TRUTH, source),
            self._films(),
        )
        newest = {LAST_TRUTH: source} | ({} if of_last else {LAST: dream})
        self._seen = {what: seen for what, seen in newest.items() if what in self.looks}
        return view

    def _previous(self, what: str, now: Seen) -> Seen:
        last = self._seen.get(what)
        return now if last is None or last.frame.shape != now.frame.shape else last

    def _films(self) -> Mapping[str, Player]:
        for path in {path for mask in self.masks.values() for path in mask.files}:
            if path not in self._players:
                if self._film_of is None:
                    raise SourceError(f"{path} cannot be read here; no source plays files")
                self._players[path] = Player(path, self._film_of(path))
        return self._players

    def try_files(self, fps: float) -> None:
        """Read the first picture of each file.

        Raises:
            SourceError: for one that cannot be read, with the name of the mask.
        """
        films = self._films()
        for name, mask in self.masks.items():
            for path in mask.files:
                try:
                    films[path].at(0, _TRIAL_SIZE, fps)
                except SourceError as error:
                    raise SourceError(f"{name}: {error}") from error
                films[path].close()

    def at(self, name: str, view: View) -> AnyValue:
        """Return one of the masks, not yet clamped to bounds.

        Raises:
            CurveError: when a number in it cannot be calculated.
            SourceError: when a file cannot be read.
        """
        began = thread_time()
        try:
            value = self._compiled[name].at(view)
        except CurveError as error:
            raise CurveError(f"{name}: {error}") from error
        except SourceError as error:
            raise SourceError(f"{name}: {error}") from error
        took = thread_time() - began
        width, height = view.size
        if took > SLOW * max(1.0, width * height / 512**2) and name not in self._slow:
            self._slow.add(name)
            logger.warning(
                "%s took %.0f ms at frame %d; it slows the film down",
                "" if self._scope is None else self._scope.inside(name).slot,
                1000 * took,
                view.now.clock.index,
            )
        return value

    def reset(self) -> None:
        """Discard the state of an earlier film, and close files."""
        self._compiled.clear()
        self._restored.clear()
        self._seen.clear()
        self._now = _NO_TIME
        for player in self._players.values():
            player.close()

    def state(self) -> Remembered:
        """Return the state of the masks; those without any are left out."""
        found = {
            name: np.asarray(compiled.state(), np.float64)
            for name, compiled in self._compiled.items()
        }
        found = {name: state for name, state in found.items() if state.size}
        return found | {name: state.copy() for name, state in self._restored.items()}

    def seen(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return copies of the previous frames that they look at."""
        return {what: seen.frame.copy() for what, seen in self._seen.items()}

    def restore(
        self,
        state: Mapping[str, npt.NDArray[np.generic]],
        seen: Mapping[str, npt.NDArray[np.generic]],
    ) -> None:
        """Restore what `state` and `seen` returned."""
        self.reset()
        self._restored = {
            name: np.asarray(state[name], np.float64) for name in self.masks if name in state
        }
        self._seen = {what: Seen(frame.astype(np.float32)) for what, frame in seen.items()}
