"""What a model's weights are judged by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from artengine.errors import PluginError, did_you_mean
from artengine.model import Model
from artengine.train.log import Row

_COMMON = ("psnr", "ssim")
"""Measured of every model; more is better."""


def check_measures(model: Model, own: Iterable[str]) -> None:
    """See whether a model's own measures can stand in the log, and judge it.

    Args:
        model: which it is.
        own: names of what it measures of itself.

    Raises:
        PluginError: when one has the name of another column, or what the model is judged by is not
            measured.
    """
    columns, own = [each.name for each in fields(Row)], list(own)
    for name in own:
        if name in columns:
            raise PluginError(
                f'model "{model.name}": measures "{name}", which is another column of the log; '
                "give it another name"
            )
    known = [*_COMMON, *own]
    if model.monitor not in known:
        raise PluginError(
            f'model "{model.name}": is judged by "{model.monitor}", which nothing measures'
            f"{did_you_mean(model.monitor, known)}; there are: {', '.join(known)}"
        )


def judged(model: Model, row: Row) -> float:
    """The number of a row that the model is judged by."""
    return row.numbers()[model.monitor]


def better(model: Model, value: float, best: float | None) -> bool:
    """Whether a value of what the model is judged by is better than the best so far."""
    if best is None:
        return True
    return value > best if model.monitor in _COMMON else value < best
