"""The names and functions of expressions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from artengine.curves.chance import smooth, uniform
from artengine.curves.eases import ease_named
from artengine.curves.memory import LONGEST_DELAY, Delay, Evaluate, Hold, Lag, Memory, Walk
from artengine.curves.signal import Scope, SignalContext
from artengine.curves.signs import SIGNS
from artengine.curves.syntax import MOST_PARTS, fault
from artengine.params import CurveError, plainly


@dataclass(frozen=True, slots=True)
class Named:
    """A name for a value of the film's time.

    Args:
        about: its description.
        of: returns its value.
    """

    about: str
    of: Evaluate


NAMES: Mapping[str, Named] = MappingProxyType(
    {
        "t": Named("seconds since the film's first frame", lambda now: now.clock.seconds),
        "frame": Named("frames since the film's first", lambda now: float(now.clock.index)),
        "beat": Named("beats since the first one", lambda now: now.clock.beat),
        "bar": Named("bars since the first beat", lambda now: now.clock.bar),
        "progress": Named("0 at the film's first frame, 1 at its last", lambda n: n.clock.progress),
        "fps": Named("the film's frames a second", lambda now: now.clock.fps),
    }
)
"""Names that depend only on the film's time."""

CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": math.pi, "tau": math.tau})

OWN: Mapping[str, str] = MappingProxyType(
    {
        "seed": "the film's seed",
        "prev": "this expression's own value at the frame before; 0 at the first frame",
        "pi": "half a turn in radians",
        "tau": "a whole turn in radians",
    }
)
"""The other names that every expression has."""


@dataclass(slots=True)
class Place:
    """A call in an expression that is being compiled.

    Args:
        at: the call's place in the text.
        scope: the film's properties.
        key: the key of the curve's random numbers.
        text: the text among the arguments.
        constants: the value of each argument if it never changes, else None.
        memories: the memories of the expression, in the order in which they are advanced.
    """

    at: int
    scope: Scope
    key: int
    text: str = ""
    constants: tuple[float | None, ...] = ()
    memories: list[Memory] = field(default_factory=list)

    def remember(self, memory: Memory) -> Evaluate:
        """Register a memory, to be advanced at each frame."""
        memory.place = self.at
        self.memories.append(memory)
        return memory.value


