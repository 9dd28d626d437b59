"""Profiling the stages of a film."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from artengine.cli.stage_times import as_data, as_lines
from artengine.dream import stages as timing
from artengine.dream.stages import Profile, Stage, Stages

TIMED: tuple[Stage, ...] = ("network", "encoder")


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reading of the clock is a second later, and costs half a second of processor time."""
    ticks, work = itertools.count(), itertools.count()
    monkeypatch.setattr("time.perf_counter", lambda: float(next(ticks)))
    monkeypatch.setattr(timing, "worked", lambda: next(work) / 2)


@pytest.mark.usefixtures("ticking")
def test_the_first_frame_is_excluded() -> None:
    stages = Stages()  # reads 0
    for name in TIMED:
        with stages.stage(name):  # 1 to 2, and 3 to 4
            pass
    stages.dreamt_first()  # 5
    for name in TIMED:
        with stages.stage(name):
            pass
    stages.wrote_first()
    for name in TIMED:
        with stages.stage(name):
            pass
    profile = stages.profile(3)
    assert profile.start == 5
    assert profile.frames == 2
    assert profile.seconds == 9
    assert profile.rate == 2 / 9
    assert profile.stages == {
        "source": 0,
        "network": 1000,
        "effects": 0,
        "output": 0,
        "encoder": 500,
        "waiting": 0,
    }
    assert profile.processor == 0.25


@pytest.mark.usefixtures("ticking")
def test_an_iterator_is_timed_and_closed() -> None:
    closed = []

    def items() -> Iterator[int]:
        try:
            yield from (1, 2)
        finally:
            closed.append(True)

    stages = Stages()
    assert next(stages.timed("source", items())) == 1
    assert closed == [True]
    assert list(stages.timed("source", items())) == [1, 2]
    assert stages.profile(2).stages["source"] == 3000


def test_the_printed_lines() -> None:
    ms = {"source": 1, "network": 30, "effects": 6, "output": 2, "encoder": 4, "waiting": 0.5}
    profile = Profile(3.21, 40, 1.6, ms, 0.07123)  # type: ignore[arg-type]
    assert as_lines(profile) == [
        "first frame after 3.2 s",
        "then 40.0 ms a frame, 25.0 a second; all processors together worked 71.2 ms a frame",
        "one after the other: network 30.0 ms, effects 6.0 ms, waiting 0.5 ms, rest 3.5 ms",
        "beside them: source 1.0 ms; output effects 2.0 ms, encoder 4.0 ms",
    ]
    assert as_data(profile)["ms"] == ms
    assert as_lines(Profile(1.0, 0, 0.1, ms, 0.0)) == ["first frame after 1.0 s"]  # type: ignore[arg-type]
