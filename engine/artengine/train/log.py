"""The log of a training, a CSV file with a row for each epoch."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from artengine.atomic import atomic_write
from artengine.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Row:
    """The results of one epoch.

    Args:
        epoch: number of the epoch, from 1.
        step: number of training steps so far.
        seconds: time trained so far.
        learning_rate: learning rate of the epoch's last step.
        loss: mean loss over the epoch.
        psnr, ssim: of predictions of held-out frames; in decibels, and at most 1.
        psnr_copy, ssim_copy: of the copy-last baseline, which predicts the last frame again.
        own: the model's own measures, by name.
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
        """Return all values by name, the model's own measures last."""
        found = asdict(self)
        own = found.pop("own")
        return {**found, **own}


def read_log(path: Path, epochs: int) -> list[Row]:
    """Read a log's rows of the first `epochs` epochs, which are complete; a later row belongs to an
    incomplete epoch, which is trained again.

    Raises:
        TrainingError: when the file is not a log.
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
    """Write all rows atomically."""
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