Build = Callable[[Place, tuple[Evaluate, ...]], Evaluate]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of expressions.

    Args:
        written: its signature, such as `clip(x, low, high)`.
        about: its description.
        least, most: the number of arguments that it takes.
        build: compiles a call of it.
        pure: whether its value depends only on its arguments.
        texts: whether its second argument is a text.
    """

    written: str
    about: str
    least: int
    most: int
    build: Build
    pure: bool = True
    texts: bool = False


def plain(call: Callable[..., float]) -> Build:
    """Return a function of numbers that reports arithmetic errors at the place of the call."""

    def build(place: Place, arguments: tuple[Evaluate, ...]) -> Evaluate:
        def evaluate(now: SignalContext) -> float:
            given = [argument(now) for argument in arguments]
            try:
                return float(call(*given))
            except (ValueError, OverflowError, ZeroDivisionError) as error:
                shown = ", ".join(f"{value:.6g}" for value in given)
                problem = "is too large" if isinstance(error, OverflowError) else "has no value"
                name = call.__name__.strip("_")
                raise fault(place.at, f"{name}({shown}) {problem}") from error

        return evaluate

    return build


def _phase(x: float) -> float:
    return x - math.floor(x)


def _tri(x: float) -> float:
    return 1.0 - abs(2.0 * _phase(x) - 1.0)


def _square(x: float) -> float:
    return 1.0 if _phase(x) < 0.5 else 0.0


def _saw(x: float) -> float:
    return _phase(x)


def _pulse(x: float, width: float = 0.1) -> float:
    return 1.0 if _phase(x) < width else 0.0


def _smoothstep(low: float, high: float, x: float) -> float:
    if low == high:
        return 1.0 if x >= high else 0.0
    share = min(1.0, max(0.0, (x - low) / (high - low)))
    return share * share * (3.0 - 2.0 * share)


def _lerp(a: float, b: float, x: float) -> float:
    return a + (b - a) * x


def _clip(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def _mod(x: float, y: float) -> float:
    return x % y


def _round(x: float) -> float:
    return math.floor(x + 0.5)


def _where(_place: Place, arguments: tuple[Evaluate, ...]) -> Evaluate:
    condition, yes, no = arguments
    return lambda now: yes(now) if condition(now) else no(now)


def _ease(place: Place, arguments: tuple[Evaluate, ...]) -> Evaluate:
    ease, share = ease_named(place.text), arguments[0]
    return lambda now: ease(min(1.0, max(0.0, share(now))))


def _noise(place: Place, arguments: tuple[Evaluate, ...]) -> Evaluate:
    x, number, key = arguments[0], _or(arguments, 1, 0.0), place.key
    return _guarded(place, "noise", lambda now: smooth(key, number(now), x(now)))


def _rand(place: Place, arguments: tuple[Evaluate, ...]) -> Evaluate:
    x = arguments[0] if arguments else NAMES["frame"].of
    number, key = _or(arguments, 1, 0.0), place.key
    return _guarded(place, "rand", lambda now: uniform(key, number(now), math.floor(x(now))))


def _walk(place: Place, arguments: tuple[Evaluate, ...]) -> Evaluate:
    return place.remember(Walk(_or(arguments, 0, 0.5), _or(arguments, 1, 0.0), place.key))


def _hold(place: Place, arguments: tuple[Evaluate, ...]) -> Evaluate:
    return place.remember(Hold(*arguments))


def _lag(place: Place, arguments: tuple[Evaluate, ...]) -> Evaluate:
    return place.remember(Lag(arguments[0], arguments[1], arguments[-1]))


def _delay(place: Place, arguments: tuple[Evaluate, ...]) -> Evaluate:
    seconds = place.constants[1]
    if seconds is None:
        raise fault(place.at, "the seconds of a delay must be a plain number, as delay(kick, 0.5)")
    frames = seconds * place.scope.fps
    if not 0 <= frames <= LONGEST_DELAY:
        most = plainly(round(LONGEST_DELAY / place.scope.fps, 1))
        raise fault(place.at, f"a delay of {seconds:g} seconds given; allowed: 0 to {most}")
    return place.remember(Delay(arguments[0], round(frames)))


def _or(arguments: tuple[Evaluate, ...], place: int, default: float) -> Evaluate:
    return arguments[place] if place < len(arguments) else lambda _now: default


def _guarded(place: Place, name: str, evaluate: Evaluate) -> Evaluate:
    def guarded(now: SignalContext) -> float:
        try:
            return evaluate(now)
        except CurveError:
            raise
        except (ValueError, OverflowError) as error:
            raise fault(place.at, f"{name} of inf or nan has no value") from error

    return guarded


def _function(
    written: str, about: str, build: Build, *, pure: bool = True, texts: bool = False
) -> tuple[str, Function]:
    """Return a function's entry; the number of arguments is parsed from its signature."""
    name, _, inside = written.partition("(")
    needed, _, optional = inside.rstrip(")").partition("[")
    least = len([each for each in needed.split(",") if each.strip()])
    most = least + len([each for each in re.split(r"[\],\[]", optional) if each.strip()])
    most = MOST_PARTS if written.endswith("...)") else most
    least = 2 if written.endswith("...)") else least
    return name, Function(written, about, least, most, build, pure, texts)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    dict(
        [
            _function("sin(x)", "the sine of x in radians, -1 to 1; once a beat: sin(tau * beat)",
                      plain(math.sin)),
            _function("cos(x)", "the cosine of x in radians, -1 to 1", plain(math.cos)),
            _function("tri(x)", "up from 0 to 1 and down again while x grows by 1", plain(_tri)),
            _function("square(x)", "1 in the first half of each whole x, 0 in the second",
                      plain(_square)),
            _function("saw(x)", "up from 0 to 1 while x grows by 1, and back at once: tri, square, "
                      "saw and pulse of beat keep time with the beat", plain(_saw)),
            _function("pulse(x[, width])", "1 in the first part of each whole x, width (0.1) long, "
                      "else 0", plain(_pulse)),
            _function("noise(x[, number])", "a smooth random value, 0 to 1, a new one at each "
                      "whole x; give a second noise in the same curve another number", _noise,
                      pure=False),
            _function("walk([speed][, number])", "a random walk between 0 and 1 that begins at 0.5 "
                      "and moves by about speed (0.5) in a second", _walk, pure=False),
            _function("rand([x][, number])", "a random value, 0 to 1, a new one at each whole x; "
                      "without x, at each frame", _rand, pure=False),
            _function("hold(x, every)", "x as it was when the whole part of every last changed: "
                      "hold(noise(t), beat)", _hold, pure=False),
            _function("smoothstep(low, high, x)", "0 below low, 1 above high, smooth between",
                      plain(_smoothstep)),
            _function("lerp(a, b, x)", "a where x is 0, b where it is 1, linear between and beyond",
                      plain(_lerp)),
            _function("ease(x, name)", "x from 0 to 1, eased: ease(saw(beat), 'out-bounce')", _ease,
                      texts=True),
            _function("clip(x, low, high)", "x, kept between low and high", plain(_clip)),
            _function("where(condition, a, b)", "a where the condition is not 0, else b", _where),
            _function("min(a, b, ...)", "the smallest argument", plain(min)),
            _function("max(a, b, ...)", "the largest argument", plain(max)),
            _function("abs(x)", "the absolute value of x", plain(abs)),
            _function("mod(x, y)", "the remainder of x divided by y, at least 0 for y above 0; "
                      "also x % y", plain(_mod)),
            _function("floor(x)", "the whole number at or below x", plain(math.floor)),
            _function("ceil(x)", "the whole number at or above x", plain(math.ceil)),
            _function("round(x)", "the nearest whole number", plain(_round)),
            _function("sqrt(x)", "the square root", plain(math.sqrt)),
            _function("exp(x)", "e to the power of x", plain(math.exp)),
            _function("lag(x, attack[, release])", "x, followed slowly: two thirds of a rise take "
                      "attack seconds, of a fall release seconds", _lag, pure=False),
            _function("delay(x, seconds)", "x as it was that long ago", _delay, pure=False),
        ]
    )
)  # fmt: skip
"""The functions of expressions."""


def vocabulary() -> dict[str, str]:
    """Return every name and function of expressions, as it is written, with its description."""
    names = {name: named.about for name, named in NAMES.items()} | {**OWN, **SIGNS}
    return names | {function.written: function.about for function in FUNCTIONS.values()}
