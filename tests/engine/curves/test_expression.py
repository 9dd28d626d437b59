"""Expressions: their values, and the messages of their mistakes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

import pytest

from artengine.curves import Clock, CurveError, Scope, SignalContext, Tempo
from artengine.curves.expression import Expression
from artengine.curves.functions import FUNCTIONS, NAMES, OWN, vocabulary

NAMED = frozenset(["kick", "drums.kick"])


def film(
    text: str,
    frames: int = 5,
    fps: float = 10.0,
    kick: float = 0.0,
    slot: str = "slot",
    seed: int = 3,
) -> list[float]:
    """Return the first values of an expression; `kick` sounds in the second frame."""
    tempo = Tempo(bpm=120, offset=0.1, beats_per_bar=4)
    scope = Scope(fps, 101, seed, tempo, NAMED, slot)
    signal = Expression.of(text).compile(scope)
    values: list[Mapping[str, float]] = [
        {"kick": kick + float(index == 1), "drums.kick": 0.25} for index in range(frames)
    ]
    return [
        signal.at(SignalContext(Clock(index, fps, 101, tempo), values[index]))
        for index in range(frames)
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 - 4 / 8", 6.5),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2 + (-2) ** 2", 0),
        ("2 ** -1", 0.5),
        ("7 % 4 + mod(-1, 4)", 6),
        ("1 < 2 and not 2 < 1", 1),
        ("0 or 1 == 1", 1),
        ("3 >= 3.5", 0),
        ("sin(pi / 2) + cos(tau)", 2),
        ("tri(0.25) + tri(1.5) + tri(-0.25)", 2),
        ("square(0.2) + 2 * square(0.7) + saw(3.25)", 1.25),
        ("pulse(2.05) + 2 * pulse(2.2) + 4 * pulse(2.2, 0.3)", 5),
        ("smoothstep(0, 2, 1) + smoothstep(2, 4, 1) + smoothstep(1, 1, 2)", 1.5),
        ("lerp(10, 20, 0.3)", 13),
        ("clip(5, 0, 1) + clip(-5, 0, 1)", 1),
        ("where(2 > 1, 5, 1 / 0)", 5),
        ("min(3, 1, 2) + max(3, 1, 2) + abs(-1)", 5),
        ("floor(-0.5) + ceil(0.5) + round(0.5) + sqrt(9) + exp(0)", 5),
        ("ease(0.5, 'in-quad') + ease(2, \"out-bounce\") + ease(0.6, 'steps-2')", 1.75),
        (" 1e3\n + .5 ", 1000.5),
    ],
)
def test_values_of_operators_and_functions(text: str, value: float) -> None:
    assert film(text, 1) == [pytest.approx(value)]
    assert Expression.of(text).constant == pytest.approx(value)


def test_variables_of_the_film_s_time() -> None:
    assert film("t", 3) == pytest.approx([0, 0.1, 0.2])
    assert film("frame + 100 * fps + 10000 * seed", 3) == [31000, 31001, 31002]
    assert film("beat", 3) == pytest.approx([-0.2, 0, 0.2])
    assert film("bar", 3) == pytest.approx([-0.05, 0, 0.05])
    assert film("progress", 3) == pytest.approx([0, 0.01, 0.02])


def test_reads_the_film_s_named_signals() -> None:
    assert film("0.2 + 0.6 * kick + drums.kick", 3) == pytest.approx([0.45, 1.05, 0.45])
    assert dict(Expression.of("kick + drums.kick * kick").places()) == {
        "kick": "column 1",
        "drums.kick": "column 8",
    }


def test_prev_is_the_last_value() -> None:
    assert film("prev + 1", 4) == [1, 2, 3, 4]
    assert film("max(kick, prev * 0.5)", 4) == [0, 1, 0.5, 0.25]


def test_lag_covers_two_thirds_of_a_step_in_its_time() -> None:
    risen = film("lag(kick > 0, 0.3, 0.5)", 5, kick=0.0)
    assert risen[1] == pytest.approx(1 - math.exp(-1 / 3))
    assert risen[2] == pytest.approx(risen[1] * math.exp(-1 / 5))
    assert film("lag(kick, 0)", 3) == [0, 1, 0]
    assert film("lag(where(frame, 1, 0), 0.4)", 5)[4] == pytest.approx(1 - math.exp(-1))


def test_delay_returns_an_earlier_value() -> None:
    assert film("delay(frame + 5, 0.2)", 6) == [5, 5, 5, 6, 7, 8]
    assert film("delay(frame, 0)", 3) == [0, 1, 2]


def test_hold_samples_when_the_integer_part_changes() -> None:
    assert film("hold(frame, frame / 2)", 6) == [0, 0, 2, 2, 4, 4]
    held = film("hold(rand(), beat)", 7)
    assert held[1] == held[2] == held[5] != held[6]


def test_stateful_functions_advance_in_branches_that_are_not_taken() -> None:
    # The branch that is not taken still updates its state.
    assert film("where(frame < 3, 0, delay(frame, 0.1))", 5) == [0, 0, 0, 2, 3]


def test_random_values_depend_on_the_film_the_curve_and_the_position() -> None:
    values = film("rand()", 50)
    assert values == film("rand()", 50)
    assert len(set(values)) == 50
    assert all(0 <= value < 1 for value in values)
    assert values != film("rand()", 50, slot="another")
    assert values != film("rand()", 50, seed=4)
    assert film("rand(7)", 2)[0] == film("rand(7.9)", 2)[1] != film("rand(7, 1)", 1)[0]


def test_noise_is_smooth_and_random() -> None:
    values = film("noise(t)", 100)
    steps = [abs(b - a) for a, b in pairwise(values)]
    # The quintic's steepest slope is 15/8 of the difference between two integer positions.
    assert max(steps) <= 1.875 / 10 + 1e-9
    assert max(values) - min(values) > 0.5
    assert values[20] == film("rand(t)", 21)[20]


def test_a_walk_stays_between_0_and_1_and_moves_at_its_speed() -> None:
    values = film("walk(1)", 4000)
    assert values[0] == 0.5
    assert all(0 <= value <= 1 for value in values)
    assert min(values) < 0.05 < 0.95 < max(values)
    slow = film("walk(0.1)", 1000, fps=100.0)
    steps = [b - a for a, b in pairwise(slow)]
    assert sum(step * step for step in steps) == pytest.approx(0.1**2 * 10, rel=0.15)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 1: nothing is written; write a number or an expression"),
        ("0.2 + 0.6 * kikc", 'column 13: there is no "kikc" (did you mean "kick"?); there are: t,'),
        ("1 + sinn(t)", 'column 5: there is no function "sinn" (did you mean "sin"?); there are:'),
        ("1 + sin", "column 5: sin is a function; write sin(x)"),
        ("t(2)", "column 1: t is a number and takes no brackets"),
        ("clip(t, 1)", "column 1: 2 arguments given; write clip(x, low, high)"),
        ("min(t)", "column 1: 1 argument given; write min(a, b, ...)"),
        ("delay(t, 500) + delay(t, 600)", "column 17: the delays up to here keep 11,004 values"),
        ("(1 + 2", "column 1: this bracket is never closed; write a )"),
        ("1 + 2)", 'column 6: ")" stands where an operator, as + or *, is needed'),
        ("1 +", "column 4: it ends here; a number, a name or a bracket is missing"),
        ("t t", 'column 3: "t" stands where an operator, as + or *, is needed'),
        ("max(2t, 3)", "column 6: a sign is missing; write 2 * t"),
        ("t > 0.5s", 'column 5: "0.5s": numbers have no unit here; write 0.5, as in t > 0.5'),
        ("where(beat > 4 b, 1, 0)", 'column 14: "4b": numbers have no unit here; write 4, as in b'),
        ("sin(90deg)", 'column 5: "90deg": numbers have no unit here; write radians, 90 * pi / 1'),
        ("max(50%, t)", 'column 5: "50%": numbers have no unit here; write 50 / 100'),
        ("t > 1 && t < 2", 'column 7: "&&" means nothing here; write and'),
        ("t > 10px", 'column 5: "10px": numbers have no unit here; write 10 for pixels'),
        ("1,02", "a fraction is written with a point, as 0.5"),
        ("sin t", 'column 5: "t" stands where an operator, as + or *, is needed; write sin(x)'),
        ("false", 'column 1: there is no "false"; write 0; there are: t,'),
        ("2 * PI", 'column 5: there is no "PI" (did you mean "pi"?); there are: t,'),
        ("ease(t, 'easeOutBack')", 'there is no ease "easeOutBack" (did you mean "out-back"?)'),
        ("2 ^ 3", 'column 3: "^" means nothing here; write ** for a power'),
        ("1 if t else 2", 'column 3: "if" means nothing here; write where(condition, a, b)'),
        ("t > 1 ? 2 : 3", 'column 7: "?" means nothing here; write where(condition, a, b)'),
        ("t = 1", 'column 3: "=" means nothing here; write == to compare'),
        ("t // 2", 'column 3: "//" means nothing here; write floor(a / b)'),
        ("0 < t < 1", "column 7: two comparisons in a row; join them, as a < b and b < c"),
        ("ease(t, out)", "column 9: a text in single quotes is needed; write ease(x, name)"),
        ("ease(t, 'out-bonce')", 'column 9: there is no ease "out-bonce" (did you mean "out-b'),
        ("'loud'", "column 1: a text means nothing here; only ease takes one"),
        ("ease('a', 'in')", "column 6: a text means nothing here"),
        ("1e999", "column 1: 1e999 is too large"),
        ("1 / 0", "column 3: division by zero"),
        ("1 % 0", "column 3: the number after % is 0"),
        ("2 ** 9999", "column 3: 2 ** 9999 is too large"),
        ("(-1) ** 0.5", "column 6: -1 ** 0.5 has no value"),
        ("sqrt(-1)", "column 1: sqrt(-1) has no value"),
        ("exp(999)", "column 1: exp(999) is too large"),
        ("1e308 * 10", "its value is inf; it must be a finite number"),
        ("1e308 * 10 * 0", "its value is nan"),
        ("__import__('os')", 'column 1: there is no function "__import__"'),
        ("t.__class__", 'column 1: there is no "t.__class__"'),
        ("[1][0]", 'column 1: "[" means nothing here; write ( )'),
        ("lambda: 1", 'column 7: ":" means nothing here'),
        ("1" * 1001, "1,001 characters given; allowed: 1,000"),
        ("(" * 40 + "1" + ")" * 40, "nests more than 32 levels deep"),
        ("-" * 40 + "1", "nests more than 32 levels deep"),
        ("+".join("1" * 150), "more than 200 numbers, names and operators"),
        ("delay(t, t)", "column 1: the seconds of a delay must be a plain number"),
        ("delay(t, 1e9)", "column 1: a delay of 1e+09 seconds given; allowed: 0 to 1000"),
        ("é", 'column 1: "é" means nothing here'),
    ],
)
def test_a_mistake_is_reported_with_its_column(text: str, message: str) -> None:
    with pytest.raises(CurveError) as caught:
        film(text, 1)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 / (frame - 2)", "column 3: division by zero"),
        ("sqrt(1 - frame)", "column 1: sqrt(-1) has no value"),
        ("(10 * frame) ** 400", "column 14: 10 ** 400 is too large"),
        ("rand(frame * 1e308 * 1e308)", "column 1: rand of inf or nan has no value"),
        ("1 + hold(t, frame * 1e308 * 1e308)", "column 5: hold of inf or nan has no value"),
        ("walk(frame * 1e308 * 1e308)", "column 1: walk of inf or nan has no value"),
    ],
)
def test_an_evaluation_error_names_its_frame(text: str, message: str) -> None:
    with pytest.raises(CurveError) as caught:
        film(text, 5)
    assert message in str(caught.value)


def test_a_preview_counts_the_frames_of_the_film() -> None:
    whole = Expression.of("frame + fps * t + noise(frame/10)")
    assert whole.stretched(1.0) == whole.text
    text = whole.stretched(0.25)
    assert text == "(frame / 0.25) + (fps / 0.25) * t + noise((frame / 0.25)/10)"
    # Frame 3 of the preview and frame 12 of the film have the same time.
    assert film(text, 4, fps=2.5)[3] == pytest.approx(film(whole.text, 13)[12])


def test_every_function_has_a_description_and_its_signature() -> None:
    assert {*NAMES, *OWN} < vocabulary().keys()
    for name, function in FUNCTIONS.items():
        assert function.written.startswith(f"{name}(")
        assert function.about
        assert function.least <= function.most
