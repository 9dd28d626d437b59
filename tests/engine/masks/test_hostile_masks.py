"""Fuzz masks and fields: any text gives a value for each pixel or a one-line error.

ARTENGINE_EXAMPLES=2000 ARTENGINE_SIDE=512 python -m pytest -n0 -s \
    tests/engine/masks/test_hostile_masks.py
tries that many on frames of that side, and prints the longest processor time of one.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import Any, ClassVar

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from artengine.binding import Binding
from artengine.catalog import load_catalog
from artengine.chain import Chain
from artengine.curves import Clock, Tempo
from artengine.curves.functions import FUNCTIONS as NUMBER
from artengine.dream.allocator import ahead, keep_memory
from artengine.effect import Effect, FrameContext
from artengine.errors import PluginError
from artengine.frame import Frame
from artengine.masks import arithmetic, functions, names
from artengine.params import Param, TableError

EXAMPLES = int(os.environ.get("ARTENGINE_EXAMPLES", "250"))
SIDE = int(os.environ.get("ARTENGINE_SIDE", "24"))
CATALOG = load_catalog(user_folder=False)
VALUES = {"kick": 0.75, "drums.low": 0.0, "motion": 1.5}

chance = np.random.default_rng(3)
FRAMES = [chance.random((SIDE, SIDE, 3), np.float32) * np.float32(3.0) - 1 for _ in range(3)]
TRUTH = chance.random((SIDE, SIDE, 3), np.float32)

numbers = st.sampled_from(["0", "1", "-1", "0.5", "3", "1e308", "1e-308", "200"])
scalars = st.sampled_from(["t", "progress", "kick", "drums.low", "frame", "seed", "beat", "pi"])
pictures = st.sampled_from([*names.NAMES, "dream.luma", "dream.motion"])
wrong = st.sampled_from(["prev", "lumma", "truth.x", "m.png", "hue", "last.kick", "1e999", "0x1"])
signs = st.sampled_from(["+", "-", "*", "/", "%", "**", "<", ">=", "!=", " and ", " or ", "&", "|"])
remembering = ("lag", "delay", "hold", "walk", "rand", "ease")


@st.composite
def numeric(draw: st.DrawFn, room: int = 2) -> str:
    """Draw subexpressions that are numbers."""
    if not room or draw(st.booleans()):
        return draw(scalars | numbers)
    return f"({draw(numeric(room - 1))} {draw(signs)} {draw(numeric(room - 1))})"


@st.composite
def trees(draw: st.DrawFn, room: int = 4) -> str:
    """Draw masks, most of them well formed."""
    shape = draw(st.integers(0, 19)) if room else 0
    if shape < 4:
        return draw(pictures | scalars | numbers) if draw(st.integers(0, 29)) else draw(wrong)
    if shape < 6:
        return draw(st.sampled_from(["-", "not ", "~"])) + draw(trees(room - 1))
    if shape < 12:
        return f"({draw(trees(room - 1))} {draw(signs)} {draw(trees(room - 1))})"
    if shape < 16:
        name = draw(st.sampled_from([each for each in functions.FUNCTIONS if each != "file"]))
        function = functions.FUNCTIONS[name]
        count = draw(st.integers(function.least, len(function.kinds)))
        given = [
            draw(trees(room - 1) if kind == "p" else numeric()) for kind in function.kinds[:count]
        ]
        return f"{name}({', '.join(given)})"
    if shape == 16:
        name = draw(st.sampled_from([*remembering, "eval", "file"]))
        return f"{name}({', '.join(draw(st.lists(numeric(), max_size=3)))})"
    name = draw(st.sampled_from(list(arithmetic.FUNCTIONS)))
    count = draw(st.integers(NUMBER[name].least, min(4, NUMBER[name].most)))
    return f"{name}({', '.join(draw(trees(room - 1)) for _ in range(count))})"


pieces = st.one_of(
    numbers, scalars, pictures, wrong, signs, st.sampled_from(["(", ")", ",", "'", "feather("])
)
soup = st.lists(pieces, max_size=40).map("".join)
deep = st.builds(
    lambda part, count, end: part * count + "luma" + end * count,
    st.sampled_from(["(", "-", "~", "sin(", "1+", "2**", "min(1,", "feather(", "grow("]),
    st.integers(1, 300),
    st.sampled_from(["", ")", ",1)"]),
)
written = st.one_of(*[trees(room) for room in (2, 3, 4, 5)] * 3, soup, deep, st.text(max_size=60))

outcomes: Counter[str] = Counter()
worst = (0.0, "")


class Keep(Effect):
    """Keep its inputs, so that the test can compare them."""

    name: ClassVar[str] = "keep"
    amount: float = Param(0.5, ge=0, le=2, field=True)
    _given: Any = None

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        self._given = self.amount
        return np.ones_like(frame)


def answer(text: str, key: str) -> tuple[str, str]:
    """Apply a text; return the kind of outcome and the message, empty if there is none."""
    global worst
    try:
        binding = Binding.parse(Keep, {key: text}, CATALOG.curves, VALUES, CATALOG.film_of)
    except TableError as error:
        return "refused", str(error)
    chain = Chain([binding], "feedback", 5)
    try:
        for index, frame in enumerate(FRAMES):
            clock = Clock(index, 24.0, 240, Tempo(bpm=97.3, offset=-0.7))
            started = time.thread_time()
            result = chain.apply(frame, clock, TRUTH, (), VALUES)
            worst = max(worst, (time.thread_time() - started, text))
            assert np.isfinite(result).all()
            value = np.asarray(binding.plugin.model_dump()["amount"])
            assert value.ndim == 0
            if key == "mask":
                # A blend of the input and white.
                assert (result >= np.minimum(frame, 1) - 1e-3).all()
                assert (result <= np.maximum(frame, 1) + 1e-3).all()
    except PluginError as error:
        return "failed at a frame", str(error).partition(" at frame ")[2].partition(": ")[2]
    given = getattr(binding.plugin, "_given", None)
    if isinstance(given, np.ndarray):
        assert given.shape == FRAMES[0].shape[:2]
        assert given.dtype == np.float32
        assert 0 <= given.min() <= given.max() <= 2
    return ("a plane" if isinstance(given, np.ndarray) else "a value"), ""


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(text=written, key=st.sampled_from(["mask", "amount"]))
def answered(text: str, key: str) -> None:
    word, said = answer(text, key)
    outcomes[word] += 1
    assert said.startswith((f"{key}: ", "amount becomes ")) or not said, said
    assert "\n" not in said
    assert len(said) < 1500


def test_any_text_is_a_value_for_each_pixel_or_a_one_line_error() -> None:
    global worst
    if ahead((SIDE, SIDE)) and SIDE > 100:
        # As films do; otherwise fresh memory takes most of the time.
        keep_memory()
    # The very first frame loads OpenCV.
    answer("luma", "mask")
    worst = (0.0, "")
    outcomes.clear()
    answered()
    print(f"\n{sum(outcomes.values()):,} masks: {dict(outcomes)}; ", end="")
    print(f"the slowest frame took {1000 * worst[0]:.1f} ms: {worst[1]}")
    assert set(outcomes) == {"a plane", "a value", "refused", "failed at a frame"}
