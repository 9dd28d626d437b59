"""Keyframes: values at times, with easing between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artengine.api import EASES, Clock, Scope, SignalContext, Tempo
from artengine.binding import Binding
from artengine.params import check
from artengine_plugins.curves.keyframes import Keyframes
from artengine_plugins.effects.noise import Noise

OVERSHOOTING = ("back", "elastic")

TEMPO = Tempo(bpm=60, offset=0.5, beats_per_bar=3)
"""Beats at 0.5, 1.5, 2.5 seconds and so on."""


def curve(table: Mapping[str, Any]) -> Keyframes:
    result = check(Keyframes, table)
    assert isinstance(result, Keyframes), result
    return result


def at(
    table: Mapping[str, Any],
    index: int,
    fps: float = 10.0,
    frames: int | None = 101,
    tempo: Tempo = TEMPO,
) -> float:
    signal = curve(table).compile(Scope(fps, frames, tempo=tempo))
    return signal.at(SignalContext(Clock(index, fps, frames, tempo)))


def test_values_are_constant_outside_and_interpolated_between_keys() -> None:
    table = {"keys": {"1s": 2.0, "3s": 4.0}}
    assert [at(table, i) for i in (0, 10, 15, 20, 30, 99)] == [2.0, 2.0, 2.5, 3.0, 4.0, 4.0]


@pytest.mark.parametrize(
    ("key", "frame"),
    [("2s", 20), ("0.5s", 5), (".5s", 5), ("7f", 7), ("7", 7), ("50%", 50), (" 3 s ", 30)],
)
def test_times_are_seconds_frames_or_percentages_of_the_film(key: str, frame: int) -> None:
    table = {"keys": {"0f": 0.0, key: 1.0}, "ease": "hold"}
    assert at(table, frame - 1) == 0.0
    assert at(table, frame) == 1.0


def test_percentages_of_an_endless_film_mean_its_start() -> None:
    assert at({"keys": {"0%": 1.0, "100%": 5.0}}, 1000, frames=None) == 5.0


def test_keys_can_be_in_any_order() -> None:
    assert at({"keys": {"2s": 2.0, "0s": 0.0, "1s": 1.0}}, 15) == 1.5


def test_the_last_of_several_keys_on_one_frame_wins() -> None:
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
    ease=st.sampled_from([name for name in EASES if not name.endswith(OVERSHOOTING)]),
    index=st.integers(0, 400),
)
def test_only_back_and_elastic_easings_overshoot(
    keys: dict[str, float], ease: str, index: int
) -> None:
    value = at({"keys": keys, "ease": ease}, index)
    assert min(keys.values()) - 1e-9 <= value <= max(keys.values()) + 1e-9


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"keys": {}}, "keys: it must be a table of times"),
        ({"keys": [1, 2]}, "keys: it must be a table of times"),
        ({"keys": {"soon": 1}}, 'keys: "soon" is not a time; write "4s", "96f", "50%", or'),
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
            'ease: there is no ease "in-uot" (did you mean "in-out"?); allowed: linear, in, out',
        ),
        ({"keys": {"0s": 1}, "ease": 3}, "ease: it must be the name of an ease"),
        (
            {"keys": {"0s": 1}, "ease": [0, 0, 1]},
            "ease: it must be the name of an ease, or the handles [x1, y1, x2, y2]",
        ),
        ({"keys": {"0s": 1}, "ease": [2, 0, 1, 1]}, "x1 and x2 from 0 to 1"),
        (
            {"keys": {"0s": {"value": 1, "ease": "ot"}}},
            'keys: the ease at "0s": there is no ease "ot" (did',
        ),
        ({"keys": {"0s": {"value": 1, "e": "in"}}}, 'the key "0s" is a table of value, e; write {'),
        ({"keys": {"0s": {"ease": "in"}}}, 'the key "0s" is a table of ease; write { value = 0.6'),
        ({"keys": {"0s": {"value": "a"}}}, 'the value at "0s" is "a"; it must be a finite number'),
        ({"keys": {"2bar": 1, "2bars": 2}}, 'the time "2bars" is there twice'),
        ({"keys": {"0s": 1}, "repeat": "0b"}, 'repeat: "0b" given; a repeat must last longer'),
        ({"keys": {"0s": 1}, "repeat": "soon"}, 'repeat: "soon" is not a time'),
        ({"keys": {"0s": 1}, "expression": "keys +"}, "expression: column 7: it ends here"),
        (
            {"keys": {"0s": 1}, "eaze": "in"},
            'eaze: unknown (did you mean "ease"?); allowed: keys, ease, repeat, ping_pong',
        ),
    ],
)
def test_errors_name_the_mistake_and_what_is_allowed(table: dict[str, Any], message: str) -> None:
    problems = check(Keyframes, table)
    assert isinstance(problems, list)
    (problem,) = map(str, problems)
    assert message in problem
    assert "\n" not in problem


def test_overshooting_values_are_clipped_to_the_bounds() -> None:
    table = {"mix": {"keys": {"0s": 0.2, "1s": 1.0}, "ease": "out-back"}}
    binding = Binding.parse(Noise, table, {"keys": Keyframes})
    binding.set_time(Clock(8, 10.0, 11))
    assert binding.controls is not None
    assert binding.controls.model_dump()["mix"] == 1.0
    assert at(table["mix"], 8) > 1.03


def test_values_are_those_of_the_keys() -> None:
    assert curve({"keys": {"0s": 1, "1s": 4}}).values() == (1.0, 4.0)


def remarks(*times: str, frames: int | None = 48) -> list[str]:
    return list(curve({"keys": dict.fromkeys(times, 1.0)}).remarks(Scope(24.0, frames)))


def test_keys_after_the_end_of_the_film_are_remarked() -> None:
    # No remark on a key at the end of the film: the curve leads to it, though no frame reaches it.
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


def test_a_time_without_a_unit_is_remarked() -> None:
    assert remarks("0s", "2") == ['the key "2" has no unit and counts frames; write "2f"']


@pytest.mark.parametrize(
    ("key", "frame"), [("0b", 5), ("2b", 25), ("1.5beats", 20), ("1bar", 35), ("2 bars", 65)]
)
def test_beats_and_bars_count_from_the_first_beat(key: str, frame: int) -> None:
    table = {"keys": {"0f": 0.0, key: 1.0}, "ease": "hold"}
    assert [at(table, frame - 1), at(table, frame)] == [0.0, 1.0]


def test_a_key_has_an_ease_of_its_own() -> None:
    table = {
        "keys": {"0s": {"value": 0, "ease": "hold"}, "1s": 1, "2s": {"value": 2}},
        "ease": "in",
    }
    assert [at(table, index) for index in (9, 10, 15, 20)] == [0, 1, 1.125, 2]


def test_steps_and_bezier_easings() -> None:
    steps = {"keys": {"0s": 0.0, "1s": 1.0}, "ease": "steps-2"}
    assert [at(steps, index) for index in (0, 4, 5, 9, 10)] == [0, 0, 0.5, 0.5, 1]
    # CSS's "ease", with values of the curve in its specification.
    bezier = {"keys": {"0s": 0.0, "1s": 1.0}, "ease": [0.25, 0.1, 0.25, 1.0]}
    values = [at(bezier, index) for index in (0, 2, 5, 8, 10)]
    assert values == pytest.approx([0, 0.29524, 0.80240, 0.97563, 1], abs=1e-4)


# Values at a quarter and at three quarters, calculated from the formulas on easings.net.
@pytest.mark.parametrize(
    ("ease", "quarter", "rest"),
    [
        ("in-sine", 0.07612, 0.61732),
        ("in-quart", 0.00391, 0.31641),
        ("out-quint", 0.76270, 0.99902),
        ("in-expo", 0.00552, 0.17678),
        ("out-circ", 0.66144, 0.96825),
        ("in-out-circ", 0.06699, 0.93301),
        ("out-back", 0.81741, 1.06413),
        ("in-out-back", -0.09968, 1.09968),
        ("out-elastic", 0.91161, 1.00552),
        ("in-out-elastic", 0.01197, 0.98803),
        ("out-bounce", 0.47266, 0.97266),
        ("in-out-bounce", 0.11719, 0.88281),
    ],
)
def test_easings_have_the_values_of_easings_net(ease: str, quarter: float, rest: float) -> None:
    assert (EASES[ease](0.25), EASES[ease](0.75)) == pytest.approx((quarter, rest), abs=1e-5)


def test_a_curve_repeats() -> None:
    table = {"keys": {"0f": 0.0, "3f": 3.0}, "repeat": "5f"}
    assert [at(table, index) for index in range(11)] == [0, 1, 2, 3, 3, 0, 1, 2, 3, 3, 0]
    bars = {"keys": {"0b": 0.0, "1b": 1.0}, "repeat": "1bar", "ease": "hold"}
    # Bars last 3 seconds and begin at 0.5; the film starts during a bar.
    assert [at(bars, index) for index in (0, 4, 5, 14, 15, 34, 35, 44, 45)] == (
        [1, 1, 0, 0, 1, 1, 0, 0, 1]
    )
    assert at({"keys": {"0%": 0.0, "100%": 1.0}, "repeat": "10f"}, 25) == 0.5


def test_every_second_repeat_runs_backwards() -> None:
    table = {"keys": {"0f": 0.0, "4f": 4.0}, "repeat": "4f", "ping_pong": True}
    assert [at(table, index) for index in range(10)] == [0, 1, 2, 3, 4, 3, 2, 1, 0, 1]


def test_no_frame_of_a_repeat_is_lost_by_rounding() -> None:
    table = {"keys": {"0f": 1.0, "1f": 0.0}, "repeat": "0.1s", "ease": "hold"}
    signal = curve(table).compile(Scope(30.0))
    values = [signal.at(SignalContext(Clock(index, 30.0))) for index in range(30_000)]
    assert values == [1.0, 0.0, 0.0] * 10_000


def test_an_expression_can_use_the_value_of_the_keys() -> None:
    table = {"keys": {"0s": 0.0, "1s": 1.0}, "expression": "2 * keys + prev"}
    signal = curve(table).compile(Scope(10.0, 101))
    values = [signal.at(SignalContext(Clock(index, 10.0, 101))) for index in range(4)]
    assert values == pytest.approx([0, 0.2, 0.6, 1.2])
    assert curve(table).values() == ()
    assert curve({**table, "expression": "keys * kick"}).reads() == {"kick": "column 8"}


def test_keys_after_the_end_of_a_repeat_are_remarked() -> None:
    table = {"keys": {"0b": 0.0, "3b": 1.0, "4b": 2.0}, "repeat": "1bar"}
    assert curve(table).remarks(Scope(24.0, 48, tempo=TEMPO)) == [
        'the key "4b" comes after the end of its repeat ("1bar")'
    ]


def test_stretching_scales_the_frames_of_keys_and_expressions() -> None:
    table = {
        "keys": {"0f": 0.0, "2bar": 1.0, "40f": {"value": 2.0, "ease": "hold"}},
        "repeat": "80f",
        "expression": "keys * frame",
    }
    stretched = curve(table).stretched(0.25)
    assert list(stretched.keys) == ["0.000000f", "2bar", "10.000000f"]
    assert (stretched.repeat, stretched.expression) == ("20.000000f", "keys * (frame / 0.25)")
