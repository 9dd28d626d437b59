"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from artengine.catalog import Catalog
from artengine.counts import counted
from artengine.errors import TrainingError
from artengine.known_files import note_files
from artengine.network_templates import keep_templates
from artengine.preset import Preset
from artengine.train.batch_source import batch_source
from artengine.train.build import build_trainer
from artengine.train.evaluate import Evaluator
from artengine.train.frame_sequence import PreparedFrameSequence
from artengine.train.held_out import Window, held_out_windows
from artengine.train.initial import begin
from artengine.train.log import Row
from artengine.train.progress import TrainingProgress
from artengine.train.recipe import run_recipe
from artengine.train.recorder import Recorder
from artengine.train.resume import completed, read_progress, share_progress
from artengine.train.run import Run
from artengine.train.schedule import learning_rate_factor, rollout_horizon, share_done
from artengine.train.store import writing_to
from artengine.train.task import TrainingTask
from artengine.train.workers import this_worker

if TYPE_CHECKING:
    from artengine.nn.distribution import DistributionStrategy
    from artengine.nn.rollout_trainer import RolloutTrainer


@dataclass(frozen=True, slots=True)
class Observer:
    """Callbacks of the training loop, for example for a progress display.

    Args:
        begun: called before the first step with the name of the network's initial weights, or None
            for random ones.
        step: called after each step with the progress, the loss and the share done, 0..1.
        epoch: called after each epoch with its row of the log.
        stop: called before each step; return True to end the training cleanly.
    """

    begun: Callable[[str | None], None] = lambda _name: None
    step: Callable[[TrainingProgress, float, float], None] = lambda _progress, _loss, _share: None
    epoch: Callable[[Row], None] = lambda _row: None
    stop: Callable[[], bool] = lambda: False


def train(
    preset: Preset,
    data: Path,
    run: Run,
    catalog: Catalog,
    *,
    resume: bool = False,
    user_footage: bool = False,
    observer: Observer | None = None,
) -> TrainingProgress:
    """Train the preset's network on prepared footage, into a run folder.

    The same preset, data and seed give the same weights; so does a training that was stopped and
    resumed, if its length is given in steps. A resumed training that is complete already changes no
    file of its run. In distributed training, each process calls this with
    the same preset and footage, and only the first one reads and writes its run folder.

    Args:
        preset: the preset.
        data: the folder of the prepared footage.
        run: the run folder, for all results.
        catalog: the catalogue, whose observers are notified.
        resume: whether to continue from the run's checkpoint.
        user_footage: whether the user gave the footage instead of the preset's source;
            `resume.user_footage` then finds it again.
        observer: callbacks for the progress and for stopping.

    Raises:
        TrainingError: when the footage is too short, damaged or not that of the checkpoint, the
            loss, a weight or a measure is not finite (the last good checkpoint is kept), the run
            folder cannot be used, or the processes cannot train together.
        PluginError: when the name of one of the model's own measures is taken, or its `monitor` is
            not measured.
        WeightsError: when the checkpoint is corrupt or belongs to another training.
    """
    from artengine.nn.checkpoint import load_checkpoint
    from artengine.nn.determinism import make_deterministic
    from artengine.nn.distribution import build_strategy

    observer = observer or Observer()
    worker = this_worker(preset.train)
    chief = worker.number == 0
    if chief:
        run.check(resume=resume)
    strategy = build_strategy(
        preset.train.distribute, worker.number, worker.count, xla=preset.train.xla
    )
    task = TrainingTask.of(preset, data, run, user_footage=user_footage)
    if chief and resume:
        # Reject a checkpoint that does not fit before the network is built.
        read_progress(task, warn=False)
    held_out = _held_out(task) if chief else []
    if chief:
        keep_templates(preset, task.footage.manifest.size)
    make_deterministic(preset.seed)
    trainer = build_trainer(task, strategy)
    with run.lock(resume=resume) if chief else nullcontext():
        progress = TrainingProgress()
        if chief and resume:
            progress = read_progress(task)
            load_checkpoint(run.checkpoint, trainer.state_variables)
        elif chief:
            observer.begun(begin(preset, trainer.network))
            task.model.adapt(trainer.network, _sequence(task))
        progress = share_progress(strategy, trainer.state_variables, task, progress)
        if not chief or (resume and completed(run, preset.train)):
            return _run(task, trainer, strategy, progress, None, observer)
        recorder = Recorder(task, trainer, Evaluator(task, trainer.network, held_out), progress)
        with writing_to(run.folder):
            run.begin(run_recipe(preset, run.folder))
        preset.remember_files()
        catalog.notify("before_train", recipe=preset.table, run=run.folder)
        observer = replace(observer, epoch=_notifying(observer, catalog, run))
        progress = _run(task, trainer, strategy, progress, recorder, observer)
        # Index the weights by their digest, so that films find them if the run is moved.
        note_files([run.best])
        catalog.notify("after_train", recipe=preset.table, run=run.folder, step=progress.step)
    return progress


