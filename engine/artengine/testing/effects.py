"""The contract of every effect, whatever it does to a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from artengine.binding import Binding
from artengine.chain import Chain
from artengine.curves import Clock
from artengine.effect import Effect
from artengine.errors import PluginError
from artengine.frame import Frame, size_of
from artengine.testing.check import Trial
from artengine.testing.documented import is_documented
from artengine.testing.drawn import FPS, frames, moment, random_frame, resized
from artengine.testing.effect_values import chosen, drawn, extremes, numbers
from artengine.testing.expect import ConformanceError, expect, expect_same
from artengine.testing.ramps import ramps

SIZES = ((1, 1), (1, 7), (3, 2), (17, 33), (64, 40))
"""Width and height of the frames to test with."""


def run(effect: Effect, shown: Sequence[Frame], start: int = 0) -> list[Frame]:
    """Apply an effect to frames one after the other, each with the next one as source frame.

    Args:
        start: the index of the first frame.
    """
    return [
        effect.apply(frame, moment(start + at, shown[(at + 1) % len(shown)]))
        for at, frame in enumerate(shown)
    ]


def _check(effect: Effect, frame: Frame, made: Any, when: str) -> None:
    width, height = effect.output_size(size_of(frame))
    expect(isinstance(made, np.ndarray), f"{when}, apply returns {type(made).__name__}, no array")
    expect(
        made.shape == (height, width, 3),
        f"{when}, apply returns the shape {made.shape}; it must be {(height, width, 3)}",
    )
    expect(made.dtype == np.float32, f"{when}, apply returns {made.dtype}; it must be float32")
    expect(made.flags.c_contiguous, f"{when}, the frame is not contiguous; np.ascontiguousarray it")
    expect(made.flags.writeable, f"{when}, apply returns a frame that is read-only; copy it")
    expect(np.isfinite(made).all(), f"{when}, the frame holds nan or infinite values")


def takes_any_size(trial: Trial) -> None:
    """It takes frames of any size, from one pixel on."""
    for size in SIZES:
        effect = trial.made()
        shown = [random_frame(size, seed=seed) for seed in range(3)]
        for frame, made in zip(shown, run(effect, shown), strict=True):
            _check(effect, frame, made, f"at {size[0]}x{size[1]}")


def takes_a_source_frame_of_another_size(trial: Trial) -> None:
    """It accepts a source frame of another size: an output chain may have enlarged the film's."""
    effect, truth = trial.made(), random_frame((8, 8))
    for at in range(2):
        frame = random_frame((17, 33), seed=at)
        _check(effect, frame, effect.apply(frame, moment(at, truth)), "with a smaller source frame")


def looks_at_the_source_as_it_says(trial: Trial) -> None:
    """`uses_truth` is true exactly if `apply` reads `now.truth`."""
    real, kind = frames(), trial.kind
    for table in chosen(kind):
        films = []
        for truths in (real[1:4], real[4:7] if kind.uses_truth else (None,) * 3):
            effect = trial.made(**table)
            try:
                films.append(
                    [
                        effect.apply(frame, moment(at, truth))
                        for at, (frame, truth) in enumerate(zip(real[:3], truths, strict=True))
                    ]
                )
            except PluginError as error:
                raise ConformanceError(str(error)) from error
        if not np.array_equal(films[0], films[1]):
            expect(kind.uses_truth, "another source frame makes another film")
            return
    expect(
        not kind.uses_truth,
        "the source frame changes nothing; write uses_truth: ClassVar[bool] = False, so that a "
        "film need not read its source",
    )


def leaves_what_it_is_given(trial: Trial) -> None:
    """It writes neither to the frame nor to the source frame, and returns neither."""
    frame, truth = random_frame((17, 33)).copy(), random_frame((17, 33), seed=2).copy()
    before = frame.copy(), truth.copy()
    effect = trial.made()
    made = [effect.apply(frame, moment(at, truth)) for at in range(2)]
    expect_same([frame], [before[0]], "apply writes to the frame that it is given; copy it")
    expect_same([truth], [before[1]], "apply writes to the source frame; copy it")
    shared = any(np.shares_memory(one, given) for one in made for given in (frame, truth))
    expect(not shared, "apply returns memory of what it is given; return a copy")
    expect(not np.shares_memory(*made), "apply returns the same memory twice; return a new frame")


def leaves_what_it_gave(trial: Trial) -> None:
    """It does not write later to a frame that it has returned."""
    effect = trial.made()
    shown = [random_frame((17, 33), seed=seed) for seed in range(3)]
    first = effect.apply(shown[0], moment(0, shown[1]))
    kept = first.copy()
    run(effect, shown, start=1)
    expect_same([first], [kept], "apply writes to a frame that it returned before; keep a copy")


def does_the_same_again(trial: Trial) -> None:
    """It returns the same frames each time, on any number of threads."""
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        alone = run(trial.made(), frames()[:4])
    finally:
        cv2.setNumThreads(threads)
    expect_same(
        alone,
        run(trial.made(), frames()[:4]),
        "a second run makes other frames; draw random numbers from now.rng",
    )


