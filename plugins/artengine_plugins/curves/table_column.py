"""A column of a CSV file as a curve."""

from __future__ import annotations

import csv
import io
import math
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self, TextIO

import numpy as np
import numpy.typing as npt

from artengine.api import Curve, CurveError, Param, Scope, Signal, SignalContext
from artengine_plugins.whole_file import read_whole

if TYPE_CHECKING:
    from _csv import Reader

LARGEST = 16 << 20
"""Size of the largest file in bytes."""

LONGEST_HEAD = 100_000
"""Length in characters of the first line that is searched for the column separator."""


TIMES = ("time", "times", "t", "second", "seconds", "sec", "s")
"""Names by which a column of seconds is recognised."""


class Column(Curve):
    """A column of a CSV file, as `{ csv = "song.csv", column = "kick" }`.

    The file's first line names the columns. Between rows the value is interpolated linearly; it is
    held before the first row and after the last.
    """

    name: ClassVar[str] = "csv"
    key: ClassVar[str] = "csv"

    csv: str = Param(path=True)
    """The file: UTF-8 text, with columns separated by commas, semicolons or tabs."""

    column: str = Param(min_length=1)
    """The name of the column."""

    time: str = ""
    """The name of a column of seconds, which must not decrease from row to row. When left out, rows
    are `every` frames apart."""

    every: float = Param(1.0, gt=0, le=1_000_000, unit="frames")
    """Distance between rows, if there is no column of times."""

    def stretched(self, share: float) -> Self:
        """Return the same rows, closer together if they count frames."""
        return self if self.time else self.model_copy(update={"every": self.every * share})

    def remarks(self, scope: Scope) -> Sequence[str]:
        """Return a remark about a column of times that is ignored."""
        if self.time:
            return ()
        path = Path(self.csv)
        found = [name for name in _header(path) if name.casefold() in TIMES and name != self.column]
        return [
            f'each row of {path.name} is a frame; write time = "{name}" to follow that column'
            for name in found[:1]
        ]

    def compile(self, scope: Scope) -> Signal:
        """Read the file."""
        names = [self.column, *([self.time] if self.time else [])]
        columns = _columns(Path(self.csv), names)
        if not self.time:
            places = np.arange(len(columns[0]), dtype=np.float64)
            return ColumnSignal(places * self.every, columns[0], "frames")
        if (np.diff(columns[1]) < 0).any():
            raise CurveError(f'{Path(self.csv).name}: the times of "{self.time}" do not grow')
        return ColumnSignal(columns[1], columns[0], "seconds")


class ColumnSignal(Signal):
    """Values at times, interpolated linearly.

    Args:
        times: in order.
        values: one value for each time.
        unit: unit of the times.
    """

    def __init__(
        self,
        times: npt.NDArray[np.float64],
        values: npt.NDArray[np.float64],
        unit: Literal["frames", "seconds"],
    ) -> None:
        self._times, self._values, self._unit = times, values, unit

    def at(self, now: SignalContext) -> float:
        """Return the value now."""
        clock = now.clock
        place = clock.index if self._unit == "frames" else clock.seconds
        return float(np.interp(place, self._times, self._values))


def _columns(path: Path, names: Sequence[str]) -> list[npt.NDArray[np.float64]]:
    """Parse columns of numbers. Raises `CurveError` with the line of a mistake."""
    return _parsed(_read_bytes(path), tuple(names), path.name)


def _header(path: Path) -> list[str]:
    """Return the names of the columns. Raises `CurveError` if the file cannot be read."""
    with _as_curve_errors(path.name):
        return _split_header(_text(_read_bytes(path)))[0]


def _read_bytes(path: Path) -> bytes:
    try:
        return read_whole(path, LARGEST)
    except ValueError as error:
        raise CurveError(f"{path.name} {error}") from error


# Cached, because a column may drive many curves.
@lru_cache(maxsize=2)
def _parsed(data: bytes, names: tuple[str, ...], file: str) -> list[npt.NDArray[np.float64]]:
    with _as_curve_errors(file):
        return _parse_columns(_text(data), names, file)


def _text(data: bytes) -> TextIO:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")


@contextmanager
def _as_curve_errors(file: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise CurveError(f"{file} is not text in UTF-8") from error
    except csv.Error as error:
        raise CurveError(f"{file} is no CSV file: {error}") from error


def _split_header(text: TextIO) -> tuple[list[str], Reader]:
    """Return the names of the columns, and a reader of the rows below them."""
    head = text.readline(LONGEST_HEAD)
    text.seek(0)
    rows = csv.reader(text, delimiter=max(",;\t", key=head.count))
    return [name.strip() for name in next(rows, [])], rows


def _parse_columns(text: TextIO, names: Sequence[str], file: str) -> list[npt.NDArray[np.float64]]:
    known, rows = _split_header(text)
    for name in names:
        if name not in known:
            listed = ", ".join(each[:40] for each in known[:20]) or "none"
            raise CurveError(f'{file} has no column "{name}"; it has: {listed}')
    columns = [(known.index(name), name, array("d")) for name in names]
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        for place, name, numbers in columns:
            cell = " ".join(row[place].split()) if place < len(row) else ""
            numbers.append(_number(cell))
            if not math.isfinite(numbers[-1]):
                line = f"{file}, line {rows.line_num}"
                raise CurveError(f'{line}: "{cell[:40]}" in "{name}" is no number')
    if not columns[0][2]:
        raise CurveError(f"{file} has no rows of numbers")
    return [np.array(numbers) for _, _, numbers in columns]


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan
