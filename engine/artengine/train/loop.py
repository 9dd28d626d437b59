"""The train loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import artengine
from artengine.catalog import Catalog
from artengine.errors import TrainingError, WeightsError
from artengine.frame import Frame
from artengine.model import Model
from artengine.params import is_path
from artengine.preset import Preset
from artengine.settings import TrainSettings
from artengine.train.log import Row, plot_log, read_log, write_log
from artengine.train.monitor import STRIP, monitor_picture, save_monitor
from artengine.train.recipe import run_recipe
from artengine.train.run import Run
from artengine.train.validate import Window, split, validate
from artengine.train.windows import windows
from artengine.weights import model_table

if TYPE_CHECKING:
    from artengine.nn.predictor import Predictor

VALIDATION_WINDOWS = 16
"""How many held-out windows are measured after each epoch, evenly spread over the tail."""

DEFAULT_MINUTES = 10.0


@dataclass(frozen=True, slots=True)
class Position:
    """Where a training stands: all that, beside its variables, is needed to go on exactly.

    Args:
        step: batches trained on.
        seconds: time trained.
        best: best PSNR on held-out frames.
        losses: of the epoch that is under way.
    """

    step: int = 0
    seconds: float = 0.0
    best: float = -math.inf
    losses: list[float] = field(default_factory=list)


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
    observer: Observer | None = None,
) -> Position:
    """Train the preset's network on prepared footage, into a run folder.

    The same preset, data and seed give the same weights; so does a training that was stopped and
    resumed, when its length is given in steps.

    Raises:
        TrainingError: when the footage is too short, the loss is no longer a number (the last good
            checkpoint stays), or the run folder cannot be used.
    """
    from artengine.nn.checkpoint import save_checkpoint
    from artengine.nn.determinism import make_deterministic
    from artengine.nn.predictor import Predictor

    settings, observer = preset.train, observer or Observer()
    run.check(resume=resume)
    make_deterministic(preset.seed)
    held_out = _held_out(data, preset)
    run.begin(run_recipe(preset))
    preset.remember_files()
    catalog.notify("before_train", recipe=preset.table, run=run.folder)

    network, trainee = _build(preset)
    variables = [*trainee.variables, *trainee.optimizer.variables]
    position = _resumed(run, variables) if resume else Position()
    rows = read_log(run.log, position.step)
    predictor = Predictor(preset.model, network)

    def epoch_ends(position: Position) -> Position:
        """Measure, film, log and save; the checkpoint last, so that it never runs ahead."""
        scores = validate(predictor, held_out)
        row = Row(
            epoch=math.ceil(position.step / settings.epoch),
            step=position.step,
            seconds=position.seconds,
            learning_rate=float(trainee.optimizer.learning_rate),
            loss=sum(position.losses) / max(1, len(position.losses)),
            **asdict(scores),
        )
        rows.append(row)
        picture = monitor_picture(
            held_out[0].context,
            predictor(held_out[0].context),
            held_out[0].truth,
            _free_run(predictor, held_out[0].context),
        )
        save_monitor(run.monitor(row.epoch), picture)
        write_log(run.log, rows)
        plot_log(run.plot, rows)
        _save_weights(preset, network, run, row, best=row.psnr > position.best)
        position = replace(position, best=max(position.best, row.psnr), losses=[])
        save_checkpoint(run.checkpoint, variables, asdict(position))
        observer.epoch(row)
        catalog.notify(
            "after_epoch",
            run=run.folder,
            epoch=row.epoch,
            step=row.step,
            metrics={k: v for k, v in asdict(row).items() if k not in ("epoch", "step")},
        )
        return position

    clock = time.monotonic() - position.seconds
    for history, truth in _batches(data, preset, skip=position.step):
        if _share(settings, position) >= 1.0 or observer.stop():
            break
        trainee.optimizer.learning_rate = _learning_rate(settings, _share(settings, position))
        loss = float(trainee.train_on_batch(history, truth))
        if not math.isfinite(loss):
            raise TrainingError(
                f"{run.folder}: the loss became {loss} at step {position.step + 1}; the checkpoint "
                "before it is kept; lower train.learning_rate, then go on with --resume"
            )
        position = replace(
            position,
            step=position.step + 1,
            seconds=time.monotonic() - clock,
            losses=[*position.losses, loss],
        )
        observer.step(position, loss, _share(settings, position))
        if position.step % settings.epoch == 0:
            position = epoch_ends(position)
    if position.losses or not rows:
        position = epoch_ends(position)
    catalog.notify("after_train", recipe=preset.table, run=run.folder, step=position.step)
    return position


def _build(preset: Preset) -> tuple[Any, Any]:
    """The network, and the trainee that is compiled around it."""
    import keras

    from artengine.nn.trainee import Trainee

    settings, model = preset.train, preset.model
    keras.config.set_dtype_policy(settings.precision)
    try:
        network = model.build()
    finally:
        keras.config.set_dtype_policy("float32")
    trainee = Trainee(
        model,
        network,
        context_noise=settings.context_noise,
        own_loss=type(model).loss is not Model.loss,
        rollout=settings.rollout,
        seed=preset.seed % 2**31,
    )
    try:
        optimizer = keras.optimizers.get(settings.optimizer)
        loss = keras.losses.get(settings.loss)
    except ValueError as error:
        raise TrainingError(
            f'{preset.name}: train.optimizer "{settings.optimizer}" or train.loss '
            f'"{settings.loss}" is not known to Keras; for example adam, nadam, and '
            "mean_absolute_error, mean_squared_error"
        ) from error
    optimizer.build(network.trainable_variables)
    trainee.compile(optimizer=optimizer, loss=loss, jit_compile=False)
    return network, trainee


def _resumed(run: Run, variables: Sequence[Any]) -> Position:
    from artengine.nn.checkpoint import load_checkpoint

    found = load_checkpoint(run.checkpoint, variables)
    try:
        return Position(**found)
    except TypeError as error:
        raise WeightsError(
            f"{run.checkpoint}: was written by another version of the engine; start again with "
            "another folder, -o"
        ) from error


def _batches(data: Path, preset: Preset, *, skip: int) -> Iterator[tuple[Any, Any]]:
    """Yield (history, truth) for ever, without the first `skip` batches."""
    settings = preset.train
    return iter(
        windows(
            data,
            context=preset.model.context,
            targets=settings.rollout,
            stride=settings.stride,
            part="train",
            validation=settings.validation,
            crop=settings.crop,
            flip=settings.flip,
            batch=settings.batch,
            seed=preset.seed,
            epoch=0,
            passes=None,
            skip_batches=skip,
        )
    )


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
    return [window for history, truth in dataset for window in split(history, truth)]


def _free_run(predictor: Predictor, context: tuple[Frame, ...]) -> list[Frame]:
    predictor.reset()
    dreamt = list(context)
    for _ in range(max(STRIP)):
        dreamt.append(predictor(dreamt[-len(context) :]))
    predictor.reset()
    return dreamt[len(context) :]


def _share(settings: TrainSettings, position: Position) -> float:
    """Share of the training that is done."""
    if settings.steps is not None:
        return position.step / settings.steps
    return position.seconds / (60.0 * (settings.minutes or DEFAULT_MINUTES))


def _learning_rate(settings: TrainSettings, share: float) -> float:
    if settings.schedule == "constant":
        return settings.learning_rate
    return settings.learning_rate * (
        0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, share)))
    )


def _save_weights(preset: Preset, network: Any, run: Run, row: Row, *, best: bool) -> None:
    from artengine.nn.weights import save_weights

    description = _description(preset, network, row)
    targets = [run.last]
    if best:
        targets.append(run.best)
    if preset.train.keep_every and row.epoch % preset.train.keep_every == 0:
        targets.append(run.kept(row.epoch))
    for target in targets:
        save_weights(target, network, description)


def _description(preset: Preset, network: Any, row: Row) -> Mapping[str, Any]:
    return {
        "engine": artengine.__version__,
        "model": model_table(preset),
        "parameters": network.count_params(),
        "preset": preset.name,
        "training": {**preset.train.model_dump(mode="json"), "seed": preset.seed},
        "source": _source(preset),
        "measured": {k: v for k, v in asdict(row).items() if k != "seconds"},
    }


def _source(preset: Preset) -> dict[str, Any]:
    """What was learnt from, without the places of files, which are nobody else's business."""
    fields = type(preset.source).model_fields
    values = preset.source.model_dump(mode="json")
    return {
        "use": preset.source.name,
        **{name: value for name, value in values.items() if not is_path(fields[name])},
    }
