"""The immutable description of a training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from artengine.errors import TrainingError
from artengine.frame import Size
from artengine.model import Model
from artengine.preset import Preset
from artengine.settings import TrainSettings
from artengine.train.footage import PreparedFootage
from artengine.train.run import Run


@dataclass(frozen=True)
class TrainingTask:
    """A preset, its training footage, and the run folder.

    Args:
        preset: the preset.
        model: the preset's model, with automatable parameters at their defaults.
        footage: the prepared frames.
        run: the run folder.
        user_footage: whether the user gave the footage instead of the preset's source.
    """

    preset: Preset
    model: Model
    footage: PreparedFootage
    run: Run
    user_footage: bool = False

    @classmethod
    def of(cls, preset: Preset, folder: Path, run: Run, *, user_footage: bool = False) -> Self:
        """Describe a training on prepared footage. Raise `TrainingError` if it cannot be read."""
        footage = PreparedFootage.open(folder)
        return cls(preset, preset.model.as_trained(), footage, run, user_footage)

    @property
    def settings(self) -> TrainSettings:
        """The `[train]` table."""
        return self.preset.train

    @cached_property
    def crop(self) -> Size:
        """Width and height of the training crops, in pixels."""
        width, height = self.footage.manifest.size
        if self.settings.crop == "whole":
            return width, height
        return min(self.settings.crop[0], width), min(self.settings.crop[1], height)

    @cached_property
    def held_out_from(self) -> int:
        """The first held-out frame, for windows of one prediction. May raise `TrainingError`."""
        span = self.settings.stride * self.model.context + 1
        return self.footage.held_out_from(span, self.settings.validation)

    def diverged(self, what: str, step: int) -> TrainingError:
        """Return the error of a training whose numbers are no longer finite."""
        remedy = "lower train.learning_rate and start again"
        if self.run.checkpoint.is_file():
            remedy = (
                "the checkpoint before it is kept; lower train.learning_rate with --set, and "
                "continue with --resume"
            )
        return TrainingError(f"{self.run.folder}: {what} at step {step}; {remedy}")
