"""Where a training stands, and going on from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from artengine.errors import TrainingError, WeightsError
from artengine.frame import Size
from artengine.preset import Preset
from artengine.settings import LossWeights
from artengine.train.on_policy import OnPolicyRollout
from artengine.train.run import Run
from artengine.weights import model_table, model_words

if TYPE_CHECKING:
    from artengine.nn.distribution import DistributionStrategy


@dataclass(frozen=True, slots=True)
class Position:
    """Where a training stands: all that, beside its variables, is needed to go on exactly.

    Args:
        step: batches trained on.
        seconds: time trained.
        best: the best of what the model is judged by, of whole epochs and of the training's end;
            None before the first.
        epochs: whole epochs, each with its row in the log.
        losses: of the epoch that is under way.
        footage: tells the prepared footage from any other.
        data: its folder, where a person gave it in place of the preset's source.
        made_with: what its variables depend on; see `made_with`.
        walks: where the rows of the batch stand that go on from the network's own predictions.
    """

    step: int = 0
    seconds: float = 0.0
    best: float | None = None
    epochs: int = 0
    losses: list[float] = field(default_factory=list)
    footage: str = ""
    data: str = ""
    made_with: dict[str, str] = field(default_factory=dict)
    walks: list[OnPolicyRollout] = field(default_factory=list)


def made_with(preset: Preset, crop: Size) -> dict[str, str]:
    """What decides which variables a training has and what they mean, in words, by the names that a
    preset gives it: going on needs the same.

    Args:
        preset: what is trained.
        crop: width and height of what is learnt from, in pixels.
    """
    settings = preset.train
    contested = isinstance(settings.loss, LossWeights) and settings.loss.adversarial
    scaled = settings.precision == "mixed_float16"
    found = {
        "model": model_words(model_table(preset)),
        "train.optimizer": settings.optimizer,
        "train.loss": "with adversarial" if contested else "without adversarial",
        "train.precision": "mixed_float16" if scaled else "other than mixed_float16",
        "train.accumulate": "above 1" if settings.accumulate > 1 else "1",
        "train.max_horizon": "above 1" if settings.max_horizon > 1 else "1",
    }
    if settings.max_horizon > 1:
        found |= {"train.batch": str(settings.batch), "train.crop": f"{crop[0]}x{crop[1]}"}
    return found


def named_footage(run: Run) -> Path | None:
    """The prepared footage that a person gave a training, as its checkpoint names it.

    Raises:
        WeightsError: when the checkpoint is broken.
    """
    from artengine.nn.checkpoint import read_position

    data = read_position(run.checkpoint).get("data")
    return Path(data) if data and isinstance(data, str) else None


def resumed(run: Run, variables: Sequence[Any], start: Position) -> Position:
    """Set variables to those of a run's checkpoint, and return its position.

    Args:
        run: the run.
        variables: of the training that goes on, in order.
        start: where that would start anew.

    Raises:
        TrainingError: when it learnt from other footage.
        WeightsError: when the checkpoint is broken or belongs to another training.
    """
    from artengine.nn.checkpoint import load_checkpoint, read_position

    position = _parsed(read_position(run.checkpoint))
    if position is None:
        raise WeightsError(
            f"{run.checkpoint}: was written by another version of the engine; start again with "
            "another folder, -o"
        )
    if position.footage != start.footage:
        raise TrainingError(
            f"{run.folder}: this training learnt from other footage; go on with the same, or start "
            "again with another folder, -o"
        )
    for name, now in start.made_with.items():
        before = position.made_with.get(name)
        if before != now:
            raise WeightsError(
                f"{run.checkpoint}: was made with {name} {before}, while this training has {now}; "
                f"go on with the same, or start again with another folder, -o"
            )
    load_checkpoint(run.checkpoint, variables)
    return replace(position, data=start.data)


def shared(
    strategy: DistributionStrategy, variables: Sequence[Any], position: Position, footage: str
) -> Position:
    """The chief's position, once all of the team have its variables.

    Raises:
        TrainingError: when the others learn from other footage, or are of another version.
    """
    told = _parsed(strategy.from_chief(variables, asdict(position)))
    if told is None:
        raise TrainingError(
            "the workers are of different versions of the engine; give all the same"
        )
    _, differs = strategy.agreed(0.0, stop=told.footage != footage)
    if differs:
        raise TrainingError(
            "the workers learn from different footage; give all of them the same, prepared alike"
        )
    return told


def _parsed(found: Mapping[str, Any]) -> Position | None:
    if set(found) != {each.name for each in fields(Position)}:
        return None
    try:
        return TypeAdapter(Position).validate_python(found)
    except ValidationError:
        return None
