"""Training distributed over several devices or several processes."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import pytest

from artengine.catalog import Catalog, load_catalog
from artengine.errors import PresetError, TrainingError
from artengine.nn.checkpoint import read_record
from artengine.nn.determinism import make_deterministic
from artengine.preset import Preset, load_preset, parse_preset
from artengine.settings import TrainSettings
from artengine.train.cache import prepared
from artengine.train.loop import train
from artengine.train.run import Run
from artengine.train.workers import this_worker

PRESET = """
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
batch = 4
epoch = 2
steps = 4
rollout = 2
max_horizon = 16
optimizer = "sgd"
learning_rate = 0.1
loss = { l1 = 1.0, ssim = 0.1, adversarial = 0.1 }
"""

TWO_DEVICES = """
import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

(processor,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)

from artengine.catalog import load_catalog
from artengine.errors import ArtengineError
from artengine.nn import replicas
from artengine.preset import load_preset
from artengine.train import plot
from artengine.train.cache import prepared
from artengine.train.loop import Observer, train
from artengine.train.run import Run

strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    seeds = replicas.Seeds(7)
batch = tf.reshape(tf.range(12), (4, 3))
parts, wholes, drawn = (
    [value.numpy().tolist() for value in strategy.experimental_local_results(each)]
    for each in strategy.run(
        lambda: (replicas.part(batch), replicas.gather(replicas.part(batch)), seeds.next())
    )
)
told = {"parts": parts, "wholes": wholes, "drawn": drawn, "errors": []}
plot.draw_log = lambda _path, _rows: None
catalog = load_catalog([Path(sys.argv[3])])
for run, steps, changes in json.loads(sys.argv[2]):
    preset = load_preset(sys.argv[1], catalog, ["train.distribute=mirrored", *changes])
    run = Run(Path(run))
    reached = []
    observer = Observer(
        step=lambda position, _loss, _share: reached.append(position.step),
        stop=lambda: reached[-1:] == [steps],
    )
    try:
        data = prepared(preset.source, preset.train)
        train(preset, data, run, catalog, resume=run.checkpoint.is_file(), observer=observer)
    except ArtengineError as error:
        told["errors"].append(str(error))
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def catalog(tiny_model: Path) -> Catalog:
    """The plugins that are installed, and the model "tiny"."""
    return load_catalog([tiny_model])


@pytest.fixture(scope="module")
def preset_file(bikes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("preset") / "shared.toml"
    path.write_text(PRESET, encoding="utf-8")
    shutil.copy(bikes, path.parent)
    return path


@pytest.fixture(scope="module")
def preset(preset_file: Path, catalog: Catalog) -> Preset:
    return load_preset(preset_file, catalog)


@pytest.fixture(scope="module", autouse=True)
def _no_plot() -> Iterator[None]:
    """Drawing the log takes as long as the training of these few steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("artengine.train.plot.draw_log", lambda _path, _rows: None)
        yield


@pytest.fixture(scope="module")
def alone(preset: Preset, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of a single device."""
    run = Run(tmp_path_factory.mktemp("alone") / "run")
    train(preset, prepared(preset.source, preset.train), run, catalog)
    return run


def vector(run: Run) -> npt.NDArray[np.float32]:
    """Return all weights of a run as one vector."""
    arrays: list[Any] = []
    with h5py.File(run.last) as file:
        file.visititems(
            lambda _name, item: arrays.append(item[()].ravel()) if hasattr(item, "shape") else None
        )
    return np.concatenate(arrays)


def assert_alike(run: Run, alone: Run, preset: Preset) -> None:
    """Assert that the weights equal those of a single device up to rounding."""
    make_deterministic(preset.seed)
    first = np.concatenate([np.ravel(array) for array in preset.model.build().get_weights()])
    far = np.abs(np.sort(vector(alone)) - np.sort(first)).max()
    assert far > 1e-4
    np.testing.assert_allclose(vector(run), vector(alone), atol=1e-3 * far)


def train_on_two_devices(
    start: Callable[..., Any],
    preset_file: Path,
    tiny_model: Path,
    trainings: list[tuple[Path, int, list[str]]],
    tmp_path: Path,
) -> Any:
    """Train into folders, each with a maximum number of steps and changes; return the report.

    A process can train with one kind of step only, because TensorFlow numbers its collectives.
    """
    given = json.dumps([(str(run), steps, changes) for run, steps, changes in trainings])
    code = start(preset_file, given, tiny_model, code=TWO_DEVICES).wait(timeout=240)
    assert code == 0, (tmp_path / "0.err").read_text()
    return json.loads((tmp_path / "0.out").read_text().splitlines()[-1])


def test_two_devices_learn_the_same_as_one(
    start: Callable[..., Any],
    preset_file: Path,
    tiny_model: Path,
    preset: Preset,
    alone: Run,
    tmp_path: Path,
) -> None:
    """In two parts; the second resumes from the checkpoint of the first."""
    run = Run(tmp_path / "run")
    report = train_on_two_devices(
        start,
        preset_file,
        tiny_model,
        [
            (run.folder, 3, []),
            (run.folder, 99, []),
            (tmp_path / "odd", 99, ["train.batch=3"]),
        ],
        tmp_path,
    )
    batch = np.arange(12).reshape(4, 3).tolist()
    assert report["parts"] == [batch[:2], batch[2:]]
    assert report["wholes"] == [batch, batch]
    assert report["drawn"][0] == [7, 0] != report["drawn"][1]
    assert report["errors"] == [
        "train.batch: a batch of 3 windows cannot be shared evenly by 2 replicas of the network; "
        "give a multiple of 2"
    ]
    assert_alike(run, alone, preset)
    # Rows continue from the predictions of both devices.
    rollouts = [read_record(each.checkpoint)["rollouts"] for each in (run, alone)]
    assert rollouts[0] == rollouts[1]
    assert max(rollout["remaining"] for rollout in rollouts[0]) > 0


def ports(count: int) -> list[int]:
    """Return free ports."""
    held = [socket.socket() for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    results = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return results


def run_workers(start: Callable[..., Any], commands: list[list[str]]) -> list[int]:
    """Start `artengine` with the arguments of each worker; wait for all and return exit codes."""
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports(len(commands))]}
    started = []
    for number, args in enumerate(commands):
        config = {"cluster": cluster, "task": {"type": "worker", "index": number}}
        started.append(start(*args, TF_CONFIG=json.dumps(config)))
    return [each.wait(timeout=240) for each in started]


