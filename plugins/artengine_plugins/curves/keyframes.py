"""Keyframes: values at times, with easing between them."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, field_validator

from artengine.api import (
    EASES,
    Clock,
    Curve,
    Ease,
    Expression,
    Param,
    Scope,
    Signal,
    SignalContext,
    bezier,
    ease_named,
)
from artengine_plugins.curves.times import scaled, time_of

Easing = Annotated[
    str | tuple[float, float, float, float],
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(EASES)},
                {"type": "string", "pattern": r"^steps-[1-9]\d{0,2}$"},
                {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}},
            ]
        }
    ),
]
"""The name of an easing, or the two handles of a Bezier curve."""

_OWN = frozenset(["keys"])

_DIGITS = 6
"""Decimal places of a frame number within a repeat; further ones are rounding errors."""


class Key(BaseModel):
    """A key with its own ease."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    value: float = Field(description="The value at that time.")
    ease: Easing | None = Field(None, description="How the value moves from here to the next key.")


class Keyframes(Curve):
    """Values at given times, with easing between them; held before the first and after the last.

    Write `{ keys = { "0s" = 0.1, "4s" = 0.6 }, ease = "in-out" }` on one line, or over several: the
    curve of an effect's `amount` is then a separate table, after the effect's other parameters:

        [feedback.amount]
        ease = "in-out"
        repeat = "2bar"
        [feedback.amount.keys]
        "0b" = 0.1
        "4b" = { value = 0.6, ease = "out-bounce" }
    """

    name: ClassVar[str] = "keyframes"
    key: ClassVar[str] = "keys"

    keys: dict[str, float | Key] = Param()
    """Values by time: seconds as "4s", frames as "96f" (or "96"), beats as "4b" or "4 beats", bars
    as "2bar" or "2 bars", or shares of the film from "0%" to "100%". A value may be a table with
    its own `ease`, which leads to the next key. If two keys fall on the same frame, the value jumps
    there to the later one's."""

    ease: Easing = "linear"
    """How the value moves from one key to the next: at a constant rate (`linear`), slowly at first
    (`in`), at the end (`out`) or both (`in-out`, `sine`), or not at all until the next key
    (`hold`). The thirty of easings.net are `in-`, `out-` or `in-out-` and sine, quad, cubic, quart,
    quint, expo, circ, back, elastic or bounce. `steps-4` takes four equal steps, and four numbers
    are the two handles of a cubic Bezier, as [0.4, 0, 0.2, 1]. Where back, elastic and Beziers
    overshoot, the value is clipped to the range of the parameter."""

    repeat: str = ""
    """Time after which the curve repeats, as "2bar" or "4s"; beats and bars count from the first
    beat. Times of keys count from the start of the repeat, and shares are shares of it."""

    ping_pong: bool = False
    """Whether every second repeat runs backwards."""

    expression: str = ""
    """An expression applied to the value, as "keys + 0.1 * sin(t)", in which the value is
    `keys`."""

    @field_validator("keys", mode="before")
    @classmethod
    def _check_keys(cls, keys: Any) -> Any:
        if not isinstance(keys, Mapping) or not keys:
            raise ValueError('it must be a table of times and numbers, as { "0s" = 0, "4s" = 1 }')
        met, found = set(), {}
        for written, value in keys.items():
            found[written] = value
            time = time_of(str(written))
            if time in met:
                raise ValueError(f'the time "{written}" is there twice; each key needs its own')
            met.add(time)
            number = value
            if isinstance(value, Mapping):
                if "value" not in value or value.keys() - {"value", "ease"}:
                    raise ValueError(
                        f'the key "{written}" is a table of {", ".join(value) or "nothing"}; write '
                        '{ value = 0.6, ease = "out" }'
                    )
                number = value["value"]
                if "ease" in value:
                    found[written] = {**value, "ease": _own_ease(value["ease"], str(written))}
            _check_number(number, str(written))
        return found

    @field_validator("ease", mode="before")
    @classmethod
    def _check_ease(cls, ease: Any) -> Any:
        return _checked_ease(ease)

    @field_validator("repeat", mode="before")
    @classmethod
    def _check_unit(cls, given: Any) -> Any:
        if _is_number(given):
            raise ValueError(
                f'{given:g} given; write a text with a unit, as "{given:g}b" for beats or '
                f'"{given:g}s" for seconds'
            )
        return given

    @field_validator("repeat")
    @classmethod
    def _check_repeat(cls, repeat: str) -> str:
        if repeat and time_of(repeat).number == 0:
            raise ValueError(f'"{repeat}" given; a repeat must last longer')
        return repeat

    @field_validator("expression")
    @classmethod
    def _check_expression(cls, given: str) -> str:
        if given:
            Expression.of(given, _OWN)
        return given

    def _points(self) -> list[tuple[str, float, Ease]]:
        """Return time, value and ease of each key."""
        points = []
        for written, key in self.keys.items():
            value, ease = (key.value, key.ease) if isinstance(key, Key) else (key, None)
            points.append((written, value, _ease_of(self.ease if ease is None else ease)))
        return points

    def values(self) -> Sequence[float]:
        """Return the value of each key. Values in between are clipped where they are used."""
        return () if self.expression else tuple(value for _, value, _ in self._points())

    def reads(self) -> Mapping[str, str]:
        """Return what the expression reads."""
        return Expression.of(self.expression, _OWN).places() if self.expression else {}

    def stretched(self, share: float) -> Self:
        """Return the same keys, with times in frames multiplied by `share`."""
        update: dict[str, Any] = {
            "keys": {scaled(written, share): key for written, key in self.keys.items()}
        }
        if self.repeat:
            update["repeat"] = scaled(self.repeat, share)
        if self.expression:
            update["expression"] = Expression.of(self.expression, _OWN).stretched(share)
        return self.model_copy(update=update)

    def remarks(self, scope: Scope) -> Sequence[str]:
        """Return remarks about keys after the end of film or repeat, and times without a unit."""
        remarks = [
            f'the key "{written}" has no unit and counts frames; write "{written.strip()}f"'
            for written in self.keys
            if written.strip()[-1].isdigit()
        ]
        if self.repeat:
            period = time_of(self.repeat).frames(scope)
            late = [w for w in self.keys if time_of(w).frames(scope, period) > period + 1e-6]
            end = f'the end of its repeat ("{self.repeat}")'
        elif scope.frames is None:
            return remarks
        else:
            late = [w for w in self.keys if time_of(w).frame(scope) > scope.frames]
            frames = f"{scope.frames} frame{'' if scope.frames == 1 else 's'}"
            end = f"the film's end ({frames} at {scope.fps:g} a second)"
        if late:
            named = ", ".join(f'"{w}"' for w in late[:3])
            named += f" and {len(late) - 3} more" if len(late) > 3 else ""
            which = f"keys {named} come" if len(late) > 1 else f"key {named} comes"
            remarks.append(f"the {which} after {end}")
        return remarks

    def compile(self, scope: Scope) -> Signal:
        """Sort the keys by the frames that they fall on."""
        cycle = None
        if self.repeat:
            repeat = time_of(self.repeat)
            origin = scope.tempo.offset * scope.fps if repeat.is_musical else 0.0
            period, musical = repeat.frames(scope), repeat.is_musical
            cycle = Cycle(period, origin, ping_pong=self.ping_pong, musical=musical)
        points = []
        for written, value, ease in self._points():
            time = time_of(written)
            if cycle is None:
                place = time.frame(scope)
            else:
                place = round(time.frames(scope, cycle.period), _DIGITS)
            points.append((place, value, ease))
        points.sort(key=lambda point: point[0])
        signal = KeyframeSignal(points, cycle)
        if not self.expression:
            return signal
        return Expression.of(self.expression, _OWN).compile(scope, {"keys": signal.at})


