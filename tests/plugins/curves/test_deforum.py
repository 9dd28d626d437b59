"""Deforum schedules as curves."""

from __future__ import annotations

import pytest

from artengine.api import Clock, CurveError, Scope, SignalContext
from artengine.params import check
from artengine_plugins.curves.deforum import Schedule
from artengine_plugins.curves.expression import Calculated


def curve(text: str) -> Calculated:
    result = check(Calculated, {"expression": text})
    assert isinstance(result, Calculated), result
    return result


def film(text: str, count: int, frames: int = 40) -> list[float]:
    signal = curve(text).compile(Scope(10.0, frames, 7))
    return [signal.at(SignalContext(Clock(index, 10.0, frames))) for index in range(count)]


def test_numbers_are_interpolated_linearly() -> None:
    values = film("0:(1.02), 4:(1.06), 8: (1.02)", 11)
    assert values[:5] == pytest.approx([1.02, 1.03, 1.04, 1.05, 1.06])
    assert values[8:] == pytest.approx([1.02, 1.02, 1.02])
    assert curve("0:(1.02), 4:(1.06)").values() == (1.02, 1.06)


def test_an_expression_holds_until_the_next_key() -> None:
    values = film("0: (10 * t + s), 3: (max_f), 5: (min(1, t))", 7)
    assert values == pytest.approx([7, 17, 27, 40, 40, 1, 1])


def test_the_first_key_holds_before_its_frame() -> None:
    assert film("2:(5), 4:(6)", 4) == [5, 5, 5, 5.5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0:(1), one:(2)", '"one:(2)" is no key of a schedule; write 30:(1.05)'),
        ("0:(1), 0:(2)", "the frame 0 is there twice"),
        ("0:(1), 5:(1 +)", "at frame 5: column 5: "),
        ("0:(kick)", 'at frame 0: a schedule knows no "kick"; it knows t (the frame)'),
        ("0:", "at frame 0: column 1: nothing is written"),
        ("0:" + "(1)" * 40_000, "120,002 characters given; allowed: 100,000 in a schedule"),
    ],
)
def test_errors_name_the_key(text: str, message: str) -> None:
    with pytest.raises(CurveError) as caught:
        Schedule.of(text)
    assert message in str(caught.value)


def test_stretching_scales_the_frames_of_keys() -> None:
    stretched = curve("0:(1), 10:(t + max_f), 20:(2)").stretched(0.5)
    assert stretched.expression == "0:((1)), 5:(((t / 0.5) + (max_f / 0.5))), 10:((2))"
    assert film(stretched.expression, 11, frames=20)[5] == 50


def test_too_long_delays_are_rejected() -> None:
    schedule = Schedule.of(", ".join(f"{frame}:(delay(t, 400))" for frame in range(9)))
    with pytest.raises(CurveError, match=r"^at frame 2: the functions up to here remember 28,806"):
        schedule.compile(Scope(24.0))
