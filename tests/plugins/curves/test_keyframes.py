"""Keyframes: values at times, with easing between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artengine.api import Clock, Scope, SignalContext
from artengine.params import check
from artengine_plugins.curves.keyframes import EASES, Keyframes


def curve(table: Mapping[str, Any]) -> Keyframes:
    made = check(Keyframes, table)
    assert isinstance(made, Keyframes), made
    return made


def at(table: Mapping[str, Any], index: int, fps: float = 10.0, frames: int | None = 101) -> float:
    signal = curve(table).compile(Scope(fps, frames))
    return signal.at(SignalContext(Clock(index, fps, frames)))


def test_values_hold_outside_and_move_between_the_keys() -> None:
    table = {"keys": {"1s": 2.0, "3s": 4.0}}
    assert [at(table, i) for i in (0, 10, 15, 20, 30, 99)] == [2.0, 2.0, 2.5, 3.0, 4.0, 4.0]


@pytest.mark.parametrize(
    ("key", "frame"),
    [("2s", 20), ("0.5s", 5), (".5s", 5), ("7f", 7), ("7", 7), ("50%", 50), (" 3 s ", 30)],
)
def test_a_time_is_seconds_frames_or_a_share_of_the_film(key: str, frame: int) -> None:
    table = {"keys": {"0f": 0.0, key: 1.0}, "ease": "hold"}
    assert at(table, frame - 1) == 0.0
    assert at(table, frame) == 1.0


def test_shares_of_an_endless_film_are_its_start() -> None:
    assert at({"keys": {"0%": 1.0, "100%": 5.0}}, 1000, frames=None) == 5.0


def test_keys_may_stand_in_any_order() -> None:
    assert at({"keys": {"2s": 2.0, "0s": 0.0, "1s": 1.0}}, 15) == 1.5


def test_keys_that_fall_on_one_frame_jump_to_the_later_one() -> None:
    table = {"keys": {"0s": 0.0, "1s": 1.0, "10f": -3.0, "2s": -3.0}}
    assert at(table, 9) == pytest.approx(0.9)
    assert at(table, 10) == -3.0


@pytest.mark.parametrize("ease", EASES)
def test_easing_starts_at_one_key_and_ends_at_the_next(ease: str) -> None:
    table = {"keys": {"0s": 3.0, "1s": -1.0}, "ease": ease}
    assert at(table, 0) == 3.0
    assert at(table, 10) == -1.0


@settings(deadline=None, derandomize=True, database=None)
@given(
    keys=st.dictionaries(
        st.integers(0, 300).map(str), st.floats(-1e3, 1e3), min_size=1, max_size=8
    ),
    ease=st.sampled_from(list(EASES)),
    index=st.integers(0, 400),
)
def test_no_easing_overshoots(keys: dict[str, float], ease: str, index: int) -> None:
    value = at({"keys": keys, "ease": ease}, index)
    assert min(keys.values()) - 1e-9 <= value <= max(keys.values()) + 1e-9


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"keys": {}}, "keys: it must be a table of times"),
        ({"keys": [1, 2]}, "keys: it must be a table of times"),
        ({"keys": {"soon": 1}}, 'keys: "soon" is not a time; write "4s", "96f" or "50%"'),
        ({"keys": {"-1s": 1}}, '"-1s" is not a time'),
        ({"keys": {"1m": 1}}, '"1m" is not a time'),
        ({"keys": {"150%": 1}}, 'keys: "150%" is after the film\'s end; allowed: "0%" to "100%"'),
        ({"keys": {"9" * 400: 1}}, "is too large"),
        ({"keys": {"0s": "loud"}}, 'the value at "0s" is "loud"; it must be a finite number'),
        ({"keys": {"0s": True}}, 'the value at "0s" is true'),
        ({"keys": {"0s": float("nan")}}, 'the value at "0s" is nan'),
        ({"keys": {"0s": float("inf")}}, 'the value at "0s" is inf'),
        ({"keys": {"96f": 1, "96": 2}}, 'the time "96" is there twice'),
        ({"keys": {"4s": 1, "4.0s": 2}}, 'the time "4.0s" is there twice'),
        (
            {"keys": {"0s": 1}, "ease": "in-uot"},
            'ease: "in-uot" given (did you mean "in-out"?); allowed: "linear", "in", "out"',
        ),
        ({"keys": {"0s": 1}, "ease": 3}, "ease: 3 given; allowed"),
        (
            {"keys": {"0s": 1}, "eaze": "in"},
            'eaze: unknown (did you mean "ease"?); allowed: keys, ease',
        ),
    ],
)
def test_mistakes_are_refused_with_what_is_allowed(table: dict[str, Any], message: str) -> None:
    problems = check(Keyframes, table)
    assert isinstance(problems, list)
    (said,) = map(str, problems)
    assert message in said
    assert "\n" not in said


def test_values_are_those_of_the_keys() -> None:
    assert curve({"keys": {"0s": 1, "1s": 4}}).values() == (1.0, 4.0)


def remarks(*times: str, frames: int | None = 48) -> list[str]:
    return list(curve({"keys": dict.fromkeys(times, 1.0)}).remarks(Scope(24.0, frames)))


def test_keys_after_the_films_end_are_told() -> None:
    # A key at the very end is where a curve leads, though no frame reaches it.
    assert remarks("0s", "47f", "100%", "2s") == []
    assert remarks("0s", "2.1s") == [
        'the key "2.1s" comes after the film\'s end (48 frames at 24 a second)'
    ]
    assert remarks("0s", "3s", "96f") == [
        'the keys "3s", "96f" come after the film\'s end (48 frames at 24 a second)'
    ]
    assert remarks(*(f"{number}f" for number in range(9000))) == [
        'the keys "49f", "50f", "51f" and 8948 more come after the film\'s end (48 frames at 24 a '
        "second)"
    ]
    assert remarks("0s", "2s", frames=None) == []


def test_a_time_without_a_unit_is_told() -> None:
    assert remarks("0s", "2") == ['the key "2" has no unit and counts frames; write "2f"']
