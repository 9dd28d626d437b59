"""The curves of a dream that belong to no effect."""

from __future__ import annotations

from collections.abc import Mapping

from artengine.binding import Binding
from artengine.curves import Clock, CurveError, Scope, SignalContext
from artengine.curves.driven import CurveSet
from artengine.curves.named import NamedSignals
from artengine.dream.snapshot import Remembered
from artengine.dream.sound import placed_tracks, sound_signals
from artengine.errors import PluginError
from artengine.params import kept
from artengine.preset import Preset
from artengine.settings import DreamSettings


class Steering:
    """The film's named signals, and the curves of the model and of the `[dream]` table.

    Asked again for the frame that it was asked for last, it gives the same values.

    Args:
        signals: the named signals, which all other curves may read.
        model: what the network steps with.
        numbers: the curves of the `[dream]` table.
        scope: what is known of the film.
    """

    def __init__(
        self, signals: NamedSignals, model: Binding, numbers: CurveSet, scope: Scope
    ) -> None:
        self.signals = signals
        self._numbers = numbers
        self._scope = scope
        self.model = model

    def clock(self, index: int) -> Clock:
        """The film's time at a frame."""
        return Clock(index, self._scope.fps, self._scope.frames, self._scope.tempo)

    def set_time(
        self, clock: Clock, settings: DreamSettings
    ) -> tuple[Mapping[str, float], DreamSettings]:
        """Set the model's parameters to a time.

        Returns:
            The values of the named signals, and the settings with the numbers of that time.

        Raises:
            PluginError: when a curve fails.
        """
        values = self._values(clock)
        try:
            self.model.set_time(clock, self._scope.inside("model"), values)
        except ValueError as error:
            raise PluginError(
                f'model "{self.model.plugin.name}" failed at frame {clock.index}: {error}'
            ) from error
        if not self._numbers.curves:
            return values, settings
        try:
            driven = self._numbers.at(SignalContext(clock, values), self._scope.inside("dream"))
            numbers = {name: kept(DreamSettings, name, value) for name, value in driven.items()}
        except CurveError as error:
            raise PluginError(f"at frame {clock.index}: dream.{error}") from error
        return values, settings.model_copy(update=numbers)

    def _values(self, clock: Clock) -> Mapping[str, float]:
        try:
            return self.signals.at(clock)
        except CurveError as error:
            raise PluginError(f"at frame {clock.index}: curves.{error}") from error

    def reset(self) -> None:
        """Forget an earlier film."""
        for each in (self.signals, self.model, self._numbers):
            each.reset()

    def state(self) -> Remembered:
        """What the curves remember, by table."""
        return {
            "curves": self.signals.state(),
            "model": self.model.state(),
            "dream": self._numbers.state(),
        }

    def restore(self, state: Remembered) -> None:
        """Remember what `state` gave out."""
        self.signals.restore(state.get("curves", {}))
        self.model.restore(state.get("model", {}))
        self._numbers.restore(state.get("dream", {}))


def steering_of(
    preset: Preset, model: Binding, numbers: CurveSet, *, fps: float, frames: int | None
) -> Steering:
    """A preset's curves that belong to no effect.

    Args:
        model: what the network steps with.
        numbers: the curves of the `[dream]` table.
        fps: the film's frames a second.
        frames: length of the film, or None for an endless one.

    Raises:
        SourceError: when a sound cannot be read.
    """
    scope = Scope(fps, frames, preset.seed, preset.time.tempo(), preset.names)
    sounds = sound_signals(preset, placed_tracks(preset))
    return Steering(NamedSignals(preset.curves, scope, sounds), model, numbers, scope)