class Cycle:
    """A repeating time.

    Args:
        period: frames from one start to the next, above 0.
        origin: a frame at which it starts.
        ping_pong: whether every second one runs backwards.
        musical: whether it follows beats at irregular intervals.
    """

    def __init__(
        self, period: float, origin: float, *, ping_pong: bool, musical: bool = False
    ) -> None:
        self.period, self._origin, self._ping_pong = period, origin, ping_pong
        self._musical = musical

    def place(self, clock: Clock) -> float:
        """Return the frames since its start, or the frames left if it runs backwards."""
        uneven = self._musical and clock.tempo.beats
        index = clock.tempo.evenly(clock.seconds) * clock.fps if uneven else clock.index
        passed = index - self._origin
        # Rounding must not move the first frame of a period to the end of the period before.
        number = math.floor(passed / self.period + 1e-9)
        place = max(0.0, passed - number * self.period)
        return round(self.period - place if self._ping_pong and number % 2 else place, _DIGITS)


class KeyframeSignal(Signal):
    """The eased value between keys at frames.

    Args:
        points: frame, value, and ease to the next one, sorted by frame.
        cycle: the repeat in which the frames are counted.
    """

    def __init__(
        self, points: Sequence[tuple[float, float, Ease]], cycle: Cycle | None = None
    ) -> None:
        self._frames = [frame for frame, _, _ in points]
        self._values = [value for _, value, _ in points]
        self._eases = [ease for _, _, ease in points]
        self._cycle = cycle

    def at(self, now: SignalContext) -> float:
        """Return the eased value now."""
        place = now.clock.index if self._cycle is None else self._cycle.place(now.clock)
        later = bisect_right(self._frames, place)
        if later == 0:
            return self._values[0]
        if later == len(self._frames):
            return self._values[-1]
        start, end = self._frames[later - 1], self._frames[later]
        before, after = self._values[later - 1], self._values[later]
        ease = self._eases[later - 1]
        return before + (after - before) * ease((place - start) / (end - start))


def _ease_of(given: str | Sequence[float]) -> Ease:
    return ease_named(given) if isinstance(given, str) else bezier(*given)


def _checked_ease(given: Any) -> Any:
    """Validate an easing. Raises ValueError."""
    if isinstance(given, str):
        ease_named(given)
        return given
    numbers = isinstance(given, list | tuple) and all(map(_is_number, given))
    if not numbers or len(given) != 4 or not (0 <= given[0] <= 1 and 0 <= given[2] <= 1):
        raise ValueError(
            "it must be the name of an ease, or the handles [x1, y1, x2, y2] of a Bezier curve, x1 "
            "and x2 from 0 to 1"
        )
    return tuple(map(float, given))


def _own_ease(given: Any, written: str) -> Any:
    try:
        return _checked_ease(given)
    except ValueError as error:
        raise ValueError(f'the ease at "{written}": {error}') from error


def _check_number(value: Any, written: str) -> None:
    if _is_number(value):
        return
    holder = isinstance(value, Mapping | list | tuple)
    plain = str(value) if isinstance(value, float) else json.dumps(value, default=str)
    said = "a table or list" if holder else plain
    raise ValueError(f'the value at "{written}" is {said}; it must be a finite number')


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