def test_two_processes_learn_the_same_as_one(
    start: Callable[..., Any],
    preset_file: Path,
    tiny_model: Path,
    preset: Preset,
    alone: Run,
    catalog: Catalog,
    tmp_path: Path,
) -> None:
    """Both resume from the run of a single device; the second makes no run folder."""
    by_one, by_two = (
        Run(shutil.copytree(alone.folder, tmp_path / name)) for name in ("one", "two")
    )
    other = tmp_path / "other"
    command = ["--plugin", str(tiny_model), "train", str(preset_file)]
    command += ["--set", "train.distribute=workers", "--steps", "6"]
    folders = by_two.folder, other
    codes = run_workers(start, [[*command, "--resume", "-o", str(each)] for each in folders])
    for number, code in enumerate(codes):
        error = (tmp_path / f"{number}.err").read_text()
        assert code == 0, error
        assert "trained at step 6" in error
    printed = [(tmp_path / f"{number}.out").read_text().strip() for number in range(2)]
    assert printed == [str(by_two.folder), ""]
    assert not other.exists()
    longer = preset.with_values({"train.steps": 6, "train.minutes": None})
    train(longer, prepared(preset.source, preset.train), by_one, catalog, resume=True)
    assert_alike(by_two, by_one, preset)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (None, r'train\.distribute: "workers" needs the variable TF_CONFIG'),
        ("{", "TF_CONFIG: is no JSON"),
        ("[]", "TF_CONFIG: is no table"),
        ("{}", "TF_CONFIG: cluster: missing"),
        ('{"cluster": {"ps": []}, "task": {"type": "worker", "index": 0}}', "cluster.ps: unknown"),
        ('{"cluster": {}, "task": {"type": "ps", "index": 0}}', r"task\.type: \"ps\" given"),
        (
            '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}',
            r"task\.index: 1 given, while cluster\.worker names 1; they count from 0",
        ),
    ],
)
def test_an_invalid_tf_config_is_refused(
    config: str | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if config is not None:
        monkeypatch.setenv("TF_CONFIG", config)
    assert this_worker(TrainSettings()).count == 1
    with pytest.raises(TrainingError, match=message):
        this_worker(TrainSettings(distribute="workers"))


def test_the_worker_s_number_and_count_come_from_tf_config(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = {"chief": ["a:1"], "worker": ["b:1", "c:1"]}
    results = []
    for kind, index in (("chief", 0), ("worker", 0), ("worker", 1)):
        config = {"cluster": cluster, "task": {"type": kind, "index": index}}
        monkeypatch.setenv("TF_CONFIG", json.dumps(config))
        worker = this_worker(TrainSettings(distribute="workers"))
        results.append((worker.number, worker.count))
    assert results == [(0, 3), (1, 3), (2, 3)]


@pytest.mark.parametrize("other", [{"accumulate": 2}, {"xla": True}])
def test_incompatible_settings_are_refused(catalog: Catalog, other: dict[str, Any]) -> None:
    table = {
        "source": {"use": "synthetic"},
        "model": {"use": "swift"},
        "train": {"distribute": "mirrored", **other},
    }
    (name,) = other
    with pytest.raises(PresetError, match=f"train: {name} and distribute do not go together"):
        parse_preset(table, catalog)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
@pytest.mark.parametrize("wish", ["SIGINT", "SIGTERM"])
def test_a_worker_that_waits_for_the_others_can_be_ended(
    wish: str, start: Callable[..., Any], tmp_path: Path
) -> None:
    """TensorFlow waits in native code, where Python's signal handlers are not called."""
    code = (
        "import signal; from artengine.cli.interrupt import Interrupt, end_as_interrupt; "
        "from artengine.nn.distribution import _default_signals\n"
        "end_as_interrupt()\n"
        "with Interrupt(), _default_signals():\n"
        f"    signal.raise_signal(signal.{wish})\n"
        "    print('still here')"
    )
    assert start(code=code).wait(timeout=60) == -getattr(signal, wish)
    assert (tmp_path / "0.out").read_text() == ""
