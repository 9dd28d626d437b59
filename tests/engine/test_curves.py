"""Curves: clocks, and kinds of curves from plugins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from typing import ClassVar

import pytest

from artengine.binding import Binding
from artengine.catalog import Catalog, load_catalog
from artengine.curves import Clock, Curve, CurveError, Scope, Signal, SignalContext
from artengine.effect import Effect, FrameContext
from artengine.errors import PresetError
from artengine.frame import Frame
from artengine.params import Param, TableError
from artengine.preset import parse_preset
from artengine.preset.schema import preset_schema


def test_progress_runs_from_0_to_1_and_stays_0_without_an_end() -> None:
    assert [Clock(i, 24, 5).progress for i in range(5)] == [0, 0.25, 0.5, 0.75, 1]
    assert Clock(7, 24, None).progress == 0
    assert Clock(0, 24, 1).progress == 0


class Slope(Signal):
    def __init__(self, slope: float) -> None:
        self.slope = slope

    def at(self, now: SignalContext) -> float:
        return self.slope * now.clock.index / (self.slope != 14)


class Ramp(Curve):
    """A value that grows linearly."""

    name: ClassVar[str] = "ramp"
    key: ClassVar[str] = "ramp"
    ramp: float = Param(ge=-100)
    compiled: ClassVar[list[Scope]] = []

    def compile(self, scope: Scope) -> Signal:
        self.compiled.append(scope)
        if self.ramp == 13:
            raise CurveError("13 brings bad luck")
        return Slope(self.ramp)

    def values(self) -> Sequence[float]:
        return (1 / (self.ramp - 15),) if self.ramp >= 15 else ()

    def remarks(self, scope: Scope) -> Sequence[str]:
        return [f"{scope.frames} frames"]


class Glow(Effect):
    """A test's effect."""

    name: ClassVar[str] = "test-glow"
    amount: float = Param(0.25, ge=0, le=10)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return frame


KINDS = MappingProxyType({"ramp": Ramp})


def glow(ramp: float) -> Binding:
    Ramp.compiled.clear()
    return Binding.parse(Glow, {"amount": {"ramp": ramp}}, KINDS)


def amount(binding: Binding) -> float:
    assert isinstance(binding.plugin, Glow)
    return binding.plugin.amount


def test_a_curve_is_compiled_once_per_film_and_not_by_the_check() -> None:
    binding = glow(2.0)
    assert Ramp.compiled == []
    assert amount(binding) == 0.25
    for index in (0, 3, 9):
        binding.set_time(Clock(index, 24.0, 48), Scope(24.0, 48, seed=7))
    assert amount(binding) == 10.0
    assert Ramp.compiled == [Scope(24.0, 48, seed=7, slot="amount")]
    binding.set_time(Clock(2, 12.0, 24))
    assert Ramp.compiled[1:] == [Scope(12.0, 24, slot="amount")]
    assert amount(binding) == 4.0


def test_a_curve_that_fails_in_the_check_is_a_mistake_of_the_preset() -> None:
    with pytest.raises(TableError, match=r"^amount: the curve failed: ZeroDivisionError: .*line"):
        glow(15.0)


def test_a_curve_that_fails_names_the_parameter() -> None:
    with pytest.raises(CurveError, match=r"^amount: 13 brings bad luck$"):
        glow(13.0).set_time(Clock(0, 24.0))
    with pytest.raises(CurveError, match=r"^amount: the curve failed: \w+Error: .*test_curves.py"):
        glow(14.0).set_time(Clock(1, 24.0))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"rmap": 1}, 'a table with rmap given (did you mean "ramp"?); allowed: a number, or a '),
        ({}, "a table with nothing given; allowed: a number, or a table with ramp"),
        ({"ramp": -101}, "amount.ramp: -101 given; allowed: a number at least -100"),
        ({"ramp": 1, "ease": 2}, "amount.ease: unknown; allowed: ramp"),
    ],
)
def test_invalid_curves_are_refused_with_their_address(
    table: dict[str, float], message: str
) -> None:
    with pytest.raises(TableError) as caught:
        Binding.parse(Glow, {"amount": table}, KINDS)
    assert message in str(caught.value)