def _run(
    task: TrainingTask,
    trainer: RolloutTrainer,
    strategy: DistributionStrategy,
    progress: TrainingProgress,
    recorder: Recorder | None,
    observer: Observer,
) -> TrainingProgress:
    """Train until the length is reached or the observer stops it.

    Args:
        recorder: evaluates and saves; None if this process writes nothing.
    """
    settings = task.settings
    batches = batch_source(task, progress.step)
    started = time.monotonic() - progress.seconds
    while True:
        # 1. Synchronise all processes: they use the chief's clock and stop together.
        seconds, stop = strategy.agreed(progress.seconds, stop=observer.stop())
        progress = replace(progress, seconds=seconds)
        share = share_done(settings, progress.step, progress.seconds)
        if stop or share >= 1.0:
            break
        # 2. Train on one batch.
        batch = batches.next(progress.rollouts, progress.step, rollout_horizon(settings, share))
        _check_batch(len(batch.truth), strategy)
        trainer.set_learning_rate(settings.learning_rate, learning_rate_factor(settings, share))
        loss = strategy.train_on_batch(trainer, batch.inputs, batch.truth)
        rollouts = batches.after_step(batch, trainer)
        progress = progress.after_step(loss, time.monotonic() - started, rollouts)
        # 3. Report progress, and save if due.
        if not math.isfinite(loss):
            raise task.diverged(f"the loss became {loss}", progress.step)
        share = share_done(settings, progress.step, progress.seconds)
        observer.step(progress, loss, share)
        if progress.step % settings.epoch == 0:
            progress = _end_epoch(progress, recorder, observer)
        elif recorder and share < 1.0 and _is_due(progress.step, settings.checkpoint_every):
            # The end of the training saves a checkpoint after the other results.
            recorder.checkpoint(progress)
    if recorder and (progress.losses or not progress.epochs):
        progress, row = recorder.stop(progress, complete=share >= 1.0)
        observer.epoch(row)
    if recorder:
        recorder.finish()
    return progress


def _end_epoch(
    progress: TrainingProgress, recorder: Recorder | None, observer: Observer
) -> TrainingProgress:
    if recorder is None:
        return progress.after_epoch()
    progress, row = recorder.end_epoch(progress)
    observer.epoch(row)
    return progress


def _is_due(step: int, every: int) -> bool:
    return every > 0 and step % every == 0


def _sequence(task: TrainingTask) -> PreparedFrameSequence:
    return PreparedFrameSequence.of(
        task.footage, stop=task.held_out_from, stride=task.settings.stride
    )


def _held_out(task: TrainingTask) -> list[Window]:
    return held_out_windows(
        task.footage,
        context=task.model.context,
        stride=task.settings.stride,
        validation=task.settings.validation,
    )


def _check_batch(rows: int, strategy: DistributionStrategy) -> None:
    if rows % strategy.replicas:
        raise TrainingError(
            f"train.batch: a batch of {counted(rows, 'window')} cannot be shared evenly by "
            f"{strategy.replicas} replicas of the network; give a multiple of {strategy.replicas}"
        )


def _notifying(observer: Observer, catalog: Catalog, run: Run) -> Callable[[Row], None]:
    """Report epochs to the observer and to the catalogue's plugins."""

    def epoch(row: Row) -> None:
        observer.epoch(row)
        metrics = {k: v for k, v in row.numbers().items() if k not in ("epoch", "step")}
        catalog.notify(
            "after_epoch", run=run.folder, epoch=row.epoch, step=row.step, metrics=metrics
        )

    return epoch
