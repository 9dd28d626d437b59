"""The curves of a dream that belong to no effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from artengine.binding import Binding
from artengine.curves import Clock, CurveError, Scope, SignalContext
from artengine.curves.driven import CurveSet
from artengine.curves.named import NamedSignals
from artengine.curves.signs import SIGNS
from artengine.dream.governing import Governors
from artengine.dream.snapshot import Remembered
from artengine.dream.sound import film_tempo, placed_tracks, sound_signals
from artengine.dream.vital_signs import VitalSigns
from artengine.errors import PluginError
from artengine.frame import Frame
from artengine.params import kept
from artengine.preset import Preset
from artengine.preset.address import CHAINS
from artengine.settings import DreamSettings


class Steering:
    """The film's named signals, its governors, and the curves of the model and of the `[dream]`
    table.

    Repeated calls for the same frame return the same values.

    Args:
        signals: the named signals, which all other curves may read.
        model: the model that the network steps with.
        numbers: the curves of the `[dream]` table.
        scope: the constants of the film.
        signs: the vital signs; None if they are not measured.
        governors: the governors, which steer numbers by the vital signs.
        inside: the bends and the weight blend, by address.
    """

    def __init__(
        self,
        signals: NamedSignals,
        model: Binding,
        numbers: CurveSet,
        scope: Scope,
        signs: VitalSigns | None = None,
        governors: Governors | None = None,
        inside: Mapping[str, Binding] = MappingProxyType({}),
    ) -> None:
        self.signals = signals
        self._inside = inside
        self._numbers = numbers
        self.scope = scope
        self.model = model
        self.signs = signs or VitalSigns(scope.fps, dict)
        self.governors = governors or Governors((), scope.fps)

    def clock(self, index: int) -> Clock:
        """Return the film's time at a frame."""
        return Clock(index, self.scope.fps, self.scope.frames, self.scope.tempo)

    def set_time(
        self, clock: Clock, settings: DreamSettings
    ) -> tuple[Mapping[str, float], DreamSettings]:
        """Set the parameters of the model, its bends and its weight blend to a time.

        Returns:
            The values of the named signals, and the settings with the numbers at that time.

        Raises:
            PluginError: when a curve fails.
        """
        values = self._values(clock)
        try:
            self.model.set_time(clock, self.scope.inside("model"), values)
        except ValueError as error:
            raise PluginError(
                f'model "{self.model.plugin.name}" failed at frame {clock.index}: {error}'
            ) from error
        self._set_inside(clock, values)
        if not self._numbers.curves:
            return values, settings
        try:
            driven = self._numbers.at(SignalContext(clock, values), self.scope.inside("dream"))
            numbers = {name: kept(DreamSettings, name, value) for name, value in driven.items()}
        except CurveError as error:
            raise PluginError(f"at frame {clock.index}: dream.{error}") from error
        return values, settings.model_copy(update=numbers)

    def _values(self, clock: Clock) -> Mapping[str, float]:
        try:
            values = self.signals.at(clock)
        except CurveError as error:
            raise PluginError(f"at frame {clock.index}: curves.{error}") from error
        if not self.governors:
            return values
        try:
            now = SignalContext(clock, values)
            steered = self.governors.at(now, self.scope, self.signs.measured)
        except CurveError as error:
            raise PluginError(f"at frame {clock.index}: govern.{error}") from error
        return {**values, **steered}

    def see(self, frame: Frame) -> None:
        """Update vital signs and governors with the last frame, float32 `(H, W, 3)`."""
        self.signs.see(frame)
        if self.signs.measured is not None:
            self.governors.see(self.signs.measured)

    def _set_inside(self, clock: Clock, values: Mapping[str, float]) -> None:
        for address, binding in self._inside.items():
            try:
                binding.set_time(clock, self.scope.inside(address), values)
            except ValueError as error:
                raise PluginError(f"at frame {clock.index}: {address}.{error}") from error

    def reset(self) -> None:
        """Clear the state, as before a film's first frame."""
        for each in (self.signals, self.model, self._numbers, self.governors, self.signs):
            each.reset()
        for binding in self._inside.values():
            binding.reset()

    def state(self) -> Remembered:
        """Return the state of the curves, the vital signs and the governors, by table."""
        return {
            "curves": self.signals.state(),
            "model": self.model.state(),
            "dream": self._numbers.state(),
            "signs": self.signs.state(),
            **self.governors.state(),
            **{address: binding.state() for address, binding in self._inside.items()},
        }

    def restore(self, state: Remembered) -> None:
        """Restore a state that `state` returned."""
        self.signals.restore(state.get("curves", {}))
        self.model.restore(state.get("model", {}))
        self._numbers.restore(state.get("dream", {}))
        self.governors.restore(state)
        self.signs.restore(state.get("signs", {}))
        for address, binding in self._inside.items():
            binding.restore(state.get(address, {}))


def steering_of(
    preset: Preset,
    model: Binding,
    numbers: CurveSet,
    inside: Mapping[str, Binding],
    *,
    fps: float,
    frames: int | None,
    clip: Callable[[], Mapping[str, float]] | None = None,
) -> Steering:
    """Return a preset's curves that belong to no effect.

    Args:
        model: the model that the network steps with.
        numbers: the curves of the `[dream]` table.
        inside: the bends and the weight blend, by address.
        fps: the film's frames per second.
        frames: length of the film, or None for an endless one.
        clip: returns the clip's own vital signs; without it those of the film stay at rest.

    Raises:
        SourceError: when a sound cannot be read.
    """
    placed = placed_tracks(preset)
    scope = Scope(fps, frames, preset.seed, film_tempo(preset, placed), preset.names)
    sounds = sound_signals(preset, placed)
    signs = VitalSigns(fps, clip or dict)
    if clip is not None and reads_signs(preset):
        signs.watch()
    # A sound's feature shadows a vital sign of the same name, and a named curve shadows both.
    given = {name: each for name, each in signs.signals().items() if name not in preset.curves}
    return Steering(
        NamedSignals(preset.curves, scope, {**given, **sounds}),
        model,
        numbers,
        scope,
        signs,
        Governors(preset.governors, fps),
        inside,
    )


def reads_signs(preset: Preset) -> bool:
    """Return whether anything in a preset reads a vital sign."""
    read = {name for curve in preset.curves_by_address().values() for name in curve.reads()}
    masked = (binding for word in (*CHAINS, "bend") for binding in getattr(preset, word))
    read.update(
        name for binding in masked for mask in binding.masks.values() for name in mask.reads
    )
    return bool(preset.governors or (read - preset.curves.keys()) & SIGNS.keys())
