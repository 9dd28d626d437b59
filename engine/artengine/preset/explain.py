"""What each key of a preset's tables means, for people who have no editor that shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from artengine.errors import UsageError, did_you_mean
from artengine.preset.load import Heading
from artengine.reference import parameters
from artengine.settings import DreamSettings, LossWeights, Settings, TrainSettings

EXPLAINED: Mapping[str, type[Settings]] = {
    "top": Heading,
    "train": TrainSettings,
    "train.loss": LossWeights,
    "dream": DreamSettings,
}
"""The tables that can be explained, by name; `top` is what stands above all tables."""

_PLUGINS = ("source", "model", "feedback", "state", "output", "writers")


@dataclass(frozen=True, slots=True)
class Explained:
    """A key of a table.

    Args:
        key: its name.
        allowed: what it takes, as "a number from 0 to 1".
        default: its default as a preset would write it; "" for a key that has none.
        help: what it does.
    """

    key: str
    allowed: str
    default: str
    help: str


def explain(table: str) -> list[Explained]:
    """Explain every key of a table, in the order of declaration.

    Args:
        table: one of `EXPLAINED`.

    Raises:
        UsageError: when there is no such table, or its keys are those of a plugin.
    """
    if table in _PLUGINS:
        raise UsageError(
            f"the keys of {table} are those of its plugin; see artengine plugins show NAME"
        )
    if table not in EXPLAINED:
        near = did_you_mean(table, list(EXPLAINED))
        raise UsageError(f'no table "{table}"{near}; there are: {", ".join(EXPLAINED)}')
    return [
        Explained(
            parameter.name,
            parameter.allowed,
            "" if parameter.default is None else json.dumps(parameter.default, ensure_ascii=False),
            parameter.about,
        )
        for parameter in parameters(EXPLAINED[table])
    ]