def bears_values_beyond_the_range(trial: Trial) -> None:
    """It returns finite frames for values far outside 0..1, at each bound of each parameter."""
    shown = [random_frame((17, 33), -2.0, 3.0), random_frame((17, 33))]
    shown += [random_frame((17, 33), 2.5, 3.0), np.full_like(shown[0], -2.0)]
    for table in extremes(trial.kind):
        effect = trial.made(**table)
        for frame, truth in zip(shown, shown[::-1], strict=True):
            made = effect.apply(frame, moment(3, np.clip(truth, 0.0, 1.0)))
            _check(effect, frame, made, f"with {table}" if table else "beyond 0..1")


def takes_any_legal_values(trial: Trial) -> None:
    """It accepts any combination of values that its parameters allow."""
    for number, table in enumerate(drawn(trial.kind, 15)):
        effect = trial.made(**table)
        size = SIZES[number % len(SIZES)]
        shown = [random_frame(size, -1.0, 2.0), random_frame(size)]
        for frame, made in zip(shown, run(effect, shown), strict=True):
            _check(effect, frame, made, f"at {size[0]}x{size[1]} with {table}")


def goes_on_where_it_was(trial: Trial) -> None:
    """A film that is stopped and continued is the same as an uninterrupted one."""
    shown = frames()
    for table in chosen(trial.kind):
        unbroken, resumed = trial.made(**table), trial.made(**table)
        run(unbroken, shown[:3])
        state = unbroken.state()
        arrays = all(isinstance(value, np.ndarray) for value in state.values())
        expect(arrays, "state must return arrays by name")
        taken = {name: value.copy() for name, value in state.items()}
        expected = run(unbroken, shown[3:6], start=3)
        expect_same(
            list(state.values()),
            list(taken.values()),
            "apply writes to what state returned; let state return copies",
        )
        resumed.restore(taken)
        expect_same(
            run(resumed, shown[3:6], start=3),
            expected,
            "after restore(state()) it makes other frames; state must return all that it remembers",
        )
        unbroken.reset()
        expect_same(
            run(unbroken, shown[:2]),
            run(trial.made(**table), shown[:2]),
            "after reset it makes other frames than a new one; reset all that it remembers",
        )


def follows_curves(trial: Trial) -> None:
    """Each of its numbers may change from frame to frame, from one bound to the other."""
    shown = [random_frame((17, 33), seed=seed) for seed in range(5)]
    for name, (low, high) in numbers(trial.kind).items():
        if name not in trial.kind.automatable():
            continue
        effect = trial.made()
        driven = Binding(effect, {name: ramps(low, high, 4)})
        for at, frame in enumerate(shown):
            driven.set_time(moment(at).clock)
            made = effect.apply(frame, moment(at, shown[0]))
            _check(effect, frame, made, f"while {name} goes from {low} to {high}")


def _film(trial: Trial, shown: Sequence[Frame], **controls: Any) -> list[Frame]:
    """Return frames after an output chain of this one effect."""
    chain = Chain([Binding.parse(trial.kind, {**trial.values, **controls})], "output", 5)
    return [
        chain.apply(frame, Clock(at, FPS), shown[(at + 1) % len(shown)])
        for at, frame in enumerate(shown)
    ]


def is_mixed_by_a_chain(trial: Trial) -> None:
    """`mix` blends its output with its input, and `on` skips it."""
    shown = frames()[:4]
    alone, plain = _film(trial, shown, mix=1), _film(trial, shown, mix=0)
    for frame, before, made in zip(shown, plain, alone, strict=True):
        _check(trial.made(), frame, made, "in a chain")
        if size_of(frame) == size_of(made):
            expect_same([frame], [before], "mix = 0 does not leave the frame as it is")
    for mixed, before, after in zip(_film(trial, shown, mix=0.25), plain, alone, strict=True):
        expect(
            np.allclose(mixed, 0.75 * before + 0.25 * after, atol=1e-5),
            "mix = 0.25 is not a quarter of it: it must do the same whatever becomes of its frames",
        )
    off = _film(trial, shown, on=False)
    expect(all(given is back for given, back in zip(shown, off, strict=True)), "on = false acts")


def can_be_seen(trial: Trial) -> None:
    """By default it changes pictures by over two steps of 255 on average, at once or fed back."""
    real = frames(count=16)
    # A dream that differs from its footage, and is brighter than white in places.
    dreams = [np.ascontiguousarray(frame[:, ::-1] * np.float32(1.3)) for frame in real]
    written, fed_back = trial.made(), trial.made()
    moved, fed = 0.0, dreams[0]
    for at, dream in enumerate(dreams[:-1]):
        now = moment(at, real[at + 1])
        moved += _difference(dream, written.apply(dream, now)) / (len(dreams) - 1)
        if size_of(fed) == size_of(dream):
            fed = fed_back.apply(fed, now)
    seen = max(moved, _difference(dreams[0], fed))
    expect(seen > 2.0, f"it changes pictures by {seen:.2f} of 255; choose stronger defaults")


def _difference(frame: Frame, made: Frame) -> float:
    """Return the mean difference in 8-bit steps; the input is resized to the output if needed."""
    return float(255.0 * np.abs(made - resized(frame, size_of(made))).mean())


PROMISES = (
    is_documented,
    takes_any_size,
    takes_a_source_frame_of_another_size,
    looks_at_the_source_as_it_says,
    leaves_what_it_is_given,
    leaves_what_it_gave,
    does_the_same_again,
    bears_values_beyond_the_range,
    takes_any_legal_values,
    goes_on_where_it_was,
    follows_curves,
    is_mixed_by_a_chain,
    can_be_seen,
)
"""In the order in which an author should fix them."""
