"""Selection of the best weights of a training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from artengine.errors import PluginError, did_you_mean
from artengine.model import Model
from artengine.settings import TrainSettings
from artengine.train.log import Row

_COMMON = ("psnr", "ssim")
"""Measures of every model."""


def check_measures(model: Model, own: Iterable[str]) -> None:
    """Check that a model's own measures can be logged, and that its `monitor` is measured.

    Args:
        model: the model.
        own: names of its own measures.

    Raises:
        PluginError: when one has the name of another column of the log, or there is no measure
            named by the model's `monitor`.
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
            f'model "{model.name}": monitor is "{model.monitor}", which nothing measures'
            f"{did_you_mean(model.monitor, known)}; there are: {', '.join(known)}"
        )


def monitored(model: Model, row: Row) -> float:
    """Return a row's value of the model's monitored measure."""
    return row.numbers()[model.monitor]


def is_improvement(model: Model, value: float, best: float | None) -> bool:
    """Return whether a value of the monitored measure is better than the best so far."""
    if best is None:
        return True
    return value > best if model.mode == "max" else value < best


def update_best(
    model: Model, settings: TrainSettings, row: Row, best: float | None
) -> tuple[float | None, bool]:
    """Return the best value including a new row, and whether the row's weights are the best.

    No measure shows how well a network continues from its own predictions. If it is trained on
    them, the newest weights always count as the best.
    """
    value = monitored(model, row)
    improved = is_improvement(model, value, best)
    return value if improved else best, improved or settings.max_horizon > 1