PLUGIN = '''
from pathlib import Path
from typing import ClassVar
from artengine.api import Curve, Param, Signal, hookimpl

class Line(Signal):
    def __init__(self, values):
        self.values = values
    def at(self, now):
        return self.values[min(now.clock.index, len(self.values) - 1)]

class Score(Curve):
    """The lines of a file."""
    name: ClassVar[str] = "score"
    key: ClassVar[str] = "score"
    score: str = Param(path=True)
    """A text file of one number a line."""
    def compile(self, scope):
        return Line([float(line) for line in Path(self.score).read_text().split()])

@hookimpl
def register_curves():
    return [Score]
'''


@pytest.fixture
def scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    (tmp_path / "score.py").write_text(dedent(PLUGIN), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return load_catalog([tmp_path / "score.py"], user_folder=False)


def preset(score: str) -> dict[str, object]:
    return {
        "source": {"use": "synthetic"},
        "model": {"use": "swift"},
        "feedback": [{"use": "noise", "amount": {"score": score}}],
    }


def test_a_file_with_a_curve_alone_is_a_plugin(scores: Catalog, tmp_path: Path) -> None:
    (tmp_path / "song.txt").write_text("0.25 0.5", encoding="utf-8")
    loaded = parse_preset(preset("song.txt"), scores)
    assert str(tmp_path / "song.txt") in loaded.files.values()
    (binding,) = loaded.feedback_chain().binding
    binding.set_time(Clock(5, 24.0))
    assert binding.plugin.model_dump()["amount"] == 0.5
    assert str(tmp_path / "song.txt") in loaded.recipe()
    schema = preset_schema(scores)["$defs"]["curve"]["oneOf"]
    assert {"keys", "score"} <= {kind["required"][0] for kind in schema}


def test_files_of_curves_are_restricted_like_other_files(scores: Catalog) -> None:
    with pytest.raises(PresetError, match=r"preset: feedback.noise.amount.score: .*outside"):
        parse_preset(preset("/etc/hostname"), scores)


def test_two_curves_cannot_share_a_key(tmp_path: Path) -> None:
    for name in ("one", "two"):
        text = PLUGIN.replace('"score"\n    key', f'"{name}"\n    key')
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    files = [tmp_path / "one.py", tmp_path / "two.py"]
    result = load_catalog(files, user_folder=False, all_sound=False)
    assert result.reports[-1].reason == ('the key "score" is already provided by one.py')
    assert result.get("curve", "one").key == "score"


def test_a_slow_curve_is_reported_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 0.06, 1.0, 1.2, 2.0, 2.01])
    monkeypatch.setattr("artengine.curves.driven.thread_time", lambda: next(times))
    binding = glow(2.0)
    for index in range(3):
        binding.set_time(Clock(index, 24.0), Scope(24.0, slot="feedback/test-glow/0"))
    (record,) = caplog.records
    assert record.getMessage() == (
        "the curve of feedback/test-glow/0/amount took 60 ms at frame 0; it slows the film down"
    )


def test_a_table_with_keys_of_two_kinds_is_the_kind_that_accepts_all(
    catalog: Catalog,
) -> None:
    table = {"amount": {"expression": "2 * keys", "keys": {"0f": 1, "2f": 2}}}
    binding = Binding.parse(Glow, table, catalog.curves)
    binding.set_time(Clock(1, 24.0))
    assert amount(binding) == 3.0
    with pytest.raises(TableError, match=r"^amount\.csv: unknown; allowed: keys, ease"):
        Binding.parse(Glow, {"amount": {**table["amount"], "csv": "a"}}, catalog.curves)
