"""Columns of CSV files as curves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from artengine.api import Clock, CurveError, Scope, SignalContext
from artengine.catalog import Catalog
from artengine.errors import PresetError
from artengine.params import check
from artengine.preset import parse_preset
from artengine_plugins.curves.table_column import Column


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.csv"
    path.write_text("seconds; kick ;low\n0;0.5;1\n\n0.4;1.0;2\n0.5;0;3\n", encoding="utf-8-sig")
    return path


def film(count: int, fps: float = 10.0, **table: Any) -> list[float]:
    curve = check(Column, {name: str(v) if isinstance(v, Path) else v for name, v in table.items()})
    assert isinstance(curve, Column), curve
    signal = curve.compile(Scope(fps, 100))
    return [signal.at(SignalContext(Clock(index, fps, 100))) for index in range(count)]


def test_every_row_is_a_frame(song: Path) -> None:
    assert film(5, csv=song, column="kick") == [0.5, 1, 0, 0, 0]
    assert film(5, csv=song, column="low", every=2) == [1, 1.5, 2, 2.5, 3]


def test_times_are_read_from_a_column(song: Path) -> None:
    values = film(7, csv=song, column="kick", time="seconds")
    assert values == pytest.approx([0.5, 0.625, 0.75, 0.875, 1, 0, 0])


def test_stretching_scales_rows_that_are_frames_but_not_times(song: Path) -> None:
    by_frame = Column(csv=str(song), column="low")
    assert by_frame.stretched(0.5).every == 0.5
    timed = Column(csv=str(song), column="low", time="seconds")
    assert timed.stretched(0.5) == timed


def test_an_unused_column_of_times_is_remarked(song: Path) -> None:
    curve = Column(csv=str(song), column="low")
    (remark,) = curve.remarks(Scope(24.0))
    assert remark.startswith('each row of song.csv is a frame; write time = "seconds"')
    assert not Column(csv=str(song), column="low", time="seconds").remarks(Scope(24.0))
    assert not Column(csv=str(song), column="seconds").remarks(Scope(24.0))


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("a,b\n1,2\n", "c", 'it.csv has no column "c"; it has: a, b'),
        ("a,b\n1,2\n1,x\n", "b", 'it.csv, line 3: "x" in "b" is no number'),
        ("a,b\n1,2\n1\n", "b", 'it.csv, line 3: "" in "b" is no number'),
        ("a,b\n1,nan\n", "b", 'line 2: "nan" in "b" is no number'),
        ("a,b\n", "b", "it.csv has no rows of numbers"),
        ("", "b", 'it.csv has no column "b"; it has: none'),
        ("t,b\n1,2\n0,3\n", "b", 'it.csv: the times of "t" do not grow'),
    ],
)
def test_an_invalid_table_is_rejected(tmp_path: Path, text: str, column: str, message: str) -> None:
    path = tmp_path / "it.csv"
    path.write_text(text, encoding="utf-8")
    time = "t" if text.startswith("t") else ""
    with pytest.raises(CurveError) as caught:
        film(1, csv=path, column=column, time=time)
    assert message in str(caught.value)


def test_an_unreadable_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(CurveError, match=r"lost\.csv cannot be read: No such file"):
        film(1, csv=tmp_path / "lost.csv", column="a")
    (tmp_path / "raw.csv").write_bytes(b"a\n\xff\xfe\n")
    with pytest.raises(CurveError, match=r"raw\.csv is not text in UTF-8"):
        film(1, csv=tmp_path / "raw.csv", column="a")


def test_the_file_is_one_of_the_files_of_the_preset(
    song: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(song.parent)
    column = {"csv": "song.csv", "column": "low"}
    table = {
        "source": {"use": "synthetic"},
        "model": {"use": "recall"},
        "dream": {"truth_frames": column},
        "curves": {"kick": column | {"column": "kick"}},
    }
    preset = parse_preset(table, catalog)
    assert preset.files == dict.fromkeys(("curves.kick.csv", "dream.truth_frames.csv"), str(song))
    assert preset.table["curves"]["kick"]["csv"] == str(song)
    with pytest.raises(PresetError, match=r"preset: curves\.kick\.csv: .* outside"):
        parse_preset(table | {"curves": {"kick": column | {"csv": "/etc/passwd"}}}, catalog)


def test_files_other_than_regular_ones_are_rejected(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(CurveError, match=r"^pipe\.csv is not a regular file"):
        film(1, csv=tmp_path / "pipe.csv", column="a")


def test_errors_give_the_line_number_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text('a,b\n"1\n\n2",3\nx,y\n', encoding="utf-8")
    with pytest.raises(CurveError, match=r'line 5: "y" in "b" is no number'):
        film(1, csv=tmp_path / "it.csv", column="b")
