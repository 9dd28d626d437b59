"""The training loop: small networks trained on a real clip.

Most are a single convolution: tracing a larger network takes ten times as long as its few steps.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import shutil
import signal
import sys
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import h5py
import numpy as np
import pytest
from PIL import Image

from artengine.catalog import Catalog, load_catalog
from artengine.errors import PluginError, PresetError, TrainingError, UsageError, WeightsError
from artengine.loss_weights import KerasLoss, LossWeights
from artengine.model import FrameSequence, Model, NetworkState, Tensor
from artengine.nn.checkpoint import read_record
from artengine.nn.determinism import make_deterministic
from artengine.params import Param
from artengine.plain_network import plain_network
from artengine.preset import Preset, load_preset, parse_preset
from artengine.settings import Optimizer, TrainSettings
from artengine.train.cache import prepared
from artengine.train.log import Row, read_log
from artengine.train.loop import Observer, train
from artengine.train.manifest import shard_name
from artengine.train.on_policy import OnPolicyRollout
from artengine.train.progress import TrainingProgress
from artengine.train.resume import parse_record, user_footage
from artengine.train.run import Run
from artengine.train.schedule import rollout_horizon
from artengine.weights import build_network, find_weights

if TYPE_CHECKING:
    import keras


def table(**changes: Any) -> dict[str, Any]:
    return {
        "source": {"use": "video", "path": "clip.mp4", "end": 2.0},
        "model": {"use": "tiny", "context": 2},
        "train": {
            "size": [64, 32],
            "crop": [32, 32],
            "batch": 2,
            "epoch": 3,
            "steps": 6,
            "rollout": 2,
            "context_noise": 0.1,
            **changes,
        },
    }


@pytest.fixture(scope="module")
def catalog(tiny_model: Path) -> Catalog:
    """The plugins that are installed, and the model "tiny"."""
    return load_catalog([tiny_model])


@pytest.fixture(scope="module")
def preset(catalog: Catalog, bikes: Path) -> Preset:
    return parse_preset(table(keep_every=2), catalog, [f"source.path={bikes}"], name="test")


@pytest.fixture(scope="module")
def data(catalog: Catalog, bikes: Path) -> Path:
    preset = parse_preset(table(), catalog, [f"source.path={bikes}"])
    return prepared(preset.source, preset.train, lambda _done, _total: None)


def weights(run: Run) -> bytes:
    return run.last.read_bytes()


def arrays(preset: Preset, run: Run) -> list[Any]:
    own = dataclasses.replace(preset, weights=str(run.last))
    return [np.asarray(w) for w in build_network(own, find_weights(own)).get_weights()]


def assert_same(a: list[Any], b: list[Any]) -> None:
    for one, other in zip(a, b, strict=True):
        np.testing.assert_array_equal(one, other)


@dataclasses.dataclass
class TrainedRun:
    """A run, and the reports of its training."""

    run: Run
    progress: TrainingProgress
    rows: list[Row]


@pytest.fixture(scope="module")
def trained(
    preset: Preset, data: Path, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> TrainedRun:
    """A finished training of the preset; tests must not change it."""
    run, rows = Run(tmp_path_factory.mktemp("made") / "run"), list[Row]()
    progress = train(preset, data, run, catalog, observer=Observer(epoch=rows.append))
    return TrainedRun(run, progress, rows)


@pytest.fixture(autouse=True)
def _no_plot(monkeypatch: pytest.MonkeyPatch) -> None:
    # Drawing the plot takes a quarter of the time of such short trainings. That of `trained` is
    # drawn, because fixtures of the module come first.
    monkeypatch.setattr("artengine.train.plot.draw_log", lambda _path, _rows: None)


def test_makes_a_run_folder_that_can_be_dreamt_from(trained: TrainedRun, catalog: Catalog) -> None:
    run = trained.run
    assert trained.progress.step == 6
    assert [row.step for row in trained.rows] == [3, 6]
    assert trained.rows[0].psnr_copy > 10
    with run.log.open(encoding="utf-8") as file:
        assert [int(row["step"]) for row in csv.DictReader(file)] == [3, 6]
    for picture in (run.plot, run.monitor(1), run.monitor(2)):
        with Image.open(picture) as image:
            assert image.size[0] > 100
    kept = sorted(path.name for path in (run.folder / "kept").glob("*.weights.h5"))
    assert kept == ["epoch-00002.weights.h5"]
    assert tomllib.loads(run.recipe.read_text())["model"]["weights"] == "."
    again = load_preset(run.recipe, catalog)
    assert find_weights(again).path == run.best
    assert find_weights(again).train_size == (64, 32)
    build_network(again, find_weights(again))


def test_the_first_dream_of_a_run_needs_no_keras(
    trained: TrainedRun, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino")
    from artengine.stepping.filled_graphs import FilledGraphs

    # This attribute would convert the network.
    monkeypatch.delattr(FilledGraphs, "_converter")
    resolved = {"dream.runtime": "openvino", "dream.precision": "float32"}
    preset = load_preset(trained.run.recipe, catalog).with_values(resolved)
    weights = find_weights(preset)
    width, height = preset.dream.size_of(weights.train_size) or (0, 0)
    predict = plain_network(preset, weights, preset.model)
    assert predict([np.ones((height, width, 3), np.float32)] * 2).shape == (height, width, 3)


def test_training_improves_psnr_and_loss(
    catalog: Catalog, bikes: Path, data: Path, tmp_path: Path
) -> None:
    rows: list[Row] = []
    settings = table(learning_rate=0.01, epoch=15, rollout=1, context_noise=0.0, steps=60)
    settings["model"] = {"use": "swift", "width": 16, "context": 2}
    longer = parse_preset(settings, catalog, [f"source.path={bikes}"])
    train(longer, data, Run(tmp_path / "run"), catalog, observer=Observer(epoch=rows.append))
    assert rows[-1].psnr > rows[0].psnr + 1
    assert rows[-1].loss < 0.8 * rows[0].loss


def test_a_model_is_adapted_once(catalog: Catalog, bikes: Path, data: Path, tmp_path: Path) -> None:
    """To the frames that are not held out, and not again when the training resumes."""
    settings = table()
    settings["model"] = {"use": "counted", "context": 2}
    preset = parse_preset(settings, with_models(catalog, Counted), [f"source.path={bikes}"])
    run = Run(tmp_path / "run")

    def kept() -> list[Any]:
        return [array for array in arrays(preset, run) if array.dtype.kind in "iu"]

    train(preset, data, run, catalog, observer=stop_after(2))
    (counts,) = kept()
    assert counts.tolist() == [1, 45]
    train(preset, data, run, catalog, resume=True, observer=stop_after(3))
    assert_same([counts], kept())


def test_the_same_training_gives_the_same_weights(
    trained: TrainedRun, preset: Preset, data: Path, catalog: Catalog, tmp_path: Path
) -> None:
    again = Run(tmp_path / "again")
    train(preset, data, again, catalog)
    assert_same(arrays(preset, trained.run), arrays(preset, again))


def stop_after(steps: int) -> Observer:
    """Return an observer that stops a training at a step."""
    reached = 0

    def step(progress: TrainingProgress, loss: float, share: float) -> None:
        nonlocal reached
        reached = progress.step

    return Observer(step=step, stop=lambda: reached >= steps)


def datasets(path: Path) -> dict[str, Any]:
    """Return every array of an HDF5 file by its path."""
    arrays: dict[str, Any] = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: arrays.update({name: item[()]}) if hasattr(item, "shape") else None
        )
    return arrays


def log(run: Run) -> list[dict[str, str]]:
    with run.log.open(encoding="utf-8") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def assert_equal_runs(one: Run, other: Run) -> None:
    """Assert that all files of two runs are equal, except for times."""
    assert log(one) == log(other)
    for a, b in (
        (one.last, other.last),
        (one.best, other.best),
        (one.checkpoint, other.checkpoint),
    ):
        first, second = datasets(a), datasets(b)
        assert first.keys() == second.keys()
        assert_same(list(first.values()), list(second.values()))
    for name in ("best.json", "last.json"):
        assert (one.folder / name).read_text() == (other.folder / name).read_text()
    kept = [sorted(path.name for path in (run.folder / "kept").iterdir()) for run in (one, other)]
    assert kept[0] == kept[1]
    positions = [read_record(run.checkpoint) for run in (one, other)]
    for position in positions:
        del position["seconds"]
    assert positions[0] == positions[1]


LOSSES = dict.fromkeys(LossWeights.model_fields, 0.5)


@pytest.mark.parametrize(
    ("stops", "options"),
    [
        ((0, 3, 7), {}),
        ((5,), {"loss": {"l1": 0.5, "adversarial": 0.5}, "accumulate": 2, "max_horizon": 6}),
    ],
    ids=["plain", "all that has a state"],
)
def test_resumes_exactly(
    catalog: Catalog,
    bikes: Path,
    data: Path,
    tmp_path: Path,
    stops: tuple[int, ...],
    options: dict[str, Any],
) -> None:
    """A training stopped at the end of an epoch or within one equals an uninterrupted training."""
    # Steps this long make the network worse, so that a stop could be taken for the best epoch.
    settings = table(steps=8, learning_rate=0.2, keep_every=1, **options)
    preset = parse_preset(settings, catalog, [f"source.path={bikes}"])
    uninterrupted, interrupted = Run(tmp_path / "whole"), Run(tmp_path / "parts")
    train(preset, data, uninterrupted, catalog)
    stopped_at = []
    for number, steps in enumerate(stops):
        stopped = train(
            preset, data, interrupted, catalog, resume=number > 0, observer=stop_after(steps)
        )
        assert stopped.step == steps
        stopped_at.append(float(log(interrupted)[-1]["psnr"]))
        # The log contains the stopped epoch.
        assert log(interrupted)[-1]["step"] == str(steps)
        assert log(interrupted)[-1]["epoch"] == str(max(1, -(-steps // 3)))
        # The weights so far are usable.
        assert interrupted.best.is_file()
        assert interrupted.last.is_file()
    position = train(preset, data, interrupted, catalog, resume=True)
    assert position.step == 8
    assert [row["step"] for row in log(interrupted)] == ["3", "6", "8"]
    if 0 in stops:
        assert stopped_at[0] > max(float(row["psnr"]) for row in log(interrupted))
    assert_equal_runs(uninterrupted, interrupted)


KILLED = """
[source]
use = "video"
path = "bikes.mp4"
end = 2.0

