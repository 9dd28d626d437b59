"""The number of this process in distributed training, as TF_CONFIG defines it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from artengine.errors import TrainingError
from artengine.params import check
from artengine.settings import TrainSettings

_EXAMPLE = (
    '{"cluster": {"worker": ["10.0.0.1:5000", "10.0.0.2:5000"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


class _Cluster(BaseModel):
    model_config = ConfigDict(extra="forbid")

    chief: list[str] = Field([], max_length=1)
    worker: list[str] = []


class _Task(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["chief", "worker"]
    index: int = Field(ge=0)


class _Config(BaseModel):
    cluster: _Cluster
    task: _Task


@dataclass(frozen=True, slots=True)
class Worker:
    """A process of distributed training.

    Args:
        number: its number, from 0; the first process evaluates and writes files.
        count: number of processes.
    """

    number: int
    count: int


def this_worker(settings: TrainSettings) -> Worker:
    """Return the current process; it is the only one unless the settings request workers.

    Raises:
        TrainingError: when TF_CONFIG is missing or invalid.
    """
    if settings.distribute != "workers":
        return Worker(0, 1)
    given = os.environ.get("TF_CONFIG")
    if not given:
        raise TrainingError(
            'train.distribute: "workers" needs the variable TF_CONFIG in the environment of each '
            f"process, as {_EXAMPLE}"
        )
    try:
        table = json.loads(given)
    except ValueError as error:
        raise TrainingError(f"TF_CONFIG: is no JSON ({error}); write it as {_EXAMPLE}") from error
    if not isinstance(table, dict):
        raise TrainingError(f"TF_CONFIG: is no table; write it as {_EXAMPLE}")
    config = check(_Config, table)
    if isinstance(config, list):
        raise TrainingError(f"TF_CONFIG: {config[0]}; write it as {_EXAMPLE}")
    addresses = getattr(config.cluster, config.task.type)
    if config.task.index >= len(addresses):
        raise TrainingError(
            f"TF_CONFIG: task.index: {config.task.index} given, while cluster.{config.task.type} "
            f"names {len(addresses)}; they count from 0"
        )
    chiefs = len(config.cluster.chief)
    number = config.task.index + (chiefs if config.task.type == "worker" else 0)
    return Worker(number, chiefs + len(config.cluster.worker))
