"""The log of a training: a CSV row for each epoch."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from artengine.atomic import atomic_write
from artengine.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Row:
    """What one epoch measured.

    Args:
        epoch: number, from 1.
        step: batches trained on so far.
        seconds: time trained so far.
        learning_rate: of the epoch's last step.
        loss: mean over the epoch.
        psnr, ssim: of predictions of held-out frames; decibels, and at most 1.
        psnr_copy, ssim_copy: of the copy-last baseline, the last frame taken as the prediction.
        own: what the model measures of itself, by name.
    """

    epoch: int
    step: int
    seconds: float
    learning_rate: float
    loss: float
    psnr: float
    ssim: float
    psnr_copy: float
    ssim_copy: float
    own: Mapping[str, float] = field(default_factory=dict)

    def numbers(self) -> dict[str, float]:
        """All of it as one table, the model's own measures last."""
        found = asdict(self)
        own = found.pop("own")
        return {**found, **own}


def read_log(path: Path, epochs: int) -> list[Row]:
    """Read a log's rows of the first `epochs` epochs, which are complete; later rows are of an
    epoch that is done again.

    Raises:
        TrainingError: when it is no log.
    """
    if not path.is_file():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [_row(found) for found in csv.DictReader(file)]
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise TrainingError(f"{path}: cannot be read as a log; move it away to continue") from error
    return [row for row in rows if row.epoch <= epochs]


def write_log(path: Path, rows: Sequence[Row]) -> None:
    """Write all rows, completely or not at all."""
    with (
        atomic_write(path) as unfinished,
        unfinished.open("w", newline="", encoding="utf-8") as file,
    ):
        tables = [row.numbers() for row in rows]
        names = dict.fromkeys(name for table in tables for name in table)
        writer = csv.DictWriter(file, list(names), lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: _short(v) for k, v in table.items()} for table in tables)


def _row(found: Mapping[str, str]) -> Row:
    numbers = {name: float(value) for name, value in found.items() if value}
    epoch, step = int(numbers.pop("epoch")), int(numbers.pop("step"))
    known = {each.name: numbers.pop(each.name) for each in fields(Row) if each.name in numbers}
    return Row(epoch=epoch, step=step, **known, own=numbers)


def _short(value: float) -> float | int:
    return value if isinstance(value, int) else float(f"{value:.6g}")
