"""Evaluation, and writing of a run folder's weights, log, checkpoint and pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

import artengine
from artengine.params import values_without_paths
from artengine.train.best_weights import check_measures, update_best
from artengine.train.evaluate import Evaluator
from artengine.train.log import Row, read_log, write_log
from artengine.train.monitor import save_monitor
from artengine.train.plot import LogPlot
from artengine.train.progress import TrainingProgress
from artengine.train.resume import CheckpointRecord
from artengine.train.store import writing_to
from artengine.train.task import TrainingTask
from artengine.weights import model_table

if TYPE_CHECKING:
    from artengine.nn.rollout_trainer import RolloutTrainer


class Recorder:
    """Evaluates the network and writes the run folder; used by the chief only.

    Args:
        task: the training task.
        trainer: the trainer.
        evaluator: evaluates the trainer's network.
        progress: the current progress; later rows of the log are dropped.

    Raises:
        PluginError: when the model's own measures cannot be logged, or its `monitor` is not
            measured.
        TrainingError: when the log cannot be read.
    """

    def __init__(
        self,
        task: TrainingTask,
        trainer: RolloutTrainer,
        evaluator: Evaluator,
        progress: TrainingProgress,
    ) -> None:
        self._task, self._trainer, self._evaluator = task, trainer, evaluator
        self._rows = read_log(task.run.log, progress.epochs)
        self._start = CheckpointRecord.start(task)
        self._plot = LogPlot(task.run.plot)
        # Check now, because a failure at the end of an epoch would lose the epoch.
        check_measures(task.model, evaluator.own_measures(limit=1))

    def end_epoch(self, progress: TrainingProgress) -> tuple[TrainingProgress, Row]:
        """Evaluate and save at the end of an epoch; return the progress and the row of the log."""
        row = self._measure(progress)
        best, is_best = update_best(self._task.model, self._task.settings, row, progress.best)
        progress = replace(progress.after_epoch(), best=best)
        self._rows.append(row)
        keep_every = self._task.settings.keep_every
        keep = keep_every > 0 and row.epoch % keep_every == 0
        self._save(progress, self._rows, best=is_best, keep=keep)
        return progress, row

    def stop(self, progress: TrainingProgress, *, complete: bool) -> tuple[TrainingProgress, Row]:
        """Evaluate and save within an epoch. A resumed training gives the same weights.

        The row stays in the log until the epoch is complete. The best weights are those of complete
        epochs, unless there are none yet or the training is complete.
        """
        row = self._measure(progress)
        is_best = progress.best is None
        if complete:
            best, is_best = update_best(self._task.model, self._task.settings, row, progress.best)
            progress = replace(progress, best=best)
        self._save(progress, [*self._rows, row], best=is_best, keep=False)
        return progress, row

    def finish(self) -> None:
        """Plot the epochs that are not in the plot yet; call it at the end of a training."""
        with writing_to(self._task.run.folder):
            self._plot.finish()

    def checkpoint(self, progress: TrainingProgress) -> None:
        """Write only a checkpoint, within an epoch."""
        self._check_weights(progress)
        with writing_to(self._task.run.folder):
            self._write_checkpoint(progress)

    def _measure(self, progress: TrainingProgress) -> Row:
        from artengine.nn.optimisers import learning_rate

        scores = asdict(self._evaluator.scores())
        own = self._evaluator.own_measures()
        self._check_weights(progress)
        for name, value in {**scores, **own}.items():
            if not math.isfinite(value):
                raise self._task.diverged(f"{name} became {value}", progress.step)
        return Row(
            epoch=progress.epochs + 1,
            step=progress.step,
            seconds=progress.seconds,
            learning_rate=learning_rate(self._trainer.optimizer),
            loss=sum(progress.losses) / max(1, len(progress.losses)),
            **scores,
            own=own,
        )

    def _check_weights(self, progress: TrainingProgress) -> None:
        from keras import ops

        # A loss can be finite although its gradient is not.
        arrays = (ops.convert_to_numpy(v.value) for v in self._trainer.state_variables)
        if not all(np.isfinite(array).all() for array in arrays):
            raise self._task.diverged("weights became nan or inf", progress.step)

    def _save(
        self, progress: TrainingProgress, rows: Sequence[Row], *, best: bool, keep: bool
    ) -> None:
        """Save weights and log, then the checkpoint, so that it is never ahead, then pictures."""
        from artengine.nn.weights import save_weights

        row, run = rows[-1], self._task.run
        targets = [run.last]
        targets += [run.best] if best else []
        targets += [run.kept(row.epoch)] if keep else []
        with writing_to(run.folder):
            for target in targets:
                save_weights(target, self._trainer.network, self._description(row))
            write_log(run.log, rows)
            self._write_checkpoint(progress)
            save_monitor(run.monitor(row.epoch), self._evaluator.picture())
            self._plot.add(rows)

    def _write_checkpoint(self, progress: TrainingProgress) -> None:
        from artengine.nn.checkpoint import save_checkpoint

        record = replace(self._start, progress=progress)
        save_checkpoint(self._task.run.checkpoint, self._trainer.state_variables, record.table())

    def _description(self, row: Row) -> Mapping[str, Any]:
        """Return the content of the JSON file that describes the weights."""
        task, preset = self._task, self._task.preset
        manifest = task.footage.manifest
        training = task.settings.model_dump(mode="json")
        return {
            "engine": artengine.__version__,
            "model": model_table(preset),
            "parameters": self._trainer.network.count_params(),
            "preset": preset.name,
            "training": {**training, "size": list(manifest.size), "seed": preset.seed},
            "source": (
                {"use": [origin.name for origin in manifest.origins]}
                if task.user_footage
                # Leave out paths, which are private.
                else {"use": preset.source.name, **values_without_paths(preset.source)}
            ),
            "measured": {k: v for k, v in row.numbers().items() if k != "seconds"},
        }