[model]
use = "tiny"
context = 2

[train]
size = [64, 32]
crop = [32, 32]
batch = 2
epoch = 9
checkpoint_every = 4
steps = 20
context_noise = 0.1
rollout = 2
max_horizon = 6
accumulate = 3
keep_every = 1
"""


def test_resumes_exactly_after_a_kill_at_any_time(
    catalog: Catalog, bikes: Path, tiny_model: Path, start: Callable[..., Any], tmp_path: Path
) -> None:
    """Two processes are killed at random times after a checkpoint; the second resumes the first,
    and a third one finishes."""
    shutil.copy(bikes, tmp_path)
    file = tmp_path / "killed.toml"
    file.write_text(KILLED, encoding="utf-8")
    uninterrupted, interrupted = Run(tmp_path / "whole"), Run(tmp_path / "parts")
    args = ["--plugin", tiny_model, "train", file, "-o", interrupted.folder]
    rng = np.random.default_rng(5)

    def written() -> int:
        return interrupted.checkpoint.stat().st_mtime_ns if interrupted.checkpoint.is_file() else 0

    for resume in ([], ["--resume"]):
        before = written()
        process = start(*args, *resume)
        while written() == before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, 0.3))
        process.kill()
        process.wait(timeout=60)
        if not resume:
            assert process.returncode == (1 if sys.platform == "win32" else -signal.SIGKILL)
            killed_at = read_record(interrupted.checkpoint)["step"]
            assert 4 <= killed_at < 20
            assert killed_at % 4 == 0 or killed_at % 9 == 0

    preset = load_preset(file, catalog)
    footage = prepared(preset.source, preset.train)
    train(preset, footage, uninterrupted, catalog)
    train(preset, footage, interrupted, catalog, resume=True)
    assert_equal_runs(uninterrupted, interrupted)


def test_the_rollout_horizon_doubles_in_equal_times() -> None:
    settings = TrainSettings(max_horizon=64)
    shares = (0.0, 1 / 12, 0.25, 0.5, 0.75, 1.0)
    assert [rollout_horizon(settings, share) for share in shares] == [1, 2, 8, 64, 64, 64]
    assert rollout_horizon(TrainSettings(), 0.5) == 1


def test_a_checkpoint_of_version_0_1_is_read() -> None:
    old = {
        "step": 7,
        "seconds": 1.5,
        "best": 20.0,
        "epochs": 2,
        "losses": [0.5],
        "footage": "f00",
        "data": "",
        "made_with": {"model": "swift (width = 8)", "train.self_feeding": "above 1"},
        "walks": [{"place": 9, "left": 3, "top": 4, "left_edge": 5, "mirrored": True}],
    }
    record = parse_record(old)
    assert record is not None
    assert record.progress == TrainingProgress(
        7, 1.5, 20.0, 2, [0.5], [OnPolicyRollout(9, 3, top=4, left=5, mirrored=True)]
    )
    assert record.made_with["train.max_horizon"] == "above 1"
    assert parse_record(record.table()) == record
    # A field that was added later has its default; an unknown field is refused.
    rest = {name: value for name, value in record.table().items() if name != "epochs"}
    result = parse_record(rest)
    assert result is not None
    assert result.progress.epochs == 0
    assert parse_record(record.table() | {"unheard": 1}) is None
    assert parse_record(old | {"walks": 3}) is None


def test_no_checkpoint_with_nan_is_written_within_an_epoch(
    catalog: Catalog, data: Path, bikes: Path, tmp_path: Path
) -> None:
    own = table(epoch=100, checkpoint_every=1)
    own["model"] = {"use": "steep", "context": 2}
    catalog = with_models(catalog, Steep)
    run = Run(tmp_path / "run")
    with pytest.raises(TrainingError, match="weights became nan or inf at step 1"):
        train(parse_preset(own, catalog, [f"source.path={bikes}"]), data, run, catalog)
    assert not run.checkpoint.exists()


def test_resuming_needs_the_same_footage(
    preset: Preset, data: Path, catalog: Catalog, bikes: Path, tmp_path: Path
) -> None:
    run = Run(tmp_path / "run")
    train(preset, data, run, catalog, user_footage=True, observer=stop_after(1))
    assert user_footage(run) == data
    recipe = run.recipe.read_text()
    other = table(size=[32, 32], learning_rate=0.5, steps=2)
    changed = parse_preset(other, catalog, [f"source.path={bikes}"])
    elsewhere = prepared(changed.source, changed.train)
    with pytest.raises(TrainingError, match="learnt from other footage"):
        train(changed, elsewhere, run, catalog, resume=True)
    assert run.recipe.read_text() == recipe
    # The size is that of the footage, regardless of the preset.
    train(changed, data, run, catalog, resume=True)
    assert json.loads((run.folder / "last.json").read_text())["training"]["size"] == [64, 32]
    assert user_footage(run) is None


def test_damaged_footage_is_an_error(
    preset: Preset, data: Path, catalog: Catalog, tmp_path: Path
) -> None:
    footage = shutil.copytree(data, tmp_path / "footage")
    path = footage / shard_name(0)
    path.write_bytes(bytes(path.stat().st_size))
    run = Run(tmp_path / "run")
    with pytest.raises(TrainingError, match=rf"{path}: is damaged .* {footage} and prepare again"):
        train(preset, footage, run, catalog)
    assert not run.recipe.exists()


def test_a_checkpoint_that_does_not_fit_leaves_the_run_as_it_was(
    trained: TrainedRun,
    preset: Preset,
    data: Path,
    catalog: Catalog,
    bikes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = Run(shutil.copytree(trained.run.folder, tmp_path / "run"))
    recipe = run.recipe.read_text()
    on_policy = Run(tmp_path / "on-policy")
    own = table(max_horizon=4, steps=1)
    train(parse_preset(own, catalog, [f"source.path={bikes}"]), data, on_policy, catalog)
    for begun, other, message in (
        (run, table(optimizer="adamw"), "train.optimizer adam, .* has adamw; continue with the"),
        (run, table(accumulate=2), "train.accumulate 1, .* has above 1"),
        (run, table(precision="mixed_float16"), "train.precision other than mixed_float16, "),
        (run, table(loss={"adversarial": 1}), "train.loss without adversarial, "),
        (
            run,
            table() | {"model": {"use": "tiny", "context": 3}},
            r"model tiny \(context = 2\), .* 3\)",
        ),
        (on_policy, table(max_horizon=1), "train.max_horizon above 1, .* has 1"),
        (on_policy, table(max_horizon=4, batch=3), "train.batch 2, .* has 3"),
        (on_policy, table(max_horizon=4, crop="whole"), "train.crop 32x32, .* has 64x32"),
    ):
        changed = parse_preset(other, catalog, [f"source.path={bikes}"])
        # The check precedes building the network.
        with monkeypatch.context() as patch:
            patch.setattr("artengine.train.loop.build_trainer", None)
            with pytest.raises(WeightsError, match=f"was made with {message}"):
                train(changed, data, begun, catalog, resume=True)
    assert run.recipe.read_text() == recipe
    with h5py.File(run.checkpoint, "r+") as file:
        file.attrs["position"] = json.dumps({"step": 1, "seconds": 1.0, "best": 9.0, "losses": []})
    with pytest.raises(WeightsError, match="another version of the engine"):
        train(preset, data, run, catalog, resume=True)


def test_one_training_at_a_time_in_a_folder(
    preset: Preset, data: Path, catalog: Catalog, tmp_path: Path
) -> None:
    run = Run(tmp_path / "run")
    message = "another training works in this folder"
    with run.lock(resume=False), pytest.raises(TrainingError, match=message):
        train(preset, data, run, catalog)
    assert not run.recipe.exists()


def test_an_unwritable_folder_is_an_error(
    preset: Preset, data: Path, catalog: Catalog, tmp_path: Path
) -> None:
    run = Run(tmp_path / "run")
    run.log.mkdir(parents=True)
    with pytest.raises(TrainingError, match="cannot be written"):
        train(preset, data, run, catalog)
    assert not run.checkpoint.exists()


def test_overwriting_a_run_and_resuming_without_a_checkpoint_are_refused(
    trained: TrainedRun, preset: Preset, data: Path, catalog: Catalog, tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match="no checkpoint to resume"):
        train(preset, data, Run(tmp_path / "run"), catalog, resume=True)
    with pytest.raises(TrainingError, match="--resume"):
        train(preset, data, trained.run, catalog)


def test_a_loss_that_is_not_finite_stops_the_training(
    catalog: Catalog, bikes: Path, data: Path, tmp_path: Path
) -> None:
    wild = table(optimizer="sgd", learning_rate=10.0, loss="mean_squared_error", steps=200, epoch=1)
    wild["model"] = {"use": "boundless", "context": 2}
    catalog = with_models(catalog, Boundless)
    preset = parse_preset(wild, catalog, [f"source.path={bikes}"])
    run = Run(tmp_path / "run")
    with pytest.raises(TrainingError, match=r"became (nan|inf).* at step \d+.*--resume"):
        train(preset, data, run, catalog)
    assert all(np.isfinite(array).all() for array in arrays(preset, run))
    assert all(np.isfinite(array).all() for array in datasets(run.checkpoint).values())
    once = parse_preset({**wild, "train": {**wild["train"], "epoch": 1000}}, catalog)
    with pytest.raises(TrainingError, match="and start again"):
        train(once, data, Run(tmp_path / "once"), catalog)


def test_weights_that_are_not_finite_are_never_saved(
    catalog: Catalog, data: Path, bikes: Path, tmp_path: Path
) -> None:
    """A step may have a finite loss and a gradient of nan."""
    own = table(epoch=1)
    own["model"] = {"use": "steep", "context": 2}
    catalog = with_models(catalog, Steep)
    preset = parse_preset(own, catalog, [f"source.path={bikes}"])
    run = Run(tmp_path / "run")
    with pytest.raises(TrainingError, match=r"weights became nan or inf at step 1; .*start again"):
        train(preset, data, run, catalog)
    assert not run.checkpoint.exists()
    assert not run.last.exists()


@pytest.mark.parametrize(
    ("change", "near"),
    [
        ({"optimizer": "adamm"}, "adam"),
        ({"optimizer": "Optimizer"}, "allowed"),
        ({"loss": "mean_squared_eror"}, "mean_squared_error"),
        ({"loss": "poisson"}, '"poisson" given; allowed: "mean_absolute_error", '),
    ],
)
def test_unknown_optimizers_and_losses_are_reported_with_the_nearest_name(
    catalog: Catalog, change: dict[str, str], near: str
) -> None:
    with pytest.raises(PresetError, match=near):
        parse_preset(table(**change), catalog)


def test_all_names_of_optimizers_and_losses_exist_in_keras() -> None:
    import keras

    for name in get_args(KerasLoss):
        assert callable(keras.losses.get(name))
    for name in get_args(Optimizer):
        assert isinstance(keras.optimizers.get(name), keras.optimizers.Optimizer)


def test_trains_on_whole_frames_of_indivisible_size(
    catalog: Catalog, bikes: Path, tmp_path: Path
) -> None:
    """With every loss."""
    own = table(size=[46, 30], crop="whole", steps=2, loss=LOSSES)
    own["model"] = {"use": "quartering", "context": 2}
    preset = parse_preset(own, with_models(catalog, Quartering), [f"source.path={bikes}"])
    assert 46 % preset.model.size_divisor
    rows: list[Row] = []
    train(
        preset,
        prepared(preset.source, preset.train),
        Run(tmp_path / "run"),
        catalog,
        observer=Observer(epoch=rows.append),
    )
    assert np.isfinite(rows[-1].loss)


def test_kept_weights_stay_when_epochs_become_longer(
    catalog: Catalog, bikes: Path, data: Path, tmp_path: Path
) -> None:
    """Log, kept weights and monitor pictures continue their numbers."""
    run, seconds = Run(tmp_path / "run"), []
    for changes in ({"epoch": 2, "steps": 4}, {"epoch": 3, "steps": 6}):
        settings = table(keep_every=1, **changes)
        preset = parse_preset(settings, catalog, [f"source.path={bikes}"])
        train(preset, data, run, catalog, resume=run.checkpoint.is_file())
        seconds.append(run.kept(2).read_bytes())
    assert seconds[0] == seconds[1]
    assert [(row["epoch"], row["step"]) for row in log(run)] == [("1", "2"), ("2", "4"), ("3", "6")]
    assert run.kept(3).is_file()
    assert run.monitor(3).is_file()


def test_a_model_that_samples_its_frames_takes_no_adversarial_loss(catalog: Catalog) -> None:
    own = table(loss={"adversarial": 0.1})
    own["model"] = {"use": "pixelcnn"}
    with pytest.raises(
        PresetError, match=r"train\.loss\.adversarial: \"pixelcnn\" samples its frames"
    ):
        parse_preset(own, catalog)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (
            {"gradiant": 1.0},
            r'loss\.gradiant: unknown \(did you mean "gradient"\?\); allowed: l1, l2',
        ),
        ({"l1": -1.0}, r"train\.loss\.l1: -1(\.0)? given; allowed: a number from 0 to 1000"),
        ({"l1": "much"}, r'train\.loss\.l1: "much" given; allowed: a number'),
        ({"ssim": 0.0}, r"train\.loss: all weights are 0; give one of them more: l1, l2"),
        (3, r'train\.loss: 3 given; allowed: "mean_absolute_error", .* or a table of l1, l2, ssim'),
    ],
    ids=["unknown", "negative", "text", "nothing", "neither"],
)
def test_invalid_losses_are_refused(catalog: Catalog, loss: Any, message: str) -> None:
    with pytest.raises(PresetError, match=message) as caught:
        parse_preset(table(loss=loss), catalog)
    assert len(caught.value.problems) == 1


def test_mixed_precision_trains_and_saves_full_weights(
    trained: TrainedRun, catalog: Catalog, bikes: Path, data: Path, tmp_path: Path
) -> None:
    moved = {}
    for precision in ("mixed_bfloat16", "mixed_float16"):
        preset = parse_preset(table(precision=precision), catalog, [f"source.path={bikes}"])
        run = Run(tmp_path / precision)
        train(preset, data, run, catalog)
        assert all(array.dtype == np.float32 for array in arrays(preset, run))
        moved[precision] = weight_change(preset, run)
        assert scales(run) == (precision == "mixed_float16")
    assert not scales(trained.run)
    full = weight_change(preset, trained.run)
    for half in moved.values():
        # The weights move in the same direction, except for rounding.
        assert full @ half / np.linalg.norm(full) / np.linalg.norm(half) > 0.9
        assert not np.array_equal(full, half)
    train(
        preset.with_values({"train.steps": 7, "train.minutes": None}),
        data,
        run,
        catalog,
        resume=True,
    )


def scales(run: Run) -> int:
    """Return the number of loss scales in a checkpoint."""
    return sum(v.shape == () and v == 2.0**15 for v in datasets(run.checkpoint).values())


def weight_change(preset: Preset, run: Run) -> Any:
    """Return the change of a run's weights since its start as one vector."""
    make_deterministic(preset.seed)
    first = [np.asarray(array) for array in preset.model.build().get_weights()]
    last = arrays(preset, run)
    return np.concatenate([(b - a).ravel() for a, b in zip(first, last, strict=True)])


