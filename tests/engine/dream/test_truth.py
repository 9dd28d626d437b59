"""The source is read only if something uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest

from artengine.catalog import Catalog
from artengine.dream.session import Dream
from artengine.effect import Effect, FrameContext
from artengine.errors import PluginError, UsageError
from artengine.frame import Frame, Picture, Size
from artengine.offer import Offer
from artengine.preset import Preset, parse_preset
from artengine.source import Footage, Source


class Counted(Footage):
    """Grey pictures, each a step lighter, that record which of them were read."""

    def __init__(self, pictures: int, *, endless: bool, length: int | None) -> None:
        self.size, self.fps, self.endless, self.length = (16, 16), 10.0, endless, length
        self._pictures = pictures
        self.read: list[int] = []

    def frames(self, start: int = 0) -> Iterator[Picture]:
        for number in range(start, self._pictures):
            self.read.append(number)
            yield np.full((16, 16, 3), number, np.uint8)


class GivenFootage(Source):
    """Opens the footage of its class attribute."""

    name: ClassVar[str] = "counted"
    footage: ClassVar[Counted]

    def open(self, size: Size | None = None, fps: float | None = None) -> Footage:
        return self.footage


class Fading:
    """Predicts 0.9 times the mean of its context."""

    def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
        mean: Frame = np.stack(frames).mean(axis=0, dtype=np.float32)
        return mean * np.float32(0.9)

    def reset(self) -> None: ...

    def state(self) -> list[npt.NDArray[np.generic]]:
        return []

    def restore(self, state: Sequence[npt.NDArray[np.generic]]) -> None: ...


class UndeclaredTruth(Effect):
    """Adds the truth, without declaring `uses_truth`."""

    name: ClassVar[str] = "stranger"

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return frame + now.truth


class DeniedTruth(UndeclaredTruth):
    """Declares that it does not use the truth, and uses it."""

    name: ClassVar[str] = "liar"
    uses_truth: ClassVar[bool] = False


MakePreset = Callable[..., Preset]


@pytest.fixture
def make_preset(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> MakePreset:
    for kind in (GivenFootage, UndeclaredTruth, DeniedTruth):
        offers: dict[str, Offer] = catalog._offers[kind.kind]  # type: ignore[index]
        monkeypatch.setitem(offers, kind.name, Offer.of(kind))

    def parse(
        *effects: str,
        pictures: int = 100,
        endless: bool = True,
        length: int | None = None,
        output: Sequence[str] = (),
        **dream: Any,
    ) -> Preset:
        GivenFootage.footage = Counted(pictures, endless=endless, length=length)
        table = {
            "source": {"use": "counted"},
            "model": {"use": "swift", "context": 3},
            "dream": {"frames": 20, **dream},
            "feedback": [{"use": effect} for effect in effects],
            "output": [{"use": effect} for effect in output],
        }
        return parse_preset(table, catalog, name="test")

    return parse


def film(preset: Preset, **options: Any) -> list[Picture]:
    with Dream(preset, predict=Fading(), **options) as dream:
        return list(dream)


def test_a_free_dream_reads_only_its_first_context(make_preset: MakePreset) -> None:
    preset = make_preset("zoom", "noise")
    assert len(film(preset)) == 20
    assert GivenFootage.footage.read == [0, 1, 2]


@pytest.mark.parametrize(
    "settings",
    [
        {"effects": ["zoom", "blend"]},
        {"effects": ["stranger"]},
        {"effects": [], "output": ["gate"]},
        {"effects": [], "truth_frames": 1},
    ],
    ids=str,
)
def test_the_source_is_read_if_anything_uses_the_truth(
    make_preset: MakePreset, settings: dict[str, Any]
) -> None:
    preset = make_preset(*settings.pop("effects"), **settings)
    assert len(film(preset)) == 20
    # The three of the first context, one for each frame of the film, and none beyond its end.
    assert GivenFootage.footage.read == list(range(23))


def test_reading_the_whole_source_does_not_change_the_film(make_preset: MakePreset) -> None:
    preset = make_preset("zoom", "noise")
    unread, read = film(preset), film(preset, truth=True)
    assert len(GivenFootage.footage.read) > 20
    np.testing.assert_array_equal(unread, read)


def test_turns_have_the_truth_on_request(make_preset: MakePreset) -> None:
    preset = make_preset()
    with Dream(preset, predict=Fading()) as dream:
        assert {turn.truth is None for turn in dream.turns()} == {True}
    with Dream(preset, predict=Fading(), truth=True) as dream:
        seen = [turn.truth for turn in dream.turns() if turn.truth is not None]
    assert [round(float(truth[0, 0, 0]) * 255) for truth in seen] == list(range(3, 23))


@pytest.mark.parametrize(
    ("length", "read"), [(10, [0, 1, 2]), (None, list(range(10))), (7, [0, 1, 2, 7, 8, 9])]
)
def test_an_unread_source_still_ends_the_film(
    make_preset: MakePreset, length: int | None, read: list[int]
) -> None:
    assert len(film(make_preset("zoom", pictures=10, endless=False, length=length))) == 7
    assert sorted(set(GivenFootage.footage.read)) == read


def test_resumes_without_reading(make_preset: MakePreset) -> None:
    preset = make_preset("noise")
    whole = film(preset)
    with Dream(preset, predict=Fading()) as dream:
        pictures = iter(dream)
        first = [next(pictures) for _ in range(8)]
        snapshot = dream.snapshot()
    GivenFootage.footage.read.clear()
    np.testing.assert_array_equal(whole, first + film(preset, resume=snapshot))
    assert GivenFootage.footage.read == []
    with pytest.raises(UsageError, match="belongs to another dream"):
        film(make_preset("noise", truth_frames=1), resume=snapshot)


def test_an_effect_that_uses_the_truth_undeclared_is_an_error(make_preset: MakePreset) -> None:
    with pytest.raises(PluginError, match=r"feedback\.liar.*uses_truth = False"):
        film(make_preset("liar", "blend"))
