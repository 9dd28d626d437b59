"""What every effect promises, whatever it does to a picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import product
from typing import Any, Literal, get_args, get_origin

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from artengine.api import Clock, Effect, Frame, FrameContext, size_of
from artengine.binding import Binding
from artengine.catalog import load_catalog
from artengine.chain import Chain
from artengine.params import bounds, check, is_path

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]

CATALOG = load_catalog()
EFFECTS: Sequence[type[Effect]] = list(CATALOG.effects.values())
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
SIZES = [(1, 1), (1, 7), (3, 2), (17, 33), (64, 40)]
"""Width and height."""

every = pytest.mark.parametrize("kind", EFFECTS, ids=lambda kind: kind.name)


def numbers(kind: type[Effect]) -> dict[str, tuple[float, float]]:
    """The least and the greatest legal value of each numeric parameter."""
    found = {}
    for name, info in kind.model_fields.items():
        if info.annotation in (float, int):
            limits = bounds(info)
            assert {"ge", "le"} <= limits.keys(), f"{kind.name}.{name} needs both bounds"
            found[name] = (limits["ge"], limits["le"])
    return found


def choices(kind: type[Effect]) -> dict[str, tuple[Any, ...]]:
    """What each parameter that is a choice can be."""
    found: dict[str, tuple[Any, ...]] = {}
    for name, info in kind.model_fields.items():
        if get_origin(info.annotation) is Literal:
            found[name] = get_args(info.annotation)
        elif info.annotation is bool:
            found[name] = (False, True)
    return found


def extremes(kind: type[Effect]) -> Iterator[dict[str, Any]]:
    """Each combination of choices, alone and with each number at each of its bounds."""
    for chosen in product(*choices(kind).values()):
        table = dict(zip(choices(kind), chosen, strict=True))
        yield table
        for name, limits in numbers(kind).items():
            for limit in limits:
                yield table | {
                    name: int(limit) if kind.model_fields[name].annotation is int else limit
                }


@cache
def tables(kind: type[Effect]) -> st.SearchStrategy[dict[str, Any]]:
    """Random legal parameters."""
    drawn: dict[str, st.SearchStrategy[Any]] = {}
    for name, info in kind.model_fields.items():
        if name in numbers(kind):
            low, high = numbers(kind)[name]
            whole = info.annotation is int
            drawn[name] = st.integers(int(low), int(high)) if whole else st.floats(low, high)
        elif name in choices(kind):
            drawn[name] = st.sampled_from(choices(kind)[name])
        elif name == "colours":
            drawn[name] = st.lists(COLOURS, max_size=5)
        elif info.annotation is str and not is_path(info):
            drawn[name] = COLOURS
        else:
            # Files are read in tests of their own.
            assert is_path(info), f"{kind.name}.{name} is drawn nowhere"
    return st.fixed_dictionaries({}, optional=drawn)


def made(kind: type[Effect], table: dict[str, Any]) -> Effect:
    """An effect from a preset's table."""
    effect = check(kind, table)
    assert isinstance(effect, kind), effect
    return effect


def run(effect: Effect, frames: Sequence[Frame], at: At, start: int = 0) -> list[Frame]:
    """Apply an effect to frames one after the other, each with the next one as truth."""
    return [
        effect.apply(frame, at(start + index, frames[(index + 1) % len(frames)]))
        for index, frame in enumerate(frames)
    ]


def sound(effect: Effect, frame: Frame, processed: Frame) -> None:
    width, height = effect.output_size(size_of(frame))
    assert processed.shape == (height, width, 3)
    assert processed.dtype == np.float32
    assert processed.flags.c_contiguous
    assert processed.flags.writeable
    assert np.isfinite(processed).all()


def test_those_that_ship_are_among_them() -> None:
    assert {"blend", "noise", "zoom"} <= {kind.name for kind in EFFECTS}


@every
def test_is_documented(kind: type[Effect]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.name)
    assert re.match(r"[A-Z][^\n]+\.(\n|$)", kind.__doc__ or "")
    for name, info in kind.model_fields.items():
        assert info.description, f"{kind.name}.{name} has no docstring"
        assert info.description.strip().endswith("."), f"{kind.name}.{name}"
    for name, limits in numbers(kind).items():
        said = kind.model_fields[name].description or ""
        missing = [
            f"{limit:g}" for limit in limits if f"{abs(limit):g}" not in said.replace(" ", "")
        ]
        assert not missing, f"{kind.name}.{name} does not say what happens at {missing}"


