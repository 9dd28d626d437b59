"""The train loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import artengine
from artengine.catalog import Catalog
from artengine.errors import TrainingError
from artengine.frame import Frame, Size
from artengine.model import Model
from artengine.params import is_path
from artengine.preset import Preset
from artengine.settings import TrainSettings
from artengine.train.batch_source import BatchSource, RolloutBatches, WindowBatches
from artengine.train.best_weights import better, check_measures, judged
from artengine.train.frame_sequence import FrameSequence
from artengine.train.frames import Frames
from artengine.train.log import Row, plot_log, read_log, write_log
from artengine.train.manifest import Manifest
from artengine.train.monitor import STRIP, monitor_picture, save_monitor
from artengine.train.on_policy import OnPolicyRollout, OnPolicyRollouts
from artengine.train.progress import Position, made_with, resumed, shared
from artengine.train.read_errors import reading_from
from artengine.train.recipe import run_recipe
from artengine.train.run import Run
from artengine.train.store import writing_to
from artengine.train.validate import Window, split, validate
from artengine.train.windows import finished, held_out_from, windows
from artengine.train.workers import this_worker
from artengine.weights import model_table

if TYPE_CHECKING:
    from artengine.nn.distribution import DistributionStrategy
    from artengine.nn.predictor import Predictor

VALIDATION_WINDOWS = 16
"""How many held-out windows are measured after each epoch, evenly spread over the tail."""

DEFAULT_MINUTES = 10.0


@dataclass(frozen=True, slots=True)
class Observer:
    """What the train loop tells whoever shows its progress.

    Args:
        step: called after each step with the position, the loss and the share done, 0..1.
        epoch: called after each epoch with what it measured.
        stop: asked after each step; True ends the training cleanly.
    """

    step: Callable[[Position, float, float], None] = lambda _position, _loss, _share: None
    epoch: Callable[[Row], None] = lambda _row: None
    stop: Callable[[], bool] = lambda: False


def train(
    preset: Preset,
    data: Path,
    run: Run,
    catalog: Catalog,
    *,
    resume: bool = False,
    named: bool = False,
    observer: Observer | None = None,
) -> Position:
    """Train the preset's network on prepared footage, into a run folder.

    The same preset, data and seed give the same weights; so does a training that was stopped and
    resumed, when its length is given in steps. Where several processes train together, each calls
    this with the same preset and footage, and the first alone reads and writes its run folder.

    Args:
        preset: what is trained, and how.
        data: the prepared footage.
        run: where everything is written.
        catalog: whose observers are told.
        resume: whether to go on from the run's checkpoint.
        named: whether a person gave the footage in place of the preset's source; `named_footage`
            then finds it again.
        observer: told of the progress, and asked whether to stop.

    Raises:
        TrainingError: when the footage is too short, damaged or not that of the checkpoint, the
            loss, a weight or a measure is no longer a number (the last good checkpoint stays), the
            run folder cannot be used, or those who train together cannot.
        PluginError: when the model measures itself by a name that is taken, or is judged by what
            is not measured.
        WeightsError: when the checkpoint is broken or belongs to another training.
    """
    from artengine.nn.determinism import make_deterministic
    from artengine.nn.distribution import build_strategy

    preset = replace(preset, model=preset.model.as_trained())
    settings = preset.train
    worker = this_worker(settings)
    chief = worker.number == 0
    if chief:
        run.check(resume=resume)
    make_deterministic(preset.seed)
    strategy = build_strategy(settings.distribute, worker.number, worker.count, xla=settings.xla)
    manifest = finished(data)
    held_out = _held_out(data, preset) if chief else []
    crop = _crop(settings, manifest.size)
    network, trainer = _build(preset, crop, strategy)
    with run.taken() if chief else nullcontext():
        if chief:
            run.check(resume=resume)
        training = _Training(
            preset,
            run,
            catalog,
            observer or Observer(),
            network,
            trainer,
            strategy,
            manifest,
            held_out,
        )
        start = Position(
            footage=sha256(manifest.identity.encode()).hexdigest()[:16],
            data=str(data.absolute()) if named else "",
            made_with=made_with(preset, crop),
        )
        position = start
        if chief and resume:
            position = resumed(run, training.variables, start)
        elif chief:
            preset.model.adapt(network, _sequence(data, preset))
        position = shared(strategy, training.variables, position, start.footage)
        if not chief:
            return training.go(position, data)
        with writing_to(run.folder):
            run.begin(run_recipe(preset, run.folder))
        preset.remember_files()
        catalog.notify("before_train", recipe=preset.table, run=run.folder)
        position = training.go(position, data)
        catalog.notify("after_train", recipe=preset.table, run=run.folder, step=position.step)
    return position


class _Training:
    """A network, its optimiser and the run folder, from the first step to the last."""

    def __init__(
        self,
        preset: Preset,
        run: Run,
        catalog: Catalog,
        observer: Observer,
        network: Any,
        trainer: Any,
        strategy: DistributionStrategy,
        manifest: Manifest,
        held_out: list[Window],
    ) -> None:
        from artengine.nn.measure import OwnMeasures
        from artengine.nn.predictor import Predictor

        self._preset, self._run = preset, run
        self._catalog, self._observer = catalog, observer
        self._network, self._trainer, self._strategy = network, trainer, strategy
        self._manifest, self._held_out = manifest, held_out
        self._predictor = Predictor(preset.model, network)
        self._own_measures = OwnMeasures(preset.model, network)
        self.variables = [*trainer.variables, *trainer.optimizer.variables]

    def go(self, position: Position, data: Path) -> Position:
        """Train from a position on, until the length is reached or the observer says stop."""
        from artengine.nn.optimisers import set_learning_rate

        self._rows = read_log(self._run.log, position.epochs)
        settings, observer, trainer = self._preset.train, self._observer, self._trainer
        strategy = self._strategy
        if strategy.chief:
            # Now rather than after an epoch, of which nothing would be kept.
            check_measures(self._preset.model, self._measured_by_itself(self._held_out[:1]))
        clock = time.monotonic() - position.seconds
        batch_source = _batch_source(data, self._preset, position)
        position = replace(position, walks=batch_source.rows)
        while True:
            seconds, stop = strategy.agreed(position.seconds, stop=observer.stop())
            position = replace(position, seconds=seconds)
            share = _share(settings, position)
            if share >= 1.0 or stop:
                break
            set_learning_rate(trainer.optimizer, settings.learning_rate, _left(settings, share))
            inputs, truth = batch_source.next(position.step, _longest(settings, share))
            _check_shares(len(truth), strategy)
            loss = strategy.train_on_batch(trainer, inputs, truth)
            batch_source.learnt(trainer)
            position = replace(
                position,
                step=position.step + 1,
                seconds=time.monotonic() - clock,
                losses=[*position.losses, loss],
            )
            if not math.isfinite(loss):
                raise self._diverged(f"the loss became {loss}", position)
            observer.step(position, loss, _share(settings, position))
            if position.step % settings.epoch == 0:
                position = self._epoch_ends(position)
            elif settings.checkpoint_every and position.step % settings.checkpoint_every == 0:
                self._keep(position)
        if strategy.chief and (position.losses or not position.epochs):
            position = self._leaves_off(position)
        return position

    def _epoch_ends(self, position: Position) -> Position:
        whole = replace(position, epochs=position.epochs + 1, losses=[])
        if not self._strategy.chief:
            return whole
        row = self._measured(position)
        best, is_best = self._judged(row, position)
        self._rows.append(row)
        keep_every = self._preset.train.keep_every
        kept = keep_every > 0 and row.epoch % keep_every == 0
        whole = replace(whole, best=best)
        self._save(whole, self._rows, best=is_best, kept=kept)
        return whole

    def _keep(self, position: Position) -> None:
        """Write a checkpoint within an epoch, whose weights and log are not due yet."""
        from artengine.nn.checkpoint import save_checkpoint

        if not self._strategy.chief:
            return
        self._check_weights(position)
        with writing_to(self._run.folder):
            save_checkpoint(self._run.checkpoint, self.variables, asdict(position))

    def _leaves_off(self, position: Position) -> Position:
        """Save within an epoch, so that going on equals never having stopped.

        The row is seen in the log until the epoch is whole. The best weights are those of whole
        epochs, unless there are none yet, or the training is at its end.
        """
        row = self._measured(position)
        is_best = position.best is None
        if _share(self._preset.train, position) >= 1.0:
            best, is_best = self._judged(row, position)
            position = replace(position, best=best)
        self._save(position, [*self._rows, row], best=is_best, kept=False)
        return position

    def _judged(self, row: Row, position: Position) -> tuple[float | None, bool]:
        """The best so far of what the model is judged by, and whether these weights are the best.

        No measure tells how well a network goes on from its own predictions, so where that is
        taught those of the last epoch are.
        """
        model = self._preset.model
        value = judged(model, row)
        is_better = better(model, value, position.best)
        best = value if is_better else position.best
        return best, is_better or self._preset.train.max_horizon > 1

    def _measured_by_itself(self, windows: Iterable[Window]) -> dict[str, float]:
        return self._own_measures(window.frames() for window in windows)

    def _measured(self, position: Position) -> Row:
        from artengine.nn.optimisers import learning_rate

        scores = asdict(validate(self._predictor, self._held_out))
        own = self._measured_by_itself(self._held_out)
        self._check_weights(position)
        for name, value in {**scores, **own}.items():
            if not math.isfinite(value):
                raise self._diverged(f"{name} became {value}", position)
        return Row(
            epoch=position.epochs + 1,
            step=position.step,
            seconds=position.seconds,
            learning_rate=learning_rate(self._trainer.optimizer),
            loss=sum(position.losses) / max(1, len(position.losses)),
            **scores,
            own=own,
        )

    def _check_weights(self, position: Position) -> None:
        # A loss can still be finite where its gradient is not.
        if not all(np.isfinite(variable.numpy()).all() for variable in self.variables):
            raise self._diverged("weights became nan or inf", position)

    def _diverged(self, what: str, position: Position) -> TrainingError:
        remedy = "lower train.learning_rate and start again"
        if self._run.checkpoint.is_file():
            remedy = (
                "the checkpoint before it is kept; lower train.learning_rate with --set, and go on "
                "with --resume"
            )
        return TrainingError(f"{self._run.folder}: {what} at step {position.step}; {remedy}")

    def _save(self, position: Position, rows: list[Row], *, best: bool, kept: bool) -> None:
        """Save weights and log, then the checkpoint, so that it never runs ahead, then pictures."""
        from artengine.nn.checkpoint import save_checkpoint
        from artengine.nn.weights import save_weights

        row, run = rows[-1], self._run
        targets = [run.last]
        targets += [run.best] if best else []
        targets += [run.kept(row.epoch)] if kept else []
        with writing_to(run.folder):
            for target in targets:
                save_weights(target, self._network, self._description(row, position))
            write_log(run.log, rows)
            save_checkpoint(run.checkpoint, self.variables, asdict(position))
            self._film(row)
            plot_log(run.plot, rows)
        self._observer.epoch(row)
        self._catalog.notify(
            "after_epoch",
            run=run.folder,
            epoch=row.epoch,
            step=row.step,
            metrics={k: v for k, v in row.numbers().items() if k not in ("epoch", "step")},
        )

    def _film(self, row: Row) -> None:
        context, truth = self._held_out[0].frames()
        picture = monitor_picture(
            context, self._predictor(context), truth, _free_run(self._predictor, context)
        )
        save_monitor(self._run.monitor(row.epoch), picture)

    def _description(self, row: Row, position: Position) -> Mapping[str, Any]:
        preset, manifest = self._preset, self._manifest
        size = {"size": list(manifest.size)}
        return {
            "engine": artengine.__version__,
            "model": model_table(preset),
            "parameters": self._network.count_params(),
            "preset": preset.name,
            "training": {**preset.train.model_dump(mode="json"), **size, "seed": preset.seed},
            "source": (
                {"use": [origin.name for origin in manifest.origins]}
                if position.data
                else _source(preset)
            ),
            "measured": {k: v for k, v in row.numbers().items() if k != "seconds"},
        }


def _build(preset: Preset, crop: Size, strategy: DistributionStrategy) -> tuple[Any, Any]:
    """The network, and the trainee that is compiled around it."""
    with strategy.scope():
        return _built(preset, crop)


def _built(preset: Preset, crop: Size) -> tuple[Any, Any]:
    import keras

    from artengine.nn.losses import of_keras, weighted
    from artengine.nn.losses.adversarial import build_discriminator
    from artengine.nn.optimisers import build_optimiser
    from artengine.nn.rollout_trainer import RolloutTrainer

    settings, model = preset.train, preset.model
    if isinstance(settings.loss, str):
        loss, adversarial = of_keras(settings.loss), 0.0
    else:
        weights = settings.loss.model_dump()
        adversarial = weights.pop("adversarial")
        loss = weighted(weights)
    keras.config.set_dtype_policy(settings.precision)
    try:
        network = model.build()
        discriminator = build_discriminator() if adversarial else None
        optimizer = build_optimiser(
            settings.optimizer, network, discriminator, accumulate=settings.accumulate
        )
    finally:
        keras.config.set_dtype_policy("float32")
    trainer = RolloutTrainer(
        model,
        network,
        context_noise=settings.context_noise,
        loss=loss if type(model).loss is Model.loss else None,
        discriminator=discriminator,
        adversarial=adversarial,
        rollout=settings.rollout,
        seed=preset.seed % 2**31,
        on_policy_context=(
            (settings.batch, crop[1], crop[0], 3 * model.context)
            if settings.max_horizon > 1
            else None
        ),
    )
    trainer.compile(optimizer=optimizer, jit_compile=False)
    return network, trainer


def _check_shares(batch: int, strategy: DistributionStrategy) -> None:
    if batch % strategy.replicas:
        raise TrainingError(
            f"train.batch: a batch of {batch} windows cannot be shared evenly by "
            f"{strategy.replicas} replicas of the network; give a multiple of {strategy.replicas}"
        )


def _batch_source(data: Path, preset: Preset, position: Position) -> BatchSource:
    """What is learnt from, batch by batch, from a position on."""
    settings, context = preset.train, preset.model.context
    if settings.max_horizon > 1:
        manifest = finished(data)
        span = settings.stride * context + 1
        crop = _crop(settings, manifest.size)
        walks = OnPolicyRollouts(
            Frames(data, manifest),
            cuts=manifest.cuts,
            stop=held_out_from(data, manifest, span, settings.validation),
            context=context,
            targets=settings.rollout,
            stride=settings.stride,
            crop=crop,
            flip=settings.flip,
            seed=preset.seed,
            rows=position.walks or [OnPolicyRollout() for _ in range(settings.batch)],
        )
        return RolloutBatches(walks)
    batches = windows(
        data,
        context=context,
        targets=settings.rollout,
        stride=settings.stride,
        part="train",
        validation=settings.validation,
        crop=None if settings.crop == "whole" else settings.crop,
        flip=settings.flip,
        batch=settings.batch,
        seed=preset.seed,
        epoch=0,
        passes=None,
        skip_batches=position.step,
    )
    return WindowBatches(iter(batches), data)


def _sequence(data: Path, preset: Preset) -> FrameSequence:
    settings, manifest = preset.train, finished(data)
    span = settings.stride * preset.model.context + 1
    stop = held_out_from(data, manifest, span, settings.validation)
    return FrameSequence.of(data, manifest, stop=stop, stride=settings.stride)


def _crop(settings: TrainSettings, size: Size) -> Size:
    """Width and height of what is learnt from."""
    if settings.crop == "whole":
        return size
    return min(settings.crop[0], size[0]), min(settings.crop[1], size[1])


def _longest(settings: TrainSettings, share: float) -> int:
    """How far a walk that begins now goes on at most: octave by octave further, until half of the
    training is done."""
    reached: float = settings.max_horizon ** min(1.0, 2.0 * share)
    return round(reached)


def _held_out(data: Path, preset: Preset) -> list[Window]:
    settings = preset.train
    dataset = windows(
        data,
        context=preset.model.context,
        targets=1,
        stride=settings.stride,
        part="validation",
        validation=settings.validation,
        crop=None,
        flip=False,
        batch=1,
        seed=0,
        epoch=0,
        limit=VALIDATION_WINDOWS,
    )
    with reading_from(data):
        return [
            window for context_frames, truth in dataset for window in split(context_frames, truth)
        ]


def _free_run(predictor: Predictor, context: tuple[Frame, ...]) -> list[Frame]:
    predictor.reset()
    turn = list(context)
    for number in range(max(STRIP)):
        turn.append(predictor(turn[-len(context) :], (0, number)))
    predictor.reset()
    return turn[len(context) :]


def _share(settings: TrainSettings, position: Position) -> float:
    """Share of the training that is done."""
    if settings.steps is not None:
        return position.step / settings.steps
    return position.seconds / (60.0 * (settings.minutes or DEFAULT_MINUTES))


def _left(settings: TrainSettings, share: float) -> float:
    """What the schedule leaves of the step size."""
    if settings.schedule == "constant":
        return 1.0
    return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, share)))


def _source(preset: Preset) -> dict[str, Any]:
    """What was learnt from, without the places of files, which are nobody else's business."""
    fields = type(preset.source).model_fields
    values = preset.source.model_dump(mode="json")
    return {
        "use": preset.source.name,
        **{name: value for name, value in values.items() if not is_path(fields[name])},
    }
