"""Dreams that are changed while they play, and resumed from a snapshot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from predictors import Fading

from artengine.catalog import Catalog, load_catalog
from artengine.dream.changes import Change
from artengine.dream.session import Dream
from artengine.dream.snapshot import Snapshot
from artengine.errors import SourceError, UsageError
from artengine.frame import Picture
from artengine.preset import Preset, parse_preset

MakePreset = Callable[..., Preset]
FRAMES = 6


def preset_of(catalog: Catalog, **changes: Any) -> Preset:
    table = {
        "source": {"use": "synthetic"},
        "model": {"use": "recall", "context": 3},
        "dream": {"frames": FRAMES, "size": [32, 24], **changes.pop("dream", {})},
        "feedback": [
            {"use": "noise", "amount": 0.0},
            {"use": "zoom", "factor": 1.02},
            {"use": "noise", "amount": 0.0},
        ],
        "output": [{"use": "trails"}, {"use": "levels"}, {"use": "upscale", "factor": 2}],
        **changes,
    }
    return parse_preset(table, catalog, name="test")


@pytest.fixture
def make_preset(catalog: Catalog) -> MakePreset:
    return partial(preset_of, catalog)


@pytest.fixture(scope="module")
def plain(catalog: Catalog) -> list[Picture]:
    """The film of `make_preset()` without changes."""
    return film(preset_of(catalog))


def film(preset: Preset, *changes: Change, **options: Any) -> list[Picture]:
    with Dream(preset, predict=Fading(), **options) as dream:
        for change in changes:
            dream.set(change.address, change.value, change.frame)
        return list(dream)


def differing(one: list[Picture], other: list[Picture]) -> list[int]:
    return [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if (a != b).any()]


@pytest.mark.parametrize(
    ("address", "value", "first"),
    [
        ("feedback.noise.amount", 0.5, 3),
        ("feedback.0.amount", 0.5, 3),
        ("feedback.noise-2.amount", 0.5, 3),
        ("feedback.2.amount", {"keys": {"0f": 0.0, "5f": 0.5}}, 3),
        ("output.levels.gamma", 2.0, 2),
        ("feedback.zoom.mix", 0.5, 3),
        ("feedback.zoom.on", False, 3),
    ],
)
def test_a_parameter_changes_from_a_frame_on(
    make_preset: MakePreset, plain: list[Picture], address: str, value: Any, first: int
) -> None:
    changed = film(make_preset(), Change(2, address, value))
    assert differing(plain, changed) == list(range(first, FRAMES))


def test_both_notations_of_an_address_are_the_same_change(make_preset: MakePreset) -> None:
    with Dream(make_preset(), predict=Fading()) as dream:
        dream.set("feedback.2.amount", 0.1)
        dream.set("feedback.noise-2.amount", 0.2)
        next(dream.turns())
        assert dream.changes == (
            Change(0, "feedback.noise-2.amount", 0.1),
            Change(0, "feedback.noise-2.amount", 0.2),
        )


def test_the_log_of_changes_reproduces_the_film(make_preset: MakePreset) -> None:
    preset = make_preset()
    with Dream(preset, predict=Fading()) as dream:
        played = []
        for number, picture in enumerate(dream):
            played.append(picture)
            if number == 1:
                dream.set("feedback.noise.amount", 0.3)
                dream.set("output.levels.gamma", 2.0)
            if number == 3:
                dream.set("feedback.zoom.factor", 1.2)
        log = dream.changes
    assert [change.frame for change in log] == [2, 2, 4]
    np.testing.assert_array_equal(played, film(preset, *log))


@pytest.mark.parametrize("stop", range(1, FRAMES))
def test_resumes_bit_for_bit_with_past_and_future_changes(
    make_preset: MakePreset, stop: int
) -> None:
    preset = make_preset()
    changes = (
        Change(1, "feedback.noise.amount", 0.3),
        Change(2, "output.levels.gamma", 2.0),
        Change(4, "feedback.zoom.factor", {"keys": {"0f": 1.0, "5f": 1.3}}),
        Change(5, "output.trails.decay", 0.2),
    )
    whole = film(preset, *changes)
    with Dream(preset, predict=Fading()) as dream:
        for change in changes:
            dream.set(change.address, change.value, change.frame)
        first = list(islice(dream, stop))
        snapshot = dream.snapshot()
    assert snapshot.changes == changes
    np.testing.assert_array_equal(whole, first + film(preset, resume=snapshot))


def test_changes_from_other_threads_are_applied_between_frames(make_preset: MakePreset) -> None:
    preset = make_preset(dream={"frames": 20})
    with Dream(preset, predict=Fading()) as dream:

        def play() -> None:
            for value in range(100):
                dream.set("feedback.noise.amount", value / 100)
                dream.set("output.levels.gamma", 0.5 + value / 100)

        players = [threading.Thread(target=play) for _ in range(2)]
        for player in players:
            player.start()
        played = list(islice(dream, 19))
        for player in players:
            player.join()
        played += dream
        log = dream.changes
    assert len(log) == 400
    np.testing.assert_array_equal(played, film(preset, *log))


@pytest.mark.parametrize(
    ("address", "value", "frame", "message"),
    [
        ("source.path", "x", None, r"source.path cannot change while the dream plays; what can: f"),
        ("dream.frames", 3, None, "dream.frames cannot change while the dream plays"),
        ("feedback.nose.amount", 1.0, None, r'has no "nose" \(did you mean "noise"\?\); it has'),
        ("feedback.noise.loudness", 1.0, None, r"feedback\.noise\.loudness: unknown"),
        ("feedback.noise.amount", "loud", None, r'feedback\.noise\.amount: "loud" given'),
        ("feedback.noise-2.amount", -1, None, r"feedback\.noise-2\.amount: -1 given"),
        ("output.upscale.factor", 3, None, r"output\.upscale\.factor: changes the frame's size"),
        ("model.pul", 1.0, None, r'model\.pul cannot .*\(did you mean "pull"\?\)'),
        ("model.width", 8, None, 'of "recall" these can: damping, elsewhere, leaps, pace, pull'),
        ("model.pull", 2.0, None, r"model\.pull: 2.0 given"),
        ("dream.truth_frames", 4, None, "allowed: a whole number from 0 to 3"),
        ("dream.truth_frames", 2, None, "begin with dream.truth_frames = 1, or with Dream"),
        ("feedback.noise.amount", 1.0, 1, "frame 1 has been dreamt; the next one is 2"),
        ("feedback.noise.amount", 1.0, 6, "there is no frame 6; the last one is 5"),
        ("feedback", 1.0, None, "feedback cannot change"),
        ("", 1.0, None, "write an address as"),
    ],
)
def test_impossible_changes_are_refused_at_once(
    make_preset: MakePreset,
    plain: list[Picture],
    address: str,
    value: Any,
    frame: int | None,
    message: str,
) -> None:
    with Dream(make_preset(), predict=Fading()) as dream:
        first = list(islice(dream, 2))
        with pytest.raises(UsageError, match=message) as caught:
            dream.set(address, value, frame)
        assert "--set" not in str(caught.value)
        assert differing(plain, first + list(dream)) == []


def test_truth_frames_change_while_it_plays(make_preset: MakePreset) -> None:
    preset = make_preset(dream={"truth_frames": 1})
    free = film(make_preset(), truth=True)
    changed = film(make_preset(), Change(0, "dream.truth_frames", 1), truth=True)
    np.testing.assert_array_equal(changed, film(preset))
    assert differing(free, changed)


def test_the_log_does_not_share_values_with_the_caller(make_preset: MakePreset) -> None:
    keys = {"0f": 0.0, "5f": 0.5}
    with Dream(make_preset(), predict=Fading()) as dream:
        dream.set("feedback.noise.amount", {"keys": keys})
        keys["0f"] = 1.0
        first = list(dream)
        log = dream.changes
    assert log == (Change(0, "feedback.noise.amount", {"keys": {"0f": 0.0, "5f": 0.5}}),)
    np.testing.assert_array_equal(first, film(make_preset(), *log))


def test_a_reused_dream_starts_from_its_preset(
    make_preset: MakePreset, plain: list[Picture]
) -> None:
    dream = Dream(make_preset(), predict=Fading())
    with dream:
        dream.set("feedback.noise.amount", 0.5)
        changed = list(dream)
        assert len(dream.changes) == 1
    with dream:
        assert not dream.changes
        again = list(dream)
    np.testing.assert_array_equal(again, plain)
    assert differing(changed, again)


def snapshot_of(preset: Preset) -> Snapshot:
    with Dream(preset, predict=Fading()) as dream:
        list(islice(dream, 2))
        return dream.snapshot()


def test_a_snapshot_of_another_dream_or_format_is_refused(make_preset: MakePreset) -> None:
    snapshot = snapshot_of(make_preset())
    with pytest.raises(UsageError, match="belongs to another dream"):
        Dream(make_preset(seed=1), predict=Fading(), resume=snapshot)
    with pytest.raises(UsageError, match="has format 1, and this engine reads format 4"):
        Dream(make_preset(), predict=Fading(), resume=replace(snapshot, version=1))
    with pytest.raises(UsageError, match="give Dream the same truth"):
        Dream(make_preset(), predict=Fading(), resume=snapshot, truth=True)


def test_a_source_that_ends_before_the_dream_begins_is_an_error(
    catalog: Catalog, bikes: Path
) -> None:
    table = {
        "source": {"use": "video", "path": "clip", "at_end": "stop"},
        "model": {"use": "swift"},
        "dream": {"size": [32, 24], "start": 9.9},
    }
    preset = parse_preset(table, catalog, [f"source.path={bikes}"])
    with (
        pytest.raises(SourceError, match=r"fewer frames from 9\.9 s on than the 4 the network"),
        Dream(preset, predict=Fading()) as dream,
    ):
        next(iter(dream))


def test_a_blocked_source_does_not_block_the_end_of_a_dream(
    make_preset: MakePreset, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    preset = make_preset(dream={"truth_frames": 1})
    opened, freed = type(preset.source).open, threading.Event()

    def blocking(self: Any, size: Any = None, fps: Any = None) -> Any:
        footage = opened(self, size, fps)
        frames = footage.frames

        def some(start: int = 0) -> Iterator[Picture]:
            yield from islice(frames(start), 6)
            freed.wait()

        footage.frames = some  # type: ignore[method-assign]
        return footage

    monkeypatch.setattr(type(preset.source), "open", blocking)
    monkeypatch.setattr("artengine.dream.prefetch._PATIENCE", 0.05)
    with Dream(preset, predict=Fading()) as dream:
        assert len(list(islice(dream, 3))) == 3
    assert "the source gives no picture" in caplog.text
    freed.set()


PAIR = '''
from typing import ClassVar
from pydantic import model_validator
from artengine.api import Effect, Param, hookimpl

class Pair(Effect):
    """Add the distance of two numbers, the first of which must be the smaller one."""
    name: ClassVar[str] = "pair"
    low: float = Param(0.0, ge=0, le=1)
    """The smaller one."""
    high: float = Param(1.0, ge=0, le=1)
    """The larger one."""

    @model_validator(mode="after")
    def _order(self):
        if self.low >= self.high:
            raise ValueError("low must be below high")
        return self

    def apply(self, frame, now):
        return frame + self.low / 10

@hookimpl
def register_effects():
    return [Pair]
'''


@pytest.mark.parametrize("chain", ["feedback", "output"])
def test_a_change_that_conflicts_with_another_is_refused_and_the_film_continues(
    chain: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each of the two changes was valid when it was requested."""
    file = tmp_path / "pair.py"
    file.write_text(PAIR, encoding="utf-8")
    preset = preset_of(load_catalog([file], user_folder=False), **{chain: [{"use": "pair"}]})
    low, high = Change(2, f"{chain}.pair.low", 0.7), Change(2, f"{chain}.pair.high", 0.4)
    with Dream(preset, predict=Fading()) as dream:
        for change in (low, high):
            dream.set(change.address, change.value, change.frame)
        changed = list(dream)
        assert dream.changes == (low,)
        again = Dream(preset, predict=Fading(), resume=dream.snapshot())
    assert again.changes == (low,)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == (
        f"{chain}.pair.low must be below high; this change of frame 2 is refused, and what was "
        "before it stays"
    )
    for one, other in zip(changed, film(preset, low), strict=True):
        np.testing.assert_array_equal(one, other)
