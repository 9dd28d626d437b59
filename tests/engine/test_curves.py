"""Curves: keyframes at times, with easing between them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artengine.curves import (
    EASES,
    Clock,
    Curve,
    CurveError,
    Keyframes,
    curve_kinds,
    is_curve,
    parse_curve,
    register_curve,
)


def at(table: Mapping[str, Any], index: int, fps: float = 10.0, frames: int | None = 101) -> float:
    return parse_curve(table).at(Clock(index, fps, frames))


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
        ({"keys": {}}, "keys must be a table of times"),
        ({"keys": [1, 2]}, "keys must be a table of times"),
        ({"keys": {"soon": 1}}, '"soon" is not a time'),
        ({"keys": {"-1s": 1}}, '"-1s" is not a time'),
        ({"keys": {"1m": 1}}, '"1m" is not a time'),
        ({"keys": {"0s": "loud"}}, "the value at \"0s\" is 'loud'"),
        ({"keys": {"0s": True}}, 'the value at "0s" is True'),
        ({"keys": {"0s": float("nan")}}, 'the value at "0s" is nan'),
        ({"keys": {"0s": float("inf")}}, 'the value at "0s" is inf'),
        ({"keys": {"96f": 1, "96": 2}}, 'the time "96" is there twice'),
        ({"keys": {"4s": 1, "4.0s": 2}}, 'the time "4.0s" is there twice'),
        ({"keys": {"0s": 1}, "ease": "in-uot"}, 'did you mean "in-out"'),
        ({"keys": {"0s": 1}, "ease": 3}, "the ease 3 is unknown"),
        ({"keys": {"0s": 1}, "eaze": "in"}, 'has no "eaze" (did you mean "ease"?)'),
        ({"kys": {"0s": 1}}, 'a table with kys given (did you mean "keys"?)'),
        ({}, "a table with nothing given; allowed: a number"),
    ],
)
def test_what_is_no_curve_is_refused_with_what_is_allowed(
    table: dict[str, Any], message: str
) -> None:
    with pytest.raises(CurveError) as caught:
        parse_curve(table)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_progress_runs_from_0_to_1_and_stands_still_without_an_end() -> None:
    assert [Clock(i, 24, 5).progress for i in range(5)] == [0, 0.25, 0.5, 0.75, 1]
    assert Clock(7, 24, None).progress == 0
    assert Clock(0, 24, 1).progress == 0


@pytest.fixture
def _kinds_restored() -> Any:
    from artengine import curves

    before = dict(curves._KINDS)
    yield
    curves._KINDS.clear()
    curves._KINDS.update(before)


def _ramp(slope: float, key: str = "ramp") -> type[Curve]:
    class Ramp(Curve):
        @classmethod
        def parse(cls, table: Mapping[str, Any]) -> Ramp:
            return cls()

        def at(self, clock: Clock) -> float:
            return slope * clock.index

    Ramp.key = key
    return Ramp


@pytest.mark.usefixtures("_kinds_restored")
def test_another_kind_joins_by_its_own_key() -> None:
    assert not is_curve({"ramp": 1})
    register_curve(_ramp(2.0))
    assert is_curve({"ramp": 1})
    assert at({"ramp": 1}, 4) == 8.0
    with pytest.raises(CurveError, match="keys or ramp"):
        parse_curve({"wave": 1})


@pytest.mark.usefixtures("_kinds_restored")
def test_a_kind_that_is_loaded_again_takes_its_own_place_but_no_other() -> None:
    register_curve(_ramp(1.0))
    register_curve(_ramp(3.0))
    assert at({"ramp": 1}, 2) == 6.0
    with pytest.raises(ValueError, match='curves with "keys" are already Keyframes'):
        register_curve(_ramp(1.0, key="keys"))


def test_every_kind_describes_its_table_to_editors() -> None:
    for kind in curve_kinds():
        schema = kind.schema()
        assert kind.key in schema["required"]
        json.dumps(schema)
    assert Keyframes.schema()["properties"]["ease"]["enum"] == list(EASES)


class Constant(Curve):
    key: ClassVar[str] = "constant"

    @classmethod
    def parse(cls, table: Mapping[str, Any]) -> Constant:
        return cls()

    def at(self, clock: Clock) -> float:
        return 0.0


def test_a_curve_names_no_values_unless_it_knows_them() -> None:
    assert Constant().values() == ()
    assert parse_curve({"keys": {"0s": 1, "1s": 4}}).values() == (1.0, 4.0)
