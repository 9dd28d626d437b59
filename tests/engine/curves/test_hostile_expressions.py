"""Fuzz expressions: any text gives a value inside the bounds or a one-line error.

ARTENGINE_EXAMPLES=10000 python -m pytest -n0 -s tests/engine/curves/test_hostile_expressions.py
tries that many, and prints the longest processor time of a frame.
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from artengine.binding import Binding
from artengine.catalog import load_catalog
from artengine.curves import Clock, CurveError, Tempo
from artengine.curves.functions import FUNCTIONS, NAMES, OWN
from artengine.params import TableError
from artengine_plugins.effects.noise import Noise

EXAMPLES = int(os.environ.get("ARTENGINE_EXAMPLES", "300"))
KINDS = load_catalog(user_folder=False).curves
TEMPO = Tempo(bpm=97.3, offset=-0.7)

numbers = st.one_of(
    st.sampled_from(
        ["0", "1", "-1", "0.5", ".5", "1e308", "1e-308", "2.5e3", "1e999", "0x10", "1_0"]
    ),
    st.floats(allow_nan=False, allow_infinity=False, min_value=0).map(repr),
    st.integers(0, 10**20).map(str),
)
known = st.sampled_from([*NAMES, *OWN, "kick", "drums.low"])
names = st.sampled_from([*NAMES, *OWN, "kick", "drums.low", "keys", "t.real", "None", "kik"])
sound = st.sampled_from(["0", "1", "-1", "0.5", ".5", "3", "2.5e3", "1e308"])
arithmetic = st.sampled_from(["+", "-", "*", "/", "%", "**", "<", ">=", "!=", "and", "or"])
operators = st.sampled_from(
    ["+", "-", "*", "/", "%", "**", "<", "<=", "==", "!=", " and ", " or ", "//", "^", "&", ","]
)
eases = st.sampled_from(["'out-bounce'", '"steps-3"', "'nonsense'", "linear"])


@st.composite
def trees(draw: st.DrawFn, room: int = 4) -> str:
    """Draw expressions, most of them well formed."""
    shape = draw(st.integers(0, 19)) if room else 0
    if shape < 4:
        return draw(known | sound) if draw(st.integers(0, 19)) else draw(numbers | names)
    if shape < 6:
        return draw(st.sampled_from(["-", "not ", "+"])) + draw(trees(room - 1))
    if shape < 12:
        left, right = draw(trees(room - 1)), draw(trees(room - 1))
        sign = draw(arithmetic) if draw(st.integers(0, 19)) else draw(operators)
        return f"({left} {sign} {right})"
    name = draw(st.sampled_from([*FUNCTIONS, "eval"] if shape == 12 else list(FUNCTIONS)))
    if name not in FUNCTIONS or shape == 12:
        count = draw(st.integers(0, 4))
    else:
        count = draw(st.integers(FUNCTIONS[name].least, min(4, FUNCTIONS[name].most)))
    arguments = [draw(trees(room - 1)) for _ in range(count)]
    if name == "ease" and arguments:
        arguments[-1] = draw(eases)
    return f"{name}({', '.join(arguments)})"


pieces = st.one_of(
    numbers, names, operators, eases, st.sampled_from(["(", ")", "not ", "\n", "'", '"'])
)
soup = st.lists(pieces | st.sampled_from(list(FUNCTIONS)), max_size=40).map("".join)
schedules = st.lists(
    st.tuples(st.integers(0, 9) | numbers, trees(2)).map("{0[0]}:({0[1]})".format),
    min_size=1,
    max_size=4,
).map(", ".join)
deep = st.builds(
    lambda part, count, end: part * count + "1" + end * count,
    st.sampled_from(["(", "-", "not ", "sin(", "1+", "2**", "min(1,", "lag("]),
    st.integers(1, 1200),
    st.sampled_from(["", ")", ",1)"]),
)
written = st.one_of(trees(), trees(2), trees(1), soup, schedules, deep, st.text(max_size=60))

outcomes: Counter[str] = Counter()
worst = 0.0


def answer(text: str, begin: int, fps: float) -> tuple[str, str]:
    """Evaluate a text; return the kind of outcome and the message, empty if there is none."""
    global worst
    values = {"kick": 0.75, "drums.low": 0.0}
    try:
        binding = Binding.parse(Noise, {"amount": text}, KINDS, values)
    except TableError as error:
        return "refused", str(error)
    try:
        for index in range(begin, begin + 3):
            clock = Clock(index, fps, 240, TEMPO)
            started = time.thread_time()
            binding.set_time(clock, values=values)
            worst = max(worst, time.thread_time() - started)
            amount = binding.plugin.model_dump()["amount"]
            assert math.isfinite(amount)
            assert 0 <= amount <= 2
    except CurveError as error:
        return "failed at a frame", str(error)
    return "a value", ""


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(text=written, begin=st.sampled_from([0, 7, 1_000_000]), fps=st.sampled_from([24.0, 0.01]))
def answered(text: str, begin: int, fps: float) -> None:
    word, said = answer(text, begin, fps)
    outcomes[word] += 1
    assert said.startswith(("amount: ", "amount becomes ")) or not said
    assert "\n" not in said
    assert len(said) < 1500


def test_any_text_is_a_value_or_a_one_line_error() -> None:
    outcomes.clear()
    answered()
    print(f"\n{sum(outcomes.values()):,} expressions: {dict(outcomes)}; ", end="")
    print(f"the slowest frame took {1000 * worst:.2f} ms")
    assert set(outcomes) == {"a value", "refused", "failed at a frame"}