def test_accumulated_gradients_are_applied_after_the_last_batch(
    catalog: Catalog, bikes: Path, data: Path, tmp_path: Path
) -> None:
    preset = parse_preset(table(accumulate=3, steps=2), catalog, [f"source.path={bikes}"])
    run = Run(tmp_path / "run")
    train(preset, data, run, catalog)
    assert not weight_change(preset, run).any()
    train(
        preset.with_values({"train.steps": 3, "train.minutes": None}),
        data,
        run,
        catalog,
        resume=True,
    )
    assert weight_change(preset, run).any()


def test_a_step_that_xla_cannot_compile_is_a_one_line_error(
    catalog: Catalog, bikes: Path, data: Path, tmp_path: Path
) -> None:
    catalog = with_models(catalog, Uncompilable)
    own = table(xla=True)
    own["model"] = {"use": "uncompilable", "context": 2}
    preset = parse_preset(own, catalog, [f"source.path={bikes}"])
    with pytest.raises(
        TrainingError, match=r"train\.xla: XLA cannot compile .*; leave it out"
    ) as e:
        train(preset, data, Run(tmp_path / "run"), catalog)
    assert "\n" not in str(e.value)


def test_weights_of_another_model_are_refused(
    trained: TrainedRun, catalog: Catalog, bikes: Path
) -> None:
    folder = trained.run.folder
    other = table()
    other["model"] = {"use": "hourglass", "weights": str(folder)}
    changes = [f"source.path={bikes}", f"model.weights={folder}"]
    asks = parse_preset(other, catalog, changes)
    with pytest.raises(WeightsError, match=r"made for tiny .*hourglass"):
        build_network(asks, find_weights(asks))


