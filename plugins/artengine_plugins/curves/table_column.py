"""A column of a table in a CSV file as a curve."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt

from artengine.api import Curve, CurveError, Param, Scope, Signal, SignalContext

LARGEST = 64 << 20
"""Bytes of the largest file."""


class Column(Curve):
    """A column of a CSV file, as `{ csv = "song.csv", column = "kick" }`.

    The file's first line names the columns. Between rows the value moves evenly; it is held before
    the first and after the last.
    """

    name: ClassVar[str] = "csv"
    key: ClassVar[str] = "csv"

    csv: str = Param(path=True)
    """The file: text in UTF-8, its columns parted by commas, semicolons or tabs."""

    column: str = Param(min_length=1)
    """The name of the column."""

    time: str = ""
    """The name of a column of seconds, which grow from row to row. Left out, rows follow each other
    by `every`."""

    every: float = Param(1.0, gt=0, le=1_000_000, unit="frames")
    """How far rows are apart, where there is no column of times."""

    def stretched(self, share: float) -> Self:
        """The same rows, nearer together where they count frames."""
        return self if self.time else self.model_copy(update={"every": self.every * share})

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
    """Values at times.

    Args:
        times: in order.
        values: as many.
        unit: what the times count.
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
    """Read columns of numbers. Raises `CurveError` with the line that is wrong."""
    try:
        if path.stat().st_size > LARGEST:
            raise CurveError(f"{path.name} has more than {LARGEST >> 20} MB")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CurveError(f"{path.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CurveError(f"{path.name} is not text in UTF-8") from error
    lines = text.splitlines()
    head = lines[0] if lines else ""
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(lines, delimiter=delimiter)
    try:
        known = [name.strip() for name in next(rows, [])]
        for name in names:
            if name not in known:
                raise CurveError(
                    f'{path.name} has no column "{name}"; it has: {", ".join(known[:20]) or "none"}'
                )
        places = [known.index(name) for name in names]
        found = list(_numbers(rows, places, names, path.name))
    except csv.Error as error:
        raise CurveError(f"{path.name} is no CSV file: {error}") from error
    if not found:
        raise CurveError(f"{path.name} has no rows of numbers")
    return list(np.array(found, np.float64).T)


def _numbers(
    rows: Iterator[list[str]], places: Sequence[int], names: Sequence[str], file: str
) -> Iterator[list[float]]:
    for line, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        numbers = []
        for place, name in zip(places, names, strict=True):
            cell = row[place].strip() if place < len(row) else ""
            try:
                number = float(cell)
            except ValueError:
                number = math.nan
            if not math.isfinite(number):
                raise CurveError(f'{file}, line {line}: "{cell[:40]}" in "{name}" is no number')
            numbers.append(number)
        yield numbers