@every
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_takes_any_size(kind: type[Effect], size: tuple[int, int], random: Random, at: At) -> None:
    effect = kind()
    frames = [random(*size, seed=seed) for seed in range(3)]
    for frame, processed in zip(frames, run(effect, frames, at), strict=True):
        sound(effect, frame, processed)


@every
def test_bears_a_truth_of_another_size(kind: type[Effect], random: Random, at: At) -> None:
    # An output chain may have enlarged the frame.
    effect, truth = kind(), random(8, 8)
    for index in range(2):
        frame = random(17, 33, seed=index)
        sound(effect, frame, effect.apply(frame, at(index, truth)))


@every
def test_looks_at_the_truth_as_it_says(kind: type[Effect], shots: Shots) -> None:
    real = shots(96, 64)
    differs = False
    for chosen in product(*choices(kind).values()):
        table = dict(zip(choices(kind), chosen, strict=True))
        films = []
        for truths in (real[1:4], real[4:7] if kind.uses_truth else [None] * 3):
            effect, clocks = made(kind, table), [Clock(index, 24.0) for index in range(3)]
            films.append(
                [
                    effect.apply(frame, FrameContext(clock, truth, seed=5, slot="feedback/x/0"))
                    for frame, clock, truth in zip(real[:3], clocks, truths, strict=True)
                ]
            )
        differs = differs or not np.array_equal(films[0], films[1])
    assert differs == kind.uses_truth


@every
def test_leaves_what_it_is_given(kind: type[Effect], random: Random, at: At) -> None:
    frame, truth = random(17, 33).copy(), random(17, 33, seed=2).copy()
    before = frame.copy(), truth.copy()
    effect = kind()
    processed = [effect.apply(frame, at(index, truth)) for index in range(2)]
    np.testing.assert_array_equal(frame, before[0])
    np.testing.assert_array_equal(truth, before[1])
    assert not any(np.shares_memory(one, given) for one in processed for given in (frame, truth))
    assert not np.shares_memory(processed[0], processed[1])


@every
def test_what_it_gave_stays(kind: type[Effect], random: Random, at: At) -> None:
    effect = kind()
    frames = [random(17, 33, seed=seed) for seed in range(3)]
    first = effect.apply(frames[0], at(0, frames[1]))
    kept = first.copy()
    run(effect, frames, at, start=1)
    np.testing.assert_array_equal(first, kept)


@every
def test_does_the_same_again(kind: type[Effect], shots: Shots, at: At) -> None:
    frames = shots(96, 64)
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        alone = run(kind(), frames[:4], at)
    finally:
        cv2.setNumThreads(threads)
    np.testing.assert_array_equal(alone, run(kind(), frames[:4], at))


@every
def test_bears_values_beyond_the_range(kind: type[Effect], random: Random, at: At) -> None:
    frames = [random(17, 33, -2.0, 3.0), random(17, 33), random(17, 33, 2.5, 3.0)]
    frames.append(np.full_like(frames[0], -2.0))
    for table in extremes(kind):
        effect = made(kind, table)
        for frame, truth in zip(frames, frames[::-1], strict=True):
            processed = effect.apply(frame, at(3, np.clip(truth, 0.0, 1.0)))
            sound(effect, frame, processed)


@every
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_takes_any_legal_values(
    kind: type[Effect], data: st.DataObject, random: Random, at: At
) -> None:
    effect = made(kind, data.draw(tables(kind)))
    size = data.draw(st.sampled_from(SIZES))
    frames = [random(*size, -1.0, 2.0), random(*size)]
    for frame, processed in zip(frames, run(effect, frames, at), strict=True):
        sound(effect, frame, processed)


@every
def test_goes_on_where_it_was(kind: type[Effect], shots: Shots, at: At) -> None:
    frames = shots(96, 64)
    for chosen in product(*choices(kind).values()):
        table = dict(zip(choices(kind), chosen, strict=True))
        unbroken, resumed = made(kind, table), made(kind, table)
        run(unbroken, frames[:3], at)
        state = unbroken.state()
        assert all(isinstance(value, np.ndarray) for value in state.values())
        taken = {name: value.copy() for name, value in state.items()}
        expected = run(unbroken, frames[3:6], at, start=3)
        for name, value in state.items():
            np.testing.assert_array_equal(value, taken[name])
        resumed.restore(taken)
        np.testing.assert_array_equal(run(resumed, frames[3:6], at, start=3), expected)
        unbroken.reset()
        np.testing.assert_array_equal(
            run(unbroken, frames[:2], at), run(made(kind, table), frames[:2], at)
        )


@every
def test_follows_curves(kind: type[Effect], random: Random, at: At) -> None:
    frames = [random(17, 33, seed=seed) for seed in range(5)]
    for name in kind.automatable():
        low, high = numbers(kind)[name]
        driven = Binding.parse(kind, {name: {"keys": {"0f": low, "4f": high}}}, CATALOG.curves)
        assert isinstance(driven.plugin, Effect)
        for index, frame in enumerate(frames):
            now = at(index, frames[0])
            driven.set_time(now.clock)
            sound(driven.plugin, frame, driven.plugin.apply(frame, now))


def film(kind: type[Effect], frames: Sequence[Frame], **controls: Any) -> list[Frame]:
    """Frames after an output chain of one effect."""
    chain = Chain([Binding.parse(kind, controls, CATALOG.curves)], "output", 5)
    return [
        chain.apply(frame, Clock(index, 24.0), frames[(index + 1) % len(frames)])
        for index, frame in enumerate(frames)
    ]


@every
def test_a_chain_mixes_it(kind: type[Effect], shots: Shots) -> None:
    frames = shots(96, 64)[:4]
    slot = f"output/{kind.name}/0"
    effect = kind()
    alone = [
        effect.apply(frame, FrameContext(Clock(i, 24.0), frames[(i + 1) % 4], seed=5, slot=slot))
        for i, frame in enumerate(frames)
    ]
    plain = [
        resized(frame, size_of(processed)) for frame, processed in zip(frames, alone, strict=True)
    ]
    np.testing.assert_array_equal(film(kind, frames, mix=1), alone)
    np.testing.assert_array_equal(film(kind, frames, mix=0), plain)
    for mixed, before, after in zip(film(kind, frames, mix=0.25), plain, alone, strict=True):
        np.testing.assert_allclose(mixed, 0.75 * before + 0.25 * after, atol=1e-5)
    off = film(kind, frames, on=False)
    assert all(given is returned for given, returned in zip(frames, off, strict=True))


@every
def test_remembers_while_it_is_mixed_out(kind: type[Effect], shots: Shots) -> None:
    frames = shots(96, 64)[:5]
    late = film(kind, frames, mix={"keys": {"0f": 0, "4f": 1}, "ease": "hold"})
    np.testing.assert_array_equal(late[-1], film(kind, frames)[-1])


def resized(frame: Frame, size: tuple[int, int]) -> Frame:
    return frame if size_of(frame) == size else cv2.resize(frame, size).astype(np.float32)


@every
def test_can_be_seen(kind: type[Effect], shots: Shots, at: At) -> None:
    real = shots(96, 64)
    # A dream that is at odds with its footage, and brighter than white in places.
    dreams = [np.ascontiguousarray(frame[:, ::-1] * np.float32(1.3)) for frame in real]
    written, fed_back = kind(), kind()
    moved, fed = 0.0, dreams[0]
    for index, dream in enumerate(dreams[:5]):
        now = at(index, real[index + 1])
        moved += difference(dream, written.apply(dream, now)) / 5.0
        if size_of(fed) == size_of(dream):
            fed = fed_back.apply(fed, now)
    assert max(moved, difference(dreams[0], fed)) > 2.0


def difference(frame: Frame, processed: Frame) -> float:
    """Mean difference in 8-bit steps; a larger frame is compared with plain larger pixels."""
    plain = cv2.resize(frame, size_of(processed), interpolation=cv2.INTER_NEAREST)
    return float(255.0 * np.abs(processed - plain).mean())