class Boundless(Model):
    """A single linear convolution, which diverges with a high learning rate."""

    name: ClassVar[str] = "boundless"

    def build(self) -> keras.Model:
        import keras

        context_frames = keras.Input((None, None, 3 * self.context))
        return keras.Model(
            context_frames, keras.layers.Conv2D(3, 3, padding="same")(context_frames)
        )


class Counted(Boundless):
    """Counts its adaptations and their frames."""

    name: ClassVar[str] = "counted"

    def build(self) -> keras.Model:
        import keras

        class Counts(keras.layers.Layer):  # type: ignore[misc]
            def build(self, _shape: Any) -> None:
                self.add_weight(
                    shape=(2,), initializer="zeros", dtype="int32", trainable=False, name="counts"
                )

            def call(self, x: Any) -> Any:
                return x

        context_frames = keras.Input((None, None, 3 * self.context))
        x = Counts(name="counts")(context_frames)
        return keras.Model(context_frames, keras.layers.Conv2D(3, 3, padding="same")(x))

    def adapt(self, network: keras.Model, sequence: FrameSequence) -> None:
        frames = [sequence[number] for scene in sequence.scenes for number in scene]
        (counts,) = network.get_layer("counts").weights
        counts.assign_add([1, len(frames)])


class Quartering(Boundless):
    """Works at a quarter of the size, so that sides that are not multiples of 4 are padded."""

    name: ClassVar[str] = "quartering"
    size_divisor: ClassVar[int] = 4

    def build(self) -> keras.Model:
        import keras

        context_frames = keras.Input((None, None, 3 * self.context))
        x = keras.layers.Conv2D(8, 4, strides=4, padding="same")(context_frames)
        return keras.Model(
            context_frames, keras.layers.Conv2DTranspose(3, 4, strides=4, padding="same")(x)
        )


class Remembering(Boundless):
    """Carries a running mean of its predictions."""

    name: ClassVar[str] = "remembering"

    def initial_state(
        self, network: keras.Model, context_frames: Tensor, seed: Tensor
    ) -> NetworkState:
        from keras import ops

        return (ops.zeros_like(context_frames[..., :3]),)

    def step(
        self,
        network: keras.Model,
        context_frames: Tensor,
        state: NetworkState,
        seed: Tensor,
        *,
        training: bool = False,
    ) -> tuple[Tensor, NetworkState]:
        mean = 0.5 * state[0] + 0.5 * network(context_frames, training=training)
        return mean, (mean,)


class Uncompilable(Boundless):
    """Converts a number to text, which XLA does not support."""

    name: ClassVar[str] = "uncompilable"

    def loss(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Tensor:
        import tensorflow as tf
        from keras import ops

        number = tf.strings.to_number(tf.strings.as_string(seed[0]))
        return ops.mean(network(context_frames, training=True)) + 0.0 * number


class Steep(Boundless):
    """Has a loss of 0 with a gradient of nan."""

    name: ClassVar[str] = "steep"

    def loss(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Tensor:
        from keras import ops

        return ops.mean(ops.sqrt(0.0 * network(context_frames, training=True)))


class OwnLoss(Boundless):
    """Has a loss that is 0 for black predictions, whatever the truth."""

    name: ClassVar[str] = "own-loss"

    def loss(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Tensor:
        from keras import ops

        return ops.mean(ops.square(network(context_frames, training=True)))

    def measure(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Mapping[str, Tensor]:
        from keras import ops

        assert truth.shape[1:] == (1, *context_frames.shape[1:3], 3)
        return {"brightness": ops.mean(network(context_frames))}


class Monitored(OwnLoss):
    """Monitors the distance of its predictions from black."""

    name: ClassVar[str] = "monitored"
    monitor: ClassVar[str] = "light"
    mode: ClassVar[Literal["max", "min"]] = "min"

    def measure(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Mapping[str, Tensor]:
        from keras import ops

        return {"light": ops.mean(ops.square(network(context_frames)))}


class Unmonitored(Boundless):
    """Monitors a measure that does not exist."""

    name: ClassVar[str] = "unmonitored"
    monitor: ClassVar[str] = "smim"


class Overwriting(Boundless):
    """Has a measure with the name of another measure."""

    name: ClassVar[str] = "overwriting"

    def measure(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Mapping[str, Tensor]:
        return {"psnr": seed[0]}


class Unmeasurable(Boundless):
    """Has a measure that is nan."""

    name: ClassVar[str] = "unmeasurable"

    def measure(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Mapping[str, Tensor]:
        from keras import ops

        return {"oddity": ops.log(0.0 * truth[0, 0, 0, 0, 0] - 1.0)}


class Counting(Boundless):
    """Predicts a grey that grows with the number of the frame."""

    name: ClassVar[str] = "counting"

    def step(
        self,
        network: keras.Model,
        context_frames: Tensor,
        state: NetworkState,
        seed: Tensor,
        *,
        training: bool = False,
    ) -> tuple[Tensor, NetworkState]:
        from keras import ops

        grey = ops.cast(seed[1], "float32") / 32.0
        return 0.0 * network(context_frames, training=training) + grey, state


class Sampling(Boundless):
    """Adds noise that depends on the seed."""

    name: ClassVar[str] = "sampling"

    def step(
        self,
        network: keras.Model,
        context_frames: Tensor,
        state: NetworkState,
        seed: Tensor,
        *,
        training: bool = False,
    ) -> tuple[Tensor, NetworkState]:
        from keras import ops

        prediction = network(context_frames, training=training)
        phase = ops.cast(seed[0] % 1000 + 7 * (seed[1] % 1000), "float32")
        return prediction + 0.01 * ops.sin(phase + 1e4 * prediction), state


class Played(Boundless):
    """Multiplies its predictions by an automatable number."""

    name: ClassVar[str] = "played"

    gain: float = Param(1.0, ge=0, le=1, automatable=True)
    """At 0, the prediction is black."""

    def step(
        self,
        network: keras.Model,
        context_frames: Tensor,
        state: NetworkState,
        seed: Tensor,
        *,
        training: bool = False,
    ) -> tuple[Tensor, NetworkState]:
        return self.gain * (1.0 + 0.0 * network(context_frames, training=training)), state


class ExtendedCatalog(Catalog):
    """A catalog with additional models."""

    def __init__(self, base: Catalog, more: tuple[type[Model], ...]) -> None:
        self.__dict__ = base.__dict__
        self._more = {kind.name: kind for kind in more}

    @property
    def models(self) -> Any:
        return {**super().models, **self._more}

    def plugins(self, kind: Any) -> Any:
        result = super().plugins(kind)
        return {**result, **self._more} if kind == "model" else result


def test_automatable_numbers_do_not_affect_the_training(
    catalog: Catalog, bikes: Path, data: Path, tmp_path: Path
) -> None:
    catalog = with_models(catalog, Played)
    logs: list[Any] = []
    for gain in (1.0, 0.25, {"keys": {"0f": 0.5, "2f": 0.0}}):
        own = table(steps=2)
        own["model"] = {"use": "played", "context": 2, "gain": gain}
        preset = parse_preset(own, catalog, [f"source.path={bikes}"])
        run = Run(tmp_path / f"run-{len(logs)}")
        train(preset, data, run, catalog)
        logs.append(log(run))
        assert tomllib.loads(run.recipe.read_text())["model"]["gain"] == gain
    assert logs[1] == logs[2] == logs[0]


def with_models(catalog: Catalog, *more: type[Model]) -> Catalog:
    copied = object.__new__(Catalog)
    copied.__dict__ = dict(catalog.__dict__)
    return ExtendedCatalog(copied, more)


def test_a_model_may_monitor_its_own_measure(
    catalog: Catalog, bikes: Path, data: Path, tmp_path: Path
) -> None:
    """Lower is better, also when the training resumes."""
    own = table(epoch=2, learning_rate=0.02, steps=8)
    own["model"] = {"use": "monitored", "context": 2}
    preset = parse_preset(own, with_models(catalog, Monitored), [f"source.path={bikes}"])
    run = Run(tmp_path / "run")
    train(preset, data, run, catalog, observer=stop_after(4))
    position = train(preset, data, run, catalog, resume=True)
    rows = read_log(run.log, 9)
    best = min(rows, key=lambda row: row.own["light"])
    assert max(rows, key=lambda row: row.psnr) != best
    assert json.loads((run.folder / "best.json").read_text())["measured"]["epoch"] == best.epoch
    assert position.best == pytest.approx(best.own["light"], rel=1e-4)


@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        (
            Unmonitored,
            PluginError,
            r'is "smim", .* \(did you mean "ssim"\?\); there are: psnr, ssim',
        ),
        (Overwriting, PluginError, '"overwriting": measures "psnr", which is another column'),
        (Unmeasurable, TrainingError, "oddity became nan at step 3; lower train.learning_rate"),
    ],
)
def test_invalid_measures_are_reported(
    kind: type[Model],
    error: type[Exception],
    message: str,
    catalog: Catalog,
    bikes: Path,
    data: Path,
    tmp_path: Path,
) -> None:
    own = table()
    own["model"] = {"use": kind.name, "context": 2}
    preset = parse_preset(own, with_models(catalog, kind), [f"source.path={bikes}"])
    run = Run(tmp_path / "run")
    with pytest.raises(error, match=message):
        train(preset, data, run, catalog)
    assert not run.checkpoint.exists()


def test_the_monitor_s_dream_passes_the_number_of_each_frame(
    catalog: Catalog, bikes: Path, data: Path, tmp_path: Path
) -> None:
    own = table(steps=1)
    own["model"] = {"use": "counting", "context": 2}
    preset = parse_preset(own, with_models(catalog, Counting), [f"source.path={bikes}"])
    run = Run(tmp_path / "run")
    train(preset, data, run, catalog)
    with Image.open(run.monitor(1)) as image:
        sheet = np.asarray(image.convert("L"))
    # The last of three rows, each of 96 pixels below a caption of 16.
    middles = sheet[2 * 112 + 16 + 48, 96::192]
    np.testing.assert_allclose(middles, [n * 255 / 32 for n in (0, 1, 3, 7, 15, 31)], atol=2)


@pytest.fixture(params=[Remembering, OwnLoss, Sampling])
def kind(request: pytest.FixtureRequest) -> type[Model]:
    chosen: type[Model] = request.param
    return chosen


def test_models_with_state_sampling_and_their_own_loss_train_and_dream(
    kind: type[Model], catalog: Catalog, bikes: Path, data: Path, tmp_path: Path
) -> None:
    from artengine.dream.session import Dream

    catalog = with_models(catalog, kind)
    own = table(steps=4, learning_rate=0.001)
    own["model"] = {"use": kind.name, "context": 2}
    own["dream"] = {"frames": 4, "size": [32, 16]}
    preset = parse_preset(own, catalog, [f"source.path={bikes}"])
    run = Run(tmp_path / "run")
    rows: list[Row] = []
    train(preset, data, run, catalog, observer=Observer(epoch=rows.append))
    assert np.isfinite(rows[-1].loss)
    own_measures = {"brightness"} if kind is OwnLoss else set()
    assert set(rows[-1].own) == set(read_log(run.log, 9)[-1].own) == own_measures
    measured = json.loads(run.last.with_name("last.json").read_text())["measured"]
    assert own_measures <= {name for name, value in measured.items() if np.isfinite(value)}
    ready = preset.with_values({"model.weights": str(run.folder)})
    films = []
    for _ in range(2):
        with Dream(ready) as dream:
            films.append([turn.prediction for turn in dream.turns()])
    assert_same(films[0], films[1])
    other = ready.with_values({"seed": 5})
    with Dream(other) as dream:
        third = [turn.prediction for turn in dream.turns()]
    assert np.array_equal(films[0][1], third[1]) == (kind is not Sampling)


def test_a_model_s_automatable_number_follows_its_curve_and_can_be_changed(
    catalog: Catalog, bikes: Path, data: Path, tmp_path: Path
) -> None:
    from artengine.dream.session import Dream

    def turn(preset: Preset, **changes: Any) -> list[float]:
        results = []
        with Dream(preset) as dream:
            for turn in dream.turns():
                results.append(round(float(turn.prediction.mean()), 4))
                if len(results) == 2 and changes:
                    dream.set("model.gain", changes["gain"])
        return results

    catalog = with_models(catalog, Played)
    own = table(steps=1)
    own["dream"] = {"frames": 4, "size": [32, 16]}
    own["model"] = {"use": "played", "context": 2}
    preset = parse_preset(own, catalog, [f"source.path={bikes}"])
    run = Run(tmp_path / "run")
    train(preset, data, run, catalog)
    assert "gain" not in json.loads(run.best.with_name("best.json").read_text())["model"]

    def ready(gain: Any) -> Preset:
        changed = {**own, "model": {**own["model"], "gain": gain, "weights": str(run.folder)}}
        changes = [f"source.path={bikes}", f"model.weights={run.folder}"]
        return parse_preset(changed, catalog, changes)

    curved = ready({"keys": {"0f": 1.0, "2f": 0.0}})
    assert turn(ready(0.5)) == [0.5] * 4
    assert turn(curved) == [1.0, 0.5, 0.0, 0.0]
    assert turn(curved, gain=0.25) == [1.0, 0.5, 0.25, 0.25]
    assert turn(curved) == [1.0, 0.5, 0.0, 0.0]
    assert turn(ready(0.5), gain={"keys": {"2f": 0.0, "4f": 1.0}}) == [0.5, 0.5, 0.0, 0.5]
    with Dream(curved) as dream:
        for place, value, message in [
            ("model.context", 3, r"cannot change while the dream plays; .* these can: gain"),
            ("model.gian", 1, 'did you mean "gain"'),
            ("model.gain", 2, "model.gain: 2 given; allowed: a number from 0 to 1"),
        ]:
            with pytest.raises(UsageError, match=message):
                dream.set(place, value)


def test_a_training_begins_only_in_a_folder_without_files_of_something_else(
    tmp_path: Path,
) -> None:
    run = Run(tmp_path / "run")
    run.folder.mkdir()
    run.check(resume=False)
    # A training that ended before its first checkpoint leaves the same.
    with run.lock(resume=False):
        run.begin("")
    (run.folder / ".DS_Store").touch()
    run.check(resume=False)
    (run.folder / "00001.png").touch()
    with pytest.raises(TrainingError, match=r"run: holds 00001.png, which is no part of a run"):
        run.check(resume=False)
    with pytest.raises(TrainingError, match="holds run, which is no part of a run"):
        Run(tmp_path).check(resume=False)
    run.checkpoint.touch()
    run.check(resume=True)


def test_an_inaccessible_folder_is_an_error() -> None:
    """For instance, one below a folder without read permission, or with an invalid name."""
    with pytest.raises(TrainingError, match="no checkpoint to resume from"):
        Run(Path("a" * 5000)).check(resume=True)
    with pytest.raises(TrainingError, match="cannot be written"):
        Run(Path("a" * 5000)).check(resume=False)
    with (
        pytest.raises(TrainingError, match="cannot be written"),
        Run(Path("a" * 5000)).lock(resume=False),
    ):
        pass
